"""The goals against the published figures of Verksamhetsplan och budget 2024, and at their boundaries."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.regler.finansiella_mal import Avsteg, Malunderlag, Utfall, bedom, gallande_avsteg
from regionskane.lib.belopp import MNKR, formatera_procent

TRYCKT = [  # år, resultat, bas, nettolåneskuld, avskrivningar, investeringar, balanskravsresultat
    (2022, 2897, 49459, None, None, None, 1232),
    (2023, -4533, 50862, 8951, None, None, -4391),
    (2024, -4417, 53484, 10985, 1966, 5398, -4000),
    (2025, 652, 55101, 12228, 2286, 5228, 0),
    (2026, 1144, 57201, 13982, 2497, 5075, 295),
]
AREN = [Malunderlag(ar, *(None if x is None else x * MNKR for x in rad)) for ar, *rad in TRYCKT]


def _procent(andelar):
    return [a if a is None else formatera_procent(a).replace("\u00a0", " ") for a in andelar]


def test_publicerade_andelar():
    mal = bedom(reversed(AREN))
    assert [m.ar for m in mal] == [2022, 2023, 2024, 2025, 2026]
    assert _procent(m.resultatandel for m in mal) == ["5,9 %", "−8,9 %", "−8,3 %", "1,2 %", "2,0 %"]
    assert _procent(m.skuldsattningsmal.andel for m in mal) == [None, "17,6 %", "20,5 %", "22,2 %", "24,4 %"]
    assert _procent(m.sjalvfinansieringsgrad for m in mal) == [None, None, "−45,4 %", "56,2 %", "71,7 %"]
    assert [m.balanskrav.utfall.value for m in mal] == [
        "uppfyllt", "ej_uppfyllt", "ej_uppfyllt", "uppfyllt", "uppfyllt",
    ]  # fmt: skip
    assert mal[2].balanskrav.saknas == 4000 * MNKR


def test_fem_ar_bedoms_och_farre_gor_det_inte():
    mal = bedom(AREN)
    sista = mal[-1].resultatmal
    assert _procent([sista.andel]) == ["−1,6 %"]
    assert (sista.utfall, sista.kanda_ar) == (Utfall.EJ_UPPFYLLT, 5)
    assert sista.saknas == (Decimal("0.02") * 266107 + 4257) * MNKR
    assert [(m.resultatmal.utfall.value, m.resultatmal.kanda_ar) for m in mal[:4]] == [
        ("kan_ej_bedomas", n) for n in (1, 2, 3, 4)
    ]
    assert mal[1].resultatmal.andel == Decimal(2897 - 4533) / (49459 + 50862)
    assert mal[1].resultatmal.saknas is None


def test_pa_gransen_ar_uppfyllt_och_en_krona_bort_ar_det_inte():
    jamnt = [Malunderlag(ar, Decimal(2), Decimal(100), Decimal(25)) for ar in range(2022, 2027)]
    sista = bedom(jamnt)[-1]
    assert sista.resultatmal.utfall == sista.skuldsattningsmal.utfall == Utfall.UPPFYLLT
    assert sista.resultatmal.saknas == sista.skuldsattningsmal.saknas == 0
    under = bedom([*jamnt[:4], replace(jamnt[4], arets_resultat=Decimal(1), nettolaneskuld=Decimal(26))])[-1]
    assert under.resultatmal.utfall == under.skuldsattningsmal.utfall == Utfall.EJ_UPPFYLLT
    assert under.resultatmal.saknas == under.skuldsattningsmal.saknas == 1


def test_inget_kant_bedoms_inte():
    (m,) = bedom([Malunderlag(2024)])
    for b in (m.resultatmal, m.balanskrav, m.skuldsattningsmal):
        assert (b.utfall, b.andel, b.saknas) == (Utfall.KAN_EJ_BEDOMAS, None, None)
    assert m.sjalvfinansieringsgrad is None
    assert bedom([Malunderlag(2024, Decimal(1), Decimal(0), Decimal(1))])[0].skuldsattningsmal.andel is None


def test_fore_forsta_aret_finns_ingen_grans():
    (m,) = bedom([Malunderlag(2021, Decimal(5), Decimal(100), Decimal(1))])
    assert m.resultatmal.utfall == m.skuldsattningsmal.utfall == Utfall.KAN_EJ_BEDOMAS


def test_samma_ar_tva_ganger_avvisas():
    with pytest.raises(ValueError, match="två gånger"):
        bedom([AREN[0], AREN[0]])


def test_avsteget_galler_sina_ar_och_sitt_mal():
    avsteg = (
        Avsteg("resultatmal", 2024, 2025, "Tillfälliga kostnader", "Regionfullmäktige"),
        Avsteg("resultatmal", 2027, 2027, "Igen", "Regionfullmäktige"),
    )
    galler = {ar: gallande_avsteg(avsteg, "resultatmal", ar) for ar in range(2022, 2029)}
    assert [ar for ar, a in galler.items() if a] == [2024, 2025, 2027]
    assert galler[2027].motiv == "Igen"
    assert gallande_avsteg(avsteg, "skuldsattningsmal", 2024) is None
    assert gallande_avsteg((), "resultatmal", 2024) is None


belopp = st.decimals(-(10**11), 10**11, places=2)
positiva = st.decimals("0.01", 10**11, places=2)


@given(
    st.lists(st.tuples(belopp, positiva), min_size=5, max_size=5),
    st.integers(0, 4),
    st.decimals(0, 10**11, places=2),
)
def test_battre_resultat_gor_aldrig_ett_uppfyllt_mal_ouppfyllt(rader, plats, mer):
    fore = [
        Malunderlag(2022 + i, r, bas, nettolaneskuld=bas / 4, balanskravsresultat=r)
        for i, (r, bas) in enumerate(rader)
    ]
    efter = list(fore)
    battre = fore[plats].arets_resultat + mer
    efter[plats] = replace(fore[plats], arets_resultat=battre, balanskravsresultat=battre)
    for a, b in zip(bedom(fore), bedom(efter), strict=True):
        for mal in ("resultatmal", "balanskrav", "skuldsattningsmal"):
            if getattr(a, mal).utfall == Utfall.UPPFYLLT:
                assert getattr(b, mal).utfall == Utfall.UPPFYLLT
