"""Tillfällen: when in a year the follow-up is made, of what period, and who decides."""

import pghistory
from django.db import models
from django.db.models import F, Q

from organisation.models import Namnd
from uppfoljning.regler.kalender import Dagar


class Tillfallestyp(models.TextChoices):
    MANAD = "manad", "Månadsuppföljning"
    PROGNOS = "prognos", "Månadsuppföljning med analys och prognos"
    KVARTAL = "kvartal", "Kvartalsrapport"
    DELAR = "delar", "Delårsrapport"
    ARSREDOVISNING = "arsredovisning", "Årsredovisning"


class Arendetyp(models.TextChoices):
    INFORMATION = "information", "Information"
    BESLUT = "beslut", "Beslut"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Tillfalle(models.Model):
    """One occasion of a year's calendar.

    Without `instans` it is every nämnd's and styrelse's own. `period_harledd`: the plan names the month only, and the
    days follow from that. `behandlas_fran`–`behandlas_till` are the days that the plan gives for the decision, one
    day or a month; one that is to come before another body's (`infor`) has that one's days and none of its own.
    """

    ar = models.PositiveSmallIntegerField("år")
    ordning = models.PositiveSmallIntegerField()
    namn = models.CharField(max_length=60)
    typ = models.CharField(max_length=20, choices=Tillfallestyp)
    arendetyp = models.CharField("ärendetyp", max_length=20, choices=Arendetyp, blank=True)
    instans = models.ForeignKey(Namnd, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    period_fran = models.DateField()
    period_till = models.DateField()
    period_harledd = models.BooleanField("perioden är härledd", default=False)
    behandlas_fran = models.DateField(null=True, blank=True)
    behandlas_till = models.DateField(null=True, blank=True)
    infor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="fore")
    anm = models.CharField("anmärkning", max_length=300, blank=True)
    kalla = models.CharField("plats i källhandlingen", max_length=200, blank=True)

    class Meta:
        ordering = ("ar", "period_till", "ordning")
        verbose_name_plural = "tillfällen"
        constraints = [
            models.UniqueConstraint(
                fields=("ar", "namn", "typ", "instans"), name="tillfalle_en_gang", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="tillfalle_period_framat", condition=Q(period_fran__lte=F("period_till"))
            ),
            models.CheckConstraint(
                name="tillfalle_egna_dagar_eller_infor",
                condition=Q(behandlas_fran__isnull=True, behandlas_till__isnull=True)
                | Q(
                    behandlas_fran__isnull=False,
                    behandlas_till__isnull=False,
                    behandlas_fran__lte=F("behandlas_till"),
                    infor__isnull=True,
                ),
            ),
        ]

    def __str__(self):
        return f"{self.get_typ_display()} {self.namn} {self.ar}"

    @property
    def dagar(self) -> Dagar:
        """The days as the rule takes them. Reads `infor`."""
        med_dag = self.infor or self
        behandlas = (med_dag.behandlas_fran, med_dag.behandlas_till) if med_dag.behandlas_fran else None
        return Dagar(self.period_till, behandlas, fore=self.infor_id is not None)
