"""A month's ledger from the dropped file to its place, in a real browser with a real worker and axe on the pages."""

import base64

import pytest
from django.conf import settings
from playwright.sync_api import expect

from budget.models import Saldo
from tests.budget.actions.test_utfall import KN, balans, csv
from tests.regionskane.arbetare import arbetare
from tests.webblasare.test_delar import _axe

pytestmark = pytest.mark.webblasare

_SLAPP = """([namn, innehall]) => {
    const bytes = Uint8Array.from(atob(innehall), (c) => c.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], namn, { type: "text/csv" }));
    const ruta = document.querySelector("[data-slapp]");
    for (const slag of ["dragenter", "dragover", "drop"]) {
        ruta.dispatchEvent(new DragEvent(slag, { dataTransfer: data, bubbles: true, cancelable: true }));
    }
}"""


def test_en_manads_fil_fran_slapp_till_plats(inloggad, live_server):
    lika = f"202403;5010;{KN};;;Prov;1,00"
    innehall = csv(*balans(202403, KN, "9991", 5, "A1"), lika, lika)
    with arbetare(settings.REDIS_URL):
        sida = inloggad("koncerncontroller")
        sida.goto(f"{live_server.url}/utfall/filer/")
        _axe(sida)
        sida.evaluate(_SLAPP, ["mars.csv", base64.b64encode(innehall).decode()])
        sida.get_by_role("button", name="Läs in").click()

        # The progress is followed until the file page says what it needs.
        expect(sida.get_by_role("heading", name="Koder som inte är kopplade")).to_be_visible(timeout=40_000)
        _axe(sida)
        sida.get_by_label("Konto 9991: kallas").fill("Prov")
        sida.get_by_label("Konto 9991: hör till").select_option(index=1)
        sida.get_by_role("button", name="Koppla och läs in").click()

        expect(sida.get_by_role("heading", name="Bekräfta varningarna")).to_be_visible()
        _axe(sida)
        sida.get_by_label("Rader som är lika en annan rad (1)").check()
        sida.get_by_role("button", name="Läs in ändå").click()

        expect(sida.get_by_role("link", name="Se utfallet 2024")).to_be_visible()
        _axe(sida)
        sida.get_by_role("link", name="Huvudböcker").click()
        sida.get_by_role("link", name="Kulturnämnden 2024-03: inläst ur mars.csv").click()
        expect(sida.get_by_role("heading", name="mars.csv")).to_be_visible()

        # The month in the follow-up table, and an amount of it down to the line in the file.
        sida.get_by_role("link", name="Se utfallet 2024").click()
        sida.get_by_label("Följ upp").select_option("enhet-KN")
        sida.get_by_label("Från").select_option("3")
        sida.get_by_label("Till och med").select_option("3")
        sida.get_by_role("button", name="Visa").click()
        expect(sida.get_by_role("heading", name="Kulturnämnden, mars 2024")).to_be_visible()
        sida.get_by_role("row", name="Köp av verksamhet").get_by_role("link").first.click()
        sida.get_by_role("row", name="5010").get_by_role("link").first.click()
        expect(sida.get_by_text("2 rader, tillsammans −2,00 kr")).to_be_visible()
        sida.get_by_role("link", name="mars.csv rad 4").click()
        expect(sida.get_by_role("heading", name="Rad 4 i mars.csv")).to_be_visible()
        expect(sida.get_by_text(lika, exact=True)).to_be_visible()
        _axe(sida)
    assert Saldo.objects.filter(enhet__kod="KN", period=202403).count() == 3
