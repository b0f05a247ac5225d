"""Äskanden from the first figure to the answer: by page, workbook and API, allowed and refused."""

import io
import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from budget.actions import budgetdel as aktion
from budget.actions.versioner import kopiera_version, las_version, starta_nasta_ar
from budget.models import Askandemotiv, Askandesvar, Belopp, Budgetdel, Justering, Post, Versionskolumn
from budget.selectors.budgetdel import las_avtryck
from budget.selectors.celler import Cellnyckel
from budget.selectors.jamforelse import jamfor_versioner
from budget.selectors.summor import ALLA_ENHETER
from budget.tabeller.handling import bygg_handling
from organisation.models import Namnd, Notis
from regionskane.lib.belopp import MNKR
from tests.budget.belopp import enhet, motivera, nivaer, skriv

ARB = "/budget/2024/B2024-ARB"
SIDA = f"{ARB}/askanden/"
DRIFT = f"{ARB}/askanden/rad/KN/drift/"
INVESTERING = f"{ARB}/askanden/rad/KN/investering/"


@pytest.fixture
def arb(version):
    return version("B2024-ARB")


@pytest.fixture
def kc(anvandare):
    return anvandare("koncerncontroller")


@pytest.fixture
def begart(arb, kc):
    """KN asks for 7,6 more in 2024 and 10,0 more in 2025, and for an investment; nothing is handed in."""
    aktion.oppna_for_inmatning(version=arb, sista_dag=timezone.localdate() + timedelta(9), by=kc)
    ram = nivaer(arb, 2025)["KN"]
    skriv(arb, "askanden", "drift", "KN", 2024, "365.0", kc)
    skriv(arb, "askanden", "drift", "KN", 2025, str(ram + 10), kc)
    skriv(arb, "askanden", "investering", "KN", 2024, "4.5", kc)
    Notis.objects.all().delete()
    return arb


@pytest.fixture
def inlamnat(begart, kc):
    for post in ("drift", "investering"):
        motivera(begart, enhet("KN"), post=post)
    _lamna_in(begart, kc)
    Notis.objects.all().delete()
    return begart


def _del(version):
    return Budgetdel.objects.select_related("namnd", "version").get(version=version, namnd__kod="KN")


def _lamna_in(version, by):
    aktion.lamna_in(budgetdel=_del(version), by=by, avtryck=las_avtryck(version, [enhet("KN")]))


def _text(svar):
    return unescape(svar.content.decode()).replace("\u00a0", " ")


def _avtryck(klient, adress=DRIFT):
    return klient.get(f"/api/v1{adress}").json().get("avtryck", "")


def _svara(klient, adress=DRIFT, **falt):
    """Answer the row as it is now."""
    falt = {"avtryck": _avtryck(klient, adress)} | falt
    return klient.post(adress, {"vad": "svar", "rev": 0, "text": ""} | falt)


def test_varje_oppen_version_har_en_tom_tabell_och_den_beslutade_ingen(version, arb, kc):
    def kolumner(v):
        fraga = Versionskolumn.objects.filter(version=v, uppstallning__kod="askanden").order_by("ordning")
        return list(fraga.values_list("kalla__kod", "ar", "rubrik"))

    assert kolumner(arb) == [
        ("B2024-ARB", 2024, "budget"),
        ("B2024-ARB", 2025, "plan"),
        ("B2024-ARB", 2026, "plan"),
    ]
    assert kolumner(version("B2024")) == []
    skriv(arb, "askanden", "drift", "KN", 2024, "365", kc)
    motivera(arb, enhet("KN"))
    # Neither a copy nor next year's version takes over what was asked for.
    for ny in (
        kopiera_version(kalla=arb, kod="KOPIA", namn="Kopia", by=kc),
        starta_nasta_ar(kalla=version("B2024"), kod="B2025", namn="Budget 2025", by=kc),
    ):
        assert kolumner(ny) == [(ny.kod, ar, "plan" if i else "budget") for i, ar in enumerate(ny.ar_lista)]
        assert not Belopp.objects.filter(version=ny, post__uppstallning__kod="askanden").exists()
        assert not Askandemotiv.objects.filter(version=ny).exists()
    # A nämnd's own budget has none.
    egen = kopiera_version(kalla=version("IB2025-MS"), kod="IB-NY", namn="Ny", by=kc)
    assert kolumner(egen) == []


def test_askanden_star_i_ingen_summa_ingen_handling_och_ingen_jamforelse(som, begart, version):
    assert nivaer(begart, 2024)["KN"] == Decimal("357.4")
    assert jamfor_versioner(version("B2024"), begart, ALLA_ENHETER).celler == ()
    assert "askanden" not in {t.nyckel for t in bygg_handling(begart, ALLA_ENHETER).tabeller}
    assert som("koncerncontroller").get(f"/api/v1{ARB}/resultatbudget/").status_code == 200
    tabeller = som("koncerncontroller").get("/api/v1/budget/").json()
    assert all("askanden" not in v["tabeller"] for v in tabeller)


def test_tom_sida_sager_vad_man_gor(som, arb):
    html = _text(som("controller-kn").get(SIDA))
    assert "Inget är begärt ännu" in html and "Skriv belopp" in html
    assert "Inget är begärt ännu" in _text(som("revisor").get(SIDA))
    assert "Skriv belopp" not in _text(som("revisor").get(SIDA))


def test_controllern_skriver_belopp_och_motiv_och_ser_ram_och_skillnad(som, begart):
    klient = som("controller-kn")
    html = _text(klient.get(f"{ARB}/askanden/inmatning/"))
    assert "Kulturnämnden, drift" in html and "Kulturnämnden, investering" in html and "365,0" in html
    assert "Kollektivtrafik" not in html
    svar = klient.post(DRIFT, {"vad": "motiv", "rev": 0, "text": "  Kulturskolan växer.  "}, follow=True)
    assert "Motivet är sparat" in _text(svar) and "Kulturskolan växer." in _text(svar)
    html = _text(klient.get(SIDA))
    for text in (
        "357,4",
        "365,0",
        "+7,6",
        "Kulturskolan växer.",
        "saknas",
        "inte besvarat",
        "2 rader begär något",
    ):
        assert text in html
    # Somebody else was there before: both are shown, and saved again mine replaces theirs.
    svar = klient.post(DRIFT, {"vad": "motiv", "rev": 0, "text": "Mitt"})
    html = _text(svar)
    assert (
        svar.status_code == 409 and "Sparat nu: Kulturskolan växer." in html and ">\nMitt</textarea>" in html
    )
    assert klient.post(DRIFT, {"vad": "motiv", "rev": 1, "text": "Mitt"}).status_code == 302
    m = Askandemotiv.objects.get()
    assert (m.text, m.rev) == ("Mitt", 2) and m.events.count() == 2
    assert klient.post(DRIFT, {"vad": "motiv", "rev": 2, "text": "x" * 2001}).status_code == 422
    # Every figure answers «varifrån?», with its history.
    panel = _text(klient.get(f"{ARB}/varifran/askanden/drift/enhet-KN/2024/"))
    assert "365,0" in panel and "Erik Sandahl" in panel


def test_utan_motiv_lamnas_delen_inte_in_och_raderna_namns(som, begart):
    klient = som("controller-kn")
    adress = f"{ARB}/delar/KN/lamna-in/"
    kropp = {"rev": _del(begart).rev, "avtryck": las_avtryck(begart, [enhet("KN")])}
    svar = klient.post(adress, kropp)
    html = _text(svar)
    assert svar.status_code == 422
    assert "Motiv saknas för Kulturnämnden, drift; Kulturnämnden, investering." in html
    svar = klient.post(
        f"/api/v1{ARB}/delar/KN/", kropp | {"steg": "lamna_in"}, content_type="application/json"
    )
    assert svar.status_code == 400 and "Motiv saknas" in svar.json()["fel"][0]
    motivera(begart, enhet("KN"))
    kropp["avtryck"] = las_avtryck(begart, [enhet("KN")])
    html = _text(klient.post(adress, kropp))
    assert "Motiv saknas för Kulturnämnden, investering." in html
    motivera(begart, enhet("KN"), post="investering")
    # A motive is part of what is read and signed for.
    assert klient.post(adress, kropp).status_code == 409
    kropp["avtryck"] = las_avtryck(begart, [enhet("KN")])
    assert klient.post(adress, kropp).status_code == 302
    assert _del(begart).status == "inlamnad"
    svar = klient.post(DRIFT, {"vad": "motiv", "rev": 1, "text": "Efteråt"})
    assert svar.status_code == 422 and "har lämnat in sin del" in _text(svar) and "Efteråt" in _text(svar)
    assert "Spara motivet" not in _text(klient.get(DRIFT))


def test_den_som_inte_begar_nagot_lamnar_in_utan_motiv(som, arb, kc):
    aktion.oppna_for_inmatning(version=arb, sista_dag=timezone.localdate(), by=kc)
    assert "begär inget utöver ramen" in _text(som("controller-kn").get(f"{ARB}/delar/KN/"))
    _lamna_in(arb, kc)
    assert _del(arb).status == "inlamnad"


def test_till_justering_gor_ett_utkast_per_ar_som_namner_askandet_och_namnden_laser_svaret(
    som, inlamnat, anvandare
):
    konc = som("koncerncontroller")
    html = _text(konc.get(DRIFT))
    assert "Spara svaret" in html and "Det som beslutades räcker inte." in html
    svar = _svara(konc, utfall="justering", text="Enligt planen")
    assert svar.status_code == 302
    utkast = list(Justering.objects.filter(version=inlamnat, askande__isnull=False).order_by("ar"))
    assert [(j.ar, j.titel, j.status) for j in utkast] == [
        (2024, "Äskande: Kulturnämnden, drift", "utkast"),
        (2025, "Äskande: Kulturnämnden, drift", "utkast"),
    ]
    # The bridge carries 7,6 on to 2025, so that year's is what is new in it: 10,0.
    rader = [{r.enhet.kod: r.belopp / MNKR for r in j.rader.select_related("enhet")} for j in utkast]
    assert rader == [
        {"KN": Decimal("7.6"), "FINANS": Decimal("-7.6")},
        {"KN": Decimal("2.4"), "FINANS": Decimal("-2.4")},
    ]
    assert "Det som beslutades räcker inte." in utkast[0].motiv and "Enligt planen" in utkast[0].motiv
    assert nivaer(inlamnat, 2024)["KN"] == Decimal("357.4")  # a draft moves nothing
    notis = Notis.objects.get()
    assert notis.mottagare == anvandare("controller-kn") and notis.url == DRIFT
    assert (
        notis.text
        == "Äskande i Budget 2024, arbetsversion har fått svar: Kulturnämnden, drift, till justering."
    )
    kn = som("controller-kn")
    html = _text(kn.get(DRIFT))
    for text in (
        "Till justering",
        "Enligt planen",
        "Erik Sandahl",
        "+7,6",
        "Äskande: Kulturnämnden, drift, 2024",
    ):
        assert text in html
    assert "Till justering" in _text(kn.get(SIDA)) and "Spara svaret" not in html
    # Decided, they lead to what was asked for in both years, and a new answer has to wait.
    for j in utkast:
        falt = {f"belopp-{r.enhet.kod}": str(r.belopp / MNKR) for r in j.rader.select_related("enhet")}
        falt |= {
            "titel": j.titel,
            "block": j.block,
            "ar": j.ar,
            "prisniva": j.prisniva,
            "rev": j.rev,
            "motiv": j.motiv,
        }
        svar = konc.post(f"{ARB}/brygga/justering/{j.pk}/", falt | {"vad": "besluta"})
        assert svar.status_code == 302
    assert nivaer(inlamnat, 2024)["KN"] == 365
    # What was answered is why, and not what was asked for.
    brygga = _text(konc.get(f"{ARB}/brygga/KN/"))
    assert "Enligt planen" in brygga and "Det som beslutades räcker inte." not in brygga
    svar = _svara(konc, utfall="avslas", text="Nej", rev=1)
    assert svar.status_code == 422 and "är beslutad" in _text(svar)
    assert Askandesvar.objects.get().utfall == "justering"


def test_delvis_ger_en_justering_pa_beloppet_och_ett_nytt_svar_ersatter_utkastet(som, inlamnat):
    konc = som("koncerncontroller")
    for falt, fel in (
        ({"utfall": "delvis"}, "Skriv hur mycket som beviljas"),
        ({"utfall": "delvis", "belopp-2024": "8"}, "För 2024 begärs +7,6 mnkr"),
        ({"utfall": "delvis", "belopp-2024": "mycket"}, "inte ett tal"),
        ({"utfall": "avslas"}, "Skriv varför äskandet avslås"),
        ({}, "Välj ett svar"),
    ):
        svar = _svara(konc, **falt)
        assert svar.status_code == 422 and fel in _text(svar), fel
    assert not Askandesvar.objects.exists() and not Justering.objects.filter(askande__isnull=False).exists()
    assert _svara(konc, utfall="delvis", **{"belopp-2024": "3,5"}).status_code == 302
    j = Justering.objects.get(askande__isnull=False)
    assert j.ar == 2024 and j.rader.get(enhet__kod="KN").belopp == Decimal("3500000")
    # Answered from a page that has not seen the answer: nothing is changed, and theirs is shown.
    svar = _svara(konc, utfall="avslas", text="Inte i år")
    assert svar.status_code == 409 and "Läs svaret nedan" in _text(svar) and "Inte i år" in _text(svar)
    assert _svara(konc, utfall="avslas", text="Inte i år", rev=1).status_code == 302
    assert not Justering.objects.filter(askande__isnull=False).exists()
    s = Askandesvar.objects.get()
    assert (s.utfall, s.text, s.rev, s.beviljat) == ("avslas", "Inte i år", 2, {})
    html = _text(som("controller-kn").get(DRIFT))
    assert "Avslås" in html and "Inte i år" in html


def test_en_investering_blir_ingen_justering_av_regionbidraget(som, inlamnat):
    konc = som("koncerncontroller")
    assert "Beviljas: det som begärs ska läggas upp bland investeringsobjekten" in _text(
        konc.get(INVESTERING)
    )
    assert _svara(konc, INVESTERING, utfall="justering").status_code == 302
    assert not Justering.objects.filter(askande__isnull=False).exists()
    assert "Beviljas, läggs upp som objekt" in _text(som("controller-kn").get(INVESTERING))
    assert "investering, beviljas, läggs upp som objekt." in _text(som("controller-kn").get("/notiser/"))
    assert Askandesvar.objects.get().beviljat == {"2024": "4500000.00"}


def test_en_beviljad_investering_som_inget_objekt_bar_sags_tills_den_ar_upplagd(som, inlamnat, kc):
    """No justering bears it, so it would be decided by nobody: the pages that lead to the decision, and Kontroll."""
    konc, nytt = som("koncerncontroller"), f"{ARB}/investeringsobjekt/nytt/"

    def sagt() -> list[str]:
        sidor = [_text(konc.get(f"{ARB}/{sida}/")) for sida in ("bered", "faststall", "kontroll")]
        hittat = [re.findall(r"Kulturnämnden har beviljats investeringar[^<]*", s) for s in sidor]
        assert hittat[0] == hittat[1] == hittat[2]
        return hittat[0]

    assert sagt() == []
    _svara(konc, INVESTERING, utfall="justering")
    mening = (
        "Kulturnämnden har beviljats investeringar som inte står i något investeringsobjekt: {} mnkr 2024. Lägg upp "
        "objektet, eller skriv utgiften på det som redan finns."
    )
    assert sagt() == [mening.format("4,5")]
    assert f'<a href="{ARB}/investeringsobjekt/">Kulturnämnden har beviljats' in _text(
        konc.get(f"{ARB}/bered/")
    )
    aktion.ta_tillbaka(budgetdel=_del(inlamnat), by=kc)
    objekt = {
        "namn": "Replokal", "slag": "bygg", "grupp": "service", "strategiskt": "ja", "belopp-ar-2024": "3",
        "namnd": str(Namnd.objects.get(kod="KN").pk),
    }  # fmt: skip
    # Another nämnd's object is not what was granted, and an object that costs less is only a part of it.
    annans = objekt | {"namn": "Depå", "namnd": str(Namnd.objects.get(kod="KTN").pk)}
    assert konc.post(nytt, annans).status_code == 302
    assert sagt() == [mening.format("4,5")]
    assert konc.post(nytt, objekt).status_code == 302
    assert sagt() == [mening.format("1,5")]
    belopp = Belopp.objects.get(enhet__namn="Replokal", ar=2024)
    skriv(inlamnat, "investeringsobjekt", belopp.post.kod, belopp.enhet.kod, 2024, "4.5", kc)
    assert sagt() == []
    # What a nämnd's objects cost before is not what it was granted.
    bussdepaer = Belopp.objects.filter(
        version=inlamnat,
        ar=2024,
        post__uppstallning__kod="investeringsobjekt",
        post__kod="bygg_kollektivtrafik",
    )
    assert sum(b.belopp for b in bussdepaer) > 4_500_000 + 3_000_000
    svar = Askandesvar.objects.get()
    svar.pk, svar.enhet_id, svar._state.adding = None, enhet("KTN"), True
    svar.beviljat = {"2024": "7500000.00"}
    svar.save()
    html = _text(konc.get(f"{ARB}/kontroll/"))
    assert "Kollektivtrafiknämnden har beviljats investeringar" in html and "4,5 mnkr 2024" in html


def test_bara_det_som_ar_inlamnat_besvaras_och_ett_andrat_askande_markes(som, begart, kc, inlamnat):
    konc = som("koncerncontroller")
    assert _svara(konc, f"{ARB}/askanden/rad/PN/drift/", utfall="avslas", text="x").status_code == 422
    assert _svara(konc, utfall="avslas", text="Nej").status_code == 302
    aktion.ta_tillbaka(budgetdel=_del(inlamnat), by=kc)
    svar = _svara(konc, utfall="avslas", text="Nej igen", rev=1)
    assert svar.status_code == 422 and "har inte lämnat in sin del" in _text(svar)
    skriv(inlamnat, "askanden", "drift", "KN", 2024, "366", kc)
    assert "Beloppen har ändrats sedan svaret gavs." in _text(som("controller-kn").get(DRIFT))


def test_det_som_besvaras_ar_det_som_visades(som, inlamnat, kc):
    """The nämnd took its part back, asked for 9 999 and handed in: the old page's answer granted that, unseen."""
    konc = som("koncerncontroller")
    sidan = konc.get(DRIFT).content.decode()
    sett = re.search(r'name="avtryck"[^>]*value="(\w+)"', sidan)[1]
    assert sett == _avtryck(konc)
    aktion.ta_tillbaka(budgetdel=_del(inlamnat), by=kc)
    skriv(inlamnat, "askanden", "drift", "KN", 2024, "9999", kc)
    _lamna_in(inlamnat, kc)
    svar = _svara(konc, utfall="justering", text="Ja", avtryck=sett)
    text = _text(svar)
    assert svar.status_code == 409 and "har ändrats sedan sidan öppnades. Inget är sparat" in text
    assert "9 999,0" in text and not Askandesvar.objects.exists()
    kropp = {"utfall": "justering", "text": "Ja", "avtryck": sett, "rev": 0}
    svar = konc.post(f"/api/v1{DRIFT}", kropp, content_type="application/json")
    assert svar.status_code == 409 and not Justering.objects.filter(askande__isnull=False).exists()
    # The page that says so shows what stands now, and is answered as any.
    nytt = re.search(r'name="avtryck"[^>]*value="(\w+)"', text)[1]
    assert nytt == _avtryck(konc) != sett
    assert _svara(konc, utfall="avslas", text="Nej", avtryck=nytt).status_code == 302


def test_politikern_laser_den_egna_namndens_forst_nar_de_ar_inlamnade(som, arb, kc):
    klient = som("politiker")  # NORV
    aktion.oppna_for_inmatning(version=arb, sista_dag=timezone.localdate(), by=kc)
    skriv(arb, "askanden", "drift", "NORV_MS", 2024, "630", kc)
    skriv(arb, "askanden", "drift", "KN", 2024, "365", kc)
    motivera(arb, enhet("NORV_MS"), enhet("KN"))
    svar = klient.get(SIDA)
    assert svar.status_code == 403 and "har inte lämnat in några äskanden" in _text(svar)
    assert "Vad nämnden begär" not in _text(klient.get("/"))
    for kod in ("NORV", "KN"):
        d = Budgetdel.objects.select_related("namnd", "version").get(version=arb, namnd__kod=kod)
        enheter = d.namnd.placeringar.values_list("enhet", flat=True)
        aktion.lamna_in(budgetdel=d, by=kc, avtryck=las_avtryck(arb, enheter))
    assert f'href="{SIDA}"' in _text(klient.get("/"))
    html = _text(klient.get(SIDA))
    assert "630,0" in html and "Kulturnämnden" not in html and "varifran/" not in html
    # The ram of an open version is not theirs to read, nor what it can be counted from.
    ram = nivaer(arb, 2024)["NORV_MS"]
    for sida in (SIDA, f"{ARB}/askanden/rad/NORV_MS/drift/"):
        html = _text(klient.get(sida))
        assert "630,0" in html and ">Ram<" not in html and ">Skillnad<" not in html
        assert f"{ram:.1f}".replace(".", ",") not in html
        assert ">Ram<" in _text(som("koncerncontroller").get(sida))
    assert klient.get(f"{ARB}/askanden/rad/NORV_MS/drift/").status_code == 200
    assert klient.get(DRIFT).status_code == 403
    assert (
        klient.get(f"{SIDA}excel/").status_code == 403
    )  # what is not decided leaves the system with nobody's F
    assert klient.post(f"{ARB}/askanden/rad/NORV_MS/drift/", {"vad": "motiv", "text": "x"}).status_code == 403
    assert klient.get(f"{ARB}/regionbidrag/").status_code == 403
    # Locked, others' figures are read by all, but not what others asked for.
    las_version(version=arb, by=kc)
    assert klient.get(f"{ARB}/regionbidrag/").status_code == 200
    assert "Kulturnämnden" not in _text(klient.get(SIDA))
    assert klient.get(f"{ARB}/varifran/askanden/drift/enhet-KN/2024/").status_code == 403
    assert som("controller").get(f"{ARB}/varifran/askanden/drift/enhet-KN/2024/").status_code == 403
    assert _svara(som("koncerncontroller"), utfall="avslas", text="Nej").status_code == 422


def test_excel_har_ram_askande_skillnad_motiv_och_svar(som, inlamnat):
    _svara(som("koncerncontroller"), utfall="avslas", text="Inte i år")
    svar = som("controller-kn").get(f"{SIDA}excel/")
    bok = openpyxl.load_workbook(io.BytesIO(svar.content), data_only=True)
    varden = [[c.value for c in rad] for rad in bok["Äskanden 2024–2026"].iter_rows()]
    drift = next(r for r in varden if "Kulturnämnden, drift" in r)
    assert (
        357.4 in drift and 365 in drift and any(isinstance(v, float) and abs(v - 7.6) < 1e-9 for v in drift)
    )
    assert "Det som beslutades räcker inte." in drift and "Avslås. Inte i år" in drift


def test_api_visar_och_svarar_med_sidans_regler(som, inlamnat):
    api, rad = f"/api/v1{SIDA}", f"/api/v1{DRIFT}"
    konc = som("koncerncontroller")
    (tabell,) = konc.get(api).json()["tabeller"]
    celler = {r["nyckel"]: r["celler"] for r in tabell["rader"]}["enhet-KN-drift"]
    assert celler["skillnad"]["visat"] == "+7,6" and celler["svar"]["varde"] == "inte besvarat"
    assert som("controller-kn").get(rad).json()["begart"]["2024"] == "365000000.00"

    avtryck = _avtryck(konc)

    def skicka(klient=konc, **kropp):
        return klient.post(rad, {"avtryck": avtryck} | kropp, content_type="application/json")

    assert skicka(som("controller-kn"), utfall="avslas", text="x").status_code == 403
    svar = skicka(utfall="avslas", text="x", avtryck="")
    assert svar.status_code == 400 and "Skicka avtryck" in svar.json()["fel"][0]
    assert skicka(utfall="avslas").json()["fel"] == ["Skriv varför äskandet avslås. Nämnden läser skälet."]
    assert skicka(utfall="delvis", belopp="3").status_code == 400
    svar = skicka(utfall="delvis", belopp={"2024": "3,5"})
    assert svar.status_code == 201 and svar.json()["svar"]["beviljat"] == {"2024": "3500000.00"}
    assert skicka(utfall="avslas", text="x").status_code == 409


def test_fragorna_vaxer_inte_med_askanden_och_svar(som, begart, kc):
    klient = som("koncerncontroller")

    def antal():
        svar = {}
        for sida in (SIDA, DRIFT, f"{ARB}/delar/KN/"):
            with CaptureQueriesContext(connection) as fangst:
                assert klient.get(sida).status_code == 200
            svar[sida] = len(fangst)
        return svar

    antal()
    fore = antal()
    for i, kod in enumerate(("KTN", "RUN", "PN", "NORV_MS")):
        skriv(begart, "askanden", "drift", kod, 2024, str(100 + i), kc)
        motivera(begart, enhet(kod))
    assert antal() == fore
    assert fore[SIDA] <= 30 and fore[DRIFT] <= 30


def test_motivet_ar_inte_frivilligt_och_beviljat_star_mot_ramen_som_den_var(som, begart, kc):
    html = _text(som("controller-kn").get(DRIFT))
    assert ">Motiv</label>" in html and "(frivilligt)" not in html
    motivera(begart, enhet("KN"))
    motivera(begart, enhet("KN"), post="investering")
    _lamna_in(begart, kc)
    assert _svara(som("koncerncontroller"), utfall="justering").status_code == 302
    html = _text(som("controller-kn").get(DRIFT))
    assert "<small>mot ramen när svaret gavs</small>" in html and "+7,6" in html


def test_arbetsboken_sager_om_summorna_det_som_galler_for_versionen(version):
    oppen = " ".join(bygg_handling(version("B2024-ARB"), ALLA_ENHETER, bara="regionbidrag").stycken)
    fast = bygg_handling(version("B2024"), ALLA_ENHETER, bara="regionbidrag", bifogas=True).stycken
    assert "Summor räknas ur sina delar varje gång" in oppen and "beslutade talen" not in oppen
    assert "I en fastställd version står de beslutade talen" in fast[0] and "aldrig" not in fast[0]
    # Only the workbook that goes inside the PDF says that it does.
    assert "bifogad" not in oppen and any("bifogad i PDF-filen" in s for s in fast)


def _skriv_i_tabellen(klient, adress, enhetskod, post, belopp, **mer):
    """Save amounts (year → text) of one row as the entry form sends them."""
    pk = Post.objects.get(uppstallning__kod="askanden", kod=post).pk
    celler = {f"c.{Cellnyckel(enhet(enhetskod), pk, ar)}": text for ar, text in belopp.items()}
    return klient.post(adress, {"bas": "{}"} | celler | mer)


def test_inmatningen_visar_ramen_och_vad_askandet_gor_av_den_for_varje_ar(som, begart):
    html = _text(som("controller-kn").get(f"{ARB}/askanden/inmatning/"))
    huvud = html[html.index("<thead>") : html.index("</thead>")]
    for ar in (2024, 2025, 2026):
        assert f"Ram<small>{ar}" in huvud and f"Skillnad<small>mot ramen {ar}" in huvud
    rad = html[html.index('data-rad="enhet-KN--drift"') :]
    rad = rad[: rad.index("</tr>")]
    assert ">357,4</a>" in rad and "+7,6" in rad and "+10,0" in rad and "data-differens" in rad
    # An investment has no ram of its own.
    rad = html[html.index('data-rad="enhet-KN--investering"') :]
    assert "357,4" not in rad[: rad.index("</tr>")]


def test_ett_tillskott_i_stallet_for_nivan_fragas_om_en_gang_och_hindrar_inte(som, arb, kc):
    klient, adress = som("controller-kn"), f"{ARB}/askanden/inmatning/"
    svar = _skriv_i_tabellen(klient, adress, "KN", "drift", {2024: "20", 2025: "20 000"})
    html = _text(svar)
    assert svar.status_code == 422 and "2 belopp ligger långt från ramen" in html
    assert "Kulturnämnden, drift 2024: 20,0 blir 377,4 (ramen är 357,4)" in html
    assert "tillskott till ramen, i mnkr" in html and "tillskott till ramen, i tkr" in html
    assert 'value="20 000"' in html and not Belopp.objects.filter(version=arb, post__kod="drift").exists()
    # One answer reads those that may be read so, and the next question is about what is left.
    svar = _skriv_i_tabellen(
        klient, adress, "KN", "drift", {2024: "20"}, lases_som="tillskott.mnkr", varfor="Prov"
    )
    assert svar.status_code == 302
    b = Belopp.objects.get(version=arb, post__kod="drift", ar=2024)
    assert b.belopp == Decimal("377.4") * MNKR
    # No is saved as it stands, and remembered.
    svar = _skriv_i_tabellen(klient, adress, "KN", "drift", {2025: "20 000"}, lases_som="nej")
    assert svar.status_code == 302
    assert _skriv_i_tabellen(klient, adress, "KN", "drift", {2026: "20 000"}).status_code == 302
    assert Belopp.objects.get(version=arb, post__kod="drift", ar=2026).belopp == 20000 * MNKR


def test_en_niva_i_tkr_fragas_om_mot_ramen_och_en_rimlig_niva_inte(som, arb):
    klient, adress = som("controller-kn"), f"{ARB}/askanden/inmatning/"
    svar = _skriv_i_tabellen(klient, adress, "KN", "drift", {2025: "365 000"})
    assert svar.status_code == 422 and "365 000,0 blir 365,0" in _text(svar)
    # Denied where it was pasted.
    svar = _skriv_i_tabellen(klient, adress, "KN", "drift", {2025: "365 000"}, enhet_besvarad="tkr")
    assert svar.status_code == 302
    assert _skriv_i_tabellen(klient, adress, "KN", "drift", {2024: "365"}).status_code == 302
    svar = _skriv_i_tabellen(klient, adress, "KN", "investering", {2024: "4 500"})
    assert svar.status_code == 422 and "4 500,0 blir 4,5" in _text(svar)


def test_den_som_inget_begar_har_inga_tomma_celler(som, arb, kc):
    aktion.oppna_for_inmatning(version=arb, sista_dag=timezone.localdate(), by=kc)
    html = _text(som("controller-kn").get(f"{ARB}/delar/KN/"))
    assert "begär inget utöver ramen" in html and "Äskanden: Kulturnämnden" not in html


def test_ett_delvis_svar_galler_planaren_ocksa(som, inlamnat):
    konc = som("koncerncontroller")
    assert _svara(konc, utfall="delvis", **{"belopp-2024": "3"}).status_code == 302
    html = _text(konc.get(DRIFT))
    assert html.count(">+3,0</td>") == 3
    # An investment's years are each their own.
    assert _svara(konc, INVESTERING, utfall="delvis", **{"belopp-2024": "2"}).status_code == 302
    assert _text(konc.get(INVESTERING)).count(">2,0</td>") == 1
