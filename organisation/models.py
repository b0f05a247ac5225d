"""Nämnder, enheter and users. What belongs where is dated, so a reorganisation rewrites nothing."""

from datetime import date
from typing import NamedTuple

import pghistory
import pgtrigger
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower

from organisation.namn import prova_anvandarnamn, prova_namn


class Namndtyp(models.TextChoices):
    NAMND = "namnd", "Nämnd"
    STYRELSE = "styrelse", "Styrelse"
    REVISION = "revision", "Revision"
    FINANS = "finans", "Finansförvaltning"
    FULLMAKTIGE = "fullmaktige", "Fullmäktige"


class Enhetstyp(models.TextChoices):
    FORVALTNING = "forvaltning", "Förvaltning"
    DELRAM = "delram", "Delram"
    DEL = "del", "Del av förvaltning"
    ANSLAG = "anslag", "Anslag"
    REGION = "region", "Hela regionen"
    OBJEKT = "objekt", "Investeringsobjekt"


class Sektor(models.Model):
    """A group of enheter in the budget's tables, with a sum of its own."""

    kod = models.SlugField(unique=True)
    namn = models.CharField(max_length=100)
    summarubrik = models.CharField(max_length=120)
    ordning = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("ordning",)

    def __str__(self):
        return self.namn


class Period(NamedTuple):
    """The days from `fran` to `till`, both included, and the nämnd (id) when they are read for one nämnd alone.

    An enhet belongs during a period where it belonged when the period began or, if it is younger, where
    it was first placed. The SQL function `organisation_platser` says so, for sums and for rights alike.
    """

    fran: date
    till: date
    namnd: int | None = None


class Giltig(models.Model):
    """Valid from `giltig_fran` up to, not including, `giltig_till`; open when that is null."""

    giltig_fran = models.DateField()
    giltig_till = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True


class Namnd(Giltig):
    """A political body that answers to regionfullmäktige."""

    kod = models.SlugField(unique=True)
    namn = models.CharField(max_length=120)
    typ = models.CharField(max_length=20, choices=Namndtyp)
    ordning = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("ordning",)
        constraints = [
            models.CheckConstraint(
                name="namnd_giltig_framat",
                condition=Q(giltig_till__isnull=True) | Q(giltig_till__gt=F("giltig_fran")),
            )
        ]

    def __str__(self):
        return self.namn


class Enhet(models.Model):
    """What amounts belong to. It keeps its identity when it moves between nämnder."""

    kod = models.SlugField(unique=True)
    namn = models.CharField(max_length=120)
    typ = models.CharField(max_length=20, choices=Enhetstyp)

    class Meta:
        ordering = ("kod",)

    def __str__(self):
        return self.namn


class Placering(Giltig):
    """Which nämnd and sektor an enhet belongs to during a time, and the enhet that it is part of then (`del_av`).

    Two placements never overlap. A part has no sektor: its amounts are of the nämnd's own budget, not of the region's.
    """

    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT, related_name="placeringar")
    namnd = models.ForeignKey(Namnd, on_delete=models.PROTECT, related_name="placeringar")
    sektor = models.ForeignKey(Sektor, on_delete=models.PROTECT, null=True, blank=True)
    del_av = models.ForeignKey(Enhet, on_delete=models.PROTECT, null=True, blank=True, related_name="delar")
    ordning = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("ordning",)
        constraints = [
            # An id is written as a range of one, which spares the database the btree_gist extension.
            ExclusionConstraint(
                name="placering_utan_overlapp",
                expressions=[
                    (
                        Func(F("enhet"), F("enhet"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(F("giltig_fran"), F("giltig_till"), Value("[)"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                name="placering_giltig_framat",
                condition=Q(giltig_till__isnull=True) | Q(giltig_till__gt=F("giltig_fran")),
            ),
            models.CheckConstraint(
                name="placering_del_utan_sektor",
                condition=Q(del_av__isnull=True) | (Q(sektor__isnull=True) & ~Q(del_av=F("enhet"))),
            ),
        ]

        triggers = [
            pgtrigger.Trigger(
                name="flyttas_inte",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF NEW.enhet_id <> OLD.enhet_id OR NEW.namnd_id <> OLD.namnd_id
                        OR NEW.sektor_id IS DISTINCT FROM OLD.sektor_id
                        OR NEW.del_av_id IS DISTINCT FROM OLD.del_av_id THEN
                        RAISE EXCEPTION 'En placering flyttas inte: avsluta den och lägg till en ny'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self):
        return f"{self.enhet} under {self.namnd}"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    # That the password was changed, and by whom; the hash itself is never in the history.
    pghistory.UpdateEvent("losenord", condition=pgtrigger.AnyChange("password")),
    pghistory.DeleteEvent(),
    fields=["username", "first_name", "last_name", "email", "is_active"],
    model_name="AnvandareEvent",
)
class Anvandare(AbstractUser):
    """A person who logs in. What they may do follows from their roles."""

    username = models.CharField(
        "användarnamn",
        max_length=150,
        unique=True,
        validators=[prova_anvandarnamn],
        error_messages={"unique": "Användarnamnet finns redan. Välj ett annat."},
    )
    first_name = models.CharField("förnamn", max_length=150, blank=True, validators=[prova_namn])
    last_name = models.CharField("efternamn", max_length=150, blank=True, validators=[prova_namn])
    maste_byta_losenord = models.BooleanField(default=False)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="anvandare_ett_namn_oavsett_skiftlage",
                violation_error_message="Användarnamnet finns redan. Välj ett annat.",
            )
        ]

    def __str__(self):
        return self.get_full_name() or self.username


class TidigareLosenord(models.Model):
    """The hash of a password that a user has had, so that it is not chosen again. Only the latest few are kept."""

    anvandare = models.ForeignKey(Anvandare, on_delete=models.CASCADE, related_name="tidigare_losenord")
    hash = models.CharField(max_length=128)
    bytt = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-bytt", "-pk")
        verbose_name_plural = "tidigare lösenord"

    def __str__(self):
        return f"{self.anvandare}, till {self.bytt:%Y-%m-%d}"


class Roll(models.TextChoices):
    CONTROLLER = "controller", "Controller"
    KONCERNCONTROLLER = "koncerncontroller", "Koncerncontroller"
    POLITIKER = "politiker", "Politiker"
    REVISOR = "revisor", "Revisor"
    ADMINISTRATOR = "administrator", "Administratör"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Rolltilldelning(models.Model):
    """A role given to a user: for one nämnd, for one enhet, or (neither) for the whole region."""

    anvandare = models.ForeignKey(Anvandare, on_delete=models.CASCADE, related_name="roller")
    roll = models.CharField(max_length=20, choices=Roll)
    namnd = models.ForeignKey(Namnd, on_delete=models.PROTECT, null=True, blank=True)
    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("anvandare", "roll", "namnd", "enhet"),
                name="rolltilldelning_en_gang",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="rolltilldelning_ratt_omfang",
                condition=(
                    Q(roll="controller", namnd__isnull=False, enhet__isnull=True)
                    | Q(roll="controller", namnd__isnull=True, enhet__isnull=False)
                    | Q(roll="politiker", namnd__isnull=False, enhet__isnull=True)
                    | Q(
                        roll__in=("koncerncontroller", "revisor", "administrator"),
                        namnd__isnull=True,
                        enhet__isnull=True,
                    )
                ),
            ),
        ]

    def __str__(self):
        plats = self.namnd or self.enhet or "hela regionen"
        return f"{self.get_roll_display()}, {plats}"


class Notis(models.Model):
    """Something that a user should know of, told by any app: a line of text and where to go. Behind the bell.

    It opens nothing: the page at `url` asks for the user's rights anew.
    """

    mottagare = models.ForeignKey(Anvandare, on_delete=models.CASCADE, related_name="notiser")
    text = models.CharField(max_length=200)
    url = models.CharField(max_length=300)
    skapad = models.DateTimeField(auto_now_add=True)
    sedd = models.DateTimeField("läst", null=True, blank=True)

    class Meta:
        ordering = ("-skapad", "-pk")
        verbose_name_plural = "notiser"
        indexes = [
            models.Index(fields=("mottagare",), condition=Q(sedd__isnull=True), name="notis_olasta"),
        ]

    def __str__(self):
        return self.text


class Nedladdning(models.Model):
    """A file that was handed out: to whom, what and when. Never changed, and taken away only by age."""

    # Gallring: the file itself need not be kept for the row's sake.
    bara_logg = True

    anvandare = models.ForeignKey(
        Anvandare, on_delete=models.PROTECT, null=True, blank=True, related_name="nedladdningar"
    )
    # What the person was called then. Empty in rows from before this was written down.
    vem = models.CharField(max_length=500, blank=True, default="", db_default="")
    tid = models.DateTimeField(auto_now_add=True)
    vy = models.CharField("adressens namn", max_length=60)
    # The whole of it, filters and all. The web server bounds the line that it comes in.
    adress = models.TextField()
    filnamn = models.CharField(max_length=300, blank=True)
    storlek = models.PositiveBigIntegerField("byte", null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-tid", "-pk")
        verbose_name_plural = "nedladdningar"
        indexes = [models.Index(fields=("-tid", "-id"), name="nedladdning_senaste")]
        triggers = [
            pgtrigger.Trigger(
                name="andras_inte",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'DELETE' AND OLD.tid < now() - interval '30 days' THEN
                        RETURN OLD;
                    END IF;
                    RAISE EXCEPTION 'Loggen över nedladdningar ändras inte, och gallras tidigast efter 30 dagar'
                        USING ERRCODE = 'check_violation';
                """,
            )
        ]

    def __str__(self):
        return self.filnamn or self.adress
