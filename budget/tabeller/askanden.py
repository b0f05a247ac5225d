"""Äskanden as they are read: ram, äskande, skillnad, motiv and svar, row by row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby

from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list

from budget.models import Askandeutfall, Budgetversion, Uppstallning
from budget.regler.delkontroll import bedom
from budget.selectors.askanden import Askanderad, askanden_andrades, utfall_i_ord
from budget.selectors.celler import Cellnyckel
from budget.tabeller.adress import versionsadress
from budget.tabeller.uppstallning import ENHET
from organisation.models import Namnd
from regionskane.lib.belopp import (
    MNKR,
    formatera,
    formatera_fullt,
    formatera_procent,
    relativ_forandring,
)
from regionskane.lib.tabell import Cell, Handling, Kolumn, Kolumnslag, Rad, Radslag, Tabell

# A motive is read whole on the row's own page.
LANGSTA_MOTIV = 120
MOTIV_SAKNAS = "saknas"
INTE_BESVARAT = "inte besvarat"
# The shape that goes with each answer (lagesform.html).
FORM = {Askandeutfall.JUSTERING: "klart", Askandeutfall.DELVIS: "pagar", Askandeutfall.AVSLAS: "atersand"}


def skriv_utan_objekt(namnd: Namnd, fattas: Mapping[int, Decimal]) -> str:
    """«Kulturnämnden har beviljats investeringar som inte står i något investeringsobjekt: 4,5 mnkr 2025. …»"""
    delar = [f"{formatera(b, skala=MNKR, decimaler=1)} mnkr {ar}" for ar, b in sorted(fattas.items())]
    return (
        f"{namnd.namn} har beviljats investeringar som inte står i något investeringsobjekt: "
        f"{get_text_list(delar, 'och')}. Lägg upp objektet, eller skriv utgiften på det som redan finns."
    )


def bygg_askandetabell(
    version: Budgetversion,
    uppstallning: Uppstallning,
    rader: Iterable[Askanderad],
    namnder: Mapping[int, str],
    *,
    med_lankar: bool = True,
    med_kallor: bool = True,
    hel_text: bool = False,
    kommentarer: Mapping[Cellnyckel, int] | None = None,
) -> Tabell:
    """The rows that ask for something, gathered by nämnd (`namnder`: id → name) where there are several.

    The first year with its ram and the difference, the years after with what is asked for; `med_kallor` answers
    «varifrån?», `hel_text` writes motives and answers whole, and `kommentarer` are a cell's open comments.
    """
    ordet, dec = uppstallning.rads_ord, uppstallning.decimaler
    forsta, *senare = version.ar_lista
    kolumner = (
        Kolumn(f"ram-{forsta}", "Ram", str(forsta), decimaler=dec),
        Kolumn(f"askande-{forsta}", ordet, str(forsta), decimaler=dec),
        Kolumn(
            "skillnad", "Skillnad", f"mot ramen {forsta}", Kolumnslag.DIFFERENS, decimaler=dec,
            av=(f"askande-{forsta}", f"ram-{forsta}"),
        ),
        *(Kolumn(f"askande-{ar}", ordet, f"{ar}, plan", decimaler=dec) for ar in senare),
        Kolumn("motiv", "Motiv", slag=Kolumnslag.TEXT),
        Kolumn("svar", "Svar", slag=Kolumnslag.TEXT),
    )  # fmt: skip
    rot = f"{versionsadress(version)}varifran/"

    def kalla(tabell: str, post: str, r: Askanderad, ar: int) -> str:
        return f"{rot}{tabell}/{post}/enhet-{r.plats.enhet_kod}/{ar}/" if med_kallor else ""

    def askande(r: Askanderad, ar: int) -> Cell:
        antal = (kommentarer or {}).get(Cellnyckel(r.plats.enhet_id, r.post.pk, ar), 0)
        if ar not in r.begart and not antal:
            return Cell()
        return Cell(r.begart.get(ar), kalla=kalla(uppstallning.kod, r.post.kod, r, ar), kommentarer=antal)

    def rad(r: Askanderad, slag: Radslag) -> Rad:
        ram = Cell()
        if r.mot_ram and forsta in r.ram:
            ram = Cell(r.ram[forsta], kalla=kalla("regionbidrag", "regionbidrag", r, forsta))
        return Rad(
            f"enhet-{r.plats.enhet_kod}-{r.post.kod}",
            r.namn,
            (
                ram,
                askande(r, forsta),
                Cell(r.skillnad(forsta)),
                *(askande(r, ar) for ar in senare),
                Cell(text=_motiv(r, hel_text)),
                Cell(text=_svar(r, hel_text)),
            ),
            slag,
            url=radadress(version, r) if med_lankar else "",
        )

    byggda = []
    rader = list(rader)
    begarda = sorted((r for r in rader if not r.tom), key=lambda r: list(namnder).index(r.namnd))
    grupper = [(namnd, list(grupp)) for namnd, grupp in groupby(begarda, key=lambda r: r.namnd)]
    for namnd, grupp in grupper:
        if len(grupper) > 1:
            byggda.append(Rad(f"grupp-{namnd}", namnder[namnd], slag=Radslag.GRUPP))
        byggda += [rad(r, Radslag.DEL if len(grupper) > 1 else Radslag.RAD) for r in grupp]
    if rader and all(r.ram_dold for r in rader):
        # Nobody is told the ram by what is left of it.
        visas = [i for i, k in enumerate(kolumner) if k.nyckel not in (f"ram-{forsta}", "skillnad")]
        kolumner = tuple(kolumner[i] for i in visas)
        byggda = [replace(r, celler=tuple(r.celler[i] for i in visas)) if r.celler else r for r in byggda]
    return Tabell(
        nyckel=uppstallning.kod,
        rubrik=f"{uppstallning.namn} {forsta}–{version.ar_lista[-1]}"
        if senare
        else f"{uppstallning.namn} {forsta}",
        radrubrik="Rad",
        ingress=f"{uppstallning.ingress} {version.namn}, {ENHET}.",
        kolumner=kolumner,
        rader=tuple(byggda),
    )


def radadress(version: Budgetversion, r: Askanderad) -> str:
    """The page of a row."""
    return reverse("askande", args=[version.ar, version.kod, r.plats.enhet_kod, r.post.kod])


def _motiv(r: Askanderad, hel: bool) -> str:
    text = r.motiv.text if r.motiv else ""
    if not text:
        return MOTIV_SAKNAS
    return text if hel or len(text) <= LANGSTA_MOTIV else f"{text[:LANGSTA_MOTIV].rstrip()} …"


def _svar(r: Askanderad, hel: bool) -> str:
    if r.svar is None:
        return INTE_BESVARAT
    ord_ = utfall_i_ord(r.svar, mot_ram=r.mot_ram)
    return f"{ord_}. {r.svar.text}".strip() if hel and r.svar.text else ord_


@dataclass(frozen=True, slots=True)
class Arsrad:
    """A year of a row: ram, äskande, skillnad and, when it has been answered, what was granted beside the ram."""

    ar: int
    ram: str
    begart: str
    skillnad: str
    beviljat: str


def arsrader(version: Budgetversion, r: Askanderad) -> list[Arsrad]:
    """A row year by year, as it is read."""

    def mnkr(varde, *, tecken=False) -> str:
        return "–" if varde is None else formatera(varde, skala=MNKR, decimaler=1, tecken=tecken)

    beviljat: dict[int, Decimal] = {}
    forra = None
    for ar in version.ar_lista if r.svar else ():
        sagt = r.svar.beviljat.get(str(ar))
        # What is granted beside the ram stays until something else is granted: the bridge carries it on.
        forra = Decimal(sagt) if sagt is not None else forra if r.mot_ram else None
        if forra is not None:
            beviljat[ar] = forra
    return [
        Arsrad(
            ar,
            mnkr(r.ram.get(ar)),
            mnkr(r.begart.get(ar)),
            mnkr(r.skillnad(ar), tecken=True),
            mnkr(beviljat.get(ar), tecken=r.mot_ram),
        )
        for ar in version.ar_lista
    ]


@dataclass(frozen=True, slots=True)
class Svarsvy:
    """An answer as it is read."""

    ord: str
    form: str
    text: str
    vem: str
    nar: str
    andrat: bool
    justeringar: tuple[tuple[str, str, str], ...]


def bygg_svar(version: Budgetversion, r: Askanderad) -> Svarsvy | None:
    """The answer of a row with the justeringar that came of it: (heading, status, address)."""
    if r.svar is None:
        return None
    return Svarsvy(
        utfall_i_ord(r.svar, mot_ram=r.mot_ram),
        FORM[Askandeutfall(r.svar.utfall)],
        r.svar.text,
        str(r.svar.svarat_av),
        f"{timezone.localtime(r.svar.svarat_tid):%Y-%m-%d kl. %H.%M}",
        r.svarets_belopp_andrade,
        tuple(
            (
                f"{j.titel}, {j.ar}",
                j.get_status_display().lower(),
                reverse("justering", args=[version.ar, version.kod, j.pk]),
            )
            for j in r.svar.justeringar.all()
        ),
    )


def begart_mot_ramen(r: Askanderad) -> dict[int, str]:
    """What is asked for beside the ram in each year, or in all without one, as it is read."""
    skillnader = {ar: b if (s := r.skillnad(ar)) is None else s for ar, b in r.begart.items()}
    return {ar: formatera(s, skala=MNKR, decimaler=1, tecken=r.mot_ram) for ar, s in skillnader.items()}


def beviljat_i_falt(r: Askanderad) -> dict[int, str]:
    """What the fields of a partial answer begin with: what an earlier one granted."""
    if r.svar is None or r.svar.utfall != Askandeutfall.DELVIS:
        return {}
    return {int(ar): formatera_fullt(Decimal(b), skala=MNKR) for ar, b in r.svar.beviljat.items()}


def askandevarningar(version: Budgetversion, rader: Iterable[Askanderad]) -> list[str]:
    """What to look at twice before it is handed in: what differs much from the ram of the first year."""
    ar = version.ar
    sett = []
    for r in rader:
        ram, begart = r.ram.get(ar), r.begart.get(ar)
        if not r.mot_ram or begart is None:
            continue
        andel = relativ_forandring(begart, ram)
        if bedom(begart, ram, andel) is None:
            continue
        tal = formatera(r.skillnad(ar), skala=MNKR, decimaler=1, tecken=True)
        procent = f" ({formatera_procent(andel, decimaler=1, tecken=True)})" if andel is not None else ""
        sett.append(f"{r.namn}: begär {tal} mnkr{procent} mot ramen {ar}.")
    return sett


def sammanfatta_askanden(rader: Iterable[Askanderad]) -> str:
    """How much is asked for and how far it is answered, in a sentence."""
    begarda = [r for r in rader if not r.tom]
    if not begarda:
        return ""
    obesvarade = sum(r.svar is None for r in begarda)
    utan_motiv = sum(not (r.motiv and r.motiv.text) for r in begarda)
    inte = f"{obesvarade} är inte {'besvarad' if obesvarade == 1 else 'besvarade'}"
    delar = [
        "1 rad begär något" if len(begarda) == 1 else f"{len(begarda)} rader begär något",
        inte if obesvarade else "alla är besvarade",
    ]
    if utan_motiv:
        delar.append(f"{utan_motiv} saknar motiv")
    return f"{', '.join(delar)}."


def askandehandling(version: Budgetversion, tabell: Tabell, rot: str) -> Handling:
    """The workbook of äskanden: they are no part of the budget's own document."""
    return Handling(
        titel=tabell.rubrik,
        undertitel=version.namn,
        tabeller=(tabell,),
        tid=askanden_andrades(version).isoformat(),
        fakta=(("Version", f"{version.namn} ({version.kod})"), ("Enhet", "Miljoner kronor (mnkr)")),
        nyckel=f"{version.kod.lower()}-{tabell.nyckel}",
        stycken=("Äskanden är vad nämnderna begär. De ingår inte i någon summa i budgeten.",),
        rot=rot,
    )
