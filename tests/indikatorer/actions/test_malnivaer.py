"""Targets in the database: what they were read to mean when saved, the country, and years that are named."""

from decimal import Decimal
from html import unescape
from importlib import import_module

import pytest

from indikatorer.actions.bibliotek import Malandring, OgiltigtMal, satt_malniva, spara_indikator
from indikatorer.actions.matningar import Matningsrad, las_in_matningar
from indikatorer.models import Indikator, Jamforelseomrade, Malniva, Ursprung
from indikatorer.regler.bedomning import Utfall
from indikatorer.regler.malregel import Skal
from indikatorer.regler.skrift import las_sparad, utan_enhet
from indikatorer.selectors.bedomning import bedom_ar, bedom_indikator
from indikatorer.selectors.celler import Matningsnyckel, Matningsuppgift
from indikatorer.tabeller.kontroll import kontrollera_indikatorer

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def erik(anvandare):
    return anvandare("koncerncontroller")


@pytest.fixture
def fall():
    return Indikator.objects.create(
        kod="FALL", namn="Antal fallskador", enhetsslag="antal", enhet="antal", riktning="lagre", decimaler=0
    )


def mat(indikator, varden: dict[int, str], *, omrade=None):
    rader = [
        Matningsrad(Matningsnyckel(indikator.pk, ar, omrade=omrade), Matningsuppgift(varde=D(v)))
        for ar, v in varden.items()
    ]
    las_in_matningar(rader=rader, ursprung=Ursprung.IMPORTERAD, by=None, varfor="Prov")


def satt(indikator, ar, regel, by, **kw):
    return satt_malniva(mal=Malandring(indikator, ar, None, regel, **kw), by=by)


def rader(kod):
    return [r for r in kontrollera_indikatorer() if r.plats.startswith(f"{kod}/")]


# What the reader before this one made of targets that it took: the migration keeps it.
@pytest.mark.parametrize(
    ("text", "lastes", "tyst"),
    [
        ("80 som mest", "80", False),
        ("minst 10 fler än föregående år", "≥ 10", False),
        ("10 dagar eller mindre", "10", False),
        ("20 lägre än riket", "20", False),
        ("1/3", "1", False),
        (">95%", "> 95", True),
        ("<20 000", "< 20 000", True),
        ("minst 0,50 procent", "≥ 0,50", True),
        ("40–60 %", "40–60", True),
        ("≥ 10 % minskning/år", "minskning ≥ 10 %/år", True),
        ("ökning minst 2 procentenheter", "ökning ≥ 2 procentenheter", True),
        ("förbättring ≥ 1,0", "förbättring ≥ 1,0", True),
        ("ökning", "Ökning", True),
        ("−5", "−5", True),
        ("–", "-", True),
    ],
)
def test_ett_mal_vars_mening_har_andrats_namnges(fall, erik, text, lastes, tyst):
    tolkning = import_module("indikatorer.migrations.0006_malnivans_tolkning")._tolkning(text)
    assert tolkning == lastes
    m = Malniva.objects.create(indikator=fall, ar=2023, regel=text, tolkning=tolkning, kalla="UP 2023")
    if tyst:
        assert rader("FALL") == []
        return
    (rad,) = rader("FALL")
    assert (rad.plats, rad.ar, rad.tryckt, rad.slag) == ("FALL/mål", 2023, lastes, "fel")
    assert f"«{text}» lästes tidigare som «{lastes}»" in rad.text and rad.text.endswith(".")
    if rad.beraknat:
        # Whoever saves it once more has seen what it means.
        satt(fall, 2023, text, erik, sedd=m.pk, sedd_rev=1)
        assert rader("FALL") == []
    else:
        assert "går inte längre att läsa" in rad.text
        mat(fall, {2023: "3"})
        (b,) = bedom_ar(2023, indikatorer=Indikator.objects.filter(pk=fall.pk))
        assert (b.bedomning.utfall, b.bedomning.skal) == (Utfall.KAN_EJ_BEDOMAS, Skal.MAL_OLASLIGT)
        # It is put right, and stops nobody from putting the definition right.
        fall.definition = "Fall med skada."
        spara_indikator(indikator=fall, sedd_rev=1, by=erik)
        satt(fall, 2023, "≤ 20", erik, sedd=m.pk, sedd_rev=1)
        assert rader("FALL") == []


def test_exemplets_mal_lases_som_de_lastes():
    alla = Malniva.objects.select_related("indikator")
    assert len(alla) > 150
    fore = import_module("indikatorer.migrations.0006_malnivans_tolkning")._tolkning
    for m in alla:
        regel = las_sparad(m.regel, m.indikator.matt)
        assert fore(m.regel) == m.tolkning == utan_enhet(regel)


def test_riket_bedoms_nar_det_har_lasts_in(fall, erik, django_assert_num_queries):
    for ar in (2022, 2023, 2024):
        satt(fall, ar, "bättre än riket", erik)
    mat(fall, {2022: "12", 2023: "10", 2024: "10"})
    riket = Jamforelseomrade.objects.get(kod="0000")
    mat(fall, {2022: "12", 2023: "11"}, omrade=riket.pk)
    with django_assert_num_queries(4):
        utfall = {b.ar: b.bedomning for b in bedom_indikator(fall)}
    assert utfall[2022].utfall == Utfall.EJ_UPPFYLLT
    assert utfall[2023].utfall == Utfall.UPPFYLLT
    assert (utfall[2024].utfall, utfall[2024].skal) == (Utfall.KAN_EJ_BEDOMAS, Skal.RIKET_SAKNAS)
    with django_assert_num_queries(5):
        (b,) = bedom_ar(2023, indikatorer=Indikator.objects.filter(pk=fall.pk))
    assert b.bedomning.utfall == Utfall.UPPFYLLT


def test_ett_namngivet_ar_langt_tillbaka_finns_med(fall, erik):
    satt(fall, 2024, "minska med 10 % sedan 2012", erik)
    mat(fall, {2012: "100", 2023: "80", 2024: "90"})
    urval = Indikator.objects.filter(pk=fall.pk)
    for b in (bedom_ar(2024, indikatorer=urval)[0], bedom_indikator(fall)[0]):
        assert (b.bedomning.utfall, b.bedomning.referens.ar) == (Utfall.UPPFYLLT, 2012)
        assert [m.ar for m in b.underlag.tidigare] == [2023]
    with pytest.raises(OgiltigtMal, match="ett år före 2012"):
        satt(fall, 2012, "minska med 10 % sedan 2012", erik)


@pytest.mark.parametrize(
    ("regel", "skal"),
    [
        ("inte sämre än föregående år", "ingen riktning som är bättre"),
        ("bättre än riket", "ingen riktning som är bättre"),
        ("5 procentenheter bättre än 2020", "Skriv förändringen i procent"),
        ("högst 5 i Lund", "Antal fallskador mäts i antal"),
        ("max 5 %", "mäts i antal, så målnivån kan inte vara i procent"),
    ],
)
def test_det_som_inte_passar_indikatorn_vagras(fall, erik, regel, skal):
    fall.riktning = "ingen" if "riktning" in skal else "lagre"
    with pytest.raises(OgiltigtMal, match=skal):
        satt(fall, 2024, regel, erik)


def test_sidan_visar_hur_malet_lases_och_en_andrad_text_visas_pa_nytt(som, fall):
    klient, adress = som("koncerncontroller"), "/indikatorer/FALL/mal/"
    data = {"ar": "2024", "segment": "", "regel": "3 eller färre", "kalla": "", "varfor": "", "sedd_rev": "0"}
    text = klient.post(adress, data | {"steg": "granska"}).content.decode()
    assert "Högst 3: lägre är bättre. Uppfyllt när värdet är högst 3" in text.replace("\xa0", " ")
    assert 'name="visad" value="3 eller färre"' in text
    andrad = klient.post(adress, data | {"steg": "spara", "visad": "3 eller färre", "regel": "minst 3"})
    text = andrad.content.decode().replace("\xa0", " ")
    assert andrad.status_code == 200 and "Obs: målet går åt andra hållet" in text
    assert not fall.malnivaer.exists()
    assert klient.post(adress, data | {"steg": "spara", "visad": "3 eller färre"}).status_code == 302
    assert (fall.malnivaer.get().regel, fall.malnivaer.get().tolkning) == ("3 eller färre", "≤ 3")
    mat(fall, {2024: "3"})
    svar = som("revisor").get("/api/v1/indikatorer/FALL/").json()["bedomningar"][0]
    assert svar["bedomning"] == "uppfyllt" and svar["mal_betyder"].startswith("Uppfyllt när värdet är högst")


@pytest.mark.parametrize(
    ("regel", "sagt"),
    [
        ("bättre än riket", "80 mot 90 i riket, kravet är bättre än riket"),
        ("minst lika bra som riket", "80 mot 90 i riket"),
        ("ska inte öka", "−10 sedan 2023, kravet är ingen ökning"),
        ("inte sämre än 2020", "+10 sedan 2020, kravet är inte sämre än 2020"),
        ("minska med 10 % sedan 2020", "+14,3 % sedan 2020"),
        ("bättre än föregående år", "−10 sedan 2023, kravet är en förbättring"),
        ("minska sedan 2019", "80, men inget jämförbart värde finns för 2019"),
        ("20 lägre än riket", "Målnivån går inte att läsa: «20 lägre än riket» kan inte läsas."),
    ],
)
def test_varje_sida_kan_visa_de_nya_reglerna(fall, som, regel, sagt):
    Malniva.objects.create(indikator=fall, ar=2024, regel=regel)
    mat(fall, {2020: "70", 2023: "90", 2024: "80"})
    mat(fall, {2024: "90"}, omrade=Jamforelseomrade.objects.get(kod="0000").pk)
    klient = som("koncerncontroller")
    text = unescape(klient.get("/indikatorer/FALL/?ar=2024").content.decode()).replace("\xa0", " ")
    assert sagt in text and regel in text
    for adress in ("?sok=FALL", "2024/oversikt/", "2024/bilaga/", "2024/bilaga/excel/", "FALL/mal/"):
        assert klient.get(f"/indikatorer/{adress}").status_code == 200, adress
