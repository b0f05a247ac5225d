"""Belopp: one fact per cell, with its source. The database guards locks and keeps every earlier value."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from budget.models.uppstallning import Post
from budget.models.vakt import LAST_VERSION, vakt, vakter_mot_inlamnad_del, vakter_mot_last_version
from budget.models.version import Budgetversion
from organisation.models import Enhet, Sektor

_CELLER = """
    SELECT p.kod INTO kod FROM rader r JOIN budget_post p ON p.id = r.post_id
        WHERE p.typ <> 'blad' LIMIT 1;
    IF kod IS NOT NULL THEN
        RAISE EXCEPTION 'Posten % är en summa och tar inga belopp', kod USING ERRCODE = 'check_violation';
    END IF;
    SELECT v.kod INTO kod FROM rader r JOIN budget_budgetversion v ON v.id = r.version_id
        WHERE r.ar NOT BETWEEN v.ar AND v.ar + v.planar LIMIT 1;
    IF kod IS NOT NULL THEN
        RAISE EXCEPTION 'Året ligger utanför budgetversionen %', kod USING ERRCODE = 'check_violation';
    END IF;
"""


class Ursprung(models.TextChoices):
    INMATAD = "inmatad", "Inmatad"
    IMPORTERAD = "importerad", "Inläst från fil"


class Importfil(models.Model):
    """A file that figures were read from, known by its content."""

    namn = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    inlast = models.DateTimeField(auto_now_add=True)
    inlast_av = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    def __str__(self):
        return self.namn


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Belopp(models.Model):
    """One cell: version × enhet × post × år, in kronor.

    `precision` is the kronor of the last digit that was given (1 000 000 for «39 710» mnkr), which tells
    rounding from error. `rev` counts the changes and lets a save see that somebody was there before.
    """

    version = models.ForeignKey(Budgetversion, on_delete=models.PROTECT)
    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT)
    post = models.ForeignKey(Post, on_delete=models.PROTECT)
    ar = models.PositiveSmallIntegerField()
    belopp = models.DecimalField(max_digits=16, decimal_places=2)
    precision = models.DecimalField(max_digits=16, decimal_places=2)
    rev = models.PositiveIntegerField(default=1)
    ursprung = models.CharField(max_length=12, choices=Ursprung)
    importfil = models.ForeignKey(Importfil, on_delete=models.PROTECT, null=True, blank=True)
    importrad = models.PositiveIntegerField(null=True, blank=True)
    kalla = models.CharField("plats i källhandlingen", max_length=200, blank=True)
    andrad_av = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    andrad_tid = models.DateTimeField()

    class Meta:
        verbose_name_plural = "belopp"
        constraints = [
            models.UniqueConstraint(fields=("version", "post", "ar", "enhet"), name="belopp_en_per_cell"),
            models.CheckConstraint(
                name="belopp_importerad_har_fil",
                condition=Q(ursprung="importerad", importfil__isnull=False, importrad__isnull=False)
                | Q(ursprung="inmatad", importfil__isnull=True, importrad__isnull=True),
            ),
        ]
        triggers = [
            vakt("vakt_insert", pgtrigger.Insert, "new", LAST_VERSION + _CELLER),
            vakt("vakt_update", pgtrigger.Update, "new", LAST_VERSION + _CELLER),
            vakt("vakt_flytt", pgtrigger.Update, "old", LAST_VERSION),
            vakt("vakt_delete", pgtrigger.Delete, "old", LAST_VERSION),
            *vakter_mot_inlamnad_del(),
            pgtrigger.Trigger(
                name="rev",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="NEW.rev := OLD.rev + 1; NEW.andrad_tid := now(); RETURN NEW;",
            ),
        ]

    def __str__(self):
        return f"{self.post_id} {self.ar}: {self.belopp}"


class Omfangstyp(models.TextChoices):
    ENHET = "enhet", "En enhet"
    SEKTOR = "sektor", "En sektor"
    ALLA = "alla", "Alla enheter"
    HEL = "hel", "En förvaltning med sina delar, utan förvaltningsinterna poster"


class Kontrollsumma(models.Model):
    """A figure as printed in the source: of a sum, or of a leaf that fetches. In a version that is fastställd it is
    what was decided, and the figure (`selectors/summor.py`); `kontrollera` compares it with what the leaves give."""

    version = models.ForeignKey(Budgetversion, on_delete=models.CASCADE)
    post = models.ForeignKey(Post, on_delete=models.PROTECT)
    omfang = models.CharField(max_length=10, choices=Omfangstyp)
    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT, null=True, blank=True)
    sektor = models.ForeignKey(Sektor, on_delete=models.PROTECT, null=True, blank=True)
    ar = models.PositiveSmallIntegerField()
    belopp = models.DecimalField(max_digits=16, decimal_places=2)
    precision = models.DecimalField(max_digits=16, decimal_places=2)
    importfil = models.ForeignKey(Importfil, on_delete=models.PROTECT)
    importrad = models.PositiveIntegerField()
    kalla = models.CharField("plats i källhandlingen", max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "kontrollsummor"
        constraints = [
            models.UniqueConstraint(
                fields=("version", "post", "omfang", "enhet", "sektor", "ar"),
                name="kontrollsumma_en_per_cell",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="kontrollsumma_omfang",
                condition=Q(omfang__in=("enhet", "hel"), enhet__isnull=False, sektor__isnull=True)
                | Q(omfang="sektor", enhet__isnull=True, sektor__isnull=False)
                | Q(omfang="alla", enhet__isnull=True, sektor__isnull=True),
            ),
        ]

        triggers = vakter_mot_last_version()

    def __str__(self):
        return f"{self.post_id} {self.ar} tryckt {self.belopp}"
