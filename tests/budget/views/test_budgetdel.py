"""A nämnd's part from opening to done: by page and API, allowed and refused, with its comments and notices."""

import re
from datetime import timedelta
from html import unescape
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from budget.actions import budgetdel as aktion
from budget.actions.belopp import Cellandring, DelenArInlamnad, spara_belopp
from budget.actions.kommentar import kommentera_cell, kommentera_del
from budget.actions.versioner import kopiera_version, las_version
from budget.models import Belopp, Budgetdel, Budgetversion, Kommentar
from budget.regler.delflode import FLODE, Delstatus, Sida, Steg
from budget.selectors.budgetdel import las_avtryck
from budget.selectors.celler import Cellnyckel
from organisation.models import Anvandare, Enhet, Namnd, Notis, Placering, Rolltilldelning
from regionskane.lib.belopp import MNKR, tolka_belopp
from tests.budget.belopp import askanden, skriv


@pytest.fixture(autouse=True)
def begarda_nivaer(version):
    """A nämnd's own amounts are what it asks for; here every nämnd asks for the level that was decided."""
    askanden(version("B2024-ARB"))


ARB = "/budget/2024/B2024-ARB"
DELAR, KN = f"{ARB}/delar/", f"{ARB}/delar/KN/"
API = f"/api/v1{DELAR}"
VAG = {
    "oppen": [],
    "inlamnad": ["lamna_in"],
    "granskad": ["lamna_in", "granska"],
    "ater": ["lamna_in", "aterlamna"],
    "klar": ["lamna_in", "granska", "klarmarkera"],
}


@pytest.fixture
def oppnad(version, anvandare):
    v = version("B2024-ARB")
    dag = timezone.localdate() + timedelta(30)
    aktion.oppna_for_inmatning(version=v, sista_dag=dag, by=anvandare("koncerncontroller"))
    return v


@pytest.fixture
def delen(oppnad):
    return lambda kod="KN": Budgetdel.objects.select_related("namnd", "version").get(
        version=oppnad, namnd__kod=kod
    )


@pytest.fixture
def ga_till(delen, anvandare):
    """Bring KN's part to a status by its own steps."""

    def ga(status):
        kn, kc, d = anvandare("controller-kn"), anvandare("koncerncontroller"), delen()
        for steg in VAG[status]:
            if steg == "lamna_in":
                aktion.lamna_in(budgetdel=d, by=kn, avtryck=_avtryck(d))
            elif steg == "aterlamna":
                aktion.aterlamna(budgetdel=d, by=kc, kommentar="Se över")
            else:
                getattr(aktion, steg)(budgetdel=d, by=kc)
        return d

    return ga


def _avtryck(d):
    return las_avtryck(d.version, d.namnd.placeringar.values_list("enhet", flat=True))


def _dolda(html):
    return {
        n: unescape(v) for n, v in re.findall(r'type="hidden"[^>]*name="(\w+)"[^>]*value="([^"]*)"', html)
    }


def _skicka(klient, d, steg):
    """A step by its page, with what that page would send."""
    if steg == Steg.LAMNA_IN:
        return klient.post(f"{KN}lamna-in/", {"rev": d.rev, "avtryck": _avtryck(d)})
    if steg == Steg.ATERLAMNA:
        return klient.post(f"{KN}aterlamna/", {"rev": d.rev, "kommentar": "Komplettera planåren"})
    return klient.post(f"{KN}steg/", {"rev": d.rev, "steg": steg.value})


def test_oppningen_ger_varje_namnd_med_rad_en_del_och_dess_controllers_en_notis(som, version, anvandare):
    klient = som("koncerncontroller")
    dag = timezone.localdate() + timedelta(14)
    assert "inte öppnad" in klient.get(DELAR).content.decode()
    for fel, text in (("", "Välj en sista dag"), ("x", "år-månad-dag"), ("2020-01-01", "har redan varit")):
        svar = klient.post(DELAR, {"sista_dag": fel})
        assert svar.status_code == 422 and text in svar.content.decode()
    svar = klient.post(DELAR, {"sista_dag": dag.isoformat()}, follow=True)
    assert "är öppen för inmatning: 20 nämnder" in svar.content.decode()
    koder = set(Budgetdel.objects.values_list("namnd__kod", flat=True))
    # Finansförvaltningen has no row of its own, and the region's tables are nobody's part.
    assert koder == set(Namnd.objects.exclude(kod__in=("FINANS", "RF")).values_list("kod", flat=True))
    assert Notis.objects.get(mottagare=anvandare("controller-kn")).url == KN
    igen = klient.post(DELAR, {"sista_dag": dag.isoformat()})
    assert igen.status_code == 422 and "redan öppnad" in igen.content.decode()
    html = som("controller-kn").get(DELAR).content.decode()
    assert "Kulturnämnden" in html and "Patientnämnden" not in html
    assert som("controller-kn").get(f"{DELAR}PN/").status_code == 403


@pytest.mark.parametrize(("status", "steg"), list(product(Delstatus, Steg)))
def test_varje_steg_fran_varje_lage_av_varje_sida(som, delen, ga_till, status, steg):
    """By page and by API: the right side gets through just where the rule says so, the wrong side never."""
    d = ga_till(status)
    far, andra = ("controller-kn", "koncerncontroller")
    if FLODE[steg].sida == Sida.GRANSKAREN:
        far, andra = andra, far
    if FLODE[steg].sida == Sida.GRANSKAREN:
        assert _skicka(som(andra), d, steg).status_code == 403
    for namn in ("controller", "politiker", "revisor"):
        assert _skicka(som(namn), d, steg).status_code == 403
        assert som(namn).post(f"{API}KN/", {"steg": steg}, content_type="application/json").status_code == 403
    d.refresh_from_db()
    assert d.status == status
    kropp = {"steg": steg, "rev": d.rev, "avtryck": _avtryck(d), "kommentar": "Komplettera"}
    tillatet = status in FLODE[steg].fran
    if not tillatet:
        svar = som(far).post(f"{API}KN/", kropp, content_type="application/json")
        assert svar.status_code == 400 and "Kulturnämnden: delen är" in svar.json()["fel"][0]
        svar = _skicka(som(far), d, steg)
        assert svar.status_code == 422 and "Kulturnämnden: delen är" in svar.content.decode()
    else:
        assert _skicka(som(far), d, steg).status_code == 302
    d.refresh_from_db()
    assert d.status == (FLODE[steg].till if tillatet else status)


@pytest.mark.parametrize("steg", list(Steg))
def test_varje_steg_genom_api(som, ga_till, steg):
    d = ga_till(next(s for s in VAG if s in FLODE[steg].fran))
    klient = som("koncerncontroller")
    forut = klient.get(f"{API}KN/").json()
    assert steg in forut["steg"] and forut["rev"] == d.rev
    kropp = {"steg": steg, "rev": forut["rev"], "avtryck": forut["avtryck"], "kommentar": "Komplettera"}
    gammal = klient.post(f"{API}KN/", kropp | {"rev": 0}, content_type="application/json")
    assert gammal.status_code == 409 and "hann före" in gammal.json()["fel"][0]
    svar = klient.post(f"{API}KN/", kropp, content_type="application/json")
    assert svar.status_code == 200 and svar.json()["status"] == FLODE[steg].till


def test_api_sager_vad_som_saknas(som, ga_till, delen):
    klient = som("koncerncontroller")

    def skicka(**kropp):
        return klient.post(f"{API}KN/", kropp, content_type="application/json")

    for kropp, text in (
        ({"steg": "flyga"}, "Skicka steg"),
        ({"steg": "lamna_in"}, "Skicka avtryck"),
        ({"steg": "lamna_in", "avtryck": "x", "rev": "1"}, "heltal"),
    ):
        svar = skicka(**kropp)
        assert svar.status_code == 400 and text in svar.json()["fel"][0]
    assert skicka(steg="lamna_in", avtryck="gammalt").status_code == 409
    ga_till("inlamnad")
    svar = skicka(steg="aterlamna", kommentar="  ")
    assert svar.status_code == 400 and "Skriv vad nämnden ska komplettera" in svar.json()["fel"][0]
    assert delen().status == "inlamnad"


def test_api_oppnar_och_listar(som, version):
    klient = som("koncerncontroller")
    dag = timezone.localdate() + timedelta(7)
    svar = klient.post(API, {"sista_dag": dag.isoformat()}, content_type="application/json")
    assert (svar.status_code, svar.json()) == (201, {"oppnade": 20})
    rader = {r["namnd"]: r for r in klient.get(API).json()["delar"]}
    assert rader["KN"]["dagar"] == 7 and rader["KN"]["vantar"] and rader["KN"]["status"] == "oppen"
    assert [r["namnd"] for r in som("controller-kn").get(API).json()["delar"]] == ["KN"]
    assert len(som("revisor").get(API).json()["delar"]) == 20


def test_det_som_visas_ar_det_som_lamnas_in(som, delen, anvandare):
    """An amount that a colleague changes between the reading and the handing in stops it: 409 and the new sums."""
    klient = som("controller-kn")
    html = klient.get(f"{KN}lamna-in/").content.decode()
    assert "357,4" in html and "Det här lämnar nämnden in" in html
    falt = _dolda(html)
    Belopp.objects.filter(version=delen().version, enhet__kod="KN", ar=2024).update(belopp=500_000_000)
    svar = klient.post(f"{KN}lamna-in/", falt)
    html = svar.content.decode()
    assert svar.status_code == 409 and "Något i delen har ändrats" in html and "500,0" in html
    assert "Kulturnämnden, drift: begär +142,6 mnkr (+39,9\u00a0%) mot ramen 2024." in html
    assert delen().status == "oppen"
    assert klient.post(f"{KN}lamna-in/", _dolda(html)).status_code == 302
    d = delen()
    assert d.status == "inlamnad" and d.inlamnad_tid is not None
    assert [h.status for h in d.events.order_by("pgh_id")] == ["oppen", "inlamnad"]
    assert d.events.order_by("pgh_id").last().pgh_context.metadata["namn"] == "Amina Yusuf"


def test_tomma_celler_raknas_och_namns(som, oppnad):
    def tal():
        svar = som("controller-kn").get(f"{API}KN/").json()
        return svar["celler"], svar["tomma"]

    assert tal() == (
        3,
        0,
    )  # what the nämnd asks for in three years; an investment that is not asked for lacks nothing
    Belopp.objects.filter(version=oppnad, enhet__kod="KN", ar=2024).delete()
    html = som("controller-kn").get(f"{KN}lamna-in/").content.decode()
    assert "En cell är tom" in html and "Äskanden: Kulturnämnden, drift 2024" in html
    assert tal() == (3, 1)
    assert "1 av 3" in som("koncerncontroller").get(DELAR).content.decode()
    # The ram is no part of it, whether it has a level or not.
    Budgetversion.objects.filter(pk=oppnad.pk).update(bryggad=False, bryggas_ur=None)
    assert tal() == (3, 1)
    assert "Regionbidrag:" not in som("controller-kn").get(f"{KN}lamna-in/").content.decode()


def test_inlamnad_del_skrivs_inte_av_nagon(som, ga_till, oppnad, anvandare):
    """Not by the form that was open, not by the reviewer, not by an action; the others are written as before."""
    adress = f"{ARB}/askanden/inmatning/"
    klient, konc = som("controller-kn"), som("koncerncontroller")
    oppet = klient.get(adress).content.decode()
    b = Belopp.objects.get(version=oppnad, enhet__kod="KN", ar=2024)
    namn = f"c.{b.enhet_id}.{b.post_id}.2024"
    bas = unescape(re.search(r'name="bas" value="([^"]*)"', oppet)[1])
    konc_bas = unescape(re.search(r'name="bas" value="([^"]*)"', konc.get(adress).content.decode())[1])
    ga_till("inlamnad")
    svar = klient.post(adress, {"bas": bas, namn: "400,5", "varfor": "Ny satsning"})
    html = svar.content.decode()
    assert svar.status_code == 409
    for text in ("Delen är inlämnad", "Kulturnämnden har lämnat in", "400,5", "Ny satsning"):
        assert text in html
    assert konc.post(adress, {"bas": konc_bas, namn: "400,5"}).status_code == 409
    svar = klient.get(adress)
    assert svar.status_code == 403 and "har lämnat in sin del" in svar.content.decode()
    assert "ligger fast" in svar.content.decode() and "administrerar användare" not in svar.content.decode()
    assert "Ändra belopp" not in klient.get(f"{ARB}/askanden/").content.decode()
    html = konc.get(adress).content.decode()
    assert f'name="{namn}"' not in html and "357,4" in html and html.count(">Inlämnad</span>") == 2
    andring = Cellandring(
        Cellnyckel(b.enhet_id, b.post_id, 2024), b.rev, b.belopp, tolka_belopp("1", skala=MNKR)
    )
    with pytest.raises(DelenArInlamnad, match="Kulturnämnden har lämnat in"):
        spara_belopp(version=oppnad, andringar=[andring], by=anvandare("koncerncontroller"))
    b.refresh_from_db()
    assert b.rev == 1
    pn = Belopp.objects.get(version=oppnad, enhet__kod="PN", ar=2024)
    svar = konc.post(adress, {"bas": konc_bas, f"c.{pn.enhet_id}.{pn.post_id}.2024": "19,0"})
    assert svar.status_code == 302
    pn.refresh_from_db()
    assert pn.belopp == 19_000_000


def test_tva_controllers_lamnar_in_samtidigt_och_den_andra_far_se_laget(som, delen):
    ena, andra = som("controller-kn"), som("koncerncontroller")
    falt = [_dolda(k.get(f"{KN}lamna-in/").content.decode()) for k in (ena, andra)]
    assert ena.post(f"{KN}lamna-in/", falt[0]).status_code == 302
    svar = andra.post(f"{KN}lamna-in/", falt[1])
    assert svar.status_code == 409 and "hann före" in svar.content.decode()
    sedd = delen().rev
    assert andra.post(f"{KN}steg/", {"steg": "granska", "rev": sedd}).status_code == 302
    svar = andra.post(f"{KN}aterlamna/", {"rev": sedd, "kommentar": "Jag ville mer"})
    html = svar.content.decode()
    assert svar.status_code == 409 and "Jag ville mer" in html and "«granskad»" in html
    assert andra.post(f"{KN}aterlamna/", _dolda(html) | {"kommentar": "Jag ville mer"}).status_code == 302


def test_aterlamningen_kraver_ord_som_blir_en_kommentar_och_kan_ge_ny_dag(som, ga_till, delen):
    ga_till("granskad")
    klient = som("koncerncontroller")
    svar = klient.post(f"{KN}aterlamna/", {"rev": delen().rev, "kommentar": "", "sista_dag": "2099-02-03"})
    assert svar.status_code == 422 and "Skriv vad nämnden ska komplettera" in svar.content.decode()
    assert "2099-02-03" in svar.content.decode()
    svar = klient.post(
        f"{KN}aterlamna/",
        {"rev": delen().rev, "kommentar": "Planåret 2026 saknar uppräkning", "sista_dag": "2099-02-03"},
        follow=True,
    )
    assert "Planåret 2026 saknar uppräkning" in svar.content.decode()
    d = delen()
    assert (d.status, d.sista_dag.isoformat()) == ("ater", "2099-02-03")
    html = som("controller-kn").get(KN).content.decode()
    assert "Åter för komplettering" in html and "Planåret 2026 saknar uppräkning" in html
    assert "3 februari 2099" in html


def test_notiser_gar_till_den_andra_sidan_och_raknas_i_klockan(som, ga_till, anvandare):
    kc, kn = anvandare("koncerncontroller"), anvandare("controller-kn")
    ga_till("ater")
    assert [n.text for n in Notis.objects.filter(mottagare=kc)] == [
        "Kulturnämnden har lämnat in sin del av Budget 2024, arbetsversion."
    ]
    texter = [n.text for n in Notis.objects.filter(mottagare=kn).order_by("pk")]
    assert (
        len(texter) == 2
        and texter[1] == "Kulturnämnden ska komplettera sin del av Budget 2024, arbetsversion."
    )
    assert not Notis.objects.filter(mottagare=anvandare("politiker")).exists()
    klient = som("controller-kn")
    assert 'aria-label="Notiser, 2 olästa"' in klient.get("/").content.decode()
    forsta = Notis.objects.filter(mottagare=kn).order_by("pk").first()
    assert som("revisor").post(f"/notiser/{forsta.pk}/").status_code == 404
    assert klient.post(f"/notiser/{forsta.pk}/").url == KN
    html = klient.get("/notiser/").content.decode()
    assert 'aria-label="Notiser, 1 oläst"' in html and "ska komplettera" in html
    assert "1 notis är läst" in klient.post("/notiser/sedda/", follow=True).content.decode()
    assert 'aria-label="Notiser, inga olästa"' in klient.get("/").content.decode()


def test_klockan_kostar_en_fraga_hur_manga_notiser_det_an_ar(som, anvandare):
    klient = som("controller-kn")
    klient.get("/notiser/")

    def fragor(adress):
        with CaptureQueriesContext(connection) as fangst:
            assert klient.get(adress).status_code == 200
        return [f["sql"] for f in fangst]

    fore = {a: fragor(a) for a in ("/tillganglighet/", "/notiser/")}
    assert sum("organisation_notis" in sql for sql in fore["/tillganglighet/"]) == 1
    Notis.objects.bulk_create(
        Notis(mottagare=anvandare("controller-kn"), text=f"Nr {i}", url="/") for i in range(500)
    )
    for adress, sql in fore.items():
        assert len(fragor(adress)) == len(sql)
    assert "500 olästa" in klient.get("/tillganglighet/").content.decode()


def test_listan_ordnas_filtreras_och_sager_vem_som_ar_sen(som, oppnad, ga_till):
    ga_till("inlamnad")
    Budgetdel.objects.filter(namnd__kod="PN").update(sista_dag=timezone.localdate() - timedelta(2))
    klient = som("koncerncontroller")

    def namnder(fraga):
        html = klient.get(DELAR + fraga).content.decode()
        return re.findall(r'<a href="[^"]*/delar/(\w+)/">', html)

    alla = namnder("")
    assert len(alla) == 20 and alla[0] == "KN"
    assert namnder("?ordna=-namnd") == alla[::-1]
    assert namnder("?ordna=sista-dag")[0] == "PN"
    assert namnder("?status=inlamnad") == ["KN"]
    assert namnder("?sena=1") == ["PN"]
    assert namnder("?status=klar") == []
    html = klient.get(f"{DELAR}?ordna=-sista-dag").content.decode()
    assert 'aria-sort="descending"' in html and "2 dagar sen" in html
    assert "20 delar: 19 öppna, 1 inlämnad. 1 är sen." in html
    assert klient.get(f"{DELAR}?ordna=hemligt").status_code == 404
    assert "Granska Kulturnämnden" in html


def test_nasta_del_leder_vidare_bland_dem_som_vantar(som, oppnad, ga_till, anvandare):
    ga_till("inlamnad")
    kc = anvandare("koncerncontroller")
    for kod in ("PN", "SN"):
        d = Budgetdel.objects.get(version=oppnad, namnd__kod=kod)
        aktion.lamna_in(budgetdel=d, by=kc, avtryck=_avtryck(d))
    klient = som("koncerncontroller")

    def nasta(kod):
        return re.search(
            r'/delar/(\w+)/"\s+aria-label="Nästa', klient.get(f"{DELAR}{kod}/").content.decode()
        )[1]

    assert [nasta("KN"), nasta("PN"), nasta("SN")] == ["PN", "SN", "KN"]
    assert "Nästa att granska" not in som("controller-kn").get(KN).content.decode()


def test_den_som_har_en_enhet_ser_sin_del_men_lamnar_inte_in_hela_namndens(som, delen, anvandare):
    jag = Anvandare.objects.create(username="en-enhet", first_name="Ett", last_name="Steg", is_active=True)
    Rolltilldelning.objects.create(anvandare=jag, roll="controller", enhet=Enhet.objects.get(kod="NORV_MS"))
    html = som("en-enhet").get(f"{DELAR}NORV/").content.decode()
    assert "Medicinsk service" in html and "Lämna in" not in html
    assert som("en-enhet").get(f"{DELAR}NORV/lamna-in/").status_code == 403
    assert som("controller").get(f"{DELAR}NORV/lamna-in/").status_code == 200


def test_kommentar_pa_en_cell_syns_i_panelen_i_tabellen_och_pa_delen(som, delen, anvandare):
    """Read and answered by the nämnd and the reviewers, read by the revisor, seen by nobody else."""
    adress = f"{ARB}/kommentera/regionbidrag/regionbidrag/KN/2024/"
    cell = f"{ARB}/varifran/regionbidrag/regionbidrag/enhet-KN/2024/"
    konc, kn = som("koncerncontroller"), som("controller-kn")
    svar = konc.post(adress, {"text": "  "})
    assert svar.status_code == 422 and "Skriv något i kommentaren" in svar.content.decode()
    svar = konc.post(adress, {"text": "x" * 2001}, headers={"X-Fragment": "1"})
    assert svar.status_code == 422 and "x" * 2001 in svar.content.decode()
    svar = konc.post(adress, {"text": "Varför +10,6?"}, follow=True)
    assert svar.redirect_chain[0][0] == cell and "Varför +10,6?" in svar.content.decode()
    k = Kommentar.objects.get()
    assert Notis.objects.filter(mottagare=anvandare("controller-kn"), url=cell).exists()
    for klient in (kn, som("revisor")):
        assert "Varför +10,6?" in klient.get(cell, headers={"X-Fragment": "1"}).content.decode()
        html = klient.get(f"{ARB}/regionbidrag/").content.decode()
        assert html.count("1 kommentar</span>") == 1 and html.count('<td class="n komm">') == 1
    assert "Kulturnämnden, 2024, 1 kommentar" in konc.get(f"{ARB}/regionbidrag/inmatning/").content.decode()
    assert "Kulturnämnden, 2024" not in kn.get(f"{ARB}/regionbidrag/inmatning/").content.decode()
    assert "Varför +10,6?" in kn.get(KN).content.decode()
    assert "Varför" not in som("controller").get(f"{ARB}/regionbidrag/").content.decode()
    assert som("controller").get(cell).status_code == 403
    egen = f"{ARB}/kommentarer/{k.pk}/"
    assert som("controller").post(egen, {"vad": "svara", "text": "Hej"}).status_code == 403
    assert som("revisor").post(egen, {"vad": "los"}).status_code == 403
    # Answered from the part's page, and back there.
    assert kn.post(egen, {"vad": "svara", "text": "Kulturskolan", "tillbaka": KN}).url == KN
    assert kn.post(egen, {"vad": "los", "tillbaka": "//annan.plats/"}).url == cell
    k.refresh_from_db()
    assert k.lost_av == anvandare("controller-kn") and k.svar.get().text == "Kulturskolan"
    html = konc.get(cell).content.decode()
    assert "Löst av Amina Yusuf" in html and "Kulturskolan" in html
    assert "kommentar</span>" not in konc.get(f"{ARB}/regionbidrag/").content.decode()
    konc.post(egen, {"vad": "oppna"})
    k.refresh_from_db()
    assert k.oppen
    assert konc.post(egen, {"vad": "x"}).status_code == 400


def test_ingen_andrar_nagon_annans_kommentar_men_den_egna_tas_tillbaka(som, delen, anvandare):
    k = kommentera_del(budgetdel=delen(), text="Fel nämnd, förlåt", by=anvandare("koncerncontroller"))
    adress = f"{ARB}/kommentarer/{k.pk}/"
    svar = som("controller-kn").post(adress, {"vad": "ta_tillbaka"})
    assert svar.status_code == 422 and "Bara den som har skrivit" in svar.content.decode()
    assert som("koncerncontroller").post(adress, {"vad": "ta_tillbaka"}).status_code == 302
    assert "Fel nämnd" not in som("controller-kn").get(KN).content.decode()
    assert [h.text for h in k.events.all()] == ["Fel nämnd, förlåt"] * 2
    svar = som("controller-kn").post(f"{KN}kommentera/", {"text": " "})
    assert svar.status_code == 422 and "Skriv något" in svar.content.decode()


def test_last_version_tar_inga_steg_och_inga_kommentarer(som, ga_till, oppnad, anvandare):
    d = ga_till("inlamnad")
    kommentera_del(budgetdel=d, text="Innan låset", by=anvandare("koncerncontroller"))
    las_version(version=oppnad, by=anvandare("koncerncontroller"))
    for namn, steg in (("koncerncontroller", Steg.GRANSKA), ("controller-kn", Steg.TA_TILLBAKA)):
        svar = _skicka(som(namn), d, steg)
        assert svar.status_code == 403 and "låst" in svar.content.decode()
    assert som("koncerncontroller").post(f"{KN}kommentera/", {"text": "Efter"}).status_code == 403
    html = som("revisor").get(KN).content.decode()
    assert "Innan låset" in html and "Inlämnad" in html
    # Whoever may read the locked figures of another nämnd still does not read what was said about them.
    assert som("controller").get(KN).status_code == 403
    assert som("politiker").get(DELAR).status_code == 403
    kommentar_cell = "/budget/2024/B2024-ARB/varifran/regionbidrag/regionbidrag/enhet-KN/2024/"
    assert "Kommentarer" not in som("politiker").get(kommentar_cell).content.decode()


def test_kopian_har_inga_delar_och_skrivs_fritt(ga_till, oppnad, anvandare):
    ga_till("klar")
    ny = kopiera_version(kalla=oppnad, kod="NY", namn="Ny", by=anvandare("koncerncontroller"))
    assert not ny.delar.exists() and not ny.kommentarer.exists()
    skriv(ny, "askanden", "drift", "KN", 2024, "1", anvandare("koncerncontroller"))


def test_ny_sista_dag(som, delen, ga_till):
    klient = som("koncerncontroller")
    adress = f"{KN}sista-dag/"
    assert som("controller-kn").post(adress, {"sista_dag": "2099-01-01", "rev": 1}).status_code == 403
    svar = klient.post(adress, {"sista_dag": "2000-01-01", "rev": delen().rev})
    assert svar.status_code == 422 and "har redan varit" in svar.content.decode()
    assert klient.post(adress, {"sista_dag": "2099-01-01", "rev": 99}).status_code == 409
    assert klient.post(adress, {"sista_dag": "2099-01-01", "rev": delen().rev}).status_code == 302
    assert delen().sista_dag.year == 2099
    assert "Ny sista dag" in klient.get(KN).content.decode()


def test_startsidan_sager_vad_som_vantar(som, oppnad, ga_till):
    html = som("controller-kn").get("/").content.decode()
    assert "Kulturnämnden, Budget 2024, arbetsversion" in html and "30 dagar kvar" in html
    ga_till("inlamnad")
    html = som("controller-kn").get("/").content.decode()
    assert "Inget väntar på dig just nu" in html
    html = som("koncerncontroller").get("/").content.decode()
    assert "1 att granska" in html and "19 har inte lämnat in" in html
    assert "Nämndernas delar" not in som("politiker").get("/").content.decode()


def test_fragorna_vaxer_inte_med_delar_kommentarer_eller_notiser(som, oppnad, ga_till, anvandare, version):
    ga_till("inlamnad")
    kc = anvandare("koncerncontroller")
    b = Belopp.objects.get(version=oppnad, enhet__kod="KN", ar=2024)
    cell = Cellnyckel(b.enhet_id, b.post_id, 2024)
    kommentera_cell(version=oppnad, cell=cell, text="Första", by=kc)
    klient = som("koncerncontroller")
    sidor = (
        "/", DELAR, KN, API, f"{API}KN/", "/notiser/", f"{ARB}/regionbidrag/", f"{ARB}/regionbidrag/inmatning/",
        f"{ARB}/askanden/", f"{ARB}/askanden/rad/KN/drift/", f"{ARB}/askanden/inmatning/",
        f"{ARB}/varifran/regionbidrag/regionbidrag/enhet-KN/2024/",
    )  # fmt: skip

    def antal():
        svar = {}
        for sida in sidor:
            with CaptureQueriesContext(connection) as fangst:
                assert klient.get(sida).status_code == 200
            svar[sida] = len(fangst)
        return svar

    antal()  # the first page of a session also writes its time
    fore = antal()
    mall = Placering.objects.get(enhet__kod="PN")
    for i in range(200):
        namnd = Namnd.objects.create(
            kod=f"N{i}", namn=f"Nämnd {i}", typ="namnd", ordning=100 + i, giltig_fran="2022-01-01"
        )
        enhet = Enhet.objects.create(kod=f"N{i}", namn=f"Enhet {i}", typ="forvaltning")
        Placering.objects.create(
            enhet=enhet, namnd=namnd, sektor=mall.sektor, ordning=i, giltig_fran="2022-01-01"
        )
    assert aktion.oppna_for_inmatning(version=oppnad, sista_dag=timezone.localdate(), by=kc) == 200
    for i in range(20):
        kommentera_cell(version=oppnad, cell=cell, text=f"Nr {i}", by=kc)
    Notis.objects.bulk_create(Notis(mottagare=kc, text="x", url="/") for _ in range(300))
    assert antal() == fore
    assert fore[DELAR] <= 25
