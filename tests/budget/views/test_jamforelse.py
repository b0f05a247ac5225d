"""Comparing two versions: what differs, for whom, and at what cost."""

import re
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budget.actions.justering import Uppgifter, spara_justering
from budget.models import Belopp, Justering
from budget.tabeller.delar import AVRUNDAT
from organisation.models import Enhet, Enhetstyp
from regionskane.historik import andring
from regionskane.lib.belopp import MNKR, TolkatBelopp, formatera
from tests.budget.belopp import egna_nivaer, skriv


@pytest.fixture(autouse=True)
def nivaer_av_egna_belopp(version):
    """The bridge counts the levels of a copy; here their cells are to have amounts."""
    egna_nivaer(version("B2024-ARB"))


ARB = "/budget/2024/B2024-ARB"
ADRESS = f"{ARB}/jamfor/"


def _andra(klient, tabell, **val):
    """Save new amounts by the entry form."""
    adress = f"{ARB}/{tabell}/inmatning/"
    html = klient.get(adress).content.decode()
    falt = {n: unescape(v) for n, v in re.findall(r'name="([ck]\.[\d.]+|bas)" value="([^"]*)"', html)}
    for b in Belopp.objects.filter(version__kod="B2024-ARB", ar=2024, **val.pop("var")):
        falt[f"c.{b.enhet_id}.{b.post_id}.2024"] = val["text"]
    assert klient.post(adress, falt).status_code == 302


def test_kopia_har_samma_belopp_och_justeringar(som):
    html = som("koncerncontroller").get(ADRESS).content.decode()
    assert "Versionerna har samma belopp." in html and "Justeringar av regionbidrag är också desamma." in html


def _rader(html, tabell="justeringar"):
    """The rows of a table as text: heading and cells."""
    tabell = re.search(rf'<table id="{tabell}".*?</table>', html, re.S)[0]
    rader = re.findall(r"<tr.*?</tr>", tabell, re.S)
    text = [
        [re.sub(r"<[^>]+>|\s+", " ", c).strip() for c in re.findall(r"<t[hd].*?</t[hd]>", r, re.S)]
        for r in rader
    ]
    return {rad[0]: [unescape(c).replace("\u00a0", " ") for c in rad[1:]] for rad in text[1:]}


def _spara(anvandare, version, justering, *, besluta=True, **belopp):
    enheter = {k: Enhet.objects.get(kod=k).pk for k in belopp}
    return spara_justering(
        version=version,
        uppgifter=Uppgifter(justering.ar, justering.block, justering.titel, justering.prisniva, ""),
        rader={enheter[k]: TolkatBelopp(Decimal(v), Decimal(100_000)) for k, v in belopp.items()},
        by=anvandare,
        besluta=besluta,
        justering=justering if justering.pk else None,
        sedd_rev=justering.rev,
    )


def test_justeringar_jamfors_rad_for_rad_med_vem(som, version, anvandare):
    arb, erik = version("B2024-ARB"), anvandare("koncerncontroller")
    # One that both have: KN gets something else. One that only the working version has. One that it no longer has.
    andrad, borta = _med_tva_rader(arb)[:2]
    fore = {r.enhet.kod: r.belopp for r in andrad.rader.select_related("enhet")}
    kod, summa = next((k, v) for k, v in fore.items() if k != "FINANS")
    _spara(erik, arb, andrad, **{kod: summa + 2_500_000, "FINANS": fore["FINANS"] - 2_500_000})
    _spara(erik, arb, Justering(ar=2024, block="riktad", titel="Kulturskolan", prisniva=2024), KN=1_500_000,
           FINANS=-1_500_000)  # fmt: skip
    borta_rader = [r.enhet.namn for r in borta.rader.select_related("enhet")]
    with andring(by=erik, varfor="Prov"):
        borta.delete()
    rader = _rader(som("koncerncontroller").get(ADRESS).content.decode())

    enhet = Enhet.objects.get(kod=kod).namn
    namn = f"{andrad.titel}: {enhet}"
    assert rader[namn] == [_mnkr(summa + 2_500_000), _mnkr(summa), "+2,5", "Erik Sandahl", "–"]
    kultur = Enhet.objects.get(kod="KN").namn
    assert rader[f"Kulturskolan: {kultur}"] == ["1,5", "–", "+1,5", "Erik Sandahl", "–"]
    for enhet in borta_rader:
        forsta, andra, _, av, _ = rader[f"{borta.titel}: {enhet}"]
        assert forsta == "–" and andra != "–" and av == "Erik Sandahl"
    assert len(rader) > 6 and "Riktade satsningar 2024" in rader


def _med_tva_rader(version):
    return [j for j in version.justeringar.filter(ar=2024) if j.rader.count() == 2]


def _mnkr(kr):
    return formatera(kr, skala=MNKR, decimaler=1)


def test_utkast_skiljer_och_raknas_inte_i_summan(som, version, anvandare):
    arb, erik = version("B2024-ARB"), anvandare("koncerncontroller")
    j = _med_tva_rader(arb)[0]
    rader = {r.enhet.kod: r.belopp for r in j.rader.select_related("enhet")}
    _spara(erik, arb, j, besluta=False, **rader)
    tabell = _rader(som("koncerncontroller").get(ADRESS).content.decode())
    for kod, belopp in rader.items():
        namn = Enhet.objects.get(kod=kod).namn
        rad = tabell[f"{j.titel}: {namn} (utkast i Budget 2024, arbetsversion)"]
        assert rad == [_mnkr(belopp), _mnkr(belopp), "0,0", "Erik Sandahl", "–"]
        # The sum loses what is no longer decided.
        summa = tabell[f"{namn} 2024"]
        assert summa[2] == formatera(-belopp, skala=MNKR, decimaler=1, tecken=True)


def test_controller_ser_bara_egna_enheters_justeringar(som, version, anvandare):
    ny = Justering(ar=2024, block="riktad", titel="Kulturskolan", prisniva=2024)
    _spara(anvandare("koncerncontroller"), version("B2024-ARB"), ny, KN=1_500_000, FINANS=-1_500_000)
    assert "Kulturskolan" in som("controller-kn").get(ADRESS).content.decode()
    assert "Finansförvaltningen" not in som("controller-kn").get(ADRESS).content.decode()
    assert "Kulturskolan" not in som("controller").get(ADRESS).content.decode()


def test_borttaget_belopp_sager_vem_som_tog_bort_det(som):
    klient = som("koncerncontroller")
    _andra(klient, "resultatbudget", var={"post__kod": "finansnetto"}, text="")
    rader = _rader(klient.get(ADRESS).content.decode(), "resultatbudget")
    assert rader["Finansnetto 2024"] == ["–", "−88", "–", "Erik Sandahl", "–"]


def test_andrad_cell_visar_bada_beloppen_skillnaden_och_namnet(som):
    klient = som("koncerncontroller")
    _andra(klient, "resultatbudget", var={"post__kod": "kostnader"}, text="-62 824")
    html = klient.get(ADRESS).content.decode()
    for text in ("−62\u00a0824", "−62\u00a0834", "+10", "Erik Sandahl"):
        assert text in html
    # The sums that move, each as the tables have it, and not those that do not.
    assert "Årets resultat 2024" in html and "−4\u00a0407" in html
    assert "Årets resultat 2025" not in html


def test_tabeller_dar_bara_det_hamtade_andras_ar_med(som, version, anvandare):
    """All years at once has what a year of it has: kassaflöde, balansbudget and balanskrav fetch årets resultat, 5A the
    sum of the objects, and a nyckeltal is of the costs, where nobody has written anything."""
    klient, erik = som("koncerncontroller"), anvandare("koncerncontroller")
    arb = version("B2024-ARB")
    _andra(klient, "resultatbudget", var={"post__kod": "kostnader"}, text="-62 844")
    objekt = Belopp.objects.filter(
        version=arb, post__uppstallning__kod="investeringsobjekt", ar=2024
    ).exclude(post__kod__regex="_(prognos|plan)$")[0]
    skriv(arb, "investeringsobjekt", objekt.post.kod, objekt.enhet.kod, 2024, objekt.belopp / MNKR + 20, erik)

    def rader(fraga):
        tabeller = klient.get(f"/api/v1/budget/2024/B2024-ARB/jamfor/?mot=B2024{fraga}").json()["tabeller"]
        return {t["nyckel"]: {r["rubrik"]: r["celler"] for r in t["rader"] if r["celler"]} for t in tabeller}

    alla, aret = rader(""), rader("&ar=2024&mot_ar=2024")
    andrade = {
        (tabell, f"{rad} 2024"): celler["forandring"]["visat"]
        for tabell, egna in aret.items()
        for rad, celler in egna.items()
        if celler["forandring"]["visat"].strip("0,%") and celler["forandring"]["varde"]
    }
    assert {t for t, _ in andrade} == {
        "resultatbudget", "kassaflode", "balansbudget", "balanskrav", "investeringar", "forutsattningar"
    }  # fmt: skip
    assert {nyckel: alla[nyckel[0]][nyckel[1]]["skillnad"]["visat"] for nyckel in andrade} == andrade
    # Who sees no table of the whole region sees none of them here either.
    egna = som("controller-kn").get(ADRESS).content.decode()
    assert "Kassaflöde" not in re.sub(r"(?s)<nav.*?</nav>", "", egna)


def test_tal_som_inte_gar_ihop_som_de_visas_far_en_not(som, version, anvandare):
    """4,5 is shown as 5, and what is counted is 4,5."""
    klient, arb, jag = som("koncerncontroller"), version("B2024-ARB"), anvandare("koncerncontroller")
    sidor = (ADRESS, f"{ARB}/resultatbudget/", f"{ARB}/investeringsobjekt/")
    intakter = Belopp.objects.get(version=arb, post__kod="intakter", ar=2024)
    objekt = Belopp.objects.filter(
        version=arb, enhet__typ=Enhetstyp.OBJEKT, post__kod="bygg_sjukvard", ar=2024
    ).first()

    def spara(*belopp):
        for b, mnkr in belopp:
            kod, uppstallning = b.post.kod, b.post.uppstallning.kod
            skriv(arb, uppstallning, kod, b.enhet.kod, 2024, b.belopp / MNKR + Decimal(mnkr), jag)

    def med_not():
        return [AVRUNDAT in klient.get(adress).content.decode() for adress in sidor]

    assert med_not() == [False, False, False]
    spara((intakter, "2"), (objekt, "2"))
    assert med_not() == [False, False, False]
    spara((intakter, "2.5"), (objekt, "2.5"))
    assert med_not() == [True, True, True]


def test_versioner_utan_gemensamma_ar_jamfors_ar_mot_ar(som):
    html = som("koncerncontroller").get("/budget/2024/B2024/jamfor/?mot=B2023").content.decode()
    assert "har inga år gemensamma" not in html and "<table" in html
    # Both as they were decided.
    assert "−4\u00a0417" in html and "−839" in html


def test_controller_ser_inte_andras_skillnader(som):
    _andra(som("koncerncontroller"), "regionbidrag", var={"enhet__kod": "KN"}, text="1")
    assert "Kulturn" in som("koncerncontroller").get(ADRESS).content.decode()
    html = som("controller").get(ADRESS).content.decode()
    assert "Kulturn" not in html and "Versionerna har samma belopp." in html


def test_okand_version_finns_inte_och_olasbar_nekas(som, version):
    assert som("koncerncontroller").get(ADRESS + "?mot=X").status_code == 404
    assert som("politiker").get("/budget/2024/B2024/jamfor/?mot=B2024-ARB").status_code == 403


def test_fragor_vaxer_inte_med_skillnaderna(som, version, anvandare):
    klient, erik = som("koncerncontroller"), anvandare("koncerncontroller")

    def skriv(titel, **belopp):
        ny = Justering(ar=2024, block="riktad", titel=titel, prisniva=2024)
        _spara(erik, version("B2024-ARB"), ny, besluta=False, **belopp)

    def antal():
        klient.get(ADRESS)
        with CaptureQueriesContext(connection) as fangst:
            assert klient.get(ADRESS).status_code == 200
        return len(fangst)

    _andra(klient, "regionbidrag", var={"enhet__kod": "KN"}, text="1")
    skriv("A", KN=1)
    fore = antal()
    skriv("B", KN=1, KTN=2, FINANS=3)
    _andra(klient, "regionbidrag", var={"post__kod": "regionbidrag"}, text="2")
    assert antal() == fore
