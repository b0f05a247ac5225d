"""Justeringar: the decisions that move regionbidrag from one year to the next (bilaga 4B)."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from budget.models.askande import Askandesvar
from budget.models.vakt import LAST_VERSION, vakt, vakter_mot_last_version
from budget.models.version import Budgetversion
from organisation.models import Enhet

# The rows have no version of their own, so the guard reads it through their justering.
_LAST_GENOM_JUSTERING = LAST_VERSION.replace(
    "SELECT version_id FROM rader",
    "SELECT j.version_id FROM rader r JOIN budget_justering j ON j.id = r.justering_id",
)

# Before the answer to an äskande, in the motive of a justering that it led to.
SVARET = "Svar: "

_OBALANS = """
    SELECT j.titel INTO titel FROM budget_justering j
        WHERE j.id IN ({ids}) AND j.status = 'beslutad'
          AND (SELECT COALESCE(sum(r.belopp), 0) FROM budget_justeringsrad r WHERE r.justering_id = j.id) <> 0
        LIMIT 1;
    IF titel IS NOT NULL THEN
        RAISE EXCEPTION 'Justeringen % är beslutad, och dess rader ska ta ut varandra', titel
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""


def _balansvakt(operation, ids: str) -> pgtrigger.Trigger:
    """Asked at the end of the transaction, so that the rows of a decided justering may be changed together."""
    return pgtrigger.Trigger(
        name="balans",
        when=pgtrigger.After,
        operation=operation,
        timing=pgtrigger.Deferred,
        declare=[("titel", "text")],
        func=_OBALANS.format(ids=ids),
    )


class Block(models.TextChoices):
    TEKNISK = "teknisk", "Tekniska justeringar"
    UPPRAKNING = "upprakning", "Uppräkning"
    RIKTAD = "riktad", "Riktade satsningar"
    PLAN = "plan", "Enligt tidigare plan"


class Justeringsstatus(models.TextChoices):
    UTKAST = "utkast", "Utkast"
    BESLUTAD = "beslutad", "Beslutad"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Justering(models.Model):
    """A decision that changes regionbidrag of `ar` in a version. Only a decided one counts.

    `prisniva` is the year in whose prices the rows are given. `regel` remembers the rule that proposed the rows and
    its parameters, for one that was not typed; `askande` is the answered äskande that it came of. `rev` lets a save
    see that somebody was there before.
    """

    version = models.ForeignKey(Budgetversion, on_delete=models.PROTECT, related_name="justeringar")
    ar = models.PositiveSmallIntegerField("år")
    block = models.CharField(max_length=12, choices=Block)
    titel = models.CharField(max_length=120)
    prisniva = models.PositiveSmallIntegerField("prisnivå, år")
    motiv = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Justeringsstatus, default=Justeringsstatus.UTKAST)
    ordning = models.PositiveSmallIntegerField()
    regel = models.JSONField("regel och parametrar", null=True, blank=True)
    askande = models.ForeignKey(
        Askandesvar, on_delete=models.PROTECT, null=True, blank=True, related_name="justeringar"
    )
    rev = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("ordning", "pk")
        verbose_name_plural = "justeringar"
        constraints = [
            models.UniqueConstraint(
                fields=("version", "ar", "block", "titel"), name="justering_en_per_titel"
            ),
            models.CheckConstraint(
                name="justering_status_kand", condition=Q(status__in=("utkast", "beslutad"))
            ),
        ]
        triggers = [
            *vakter_mot_last_version(),
            _balansvakt(pgtrigger.Insert | pgtrigger.Update, "NEW.id"),
        ]

    def __str__(self):
        return self.titel

    @property
    def beslutad(self) -> bool:
        return self.status == Justeringsstatus.BESLUTAD


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Justeringsrad(models.Model):
    """What a justering does to one enhet, in kronor; plus is more regionbidrag. FINANS takes the other side.

    `andel` is the enhet's share in percent that the document prints under the row, with the value of its last digit.
    """

    justering = models.ForeignKey(Justering, on_delete=models.CASCADE, related_name="rader")
    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT)
    belopp = models.DecimalField(max_digits=16, decimal_places=2)
    precision = models.DecimalField(max_digits=16, decimal_places=2)
    andel = models.DecimalField("andel, procent", max_digits=9, decimal_places=4, null=True, blank=True)
    andel_precision = models.DecimalField(max_digits=9, decimal_places=4, null=True, blank=True)
    kalla = models.CharField("plats i källhandlingen", max_length=200, blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name_plural = "justeringsrader"
        constraints = [
            models.UniqueConstraint(fields=("justering", "enhet"), name="justeringsrad_en_per_enhet"),
            models.CheckConstraint(
                name="justeringsrad_andel_har_precision",
                condition=Q(andel__isnull=True, andel_precision__isnull=True)
                | Q(andel__isnull=False, andel_precision__gt=0),
            ),
        ]
        triggers = [
            vakt("vakt_insert", pgtrigger.Insert, "new", _LAST_GENOM_JUSTERING),
            vakt("vakt_update", pgtrigger.Update, "new", _LAST_GENOM_JUSTERING),
            vakt("vakt_flytt", pgtrigger.Update, "old", _LAST_GENOM_JUSTERING),
            vakt("vakt_delete", pgtrigger.Delete, "old", _LAST_GENOM_JUSTERING),
            _balansvakt(
                pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete, "NEW.justering_id, OLD.justering_id"
            ),
        ]

    def __str__(self):
        return f"{self.enhet_id}: {self.belopp}"


class Justeringssumma(models.Model):
    """A sum of justeringar as bilaga 4B prints it: of a block, or of all of them (`block` empty), for one enhet.

    In a version that is fastställd it is what was decided, and the figure of the matrix. The levels are counted from
    the justeringar whatever was printed.
    """

    version = models.ForeignKey(Budgetversion, on_delete=models.CASCADE, related_name="justeringssummor")
    ar = models.PositiveSmallIntegerField("år")
    block = models.CharField(max_length=12, choices=Block, blank=True)
    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT)
    belopp = models.DecimalField(max_digits=16, decimal_places=2)
    precision = models.DecimalField(max_digits=16, decimal_places=2)
    kalla = models.CharField("plats i källhandlingen", max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "justeringssummor"
        constraints = [
            models.UniqueConstraint(
                fields=("version", "ar", "block", "enhet"), name="justeringssumma_en_per_cell"
            ),
        ]
        triggers = vakter_mot_last_version()

    def __str__(self):
        return f"{self.enhet_id} {self.ar} tryckt {self.belopp}"
