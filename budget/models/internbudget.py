"""What a nämnd's internbudget says beside its amounts: how activities are financed, and what the budget assumes."""

import pghistory
from django.db import models
from django.db.models import Q

from budget.models.vakt import vakter_mot_last_version
from budget.models.version import Budgetversion
from organisation.models import Enhet, Giltig


class Finansieringsform(models.TextChoices):
    ANSLAG = "anslag", "Anslag"
    ABONNEMANG = "abonnemang", "Abonnemang"
    INTERNPRIS = "internprissattning", "Internprissättning"


class Finansiering(Giltig):
    """How an activity of an enhet is paid for, during a time. An enhet may have several activities and forms."""

    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT, related_name="finansieringar")
    form = models.CharField(max_length=20, choices=Finansieringsform)
    verksamhet = models.CharField(max_length=120)
    grund = models.CharField(max_length=200)
    beslutas_av = models.CharField(max_length=120, blank=True)
    kalla = models.CharField("plats i källhandlingen", max_length=200, blank=True)
    ordning = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("ordning", "pk")
        verbose_name_plural = "finansieringar"
        constraints = [
            models.UniqueConstraint(
                fields=("enhet", "verksamhet", "giltig_fran"), name="finansiering_en_per_verksamhet"
            ),
        ]

    def __str__(self):
        return f"{self.verksamhet}: {self.get_form_display()}"


class Forutsattningsgrupp(models.TextChoices):
    ANTAGANDE = "antagande", "Antaganden"
    HANDLINGSPLAN = "handlingsplan", "Handlingsplan"
    UPPLYSNING = "upplysning", "Upplysningar"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Internbudgetforutsattning(models.Model):
    """What an internbudget assumes or plans: an amount in kronor, or a share in percent (3.0 is three percent).

    The amounts stand in no uppställning and are in no sum. `ungefar` is the document's «cirka».
    """

    version = models.ForeignKey(Budgetversion, on_delete=models.CASCADE, related_name="forutsattningar")
    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT)
    grupp = models.CharField(max_length=15, choices=Forutsattningsgrupp)
    nyckel = models.SlugField()
    beskrivning = models.CharField(max_length=200)
    avser = models.CharField(max_length=100)
    ar = models.PositiveSmallIntegerField()
    belopp = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    precision = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    procent = models.DecimalField(max_digits=7, decimal_places=3, null=True, blank=True)
    ungefar = models.BooleanField("cirka", default=False)
    kalla = models.CharField("plats i källhandlingen", max_length=200, blank=True)
    ordning = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("ordning", "pk")
        verbose_name_plural = "internbudgetförutsättningar"
        constraints = [
            models.UniqueConstraint(fields=("version", "nyckel"), name="forutsattning_en_per_nyckel"),
            models.CheckConstraint(
                name="forutsattning_belopp_eller_procent",
                condition=Q(belopp__isnull=False, precision__isnull=False, procent__isnull=True)
                | Q(belopp__isnull=True, precision__isnull=True, procent__isnull=False),
            ),
        ]
        triggers = vakter_mot_last_version()

    def __str__(self):
        return f"{self.beskrivning} {self.ar}"
