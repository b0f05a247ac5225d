"""Budgetversioner: sets of amounts with one meaning, open for entry or locked."""

from datetime import date

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from budget.models.uppstallning import Uppstallning
from budget.models.vakt import vakter_mot_last_version
from organisation.models import Namnd, Period


class Versionstyp(models.TextChoices):
    BUDGET = "budget", "Budget"
    TILLAGG = "tillagg", "Tilläggsbudget"
    PROGNOS = "prognos", "Prognos"
    BOKSLUT = "bokslut", "Bokslut"
    INTERNBUDGET = "internbudget", "Internbudget"


# The kinds that somebody decides, and of them those that are prepared before.
BESLUTAS = (Versionstyp.BUDGET, Versionstyp.TILLAGG, Versionstyp.INTERNBUDGET)
BEREDS = (Versionstyp.BUDGET, Versionstyp.TILLAGG)


class Finansieringssatt(models.TextChoices):
    OMFORDELNING = "omfordelning", "Omfördelning: andra får motsvarande mindre"
    INTAKTER = "intakter", "Ökade intäkter"
    RESULTAT = "resultat", "Årets resultat blir sämre"


class Status(models.TextChoices):
    OPPEN = "oppen", "Öppen"
    LAST = "last", "Låst"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent())
class Budgetversion(models.Model):
    """A set of amounts for `ar` and the `planar` years after it.

    `faststalld` marks what has been decided for good; of those the year's valid one is its budget, or the latest
    tilläggsbudget on top. A tilläggsbudget is a copy (`kopia_av`) of the version that it changes, and says how the
    change is paid for. With `bryggad` an enhet's regionbidrag is last year's level and the decided justeringar
    wherever it has no amount of its own; in a copy it starts instead at the same year's level in `bryggas_ur`, the
    decided version that it goes back to, and moves by the justeringar that differ. `namnd` is set for a version that
    is one nämnd's own: an internbudget always, and the prognos of a nämnd.
    """

    kod = models.SlugField(unique=True)
    namn = models.CharField(max_length=100)
    ar = models.PositiveSmallIntegerField()
    planar = models.PositiveSmallIntegerField(default=0)
    typ = models.CharField(max_length=20, choices=Versionstyp)
    namnd = models.ForeignKey(Namnd, on_delete=models.PROTECT, null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPPEN)
    faststalld = models.BooleanField(default=False)
    kopia_av = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True)
    bryggad = models.BooleanField("regionbidrag räknas av bryggan", default=False)
    bryggas_ur = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    beredd_organ = models.CharField(max_length=100, blank=True)
    beredd_datum = models.DateField(null=True, blank=True)
    beredd_paragraf = models.CharField(max_length=20, blank=True)
    finansiering = models.CharField(max_length=20, choices=Finansieringssatt, blank=True)
    finansiering_text = models.TextField("hur beslutet finansieras", blank=True)
    beslut_organ = models.CharField(max_length=100, blank=True)
    beslut_datum = models.DateField(null=True, blank=True)
    beslut_paragraf = models.CharField(max_length=20, blank=True)
    handling = models.CharField("ur handlingen", max_length=200, blank=True)
    last_av = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    last_tid = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-ar", "kod")
        constraints = [
            models.UniqueConstraint(
                fields=("ar", "typ", "namnd"),
                condition=Q(faststalld=True) & ~Q(typ="tillagg"),
                nulls_distinct=False,
                name="version_en_faststalld_per_ar",
            ),
            models.CheckConstraint(
                name="version_namnd_for_internbudget",
                condition=Q(typ="internbudget", namnd__isnull=False)
                | Q(typ="prognos")
                | (~Q(typ__in=("internbudget", "prognos")) & Q(namnd__isnull=True)),
            ),
            models.CheckConstraint(
                name="version_faststalld_ar_last", condition=Q(faststalld=False) | Q(status="last")
            ),
            models.CheckConstraint(
                name="version_beredd_ar_last",
                condition=Q(beredd_datum__isnull=True, beredd_organ="", beredd_paragraf="")
                | (Q(beredd_datum__isnull=False, status="last") & ~Q(beredd_organ="")),
            ),
            models.CheckConstraint(
                name="version_tillagg_andrar_en_annan",
                condition=~Q(typ="tillagg") | Q(kopia_av__isnull=False),
            ),
            models.CheckConstraint(
                name="version_bryggas_ur_ar_bryggad", condition=Q(bryggas_ur__isnull=True) | Q(bryggad=True)
            ),
            models.CheckConstraint(
                name="version_tillagg_ar_finansierat",
                condition=~Q(typ="tillagg", faststalld=True)
                | (~Q(finansiering="") & ~Q(finansiering_text="")),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="faststalld_andras_inte",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__faststalld=True),
                func="""
                    RAISE EXCEPTION 'Budgetversionen % är fastställd och ändras inte', OLD.kod
                        USING ERRCODE = 'check_violation';
                """,
            ),
            # Its years and how its regionbidrag is counted are as much its figures as the amounts are.
            pgtrigger.Trigger(
                name="last_raknas_inte_om",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="last") & pgtrigger.Q(new__status="last"),
                func="""
                    IF (NEW.bryggad, NEW.ar, NEW.planar, NEW.typ) <> (OLD.bryggad, OLD.ar, OLD.planar, OLD.typ)
                        OR NEW.bryggas_ur_id IS DISTINCT FROM OLD.bryggas_ur_id THEN
                        RAISE EXCEPTION 'Budgetversionen % är låst', OLD.kod USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return self.namn

    @property
    def kallhandling(self) -> str:
        """The document that the version's own figures stand in. Nothing for a version made here: its `handling` is
        where the amounts that came along with the copy stand, and nothing that was counted or typed since does."""
        return "" if self.bryggad else self.handling

    def plats_i_handling(self, kalla: str) -> str:
        """«Verksamhetsplan och budget 2024, textrad 2765» for a figure whose place there is `kalla`."""
        return ", ".join(d for d in (self.handling if kalla else self.kallhandling, kalla) if d)

    @property
    def beredd(self) -> bool:
        return self.beredd_datum is not None

    @property
    def period(self) -> Period:
        """The days whose organisation the version is read with, and its nämnd if it is one's own."""
        return Period(date(self.ar, 1, 1), date(self.ar + self.planar, 12, 31), self.namnd_id)

    @property
    def last(self) -> bool:
        return self.status == Status.LAST

    @property
    def ar_lista(self) -> tuple[int, ...]:
        """The years that the version holds amounts for."""
        return tuple(range(self.ar, self.ar + self.planar + 1))


class Versionskolumn(models.Model):
    """A column of an uppställning as shown in a version: a year of that version or of another."""

    version = models.ForeignKey(Budgetversion, on_delete=models.CASCADE, related_name="kolumner")
    uppstallning = models.ForeignKey(Uppstallning, on_delete=models.PROTECT)
    kalla = models.ForeignKey(Budgetversion, on_delete=models.PROTECT, related_name="+")
    ar = models.PositiveSmallIntegerField()
    rubrik = models.CharField(max_length=40)
    ordning = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("ordning",)
        constraints = [
            models.UniqueConstraint(
                fields=("version", "uppstallning", "kalla", "ar"), name="versionskolumn_en_gang"
            )
        ]
        triggers = vakter_mot_last_version()

    def __str__(self):
        return f"{self.ar} {self.rubrik}"
