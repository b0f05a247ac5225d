"""The whole turn in a real browser: enter, save, compute, ask, download. And axe on every page."""

import base64
import io
import re

import openpyxl
import pytest
from playwright.sync_api import expect

from budget.models import Belopp, Budgetversion, Post
from organisation.models import Anvandare, Enhet
from tests.budget.belopp import egna_nivaer
from tests.budget.huvudbok import lagg_in
from tests.webblasare import axe

pytestmark = pytest.mark.webblasare

ARB = "/budget/2024/B2024-ARB"


def _cell(kod, ar=2024):
    b = Belopp.objects.get(version__kod="B2024-ARB", post__kod=kod, ar=ar)
    return f"#c-{b.enhet_id}-{b.post_id}-{ar}"


def _heltal(text):
    return int(text.replace("−", "-").replace("\u00a0", ""))


def test_en_siffra_fran_faltet_till_utredning_pdf_och_excel(inloggad, arbetare, live_server):
    sida = inloggad("koncerncontroller")
    sida.get_by_role("link", name="Ändra: Resultatbudget").focus()
    sida.keyboard.press("Enter")
    sida.wait_for_url("**/resultatbudget/inmatning/")
    sida.locator(_cell("intakter")).focus()
    sida.keyboard.press("ArrowDown")
    expect(sida.locator(_cell("kostnader"))).to_be_focused()
    sida.keyboard.type("-62824")
    summa = sida.locator("[data-summa='arets_resultat.B2024-ARB-2024']")
    expect(summa).to_have_text("−4\u00a0407")
    sida.keyboard.press("Enter")
    expect(sida.locator(_cell("kostnader"))).to_have_value("−62\u00a0824")
    expect(sida.locator("[data-antal]")).to_contain_text("1 ändring ej sparad")
    sida.keyboard.press("Control+s")
    expect(sida.get_by_text("Sparat kl.")).to_be_visible()
    expect(sida.locator("tr[data-rad=kostnader] .lage")).to_contain_text("Sparad")
    expect(summa).to_have_text("−4\u00a0407")

    sida.goto(f"{live_server.url}{ARB}/balanskrav/")
    sida.get_by_role("button", name="Beräkna").focus()
    sida.keyboard.press("Enter")
    rad = sida.locator("#balanskrav-balanskravsresultat")
    expect(rad).to_contain_text("−3\u00a0990", timeout=30_000)
    expect(sida.get_by_text("Underlaget har ändrats")).to_have_count(0)
    rad.locator("summary").focus()
    sida.keyboard.press("Enter")
    expect(sida.get_by_text("kommunallagens balanskrav prövas mot")).to_be_visible()

    sida.goto(f"{live_server.url}{ARB}/resultatbudget/")
    sida.locator("#resultatbudget-kostnader a.tal", has_text="−62\u00a0824").focus()
    sida.keyboard.press("Enter")
    panel = sida.locator("#panel")
    expect(panel).to_be_visible()
    for text in ("Erik Sandahl", "−62\u00a0834", "budget2024/resultatbudget.csv"):
        expect(panel).to_contain_text(text)
    sida.keyboard.press("Escape")
    expect(panel).to_be_hidden()

    sida.get_by_role("button", name="PDF").focus()
    sida.keyboard.press("Enter")
    lank = sida.get_by_role("link", name="b2024-arb-resultatbudget.pdf")
    expect(lank).to_be_visible(timeout=60_000)
    with sida.expect_download() as pdf:
        lank.click()
    assert pdf.value.path().read_bytes().startswith(b"%PDF-1.7")
    with sida.expect_download() as bok:
        sida.get_by_role("link", name="Excel", exact=True).click()
    assert bok.value.path().read_bytes().startswith(b"PK")


def test_faltet_i_inmatningen_svarar_varifran(inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}{ARB}/resultatbudget/inmatning/")
    falt = sida.locator(_cell("kostnader"))
    falt.focus()
    sida.keyboard.press("Shift+F2")
    panel = sida.locator("#panel")
    expect(panel).to_contain_text("budget2024/resultatbudget.csv")
    sida.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(falt).to_be_focused()
    sida.get_by_role("button", name="Varifrån?").click()
    expect(panel).to_contain_text("Verksamhetens kostnader")
    sida.keyboard.press("Escape")
    sida.locator("[data-summa='arets_resultat.B2024-ARB-2024'] a").click()
    expect(panel).to_contain_text("Årets resultat")


def test_tva_i_samma_cell_ser_bada_vardena(inloggad, live_server):
    forsta, andra = inloggad("koncerncontroller"), inloggad("koncerncontroller")
    for sida in (forsta, andra):
        sida.goto(f"{live_server.url}{ARB}/resultatbudget/inmatning/")
    forsta.locator(_cell("kostnader")).fill("-62 800")
    forsta.keyboard.press("Control+s")
    expect(forsta.get_by_text("Sparat kl.")).to_be_visible()
    andra.locator(_cell("kostnader")).fill("-62 900")
    andra.locator(_cell("intakter")).fill("11 191")
    andra.keyboard.press("Control+s")
    konflikt = andra.locator("tr.u-konflikt")
    expect(konflikt).to_contain_text("−62\u00a0800")
    expect(konflikt).to_contain_text("−62\u00a0900")
    expect(andra.locator("#felsammanfattning")).to_be_focused()
    expect(andra.locator(_cell("intakter"))).to_have_value("11\u00a0191")
    expect(andra.locator("[data-antal]")).to_contain_text("1 val kvar")
    andra.keyboard.press("Control+s")
    mitt = konflikt.get_by_role("radio", name="Mitt")
    expect(mitt).to_be_focused()
    expect(mitt).not_to_be_checked()
    expect(andra.locator("[data-handelse]")).to_contain_text("Välj först mellan två värden i 1 cell")
    mitt.check()
    andra.keyboard.press("Control+s")
    expect(andra.get_by_text("2 belopp sparade")).to_be_visible()
    assert Belopp.objects.get(version__kod="B2024-ARB", post__kod="kostnader", ar=2024).belopp == -62900000000


def _klistra(falt, text):
    falt.focus()
    falt.evaluate(
        """(nod, text) => { const data = new DataTransfer();
        data.setData('text/plain', text);
        nod.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }""",
        text,
    )


def test_ett_block_ur_excel_klistras_in_och_angras(inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}{ARB}/skatt/inmatning/")
    forsta = sida.locator(_cell("skatteintakter"))
    _klistra(forsta, "40 000\t41 000\r\n8 000\t8 500\r\n")
    expect(forsta).to_have_value("40\u00a0000")
    expect(sida.locator(_cell("inkomstutjamning", 2025))).to_have_value("8\u00a0500")
    expect(sida.locator("[data-antal]")).to_contain_text("4 ändringar ej sparade")
    sida.locator("[data-angra]").click()
    expect(forsta).to_have_value("39\u00a0710")
    expect(sida.locator("[data-antal]")).to_contain_text("Inga osparade ändringar")


# Resultatbudget from its first field: three lines, their sum, two fetched lines, two sums, two lines, the total.
@pytest.mark.parametrize(
    ("block", "besked"),
    [
        # With our sums, of which the last is wrong.
        ("100 -40 -10 50 30 20 50 100 5 -5 99", "Klistrade in 7 värden i 7 rader. Skrevs inte: 4 summor. "
         "1 summa i det inklistrade skiljer sig från summorna här."),
        # From a sheet that has none of them.
        ("100 -40 -10 30 20 5 -5", "Klistrade in 7 värden i 7 rader."),
    ],
)  # fmt: skip
def test_ett_block_laggs_pa_sina_rader_med_eller_utan_summor(inloggad, live_server, block, besked):
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}{ARB}/resultatbudget/inmatning/")
    _klistra(sida.locator(_cell("intakter")), block.replace(" ", "\n"))
    # Nothing says which rows they are, and sums are in the way: how it lies is shown first.
    dialog = sida.get_by_role("dialog", name="Granska inklistringen")
    expect(dialog).to_contain_text("Blocket saknar radnamn och rubriker")
    dialog.get_by_role("button", name="Klistra in 7 värden").click()
    expect(sida.locator("[data-handelse]")).to_have_text(besked)
    falt = sida.locator("td.cell input[name$='.2024']")
    assert [nod.input_value() for nod in falt.all()] == ["100", "−40", "−10", "30", "20", "5", "−5"]
    expect(sida.locator("[data-summa='arets_resultat.B2024-ARB-2024']")).to_have_text("100")


def test_tabellens_egen_kopia_kommer_tillbaka_pa_sin_plats(inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.add_init_script(
        "navigator.clipboard.write = async ([post]) => {"
        " window.kopierat = await (await post.getType('text/plain')).text(); }"
    )
    sida.goto(f"{live_server.url}{ARB}/regionbidrag/")
    sida.get_by_role("button", name="Kopiera tabellen").first.click()
    expect(sida.get_by_text("Tabellen är kopierad")).to_be_attached()
    kopia = sida.evaluate("window.kopierat")
    sida.goto(f"{live_server.url}{ARB}/regionbidrag/inmatning/")
    falt = sida.locator("td.cell input")
    _klistra(falt.first, kopia)
    # Also the levels that the bridge counts, which stay counted.
    besked = sida.locator("[data-handelse]")
    expect(besked).to_contain_text(
        f"Klistrade in {falt.count()} värden i 24 rader; 6 kolumner matchade mot rubriker, raderna mot namn. "
        f"{falt.count()} värden är de som räknas fram"
    )
    expect(sida.locator("[data-antal]")).to_contain_text("Inga osparade ändringar")


def test_andringen_i_procent_foljer_med_och_sager_bara_det_som_betyder_nagot(inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}{ARB}/resultatbudget/inmatning/")
    falt = sida.locator(_cell("kostnader"))
    procent = sida.locator("tr[data-rad=kostnader] [data-procent]")
    for skrivet, vantat, samre in (
        ("-86 121", "+50,0\u00a0%", True),  # against −57 414: cost that rises is a plus, and bad news
        ("-28 707", "−50,0\u00a0%", False),
        ("0", "−100,0\u00a0%", False),
        ("5", "–", False),
    ):
        falt.fill(skrivet)
        expect(procent).to_have_text(vantat)
        assert ("neg" in procent.get_attribute("class").split()) is samre, skrivet


def test_fokus_ar_kvar_i_cellen_efter_sparat_men_tas_inte_annars(inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}{ARB}/resultatbudget/inmatning/")
    falt = sida.locator(_cell("avskrivningar"))
    falt.fill("-1 967")
    sida.locator("[data-spara]").click()
    expect(sida.get_by_text("Sparat kl.")).to_be_visible()
    expect(falt).to_be_focused()
    sida.reload()
    expect(sida.locator("[data-antal]")).to_contain_text("Inga osparade ändringar")
    expect(falt).not_to_be_focused()
    falt.fill("abc")
    sida.keyboard.press("Control+s")
    expect(sida.locator("#felsammanfattning")).to_be_focused()


def test_inmatning_fungerar_utan_javascript(inloggad, live_server):
    sida = inloggad("controller", java_script_enabled=False)
    sida.goto(f"{live_server.url}{ARB}/askanden/inmatning/")
    cell = {"post__uppstallning__kod": "askanden", "post__kod": "drift", "enhet__kod": "NORV_MS", "ar": 2024}
    drift = Post.objects.get(uppstallning__kod="askanden", kod="drift")
    falt = f"#c-{Enhet.objects.get(kod='NORV_MS').pk}-{drift.pk}-2024"
    expect(sida.locator(falt)).to_have_value("")
    sida.fill(falt, "abc")
    sida.click("[data-spara]")
    expect(sida.locator(falt)).to_have_value("abc")
    expect(sida.get_by_role("alert")).to_contain_text("«abc» är inte ett tal")
    sida.fill(falt, "620,5")
    sida.click("[data-spara]")
    expect(sida.get_by_text("Sparat kl.")).to_be_visible()
    assert Belopp.objects.get(version__kod="B2024-ARB", **cell).belopp == 620_500_000


def test_en_justering_skrivs_balanseras_av_finans_och_beslutas(inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}{ARB}/brygga/")
    sida.get_by_role("link", name="Ny justering").click()
    sida.get_by_label("Titel").fill("Kulturskolan")
    sida.get_by_label("Block").select_option(label="Riktade satsningar")
    sida.get_by_label("Kulturnämnden").fill("1,5")
    sida.get_by_role("button", name="Spara som beslutad").click()
    expect(sida.get_by_text("ska bli 0")).to_be_visible()
    expect(sida.get_by_label("Kulturnämnden")).to_have_value("1,5")
    sida.get_by_role("button", name="Lägg resten på Finans").click()
    expect(sida.get_by_label("Finansförvaltningen")).to_have_value("−1,5")
    sida.get_by_role("button", name="Spara som beslutad").click()
    expect(sida.get_by_text("är beslutad och räknas i bryggan")).to_be_visible()
    expect(sida.get_by_role("row", name="Kulturskolan")).to_contain_text("1,5")


def _allvarliga_brott(sida):
    return axe.brott(sida, minst_allvarliga=True)


def test_lpik_en_procentenhet_hogre_provas_sparas_och_foreslas(inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}/budget/2024/B2024/")
    sida.get_by_role("link", name="Mål", exact=True).click()
    sida.get_by_role("link", name="Scenarier").click()
    sida.get_by_role("link", name="Pröva ett scenario").click()
    sida.get_by_label("LPIK 2024, procentenheter").focus()
    sida.keyboard.type("ett")
    sida.keyboard.press("Enter")
    expect(sida.get_by_role("alert")).to_contain_text("Skriv ett tal")
    falt = sida.get_by_label("LPIK 2024, procentenheter")
    expect(falt).to_have_value("ett")
    falt.fill("1")
    sida.keyboard.press("Enter")
    expect(sida.locator("#effekt")).to_contain_text(
        "2026: uppfylls inte längre. Andelen ökar från 24,4\u00a0%"
    )
    expect(sida.locator("#scenario-arets_resultat")).to_contain_text("−5\u00a0045")
    expect(sida.locator("#scenario-ub_aterstalla")).to_contain_text("+1\u00a0590")
    sida.locator("summary", has_text="Så här är det räknat").click()
    expect(sida.locator("#rakning")).to_contain_text("−62\u00a0834,00 · 1")
    assert _allvarliga_brott(sida) == []
    sida.get_by_label("Namn").fill("Dyrare priser")
    sida.get_by_role("button", name="Spara scenariot").click()
    expect(sida.get_by_role("heading", name="Dyrare priser")).to_be_visible()
    with sida.expect_download() as bok:
        sida.get_by_role("link", name="Excel").click()
    assert bok.value.path().read_bytes().startswith(b"PK")
    sida.get_by_role("link", name="Föreslå som version").click()
    assert _allvarliga_brott(sida) == []
    sida.get_by_role("button", name="Skapa versionen").click()
    expect(sida.get_by_role("heading", name="Budget 2024, Dyrare priser")).to_be_visible()
    # What the proposal changes, read by comparing it with what it was copied from.
    sida.get_by_role("link", name="Granska", exact=True).click()
    sida.get_by_role("link", name="Jämför").click()
    rad = sida.locator("#resultatbudget tr", has_text="Verksamhetens kostnader 2024")
    expect(rad).to_contain_text("−628")
    expect(rad).to_contain_text("Erik Sandahl")
    sida.goto(f"{live_server.url}/budget/2024/B2024/scenarier/")
    assert _allvarliga_brott(sida) == []
    sida.get_by_role("link", name="Kasta Dyrare priser").click()
    sida.get_by_role("button", name="Ja, kasta scenariot").click()
    expect(sida.get_by_text("Inga scenarier ännu")).to_be_visible()


def test_jamforelsen_visar_en_andrad_justering(inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}{ARB}/brygga/justering/ny/")
    sida.get_by_label("Titel").fill("Kulturskolan")
    sida.get_by_label("Block").select_option(label="Riktade satsningar")
    sida.get_by_label("Kulturnämnden").fill("1,5")
    sida.get_by_role("button", name="Spara utkast").click()
    expect(sida.get_by_text("är sparad som utkast")).to_be_visible()
    sida.get_by_role("link", name="Granska", exact=True).click()
    sida.get_by_role("link", name="Jämför").click()
    rad = sida.get_by_role("row", name="Kulturskolan: Kulturnämnden")
    for text in ("utkast i Budget 2024, arbetsversion", "+1,5", "Erik Sandahl"):
        expect(rad).to_contain_text(text)
    assert _allvarliga_brott(sida) == []
    rad.get_by_role("link", name="1,5").focus()
    sida.keyboard.press("Enter")
    expect(sida.locator("#panel")).to_contain_text("Kulturskolan")


def test_internbudgeten_med_och_utan_interna_poster_och_vidare_till_bryggan(inloggad, live_server):
    sida = inloggad("controller")
    sida.goto(f"{live_server.url}/budget/2025/IB2025-MS/resultatsammanstallning/")
    expect(sida.locator("#norv-ms-utan-forsaljning")).to_contain_text("2\u00a0160")
    sida.get_by_role("link", name="Med interna poster").focus()
    sida.keyboard.press("Enter")
    rad = sida.locator("#norv-ms-med-forsaljning")
    expect(rad).to_contain_text("2\u00a0190")
    rad.locator("a.tal", has_text="2\u00a0190").focus()
    sida.keyboard.press("Enter")
    expect(sida.locator("#panel")).to_contain_text("laboratoriemedicin")
    assert _allvarliga_brott(sida) == []
    sida.keyboard.press("Escape")
    sida.get_by_role("link", name="Bryggan: från förra årets").click()
    expect(sida.locator("#brygga-niva")).to_contain_text("605,5")


def test_en_procentrad_skrivs_in_summan_foljer_och_det_raknade_raknas_om(inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}{ARB}/forutsattningar/inmatning/")
    falt = sida.locator(_cell("aga_pension"))
    falt.fill("24,1 %")
    summa = sida.locator("[data-summa='aga.B2024-ARB-2024']")
    expect(summa).to_have_text("55,65\u00a0%")
    sida.keyboard.press("Enter")
    expect(falt).to_have_value("24,1")
    invanare = sida.locator(_cell("invanare"))
    invanare.fill("12 %")
    sida.keyboard.press("Enter")
    expect(sida.locator("tr.u-fel")).to_contain_text("«12 %» är en procentsats")
    # A block as it is copied from the document, with the computed line between the entered ones.
    _klistra(invanare, "1 440 000\t1 450 000\n1,12 %\t0,69 %\n2,5 %\t2,5 %")
    sida.get_by_role("button", name="Klistra in 4 värden").click()
    expect(invanare).to_have_value("1\u00a0440\u00a0000")
    expect(sida.locator(_cell("internranta", 2025))).to_have_value("2,5")
    sida.keyboard.press("Control+s")
    expect(sida.get_by_text("belopp sparade")).to_be_visible()
    expect(summa).to_have_text("55,65\u00a0%")
    expect(sida.get_by_role("row", name="Befolkningsökning")).to_contain_text("1,12\u00a0%")


def test_en_rad_som_hamtas_ur_samma_sida_foljer_det_som_skrivs(inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}{ARB}/kassaflode/inmatning/")
    hamtad = sida.get_by_role("textbox", name="Justering för ej likviditetspåverkande poster, 2024")
    summa = sida.locator("[data-summa='medel_verksamheten.B2024-ARB-2024']")
    slut = sida.locator("[data-summa='likvida_slut.B2024-ARB-2024']")
    avskrivningar = sida.locator(_cell("not_avskrivningar"))
    fore = [_heltal(cell.inner_text()) for cell in (summa, slut)]
    not_fore = _heltal(hamtad.get_attribute("placeholder"))
    avskrivningar.fill(str(_heltal(avskrivningar.input_value()) + 100))
    expect(hamtad).to_have_attribute("placeholder", f"{not_fore + 100:,}".replace(",", "\u00a0"))
    assert [_heltal(cell.inner_text()) for cell in (summa, slut)] == [tal + 100 for tal in fore]
    # An amount of its own is what counts; taken away, the line fetches again.
    hamtad.fill(str(not_fore))
    assert [_heltal(cell.inner_text()) for cell in (summa, slut)] == fore
    hamtad.fill("")
    skrivet = [cell.inner_text() for cell in (summa, slut)]
    assert [_heltal(tal) for tal in skrivet] == [tal + 100 for tal in fore]
    sida.keyboard.press("Control+s")
    expect(sida.get_by_text("Sparat kl.")).to_be_visible()
    assert [cell.inner_text() for cell in (summa, slut)] == skrivet


def test_ett_avsteg_registreras_visas_och_tas_bort(inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}{ARB}/finansiella-mal/")
    sida.get_by_role("link", name="Avsteg", exact=True).click()
    sida.get_by_label("Mål").select_option(label="Skuldsättningsmålet")
    sida.get_by_label("Från år").select_option("2025")
    sida.get_by_label("Motiv").fill("Sjukhusen byggs")
    sida.get_by_label("Beslutsdatum").fill("2023-11-28")
    sida.get_by_label("Paragraf i protokollet").fill("§ 91")
    sida.get_by_role("button", name="Registrera avsteget").click()
    expect(sida.get_by_text("Välj 2025 eller ett senare år.")).to_be_visible()
    expect(sida.get_by_label("Motiv")).to_have_value("Sjukhusen byggs")
    sida.get_by_label("Till och med år").select_option("2026")
    sida.get_by_role("button", name="Registrera avsteget").click()
    expect(sida.get_by_text("Avsteget är registrerat.")).to_be_visible()
    expect(sida.get_by_text("Tillfälligt avsteg från skuldsättningsmålet 2025–2026.")).to_be_visible()
    sida.get_by_role("link", name="Avsteg", exact=True).click()
    sida.get_by_role("link", name="Ta bort avsteget från skuldsättningsmålet 2025–2026").click()
    sida.get_by_role("button", name="Ta bort avsteget").click()
    expect(sida.get_by_text("Avsteget är borttaget.")).to_be_visible()
    expect(sida.get_by_text("Sjukhusen byggs")).to_have_count(0)


def test_upprakning_per_sektor_med_undantag_blir_ett_utkast(inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}{ARB}/brygga/?ar=2025")
    sida.get_by_role("link", name="Räkna upp").click()
    sida.get_by_label("Titel på justeringen").fill("Uppräkning på prov")
    sida.get_by_label("Löner, Hälso- och sjukvård").fill("3 %")
    sida.get_by_label("Priser, Hälso- och sjukvård").fill("2")
    sida.get_by_label("Löners vikt, Hälso- och sjukvård", exact=True).fill("60")
    sida.get_by_label("Demografi, Hälso- och sjukvård").fill("0,5 %")
    eget = sida.get_by_label(
        "Eget belopp, mnkr, Nämnden för operativ regiongemensam verksamhet – Medicinsk service"
    )
    eget.fill("x")
    sida.get_by_role("button", name="Visa förslaget").click()
    expect(sida.get_by_role("alert")).to_contain_text("«x» är inte ett tal")
    expect(sida.get_by_label("Löner, Hälso- och sjukvård")).to_have_value("3 %")
    eget.fill("−1,5")
    sida.get_by_role("button", name="Visa förslaget").focus()
    sida.keyboard.press("Enter")
    # 11 199,2 · 2,6 % and 0,5 %: 291,2 + 56,0.
    expect(sida.locator("#upprakning-SUS")).to_contain_text("347,2")
    expect(sida.locator("#upprakning-NORV_MS")).to_contain_text("−1,5")
    assert _allvarliga_brott(sida) == []
    sida.get_by_role("button", name="Spara satserna och ett utkast").click()
    expect(sida.get_by_text("Satserna är sparade, och")).to_contain_text("i utkastet «Uppräkning på prov»")
    expect(sida.get_by_label("Sjukhusstyrelse Sus")).to_have_value("347,2")
    expect(sida.get_by_label("Medicinsk service")).to_have_value("−1,5")


def test_ersattningsmodellens_variant_blir_ett_utkast(inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}{ARB}/brygga/")
    sida.get_by_role("link", name="Ersättningsmodell").click()
    sida.get_by_label("Titel på justeringen").fill("Modellen på prov")
    for namn, andel in (
        ("Sus", "60,6"), ("Landskrona", "1,5"), ("Helsingborg", "14,1"), ("Ängelholm", "2,8"), ("Kristianstad", "10,4"),
        ("Hässleholm", "2,9"), ("Ystad", "4,9"), ("Trelleborg", "2,7"),
    ):  # fmt: skip
        sida.get_by_label(f"Sjukhusstyrelse {namn}, andel i procent, variant A").fill(andel)
    sida.get_by_label("Dämpare uppåt, procent, variant B").fill("2")
    sida.get_by_role("button", name="Visa effekterna").focus()
    sida.keyboard.press("Enter")
    rad = sida.locator("#ersattningsmodell-CSK")
    expect(rad).to_contain_text("+97,0")
    expect(rad).to_contain_text("+37,0")
    expect(rad).to_contain_text("ökningen är dämpad")
    expect(sida.locator("#ersattningsmodell-alla")).to_contain_text("Effekterna tar ut varandra")
    assert _allvarliga_brott(sida) == []
    sida.get_by_role("button", name="Spara variant B som utkast").click()
    expect(sida.get_by_text("Varianten är sparad som utkast")).to_be_visible()
    expect(sida.get_by_label("Sjukhusstyrelse Kristianstad")).to_have_value("37")
    expect(sida.get_by_label("Motiv")).to_have_value(re.compile("Dämpare 2 procent uppåt"))


def test_en_beslutspunkt_skrivs_med_ett_tal_ur_listan(inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}{ARB}/beslut/")
    sida.locator("a.tal", has_text="5\u00a0534").click()
    expect(sida.locator("#panel")).to_contain_text("inklusive kreditivränta")
    sida.keyboard.press("Escape")
    sida.get_by_role("link", name="Ny punkt").click()
    sida.get_by_label("Rubrik").fill("Årets resultat")
    text = sida.get_by_label("Beslutets text")
    text.fill("Resultatet är , och lånen ökar.")
    text.evaluate("nod => nod.setSelectionRange(14, 14)")
    sida.get_by_label("Infoga tal, bilaga eller datum").select_option("resultatbudget.arets_resultat")
    sida.get_by_role("button", name="Infoga").click()
    expect(text).to_have_value("Resultatet är {resultatbudget.arets_resultat år}, och lånen ökar.")
    sida.get_by_role("button", name="Visa texten").click()
    expect(sida.locator(".punkt__text")).to_contain_text(
        "är −4\u00a0417\u00a0miljoner kronor, och lånen ökar."
    )
    text.fill("Resultatet är {resultatbudget.arets_resultet år}.")
    sida.get_by_role("button", name="Spara punkten").click()
    expect(text).to_have_value("Resultatet är {resultatbudget.arets_resultet år}.")
    expect(sida.locator("#id_text_error")).to_contain_text("ingen rad «arets_resultet»")
    assert _allvarliga_brott(sida) == []
    text.fill("Resultatet är {resultatbudget.arets_resultat år}.")
    sida.get_by_role("button", name="Spara punkten").click()
    ny = sida.get_by_role("listitem").filter(has_text="Årets resultat").last
    expect(ny).to_contain_text("13.")
    ny.get_by_role("button", name="Flytta upp").click()
    expect(sida.get_by_role("listitem").filter(has_text="Resultatet är −4").last).to_contain_text("12.")
    sida.get_by_role("link", name="Ta bort «Årets resultat»").click()
    assert _allvarliga_brott(sida) == []
    sida.get_by_role("button", name="Ta bort punkten").click()
    expect(sida.get_by_text("«Årets resultat» är borttagen")).to_be_visible()


def test_ett_nytt_objekt_far_ett_ar_och_5a_foljer_med(inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}{ARB}/investeringar/")
    rad = sida.locator("#investeringar-bygg_service")
    expect(rad).to_contain_text("154")
    sida.get_by_role("link", name="Investeringsobjekt", exact=True).click()
    sida.get_by_role("link", name="Nytt objekt").click()
    sida.get_by_label("Namn").fill("Nytt kök")
    sida.get_by_label("Slag").select_option(label="Bygg")
    sida.get_by_label("Grupp").select_option(label="Fastighets- och servicenämnd och nämnder utan egen grupp")
    sida.get_by_label("Nämnd", exact=True).select_option(label="Servicenämnden")
    sida.get_by_role("button", name="Lägg upp objektet").click()
    expect(sida.get_by_text("Skriv minst ett belopp")).to_be_visible()
    expect(sida.get_by_label("Namn")).to_have_value("Nytt kök")
    sida.get_by_label("Totalt planutrymme").fill("60")
    sida.get_by_role("button", name="Lägg upp objektet").click()
    expect(sida.get_by_text("«Nytt kök» är upplagt.")).to_be_visible()
    assert _allvarliga_brott(sida) == []

    sida.get_by_role("link", name="Ändra belopp").click()
    falt = sida.get_by_role("textbox", name="Nytt kök, 2025")
    falt.focus()
    sida.keyboard.type("46")
    summa = sida.locator("[data-summa='summa-bygg_service.B2024-ARB-2025']")
    expect(summa).to_have_text("200")
    # A field of another measure asks about its own figure.
    sida.get_by_role("textbox", name="Nytt kök, Planutrymme").focus()
    sida.keyboard.press("Shift+F2")
    expect(sida.locator("#panel")).to_contain_text("totalt planutrymme")
    sida.keyboard.press("Escape")
    sida.keyboard.press("Control+s")
    expect(sida.get_by_text("Sparat kl.")).to_be_visible()
    expect(summa).to_have_text("200")
    assert _allvarliga_brott(sida) == []

    sida.goto(f"{live_server.url}{ARB}/investeringar/")
    expect(rad).to_contain_text("200")


def test_en_arbetsbok_hamtas_fylls_i_lases_in_och_tas_emot(inloggad, live_server, tmp_path):
    egna_nivaer(Budgetversion.objects.get(kod="B2024-ARB"))
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}{ARB}/regionbidrag/")
    sida.get_by_role("link", name="Fyll i i Excel").click()
    sida.get_by_label("Vad vill du fylla i?").select_option("Kulturnämnden")
    with sida.expect_download() as hamtad:
        sida.get_by_role("button", name="Hämta arbetsbok").click()
    assert hamtad.value.suggested_filename == "b2024-arb-kn-fyll-i.xlsx"
    bok = openpyxl.load_workbook(io.BytesIO(hamtad.value.path().read_bytes()))
    blad = bok["Regionbidrag 2023–2026"]
    blad["D6"], blad["G6"] = 360.5, "många"
    fil = tmp_path / "kultur.xlsx"
    bok.save(fil)
    falt = sida.get_by_label("Ifylld arbetsbok")
    falt.set_input_files(fil)
    sida.get_by_role("button", name="Läs in").click()
    expect(sida.get_by_role("alert")).to_contain_text(
        "cell G6 (Kulturnämnden 2025): cellen innehåller text. «många»"
    )
    assert _allvarliga_brott(sida) == []
    # Somebody else changes one of the cells meanwhile.
    Belopp.objects.filter(version__kod="B2024-ARB", enhet__kod="KN", ar=2025).update(belopp=365_000_000)
    blad["G6"] = 362
    bok.save(fil)
    # Dropped on the box, as a browser hands it over.
    sida.locator("[data-slapp]").evaluate(
        """(ruta, [bas64, namn]) => { const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(atob(bas64), (c) => c.charCodeAt(0))], namn));
        ruta.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})); }""",
        [base64.b64encode(fil.read_bytes()).decode(), fil.name],
    )
    expect(falt).to_be_focused()
    sida.keyboard.press("Tab")
    sida.keyboard.press("Enter")
    expect(sida.get_by_role("row", name="Kulturnämnden 2024")).to_contain_text("360,5")
    expect(sida.locator("#summor-regionbidrag-regionbidrag-alla-2024")).to_contain_text("+3,1")
    assert _allvarliga_brott(sida) == []
    sida.get_by_role("button", name="Ta emot").click()
    expect(sida.get_by_role("alert")).to_contain_text("välj värde")
    sida.get_by_role("radio", name="Arbetsboken: 362,0").check()
    sida.get_by_label("Kommentar").fill("Efter beredning")
    sida.get_by_role("button", name="Ta emot").click()
    expect(sida.get_by_text("2 belopp är sparade ur «kultur.xlsx».")).to_be_visible()
    expect(sida.get_by_role("row", name="kultur.xlsx")).to_contain_text("Mottagen")
    assert _allvarliga_brott(sida) == []
    sida.goto(f"{live_server.url}{ARB}/regionbidrag/")
    sida.locator("#regionbidrag-enhet-KN a.tal", has_text="360,5").click()
    expect(sida.locator("#panel")).to_contain_text("Efter beredning. Ur arbetsboken «kultur.xlsx» (SHA-256")


def test_nasta_ars_budget_startas_bereds_och_faststalls(inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}/budget/2024/B2024/")
    sida.get_by_role("link", name="Starta budget 2025").click()
    sida.get_by_role("button", name="Starta budgeten").click()
    expect(sida.get_by_text("Budget 2025 är skapad och öppen")).to_be_visible()
    assert _allvarliga_brott(sida) == []
    sida.get_by_role("link", name="Registrera beredning").click()
    sida.get_by_role("button", name="Registrera beredningen").click()
    expect(sida.get_by_label("Beslutande organ")).to_have_value("Regionstyrelsen")
    sida.get_by_label("Datum").fill("2024-11-05")
    sida.get_by_label("Paragraf i protokollet").fill("§ 200")
    sida.get_by_role("button", name="Registrera beredningen").click()
    expect(sida.get_by_text("är beredd och låst")).to_be_visible()
    sida.get_by_role("link", name="Fastställ").click()
    sida.get_by_label("Datum").fill("2024-11-26")
    sida.get_by_label("Paragraf i protokollet").fill("§ 88")
    sida.get_by_role("button", name="Fastställ för gott").click()
    expect(sida.get_by_role("list", name="Versionens väg till beslut")).to_contain_text(
        "Regionfullmäktige, 26 november 2024, § 88"
    )
    assert _allvarliga_brott(sida) == []
    sida.get_by_role("link", name="Ny tilläggsbudget").click()
    sida.get_by_role("button", name="Skapa tilläggsbudgeten").click()
    sida.get_by_role("link", name="Beslut", exact=True).click()
    sida.get_by_role("link", name="Finansiering").click()
    expect(sida.get_by_text("Ännu skiljer sig ingenting från Budget 2025").first).to_be_visible()
    assert _allvarliga_brott(sida) == []


# {jag} is the administratör's account.
_SIDOR = (
    "/", "/budget/", "/budget/2024/B2024/", "/budget/2024/B2024/regionbidrag/",
    "/budget/2024/B2024/resultatbudget/", "/budget/2024/B2024/balanskrav/", "/budget/2024/B2024/kontroll/",
    "/budget/2024/B2024/kassaflode/", "/budget/2024/B2024/balansbudget/", "/budget/2024/B2024/investeringar/",
    f"{ARB}/kassaflode/inmatning/",
    "/budget/2024/B2024/finansiella-mal/", f"{ARB}/finansiella-mal/avsteg/",
    "/budget/2024/B2024/forutsattningar/", f"{ARB}/forutsattningar/inmatning/",
    "/budget/2024/B2024/samband/", "/budget/2024/B2024/investeringsobjekt/",
    f"{ARB}/investeringsobjekt/inmatning/", f"{ARB}/investeringsobjekt/nytt/",
    f"{ARB}/investeringsobjekt/objekt/INV-B-SJUKHUS-LUND/",
    "/budget/2024/B2024/jamfor/?mot=B2023",
    "/budget/2024/B2024/scenarier/", "/budget/2024/B2024/scenarier/nytt/",
    f"{ARB}/regionbidrag/inmatning/", f"{ARB}/balanskrav/inmatning/", f"{ARB}/balanskrav/",
    f"{ARB}/brygga/", f"{ARB}/brygga/justering/ny/", f"{ARB}/brygga/upprakning/",
    f"{ARB}/brygga/ersattningsmodell/", f"{ARB}/beslut/", f"{ARB}/beslut/ny/", "/budget/2024/B2024/beslut/",
    f"{ARB}/ifyllnad/",
    "/budget/2024/B2024/brygga/NORV_MS/", "/budget/2024/B2024/brygga/upprakning/",
    "/budget/2025/IB2025-MS/resultatsammanstallning/?interna=med", "/budget/2025/IB2025-MS/brygga/NORV_MS/",
    f"{ARB}/balanskrav/beslut/", f"{ARB}/kopiera/", f"{ARB}/las/", f"{ARB}/bered/", "/organisation/", "/stil/",
    "/tillganglighet/", "/losenord/", "/budget/2024/B2024/varifran/regionbidrag/regionbidrag/alla/2024/",
    f"{ARB}/delar/", "/notiser/",
    "/uppfoljning/", "/uppfoljning/2024/plan/", "/uppfoljning/2024/plan/?sok=finns-inte",
    "/uppfoljning/2025/styrkort/NORV_MS/",
    "/utfall/2024/?av=enhet-NORV_MS", "/utfall/2024/post/intakter/?av=enhet-NORV_MS",
    "/utfall/2024/rader/?av=enhet-NORV_MS&post=personal", "/utfall/2024/budget/kostnader/?av=enhet-NORV_MS",
    "/utfall/2024/periodisering/personal/?av=enhet-NORV_MS", "/utfall/2024/periodisering/?av=namnd-NORV",
    "/utfall/kontoplan/ansvar/", "/utfall/kontoplan/motparter/ny/", "/utfall/kontoplan/konton/las-in/",
    "/finns-inte/",
)  # fmt: skip
_ADMINISTRATORENS = ("/organisation/", "/organisation/anvandare/ny/", "/organisation/anvandare/{jag}/")
_DELAR = 5


@pytest.mark.parametrize(
    ("namn", "adresser"),
    [
        *(("koncerncontroller", _SIDOR[del_::_DELAR]) for del_ in range(_DELAR)),
        ("administrator", _ADMINISTRATORENS),
    ],
)
def test_axe_finner_inget_allvarligt(namn, adresser, inloggad, live_server):
    """In light and in dark, on one visit to each page."""
    funna = []
    lagg_in(
        [("MS_LAB", p, k, "35900", m, b) for p in (202301, 202401) for k, m, b in
         (("4110", "", "250000"), ("3510", "14", "-300000"), ("3795", "4", "-1"))],
        pahittad=True,
    )  # fmt: skip
    jag = Anvandare.objects.get(username="administrator").pk
    sida = inloggad(namn)
    for adress in adresser:
        sida.goto(live_server.url + adress.format(jag=jag))
        for farg, regler in (("light", axe.ALLA), ("dark", axe.KONTRAST)):
            sida.emulate_media(color_scheme=farg)
            funna += [(adress, farg, *brott) for brott in axe.brott(sida, regler, minst_allvarliga=True)]
    assert funna == []
