"""The tables of the budget as trees of poster. Only leaves take amounts; sign and order are data."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from budget.models.motpart import Motpart

# The table that is shown per förvaltning and part, with its poster as rows.
RESULTATSAMMANSTALLNING = "resultatsammanstallning"
INVESTERINGSOBJEKT = "investeringsobjekt"


class Uppstallningsslag(models.TextChoices):
    """What the amounts of a table are, and so whose they are to write (`selectors/skrivratt.py`)."""

    BUDGET = "budget", "Budget"
    RAM = "ram", "Fullmäktiges ram"
    ASKANDE = "askande", "Äskanden"


class Uppstallning(models.Model):
    """A table: resultatbudget, regionbidrag, balanskrav. `per_enhet` has one row per enhet, or one per enhet and post
    where it has several. `etikett` is what one of its rows is called, where that is not its name."""

    kod = models.SlugField(unique=True)
    namn = models.CharField(max_length=100)
    ingress = models.CharField(max_length=300, blank=True)
    ordning = models.PositiveSmallIntegerField()
    per_enhet = models.BooleanField(default=False)
    bara_ifyllda = models.BooleanField("visar bara enheter med belopp", default=False)
    decimaler = models.PositiveSmallIntegerField(default=0)
    handling = models.CharField("bilaga i budgethandlingen", max_length=100, blank=True)
    slag = models.CharField(max_length=10, choices=Uppstallningsslag, default=Uppstallningsslag.BUDGET)
    etikett = models.CharField("vad en rad kallas", max_length=40, blank=True)

    class Meta:
        ordering = ("ordning",)

    def __str__(self):
        return self.namn

    @property
    def per_forvaltning(self) -> bool:
        """Amounts per enhet, as for `per_enhet`, but a table of its own for each, with a row per post."""
        return self.kod == RESULTATSAMMANSTALLNING

    @property
    def rad_per_post(self) -> bool:
        """Whether each enhet has a row for every post, and not one row in all."""
        return self.slag == Uppstallningsslag.ASKANDE

    @property
    def rads_ord(self) -> str:
        """What one of its rows is called in a sentence or a heading."""
        return self.etikett or self.namn

    @property
    def plus_battre(self) -> bool:
        """Whether less is worse on every line, costs being written with minus. Of what a nämnd gets, an investment, an
        asset or a payment, nobody can say so."""
        return self.kod in (RESULTATSAMMANSTALLNING, "resultatbudget", "skatt", "balanskrav")

    @property
    def har_rott(self) -> bool:
        """Whether a minus on a line of result is bad news here: what stands in the balance sheet and the cash flow is
        how things are and which way money goes."""
        return self.kod not in ("balansbudget", "kassaflode")

    @property
    def per_objekt(self) -> bool:
        """Whether its rows are investment objects. There is one such table, known by its kod as the balanskrav is."""
        return self.kod == INVESTERINGSOBJEKT


class Posttyp(models.TextChoices):
    BLAD = "blad", "Tar belopp"
    SUMMA = "summa", "Summa av sina delar"
    REGEL = "regel", "Räknas av en regel"


class Matt(models.TextChoices):
    """What a line is given in. Amounts in mnkr and kr are kept in kronor, the others as they are written."""

    MNKR = "mnkr", "mnkr"
    KR = "kr", "kr"
    PROCENT = "procent", "procent"
    ANTAL = "antal", "antal"


class Postregel(models.TextChoices):
    """The rules of `budget.regler.nyckeltal` that a line may be computed by."""

    TILLVAXT = "tillvaxt", "Förändring mot året före"
    KVOT = "kvot", "Andel"


class Post(models.Model):
    """A line of an uppställning.

    A SUMMA is the sum of its children, each times its `tecken` (+1 or −1). A BLAD holds amounts; with
    `kalla_post` it takes its value from that post wherever it has no amount of its own. A REGEL is
    computed by a named rule and never summed here: `regel` of `taljare` (and `namnare`), in percent, or,
    where `regel` is empty, the rule of the balanskrav.

    `matt` is what the line is given in, `per` what a krona is counted on («skattekrona»), `grupp` a heading
    that begins at the line.

    `motpart` is who is on the other side of a blad's amounts, where that is known; consolidation leaves the
    förvaltningsinterna ones out.
    """

    uppstallning = models.ForeignKey(Uppstallning, on_delete=models.PROTECT, related_name="poster")
    kod = models.SlugField()
    namn = models.CharField(max_length=120)
    typ = models.CharField(max_length=10, choices=Posttyp)
    foralder = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="barn")
    kalla_post = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="hamtas_av"
    )
    motpart = models.ForeignKey(Motpart, on_delete=models.PROTECT, null=True, blank=True)
    tecken = models.SmallIntegerField(default=1)
    ordning = models.PositiveSmallIntegerField()
    total = models.BooleanField("tabellens sista summa", default=False)
    resultat = models.BooleanField("minus är ett dåligt besked", default=False)
    dold = models.BooleanField("visas inte som egen rad", default=False)
    forklaring = models.CharField(max_length=400, blank=True)
    grupp = models.CharField("rubrik över raden", max_length=80, blank=True)
    matt = models.CharField("mått", max_length=10, choices=Matt, default=Matt.MNKR)
    per = models.CharField("kronor per", max_length=40, blank=True)
    decimaler = models.PositiveSmallIntegerField("decimaler, om andra än tabellens", null=True, blank=True)
    regel = models.CharField(max_length=10, choices=Postregel, blank=True)
    taljare = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="taljare_i"
    )
    namnare = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="namnare_i"
    )

    class Meta:
        ordering = ("uppstallning", "ordning")
        constraints = [
            models.UniqueConstraint(fields=("uppstallning", "kod"), name="post_kod_unik"),
            models.CheckConstraint(name="post_tecken", condition=Q(tecken__in=(1, -1))),
            models.CheckConstraint(
                name="post_inte_egen_foralder", condition=Q(foralder__isnull=True) | ~Q(foralder=F("id"))
            ),
            models.CheckConstraint(
                name="post_bara_blad_hamtar", condition=Q(kalla_post__isnull=True) | Q(typ="blad")
            ),
            models.CheckConstraint(
                name="post_bara_blad_har_motpart", condition=Q(motpart__isnull=True) | Q(typ="blad")
            ),
            models.CheckConstraint(
                name="post_regel_har_sina_delar",
                condition=Q(regel="", taljare__isnull=True, namnare__isnull=True)
                | Q(
                    regel="tillvaxt", typ="regel", matt="procent", taljare__isnull=False, namnare__isnull=True
                )
                | Q(regel="kvot", typ="regel", matt="procent", taljare__isnull=False, namnare__isnull=False),
            ),
            models.CheckConstraint(name="post_per_galler_kronor", condition=Q(per="") | Q(matt="kr")),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="trad",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NEW.foralder_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM budget_post f
                        WHERE f.id = NEW.foralder_id AND f.typ = 'summa'
                          AND f.uppstallning_id = NEW.uppstallning_id
                    ) THEN
                        RAISE EXCEPTION 'Posten % kan bara ligga under en summa i samma uppställning', NEW.kod
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF EXISTS (
                        SELECT 1 FROM budget_post f
                        WHERE f.id IN (NEW.foralder_id, NEW.kalla_post_id) AND f.matt <> NEW.matt
                    ) OR (TG_OP = 'UPDATE' AND EXISTS (
                        SELECT 1 FROM budget_post b
                        WHERE NEW.id IN (b.foralder_id, b.kalla_post_id) AND b.matt <> NEW.matt
                    )) THEN
                        RAISE EXCEPTION 'Posten % har ett annat mått än raden den summeras eller hämtas med', NEW.kod
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF NEW.typ <> 'blad' AND EXISTS (
                        SELECT 1 FROM budget_belopp b WHERE b.post_id = NEW.id
                    ) THEN
                        RAISE EXCEPTION 'Posten % har belopp och måste förbli ett blad', NEW.kod
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # A sum is never stored, so a locked version is only as fixed as the tree that it is summed by.
            pgtrigger.Trigger(
                name="last_uppstallning",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                declare=[("version", "text")],
                func="""
                    IF TG_OP = 'UPDATE'
                        AND (NEW.typ, NEW.tecken, NEW.matt, NEW.regel) = (OLD.typ, OLD.tecken, OLD.matt, OLD.regel)
                        AND NEW.taljare_id IS NOT DISTINCT FROM OLD.taljare_id
                        AND NEW.namnare_id IS NOT DISTINCT FROM OLD.namnare_id
                        AND NEW.uppstallning_id = OLD.uppstallning_id
                        AND NEW.foralder_id IS NOT DISTINCT FROM OLD.foralder_id
                        AND NEW.kalla_post_id IS NOT DISTINCT FROM OLD.kalla_post_id
                        AND NEW.motpart_id IS NOT DISTINCT FROM OLD.motpart_id THEN
                        RETURN NEW;
                    END IF;
                    SELECT v.kod INTO version FROM budget_versionskolumn k
                        JOIN budget_budgetversion v ON v.id = k.version_id
                        WHERE k.uppstallning_id = OLD.uppstallning_id AND v.status = 'last' LIMIT 1;
                    IF version IS NOT NULL THEN
                        RAISE EXCEPTION 'Posten % ingår i den låsta budgetversionen % och räknas inte om',
                            OLD.kod, version USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
                """,
            ),
        ]

    def __str__(self):
        return self.namn
