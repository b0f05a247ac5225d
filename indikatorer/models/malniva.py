"""What is to be reached: one written rule per indikator, year and segment."""

import pghistory
from django.db import models

from indikatorer.models.bibliotek import Indikator, Segment


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Malniva(models.Model):
    """The target of a year, as written («≥ 80 %»). `regler.tolka` reads the rule out of `regel`.

    Without a segment it holds for every segment that has none of its own. `kalla` is where it stands. `tolkning` is
    what the text was read to mean when it was saved (`regler.skrift.utan_enhet`), so that a reader that learns more
    words cannot change a target unseen; empty for one that could not be read.
    """

    indikator = models.ForeignKey(Indikator, on_delete=models.PROTECT, related_name="malnivaer")
    ar = models.PositiveSmallIntegerField("år")
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, null=True, blank=True)
    regel = models.CharField("målnivå", max_length=60)
    tolkning = models.CharField("lästes som", max_length=80, blank=True, editable=False)
    kalla = models.CharField("plats i källhandlingen", max_length=200, blank=True)
    rev = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("indikator", "ar", "segment")
        verbose_name = "målnivå"
        verbose_name_plural = "målnivåer"
        constraints = [
            models.UniqueConstraint(
                fields=("indikator", "ar", "segment"), name="malniva_en_per_ar", nulls_distinct=False
            ),
        ]
        indexes = [models.Index(fields=("ar",), name="malniva_per_ar")]

    def __str__(self):
        return f"{self.indikator_id} {self.ar}: {self.regel}"
