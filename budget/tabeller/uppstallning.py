"""The budget's tables: one row per enhet grouped by sektor, or one row per post."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby

from budget.models import Budgetversion, Post, Posttyp, Uppstallning, Versionskolumn
from budget.regler.kontroll import Slag
from budget.selectors.kontroll import Avvikelse, hamta_avvikelser
from budget.selectors.summor import ALLA
from budget.selectors.uppstallning import Uppstallningsdata, hamta_uppstallning
from budget.tabeller.adress import Kallor, mot
from organisation.permissions import Enhetsurval
from regionskane.lib.belopp import MNKR, formatera, formatera_fullt
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell

ENHET = "mnkr"


def kolumnnyckel(kolumn: Versionskolumn) -> str:
    """A column's key in the Tabell: the version it comes from and the year."""
    return f"{kolumn.kalla.kod}-{kolumn.ar}"


def las_tabell(version: Budgetversion, uppstallning: Uppstallning, urval: Enhetsurval) -> Tabell:
    """The table as page, PDF, Excel and API show it, for a reader who may see `urval`."""
    data = hamta_uppstallning(version, uppstallning, urval)
    versioner = {k.kalla_id: k.kalla for k in data.kolumner}.values()
    avvikelser = hamta_avvikelser(versioner, uppstallning=uppstallning) if not data.delvis else []
    visas = {(k.kalla_id, k.ar) for k in data.kolumner}
    return bygg_tabell(data, (a for a in avvikelser if (a.nyckel.version, a.nyckel.ar) in visas))


def bygg_tabell(data: Uppstallningsdata, avvikelser: Iterable[Avvikelse] = ()) -> Tabell:
    """The table of an uppställning with its sums, change columns and notes on printed figures."""
    byggare = _Byggare(data, list(avvikelser))
    rader = byggare.per_enhet() if data.uppstallning.per_enhet else byggare.per_post()
    ar = [k.ar for k in data.kolumner]
    spann = f"{min(ar)}–{max(ar)}" if len(set(ar)) > 1 else f"{ar[0]}" if ar else ""
    return Tabell(
        nyckel=data.uppstallning.kod,
        rubrik=f"{data.uppstallning.namn} {spann}".strip(),
        radrubrik="Nämnd" if data.uppstallning.per_enhet else "Post",
        ingress=f"{data.uppstallning.ingress} {data.version.namn}, {ENHET}.",
        kolumner=tuple(k for k, _ in byggare.kolumner),
        rader=tuple(rader),
        noter=tuple(byggare.noter),
    )


class _Byggare:
    def __init__(self, data: Uppstallningsdata, avvikelser: list[Avvikelse]):
        self.data = data
        self.kallor = Kallor()
        self.kolumner = list(self._kolumner())
        self.noter: list[str] = []
        self.notnummer = {}
        for a in avvikelser:
            self._not(a)

    def _kolumner(self):
        """(Kolumn, what it shows): a Versionskolumn, or the two that a change is taken between."""
        forra = None
        for k in self.data.kolumner:
            yield (
                Kolumn(kolumnnyckel(k), str(k.ar), k.rubrik, enhet=ENHET, decimaler=self._decimaler),
                k,
            )
            if forra is not None and k.kalla_id == self.data.version.pk and forra.kalla_id != k.kalla_id:
                under = f"{forra.ar}–{k.ar}"
                av = (kolumnnyckel(k), kolumnnyckel(forra))
                yield (
                    Kolumn("forandring", "Ändring", f"{under}, {ENHET}", Kolumnslag.DIFFERENS, ENHET,
                           self._decimaler, av),
                    (k, forra),
                )  # fmt: skip
                yield (
                    Kolumn("forandring-procent", "Ändring", f"{under}, %", Kolumnslag.PROCENT, ENHET, 1, av),
                    (k, forra),
                )
            forra = k

    @property
    def _decimaler(self):
        return self.data.uppstallning.decimaler

    def _not(self, a: Avvikelse):
        skriv = formatera_fullt if a.ar_fel else formatera
        decimaler = {"minst": self._decimaler} if a.ar_fel else {"decimaler": self._decimaler}
        tryckt, beraknat, skillnad = (
            skriv(x, skala=MNKR, **decimaler) for x in (a.tryckt, a.beraknat, abs(a.skillnad.differens))
        )
        rubrik = a.omfang_namn or a.post.namn
        gav = "den andra uppställningen ger" if a.kod == "RAD" else "delarna ger"
        slut = (
            f"Skillnaden {skillnad} är avrundning."
            if a.skillnad.slag == Slag.AVRUNDNING
            else f"Skillnaden {skillnad} är mer än avrundning."
        )
        self.noter.append(f"{rubrik} {a.nyckel.ar} är tryckt {tryckt}; {gav} {beraknat}. {slut}")
        self.notnummer.setdefault(a.nyckel, []).append(len(self.noter))

    def celler(self, post: Post, omfang: str, adressomfang: str) -> tuple[Cell, ...]:
        """One row's figures: `omfang` as in the sums, `adressomfang` as in addresses."""
        celler = []
        for kolumn, av in self.kolumner:
            if isinstance(av, Versionskolumn):
                celler.append(self._beloppscell(post, av, omfang, adressomfang))
            else:
                celler.append(self._andringscell(kolumn, post, *av, omfang, adressomfang))
        return tuple(celler)

    def _varde(self, post, kolumn, omfang) -> Decimal | None:
        summa = self.data.summa(post, kolumn, omfang)
        return summa.varde if summa else None

    def _adress(self, post, kolumn, adressomfang):
        return self.kallor.adress(kolumn.kalla, self.data.uppstallning.kod, post.kod, adressomfang, kolumn.ar)

    def _beloppscell(self, post, kolumn, omfang, adressomfang):
        noter = [
            nr
            for nyckel, lista in self.notnummer.items()
            if (nyckel.post, nyckel.version, nyckel.ar) == (post.pk, kolumn.kalla_id, kolumn.ar)
            and (nyckel.omfang == omfang or not self.data.uppstallning.per_enhet)
            for nr in lista
        ]  # fmt: skip
        return Cell(
            self._varde(post, kolumn, omfang),
            kalla=self._adress(post, kolumn, adressomfang),
            noter=tuple(noter),
        )

    def _andringscell(self, kolumn, post, ny, forra, omfang, adressomfang):
        a, b = self._varde(post, ny, omfang), self._varde(post, forra, omfang)
        procent = kolumn.slag == Kolumnslag.PROCENT
        # A percentage of a result that changes sign says nothing.
        if a is None or b is None or (procent and (b == 0 or post.resultat)):
            return Cell()
        varde = (a - b) / abs(b) if procent else a - b
        adress = mot(self._adress(post, ny, adressomfang), forra.kalla, forra.ar, procent=procent)
        return Cell(varde, kalla=adress)

    def per_enhet(self):
        post = self.data.poster[0]
        synliga = self.data.synliga
        if self.data.delvis:
            yield from (self._enhetsrad(post, p, Radslag.RAD) for p in synliga)
            if len(synliga) > 1:
                yield self._summarad(post, "egna", "Summa egna enheter", ALLA, "egna", Radslag.TOTAL, synliga)
            return
        grupper = [(s, list(g)) for s, g in groupby(synliga, key=lambda p: p.sektor)]
        for sektor, placeringar in grupper:
            if sektor:
                yield Rad(f"grupp-{sektor.kod}", sektor.namn, slag=Radslag.GRUPP)
            yield from (self._enhetsrad(post, p, Radslag.DEL if sektor else Radslag.RAD) for p in placeringar)
            if sektor:
                yield self._summarad(
                    post, f"sektor-{sektor.kod}", sektor.summarubrik, f"sektor:{sektor.pk}",
                    f"sektor-{sektor.kod}", Radslag.SUMMA, placeringar,
                )  # fmt: skip
        if len(synliga) > 1:
            yield self._summarad(post, "alla", "Totalsumma", ALLA, ALLA, Radslag.TOTAL, synliga)

    def _enhetsrad(self, post, placering, slag):
        kod = placering.enhet.kod
        celler = self.celler(post, f"enhet:{placering.enhet_id}", f"enhet-{kod}")
        return Rad(f"enhet-{kod}", placering.enhet.namn, celler, slag)

    def _summarad(self, post, nyckel, rubrik, omfang, adressomfang, slag, placeringar):
        delar = tuple((f"enhet-{p.enhet.kod}", 1) for p in placeringar)
        return Rad(nyckel, rubrik, self.celler(post, omfang, adressomfang), slag, delar)

    def per_post(self):
        omfang = f"enhet-{self.data.placeringar[0].enhet.kod}" if self.data.placeringar else ALLA
        barn = {}
        for p in self.data.poster:
            barn.setdefault(p.foralder_id, []).append(p)
        for post in self.data.poster:
            if post.dold:
                continue
            slag = Radslag.TOTAL if post.total else Radslag.RAD if post.typ == Posttyp.BLAD else Radslag.SUMMA
            yield Rad(
                nyckel=post.kod,
                rubrik=post.namn,
                celler=self.celler(post, ALLA, omfang),
                slag=slag,
                delar=tuple(_synliga_delar(post, barn)),
                forklaring=post.forklaring,
                rod=post.resultat,
            )


def _synliga_delar(post, barn, faktor=1):
    """The rows that a sum is made of; a hidden sum is replaced by its own parts."""
    for b in barn.get(post.pk, ()):
        if b.dold:
            yield from _synliga_delar(b, barn, faktor * b.tecken)
        else:
            yield b.kod, faktor * b.tecken
