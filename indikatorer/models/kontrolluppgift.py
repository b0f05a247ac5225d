"""What the documents print a second time, or conclude, beside the figures that are used."""

from django.db import models

from indikatorer.models.bibliotek import Indikator, Segment
from organisation.models import Enhet


class Uppgiftsslag(models.TextChoices):
    MAL = "mal", "Målnivå"
    VARDE = "varde", "Värde"
    FORANDRING = "forandring", "Förändring i procent"
    DIFFERENS = "differens", "Förändring i måttets enhet"
    BEDOMNING = "bedomning", "Bedömning"
    TREND = "trend", "Utveckling"


class Kontrolluppgift(models.Model):
    """A figure, target or judgement as printed, kept beside what is used and never in its place.

    `tryckt` is what stands at `kalla`: a rule («>80 %»), a number («45», with «cirka» before it when the document says
    so), a judgement («uppfyllt», «ej_uppfyllt») or a trend («battre», «samre»). A change is counted from the latest
    comparable value, or from `jamfors_med`'s value of the same year. `kontrollera` compares it with what is computed.
    """

    indikator = models.ForeignKey(Indikator, on_delete=models.CASCADE, related_name="kontrolluppgifter")
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, null=True, blank=True)
    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT, null=True, blank=True)
    ar = models.PositiveSmallIntegerField("år")
    delperiod = models.PositiveSmallIntegerField(default=0)
    kon = models.CharField("kön", max_length=1, default="T")
    slag = models.CharField(max_length=10, choices=Uppgiftsslag)
    tryckt = models.CharField(max_length=60)
    jamfors_med = models.ForeignKey(
        Indikator,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="jämförs med",
    )
    kalla = models.CharField("plats i källhandlingen", max_length=200)

    class Meta:
        ordering = ("indikator", "ar", "segment", "slag", "kalla")
        verbose_name_plural = "kontrolluppgifter"
        constraints = [
            models.UniqueConstraint(
                fields=("indikator", "segment", "enhet", "ar", "delperiod", "kon", "slag", "kalla"),
                name="kontrolluppgift_en_per_plats",
                nulls_distinct=False,
            ),
        ]

    def __str__(self):
        return f"{self.indikator_id} {self.ar} {self.slag}: {self.tryckt}"
