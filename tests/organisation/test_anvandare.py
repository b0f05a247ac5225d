"""Users added and changed by an administratör, in the browser's forms."""

import re

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client

from organisation.models import Anvandare, Namnd, Rolltilldelning

NY = "/organisation/anvandare/ny/"


def _lagg_upp(klient, namn="eva"):
    svar = klient.post(
        NY, {"username": namn, "first_name": "Eva", "last_name": "Berg", "email": ""}, follow=True
    )
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
    som("administrator").post(
        f"/organisation/anvandare/{revisor.pk}/",
        {"username": "revisor", "first_name": "Malin", "last_name": "Åberg"},
    )
    assert klient.get("/budget/").status_code == 302


def test_forsta_administratoren_laggs_upp_fran_kommandoraden(db, capsys):
    call_command("skapa_administrator", "chef", fornamn="Ada", efternamn="Ek")
    losenord = capsys.readouterr().out.split()[-1]
    ada = Anvandare.objects.get(username="chef")
    assert ada.check_password(losenord) and ada.maste_byta_losenord
    assert ada.roller.get().roll == "administrator"
    with pytest.raises(CommandError, match="redan"):
        call_command("skapa_administrator", "chef", fornamn="Ada", efternamn="Ek")
