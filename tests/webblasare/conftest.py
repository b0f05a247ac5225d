"""What every test in a real browser needs: Chromium, people who are logged in, and a worker."""

import pytest
from django.conf import settings
from playwright.sync_api import expect, sync_playwright

from organisation.demo import demolosenord
from tests.regionskane.arbetare import arbetare as riktig_arbetare

FLAGGOR = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]  # fmt: skip

# A loaded machine is slow, not wrong.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as p:
        webblasare = p.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGGOR)
        yield webblasare
        webblasare.close()


@pytest.fixture
def inloggad(exempel_pa_riktigt, live_server, chromium):
    """A page logged in as a demo user, in a context of its own."""
    oppnade = []

    def logga_in(namn, **tillval):
        vanligt = {"locale": "sv-SE", "timezone_id": "Europe/Stockholm"}
        vanligt["viewport"] = {"width": 1440, "height": 900}
        sammanhang = chromium.new_context(**vanligt | tillval)
        oppnade.append(sammanhang)
        sida = sammanhang.new_page()
        sida.goto(f"{live_server.url}/logga-in/")
        # Not left to autofocus: Chromium may give it after the first letters have been typed.
        sida.get_by_label("Användarnamn").focus()
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
    """A real worker on the test database."""
    with riktig_arbetare(settings.REDIS_URL):
        yield
