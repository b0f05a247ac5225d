"""What differs between two versions, as one table per uppställning and one of justeringar."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlencode

from django.utils import timezone

from budget.models import (
    Block,
    Budgetversion,
    Justeringsstatus,
    Uppstallning,
    Uppstallningsslag,
    Versionskolumn,
    Versionstyp,
)
from budget.selectors.jamforelse import (
    Jamforelse,
    Justeringsskillnad,
    Justeringssumma,
    Skillnad,
    Summaskillnad,
    ar_kopior,
    jamfor_versioner,
)
from budget.selectors.uppstallning import (
    hamta_kolumner,
    lasbara_uppstallningar,
    region_enhet,
)
from budget.selectors.versioner import senast_andrad
from budget.tabeller import matt
from budget.tabeller.adress import Kallor
from budget.tabeller.brygga import justeringsadress
from budget.tabeller.delar import med_avrundningsnot
from budget.tabeller.internbudget import las_internbudgetar
from budget.tabeller.par import Kolumnval, avvek, bygg_par, parkolumner
from budget.tabeller.tillagg import las_finansiering
from organisation.permissions import Enhetsurval
from regionskane.lib.tabell import Cell, Handling, Kolumn, Kolumnslag, Rad, Radslag, Tabell
from regionskane.lib.visning import har_egna_enheter


def bygg_jamforelse(forsta: Budgetversion, andra: Budgetversion, j: Jamforelse) -> list[Tabell]:
    """The tables: the cells or rows that differ, and under them the sums that differ because of them. A table that only
    fetches what differs has the sums alone."""
    bygge = _Bygge(forsta, andra, j)
    berorda = {j.poster[c.post].uppstallning for c in j.celler} | {
        s.post.uppstallning for s in j.summor if not s.post.dold
    }
    tabeller = [bygge.tabell(u) for u in sorted(berorda, key=lambda u: (u.ordning, u.pk))]
    return tabeller + ([bygge.justeringar()] if j.justeringar else [])


class Jamforelseval(NamedTuple):
    """What is compared: a version with another, in all years that both hold, or a year of the one with a year of the
    other (`ar` and `mot_ar`; both None or neither)."""

    version: Budgetversion
    mot: Budgetversion
    ar: int | None = None
    mot_ar: int | None = None

    @property
    def forsta(self) -> Kolumnval:
        return Kolumnval(self.version, self.ar)

    @property
    def andra(self) -> Kolumnval:
        return Kolumnval(self.mot, self.mot_ar)

    @property
    def fraga(self) -> str:
        """As the address of a page says it."""
        val = {"mot": self.mot.kod} | ({"ar": self.ar, "mot_ar": self.mot_ar} if self.ar else {})
        return urlencode(val)


class Jamfort(NamedTuple):
    """A comparison: its tables, a sentence on what they are, and one that says so when nothing is in them."""

    tabeller: tuple[Tabell, ...]
    ingress: str
    tomt: tuple[str, str]


def las_jamforelse(val: Jamforelseval, urval: Enhetsurval) -> Jamfort:
    """The comparison as page, PDF, Excel and API show it, of the enheter that the reader may see in both."""
    if val.ar is not None:
        tabeller = bygg_talen(val.forsta, val.andra, urval)
        return Jamfort(
            tuple(tabeller),
            f"{val.forsta} mot {val.andra}. Tabellerna som båda har, rad för rad.",
            (
                "Versionerna har inga tabeller gemensamma för åren.",
                "Välj andra år, eller en annan version.",
            ),
        )
    tabeller = bygg_jamforelse(val.version, val.mot, jamfor_versioner(val.version, val.mot, urval))
    tomt = "Justeringar av regionbidrag är också desamma."
    if tillagg := _tillagget(val):
        tomt += f" Ännu skiljer sig ingenting från {tillagg.kopia_av}."
        if tabeller and urval.allt:
            tabeller = [las_finansiering(tillagg), *tabeller]
    return Jamfort(
        tuple(tabeller),
        f"{val.version} mot {val.mot}. Belopp jämförs cell för cell, och justeringar av regionbidrag rad för rad.",
        ("Versionerna har samma belopp.", tomt),
    )


def _tillagget(val: Jamforelseval) -> Budgetversion | None:
    """The tilläggsbudget, where one is compared with what it changes."""
    for a, b in ((val.version, val.mot), (val.mot, val.version)):
        if a.typ == Versionstyp.TILLAGG and a.kopia_av_id == b.pk:
            return a
    return None


def bygg_jamforelsehandling(val: Jamforelseval, urval: Enhetsurval, *, rot: str = "") -> Handling:
    """The document of a comparison. Its time is when the figures of either last changed."""
    jamfort = las_jamforelse(val, urval)
    andrad = senast_andrad({val.version.pk, val.mot.pk})
    tomt = "" if jamfort.tabeller else f"\n\n{' '.join(jamfort.tomt)}"
    nyckel = [val.version.kod, val.ar, "mot", val.mot.kod, val.mot_ar]
    egna = any(map(har_egna_enheter, jamfort.tabeller))
    return Handling(
        titel=f"Jämförelse: {val.forsta} mot {val.andra}"
        if val.ar
        else f"Jämförelse: {val.version} mot {val.mot}",
        undertitel=region_enhet().namn,
        ingress=jamfort.ingress + tomt,
        tabeller=jamfort.tabeller,
        tid=andrad.isoformat(),
        fakta=(
            *(
                ("Version", f"{v.namn} ({v.kod}), {_lage(v)}{f', år {ar}' if ar else ''}")
                for v, ar in ((val.version, val.ar), (val.mot, val.mot_ar))
            ),
            ("Omfattning", "Hela regionen" if urval.allt else "Egna enheter"),
            ("Siffrorna senast ändrade", f"{timezone.localtime(andrad):%Y-%m-%d kl. %H.%M}"),
            ("Enhet", f"Miljoner kronor (mnkr){' där inget annat anges' if egna else ''}"),
        ),
        nyckel="-".join(str(n).lower() for n in nyckel if n),
        stycken=_RAKNESATT,
        rot=rot,
    )


_RAKNESATT = (
    "Varje siffra är hämtad ur sin version och står här som den står i versionens egen tabell.",
    "En version och en kopia av den jämförs utifrån sina egna belopp, så att bara det som någon har ändrat är en "
    "skillnad. Där det beslutade talet inte följer av sina delar står båda i en not.",
)


def _lage(version: Budgetversion) -> str:
    return "fastställd" if version.faststalld else "låst" if version.last else "öppen, inte beslutad"


def bygg_talen(forsta: Kolumnval, andra: Kolumnval, urval: Enhetsurval) -> list[Tabell]:
    """The tables that both versions have, line by line as they stand: the second's year, the first's, and the change.

    What the balanskrav rule computes is left out: it depends on more years than the two. Of a copy and its origin in
    the same year the change is one of facts, and an internbudget is compared with no copy but cell by cell. Six queries
    per table at most.
    """
    andras = {u for u, k in hamta_kolumner(andra.version).items() if _har(k, andra)}
    tabeller = []
    gemensamma = [
        u
        for u, k in hamta_kolumner(forsta.version).items()
        if u in andras and _har(k, forsta) and u.slag != Uppstallningsslag.ASKANDE
    ]
    kopior = ar_kopior(forsta.version, andra.version)
    for u in lasbara_uppstallningar(gemensamma, urval):
        if u.per_objekt or (u.per_forvaltning and kopior):
            continue
        if u.per_forvaltning:
            kolumner = parkolumner(u, forsta, andra)
            for i in las_internbudgetar(forsta.version, u, kolumner, urval):
                tabeller += i.tabeller()
            continue
        t = bygg_par(u, forsta, andra, urval)
        rubrik = f"{u.namn}: {forsta} mot {andra}"
        tabeller.append(replace(t, rubrik=rubrik, ingress="Mnkr där inget annat anges."))
    return [t for t in tabeller if t.rader]


def _har(kolumner: Iterable[Versionskolumn], val: Kolumnval) -> bool:
    return any((k.kalla_id, k.ar) == (val.version.pk, val.ar) for k in kolumner)


class _Bygge:
    def __init__(self, forsta: Budgetversion, andra: Budgetversion, j: Jamforelse):
        self.forsta, self.andra, self.j, self.kallor = forsta, andra, j, Kallor()

    def tabell(self, u: Uppstallning) -> Tabell:
        rader, noter = [self._cellrad(c) for c in self.j.celler if c.uppstallning == u.pk], []
        summor = [s for s in self.j.summor if s.post.uppstallning_id == u.pk and not s.post.dold]
        if summor:
            rader.append(Rad("grupp-summor", "Summor som skiljer", slag=Radslag.GRUPP))
            rader += [self._summarad(s, u.decimaler, noter) for s in summor]
        return med_avrundningsnot(
            Tabell(
                u.kod,
                u.namn,
                "Nämnd och år" if u.per_enhet and not u.per_forvaltning else "Post och år",
                self._kolumner(u.decimaler),
                tuple(rader),
                "Mnkr där inget annat anges." if any(r.enhet for r in rader) else "Mnkr.",
                tuple(noter),
            )
        )

    def _kolumner(self, d: int) -> tuple[Kolumn, ...]:
        return (
            Kolumn("forsta", self.forsta.namn, decimaler=d),
            Kolumn("andra", self.andra.namn, decimaler=d),
            Kolumn("skillnad", "Skillnad", "", Kolumnslag.DIFFERENS, "mnkr", d, ("forsta", "andra")),
            Kolumn("forsta-av", "Ändrad av", f"i {self.forsta.namn}", Kolumnslag.TEXT),
            Kolumn("andra-av", "Ändrad av", f"i {self.andra.namn}", Kolumnslag.TEXT),
        )

    def _cellrad(self, c: Skillnad) -> Rad:
        post = self.j.poster[c.post]
        vad = c.enhet_namn if post.uppstallning.per_enhet else matt.namn(post)
        if post.uppstallning.per_forvaltning:
            vad = f"{c.enhet_namn}: {matt.namn(post)}"
        elif post.uppstallning.per_objekt:
            vad = f"{c.enhet_namn}, {matt.namn(post)}"
        namn = (Cell(text=n or "–") for n in (c.forsta_av, c.andra_av))
        return Rad(
            f"{post.kod}-{c.enhet_kod}-{c.ar}",
            f"{vad} {c.ar}",
            (*self._belopp(post, f"enhet-{c.enhet_kod}", c.ar, c.forsta, c.andra), *namn),
            enhet=matt.egen_enhet(post),
            decimaler=post.decimaler,
        )

    def _summarad(self, s: Summaskillnad, decimaler: int, noter: list[str]) -> Rad:
        ensam = s.post.uppstallning.per_forvaltning or s.post.uppstallning.per_objekt
        vad = "Alla nämnder" if s.post.uppstallning.per_enhet and not ensam else matt.namn(s.post)
        tom = Cell(text="")
        celler = list(self._belopp(s.post, "alla", s.ar, s.forsta, s.andra))
        rad = Rad(
            f"summa-{s.post.kod}-{s.ar}",
            f"{vad} {s.ar}",
            (*celler, tom, tom),
            Radslag.SUMMA,
            enhet=matt.egen_enhet(s.post),
            decimaler=s.post.decimaler,
        )
        for i, version in enumerate((self.forsta, self.andra)):
            beslutat = next((b for v, b in s.beslutat if v == version), None)
            if beslutat is None:
                continue
            k = rad.i(self._kolumner(decimaler)[i])
            noter.append(avvek(f"{rad.rubrik}: {version}", k.text(Cell(beslutat)), k.text(celler[i])))
            celler[i] = celler[i]._replace(noter=(len(noter),))
        return replace(rad, celler=(*celler, tom, tom))

    def _belopp(self, post, omfang: str, ar: int, forsta: Decimal | None, andra: Decimal | None):
        for version, varde in ((self.forsta, forsta), (self.andra, andra)):
            yield (
                Cell()
                if varde is None
                else Cell(
                    varde, kalla=self.kallor.adress(version, post.uppstallning.kod, post.kod, omfang, ar)
                )
            )
        # One that is missing may be fetched from another table, so it is not taken for zero.
        yield Cell(None if forsta is None or andra is None else forsta - andra)

    def justeringar(self) -> Tabell:
        rader = []
        for (ar, block), grupp in groupby(self.j.justeringar, key=lambda r: (r.ar, r.block)):
            rader.append(Rad(f"grupp-{ar}-{block}", f"{Block(block).label} {ar}", slag=Radslag.GRUPP))
            rader += [self._justeringsrad(r) for r in grupp]
        if self.j.justeringssummor:
            rader.append(
                Rad("grupp-summor", "Beslutade justeringar sammanlagt, där de skiljer", slag=Radslag.GRUPP)
            )
            rader += [self._justeringssumma(s) for s in self.j.justeringssummor]
        return Tabell(
            "justeringar",
            "Justeringar av regionbidrag",
            "Justering och nämnd",
            self._kolumner(1),
            tuple(rader),
            "Mnkr. En justering är densamma när år, block och titel är det.",
        )

    def _justeringsrad(self, r: Justeringsskillnad) -> Rad:
        return Rad(
            f"{r.forsta_id or ''}-{r.andra_id or ''}-{r.enhet_kod}",
            f"{r.titel}: {r.enhet_namn}{self._status(r)}",
            (
                self._justeringscell(self.forsta, r.forsta, r.forsta_id),
                self._justeringscell(self.andra, r.andra, r.andra_id),
                # A justering that does not touch an enhet leaves it as it is, which is zero.
                Cell((r.forsta or Decimal(0)) - (r.andra or Decimal(0))),
                *(Cell(text=n or "–") for n in (r.forsta_av, r.andra_av)),
            ),
        )

    def _status(self, r: Justeringsskillnad) -> str:
        """Said where it differs, and where a row counts in no sum."""
        utkast = [
            v.namn
            for v, status in ((self.forsta, r.forsta_status), (self.andra, r.andra_status))
            if status == Justeringsstatus.UTKAST
        ]
        return f" (utkast i {' och '.join(utkast)})" if utkast else ""

    def _justeringscell(self, version: Budgetversion, belopp: Decimal | None, pk: int | None) -> Cell:
        if belopp is None:
            return Cell()
        return Cell(belopp, kalla=justeringsadress(pk, version))

    def _justeringssumma(self, s: Justeringssumma) -> Rad:
        tom = Cell(text="")
        celler = (Cell(s.forsta), Cell(s.andra), Cell(s.forsta - s.andra), tom, tom)
        return Rad(f"summa-{s.enhet_kod}-{s.ar}", f"{s.enhet_namn} {s.ar}", celler, Radslag.SUMMA)
