"""Which passwords are refused: the common ones in Swedish, the repeated, and those that the user has had."""

import re
import unicodedata
from itertools import pairwise

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from organisation.models import TidigareLosenord

# Longer than anybody types, and short enough for every check.
LANGST = 200
# What is left when common words, digits and signs are taken away must be at least so many letters.
_KVAR = 4
_FA_OLIKA = 5
_SIFFROR_SOM_BOKSTAVER = str.maketrans("013457@$!", "oleastasi")
_RADER = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
)
# In the form of `_forenkla`: small letters, without dots and rings.
_ORDLISTA = """
januari februari mars april maj juni juli augusti september oktober november december
mandag tisdag onsdag torsdag fredag lordag sondag
vintern vinter varen sommaren sommar hosten host semester midsommar paskafton pask julafton julen jul nyar
losenordet losenord losen hemligheten hemlighet hemligt hemlig passord password passwort passw pass secret
valkommen welcome hejhej hejsan hello letmein login logga inlogg oppna sesam changeme byt mig
admin administrator administratoren controller koncerncontroller politiker revisor anvandare user root test demo
regionen region skane skanska sverige svensk svenska stockholm goteborg malmo lund helsingborg kristianstad
hassleholm ystad trelleborg landskrona angelholm
budget budgeten uppfoljning bokslut ekonomi ekonomen sjukhus sjukhuset vard varden namnd namnden kommun
fotboll football hockey baseball basket hammarby djurgarden
alskling alskar jagalskardig iloveyou love karlek mamma pappa hund katt prinsessa princess sunshine
dragon monkey master superman batman starwars pokemon ninja shadow
spring summer autumn winter january february march june july august october
monday tuesday wednesday thursday friday saturday sunday
qwerty asdfgh asdf zxcvbn qazwsx wsxedc abcd abc
"""
_ORD = sorted(_ORDLISTA.split(), key=len, reverse=True)


class VanligtLosenord:
    """Refuses what is guessed first: common Swedish words and the user's own names with a year or signs after them,
    one piece again and again, and rows of the keyboard or the alphabet."""

    def validate(self, password: str, user=None) -> None:
        """Raise ValidationError with a sentence that says what to do instead."""
        if _upprepar_sig(password):
            raise ValidationError(
                "Lösenordet är samma tecken eller ord om och om igen. Skriv en mening med olika ord.",
                code="upprepat",
            )
        if _ar_en_rad(password):
            raise ValidationError(
                "Lösenordet är en rad på tangentbordet, i alfabetet eller av siffror. Skriv en mening i stället.",
                code="rad",
            )
        if _bara_vanliga_ord(password, _namn(user)):
            raise ValidationError(
                "Lösenordet är ett vanligt ord eller ett namn med siffror eller tecken till. "
                "Det gissas först. Skriv en mening med flera ovanliga ord.",
                code="vanligt",
            )

    def get_help_text(self) -> str:
        return "Inte ett vanligt ord, en årstid eller ett namn med ett årtal efter, och inte samma sak flera gånger."


def anvant_forut(losenord: str, anvandare) -> bool:
    """Whether it is the user's password now, or one of the latest before. Slow by design: one hash at a time."""
    tidigare = TidigareLosenord.objects.filter(anvandare=anvandare).values_list("hash", flat=True)
    return any(check_password(losenord, h) for h in (anvandare.password, *tidigare))


def _forenkla(text: str) -> str:
    return "".join(t for t in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(t))


def _karna(text: str) -> str:
    """Without the digits and signs that are put before and after."""
    traff = re.search(r"[^\W\d_](.*[^\W\d_])?", text, re.DOTALL)
    return traff[0] if traff else ""


def _upprepar_sig(losenord: str) -> bool:
    enkelt = _forenkla(losenord)
    return len(set(enkelt)) < _FA_OLIKA or any(
        len(t) > 1 and t in (t + t)[1:-1] for t in (enkelt, _karna(enkelt))
    )


def _ar_en_rad(losenord: str) -> bool:
    enkelt = _forenkla(losenord)
    par = [a + b for a, b in pairwise(enkelt)]
    i_rad = sum(a == b or any(a + b in rad or b + a in rad for rad in _RADER) for a, b in par)
    return bool(par) and i_rad * 3 >= len(par) * 2


def _namn(anvandare) -> list[str]:
    if anvandare is None:
        return []
    delar = [anvandare.username, anvandare.first_name, anvandare.last_name, anvandare.email.split("@")[0]]
    ord_ = {o for d in delar for o in re.split(r"[\W\d_]+", _forenkla(d)) if len(o) > 2}
    return sorted(ord_, key=len, reverse=True)


def _bara_vanliga_ord(losenord: str, namn: list[str]) -> bool:
    enkelt = _forenkla(losenord)
    return any(_rester(text, namn) for text in (enkelt, enkelt.translate(_SIFFROR_SOM_BOKSTAVER)))


def _rester(text: str, namn: list[str]) -> bool:
    bokstaver = kvar = re.sub(r"[\W\d_]+", "", text)
    for ord_ in (*namn, *_ORD):
        # A gap is left, so that what stood on either side does not become a word.
        kvar = kvar.replace(ord_, " ")
    kvar = kvar.replace(" ", "")
    return len(kvar) < _KVAR and (kvar != bokstaver or not bokstaver)
