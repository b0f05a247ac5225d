"""Charts of values against targets: what is drawn where, and that nothing is told by colour alone."""

import re
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from regionskane.lib.tidsserie import (
    Malzon,
    Prick,
    Prickdiagram,
    Punkt,
    Tidsserie,
    borjar_vid_noll,
    for_utskrift,
    rita_gnista,
    rita_liten,
    rita_prickar,
    rita_tidsserie,
)

D = Decimal
SERIE = Tidsserie(
    "Fallprevention <vuxna>",
    "procent",
    (
        Punkt(2020, D("31"), "31 %"),
        Punkt(2021, None, "iu", skal="ingen uppgift"),
        Punkt(2022, D("35"), "35 %", "avvikelse"),
        Punkt(2023, D("70"), "70 %", "avvikelse", brott=True),
        Punkt(2024, D("83"), "83 %", "klart", osaker=True),
    ),
    (Malzon(2023, D(75), None, "≥ 75 %"), Malzon(2024, D(80), None, "≥ 80 %")),
)


def _delar(svg, klass):
    return [e for e in ElementTree.fromstring(svg).iter() if klass in (e.get("class") or "").split()]


@pytest.mark.parametrize("bredd", [760, 358])
def test_serien_har_band_per_ar_lucka_och_brott(bredd):
    svg = rita_tidsserie(SERIE, bredd=bredd, id_="d")
    band = _delar(svg, "band")
    assert len(band) == len(_delar(svg, "bandkant")) == 2
    # Each year's band ends at that year's limit, and the higher one higher up.
    assert float(_delar(svg, "bandkant")[0].get("y1")) > float(_delar(svg, "bandkant")[1].get("y1"))
    # 2021 is missing and 2023 cannot be compared: what is left to join is 2023 and 2024.
    (linje,) = _delar(svg, "l1")
    assert linje.get("d").count("L") == 1
    assert len(_delar(svg, "l2")) == 1
    assert [len(_delar(svg, k)) for k in ("m-oppen", "m-avv", "m-klart", "m-osaker")] == [1, 2, 1, 1]
    # A met target is another shape than one that is not met, and the words of every year stand there too.
    assert {e.tag.rpartition("}")[2] for e in _delar(svg, "m-avv")} == {"path"}
    assert {e.tag.rpartition("}")[2] for e in _delar(svg, "m-klart")} == {"circle"}
    titel = next(ElementTree.fromstring(svg).iter("title")).text
    assert "2021: ingen uppgift" in titel
    assert "2024: 83 %, mål ≥ 80 %" in titel
    assert "<vuxna>" in titel
    for e in ElementTree.fromstring(svg).iter():
        for falt in ("x", "x1", "x2", "cx"):
            assert 0 <= float(e.get(falt, 0)) <= bredd


def test_axeln_sager_om_den_inte_borjar_vid_noll():
    assert borjar_vid_noll(SERIE)
    nara = replace(SERIE, punkter=(Punkt(2023, D("79.2"), "79,2"), Punkt(2024, D("79.7"), "79,7")), zoner=())
    assert not borjar_vid_noll(nara)


@pytest.mark.parametrize(
    "varden", [("0", "0"), ("5", "5"), ("-3", "7"), ("0.001", "0.002"), ("1e9", "2e9"), ("-2", "-1")]
)
def test_alla_slags_varden_far_plats(varden):
    punkter = tuple(Punkt(2023 + i, D(v), v) for i, v in enumerate(varden))
    serie = replace(SERIE, punkter=punkter, zoner=())
    for svg in (rita_tidsserie(serie, bredd=358, id_="d"), rita_liten(serie, id_="l")):
        hojd = float(ElementTree.fromstring(svg).get("viewBox").split()[3])
        assert all(0 <= float(e.get("cy")) <= hojd for e in _delar(svg, "m-oppen"))


def test_gnistan_hojer_sig_med_vardet_och_kraver_tva():
    assert rita_gnista(SERIE.punkter[:2]) == ""
    vag = re.search(r'd="([^"]+)"', rita_gnista(SERIE.punkter))[1]
    hojder = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", vag)]
    assert hojder == sorted(hojder, reverse=True)
    assert 'aria-hidden="true"' in rita_gnista(SERIE.punkter)


def test_prickarna_star_ratt_sida_om_sin_egen_grans():
    prickar = (
        Prick("Barn & unga", D(30), "30 % ej uppfyllt", "avvikelse", zon=Malzon(2024, D(80), None, "≥ 80 %")),
        Prick("Vuxna", D(90), "90 % uppfyllt", "klart", zon=Malzon(2024, D(80), None, "≥ 80 %")),
        Prick("Äldre", D(45), "45 % uppfyllt", "klart", zon=Malzon(2024, D(40), D(60), "40–60 %")),
    )
    svg = rita_prickar(Prickdiagram("Segment", "procent", prickar), bredd=358, id_="p")
    granser = [float(e.get("x1")) for e in _delar(svg, "bandkant")]
    (romb,) = _delar(svg, "m-avv")
    vuxna, aldre = (float(e.get("cx")) for e in _delar(svg, "m-klart"))
    assert float(re.match(r"M([\d.]+)", romb.get("d"))[1]) < granser[0] < vuxna
    assert sorted([aldre, *granser[2:]])[1] == aldre
    assert "Barn &amp; unga 30 % ej uppfyllt, mål ≥ 80 %" in svg


@pytest.mark.parametrize(
    "skarm",
    (
        rita_tidsserie(SERIE, bredd=760, id_="d"),
        rita_prickar(
            Prickdiagram("Andel", "procent", (Prick("Alla", D(81), "81 %", "klart"),)), bredd=760, id_="p"
        ),
    ),
)
def test_trycket_ar_samma_teckning_med_egna_farger_och_typsnitt(skarm):
    tryck = for_utskrift(skarm)
    assert "class=" not in tryck
    assert [e.tag for e in ElementTree.fromstring(tryck).iter()] == [
        e.tag for e in ElementTree.fromstring(skarm).iter()
    ]
    for e in ElementTree.fromstring(tryck).iter():
        namn = e.tag.rpartition("}")[2]
        if namn in ("rect", "circle", "path", "text"):
            assert e.get("fill")
        assert namn != "text" or e.get("font-family") == "Inter"
        if namn == "line":
            assert e.get("stroke")


@pytest.mark.parametrize(("bredd", "under"), [(358, True), (820, False)])
def test_ett_langt_namn_gar_inte_in_i_sin_siffra(bredd, under):
    """On a narrow drawing the figure stands under the name; on a wide one the name is cut before it."""
    namn = "Andel patienter som väntar kortare tid än två timmar på inskrivning till vårdavdelning, Akutmottagning"
    text = "Ej uppfyllt, 36,6 procentenheter saknas"
    prickar = (Prick(namn, D(-1), text, "avvikelse"), Prick("Kort", D(1), "Uppfyllt", "klart"))
    svg = rita_prickar(Prickdiagram("Avstånd", "andel", prickar), bredd=bredd, id_="p")
    namnen, siffrorna = _delar(svg, "namn"), _delar(svg, "v")
    assert (float(siffrorna[0].get("y")) > float(namnen[0].get("y"))) is under
    plats = bredd if under else bredd - len(text) * 6
    assert len(namnen[0].text) * 5.7 < plats and namnen[0].text.endswith("…")
    assert (namnen[1].text, siffrorna[1].text) == ("Kort", "Uppfyllt")
