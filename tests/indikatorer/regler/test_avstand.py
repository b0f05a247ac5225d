"""How far from the target, as a share of what is demanded."""

from decimal import Decimal

import pytest

from indikatorer.regler.avstand import relativt_avstand
from indikatorer.regler.bedomning import bedom
from indikatorer.regler.malregel import Matvarde, Riktning, Underlag
from indikatorer.regler.skrift import tolka
from indikatorer.tabeller.regel import i_ord

D = Decimal


@pytest.mark.parametrize(
    ("regel", "nu", "fore", "vantat"),
    [
        ("≥ 80 %", "40", None, "-0.5"),
        (">75 %", "75", None, "0"),
        ("<250", "300", None, "-0.2"),
        ("100 %", "100", None, "0"),
        ("40–60 %", "90", None, "-0.5"),
        ("40–60 %", "50", None, "0.25"),
        ("förbättring ≥ 1,0", "79.7", "79.2", "-0.5"),
        ("≥ 10 % minskning/år", "95", "100", "-0.5"),
        ("Ökning", "5", "3", "2"),
        ("≤ 0", "3", None, "-3"),
        ("bättre än riket", "60", None, "-0.25"),
        ("ska inte öka", "5", "3", "-2"),
        ("förbättring ≥ 1,0", "79.7", None, None),
        ("-", "79.7", "70", None),
    ],
)
def test_avstandet_ar_en_andel_av_kravet(regel, nu, fore, vantat):
    tidigare = (Matvarde(2023, D(fore)),) if fore else ()
    riket = Matvarde(2024, D(80))
    b = bedom(tolka(regel), Underlag(Matvarde(2024, D(nu)), tidigare, Riktning.HOGRE, riket=riket))
    assert relativt_avstand(b) == (None if vantat is None else D(vantat))


@pytest.mark.parametrize(
    ("regel", "ord_"),
    [
        (">95%", "Uppfyllt när värdet är mer än 95 %; precis 95 % räcker inte."),
        ("≥ 80 %", "Uppfyllt när värdet är minst 80 %; precis 80 % räcker."),
        ("<0,5/100 vpl.", "Uppfyllt när värdet är mindre än 0,5/100 vpl.; precis 0,5/100 vpl. räcker inte."),
        ("≤2%", "Uppfyllt när värdet är högst 2 %; precis 2 % räcker."),
        ("75 procent", "Uppfyllt när värdet är 75 % eller bättre, efter indikatorns riktning."),
        ("40–60 %", "Uppfyllt när värdet är 40 till 60 %; gränserna räknas med."),
        ("ökning ≥10%/år", "Uppfyllt när värdet ökar med minst 10 % mot året före, inget annat år."),
        (
            "minskning > 2 procentenheter",
            "Uppfyllt när värdet minskar med mer än 2 procentenheter mot det senaste jämförbara värdet.",
        ),
        ("Ökning", "Uppfyllt när värdet ökar, hur lite som helst, mot det senaste jämförbara värdet."),
        (
            "förbättring ≥ 1,0",
            "Uppfyllt när värdet är minst 1,0 bättre än det senaste jämförbara värdet, också när det är flera år "
            "gammalt.",
        ),
        ("-", "Följs utan mål och kan ej bedömas."),
    ],
)
def test_regeln_i_ord_sager_vad_som_galler_pa_gransen(regel, ord_):
    assert i_ord(tolka(regel)).replace("\u00a0", " ") == ord_
