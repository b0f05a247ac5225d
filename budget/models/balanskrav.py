"""Decisions about the balanskrav, and the utredningar that have been computed."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from budget.models.version import Budgetversion
from budget.regler.balanskrav_json import SISTA_AR
from regionskane.jobb.models import Jobb


class Beslutsslag(models.TextChoices):
    ALDRIG = "aldrig", "Synnerliga skäl: återställs inte"
    DEL = "del", "Synnerliga skäl: en del återställs inte"
    LANGRE_TID = "langre_tid", "Synnerliga skäl: återställs under längre tid"
    ATGARDSPLAN = "atgardsplan", "Åtgärdsplan för återställande"
    AVISERAT = "aviserat", "Synnerliga skäl: aviserat, inte beslutat"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Balanskravsbeslut(models.Model):
    """A decision on one year's deficit (KL 11:12–13). The exempted amount is the post `synnerliga_skal`.

    AVISERAT is no decision: somebody has said that one will come. `kalla` says where it stands when the protocol's
    date and paragraph are not known.
    """

    version = models.ForeignKey(Budgetversion, on_delete=models.CASCADE, related_name="balanskravsbeslut")
    ar = models.PositiveSmallIntegerField("underskottsår")
    slag = models.CharField(max_length=12, choices=Beslutsslag)
    senast_ar = models.PositiveSmallIntegerField("återställs senast år", null=True, blank=True)
    organ = models.CharField(max_length=100)
    datum = models.DateField(null=True, blank=True)
    paragraf = models.CharField("paragraf i protokollet", max_length=20, blank=True)
    motiv = models.TextField(max_length=4_000)
    kalla = models.CharField("plats i källhandlingen", max_length=200, blank=True)
    registrerad_av = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    registrerad = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("ar", "datum", "pk")
        verbose_name_plural = "balanskravsbeslut"
        constraints = [
            # What is not exempted by a decision on a part may be restored over longer time by the same one.
            models.CheckConstraint(
                name="beslut_langre_tid_har_ar",
                condition=Q(slag="langre_tid", senast_ar__isnull=False)
                | Q(slag="del")
                | (Q(slag__in=("aldrig", "atgardsplan", "aviserat")) & Q(senast_ar__isnull=True)),
            ),
            models.CheckConstraint(
                name="beslut_har_protokoll_eller_kalla",
                condition=(Q(datum__isnull=False) & ~Q(paragraf="")) | ~Q(kalla="") | Q(slag="aviserat"),
            ),
            models.CheckConstraint(
                name="beslut_senast_ar_rimligt",
                condition=Q(senast_ar__isnull=True) | Q(senast_ar__gt=F("ar"), senast_ar__lte=SISTA_AR),
            ),
        ]

    def __str__(self):
        return f"{self.get_slag_display()} {self.ar}"

    @property
    def plats(self) -> str:
        """Who decided, when and where, as far as it is known."""
        return " ".join(str(d) for d in (self.organ, self.datum, self.paragraf) if d)


class Utredning(models.Model):
    """A computed balanskravsutredning with the lines it was computed from, as it stood at the time."""

    version = models.ForeignKey(Budgetversion, on_delete=models.PROTECT, related_name="utredningar")
    jobb = models.OneToOneField(
        Jobb, on_delete=models.PROTECT, null=True, blank=True, related_name="utredning"
    )
    skapad = models.DateTimeField(auto_now_add=True)
    regelversion = models.CharField(max_length=20)
    indata = models.JSONField()
    resultat = models.JSONField()

    class Meta:
        ordering = ("-skapad",)
        verbose_name_plural = "utredningar"
        triggers = [
            pgtrigger.Trigger(
                name="andras_inte",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    RAISE EXCEPTION 'En beräknad utredning ändras inte; beräkna en ny'
                        USING ERRCODE = 'check_violation';
                """,
            )
        ]

    def __str__(self):
        return f"Balanskravsutredning för {self.version_id}, {self.skapad:%Y-%m-%d %H:%M}"
