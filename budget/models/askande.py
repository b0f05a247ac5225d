"""Äskanden: why a nämnd asks for what it asks for, and what it was answered. The amounts are Belopp as any other."""

import pghistory
from django.conf import settings
from django.db import models

from budget.models.uppstallning import Post
from budget.models.vakt import vakter_mot_inlamnad_del, vakter_mot_last_version
from budget.models.version import Budgetversion
from organisation.models import Enhet


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Askandemotiv(models.Model):
    """Why an enhet asks for the amounts of a row (`post`) in a version. It is handed in with them, and then lies fast
    as they do. `rev` lets a save see that somebody was there before."""

    version = models.ForeignKey(Budgetversion, on_delete=models.PROTECT, related_name="askandemotiv")
    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    text = models.TextField("motiv", max_length=2000)
    rev = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("pk",)
        verbose_name_plural = "äskandemotiv"
        constraints = [
            models.UniqueConstraint(fields=("version", "enhet", "post"), name="askandemotiv_ett_per_rad")
        ]
        triggers = [*vakter_mot_last_version(), *vakter_mot_inlamnad_del()]

    def __str__(self):
        return self.text[:60]


class Askandeutfall(models.TextChoices):
    JUSTERING = "justering", "Till justering"
    DELVIS = "delvis", "Delvis"
    AVSLAS = "avslas", "Avslås"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Askandesvar(models.Model):
    """What a row of a nämnd's äskanden was answered. The justeringar that came of it point here.

    `begart` are the amounts that were answered, kronor as text by year, so that an answer to other amounts than those
    that stand there now can be told. `beviljat` is in the same way what was granted beside the ram, as it was answered;
    a justering is a draft, and goes its own way from there.
    """

    version = models.ForeignKey(Budgetversion, on_delete=models.PROTECT, related_name="askandesvar")
    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    utfall = models.CharField(max_length=10, choices=Askandeutfall)
    text = models.TextField("svar", max_length=2000, blank=True)
    begart = models.JSONField()
    beviljat = models.JSONField(default=dict)
    svarat_av = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    svarat_tid = models.DateTimeField()
    rev = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("pk",)
        verbose_name_plural = "äskandesvar"
        constraints = [
            models.UniqueConstraint(fields=("version", "enhet", "post"), name="askandesvar_ett_per_rad"),
            models.CheckConstraint(
                name="askandesvar_avslag_har_skal",
                condition=~models.Q(utfall="avslas") | ~models.Q(text=""),
            ),
        ]
        triggers = vakter_mot_last_version()

    def __str__(self):
        return f"{self.enhet}, {self.post}: {self.get_utfall_display()}"
