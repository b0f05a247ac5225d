"""Results: one value per indikator, segment, enhet, sex and period. The database keeps every earlier value."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from indikatorer.models.bibliotek import Indikator, Segment
from indikatorer.models.falt import Tal
from indikatorer.regler.period import DELPERIODER
from organisation.models import Enhet


class Kon(models.TextChoices):
    """As in Kolada."""

    TOTALT = "T", "Totalt"
    KVINNOR = "K", "Kvinnor"
    MAN = "M", "Män"


class Saknas(models.TextChoices):
    IU = "iu", "Ingen uppgift"
    UNDERTRYCKT = "undertryckt", "Visas inte: färre än fem"
    EJ_MATT = "ej_matt", "Inte mätt"


class Ursprung(models.TextChoices):
    INMATAD = "inmatad", "Inmatad"
    IMPORTERAD = "importerad", "Inläst från fil"
    KOLADA = "kolada", "Hämtad från Kolada"


class Omradesslag(models.TextChoices):
    REGION = "region", "Region"
    RIKET = "riket", "Riket"
    GRUPP = "grupp", "Grupp av regioner eller kommuner"
    KOMMUN = "kommun", "Kommun"


class Jamforelseomrade(models.Model):
    """Somebody else whose values ours are compared with: another region, the country, a group. `kod` as in Kolada."""

    kod = models.CharField(max_length=20, unique=True)
    namn = models.CharField(max_length=120)
    slag = models.CharField(max_length=10, choices=Omradesslag)

    class Meta:
        ordering = ("slag", "namn")
        verbose_name = "jämförelseområde"
        verbose_name_plural = "jämförelseområden"

    def __str__(self):
        return self.namn


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Matning(models.Model):
    """One measured value, or the reason why there is none.

    Without `segment` it is for all of them, without `enhet` for the whole region, and with `omrade` it is
    somebody else's. `delperiod` is the part of the year, 0 for all of it (`regler.period`). `antal` is how many persons
    or events the value stands on; one on fewer than five, by that or by its denominator, is not kept. `brott`: not
    comparable with what was measured earlier. `rev` counts the changes and lets a save see that somebody was there
    before.
    """

    indikator = models.ForeignKey(
        Indikator, on_delete=models.PROTECT, related_name="matningar", db_index=False
    )
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, null=True, blank=True, db_index=False)
    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT, null=True, blank=True, db_index=False)
    omrade = models.ForeignKey(
        Jamforelseomrade,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        verbose_name="jämförelseområde",
    )
    kon = models.CharField("kön", max_length=1, choices=Kon, default=Kon.TOTALT)
    ar = models.PositiveSmallIntegerField("år")
    delperiod = models.PositiveSmallIntegerField(default=0)
    varde = Tal("värde", null=True, blank=True)
    taljare = Tal("täljare", null=True, blank=True)
    namnare = Tal("nämnare", null=True, blank=True)
    antal = models.PositiveIntegerField("antal bakom värdet", null=True, blank=True)
    preliminar = models.BooleanField("preliminärt", default=False)
    brott = models.BooleanField("inte jämförbart med tidigare", default=False)
    saknas = models.CharField("varför värdet saknas", max_length=12, choices=Saknas, blank=True)
    fotnot = models.TextField(blank=True)
    kalla = models.CharField("källa", max_length=200, blank=True)
    ursprung = models.CharField(max_length=12, choices=Ursprung)
    rev = models.PositiveIntegerField(default=1)
    andrad_av = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    andrad_tid = models.DateTimeField()

    class Meta:
        verbose_name = "mätning"
        verbose_name_plural = "mätningar"
        constraints = [
            # Also the index of the indikator page: an indikator and its years lie together.
            models.UniqueConstraint(
                fields=("indikator", "ar", "segment", "kon", "delperiod", "enhet", "omrade"),
                name="matning_en_per_cell",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="matning_varde_eller_skal",
                condition=Q(varde__isnull=False, saknas="")
                | Q(varde__isnull=True, saknas__in=("iu", "undertryckt", "ej_matt")),
            ),
            models.CheckConstraint(
                name="matning_sma_grupper_visas_inte",
                condition=(
                    (Q(antal__isnull=True) | Q(antal=0) | Q(antal__gte=5))
                    & (Q(namnare__isnull=True) | Q(namnare__lte=0) | Q(namnare__gte=5))
                )
                | Q(varde__isnull=True, taljare__isnull=True),
            ),
            models.CheckConstraint(
                name="matning_undertryckt_utan_taljare",
                condition=~Q(saknas="undertryckt") | Q(taljare__isnull=True),
            ),
            models.CheckConstraint(
                name="matning_en_plats", condition=Q(enhet__isnull=True) | Q(omrade__isnull=True)
            ),
            models.CheckConstraint(name="matning_kant_kon", condition=Q(kon__in=("T", "K", "M"))),
            models.CheckConstraint(
                name="matning_kand_delperiod", condition=Q(delperiod__in=sorted(DELPERIODER))
            ),
            models.CheckConstraint(
                name="matning_namnare_inte_noll", condition=Q(namnare__isnull=True) | ~Q(namnare=0)
            ),
            models.CheckConstraint(
                name="matning_kant_ursprung",
                condition=Q(ursprung__in=("inmatad", "importerad", "kolada")),
            ),
        ]
        indexes = [
            # What overviews and judgements read: the region's own whole years, for all, and nothing else.
            models.Index(
                fields=("ar", "indikator", "segment"),
                condition=Q(kon="T", delperiod=0, enhet__isnull=True, omrade__isnull=True),
                include=("varde", "preliminar", "brott", "saknas"),
                name="matning_helar",
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="rev",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                # What is kept of a year (selectors.arsbild) learns of a change only from where the value stands after.
                func="""
                    IF (NEW.indikator_id, NEW.ar, NEW.segment_id, NEW.kon, NEW.delperiod, NEW.enhet_id, NEW.omrade_id)
                        IS DISTINCT FROM
                        (OLD.indikator_id, OLD.ar, OLD.segment_id, OLD.kon, OLD.delperiod, OLD.enhet_id, OLD.omrade_id)
                    THEN
                        RAISE EXCEPTION 'En mätning byter inte plats' USING ERRCODE = 'check_violation';
                    END IF;
                    NEW.rev := OLD.rev + 1; NEW.andrad_tid := now(); RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return f"{self.indikator_id} {self.ar}: {self.varde}"
