"""What the documents print a second time, or conclude, beside the figures that are used."""

from django.db import models

from indikatorer.models.bibliotek import Indikator, Segment


class Uppgiftsslag(models.TextChoices):
    MAL = "mal", "Målnivå"
    VARDE = "varde", "Värde"
    FORANDRING = "forandring", "Förändring i procent"
    DIFFERENS = "differens", "Förändring i måttets enhet"
    BEDOMNING = "bedomning", "Bedömning"


class Kontrolluppgift(models.Model):
    """A figure, target or judgement as printed, kept beside what is used and never in its place.

    `tryckt` is what stands at `kalla`: a rule («>80 %»), a number («45», with «cirka» before it when the document says
    so), or one of «uppfyllt», «ej_uppfyllt». `kontrollera` compares it with what is used or computed.
    """

    indikator = models.ForeignKey(Indikator, on_delete=models.CASCADE, related_name="kontrolluppgifter")
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, null=True, blank=True)
    ar = models.PositiveSmallIntegerField("år")
    delperiod = models.PositiveSmallIntegerField(default=0)
    kon = models.CharField("kön", max_length=1, default="T")
    slag = models.CharField(max_length=10, choices=Uppgiftsslag)
    tryckt = models.CharField(max_length=60)
    kalla = models.CharField("plats i källhandlingen", max_length=200)

    class Meta:
        ordering = ("indikator", "ar", "segment", "slag", "kalla")
        verbose_name_plural = "kontrolluppgifter"
        constraints = [
            models.UniqueConstraint(
                fields=("indikator", "segment", "ar", "delperiod", "kon", "slag", "kalla"),
                name="kontrolluppgift_en_per_plats",
                nulls_distinct=False,
            ),
        ]

    def __str__(self):
        return f"{self.indikator_id} {self.ar} {self.slag}: {self.tryckt}"
