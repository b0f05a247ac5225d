"""The waterfall: every bar within the drawing, and every number in words."""

import re
from decimal import Decimal

import pytest

from regionskane.lib.diagram import Andel, Andelsdiagram, Steg, Vattenfall, rita_andelar, rita_vattenfall


@pytest.mark.parametrize("niva", ["567.4", "-48872", "0"])
@pytest.mark.parametrize("andringar", [("11.3", "-4"), ("-0.1",), ("0",), ()])
def test_staplarna_ligger_i_bilden_och_talen_star_i_ord(niva, andringar):
    niva, andringar = Decimal(niva), [Decimal(a) for a in andringar]
    steg = [Steg("Före", niva, niva=True), *(Steg(f"Ändring {i}", a) for i, a in enumerate(andringar))]
    steg.append(Steg("Efter", niva + sum(andringar), niva=True))
    d = Vattenfall("Så <här>", "Mnkr.", tuple(steg), text=str, andring=lambda v: f"{v:+}")
    svg = rita_vattenfall(d, bredd=358, id_="x")
    rutor = [
        (float(x), float(b))
        for x, b in re.findall(r'<rect class="[^"]*" x="([^"]+)" y="\d+" width="([^"]+)"', svg)
    ]
    assert len(rutor) == len(steg)
    assert all(x >= 0 and x + b <= 358 + 1.5 for x, b in rutor)
    assert "Så &lt;här&gt;" in svg and f"Före {niva}" in svg
    for i, a in enumerate(andringar):
        assert f"Ändring {i} {a:+}" in svg


def test_andelar_ritas_mot_linjen_for_hela_och_over_den_i_varningsfarg():
    d = Andelsdiagram(
        "Rubrik",
        "Under.",
        (Andel("Över & ut", Decimal("1.25"), "125 av 100"), Andel("Halva", Decimal("0.5"), "50 av 100")),
        lambda v: f"{v:.0%}",
    )
    svg = rita_andelar(d, bredd=500, id_="x")
    assert "Över &amp; ut 125 av 100, 125%; Halva 50 av 100, 50%." in svg
    assert svg.count('class="bar bar--neg"') == 1
    # 1,25 fills the width, so the whole stands at 400 and a half is 200 wide.
    assert 'x1="400.0"' in svg and 'width="200.0"' in svg
