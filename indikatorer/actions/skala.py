"""Values that look to be of another scale than their rows: percentages that look like shares or have lost their decimal
comma, and what is measured in thousands or millions and was written out. Asked about once, for all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from indikatorer.actions.matningar import Matningsandring
from indikatorer.models import Enhetsslag, Indikator
from indikatorer.regler.matt import har_mangd
from indikatorer.regler.skala import fel_steg, flytta, steg_i_ord
from indikatorer.regler.skrift import HARDBLANK, skriv_tal
from indikatorer.selectors.celler import Matningsnyckel
from indikatorer.selectors.register import hamta_jamforbara


@dataclass(frozen=True, slots=True)
class Skalfraga:
    """A value of a cell that is about ten or a hundred times off the value `jamfort` of the same row and year
    `jamfort_ar` (a percentage), or thousands of times; moving its comma `steg` steps makes it right."""

    cell: Matningsnyckel
    varde: Decimal
    jamfort_ar: int
    jamfort: Decimal
    steg: int
    procent: bool = True


def hitta_skalfragor(varden: Mapping[Matningsnyckel, Decimal | None]) -> tuple[Skalfraga, ...]:
    """The new values that are to be asked about, in order. Two queries.

    What was saved as it stands is what the next value of the row is held against, so an answer is not asked for again.
    """
    givna = {c: v for c, v in varden.items() if v}
    procent = {
        i.pk: i.enhetsslag == Enhetsslag.PROCENT
        for i in Indikator.objects.filter(pk__in={c.indikator for c in givna})
        if i.enhetsslag == Enhetsslag.PROCENT or har_mangd(i.matt)
    }
    givna = {c: v for c, v in givna.items() if c.indikator in procent}
    if not givna:
        return ()
    jamforbara = hamta_jamforbara(givna)
    serier: dict[Matningsnyckel, dict[int, Decimal]] = {}
    for c, v in givna.items():
        serier.setdefault(c._replace(ar=0), {})[c.ar] = v
    funna = []
    for c, v in givna.items():
        # A row that is new has only the earlier years of what is given with it.
        tidigare = serier[c._replace(ar=0)]
        mot = jamforbara.get(c) or max(((ar, t) for ar, t in tidigare.items() if ar < c.ar), default=None)
        i_procent = procent[c.indikator]
        if mot and (steg := fel_steg(v, mot[1], mangd=not i_procent)):
            funna.append(Skalfraga(c, v, *mot, steg, i_procent))
    return tuple(funna)


def rakna_om(andringar: Iterable[Matningsandring], fragor: Iterable[Skalfraga]) -> list[Matningsandring]:
    """The changes with the values that were asked about as those of their rows."""
    steg = {f.cell: f.steg for f in fragor}
    return [
        replace(a, nytt=replace(a.nytt, varde=flytta(a.nytt.varde, steg[a.cell]))) if a.cell in steg else a
        for a in andringar
    ]


def fraga_om_skala(fragor: Iterable[Skalfraga], antal: int) -> str:
    """The question, for the user, about those of `antal` new values that it is asked of."""
    fragor = list(fragor)
    vilka = (
        "Värdet"
        if antal == 1
        else f"Alla {antal} värden"
        if len(fragor) == antal
        else f"{len(fragor)} av {antal} värden"
    )
    stegen = sorted({f.steg for f in fragor}, key=lambda s: (-abs(s), -s))
    ord_ = " eller ".join(steg_i_ord(s, flera=len(fragor) > 1) for s in stegen)
    f = fragor[0]
    return (
        f"{vilka} ser ut att vara {ord_} mot samma rads andra år: {skriv_tal(f.varde)} mot {skriv_tal(f.jamfort)} "
        f"({f.jamfort_ar}). Omräknat blir det {skriv_tal(flytta(f.varde, f.steg))}."
    ).replace(HARDBLANK, " ")


def fragans_enhet(fragor: Iterable[Skalfraga]) -> str:
    """What the values would be recounted to."""
    return "procent" if all(f.procent for f in fragor) else "måttets enhet"
