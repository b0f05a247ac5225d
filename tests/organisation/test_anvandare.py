"""Users added and changed by an administratör, in the browser's forms."""

import re
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from organisation.actions import (
    AnvandareFel,
    andra_anvandare,
    ge_roll,
    marke_for_losenordet,
    marke_for_uppgifterna,
    nytt_losenord,
    ta_roll,
)
from organisation.forms import Anvandarformular, Rollformular
from organisation.models import Anvandare, Namnd, Notis, Rolltilldelning
from regionskane.celery import app

NY = "/organisation/anvandare/ny/"


def _lagg_upp(klient, namn="eva"):
    svar = klient.post(NY, {"username": namn, "first_name": "Eva", "last_name": "Berg", "email": ""})
    assert svar.status_code == 200 and "no-store" in svar.headers["Cache-Control"]
    losenord = re.search(r"<code>(.+?)</code>", svar.content.decode()).group(1)
    return Anvandare.objects.get(username=namn), losenord


def test_ny_anvandare_far_losenord_som_visas_en_gang_och_maste_bytas(som):
    administrator = som("administrator")
    eva, losenord = _lagg_upp(administrator)
    sida = f"/organisation/anvandare/{eva.pk}/"
    assert losenord not in administrator.get(sida).content.decode()
    namnd = Namnd.objects.get(kod="KN")
    administrator.post(f"{sida}roll/", {"roll": "controller", "namnd": namnd.pk})
    klient = Client()
    klient.post("/logga-in/", {"username": "eva", "password": losenord})
    assert klient.get("/budget/").headers["Location"] == "/losenord/"
    assert klient.post("/budget/2024/B2024-ARB/regionbidrag/inmatning/").status_code == 403
    byte = {
        "old_password": losenord,
        "new_password1": "en mening om hav",
        "new_password2": "en mening om hav",
    }
    klient.post("/losenord/", byte)
    assert klient.get("/budget/2024/B2024-ARB/regionbidrag/inmatning/").status_code == 200


def _nytt(klient, sida, **falt):
    sett = re.search(r'name="sett" value="(\w+)"', klient.get(sida).content.decode()).group(1)
    return klient.post(f"{sida}losenord/", {"sett": sett} | falt), sett


def test_engangslosenordet_star_i_ingen_tabell_och_ges_en_gang(som, anvandare):
    administrator, revisor = som("administrator"), anvandare("revisor")
    _, upplagt = _lagg_upp(administrator)
    sida = f"/organisation/anvandare/{revisor.pk}/"
    svar, sett = _nytt(administrator, sida)
    aterstallt = re.search(r"<code>(.+?)</code>", svar.content.decode()).group(1)
    assert svar.status_code == 200 and "no-store" in svar.headers["Cache-Control"]
    revisor.refresh_from_db()
    assert revisor.check_password(aterstallt) and revisor.maste_byta_losenord
    hemligt = {upplagt, aterstallt}
    for session in Session.objects.all():
        assert not any(h in str(session.get_decoded()) for h in hemligt)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        for (tabell,) in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{tabell}" t WHERE t::text LIKE ANY(%s)', [[f"%{h}%" for h in hemligt]]
            )
            assert cursor.fetchone()[0] == 0, tabell
    # The same form again, as a reload sends it.
    igen = administrator.post(f"{sida}losenord/", {"sett": sett})
    assert igen.status_code == 409 and "redan bytt" in igen.content.decode()
    assert "<code>" not in igen.content.decode()
    assert administrator.post(f"{sida}losenord/").status_code == 409
    assert _post_ny_igen(administrator).status_code == 422
    hash_ = revisor.password
    revisor.refresh_from_db()
    assert revisor.password == hash_


def _post_ny_igen(klient):
    return klient.post(NY, {"username": "eva", "first_name": "Eva", "last_name": "Berg", "email": ""})


@pytest.fixture
def genast():
    """The queue's work is done at once."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def test_aterstallning_sags_till_kontots_agare(
    som, anvandare, settings, genast, django_capture_on_commit_callbacks
):
    revisor = anvandare("revisor")
    settings.EMAIL_HOST = "brev.invalid"
    with django_capture_on_commit_callbacks(execute=True):
        svar, _ = _nytt(som("administrator"), f"/organisation/anvandare/{revisor.pk}/")
    losenord = re.search(r"<code>(.+?)</code>", svar.content.decode()).group(1)
    assert len(mail.outbox) == 1 and mail.outbox[0].to == [revisor.email]
    assert (
        "återställdes av Jonas Ek (administrator)" in mail.outbox[0].body
        and losenord not in mail.outbox[0].body
    )
    klient = Client()
    klient.post("/logga-in/", {"username": "revisor", "password": losenord})
    nytt = "hav och moln i juli"
    klient.post("/losenord/", {"old_password": losenord, "new_password1": nytt, "new_password2": nytt})
    assert "Ditt lösenord återställdes av Jonas Ek" in klient.get("/notiser/").content.decode()


def test_ett_brev_som_inte_gar_hindrar_inte_aterstallningen(
    som, anvandare, settings, genast, caplog, django_capture_on_commit_callbacks
):
    revisor = anvandare("revisor")
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with django_capture_on_commit_callbacks(execute=True):
        svar, _ = _nytt(som("administrator"), f"/organisation/anvandare/{revisor.pk}/")
    assert "gick inte att skicka" in caplog.text
    assert svar.status_code == 200 and "<code>" in svar.content.decode()


@pytest.mark.parametrize("roll", ["koncerncontroller", "revisor", "controller", "politiker"])
def test_ingen_ger_sig_sjalv_en_roll_med_siffror(som, anvandare, roll):
    jag = anvandare("administrator")
    falt = {"roll": roll}
    if roll in ("controller", "politiker"):
        falt["namnd"] = Namnd.objects.get(kod="KN").pk
    svar = som("administrator").post(f"/organisation/anvandare/{jag.pk}/roll/", falt)
    assert svar.status_code == 422 and "inte ge dig själv en roll" in svar.content.decode()
    assert jag.roller.count() == 1
    tilldelning = Rolltilldelning(anvandare=jag, roll=roll, namnd_id=falt.get("namnd"))
    with pytest.raises(AnvandareFel):
        ge_roll(tilldelning=tilldelning, by=jag)


def test_koncerncontrollern_far_veta_att_nagon_fick_en_roll_med_siffror(som, anvandare):
    koncern, jag = anvandare("koncerncontroller"), anvandare("administrator")
    eva, _ = _lagg_upp(som("administrator"))
    ge_roll(tilldelning=Rolltilldelning(anvandare=eva, roll="administrator"), by=jag)
    assert not Notis.objects.filter(mottagare=koncern).exists()
    som("administrator").post(f"/organisation/anvandare/{eva.pk}/roll/", {"roll": "revisor"})
    notis = Notis.objects.get(mottagare=koncern)
    assert notis.text.startswith("eva fick rollen Revisor av administrator ")
    assert som("koncerncontroller").get(notis.url).status_code == 200
    # Neither who got it nor who gave it is told.
    assert Notis.objects.count() == 1


def test_koncerncontrollern_far_veta_att_ett_konto_med_siffror_oppnades_eller_fick_losenord(som, anvandare):
    koncern, jag, revisor = (anvandare(n) for n in ("koncerncontroller", "administrator", "revisor"))
    revisor.is_active = False
    andra_anvandare(anvandare=revisor, by=jag)
    revisor.is_active = True
    andra_anvandare(anvandare=revisor, by=jag)
    nytt_losenord(anvandare=revisor, sett=marke_for_losenordet(revisor), by=jag)
    eva, _ = _lagg_upp(som("administrator"))  # without a role
    nytt_losenord(anvandare=eva, sett=marke_for_losenordet(eva), by=jag)
    texter = Notis.objects.filter(mottagare=koncern).order_by("pk").values_list("text", flat=True)
    assert [t.split(" av ")[0] for t in texter] == [
        "revisor stängdes", "revisor öppnades igen", "revisor fick nytt lösenord",
    ]  # fmt: skip
    egna = Notis.objects.filter(mottagare=revisor).order_by("pk").values_list("text", flat=True)
    assert [t.split(" av ")[0] for t in egna] == ["Ditt konto stängdes", "Ditt lösenord återställdes"]


def test_den_som_lamnar_en_egen_roll_sags_inte_ifran_om_den(anvandare):
    jag = anvandare("administrator")
    egen = Rolltilldelning.objects.create(anvandare=jag, roll="revisor")
    ta_roll(tilldelning=egen, by=jag)
    assert not Notis.objects.filter(mottagare=jag).exists()


@pytest.mark.parametrize("knep", ["konto", "roll"])
def test_ingen_far_siffror_medan_den_som_skulle_ha_fatt_veta_det_ar_borta(som, anvandare, knep):
    """An administratör closed the koncerncontroller (or took the role), gave it to an account of their own and opened
    the first again: the notice of that went to nobody."""
    koncern, jag = anvandare("koncerncontroller"), anvandare("administrator")
    eva, _ = _lagg_upp(som("administrator"))
    if knep == "konto":
        koncern.is_active = False
        andra_anvandare(anvandare=koncern, by=jag)
    else:
        ta_roll(tilldelning=koncern.roller.get(), by=jag)
    ge_roll(tilldelning=Rolltilldelning(anvandare=eva, roll="koncerncontroller"), by=jag)
    if knep == "konto":
        koncern.is_active = True
        andra_anvandare(anvandare=koncern, by=jag)
    else:
        ge_roll(tilldelning=Rolltilldelning(anvandare=koncern, roll="koncerncontroller"), by=jag)
    texter = list(Notis.objects.filter(mottagare=koncern).order_by("pk").values_list("text", flat=True))
    borta = {"konto": "Ditt konto stängdes", "roll": "Du fråntogs rollen Koncerncontroller"}[knep]
    assert [t.split(" av ")[0] for t in texter] == [borta, "eva fick rollen Koncerncontroller"]


def test_en_administrator_ar_alltid_kvar(som, anvandare):
    jag = anvandare("administrator")
    eva, _ = _lagg_upp(som("administrator"))
    ge_roll(tilldelning=Rolltilldelning(anvandare=eva, roll="administrator"), by=jag)
    # As when the two close each other at the same moment: both have been let in before either is closed.
    eva.is_active = False
    andra_anvandare(anvandare=eva, by=jag)
    jag.is_active = False
    with pytest.raises(AnvandareFel, match="enda administratören"):
        andra_anvandare(anvandare=jag, by=eva)
    with pytest.raises(AnvandareFel, match="enda administratören"):
        ta_roll(tilldelning=jag.roller.get(), by=eva)
    assert Anvandare.objects.get(pk=jag.pk).is_active


def test_rollens_omfang_provas_och_historiken_sager_vem_som_gav_den(som):
    administrator = som("administrator")
    eva, _ = _lagg_upp(administrator)
    sida = f"/organisation/anvandare/{eva.pk}/roll/"
    svar = administrator.post(sida, {"roll": "politiker"})
    assert svar.status_code == 422 and "Välj den nämnd" in svar.content.decode()
    svar = administrator.post(sida, {"roll": "revisor", "namnd": Namnd.objects.get(kod="KN").pk})
    assert svar.status_code == 422 and "gäller hela regionen" in svar.content.decode()
    administrator.post(sida, {"roll": "revisor"})
    svar = administrator.post(sida, {"roll": "revisor"})
    assert svar.status_code == 422 and "har redan den rollen" in svar.content.decode()
    tilldelning = Rolltilldelning.objects.get(anvandare=eva)
    administrator.post(f"{sida}{tilldelning.pk}/")
    rader = (
        apps.get_model("organisation", "RolltilldelningEvent")
        .objects.filter(anvandare=eva)
        .order_by("pgh_id")
    )
    assert [(r.pgh_label, r.pgh_context.metadata["namn"]) for r in rader] == [
        ("insert", "Jonas Ek"),
        ("delete", "Jonas Ek"),
    ]


def test_ingen_kan_stanga_ute_sig_sjalv(som, anvandare):
    jag = anvandare("administrator")
    klient, sida = som("administrator"), f"/organisation/anvandare/{jag.pk}/"
    svar = klient.post(sida, {"username": "administrator", "first_name": "Jonas", "last_name": "Ek"})
    assert svar.status_code == 422 and "stänga ditt eget konto" in svar.content.decode()
    klient.post(f"{sida}roll/{jag.roller.get().pk}/")
    klient.post(f"{sida}losenord/")
    jag.refresh_from_db()
    assert jag.is_active and jag.roller.count() == 1 and not jag.maste_byta_losenord


def test_stangt_konto_kommer_inte_in(som, anvandare):
    revisor = anvandare("revisor")
    klient = som("revisor")
    _uppgifter(som("administrator"), revisor.pk, is_active="")
    assert klient.get("/budget/").status_code == 302


def test_forsta_administratoren_laggs_upp_fran_kommandoraden(db, capsys):
    call_command("skapa_administrator", "chef", fornamn="Ada", efternamn="Ek")
    losenord = capsys.readouterr().out.split()[-1]
    ada = Anvandare.objects.get(username="chef")
    assert ada.check_password(losenord) and ada.maste_byta_losenord
    assert ada.roller.get().roll == "administrator"
    with pytest.raises(CommandError, match="redan"):
        call_command("skapa_administrator", "chef", fornamn="Ada", efternamn="Ek")


def _uppgifter(klient, pk, **falt):
    uppgifter = {
        "username": "revisor", "first_name": "Malin", "last_name": "Åberg", "is_active": "on",
        "sedda": marke_for_uppgifterna(Anvandare.objects.get(pk=pk)),
    }  # fmt: skip
    return klient.post(f"/organisation/anvandare/{pk}/", uppgifter | falt)


def test_ny_epost_och_nytt_anvandarnamn_sags_till_agaren_pa_den_gamla_adressen(
    som, anvandare, settings, genast, django_capture_on_commit_callbacks
):
    revisor, klient = anvandare("revisor"), som("administrator")
    settings.EMAIL_HOST = "brev.invalid"
    gammal, ny = revisor.email, "malin@annan.invalid"
    with django_capture_on_commit_callbacks(execute=True):
        assert _uppgifter(klient, revisor.pk, email=ny).status_code == 302
    assert [b.to for b in mail.outbox] == [[gammal]]
    assert "Din e-post ändrades av Jonas Ek (administrator)" in mail.outbox[0].body
    with django_capture_on_commit_callbacks(execute=True):
        assert _uppgifter(klient, revisor.pk, email=ny, username="malin").status_code == 302
    assert [b.to for b in mail.outbox[1:]] == [[ny], [gammal]]
    texter = list(revisor.notiser.order_by("pk").values_list("text", flat=True))
    assert len(texter) == 2 and texter[1].startswith("Ditt användarnamn ändrades av Jonas Ek (administrator)")
    with django_capture_on_commit_callbacks(execute=True):
        _uppgifter(klient, revisor.pk, email=ny, username="malin", last_name="Åberg Ek")
    assert len(mail.outbox) == 3


def _epost_da(anvandare, adress, dagar):
    """As when the account got the address so many days ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO organisation_anvandareevent (pgh_created_at, pgh_label, pgh_obj_id, username, first_name,"
            " last_name, email, is_active) VALUES (%s, 'update', %s, %s, '', '', %s, TRUE)",
            [timezone.now() - timedelta(days=dagar), anvandare.pk, anvandare.username, adress],
        )


def test_en_aterstallning_sags_ocksa_pa_adresser_som_kontot_nyss_har_haft(
    som, anvandare, settings, genast, django_capture_on_commit_callbacks
):
    settings.EMAIL_HOST = "brev.invalid"
    revisor = Anvandare.objects.create(username="rut", email="nu@x.invalid", first_name="Rut", last_name="Ek")
    for adress, dagar in (("lange@x.invalid", 90), ("forut@x.invalid", 60), ("nyss@x.invalid", 29), ("", 5)):
        _epost_da(revisor, adress, dagar)
    with django_capture_on_commit_callbacks(execute=True):
        svar, _ = _nytt(som("administrator"), f"/organisation/anvandare/{revisor.pk}/")
    assert svar.status_code == 200
    # The one from 60 days ago stood until 29 days ago.
    assert {a for b in mail.outbox for a in b.to} == {"nu@x.invalid", "nyss@x.invalid", "forut@x.invalid"}


@pytest.mark.parametrize(
    "falt",
    [{"username": "koncern"}, {"first_name": "Erik"}, {"last_name": "Sandahl"}, {"first_name": "jonas"}],
)
def test_ingen_byter_sitt_eget_namn(som, anvandare, falt):
    jag = anvandare("administrator")
    uppgifter = {
        "username": "administrator",
        "first_name": "Jonas",
        "last_name": "Ek",
        "email": "j@x.invalid",
    }
    svar = _uppgifter(som("administrator"), jag.pk, **(uppgifter | falt))
    assert svar.status_code == 422 and "ändra ditt eget namn" in svar.content.decode()
    assert Anvandare.objects.get(pk=jag.pk).email == jag.email
    assert _uppgifter(som("administrator"), jag.pk, **uppgifter).status_code == 302


@pytest.mark.parametrize(
    ("falt", "sagt"),
    [
        ({"username": "r\u0435visor"}, "bara ha bokstäverna"),
        ({"username": "eva berg"}, "bara ha bokstäverna"),
        ({"username": "eva\u202e"}, "bara ha bokstäverna"),
        ({"username": "Revisor"}, "finns redan"),
        ({"first_name": "Eva\u202eavE"}, "tecken som inte syns"),
        ({"last_name": "Be\u200brg"}, "tecken som inte syns"),
        ({"last_name": "Be\trg"}, "tecken som inte syns"),
        ({"username": "Åsa.Ö_2-x@kn", "first_name": "Žofia-Ann", "last_name": "d'Ö Łęcki"}, None),
    ],
)
def test_namn_som_ser_ut_som_nagon_annans_nekas(som, falt, sagt):
    svar = som("administrator").post(
        NY, {"username": "eva", "first_name": "Eva", "last_name": "Berg", "email": ""} | falt
    )
    assert svar.status_code == (422 if sagt else 200)
    assert not sagt or sagt in svar.content.decode()


def test_kommandoraden_nekar_samma_namn(db):
    with pytest.raises(CommandError, match="bara ha bokstäverna"):
        call_command("skapa_administrator", "\u0441hef", fornamn="Ada", efternamn="Ek")


@pytest.fixture
def samtidigt(monkeypatch):
    """What the forms look for is saved by somebody else just after they looked."""
    monkeypatch.setattr(Anvandarformular, "clean_username", lambda self: self.cleaned_data["username"])
    monkeypatch.setattr(Rollformular, "clean", lambda self: self.cleaned_data)
    for modell in (Anvandare, Rolltilldelning):
        monkeypatch.setattr(modell, "validate_unique", lambda *_, **__: None)
        monkeypatch.setattr(modell, "validate_constraints", lambda *_, **__: None)


@pytest.mark.parametrize("namn", ["REVISOR", "Revisor", "revisor"])
def test_samma_namn_samtidigt_ger_ett_konto(som, anvandare, samtidigt, namn):
    revisor, eva = anvandare("revisor"), anvandare("controller")
    falt = {"username": namn, "first_name": "Eva", "last_name": "Berg", "email": ""}
    for adress in (NY, f"/organisation/anvandare/{eva.pk}/"):
        sedda = marke_for_uppgifterna(eva)
        svar = som("administrator").post(adress, falt | {"is_active": "on", "sedda": sedda})
        assert svar.status_code == 422 and "Användarnamnet finns redan" in svar.content.decode()
    assert [a.pk for a in Anvandare.objects.filter(username__iexact=namn)] == [revisor.pk]
    with pytest.raises(CommandError, match="Användarnamnet finns redan"):
        call_command("skapa_administrator", namn, fornamn="Eva", efternamn="Berg")


def test_samma_roll_samtidigt_ges_en_gang(som, anvandare, samtidigt):
    revisor = anvandare("revisor")
    svar = som("administrator").post(f"/organisation/anvandare/{revisor.pk}/roll/", {"roll": "revisor"})
    assert svar.status_code == 422 and "Användaren har redan den rollen" in svar.content.decode()
    assert revisor.roller.count() == 1


def test_migrationen_sager_vilka_konton_som_delar_namn(db, anvandare):
    migration = import_module("organisation.migrations.0008_ett_anvandarnamn")
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX anvandare_ett_namn_oavsett_skiftlage")
    with connection.schema_editor() as redigerare:
        migration.krav_pa_ett_namn(apps, redigerare)
        revisor, ny = anvandare("revisor"), Anvandare.objects.create(username="REVISOR")
        with pytest.raises(ValueError, match="Ingenting är ändrat") as fel:
            migration.krav_pa_ett_namn(apps, redigerare)
    sida = "/organisation/anvandare"
    assert f": revisor ({sida}/{revisor.pk}/), REVISOR ({sida}/{ny.pk}/). Byt" in str(fel.value)


def test_en_gammal_sida_oppnar_inte_ett_konto_som_har_stangts(som, anvandare):
    revisor, adm = anvandare("revisor"), som("administrator")
    sett = marke_for_uppgifterna(revisor)
    assert (
        f'name="sedda" value="{sett}"' in adm.get(f"/organisation/anvandare/{revisor.pk}/").content.decode()
    )
    assert _uppgifter(adm, revisor.pk, is_active="").status_code == 302
    for gammalt in (sett, ""):
        svar = _uppgifter(adm, revisor.pk, email="ny@example.se", sedda=gammalt)
        text = svar.content.decode()
        assert svar.status_code == 422 and "Någon annan har ändrat kontot" in text and "är stängt" in text
        assert 'value="ny@example.se"' in text and not Anvandare.objects.get(pk=revisor.pk).is_active
    # Who has read that may go on.
    nytt = re.search(r'<input type="hidden" name="sedda" value="(\w+)"', text)[1]
    assert _uppgifter(adm, revisor.pk, email="ny@example.se", sedda=nytt).status_code == 302
    assert Anvandare.objects.get(pk=revisor.pk).is_active
