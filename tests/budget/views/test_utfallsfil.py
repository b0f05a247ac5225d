"""The pages of ledger files: handing in, mapping, answering, and what each role sees."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budget.models import Kontoregel, Saldo, Utfallsfil, Utfallskalla
from budget.selectors.kontoplan import hamta_kontoposter, postnamn
from organisation.models import Enhet, Namnd
from regionskane.jobb.actions import kor_jobb
from regionskane.jobb.models import Jobb
from tests.budget.actions.test_utfall import HSN, KN, MANAD, balans, csv

FILER = "/utfall/filer/"


def _lamna(klient, innehall, namn="mars.csv", **falt):
    return klient.post(FILER, {"fil": SimpleUploadedFile(namn, innehall), "namnd": "", "kalla": "", **falt})


def _kor():
    for jobb in Jobb.objects.filter(status="koad"):
        kor_jobb(str(jobb.pk))


def _text(svar) -> str:
    return " ".join(svar.content.decode().replace("\u00a0", " ").split())


@pytest.fixture
def koncern(som):
    return som("koncerncontroller")


def test_fil_lamnas_lases_in_och_syns_i_rutnatet(koncern, som, django_assert_num_queries):
    assert "<h2>Filerna" not in _text(koncern.get(FILER))
    svar = _lamna(koncern, MANAD)
    fil = Utfallsfil.objects.get()
    assert (svar.status_code, svar.url) == (302, f"{FILER}{fil.pk}/")
    assert "Väntar i kö" in _text(koncern.get(svar.url)) and "Avbryt" in _text(koncern.get(svar.url))
    _kor()
    jobb = Jobb.objects.get(slag="las_in_utfall")
    assert (jobb.status, jobb.resultat_url, jobb.fel) == ("klar", svar.url, "")
    sida = _text(koncern.get(svar.url))
    for ord_ in ("Inläst", "2024-03", "Den gäller.", "Se utfallet 2024", "Läsning av filen"):
        assert ord_ in sida
    assert koncern.get(f"{FILER}?ar={'9' * 5000}").status_code == 200
    rutnat = _text(koncern.get(f"{FILER}?ar=2024"))
    assert "Kulturnämnden 2024-03: inläst ur mars.csv" in rutnat
    assert "Kulturnämnden 2024-02: saknas" in rutnat
    for adress, antal in ((f"{FILER}?ar=2024", 11), (svar.url, 12)):
        with django_assert_num_queries(antal):
            koncern.get(adress)
    # The same content again says so and changes nothing.
    igen = _lamna(koncern, MANAD, "kopia.csv")
    assert igen.url == svar.url and Jobb.objects.filter(slag="las_in_utfall").count() == 1
    assert "Filen är redan inläst" in _text(koncern.get(igen.url))
    assert koncern.get(f"{svar.url}hamta/").getvalue() == MANAD
    # A corrected month, and what it replaced.
    _lamna(
        koncern,
        csv(*balans(202403, KN, "5010", 7, "A1"), *balans(202403, HSN, "4010", 8, "A2")),
        "rättad.csv",
    )
    _kor()
    rattad = Utfallsfil.objects.get(namn="rättad.csv")
    assert "mars.csv" in _text(koncern.get(f"{FILER}{rattad.pk}/"))
    assert "Den är ersatt av rättad.csv." in _text(koncern.get(svar.url))
    assert "Kulturnämnden 2024-03: rättad av rättad.csv" in _text(koncern.get(f"{FILER}?ar=2024"))
    # A revisor sees it all and can do nothing; a controller sees the files of the own nämnd.
    revisor = som("revisor")
    assert revisor.get(svar.url).status_code == 200
    assert "Läs in en fil" not in _text(revisor.get(FILER))
    kn = som("controller-kn")
    assert kn.get(svar.url).status_code == 404
    assert "<h2>Filerna" not in _text(kn.get(FILER))
    rutnat = kn.get(f"{FILER}?ar=2024").content.decode()
    assert "rättad av rättad.csv" in rutnat and f"{FILER}{rattad.pk}/" not in rutnat
    assert "Hälso- och sjukvårdsnämnden 2024-03" not in _text(kn.get(f"{FILER}?ar=2024"))


def test_raden_visas_som_den_ar_bokford_och_som_den_star_i_filen(koncern, som, django_assert_num_queries):
    _lamna(koncern, MANAD)
    _kor()
    fil = Utfallsfil.objects.get()
    adress = f"/utfall/2024/rad/{fil.pk}/2/?konto=5010&period=202403"
    with django_assert_num_queries(6):
        svar = koncern.get(adress)
    sida = _text(svar)
    for ord_ in (
        "Rad 2 i mars.csv",
        "202403;5010;10001;10;A1;Prov;100,50",
        "100,50 kr",
        "Gäller</dt> <dd> Ja",
        fil.sha256,
    ):
        assert ord_ in sida
    rader = re.search(r'href="([^"]+)">Hela verifikationen', sida)[1].replace("&amp;", "&")
    assert "2 rader, tillsammans" in re.sub("<[^>]+>", "", _text(koncern.get(rader)))
    # Whoever may read the enhet sees its line, though not the whole region's file; nobody else does.
    egen = _text(som("controller-kn").get(adress))
    assert "100,50 kr" in egen and "Till filen" not in egen
    assert som("controller").get(adress).status_code == 404
    for fel in (
        "konto=5010&period=202402",
        "konto=4010&period=202403",
        "konto=5010",
        "konto=5010&period=202503",
    ):
        assert koncern.get(f"/utfall/2024/rad/{fil.pk}/2/?{fel}").status_code == 404
    _lamna(
        koncern, csv(*balans(202403, KN, "5010", 7, "A1"), *balans(202403, HSN, "4010", 8, "A2")), "ny.csv"
    )
    _kor()
    assert "Nej, månaden är ersatt av ny.csv" in _text(koncern.get(adress))


def test_okanda_koder_kopplas_pa_sidan_och_varningar_bekraftas_vid_namn(koncern, anvandare):
    lika = f"202403;9991;{KN};;;x;1,00"
    svar = _lamna(koncern, csv(lika, lika, "202403;9992;99999;777;;x;2,00"))
    fil = Utfallsfil.objects.get()
    _kor()
    sida = _text(koncern.get(svar.url))
    for ord_ in ("Koder som inte är kopplade", "9991", "9992", "99999", "777", "Koppla och läs in"):
        assert ord_ in sida
    assert "Läs in ändå" not in sida  # codes first
    assert "Läs in igen" in sida  # the codes may have been mapped on the page of the kontoplan
    post, enhet = hamta_kontoposter()[0], Enhet.objects.get(kod="KN")
    val = {
        "konto-0-fran": "9990", "konto-0-till": "9999", "konto-0-namn": "Prov", "konto-0-mal": str(post.pk),
        "konto-1-fran": "9992", "konto-1-till": "9992", "konto-1-mal": "",
        "ansvar-2-fran": "99999", "ansvar-2-till": "9999", "ansvar-2-mal": str(enhet.pk),
        "motpart-3-namn": "Provbolaget", "motpart-3-mal": "extern",
    }  # fmt: skip
    assert koncern.post(f"{svar.url}koppla/", val | {"konto-0-fran": "99\x00"}).status_code == 400
    fel = koncern.post(f"{svar.url}koppla/", val)
    assert fel.status_code == 422
    assert 'value="Prov"' in fel.content.decode() and "tar inte 99999" in _text(fel)
    ratt = koncern.post(f"{svar.url}koppla/", val | {"ansvar-2-till": "99999"})
    assert ratt.status_code == 302
    _kor()
    sida = _text(koncern.get(svar.url))
    assert "Bekräfta varningarna" in sida and "Rader som är lika en annan rad (1)" in sida
    assert koncern.post(f"{svar.url}bekrafta/", {}).status_code == 422
    koncern.post(f"{svar.url}bekrafta/", {"kod": "DUBBLETT"})
    _kor()
    fil.refresh_from_db()
    assert fil.status == "inlast" and Saldo.objects.count() == 2
    assert "Bekräftade varningar: DUBBLETT" in _text(koncern.get(svar.url))


def test_controller_laser_in_for_sin_namnd_och_far_veta_vem_som_kopplar(som):
    kn, hsn = som("controller-kn"), Namnd.objects.get(kod="HSN")
    assert "Välj vilken nämnd filen gäller" in _text(_lamna(kn, MANAD))
    assert _lamna(kn, MANAD, namnd=str(hsn.pk)).status_code == 422
    svar = _lamna(kn, csv(f"202403;9991;{KN};;;x;1,00"), namnd=str(Namnd.objects.get(kod="KN").pk))
    _kor()
    sida = _text(kn.get(svar.url))
    assert "Be en koncerncontroller" in sida and "Erik Sandahl" in sida and "9991" in sida
    assert "Koppla och läs in" not in sida
    assert kn.post(f"{svar.url}koppla/", {}).status_code == 403


def test_okanda_kolumner_valjs_pa_sidan(koncern):
    svar = _lamna(koncern, b"M;Kto-id;Kst-id;Kronor\n202403;5010;10001;5,00\n")
    _kor()
    sida = _text(koncern.get(svar.url))
    assert "Vilka kolumner är det?" in sida and "Kto-id" in sida
    val = {"falt-period": "M", "falt-konto": "Kto-id", "falt-ansvar": "Kst-id", "falt-belopp": "Kronor"}
    for nul in ({"kalla": "a\0"}, {"kalla": "a", "falt-text": "a\0"}):
        assert koncern.post(f"{svar.url}kolumner/", val | nul).status_code == 400
    assert _lamna(koncern, MANAD, kalla="a\0").status_code == 400
    # No file has such a header, and the page of files read those of every source.
    lang = koncern.post(f"{svar.url}kolumner/", val | {"kalla": "a", "falt-text": "x" * 10_000})
    assert lang.status_code == 422 and not Utfallskalla.objects.exists()
    fel = koncern.post(f"{svar.url}kolumner/", val)
    assert fel.status_code == 422 and '<option value="Kto-id" selected>' in _text(fel)
    assert koncern.post(f"{svar.url}kolumner/", val | {"kalla": "Raindance"}).status_code == 302
    _kor()
    om_filen = " ".join(_text(koncern.get(svar.url)).split())
    assert "Kolumner som valts för källan" in om_filen and "Konto: Kto-id" in om_filen
    assert Saldo.objects.count() == 1


def test_fil_med_fel_visar_dem_med_rad_och_inget_sparas(koncern):
    svar = _lamna(koncern, csv(f"202403;5010;{KN};;;x;1,00", f"202403;5010;{KN};;;x;NaN"))
    _kor()
    sida = _text(koncern.get(svar.url))
    for ord_ in ("Stoppad av fel", "Fel som stoppar filen", "«NaN» är inte ett tal", "Läs samma fil igen"):
        assert ord_ in sida
    assert Saldo.objects.count() == 0
    assert koncern.post(f"{svar.url}las-in/").status_code == 302
    assert Jobb.objects.filter(slag="las_in_utfall", status="koad").count() == 1
    assert koncern.post(f"{svar.url}las-in/").status_code == 302  # pressed twice, one job
    assert Jobb.objects.filter(slag="las_in_utfall", status="koad").count() == 1


def test_ett_jobb_i_kon_avbryts_innan_det_borjar(koncern):
    svar = _lamna(koncern, MANAD)
    jobb = Jobb.objects.get(slag="las_in_utfall")
    koncern.post(f"/jobb/{jobb.pk}/avbryt/")
    _kor()
    jobb.refresh_from_db()
    assert (jobb.status, jobb.fel) == ("fel", "Avbrutet av dig. Inget har sparats.")
    assert "avbrutet" in _text(koncern.get(svar.url)) and Saldo.objects.count() == 0


def test_period_13_valjs_pa_sidan_och_kallan_minns(koncern):
    svar = _lamna(koncern, csv(*balans(202413, KN, "5010", 1, "A1")))
    _kor()
    sida = _text(koncern.get(svar.url))
    for ord_ in ("Vad är perioden?", "2 rader i period 13", "Läggs i december", "Läses inte in"):
        assert ord_ in sida
    assert "Period 00" not in sida and "Läs in ändå" not in sida and "Fel som stoppar" not in sida
    fel = koncern.post(f"{svar.url}perioder/", {"kalla": "Raindance"})
    assert fel.status_code == 422 and 'value="Raindance"' in fel.content.decode()
    assert koncern.post(f"{svar.url}perioder/", {"kalla": "Raindance", "period-13": "nej"}).status_code == 302
    _kor()
    sida = _text(koncern.get(svar.url))
    assert "Stoppad av fel" in sida and "källan Raindance" in sida and "Vad är perioden?" in sida
    assert (
        koncern.post(f"{svar.url}perioder/", {"kalla": "Raindance", "period-13": "manad"}).status_code == 302
    )
    _kor()
    sida = _text(koncern.get(svar.url))
    assert "Den gäller." in sida and "Raindance, period 13 läggs i december" in sida
    assert set(Saldo.objects.values_list("period", flat=True)) == {202412}


def test_en_kod_med_en_senare_regel_sager_vad_som_hander_fore(koncern, django_assert_num_queries):
    (post, annan, *_) = hamta_kontoposter()
    regel = Kontoregel.objects.create(fran="9990", till="9994", namn="x", post=post, fran_ar=2024)
    svar = _lamna(koncern, csv(f"202203;9991;{KN};;;x;1,00"))
    _kor()
    hor = f"Hör från 2024 till {postnamn(post)} (9990–9994)."
    ord_ = f"{hor} Väljer du samma börjar den regeln gälla 2022. Ett annat val gäller till och med 2023."
    assert ord_ in _text(koncern.get(svar.url))
    with CaptureQueriesContext(connection) as fragor:
        koncern.get(svar.url)
    antal = len(fragor)
    Kontoregel.objects.create(fran="9992", till="9992", namn="x", post=annan, fran_ar=2020, till_ar=2023)
    assert f"{hor} Det du väljer gäller till och med 2023." in _text(koncern.get(svar.url))
    fler = _lamna(koncern, csv(*(f"202203;{k};{KN};;;x;1,00" for k in (9991, 9993, 9994))))
    _kor()
    with django_assert_num_queries(antal):
        assert _text(koncern.get(fler.url)).count("Hör från 2024") == 3
    val = {"konto-0-fran": "9991", "konto-0-till": "9991", "konto-0-mal": str(annan.pk)}
    assert koncern.post(f"{svar.url}koppla/", val).status_code == 302
    regel.refresh_from_db()
    assert regel.fran_ar == 2024
    assert list(Kontoregel.objects.filter(fran="9991").values_list("fran_ar", "till_ar")) == [(2022, 2023)]


def test_fil_som_vantar_star_under_mitt_att_gora_tills_koderna_ar_kopplade(som, koncern):
    kn = som("controller-kn")
    svar = _lamna(kn, csv(f"202403;9991;{KN};;;x;1,00"), namnd=str(Namnd.objects.get(kod="KN").pk))
    _kor()
    sida = _text(koncern.get("/"))
    assert "Koppla koderna i mars.csv" in sida and svar.url in sida and "Väntar på koder" in sida
    assert "Notiser, 1 oläst" in sida
    assert "Koppla koderna" not in _text(kn.get("/"))
    koncern.post(
        f"{svar.url}koppla/",
        {"konto-0-fran": "9991", "konto-0-till": "9991", "konto-0-mal": str(hamta_kontoposter()[0].pk)},
    )
    _kor()
    sida = _text(koncern.get("/"))
    assert "Koppla koderna" not in sida and "Notiser, inga olästa" in sida


def test_startsidans_fragor_beror_inte_pa_antalet_filer_som_vantar(koncern):
    def fragor():
        with CaptureQueriesContext(connection) as sedda:
            koncern.get("/")
        return len(sedda)

    _lamna(koncern, csv(f"202403;9991;{KN};;;x;1,00"))
    _kor()
    fragor()
    en = fragor()
    for n in range(2, 5):
        _lamna(koncern, csv(f"202403;9991;{KN};;;x;{n},00"), f"{n}.csv")
    _kor()
    assert fragor() == en


def test_startsidan_visar_fem_filer_som_vantar_och_leder_till_de_andra(koncern):
    for n in range(7):
        _lamna(koncern, csv(f"202403;9991;{KN};;;x;{n + 1},00"), f"bok{n}.csv")
    _kor()
    sida = _text(koncern.get("/"))
    assert [n for n in range(7) if f"Koppla koderna i bok{n}.csv" in sida] == [2, 3, 4, 5, 6]
    assert "2 filer till väntar på koder" in sida
    (dit,) = set(re.findall(r'href="(/utfall/filer/\?lage=[^"#]+)', koncern.get("/").content.decode()))
    lista = _text(koncern.get(dit))
    assert all(f"bok{n}.csv" in lista for n in range(7))


def test_filerna_visas_en_sida_i_taget_och_i_ett_lage(koncern, anvandare):
    for n in range(35):
        Utfallsfil.objects.create(
            namn=f"nr{n:02}.csv", sha256=f"{n:064}", storlek=1, status="fel" if n == 3 else "vantar",
            mottagen_av=anvandare("koncerncontroller"),
        )  # fmt: skip
    forst = koncern.get(FILER).content.decode()
    assert "nr34.csv" in forst and "nr04.csv" not in forst and "Tidigare filer" in forst
    assert "nr04.csv" in _text(koncern.get(f"{FILER}?historik=30"))
    assert re.findall(r"nr\d\d", _text(koncern.get(f"{FILER}?lage=fel"))) == ["nr03"]
    assert "Ingen huvudbok har det läget" in _text(koncern.get(f"{FILER}?lage=inlast"))
    assert (
        'href="?ar=2024&amp;lage=fel#filerna"' in koncern.get(f"{FILER}?ar=2024&lage=vantar").content.decode()
    )


def test_en_fil_som_inte_ar_inlast_tas_bort_av_den_som_far_lasa_in(koncern, som, monkeypatch):
    svar = _lamna(koncern, csv(f"202403;9991;{KN};;;x;1,00"))
    assert "läses in just nu" in _text(koncern.post(f"{svar.url}ta-bort/"))
    _kor()
    assert "Ja, ta bort filen" in _text(koncern.get(svar.url))
    assert som("revisor").post(f"{svar.url}ta-bort/").status_code == 403
    assert som("controller-kn").post(f"{svar.url}ta-bort/").status_code == 404
    assert Utfallsfil.objects.count() == 1
    dit = koncern.post(f"{svar.url}ta-bort/", follow=True)
    assert "mars.csv är borttagen" in _text(dit)
    assert svar.url not in koncern.get("/notiser/").content.decode()
    assert "Koppla koderna" not in _text(koncern.get("/")) and "Notiser, inga olästa" in _text(
        koncern.get("/")
    )
    assert not Utfallsfil.objects.exists() and koncern.get(svar.url).status_code == 404
    inlast = _lamna(koncern, MANAD)
    _kor()
    assert "ta bort" not in _text(koncern.get(inlast.url)).lower()
    assert "siffror kommer ur den" in _text(koncern.post(f"{inlast.url}ta-bort/"))
    assert Utfallsfil.objects.get().status == "inlast"


def test_den_som_har_manga_olasta_filer_svarar_forst(koncern, som, monkeypatch):
    monkeypatch.setattr("budget.actions.utfall.FLEST_OLASTA", 2)
    _lamna(koncern, MANAD)
    _kor()
    for n in range(2):
        assert _lamna(koncern, csv(f"202403;9991;{KN};;;x;{n + 1},00"), f"{n}.csv").status_code == 302
    _kor()
    svar = _lamna(koncern, csv(f"202403;9991;{KN};;;x;9,00"))
    assert svar.status_code == 422 and "Du har lämnat 2 filer som inte är inlästa" in _text(svar)
    assert Utfallsfil.objects.count() == 3
    kn = Namnd.objects.get(kod="KN")
    assert (
        _lamna(som("controller-kn"), csv(f"202403;9991;{KN};;;x;9,00"), namnd=str(kn.pk)).status_code == 302
    )
    koncern.post(f"{FILER}{Utfallsfil.objects.get(namn='0.csv').pk}/ta-bort/")
    assert _lamna(koncern, csv(f"202403;9991;{KN};;;x;9,00")).status_code == 302


def test_olasta_filer_ryms_till_en_viss_storlek(koncern, monkeypatch):
    en, tva, tre = (csv(f"202403;9991;{KN};;;x;{n},00") for n in (1, 2, 3))
    monkeypatch.setattr("budget.actions.utfall.STORST_OLASTA", len(en) + len(tva))
    adresser = [_lamna(koncern, innehall).url for innehall in (en, tva)]
    _kor()
    nej = _lamna(koncern, tre)
    assert nej.status_code == 422 and "som inte är inlästa" in _text(nej)
    koncern.post(f"{adresser[0]}ta-bort/")
    assert _lamna(koncern, tre).status_code == 302


def test_veckans_filer_raknas_ocksa_nar_de_ar_inlasta_eller_borttagna(koncern, som, monkeypatch):
    """Else a file could be handed in and taken away, or read in, until the disk is full."""
    en, tva = (csv(f"202403;9991;{KN};;;x;{n},00") for n in (1, 2))
    monkeypatch.setattr("budget.actions.utfall.STORST_I_VECKAN", len(MANAD) + len(en))
    _lamna(koncern, MANAD)
    svar = _lamna(koncern, en)
    _kor()
    koncern.post(f"{svar.url}ta-bort/")
    assert [f.status for f in Utfallsfil.objects.all()] == ["inlast"]
    nej = _lamna(koncern, tva)
    assert nej.status_code == 422 and "på sju dagar" in _text(nej)
    kn = Namnd.objects.get(kod="KN")
    assert _lamna(som("controller-kn"), tva, namnd=str(kn.pk)).status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE budget_utfallsfilevent SET pgh_created_at = now() - interval '169 hours'")
    assert _lamna(koncern, tva).status_code == 302


def test_konto_utanfor_filens_kontoplan_ar_en_varning_som_gar_att_bekrafta(koncern):
    ver = "#VER A 1 20240315 x\n{\n#TRANS 5010 {1 10001} 5\n#TRANS 1680 {1 10001} -5\n}\n"
    svar = _lamna(koncern, f"#FLAGGA 0\n#SIETYP 4\n#RAR 0 20240101 20241231\n#KONTO 5010 x\n{ver}".encode())
    _kor()
    sida = _text(koncern.get(svar.url))
    assert (
        "Konto 1680 används men finns inte i filens kontoplan" in sida
        and "Koder som inte är kopplade" not in sida
    )
    koncern.post(f"{svar.url}bekrafta/", {"kod": ["UTANFOR_KONTOPLANEN"]})
    _kor()
    assert "Den gäller." in _text(koncern.get(svar.url))
