"""The question whether amounts are in another unit than the table, in words. The page's own stands in
`static/js/inmatning/enhetssinne.js`."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from budget.regler.enhetssinne import Enhet, Slag, Utslag, Varde, narmast
from regionskane.lib.belopp import formatera_fullt

ORD = {Enhet.KR: "kronor", Enhet.TKR: "tkr", Enhet.MDKR: "miljarder", Enhet.MNKR: "mnkr"}
RAKNESATT = {Enhet.KR: "dela med en miljon", Enhet.TKR: "dela med tusen", Enhet.MDKR: "gånger tusen"}
RAKNADE = {Enhet.KR: "delade med en miljon", Enhet.TKR: "delade med tusen", Enhet.MDKR: "gånger tusen"}
# How one value is wrong, and several.
FEL = {
    Enhet.KR: ("en miljon gånger för stort", "en miljon gånger för stora"),
    Enhet.TKR: ("tusen gånger för stort", "tusen gånger för stora"),
    Enhet.MDKR: ("tusen gånger för litet", "tusen gånger för små"),
}
# So many places are named; the rest are counted.
FLEST = 5


@dataclass(frozen=True, slots=True)
class Enhetsfraga:
    """What the page asks: a heading, a sentence with an example, the places that it is about, and the answers."""

    enhet: str
    rubrik: str
    text: str
    lista: tuple[str, ...]
    ja: str
    nej: str


def bygg_fraga(utslag: Utslag, namn: Callable[[Hashable], str]) -> Enhetsfraga:
    """The question of a verdict that is not INGET. `namn` says what a place is called."""
    ord_, antal, ser_ut = ORD[utslag.enhet], utslag.antal, len(utslag.ser_ut)
    vilka = (
        "Värdet"
        if antal == 1
        else f"Alla {antal} värden"
        if ser_ut == antal
        else f"{ser_ut} av {antal} värden"
    )
    dem, alla = ("det" if n == 1 else "de" for n in (ser_ut, len(utslag.galler)))
    if utslag.slag == Slag.BLANDAT:
        foljd = f"Bara {dem} räknas om om du svarar ja; de andra står kvar som de är."
    elif ser_ut < antal:
        foljd = f"De andra har inget att jämföras med. Svarar du ja läses alla {antal} så."
    else:
        foljd = ""
    text = f"Mot samma rads andra tal är {dem} {FEL[utslag.enhet][ser_ut > 1]}. Tabellen är i mnkr."
    lista = [f"{namn(v.plats)}: {_mot(v, utslag.enhet)}" for v in utslag.ser_ut[:FLEST]]
    if ser_ut > FLEST:
        lista.append(f"Och {ser_ut - FLEST} till.")
    return Enhetsfraga(
        utslag.enhet,
        f"{vilka} ser ut att vara i {ord_}",
        f"{text} {foljd + ' ' if foljd else ''}Ska {alla} läsas som {ord_}?",
        tuple(lista),
        f"Ja, {RAKNESATT[utslag.enhet]}",
        f"Nej, {alla} är i mnkr",
    )


def _mot(v: Varde, enhet: Enhet) -> str:
    return f"{formatera_fullt(v.varde)} mot {formatera_fullt(narmast(v, enhet))}"
