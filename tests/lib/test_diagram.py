"""The waterfall: every bar within the drawing, and every number in words."""

import re
from decimal import Decimal

import pytest

from regionskane.lib.diagram import Steg, Vattenfall, rita_vattenfall


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
