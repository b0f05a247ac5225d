"""An indikator from the library to a met target in a real browser: found, read, corrected, put back. With axe."""

import pytest
from playwright.sync_api import expect

from tests.webblasare import axe

pytestmark = pytest.mark.webblasare


@pytest.fixture
def sida(inloggad):
    return inloggad("koncerncontroller")


def _axe(sida, *, mork=False):
    """All rules in light and, with `mork`, the contrasts once more in dark."""
    morkt = [("dark", axe.KONTRAST)] if mork else []
    for schema, regler in [("light", axe.ALLA), *morkt]:
        sida.emulate_media(color_scheme=schema)
        assert axe.brott(sida, regler, minst_allvarliga=True) == [], (sida.url, schema)
    sida.emulate_media(color_scheme="light")


def test_fran_biblioteket_till_ett_uppfyllt_mal_och_tillbaka(sida, live_server):
    url = live_server.url

    # Find the indikator by the words of its name.
    sida.get_by_role("link", name="Indikatorer", exact=True).first.click()
    expect(sida.get_by_role("heading", name="Indikatorer", exact=True)).to_be_visible()
    _axe(sida)
    sida.get_by_label("Sök").fill("penicillin barn")
    sida.get_by_role("button", name="Visa", exact=True).click()
    rad = sida.get_by_role("row", name="Penicillin V")
    expect(rad).to_contain_text("Ej uppfyllt")
    rad.get_by_role("link").click()

    # Read why its target is not met.
    bedomning = sida.get_by_role("region", name="Bedömning 2024")
    expect(bedomning).to_contain_text("Målet är inte uppfyllt")
    expect(bedomning).to_contain_text("73 % mot >75 %: ej uppfyllt, 2 procentenheter saknas. Sämre än 2023.")
    expect(sida.get_by_role("img", name="2024: 73 %, mål > 75 %").first).to_be_visible()
    _axe(sida, mork=True)

    # Ask where the figure comes from, in the panel beside.
    sida.locator("#varden a.tal").first.click()
    panel = sida.locator("#panel")
    expect(panel.get_by_text("HSN:s verksamhetsberättelse 2024").first).to_be_visible()
    _axe(sida)

    # Enter a value: first one that cannot be read, and then the right one.
    panel.get_by_role("link", name="Ändra värdet").click()
    falt = sida.get_by_label("Öppenvård barn, värde")
    falt.fill("sjuttiosex")
    sida.get_by_role("button", name="Spara").click()
    expect(sida.get_by_role("alert")).to_contain_text("är inget tal")
    expect(falt).to_have_value("sjuttiosex")
    _axe(sida, mork=True)
    falt.fill("76,5")
    sida.get_by_label("Kommentar").fill("Rättat efter journalgranskning")
    sida.get_by_role("button", name="Spara").click()
    expect(sida.get_by_role("status")).to_contain_text("Öppenvård barn 2024: uppfyllt, 76,5 % mot >75 %.")
    expect(sida.get_by_role("row", name="Öppenvård barn")).to_contain_text("Uppfyllt")
    sida.get_by_role("link", name="Till indikatorn").click()
    expect(sida.get_by_role("region", name="Bedömning 2024")).to_contain_text("Målet är uppfyllt")

    # The earlier value is in the panel, and can be put back from it.
    sida.locator("#varden a.tal").first.click()
    expect(panel).to_contain_text("Rättat efter journalgranskning")
    panel.get_by_role("button", name="Lägg tillbaka").click()
    expect(sida.get_by_role("status")).to_contain_text("ej uppfyllt, 73 % mot >75 %.")

    # The pages that are read the most, on a phone too.
    for adress in ("/indikatorer/2024/oversikt/", "/indikatorer/ID0341/", "/indikatorer/2024/bilaga/"):
        sida.set_viewport_size({"width": 1440, "height": 900})
        sida.goto(f"{url}{adress}")
        _axe(sida, mork=adress.endswith("oversikt/"))
        sida.set_viewport_size({"width": 390, "height": 844})
        assert sida.evaluate("document.documentElement.scrollWidth") == 390
    for adress in ("/indikatorer/ID0050/mal/", "/indikatorer/las-in/"):
        sida.goto(f"{url}{adress}")
        _axe(sida)
