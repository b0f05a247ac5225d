"""Bar charts as SVG made on the server: the same drawing in page and print, its values in the title."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from html import escape

HOJD, TOPP, BOTTEN = 260, 24, 34


@dataclass(frozen=True, slots=True)
class Serie:
    """A series: one value per group, in the chart's unit."""

    namn: str
    varden: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Stapeldiagram:
    """Grouped bars. `text` writes a value as it is read."""

    rubrik: str
    under: str
    grupper: tuple[str, ...]
    serier: tuple[Serie, ...]
    text: Callable[[Decimal], str]

    def beskrivning(self) -> str:
        """All values in words, for those who do not see the drawing."""
        delar = [
            f"{grupp}: " + ", ".join(f"{s.namn.lower()} {self.text(s.varden[i])}" for s in self.serier)
            for i, grupp in enumerate(self.grupper)
        ]
        return f"{self.rubrik}. {self.under}. {'. '.join(delar)}."


def rita_staplar(diagram: Stapeldiagram, *, bredd: int, id_: str) -> str:
    """The chart as SVG of a width in px; colours come from the page's classes."""
    alla = [v for s in diagram.serier for v in s.varden] + [Decimal(0)]
    hogst, lagst = max(alla), min(alla)
    spann = (hogst - lagst) or Decimal(1)
    rum = HOJD - TOPP - BOTTEN - 16

    def y(varde):
        return float(TOPP + (hogst - varde) / spann * rum)

    grupp = bredd / max(1, len(diagram.grupper))
    stapel = min(38.0, grupp / (len(diagram.serier) + 0.8))
    delar = [
        f'<svg class="dia" viewBox="0 0 {bredd} {HOJD}" role="img" aria-labelledby="{id_}">',
        f'<title id="{id_}">{escape(diagram.beskrivning())}</title>',
    ]
    for i, namn in enumerate(diagram.grupper):
        mitt = grupp * (i + 0.5)
        for j, serie in enumerate(diagram.serier):
            varde = serie.varden[i]
            x = mitt + (j - len(diagram.serier) / 2) * (stapel + 4)
            topp, hojd = min(y(varde), y(Decimal(0))), abs(y(varde) - y(Decimal(0)))
            klass = "bar bar--svag" if j == 0 else "bar bar--neg" if varde < 0 else "bar"
            delar.append(
                f'<rect class="{klass}" x="{x:.1f}" y="{topp:.1f}" width="{stapel:.1f}" height="{max(hojd, 1):.1f}"/>'
            )
            if j == len(diagram.serier) - 1:
                ty = y(varde) - 6 if varde >= 0 else y(varde) + 15
                delar.append(
                    f'<text class="v m" x="{x + stapel / 2:.1f}" y="{ty:.1f}" text-anchor="middle">'
                    f"{escape(diagram.text(varde))}</text>"
                )
        delar.append(
            f'<text class="m" x="{mitt:.1f}" y="{HOJD - 8}" text-anchor="middle">{escape(namn)}</text>'
        )
    noll = y(Decimal(0))
    delar.append(f'<line class="nollinje" x1="0" x2="{bredd}" y1="{noll:.1f}" y2="{noll:.1f}"/></svg>')
    return "".join(delar)


@dataclass(frozen=True, slots=True)
class Steg:
    """A step of a waterfall: a level that stands on its own (`niva`), or a change from where the last one ended."""

    namn: str
    varde: Decimal
    niva: bool = False


@dataclass(frozen=True, slots=True)
class Vattenfall:
    """How one level becomes another. `text` writes a level as it is read, `andring` a change with its sign."""

    rubrik: str
    under: str
    steg: tuple[Steg, ...]
    text: Callable[[Decimal], str]
    andring: Callable[[Decimal], str]

    def skriv(self, steg: Steg) -> str:
        return (self.text if steg.niva else self.andring)(steg.varde)

    def beskrivning(self) -> str:
        """All steps in words, for those who do not see the drawing."""
        return (
            f"{self.rubrik}. {self.under} " + ", ".join(f"{s.namn} {self.skriv(s)}" for s in self.steg) + "."
        )


RADHOJD, TALBREDD, STAPELHOJD = 44, 76, 14


def rita_vattenfall(diagram: Vattenfall, *, bredd: int, id_: str) -> str:
    """The chart as SVG of a width in px, a row per step: its name and number above, its bar below.

    The axis begins near the lowest point and not at zero, or the changes could not be seen beside the levels; the
    text under the heading has to say so.
    """
    spann, lopande = [], Decimal(0)
    for s in diagram.steg:
        fran, till = (Decimal(0), s.varde) if s.niva else (lopande, lopande + s.varde)
        spann.append((fran, till))
        lopande = till
    punkter = [till for _, till in spann]
    hogst, lagst = max(punkter), min(punkter)
    rum = ((hogst - lagst) or abs(hogst) or Decimal(1)) / 4
    # The levels are drawn from the side where zero lies.
    lagst, hogst = (lagst, hogst + rum) if hogst < 0 else (lagst - rum, hogst)

    def x(varde):
        return float((min(max(varde, lagst), hogst) - lagst) / (hogst - lagst) * bredd)

    hojd = RADHOJD * len(diagram.steg)
    delar = [
        f'<svg class="dia" viewBox="0 0 {bredd} {hojd}" role="img" aria-labelledby="{id_}">',
        f'<title id="{id_}">{escape(diagram.beskrivning())}</title>',
    ]
    for i, (s, (fran, till)) in enumerate(zip(diagram.steg, spann, strict=True)):
        y = i * RADHOJD
        vanster, hoger = sorted((x(fran), x(till)))
        klass = "bar bar--niva" if s.niva else "bar bar--neg" if s.varde < 0 else "bar"
        delar.append(
            f'<text x="0" y="{y + 14}">{escape(_kort(s.namn, bredd))}</text>'
            f'<text class="v h" x="{bredd}" y="{y + 14}" text-anchor="end">{escape(diagram.skriv(s))}</text>'
            f'<rect class="{klass}" x="{vanster:.1f}" y="{y + 20}" width="{max(hoger - vanster, 1.5):.1f}" '
            f'height="{STAPELHOJD}"/>'
        )
        if i + 1 < len(diagram.steg):
            delar.append(
                f'<line class="rut" x1="{x(till):.1f}" x2="{x(till):.1f}" y1="{y + 20 + STAPELHOJD}" '
                f'y2="{y + RADHOJD + 20}"/>'
            )
    return "".join(delar) + "</svg>"


@dataclass(frozen=True, slots=True)
class Andel:
    """A part of a whole: 1 is all of it. `tal` is what it is a share of, as it is read."""

    namn: str
    varde: Decimal
    tal: str


@dataclass(frozen=True, slots=True)
class Andelsdiagram:
    """Shares beside each other against the line of the whole. `text` writes a share as it is read."""

    rubrik: str
    under: str
    andelar: tuple[Andel, ...]
    text: Callable[[Decimal], str]

    def skriv(self, andel: Andel) -> str:
        return f"{andel.tal}, {self.text(andel.varde)}"

    def beskrivning(self) -> str:
        """All shares in words, for those who do not see the drawing."""
        return (
            f"{self.rubrik}. {self.under} "
            + "; ".join(f"{a.namn} {self.skriv(a)}" for a in self.andelar)
            + "."
        )


ANDELSHOJD, ANDELSTAL = 34, 140


def rita_andelar(diagram: Andelsdiagram, *, bredd: int, id_: str) -> str:
    """The chart as SVG of a width in px, a row per share: name and numbers above, bar below. What is more than the
    whole is drawn in the colour of bad news, and its number says so."""
    hogst = max([a.varde for a in diagram.andelar] + [Decimal(1)])
    hela = float(bredd / hogst)
    hojd = ANDELSHOJD * len(diagram.andelar) + 4
    delar = [
        f'<svg class="dia" viewBox="0 0 {bredd} {hojd}" role="img" aria-labelledby="{id_}">',
        f'<title id="{id_}">{escape(diagram.beskrivning())}</title>',
    ]
    for i, a in enumerate(diagram.andelar):
        y = i * ANDELSHOJD
        klass = "bar bar--neg" if a.varde > 1 else "bar"
        langd = float(max(a.varde, Decimal(0)) / hogst * bredd)
        delar.append(
            f'<text x="0" y="{y + 13}">{escape(_kort(a.namn, bredd, ANDELSTAL))}</text>'
            f'<text class="v h" x="{bredd}" y="{y + 13}" text-anchor="end">{escape(diagram.skriv(a))}</text>'
            f'<rect class="{klass}" x="0" y="{y + 18}" width="{max(langd, 1.5):.1f}" height="8"/>'
            f'<line class="budget" x1="{hela:.1f}" x2="{hela:.1f}" y1="{y + 16}" y2="{y + 28}"/>'
        )
    return "".join(delar) + "</svg>"


def _kort(namn: str, bredd: int, talbredd: int = TALBREDD) -> str:
    # About 6,5 px per letter at 12 px; the whole name stands in the title and in the table beside.
    ryms = int((bredd - talbredd) / 6.5)
    return namn if len(namn) <= ryms else namn[: ryms - 1].rstrip() + "…"
