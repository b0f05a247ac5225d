"""What a table says when it is shown: the same words on page and paper."""

from dataclasses import FrozenInstanceError, replace
from decimal import Decimal

import pytest

from regionskane.lib import visning
from regionskane.lib.belopp import relativ_forandring
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell
from tests.lib import provhandling


def en_cell(cell: Cell, rod: bool = False, **kolumn) -> visning.Cellvy:
    tabell = Tabell("t", "T", "Rad", (Kolumn("k", "K", **kolumn),), (Rad("r", "R", (cell,), rod=rod),))
    return visning.visa(tabell).rader[0].celler[0]


def test_cell_hittas_pa_nycklar():
    tabell = provhandling.regionbidrag()
    assert tabell.cell("kn", "b2024").varde == Decimal("357400000")
    for rad, kolumn in (("finns-inte", "b2024"), ("kn", "finns-inte")):
        with pytest.raises(KeyError):
            tabell.cell(rad, kolumn)


def test_handlingen_ar_frusen():
    with pytest.raises(FrozenInstanceError):
        provhandling.handling().titel = "Något annat"


def test_tabellen_lases_som_den_ar_tryckt():
    vy = visning.visa(provhandling.regionbidrag())
    rader = {r.nyckel: r for r in vy.rader}
    assert [c.text for c in rader["ktn"].celler] == ["3\u00a0708,6", "4\u00a0027,2", "+318,6", "+8,6\u00a0%"]
    assert [c.text for c in rader["summa-ru"].celler][:2] == ["4\u00a0363,9", "4\u00a0708,4"]
    assert [c.text for c in rader["ny"].celler] == ["iu", "1,2", "–", "–"]
    assert [c.klass for c in rader["ny"].celler] == ["n svag", "n", "n svag", "n svag"]
    assert rader["ru"].celler == () and rader["ru"].slag == "grupp"
    assert rader["kn"].celler[0].url == "/kalla/regionbidrag/2023/kn/"
    assert rader["csk"].celler[1].noter == (1,)
    assert (vy.enhet, vy.klass, vy.liggande, vy.bredd) == ("mnkr", "k4", False, 5)
    assert [r.nyckel for r in vy.forklarade] == ["ny", "total"]


@pytest.mark.parametrize(
    ("mnkr", "slag", "rod", "negativ"),
    [
        ("-3", Kolumnslag.BELOPP, False, False),  # a cost is negative without being bad news
        ("-3", Kolumnslag.BELOPP, True, True),
        ("-3", Kolumnslag.DIFFERENS, False, False),  # less is not worse of what a nämnd gets, or of an asset
        ("-3", Kolumnslag.DIFFERENS, True, True),
        ("3", Kolumnslag.DIFFERENS, True, False),
        ("-0.04", Kolumnslag.DIFFERENS, True, False),  # reads «0,0»
        ("-0.05", Kolumnslag.DIFFERENS, True, True),
    ],
)
def test_rott_ar_dalig_nyhet_som_syns(mnkr, slag, rod, negativ):
    cell = en_cell(Cell(provhandling.mnkr(mnkr)), rod=rod, slag=slag, decimaler=1)
    assert cell.negativ is negativ
    assert ("neg" in cell.klass.split()) is negativ


@pytest.mark.parametrize(
    ("forra", "nu", "text", "negativ"),
    [
        ("-100", "-109.4", "+9,4\u00a0%", True),  # costs that rise are a plus, and worse
        ("-100", "-95", "−5,0\u00a0%", False),
        ("100", "95", "−5,0\u00a0%", True),
        ("100", "109.4", "+9,4\u00a0%", False),
        ("-100", "-100.04", "0,0\u00a0%", False),
    ],
)
def test_procent_sager_vart_det_gar_och_rott_vad_som_ar_samre(forra, nu, text, negativ):
    gammal, ny = provhandling.mnkr(forra), provhandling.mnkr(nu)
    procent = Kolumn("p", "%", slag=Kolumnslag.PROCENT, decimaler=1, av=("b", "a"))
    kolumner = (Kolumn("a", "A"), Kolumn("b", "B"), procent)
    for plus_battre in (True, False):
        rad = Rad(
            "r", "R", (Cell(gammal), Cell(ny), Cell(relativ_forandring(ny, gammal))), plus_battre=plus_battre
        )
        cell = visning.visa(Tabell("t", "T", "Rad", kolumner, (rad,))).rader[0].celler[2]
        assert (cell.text, cell.negativ) == (text, negativ and plus_battre)


def test_text_ar_aldrig_rod():
    text = en_cell(Cell(text="−5 vårdplatser"), slag=Kolumnslag.TEXT)
    assert (text.text, text.negativ, text.klass) == ("−5 vårdplatser", False, "")
    assert en_cell(Cell(text="dolt")).klass == "n"


def test_blandade_enheter_har_ingen_gemensam():
    vy = visning.visa(provhandling.balans())
    assert (vy.enhet, vy.klass) == ("", "k4 med-text")


@pytest.mark.parametrize(("ord_", "jamna"), [("Underskott", False), ("Kollektivtrafiknämnd", True)])
def test_kolumner_som_inte_rymmer_sina_ord_delar_jamnt(ord_, jamna):
    kolumner = tuple(Kolumn(f"k{i}", ord_) for i in range(5))
    vy = visning.visa(Tabell("t", "T", "Rad", kolumner, (Rad("r", "R", (Cell(),) * 5),)))
    assert ("jamna" in vy.klass.split()) is jamna


@pytest.mark.parametrize(
    "text", ["a-" * 50, "a/" * 50, "漢" * 100], ids=["streck", "snedstreck", "kinesiska"]
)
@pytest.mark.parametrize("plats", ["cell", "rad", "grupp"])
def test_en_text_utan_blanksteg_lamnar_inte_bredden_at_innehallet(text, plats):
    def klasser(lang):
        rader = (
            Rad("g", lang if plats == "grupp" else "G", slag=Radslag.GRUPP),
            Rad("r", lang if plats == "rad" else "R", (Cell(text=lang if plats == "cell" else "c"),)),
        )
        kolumner = (Kolumn("k", "K", slag=Kolumnslag.TEXT),)
        return visning.visa(Tabell("t", "T", "Rad", kolumner, rader)).klass.split()

    assert "jamna" in klasser(text)
    assert "jamna" not in klasser("ett ord " * 50)


def test_breda_tabeller_laggs_ned():
    assert visning.visa(provhandling.plan()).liggande
    kolumner = tuple(Kolumn(f"k{i}", "K") for i in range(30))
    vy = visning.visa(Tabell("t", "T", "Rad", kolumner, (Rad("r", "R", (Cell(),) * 30),)))
    assert (vy.klass, vy.liggande) == ("k24 jamna", True)


def test_fel_antal_celler_sags_ifran():
    tabell = Tabell("t", "T", "Rad", (Kolumn("k", "K"),), (Rad("r", "R"),))
    with pytest.raises(ValueError, match="har 0 celler"):
        visning.visa(tabell)
    grupp = replace(tabell, rader=(Rad("g", "G", slag=Radslag.GRUPP),))
    assert visning.visa(grupp).rader[0].celler == ()


def test_handlingen_blir_kapitel_med_egna_ankare():
    handling = provhandling.handling()
    diagram = visning.Diagramvy("Bidrag", "<svg></svg>")
    vy = visning.visa_handling(handling, diagram={"plan": [diagram]})
    assert [k.ankare for k in vy.kapitel] == ["tabell-regionbidrag-4a", "tabell-resultat", "tabell-plan"]
    assert [k.nummer for k in vy.kapitel] == ["1", "2", "3"]
    assert vy.kapitel[2].diagram == (diagram,)
    with pytest.raises(ValueError, match="samma nyckel"):
        visning.visa_handling(replace(handling, tabeller=handling.tabeller * 2))


def test_ett_motiv_far_mer_plats_an_ett_datum():
    kolumner = tuple(
        Kolumn(k, k, slag=Kolumnslag.TEXT) for k in ("Beslut", "Organ", "Datum", "Paragraf", "Motiv")
    )
    texter = ("Aviserat, inte beslutat", "Regionfullmäktige", "–", "–", "Ändrade beräkningsparametrar " * 5)
    tabell = Tabell(
        "b", "B", "Underskottsår", kolumner, (Rad("r", "2023", tuple(Cell(text=t) for t in texter)),)
    )
    vy = visning.visa(tabell)
    andel = dict(zip(("År", *(k.rubrik for k in vy.kolumner)), vy.andelar, strict=True))
    assert max(andel, key=andel.get) == "Motiv" and min(andel, key=andel.get) == "Datum"
    assert 95 <= sum(vy.andelar) <= 100
    utan_text = replace(tabell, kolumner=kolumner[:2], rader=(Rad("r", "2023", (Cell(text="–"),) * 2),))
    assert visning.visa(utan_text).andelar == ()


def test_en_rad_forklaras_en_gang():
    tabell = provhandling.regionbidrag()
    samma = replace(tabell, nyckel="samma", rubrik="Samma rader")
    vy = visning.visa_handling(replace(provhandling.handling(), tabeller=(tabell, samma)))
    assert [(f.rubrik, [r.nyckel for r in f.rader]) for f in vy.forklaringar] == [
        (tabell.rubrik, ["ny", "total"])
    ]


def test_ingressen_sags_en_gang_under_samma_rubrik():
    """A table that only repeats the words of the one before it is let be without, unless it has a page to itself."""
    tabell, bred = provhandling.regionbidrag(), provhandling.plan()
    assert visning.visa(bred).liggande and not visning.visa(tabell).liggande

    def ingresser(*tabeller):
        vy = visning.visa_handling(replace(provhandling.handling(), tabeller=tabeller))
        return [k.tabell.ingress for b in vy.bilagor for k in b.kapitel]

    ett, tva, tre = (
        replace(tabell, nyckel=n, bilaga=b, ingress="Bara rader som ändras.")
        for n, b in (("a", "bilaga 1"), ("b", "bilaga 1"), ("c", "bilaga 2"))
    )
    assert ingresser(ett, tva, tre) == ["Bara rader som ändras.", "", "Bara rader som ändras."]
    bredvid = replace(bred, bilaga="bilaga 1", ingress="Bara rader som ändras.")
    assert ingresser(ett, bredvid) == ["Bara rader som ändras."] * 2
    assert ingresser(ett, replace(tva, ingress="Något annat.")) == ["Bara rader som ändras.", "Något annat."]
