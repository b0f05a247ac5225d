"""One indikator as tables: its values with where they come from, its segments, sexes and others' values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.urls import reverse

from indikatorer.models import Enhetsslag, Indikator, Kon, Malniva, Matning, Segment
from indikatorer.regler.bedomning import Bedomning, Trend, Utfall
from indikatorer.regler.period import HELAR, skriv_period
from indikatorer.regler.skrift import las_sparad, skriv_tal
from indikatorer.regler.smagrupp import FARRE, ar_fa
from indikatorer.regler.vagning import vag_samman
from indikatorer.selectors.bedomning import Bedomd
from indikatorer.tabeller.bedomning import (
    TRENDER,
    UTFALL,
    avstand_text,
    jamforelse_text,
    motivering,
    skillnad_text,
    varde_text,
)
from indikatorer.tabeller.ord import KORTA_I_ORD, Lage, lage, skriv_mal
from indikatorer.tabeller.regel import i_ord
from indikatorer.tabeller.tal import talkolumn, talrad
from organisation.models import Enhet
from regionskane.lib.belopp import formatera
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell

# Years beside each other in a table.
AREN_BREDVID = 3
HELA = "Hela regionen"
TECKEN = {Utfall.UPPFYLLT: "●", Utfall.EJ_UPPFYLLT: "◆", Utfall.KAN_EJ_BEDOMAS: "○"}


@dataclass(frozen=True, slots=True)
class Huvudbedomning:
    """The judgement at the head of the page: a sentence, its arithmetic, and the rows that it is made of."""

    rubrik: str
    lage: Lage
    motivering: str
    avstand: str
    utveckling: str
    rader: tuple[tuple[str, str], ...]


_RUBRIKER = {
    Utfall.UPPFYLLT: "Målet är uppfyllt",
    Utfall.EJ_UPPFYLLT: "Målet är inte uppfyllt",
    Utfall.KAN_EJ_BEDOMAS: "Målet kan ej bedömas",
}


def bygg_huvudbedomning(b: Bedomd, *, delar: Sequence[Bedomd] = ()) -> Huvudbedomning:
    """`delar` are the segments of the same year; those that could be judged are counted in the last row."""
    i, bed = b.indikator, b.bedomning
    rader = [
        ("Målregel", skriv_mal(bed.regel)),
        (
            f"Utfall {b.ar}",
            varde_text(i, bed.nu) + (" (preliminärt)" if bed.nu and bed.nu.preliminar else ""),
        ),
    ]
    if bed.fore:
        rader.append(("Jämförs med", jamforelse_text(i, bed)))
        rader.append((f"Förändring sedan {bed.fore.ar}", skillnad_text(i, bed.skillnad)))
    if bed.avstand is not None:
        rader.append(("Avstånd till målet", avstand_text(i, bed)))
    bedomda = [d for d in delar if d.bedomning.utfall != Utfall.KAN_EJ_BEDOMAS]
    if len(bedomda) > 1:
        nadda = sum(d.bedomning.utfall == Utfall.UPPFYLLT for d in bedomda)
        rader.append(("Segment som når målet", f"{nadda} av {len(bedomda)}"))
    return Huvudbedomning(
        rubrik=_RUBRIKER[bed.utfall],
        lage=lage(bed),
        motivering=motivering(i, bed),
        avstand=avstand_text(i, bed),
        utveckling=_utveckling(bed),
        rader=tuple(rader),
    )


def _utveckling(b: Bedomning) -> str:
    """«Bättre än 2023», or that there is nothing to compare with."""
    if b.fore is None:
        return "Inget tidigare värde att jämföra med"
    bindeord = {Trend.BATTRE: "än", Trend.SAMRE: "än", Trend.OFORANDRAD: "mot"}.get(b.trend, "sedan")
    return f"{TRENDER[b.trend]} {bindeord} {b.fore.ar}"


def bygg_vardetabell(
    indikator: Indikator,
    matningar: Sequence[Matning],
    bedomda: Mapping[tuple[int, int], Bedomd],
    *,
    rubrik: str,
) -> Tabell:
    """Every value of a cell, the latest first, with what it is made of, its judgement and where it comes from.

    `bedomda` is by year and delperiod.
    """
    noter: list[str] = []
    rader = []
    for m in sorted(matningar, key=lambda m: (-m.ar, m.delperiod)):
        b = bedomda.get((m.ar, m.delperiod))
        nummer = _not(noter, m.fotnot) + _not(noter, _brott(m))
        cell = [
            Cell(text=text) if text else Cell()
            for text in ("" if m.taljare is None else skriv_tal(m.taljare), bakom(m.namnare), bakom(m.antal))
        ]
        rader.append(
            talrad(
                indikator,
                f"{m.ar}-{m.delperiod}",
                skriv_period(m.ar, m.delperiod),
                [m],
                [
                    Cell(text="preliminärt" if m.preliminar else ""),
                    *cell,
                    Cell(text=skriv_mal(b.bedomning.regel) if b else "–"),
                    Cell(text=bedomningstext(b)),
                    Cell(text=m.kalla or m.get_ursprung_display()),
                ],
                kallor=[matningsadress(indikator, m)],
                noter=[nummer],
            )
        )
    return _utan_tomma(
        Tabell(
            "varden",
            rubrik,
            "Period",
            (
                talkolumn("varde", "Värde"),
                _text("prel", "Läge"),
                Kolumn("taljare", "Täljare", enhet=""),
                Kolumn("namnare", "Nämnare", enhet=""),
                Kolumn("antal", "Antal bakom", enhet=""),
                _text("mal", "Målnivå"),
                _text("bedomning", "Bedömning"),
                _text("kalla", "Källa"),
            ),
            tuple(rader),
            noter=tuple(noter),
        )
    )


def _utan_tomma(t: Tabell) -> Tabell:
    """Without the columns that no row has anything in."""
    kvar = [
        j
        for j, _ in enumerate(t.kolumner)
        if any(r.celler[j].text or r.celler[j].varde is not None or r.celler[j].kalla for r in t.rader)
    ]
    return replace(
        t,
        kolumner=tuple(t.kolumner[j] for j in kvar),
        rader=tuple(replace(r, celler=tuple(r.celler[j] for j in kvar)) for r in t.rader),
    )


def _not(noter: list[str], text: str) -> tuple[int, ...]:
    """The number of a note, which is said once."""
    if not text:
        return ()
    if text not in noter:
        noter.append(text)
    return (noter.index(text) + 1,)


def _brott(m: Matning) -> str:
    return f"{skriv_period(m.ar, m.delperiod)}: inte jämförbart med tidigare värden." if m.brott else ""


def bakom(antal: Decimal | int | None) -> str:
    """How many a value stands on, as all may read it: «<5» for fewer than that; empty when it is not known."""
    if antal is None:
        return ""
    return FARRE if ar_fa(antal) else skriv_tal(Decimal(antal))


def bedomningstext(b: Bedomd | None) -> str:
    """The judgement as sign and word: never the sign alone."""
    return f"{TECKEN[b.bedomning.utfall]} {UTFALL[b.bedomning.utfall]}" if b else "–"


def bygg_segmenttabell(
    indikator: Indikator,
    rader: Iterable[Bedomd],
    matningar: Mapping[tuple, Matning],
    *,
    ar: int,
    namn: Mapping[int | None, str],
) -> Tabell:
    """The segments of a year beside each other, each judged by its own target. `matningar` by segment, kön and year."""
    aren = [a for a in range(ar - AREN_BREDVID + 1, ar + 1) if any(n[2] == a for n in matningar)]
    tabellrader = []
    for b in rader:
        s = b.cell.segment
        m = [matningar.get((s, Kon.TOTALT, a)) for a in aren]
        nu = matningar.get((s, Kon.TOTALT, ar))
        tabellrader.append(
            talrad(
                indikator,
                f"segment-{s or 0}",
                namn[s],
                m,
                [
                    Cell(text=skillnad_text(indikator, b.bedomning.skillnad) or "–"),
                    Cell(text=(bakom(nu.antal) if nu else "") or None),
                    Cell(text=skriv_mal(b.bedomning.regel)),
                    Cell(text=avstand_text(indikator, b.bedomning) or "–"),
                    Cell(text=bedomningstext(b)),
                ],
                kallor=[matningsadress(indikator, x) if x else "" for x in m],
                slag=Radslag.SUMMA if b.segment and b.segment.total else Radslag.RAD,
            )
        )
    if vagt := vagt_av_segmenten(indikator, rader, matningar, ar=ar):
        tom = [Cell() for _ in range(len(aren) + 4)]
        tabellrader.append(
            Rad("vagt", "Vägt av segmenten", (*tom[: len(aren) - 1], Cell(text=vagt), *tom[len(aren) - 1 :]))
        )
    return Tabell(
        "segment",
        f"Segment för segment {ar}",
        indikator.segmentgrupp.namn if indikator.segmentgrupp else "Segment",
        (
            *(talkolumn(str(a), str(a)) for a in aren),
            Kolumn("forandring", "Förändring", "mot förra mätningen", enhet=""),
            Kolumn("antal", "Antal bakom", str(ar), enhet=""),
            _text("mal", "Målnivå"),
            _text("avstand", "Mot målet"),
            _text("bedomning", "Bedömning"),
        ),
        tuple(tabellrader),
        ingress=f"{indikator.enhet}. {KORTA_I_ORD}.",
        noter=(
            ("«Vägt av segmenten» är summan av täljarna delad med summan av nämnarna, inte ett medelvärde.",)
            if vagt
            else ()
        ),
    )


def vagt_av_segmenten(
    indikator: Indikator, rader: Iterable[Bedomd], matningar: Mapping[tuple, Matning], *, ar: int
) -> str:
    """The year's percentage of all segments together, by numerators and denominators.

    Empty unless every segment of the indikator's group has both that it has been measured in, whatever year, or has a
    row in `rader`; and where the indikator has no group and its segments are of several.
    """
    alla = [*(m.segment for m in matningar.values()), *(b.segment for b in rader)]
    segment = {s.pk: s for s in alla if s and not s.total}
    if indikator.segmentgrupp_id:
        segment = {pk: s for pk, s in segment.items() if s.grupp_id == indikator.segmentgrupp_id}
    delar = [matningar.get((pk, Kon.TOTALT, ar)) for pk in segment]
    en_grupp = len({s.grupp_id for s in segment.values()}) == 1
    if indikator.enhetsslag != Enhetsslag.PROCENT or len(delar) < 2 or not en_grupp:
        return ""
    helhet = vag_samman((m.taljare, m.namnare) if m else (None, None) for m in delar)
    if helhet is None:
        return ""
    varde = formatera(helhet.varde, decimaler=max(indikator.decimaler, 1))
    return f"{varde}\u00a0% ({skriv_tal(helhet.taljare)} av {skriv_tal(helhet.namnare)})"


def bygg_konstabell(
    indikator: Indikator, matningar: Mapping[tuple, Matning], *, ar: int, namn: Mapping[int | None, str]
) -> Tabell | None:
    """Women's and men's values of a year; None when there are none."""
    segment = [s for s in namn if any((s, k, ar) in matningar for k in (Kon.KVINNOR, Kon.MAN))]
    if not segment:
        return None
    rader = []
    for s in segment:
        k, m, t = (matningar.get((s, kon, ar)) for kon in (Kon.KVINNOR, Kon.MAN, Kon.TOTALT))
        finns = k and m and k.varde is not None and m.varde is not None
        rader.append(
            talrad(
                indikator,
                f"kon-{s or 0}",
                namn[s],
                [k, m, t],
                [Cell(text=skillnad_text(indikator, k.varde - m.varde) if finns else "–")],
                kallor=[matningsadress(indikator, x) if x else "" for x in (k, m, t)],
            )
        )
    return Tabell(
        "kon",
        f"Kvinnor och män {ar}",
        "Segment",
        (
            talkolumn("K", "Kvinnor"),
            talkolumn("M", "Män"),
            talkolumn("T", "Totalt"),
            Kolumn("skillnad", "Skillnad", "kvinnor minus män", enhet=""),
        ),
        tuple(rader),
    )


def bygg_omradestabell(indikator: Indikator, matningar: Iterable[Matning]) -> Tabell | None:
    """The whole region's whole years beside others'; None when no others' have been read in.

    `matningar` are all that the indikator has: what else the page shows, of an enhet or a part of a year, is not what
    others' are compared with.
    """
    region: dict[int, Matning] = {}
    per_omrade: dict[str, dict[int, Matning]] = {}
    for m in matningar:
        if m.kon != Kon.TOTALT or m.delperiod != HELAR or m.segment_id is not None:
            continue
        if m.omrade_id:
            per_omrade.setdefault(m.omrade.namn, {})[m.ar] = m
        elif m.enhet_id is None:
            region[m.ar] = m
    if not per_omrade:
        return None
    aren = sorted({ar for serie in per_omrade.values() for ar in serie})[-AREN_BREDVID:]
    serier = {"Regionen": region} | per_omrade
    return Tabell(
        "omraden",
        "Jämfört med andra",
        "Område",
        tuple(talkolumn(str(a), str(a)) for a in aren),
        tuple(
            talrad(
                indikator,
                f"omrade-{nr}",
                namn,
                [serie.get(a) for a in aren],
                kallor=[matningsadress(indikator, serie[a]) if a in serie else "" for a in aren],
                slag=Radslag.SUMMA if nr == 0 else Radslag.RAD,
            )
            for nr, (namn, serie) in enumerate(serier.items())
        ),
    )


def bygg_maltabell(
    indikator: Indikator, malnivaer: Sequence[Malniva], namn: Mapping[int | None, str]
) -> Tabell:
    """The targets per year, in the words of their rules, with where they stand."""
    procent = indikator.enhetsslag == Enhetsslag.PROCENT
    return Tabell(
        "mal",
        "Målnivåer per år",
        "År och segment",
        (
            _text("mal", "Målnivå"),
            _text("ord", "Betyder"),
            _text("kalla", "Källa"),
        ),
        tuple(
            Rad(
                f"mal-{m.pk}",
                f"{m.ar}, {namn[m.segment_id]}" if m.segment_id else str(m.ar),
                (
                    Cell(text=m.regel),
                    Cell(text=i_ord(las_sparad(m.regel, indikator.matt), procent=procent)),
                    Cell(text=m.kalla or "–"),
                ),
            )
            for m in malnivaer
        ),
    )


def matningsadress(indikator: Indikator, m: Matning) -> str:
    """The page that answers «varifrån?» for a value."""
    return reverse("matning", args=[indikator.kod, m.pk])


def segmentnamn(segment: Iterable[Segment], enhet: Enhet | None = None) -> dict[int | None, str]:
    """Names by id; None is the whole of the region or of the enhet."""
    return {None: enhet.namn if enhet else HELA} | {s.pk: s.namn for s in segment}


def skriv_delperiod(delperiod: int) -> str:
    """The part of a year without its year: «hela året», «jan–jul»."""
    return "hela året" if delperiod == HELAR else skriv_period(0, delperiod).removesuffix(" 0")


def _text(nyckel: str, rubrik: str) -> Kolumn:
    return Kolumn(nyckel, rubrik, slag=Kolumnslag.TEXT)
