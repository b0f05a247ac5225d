"""How a year's budget is spread over its months, for a follow-up of part of the year."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from budget.models.uppstallning import Post
from organisation.models import Enhet


class Periodiseringssatt(models.TextChoices):
    RAK = "rak", "Raka tolftedelar"
    FORRA_ARET = "forra_aret", "Som utfallet förra året"
    EGEN = "egen", "Egen profil"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Periodisering(models.Model):
    """A choice for a post of a year: for one enhet, or (null) for all that have none of their own.

    `andelar` are the twelve months' shares of the year for EGEN; they sum to exactly 1. Without a row the budget is
    spread in straight twelfths.
    """

    ar = models.PositiveSmallIntegerField()
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    satt = models.CharField(max_length=10, choices=Periodiseringssatt)
    andelar = ArrayField(models.DecimalField(max_digits=12, decimal_places=10), default=list, blank=True)

    class Meta:
        verbose_name_plural = "periodiseringar"
        constraints = [
            models.UniqueConstraint(
                fields=("ar", "post", "enhet"), nulls_distinct=False, name="periodisering_en_per_post"
            ),
            models.CheckConstraint(
                name="periodisering_egen_har_tolv_andelar",
                condition=Q(satt="egen", andelar__len=12) | (~Q(satt="egen") & Q(andelar=[])),
            ),
        ]

    def __str__(self):
        return f"{self.post_id} {self.ar}: {self.get_satt_display()}"
