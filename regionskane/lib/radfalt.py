"""A field of one line in a form."""

import unicodedata

from django import forms
from django.core.exceptions import ValidationError


class Radfalt(forms.CharField):
    """Text of one line, as a browser's field gives it. A line break that comes another way becomes a space, and what is
    not seen is refused: the text goes on into addresses of letters, names of files and sheets, and logs. Signs that
    only say how the others are set (soft hyphens, joiners, the direction of writing) are left out: what is copied out
    of a document has them, and a page of them takes a PDF minutes to lay out."""

    def to_python(self, value):
        text = super().to_python(value)
        if self.max_length is not None and len(text) > 4 * self.max_length:
            return text  # for its length to be refused
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
        text = "".join(
            " " if c.isspace() and not c.isprintable() and c not in "\u00a0\u202f" else c for c in text
        )
        if any(ord(c) < 32 or 127 <= ord(c) < 160 for c in text):
            raise ValidationError(
                "Texten har ett tecken som inte syns. Skriv den för hand i stället för att klistra in den."
            )
        return text.strip() if self.strip else text
