"""Which year the library begins with, and what it says of one that has no values."""

from decimal import Decimal

import pytest

from indikatorer.actions.matningar import Matningsrad, las_in_matningar
from indikatorer.models import Indikator, Matning, Ursprung
from indikatorer.selectors.arsbild import glom, hamta_matar, hamta_senaste_fyllda
from indikatorer.selectors.celler import Matningsnyckel, Matningsuppgift, nyckel_for

pytestmark = pytest.mark.django_db


def las_in(celler):
    rader = [Matningsrad(c, Matningsuppgift(varde=Decimal(70))) for c in celler]
    las_in_matningar(rader=rader, ursprung=Ursprung.IMPORTERAD, by=None, varfor="Prov")


@pytest.fixture(autouse=True)
def forfran():
    glom()
    yield
    glom()


def test_ett_tidigt_varde_for_ett_nytt_ar_tommer_inte_listan(som):
    klient = som("politiker")
    fore = klient.get("/indikatorer/").context
    assert (fore["ar"], fore["arsnot"]) == (2024, "")
    las_in([Matningsnyckel(Indikator.objects.get(kod="ID0081").pk, 2026)])
    sida = klient.get("/indikatorer/")
    assert sida.context["rakning"] == fore["rakning"] and sida.context["ar"] == 2024
    assert "2026 har hittills ett värde. Listan visar 2024; välj 2026 under År" in sida.content.decode()
    valt = klient.get("/indikatorer/?ar=2026")
    assert (valt.context["ar"], valt.context["arsnot"]) == (2026, "")
    # A year between that nobody has measured is in the list of years, and says so.
    assert klient.get("/indikatorer/?ar=2025").context["arsnot"] == "Det finns inga värden för 2025."
    assert hamta_senaste_fyllda(hamta_matar()) == (2024, 1)
    # The year takes over when enough of it has come.
    arets = Matning.objects.filter(ar=2024, kon="T", delperiod=0, enhet=None, omrade=None)
    las_in([nyckel_for(m)._replace(ar=2026) for m in arets[:60]])
    assert klient.get("/indikatorer/").context["ar"] == 2026


def test_ett_ar_utan_varden_sager_det(som):
    klient = som("politiker")
    sida = klient.get("/indikatorer/?ar=2031")
    assert sida.context["ar"] == 2024
    assert "Det finns inga värden för 2031. Listan visar 2024." in sida.content.decode()
    sida = klient.get("/indikatorer/ID0081/?ar=2031").content.decode()
    assert "Det finns varken värde eller mål för 2031. Sidan visar 2024." in sida
    assert "varken värde eller mål" not in klient.get("/indikatorer/ID0081/").content.decode()


def test_ett_bibliotek_utan_varden_gar_att_lasa(som):
    Matning.objects.all().delete()
    assert "Det finns inga värden för" in som("politiker").get("/indikatorer/").context["arsnot"]
