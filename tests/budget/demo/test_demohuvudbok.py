"""The made-up ledger: the same for a seed, balanced, and equal to the published figures where there are any."""

import csv
import hashlib
from collections import defaultdict
from decimal import Decimal
from itertools import islice, pairwise
from pathlib import Path

import pytest

from budget.demo import EXEMPELAR, MARKT, UtanUnderlag, exempelhuvudbok, generera, kontonamn
from regionskane.lib.belopp import MNKR, avrunda

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"
MS = ("MS_ANSLAG", "MS_LAB")


def _las(namn):
    with (FIXTURES / namn).open(encoding="utf-8", newline="") as fil:
        return list(csv.DictReader(fil))


KONTOPLAN = _las("kontoplan.csv")
ANSVAR = _las("ansvar.csv")
MOTPARTER = {r["kod"]: r["slag"] for r in _las("motparter.csv")}


def _regel(konto):
    (rad,) = [r for r in KONTOPLAN if r["konto_fran"] <= konto <= r["konto_till"]]
    return rad["post"].removesuffix("_alla") if rad["regel"] == "post" else "balans"


def _enhet(ansvar):
    (rad,) = [r for r in ANSVAR if r["ansvar_fran"] <= ansvar <= r["ansvar_till"]]
    return rad["enhet"]


class _Bok:
    """Sums of a ledger: öre-exact, with the signs of the resultatsammanställning (income +, cost −)."""

    def __init__(self, rader):
        self.rader = list(rader)
        regler, enheter = {}, {}
        self.saldo = defaultdict(Decimal)
        for _, period, _, konto, ansvar, motpart, _, _, _, _, belopp in self.rader:
            post = regler.get(konto) or regler.setdefault(konto, _regel(konto))
            enhet = enheter.get(ansvar) or enheter.setdefault(ansvar, _enhet(ansvar))
            self.saldo[enhet, post, konto, motpart, period] -= belopp

    def summa(self, *, enheter=None, post=None, konto=None, utan_interna=False):
        return sum(
            (
                b
                for (e, p, k, m, _), b in self.saldo.items()
                if p != "balans"
                and (enheter is None or e in enheter)
                and post in (None, p)
                and konto in (None, k)
                and not (utan_interna and MOTPARTER[m] == "intern")
            ),
            Decimal(0),
        )


@pytest.fixture(scope="module", params=["liten", "stor"])
def bocker(request):
    if request.param == "liten":
        return {ar: _Bok(exempelhuvudbok(ar)) for ar in EXEMPELAR}
    return {ar: _Bok(generera(ar, fro=7, rader=45_000)) for ar in EXEMPELAR}


POSTER = {
    "intakter": ("regionbidrag", "forsaljning", "statsbidrag", "ovriga_intakter"),
    "kostnader": ("personal", "kop", "ovriga_kostnader"),
}


def test_medicinsk_service_2024_blir_varje_tryckt_siffra(bocker):
    bok = bocker[2024]
    provade = 0
    for r in _las("ms2025/internbudget.csv"):
        if r["version"] != "P2024-MS" or r["uppstallning"] != "resultatsammanstallning":
            continue
        slag, kod = r["omfang"].split(":")
        enheter = MS if slag == "hel" else (kod,)
        post = r["post"].removesuffix("_alla")
        delar = POSTER.get(post, (post,)) if post != "resultat" else (None,)
        # Table 8.4.1 is without förvaltningsinterna poster, the parts' tables are with them.
        summa = sum(bok.summa(enheter=enheter, post=p, utan_interna=slag == "hel") for p in delar)
        assert avrunda(summa, MNKR) == Decimal(r["belopp"]) * MNKR, r
        if r["slag"] == "blad" and post not in ("regionbidrag", "statsbidrag", "ovriga_intakter"):
            assert summa == Decimal(r["belopp"]) * MNKR, r
        provade += 1
    assert provade == 33
    internt = bok.summa(enheter=MS) - bok.summa(enheter=MS, utan_interna=True)
    assert internt == 0 and bok.summa(enheter=("MS_LAB",), konto="3795") == Decimal("0.3") * MNKR


def test_regionbidragen_ar_4a_i_tolftedelar(bocker):
    for ar, bok in bocker.items():
        version = "B2023" if ar == 2023 else "B2024"
        totalt = Decimal(0)
        for r in _las("budget2024/regionbidrag_4a.csv"):
            if (r["version"], r["post"], r["slag"], r["ar"]) != (version, "regionbidrag", "blad", str(ar)):
                continue
            enhet = r["omfang"].removeprefix("enhet:")
            arets = Decimal(r["belopp"]) * MNKR
            totalt += arets
            enheter = MS if enhet == "NORV_MS" else (enhet,)
            assert bok.summa(enheter=enheter, post="regionbidrag") == arets, r
            manader = defaultdict(Decimal)
            for (e, p, _, _, period), b in bok.saldo.items():
                if e in enheter and p == "regionbidrag":
                    manader[period] += b
            assert all(abs(m - arets / 12) < Decimal("0.01") for m in manader.values())
            assert len(manader) == (12 if arets else 0)
        assert totalt > 48_000 * MNKR
        assert bok.summa(enheter=("FINANS",), post="regionbidrag") == -totalt
        assert bok.summa(post="regionbidrag") == 0


def test_publicerade_resultat_och_kostnader(bocker):
    facit = {
        (r["enhet"], int(r["ar"]), r["uppgift"]): Decimal(r["belopp"]) * MNKR
        for r in _las("demo/publicerat_utfall.csv")
    }
    assert bocker[2023].summa(enheter=("NORV_DIGIT",)) == facit["NORV_DIGIT", 2023, "resultat"]
    assert bocker[2023].summa(enheter=MS) == facit["NORV_MS", 2023, "resultat"]
    assert bocker[2023].summa(enheter=("HSN",), konto="5040") == -facit["HSN", 2023, "ambulans"]
    assert bocker[2024].summa(enheter=("HSN",)) == facit["HSN", 2024, "resultat"]
    assert bocker[2024].summa(enheter=("HSN",), konto="5040") == -facit["HSN", 2024, "ambulans"]
    assert bocker[2024].summa(enheter=("HSN",), konto="5030") == -facit["HSN", 2024, "tandvard"]
    forman = facit["HSN", 2024, "lakemedelsforman_budget"] - facit["HSN", 2024, "lakemedelsforman_overskott"]
    assert bocker[2024].summa(enheter=("HSN",), konto="5410") == -forman
    for ar, version in ((2023, "P2023"), (2024, "B2024")):
        skatt = sum(
            Decimal(r["belopp"]) * MNKR
            for r in _las("budget2024/skatt.csv")
            if (r["version"], r["ar"], r["slag"]) == (version, str(ar), "blad")
        )
        konton = ("8010", "8110", "8210")
        assert sum(bocker[ar].summa(enheter=("FINANS",), konto=k) for k in konton) == skatt


def test_varje_verifikation_balanserar_och_internt_tar_ut_sig(bocker):
    namn = kontonamn()
    for ar, bok in bocker.items():
        verifikationer, enhet_av = defaultdict(Decimal), defaultdict(set)
        for rad in bok.rader:
            verifikationer[rad[8]] += rad[10]
            enhet_av[rad[8]].add(_enhet(rad[4]))
            assert rad[1] // 100 == ar and rad[9].startswith(MARKT) and rad[2].startswith(f"{ar}-")
            assert rad[10].as_tuple().exponent == -2
        assert set(verifikationer.values()) == {0}
        assert all(len(e) == 1 for e in enhet_av.values())  # so that a nämnd can be imported by itself
        assert [r[0] for r in bok.rader] == list(range(1, len(bok.rader) + 1))
        per_manad = defaultdict(Decimal)
        for (_, post, konto, motpart, period), b in bok.saldo.items():
            assert konto in namn
            if post != "balans":
                per_manad[MOTPARTER[motpart], period] += b
        for manad in range(1, 13):
            # What one enhet sells another buys, the same month: consolidation changes no result.
            assert per_manad["intern", ar * 100 + manad] == per_manad["annan", ar * 100 + manad] == 0
            assert per_manad["extern", ar * 100 + manad]
        assert {e for e, *_ in bok.saldo} == {r["enhet"] for r in ANSVAR}


def test_aret_har_sasong(bocker):
    bok = bocker[2024]
    manader = defaultdict(lambda: [Decimal(0)] * 12)
    for (_, _, konto, _, period), b in bok.saldo.items():
        manader[konto][period % 100 - 1] -= b
    lon = manader["4110"]
    assert min(lon) == lon[6] and lon[7] < lon[5]
    assert all(manader["7810"]) and max(manader["7810"]) - min(manader["7810"]) < 1
    assert [i for i, b in enumerate(manader["6010"]) if b] == [0, 3, 6, 9]


def test_samma_fro_ger_samma_bok():
    def avtryck(**val):
        rader = islice(generera(2024, rader=60_000, **val), 10_000)
        return hashlib.sha256("\n".join(map(repr, rader)).encode()).hexdigest()

    assert avtryck(fro=1) == "6232b4fc222cbe8ef3f9d67f6e5d8b777ce7585fab88ee8df13294b16c258d7b"
    assert avtryck(fro=2) != avtryck(fro=1)


def test_antal_manader_och_enheter_valjer_bland_samma_rader():
    hela = list(generera(2024, fro=3, rader=60_000))
    assert abs(len(hela) - 60_000) <= 1_200
    del_ = [r[1:] for r in generera(2024, fro=3, rader=60_000, perioder=(3, 4), enheter=("SUS", "KN"))]
    assert del_ == [r[1:] for r in hela if r[1] in (202403, 202404) and _enhet(r[4]) in ("SUS", "KN")]
    assert len(del_) > 100
    assert len({r[1:] for r in hela}) == len(hela)  # an import warns of lines that stand twice
    assert sum(len(list(exempelhuvudbok(ar))) for ar in EXEMPELAR) <= 6_000
    assert list(islice(generera(2025, fro=1), 3)) and list(islice(generera(2026, fro=1), 3))


def test_utan_underlag_sags_genast():
    for val in ({"ar": 2022}, {"ar": 2024, "enheter": ("REGION",)}, {"ar": 2024, "perioder": (0, 3)}):
        with pytest.raises(UtanUnderlag):
            generera(fro=1, **val)


def test_kontoplan_och_ansvar_ar_hela_och_overlappar_inte():
    for rader, fran, till in (
        (KONTOPLAN, "konto_fran", "konto_till"),
        (ANSVAR, "ansvar_fran", "ansvar_till"),
    ):
        granser = sorted((r[fran], r[till]) for r in rader)
        for (_, slut), (start, _) in pairwise(granser):
            assert int(start) == int(slut) + 1
    poster = {r["kod"]: r for r in _las("poster.csv") if r["uppstallning"] == "resultatsammanstallning"}
    for r in KONTOPLAN:
        assert (r["regel"] == "balans") == (r["konto_fran"] < "3") == (not r["post"])
        if r["post"]:
            assert poster[r["post"]]["typ"] == "blad" and poster[r["post"]]["dold"] == "0"
    assert {r["enhet"] for r in ANSVAR} <= {r["kod"] for r in _las("enheter.csv")}
    assert all(_regel(konto) for konto in kontonamn())
