"""Printed figures against others, each known to its last digit; totals; periods."""

from decimal import Decimal

import pytest

from indikatorer.regler import kontroll
from indikatorer.regler.kontroll import Slag, Spann, jamfor, jamfor_varden, samma_mal, tryckt_tal, vagd_andel
from indikatorer.regler.malregel import Riktning
from indikatorer.regler.period import OgiltigPeriod, skriv_period, tolka_period
from indikatorer.regler.skrift import tolka
from indikatorer.regler.vagning import vag_samman

D = Decimal


def slag(skillnad):
    return skillnad and skillnad.slag


def test_ett_tryckt_varde_mot_ett_annat():
    assert jamfor_varden(D("43"), D("43.4")) is None
    assert jamfor_varden(D("91.7"), D("91.7")) is None
    # Half way is rounded up, so 45 is not how 45,5 is written; but nothing else than rounding lies between.
    assert slag(jamfor_varden(D("45"), D("45.5"))) == Slag.AVRUNDNING
    assert slag(jamfor_varden(D("35"), D("36"))) == Slag.FEL
    assert jamfor_varden(D("45.5"), D("46")) is None
    assert jamfor_varden(D("35"), D("36")).differens == -1


def test_forandringar_mellan_avrundade_tal():
    assert jamfor(D("-4"), kontroll.forandring(D(5184), D(5374))) is None
    assert jamfor(D("7.1"), kontroll.forandring(D(5374), D(5019))) is None
    # Hours of absence are negative and grow by plus.
    assert jamfor(D("20.02"), kontroll.forandring(D(-25350), D(-21122))) is None
    assert slag(jamfor(D("-0.3"), kontroll.forandring(D(715), D(719)))) == Slag.FEL
    assert slag(jamfor(D("99.2"), kontroll.forandring(D(5), D(2)))) == Slag.AVRUNDNING
    assert kontroll.forandring(D(5), D(0)) is None
    assert slag(jamfor(D("0.33"), kontroll.differens(D("2.97"), D("2.63")))) == Slag.AVRUNDNING
    assert slag(jamfor(D("0.36"), kontroll.differens(D("2.97"), D("2.63")))) == Slag.FEL


def test_summor_och_vagda_andelar():
    assert kontroll.summa([D("1.5"), D("2")]) == Spann(D("3.5"), D("2.95"), D("4.05"))
    # 10 of 100 and 90 of 300 are a quarter of 400, where the mean of the percentages is a fifth.
    assert vagd_andel([(100, D(10)), (300, D(30))]).mitt == 25
    assert vag_samman([(D(10), D(100)), (D(90), D(300))]).varde == 25
    assert vag_samman([(D(10), D(100)), (None, D(300))]) is None
    assert vag_samman([]) is None
    undertryckt = vagd_andel([(8, D(50)), (2, None)])
    assert (undertryckt.mitt, undertryckt.hogst >= 60) == (50, True)
    assert vagd_andel([(2, None)]) is None


@pytest.mark.parametrize(
    ("text", "tal"),
    [("15 092", "15092"), ("-0,1", "-0.1"), ("drygt 13", "13"), ("−4", "-4"), ("cirka 27 200", "27200")],
)
def test_tryckta_tal(text, tal):
    assert tryckt_tal(text) == D(tal)
    with pytest.raises(ValueError, match="inget tal"):
        tryckt_tal("iu")


def test_samma_mal_ar_det_som_bedomer_varje_varde_lika():
    hogre, lagre = Riktning.HOGRE, Riktning.LAGRE
    assert samma_mal(tolka("80 procent"), tolka("≥80%"), hogre)
    assert not samma_mal(tolka("80 procent"), tolka(">80%"), hogre)
    assert samma_mal(tolka("1,9"), tolka("≤ 1,9 %"), lagre)
    assert not samma_mal(tolka("≥80%"), tolka(">80%"), hogre)
    assert samma_mal(tolka("<1/100 vpl."), tolka("<1 per 100 disponibla vårdplatser"), lagre)
    assert samma_mal(tolka("minskning ≥ 10 %/år"), tolka("≥ 10 % minskning/år"), lagre)
    assert not samma_mal(tolka("-"), tolka("Ökning"), hogre)


def test_perioder_som_de_skrivs():
    assert tolka_period("2024 Q1") == tolka_period("2024 kvartal 1") == (2024, 21)
    assert tolka_period(" 2024-03 ") == (2024, 3)
    assert (tolka_period("2024 t2"), tolka_period("2024 h 1"), tolka_period("2024")) == (
        (2024, 32),
        (2024, 41),
        (2024, 0),
    )
    assert tolka_period("2022-01--2022-07") == (2022, 107)
    assert (skriv_period(2022, 107), skriv_period(2024), skriv_period(2024, 32)) == (
        "jan–jul 2022", "2024", "tertial 2 2024",
    )  # fmt: skip
    for fel in ("24", "2024-13", "2021-01--2022-07", "våren 2024", ""):
        with pytest.raises(OgiltigPeriod, match="ingen period"):
            tolka_period(fel)
