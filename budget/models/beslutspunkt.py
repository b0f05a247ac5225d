"""Beslutspunkter: what fullmäktige is asked to decide about a version, in sentences tied to its figures."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Deferrable

from budget.models.vakt import vakter_mot_last_version
from budget.models.version import Budgetversion


class Beslutsmatt(models.TextChoices):
    MNKR = "mnkr", "miljoner kronor"
    KR = "kr", "kronor"
    PROCENT = "procent", "procent"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Beslutspunkt(models.Model):
    """One point of the decision. Its number is its place among the numbered ones and is never stored.

    `text` has placeholders for every figure (`budget.regler.beslutstext`), so that it cannot disagree with the
    tables. `rev` lets a save see that somebody was there before. `arvd` says that it was taken from the year before
    and that nobody has confirmed or changed it since: a mark for those who write, never for readers.
    """

    version = models.ForeignKey(Budgetversion, on_delete=models.PROTECT, related_name="beslutspunkter")
    ordning = models.PositiveSmallIntegerField()
    numrerad = models.BooleanField(default=True)
    rubrik = models.CharField(max_length=120)
    text = models.TextField()
    mottagare = models.CharField("riktas till", max_length=300, blank=True)
    senast = models.DateField("senast den", null=True, blank=True)
    kalla = models.CharField("plats i källhandlingen", max_length=200, blank=True)
    arvd = models.BooleanField("tagen från året före, inte genomgången", default=False)
    rev = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("ordning",)
        verbose_name_plural = "beslutspunkter"
        constraints = [
            # Asked at the end of the transaction, so that two points may change places.
            models.UniqueConstraint(
                fields=("version", "ordning"),
                name="beslutspunkt_en_per_plats",
                deferrable=Deferrable.DEFERRED,
            )
        ]
        triggers = vakter_mot_last_version()

    def __str__(self):
        return self.rubrik


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Beslutstal(models.Model):
    """A figure that is decided by a point and stands in no table: a ceiling for loans, a tariff.

    `varde` and `precision` are kronor, or a fraction for PROCENT (0.027). `namn` is what placeholders call it,
    the same one in all of the version. With `jamfors_med`, a placeholder without its braces, the figure is a
    printed one that `kontrollera` compares with that.
    """

    version = models.ForeignKey(Budgetversion, on_delete=models.PROTECT, related_name="+")
    punkt = models.ForeignKey(Beslutspunkt, on_delete=models.CASCADE, related_name="tal")
    namn = models.SlugField(max_length=40)
    matt = models.CharField(max_length=10, choices=Beslutsmatt)
    varde = models.DecimalField(max_digits=20, decimal_places=6)
    precision = models.DecimalField(max_digits=20, decimal_places=6)
    jamfors_med = models.CharField("jämförs med", max_length=200, blank=True)
    kalla = models.CharField("plats i källhandlingen", max_length=200, blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name_plural = "beslutstal"
        constraints = [
            models.UniqueConstraint(fields=("version", "namn"), name="beslutstal_ett_per_namn"),
        ]
        triggers = [
            *vakter_mot_last_version(),
            pgtrigger.Trigger(
                name="samma_version",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NOT EXISTS (SELECT 1 FROM budget_beslutspunkt p
                                   WHERE p.id = NEW.punkt_id AND p.version_id = NEW.version_id) THEN
                        RAISE EXCEPTION 'Talet % hör till en annan version än sin punkt', NEW.namn
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return self.namn
