"""The nämnder's parts as they are read: the list of them, a part's tables, and what to look at before it is sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format

from budget.models import (
    Budgetdel,
    Budgetversion,
    Delstatustext,
    Uppstallning,
    Uppstallningsslag,
    Versionskolumn,
)
from budget.regler.delflode import Delstatus, Steg, Tidslage, tidslage
from budget.regler.delkontroll import Varningsslag, bedom
from budget.selectors.budgetdel import (
    Delhandelse,
    hamta_delar,
    hamta_delenheter,
    hamta_senaste_per_namnd,
    i_delen,
)
from budget.selectors.kommentar import rakna_per_namnd
from budget.tabeller.adress import versionsadress
from budget.tabeller.investeringar import las_celler, las_uppstallning, namnge_cell
from budget.tabeller.varifran import tid
from organisation.permissions import Enhetsurval
from regionskane.lib.tabell import Kolumnslag, Radslag, Tabell

Kolumner = Mapping[Uppstallning, tuple[Versionskolumn, ...]]

# The shape that goes with each status (lagesform.html).
FORM = {
    Delstatus.OPPEN: "ej_startat",
    Delstatus.INLAMNAD: "last",
    Delstatus.GRANSKAD: "pagar",
    Delstatus.ATER: "atersand",
    Delstatus.KLAR: "klart",
}
STEGORD = {
    Steg.LAMNA_IN: "Lämna in",
    Steg.TA_TILLBAKA: "Ta tillbaka",
    Steg.GRANSKA: "Markera som granskad",
    Steg.ATERLAMNA: "Lämna åter",
    Steg.KLARMARKERA: "Markera som klar",
}


@dataclass(frozen=True, slots=True)
class Celltal:
    """How many cells an enhet is to fill in, and the empty ones in words."""

    alla: int = 0
    tomma: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delrad:
    """A part in the list, and at the head of its own page."""

    budgetdel: Budgetdel
    namnd: str
    url: str
    status: str
    form: str
    sista_dag: str
    lage: Tidslage
    lage_text: str
    senast: datetime | None
    senast_text: str
    celler: int
    tomma: int
    kommentarer: int

    @property
    def sen(self) -> bool:
        return self.lage.sen and not self.stangd

    @property
    def stangd(self) -> bool:
        """Whether it was never handed in and cannot be any more, since the version is locked."""
        return ar_stangd(self.budgetdel)


@dataclass(frozen=True, slots=True)
class Delsteg:
    """A line of a part's history."""

    tid: str
    text: str
    namn: str


def skriv_dag(dag: date) -> str:
    """«1 oktober 2024»."""
    return date_format(dag, "j F Y")


def tid_i_ord(lage: Tidslage) -> str:
    """How a part stands against its last day: «3 dagar kvar», «2 dagar sen», «Inlämnad i tid»."""
    antal = "1 dag" if abs(lage.dagar) == 1 else f"{abs(lage.dagar)} dagar"
    if not lage.vantar:
        return f"Inlämnad {antal} för sent" if lage.sen else "Inlämnad i tid"
    if lage.dagar == 0:
        return "Sista dagen är i dag"
    return f"{antal} sen" if lage.sen else f"{antal} kvar"


def ar_stangd(budgetdel: Budgetdel) -> bool:
    """Whether a part was never handed in and cannot be any more, since the version is locked."""
    return budgetdel.skrivbar and budgetdel.version.last


def stangd_i_ord(version: Budgetversion) -> str:
    """Why a part that was never handed in is closed."""
    return f"Stängd, versionen är {'beredd' if version.beredd else 'låst'}"


def las_lage(budgetdel: Budgetdel, idag: date) -> Tidslage:
    """How a part stands against its last day, as of `idag`."""
    inlamnad = budgetdel.inlamnad_tid
    return tidslage(
        budgetdel.status,
        sista_dag=budgetdel.sista_dag,
        idag=idag,
        inlamnad=timezone.localtime(inlamnad).date() if inlamnad else None,
    )


def rakna_celler(version: Budgetversion, kolumner: Kolumner, urval: Enhetsurval) -> dict[int, Celltal]:
    """The cells of the tables that are handed in, by enhet (id). Some queries per table, whatever the parts are."""
    alla: dict[int, int] = {}
    tomma: dict[int, list[str]] = {}
    for u, u_kolumner in kolumner.items():
        if not i_delen(version, u):
            continue
        data, celler = las_celler(version, u, u_kolumner, urval)
        if u.slag == Uppstallningsslag.ASKANDE:
            # A row that asks for nothing lacks nothing; one that asks for some years lacks the others.
            begar = {(c.enhet, c.post) for c in celler if data.har_varde(*c)}
            celler = {c for c in celler if (c.enhet, c.post) in begar}
        for cell in sorted(celler):
            alla[cell.enhet] = alla.get(cell.enhet, 0) + 1
            if not data.har_varde(*cell):
                tomma.setdefault(cell.enhet, []).append(f"{u.namn}: {namnge_cell(data, cell)}")
    return {enhet: Celltal(antal, tuple(tomma.get(enhet, ()))) for enhet, antal in alla.items()}


def las_delar(version: Budgetversion, kolumner: Kolumner, urval: Enhetsurval, *, idag: date) -> list[Delrad]:
    """The parts that a reader who may see `urval` sees any of. A fixed number of queries."""
    delar, enheter = hamta_delar(version), hamta_delenheter(version)
    if not delar:
        return []
    celltal = rakna_celler(version, kolumner, urval)
    senaste, kommentarer = hamta_senaste_per_namnd(version), rakna_per_namnd(version, enheter)
    rot = f"{versionsadress(version)}delar/"
    rader = []
    for d in delar:
        egna = [e for e, namnd in enheter.items() if namnd == d.namnd_id and e in urval]
        if not egna:
            continue
        lage, senast = las_lage(d, idag), senaste.get(d.namnd_id)
        tal = [celltal[e] for e in egna if e in celltal]
        vem = senast and (senast.namn or "direkt i databasen")
        rader.append(
            Delrad(
                budgetdel=d,
                namnd=d.namnd.namn,
                url=f"{rot}{d.namnd.kod}/",
                status="Inte inlämnad" if ar_stangd(d) else d.get_status_display(),
                form=FORM[Delstatus(d.status)],
                sista_dag=skriv_dag(d.sista_dag),
                lage=lage,
                lage_text=stangd_i_ord(version) if ar_stangd(d) else tid_i_ord(lage),
                senast=senast.tid if senast else None,
                senast_text=f"{tid(senast.tid)}, {vem}" if senast else "Inga belopp",
                celler=sum(t.alla for t in tal),
                tomma=sum(len(t.tomma) for t in tal),
                kommentarer=kommentarer.get(d.namnd_id, 0),
            )
        )
    return rader


# What the list can be ordered by: address word, heading, and key.
ORDNINGAR = {
    "namnd": ("Nämnd", lambda r: r.budgetdel.namnd.ordning),
    "status": ("Läge", lambda r: list(Delstatustext.values).index(r.budgetdel.status)),
    "sista-dag": ("Sista dag", lambda r: (r.budgetdel.sista_dag, r.lage.dagar)),
    "senast": ("Senast ändrat", lambda r: r.senast.timestamp() if r.senast else 0.0),
    "tomma": ("Tomma celler", lambda r: r.tomma),
    "kommentarer": ("Öppna kommentarer", lambda r: r.kommentarer),
}


def ordna(rader: Iterable[Delrad], efter: str, *, fallande: bool) -> list[Delrad]:
    """The list in another order; parts that are alike keep the region's own."""
    return sorted(rader, key=ORDNINGAR[efter][1], reverse=fallande)


def nasta_att_granska(rader: list[Delrad], denna: Budgetdel) -> Delrad | None:
    """The next part after `denna` that waits for review, from the beginning again after the last one."""
    plats = next((i for i, r in enumerate(rader) if r.budgetdel.pk == denna.pk), -1)
    efter = rader[plats + 1 :] + rader[: max(plats, 0)]
    return next((r for r in efter if r.budgetdel.status == Delstatus.INLAMNAD), None)


def las_deltabell(
    version: Budgetversion,
    uppstallning: Uppstallning,
    kolumner: tuple[Versionskolumn, ...],
    urval: Enhetsurval,
    namnd: str,
    kommentarer: Mapping[tuple[str, str], int],
) -> Tabell:
    """The rows of a nämnd's enheter, or objects, with their sum, which is the nämnd's own whoever reads it."""
    t = markera_kommentarer(las_uppstallning(version, uppstallning, kolumner, urval), kommentarer)
    return replace(
        t,
        nyckel=f"del-{t.nyckel}",
        ingress="",
        rader=tuple(
            # The address of «egna» answers for the reader's enheter, which are others than the nämnd's.
            replace(
                r,
                rubrik=r.rubrik.replace("Summa egna enheter", f"Summa {namnd}"),
                celler=tuple(c._replace(kalla="") for c in r.celler),
            )
            if r.nyckel.partition("--")[0] == "egna"
            else r
            for r in t.rader
        ),
    )


def markera_kommentarer(t: Tabell, kommentarer: Mapping[tuple[str, str], int]) -> Tabell:
    """The table with the number of open comments in every cell that has some, by keys of row and column."""
    if not kommentarer:
        return t
    return replace(
        t,
        rader=tuple(
            replace(
                r,
                celler=tuple(
                    c._replace(kommentarer=kommentarer.get((r.nyckel, k.nyckel), 0))
                    for k, c in zip(t.kolumner, r.celler, strict=False)
                ),
            )
            for r in t.rader
        ),
    )


def varningar(t: Tabell) -> list[str]:
    """What to look at twice in a part's table: changes against last year that are large, or turn a figure around."""
    procent = next((k for k in t.kolumner if k.slag == Kolumnslag.PROCENT and k.av), None)
    if procent is None:
        return []
    nycklar = [k.nyckel for k in t.kolumner]
    rader = []
    for r in t.rader:
        if r.slag in (Radslag.GRUPP, Radslag.SUMMA, Radslag.TOTAL):
            continue
        ny, forra, andel = (r.celler[nycklar.index(n)] for n in (*procent.av, procent.nyckel))
        slag = bedom(ny.varde, forra.varde, andel.varde)
        nytt, gammalt = (
            t.kolumner[nycklar.index(n)].text(c) for n, c in zip(procent.av, (ny, forra), strict=True)
        )
        if slag == Varningsslag.NOLLAD:
            rader.append(f"{r.rubrik} är 0 och var {gammalt} mnkr.")
        elif slag == Varningsslag.TECKEN:
            rader.append(f"{r.rubrik} har bytt tecken: {nytt} mnkr, var {gammalt}.")
        elif slag == Varningsslag.STOR:
            rader.append(f"{r.rubrik} ändras med {procent.text(andel)}: {nytt} mnkr, var {gammalt}.")
    return rader


def skriv_historik(handelser: list[Delhandelse], *, antal: int) -> list[Delsteg]:
    """The first `antal` steps of a part, latest first, in words; the next is what the last of them changed."""
    ord_ = dict(Delstatustext.choices)
    rader = []
    for h, forra in zip(handelser[:antal], [*handelser[1:], None], strict=False):
        text = ord_[h.status] if forra is None or forra.status != h.status else "Ny sista dag"
        rader.append(
            Delsteg(tid(h.tid), f"{text}: {h.varfor}" if h.varfor else text, h.namn or "Direkt i databasen")
        )
    return rader
