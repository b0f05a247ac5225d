"""Kontoplan and kodsträng: which post a konto and which enhet an ansvar belongs to, year by year."""

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from budget.models.uppstallning import Post
from organisation.models import Enhet


def _utan_overlapp(namn: str) -> ExclusionConstraint:
    """Two rules never take the same code in the same year."""
    return ExclusionConstraint(
        name=namn,
        expressions=[
            (
                Func(F("fran"), F("till"), Value("[]"), function="budget_kodintervall"),
                RangeOperators.OVERLAPS,
            ),
            (
                Func(Length("fran"), Length("fran"), Value("[]"), function="int4range"),
                RangeOperators.OVERLAPS,
            ),
            (
                Func(F("fran_ar"), F("till_ar"), Value("[]"), function="int4range"),
                RangeOperators.OVERLAPS,
            ),
        ],
    )


def _rimlig(namn: str) -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(name=f"{namn}_lika_langa", condition=Exact(Length("till"), Length("fran"))),
        models.CheckConstraint(
            name=f"{namn}_ar_framat", condition=Q(till_ar__isnull=True) | Q(till_ar__gte=F("fran_ar"))
        ),
    ]


class Kodregel(models.Model):
    """Codes from `fran` to `till`, both included and equally long, compared character by character.

    Valid for the years `fran_ar` to `till_ar`, both included; open when `till_ar` is null. A code of another
    length is another code: 30 is not between 3000 and 3099.
    """

    fran = models.CharField("från", max_length=40)
    till = models.CharField("till", max_length=40)
    namn = models.CharField(max_length=120)
    fran_ar = models.PositiveSmallIntegerField("från år")
    till_ar = models.PositiveSmallIntegerField("till år", null=True, blank=True)
    kalla = models.CharField("källa", max_length=200, blank=True)

    class Meta:
        abstract = True
        ordering = ("fran", "fran_ar")

    def __str__(self):
        return self.kod if not self.namn else f"{self.kod} {self.namn}"

    @property
    def kod(self) -> str:
        """«3000–3099», or «3010» for a rule of one code."""
        return self.fran if self.fran == self.till else f"{self.fran}–{self.till}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Kontoregel(Kodregel):
    """The post that konton belong to. Without a post they are balance accounts, in no resultatsammanställning."""

    post = models.ForeignKey(
        Post, on_delete=models.PROTECT, null=True, blank=True, related_name="kontoregler"
    )

    class Meta(Kodregel.Meta):
        verbose_name_plural = "kontoregler"
        constraints = [_utan_overlapp("kontoregel_utan_overlapp"), *_rimlig("kontoregel")]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Ansvarsregel(Kodregel):
    """The enhet that ansvar codes belong to."""

    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT, related_name="ansvarsregler")

    class Meta(Kodregel.Meta):
        verbose_name_plural = "ansvarsregler"
        constraints = [_utan_overlapp("ansvarsregel_utan_overlapp"), *_rimlig("ansvarsregel")]


class Konto(models.Model):
    """What a konto is called. A konto without a name is counted all the same: its rule decides where."""

    kod = models.CharField(max_length=40, unique=True)
    namn = models.CharField(max_length=120)

    class Meta:
        ordering = ("kod",)
        verbose_name_plural = "konton"

    def __str__(self):
        return f"{self.kod} {self.namn}"
