"""The published tables against the sense of units: as printed nothing is asked, a thousand times over everything is."""

from decimal import Decimal

import pytest

from budget.actions.versioner import kopiera_version
from budget.models import Budgetversion, Posttyp
from budget.regler.enhetssinne import DELAS_MED, Enhet, Slag, Varde, bedom
from budget.selectors.celler import Cellnyckel
from budget.selectors.enhetssinne import hamta_ursprung, referenser
from budget.selectors.investeringar import hamta_objekt
from budget.selectors.summor import ALLA_ENHETER
from budget.selectors.uppstallning import hamta_kolumner, hamta_uppstallning
from regionskane.lib.belopp import MNKR

pytestmark = pytest.mark.django_db


def tabeller():
    """Every table of every version of the example."""
    for version in Budgetversion.objects.order_by("kod"):
        for u, kolumner in hamta_kolumner(version).items():
            hamta = hamta_objekt if u.per_objekt else hamta_uppstallning
            yield hamta(version, u, kolumner, ALLA_ENHETER)


def arskolumner(data):
    """What is printed in each year column with the rest of its row, in mnkr; only what somebody gives."""
    blad = {p.pk: p.matt for p in data.poster if p.typ == Posttyp.BLAD and p.matt == "mnkr"}
    rader = {}
    for n, s in data.summor.items():
        if n.post in blad and (n.omfang.startswith("enhet:") or not data.uppstallning.per_enhet):
            rader.setdefault((n.post, n.omfang), {})[n.version, n.ar] = s.varde / MNKR
    for k in data.kolumner:
        har = (k.kalla_id, k.ar)
        yield (
            k,
            [
                (nyckel, rad[har], tuple(v for kol, v in rad.items() if kol != har))
                for nyckel, rad in rader.items()
                if rad.get(har)
            ],
        )


def test_ingen_publicerad_tabell_fragas_det_om_men_tusen_ganger_den():
    provade = 0
    for data in tabeller():
        for k, kolumn in arskolumner(data):
            var = (data.version.kod, data.uppstallning.kod, k.kalla.kod, k.ar)
            assert not bedom(Varde(*rad) for rad in kolumn), var
            if not any(abs(m) >= 1 for _, _, mot in kolumn for m in mot):
                continue  # a table of one year has nothing to be held against
            for enhet in (Enhet.TKR, Enhet.KR):
                u = bedom(Varde(plats, v * DELAS_MED[enhet], mot) for plats, v, mot in kolumn)
                assert (u.slag, u.enhet, len(u.galler)) == (Slag.HELT, enhet, len(kolumn)), var
            provade += 1
    assert provade > 40


def test_en_kopia_jamfors_ocksa_med_sitt_ursprung(version):
    kopia = kopiera_version(kalla=version("B2024"), kod="B2024-K", namn="Kopia")
    u, kolumner = next((u, k) for u, k in hamta_kolumner(kopia).items() if u.kod == "skatt")
    # Without the years beside it there is only the version that it is a copy of.
    egna = tuple(k for k in kolumner if k.kalla_id == kopia.pk)[:1]
    data = hamta_uppstallning(kopia, u, egna, ALLA_ENHETER)
    post = next(p for p in data.poster if p.kod == "skatteintakter")
    region = data.placeringar[0].enhet_id
    cell = Cellnyckel(region, post.pk, 2025)
    ursprung = hamta_ursprung(kopia, data.poster, ALLA_ENHETER)
    assert referenser(data, [cell], ursprung) == {cell: (39_710 * MNKR, 41_736 * MNKR)}
    assert referenser(data, [cell], {}) == {cell: (39_710 * MNKR,)}
    assert hamta_ursprung(version("B2024"), data.poster, ALLA_ENHETER) == {}


def test_rader_i_andra_enheter_fragas_inte_om(version):
    arb = version("B2024-ARB")
    u, kolumner = next((u, k) for u, k in hamta_kolumner(arb).items() if u.kod == "forutsattningar")
    data = hamta_uppstallning(arb, u, kolumner, ALLA_ENHETER)
    region = data.placeringar[0].enhet_id
    celler = [Cellnyckel(region, p.pk, 2024) for p in data.poster]
    med = {c.post for c in referenser(data, celler, {})}
    assert med == {p.pk for p in data.poster if p.matt == "mnkr"} and 0 < len(med) < len(celler)
    assert all(isinstance(m, Decimal) for mot in referenser(data, celler, {}).values() for m in mot)
