"""The region's övergripande mål, and what is to be done towards them: the uppföljningsplan and the styrkort."""

import pghistory
from django.db import models
from django.db.models import F, Q

from organisation.models import Enhet, Giltig, Namnd


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class OvergripandeMal(Giltig):
    """A goal that regionfullmäktige has set for all of the region."""

    kod = models.SlugField(unique=True)
    namn = models.CharField(max_length=120)
    ordning = models.PositiveSmallIntegerField()
    kalla = models.CharField("plats i källhandlingen", max_length=200, blank=True)

    class Meta:
        ordering = ("ordning",)
        verbose_name_plural = "övergripande mål"
        constraints = [
            models.CheckConstraint(
                name="overgripandemal_giltig_framat",
                condition=Q(giltig_till__isnull=True) | Q(giltig_till__gt=F("giltig_fran")),
            )
        ]

    def __str__(self):
        return self.namn


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Malplan(models.Model):
    """The region's uppföljningsplan of a year (no `enhet`), or an enhet's styrkort."""

    ar = models.PositiveSmallIntegerField("år")
    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT, null=True, blank=True, related_name="styrkort")
    handling = models.CharField("källhandling", max_length=200, blank=True)

    class Meta:
        ordering = ("-ar", F("enhet").asc(nulls_first=True))
        verbose_name_plural = "målplaner"
        constraints = [
            models.UniqueConstraint(
                fields=("ar", "enhet"), name="malplan_en_per_ar_och_enhet", nulls_distinct=False
            )
        ]

    def __str__(self):
        return f"Styrkort {self.ar}, {self.enhet}" if self.enhet_id else f"Uppföljningsplan {self.ar}"


class Punkttyp(models.TextChoices):
    DELMAL = "delmal", "Delmål"
    UPPDRAG = "uppdrag", "Uppdrag"
    EFFEKTMAL = "effektmal", "Effektmål"
    AKTIVITET = "aktivitet", "Aktivitet"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Malpunkt(models.Model):
    """What a plan asks for. `nytt_ar` is the year that an uppdrag was new; `malvarde` is a target as it is written.

    Points stand side by side under a goal and have no parent: the documents do not say which delmål an uppdrag serves,
    or which effektmål an aktivitet.
    """

    plan = models.ForeignKey(Malplan, on_delete=models.PROTECT, related_name="punkter")
    typ = models.CharField(max_length=20, choices=Punkttyp)
    titel = models.CharField(max_length=200)
    nytt_ar = models.PositiveSmallIntegerField("nytt år", null=True, blank=True)
    malvarde = models.CharField("målvärde", max_length=100, blank=True)

    class Meta:
        verbose_name_plural = "målpunkter"
        constraints = [
            models.UniqueConstraint(fields=("plan", "typ", "titel"), name="malpunkt_en_gang"),
            models.CheckConstraint(
                name="malpunkt_bara_uppdrag_ar_nya", condition=Q(nytt_ar__isnull=True) | Q(typ="uppdrag")
            ),
        ]

    def __str__(self):
        return self.titel


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Malrad(models.Model):
    """A place where a point stands in its plan: most stand in one, an uppdrag of several områden in each of them.

    `mal_i_kapitlet` is the goal that another chapter of the same document puts the point under, when that is another.
    """

    punkt = models.ForeignKey(Malpunkt, on_delete=models.PROTECT, related_name="rader")
    kod = models.SlugField(unique=True)
    ordning = models.PositiveSmallIntegerField()
    omrade = models.CharField("område", max_length=100, blank=True)
    mal = models.ForeignKey(OvergripandeMal, on_delete=models.PROTECT, related_name="rader")
    insatsomrade = models.CharField("insatsområde", max_length=120, blank=True)
    mal_i_kapitlet = models.ForeignKey(
        OvergripandeMal, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    anm = models.CharField("anmärkning", max_length=300, blank=True)
    kalla = models.CharField("plats i källhandlingen", max_length=200, blank=True)

    class Meta:
        ordering = ("ordning",)
        verbose_name_plural = "målrader"

    def __str__(self):
        return self.kod


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Ansvar(models.Model):
    """A nämnd, or an enhet of one, that answers for a row. `huvudansvarig` is a mark on one of them, so that nobody
    is huvudansvarig without being ansvarig, and no row has two."""

    rad = models.ForeignKey(Malrad, on_delete=models.PROTECT, related_name="ansvar")
    ordning = models.PositiveSmallIntegerField()
    namnd = models.ForeignKey(
        Namnd, on_delete=models.PROTECT, null=True, blank=True, related_name="ansvar", verbose_name="nämnd"
    )
    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT, null=True, blank=True, related_name="ansvar")
    huvudansvarig = models.BooleanField(default=False)

    class Meta:
        ordering = ("ordning",)
        verbose_name_plural = "ansvar"
        constraints = [
            models.UniqueConstraint(
                fields=("rad", "namnd", "enhet"), name="ansvar_en_gang", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="ansvar_namnd_eller_enhet",
                condition=Q(namnd__isnull=False, enhet__isnull=True)
                | Q(namnd__isnull=True, enhet__isnull=False),
            ),
            models.UniqueConstraint(
                fields=("rad",), condition=Q(huvudansvarig=True), name="ansvar_en_huvudansvarig"
            ),
        ]

    def __str__(self):
        return str(self.vem)

    @property
    def vem(self) -> Namnd | Enhet:
        return self.namnd or self.enhet
