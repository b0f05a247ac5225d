"""An untouched copy and an untouched tilläggsbudget differ nowhere from what they are copies of, and `kontrollera`
names in the example what it named before: the documents' own faults, and nothing of a copy."""

import json
import re
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from budget.actions.versioner import (
    Beslut,
    bered_version,
    faststall_version,
    finansieringsbrist,
    kopiera_version,
    skapa_tillaggsbudget,
    spara_finansiering,
)
from budget.models import Belopp
from budget.regler.tillagg import Andring
from budget.selectors.jamforelse import jamfor_versioner
from budget.selectors.summor import ALLA_ENHETER
from budget.selectors.versioner import hamta_tillaggsandring
from budget.tabeller.handling import bygg_handling
from regionskane.lib.belopp import MNKR
from tests.budget.belopp import skriv
from tests.budget.models.test_bryggniva import FASTSTALLDA

RADER = Path(__file__).parent / "kontrollrader_2024.json"


@pytest.fixture
def erik(anvandare):
    return anvandare("koncerncontroller")


def _kontrollera() -> list[list]:
    """What the command lists: which check, the place, the year, printed and computed."""
    ut = StringIO()
    call_command("kontrollera", "--json", stdout=ut)
    return sorted(
        [r["kod"], r["plats"], r["ar"], r["tryckt"], r["beraknat"]] for r in json.loads(ut.getvalue())
    )


def _jamfor(klient, version, mot="") -> str:
    return klient.get(f"/budget/{version.ar}/{version.kod}/jamfor/" + mot).content.decode()


@pytest.mark.parametrize("kod", FASTSTALLDA)
def test_en_orord_kopia_skiljer_sig_ingenstans(version, erik, som, kod):
    original = version(kod)
    kopia = kopiera_version(kalla=original, kod="K", namn="Kopia", by=erik)
    for a, b in ((original, kopia), (kopia, original)):
        j = jamfor_versioner(a, b, ALLA_ENHETER)
        assert j.ar == tuple(original.ar_lista)
        assert (j.celler, j.summor, j.justeringar, j.justeringssummor) == ((), (), (), ())
    assert "Versionerna har samma belopp." in _jamfor(som("koncerncontroller"), kopia)


def test_tva_ororda_kopior_av_samma_version_skiljer_sig_ingenstans(version, erik):
    ett, tva = (kopiera_version(kalla=version("B2024"), kod=k, namn=k, by=erik) for k in ("K1", "K2"))
    for a, b in (
        (ett, tva),
        (ett, version("B2024-ARB")),
        (kopiera_version(kalla=ett, kod="K3", namn="K3", by=erik), ett),
    ):
        j = jamfor_versioner(a, b, ALLA_ENHETER)
        assert (j.celler, j.summor, j.justeringar, j.justeringssummor) == ((), (), (), ())


def test_en_orord_tillaggsbudget_skiljer_sig_ingenstans(version, erik, som):
    tillagg = skapa_tillaggsbudget(grund=version("B2024"), kod="T2024", namn="Tilläggsbudget 2024", by=erik)
    klient = som("koncerncontroller")
    assert "Versionerna har samma belopp." in _jamfor(klient, tillagg)
    assert "Ännu skiljer sig ingenting från Budget 2024" in finansieringsbrist(tillagg)
    assert "Ännu skiljer sig ingenting" in klient.get("/budget/2024/T2024/finansiering/").content.decode()
    assert hamta_tillaggsandring(tillagg) == Andring(0, 0, 0)
    # HSN's decided level, which its own bridge does not come to, is no difference either.
    assert "15\u00a0428,7" in klient.get("/budget/2024/T2024/regionbidrag/").content.decode()


def test_en_kopia_har_inga_beslutade_tal_i_sina_egna_kolumner(version, erik):
    """Its sums are what its parts give, so nothing in them is decided and there is nothing to note."""
    kopia = kopiera_version(kalla=version("B2024"), kod="K", namn="Kopia", by=erik)
    for t in bygg_handling(kopia, ALLA_ENHETER).tabeller:
        for j, kolumn in enumerate(t.kolumner):
            if kolumn.nyckel.startswith("K-"):
                assert not kolumn.beslutad
                assert [r.nyckel for r in t.rader if r.celler and r.celler[j].delar_ger is not None] == []
        assert not [n for n in t.noter if re.search(r" 202[456]\b.* är beslutat till", n)]


def test_arets_resultat_652_ar_ingen_skillnad_som_tillagget_ska_finansiera(version, erik):
    """652 was decided and 653 is what the parts give; only what is written is a difference."""
    tillagg = skapa_tillaggsbudget(grund=version("B2024"), kod="T2024", namn="Tilläggsbudget 2024", by=erik)
    skriv(tillagg, "resultatbudget", "kostnader", "REGION", 2025, -63_999, erik)
    j = jamfor_versioner(version("B2024"), tillagg, ALLA_ENHETER)
    flyttat = {
        s.post.kod: s.andra - s.forsta for s in j.summor if s.post.uppstallning.kod == "resultatbudget"
    }
    cell = next(c for c in j.celler)
    assert len(j.celler) == 1 and flyttat["arets_resultat"] == cell.andra - cell.forsta
    assert set(flyttat.values()) == {cell.andra - cell.forsta}


def test_kontrollera_namner_handlingarnas_fel_och_inget_av_kopian(db):
    vantade = sorted(json.loads(RADER.read_text(encoding="utf-8")))
    assert len(vantade) == 94
    assert _kontrollera() == vantade


@pytest.mark.parametrize("kod", FASTSTALLDA)
def test_kontrollera_namner_inget_av_en_orord_kopia(version, erik, kod):
    kopiera_version(kalla=version(kod), kod="K", namn="Kopia", by=erik)
    assert [r for r in _kontrollera() if r[1].split("/")[0] == "K"] == []


def test_kontrollera_namner_inget_av_en_orord_tillaggsbudget(version, erik):
    skapa_tillaggsbudget(grund=version("B2024"), kod="T2024", namn="Tilläggsbudget 2024", by=erik)
    assert _kontrollera() == sorted(json.loads(RADER.read_text(encoding="utf-8")))


def test_avskrivningar_som_andras_i_resultatbudgeten_ensam_namns(version, erik):
    arb = version("B2024-ARB")
    fore = _kontrollera()
    skriv(arb, "resultatbudget", "avskrivningar", "REGION", 2024, -2_100, erik)
    nya = [r for r in _kontrollera() if r not in fore]
    assert nya and {plats.split("/")[0] for _, plats, *_ in nya} == {"B2024-ARB"}
    assert ["SAMBAND", 2024] in [[kod, ar] for kod, _, ar, *_ in nya]
    # And no more of it when it is changed back.
    skriv(arb, "resultatbudget", "avskrivningar", "REGION", 2024, -1_966, erik)
    assert _kontrollera() == fore


def _besluta(tillagg, by, finansiering):
    spara_finansiering(version=tillagg, finansiering=finansiering, text="Så betalas det", by=by)
    bered_version(version=tillagg, beslut=Beslut("Regionstyrelsen", date(2024, 2, 1), "§ 1"), by=by)
    faststall_version(version=tillagg, beslut=Beslut("Regionfullmäktige", date(2024, 3, 1), "§ 2"), by=by)


def test_en_beslutad_tillaggsbudget_kontrolleras_som_alla_andra(version, erik):
    fore = _kontrollera()
    tillagg = skapa_tillaggsbudget(grund=version("B2024"), kod="T2024", namn="Tilläggsbudget 2024", by=erik)
    skriv(tillagg, "resultatbudget", "avskrivningar", "REGION", 2024, -2_100, erik)
    _besluta(tillagg, erik, "resultat")
    nya = [r for r in _kontrollera() if r not in fore]
    assert ["SAMBAND", 2024] in [[kod, ar] for kod, plats, ar, *_ in nya if plats.startswith("T2024/")]
    assert {r[1].split("/")[0] for r in nya} == {"T2024"}


def test_skillnaden_mot_den_forsta_ar_av_fakta_hur_manga_tillagg_som_an_gjorts(version, erik):
    """652 was printed; the second tilläggsbudget goes back to it through the first."""
    b2024 = version("B2024")
    forsta = skapa_tillaggsbudget(grund=b2024, kod="T1", namn="Tilläggsbudget 1", by=erik)
    kostnader = Belopp.objects.get(
        version=b2024, post__uppstallning__kod="resultatbudget", post__kod="kostnader", ar=2025
    )
    for ar in (2024, 2025):
        nu = (
            kostnader.belopp
            if ar == 2025
            else Belopp.objects.get(version=b2024, post=kostnader.post, ar=ar).belopp
        )
        skriv(forsta, "resultatbudget", "kostnader", "REGION", ar, nu / MNKR - 10, erik)
    _besluta(forsta, erik, "resultat")
    andra = skapa_tillaggsbudget(grund=forsta, kod="T2", namn="Tilläggsbudget 2", by=erik)
    for sedan in (forsta, andra):
        j = jamfor_versioner(b2024, sedan, ALLA_ENHETER)
        # The tables that fetch the result have moved as much.
        assert {(s.andra - s.forsta) / MNKR for s in j.summor if not s.post.regel} == {-10}
        egna = [s for s in j.summor if s.post.uppstallning.kod == "resultatbudget"]
        assert {(s.post.kod, s.ar): (s.andra - s.forsta) / MNKR for s in egna} == {
            (kod, ar): -10
            for kod in ("nettokostnader", "verksamhetens_resultat", "arets_resultat")
            for ar in (2024, 2025)
        }
