"""The figures of a row that a new value of it is held against, to see whether it was given in another unit."""

from collections.abc import Iterable
from decimal import Decimal

from budget.models import Budgetversion, Matt, Post, Uppstallningsslag
from budget.selectors.celler import Cellnyckel
from budget.selectors.summor import ALLA, Nyckel, Summor, hamta_summor
from organisation.permissions import Enhetsurval


def hamta_ursprung(version: Budgetversion, poster: Iterable[Post], urval: Enhetsurval) -> Summor:
    """What the version that this one is a copy of has in the same cells, of the poster in mnkr. One query; none for a
    version that is no copy."""
    i_mnkr = [p.pk for p in poster if p.matt == Matt.MNKR]
    if not version.kopia_av_id or not i_mnkr:
        return {}
    return hamta_summor(
        kolumner=[(version.kopia_av_id, ar) for ar in version.ar_lista],
        poster=i_mnkr,
        period=version.period,
        urval=urval,
    )


def referenser(data, celler: Iterable[Cellnyckel], ursprung: Summor) -> dict[Cellnyckel, tuple[Decimal, ...]]:
    """Of every cell in mnkr: what its row has in the table's columns, also in the cell itself before, in the version
    that this one is a copy of and, of an äskande, as its ram; in kronor. No queries.

    `data` is a table's raw material: an Uppstallningsdata, or an Objektdata.
    """
    version, u = data.version, data.uppstallning
    i_mnkr = {p.pk for p in data.poster if p.matt == Matt.MNKR}
    kolumner = [(k.kalla_id, k.ar) for k in data.kolumner]
    svar = {}
    for cell in celler:
        if cell.post not in i_mnkr:
            continue
        omfang = f"enhet:{cell.enhet}" if u.per_enhet else ALLA
        rad = [data.summor.get(Nyckel(cell.post, *k, omfang)) for k in kolumner]
        rad.append(ursprung.get(Nyckel(cell.post, version.kopia_av_id or 0, cell.ar, omfang)))
        varden = [s.varde for s in rad if s]
        if u.slag == Uppstallningsslag.ASKANDE and data.mot_ramen(cell.post):
            varden += [r for _, ar in kolumner if (r := data.ramen(cell.enhet, ar)) is not None]
        svar[cell] = tuple(varden)
    return svar
