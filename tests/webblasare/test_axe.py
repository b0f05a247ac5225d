"""That the question to axe can be answered with no, also of the last row of a table."""

import pytest

from tests.webblasare import axe

pytestmark = pytest.mark.webblasare


@pytest.mark.parametrize("farg", ["light", "dark"])
def test_en_text_som_inte_syns_i_sista_raden_underkanns(farg, inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.emulate_media(color_scheme=farg)
    sida.goto(f"{live_server.url}/budget/2024/B2024/regionbidrag/")
    assert axe.brott(sida) == []
    sista = sida.locator("tbody tr:last-child td.n").last
    sista.evaluate(
        "(nod) => { nod.style = 'color: #888; background: #999'; nod.textContent = 'otydlig text' }"
    )
    assert [namn for namn, _ in axe.brott(sida)] == ["color-contrast"]
    assert [namn for namn, _ in axe.brott(sida, axe.KONTRAST)] == ["color-contrast"]
