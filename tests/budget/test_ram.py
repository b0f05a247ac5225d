"""The ram is fullmäktige's: nobody else writes it by any way, and it moves while parts are handed in."""

import io
import json
import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import openpyxl
import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from budget.actions.belopp import Cellandring, DelenArInlamnad, FelSkrivratt, spara_belopp
from budget.actions.budgetdel import lamna_in, oppna_for_inmatning
from budget.actions.inlasning import InlasningsFel, las_in_belopp
from budget.actions.justering import (
    InteFullmaktige,
    JusteringsFel,
    Uppgifter,
    spara_justering,
    ta_bort_justering,
)
from budget.actions.versioner import kopiera_version
from budget.imports.beloppsfil import las_beloppsfil
from budget.models import Belopp, Block, Budgetdel, Importfil, Justering, Post
from budget.selectors.budgetdel import las_avtryck
from budget.selectors.celler import Cellnyckel
from organisation.models import Notis
from regionskane.lib.belopp import MNKR, TolkatBelopp, tolka_belopp
from tests.budget.belopp import askanden, enhet, justera, nivaer, skriv

ARB = "/budget/2024/B2024-ARB"
INMATNING = f"{ARB}/regionbidrag/inmatning/"
RB = "Regionbidrag 2023–2026"


@pytest.fixture
def arb(version):
    return version("B2024-ARB")


@pytest.fixture
def kc(anvandare):
    return anvandare("koncerncontroller")


@pytest.fixture
def inlamnad(arb, kc):
    """KN's part is handed in, the others' are open."""
    askanden(arb)
    oppna_for_inmatning(version=arb, sista_dag=timezone.localdate() + timedelta(9), by=kc)
    d = Budgetdel.objects.select_related("namnd", "version").get(version=arb, namnd__kod="KN")
    lamna_in(budgetdel=d, by=kc, avtryck=las_avtryck(arb, [enhet("KN")]))
    Notis.objects.all().delete()
    return d


def _cell(kod="KN", uppstallning="regionbidrag", ar=2024):
    post = Post.objects.filter(uppstallning__kod=uppstallning).order_by("ordning").first()
    return Cellnyckel(enhet(kod), post.pk, ar)


def _andring(mnkr, **var):
    return Cellandring(_cell(**var), 0, None, tolka_belopp(mnkr, skala=MNKR))


def _ramar(version):
    """How many levels of regionbidrag the version has of its own; a copy has none."""
    return Belopp.objects.filter(version=version, post__uppstallning__kod="regionbidrag").count()


def test_controllern_ser_ramen_last_av_fullmaktige_och_skriver_den_inte(som, arb):
    klient = som("controller-kn")
    svar = klient.get(INMATNING)
    html = svar.content.decode()
    assert svar.status_code == 200 and "357,4" in html
    assert html.count(">Låst av fullmäktige</span>") == 1 and "bara en koncerncontroller" in html
    assert "<input class=" not in html and "data-spara>" not in html and "data-inmatning" not in html
    assert f'href="{ARB}/askanden/"' in html
    svar = klient.post(INMATNING, {"bas": "{}", f"c.{_cell()}": "400"})
    assert svar.status_code == 403 and "Låst av fullmäktige" in svar.content.decode()
    assert _ramar(arb) == 0
    assert "Ändra belopp" not in klient.get(f"{ARB}/regionbidrag/").content.decode()
    assert "Regionbidrag, Budget 2024" not in klient.get("/").content.decode()
    # The one whose it is writes as before.
    konc = som("koncerncontroller")
    bas = unescape(re.search(r'name="bas" value="([^"]*)"', konc.get(INMATNING).content.decode())[1])
    assert konc.post(INMATNING, {"bas": bas, f"c.{_cell()}": "360,5"}).status_code == 302
    assert nivaer(arb, 2024)["KN"] == Decimal("360.5")
    # And so nobody else takes it back to the bridge.
    b = Belopp.objects.get(version=arb, post=_cell().post)
    svar = klient.post(
        INMATNING, {"bas": json.dumps({str(_cell()): [b.rev, str(b.belopp)]}), f"c.{_cell()}": ""}
    )
    assert svar.status_code == 403 and _ramar(arb) == 1


@pytest.mark.parametrize("uppstallning", ["regionbidrag", "resultatkrav"])
def test_ingen_annan_skriver_ramen_ens_forbi_sidan(arb, anvandare, uppstallning):
    fore = set(Belopp.objects.filter(version=arb).values_list("pk", "rev"))
    for namn in ("controller-kn", "politiker", "revisor", "administrator"):
        with pytest.raises(FelSkrivratt, match="Låst av fullmäktige"):
            spara_belopp(
                version=arb, andringar=[_andring("1", uppstallning=uppstallning)], by=anvandare(namn)
            )
    assert set(Belopp.objects.filter(version=arb).values_list("pk", "rev")) == fore


def test_ingen_annan_skriver_justeringar_ens_forbi_sidan(som, arb, anvandare, kc):
    uppgifter = Uppgifter(2024, Block.RIKTAD, "Kultur", 2024, "")
    rader = {enhet("KN"): TolkatBelopp(MNKR, MNKR)}
    kn = anvandare("controller-kn")
    with pytest.raises(InteFullmaktige, match="bara av en koncerncontroller"):
        spara_justering(version=arb, uppgifter=uppgifter, rader=rader, by=kn, besluta=False)
    utkast = spara_justering(version=arb, uppgifter=uppgifter, rader=rader, by=kc, besluta=False)
    with pytest.raises(InteFullmaktige):
        ta_bort_justering(justering=utkast, by=kn)
    svar = som("controller-kn").post(
        f"/api/v1{ARB}/justeringar/", {"titel": "X"}, content_type="application/json"
    )
    assert svar.status_code == 403
    assert [j.titel for j in Justering.objects.filter(version=arb, status="utkast")] == ["Kultur"]


def test_en_fil_med_ramen_lases_bara_in_av_den_som_far_skriva_den(arb, anvandare, kc, tmp_path):
    rad = (
        (settings.BASE_DIR / "fixtures/budget2024/regionbidrag_4a.csv")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    kn = next(r for r in rad if r.startswith("B2024,") and "enhet:KN,2024" in r)
    fil = tmp_path / "ram.csv"
    fil.write_text(f"{rad[0]}\n{kn.replace('B2024,', 'B2024-ARB,', 1)}\n", encoding="utf-8")
    with pytest.raises(InlasningsFel, match=r"ram\.csv rad 2: Låst av fullmäktige"):
        las_in_belopp(fil=las_beloppsfil(fil, namn="ram.csv"), by=anvandare("controller-kn"))
    assert _ramar(arb) == 0 and not Importfil.objects.filter(namn="ram.csv").exists()
    assert las_in_belopp(fil=las_beloppsfil(fil, namn="ram.csv"), by=kc) == 1
    assert _ramar(arb) == 1


def test_arbetsbokens_ram_ar_last_och_en_andring_i_den_tas_inte_emot(som, arb):
    def hamta(namn):
        svar = som(namn).get(f"{ARB}/ifyllnad/arbetsbok/", {"del": "KN"})
        assert svar.status_code == 200
        return svar.content

    def skicka(namn, innehall):
        fil = io.BytesIO(innehall)
        fil.name = "ram.xlsx"
        return som(namn).post(f"{ARB}/ifyllnad/", {"fil": fil})

    def andra(innehall, ruta, varde):
        bok = openpyxl.load_workbook(io.BytesIO(innehall))
        bok[RB][ruta] = varde
        ut = io.BytesIO()
        bok.save(ut)
        return ut.getvalue()

    egen = hamta("controller-kn")
    bok = openpyxl.load_workbook(io.BytesIO(egen))
    ark = bok[RB]
    assert ark["D6"].value == pytest.approx(357.4) and ark["D6"].protection.locked
    assert "Låst av fullmäktige" in ark["B4"].value
    regel = next(r for r in ark.data_validations.dataValidation if "D6" in r.sqref)
    assert regel.promptTitle == "Låst av fullmäktige"
    assert not bok["Äskanden 2024–2026"]["C6"].protection.locked
    # In the workbook that is the controller's own, and in one that a koncerncontroller has fetched.
    for innehall, ruta in ((egen, "D6"), (hamta("koncerncontroller"), "D6")):
        svar = skicka("controller-kn", andra(innehall, ruta, 400))
        assert svar.status_code == 422
        html = unescape(svar.content.decode())
        assert f"Bladet «{RB}», cell {ruta}" in html and "åst av fullmäktige" in html
    assert _ramar(arb) == 0
    # Untouched the ram stands in nobody's way.
    bok["Äskanden 2024–2026"]["C6"] = 365
    ut = io.BytesIO()
    bok.save(ut)
    svar = skicka("controller-kn", ut.getvalue())
    assert svar.status_code == 302
    assert som("controller-kn").post(svar.url).status_code == 302
    assert Belopp.objects.get(version=arb, post=_cell(uppstallning="askanden").post).belopp == 365 * MNKR


def test_ramen_skrivs_medan_delen_ar_inlamnad_och_namnden_far_veta_det_en_gang(
    som, arb, kc, inlamnad, anvandare
):
    avtryck = las_avtryck(arb, [enhet("KN")])
    andringar = [_andring("360"), _andring("365", ar=2025), _andring("4100", kod="KTN")]
    assert spara_belopp(version=arb, andringar=andringar, by=kc) == 3
    assert [(n.mottagare, n.text) for n in Notis.objects.all()] == [
        (
            anvandare("controller-kn"),
            "Ramen för Kulturnämnden i Budget 2024, arbetsversion har ändrats sedan delen lämnades in.",
        )
    ]
    assert Notis.objects.get().url == f"{ARB}/delar/KN/"
    # What was handed in is what it was.
    assert las_avtryck(arb, [enhet("KN")]) == avtryck
    with pytest.raises(DelenArInlamnad):
        skriv(arb, "askanden", "drift", "KN", 2025, "1", kc)
    # The page lets the reviewer write it too, and saving it unchanged tells nobody.
    assert f'name="c.{_cell()}"' in som("koncerncontroller").get(INMATNING).content.decode()
    Notis.objects.all().delete()
    skriv(arb, "regionbidrag", "regionbidrag", "KN", 2024, "360", kc)
    assert not Notis.objects.exists()


def test_en_beslutad_justering_som_ror_en_inlamnad_namnd_berattas_en_gang(arb, kc, inlamnad):
    rader = {enhet("KN"): TolkatBelopp(MNKR, MNKR), enhet("FINANS"): TolkatBelopp(-MNKR, MNKR)}
    uppgifter = Uppgifter(2024, Block.RIKTAD, "Kultur", 2024, "")
    utkast = spara_justering(version=arb, uppgifter=uppgifter, rader=rader, by=kc, besluta=False)
    assert not Notis.objects.exists()
    spara_justering(
        version=arb,
        uppgifter=uppgifter,
        rader=rader,
        by=kc,
        besluta=True,
        justering=utkast,
        sedd_rev=utkast.rev,
    )
    assert Notis.objects.count() == 1
    justera(arb, 2025, kc, KTN="3")
    assert Notis.objects.count() == 1  # KTN has not handed in, and FINANS has no part


def test_databasens_vakt_slapper_ramen_men_inte_det_som_lamnats_in(arb, inlamnad):
    def kor(post):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO budget_belopp (version_id, enhet_id, post_id, ar, belopp, precision, rev, ursprung,"
                " kalla, andrad_tid) VALUES (%s, %s, %s, 2026, 1, 1, 1, 'inmatad', '', now())",
                [arb.pk, enhet("KN"), post],
            )

    kor(_cell().post)
    with pytest.raises(IntegrityError, match="Budgetdelen är inlämnad"):
        kor(Post.objects.get(uppstallning__kod="askanden", kod="investering").pk)


def test_i_namndens_egen_version_skriver_namnden_sin_niva(version, anvandare, kc):
    """What is the region's ram is the nämnd's own figure in its own budget."""
    ib = kopiera_version(kalla=version("IB2025-MS"), kod="IB2025-NY", namn="Ny internbudget", by=kc)
    cell = Cellnyckel(enhet("NORV_MS"), _cell().post, 2025)
    nu = Belopp.objects.filter(version=ib, enhet=cell.enhet, post=cell.post, ar=2025).first()
    andring = Cellandring(cell, nu.rev if nu else 0, nu and nu.belopp, tolka_belopp("600", skala=MNKR))
    assert spara_belopp(version=ib, andringar=[andring], by=anvandare("controller")) == 1


def test_en_version_har_inte_hur_manga_justeringar_som_helst(arb, kc, monkeypatch):
    """1 000 of them made a PDF that took the worker 53 s and 1 GB."""
    monkeypatch.setattr("budget.actions.justering.FLEST", arb.justeringar.count() + 1)
    justera(arb, 2024, kc, KN="1")
    with pytest.raises(JusteringsFel, match=r"har redan \d+ justeringar"):
        justera(arb, 2025, kc, KN="1")
