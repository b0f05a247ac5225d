"""SIE, CSV and XLSX of one ledger are the same ledger when they are read back, whatever stands in it."""

import io
import tracemalloc
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from xlsxwriter.worksheet import Worksheet

from budget.demo import MARKT, exempelhuvudbok, generera, kontonamn
from budget.exports.huvudbok import (
    SISTA_RAD,
    SKRIVARE,
    GarInteAttSkriva,
    ren_text,
    skriv_csv,
    skriv_sie,
    skriv_xlsx,
)
from budget.imports.oppna import oppna_huvudbok
from budget.imports.sie import Sielasning, avstam
from budget.regler.sie import Psaldotolkning
from regionskane.lib.anmarkning import Niva


def _tillbaka(rader, skriv, **val):
    fil = io.BytesIO()
    skriv(rader, fil, **val)
    lasning = oppna_huvudbok(fil)
    lasta = list(lasning.alla_rader())
    assert not lasning.anmarkningar.har_fel, lasning.anmarkningar.alla()
    return lasta, lasning


def _saldon(rader):
    """(ansvar, konto, motpart, period) → kronor."""
    saldon = defaultdict(Decimal)
    for _, period, _, konto, ansvar, motpart, *_, belopp in rader:
        saldon[ansvar, konto, motpart, period] += belopp
    return saldon


SKRIVSATT = (
    (skriv_csv, {}),
    (skriv_csv, {"avskiljare": ",", "decimaltecken": ".", "kodning": "CP1252"}),
    (skriv_csv, {"avskiljare": "\t", "kodning": "UTF-8", "bom": True}),
    (skriv_sie, {"konton": kontonamn(), "foretag": "Åre & Öland"}),
    (skriv_sie, {"kodning": "UTF-8"}),
    (skriv_xlsx, {}),
)


def test_de_tre_filerna_ger_samma_saldon_till_oret():
    rader = list(exempelhuvudbok(2024))
    facit = _saldon(rader)
    assert len(facit) > 2_500
    for skriv, val in SKRIVSATT:
        lasta, lasning = _tillbaka(rader, skriv, inledning=f"{MARKT}: prov", **val)
        assert _saldon(lasta) == facit
        assert [r[1:] for r in lasta] == [r[1:] for r in rader]
        # SIE has no word for UTF-8, so such a file says PC8 and is read with a warning.
        assert {f.kod for f in lasning.anmarkningar.alla()} <= (
            {"KODNING"} if val.get("kodning") == "UTF-8" and skriv is skriv_sie else set()
        )


def test_siefilen_stammer_med_sig_sjalv():
    rader = list(generera(2024, fro=5, rader=0, enheter=("KN", "MS_LAB", "FINANS")))
    fil = io.BytesIO()
    ingaende = {"1910": Decimal("12.50"), "2440": Decimal("-12.50")}
    skriv_sie(rader, fil, konton=kontonamn(), ingaende=ingaende, inledning=MARKT, skapad=date(2024, 12, 31))
    lasning = Sielasning(fil).las_klart()
    avstamning = avstam(lasning)
    assert not [f for f in avstamning.anmarkningar if f.niva is not Niva.INFO]
    assert avstamning.psaldo_tolkning is Psaldotolkning.TOTAL
    assert (lasning.typ, lasning.variant, lasning.kodning.namn) == ("4", "E", "CP437")
    assert lasning.antal_verifikationer == 36 and lasning.antal_obalanserade == 0
    assert lasning.konton["4110"] == "Månadslöner" and lasning.rar[0] == ("2024-01-01", "2024-12-31")
    assert lasning.underlag().ub["1910"] - lasning.underlag().ib["1910"] == sum(
        r[10] for r in rader if r[3] == "1910"
    )
    text = fil.getvalue().decode("cp437")
    assert "#GEN 20241231" in text and f'#PROSA "{MARKT}"' in text


def test_filer_ar_lika_och_skrivs_utan_att_minnet_vaxer():
    def topp(antal):
        class Slask(io.RawIOBase):
            def write(self, data):
                return len(data)

        rader = generera(2024, fro=1, rader=antal, perioder=(1, 1))
        tracemalloc.start()
        skriv_csv(rader, Slask())
        matt = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return matt

    assert topp(300_000) < 2 * topp(45_000)
    forsta, andra = io.BytesIO(), io.BytesIO()
    for fil in (forsta, andra):
        skriv_sie(exempelhuvudbok(2023), fil, skapad=date(2024, 1, 1))
    assert forsta.getvalue() == andra.getvalue()


# Hypothesis: any ledger at all.

_SIFFROR = "0123456789"
_SVENSKA = st.sampled_from("abzABZåäöÅÄÖéü 0129.,;:|\"'\\#{}()[]<>&=+-@/%_\t\n\r")
_ALLA = st.one_of(_SVENSKA, st.characters(exclude_categories=("Cs",)))
_TECKEN_I_KOD = st.sampled_from(_SIFFROR + "ABÅÄÖåäö-_./ ")
_BELOPP = st.one_of(
    st.sampled_from([Decimal(b) for b in ("0.00", "0.01", "-0.01", "1E+3", "99999999999999.99", "-5")]),
    st.integers(-(10**16) + 1, 10**16 - 1).map(lambda ore: Decimal(ore).scaleb(-2)),
    st.integers(-(10**6), 10**6).map(lambda ore: Decimal(ore).scaleb(-2)),
)


INGA = st.nothing()


def _kod(fler=INGA, minst=0):
    return st.text(st.one_of(_TECKEN_I_KOD, fler), min_size=minst, max_size=12).map(str.strip)


def _rader(tecken, fler_i_kod=INGA, belopp=_BELOPP):
    konto = st.one_of(st.integers(1000, 8999).map(str), _kod(minst=1).filter(bool))
    dag = st.dates(date(2024, 1, 1), date(2024, 12, 31))
    # A voucher has one day.
    tid = dag.map(lambda d: (d.year * 100 + d.month, d.isoformat()))
    utan_dag = st.integers(202401, 202412).map(lambda p: (p, ""))
    kod = _kod(fler_i_kod)
    ver = st.text(tecken, max_size=20).map(lambda v: ren_text(v).strip())
    rad = st.tuples(
        st.one_of(tid, utan_dag), konto, kod, kod, kod, kod, ver, st.text(tecken, max_size=40), belopp
    )
    return st.lists(rad, min_size=1, max_size=12).map(
        lambda rader: [(i, *tid, *resten) for i, (tid, *resten) in enumerate(rader, 1)]
    )


def _ryms_i_saldon(belopp):
    """The sum of twelve must be an amount too, because SIE writes the balances."""
    return belopp if abs(belopp) < 8 * 10**12 else belopp.scaleb(-2).quantize(Decimal("0.01"))


def _normal(rad, *, sie=False, xlsx=False):
    """What the module's first lines say that a format changes, and nothing more."""
    _, period, datum, *koder, text, belopp = rad
    text = ren_text(text)
    if sie:
        datum = datum or f"{period // 100}-{period % 100:02}-01"
        text += " " if text.endswith("\\") else ""
    if xlsx and text.startswith("<r>") and text.endswith("</r>"):
        text += " "
    return (period, datum, *koder, text, belopp)


def _lika(lasta, rader, **val):
    assert [r[1:] for r in lasta] == [_normal(r, **val) for r in rader]


_ELAK = (
    1,
    202403,
    "",
    "3010",
    "",
    "4",
    "",
    "",
    "A 1",
    'C:\\mapp\\ "x"; y|z, å\n=1+1',
    Decimal("-1234567.80"),
)
_UPPMARKT = (1, 202403, "2024-03-05", "3010", "A1", "4", "", "", "", "<r>_x0041_</r>", Decimal("0.10"))


@settings(max_examples=100, deadline=None)
@given(
    _rader(_ALLA, st.sampled_from('"\\;,|{}')), st.sampled_from(";\t|,"), st.sampled_from(".,"), st.booleans()
)
@example([_ELAK], ";", ",", False)
def test_csv_ar_samma_huvudbok(rader, avskiljare, decimaltecken, bom):
    if avskiljare == decimaltecken:
        with pytest.raises(GarInteAttSkriva):
            skriv_csv(rader, io.BytesIO(), avskiljare=avskiljare, decimaltecken=decimaltecken)
        return
    lasta, _ = _tillbaka(rader, skriv_csv, avskiljare=avskiljare, decimaltecken=decimaltecken, bom=bom)
    _lika(lasta, rader)


@settings(max_examples=50, deadline=None)
@given(_rader(_SVENSKA), st.sampled_from(("CP1252", "Latin-1")))
@example([_ELAK], "Latin-1")
def test_csv_i_gamla_kodningar_ar_samma_huvudbok(rader, kodning):
    _lika(_tillbaka(rader, skriv_csv, kodning=kodning)[0], rader)


@settings(max_examples=100, deadline=None)
@given(_rader(_SVENSKA, belopp=_BELOPP.map(_ryms_i_saldon)), st.sampled_from(("CP437", "UTF-8")))
@example([_ELAK], "CP437")
def test_sie_ar_samma_huvudbok(rader, kodning):
    lasta, lasning = _tillbaka(rader, skriv_sie, kodning=kodning, inledning='å "citat"')
    _lika(lasta, rader, sie=True)
    # Arbitrary rows balance seldom, but what the file says about its own sums is always so.
    assert not [f for f in avstam(lasning).anmarkningar if f.niva is Niva.FEL and f.kod != "OBALANS"]


@settings(max_examples=40, deadline=None)
@given(_rader(_ALLA, st.sampled_from('"\\;,|{}')))
@example([_ELAK])
@example([_UPPMARKT])
def test_xlsx_ar_samma_huvudbok(rader):
    _lika(_tillbaka(rader, skriv_xlsx)[0], rader, xlsx=True)


def test_det_som_inte_gar_att_skriva_sags():
    rad = (1, 202403, "2024-03-05", "3010", "A1", "4", "", "", "A 1", "text", Decimal("1.00"))

    def med(plats, varde):
        return [(*rad[:plats], varde, *rad[plats + 1 :])]

    for skriv, rader, val, del_ in (
        (skriv_sie, [], {}, "inga rader"),
        (skriv_sie, [rad, *med(1, 202501)], {}, "både 2024 och 2025"),
        (skriv_sie, med(4, 'A"1'), {}, "SIE inte kan ha"),
        (skriv_sie, med(3, "30{1}"), {}, "SIE inte kan ha"),
        (skriv_sie, med(3, "3" * 21), {}, "längre än 20"),
        (skriv_sie, med(5, "\N{SNOWMAN}"), {}, "kodning"),
        (skriv_csv, med(9, "\N{SNOWMAN}"), {"kodning": "Latin-1"}, "Välj UTF-8"),
    ):
        with pytest.raises(GarInteAttSkriva, match=del_):
            skriv(rader, io.BytesIO(), **val)
    lasta, _ = _tillbaka(med(9, "snögubbe \N{SNOWMAN}"), skriv_sie)
    assert lasta[0][9] == "snögubbe ?"
    assert set(SKRIVARE) == {"csv", "sie", "xlsx"}


@pytest.mark.parametrize(("inledning", "huvud"), [("", 1), ("Påhittad huvudbok", 2)])
def test_ett_blad_tar_rader_till_sin_sista_och_inte_en_till(inledning, huvud):
    def skriv(antal):
        fil = io.BytesIO()
        rader = [
            (nr, 202403, "2024-03-05", "3010", "A1", "", "", "", f"V {nr}", "", Decimal(nr))
            for nr in range(antal)
        ]
        skriv_xlsx(rader, fil, inledning=inledning, sista_rad=12)
        return [[c.value for c in rad] for rad in load_workbook(fil).active.iter_rows()]

    bladet = skriv(12 - huvud)
    assert len(bladet) == 12 and bladet[-1][9] == 12 - huvud - 1
    with pytest.raises(GarInteAttSkriva, match="Ett Excel-blad rymmer 12 rader"):
        skriv(12 - huvud + 1)


def test_sista_raden_ar_bladets_egen():
    # XlsxWriter drops what stands further down without a word.
    assert SISTA_RAD == Worksheet().xls_rowmax == 1_048_576
