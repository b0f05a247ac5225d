"""What the made-up ledger adds up to: a year's öre per enhet, konto, motpart and month.

Published figures that the year's sum equals, to the öre where the document has no more digits (mnkr):

- regionbidrag per nämnd, bilaga 4A of the budget 2024 (levels 2023–2026), in twelfths; FINANS takes the other side.
  NORV_MS's stands on its part MS_ANSLAG, as in Medicinsk service's own table.
- Medicinsk service 2024: every printed line, sums too, of the prognos in the internbudget 2025 (tables 8.4.1 without
  and 8.4.2–8.4.3 with förvaltningsinterna poster). The lines are the printed whole mnkr, but for three of MS_ANSLAG
  whose decimals are needed for the printed sums: regionbidrag 617,4 (as 4A has it), statsbidrag 5,2 and övriga
  intäkter 11,3.
- Results: DigIT −91,3 and Medicinsk service +0,2 for 2023 (revisionens årsrapport 2023), HSN +85,3 for 2024 (HSN:s
  verksamhetsberättelse 2024).
- HSN: ambulans 463,4 (2023) and 519,7 (2024), tandvård 1 203 (2024), läkemedelsförmånen 4 782,7 − 77,1 (2024: the
  printed budget less the printed överskott).
- FINANS: skatt, utjämning and generella bidrag as in the prognos 2023 and the budget 2024; finansnetto and finansiella
  pensionskostnader as in the budget of the year. These are budgets and not outcomes: none is published. FINANS also
  receives the internränta of the others.

Everything else, and every division in between, is made up. Signs: posts are income + and cost −, cells are the
ledger's own (debet +, kredit −).
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate, pairwise
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import NamedTuple

from budget.demo.konton import FASTA_PROFILER, INTAKTER, KONTON, KOSTNADER, PROFILER, Konto

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
AR = range(2023, 2027)
ORE_PER_MNKR = Decimal(100_000_000)

TYPER: Mapping[str, str] = {
    "KN": "bidrag", "KTN": "trafik", "RUN": "bidrag", "PHH": "sjukhus", "SUS": "sjukhus", "LKR": "sjukhus",
    "HBG": "sjukhus", "AHM": "sjukhus", "CSK": "sjukhus", "HHM": "sjukhus", "YSD": "sjukhus", "TBG": "sjukhus",
    "PVN": "stab", "PV_OFF": "sjukhus", "PV_HV": "bestallare", "PDV": "sjukhus", "NORV_DIGIT": "it",
    "HSN": "bestallare", "EHALSA": "stab", "RS": "stab", "PEN": "stab", "PN": "stab", "REV": "stab", "SN": "service",
    "FINANS": "finans", "MS_ANSLAG": "lab", "MS_LAB": "lab",
}  # fmt: skip
# A year's prices against 2024, for what has no published level.
NIVA = {2023: Decimal("0.95"), 2024: Decimal(1), 2025: Decimal("1.03"), 2026: Decimal("1.06")}
# Made-up result, in thousandths of the turnover.
RESULTAT = {
    "sjukhus": (-24, 3), "lab": (0, 0), "stab": (-3, 12), "bidrag": (-2, 10), "trafik": (-9, 4), "bestallare": (-6, 6),
    "service": (-2, 6), "it": (-6, 4),
}  # fmt: skip
# Seller inside the region: (its konto, the buyer's konto, mnkr of 2024).
SALJARE = {
    "MS_LAB": ("3590", "5910", None),
    "NORV_DIGIT": ("3780", "7190", Decimal(1_750)),
    "SN": ("3790", "6090", Decimal(2_600)),
    "PV_OFF": ("3490", "5090", Decimal(3_600)),
}
KOPARE = {"MS_LAB": ("sjukhus",), "PV_OFF": ("PV_HV",)}
# How much a kind buys of IT and premises against its turnover.
KOPVIKT = {
    "sjukhus": 100,
    "lab": 35,
    "stab": 60,
    "bidrag": 5,
    "trafik": 2,
    "bestallare": 3,
    "service": 8,
    "it": 8,
}
FLEST_KOPARE_GROVT = 2

MS = "NORV_MS"
MS_DELAR = ("MS_ANSLAG", "MS_LAB")
MS_DECIMALER = {
    ("MS_ANSLAG", "statsbidrag"): Decimal("5.2"),
    ("MS_ANSLAG", "ovriga_intakter"): Decimal("11.3"),
}
MS_EXTERN_ANDEL = Decimal("0.1")
# The prognos 2024 shows no förvaltningsinterna poster in mnkr, so what there is rounds to nothing.
MS_INTERNT = {2024: Decimal("0.3")}
MS_INTERNT_ANNARS = Decimal(20)
PVN_INTERNT = Decimal(45)
INTERN_ANDEL = 8  # thousandths of a hospital's regionbidrag that its own parts sell each other
INTERN_SALJ, INTERN_KOP = "3795", "5990"
REGIONBIDRAG, INTERNRANTA = "3985", "7910"
INTERN, SAMTLIGA, FINANS = "4", "200", "226"


class UtanUnderlag(ValueError):
    """There is nothing to add up to. `str()` is one Swedish sentence."""


class Cell(NamedTuple):
    """Öre per month of one konto and motpart, debet + and kredit −."""

    konto: Konto
    motpart: str
    manader: tuple[int, ...]


def fordela(total: int, vikter: Sequence[int]) -> list[int]:
    """Integers in proportion to `vikter` that sum to exactly `total`."""
    summa = sum(vikter)
    return [b - a for a, b in pairwise(total * v // summa for v in accumulate(vikter, initial=0))]


def las_csv(namn: str) -> list[dict[str, str]]:
    with (FIXTURES / namn).open(encoding="utf-8", newline="") as fil:
        return list(csv.DictReader(fil))


def kontonamn() -> dict[str, str]:
    """Konto → name, of fixtures/konton.csv."""
    return {r["konto"]: r["namn"] for r in las_csv("konton.csv")}


def ore(mnkr: Decimal | str) -> int:
    return int((Decimal(mnkr) * ORE_PER_MNKR).to_integral_value())


def publicerat(ar: int) -> dict[tuple[str, str], int]:
    """(enhet, uppgift) → öre, of fixtures/demo/publicerat_utfall.csv."""
    return {
        (r["enhet"], r["uppgift"]): ore(r["belopp"])
        for r in las_csv("demo/publicerat_utfall.csv")
        if int(r["ar"]) == ar
    }


def regionbidrag(ar: int) -> dict[str, int]:
    """Enhet → öre, of bilaga 4A. Raises UtanUnderlag for a year that it does not have."""
    if ar not in AR:
        raise UtanUnderlag(
            f"Regionbidragen för {ar} finns inte i bilaga 4A. Demohuvudboken kan göras för {AR[0]}–{AR[-1]}."
        )
    version = "B2023" if ar == 2023 else "B2024"
    bidrag = {
        r["omfang"].removeprefix("enhet:"): ore(r["belopp"])
        for r in las_csv("budget2024/regionbidrag_4a.csv")
        if (r["version"], r["uppstallning"], r["slag"]) == (version, "regionbidrag", "blad")
        and int(r["ar"]) == ar
    }
    bidrag["MS_ANSLAG"] = bidrag.pop(MS)
    return bidrag


def medicinsk_service(ar: int) -> dict[str, dict[str, int]]:
    """Del → post → öre, income + and cost −. Only 2024 is published; other years are those figures at other prices."""
    poster: dict[str, dict[str, int]] = {del_: {} for del_ in MS_DELAR}
    for r in las_csv("ms2025/internbudget.csv"):
        del_ = r["omfang"].removeprefix("enhet:")
        if (r["version"], r["slag"]) == ("P2024-MS", "blad") and del_ in poster:
            post = r["post"].removesuffix("_alla")
            poster[del_][post] = ore(MS_DECIMALER.get((del_, post), Decimal(r["belopp"])) * NIVA[ar])
    poster["MS_ANSLAG"]["regionbidrag"] = regionbidrag(ar)["MS_ANSLAG"]
    if ar != 2024:
        resultat = {"MS_LAB": publicerat(ar).get((MS, "resultat"), 0)}
        for del_, per_post in poster.items():
            per_post["ovriga_kostnader"] += resultat.get(del_, 0) - sum(per_post.values())
    return poster


@lru_cache(maxsize=4)
def plan(ar: int, fro: int, grov: bool) -> Mapping[str, tuple[Cell, ...]]:
    """Enhet → its cells. `grov` keeps one or two konton per post and few buyers; the sums are the same."""
    return MappingProxyType(_Plan(ar, fro, grov).bygg())


class _Plan:
    def __init__(self, ar: int, fro: int, grov: bool):
        self.ar, self.fro, self.grov = ar, fro, grov
        self.bidrag = regionbidrag(ar)
        self.ms = medicinsk_service(ar)
        self.publicerat = publicerat(ar)
        self.motparter = {r["namn"]: r["kod"] for r in las_csv("motparter.csv")}
        self.motparter = {
            r["kod"]: self.motparter[r["namn"]] for r in las_csv("enheter.csv") if r["namn"] in self.motparter
        } | dict.fromkeys(MS_DELAR, "217")
        self.celler: dict[str, list[Cell]] = defaultdict(list)
        self.saldo: dict[tuple[str, str], int] = defaultdict(int)  # (enhet, post) → income + and cost −

    def bygg(self) -> dict[str, tuple[Cell, ...]]:
        self._regionbidrag()
        self._internt()
        self._inom_regionen()
        for enhet, typ in TYPER.items():
            if enhet in self.ms:
                self._efter_tabell(enhet, self.ms[enhet])
            elif typ != "finans":
                self._fritt(enhet, typ)
        self._finans()
        return {enhet: tuple(self.celler[enhet]) for enhet in TYPER}

    # Cells.

    def _slump(self, *nyckel) -> Random:
        return Random("/".join(map(str, (self.fro, self.ar, *nyckel))))

    def _manader(self, konto: Konto, belopp: int, *nyckel) -> tuple[int, ...]:
        vikter = PROFILER[konto.profil]
        if konto.profil not in FASTA_PROFILER:
            slump = self._slump("månader", konto.konto, *nyckel)
            vikter = [v * slump.randrange(970, 1_031) for v in vikter]
        return tuple(fordela(belopp, vikter))

    def _lagg(self, enhet: str, kod: str, motpart: str, manader: Iterable[int]) -> None:
        """`manader` in the ledger's signs."""
        cell = Cell(KONTON[kod], motpart, tuple(manader))
        if any(cell.manader):
            self.celler[enhet].append(cell)
            self.saldo[enhet, cell.konto.post] -= sum(cell.manader)

    def _par(self, saljare, kopare, konton, motparter, belopp) -> None:
        """What one sells and another buys: the same öre, the same months."""
        salj, kop = konton
        manader = self._manader(KONTON[salj], belopp, saljare, kopare)
        self._lagg(saljare, salj, motparter[0], (-m for m in manader))
        self._lagg(kopare, kop, motparter[1], manader)

    def _pa_konton(self, enhet: str, konton: Mapping[str, int], belopp: int, flest: int) -> None:
        """Divide a post's amount (income + and cost −) on its konton."""
        if not belopp:
            return
        valda = [k for k in konton if k != "andel"][: flest if self.grov else None]
        slump = self._slump("konton", enhet, *valda)
        delar = fordela(-belopp, [konton[k] * slump.randrange(930, 1_071) for k in valda])
        for kod, del_ in zip(valda, delar, strict=True):
            konto = KONTON[kod]
            self._lagg(enhet, kod, konto.motpart, self._manader(konto, del_, enhet))

    # Parts.

    def _regionbidrag(self) -> None:
        samlat = [0] * 12
        for enhet, belopp in self.bidrag.items():
            manader = self._manader(KONTON[REGIONBIDRAG], belopp)
            self._lagg(enhet, REGIONBIDRAG, FINANS, (-m for m in manader))
            samlat = [a + b for a, b in zip(samlat, manader, strict=True)]
            if not self.grov:
                self._lagg("FINANS", REGIONBIDRAG, self.motparter[enhet], manader)
        if self.grov:
            self._lagg("FINANS", REGIONBIDRAG, SAMTLIGA, samlat)

    def _internt(self) -> None:
        handel = [
            ("MS_LAB", "MS_ANSLAG", ore(MS_INTERNT.get(self.ar, MS_INTERNT_ANNARS))),
            ("PVN", "PV_OFF", ore(PVN_INTERNT * NIVA[self.ar])),
        ]
        handel += [
            (e, e, self.bidrag[e] * INTERN_ANDEL // 1_000)
            for e, typ in TYPER.items()
            if typ == "sjukhus" and e in self.bidrag and not (self.grov and e != "SUS")
        ]
        for saljare, kopare, belopp in handel:
            self._par(saljare, kopare, (INTERN_SALJ, INTERN_KOP), (INTERN, INTERN), belopp)

    def _inom_regionen(self) -> None:
        for saljare, (salj, kop, mnkr) in SALJARE.items():
            if mnkr is None:
                hela = self.ms[saljare]["forsaljning"]
                belopp = hela - int(hela * MS_EXTERN_ANDEL) - self.saldo[saljare, "forsaljning"]
            else:
                belopp = ore(mnkr * NIVA[self.ar])
            vikter = self._kopvikter(saljare)
            for kopare, del_ in zip(vikter, fordela(belopp, list(vikter.values())), strict=True):
                motparter = (self.motparter[kopare], self.motparter[saljare])
                self._par(saljare, kopare, (salj, kop), motparter, del_)

    def _kopvikter(self, saljare: str) -> dict[str, int]:
        bara = KOPARE.get(saljare)
        vikter = {}
        for enhet, typ in TYPER.items():
            if typ == "finans" or enhet == saljare or enhet == "PVN" or (bara and not {enhet, typ} & {*bara}):
                continue
            omsattning = self._omsattning(enhet)
            vikter[enhet] = omsattning // 1_000_000 * (100 if bara else KOPVIKT[typ])
        return self._stora(vikter) if self.grov else vikter

    def _stora(self, vikter: dict[str, int]) -> dict[str, int]:
        """The largest buyers with what the others buy too; Medicinsk service, whose table is whole, as it was."""
        ms = {e: v for e, v in vikter.items() if e in MS_DELAR}
        ovriga = sorted((e for e in vikter if e not in ms), key=vikter.get, reverse=True)
        storst = ovriga[:FLEST_KOPARE_GROVT]
        delar = fordela(sum(vikter[e] for e in ovriga), [vikter[e] for e in storst])
        return dict(zip(storst, delar, strict=True)) | ms

    def _omsattning(self, enhet: str) -> int:
        if enhet in self.ms:
            return sum(v for v in self.ms[enhet].values() if v > 0)
        egen = SALJARE[enhet][2] if enhet in SALJARE else 0
        return self.bidrag.get(enhet, 0) + ore(egen * NIVA[self.ar])

    def _efter_tabell(self, enhet: str, poster: Mapping[str, int]) -> None:
        """An enhet all of whose posts are given."""
        typ = TYPER[enhet]
        for post, belopp in poster.items():
            rest = belopp - self.saldo[enhet, post]
            if post in KOSTNADER[typ]:
                self._kravs(enhet, -rest)
                self._pa_konton(enhet, KOSTNADER[typ][post], rest, 2)
            elif post != "regionbidrag":
                self._kravs(enhet, rest)
                self._pa_konton(enhet, INTAKTER[typ][post], rest, 2)

    def _fritt(self, enhet: str, typ: str) -> None:
        """An enhet whose income is made up around its regionbidrag, and whose costs follow from the result."""
        slump = self._slump("enhet", enhet)
        bas = self._omsattning(enhet) or self.saldo[enhet, "forsaljning"]
        for konton in INTAKTER[typ].values():
            belopp = bas * konton["andel"] * slump.randrange(900, 1_101) // 1_000_000
            self._pa_konton(enhet, konton, belopp, 1)
        lagst, hogst = RESULTAT[typ]
        resultat = bas * slump.randrange(lagst * 100, hogst * 100 + 1) // 100_000
        resultat = self.publicerat.get((enhet, "resultat"), resultat)
        for kod, belopp in self._kanda_kostnader(enhet):
            konto = KONTON[kod]
            self._lagg(enhet, kod, konto.motpart, self._manader(konto, belopp, enhet, "känd"))
        kostnad = sum(v for (e, _), v in self.saldo.items() if e == enhet) - resultat
        self._kravs(enhet, kostnad)
        poster = KOSTNADER[typ]
        delar = fordela(-kostnad, [k["andel"] * slump.randrange(960, 1_041) for k in poster.values()])
        for konton, del_ in zip(poster.values(), delar, strict=True):
            self._pa_konton(enhet, konton, del_, 1)

    def _kanda_kostnader(self, enhet: str) -> Iterator[tuple[str, int]]:
        kant = {uppgift: belopp for (e, uppgift), belopp in self.publicerat.items() if e == enhet}
        if "ambulans" in kant:
            yield "5040", kant["ambulans"]
        if "tandvard" in kant:
            yield "5030", kant["tandvard"]
        if "lakemedelsforman_budget" in kant:
            yield "5410", kant["lakemedelsforman_budget"] - kant["lakemedelsforman_overskott"]

    def _finans(self) -> None:
        version = "P2023" if self.ar == 2023 else "B2024"
        skatt = defaultdict(int)
        for r in las_csv("budget2024/skatt.csv"):
            if (r["version"], r["slag"], int(r["ar"])) == (version, "blad", self.ar):
                skatt[r["post"]] += ore(r["belopp"])
        resultat = {
            r["post"]: ore(r["belopp"])
            for r in las_csv("budget2024/resultatbudget.csv")
            if (r["version"], int(r["ar"])) == ("B2023" if self.ar == 2023 else "B2024", self.ar)
        }
        utjamning = sum(skatt[p] for p in ("inkomstutjamning", "kostnadsutjamning", "reglering"))
        finansnetto = resultat["finansnetto"]
        for kod, belopp in (
            ("8010", skatt["skatteintakter"]),
            ("8110", utjamning),
            ("8210", skatt["lakemedel"] + skatt["ovriga_bidrag"]),
            ("8310" if finansnetto > 0 else "8410", finansnetto),
            ("8510", resultat["finansiella_pensionskostnader"]),
        ):
            konto = KONTON[kod]
            self._lagg("FINANS", kod, konto.motpart, self._manader(konto, -belopp, "FINANS"))
        rantor = [
            c.manader for celler in self.celler.values() for c in celler if c.konto.konto == INTERNRANTA
        ]
        self._lagg("FINANS", INTERNRANTA, SAMTLIGA, (-sum(m) for m in zip(*rantor, strict=True)))

    def _kravs(self, enhet: str, rest: int) -> None:
        if rest < 0:
            raise UtanUnderlag(
                f"Det som är publicerat för {enhet} {self.ar} rymmer inte det som enheten köper."
            )
