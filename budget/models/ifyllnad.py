"""Workbooks that somebody has filled in and sent back, each known by its content."""

import uuid

import pghistory
from django.conf import settings
from django.db import models

from budget.models.version import Budgetversion


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Ifyllnad(models.Model):
    """A workbook sent by a user for a version. The file lies under its hash; `mottagen_tid` is when its amounts were
    last taken in, and `antal` how many they were. `enhet` is what its sender has answered that the amounts are
    in, where they looked like another unit (mnkr: they are right); empty when nobody has."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(Budgetversion, on_delete=models.PROTECT)
    namn = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    storlek = models.PositiveIntegerField("byte")
    uppladdad_av = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uppladdad_tid = models.DateTimeField(auto_now_add=True)
    mottagen_tid = models.DateTimeField(null=True, blank=True)
    antal = models.PositiveIntegerField("mottagna belopp", default=0)
    enhet = models.CharField("beloppens enhet", max_length=4, blank=True, default="")

    class Meta:
        ordering = ("-uppladdad_tid",)
        verbose_name_plural = "ifyllnader"
        constraints = [
            models.UniqueConstraint(
                fields=("version", "uppladdad_av", "sha256"), name="ifyllnad_en_gang_per_innehall"
            )
        ]

    def __str__(self):
        return self.namn
