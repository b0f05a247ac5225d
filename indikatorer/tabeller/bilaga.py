"""The appendix of indikatorer as the documents have it: a table per goal, for page, PDF and workbook alike."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from django.apps import apps
from django.utils import timezone

from indikatorer.diagram.avstand import bygg_avstandsdiagram
from indikatorer.models import Malomrade
from indikatorer.selectors.bedomning import Bedomd
from indikatorer.tabeller.arsbild import rakna_i_ord, rakna_utfall
from indikatorer.tabeller.bedomning import enhetsord, motivering
from indikatorer.tabeller.indikator import bedomningstext
from indikatorer.tabeller.ord import KORTA_I_ORD, skriv_mal
from indikatorer.tabeller.oversikt import UTAN, malgrupper
from indikatorer.tabeller.tal import talkolumn, talrad
from regionskane.lib.belopp import formatera
from regionskane.lib.tabell import Cell, Handling, Kolumn, Kolumnslag, Tabell
from regionskane.lib.tidsserie import for_utskrift, rita_prickar
from regionskane.lib.visning import Diagramvy

ANTAL_AR = 3
# A page, a workbook or a document of more rows than this is for nobody to read, and takes its maker seconds or minutes.
FLEST_RADER = 2_000
# The width of the text on a landscape page, in the drawing's px.
BREDD = 820

_STYCKEN = (
    "Varje bedömning räknas ur målnivån som den är skriven och värdet med just de siffror som det gavs med. Ett värde"
    " på gränsen bedöms som regeln är skriven: ≥ och ≤ räknar gränsen, > och < gör det inte.",
    "Nationell patientenkät utan eget mål jämförs med det senaste jämförbara värdet, också när det är två år gammalt;"
    " kravet är en förbättring med minst 1,0.",
    "● är uppfyllt, ◆ ej uppfyllt och ○ kan ej bedömas. " + KORTA_I_ORD + ".",
)


def bygg_bilaga(
    bedomda: Sequence[Bedomd], malomraden: Sequence[Malomrade], *, ar: int, kallor: bool = False
) -> tuple[Tabell, ...]:
    """A table per goal in the order of the goals, with the values of three years. Numbers stay numbers.

    `kallor` adds where each row stands in its document, which a workbook has room for and a page has not.
    """
    return tuple(t for t, _ in _delar(bedomda, malomraden, ar, kallor=kallor))


def for_manga(bedomda: Sequence[Bedomd]) -> str:
    """That they are more than one document holds, as a sentence that says what to do; empty when they are not."""
    if len(bedomda) <= FLEST_RADER:
        return ""
    return (
        f"Det är {formatera(len(bedomda))} rader, och ett dokument har högst {formatera(FLEST_RADER)}. Välj nämnd, "
        "målområde eller sök i biblioteket, och ta ut urvalet som Excel där."
    )


def bygg_bilagediagram(
    bedomda: Sequence[Bedomd],
    malomraden: Sequence[Malomrade],
    *,
    ar: int,
    bredd: int = BREDD,
    tryck: bool = False,
) -> dict[str, tuple[Diagramvy, ...]]:
    """The chart of each table by the table's key; with `tryck` it carries the print's colours."""
    svar = {}
    for t, rader in _delar(bedomda, malomraden, ar):
        diagram = bygg_avstandsdiagram(rader, namn=_namn)
        if diagram:
            svg = rita_prickar(diagram, bredd=bredd, id_=f"d-{t.nyckel}-{bredd}")
            svar[t.nyckel] = (Diagramvy(diagram.rubrik, for_utskrift(svg) if tryck else svg, diagram.under),)
    return svar


def _namn(b: Bedomd) -> str:
    return ", ".join(d.namn for d in (b.indikator, b.segment, b.enhet) if d)


def _delar(bedomda, malomraden, ar, *, kallor=False) -> Iterable[tuple[Tabell, list[Bedomd]]]:
    grupp_for, grupper = malgrupper(malomraden)
    koder = {m.pk: m.kod for m in malomraden}
    delade: dict[int | None, list[Bedomd]] = {}
    for b in bedomda:
        delade.setdefault(grupp_for.get(b.indikator.malomrade_id), []).append(b)
    for pk, rubrik, over, _ in [*grupper, (None, UTAN, "", "")]:
        if rader := delade.get(pk):
            rakning = rakna_i_ord(rakna_utfall(rader))
            ingress = f"{over}. " if over else ""
            yield (
                Tabell(
                    f"mal-{koder.get(pk, 'utan')}",
                    rubrik,
                    "Indikator",
                    (
                        _text("id", "Id"),
                        *(talkolumn(str(a), str(a)) for a in _aren(ar)),
                        _text("mal", "Målnivå"),
                        _text("bedomning", "Bedömning"),
                        _text("motivering", "Motivering"),
                        *([_text("kalla", "Källa")] if kallor else []),
                    ),
                    tuple(_rad(b, ar, kallor) for b in rader),
                    ingress=f"{ingress}{rakning[:1].upper()}{rakning[1:]}.",
                ),
                rader,
            )


def _aren(ar: int) -> range:
    return range(ar - ANTAL_AR + 1, ar + 1)


def _rad(b: Bedomd, ar: int, kallor: bool):
    varden = {m.ar: m for m in (b.underlag.nu, *b.underlag.tidigare) if m is not None}
    return talrad(
        b.indikator,
        f"{b.indikator.kod}-{b.segment.kod if b.segment else 'hela'}",
        ", ".join(d for d in (_namn(b), enhetsord(b.indikator)) if d),
        [varden.get(a) for a in _aren(ar)],
        [
            Cell(text=skriv_mal(b.bedomning.regel)),
            Cell(text=bedomningstext(b)),
            Cell(text=motivering(b.indikator, b.bedomning)),
            *(
                [Cell(text=(b.malniva.kalla if b.malniva else "") or b.indikator.kalla or "–")]
                if kallor
                else []
            ),
        ],
        fore=[Cell(text=b.indikator.id_nr or "–")],
    )


def _text(nyckel: str, rubrik: str) -> Kolumn:
    return Kolumn(nyckel, rubrik, slag=Kolumnslag.TEXT)


def bygg_bilagans_handling(
    bedomda: Sequence[Bedomd],
    malomraden: Sequence[Malomrade],
    *,
    ar: int,
    rot: str = "",
    titel: str = "",
    kallor: bool = False,
) -> Handling:
    """The appendix as a document, `kallor` as in `bygg_bilaga`. Its time is when anything in it last changed."""
    andrad = senast_andrad()
    return Handling(
        titel=titel or f"Indikatorer {ar}",
        undertitel=f"Måluppfyllelse {ar}: {rakna_i_ord(rakna_utfall(bedomda))}",
        tabeller=bygg_bilaga(bedomda, malomraden, ar=ar, kallor=kallor),
        tid=andrad.isoformat(),
        fakta=(
            ("År", str(ar)),
            ("Bedömningar", rakna_i_ord(rakna_utfall(bedomda))),
            ("Siffrorna senast ändrade", f"{timezone.localtime(andrad):%Y-%m-%d kl. %H.%M}"),
        ),
        nyckel=f"indikatorer-{ar}",
        stycken=_STYCKEN,
        rot=rot,
    )


def senast_andrad() -> datetime:
    """When a definition, a target or a value last changed; the epoch when there is none."""
    tider = (
        apps.get_model("indikatorer", modell)
        .objects.order_by("-pgh_id")
        .values_list("pgh_created_at")
        .first()
        for modell in ("IndikatorEvent", "MalnivaEvent", "MatningEvent")
    )
    return max((t for (t,) in filter(None, tider)), default=datetime(2000, 1, 1, tzinfo=UTC))
