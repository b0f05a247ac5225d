"""Values per year against what is to be reached, as SVG made on the server: large, small, and beside a figure.

One drawing for page and print: the page's stylesheet gives the colours of its theme, and `for_utskrift` writes the
print's colours into the drawing, since the maker of PDF applies no stylesheet inside SVG.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from regionskane.lib.belopp import formatera

HOJD, TOPP, BOTTEN, VANSTER, HOGER = 280, 30, 40, 56, 24
LITEN_BREDD, LITEN_HOJD = 176, 74
GNISTA_BREDD, GNISTA_HOJD = 84, 22
RADHOJD, TEXTRAD, LUFT = 36, 18, 16
# About what a letter takes, at 12 px and at 13 px in semibold; on a drawing narrower than the last, a name that
# does not fit beside its figure stands above it.
BOKSTAV, FET_BOKSTAV, SMALAST_BREDVID = 6.5, 7.2, 500


@dataclass(frozen=True, slots=True)
class Punkt:
    """A year. Without `varde`, `text` is the short word that is read instead («iu») and `skal` says why.

    `lage` is the shape of the mark: «klart» (filled circle), «avvikelse» (diamond) or «oppen» (open circle). An
    `osaker` value is drawn with a dashed edge; `brott` parts it from the years before.
    """

    ar: int
    varde: Decimal | None
    text: str
    lage: str = "oppen"
    osaker: bool = False
    brott: bool = False
    skal: str = ""


@dataclass(frozen=True, slots=True)
class Malzon:
    """What a year's value is to lie within, a side that is None being open. `text` is the target as it is read."""

    ar: int
    lagst: Decimal | None
    hogst: Decimal | None
    text: str


@dataclass(frozen=True, slots=True)
class Tidsserie:
    """One series with a point for every year in order, gaps too."""

    rubrik: str
    under: str
    punkter: tuple[Punkt, ...]
    zoner: tuple[Malzon, ...]

    def beskrivning(self) -> str:
        """All values in words, for those who do not see the drawing."""
        mal = {z.ar: z.text for z in self.zoner}
        delar = []
        for p in self.punkter:
            varde = p.text if p.varde is not None else p.skal or p.text
            delar.append(f"{p.ar}: {varde}" + (f", mål {mal[p.ar]}" if p.ar in mal else ""))
        return f"{self.rubrik}. {self.under}. {'; '.join(delar)}."


@dataclass(frozen=True, slots=True)
class Prick:
    """A row of a dot plot; `zon` is the row's own target."""

    namn: str
    varde: Decimal
    text: str
    lage: str
    osaker: bool = False
    zon: Malzon | None = None


@dataclass(frozen=True, slots=True)
class Prickdiagram:
    """Values beside each other on one scale, which has all of `spann` in it."""

    rubrik: str
    under: str
    prickar: tuple[Prick, ...]
    spann: tuple[Decimal, ...] = ()

    def beskrivning(self) -> str:
        delar = (p.namn + " " + p.text + (f", mål {p.zon.text}" if p.zon else "") for p in self.prickar)
        return f"{self.rubrik}. {self.under}. {'; '.join(delar)}."


class _Skala:
    """Values to pixels. The axis begins at zero unless all values lie far from it (`fran_noll` says which).

    `oppna` are the limits that are to be passed upwards."""

    def __init__(self, varden: Sequence[Decimal], fran: float, till: float, oppna: Sequence[Decimal] = ()):
        lagst, hogst = (min(varden), max(varden)) if varden else (Decimal(0), Decimal(1))
        if lagst == hogst:
            lagst, hogst = lagst - max(abs(lagst) / 10, Decimal(1)), hogst + max(abs(hogst) / 10, Decimal(1))
            lagst = max(lagst, Decimal(0)) if varden and min(varden) >= 0 else lagst
        if lagst >= 0 and lagst <= hogst * Decimal("0.6"):
            lagst = Decimal(0)
        self.steg = _jamnt((hogst - lagst) / 4)
        self.lagst = (lagst / self.steg).to_integral_value(rounding="ROUND_FLOOR") * self.steg
        self.hogst = (hogst / self.steg).to_integral_value(rounding="ROUND_CEILING") * self.steg
        # What is to be reached has room to be seen, also when nothing has reached it.
        if varden and self.hogst == hogst and hogst in oppna:
            self.hogst += self.steg
        self.fran_noll = self.lagst <= 0 <= self.hogst
        self.decimaler = max(0, -self.steg.normalize().as_tuple().exponent)
        self.fran, self.till = fran, till

    def __call__(self, varde: Decimal) -> float:
        andel = float((min(max(varde, self.lagst), self.hogst) - self.lagst) / (self.hogst - self.lagst))
        return self.fran + andel * (self.till - self.fran)

    def rutor(self) -> Iterator[Decimal]:
        varde = self.lagst
        while varde <= self.hogst:
            yield varde
            varde += self.steg


def _jamnt(steg: Decimal) -> Decimal:
    """The nearest round step above: 1, 2 or 5 times a power of ten."""
    tiopotens = Decimal(1).scaleb(steg.adjusted())
    return next(f * tiopotens for f in (1, 2, 5, 10) if f * tiopotens >= steg)


def borjar_vid_noll(serie: Tidsserie) -> bool:
    """Whether the axis of the drawing has zero in it; otherwise the text under the heading has to say so."""
    return _skala_for(serie, 0, 1).fran_noll


def _skala_for(serie: Tidsserie, fran: float, till: float) -> _Skala:
    varden = [p.varde for p in serie.punkter if p.varde is not None]
    granser = [g for z in serie.zoner for g in (z.lagst, z.hogst) if g is not None]
    oppna = [z.lagst for z in serie.zoner if z.lagst is not None and z.hogst is None]
    return _Skala([*varden, *granser], fran, till, oppna)


def rita_tidsserie(serie: Tidsserie, *, bredd: int, id_: str) -> str:
    """The series as SVG of a width in px: target band per year, line broken at gaps, a mark and a value per year."""
    y = _skala_for(serie, HOJD - BOTTEN - 14, TOPP + 6)
    x, steg = _aren(serie.punkter, VANSTER, bredd - HOGER)
    delar = [_huvud(bredd, HOJD, serie.beskrivning(), id_)]
    for v in y.rutor():
        delar.append(
            f'<line class="rut" x1="{VANSTER}" x2="{bredd - HOGER}" y1="{y(v):.1f}" y2="{y(v):.1f}"/>'
            f'<text class="h" x="{VANSTER - 8}" y="{y(v) + 4:.1f}" text-anchor="end">'
            f"{formatera(v, decimaler=y.decimaler)}</text>"
        )
    delar.extend(_band(serie, x, steg, y))
    delar.extend(_linje(serie.punkter, x, y, steg))
    tatt = steg < 64
    for i, p in enumerate(serie.punkter):
        mitt = x[p.ar]
        delar.append(
            f'<text class="m" x="{mitt:.1f}" y="{HOJD - 10}" text-anchor="middle">'
            f"{p.ar % 100 if tatt else p.ar:02}</text>"
        )
        if p.varde is None:
            delar.append(
                f'<text class="m" x="{mitt:.1f}" y="{HOJD - BOTTEN - 4}" text-anchor="middle">{escape(p.text)}</text>'
            )
            continue
        delar.append(_marke(p, mitt, y(p.varde), 5.5))
        if not tatt or i == len(serie.punkter) - 1:
            ty = y(p.varde) - 13 if y(p.varde) > TOPP + 22 else y(p.varde) + 22
            delar.append(
                f'<text class="v m" x="{mitt:.1f}" y="{ty:.1f}" text-anchor="middle">{escape(p.text)}</text>'
            )
    return "".join(delar) + "</svg>"


def rita_liten(serie: Tidsserie, *, id_: str) -> str:
    """A small drawing for a grid of many. The words beside it tell what it shows, and its title all of it."""
    y = _skala_for(serie, LITEN_HOJD - 20, 14)
    x, steg = _aren(serie.punkter, 6, LITEN_BREDD - 46)
    delar = [_huvud(LITEN_BREDD, LITEN_HOJD, serie.beskrivning(), id_)]
    delar.extend(_band(serie, x, steg, y, med_text=False))
    if y.fran_noll:
        delar.append(
            f'<line class="nollinje" x1="0" x2="{LITEN_BREDD - 40}" y1="{y(Decimal(0)):.1f}" y2="{y(Decimal(0)):.1f}"/>'
        )
    delar.extend(_linje(serie.punkter, x, y, steg))
    sista = next((p for p in reversed(serie.punkter) if p.varde is not None), None)
    for p in serie.punkter:
        if p.varde is not None:
            delar.append(_marke(p, x[p.ar], y(p.varde), 4.5 if p is sista else 2.5))
    if sista:
        # Clear of the mark, also where the line ends high or low.
        ty = min(max(y(sista.varde) + 4, 12), LITEN_HOJD - 18)
        delar.append(f'<text class="v" x="{x[sista.ar] + 9:.1f}" y="{ty:.1f}">{escape(sista.text)}</text>')
    for p in dict.fromkeys((serie.punkter[0], serie.punkter[-1])):
        delar.append(
            f'<text class="m" x="{max(x[p.ar], 8):.1f}" y="{LITEN_HOJD - 4}" text-anchor="middle">'
            f"{p.ar % 100:02}</text>"
        )
    return "".join(delar) + "</svg>"


def rita_gnista(punkter: Sequence[Punkt]) -> str:
    """A line beside a figure, hidden from screen readers: the figures stand in the row. Empty for fewer than two."""
    givna = [p for p in punkter if p.varde is not None]
    if len(givna) < 2:
        return ""
    lagst, hogst = min(p.varde for p in givna), max(p.varde for p in givna)
    spann = float(hogst - lagst) or 1.0
    bas, langd = givna[0].ar, max(1, givna[-1].ar - givna[0].ar)
    xy = [
        (2 + (p.ar - bas) / langd * 78, 19 - float(p.varde - lagst) / spann * 16 if hogst != lagst else 11)
        for p in givna
    ]
    vag = " ".join(f"{'M' if i == 0 else 'L'}{a:.1f} {b:.1f}" for i, (a, b) in enumerate(xy))
    return (
        f'<svg class="spark" viewBox="0 0 {GNISTA_BREDD} {GNISTA_HOJD}" aria-hidden="true" focusable="false">'
        f'<path d="{vag}"/><circle cx="{xy[-1][0]:.1f}" cy="{xy[-1][1]:.1f}" r="2.5"/></svg>'
    )


def rita_prickar(diagram: Prickdiagram, *, bredd: int, id_: str) -> str:
    """The dot plot as SVG of a width in px, a row per value: name and figure above, dot on its scale below."""
    granser = [g for p in diagram.prickar if p.zon for g in (p.zon.lagst, p.zon.hogst) if g is not None]
    x = _Skala([*(p.varde for p in diagram.prickar), *granser, *diagram.spann], 8, bredd - 8)
    # Where a name has too little room beside its figure, on a narrow drawing, the figure gets a line of its own.
    under = bredd < SMALAST_BREDVID and any(
        _rum(p.text, bredd) < len(p.namn) * BOKSTAV for p in diagram.prickar
    )
    radhojd = RADHOJD + (TEXTRAD if under else 0)
    delar = [_huvud(bredd, radhojd * len(diagram.prickar) + 4, diagram.beskrivning(), id_)]
    for i, p in enumerate(diagram.prickar):
        topp, mitt = i * radhojd, i * radhojd + radhojd - 11
        if p.zon:
            fran = 0 if p.zon.lagst is None else x(p.zon.lagst)
            till = bredd if p.zon.hogst is None else x(p.zon.hogst)
            delar.append(
                f'<rect class="band" x="{fran:.1f}" y="{mitt - 6}" width="{max(till - fran, 1):.1f}" height="12"/>'
            )
            delar.extend(
                f'<line class="bandkant" x1="{x(g):.1f}" x2="{x(g):.1f}" y1="{mitt - 8}" y2="{mitt + 8}"/>'
                for g in (p.zon.lagst, p.zon.hogst)
                if g is not None
            )
        namn = _kort(p.namn, bredd if under else _rum(p.text, bredd))
        plats = (
            f'x="0" y="{topp + 14 + TEXTRAD}"' if under else f'x="{bredd}" y="{topp + 14}" text-anchor="end"'
        )
        delar.append(
            f'<text class="namn" x="0" y="{topp + 14}">{escape(namn)}</text>'
            f'<text class="v{"" if under else " h"}" {plats}>{escape(p.text)}</text>'
            f'<line class="rut" x1="0" x2="{bredd}" y1="{mitt}" y2="{mitt}"/>'
        )
        delar.append(_marke(Punkt(0, p.varde, p.text, p.lage, p.osaker), x(p.varde), mitt, 5))
    return "".join(delar) + "</svg>"


def _huvud(bredd: int, hojd: int, beskrivning: str, id_: str) -> str:
    return (
        f'<svg class="dia" viewBox="0 0 {bredd} {hojd}" role="img" aria-labelledby="{id_}">'
        f'<title id="{id_}">{escape(beskrivning)}</title>'
    )


def _aren(punkter: Sequence[Punkt], fran: float, till: float) -> tuple[dict[int, float], float]:
    """The middle of every year, and the room of one."""
    steg = (till - fran) / max(1, len(punkter))
    return {p.ar: fran + steg * (i + 0.5) for i, p in enumerate(punkter)}, steg


def _band(serie: Tidsserie, x, steg: float, y: _Skala, *, med_text: bool = True) -> Iterator[str]:
    forra = ""
    for z in serie.zoner:
        if z.ar not in x or (z.lagst is None and z.hogst is None):
            continue
        topp = y.till if z.hogst is None else y(z.hogst)
        botten = y.fran if z.lagst is None else y(z.lagst)
        v, h = x[z.ar] - steg / 2, x[z.ar] + steg / 2
        yield f'<rect class="band" x="{v:.1f}" y="{topp:.1f}" width="{steg:.1f}" height="{max(botten - topp, 1):.1f}"/>'
        for g in {z.lagst, z.hogst} - {None}:
            yield f'<line class="bandkant" x1="{v:.1f}" x2="{h:.1f}" y1="{y(g):.1f}" y2="{y(g):.1f}"/>'
        if med_text and z.text != forra:
            ty = (topp if z.lagst is None else botten) - 5
            ty = botten - 5 if z.lagst is None and z.hogst is not None and botten - topp > 22 else ty
            text = f"Mål {z.text}"
            # From the left where there is room, otherwise up to the right edge; about 6,5 px per letter.
            ryms = v + 6 + len(text) * 6.5 <= max(x.values()) + steg / 2
            plats = f'x="{v + 6:.1f}"' if ryms else f'x="{max(x.values()) + steg / 2:.1f}" text-anchor="end"'
            yield f'<text class="pos{"" if ryms else " h"}" {plats} y="{max(ty, 12):.1f}">{escape(text)}</text>'
        forra = z.text


def _linje(punkter: Sequence[Punkt], x, y: _Skala, steg: float) -> Iterator[str]:
    """The line is broken where a year has no value and where values cannot be compared."""
    vag: list[str] = []
    for p in punkter:
        if p.brott:
            yield (
                f'<line class="l2" x1="{x[p.ar] - steg / 2:.1f}" x2="{x[p.ar] - steg / 2:.1f}" '
                f'y1="{y.till:.1f}" y2="{y.fran:.1f}"/>'
            )
        if (p.varde is None or p.brott) and len(vag) > 1:
            yield f'<path class="l1" d="{" ".join(vag)}"/>'
        if p.varde is None or p.brott:
            vag = []
        if p.varde is not None:
            vag.append(f"{'L' if vag else 'M'}{x[p.ar]:.1f} {y(p.varde):.1f}")
    if len(vag) > 1:
        yield f'<path class="l1" d="{" ".join(vag)}"/>'


def _marke(p: Punkt, x: float, y: float, r: float) -> str:
    """Shape and colour say the same, and the words beside it too. A dashed edge is an uncertain value."""
    klass = {"klart": "m-klart", "avvikelse": "m-avv"}.get(p.lage, "m-oppen") + (
        " m-osaker" if p.osaker else ""
    )
    if p.lage == "avvikelse":
        d = r * 1.2
        return f'<path class="{klass}" d="M{x:.1f} {y - d:.1f}l{d:.1f} {d:.1f} {-d:.1f} {d:.1f} {-d:.1f} {-d:.1f}z"/>'
    return f'<circle class="{klass}" cx="{x:.1f}" cy="{y:.1f}" r="{r}"/>'


def _rum(text: str, bredd: int) -> float:
    """What is left of a line for the name when the figure stands at its end."""
    return bredd - len(text) * FET_BOKSTAV - LUFT


def _kort(namn: str, rum: float) -> str:
    # The whole name stands in the title and in the table beside.
    ryms = max(int(rum / BOKSTAV), 4)
    return namn if len(namn) <= ryms else namn[: ryms - 1].rstrip() + "…"


# The light theme of static/css/app.css.
_TRYCK = {
    "rut": 'stroke="#E4E3DE" stroke-width="1"',
    "nollinje": 'stroke="#16191C" stroke-width="1"',
    "band": 'fill="#E5F3E9"',
    "bandkant": 'stroke="#1B6638" stroke-width="1" stroke-dasharray="5 3"',
    "l1": 'fill="none" stroke="#0A5A6B" stroke-width="2.25"',
    "l2": 'fill="none" stroke="#62676D" stroke-width="1.5" stroke-dasharray="2 3"',
    "m-klart": 'fill="#1B6638" stroke="#FFFFFF" stroke-width="1"',
    "m-avv": 'fill="#A4231B" stroke="#FFFFFF" stroke-width="1"',
    "m-oppen": 'fill="#FFFFFF" stroke="#0A5A6B" stroke-width="2"',
    "pos": 'fill="#1B6638"',
}
_KLASS = re.compile(r'<(\w+) class="([^"]*)"')


def for_utskrift(svg: str) -> str:
    """The same drawing with the print's colours and sizes written into it."""

    def skriv(traff):
        element, klasser = traff[1], traff[2].split()
        attribut = [_TRYCK[k] for k in klasser if k in _TRYCK]
        if element == "text":
            attribut = ['fill="#1B6638"' if "pos" in klasser else 'fill="#474C52"']
            attribut.append(
                'font-family="Inter" font-size="12"' + (' font-weight="600"' if "v" in klasser else "")
            )
        if "m-osaker" in klasser:
            attribut = ['fill="#FFFFFF" stroke="#16191C" stroke-width="1.5" stroke-dasharray="2 1.5"']
        return " ".join([f"<{element}", *attribut])

    return _KLASS.sub(skriv, svg)
