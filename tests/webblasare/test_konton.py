"""The logs of accounts and downloads in a real browser, and a one-time password that a reload does not make again."""

import pytest
from playwright.sync_api import expect

from organisation.models import Anvandare
from tests.webblasare import axe

pytestmark = pytest.mark.webblasare


def _axe(sida):
    assert axe.brott(sida) == [], sida.url


def test_ett_konto_aterstalls_en_gang_och_loggarna_visar_det(inloggad, live_server):
    url, politiker = live_server.url, Anvandare.objects.get(username="politiker")
    admin = inloggad("administrator")
    admin.goto(f"{url}/organisation/anvandare/{politiker.pk}/")
    admin.get_by_role("button", name="Ge ett nytt lösenord").click()
    losenord = admin.locator("code").inner_text()
    _axe(admin)
    admin.reload()
    expect(admin.get_by_text("Lösenordet är redan bytt")).to_be_visible()
    expect(admin.locator("code")).to_have_count(0)
    politiker.refresh_from_db()
    assert politiker.check_password(losenord)

    revisor = inloggad("revisor", viewport={"width": 390, "height": 844}, color_scheme="dark")
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
