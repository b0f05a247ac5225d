"""The rates that regionbidrag of a year is raised by, per sektor, and the nämnder that are exceptions."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from budget.models.justering import Justering
from budget.models.vakt import LAST_VERSION, vakt, vakter_mot_last_version
from budget.models.version import Budgetversion
from organisation.models import Enhet, Sektor

# Rates and exceptions have no version of their own, so the guard reads it through their uppräkning.
_LAST_GENOM_UPPRAKNING = LAST_VERSION.replace(
    "SELECT version_id FROM rader",
    "SELECT u.version_id FROM rader r JOIN budget_upprakning u ON u.id = r.upprakning_id",
)


def _vakter() -> list[pgtrigger.Trigger]:
    return [
        vakt("vakt_insert", pgtrigger.Insert, "new", _LAST_GENOM_UPPRAKNING),
        vakt("vakt_update", pgtrigger.Update, "new", _LAST_GENOM_UPPRAKNING),
        vakt("vakt_flytt", pgtrigger.Update, "old", _LAST_GENOM_UPPRAKNING),
        vakt("vakt_delete", pgtrigger.Delete, "old", _LAST_GENOM_UPPRAKNING),
    ]


def _inom(falt: str, lagst: int, hogst: int) -> Q:
    return Q(**{f"{falt}__isnull": True}) | Q(**{f"{falt}__range": (lagst, hogst)})


def procentfalt(namn: str) -> models.DecimalField:
    """A percentage with two decimals; null where none is given."""
    return models.DecimalField(f"{namn}, procent", max_digits=5, decimal_places=2, null=True, blank=True)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Upprakning(models.Model):
    """What a year of a version is raised by. `justering` is what came of it, `rev` lets a save see that somebody was
    there before."""

    version = models.ForeignKey(Budgetversion, on_delete=models.PROTECT, related_name="upprakningar")
    ar = models.PositiveSmallIntegerField("år")
    justering = models.OneToOneField(
        Justering, on_delete=models.SET_NULL, null=True, blank=True, related_name="upprakning"
    )
    rev = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("ar",)
        verbose_name_plural = "uppräkningar"
        constraints = [
            models.UniqueConstraint(fields=("version", "ar"), name="upprakning_en_per_ar"),
        ]
        triggers = vakter_mot_last_version()

    def __str__(self):
        return f"Uppräkning {self.ar}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Sektorsats(models.Model):
    """A sektor's percentages; `regler.upprakning.Satser` says what they mean."""

    upprakning = models.ForeignKey(Upprakning, on_delete=models.CASCADE, related_name="sektorsatser")
    sektor = models.ForeignKey(Sektor, on_delete=models.PROTECT)
    sammanvagt = procentfalt("löner och priser sammanvägt")
    loner = procentfalt("löner")
    vikt_loner = procentfalt("löners vikt")
    priser = procentfalt("priser")
    vikt_priser = procentfalt("prisers vikt")
    demografi = procentfalt("demografi")
    medicinteknik = procentfalt("medicinsk teknik")
    effektivisering = procentfalt("effektivisering")
    motiv = models.CharField("källa eller skäl", max_length=300, blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name_plural = "sektorsatser"
        constraints = [
            models.UniqueConstraint(fields=("upprakning", "sektor"), name="sektorsats_en_per_sektor"),
            models.CheckConstraint(
                name="sektorsats_antingen_sammanvagt",
                condition=Q(sammanvagt__isnull=True) | Q(loner__isnull=True, priser__isnull=True),
            ),
            models.CheckConstraint(
                name="sektorsats_vikter", condition=_inom("vikt_loner", 0, 100) & _inom("vikt_priser", 0, 100)
            ),
        ]
        triggers = _vakter()

    def __str__(self):
        return f"{self.upprakning_id}: {self.sektor_id}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Upprakningsundantag(models.Model):
    """What an enhet has of its own: a rate or an amount in kronor in place of its sektor's, or weights."""

    upprakning = models.ForeignKey(Upprakning, on_delete=models.CASCADE, related_name="undantag")
    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT)
    sats = procentfalt("egen sats")
    belopp = models.DecimalField("eget belopp", max_digits=16, decimal_places=2, null=True, blank=True)
    vikt_loner = procentfalt("löners vikt")
    vikt_priser = procentfalt("prisers vikt")
    motiv = models.CharField("skäl", max_length=300, blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name_plural = "uppräkningsundantag"
        constraints = [
            models.UniqueConstraint(fields=("upprakning", "enhet"), name="upprakningsundantag_en_per_enhet"),
            models.CheckConstraint(
                name="upprakningsundantag_sats_eller_belopp",
                condition=Q(sats__isnull=True) | Q(belopp__isnull=True),
            ),
            models.CheckConstraint(
                name="upprakningsundantag_vikter",
                condition=_inom("vikt_loner", 0, 100) & _inom("vikt_priser", 0, 100),
            ),
        ]
        triggers = _vakter()

    def __str__(self):
        return f"{self.upprakning_id}: {self.enhet_id}"
