"""Every page of the documents as it lies on paper: filled, with no heading or row left alone and no word on another."""

import io
import re
import subprocess
from dataclasses import dataclass
from html import unescape

import pypdf
import pytest
from django.template.loader import render_to_string

from budget.actions.balanskrav import berakna_utredning, spara_utredning
from budget.actions.versioner import skapa_tillaggsbudget, starta_nasta_ar
from budget.selectors.summor import ALLA_ENHETER
from budget.tabeller.handling import bygg_handling
from indikatorer.selectors.bedomning import bedom_ar
from indikatorer.selectors.bibliotek import hamta_malomraden
from indikatorer.tabeller.bilaga import bygg_bilagans_handling, bygg_bilagediagram
from regionskane.lib import pdf
from regionskane.lib.visning import visa_handling
from tests.budget.belopp import justera

# What stands in the margins, in points from the edge, and how little a page may be filled.
MARGINAL, MINST = 56, 0.12
# Words of headings are higher than those of text and tables.
RUBRIKHOJD = 13
FAST_RAD = 3


@dataclass(frozen=True)
class Ord:
    text: str
    v: float
    t: float
    h: float
    b: float


@dataclass(frozen=True)
class Sida:
    nr: int
    bredd: float
    hojd: float
    ord: tuple[Ord, ...]

    @property
    def rader(self) -> list[list[Ord]]:
        """The words in lines from the top, those of the margins left out."""
        rader: list[list[Ord]] = []
        for o in sorted(self.ord, key=lambda o: (o.b, o.v)):
            if o.t > MARGINAL and o.b < self.hojd - MARGINAL:
                if rader and o.b - rader[-1][-1].b < 3:
                    rader[-1].append(o)
                else:
                    rader.append([o])
        return [sorted(rad, key=lambda o: o.v) for rad in rader]


def _sidor(fil: bytes, mapp) -> list[Sida]:
    (mapp / "sidor.pdf").write_bytes(fil)
    svar = subprocess.run(
        ["pdftotext", "-bbox", mapp / "sidor.pdf", "-"], check=True, capture_output=True, text=True
    ).stdout
    monster = re.compile(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>')
    matt = [s.mediabox for s in pypdf.PdfReader(io.BytesIO(fil)).pages]
    return [
        Sida(
            nr,
            float(m.width),
            float(m.height),
            tuple(Ord(unescape(o[4]), *map(float, o[:4])) for o in monster.findall(text)),
        )
        for nr, (m, text) in enumerate(zip(matt, svar.split("<page ")[1:], strict=True), start=1)
    ]


def _text(rad: list[Ord]) -> str:
    return " ".join(o.text for o in rad)


def _rubrik(rad: list[Ord]) -> bool:
    return max(o.b - o.t for o in rad) > RUBRIKHOJD


def _brister(sidor: list[Sida]) -> list[str]:
    brister = []
    tabellhuvud = ""
    for s in sidor[1:]:
        rader = s.rader
        if not rader:
            brister.append(f"s. {s.nr} är tom")
            continue
        fylld = (rader[-1][0].b - MARGINAL) / (s.hojd - 2 * MARGINAL)
        if fylld < MINST and s is not sidor[-1]:
            brister.append(f"s. {s.nr} är fylld till {fylld:.0%}")
        if _rubrik(rader[-1]) or _text(rader[-1]).startswith("Tabell "):
            brister.append(f"s. {s.nr} slutar med rubriken «{_text(rader[-1])}»")
        # A table that goes on from the page before begins with its head, repeated.
        for i, rad in enumerate(rader):
            if tabellhuvud and i < 4 and _text(rad) == tabellhuvud and not any(map(_rubrik, rader[:i])):
                kant, antal = rad[0].v, 0
                for r in rader[i + 1 :]:
                    if _rubrik(r) or r[0].text == "1.":
                        break
                    antal += r[0].v < kant + 15
                if antal < FAST_RAD:
                    brister.append(f"s. {s.nr} har {antal} rader av tabellen från sidan före")
        for i, rad in enumerate(rader):
            if _text(rad).startswith("Tabell "):
                # The head's last line: the one that has the heading of the rows.
                kant = rad[0].v
                huvud = next((r for r in rader[i + 1 : i + 7] if abs(r[0].v - kant) < 3), None)
                tabellhuvud = _text(huvud) if huvud else ""
        brister += _krockar(s)
        brister += [
            f"s. {s.nr}: «{o.text}» går utanför sidan" for o in s.ord if o.h > s.bredd - 40 or o.v < 40
        ]
    return brister


def _krockar(s: Sida) -> list[str]:
    """Words on the same line whose boxes overlap. Boxes hold room above and below the letters, so lines may touch."""
    ord_ = sorted(s.ord, key=lambda o: o.t)
    krockar = []
    for i, a in enumerate(ord_):
        for b in ord_[i + 1 :]:
            if b.t > a.t + 5:
                break
            if min(a.h, b.h) - max(a.v, b.v) > 0.5 and min(a.b, b.b) > b.t + 1:
                krockar.append(f"s. {s.nr}: «{a.text}» står på «{b.text}»")
    return krockar


def _pdf(dokument, **mer) -> bytes:
    html = render_to_string("rapporter/handling.html", {"handling": visa_handling(dokument, **mer)})
    return pdf.skriv_handling(dokument, html=html)


def _budget(version, by):
    return bygg_handling(version("B2024"), ALLA_ENHETER)


def _nytt_ar(version, by):
    ny = starta_nasta_ar(kalla=version("B2024"), kod="B2025", namn="Budget 2025", by=by)
    justera(ny, 2025, by, KN="12.5")
    return bygg_handling(ny, ALLA_ENHETER)


def _tillagg(version, by):
    ny = skapa_tillaggsbudget(grund=version("B2024"), kod="T2024", namn="Tilläggsbudget 2024-06-11", by=by)
    justera(ny, 2024, by, KN="20")
    underlag, resultat = berakna_utredning(version=ny)
    spara_utredning(version=ny, underlag=underlag, resultat=resultat)
    return bygg_handling(ny, ALLA_ENHETER)


def _internbudget(version, by):
    return bygg_handling(version("IB2025-MS"), ALLA_ENHETER)


@pytest.mark.parametrize("bygg", [_budget, _nytt_ar, _tillagg, _internbudget])
def test_varje_sida_av_handlingen(bygg, version, anvandare, tmp_path):
    sidor = _sidor(_pdf(bygg(version, anvandare("koncerncontroller"))), tmp_path)
    assert len(sidor) > 8
    assert _brister(sidor) == []


def test_varje_sida_av_indikatorernas_bilaga(db, tmp_path):
    bedomda, malomraden = bedom_ar(2024), hamta_malomraden()
    dokument = bygg_bilagans_handling(bedomda, malomraden, ar=2024)
    diagram = bygg_bilagediagram(bedomda, malomraden, ar=2024, tryck=True)
    sidor = _sidor(_pdf(dokument, diagram=diagram), tmp_path)
    assert len(sidor) > 8
    assert _brister(sidor) == []


def _sida(nr, *rader) -> Sida:
    """A page of lines (text, left, top, height); the words of a line stand 30 points apart."""
    return Sida(
        nr,
        595,
        842,
        tuple(
            Ord(o, v + 30 * i, t, v + 30 * i + 25, t + h)
            for text, v, t, h in rader
            for i, o in enumerate(text.split())
        ),
    )


@pytest.mark.parametrize(
    ("rader", "brist"),
    [
        ([("Raderna förklarade", 62, 80, 14), ("Årets resultat", 62, 100, 10)], "är fylld till"),
        ([("En rad", 62, 80, 10), ("Bilaga 4A", 62, 700, 23)], "slutar med rubriken «Bilaga 4A»"),
        ([("En rad", 62, 80, 10), ("Tabell 4. Investeringar", 62, 700, 10)], "slutar med rubriken"),
        ([("Post Belopp", 62, 80, 10), ("Summa 1", 62, 95, 10), ("1. Not", 66, 700, 10)], "har 1 rader"),
        ([("Nämnd", 62, 500, 10), ("1234", 70, 500, 10)], "«Nämnd» står på «1234»"),
        ([("Nämnd", 550, 500, 10)], "«Nämnd» går utanför sidan"),
    ],
)
def test_granskningen_kan_underkanna(rader, brist):
    fore = _sida(2, ("Tabell 1. Prov", 62, 80, 10), ("Post Belopp", 62, 95, 10), ("Rad 1", 62, 700, 10))
    slut = _sida(4, ("Slut", 62, 80, 10))
    omslag = _sida(1, ("Budget", 62, 80, 30))
    funna = _brister([omslag, fore, _sida(3, *rader), slut])
    assert any(brist in b for b in funna), funna
