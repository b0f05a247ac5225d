"""Recording that a budget is beredd: what the page says is left, what it asks for, and who is told."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from budget.actions import budgetdel as aktion
from budget.actions.justering import Uppgifter, spara_justering, ta_bort_justering
from budget.actions.versioner import Beslut, bered_version, starta_nasta_ar
from budget.models import Block, Budgetdel
from budget.selectors.budgetdel import las_avtryck
from budget.selectors.kontroll import hamta_alla_avvikelser
from organisation.models import Notis
from regionskane.lib.belopp import MNKR, TolkatBelopp
from tests.budget.belopp import enhet, justera, skriv
from tests.budget.registrera import registrera

ROT = "/budget/2025/B2025"
SIDA = f"{ROT}/bered/"
BESLUT = {"organ": "Regionstyrelsen", "datum": "2024-11-05", "paragraf": "§ 200"}


def _text(svar):
    return re.sub(r"\s+", " ", unescape(svar.content.decode()).replace("\u00a0", " "))


@pytest.fixture
def kc(anvandare):
    return anvandare("koncerncontroller")


@pytest.fixture
def b2025(version, kc):
    """Budget 2025, open for entry the day before the last day; nobody has handed in."""
    v = starta_nasta_ar(kalla=version("B2024"), kod="B2025", namn="Budget 2025", by=kc)
    aktion.oppna_for_inmatning(version=v, sista_dag=timezone.localdate() + timedelta(1), by=kc)
    Notis.objects.all().delete()
    return v


def _del(version, kod):
    return Budgetdel.objects.select_related("namnd", "version").get(version=version, namnd__kod=kod)


def _lamna_in(version, by, *namnder):
    for kod in namnder:
        d = _del(version, kod)
        enheter = d.namnd.placeringar.values_list("enhet", flat=True)
        aktion.lamna_in(budgetdel=d, by=by, avtryck=las_avtryck(version, enheter))


def _utkast(version, by):
    rader = {enhet("KN"): TolkatBelopp(MNKR, MNKR), enhet("FINANS"): TolkatBelopp(-MNKR, MNKR)}
    return spara_justering(
        version=version,
        uppgifter=Uppgifter(2025, Block.RIKTAD, "Kultur", 2025, ""),
        rader=rader,
        besluta=False,
        by=by,
    )


def test_sidan_sager_vad_som_inte_ar_klart_och_fragar(som, b2025, kc):
    skriv(b2025, "askanden", "drift", "KN", 2025, "380", kc)
    utkast = _utkast(b2025, kc)
    delar = list(Budgetdel.objects.filter(version=b2025).order_by("namnd__ordning").select_related("namnd"))
    antal, namn = len(delar), ", ".join(d.namnd.namn for d in delar[:5])
    klient = som("koncerncontroller")
    html = _text(klient.get(SIDA))
    assert f"{antal} nämnder har inte lämnat in sin del: {namn} och {antal - 5} till." in html
    assert "Ett utkast till justering är kvar" in html and "Ett äskande är inte besvarat." in html
    skillnader = len(hamta_alla_avvikelser([b2025]))
    assert skillnader > 1 and f"Kontroll visar {skillnader} skillnader." in html
    for sida in ("delar", "brygga", "askanden", "kontroll"):
        assert f'<li><a href="{ROT}/{sida}/">' in html
    ta_bort_justering(justering=utkast, by=kc)
    svar = klient.post(SIDA, BESLUT)
    html = _text(svar)
    assert svar.status_code == 422 and "Kryssa i rutan" in html and 'value="§ 200"' in html
    assert "utkast" not in html and f"Jag har sett att {antal} nämnder inte har lämnat in" in html
    b2025.refresh_from_db()
    assert not b2025.last and not Notis.objects.exists()
    assert registrera(klient, SIDA, BESLUT | {"sett": "on"}).status_code == 302
    b2025.refresh_from_db()
    assert b2025.beredd and b2025.beredd_paragraf == "§ 200"


def test_den_vars_del_stangdes_far_veta_det_och_sidan_sager_det(som, anvandare, b2025, kc):
    _lamna_in(b2025, kc, "PN")
    klient = som("controller-kn")
    del_ = f"{ROT}/delar/KN/"
    assert "1 dag kvar" in _text(klient.get(del_))
    Notis.objects.all().delete()
    assert registrera(som("koncerncontroller"), SIDA, BESLUT | {"sett": "on"}).status_code == 302
    (notis,) = Notis.objects.filter(mottagare=anvandare("controller-kn"))
    assert (
        notis.text == "Budget 2025 är beredd. Kulturnämnden har inte lämnat in sin del, och den är nu stängd."
    )
    assert notis.url == del_ and not Notis.objects.filter(url=f"{ROT}/delar/PN/").exists()
    svar = klient.get(del_)
    html = _text(svar)
    assert svar.status_code == 200 and "Stängd, versionen är beredd" in html and "Delen är stängd" in html
    assert "Inte inlämnad" in html and "dag kvar" not in html and "lamna-in/" not in html
    lankar = set(re.findall(rf'href="({ROT}/[^"#]*)"', html))
    assert lankar and {klient.get(lank).status_code for lank in lankar} == {200}
    assert "dag kvar" not in _text(klient.get("/"))
    html = _text(som("koncerncontroller").get(f"{ROT}/delar/"))
    assert "dag kvar" not in html and "inte inlämnade, 1 inlämnad." in html


def test_fragorna_ar_lika_manga_hur_manga_delar_som_an_ar_oppna(som, b2025, kc):
    klient = som("koncerncontroller")

    def fragor():
        with CaptureQueriesContext(connection) as fangst:
            assert klient.get(SIDA).status_code == 200
        return len(fangst)

    fragor()
    alla = fragor()
    _lamna_in(b2025, kc, "KN", "PN")
    assert fragor() == alla


def test_utan_oppna_delar_fragas_inget_mer(som, b2025, kc):
    _lamna_in(b2025, kc, *Budgetdel.objects.filter(version=b2025).values_list("namnd__kod", flat=True))
    klient = som("koncerncontroller")
    html = _text(klient.get(SIDA))
    assert "Jag har sett" not in html and "har inte lämnat in" not in html
    assert registrera(klient, SIDA, BESLUT).status_code == 302


def test_kontrollen_av_en_oppen_version_talar_inte_om_tryckta_siffror(som, b2025):
    klient = som("koncerncontroller")
    html = _text(klient.get(f"{ROT}/kontroll/"))
    assert "Tal som ska stämma med varandra" in html and "Räknat" in html
    assert "Tryckt" not in html and "tryckt" not in html
    html = _text(klient.get("/budget/2024/B2024/kontroll/"))
    assert "Beslutade tal som delarna inte ger" in html and "Var det är tryckt" in html


def test_att_kostnaderna_inte_foljer_regionbidragen_sags_tills_det_ar_beslutat(som, b2025, kc):
    """In every state that can still be changed, and on the page where it is decided."""
    varning = "Regionbidragen 2025 är 10,0 mnkr högre"
    justera(b2025, 2025, kc, KN="10")
    klient = som("koncerncontroller")
    assert varning in _text(klient.get(f"{ROT}/regionbidrag/"))
    assert varning in _text(klient.get(SIDA))
    bered_version(version=b2025, beslut=Beslut("Regionstyrelsen", date(2024, 11, 5), "§ 200"), by=kc)
    sida = _text(klient.get(f"{ROT}/regionbidrag/"))
    assert varning in sida and "Lägg till 10,0" not in sida
    sida = _text(klient.get(f"{ROT}/faststall/"))
    assert varning in sida and "Det här stämmer inte i det som beslutas" in sida
    assert "RAM" in {a.kod for a in hamta_alla_avvikelser([b2025])}
