"""How people and accounts may be called, so that nobody is taken for another."""

import re

from django.core.exceptions import ValidationError

_ANVANDARNAMN = re.compile(r"[A-Za-zÅÄÖåäö0-9._@-]+")


def prova_anvandarnamn(text: str) -> None:
    """Raises ValidationError for a letter of another alphabet, which may look like one of ours."""
    if not _ANVANDARNAMN.fullmatch(text):
        raise ValidationError(
            "Användarnamnet får bara ha bokstäverna a–z, å, ä och ö, siffror och tecknen . _ - @. Ta bort det andra."
        )


def prova_namn(text: str) -> None:
    """Raises ValidationError for what is not seen: control characters, and those that turn or hide the text."""
    if not text.isprintable():
        raise ValidationError(
            "Namnet har ett tecken som inte syns. Skriv det för hand i stället för att klistra in det."
        )
