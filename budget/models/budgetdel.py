"""Budgetdelar: what each nämnd hands in of a version, the comments about it, and the reminders sent."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from budget.models.uppstallning import Post
from budget.models.vakt import vakter_mot_last_version
from budget.models.version import Budgetversion
from budget.regler.delflode import SKRIVBARA, overgangar
from organisation.models import Enhet, Namnd

_PAR = ", ".join(f"('{fran}', '{till}')" for fran, till in overgangar())
# The rule's own table, said to the database, so that a step which no page offers is no step in SQL either.
_FLODE = f"""
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'oppen' THEN
            RAISE EXCEPTION 'En budgetdel börjar som öppen' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.version_id, NEW.namnd_id) <> (OLD.version_id, OLD.namnd_id) THEN
        RAISE EXCEPTION 'En budgetdel byter inte version eller nämnd' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ({_PAR}) THEN
        RAISE EXCEPTION 'Budgetdelen går inte från % till %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation';
    END IF;
    NEW.rev := OLD.rev + 1;
    RETURN NEW;
"""
_FORSVINNER_INTE = "RAISE EXCEPTION '{vad} tas inte bort' USING ERRCODE = 'check_violation';"


class Delstatustext(models.TextChoices):
    """The statuses of `regler.delflode` with the words that are read."""

    OPPEN = "oppen", "Öppen"
    INLAMNAD = "inlamnad", "Inlämnad"
    GRANSKAD = "granskad", "Granskad"
    ATER = "ater", "Åter för komplettering"
    KLAR = "klar", "Klar"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Budgetdel(models.Model):
    """A nämnd's part of a version: the amounts of its enheter, on their way from entry to done.

    `inlamnad_tid` is when it was last handed in. Who took which step when is in the history. `rev` lets a step see
    that somebody took another one before.
    """

    version = models.ForeignKey(Budgetversion, on_delete=models.PROTECT, related_name="delar")
    namnd = models.ForeignKey(Namnd, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Delstatustext, default=Delstatustext.OPPEN)
    sista_dag = models.DateField()
    rev = models.PositiveIntegerField(default=1)
    inlamnad_tid = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("namnd__ordning",)
        verbose_name_plural = "budgetdelar"
        constraints = [
            models.UniqueConstraint(fields=("version", "namnd"), name="budgetdel_en_per_namnd"),
            models.CheckConstraint(
                name="budgetdel_inlamnad_har_tid",
                condition=Q(status__in=("oppen", "ater")) | Q(inlamnad_tid__isnull=False),
            ),
        ]
        triggers = [
            *vakter_mot_last_version(),
            pgtrigger.Trigger(
                name="flode",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_FLODE,
            ),
            pgtrigger.Trigger(
                name="finns_kvar",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func=_FORSVINNER_INTE.format(vad="En budgetdel"),
            ),
        ]

    def __str__(self):
        return f"{self.namnd}, {self.version}"

    @property
    def skrivbar(self) -> bool:
        """Whether its amounts may be written."""
        return self.status in SKRIVBARA


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Kommentar(models.Model):
    """A remark on a part, or on a cell (enhet, post, år) of a version; a reply (`svar_pa`) has its root's place.

    The words are never changed. The author may take them back, and then they are read in the history only.
    """

    version = models.ForeignKey(Budgetversion, on_delete=models.PROTECT, related_name="kommentarer")
    budgetdel = models.ForeignKey(
        Budgetdel, on_delete=models.PROTECT, null=True, blank=True, related_name="kommentarer"
    )
    enhet = models.ForeignKey(Enhet, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ar = models.PositiveSmallIntegerField("år", null=True, blank=True)
    svar_pa = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="svar")
    text = models.TextField(max_length=2000)
    forfattare = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    skapad = models.DateTimeField(default=timezone.now)
    tillbakatagen = models.DateTimeField(null=True, blank=True)
    lost_av = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lost_tid = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("skapad", "pk")
        verbose_name_plural = "kommentarer"
        constraints = [
            models.CheckConstraint(
                name="kommentar_pa_en_plats",
                condition=Q(budgetdel__isnull=False, enhet__isnull=True, post__isnull=True, ar__isnull=True)
                | Q(budgetdel__isnull=True, enhet__isnull=False, post__isnull=False, ar__isnull=False),
            ),
            models.CheckConstraint(
                name="kommentar_lost_har_vem",
                condition=Q(lost_av__isnull=True, lost_tid__isnull=True)
                | Q(lost_av__isnull=False, lost_tid__isnull=False, svar_pa__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=("version", "post", "ar", "enhet"), name="kommentar_cell")]
        triggers = [
            *vakter_mot_last_version(),
            pgtrigger.Trigger(
                name="orden_star_kvar",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF (NEW.text, NEW.forfattare_id, NEW.skapad, NEW.version_id)
                            <> (OLD.text, OLD.forfattare_id, OLD.skapad, OLD.version_id)
                        OR (NEW.budgetdel_id, NEW.enhet_id, NEW.post_id, NEW.ar, NEW.svar_pa_id)
                            IS DISTINCT FROM (OLD.budgetdel_id, OLD.enhet_id, OLD.post_id, OLD.ar, OLD.svar_pa_id)
                        OR (OLD.tillbakatagen IS NOT NULL
                            AND NEW.tillbakatagen IS DISTINCT FROM OLD.tillbakatagen) THEN
                        RAISE EXCEPTION 'En kommentar skrivs inte om; ta tillbaka den och skriv en ny'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="finns_kvar",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func=_FORSVINNER_INTE.format(vad="En kommentar"),
            ),
            pgtrigger.Trigger(
                name="svar_pa_rot",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NEW.svar_pa_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM budget_kommentar rot WHERE rot.id = NEW.svar_pa_id
                            AND rot.svar_pa_id IS NULL AND rot.version_id = NEW.version_id
                            AND (rot.budgetdel_id, rot.enhet_id, rot.post_id, rot.ar)
                                IS NOT DISTINCT FROM (NEW.budgetdel_id, NEW.enhet_id, NEW.post_id, NEW.ar)) THEN
                        RAISE EXCEPTION 'Ett svar hör till en kommentar på samma plats'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return self.text[:60]

    @property
    def oppen(self) -> bool:
        """Whether it still waits for somebody."""
        return self.lost_tid is None and self.tillbakatagen is None


class Paminnelsestatus(models.TextChoices):
    PABORJAD = "paborjad", "Påbörjad"
    SKICKAD = "skickad", "Skickad"
    UTAN_BREV = "utan_brev", "Bara i systemet"
    MISSLYCKAD = "misslyckad", "Misslyckad"


class Paminnelse(models.Model):
    """That a nämnd was reminded of its part on a day: at most one, and what became of the letter."""

    budgetdel = models.ForeignKey(Budgetdel, on_delete=models.PROTECT, related_name="paminnelser")
    dag = models.DateField()
    status = models.CharField(max_length=12, choices=Paminnelsestatus, default=Paminnelsestatus.PABORJAD)
    mottagare = models.TextField(blank=True)
    fel = models.CharField(max_length=300, blank=True)
    tid = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-dag",)
        verbose_name_plural = "påminnelser"
        constraints = [models.UniqueConstraint(fields=("budgetdel", "dag"), name="paminnelse_en_per_dag")]

    def __str__(self):
        return f"{self.budgetdel} {self.dag}"
