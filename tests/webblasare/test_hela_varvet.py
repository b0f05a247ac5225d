"""The whole turn in a real browser: enter, save, compute, ask, download. And axe on every page."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connection
from playwright.sync_api import expect, sync_playwright

from budget.models import Belopp
from organisation.demo import demolosenord
from regionskane.celery import app

pytestmark = pytest.mark.webblasare

FLAGGOR = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]  # fmt: skip
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
ARB = "/budget/2024/B2024-ARB"


@pytest.fixture(scope="module")
def chromium():
    # A test that quietly skipped itself would look like a test that passed.
    assert Path(CHROMIUM).exists(), f"{CHROMIUM} saknas. Installera Chromium eller peka ut den med CHROMIUM=."
    with sync_playwright() as p:
        webblasare = p.chromium.launch(executable_path=CHROMIUM, args=FLAGGOR)
        yield webblasare
        webblasare.close()


@pytest.fixture
def inloggad(exempel_pa_riktigt, live_server, chromium):
    """A page logged in as a demo user, in a context of its own."""
    oppnade = []

    def logga_in(namn, **tillval):
        tillval = {"locale": "sv-SE", "timezone_id": "Europe/Stockholm"} | tillval
        sammanhang = chromium.new_context(viewport={"width": 1440, "height": 900}, **tillval)
        oppnade.append(sammanhang)
        sida = sammanhang.new_page()
        sida.goto(f"{live_server.url}/logga-in/")
        sida.keyboard.type(namn)
        sida.keyboard.press("Tab")
        sida.keyboard.type(demolosenord())
        sida.keyboard.press("Enter")
        sida.wait_for_url(f"{live_server.url}/")
        return sida

    yield logga_in
    for sammanhang in oppnade:
        sammanhang.close()


@pytest.fixture
def arbetare(exempel_pa_riktigt):
    """Starts a real worker on the test database. The queue is a folder of its own: the worker of a
    developer who shares the Redis must not take the job to another database."""
    kor = {"data_folder_in": "ko/jobb", "data_folder_out": "ko/jobb", "control_folder": "ko/styrning"}
    kor = {namn: str(settings.DATA_DIR / mapp) for namn, mapp in kor.items()}
    for mapp in kor.values():
        Path(mapp).mkdir(parents=True, exist_ok=True)
    gammal = {
        "broker_url": app.conf.broker_url,
        "broker_transport_options": app.conf.broker_transport_options,
    }
    _anslut_om(broker_url="filesystem://localhost", broker_transport_options=kor)
    processer = []

    def starta():
        processer.append(
            subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "celery", "-q", "-A", "regionskane", "worker", "-c", "1"],
                env={**os.environ, "DATABASE_URL": _testdatabasens_url(), "DATA_DIR": str(settings.DATA_DIR), "REDIS_URL": ""},
                start_new_session=True,
                cwd=settings.BASE_DIR,
            )
        )  # fmt: skip

    yield starta
    for process in processer:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    _anslut_om(**gammal)


def _anslut_om(**konfiguration):
    app.conf.update(konfiguration)
    app._after_fork()  # forgets the open connections, so that the next message goes to the new queue


def _testdatabasens_url():
    db = connection.settings_dict
    anvandare = quote(db["USER"] or "", safe="") + (
        ":" + quote(db["PASSWORD"], safe="") if db["PASSWORD"] else ""
    )
    if str(db["HOST"]).startswith("/"):
        mapp = f"postgres://{anvandare}@/{db['NAME']}?host={quote(db['HOST'], safe='')}"
        return mapp + (f"&port={db['PORT']}" if db["PORT"] else "")
    return f"postgres://{anvandare}@{db['HOST'] or 'localhost'}:{db['PORT'] or 5432}/{db['NAME']}"


def _cell(kod, ar=2024):
    b = Belopp.objects.get(version__kod="B2024-ARB", post__kod=kod, ar=ar)
    return f"#c-{b.enhet_id}-{b.post_id}-{ar}"


def tabba_till(mal):
    """Press Tab until the element has focus, as a person without a mouse does."""
    sida = mal.page
    expect(mal).to_be_visible()
    nod = mal.element_handle()
    for _ in range(150):
        sida.keyboard.press("Tab")
        if nod.evaluate("(nod) => nod === document.activeElement"):
            return
    pytest.fail(f"{mal} nås inte med tabbtangenten")


def tryck(mal):
    tabba_till(mal)
    mal.page.keyboard.press("Enter")


def test_en_siffra_fran_faltet_till_utredning_pdf_och_excel(inloggad, arbetare):
    sida = inloggad("koncerncontroller")
    tryck(sida.get_by_role("link", name="Fyll i: Resultatbudget"))
    sida.wait_for_url("**/resultatbudget/inmatning/")
    summa = sida.locator("[data-summa='arets_resultat.B2024-ARB-2024']")
    expect(summa).to_have_text("−4\u00a0417")
    tabba_till(sida.locator(_cell("intakter")))
    sida.keyboard.press("ArrowDown")
    expect(sida.locator(_cell("kostnader"))).to_be_focused()
    expect(sida.locator(_cell("kostnader"))).to_have_value("−62\u00a0834")
    sida.keyboard.type("-62824")
    expect(summa).to_have_text("−4\u00a0407")
    sida.keyboard.press("Enter")
    expect(sida.locator(_cell("kostnader"))).to_have_value("−62\u00a0824")
    expect(sida.locator("[data-antal]")).to_contain_text("1 ändring ej sparad")
    sida.keyboard.press("Control+s")
    expect(sida.get_by_text("Sparat kl.")).to_be_visible()
    expect(sida.locator("tr[data-rad=kostnader] .lage")).to_contain_text("Sparad")
    expect(summa).to_have_text("−4\u00a0407")

    tryck(sida.get_by_role("link", name="Visa tabellen"))
    tryck(sida.get_by_role("navigation", name="Versionens delar").get_by_role("link", name="Balanskrav"))
    sida.wait_for_url("**/balanskrav/")
    sida.evaluate("window.samma_sida = true")
    tryck(sida.get_by_role("button", name="Beräkna"))
    expect(sida.locator("#jobb-plats")).to_contain_text("Väntar i kö")
    assert sida.evaluate("window.samma_sida"), "jobbet startades genom att sidan laddades om"
    arbetare()
    rad = sida.locator("#balanskrav-balanskravsresultat")
    expect(rad).to_contain_text("−3\u00a0990", timeout=60_000)
    expect(sida.get_by_text("Underlaget har ändrats")).to_have_count(0)
    tryck(rad.locator("summary"))
    expect(sida.get_by_text("kommunallagens balanskrav prövas mot")).to_be_visible()

    tryck(sida.get_by_role("navigation", name="Versionens delar").get_by_role("link", name="Resultatbudget"))
    sida.wait_for_url("**/resultatbudget/")
    siffra = sida.locator("#resultatbudget-kostnader a.tal", has_text="−62\u00a0824")
    tryck(siffra)
    panel = sida.locator("#panel")
    expect(panel).to_be_visible()
    for text in ("Erik Sandahl", "−62\u00a0824", "−62\u00a0834", "budget2024/resultatbudget.csv"):
        expect(panel).to_contain_text(text)
    sida.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(siffra).to_be_focused()

    sida.evaluate("window.samma_sida = true")
    tryck(sida.get_by_role("button", name="PDF"))
    lank = sida.get_by_role("link", name="b2024-arb-resultatbudget.pdf")
    expect(lank).to_be_visible(timeout=60_000)
    assert sida.evaluate("window.samma_sida"), "PDF-filen kom genom att sidan laddades om"
    with sida.expect_download() as pdf:
        tryck(lank)
    assert pdf.value.path().read_bytes().startswith(b"%PDF-1.7")
    with sida.expect_download() as bok:
        tryck(sida.get_by_role("link", name="Excel"))
    assert bok.value.path().read_bytes().startswith(b"PK")


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
    expect(andra.locator(_cell("intakter"))).to_have_value("11 191")
    andra.keyboard.press("Control+s")
    expect(andra.get_by_text("2 belopp sparade")).to_be_visible()
    assert Belopp.objects.get(version__kod="B2024-ARB", post__kod="kostnader", ar=2024).belopp == -62900000000


def test_ett_block_ur_excel_klistras_in_och_angras(inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}{ARB}/skatt/inmatning/")
    forsta = sida.locator(_cell("skatteintakter"))
    forsta.focus()
    forsta.evaluate(
        """(nod) => { const data = new DataTransfer(); data.setData('text/plain', '40 000\\t41 000\\r\\n8 000\\t8 500\\r\\n');
        nod.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }"""
    )
    expect(forsta).to_have_value("40\u00a0000")
    expect(sida.locator(_cell("inkomstutjamning", 2025))).to_have_value("8\u00a0500")
    expect(sida.locator("[data-antal]")).to_contain_text("4 ändringar ej sparade")
    sida.locator("[data-angra]").click()
    expect(forsta).to_have_value("39\u00a0710")
    expect(sida.locator("[data-antal]")).to_contain_text("Inga osparade ändringar")


def test_inmatning_fungerar_utan_javascript(inloggad, live_server):
    sida = inloggad("controller", java_script_enabled=False)
    sida.goto(f"{live_server.url}{ARB}/regionbidrag/inmatning/")
    b = Belopp.objects.get(version__kod="B2024-ARB", enhet__kod="NORV_MS", ar=2024)
    falt = f"#c-{b.enhet_id}-{b.post_id}-2024"
    sida.fill(falt, "abc")
    sida.click("[data-spara]")
    expect(sida.locator(falt)).to_have_value("abc")
    expect(sida.get_by_role("alert")).to_contain_text("«abc» är inte ett tal")
    sida.fill(falt, "620,5")
    sida.click("[data-spara]")
    expect(sida.get_by_text("Sparat kl.")).to_be_visible()
    b.refresh_from_db()
    assert b.belopp == 620500000


@pytest.mark.parametrize("farg", ["light", "dark"])
def test_axe_finner_inget_allvarligt(inloggad, live_server, farg):
    sida = inloggad("koncerncontroller", color_scheme=farg)
    funna = []
    for adress in (
        "/", "/budget/", "/budget/2024/B2024/", "/budget/2024/B2024/regionbidrag/",
        "/budget/2024/B2024/resultatbudget/", "/budget/2024/B2024/balanskrav/", "/budget/2024/B2024/kontroll/",
        f"{ARB}/regionbidrag/inmatning/", f"{ARB}/balanskrav/inmatning/", f"{ARB}/balanskrav/",
        f"{ARB}/balanskrav/beslut/", f"{ARB}/kopiera/", f"{ARB}/las/", "/organisation/", "/stil/",
        "/tillganglighet/", "/losenord/", "/budget/2024/B2024/varifran/regionbidrag/regionbidrag/alla/2024/",
        "/finns-inte/",
    ):  # fmt: skip
        sida.goto(live_server.url + adress)
        svar = Axe().run(sida, options=AXE).response
        funna += [
            (adress, brott["id"], brott["nodes"][0]["html"][:120])
            for brott in svar["violations"]
            if brott["impact"] in ("serious", "critical")
        ]
    assert funna == []
