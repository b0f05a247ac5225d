"""The nämnder's parts of a version: which enheter they hold, how they stand, and who is to be told."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.apps import apps
from django.db import connection
from django.db.models import F, Q

from budget.models import (
    Askandemotiv,
    Belopp,
    Budgetdel,
    Budgetversion,
    Investeringsbeslut,
    Investeringsobjekt,
    Uppstallning,
    Uppstallningsslag,
)
from budget.regler.delflode import SKRIVBARA
from budget.selectors.summor import ALLA_ENHETER
from budget.selectors.uppstallning import hamta_kolumner, hamta_uppstallning
from organisation.models import Roll, Rolltilldelning


class Andring(NamedTuple):
    """The latest change of a part's amounts; `namn` is empty when it was made outside the system."""

    tid: datetime
    namn: str


class Delhandelse(NamedTuple):
    """A step in a part's history."""

    tid: datetime
    status: str
    namn: str
    varfor: str


def hamta_delenheter(version: Budgetversion) -> dict[int, int]:
    """Which nämnd (id) hands in the amounts of each enhet (id). One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT enhet_id, namnd_id FROM budget_delenheter(%s)", [version.pk])
        return dict(cursor.fetchall())


def hamta_delar(version: Budgetversion) -> list[Budgetdel]:
    """The parts of a version in the region's own order. One query."""
    return list(
        Budgetdel.objects.filter(version=version)
        .select_related("namnd", "version")
        .order_by("namnd__ordning")
    )


_STANGDA = """
SELECT e.enhet_id, n.namn FROM budget_budgetdel d
JOIN organisation_namnd n ON n.id = d.namnd_id
JOIN budget_delenheter(%s) e ON e.namnd_id = d.namnd_id
WHERE d.version_id = %s AND d.status <> ALL(%s)
"""


def stangda_enheter(version: Budgetversion) -> dict[int, str]:
    """The enheter (ids) whose nämnd has handed in its part, with the nämnd's name: nobody writes them. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_STANGDA, [version.pk, version.pk, [str(s) for s in SKRIVBARA]])
        return dict(cursor.fetchall())


def namnder_med_rad(version: Budgetversion) -> set[int]:
    """The nämnder (ids) that have an enhet with a row in some table of the version."""
    enheter = hamta_delenheter(version)
    namnder = set()
    for u, kolumner in hamta_kolumner(version).items():
        if i_delen(version, u):
            data = hamta_uppstallning(version, u, kolumner, ALLA_ENHETER)
            namnder |= {enheter[p.enhet_id] for p in data.synliga if p.enhet_id in enheter}
    return namnder


_ANDRINGAR = """
SELECT DISTINCT ON (e.namnd_id) e.namnd_id, h.pgh_created_at, COALESCE(c.metadata->>'namn', '')
FROM budget_beloppevent h
JOIN budget_delenheter(%s) e ON e.enhet_id = h.enhet_id
LEFT JOIN pghistory_context c ON c.id = h.pgh_context_id
WHERE h.version_id = %s
ORDER BY e.namnd_id, h.pgh_created_at DESC, h.pgh_id DESC
"""


def hamta_senaste_per_namnd(version: Budgetversion) -> dict[int, Andring]:
    """The latest change of amounts of each nämnd (id). One query."""
    with connection.cursor() as cursor:
        cursor.execute(_ANDRINGAR, [version.pk, version.pk])
        return {namnd: Andring(tid, namn) for namnd, tid, namn in cursor.fetchall()}


def las_avtryck(version: Budgetversion, enheter: Iterable[int]) -> str:
    """What the enheter hand in, amounts, motives, names of investment objects and what is decided about them, as a
    short text that is another as soon as one is changed.

    The ram of a region's version is fullmäktige's, and may move while a part is read.
    """
    enheter = list(enheter)
    rader = (
        Belopp.objects.filter(version=version, enhet__in=enheter)
        .exclude(_ramen(version))
        .order_by("enhet_id", "post_id", "ar")
        .values_list("enhet_id", "post_id", "ar", "rev", "belopp")
    )
    motiv = (
        Askandemotiv.objects.filter(version=version, enhet__in=enheter)
        .order_by("enhet_id", "post_id")
        .values_list("enhet_id", "post_id", "rev", "text")
    )
    objekt = (
        Investeringsobjekt.objects.filter(enhet__in=rader.order_by().values("enhet"))
        .order_by("pk")
        .values_list("pk", "enhet__namn")
    )
    beslut = (
        Investeringsbeslut.objects.filter(version=version, objekt__enhet__in=enheter)
        .order_by("pk")
        .values_list("pk", "objekt", "organ", "datum", "paragraf", "text", "avslutas_ar")
    )
    return hashlib.sha256(repr([*rader, *motiv, *objekt, *beslut]).encode()).hexdigest()[:20]


def _ramen(version: Budgetversion) -> Q:
    return Q(pk__in=()) if version.namnd_id else Q(post__uppstallning__slag=Uppstallningsslag.RAM)


def i_delen(version: Budgetversion, uppstallning: Uppstallning) -> bool:
    """Whether a table is part of what a nämnd hands in: what has rows per enhet, and is not fullmäktige's ram."""
    return uppstallning.per_enhet and (bool(version.namnd_id) or uppstallning.slag != Uppstallningsslag.RAM)


def hamta_delhistorik(budgetdel: Budgetdel, vilka: slice = slice(None)) -> list[Delhandelse]:
    """The steps of a part, latest first; `vilka` of all there are. One query."""
    handelser = (
        apps.get_model("budget", "BudgetdelEvent")
        .objects.filter(pgh_obj_id=budgetdel.pk)
        .order_by("-pgh_id")
        .annotate(uppgifter=F("pgh_context__metadata"))
        .values_list("pgh_created_at", "status", "uppgifter")
    )
    return [
        Delhandelse(tid, status, (u or {}).get("namn", ""), (u or {}).get("varfor", ""))
        for tid, status, u in handelser[vilka]
    ]


def namndens_controllers(namnd: int, enheter: Iterable[int]) -> list[int]:
    """The users (ids) who enter the amounts of a nämnd or of some of its enheter. One query."""
    return _anvandare(Q(roll=Roll.CONTROLLER) & (Q(namnd=namnd) | Q(enhet__in=list(enheter))))


def granskare() -> list[int]:
    """The users (ids) who review the parts. One query."""
    return _anvandare(Q(roll=Roll.KONCERNCONTROLLER))


def _anvandare(villkor: Q) -> list[int]:
    fraga = Rolltilldelning.objects.filter(villkor, anvandare__is_active=True)
    return list(fraga.order_by("anvandare").values_list("anvandare", flat=True).distinct())
