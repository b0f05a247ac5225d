"""Utfall: ledger files, their lines, and the saldon that they are rolled up to.

Signs are the ledger's own (debet +, kredit −, income negative) in every table here; what is shown turns them.
"""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from organisation.models import Enhet, Namnd


class Periodval(models.TextChoices):
    """What becomes of a period that is no month."""

    MANAD = "manad", "Läggs i närmaste månad"
    NEJ = "nej", "Läses inte in"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Utfallskalla(models.Model):
    """A system that files come from, and how its columns were read the last time: every nämnd's files from it are.

    `kolumner` is {field: header} as `hitta_kolumner` takes it, `dimensioner` {number: field} for SIE. `period_13` and
    `period_00` say what its periods besides the months are: it is asked when the first file has one. With `namnd` the
    choices are that nämnd's own, and no other file is read by them; without, they are the region's.
    """

    namn = models.CharField(max_length=100, unique=True)
    kolumner = models.JSONField(default=dict, blank=True)
    dimensioner = models.JSONField(default=dict, blank=True)
    period_13 = models.CharField("period 13", max_length=8, choices=Periodval, blank=True)
    period_00 = models.CharField("period 00", max_length=8, choices=Periodval, blank=True)
    namnd = models.ForeignKey(
        Namnd,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="den nämnd som valde",
    )

    class Meta:
        ordering = ("namn",)
        verbose_name_plural = "utfallskällor"

    def __str__(self):
        return self.namn


class Filstatus(models.TextChoices):
    MOTTAGEN = "mottagen", "Mottagen"
    VANTAR = "vantar", "Väntar på svar"
    FEL = "fel", "Stoppad av fel"
    INLAST = "inlast", "Inläst"


class Filslag(models.TextChoices):
    SIE = "sie", "SIE"
    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Utfallsfil(models.Model):
    """A ledger file as it was received, kept under its hash, and what came of it.

    `namnd` limits the file to one nämnd: its enheter are the only ones that it may have lines for and replaces.
    Without it the file is the whole region's. `bekraftat` are the codes of the warnings that somebody answered for.
    `pahittad` marks a ledger that is made up for demonstration.
    """

    namn = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    storlek = models.PositiveBigIntegerField("byte")
    slag = models.CharField(max_length=4, choices=Filslag, blank=True)
    kalla = models.ForeignKey(Utfallskalla, on_delete=models.PROTECT, null=True, blank=True)
    namnd = models.ForeignKey(Namnd, on_delete=models.PROTECT, null=True, blank=True)
    status = models.CharField(max_length=10, choices=Filstatus, default=Filstatus.MOTTAGEN)
    program = models.CharField(max_length=100, blank=True)
    kodning = models.CharField(max_length=20, blank=True)
    rader = models.PositiveBigIntegerField(default=0)
    bekraftat = models.JSONField(default=list, blank=True)
    pahittad = models.BooleanField("påhittad", default=False)
    mottagen_av = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    mottagen_tid = models.DateTimeField(auto_now_add=True)
    inlast_av = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    inlast_tid = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-mottagen_tid", "-pk")
        verbose_name_plural = "utfallsfiler"
        constraints = [
            models.UniqueConstraint(
                fields=("sha256", "namnd"),
                nulls_distinct=False,
                name="utfallsfil_en_gang",
            ),
            models.CheckConstraint(
                name="utfallsfil_inlast_har_tid",
                condition=Q(status="inlast", inlast_tid__isnull=False)
                | (~Q(status="inlast") & Q(inlast_tid__isnull=True)),
            ),
        ]

    def __str__(self):
        return self.namn

    @property
    def kallans_val(self) -> Utfallskalla | None:
        """The source, when what has been chosen of it is what this file is read by."""
        kalla = self.kalla
        return kalla if kalla is not None and kalla.namnd_id in (None, self.namnd_id) else None


class Utfallsanmarkning(models.Model):
    """What the reading of a file found, in order. `koder` are the unmapped codes of a finding that lists such."""

    fil = models.ForeignKey(Utfallsfil, on_delete=models.CASCADE, related_name="anmarkningar")
    ordning = models.PositiveIntegerField()
    niva = models.CharField(max_length=8)
    kod = models.CharField(max_length=40)
    rad = models.PositiveBigIntegerField(null=True, blank=True)
    text = models.TextField()
    koder = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ("fil", "ordning")
        constraints = [
            models.UniqueConstraint(fields=("fil", "ordning"), name="utfallsanmarkning_i_ordning"),
        ]

    def __str__(self):
        return self.text


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Utfallsdel(models.Model):
    """One enhet's month in a file. Of the files that have it, the one that is not replaced is in force.

    The lines of a replaced part stay in the ledger; only what is in force is in `Saldo`.
    """

    fil = models.ForeignKey(Utfallsfil, on_delete=models.PROTECT, related_name="delar")
    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT, related_name="+")
    period = models.PositiveIntegerField("år och månad, yyyymm")
    rader = models.PositiveBigIntegerField()
    ersatt_av = models.ForeignKey(
        Utfallsfil, on_delete=models.PROTECT, null=True, blank=True, related_name="ersatter"
    )

    class Meta:
        ordering = ("period", "enhet")
        verbose_name_plural = "utfallsdelar"
        constraints = [
            models.UniqueConstraint(fields=("fil", "enhet", "period"), name="utfallsdel_en_gang"),
            models.UniqueConstraint(
                fields=("enhet", "period"), condition=Q(ersatt_av__isnull=True), name="utfallsdel_en_galler"
            ),
        ]

    def __str__(self):
        return f"{self.enhet_id} {self.period}"


class Huvudboksrad(models.Model):
    """A line of a ledger file. Millions, so the table is partitioned by year and has no foreign keys.

    Read only: `actions/utfall.py` writes with COPY and INSERT … SELECT, and the database refuses changes.
    """

    pk = models.CompositePrimaryKey("ar", "fil_id", "rad")
    ar = models.SmallIntegerField()
    fil_id = models.BigIntegerField()
    rad = models.BigIntegerField("rad i filen")
    period = models.IntegerField()
    datum = models.DateField(null=True)
    konto = models.TextField()
    ansvar = models.TextField()
    enhet_id = models.BigIntegerField()
    motpart = models.TextField()
    verksamhet = models.TextField()
    projekt = models.TextField()
    verifikation = models.TextField()
    text = models.TextField()
    belopp = models.DecimalField(max_digits=16, decimal_places=2)

    class Meta:
        managed = False
        db_table = "budget_huvudboksrad"

    def __str__(self):
        return f"{self.konto} {self.period}: {self.belopp}"


class Saldo(models.Model):
    """The lines in force of an enhet, konto, motpart and month, added up: the one stored sum of the system.

    It is written in the transaction that changes what is in force, and `kontrollera` can add it up anew.
    """

    ar = models.PositiveSmallIntegerField()
    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT, related_name="+", db_index=False)
    period = models.PositiveIntegerField("år och månad, yyyymm")
    konto = models.CharField(max_length=40)
    motpart = models.CharField(max_length=40, blank=True)
    belopp = models.DecimalField(max_digits=18, decimal_places=2)
    rader = models.PositiveBigIntegerField()

    class Meta:
        verbose_name_plural = "saldon"
        constraints = [
            models.UniqueConstraint(
                fields=("enhet", "period", "konto", "motpart"),
                name="saldo_ett_per_enhet_konto_motpart_period",
            ),
            models.CheckConstraint(
                name="saldo_perioden_i_aret",
                condition=Q(period__gt=models.F("ar") * 100, period__lte=models.F("ar") * 100 + 12),
            ),
        ]

    def __str__(self):
        return f"{self.konto} {self.period}: {self.belopp}"
