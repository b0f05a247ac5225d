"""The ties between the tables as a table: one group per tie, one row per year."""

from collections.abc import Iterable

from budget.models import Budgetversion
from budget.regler.samband import Led, Samband, Utfall
from budget.selectors.samband import Raknas, Sambandsdata
from budget.tabeller.adress import Kallor
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell

_ORD = {
    Utfall.STAMMER: "Stämmer",
    Utfall.AVRUNDNING: "Avrundning",
    Utfall.TRYCKT: "Stämmer som tryckt",
    Utfall.SKILJER: "Skiljer",
    Utfall.PROVAS_INTE: "Kan inte prövas",
}
# Why a tie that differs is not among the differences of Kontroll.
_RAKNAS_INTE = {
    Raknas.RAD: "Står i Kontroll som en rad på två ställen.",
    Raknas.FORHALLANDE: "Ett förhållande att förklara, och därför ingen skillnad i Kontroll.",
    Raknas.ANNAN_VERSION: "Året är en annan versions, och kontrolleras där.",
    Raknas.URSPRUNGET: "Står likadant i {ursprung}, och är ingenting som har ändrats här.",
}
TABELLER = ("resultatbudget", "kassaflode", "balansbudget", "investeringar")


Skilda = list[tuple[Samband, Raknas]]


def bygg_samband(version: Budgetversion, data: Sambandsdata, skilda: Skilda) -> Tabell:
    """Every tie of every year, its two figures, what parts them and why it cannot be asked, or is no difference of the
    version (`skilda`)."""
    hur = {(s.regel.kod, s.ar): hur for s, hur in skilda}
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
        elif text := raknas_inte(version, hur.get((s.regel.kod, s.ar))):
            noter = (not_(text),)
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


def raknas_inte(version: Budgetversion, hur: Raknas | None) -> str:
    """Why a tie that differs is not among the differences of Kontroll; empty when it is."""
    return _RAKNAS_INTE.get(hur, "").format(ursprung=version.bryggas_ur or version.kopia_av)


def sammanfatta_samband(samband: Iterable[Samband], skilda: Skilda) -> str:
    """How the ties came out, and how many of them Kontroll counts, in a sentence or two."""
    samband = list(samband)
    antal = {u: sum(s.utfall == u for s in samband) for u in Utfall}
    stammer = antal[Utfall.STAMMER] + antal[Utfall.AVRUNDNING] + antal[Utfall.TRYCKT]
    skiljer = antal[Utfall.SKILJER]
    inte = antal[Utfall.PROVAS_INTE]
    delar = [f"{stammer} stämmer, varav {antal[Utfall.AVRUNDNING]} med avrundning", f"{skiljer} skiljer"]
    text = f"Av {len(samband)} prövningar: {', '.join(delar)} och {inte} kan inte prövas."
    i_kontroll = sum(hur in (Raknas.SKILLNAD, Raknas.RAD) for _, hur in skilda)
    if not skiljer:
        return text
    vad = {0: "ingen", 1: "en"}.get(i_kontroll, str(i_kontroll))
    vilka = "de andra" if i_kontroll else "de"
    resten = "." if i_kontroll == len(skilda) else f"; noterna säger varför {vilka} inte gör det."
    return f"{text} Av dem som skiljer räknas {vad} som skillnad i Kontroll{resten}"


def skilda_utanfor(version: Budgetversion, skilda: Skilda) -> list[str]:
    """The ties that differ and are no differences of the version, a line each with its years and why."""
    aren = {}
    for s, hur in skilda:
        if text := raknas_inte(version, hur):
            aren.setdefault((s.regel.rubrik, text), []).append(str(s.ar))
    return [f"{rubrik} ({', '.join(ar)}). {text}" for (rubrik, text), ar in aren.items()]


def sambandsrader(data: Sambandsdata, tabell: str) -> list[str]:
    """The ties that differ and that a table has a side in, a line each with its years."""
    aren = {}
    for s in data.skilda:
        sidor = (s.regel.vanster, s.regel.hoger)
        if any(n[0] == tabell for led in sidor for n, _ in (*led.delar, *led.forra)):
            aren.setdefault(s.regel.rubrik, []).append(str(s.ar))
    return [f"{rubrik} ({', '.join(ar)})." for rubrik, ar in aren.items()]
