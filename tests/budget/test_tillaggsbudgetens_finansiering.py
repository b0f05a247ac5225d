"""A tilläggsbudget says what it changes and how that is paid for (KL 11:15): the same words and figures on its pages,
in the workbook, in the handling and in the API, also on top of another tilläggsbudget."""

import io
import re
from datetime import date
from html import unescape

import openpyxl
import pytest
from django.template.loader import render_to_string

from budget.actions.ram import lat_kostnaderna_folja
from budget.actions.versioner import (
    Beslut,
    bered_version,
    faststall_version,
    finansieringsbrist,
    skapa_tillaggsbudget,
    spara_finansiering,
    starta_nasta_ar,
)
from budget.models import Belopp
from budget.selectors.kontroll import hamta_alla_avvikelser
from budget.selectors.ram import hamta_ramrorelser
from budget.selectors.summor import ALLA_ENHETER
from budget.tabeller.handling import bygg_handling
from budget.tabeller.tillagg import las_andringar, las_finansiering
from organisation.permissions import Enhetsurval
from regionskane.lib import xlsx
from regionskane.lib.belopp import MNKR
from regionskane.lib.visning import visa_handling
from tests.budget.belopp import justera, skriv


@pytest.fixture
def erik(anvandare):
    return anvandare("koncerncontroller")


@pytest.fixture
def tillagg(version, erik):
    return skapa_tillaggsbudget(grund=version("B2024"), kod="T1", namn="Tilläggsbudget 1", by=erik)


def _andra(version, post, ar, mnkr, by):
    nu = Belopp.objects.get(version=version, post__uppstallning__kod="resultatbudget", post__kod=post, ar=ar)
    skriv(version, "resultatbudget", post, "REGION", ar, nu.belopp / MNKR + mnkr, by)


def _finansiera(tillagg, satt, by, text="Enligt regionstyrelsens förslag"):
    spara_finansiering(version=tillagg, finansiering=satt, text=text, by=by)


def _besluta(tillagg, by):
    bered_version(version=tillagg, beslut=Beslut("Regionstyrelsen", date(2024, 5, 1), "§ 1"), by=by)
    faststall_version(version=tillagg, beslut=Beslut("Regionfullmäktige", date(2024, 6, 1), "§ 2"), by=by)


def _text(tillagg) -> str:
    return las_finansiering(tillagg).ingress.replace("\u00a0", " ")


def _platt(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").split())


def test_av_arets_resultat(tillagg, erik):
    for ar in (2024, 2025):
        _andra(tillagg, "kostnader", ar, -25, erik)
    justera(tillagg, 2024, erik, KN="10", KTN="15")
    _finansiera(tillagg, "resultat", erik)
    forsta, *ovriga = _text(tillagg).split("\n\n")
    assert forsta == (
        "Utökning 25,0 mnkr, finansieras genom årets resultat; årets resultat 2024 går från −4 417 till −4 442 mnkr "
        "(−25,0 mnkr)."
    )
    assert ovriga == [
        "Nämndernas regionbidrag ökar med 25,0 mnkr: Kollektivtrafiknämnden +15,0 och Kulturnämnden +10,0. "
        "Kostnaderna i resultatbudgeten ökar med 25,0 mnkr.",
        # 652 was decided, and its parts gave 653.
        "Planåren: årets resultat 2025 går från 652 till 628 mnkr (−25,0 mnkr; delarna i Budget 2024 gav 653 mnkr).",
        "Beslutets egna ord: Enligt regionstyrelsens förslag",
    ]


def test_av_okade_intakter(tillagg, erik):
    _andra(tillagg, "kostnader", 2024, -25, erik)
    _andra(tillagg, "intakter", 2024, 25, erik)
    _finansiera(tillagg, "intakter", erik)
    assert _text(tillagg).startswith(
        "Utökning 25,0 mnkr, finansieras genom ökade intäkter (+25,0 mnkr); årets resultat 2024 ändras inte "
        "(−4 417 mnkr)."
    )


def _rammeningar(tillagg, som) -> list[str]:
    """What 4A, the page that registers beredning and Kontroll say of costs that have not followed, the same in all."""
    klient, rot = som("koncerncontroller"), f"/budget/{tillagg.ar}/{tillagg.kod}"
    pa_4a = klient.get(f"{rot}/regionbidrag/").context["ramrorelser"]
    bered = _platt(klient.get(f"{rot}/bered/").content.decode())
    assert all(r["text"].replace("\u00a0", " ") in bered for r in pa_4a)
    assert ("nettokostnaderna är" in bered) == bool(pa_4a)
    avvikelser = [a for a in hamta_alla_avvikelser([tillagg]) if a.kod == "RAM"]
    assert [a.skillnad.differens for a in avvikelser] == [r.fattas for r in hamta_ramrorelser([tillagg])]
    assert len(avvikelser) == len(pa_4a)
    return [f"{r['text']} [{r['knapp']}]".replace("\u00a0", " ") for r in pa_4a]


def test_intakter_som_betalar_regionbidragen_ar_inget_som_kostnaderna_ska_folja(tillagg, erik, som):
    """They are in nettokostnaderna, which then stand still: to add the costs once more would make the result worse."""
    for ar in (2024, 2025, 2026):
        _andra(tillagg, "kostnader", ar, -25, erik)
        _andra(tillagg, "intakter", ar, 25, erik)
    justera(tillagg, 2024, erik, KTN="25")
    mening = (
        "Regionbidragen {} är 25,0 mnkr högre än i Budget 2024; nettokostnaderna är oförändrade. Betalar ökade "
        "intäkter skillnaden, ange det under Finansiering. [Lägg till 25,0 mnkr i Verksamhetens kostnader {}]"
    )
    assert _rammeningar(tillagg, som) == [mening.format(ar, ar) for ar in (2024, 2025, 2026)]
    _finansiera(tillagg, "intakter", erik)
    assert finansieringsbrist(tillagg) == ""
    assert _rammeningar(tillagg, som) == []


def test_det_som_intakterna_inte_racker_till_ska_kostnaderna_folja(tillagg, erik, som):
    """Nobody has written the costs of one part, and the button gives what is lacking and no more."""
    _andra(tillagg, "kostnader", 2024, -5, erik)
    _andra(tillagg, "intakter", 2024, 20, erik)
    justera(tillagg, 2024, erik, KTN="25")
    _finansiera(tillagg, "intakter", erik)
    forsta, *_ = _rammeningar(tillagg, som)
    assert forsta == (
        "Regionbidragen 2024 är 25,0 mnkr högre än i Budget 2024, och ökade intäkter ger 20,0 mnkr; nettokostnaderna "
        "är 15,0 mnkr lägre. [Lägg till 20,0 mnkr i Verksamhetens kostnader 2024]"
    )
    kontroll = _platt(som("koncerncontroller").get("/budget/2024/T1/kontroll/").content.decode())
    assert "ändring mot Budget 2024, utom det som ökade intäkter betalar" in kontroll
    lat_kostnaderna_folja(version=tillagg, ar=2024, by=erik)
    assert 2024 not in {r.ar for r in hamta_ramrorelser([tillagg])}
    # More costs than the intäkter pay for are held against regionbidragen as before.
    _andra(tillagg, "kostnader", 2024, -30, erik)
    forsta, *_ = _rammeningar(tillagg, som)
    assert forsta.startswith(
        "Regionbidragen 2024 är 25,0 mnkr högre än i Budget 2024; nettokostnaderna är 35,0 mnkr"
    )


def test_av_omfordelning(tillagg, erik):
    justera(tillagg, 2024, erik, KN="10", KTN="-10")
    _finansiera(tillagg, "omfordelning", erik)
    assert _text(tillagg).startswith(
        "Utökning 10,0 mnkr, finansieras genom omfördelning (Kollektivtrafiknämnden −10,0); årets resultat 2024 ändras "
        "inte (−4 417 mnkr).\n\n"
        "Regionbidrag omfördelas mellan nämnderna: Kulturnämnden +10,0 och Kollektivtrafiknämnden −10,0."
    )


def test_utan_finansiering_sags_paragrafen(tillagg, erik):
    _andra(tillagg, "kostnader", 2024, -25, erik)
    text = _text(tillagg)
    assert text.startswith(
        "Utökning 25,0 mnkr, utan angiven finansiering; årets resultat 2024 går från −4 417"
    )
    assert "Beslutet ska säga hur det finansieras (kommunallagen 11 kap. 15 §)." in text
    # One that the figures do not bear is not financed either.
    _finansiera(tillagg, "intakter", erik)
    text = _text(tillagg)
    assert "inte finansierad: beslutet anger ökade intäkter, men siffrorna bär det inte" in text
    assert "Intäkterna i resultatbudgeten ökar inte." in text and "(kommunallagen 11 kap. 15 §)" in text


def test_en_orord_sager_att_ingenting_skiljer(tillagg, som):
    assert _text(tillagg) == "Ännu skiljer sig ingenting från Budget 2024. Ändra det som beslutet gäller."
    assert [t.nyckel for t in las_andringar(tillagg, ALLA_ENHETER)] == ["finansiering"]
    for sida in ("resultatbudget", "finansiering", "jamfor"):
        html = som("koncerncontroller").get(f"/budget/2024/T1/{sida}/").content.decode()
        assert "Ännu skiljer sig ingenting från Budget 2024." in html, sida


def _overallt(klient, tillagg) -> dict[str, str]:
    """What each view shows of the tilläggsbudget, as running text."""
    rot = f"/budget/{tillagg.ar}/{tillagg.kod}/"
    visas = {
        sida: _platt(klient.get(f"{rot}{sida}/").content.decode())
        for sida in ("resultatbudget", "finansiering", "jamfor")
    }
    handling = bygg_handling(tillagg, ALLA_ENHETER)
    html = render_to_string("rapporter/handling.html", {"handling": visa_handling(handling)})
    visas["pdf"] = _platt(html)
    for namn, innehall in (
        ("arbetsbok", xlsx.skriv_handling(handling)),
        ("tabellens arbetsbok", klient.get(f"{rot}resultatbudget/excel/").content),
        ("jämförelsens arbetsbok", klient.get(f"{rot}jamfor/excel/").content),
    ):
        bok = openpyxl.load_workbook(io.BytesIO(innehall), data_only=True)
        visas[namn] = " ".join(
            str(c.value) for b in bok for rad in b.iter_rows() for c in rad if c.value is not None
        )
    visas["api"] = str(klient.get(f"/api/v1/budget/2024/{tillagg.kod}/resultatbudget/").json())
    return visas


def test_samma_text_och_tal_overallt(tillagg, erik, som):
    for ar in (2024, 2025):
        _andra(tillagg, "kostnader", ar, -25, erik)
    justera(tillagg, 2024, erik, KN="10", KTN="15")
    _finansiera(tillagg, "resultat", erik)
    klient = som("koncerncontroller")
    inledning = _text(tillagg).split("\n\n")[0]
    visas = _overallt(klient, tillagg)
    assert len(visas) == 8
    for vy, text in visas.items():
        if vy == "api":  # its tables, without their ingress
            assert "finansiering" in text and "resultatbudget-andring-2025" in text
        else:
            assert inledning in text.replace("\u00a0", " "), vy
    bok = openpyxl.load_workbook(
        io.BytesIO(xlsx.skriv_handling(bygg_handling(tillagg, ALLA_ENHETER))), data_only=True
    )
    rader = {
        r[0].value: [c.value for c in r[1:]]
        for r in bok["Resultatbudget 2025 ändringen"].iter_rows()
        if r[0].value
    }
    assert rader["Årets resultat"] == [652, -25, 628] and rader["Verksamhetens kostnader"] == [
        -62068,
        -25,
        -62093,
    ]
    # What does not add up is said, on paper as well.
    assert "Årets resultat 2025 är beslutat till 652; delarna ger 653" in visas["pdf"]


def test_talen_leder_till_sin_kalla(tillagg, erik, som):
    _andra(tillagg, "kostnader", 2024, -25, erik)
    skriv(tillagg, "investeringar", "regionstyrelsen", "REGION", 2024, "900", erik)
    klient = som("koncerncontroller")
    rader = {r.nyckel: r for r in las_finansiering(tillagg).rader}
    lankar = [c.kalla for r in rader.values() for c in r.celler if c.kalla]
    assert _text(tillagg).startswith("Utökning 25,0 mnkr, utan angiven finansiering")
    assert "Investeringarna ökar med" in _text(tillagg)
    assert len(lankar) == 6 and rader["investeringar"].celler[1].varde
    assert {klient.get(k).status_code for k in lankar} == {200}


def test_handlingen_borjar_med_det_som_andras(tillagg, erik):
    _andra(tillagg, "kostnader", 2024, -25, erik)
    _finansiera(tillagg, "resultat", erik)
    handling = bygg_handling(tillagg, ALLA_ENHETER)
    assert [t.nyckel for t in handling.tabeller[:2]] == ["finansiering", "resultatbudget-andring-2024"]
    assert ("Finansiering", las_finansiering(tillagg).ingress.split("\n\n")[0]) in handling.fakta
    andrade = {t.nyckel for t in handling.tabeller if "-andring-" in t.nyckel}
    assert andrade >= {"kassaflode-andring-2024", "balansbudget-andring-2024"}
    assert not [n for n in andrade if n.endswith("2025") and n.startswith("resultatbudget")]


def test_den_som_inte_ser_hela_regionen_ser_ingen_finansiering(tillagg, erik, som):
    justera(tillagg, 2024, erik, KN="10", KTN="15")
    assert las_andringar(tillagg, Enhetsurval(enheter=frozenset({1}))) == []
    html = som("controller-kn").get("/budget/2024/T1/regionbidrag/").content.decode()
    assert "Finansiering av" not in html and "Kollektivtrafiknämnden" not in html


def test_tva_tillagg_och_ett_nytt_ar(tillagg, erik, som):
    """The second is compared with the first as it was decided; next year's begins where the second ends."""
    klient = som("koncerncontroller")
    for ar in (2024, 2025):
        _andra(tillagg, "kostnader", ar, -25, erik)
    justera(tillagg, 2024, erik, KN="10", KTN="15")
    _finansiera(tillagg, "resultat", erik)
    _besluta(tillagg, erik)

    andra = skapa_tillaggsbudget(grund=tillagg, kod="T2", namn="Tilläggsbudget 2", by=erik)
    assert _text(andra) == "Ännu skiljer sig ingenting från Tilläggsbudget 1. Ändra det som beslutet gäller."
    for ar in (2024, 2025):
        _andra(andra, "intakter", ar, 5, erik)
        _andra(andra, "kostnader", ar, -5, erik)
    justera(andra, 2025, erik, KN="5")
    _finansiera(andra, "intakter", erik)
    assert _text(andra).startswith(
        "Utökning 5,0 mnkr, finansieras genom ökade intäkter (+5,0 mnkr); "
        "årets resultat 2024 ändras inte (−4 442 mnkr)."
    )
    _besluta(andra, erik)

    nytt = starta_nasta_ar(kalla=andra, kod="B2025", namn="Budget 2025", by=erik)
    # As it was: 361,3 with the first one's 10 and the second one's 5.
    vantat = {"regionbidrag": ("Kulturnämnden", "376,3"), "resultatbudget": ("Årets resultat", "628")}
    val = klient.get("/budget/2025/B2025/jamfor/").context["val"]
    assert (val.mot.kod, val.ar, val.mot_ar) == ("T2", 2025, 2025)
    jamfort = klient.get(f"/api/v1/budget/2025/B2025/jamfor/?{val.fraga}").json()["tabeller"]
    for tabell, (rad, tal) in vantat.items():
        for kod, ar in (("T2", 2024), ("B2025", 2025)):
            t = klient.get(f"/api/v1/budget/{ar}/{kod}/{tabell}/").json()["tabeller"][0]
            celler = next(r for r in t["rader"] if r["rubrik"] == rad)["celler"]
            assert celler[f"{kod}-2025"]["visat"] == tal, (kod, tabell)
        celler = next(r for t in jamfort if t["nyckel"] == tabell for r in t["rader"] if r["rubrik"] == rad)[
            "celler"
        ]
        assert [celler[k]["visat"] for k in ("T2-2025", "B2025-2025")] == [tal, tal]
        assert celler["forandring"]["visat"] in ("0", "0,0")
    bok = openpyxl.load_workbook(
        io.BytesIO(xlsx.skriv_handling(bygg_handling(nytt, ALLA_ENHETER))), data_only=True
    )
    blad = next(b for b in bok if b.title.startswith("Resultatbudget"))
    huvud = next(r for r in blad.iter_rows() if r[0].value == "Post")
    plats = next(i for i, c in enumerate(huvud) if str(c.value).startswith("2025"))
    assert next(r for r in blad.iter_rows() if r[0].value == "Årets resultat")[plats].value == 628
    # The first against the third: facts along the copies, however many lie between.
    html = _platt(klient.get("/budget/2024/T2/jamfor/?mot=B2024").content.decode())
    assert "Årets resultat 2025 628 653" in html
