"""Scenario against hand calculations on Budget 2024 (bilaga 1 and 2, textrad 3771–3897), and its signs."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.regler.balanskrav import Arsunderlag, Matt
from budget.regler.finansiella_mal import Malunderlag, Utfall
from budget.regler.scenario import (
    RADER,
    Antaganden,
    OgiltigtScenario,
    Scenariounderlag,
    Slag,
    arseffekter,
    las_antaganden,
    rakna,
    skriv_antaganden,
)
from regionskane.lib.belopp import MNKR

AREN = (2024, 2025, 2026)
INTAKTER, KOSTNADER = (11190, 11699, 11146), (-62834, -62068, -63426)
SKATT, UTJAMNING, FINANS = (39710, 41736, 43618), (13774, 13366, 13583), (-88, -228, -335)
TRYCKT = [  # år, resultat, bas, nettolåneskuld, avskrivningar, investeringar, reavinster, blandmodell, skäl
    (2022, 2897, 49459, None, None, None, -5, -645, 0),
    (2023, -4533, 50862, 8951, None, None, -48, 190, 4391),
    (2024, -4417, 53484, 10985, 1966, 5398, -5, 422, 4000),
    (2025, 652, 55101, 12228, 2286, 5228, -2, -650, 0),
    (2026, 1144, 57201, 13982, 2497, 5075, -2, -848, 0),
]


def _kr(tal):
    return None if tal is None else Decimal(str(tal)) * MNKR


def _underlag():
    rader = {
        ar: dict(zip(RADER, map(_kr, varden), strict=True))
        for ar, *varden in zip(AREN, INTAKTER, KOSTNADER, SKATT, UTJAMNING, FINANS, strict=True)
    }
    krav = tuple(
        Arsunderlag(
            ar,
            {
                "arets_resultat": Matt(_kr(resultat), MNKR),
                "reavinster": Matt(_kr(rea), MNKR),
                "blandmodell": Matt(_kr(bland), MNKR),
            }
            | ({"reserv_till": Matt(_kr(-1015), MNKR)} if ar == 2022 else {}),
            synnerliga_skal=Matt(_kr(skal), MNKR),
            ib_aterstalla=Matt(_kr(1232), MNKR) if ar == 2022 else None,
        )
        for ar, resultat, _, _, _, _, rea, bland, skal in TRYCKT
    )
    # The balanskravsresultat of each year by its own lines: 2 897 − 5 − 645 − 1 015 = 1 232, and so on.
    kravresultat = dict(zip(range(2022, 2027), (1232, -4391, -4000, 0, 294), strict=True))
    mal = tuple(
        Malunderlag(ar, *map(_kr, (resultat, bas, skuld, avskr, inv)), _kr(kravresultat[ar]), _kr(skal))
        for ar, resultat, bas, skuld, avskr, inv, _, _, skal in TRYCKT
    )
    return Scenariounderlag(AREN, rader, mal, krav)


U = _underlag()


def _mnkr(varden):
    return [v / MNKR for v in varden]


def _tal(*texter):
    return [Decimal(t) for t in texter]


def test_lpik_en_procentenhet_hogre_2024_for_hand():
    ar = rakna(U, Antaganden(lpik={2024: Decimal(1)}))
    # Costs × 1 %: 62 834 → 628,34; the price level stays, so 62 068 → 620,68 and 63 426 → 634,26.
    assert _mnkr(a.effekt.resultat for a in ar) == _tal("-628.34", "-620.68", "-634.26")
    # Årets resultat: −4 417 − 628,34; 652 − 620,68; 1 144 − 634,26.
    assert _mnkr(a.efter.underlag.arets_resultat for a in ar) == _tal("-5045.34", "31.32", "509.74")
    # Nettolåneskuld: 10 985 + 628,34; 12 228 + 628,34 + 620,68; 13 982 + 628,34 + 620,68 + 634,26.
    assert _mnkr(a.efter.underlag.nettolaneskuld for a in ar) == _tal("11613.34", "13477.02", "15865.28")
    # Balanskravsresultat: −4 000 − 628,34; 0 − 620,68; 294 − 634,26.
    assert _mnkr(a.krav_efter.balanskravsresultat for a in ar) == _tal("-4628.34", "-620.68", "-340.26")
    # Synnerliga skäl cover 4 000 of 2024, so 628,34 is to restore; then + 620,68 and + 340,26.
    assert _mnkr(a.krav_efter.ub_aterstalla for a in ar) == _tal("628.34", "1249.02", "1589.28")
    assert _mnkr(a.krav_fore.ub_aterstalla for a in ar) == _tal("0", "0", "0")
    # 15 865,28 / 57 201 = 27,7 % where 13 982 / 57 201 = 24,4 %: the goal of 25 % is met no longer.
    assert [a.fore.skuldsattningsmal.utfall for a in ar] == [Utfall.UPPFYLLT] * 3
    assert [a.efter.skuldsattningsmal.utfall for a in ar] == [Utfall.UPPFYLLT] * 2 + [Utfall.EJ_UPPFYLLT]
    assert ar[2].efter.skuldsattningsmal.andel == Decimal("15865.28") / 57201
    assert ar[2].efter.skuldsattningsmal.saknas / MNKR == Decimal("15865.28") - Decimal(57201) / 4
    # Resultatmål over 2022–2026: −4 257 − 1 883,28 of 266 107; the limit is 2 %, 5 322,14.
    assert ar[2].efter.resultatmal.andel == Decimal("-6140.28") / 266107
    assert ar[2].efter.resultatmal.saknas / MNKR == Decimal("5322.14") + Decimal("6140.28")
    # Självfinansieringsgrad 2026: (509,74 + 2 497) / 5 075.
    assert ar[2].efter.sjalvfinansieringsgrad == Decimal("3006.74") / 5075


def test_lpik_tva_ar_i_rad_vaxer_pa_varandra():
    ar = rakna(U, Antaganden(lpik={2024: Decimal(1), 2025: Decimal(1)}))
    # 1,01 · 1,01 − 1 = 2,01 %: 62 068 · 0,0201 = 1 247,5668 and 63 426 · 0,0201 = 1 274,8626.
    assert _mnkr(a.effekt.resultat for a in ar) == _tal("-628.34", "-1247.5668", "-1274.8626")


def test_ranta_raknas_pa_det_som_lanats_aren_fore():
    ar = rakna(U, Antaganden(lpik={2024: Decimal(1)}, ranta=Decimal(3)))
    # 2025: 3 % of 628,34 = 18,8502. 2026: 3 % of 628,34 + 620,68 + 18,8502 = 1 267,8702, which is 38,036106.
    assert _mnkr(a.effekt.summa("finansnetto") for a in ar) == _tal("0", "-18.8502", "-38.036106")
    assert ar[2].effekt.skuld == ar[2].efter.underlag.nettolaneskuld - ar[2].fore.underlag.nettolaneskuld
    assert ar[2].effekt.skuld / MNKR == Decimal("1267.8702") + Decimal("634.26") + Decimal("38.036106")


def test_skatteunderlag_andrar_bade_resultat_och_bas():
    ar = rakna(U, Antaganden(skatteunderlag={2025: Decimal(-1)}))
    # One point lower from 2025: 41 736 · −1 % = −417,36 and 43 618 · −1 % = −436,18; bas loses as much.
    assert _mnkr(a.effekt.resultat for a in ar) == _tal("0", "-417.36", "-436.18")
    assert [a.efter.underlag.bas - a.fore.underlag.bas for a in ar] == [a.effekt.resultat for a in ar]
    assert ar[1].efter.skuldsattningsmal.andel == Decimal("12645.36") / Decimal("54683.64")


def test_skattesats_en_krona_ar_skatteintakter_genom_skattesats():
    ar = rakna(U, Antaganden(skattesats={2025: Decimal(50)}, skattesats_nu=Decimal("11.18")))
    # 41 736 / 11,18 = 3 733,10 mnkr per krona; 50 öre give half of it, and stay in 2026.
    assert ar[0].effekt.steg == ()
    assert ar[1].effekt.resultat == (_kr(41736) / 2 / Decimal("11.18")).quantize(Decimal("0.01"))
    assert ar[1].effekt.steg[0].bas == _kr(41736) / Decimal("11.18")
    assert ar[2].effekt.resultat == (_kr(43618) / 2 / Decimal("11.18")).quantize(Decimal("0.01"))
    assert ar[2].efter.underlag.nettolaneskuld == _kr(13982) - ar[1].effekt.resultat - ar[2].effekt.resultat


def test_skattesatsen_tas_pa_det_andrade_skatteunderlaget():
    ar = rakna(
        U,
        Antaganden(
            skatteunderlag={2024: Decimal(1)}, skattesats={2024: Decimal(100)}, skattesats_nu=Decimal(10)
        ),
    )
    # 39 710 + 397,10 = 40 107,10; a tenth of it is 4 010,71.
    assert [s.effekt / MNKR for s in ar[0].effekt.steg] == _tal("397.10", "4010.71")


def test_fritt_belopp_galler_bara_sitt_ar_men_skulden_ligger_kvar():
    ar = rakna(U, Antaganden(belopp={"kostnader": {2024: _kr(-100)}, "utjamning_bidrag": {2025: _kr(30)}}))
    assert _mnkr(a.effekt.resultat for a in ar) == _tal("-100", "30", "0")
    assert _mnkr(a.effekt.bas for a in ar) == _tal("0", "30", "0")
    assert _mnkr(a.effekt.skuld for a in ar) == _tal("100", "70", "70")


@pytest.mark.parametrize("a", [Antaganden(), Antaganden(ranta=Decimal(5))])
def test_inga_antaganden_andrar_inget(a):
    assert not a
    for ar in rakna(U, a):
        assert ar.fore == ar.efter
        assert ar.effekt.steg == () and ar.effekt.skuld == 0
        assert ar.krav_efter.poster == ar.krav_fore.poster
        assert ar.krav_efter.brister == ar.krav_fore.brister


def test_saknad_rad_raknas_inte_och_saknat_mal_forblir_okant():
    utan = replace(
        U, rader={ar: {} for ar in AREN}, mal=tuple(replace(m, nettolaneskuld=None) for m in U.mal)
    )
    ar = rakna(utan, Antaganden(lpik={2024: Decimal(1)}, belopp={"finansnetto": {2024: _kr(-5)}}))
    assert _mnkr(a.effekt.resultat for a in ar) == _tal("-5", "0", "0")
    assert {a.efter.underlag.nettolaneskuld for a in ar} == {None}
    assert {a.efter.skuldsattningsmal.utfall for a in ar} == {Utfall.KAN_EJ_BEDOMAS}


per_ar = st.dictionaries(st.sampled_from(AREN), st.decimals(-5, 5, places=2))


@given(per_ar, per_ar, st.decimals(0, 9, places=1))
def test_resultat_skuld_och_eget_kapital_hanger_ihop(lpik, skatt, ranta):
    ar = rakna(U, Antaganden(lpik=lpik, skatteunderlag=skatt, ranta=ranta))
    lanat = Decimal(0)
    for a in ar:
        andring = a.efter.underlag.arets_resultat - a.fore.underlag.arets_resultat
        lanat -= andring
        assert a.efter.underlag.nettolaneskuld - a.fore.underlag.nettolaneskuld == lanat
        assert a.krav_efter.balanskravsresultat - a.krav_fore.balanskravsresultat == andring
        assert a.efter.underlag.balanskravsresultat == a.krav_efter.balanskravsresultat
        assert andring == andring.quantize(Decimal("0.01"))


@given(st.sampled_from(AREN), st.decimals("0.01", 5, places=2))
def test_tecken(ar, tal):
    """Higher costs are worse, higher taxes better, and each with the other sign the other way."""

    def sista(**a):
        return rakna(U, Antaganden(**a))[-1].effekt

    assert sista(lpik={ar: tal}).resultat < 0 < sista(lpik={ar: -tal}).resultat
    assert sista(skatteunderlag={ar: -tal}).resultat < 0 < sista(skatteunderlag={ar: tal}).resultat
    hojd = sista(skattesats={ar: tal}, skattesats_nu=Decimal("11.18"))
    assert hojd.resultat > 0 > hojd.skuld
    assert hojd.bas == hojd.resultat


def test_stegen_ar_de_som_star_i_antagandena():
    a = Antaganden(lpik={2024: Decimal(1)}, belopp={"intakter": {2024: _kr(1)}})
    steg = arseffekter(U, a)[2024].steg
    assert [(s.slag, s.rad) for s in steg] == [(Slag.LPIK, "kostnader"), (Slag.BELOPP, "intakter")]
    assert steg[0].bas * steg[0].tal == steg[0].effekt


def test_antaganden_lases_som_de_skrevs():
    a = Antaganden(
        lpik={2024: Decimal("1.25")},
        skattesats={2025: Decimal(-5)},
        belopp={"kostnader": {2026: _kr("-1.5")}},
        skattesats_nu=Decimal("11.18"),
        ranta=Decimal("3.1"),
    )
    assert las_antaganden(skriv_antaganden(a), AREN) == a
    assert las_antaganden({}, AREN) == Antaganden()
    assert not las_antaganden({"lpik": {"2024": "0"}}, AREN)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ([], "form"),
        ({"annat": 1}, "form"),
        ({"lpik": [1]}, "form"),
        ({"lpik": {"2030": "1"}}, "inget år 2030"),
        ({"lpik": {"2024": "ett"}}, "inte ett tal"),
        ({"lpik": {"2024": "NaN"}}, "högst 50"),
        ({"lpik": {"2024": "51"}}, "högst 50"),
        ({"belopp": {"avskrivningar": {"2024": "1"}}}, "inte kan ändra"),
        ({"ranta": "-1"}, "negativ"),
        ({"ranta": "26"}, "högst 25"),
        ({"skattesats_nu": "0"}, "mer än noll"),
        ({"skattesats": {"2024": "5"}}, "dagens skattesats"),
    ],
)
def test_ogiltiga_antaganden_avvisas(data, text):
    with pytest.raises(OgiltigtScenario, match=text):
        las_antaganden(data, AREN)
