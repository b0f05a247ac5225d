"""A table in two columns of any versions and years, and the change between them."""

from dataclasses import replace
from typing import NamedTuple

from budget.models import Budgetversion, Posttyp, Uppstallning, Versionskolumn
from budget.selectors.jamforelse import ar_kopior, hamta_faktaandring
from budget.selectors.summor import ALLA
from budget.selectors.uppstallning import Uppstallningsdata, hamta_uppstallning
from budget.tabeller.uppstallning import bygg_tabell, forandring
from organisation.permissions import Enhetsurval
from regionskane.lib.tabell import Cell, Kolumnslag, Tabell


class Kolumnval(NamedTuple):
    """A year of a version, as it is chosen to be compared."""

    version: Budgetversion
    ar: int

    def __str__(self):
        return self.version.namn if self.ar == self.version.ar else f"{self.version.namn}, år {self.ar}"


def parkolumner(
    u: Uppstallning, ny: Kolumnval, gammal: Kolumnval, rubriker: tuple[str, str] | None = None
) -> tuple[Versionskolumn, ...]:
    """The two columns, with the versions' names under their years unless told («rubriker», the older one first)."""
    rubriker = rubriker or (gammal.version.namn, ny.version.namn)
    return tuple(
        Versionskolumn(version=ny.version, uppstallning=u, kalla=val.version, ar=val.ar, rubrik=rubrik)
        for val, rubrik in zip((gammal, ny), rubriker, strict=True)
    )


def bygg_par(
    u: Uppstallning,
    ny: Kolumnval,
    gammal: Kolumnval,
    urval: Enhetsurval,
    rubriker: tuple[str, str] | None = None,
) -> Tabell:
    """A table with two columns, `gammal` and `ny` («rubriker» under their years), and the change between them."""
    valda = parkolumner(u, ny, gammal, rubriker)
    data = hamta_uppstallning(ny.version, u, valda, urval)
    data = replace(data, poster=tuple(p for p in data.poster if p.typ != Posttyp.REGEL or p.regel))
    t = bygg_tabell(data, par=True)
    if ny.ar != gammal.ar or ny.version == gammal.version or not ar_kopior(ny.version, gammal.version):
        return t
    fakta = hamta_faktaandring(ny.version, gammal.version, ny.ar, data.poster, urval)
    return _av_fakta(t, data, fakta, ny, gammal)


def _av_fakta(t: Tabell, data: Uppstallningsdata, fakta, ny_val: Kolumnval, gammal: Kolumnval) -> Tabell:
    """The table with the change of facts in its change column, and a note where a decided figure does not follow from
    its parts, so that what stands on both sides of the change does not add up to it. A share of a printed figure is no
    share of facts, so the change in percent is left out."""
    plats = {k.nyckel: i for i, k in enumerate(t.kolumner)}
    andring = next(i for i, k in enumerate(t.kolumner) if k.slag == Kolumnslag.DIFFERENS)
    ny, fore = (plats[n] for n in t.kolumner[andring].av)
    behall = [i for i, k in enumerate(t.kolumner) if k.slag != Kolumnslag.PROCENT]
    omfang, poster = _radernas_omfang(data), {p.kod: p for p in data.poster}
    rader, noter = [], list(t.noter)
    for rad in t.rader:
        if not rad.celler:
            rader.append(rad)
            continue
        post = poster[rad.nyckel] if not data.rad_per_enhet else data.poster[0]
        var, blev = fakta.get((post.pk, omfang.get(rad.nyckel, ALLA)), (None, None))
        celler, cell = list(rad.celler), rad.celler[andring]
        varde = forandring(post, blev, var, procent=False)
        visad = forandring(post, celler[ny].varde, celler[fore].varde, procent=False)
        cell = cell._replace(varde=varde, kalla=cell.kalla if varde == visad else "")
        if varde is not None and visad is not None and varde != visad:
            # Either of them may be the decided one, or both.
            for val, kolumn, faktum in ((gammal, fore, var), (ny_val, ny, blev)):
                k, sagt = rad.i(t.kolumner[kolumn]), celler[kolumn]
                if sagt.varde == faktum:
                    continue
                if sagt.delar_ger != faktum:
                    noter.append(avvek(f"{rad.rubrik}: {val.version}", k.text(sagt), k.text(Cell(faktum))))
                    sagt = Cell(noter=(len(noter),))
                cell = cell._replace(noter=(*cell.noter, *sagt.noter))
        celler[andring] = cell
        rader.append(replace(rad, celler=tuple(celler[i] for i in behall)))
    return replace(
        t,
        kolumner=tuple(t.kolumner[i] for i in behall),
        rader=tuple(rader),
        noter=tuple(noter),
    )


def avvek(vad: str, beslutat: str, delarna: str) -> str:
    """The note on a change that the decided figure beside it does not explain."""
    return f"{vad} beslutades till {beslutat}; delarna gav {delarna}. Ändringen räknas från delarna."


def _radernas_omfang(data: Uppstallningsdata) -> dict[str, str]:
    """What the figures of a row (key) are of, in a table of enheter."""
    if not data.rad_per_enhet:
        return {}
    enheter = {f"enhet-{p.enhet_kod}": f"enhet:{p.enhet_id}" for p in data.synliga}
    return enheter | {f"sektor-{p.sektor_kod}": f"sektor:{p.sektor_id}" for p in data.synliga}
