"""What is odd about a file, case by case."""

from datetime import date
from decimal import Decimal

import pytest

from budget.regler.utfall import (
    Periodrader,
    avvikande_manader,
    granska_perioder,
    har_krympt,
    obalansens_niva,
)
from regionskane.lib.anmarkning import Niva

IDAG = date(2024, 5, 20)


def _perioder(*perioder):
    return {p: Periodrader(10, 2 + i) for i, p in enumerate(perioder)}


@pytest.mark.parametrize(
    ("perioder", "rar", "vantat"),
    [
        ([202401, 202402, 202403], None, []),
        ([], None, []),
        ([202401, 202402, 202312], None, [("UTANFOR_AR", Niva.FEL, 4)]),
        ([202401, 202404], None, [("TOM_PERIOD", Niva.VARNING, None)]),
        ([202405, 202406], None, [("FRAMTID", Niva.VARNING, 3)]),
        ([190401], None, [("UTANFOR_AR", Niva.FEL, 2)]),
        ([204201], None, [("UTANFOR_AR", Niva.FEL, 2)]),
        # A broken year is what the file says.
        ([202311, 202312, 202401], (202309, 202408), []),
        ([202308, 202309], (202309, 202408), [("UTANFOR_AR", Niva.FEL, 2)]),
    ],
)
def test_perioder_som_inte_hor_hemma_sags_med_rad(perioder, rar, vantat):
    fynd = granska_perioder(_perioder(*perioder), idag=IDAG, rakenskapsar=rar)
    assert [(a.kod, a.niva, a.rad) for a in fynd] == vantat
    assert all(a.text.endswith(".") for a in fynd)


def test_saknade_manader_namns():
    (fynd,) = granska_perioder(_perioder(202312, 202403), idag=IDAG, rakenskapsar=(202309, 202408))
    assert "2024-01, 2024-02" in fynd.text


def _serie(*mnkr):
    return {202401 + i: Decimal(b) * 1_000_000 for i, b in enumerate(mnkr)}


@pytest.mark.parametrize(
    ("mnkr", "avviker"),
    [
        ((20, 21, 19, 20), []),
        ((20, 21, 19, 200), [202404]),  # ten times
        ((20, 21, 19, 1), [202404]),  # nearly nothing
        ((20, 21, 19, -20), [202404]),  # the other sign
        ((-20, -21, -19, -200), [202404]),  # costs and income alike
        ((20, 21, 19, 55), []),  # less than three times
        ((1, 1, 1, 4), []),  # too small to matter
        ((20, 200), []),  # too few to compare with
        ((0, 0, 60, 0), []),  # comes once a year
        ((5, 5, 16, 5, 5, 21, 5, 5, 15, 5, 5, 32), []),  # comes each quarter
        ((5, 5, 16, 5, 5, 21, 5, 5, 15, 5, 5, 320), [202412]),
        ((20, -1, 19, -20), []),  # the sign changes anyhow
    ],
)
def test_en_manad_avviker_nar_den_ligger_utanfor_alla_sina_syskon(mnkr, avviker):
    serie = _serie(*mnkr)
    assert [m.period for m in avvikande_manader(serie, granska=serie)] == avviker


def test_bara_filens_manader_granskas_mot_alla():
    serie = _serie(20, 21, 200, 19)
    assert avvikande_manader(serie, granska=[202401]) == []
    (m,) = avvikande_manader(serie, granska=[202403, 202412])
    assert (m.belopp, m.median) == (Decimal(200_000_000), Decimal(20_000_000))


def test_halften_av_raderna_ar_inte_krympt():
    assert [har_krympt(nya=n, gamla=10) for n in (0, 4, 5, 10)] == [True, True, False, False]


def test_obalans_ar_fel_bara_dar_verifikationerna_ar_hela():
    assert obalansens_niva(balanserade=99, obalanserade=1, en_namnd=False) is Niva.FEL
    assert obalansens_niva(balanserade=1, obalanserade=99, en_namnd=False) is Niva.VARNING
    assert obalansens_niva(balanserade=99, obalanserade=1, en_namnd=True) is Niva.VARNING
