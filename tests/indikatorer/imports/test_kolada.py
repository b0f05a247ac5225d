"""Kolada's protocol against a local server that speaks it."""

from decimal import Decimal
from itertools import islice
from urllib.parse import unquote

import pytest

from indikatorer.imports.kolada import Kolada, KoladaFel, Koladavarde, sammanfatta
from regionskane.lib.hamta import Jsonhamtare, Talamod
from tests.indikatorer.koladaserver import koladaserver, post


@pytest.fixture
def server():
    with koladaserver() as s:
        yield s


@pytest.fixture
def pauser():
    return []


@pytest.fixture
def kolada(server, pauser):
    return Kolada(
        Jsonhamtare(
            server.url,
            namn="Kolada",
            talamod=Talamod(forsok=3, svarstid=2),
            sov=pauser.append,
            slump=lambda: 1.0,
        )
    )


def fraga(kolada, kpier=("N1",), omraden=("0012",), ar=(2023,), **mer):
    return list(kolada.varden(kpier=kpier, omraden=omraden, ar=ar, **mer))


def test_varden_ar_exakta_och_bar_kon_antal_status_och_borttaget(server, kolada):
    server.poster = [
        post(
            "N1",
            "0012",
            2023,
            ("T", Decimal("66.70")),
            ("K", 70),
            ("M", None, {"status": "Private", "count": None}),
        ),
        post("N1", "0012", 2022, ("T", Decimal("61.5"), {"isdeleted": True})),
    ]
    rader = fraga(kolada, ar=(2022, 2023))
    assert rader == [
        Koladavarde("N1", "0012", 2023, "T", Decimal("66.70"), 1),
        Koladavarde("N1", "0012", 2023, "K", Decimal("70"), 1),
        Koladavarde("N1", "0012", 2023, "M", None, None, "Private"),
        Koladavarde("N1", "0012", 2022, "T", Decimal("61.5"), 1, borttagen=True),
    ]
    assert str(rader[0].varde) == "66.70"


def test_sidor_foljs_till_slutet_och_lases_en_i_taget(server, kolada):
    server.sidstorlek = 3
    server.poster = [post("N1", "0012", ar, ("T", ar)) for ar in range(2000, 2020)]
    strom = kolada.varden(kpier=["N1"], omraden=["0012"], ar=range(2000, 2020))
    assert server.fragor == []
    assert [v.ar for v in islice(strom, 3)] == [2000, 2001, 2002]
    assert len(server.fragor) == 1
    assert [v.ar for v in strom] == list(range(2003, 2020))
    assert len(server.fragor) == 7
    assert all(
        f.startswith("/v3/data/kpi/N1/municipality/0012/year/2000,2001") for f in map(unquote, server.fragor)
    )


def test_hogst_25_id_i_varje_lista_och_alla_kombinationer(server, kolada):
    kpier = [f"N{i:05}" for i in range(30)]
    omraden = [f"{i:04}" for i in range(26)]
    ar = range(1990, 2020)
    server.poster = [post(k, o, a, ("T", 1)) for k in kpier for o in omraden for a in ar[::10]]
    varden = fraga(kolada, kpier + kpier[:3], omraden, ar)
    assert len(varden) == 30 * 26 * 3 == len({v.nyckel for v in varden})
    assert len(server.fragor) == 2 * 2 * 2
    langst = max(len(lista.split(",")) for f in server.fragor for lista in f.split("?")[0].split("/"))
    assert langst == 25


@pytest.mark.parametrize("vanta", ["3", "Fri, 31 Dec 1999 23:59:59 GMT"])
def test_for_manga_fragor_vantas_ut_mitt_i_och_ingenting_kommer_tva_ganger(server, kolada, pauser, vanta):
    server.sidstorlek = 2
    server.poster = [post("N1", "0012", ar, ("T", ar)) for ar in range(2015, 2020)]
    server.fel = {2: lambda h: h.svara(429, b'{"detail":"Too Many Requests"}', Retry_After=vanta)}
    assert [v.ar for v in fraga(kolada, ar=range(2015, 2020))] == list(range(2015, 2020))
    assert pauser == [3.0 if vanta == "3" else 0.0]
    assert server.fragor[1] == server.fragor[2]


def test_reviderad_historik_ger_det_levande_vardet(server, kolada):
    server.poster = [
        post("N1", "0012", 2022, ("T", 60, {"isdeleted": True}), ("T", Decimal("61.0"))),
        post("N1", "0012", 2023, ("T", 62), ("T", 62)),
        post("N1", "0012", 2021, ("T", 5, {"isdeleted": True})),
    ]
    varden = sammanfatta(fraga(kolada, ar=(2021, 2022, 2023)))
    assert {n[2]: (v.varde, v.borttagen) for n, v in varden.items()} == {
        2022: (Decimal("61.0"), False),
        2023: (Decimal(62), False),
        2021: (Decimal(5), True),
    }
    with pytest.raises(KoladaFel, match="två olika värden för N1, område 0012, 2022, T"):
        sammanfatta([Koladavarde("N1", "0012", 2022, "T", Decimal(v)) for v in (1, 2)])


def test_grupper_och_deras_medelvarde(server, kolada):
    server.grupper = [
        {
            "id": "G1",
            "title": "Liknande regioner, Skåne",
            "members": [{"member_id": "0001", "member_title": "x"}, {"id": "0014"}],
        },
        {"id": "G2", "title": "Annat", "members": []},
    ]
    server.poster = [post("N1", "G1", 2023, ("T", Decimal("64.25"), {"count": 2}))]
    (grupp,) = kolada.grupper("skåne")
    assert (grupp.kod, grupp.typ) == ("G1", "G")
    (medel,) = fraga(kolada, omraden=[grupp.kod])
    assert (medel.omrade, medel.varde, medel.antal) == ("G1", Decimal("64.25"), 2)


def test_omraden(server, kolada):
    server.omraden = [{"id": "0012", "title": "Region Skåne", "type": "L"}]
    assert [(o.kod, o.namn, o.typ) for o in kolada.omraden()] == [("0012", "Region Skåne", "L")]


@pytest.mark.parametrize("kpier", [[], [""], ["N1/../x"], ["N1,N2"], ["N1?x=1"], ["Å1"], ["N" * 30]])
def test_det_som_inte_ar_ett_id_fragas_inte_efter(server, kolada, kpier):
    with pytest.raises(KoladaFel):
        kolada.varden(kpier=kpier, omraden=["0012"], ar=[2023])
    assert server.fragor == []


def _annat_varde(**andrat):
    rad = post("N1", "0012", 2017, ("T", 1))
    rad["values"][0] |= andrat
    return lambda h: h.sida(values=[rad])


TRASIGA = {
    "avkortad JSON": (lambda h: h.svara(200, b'{"values": [{"kpi": "N1", '), "inte är giltig JSON"),
    "webbsida": (lambda h: h.svara(200, b"<!doctype html><h1>Fel</h1>", "text/html"), "gav en webbsida"),
    "felsida utan slut": (lambda h: h.svara(500), "svarade med felet 500, efter 3 försök"),
    "avbrott": (lambda h: h.svara(200, b'{"values": []', langd=999), "avbröt svaret, efter 3 försök"),
    "borta": (lambda h: h.svara(404, b"{}"), "har inget på adressen"),
    "lista": (lambda h: h.svara(200, b"[]"), "listan values saknas"),
    "null": (lambda h: h.sida(values=None), "listan values saknas"),
    "ingen post": (lambda h: h.sida(values=[1]), "inget objekt"),
    "utan kpi": (lambda h: h.sida(values=[{"period": 2017}]), "fältet kpi saknas"),
    "ofrågat": (
        lambda h: h.sida(values=[post("N2", "0012", 2017, ("T", 1))]),
        "N2, 0012, 2017 har ingen frågat",
    ),
    "period": (lambda h: h.sida(values=[post("N1", "0012", "2017-1", ("T", 1))]), "«2017-1» är inget år"),
    "utan värden": (lambda h: h.sida(values=[post("N1", "0012", 2017) | {"values": 3}]), "har inga values"),
    "text": (_annat_varde(value="12"), "«12» i N1 2017 är inget tal"),
    "sant": (_annat_varde(value=True), "«True» i N1 2017 är inget tal"),
    "kön": (_annat_varde(gender="X"), "könet i N1 2017"),
    "rundgång": (lambda h: h.sida(next_url=f"{h.server.url}{h.path[3:]}"), "runt till sidor"),
    "annan server": (lambda h: h.sida(next_url="https://annan.example/v3/x"), "annan server (annan.example)"),
    "adress": (lambda h: h.sida(next_url=7), "next_url är ingen adress"),
    "sidan efter saknas": (lambda h: h.sida(next_url=None), "sade 5 poster men gav 4"),
}


@pytest.mark.parametrize("fel", TRASIGA)
def test_ett_trasigt_svar_mitt_i_ger_ett_fel_med_en_mening(server, kolada, fel):
    trasigt, mening = TRASIGA[fel]
    server.sidstorlek = 2
    server.poster = [post("N1", "0012", ar, ("T", ar)) for ar in range(2015, 2020)]
    server.fel = dict.fromkeys((2, 3, 4), trasigt) if "försök" in mening else {2: trasigt}
    strom = kolada.varden(kpier=["N1"], omraden=["0012"], ar=range(2015, 2020))
    fatt = []
    with pytest.raises(KoladaFel) as f:
        fatt.extend(strom)
    assert mening in str(f.value) and str(f.value).startswith("Kolada ") and str(f.value).endswith(".")
    assert {v.ar for v in fatt} <= {2015, 2016, 2017, 2018}
