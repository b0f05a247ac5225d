"""The library: what each measure is, once."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from indikatorer.regler.matt import Matt
from organisation.models import Namnd

# Everybody who opens the indikator reads them, and a cell of a workbook holds no more than three times as much.
LANGSTA_TEXT = 10_000
# Of the codes of the uppdrag that an indikator follows.
LANGST_UPPDRAG, FLEST_UPPDRAG = 40, 50


class Malomradesniva(models.IntegerChoices):
    OVERGRIPANDE = 1, "Övergripande mål"
    INSATSOMRADE = 2, "Insatsområde"
    DELMAL = 3, "Delmål"


class Malomrade(models.Model):
    """A goal that indikatorer show progress for: övergripande mål, insatsområde or delmål, as a tree.

    The goals themselves, with uppdrag and who answers for them, are `uppfoljning`'s; here is only where measures stand.
    """

    kod = models.SlugField(unique=True, max_length=80)
    namn = models.CharField(max_length=200)
    niva = models.PositiveSmallIntegerField(choices=Malomradesniva)
    overordnat = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="underordnade"
    )
    ordning = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("ordning",)
        verbose_name = "målområde"
        verbose_name_plural = "målområden"
        constraints = [
            models.CheckConstraint(
                name="malomrade_topp_utan_overordnat",
                condition=Q(niva=1, overordnat__isnull=True) | Q(niva__gt=1, overordnat__isnull=False),
            )
        ]

    def __str__(self):
        return self.namn


class Segmentgrupp(models.Model):
    """A way to divide a population or an activity: verksamhetsområde, vårdförlopp, ålder, personalgrupp."""

    kod = models.SlugField(unique=True)
    namn = models.CharField(max_length=100)

    class Meta:
        ordering = ("namn",)
        verbose_name_plural = "segmentgrupper"

    def __str__(self):
        return self.namn


class Segment(models.Model):
    """One part of a group. The one that is `total` is printed as the whole of the others."""

    grupp = models.ForeignKey(Segmentgrupp, on_delete=models.PROTECT, related_name="segment")
    kod = models.SlugField(unique=True, max_length=80)
    namn = models.CharField(max_length=120)
    total = models.BooleanField("är gruppens helhet", default=False)
    ordning = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("grupp", "ordning")
        verbose_name_plural = "segment"
        constraints = [
            models.UniqueConstraint(fields=("grupp", "namn"), name="segment_ett_namn_per_grupp"),
            models.UniqueConstraint(
                fields=("grupp",), condition=Q(total=True), name="segment_en_total_per_grupp"
            ),
        ]

    def __str__(self):
        return self.namn


class Riktning(models.TextChoices):
    HOGRE = "hogre", "Högre är bättre"
    LAGRE = "lagre", "Lägre är bättre"
    INGEN = "ingen", "Varken högre eller lägre är bättre"


class Enhetsslag(models.TextChoices):
    """How values of a measure are compared, added up and written; `Indikator.enhet` is its name in full."""

    PROCENT = "procent", "Procent"
    ANTAL = "antal", "Antal"
    INDEX = "index", "Index"
    KVOT = "kvot", "Per nämnare, till exempel per 1 000 invånare"
    TID = "tid", "Tid"


class Periodicitet(models.TextChoices):
    MANAD = "manad", "Varje månad"
    KVARTAL = "kvartal", "Varje kvartal"
    TERTIAL = "tertial", "Varje tertial"
    HALVAR = "halvar", "Varje halvår"
    AR = "ar", "Varje år"
    VARTANNAT = "vartannat", "Vartannat år"
    OREGELBUNDET = "oregelbundet", "Oregelbundet"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Indikator(models.Model):
    """One measure and its definition.

    `kod` is ours and always there; `id_nr` is the number in the region's Indikatorbibliotek, as printed, and empty for
    a measure that is not in it. `decimaler` is how many a value is shown with at least; a value given with more keeps
    them. `uppdrag` holds codes of related uppdrag (the app `uppfoljning` knows what they are). `rev` lets a
    save see that somebody was there before.
    """

    kod = models.SlugField(unique=True, max_length=60)
    id_nr = models.CharField("id-nummer", max_length=20, blank=True)
    namn = models.CharField(max_length=200)
    definition = models.TextField(blank=True, max_length=LANGSTA_TEXT)
    taljare = models.TextField("täljare", blank=True, max_length=LANGSTA_TEXT)
    namnare = models.TextField("nämnare", blank=True, max_length=LANGSTA_TEXT)
    enhetsslag = models.CharField("slag av enhet", max_length=10, choices=Enhetsslag)
    enhet = models.CharField(
        max_length=60, help_text="Som den skrivs, till exempel «recept per 1 000 invånare»"
    )
    decimaler = models.PositiveSmallIntegerField(default=1)
    riktning = models.CharField(max_length=6, choices=Riktning)
    kalla = models.CharField("datakälla eller plats i källhandlingen", max_length=200, blank=True)
    agare = models.ForeignKey(
        Namnd,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="indikatorer",
        verbose_name="ägare",
    )
    periodicitet = models.CharField(max_length=12, choices=Periodicitet, default=Periodicitet.AR)
    malomrade = models.ForeignKey(
        Malomrade,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="indikatorer",
        verbose_name="målområde",
    )
    segmentgrupp = models.ForeignKey(
        Segmentgrupp, on_delete=models.PROTECT, null=True, blank=True, related_name="indikatorer"
    )
    konsuppdelad = models.BooleanField("redovisas för kvinnor och män", default=False)
    giltig_fran = models.DateField("gäller från", null=True, blank=True)
    giltig_till = models.DateField("gäller till", null=True, blank=True)
    kolada_id = models.CharField("nyckeltal i Kolada", max_length=20, blank=True)
    uppdrag = ArrayField(
        models.CharField(max_length=LANGST_UPPDRAG), size=FLEST_UPPDRAG, default=list, blank=True
    )
    fotnot = models.TextField(blank=True, max_length=LANGSTA_TEXT)
    ordning = models.PositiveIntegerField(default=0)
    rev = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("ordning", "kod")
        verbose_name_plural = "indikatorer"
        constraints = [
            models.UniqueConstraint(
                fields=("id_nr",),
                condition=~Q(id_nr=""),
                name="indikator_ett_id_nummer",
                violation_error_message="En annan indikator har redan det id-numret.",
            ),
            models.CheckConstraint(
                name="indikator_giltig_framat",
                condition=Q(giltig_fran__isnull=True)
                | Q(giltig_till__isnull=True)
                | Q(giltig_till__gt=F("giltig_fran")),
                violation_error_message="En indikator kan inte sluta gälla innan den har börjat.",
            ),
            models.CheckConstraint(
                name="indikator_rimliga_decimaler",
                condition=Q(decimaler__lte=6),
                violation_error_message="Ett värde visas med högst sex decimaler.",
            ),
        ]

    def __str__(self):
        return f"{self.id_nr} {self.namn}".strip()

    @property
    def matt(self) -> Matt:
        """What its targets are read for."""
        return Matt(self.enhetsslag, self.enhet, self.namn)
