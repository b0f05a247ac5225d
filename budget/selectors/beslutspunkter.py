"""The decision points of a version with every placeholder answered from the version's own figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.apps import apps
from django.db.models import F

from budget.models import Beslutspunkt, Beslutstal, Budgetversion, Post, Posttyp, Uppstallning, Versionskolumn
from budget.regler.beslutstext import Bit, Hanvisning, Ord, Slag, Trasig, dela, tolka
from budget.regler.kontroll import Skillnad, jamfor
from budget.regler.kontroll import Slag as Skillnadsslag
from budget.selectors.summor import ALLA, Nyckel, hamta_summor
from budget.selectors.uppstallning import hamta_kolumner
from organisation.models import Enhet

# The bilaga that has no uppställning of its own: the justeringar of the year.
JUSTERINGAR, JUSTERINGARS_BILAGA = "justeringar", "bilaga 4B"


@dataclass(frozen=True, slots=True)
class Svar:
    """What a placeholder stands for. `varde` is kronor, a fraction for a percentage, and None for what is no
    figure; `post` and `kolumn` tell of a line in a table, `tal` of a figure of the decision, `uppstallning` and
    `bilaga` of a bilaga."""

    hanvisning: Hanvisning
    varde: Decimal | None = None
    post: Post | None = None
    kolumn: Versionskolumn | None = None
    tal: Beslutstal | None = None
    uppstallning: Uppstallning | None = None
    bilaga: str = ""
    dag: date | None = None


Last = Ord | Svar | Trasig


@dataclass(frozen=True)
class Besvarad:
    """A point, its number («» for one before the list) and its text with every placeholder answered."""

    punkt: Beslutspunkt
    nummer: str
    bitar: tuple[Last, ...]

    @property
    def trasiga(self) -> tuple[Trasig, ...]:
        return tuple(b for b in self.bitar if isinstance(b, Trasig))


def hamta_beslutspunkter(version: Budgetversion) -> tuple[Besvarad, ...]:
    """All points in order. Six queries at most, however many points and placeholders."""
    punkter = list(Beslutspunkt.objects.filter(version=version).prefetch_related("tal"))
    tal = {t.namn: t for p in punkter for t in p.tal.all()}
    svar = besvara(version, {p.pk: (p.text, p.senast) for p in punkter}, tal)
    besvarade, nummer = [], 0
    for p in punkter:
        nummer += p.numrerad
        besvarade.append(Besvarad(p, str(nummer) if p.numrerad else "", svar[p.pk]))
    return tuple(besvarade)


def besvara(
    version: Budgetversion, texter: Mapping[int, tuple[str, date | None]], tal: Mapping[str, Beslutstal]
) -> dict[int, tuple[Last, ...]]:
    """The texts (key → text and last day) in parts, each placeholder answered or broken with a reason."""
    delade = {nyckel: (dela(text, ar=version.ar), senast) for nyckel, (text, senast) in texter.items()}
    alla = [b for bitar, _ in delade.values() for b in bitar if isinstance(b, Hanvisning)]
    uppslag = _Uppslag(version, alla, tal)
    return {
        nyckel: tuple(uppslag.las(b, senast) for b in bitar) for nyckel, (bitar, senast) in delade.items()
    }


class _Uppslag:
    """Everything that the placeholders ask for, read at once."""

    def __init__(self, version: Budgetversion, alla: list[Hanvisning], tal: Mapping[str, Beslutstal]):
        self.version, self.tal = version, tal
        self.kolumner = hamta_kolumner(version)
        self.uppstallningar = {u.kod: u for u in self.kolumner}
        self.poster, self.enheter, self.summor = {}, {}, {}
        fragade = [h for h in alla if h.slag == Slag.POST]
        if not fragade:
            return
        self.poster = {
            (p.uppstallning.kod, p.kod): p
            for p in Post.objects.filter(uppstallning__in=list(self.kolumner)).select_related("uppstallning")
        }
        if koder := {h.enhet for h in fragade if h.enhet}:
            self.enheter = dict(Enhet.objects.filter(kod__in=koder).values_list("kod", "pk"))
        poster = {self.poster.get((h.uppstallning, h.namn)) for h in fragade} - {None}
        kolumner = {k for h in fragade if (k := self._kolumn(h))}
        if poster and kolumner:
            self.summor = hamta_summor(
                kolumner=[(k.kalla_id, k.ar) for k in kolumner],
                poster=[p.pk for p in poster if p.typ != Posttyp.REGEL],
                period=version.period,
            )

    def _kolumn(self, h: Hanvisning) -> Versionskolumn | None:
        u = self.uppstallningar.get(h.uppstallning)
        return next((k for k in self.kolumner.get(u, ()) if k.ar == h.ar), None)

    def las(self, bit: Bit, senast: date | None) -> Last:
        if not isinstance(bit, Hanvisning):
            return bit
        match bit.slag:
            case Slag.AR:
                return Svar(bit)
            case Slag.SENAST:
                if senast is None:
                    return Trasig(bit.text, "«{senast}» står i texten, men punkten har ingen sista dag.")
                return Svar(bit, dag=senast)
            case Slag.BESLUT:
                tal = self.tal.get(bit.namn)
                if tal is None:
                    return Trasig(bit.text, f"Beslutet har inget tal som heter «{bit.namn}».")
                return Svar(bit, tal.varde, tal=tal)
            case Slag.BILAGA:
                return self._bilaga(bit)
            case Slag.POST:
                return self._post(bit)

    def _bilaga(self, h: Hanvisning) -> Last:
        if h.namn == JUSTERINGAR and "regionbidrag" in self.uppstallningar:
            return Svar(h, bilaga=JUSTERINGARS_BILAGA)
        u = self.uppstallningar.get(h.namn)
        if u is None:
            return Trasig(h.text, f"{self.version.namn} har ingen tabell «{h.namn}».")
        if not u.handling:
            return Trasig(h.text, f"{u.namn} har inget bilagenummer.")
        return Svar(h, uppstallning=u, bilaga=u.handling)

    def _post(self, h: Hanvisning) -> Last:
        skal = ""
        post, kolumn = self.poster.get((h.uppstallning, h.namn)), self._kolumn(h)
        if h.uppstallning not in self.uppstallningar:
            skal = f"{self.version.namn} har ingen tabell «{h.uppstallning}»."
        elif post is None:
            skal = f"Tabellen «{h.uppstallning}» har ingen rad «{h.namn}»."
        elif post.typ == Posttyp.REGEL:
            skal = f"«{post.namn}» räknas av en regel. Hänvisa till en rad med belopp eller till en summa."
        elif kolumn is None:
            skal = f"{post.uppstallning.namn} visar inget {h.ar} i {self.version.namn}."
        elif h.enhet and h.enhet not in self.enheter:
            skal = f"Det finns ingen enhet «{h.enhet}»."
        if skal:
            return Trasig(h.text, skal)
        omfang = f"enhet:{self.enheter[h.enhet]}" if h.enhet else ALLA
        summa = self.summor.get(Nyckel(post.pk, kolumn.kalla_id, kolumn.ar, omfang))
        if summa is None:
            return Trasig(
                h.text, f"«{post.namn}» har inget belopp {h.ar}{f' för {h.enhet}' if h.enhet else ''}."
            )
        return Svar(h, summa.varde, post=post, kolumn=kolumn)


@dataclass(frozen=True, slots=True)
class Beslutsavvikelse:
    """What does not agree in a version's decision points: a placeholder that nothing answers (`skal`), or a figure
    (`tal`) that another one, `beraknat` of `mot`, should be (`skillnad`)."""

    version: Budgetversion
    nummer: str
    punkt: Beslutspunkt
    skal: str = ""
    tal: Beslutstal | None = None
    beraknat: Decimal | None = None
    skillnad: Skillnad | None = None
    mot: Svar | None = None

    @property
    def slag(self) -> Skillnadsslag:
        return self.skillnad.slag if self.skillnad else Skillnadsslag.FEL


def hamta_beslutsavvikelser(versioner: Iterable[Budgetversion]) -> list[Beslutsavvikelse]:
    """What `kontrollera` and the page Kontroll list about decision points. Eight queries per version that has any."""
    avvikelser = []
    har = set(Beslutspunkt.objects.values_list("version", flat=True).order_by().distinct())
    for version in (v for v in versioner if v.pk in har):
        besvarade = hamta_beslutspunkter(version)
        mot = {
            tal.pk: tolka(tal.jamfors_med, ar=version.ar)
            for b in besvarade
            for tal in b.punkt.tal.all()
            if tal.jamfors_med
        }
        # All that figures are compared with is looked up at once.
        uppslag = _Uppslag(version, [m for m in mot.values() if isinstance(m, Hanvisning)], {})
        for b in besvarade:
            avvikelser += [Beslutsavvikelse(version, b.nummer, b.punkt, t.skal) for t in b.trasiga]
            for tal in b.punkt.tal.all():
                if tal.pk in mot and (a := _jamfor(version, b, tal, mot[tal.pk], uppslag)):
                    avvikelser.append(a)
    return avvikelser


def _jamfor(
    version: Budgetversion, b: Besvarad, tal: Beslutstal, mot: Hanvisning | Trasig, uppslag: _Uppslag
) -> Beslutsavvikelse | None:
    svar = uppslag.las(mot, None) if isinstance(mot, Hanvisning) else mot
    if isinstance(svar, Trasig):
        return Beslutsavvikelse(version, b.nummer, b.punkt, svar.skal, tal)
    if svar.varde is None:
        return Beslutsavvikelse(version, b.nummer, b.punkt, f"«{tal.jamfors_med}» är inget tal.", tal)
    skillnad = jamfor(tal.varde, svar.varde, precision=tal.precision)
    return skillnad and Beslutsavvikelse(version, b.nummer, b.punkt, "", tal, svar.varde, skillnad, svar)


class Talhandelse(NamedTuple):
    """One earlier state of a figure of the decision; `varde` is None when it was taken away."""

    tid: datetime
    varde: Decimal | None
    precision: Decimal
    matt: str
    namn: str
    varfor: str


def hamta_talhistorik(tal: Beslutstal, vilka: slice = slice(None)) -> list[Talhandelse]:
    """Who has set the figure to what, latest first; `vilka` of all there are. One query."""
    handelser = (
        apps.get_model("budget", "BeslutstalEvent")
        .objects.filter(pgh_obj=tal.pk)
        .annotate(uppgifter=F("pgh_context__metadata"))
        .order_by("-pgh_created_at", "-pgh_id")
        .values_list("pgh_created_at", "pgh_label", "varde", "precision", "matt", "uppgifter")
    )
    return [
        Talhandelse(
            t, None if slag == "delete" else v, p, m, (u or {}).get("namn", ""), (u or {}).get("varfor", "")
        )
        for t, slag, v, p, m, u in handelser[vilka]
    ]
