"""Bilaga 5B as tables (to read and to enter), the two columns that it gives 5A, and the kreditivränta."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from budget.models import (
    INOM_RAM,
    Budgetversion,
    Investeringsgrupp,
    Investeringsobjekt,
    Investeringsslag,
    Uppstallning,
    Versionskolumn,
)
from budget.models.investering import postkod
from budget.regler.kreditivranta import Kreditivranta
from budget.selectors.celler import Cellnyckel
from budget.selectors.investeringar import (
    PLAN,
    PROGNOS,
    STRATEGISKA,
    UTFALL,
    Objektdata,
    hamta_gruppmatt,
    hamta_objekt,
)
from budget.selectors.summor import ALLA
from budget.selectors.uppstallning import Uppstallningsdata, hamta_uppstallning
from budget.tabeller.adress import Kallor, versionsadress
from budget.tabeller.delar import med_avrundningsnot, med_delar
from budget.tabeller.inmatning import Inmatningsvy, Ritare, cellnamn, skrivbara_celler
from budget.tabeller.uppstallning import ENHET, kolumnnyckel, las_tabell
from organisation.permissions import Enhetsurval
from regionskane.lib.belopp import MNKR, formatera, formatera_procent, relativ_forandring
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell

INVESTERINGAR = "investeringar"
_SLAG = {
    Investeringsslag.BYGG: "Strategiska bygginvesteringar",
    Investeringsslag.UTRUSTNING: "Strategiska utrustningsinvesteringar",
}
FORESLAGET = "föreslaget av nämnden, ej prövat"
MATT = {"utfall": UTFALL, "prognos": PROGNOS, "plan": PLAN}


def las_uppstallning(
    version: Budgetversion,
    uppstallning: Uppstallning,
    kolumner: tuple[Versionskolumn, ...],
    urval: Enhetsurval,
) -> Tabell:
    """Any table of a version but the balanskrav, as page, PDF, Excel and API show it."""
    if uppstallning.per_objekt:
        return bygg_objekttabell(hamta_objekt(version, uppstallning, kolumner, urval))
    tabell = las_tabell(version, uppstallning, kolumner, urval)
    return _med_objektens_matt(version, tabell) if uppstallning.kod == INVESTERINGAR else tabell


def _med_objektens_matt(version: Budgetversion, tabell: Tabell) -> Tabell:
    """5A with the two columns that it has from its objects: spent before the first year, and the room in all.

    A line that no object costs anything in a year is zero, as it is printed. A year that nothing is entered for is
    empty, as its sums are.
    """
    matt, kallor = hamta_gruppmatt(version), Kallor()
    if not matt.summor:
        return tabell
    grupper = {kod.rpartition("_")[0] for kod in matt.poster}
    per_kolumn = zip(*(r.celler for r in tabell.rader if r.celler), strict=True)
    ifyllda = [any(c.varde is not None for c in celler) for celler in per_kolumn]

    def cell(rad: Rad, suffix: str) -> Cell:
        kod = rad.nyckel + suffix
        summa = matt.summor.get(kod)
        if not summa:
            return Cell(saknas="")
        adress = kallor.adress(version, matt.uppstallning.kod, kod, ALLA, version.ar)
        return Cell(summa.varde, kalla=adress)

    def arsceller(rad: Rad):
        if rad.nyckel not in grupper:
            return rad.celler
        celler = {
            k.nyckel: c._replace(varde=Decimal(0)) if c.varde is None and ifylld and k.av is None else c
            for k, c, ifylld in zip(tabell.kolumner, rad.celler, ifyllda, strict=True)
        }
        return (_skillnaden(k, celler) if k.av else celler[k.nyckel] for k in tabell.kolumner)

    hel = replace(
        tabell,
        kolumner=(
            Kolumn("utfall", f"T.o.m. {version.ar - 1}", "utfall", enhet=ENHET),
            *tabell.kolumner,
            Kolumn("plan", "Totalt", "planutrymme", enhet=ENHET),
        ),
        rader=tuple(
            replace(r, celler=(cell(r, UTFALL), *arsceller(r), cell(r, PLAN))) if r.celler else r
            for r in tabell.rader
        ),
    )
    return med_delar(hel)


def _skillnaden(kolumn: Kolumn, celler: dict[str, Cell]) -> Cell:
    """A cell of a column of differences, from the two that it compares as they are shown."""
    cell, (ny, gammal) = celler[kolumn.nyckel], (celler[n].varde for n in kolumn.av)
    if ny is None or gammal is None:
        return cell
    andel = relativ_forandring(ny, gammal) if kolumn.slag == Kolumnslag.PROCENT else ny - gammal
    return cell._replace(varde=andel)


def bygg_objekttabell(data: Objektdata, *, med_ord: bool = True) -> Tabell:
    """5B: objects in their groups, what each has cost and will, and the room for it, with notes on sums that the
    objects do not give. With `med_ord` a last column says in words how the forecast stands against the room."""
    tabell = _Bygge(data, med_ord).tabell()
    # Bygg and utrustning have groups, and so sums, of the same names.
    radens = {
        f"summa-{postkod(slag, grupp, strategiskt=True)}": f"{_SLAG[slag]}, summa {grupp.label.lower()}"
        for slag in Investeringsslag
        for grupp in Investeringsgrupp
    }
    med = tabell if data.delvis or data.filter else med_delar(tabell, radens=radens)
    return med_avrundningsnot(med, alla=True)


class _Bygge:
    def __init__(self, data: Objektdata, med_ord: bool):
        self.data, self.med_ord = data, med_ord
        self.kallor = Kallor()
        self.noter: list[str] = []
        # The document's own notes come first; those on decided sums follow.
        for o in data.objekt:
            for b in data.beslut.get(o.pk, ()):
                if b.text:
                    self._not(beslutstext(b))

    def tabell(self) -> Tabell:
        d = self.data
        rader = list(self._grupper())
        if rader:
            rader.append(self._summarad(STRATEGISKA, self._summanamn("strategiska investeringar"), rader))
        rader += self._inom_ram()
        delvis = " Bara dina egna nämnders objekt." if d.delvis else ""
        return Tabell(
            nyckel=d.uppstallning.kod,
            rubrik=f"{d.uppstallning.namn} {d.version.ar}–{d.version.ar + d.version.planar}",
            radrubrik="Objekt",
            ingress=f"{d.uppstallning.ingress} {d.version.namn}, {ENHET}.{delvis}",
            kolumner=tuple(self._kolumner()),
            rader=tuple(rader),
            noter=tuple(self.noter),
        )

    def _kolumner(self):
        yield Kolumn("utfall", f"T.o.m. {self.data.version.ar - 1}", "utfall", enhet=ENHET)
        yield from (
            Kolumn(kolumnnyckel(k), str(k.ar), k.rubrik, enhet=ENHET, beslutad=k.kalla.faststalld)
            for k in self.data.kolumner
        )
        yield Kolumn("prognos", "Prognos", "hela objektet", enhet=ENHET)
        yield Kolumn("plan", "Plan\u00adutrymme", "totalt", enhet=ENHET)
        if self.med_ord:
            yield Kolumn("mot", "Mot utrymmet", "prognosen", Kolumnslag.TEXT)

    def _grupper(self):
        for slag in Investeringsslag:
            for grupp in Investeringsgrupp:
                valda = [o for o in self.data.objekt if o.strategiskt and (o.slag, o.grupp) == (slag, grupp)]
                if not valda:
                    continue
                kod = postkod(slag, grupp, strategiskt=True)
                yield Rad(f"grupp-{kod}", f"{_SLAG[slag]}: {grupp.label.lower()}", slag=Radslag.GRUPP)
                rader = [self._objektrad(o) for o in valda]
                yield from rader
                yield self._summarad(kod, self._summanamn(grupp.label.lower()), rader)

    def _inom_ram(self):
        valda = [o for o in self.data.objekt if not o.strategiskt]
        if valda:
            yield Rad("grupp-inom-ram", "Inom en ram i 5A, läggs inte till den", slag=Radslag.GRUPP)
            rader = [self._objektrad(o) for o in valda]
            yield from rader
            yield self._summarad(INOM_RAM, self._summanamn("objekt inom ram"), rader)

    def _summanamn(self, av: str) -> str:
        return f"Summa {av}, {'urvalet' if self.data.filter else 'egna'}" if self._del else f"Summa {av}"

    @property
    def _del(self) -> bool:
        return self.data.delvis or bool(self.data.filter)

    def _objektrad(self, o: Investeringsobjekt) -> Rad:
        slut = self.data.slutar(o)
        # What fullmäktige has decided has been tried.
        foreslaget = o.foreslaget and not self.data.version.faststalld
        tillagg = (f" (avslutas {slut})" if slut else "") + (f" ({FORESLAGET})" if foreslaget else "")
        noter = tuple(self._not(beslutstext(b)) for b in self.data.beslut.get(o.pk, ()) if b.text)
        return Rad(
            f"enhet-{o.enhet.kod}",
            f"{o.enhet.namn}{tillagg}",
            self._celler(o.postkod, f"enhet-{o.enhet.kod}", o.enhet_id, noter),
            Radslag.DEL,
        )

    def _summarad(self, kod: str, rubrik: str, rader: list[Rad]) -> Rad:
        delar = tuple((r.nyckel, 1) for r in rader if r.slag == Radslag.DEL)
        slag = Radslag.TOTAL if kod == STRATEGISKA else Radslag.SUMMA
        return Rad(f"summa-{kod}", rubrik, self._celler(kod, ALLA, None, ()), slag, delar)

    def _celler(self, kod: str, omfang: str, enhet: int | None, noter: tuple[int, ...]) -> tuple[Cell, ...]:
        d = self.data
        matt = [("", k.ar) for k in d.kolumner]
        celler = [
            self._cell(kod + suffix, omfang, ar, enhet)
            for suffix, ar in [(UTFALL, d.version.ar), *matt, (PROGNOS, d.version.ar), (PLAN, d.version.ar)]
        ]
        celler[-1] = celler[-1]._replace(noter=(*celler[-1].noter, *noter))
        if self.med_ord:
            celler.append(Cell(text=mot_utrymmet(celler[-2].varde, celler[-1].varde) if enhet else ""))
        return tuple(celler)

    def _cell(self, kod: str, omfang: str, ar: int, enhet: int | None) -> Cell:
        summa = self.data.summa(kod, ar, enhet)
        if summa is None:
            return Cell()
        # A part of the objects has no page of its own; the objects have.
        if omfang == ALLA and self._del:
            return Cell(summa.varde)
        adress = self.kallor.adress(self.data.version, self.data.uppstallning.kod, kod, omfang, ar)
        return Cell(summa.varde, kalla=adress)

    def _not(self, text: str) -> int:
        """The number of a note, which objects with the same text share."""
        if text not in self.noter:
            self.noter.append(text)
        return self.noter.index(text) + 1


def beslutstext(b) -> str:
    """A decision or note in a line."""
    beslut = " ".join(str(d) for d in (b.organ, b.datum or "", b.paragraf) if d)
    return f"{b.text} ({beslut})" if beslut else b.text


def mot_utrymmet(prognos: Decimal | None, plan: Decimal | None) -> str:
    """How a forecast stands against the room, in words."""
    if prognos is None or plan is None:
        return "Ingen prognos" if prognos is None else "Inget utrymme"
    skillnad = prognos - plan
    if not skillnad:
        return "Lika"
    return f"{formatera(abs(skillnad), skala=MNKR)} {'över' if skillnad > 0 else 'under'}"


def bygg_kreditivranta(data: Objektdata, rader: Iterable[Kreditivranta]) -> Tabell:
    """The proposal with its arithmetic, beside the line of 5A."""
    kallor, noter = Kallor(), []

    def not_(text: str) -> tuple[int, ...]:
        noter.append(text)
        return (len(noter),)

    def rad(k: Kreditivranta) -> Rad:
        adress = kallor.adress(data.version, INVESTERINGAR, "kreditivranta", ALLA, k.ar)
        satskalla = kallor.adress(data.version, "forutsattningar", "kreditivranta", "enhet-REGION", k.ar)
        skillnad = Cell(k.skillnad)
        if k.skillnad and k.tryckt_kapital is not None:
            text = (
                f"Raden i 5A {k.ar} svarar mot {formatera(k.tryckt_kapital, skala=MNKR)} mnkr bundet kapital vid samma "
                f"sats, regelns underlag är {formatera(k.snitt, skala=MNKR)} mnkr."
            )
            skillnad = Cell(k.skillnad, noter=not_(text))
        sats = "–" if k.sats is None else formatera_procent(k.sats, decimaler=2)
        return Rad(
            f"ar-{k.ar}",
            str(k.ar),
            (
                Cell(text=str(k.antal)),
                Cell(k.ingaende),
                Cell(k.utgift),
                Cell(k.snitt),
                Cell(text=sats, kalla=satskalla if k.sats is not None else ""),
                Cell(k.ranta),
                Cell(k.tryckt, kalla=adress if k.tryckt is not None else ""),
                skillnad,
            ),
        )

    return Tabell(
        "kreditivranta",
        "Kreditivränta, förslag",
        "År",
        (
            Kolumn("antal", "Objekt", "pågående bygg", Kolumnslag.TEXT),
            Kolumn("ingaende", "Utlagt", "när året börjar"),
            Kolumn("utgift", "Årets utgift"),
            Kolumn("snitt", "Bundet", "utlagt + halva året"),
            Kolumn("sats", "Sats", "", Kolumnslag.TEXT),
            Kolumn("ranta", "Förslag", "bundet × sats"),
            Kolumn("tryckt", "Raden i 5A"),
            Kolumn("skillnad", "Skillnad", "5A − förslag", Kolumnslag.DIFFERENS, av=("tryckt", "ranta")),
        ),
        tuple(rad(k) for k in rader),
        "Årets sats på det som är utlagt på strategiska byggobjekt som pågår. Budgeten säger inte när delar av ett "
        f"objekt tas i bruk och slutar bära ränta{_om_utlagt(data)} Det skrivs aldrig in i 5A. Mnkr.",
        tuple(noter),
    )


def _om_utlagt(data: Objektdata) -> str:
    """The end of a sentence: what the proposal is, or that it lacks what has been laid out before."""
    pagar = [
        o
        for o in data.objekt
        if o.slag == Investeringsslag.BYGG and o.strategiskt and any(data.varde(o, ar) for ar in data.egna_ar)
    ]
    saknar = sum(data.varde(o, data.version.ar, UTFALL) is None for o in pagar)
    if not saknar:
        return ", så förslaget är en övre gräns."
    return (
        f". {saknar} av {len(pagar)} objekt som pågår saknar uppgift om vad som är utlagt till och med "
        f"{data.version.ar - 1} och räknas utan det, så förslaget kan vara för lågt."
    )


def skrivbara_objektceller(data: Objektdata, skrivbart: Enhetsurval) -> set[Cellnyckel]:
    """Every cell of 5B that the user may write: none after the year that an object ends, unless it is to be emptied."""
    celler = set()
    for o in data.objekt:
        if o.enhet_id not in skrivbart:
            continue
        slut = data.slutar(o)
        celler |= {data.cell(o, suffix, data.version.ar) for suffix in MATT.values()}
        celler |= {
            data.cell(o, "", ar)
            for ar in data.egna_ar
            if slut is None or ar <= slut or data.varde(o, ar) is not None
        }
    return celler


def las_celler(
    version: Budgetversion,
    uppstallning: Uppstallning,
    kolumner: tuple[Versionskolumn, ...],
    skriv: Enhetsurval,
) -> tuple[Uppstallningsdata | Objektdata, set[Cellnyckel]]:
    """Any table's figures for the enheter of `skriv`, and its cells that who may write those may write."""
    if uppstallning.per_objekt:
        objekt = hamta_objekt(version, uppstallning, kolumner, skriv)
        return objekt, skrivbara_objektceller(objekt, skriv)
    data = hamta_uppstallning(version, uppstallning, kolumner, skriv)
    return data, skrivbara_celler(data, skriv)


def namnge_cell(data: Uppstallningsdata | Objektdata, cell: Cellnyckel) -> str:
    """A cell of any table in words."""
    return objektcellnamn(data, cell) if data.uppstallning.per_objekt else cellnamn(data, cell)


def objektcellnamn(data: Objektdata, cell: Cellnyckel) -> str:
    """A cell in words: the object and what it is of."""
    namn = next(p.enhet_namn for p in data.placeringar if p.enhet_id == cell.enhet)
    kod = next(p.kod for p in data.poster if p.pk == cell.post)
    ord_ = {UTFALL: "utfall", PROGNOS: "prognos", PLAN: "planutrymme"}
    return f"{namn} {next((text for s, text in ord_.items() if kod.endswith(s)), cell.ar)}"


def bygg_objektinmatning(data: Objektdata, celler, skrivbara, **tillval) -> Inmatningsvy:
    """The entry table of 5B; cells that are not in `skrivbara` are locked."""
    return _Objektritare(data, celler, skrivbara, **tillval).vy()


class _Objektritare(Ritare):
    """An entry table whose columns are different poster: what a cell is of depends on its row and column."""

    def _bygg_tabell(self) -> Tabell:
        return bygg_objekttabell(self.data, med_ord=False)

    def _kolumnar(self):
        self.per_rad = {f"enhet-{o.enhet.kod}": o for o in self.data.objekt}
        egna = {kolumnnyckel(k): k.ar for k in self.data.kolumner if k.kalla_id == self.data.version.pk}
        ar = egna | dict.fromkeys(MATT, self.data.version.ar)
        return [(k, ar.get(k.nyckel)) for k in self.tabell.kolumner]

    def _cell(self, rad, post, kolumn, ar):
        return self.data.cell(self.per_rad[rad.nyckel], MATT.get(kolumn.nyckel, ""), ar)

    def _cellkalla(self, rad, kolumn) -> str:
        if kolumn.nyckel not in MATT:
            return ""
        kod = self.per_rad[rad.nyckel].postkod + MATT[kolumn.nyckel]
        adress = f"{versionsadress(self.data.version)}varifran/{self.tabell.nyckel}/{kod}/{rad.nyckel}/"
        return f' data-kalla="{adress}"'

    def _radpost(self, rad, post):
        return self.data.per_kod[self.per_rad[rad.nyckel].postkod]
