"""The kontoplan in the browser: search, change with what it moves, history, and as files."""

import re
from html import unescape

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budget.imports.kontoplan import las_motparter
from budget.models import Ansvarsregel, Kontoregel, Motpart, Post
from tests.budget.huvudbok import lagg_in
from tests.lib.fientlig import Matt

KONTON = "/utfall/kontoplan/konton/"


def _andra(klient, adress, falt, **mer):
    """Send the form of a row as its page has it."""
    sedd = re.search(r'name="sedd" value="(\w+)"', klient.get(adress).content.decode())[1]
    return klient.post(adress, falt | {"sedd": sedd} | mer)


def test_listan_soks_efter_kod_ord_och_ar(som, django_assert_num_queries):
    revisor = som("revisor")
    with django_assert_num_queries(10):
        html = revisor.get(f"{KONTON}?sok=4110&ar=2024").content.decode()
    assert "4100–4499" in html and "3000–3199" not in html
    assert "Lägg till" not in html
    assert "Inget svarar mot valet" in revisor.get(f"{KONTON}?ar=2021").content.decode()
    assert "Hälso" in revisor.get("/utfall/kontoplan/ansvar/?sok=HSN").content.decode()
    assert "Förvaltningsintern" in revisor.get("/utfall/kontoplan/motparter/?sok=4").content.decode()
    assert revisor.get(f"{KONTON}?ar=abc").status_code == 404
    assert revisor.get("/utfall/kontoplan/annat/").status_code == 404


def test_andring_som_flyttar_utfall_fragar_forst_och_sager_hur_mycket(som):
    lagg_in([("KN", 202401, "4110", "10000", "", "1234.50"), ("KN", 202401, "4120", "10000", "", "-0.50")])
    regel = Kontoregel.objects.get(fran="4100")
    kop = Post.objects.get(kod="kop_alla", uppstallning__kod="resultatsammanstallning")
    koncern, adress = som("koncerncontroller"), f"{KONTON}{regel.pk}/"
    falt = {"fran": "4100", "till": "4499", "namn": "Löner", "mal": str(kop.pk), "fran_ar": "2022"}
    html = _andra(koncern, adress, falt).content.decode()
    assert "1\u00a0235,00\u00a0kr på konto 4110, 4120 (2024) flyttar från Personalkostnader" in html
    assert "Inget är sparat än" in html
    regel.refresh_from_db()
    assert regel.post != kop
    # An answer to another question does not count.
    assert "Inget är sparat än" in _andra(koncern, adress, falt, bekraftat="ja").content.decode()
    svar = re.search(r'name="bekraftat" value="(\w+)"', html)[1]
    html = koncern.get(_andra(koncern, adress, falt, bekraftat=svar)["Location"]).content.decode()
    assert "Sparat. 1\u00a0235,00\u00a0kr" in html
    regel.refresh_from_db()
    assert regel.post == kop
    html = som("controller").get(adress).content.decode()
    assert "Erik Sandahl" in html and "Personalkostnader" in html and 'value="spara"' not in html
    svar = _andra(koncern, adress, falt, till_ar="2023", kalla="Skrivet av mig")
    assert svar.status_code == 422
    assert "konto 4110 (2024)" in svar.content.decode() and "Skrivet av mig" in svar.content.decode()
    svar = koncern.post(adress, {"vad": "ta_bort"})
    assert svar.status_code == 422 and Kontoregel.objects.filter(pk=regel.pk).exists()


def test_ny_regel_krock_och_borttagning(som):
    koncern = som("koncerncontroller")
    falt = {"fran": "0900", "till": "", "namn": "Prov", "mal": "balans", "fran_ar": "2024", "till_ar": "2025"}
    assert koncern.post(f"{KONTON}ny/", falt).status_code == 302
    regel = Kontoregel.objects.get(fran="0900")
    assert (regel.till, regel.post, regel.till_ar) == ("0900", None, 2025)
    svar = koncern.post(f"{KONTON}ny/", falt | {"namn": "Annat"})
    assert svar.status_code == 422 and "krockar med regeln 0900 Prov" in svar.content.decode()
    assert 'value="balans" selected' in koncern.get(f"{KONTON}{regel.pk}/").content.decode()
    assert koncern.post(f"{KONTON}{regel.pk}/", {"vad": "ta_bort"}).status_code == 302
    assert not Kontoregel.objects.filter(fran="0900").exists()


def test_motpart_laggs_till_avslutas_och_har_historik(som):
    koncern, rot = som("koncerncontroller"), "/utfall/kontoplan/motparter/"
    falt = {"kod": "901", "namn": "Prov", "slag": "annan", "giltig_fran": "2024-01-01"}
    assert koncern.post(f"{rot}ny/", falt).status_code == 302
    m = Motpart.objects.get(kod="901")
    assert _andra(koncern, f"{rot}{m.pk}/", falt, sista_dag="2024-12-31").status_code == 302
    m.refresh_from_db()
    assert m.giltig_till.isoformat() == "2025-01-01"
    # The calendar's last day is none, in the form and in a file.
    assert _andra(koncern, f"{rot}{m.pk}/", falt, sista_dag="9999-12-31").status_code == 302
    m.refresh_from_db()
    assert m.giltig_till is None
    rad = b"kod,namn,slag,giltig_fran,giltig_till\n9,Namn,annan,2024-01-01,9999-12-31\n"
    assert las_motparter(rad).rader[0].giltig_till is None
    assert _andra(koncern, f"{rot}{m.pk}/", falt, sista_dag="2024-12-31").status_code == 302
    m.refresh_from_db()
    html = koncern.get(f"{rot}{m.pk}/").content.decode()
    assert 'value="2024-12-31"' in html and html.count("Erik Sandahl</") + html.count(", Erik Sandahl") >= 2
    svar = _andra(koncern, f"{rot}{m.pk}/", falt, slag="intern")
    assert svar.status_code == 422 and "byter inte kod eller slag" in svar.content.decode()


def _ladda_upp(klient, slag, innehall, namn="fil.csv"):
    fil = SimpleUploadedFile(namn, innehall)
    return klient.post(f"/utfall/kontoplan/{slag}/las-in/", {"fil": fil})


def test_det_som_hamtas_las_in_igen_utan_skillnad(som):
    koncern = som("koncerncontroller")
    for slag in ("konton", "ansvar", "motparter"):
        for som_ in ("csv", "xlsx"):
            fil = koncern.get(f"/utfall/kontoplan/{slag}/fil/?som={som_}").content
            html = _ladda_upp(koncern, slag, fil).content.decode()
            assert "Inget att ändra" in html, (slag, som_)


def test_fil_visas_som_skillnad_och_sparas_helt_eller_inte_alls(som):
    lagg_in([("KN", 202401, "4110", "10000", "", "500")])
    koncern = som("koncerncontroller")
    huvud = "konto_fran;konto_till;regel;post;namn;giltig_fran;giltig_till;kalla\n"
    fil = huvud + "4100;4499;post;kop_alla;Löner;2022;;\n0900;0999;balans;;Nytt;2024;2025;Källan\n"
    html = _ladda_upp(koncern, "konton", fil.encode()).content.decode()
    assert "2 nya eller ändrade, 0 oförändrade" in html and "500,00\u00a0kr på konto 4110" in html
    assert not Kontoregel.objects.filter(fran="0900").exists()
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", html, re.S)[1]
    # The answer is to the moves that were shown: when others have come, they are shown first.
    lagg_in([("KN", 202402, "4110", "10000", "", "250")])
    visat = re.search(r'name="bekraftat" value="(\w+)"', html)[1]
    falt = {"innehall": text, "vad": "spara"}
    html = koncern.post(f"{KONTON}las-in/", falt | {"bekraftat": visat}).content.decode()
    assert "Inget är sparat" in html and "750,00\u00a0kr på konto 4110" in html
    assert not Kontoregel.objects.filter(fran="0900").exists()
    visat = re.search(r'name="bekraftat" value="(\w+)"', html)[1]
    svar = koncern.post(f"{KONTON}las-in/", falt | {"bekraftat": visat}, follow=True)
    assert (
        "Sparat: 2 nya eller ändrade" in svar.content.decode() and "flyttades från" in svar.content.decode()
    )
    assert Kontoregel.objects.get(fran="4100").post.kod == "kop_alla"
    antal = Ansvarsregel.objects.count() + Kontoregel.objects.count()
    for innehall, mening in (
        (
            huvud + "0800;;post;finns_inte;Namn;2024;;\n",
            "Rad 2: till posten «finns_inte» kan inga konton höra.",
        ),
        (huvud + "0800;;;;Namn;2024;;\n0810;;balans;;;2024;;\n", "Rad 3: namn är tom."),
        (huvud + "0800;;balans;;Namn;i fjol;;\n", "«i fjol» är ingen dag"),
        (huvud + "4101;;balans;;Krock;2024;;\n", "krockar med regeln"),
        (huvud, "inga rader"),
        ("annat;helt\n1;2\n", "saknar kolumnen konto_fran"),
        ("PK\x03\x04skräp", "Excel"),
        ("\x00\x01", "varken CSV eller Excel"),
    ):
        svar = _ladda_upp(koncern, "konton", innehall.encode())
        assert svar.status_code == 422 and mening in svar.content.decode(), mening
    svar = _ladda_upp(koncern, "ansvar", b"ansvar_fran,enhet,namn,giltig_fran\n9,XX,Namn,2024\n")
    assert "enheten «XX» finns inte" in svar.content.decode()
    svar = _ladda_upp(koncern, "motparter", b"kod,namn,slag,giltig_fran\n9,Namn,okand,2024-01-01\n")
    assert "slaget «okand»" in svar.content.decode()
    assert Ansvarsregel.objects.count() + Kontoregel.objects.count() == antal


def test_en_stor_fil_raknas_hel_men_visas_till_en_del(som):
    huvud = "konto_fran;konto_till;regel;post;namn;giltig_fran;giltig_till;kalla\n"
    fil = huvud + "".join(f"{i};;balans;;Namn {i};2024;;\n" for i in range(10_000, 10_601))
    html = _ladda_upp(som("koncerncontroller"), "konton", fil.encode()).content.decode()
    assert "601 nya eller ändrade, 0 oförändrade. De 500 första visas" in html
    assert (
        ">10499<" in html and ">10500<" not in html and "10600;" in html
    )  # the text that is sent back has all


def test_forhandsvisningen_skriver_inga_regler(som):
    """Tens of thousands of rules written and taken back, with their history, held a process for seconds."""
    fil = "konto_fran;regel;namn;giltig_fran\n" + "".join(
        f"{i};balans;N{i};2024\n" for i in range(10_000, 10_050)
    )
    koncern = som("koncerncontroller")
    with CaptureQueriesContext(connection) as fragor:
        assert "50 nya eller ändrade" in _ladda_upp(koncern, "konton", fil.encode()).content.decode()
    assert not [f["sql"] for f in fragor if "budget_kontoregel" in f["sql"] and "SELECT" not in f["sql"]]


def test_en_lang_lista_visas_en_sida_i_taget(som):
    Kontoregel.objects.bulk_create(
        Kontoregel(fran=f"{i}", till=f"{i}", namn=f"Lång {i}", fran_ar=2024) for i in range(10_000, 10_501)
    )
    revisor = som("revisor")
    forsta = revisor.get(f"{KONTON}?sok=Lång&ar=2025").content.decode()
    assert "1–500 av 501 rader" in forsta and ">10499<" in forsta and ">10500<" not in forsta
    nasta = unescape(re.search(r'href="([^"]+)">Nästa<', forsta)[1])
    assert ">10500<" in (andra := revisor.get(KONTON + nasta).content.decode()) and ">10499<" not in andra
    assert "501–501 av 501 rader" in andra and "Föregående" in andra
    # What is downloaded is all of it.
    assert b"10500;" in revisor.get(f"{KONTON}fil/").content


def test_en_fil_med_orimligt_manga_kolumner_vagras_innan_den_lases(som):
    for fil in (b";" * 5_000_000, b"konto_fran;regel;namn;giltig_fran\n" + b";" * 5_000_000):
        with Matt() as matt:
            svar = _ladda_upp(som("koncerncontroller"), "konton", fil)
        assert svar.status_code == 422 and "orimligt många kolumner" in svar.content.decode()
        assert matt.cpu < 1


def test_en_fil_vars_texter_inte_ryms_i_svarets_formular_vagras(som):
    huvud = "konto_fran;konto_till;regel;post;namn;giltig_fran;giltig_till;kalla\n"
    fil = huvud + "".join(f"{i};;balans;;{'N' * 100};2024;;{'k' * 90}\n" for i in range(10_000, 19_000))
    svar = _ladda_upp(som("koncerncontroller"), "konton", fil.encode())
    assert svar.status_code == 422 and "Dela upp filen" in svar.content.decode()


def test_en_gammal_sida_skriver_inte_over_det_som_nagon_annan_har_sparat(som):
    """Of two who had the page open the second undid the first, and neither was told."""
    koncern, regel = som("koncerncontroller"), Kontoregel.objects.filter(till_ar=None).first()
    adress = f"{KONTON}{regel.pk}/"
    sedd = re.search(r'name="sedd" value="(\w+)"', koncern.get(adress).content.decode())[1]
    falt = {"fran": regel.fran, "till": regel.till, "namn": "Först", "mal": str(regel.post_id or "balans"),
            "fran_ar": str(regel.fran_ar)}  # fmt: skip
    assert koncern.post(adress, falt | {"sedd": sedd}).status_code == 302
    for gammal in (sedd, ""):
        svar = koncern.post(adress, falt | {"namn": "Sedan", "kalla": "Min", "sedd": gammal})
        text = svar.content.decode()
        assert svar.status_code == 422 and f"Sparat nu är {regel.kod} Först" in text
        assert 'value="Sedan"' in text and 'value="Min"' in text
        assert Kontoregel.objects.get(pk=regel.pk).namn == "Först"
    # Who has read what stands there may replace it.
    nytt = re.search(r'name="sedd" value="(\w+)"', text)[1]
    assert koncern.post(adress, falt | {"namn": "Sedan", "sedd": nytt}).status_code == 302
    assert Kontoregel.objects.get(pk=regel.pk).namn == "Sedan"
