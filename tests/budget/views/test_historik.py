"""What is never taken away is read a page at a time, and what one may write of it has a bound."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from budget.actions import kommentar as aktion
from budget.actions.belopp import Cellandring, spara_belopp
from budget.actions.beslutspunkter import BeslutspunktenAndrad
from budget.actions.budgetdel import aterlamna, lamna_in, oppna_for_inmatning
from budget.actions.justering import JusteringenAndrad
from budget.actions.kommentar import KommentarsFel, kommentera_cell, kommentera_del
from budget.actions.versioner import skapa_tillaggsbudget, spara_finansiering
from budget.models import (
    Belopp,
    Beslutspunkt,
    Beslutstal,
    Budgetdel,
    Budgetversion,
    Justering,
    Justeringsrad,
    Post,
)
from budget.selectors.budgetdel import hamta_delenheter, las_avtryck
from budget.selectors.celler import Cellnyckel
from organisation.actions import notifiera
from organisation.models import Anvandare, Enhet
from regionskane import bladdra
from regionskane.lib.belopp import MNKR, TolkatBelopp
from tests.budget.belopp import skriv

pytestmark = pytest.mark.django_db
ARB = "/budget/2024/B2024-ARB"


@pytest.fixture
def arb(db):
    return Budgetversion.objects.get(kod="B2024-ARB")


@pytest.fixture
def kc(anvandare):
    return Anvandare.objects.get(username="koncerncontroller")


def _bladdra(klient, adress: str, monster: str, **huvud) -> list[list[str]]:
    """What `monster` finds on each page from the first to the last."""
    sidor = []
    while adress:
        svar = klient.get(adress, **huvud)
        assert svar.status_code == 200
        sida = svar.content.decode()
        sidor.append(re.findall(monster, sida))
        nasta = re.search(r'href="([^"#]*)#[^"]*">Tidigare ', sida)
        adress = nasta and unescape(nasta[1])
    assert len(sidor) == 1 or "Senare " in sida
    return sidor


def test_en_siffras_tidigare_varden_visas_en_sida_i_taget(arb, kc, som, monkeypatch):
    """20 000 savings of one amount made a page of 5 MB and five seconds for everybody who asked where it came from."""
    monkeypatch.setattr(bladdra, "PER_SIDA", 5)
    monkeypatch.setattr(bladdra.begard, "__kwdefaults__", {"per_sida": 5})
    for n in range(1, 14):
        skriv(arb, "resultatbudget", "kostnader", "REGION", 2024, -60_000 - n, kc)
    adress = f"{ARB}/varifran/resultatbudget/kostnader/enhet-REGION/2024/"
    sidor = _bladdra(som("revisor"), adress, r'<td class="n">−60\s(\d{3})</td>')
    visade = [int(tal) for sida in sidor for tal in sida]
    assert [n for n in visade if n <= 12] == list(range(12, 0, -1)) and 13 not in visade
    assert all(len(sida) <= 5 for sida in sidor)
    panel = _bladdra(
        som("revisor"), adress, r'<td class="n">−60\s(\d{3})</td>', HTTP_X_REQUESTED_WITH="fetch"
    )
    assert panel == sidor
    # Why the present one was written stands on every page.
    nu = Belopp.objects.get(
        version=arb, post__kod="kostnader", post__uppstallning__kod="resultatbudget", ar=2024
    )
    cell = Cellnyckel(nu.enhet_id, nu.post_id, 2024)
    nytt = Cellandring(cell, nu.rev, nu.belopp, TolkatBelopp(-60_099 * MNKR, MNKR))
    spara_belopp(version=arb, andringar=[nytt], by=kc, varfor="Ny prognos")
    assert "Ny prognos" in som("revisor").get(f"{adress}?historik=5").content.decode()
    assert som("revisor").get(f"{adress}?historik=3").status_code == 404
    assert som("revisor").get(f"{adress}?historik=-5").status_code == 404


def test_en_justerings_historik_visas_en_sida_i_taget_och_bara_det_man_far_lasa(arb, kc, som, monkeypatch):
    monkeypatch.setattr(bladdra.bladdra, "__kwdefaults__", {"per_sida": 4})
    post = Justering.objects.filter(version=arb).first()
    Justering.objects.filter(pk=post.pk).update(status="utkast")
    rad = Justeringsrad.objects.filter(justering=post).first()
    for n in range(1, 10):
        Justeringsrad.objects.filter(pk=rad.pk).update(belopp=n * 1_000_000)
    sidor = _bladdra(som("koncerncontroller"), f"{ARB}/brygga/justering/{post.pk}/", r"Direkt i databasen")
    assert sum(map(len, sidor)) == 9 and all(len(sida) <= 4 for sida in sidor)


def test_ett_beslutstals_historik_visas_en_sida_i_taget(arb, kc, som, monkeypatch):
    monkeypatch.setattr(bladdra.bladdra, "__kwdefaults__", {"per_sida": 4})
    tal = Beslutstal.objects.filter(version=arb).first()
    for n in range(1, 10):
        Beslutstal.objects.filter(pk=tal.pk).update(varde=n)
    sidor = _bladdra(som("revisor"), f"{ARB}/beslut/tal/{tal.namn}/", r"Direkt i databasen")
    assert sum(map(len, sidor)) == 9 and all(len(sida) <= 4 for sida in sidor)


def test_delens_gang_visas_en_sida_i_taget(arb, kc, som, monkeypatch):
    monkeypatch.setattr(bladdra.bladdra, "__kwdefaults__", {"per_sida": 3})
    d = _del(arb, kc)
    for n in range(1, 8):
        Budgetdel.objects.filter(pk=d.pk).update(sista_dag=timezone.localdate() + timedelta(20 + n))
    sidor = _bladdra(som("koncerncontroller"), f"{ARB}/delar/KN/", r"</b> (Ny sista dag|Öppen)")
    assert [rad for sida in sidor for rad in sida] == ["Ny sista dag"] * 7 + ["Öppen"]
    assert all(len(sida) <= 3 for sida in sidor)


def test_aldre_notiser_gar_att_na(kc, som):
    """A hundred comments pushed out the one that says that an account has got a role."""
    for n in range(120):
        notifiera(mottagare=[kc.pk], text=f"Notis nummer {n:03}.", url="/")
    sidor = _bladdra(som("koncerncontroller"), "/notiser/", r"Notis nummer (\d{3})")
    assert [len(sida) for sida in sidor] == [100, 20] and sidor[1][-1] == "000"
    assert "120 olästa" in " ".join(som("koncerncontroller").get("/notiser/").content.decode().split())


def _del(arb, kc) -> Budgetdel:
    oppna_for_inmatning(version=arb, sista_dag=timezone.localdate() + timedelta(9), by=kc)
    return Budgetdel.objects.get(version=arb, namnd__kod="KN")


def test_var_och_en_skriver_hogst_sa_manga_kommentarer_om_en_namnd(arb, kc, som, monkeypatch):
    """8 000 of them closed the part's page for good, and none is ever taken away."""
    monkeypatch.setattr(aktion, "FLEST", 3)
    d, skribent = _del(arb, kc), Anvandare.objects.get(username="controller-kn")
    post = Post.objects.get(uppstallning__kod="regionbidrag", kod="regionbidrag")
    cell = Cellnyckel(Enhet.objects.get(kod="KN").pk, post.pk, 2024)
    forsta = kommentera_del(budgetdel=d, text="Ett", by=skribent)
    kommentera_cell(version=arb, cell=cell, text="Två", by=skribent)
    aktion.svara(kommentar=forsta, text="Tre", by=skribent)
    aktion.ta_tillbaka_kommentar(kommentar=forsta, by=skribent)  # which makes no room: it is kept
    for forsok in (
        lambda: kommentera_del(budgetdel=d, text="Fyra", by=skribent),
        lambda: kommentera_cell(version=arb, cell=cell, text="Fyra", by=skribent),
        lambda: aktion.svara(kommentar=forsta, text="Fyra", by=skribent),
    ):
        with pytest.raises(KommentarsFel, match="Du har skrivit 3 kommentarer om samma nämnd"):
            forsok()
    svar = som("controller-kn").post(f"{ARB}/delar/KN/kommentera/", {"text": "Fyra och mer"})
    assert svar.status_code == 422 and "Fyra och mer" in svar.content.decode()
    # Nobody else is stopped by it, and to give a part back is no comment of one's own choice.
    for n in range(3):
        kommentera_del(budgetdel=d, text=f"Svar {n}", by=kc)
    enheter = [e for e, namnd in hamta_delenheter(arb).items() if namnd == d.namnd_id]
    lamna_in(budgetdel=d, by=skribent, avtryck=las_avtryck(arb, enheter))
    aterlamna(budgetdel=Budgetdel.objects.get(pk=d.pk), kommentar="Fel år", by=kc)
    assert d.kommentarer.filter(text="Fel år").exists()
    assert Belopp.objects.filter(version=arb).exists()


@pytest.mark.parametrize("vad", ["justering", "punkt"])
def test_det_skrivna_finns_kvar_nar_nagon_tog_bort_det_medan_man_skrev(arb, kc, som, monkeypatch, vad):
    """It was an error 500, and what had been typed was gone."""
    klient = som("koncerncontroller")
    if vad == "justering":
        post = Justering.objects.filter(version=arb).first()
        Justering.objects.filter(pk=post.pk).update(status="utkast")
        adress, ny, aktionen = (
            f"{ARB}/brygga/justering/{post.pk}/",
            f"{ARB}/brygga/justering/ny/",
            "justering.spara_justering",
        )
        falt = {
            "ar": 2024,
            "block": post.block,
            "titel": "Skrivet av mig",
            "prisniva": 2024,
            "motiv": "Mitt motiv",
        }
        fel = JusteringenAndrad("Ändrad")
    else:
        post = Beslutspunkt.objects.filter(version=arb).first()
        adress, ny, aktionen = (
            f"{ARB}/beslut/{post.pk}/",
            f"{ARB}/beslut/ny/",
            "beslutspunkter.spara_beslutspunkt",
        )
        falt = {"rubrik": "Skrivet av mig", "text": "Mitt motiv", "mottagare": ""}
        fel = BeslutspunktenAndrad("Ändrad")

    def bort(**_):
        type(post).objects.filter(pk=post.pk).delete()
        raise fel

    monkeypatch.setattr(f"budget.views.{aktionen}", bort)
    svar = klient.post(adress, falt | {"rev": 1})
    sida = svar.content.decode()
    assert svar.status_code == 409
    assert "tog bort" in sida and "Skrivet av mig" in sida and "Mitt motiv" in sida
    assert f'action="{ny}"' in sida
    # And so it is when it was gone already when the form was sent: «Sidan finns inte» was all that was left.
    monkeypatch.undo()
    assert not type(post).objects.filter(pk=post.pk).exists()
    igen = klient.post(adress, falt | {"rev": 1})
    assert (igen.status_code, "Mitt motiv" in igen.content.decode()) == (409, True)
    assert f'action="{ny}"' in igen.content.decode()
    assert klient.post(adress.replace(str(post.pk), "987654321"), falt).status_code == 404
    assert klient.get(adress).status_code == 404
    assert som("revisor").post(adress, falt).status_code == 403
    if vad == "punkt":
        assert klient.post(ny, falt | {"rev": 1}).status_code == 302


def test_finansieringen_ersatts_inte_av_den_som_inte_har_sett_den(arb, kc, som):
    grund = Budgetversion.objects.get(kod="B2024")
    t = skapa_tillaggsbudget(grund=grund, kod="T2024", namn="Tillägg", by=kc)
    adress, klient = "/budget/2024/T2024/finansiering/", som("koncerncontroller")
    sett = re.search(r'name="sett" value="([^"]*)"', klient.get(adress).content.decode())[1]
    spara_finansiering(version=t, finansiering="omfordelning", text="Ur reserven", by=kc)
    mitt = {"finansiering": "resultat", "text": "Min text", "sett": sett}
    svar = klient.post(adress, mitt)
    sida = svar.content.decode()
    assert svar.status_code == 422 and "Ur reserven" in sida and "Min text" in sida
    t.refresh_from_db()
    assert t.finansiering_text == "Ur reserven"
    nu = re.search(r'name="sett" value="([^"]*)"', sida)[1]
    assert klient.post(adress, mitt | {"sett": nu}).status_code == 302
    t.refresh_from_db()
    assert t.finansiering_text == "Min text"
