"""What was decided stands in the workbook's cell, and what its parts give in a comment on it."""

from decimal import Decimal
from io import BytesIO

from openpyxl import load_workbook

from regionskane.lib import xlsx
from regionskane.lib.tabell import Cell, Handling, Kolumn, Rad, Radslag, Tabell

MN = Decimal(1_000_000)


def test_delarna_star_i_en_kommentar_bara_dar_de_ger_nagot_annat():
    tabell = Tabell(
        "prov", "Prov", "Post", (Kolumn("a", "2025", beslutad=True),),
        (
            Rad("ett", "Ett", (Cell(300 * MN),)),
            Rad("tva", "Två", (Cell(353 * MN),)),
            Rad("alla", "Alla", (Cell(652 * MN, delar_ger=653 * MN),), Radslag.TOTAL, (("ett", 1), ("tva", 1))),
        ),
    )  # fmt: skip
    innehall = xlsx.skriv_handling(Handling("Prov", "", (tabell,), tid="2024-01-01T00:00:00+00:00"))
    blad = load_workbook(BytesIO(innehall))[xlsx.bladnamn((tabell,))[0]]
    per_rubrik = {rad[0].value: rad[1] for rad in blad.iter_rows(max_col=2) if rad[0].value}
    assert per_rubrik["Alla"].value == 652 and per_rubrik["Alla"].comment.text.strip() == "Delarna ger 653."
    assert per_rubrik["Ett"].comment is None
    # The same figures give the same bytes.
    assert innehall == xlsx.skriv_handling(Handling("Prov", "", (tabell,), tid="2024-01-01T00:00:00+00:00"))
