"""Values of another scale: one question for all of them, answered, remembered, and never in the way."""

import json
import re
from decimal import Decimal
from html import unescape
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from indikatorer.actions import inlasning
from indikatorer.models import Indikator, Matning
from regionskane.jobb.actions import kor_jobb
from regionskane.jobb.models import Jobb

pytestmark = pytest.mark.django_db
D = Decimal
RUBRIK = "indikator;period;värde\n"


@pytest.fixture
def matt(db):
    return Indikator.objects.create(
        kod="andel", namn="Andel nöjda", enhetsslag="procent", enhet="procent", riktning="hogre"
    )


def fil(text):
    return inlasning.behall_fil(innehall=(RUBRIK + text).encode(), namn="varden.csv")


def las_in(text):
    return inlasning.las_in(underlag=fil(text), ersatt=True, by=None)


def varden():
    return dict(Matning.objects.filter(indikator__kod="andel").values_list("ar", "varde"))


def test_fragan_stalls_en_gang_for_en_hel_fil_och_svaret_minns(matt):
    las_in("andel;2021;82\nandel;2022;85,5\n")
    g = inlasning.granska(underlag=fil("andel;2022;0,86\nandel;2023;0,85\n"), by=None)
    (a,) = g.anmarkningar
    assert a.niva == "varning" and a.text == (
        "Alla 2 värden ser ut att vara hundra gånger för små mot samma rads andra år: 0,86 mot 85,5 (2022). "
        "Omräknat blir det 86."
    )
    assert [(f.cell.ar, f.jamfort_ar, f.steg) for f in g.skalfragor] == [(2022, 2022, 2), (2023, 2022, 2)]
    # As it stands: it is saved, and what then stands there is what the next is held against.
    las_in("andel;2023;0,85\n")
    assert varden()[2023] == D("0.85")
    for text in ("andel;2023;0,85\n", "andel;2023;0,86\nandel;2024;0,9\n"):
        assert inlasning.granska(underlag=fil(text), by=None).anmarkningar == ()
    g = inlasning.granska(underlag=fil("andel;2020;820\nandel;2019;80\n"), by=None)
    assert g.anmarkningar[0].text.startswith("1 av 2 värden ser ut att vara tio gånger för stort mot")


def test_rader_som_ar_nya_jamfors_med_filens_tidigare_ar_och_annat_an_procent_fragas_inte_om(matt):
    antal = Indikator.objects.create(
        kod="fall", namn="Fall", enhetsslag="antal", enhet="antal", riktning="lagre", decimaler=0
    )
    g = inlasning.granska(
        underlag=fil("andel;2022;85\nandel;2023;0,85\nfall;2022;85\nfall;2023;8500\n"), by=None
    )
    assert [(f.cell.indikator, f.cell.ar) for f in g.skalfragor] == [(matt.pk, 2023)]
    assert antal.pk != matt.pk
    # Never the row above: another indikator's values say nothing.
    annan = Indikator.objects.create(
        kod="liten", namn="Liten andel", enhetsslag="procent", enhet="procent", riktning="lagre"
    )
    g = inlasning.granska(underlag=fil(f"andel;2023;85\n{annan.kod};2023;0,85\n"), by=None)
    assert g.skalfragor == ()


def test_sidan_fragar_och_jobbet_raknar_om(matt, som, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    las_in("andel;2022;85,5\n")
    klient = som("koncerncontroller")
    uppladdad = SimpleUploadedFile("varden.csv", f"{RUBRIK}andel;2023;0,865\n".encode())
    adress = klient.post("/indikatorer/las-in/", {"fil": uppladdad})["Location"]
    html = klient.get(adress).content.decode()
    assert html.count("Värdet ser ut att vara hundra gånger för litet") == 1 and "Ta emot allt" in html
    omraknad = adress.split("?")[0] + unescape(re.search(r'href="(\?[^"]+procent=rakna_om[^"]*)"', html)[1])
    html = klient.get(omraknad).content.decode()
    assert "86,5" in html and "Är det procent?" not in html and "Omräknade till procent" in html
    avtryck = re.search(r'name="avtryck" value="([0-9a-f]+)"', html)[1]
    # What was shown is what is written: the other preview's print is another.
    assert klient.post(adress, {"avtryck": avtryck}).status_code == 409
    assert klient.post(omraknad, {"avtryck": avtryck}).status_code == 302
    kor_jobb(Jobb.objects.get(slag="las_in_matningar").pk)
    assert varden() == {2022: D("85.5"), 2023: D("86.5")}


def test_kommandot_varnar_och_raknar_om_nar_det_ombeds(matt, tmp_path):
    las_in("andel;2022;85,5\n")
    plats = tmp_path / "varden.csv"
    plats.write_text(f"{RUBRIK}andel;2023;850\n")
    ut = StringIO()
    call_command("importera_matningar", plats, "--prova", "--json", stdout=ut)
    assert [a["kod"] for a in json.loads(ut.getvalue())["anmarkningar"]] == ["SKALA"]
    call_command("importera_matningar", plats, "--rakna-om-procent", stdout=ut)
    assert varden()[2023] == D("85.0")


@pytest.mark.parametrize(("svar", "blir"), [("rakna_om", "85"), ("behall", "0.85")])
def test_inmatningen_fragar_innan_den_sparar(matt, som, svar, blir):
    las_in("andel;2022;85,5\n")
    klient, adress = som("koncerncontroller"), "/indikatorer/andel/matningar/?ar=2023"
    html = klient.get(adress).content.decode()
    falt = {"bas": unescape(re.search(r'name="bas" value="([^"]*)"', html)[1]), "varde.0.T": "0,85"}
    fraga = klient.post(adress, falt)
    text = fraga.content.decode()
    assert fraga.status_code == 200 and 2023 not in varden()
    assert text.count("Är det procent?") == 1 and 'value="0,85"' in text
    assert klient.post(adress, falt | {"procent": svar}).status_code == 302
    assert varden()[2023] == D(blir)
    # The next year is held against what was answered.
    html = klient.get(adress.replace("2023", "2024")).content.decode()
    falt["bas"] = unescape(re.search(r'name="bas" value="([^"]*)"', html)[1])
    falt["varde.0.T"] = {"85": "86", "0.85": "0,86"}[blir]
    assert klient.post(adress.replace("2023", "2024"), falt).status_code == 302


def test_det_som_mats_i_miljoner_fragas_om_nar_det_skrivs_ut(matt, som):
    arenden = Indikator.objects.get(kod="HSN-1177-ARENDEN")
    assert arenden.enhet == "miljoner"
    g = inlasning.granska(underlag=fil(f"{arenden.kod};2025;3 400 000\n"), by=None)
    assert [(f.steg, f.procent) for f in g.skalfragor] == [(-6, False)]
    klient, adress = som("koncerncontroller"), f"/indikatorer/{arenden.kod}/matningar/?ar=2025"
    html = klient.get(adress).content.decode()
    falt = {"bas": unescape(re.search(r'name="bas" value="([^"]*)"', html)[1]), "varde.0.T": "3 400 000"}
    text = klient.post(adress, falt).content.decode()
    assert "Är det måttets enhet?" in text and "Räkna om till måttets enhet och spara" in text
    assert (
        "Värdet ser ut att vara en miljon gånger för stort mot samma rads andra år: 3 400 000 mot 3,3" in text
    )
    assert not arenden.matningar.filter(ar=2025).exists()
    assert klient.post(adress, falt | {"procent": "rakna_om"}).status_code == 302
    assert arenden.matningar.get(ar=2025).varde == D("3.4")


@pytest.mark.parametrize(
    ("kod", "regel", "obs"),
    [
        (
            "HSN-1177-ARENDEN",
            "minst 3 000 000",
            "3 000 000 ser ut att vara en miljon gånger för stort mot värdet 3,3",
        ),
        ("HSN-1177-ARENDEN", "minst 3,5", ""),
        (
            "andel",
            "minst 850",
            "850 ser ut att vara tio gånger för stort mot värdet 85,5 (2022). Menar du 85,0?",
        ),
        ("andel", "högst 8", ""),
        ("andel", "ökning ≥ 2 procentenheter", ""),
    ],
)
def test_ett_mal_i_annan_skala_an_vardena_sags_innan_det_sparas(matt, som, kod, regel, obs):
    las_in("andel;2022;85,5\n")
    data = {
        "ar": "2025",
        "segment": "",
        "regel": regel,
        "kalla": "",
        "varfor": "",
        "sedd_rev": "0",
        "steg": "granska",
    }
    svar = som("koncerncontroller").post(f"/indikatorer/{kod}/mal/", data)
    text = " ".join(unescape(svar.content.decode()).replace("\u00a0", " ").split())
    assert svar.status_code == 200 and "Uppfyllt när" in text
    assert (obs in text) if obs else ("ser ut att vara" not in text)
