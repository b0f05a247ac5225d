"""The ties between the tables as a table: one group per tie, one row per year."""

from collections.abc import Iterable

from budget.models import Budgetversion
from budget.regler.samband import Led, Samband, Utfall
from budget.selectors.samband import Sambandsdata
from budget.tabeller.adress import Kallor
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell

_ORD = {
    Utfall.STAMMER: "Stämmer",
    Utfall.AVRUNDNING: "Avrundning",
    Utfall.TRYCKT: "Stämmer som tryckt",
    Utfall.SKILJER: "Skiljer",
    Utfall.PROVAS_INTE: "Kan inte prövas",
}
TABELLER = ("resultatbudget", "kassaflode", "balansbudget", "investeringar")


def bygg_samband(version: Budgetversion, data: Sambandsdata) -> Tabell:
    """Every tie of every year, its two figures, what parts them and why it cannot be asked."""
    kallor, noter = Kallor(), []

    def not_(text: str) -> int:
        if text not in noter:
            noter.append(text)
        return noter.index(text) + 1

    def cell(s: Samband, led: Led, varde) -> Cell:
        if varde is None:
            return Cell()
        nyckel, ar = (led.delar[0][0], s.ar) if led.delar else (led.forra[0][0], s.ar - 1)
        kalla = data.kallor[(*nyckel, ar)]
        return Cell(varde, kalla=kallor.adress(kalla, *nyckel, "alla", ar))

    def rad(s: Samband) -> Rad:
        noter = ()
        if s.skal:
            noter = (not_(s.skal),)
        elif s.utfall == Utfall.TRYCKT:
            noter = (
                not_("Siffrorna stämmer så som de är tryckta, men deras delar ger något annat. Se Kontroll."),
            )
        return Rad(
            f"{s.regel.kod.lower().replace('_', '-')}-{s.ar}",
            str(s.ar),
            (
                Cell(text=_ORD[s.utfall], noter=noter),
                cell(s, s.regel.vanster, s.vanster),
                cell(s, s.regel.hoger, s.hoger),
                Cell(s.differens),
            ),
            Radslag.DEL,
        )

    rader = []
    for regel in dict.fromkeys(s.regel for s in data.samband):
        nyckel = regel.kod.lower().replace("_", "-")
        rader.append(Rad(f"grupp-{nyckel}", regel.rubrik, slag=Radslag.GRUPP))
        rader.append(
            Rad(
                f"vad-{nyckel}",
                f"{regel.vanster.text} mot {_liten(regel.hoger.text)}",
                (Cell(text=""),) * 4,
                forklaring=regel.forklaring
                + (
                    ""
                    if regel.samma
                    else " Därför är en skillnad här ett förhållande att förklara, inte ett fel."
                ),
            )
        )
        rader += [rad(s) for s in data.samband if s.regel is regel]
    return Tabell(
        "samband",
        "Samband mellan tabellerna",
        "Samband och år",
        (
            Kolumn("utfall", "Utfall", slag=Kolumnslag.TEXT),
            Kolumn("vanster", "Det ena"),
            Kolumn("hoger", "Det andra"),
            Kolumn("skillnad", "Skillnad", "", Kolumnslag.DIFFERENS, av=("vanster", "hoger")),
        ),
        tuple(rader),
        f"{version.namn}, mnkr. Siffror som ska följa varandra i resultatbudget, kassaflödesbudget, balansbudget och "
        "bilaga 5A. Ingen siffra ändras för att de ska stämma.",
        tuple(noter),
    )


def _liten(text: str) -> str:
    return text[:1].lower() + text[1:]


def sammanfatta_samband(samband: Iterable[Samband]) -> str:
    """How the ties came out, in a sentence."""
    samband = list(samband)
    antal = {u: sum(s.utfall == u for s in samband) for u in Utfall}
    stammer = antal[Utfall.STAMMER] + antal[Utfall.AVRUNDNING] + antal[Utfall.TRYCKT]
    skiljer = antal[Utfall.SKILJER]
    inte = antal[Utfall.PROVAS_INTE]
    delar = [f"{stammer} stämmer, varav {antal[Utfall.AVRUNDNING]} med avrundning", f"{skiljer} skiljer"]
    return f"Av {len(samband)} prövningar: {', '.join(delar)} och {inte} kan inte prövas."


def sambandsrader(data: Sambandsdata, tabell: str) -> list[str]:
    """The ties that differ and that a table has a side in, a line each with its years."""
    aren = {}
    for s in data.skilda:
        sidor = (s.regel.vanster, s.regel.hoger)
        if any(n[0] == tabell for led in sidor for n, _ in (*led.delar, *led.forra)):
            aren.setdefault(s.regel.rubrik, []).append(str(s.ar))
    return [f"{rubrik} ({', '.join(ar)})." for rubrik, ar in aren.items()]
