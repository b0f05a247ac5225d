"""Motparter: who is on the other side of an amount. The codes are the region's own, and data."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from organisation.models import Giltig


class Motpartsslag(models.TextChoices):
    EXTERN = "extern", "Extern"
    ANNAN = "annan", "Annan förvaltning i regionen"
    INTERN = "intern", "Förvaltningsintern"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Motpart(Giltig):
    """A code of the region's, what it stands for, and when it is used. `slag` decides what consolidation removes."""

    kod = models.CharField(max_length=20)
    namn = models.CharField(max_length=100)
    slag = models.CharField(max_length=10, choices=Motpartsslag)
    kalla = models.CharField("plats i källhandlingen", max_length=200, blank=True)

    class Meta:
        ordering = ("kod", "giltig_fran")
        verbose_name_plural = "motparter"
        constraints = [
            models.UniqueConstraint(fields=("kod", "giltig_fran"), name="motpart_en_gang"),
            models.CheckConstraint(
                name="motpart_giltig_framat",
                condition=Q(giltig_till__isnull=True) | Q(giltig_till__gt=F("giltig_fran")),
            ),
            models.CheckConstraint(
                name="motpart_slag_kant", condition=Q(slag__in=("extern", "annan", "intern"))
            ),
        ]
        triggers = [
            # What a locked version consolidates to follows from the slag.
            pgtrigger.Trigger(
                name="byter_inte_slag",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF (NEW.kod, NEW.slag) <> (OLD.kod, OLD.slag) THEN
                        RAISE EXCEPTION 'En motpart byter inte kod eller slag: avsluta den och lägg till en ny'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self):
        return f"{self.namn} (motpart {self.kod})"
