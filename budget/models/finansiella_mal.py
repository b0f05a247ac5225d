"""Decisions to depart, for some years, from a finansiellt mål."""

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from budget.models.vakt import vakter_mot_last_version
from budget.models.version import Budgetversion


class Mal(models.TextChoices):
    """The goals that fullmäktige may depart from. The balanskrav is the law's and not among them."""

    RESULTATMAL = "resultatmal", "Resultatmålet"
    SKULDSATTNINGSMAL = "skuldsattningsmal", "Skuldsättningsmålet"
    FINANSIERINGSMAL = "finansieringsmal", "Finansieringsmålet"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Malavsteg(models.Model):
    """A decided departure from a goal in the years `fran`–`till`, as the version knows it.

    `kalla` says where it stands when the protocol's date and paragraph are not known.
    """

    version = models.ForeignKey(Budgetversion, on_delete=models.CASCADE, related_name="avsteg")
    mal = models.CharField("mål", max_length=20, choices=Mal)
    fran = models.PositiveSmallIntegerField("från år")
    till = models.PositiveSmallIntegerField("till år")
    motiv = models.TextField(max_length=4_000)
    organ = models.CharField(max_length=100)
    datum = models.DateField(null=True, blank=True)
    paragraf = models.CharField("paragraf i protokollet", max_length=20, blank=True)
    kalla = models.CharField("plats i källhandlingen", max_length=200, blank=True)
    registrerad_av = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    registrerad = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("mal", "fran")
        verbose_name_plural = "målavsteg"
        constraints = [
            models.CheckConstraint(name="avsteg_fran_fore_till", condition=Q(fran__lte=F("till"))),
            models.CheckConstraint(
                name="avsteg_har_protokoll_eller_kalla",
                condition=(Q(datum__isnull=False) & ~Q(paragraf="")) | ~Q(kalla=""),
            ),
            # One per goal: a range of text would take an extension.
            *(
                ExclusionConstraint(
                    name=f"avsteg_ett_per_ar_{mal.value}",
                    expressions=[
                        (
                            Func(F("version"), F("version"), Value("[]"), function="int8range"),
                            RangeOperators.OVERLAPS,
                        ),
                        (
                            Func(F("fran"), F("till"), Value("[]"), function="int4range"),
                            RangeOperators.OVERLAPS,
                        ),
                    ],
                    condition=Q(mal=mal.value),
                )
                for mal in Mal
            ),
        ]
        triggers = vakter_mot_last_version()

    def __str__(self):
        aren = f"{self.fran}–{self.till}" if self.till != self.fran else f"{self.fran}"
        return f"Avsteg från {self.get_mal_display().lower()} {aren}"
