"""Letters that were broken before the file was written, and sound ones of other languages."""

import pytest

from regionskane.lib.textfil import trasig_bokstav

MENING = "Utbetald lön för åren, på Östra sjukhuset i Ängelholm"


@pytest.mark.parametrize("som", ["cp437", "cp1252", "latin-1", "mac_roman", "utf-8"])
@pytest.mark.parametrize("last", ["cp437", "cp1252", "latin-1"])
def test_en_svensk_mening_i_fel_kodning_syns(som, last):
    lika = {som, last} <= {"cp1252", "latin-1"} or som == last
    assert bool(trasig_bokstav(MENING.encode(som).decode(last, "replace"))) is not lika


def test_utf8_som_lasts_som_mac_roman_syns():
    assert trasig_bokstav(MENING.encode().decode("mac_roman")) == "l√∂n"


@pytest.mark.parametrize(
    ("text", "ordet"),
    [("Inköp LÃ¶n;12", "LÃ¶n"), ("L\ufffdn", "L\ufffdn"), ("av L”n i", "L”n"), ("fšr", "fšr"), ("pŒ", "pŒ"),
     ("G™TEBORG", "G™TEBORG"), ("†ren", "†ren"), ("KÃ–P", "KÃ–P"), ("Â§ 4", "Â§"), ("fσr", "fσr")],
)  # fmt: skip
def test_ordet_visas(text, ordet):
    assert trasig_bokstav(text) == ordet


@pytest.mark.parametrize(
    "text",
    [
        MENING, "„citat” och ”citat”", "sa ”hej”, du", "Željko Višnja Šašić Muškić Trišić Kršćanin",
        "Ünal Küche GÜNTER",
        "Microsoft™ Word", "12 ÷ 3 × 4", "São Paulo", "Œuvre", "Person†, †2024", "──── Σ summa", "§ 4 µg 5 °C ½",
        "€ 10 – … ’", "Straße, Dušan", "Zaključak, HŠV", "Père Noël, L’Île", "Ørsted, Ærø",
    ],
)  # fmt: skip
def test_hela_bokstaver_i_andra_sprak_ar_inte_trasiga(text):
    assert trasig_bokstav(text) == ""
