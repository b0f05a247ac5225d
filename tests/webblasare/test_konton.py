"""The logs of accounts and downloads in a real browser, and a one-time password that a reload does not make again."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from organisation.demo import demolosenord
from organisation.models import Anvandare

pytestmark = pytest.mark.webblasare

FLAGGOR = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]  # fmt: skip
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}

expect.set_options(timeout=20_000)


def _logga_in(webblasare, url, namn, **tillval):
    sida = webblasare.new_context(locale="sv-SE", timezone_id="Europe/Stockholm", **tillval).new_page()
    sida.goto(f"{url}/logga-in/")
    sida.get_by_label("Användarnamn").fill(namn)
    sida.get_by_label("Lösenord").fill(demolosenord())
    sida.keyboard.press("Enter")
    sida.wait_for_url(f"{url}/")
    return sida


def _axe(sida):
    svar = Axe().run(sida, options=AXE).response
    assert [(b["id"], b["nodes"][0]["html"][:120]) for b in svar["violations"]] == [], sida.url


def test_ett_konto_aterstalls_en_gang_och_loggarna_visar_det(exempel_pa_riktigt, live_server):
    url, politiker = live_server.url, Anvandare.objects.get(username="politiker")
    with sync_playwright() as p:
        webblasare = p.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGGOR)
        admin = _logga_in(webblasare, url, "administrator", viewport={"width": 1440, "height": 900})
        admin.goto(f"{url}/organisation/anvandare/{politiker.pk}/")
        admin.get_by_role("button", name="Ge ett nytt lösenord").click()
        losenord = admin.locator("code").inner_text()
        _axe(admin)
        admin.reload()
        expect(admin.get_by_text("Lösenordet är redan bytt")).to_be_visible()
        expect(admin.locator("code")).to_have_count(0)
        politiker.refresh_from_db()
        assert politiker.check_password(losenord)

        revisor = _logga_in(
            webblasare, url, "revisor", viewport={"width": 390, "height": 844}, color_scheme="dark"
        )
        with revisor.expect_download():
            revisor.evaluate("location.href = '/budget/2024/B2024/skatt/excel/'")
        revisor.goto(f"{url}/organisation/")
        revisor.get_by_role("link", name="Kontohändelser").click()
        expect(revisor.get_by_role("cell", name="Återställde lösenordet")).to_have_count(1)
        _axe(revisor)
        revisor.get_by_label("Händelse", exact=True).select_option("stangt")
        revisor.get_by_role("button", name="Visa").click()
        expect(revisor.get_by_role("heading", name="Inga händelser")).to_be_visible()
        _axe(revisor)
        revisor.get_by_role("link", name="Nedladdningar").click()
        expect(revisor.get_by_role("cell", name="Budgettabell")).to_have_count(1)
        revisor.get_by_text("Mer", exact=True).click()
        _axe(revisor)
        assert revisor.evaluate("document.documentElement.scrollWidth <= innerWidth")
        webblasare.close()
