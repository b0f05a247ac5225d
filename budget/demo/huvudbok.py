"""The stream of made-up ledger rows: `underlag` says what they add up to, this divides it into vouchers.

Money is integer öre until the row is made. Every voucher belongs to one enhet and sums to zero; its last line is on a
balance account. What one enhet sells another (motpart of slag annan or intern) is booked in both in the same month, and
the two cancel.
"""

from calendar import monthrange
from collections.abc import Collection, Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import repeat
from operator import mul
from random import Random

from budget.demo.konton import Konto
from budget.demo.underlag import INTERN, TYPER, Cell, UtanUnderlag, las_csv, plan
from budget.imports.huvudbok import Huvudboksrad

MARKT = "Påhittad demonstrationsdata"
FRO = 1
GROV_UNDER = 40_000  # lines of a year: with fewer, an enhet has one voucher a month and few konton
MINST_PER_RAD = 5_000  # öre, so that many lines do not become nothing
EXEMPELAR = (2023, 2024)
_BANK = "1910"
_ORE = Decimal("0.01")
_VIKTER = 4_096
_KOMBINATIONER = 61
_VERKSAMHETER = ("110", "120", "210", "310", "410", "520", "810")
_PROJEKT = ("", "", "", "", "", "", "P1001", "P1002", "P2040")


def exempelhuvudbok(ar: int) -> Iterator[Huvudboksrad]:
    """The small ledger of the example, some three thousand lines a year (`EXEMPELAR`), the same each time."""
    return generera(ar, fro=FRO, rader=0)


def generera(
    ar: int,
    *,
    fro: int,
    rader: int | None = None,
    perioder: tuple[int, int] = (1, 12),
    enheter: Collection[str] | None = None,
) -> Iterator[Huvudboksrad]:
    """Rows in the order of `RADFALT`, month by month; debet +, kredit −, kronor with öre.

    `rader` is about how many a whole year of all enheter has, within 2 % from 60 000 and up; below that it cannot be
    fewer than one line per konto and month. The published figures hold whatever it is.
    `perioder` (first and last month) and `enheter` (codes) choose among the same rows; only `rad` differs then.
    Memory does not grow with `rader`.
    Raises UtanUnderlag, at once, for a year or an enhet that there is nothing for.
    """
    if okanda := sorted(set(enheter or ()) - TYPER.keys()):
        raise UtanUnderlag(f"Enheten {okanda[0]} har ingen huvudbok. Enheter: {', '.join(TYPER)}.")
    if not 1 <= perioder[0] <= perioder[1] <= 12:
        raise UtanUnderlag("Perioderna är månader, första och sista: 1–12.")
    onskat = 60_000 if rader is None else rader
    grov = onskat < GROV_UNDER
    celler = plan(ar, fro, grov)
    skala = 0.0 if grov else _skala(ar, fro, onskat)
    valda = [e for e in TYPER if enheter is None or e in enheter]
    return _rader(ar, fro, celler, skala, range(perioder[0], perioder[1] + 1), valda, grov)


def _antal(belopp: int, konto: Konto, skala: float) -> int:
    belopp = abs(belopp)
    return max(1, min(int(skala * belopp**0.5 * konto.storlek), belopp // MINST_PER_RAD))


@lru_cache(maxsize=16)
def _skala(ar: int, fro: int, onskat: int) -> float:
    """The factor that gives as many lines as are wished, counting those on the balance accounts."""
    poster = [
        (abs(b) ** 0.5 * c.konto.storlek, abs(b) // MINST_PER_RAD, c.konto.storlek)
        for celler in plan(ar, fro, False).values()
        for c in celler
        for b in c.manader
        if b
    ]
    lagst, hogst = 0.0, 1.0
    for _ in range(48):
        mitt = (lagst + hogst) / 2
        antal = 0
        for vikt, tak, storlek in poster:
            n = int(mitt * vikt)
            n = max(1, min(n, tak))
            antal += n - -n // storlek
        if antal < onskat:
            lagst = mitt
        else:
            hogst = mitt
    return hogst


def _kombinationer(fro: int) -> dict[str, list[tuple[str, str, str]]]:
    """Enhet → (ansvar, verksamhet, projekt) to choose among, repeated so that any run of lines can be cut out."""
    intervall: dict[str, list[tuple[int, int]]] = {}
    for r in las_csv("ansvar.csv"):
        intervall.setdefault(r["enhet"], []).append((int(r["ansvar_fran"]), int(r["ansvar_till"])))
    ut = {}
    for enhet, delar in intervall.items():
        slump = Random(f"{fro}/ansvar/{enhet}")
        koder = [str(fran + i * 10) for fran, _ in delar for i in range(1, 6)]
        ut[enhet] = [
            (slump.choice(koder), slump.choice(_VERKSAMHETER), slump.choice(_PROJEKT))
            for _ in range(_KOMBINATIONER)
        ]
    return ut


def _vikter(fro: int) -> list[int]:
    """How unequal the lines of a konto are, fine enough that two are seldom equal; one in fifty is a credit note."""
    slump = Random(f"{fro}/vikter")
    return [
        max(1, int(slump.lognormvariate(9, 0.9))) * (1 if slump.randrange(50) else -1) for _ in range(_VIKTER)
    ]


def _rader(ar, fro, planer, skala, manader, enheter, grov) -> Iterator[Huvudboksrad]:
    vikter = _vikter(fro) * 2
    kombinationer = _kombinationer(fro)
    rad = 1
    for manad in manader:
        bok = _Manad(ar, manad)
        for enhet in enheter:
            slump = Random(f"{fro}/{ar}/{manad}/{enhet}")
            kombis = kombinationer[enhet]
            if grov:
                block = _samlad(bok, rad, enhet, planer[enhet], kombis, slump)
                yield from block
                rad += len(block)
                continue
            for cell in planer[enhet]:
                for block in _cell(bok, rad, enhet, cell, skala, vikter, kombis, slump):
                    yield from block
                    rad += len(block)


class _Manad:
    """A month's days. Voucher numbers run per month and enhet, so that a selection has the same ones."""

    def __init__(self, ar: int, manad: int):
        self.manad, self.period = manad, ar * 100 + manad
        sista = monthrange(ar, manad)[1]
        self._dagar = [f"{ar}-{manad:02}-{min(d, sista):02}" for d in range(32)]
        self._nummer: dict[str, int] = {}

    def datum(self, dag: int, nummer: int) -> str:
        return self._dagar[dag or 1 + nummer * 11 % 28]

    def nummer(self, enhet: str) -> int:
        self._nummer[enhet] = nr = self._nummer.get(enhet, 0) + 1
        return nr

    def verifikation(self, serie: str, enhet: str, nummer: int) -> str:
        return f"{serie} {enhet}-{self.period}-{nummer}"


def _samlad(bok, rad, enhet, celler, kombis, slump) -> list[Huvudboksrad]:
    """The whole month of an enhet as one voucher."""
    lopande = [(c, b) for c in celler if (b := c.manader[bok.manad - 1])]
    if not lopande:
        return []
    ver = bok.verifikation("A", enhet, bok.nummer(enhet))
    datum = bok.datum(31, 0)
    block = []
    mot_ansvar = kombis[0][0]
    for cell, belopp in lopande:
        konto = cell.konto
        ansvar, verksamhet, projekt = slump.choice(kombis)
        text = f"{MARKT}: {konto.texter[0]}"
        tid = (rad + len(block), bok.period, datum)
        block.append((*tid, konto.konto, ansvar, cell.motpart, verksamhet, projekt, ver, text, belopp * _ORE))
    text = f"{MARKT}: månadens bokföring"
    tid = (rad + len(block), bok.period, datum)
    summa = -sum(b for _, b in lopande)
    block.append((*tid, _BANK, mot_ansvar, "", "", "", ver, text, summa * _ORE))
    return block


def _cell(bok, rad, enhet, cell: Cell, skala, vikter, kombis, slump) -> Iterator[list[Huvudboksrad]]:
    """One konto's month as vouchers."""
    total = cell.manader[bok.manad - 1]
    if not total:
        return
    konto = cell.konto
    kod, motpart, period, storlek, motkonto = (
        konto.konto,
        cell.motpart,
        bok.period,
        konto.storlek,
        konto.motkonto,
    )
    # The other side of what is förvaltningsinternt is internal too, so that motpart 4 balances by itself.
    mot = INTERN if motpart == INTERN else ""
    texter = [f"{MARKT}: {t}" for t in konto.texter]
    antal = _antal(total, konto, skala)
    fler_kombis = kombis * (2 + storlek // _KOMBINATIONER)
    klara = 0
    while klara < antal:
        n = min(antal - klara, _VIKTER)
        del_ = total * (klara + n) // antal - total * klara // antal
        klara += n
        start = slump.randrange(_VIKTER)
        w = vikter[start : start + n]
        summa = sum(w)
        if summa <= 0:  # few lines, most of them credit notes
            w = [abs(v) for v in w]
            summa = sum(w)
        belopp = [del_ * v // summa for v in w]
        belopp[-1] += del_ - sum(belopp)
        kronor = list(map(mul, map(Decimal, belopp), repeat(_ORE)))
        for i in range(0, n, storlek):
            nummer = bok.nummer(enhet)
            ver = bok.verifikation(konto.serie, enhet, nummer)
            datum = bok.datum(konto.dag, nummer)
            text = texter[nummer % len(texter)]
            j = (start + i) % _KOMBINATIONER
            block = [
                (nr, period, datum, kod, ansvar, motpart, verksamhet, projekt, ver, text, kr)
                for nr, (ansvar, verksamhet, projekt), kr in zip(
                    range(rad, rad + storlek),
                    fler_kombis[j : j + storlek],
                    kronor[i : i + storlek],
                    strict=False,
                )
            ]
            rad += len(block) + 1
            mot_ansvar = block[0][4]
            mot_kr = Decimal(-sum(belopp[i : i + storlek])) * _ORE
            block.append((rad - 1, period, datum, motkonto, mot_ansvar, mot, "", "", ver, text, mot_kr))
            yield block
