"""Investment objects (bilaga 5B): what they are. What they cost are Belopp on their enhet."""

import pghistory
from django.db import models
from django.db.models import Q

from budget.models.vakt import vakter_mot_last_version
from budget.models.version import Budgetversion
from organisation.models import Enhet


class Investeringsslag(models.TextChoices):
    BYGG = "bygg", "Bygg"
    UTRUSTNING = "utrustning", "Utrustning"


class Investeringsgrupp(models.TextChoices):
    KOLLEKTIVTRAFIK = "kollektivtrafik", "Kollektivtrafik"
    SJUKVARD = "sjukvard", "Hälso- och sjukvård"
    SERVICE = "service", "Fastighets- och servicenämnd"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Investeringsobjekt(models.Model):
    """What an enhet of the kind OBJEKT is. Its name is the enhet's and its nämnd that of its placement.

    `slag`, `grupp` and `strategiskt` decide which poster hold its amounts (`postkod`), and stay as they are. `rev`
    lets a save see that somebody was there before. `foreslaget` says that a nämnd laid it up and that nobody who
    answers for the whole has tried it: it counts, and says so wherever it is read in a version that is not decided.
    """

    enhet = models.OneToOneField(Enhet, on_delete=models.PROTECT, related_name="objekt")
    slag = models.CharField(max_length=12, choices=Investeringsslag)
    grupp = models.CharField(max_length=20, choices=Investeringsgrupp)
    strategiskt = models.BooleanField(default=True)
    ordning = models.PositiveSmallIntegerField()
    kalla = models.CharField("plats i källhandlingen", max_length=200, blank=True)
    foreslaget = models.BooleanField("föreslaget av nämnden, ej prövat", default=False)
    rev = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("ordning", "pk")
        verbose_name_plural = "investeringsobjekt"
        constraints = [
            models.CheckConstraint(
                name="investeringsobjekt_slag_kant", condition=Q(slag__in=("bygg", "utrustning"))
            ),
            models.CheckConstraint(
                name="investeringsobjekt_grupp_kand",
                condition=Q(grupp__in=("kollektivtrafik", "sjukvard", "service")),
            ),
        ]

    def __str__(self):
        return str(self.enhet)

    @property
    def postkod(self) -> str:
        """The post of its yearly amounts; the others' kod begin with it."""
        return postkod(self.slag, self.grupp, strategiskt=self.strategiskt)


INOM_RAM = "inom_ram"


def postkod(slag: str, grupp: str, *, strategiskt: bool) -> str:
    """The post that holds the yearly amounts of such objects. What is not strategic lies within a frame of 5A,
    and is not added to it."""
    return f"{slag}_{grupp}" if strategiskt else INOM_RAM


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Investeringsbeslut(models.Model):
    """What has been decided or noted about an object in a version. Its text is a footnote of the table.

    With `avslutas_ar` the object ends: after that year it costs nothing in the version.
    """

    version = models.ForeignKey(Budgetversion, on_delete=models.CASCADE, related_name="investeringsbeslut")
    objekt = models.ForeignKey(Investeringsobjekt, on_delete=models.CASCADE, related_name="beslut")
    organ = models.CharField(max_length=100, blank=True)
    datum = models.DateField(null=True, blank=True)
    paragraf = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=400, blank=True)
    avslutas_ar = models.PositiveSmallIntegerField("avslutas efter år", null=True, blank=True)
    kalla = models.CharField("plats i källhandlingen", max_length=200, blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name_plural = "investeringsbeslut"
        constraints = [
            models.UniqueConstraint(fields=("version", "objekt", "text"), name="investeringsbeslut_en_gang"),
            models.CheckConstraint(
                name="investeringsbeslut_sager_nagot", condition=~Q(text="") | Q(avslutas_ar__isnull=False)
            ),
        ]
        triggers = vakter_mot_last_version()

    def __str__(self):
        return self.text
