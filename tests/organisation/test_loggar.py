"""What an administratör does leaves a trace, and so does every file that is handed out."""

import re
from datetime import timedelta

import pghistory
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organisation.actions import (
    andra_anvandare,
    byt_losenord,
    ge_roll,
    marke_for_losenordet,
    nytt_losenord,
    skapa_anvandare,
    ta_roll,
)
from organisation.models import Anvandare, Namnd, Nedladdning, Rolltilldelning
from organisation.selectors import PER_SIDA, hamta_kontohandelser
from organisation.views.loggar import FILER
from tests.test_behorighet import TABELL

HANDELSER, NEDLADDNINGAR = "/organisation/kontohandelser/", "/organisation/nedladdningar/"


def _text(svar):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", svar.content.decode()))


@pytest.fixture
def eva(anvandare):
    """Everything that can happen to an account, by Jonas Ek and by herself."""
    jonas = anvandare("administrator")
    eva = Anvandare(username="eva", first_name="Eva", last_name="Berg")
    skapa_anvandare(anvandare=eva, by=jonas)
    roll = Rolltilldelning(anvandare=eva, roll="controller", namnd=Namnd.objects.get(kod="KN"))
    ge_roll(tilldelning=roll, by=jonas)
    ta_roll(tilldelning=roll, by=jonas)
    for falt in (
        {"last_name": "Bergh", "email": "eva@region.invalid"},
        {"is_active": False},
        {"is_active": True},
    ):
        for namn, varde in falt.items():
            setattr(eva, namn, varde)
        andra_anvandare(anvandare=eva, by=jonas)
    nytt_losenord(anvandare=eva, sett=marke_for_losenordet(eva), by=jonas)
    eva.refresh_from_db()
    byt_losenord(anvandare=eva, losenord="en mening om hav")
    return eva


def test_allt_som_hander_ett_konto_star_i_historiken_i_ord(eva):
    rader, fler = hamta_kontohandelser(sok="eva")
    assert not fler
    kn = Namnd.objects.get(kod="KN")
    # All of one transaction here, where roles stand after accounts.
    assert [(r.vem, r.text) for r in reversed(rader)] == [
        ("Jonas Ek", "Lade upp kontot"),
        (
            "Jonas Ek",
            "Ändrade namnet från Eva Berg. Ändrade e-posten från ingen till eva@region.invalid",
        ),
        ("Jonas Ek", "Stängde kontot"),
        ("Jonas Ek", "Öppnade kontot"),
        ("Jonas Ek", "Återställde lösenordet"),
        ("Eva Bergh", "Bytte sitt lösenord"),
        ("Jonas Ek", f"Gav rollen controller för {kn}"),
        ("Jonas Ek", f"Tog bort rollen controller för {kn}"),
    ]


def test_losenordets_hash_star_aldrig_i_historiken(eva):
    eva.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(e::text, ' ') FROM organisation_anvandareevent e")
        historiken = cursor.fetchone()[0]
    assert "argon2" not in historiken and eva.password not in historiken


def test_inloggning_ar_ingen_kontohandelse(som, anvandare):
    fore = len(hamta_kontohandelser(sok="revisor")[0])
    som("revisor").get("/budget/")
    assert len(hamta_kontohandelser(sok="revisor")[0]) == fore


def test_vad_som_gors_utanfor_systemet_sags_sa(som, capsys, anvandare):
    call_command("skapa_administrator", "chef", fornamn="Ada", efternamn="Ek")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE organisation_anvandare SET is_active = FALSE WHERE username = 'politiker'")
    rader = hamta_kontohandelser(sok="chef")[0] + hamta_kontohandelser(sok="politiker", slag="stangt")[0]
    assert [(r.vem, r.text) for r in rader] == [
        (None, "Gav rollen administratör för hela regionen"),
        (None, "Lade upp kontot"),
        (None, "Stängde kontot"),
    ]
    text = _text(som("revisor").get(f"{HANDELSER}?sok=politiker&slag=stangt"))
    assert re.search(r"Utanför systemet Lena Holmgren \(politiker\) Stängde kontot", text)


def test_sidan_soks_pa_person_och_slag_och_bladdras(eva, som):
    klient = som("revisor")
    text = _text(klient.get(f"{HANDELSER}?sok=bergh&slag=losenord"))
    assert "Återställde lösenordet" in text and "Bytte sitt lösenord" in text and "Stängde kontot" not in text
    assert "Lade upp kontot" in _text(klient.get(f"{HANDELSER}?sok=Jonas"))
    assert "Inga händelser" in _text(klient.get(f"{HANDELSER}?sok=%25"))
    assert klient.get(f"{HANDELSER}?sok=%20&slag=x&sida=-1").status_code == 200
    for n in range(PER_SIDA):
        eva.last_name = f"Berg{n}"
        andra_anvandare(anvandare=eva, by=Anvandare.objects.get(username="administrator"))
    forsta = klient.get(f"{HANDELSER}?sok=eva")
    assert "sida=2" in forsta.content.decode() and f"Berg{PER_SIDA - 2}" in _text(forsta)
    andra = klient.get(f"{HANDELSER}?sok=eva&sida=2").content.decode()
    assert "Lade upp kontot" in andra and "sida=3" not in andra


def test_fragorna_ar_lika_manga_hur_mycket_som_an_har_hant(eva, som):
    klient = som("revisor")
    for adress in (HANDELSER, NEDLADDNINGAR):
        klient.get("/budget/2024/B2024/skatt/excel/")
        with CaptureQueriesContext(connection) as fa:
            klient.get(adress)
        for _ in range(3):
            klient.get("/budget/2024/B2024/skatt/excel/")
        with CaptureQueriesContext(connection) as manga:
            klient.get(adress)
        assert len(fa) == len(manga)


def test_varje_nedladdning_loggas_en_gang(som):
    """Walks the table of all addresses: an answer that is a file has its row, and no other answer is one."""
    klient, med_fil = som("koncerncontroller"), set()
    for namn, metod, adress, _ in TABELL:
        fore = Nedladdning.objects.count()
        if namn == "logga_ut":
            continue
        svar = klient.generic(metod, adress)
        typ = svar.headers.get("Content-Type", "").split(";")[0]
        ar_fil = "Content-Disposition" in svar.headers or typ not in ("text/html", "application/json", "")
        if ar_fil:
            med_fil.add(namn)
            rad = Nedladdning.objects.first()
            assert (rad.vy, rad.adress) == (namn, adress) and rad.filnamn, adress
        assert Nedladdning.objects.count() - fore == ar_fil, adress
    assert len(med_fil) >= 10 and med_fil <= FILER.keys()


def test_en_nedladdning_sager_vem_vad_och_hur_stor(som, anvandare):
    svar = som("politiker").get("/budget/2024/B2024/skatt/excel/")
    rad = Nedladdning.objects.get()
    assert rad.anvandare == anvandare("politiker") and rad.storlek == len(svar.content)
    assert rad.filnamn in svar.headers["Content-Disposition"]
    assert som("politiker").get("/budget/2024/B2024-ARB/skatt/excel/").status_code == 403
    assert Nedladdning.objects.count() == 1
    text = _text(som("revisor").get(f"{NEDLADDNINGAR}?sok=politiker"))
    assert "Budgettabell" in text and rad.filnamn in text
    assert "Inga nedladdningar" in _text(som("revisor").get(f"{NEDLADDNINGAR}?sok=ingen"))


def test_en_fil_pa_disken_loggas_med_sin_hash(som, anvandare, tmp_path, settings):
    from regionskane.jobb.actions import spara_fil
    from regionskane.jobb.models import Jobb, Jobbstatus

    settings.EXPORT_DIR = tmp_path
    jobb = Jobb.objects.create(
        slag="balanskrav", titel="Prov", agare=anvandare("koncerncontroller"), status=Jobbstatus.KLAR
    )
    spara_fil(jobb=jobb, namn="år.csv", typ="text/csv", innehall=b"a;b")
    svar = som("koncerncontroller").get(f"/jobb/{jobb.pk}/filer/år.csv")
    assert svar.status_code == 200
    assert b"".join(svar.streaming_content) == b"a;b"
    rad = Nedladdning.objects.get()
    assert (rad.filnamn, rad.storlek, rad.sha256) == ("år.csv", 3, jobb.filer.get().sha256)


def test_loggen_over_nedladdningar_andras_inte(anvandare):
    rad = Nedladdning.objects.create(anvandare=anvandare("revisor"), vy="excel", adress="/x/")
    for sats in ("UPDATE organisation_nedladdning SET adress = ''", "DELETE FROM organisation_nedladdning"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sats)
    gammal = Nedladdning(anvandare=rad.anvandare, vy="excel", adress="/y/")
    gammal._meta.get_field("tid").auto_now_add = False
    try:
        gammal.tid = timezone.now() - timedelta(days=40)
        gammal.save()
    finally:
        gammal._meta.get_field("tid").auto_now_add = True
    assert Nedladdning.objects.filter(adress="/y/").delete()[0] == 1


def test_vem_star_med_sitt_anvandarnamn_ocksa_nar_tva_heter_lika(som, anvandare):
    falsk = Anvandare(username="falsk", first_name="Erik", last_name="Sandahl")
    skapa_anvandare(anvandare=falsk, by=anvandare("administrator"))
    lena = anvandare("politiker")
    nytt_losenord(anvandare=lena, sett=marke_for_losenordet(lena), by=falsk)
    klient = som("revisor")
    assert "Erik Sandahl (falsk) Lena Holmgren (politiker) Återställde lösenordet" in _text(
        klient.get(HANDELSER)
    )
    assert [r.vem_konto for r in hamta_kontohandelser(sok="falsk", slag="losenord")[0]] == ["falsk"]
    assert hamta_kontohandelser(sok="koncerncontroller", slag="losenord")[0] == []


def test_en_handelse_fran_fore_anvandarnamnen_visas(som, anvandare):
    revisor = anvandare("revisor")
    with pghistory.context(anvandare=anvandare("administrator").pk, namn="Jonas Ek", varfor=""):
        Anvandare.objects.filter(pk=revisor.pk).update(last_name="Öberg")
    text = _text(som("revisor").get(HANDELSER))
    assert "Jonas Ek Malin Öberg (revisor) Ändrade namnet från Malin Åberg" in text


def test_en_roll_star_vid_det_namn_som_kontot_hade_da(anvandare):
    with connection.cursor() as cursor:
        for dagar, namn in ((9, "Ett"), (5, "Två"), (1, "Tre")):
            cursor.execute(
                "INSERT INTO organisation_anvandareevent (pgh_created_at, pgh_label, pgh_obj_id, username, first_name,"
                " last_name, email, is_active) VALUES (now() - make_interval(days => %s), 'update', -1, 'bo', %s, '',"
                " '', TRUE)",
                [dagar, namn],
            )
        for dagar in (12, 7, 3, 0):
            cursor.execute(
                "INSERT INTO organisation_rolltilldelningevent (pgh_created_at, pgh_label, pgh_obj_id, id, roll,"
                " anvandare_id) VALUES (now() - make_interval(days => %s), 'insert', -1, -1, 'revisor', -1)",
                [dagar],
            )
    rader = hamta_kontohandelser(sok="bo", slag="roll_given")[0]
    # The last is from before the history of accounts began.
    assert [r.namn for r in rader] == ["Tre", "Två", "Ett", "Ett"]


def test_en_nedladdning_star_vid_det_namn_som_personen_hade_da(som, anvandare):
    som("politiker").get("/budget/2024/B2024/skatt/excel/")
    Nedladdning.objects.create(anvandare=anvandare("politiker"), vy="excel", adress="/forut/")
    Anvandare.objects.filter(username="politiker").update(username="annan", first_name="Anna", last_name="An")
    klient = som("revisor")
    assert "Lena Holmgren (politiker)" in _text(klient.get(f"{NEDLADDNINGAR}?sok=holmgren"))
    # A row from before the name was kept says what the person is called now, and both are found by it.
    text = _text(klient.get(f"{NEDLADDNINGAR}?sok=annan"))
    assert "Anna An (annan)" in text and "Lena Holmgren (politiker)" in text


def test_nedladdningens_hela_adress_star_kvar(som):
    adress = f"/budget/2024/B2024/skatt/excel/?utfyllnad={'x' * 3000}&filter=hemligt"
    assert som("politiker").get(adress).status_code == 200
    assert Nedladdning.objects.get().adress == adress


@pytest.mark.parametrize("tabell", ["organisation_nedladdning", "organisation_anvandareevent"])
def test_loggarna_toms_inte(db, tabell):
    with (
        pytest.raises(IntegrityError, match="töms inte"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {tabell} CASCADE")
