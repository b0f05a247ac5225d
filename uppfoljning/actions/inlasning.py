"""Loading the example: the region's goals, the calendar of 2024, its uppföljningsplan, and a styrkort of 2025."""

import csv
from collections.abc import Iterable
from pathlib import Path

from organisation.models import Enhet, Namnd
from regionskane.historik import andring
from uppfoljning.models import Ansvar, Malplan, Malpunkt, Malrad, OvergripandeMal, Tillfalle

KALENDER = "budget2024/uppfoljningskalender"
# The file of each plan: year and enhet ("": the region's uppföljningsplan).
PLANFILER = {("2024", ""): "budget2024/uppfoljningsplan", ("2025", "NORV_MS"): "ms2025/styrkort"}


def las_in_exempel(mapp: Path) -> int:
    """Load what is missing from the fixtures folder and return how many rows are new.

    A year that has a calendar, and a plan that is there, are left alone. Raises KeyError for a code that no file has.
    """
    nya = 0
    with andring(by=None, varfor="Inläst från overgripande_mal.csv"):
        for r in _rader(mapp, "overgripande_mal"):
            r["giltig_till"] = r["giltig_till"] or None
            nya += OvergripandeMal.objects.get_or_create(kod=r.pop("kod"), defaults=r)[1]
    with andring(by=None, varfor=f"Inläst från {KALENDER}.csv"):
        nya += _las_in_kalender(_rader(mapp, KALENDER))
    enheter = {e.kod: e for e in Enhet.objects.all()}
    for r in _rader(mapp, "malplaner"):
        fil = PLANFILER[r["ar"], r["enhet"]]
        with andring(by=None, varfor=f"Inläst från {fil}.csv"):
            plan, ny = Malplan.objects.get_or_create(
                ar=r["ar"], enhet=enheter.get(r["enhet"]), defaults={"handling": r["handling"]}
            )
            if ny:
                nya += 1 + _las_in_plan(plan, _rader(mapp, fil), enheter)
    return nya


def _rader(mapp: Path, namn: str) -> list[dict[str, str]]:
    with (mapp / f"{namn}.csv").open(encoding="utf-8", newline="") as fil:
        return list(csv.DictReader(fil))


def _las_in_kalender(rader: list[dict[str, str]]) -> int:
    namnder = {n.kod: n for n in Namnd.objects.all()}
    med_kalender = set(Tillfalle.objects.values_list("ar", flat=True))
    rader = [(i, r) for i, r in enumerate(rader, start=1) if int(r["ar"]) not in med_kalender]
    skapade = {}
    # Those that others are to come before are there first.
    for i, r in sorted(rader, key=lambda rad: bool(rad[1]["infor"])):
        nyckel = (r["ar"], r["namn"], r["typ"])
        skapade[*nyckel, r["instans"]] = Tillfalle.objects.create(
            ordning=i,
            instans=namnder[r["instans"]] if r["instans"] else None,
            infor=skapade[*nyckel, r["infor"]] if r["infor"] else None,
            period_harledd=r["period_harledd"] == "1",
            **{f: r[f] or None for f in ("behandlas_fran", "behandlas_till")},
            **{
                f: r[f]
                for f in ("ar", "namn", "typ", "arendetyp", "period_fran", "period_till", "anm", "kalla")
            },
        )
    return len(skapade)


def _las_in_plan(plan: Malplan, rader: list[dict[str, str]], enheter: dict[str, Enhet]) -> int:
    """The rows of a plan. Those with the same `nyckel` are places of one point."""
    namnder = {n.kod: n for n in Namnd.objects.all()}
    mal = {m.kod: m for m in OvergripandeMal.objects.all()}
    punkter = {}
    for r in rader:
        punkter.setdefault(
            r.get("nyckel") or r["kod"],
            Malpunkt(
                plan=plan,
                typ=r["typ"],
                titel=r["titel"],
                nytt_ar=r.get("nytt_ar") or None,
                malvarde=r.get("malvarde", ""),
            ),
        )
    Malpunkt.objects.bulk_create(punkter.values())
    platser = Malrad.objects.bulk_create(
        Malrad(
            punkt=punkter[r.get("nyckel") or r["kod"]],
            kod=r["kod"],
            ordning=i,
            omrade=r.get("omrade", ""),
            mal=mal[r["mal"]],
            insatsomrade=r.get("insatsomrade", ""),
            mal_i_kapitlet=mal[r["mal_i_kapitlet"]] if r.get("mal_i_kapitlet") else None,
            anm=r.get("anm", ""),
            kalla=r["kalla"],
        )
        for i, r in enumerate(rader, start=1)
    )
    Ansvar.objects.bulk_create(
        ansvar
        for rad, r in zip(platser, rader, strict=True)
        for ansvar in _ansvar(rad, r.get("ansvariga", ""), r.get("huvudansvarig", ""), namnder, enheter)
    )
    return len(rader)


def _ansvar(rad, koder: str, huvud: str, namnder, enheter) -> Iterable[Ansvar]:
    """A code is a nämnd's, or else that of an enhet under one."""
    koder = koder.split(";") if koder else []
    if huvud and huvud not in koder:
        raise KeyError(f"{rad.kod}: huvudansvarig {huvud} är inte en av de ansvariga")
    for i, kod in enumerate(koder, start=1):
        namnd = namnder.get(kod)
        yield Ansvar(
            rad=rad,
            ordning=i,
            namnd=namnd,
            enhet=None if namnd else enheter[kod],
            huvudansvarig=kod == huvud,
        )
