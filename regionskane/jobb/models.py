"""Long work: what was asked for, how far it has come, and the files it made."""

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse


class Jobbstatus(models.TextChoices):
    KOAD = "koad", "Väntar i kö"
    KORS = "kors", "Pågår"
    KLAR = "klar", "Klart"
    FEL = "fel", "Misslyckades"


class Jobb(models.Model):
    """A piece of work for the queue. `slag` names the function, `parametrar` are its arguments."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slag = models.CharField(max_length=40)
    titel = models.CharField(max_length=200)
    parametrar = models.JSONField(default=dict)
    agare = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="jobb")
    status = models.CharField(max_length=8, choices=Jobbstatus, default=Jobbstatus.KOAD)
    andel = models.PositiveSmallIntegerField("procent klart", default=0)
    steg = models.CharField(max_length=200, blank=True)
    fel = models.TextField(blank=True)
    resultat_url = models.CharField(max_length=300, blank=True)
    forsok = models.PositiveSmallIntegerField(default=0)
    avbryts = models.BooleanField("ska avbrytas", default=False)
    skapad = models.DateTimeField(auto_now_add=True)
    # Empty while no message about the job has reached the queue.
    skickad = models.DateTimeField("lagd i kön", null=True, blank=True)
    klar_tid = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-skapad",)
        verbose_name_plural = "jobb"

    def __str__(self):
        return self.titel

    def get_absolute_url(self):
        return reverse("jobb", args=[self.pk])

    @property
    def utan_ko(self) -> bool:
        """Whether it waits because the queue could not be reached."""
        return self.status == Jobbstatus.KOAD and self.skickad is None

    @property
    def slut(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.status in (Jobbstatus.KLAR, Jobbstatus.FEL)


class Jobbfil(models.Model):
    """A file made by a job, stored once under the hash of its content."""

    jobb = models.ForeignKey(Jobb, on_delete=models.CASCADE, related_name="filer")
    namn = models.CharField(max_length=120)
    typ = models.CharField("mediatyp", max_length=100)
    sha256 = models.CharField(max_length=64)
    storlek = models.PositiveIntegerField("byte")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("jobb", "namn"), name="jobbfil_namn_unikt")]

    def __str__(self):
        return self.namn
