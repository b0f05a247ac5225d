"""The neutral ledger row that SIE, CSV and XLSX become, and what their readers share.

A row is a plain tuple, because ten million of them are made; `RADFALT` names its places. `period` is the
integer yyyymm, `datum` ISO text or «» when the file has only periods, `belopp` an exact Decimal in the
ledger's own signs (debet +, kredit −). Codes are text: «0110» is not 110.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import TypeAlias

from regionskane.lib.belopp import KR, OgiltigtBelopp, TolkatBelopp, tolka_belopp
from regionskane.lib.minne import minns
from regionskane.lib.textfil import rubriktext

RADFALT = (
    "rad",
    "period",
    "datum",
    "konto",
    "ansvar",
    "motpart",
    "verksamhet",
    "projekt",
    "verifikation",
    "text",
    "belopp",
)
Huvudboksrad: TypeAlias = tuple[int, int, str, str, str, str, str, str, str, str, Decimal]

# Periods that ledgers have besides the months: the closing of the books, and what was brought forward.
EXTRAPERIODER: Mapping[int, str] = {13: "bokslutsperioden", 0: "ingående balans"}
EXTRAPERIOD_KOD: Mapping[str, int] = {f"PERIOD_{p:02}": p for p in EXTRAPERIODER}

LANGSTA_KOD = 40
FLEST_KANDIDATER = 10
# No ledger is wider, and a row that is has been divided by what is no delimiter in it.
BREDAST = 1_000
LANGSTA_TEXT = 500

# Header names without anything but letters and digits. The first list of a field is its own name.
SYNONYMER: Mapping[str, tuple[str, ...]] = {
    "konto": ("konto", "kontonr", "kontonummer", "kontokod", "kto", "account"),
    "ansvar": ("ansvar", "ansvarskod", "ansvarnr", "kostnadsställe", "kostnadsstalle", "kst", "kstalle", "enhet"),
    "motpart": ("motpart", "motpartskod", "motp", "mp"),
    "verksamhet": ("verksamhet", "verksamhetskod", "vht", "verks"),
    "projekt": ("projekt", "projektkod", "projektnr", "proj", "prj"),
    "verifikation": (
        "verifikation", "verifikationsnr", "verifikationsnummer", "vernr", "ver", "verifikat", "verifikatnr",
        "verifikatnummer", "voucher",
    ),
    "text": ("text", "verifikationstext", "vertext", "transaktionstext", "beskrivning", "benämning", "benamning"),
    "datum": (
        "datum", "bokföringsdatum", "bokforingsdatum", "bokfdatum", "verifikationsdatum", "verdatum",
        "transaktionsdatum", "date",
    ),
    "period": ("period", "per", "redovisningsperiod", "månad", "manad", "bokföringsperiod", "bokforingsperiod"),
    "ar": ("år", "ar", "räkenskapsår", "rakenskapsar", "redovisningsår", "year"),
    "belopp": ("belopp", "utfall", "saldo", "summa", "beloppkr", "beloppsek", "amount"),
    "debet": ("debet", "debit"),
    "kredit": ("kredit", "credit"),
}  # fmt: skip

_MANADER = {
    m: i
    for i, m in enumerate(
        ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"), 1
    )
}
_DATUM = re.compile(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?:[ T]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_PERIOD = re.compile(r"(\d{4})(?:[-/. ]?[Mm]?)(\d{1,2})", re.ASCII)
_MANADSNAMN = re.compile(r"([a-z]+)\.?[ -](\d{4})", re.ASCII)
_RAKT = re.compile(r"-?\d{1,14}(?:\.\d{1,2})?", re.ASCII)


class Extraperiod(ValueError):
    """A row of period 13 or 00 that nobody has said a month for. `kod` is its finding's, `manad` the nearest one."""

    def __init__(self, ar: int, period: int):
        super().__init__(
            f"Perioden {ar}{period:02} är ingen månad utan {EXTRAPERIODER[period]}, och källan har inget val för den."
        )
        self.kod = f"PERIOD_{period:02}"
        self.manad = ar * 100 + min(max(period, 1), 12)


def normaliserat(rubrik: object) -> str:
    """A header name for comparison: small letters, and nothing but letters and digits."""
    return "".join(c for c in str(rubrik or "").lower() if c.isalnum())


def hitta_kolumner(
    rubriker: Iterable[object], *, val: Mapping[str, str] | None = None
) -> tuple[dict[str, int], tuple[str, ...]]:
    """(field → column number, faults as sentences) for a header row.

    `val` names the header of a field and goes before the synonyms; an empty name leaves the field out.
    """
    namn = [rubriktext(r) for r in rubriker]
    platser: dict[str, list[int]] = {}
    for i, rubrik in enumerate(namn):
        platser.setdefault(normaliserat(rubrik), []).append(i)
    funna: dict[str, int] = {}
    fel: list[str] = []
    for falt, rubrik in (val or {}).items():
        if falt not in SYNONYMER:
            fel.append(f"Fältet «{falt}» finns inte. Fält: {', '.join(SYNONYMER)}.")
        elif rubrik:
            traffar = platser.get(normaliserat(rubriktext(rubrik)), [])
            if not traffar:
                fel.append(f"Kolumnen «{rubrik}» som valts för {falt} finns inte i filen.")
            else:
                funna[falt] = traffar[0]
    for falt, synonymer in SYNONYMER.items():
        if val and falt in val:
            continue
        # A column that has been chosen for one field is no candidate for another.
        tagna = set(funna.values())
        traffar = [i for s in synonymer for i in platser.get(s, []) if i not in tagna]
        eget = [i for i in platser.get(falt, []) if i not in tagna]
        if len(eget) == 1:  # a column that bears the very name needs no choice
            funna[falt] = eget[0]
        elif len(traffar) > 1:
            kandidater = ", ".join(f"«{namn[i]}»" for i in traffar[:FLEST_KANDIDATER])
            fel.append(f"Flera kolumner kan vara {falt}: {kandidater}. Välj en.")
        elif traffar:
            funna[falt] = traffar[0]
    if "konto" not in funna:
        fel.append("Kolumnen för konto saknas.")
    if "belopp" in funna:
        funna.pop("debet", None)
        funna.pop("kredit", None)
    elif not ("debet" in funna and "kredit" in funna):
        fel.append("Kolumnen för belopp (eller debet och kredit) saknas.")
    if "datum" not in funna and "period" not in funna:
        fel.append("Kolumnen för datum eller period saknas.")
    if fel:
        fel.append(f"Rubrikerna i filen är: {', '.join(f'«{n[:40]}»' for n in namn[:40] if n) or 'inga'}.")
    return funna, tuple(fel)


@minns(4_096)
def tolka_datum(text: str) -> tuple[int, str] | None:
    """«2024-03-15», «20240315», «2024/3/15» → (202403, «2024-03-15»); None when it is not a day."""
    traff = _DATUM.fullmatch(text.strip())
    if not traff or (not traff[2] and len(traff[3] + traff[4]) != 4):
        return None
    try:
        dag = date(int(traff[1]), int(traff[3]), int(traff[4]))
    except ValueError:
        return None
    return (dag.year * 100 + dag.month, dag.isoformat()) if 1900 <= dag.year <= 2200 else None


def tolka_period(text: str, *, ar: str = "", extra: Mapping[int, int] | None = None) -> int | None:
    """«202403», «2024-03», «2024M03», «mars 2024», or «3» with the year beside it → 202403.

    `extra` says which month the periods 13 and 00 are. Raises Extraperiod for one that it leaves out.
    """
    ren = text.strip().lower()
    if ar and ren.isascii() and ren.isdigit() and len(ren) <= 2:
        ren = f"{ar.strip()}-{ren}"
    if traff := _PERIOD.fullmatch(ren):
        aret, manad = int(traff[1]), int(traff[2])
    elif (traff := _MANADSNAMN.fullmatch(ren)) and traff[1][:3] in _MANADER:
        aret, manad = int(traff[2]), _MANADER[traff[1][:3]]
    else:
        return None
    if not 1900 <= aret <= 2200:
        return None
    if manad in EXTRAPERIODER and (ar or len(traff[2]) == 2):
        if manad not in (extra or {}):
            raise Extraperiod(aret, manad)
        manad = extra[manad]
    return aret * 100 + manad if 1 <= manad <= 12 else None


def belopp_av_text(decimaltecken: str | None) -> Callable[[str], Decimal | None]:
    """A reader of amounts in kronor, for a file of many: what `lasare_av_belopp` reads, without its precision."""
    las = lasare_av_belopp(decimaltecken)

    def tolka(text: str) -> Decimal | None:
        if _RAKT.fullmatch(text):
            return Decimal(text)
        tolkat = las(text)
        return None if tolkat is None else tolkat.varde

    return tolka


def lasare_av_belopp(
    decimaltecken: str | None,
    *,
    skala: Decimal = KR,
    procent: bool = False,
    rad: str = "Skriv beloppen med två decimaler och utan tusentalstecken, och lämna filen på nytt.",
) -> Callable[[str], TolkatBelopp | None]:
    """A reader of amounts in a file whose decimal sign is «,» or «.», or None when the file does not show which.

    It returns None for an empty text and raises OgiltigtBelopp for what is not one clear amount. A sign of
    thousands is taken as such only when it cannot be the decimal sign. `skala` is kronor per unit of the file, and only
    where that is one are «kr» and «SEK» taken; `procent` is as for `tolka_belopp`. `rad` is what the user is told to do
    about a comma that may be either.
    """
    tusental = {",": ".", ".": ","}.get(decimaltecken or "")
    tvetydig = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
    grupperad = re.compile(rf"\d{{1,3}}(?:{re.escape(tusental)}\d{{3}})+(?:\D\d+)?") if tusental else None

    def tolka(text: str) -> TolkatBelopp | None:
        if len(text) > LANGSTA_TEXT and text.strip():
            raise OgiltigtBelopp(f"«{text[:LANGSTA_KOD]}…» är inte ett belopp.")
        ren = text.strip().replace("'", "").replace("’", "")
        for tecken in ("SEK", "kr") if skala == KR and not procent else ():
            ren = ren.removesuffix(tecken).rstrip()
        karna = ren.strip("-−–+() ")
        if grupperad and grupperad.fullmatch(karna):
            ren = ren.replace(tusental, "")
            karna = karna.replace(tusental, "")
        elif decimaltecken is None and "," in karna and "." in karna:
            tusen = "," if karna.rfind(".") > karna.rfind(",") else "."
            ren = ren.replace(tusen, "")
        if decimaltecken and tvetydig.fullmatch(karna):
            raise OgiltigtBelopp(
                f"«{ren}» har tre decimaler i en fil med decimal{'komma' if decimaltecken == ',' else 'punkt'}. "
                "Belopp har högst ören."
            )
        if decimaltecken is None and re.fullmatch(r"[1-9]\d{0,2},\d{3}", karna):
            raise OgiltigtBelopp(
                f"«{ren}» kan läsas på två sätt, eftersom filen inte visar om komma är decimaltecken eller tusental. "
                f"{rad}"
            )
        return tolka_belopp(ren, skala=skala, procent=procent)

    return tolka


def visar_decimaltecken(text: str) -> str | None:
    """The decimal sign that an amount shows beyond doubt: «12,5» and «1.234,50» show comma, «1234» nothing."""
    karna = text.strip().strip("-−–+() ")
    if "," in karna and "." in karna:
        return "," if karna.rfind(",") > karna.rfind(".") else "."
    for tecken in ",.":
        if karna.count(tecken) == 1 and re.fullmatch(r"[\d \u00a0\u202f']*", karna.replace(tecken, "")):
            if len(karna) - karna.index(tecken) - 1 in (1, 2):
                return tecken
        elif karna.count(tecken) > 1:
            return {",": ".", ".": ","}[tecken]
    return None


def tolka_tid(
    datum: str, period: str, ar: str = "", *, extra: Mapping[int, int] | None = None
) -> tuple[int, str]:
    """(yyyymm, ISO day or «») of a row's fields. A period of its own decides the month, `extra` that of 13 and 00.

    Raises ValueError with a sentence.
    """
    datum, period = datum.strip(), period.strip()
    dag = tolka_datum(datum) if datum else None
    manad = tolka_period(period, ar=ar, extra=extra) if period else None
    if datum and not dag and not period and (manad := tolka_period(datum, extra=extra)):
        return manad, ""
    for skrivet, tolkat in ((period, manad), (datum, dag)):
        if skrivet and tolkat is None:
            raise ValueError(f"«{skrivet[:40]}» är inte ett datum eller en period (2024-03-15 eller 202403).")
    if manad is not None:
        return manad, dag[1] if dag and dag[0] == manad else ""
    if dag is None:
        raise ValueError("Raden saknar datum och period.")
    return dag


def ren_kod(kod: str) -> str:
    """A code without white space around it. Raises ValueError with a sentence for what cannot be a code."""
    ren = kod.strip()
    if len(ren) > LANGSTA_KOD or not ren.isprintable():
        raise ValueError(f"«{ren[:LANGSTA_KOD]}…» är inte en kod. Kontrollera att kolumnerna stämmer.")
    return ren


_UTBYTE = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def som_copy(rader: Iterable[Huvudboksrad], *, per_block: int = 512) -> Iterator[str]:
    """Rows as blocks of text for `COPY … FROM STDIN` (format text, columns as `RADFALT`, «» is empty text)."""
    rader = iter(rader)
    while grupp := list(islice(rader, per_block)):
        # A Decimal is written by str, which is several times as fast as its formatting.
        block = "\n".join(
            [
                f"{nr}\t{period}\t{datum}\t{konto}\t{ansvar}\t{motpart}\t{vht}\t{projekt}\t{ver}\t{text}\t{belopp!s}"
                for nr, period, datum, konto, ansvar, motpart, vht, projekt, ver, text, belopp in grupp
            ]
        )
        antal = len(grupp)
        if (
            "\\" in block
            or "\r" in block
            or block.count("\t") != 10 * antal
            or block.count("\n") != antal - 1
        ):
            block = "\n".join("\t".join(str(v).translate(_UTBYTE) for v in rad) for rad in grupp)
        yield block + "\n"
