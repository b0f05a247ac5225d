"""The entry table: the same rows and columns as the table that is read, with a field in every open cell.

The HTML of the rows is written here and not in a template: a version has hundreds of cells, and a
template loop takes several times as long as the queries. Everything that a person has typed is escaped.
"""

import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from html import escape
from itertools import product
from types import MappingProxyType

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from budget.models import Matt, Post, Posttyp
from budget.regler.balanskrav import RADER
from budget.selectors.celler import Cellnyckel, Cellvarde
from budget.selectors.uppstallning import Plats, Uppstallningsdata, radnyckel, radpost
from budget.tabeller import matt
from budget.tabeller.adress import versionsadress
from budget.tabeller.uppstallning import bygg_tabell, kolumnnyckel
from organisation.permissions import Enhetsurval
from regionskane.lib.belopp import KR
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell
from regionskane.lib.visning import antal_kommentarer, skriv_kommentarer

TOM = Cellvarde()
# A cell is shown as newly saved for this long.
NYSS = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Svar:
    """What the page answers with after a refused save: typed texts, errors, and others' values."""

    texter: Mapping[Cellnyckel, str] = field(default_factory=dict)
    fel: Mapping[Cellnyckel, str] = field(default_factory=dict)
    konflikter: Mapping[Cellnyckel, Cellvarde] = field(default_factory=dict)
    sedda: Mapping[Cellnyckel, tuple[int, Decimal | None]] = field(default_factory=dict)


INGET_SVAR = Svar()


@dataclass(frozen=True, slots=True)
class Felrad:
    """A line of the error summary: what is wrong and the id of its field."""

    text: str
    falt: str


@dataclass(frozen=True, slots=True)
class Inmatningsvy:
    """What the template needs: `huvud` and `kropp` are finished HTML, `bas` the hidden field's text."""

    nyckel: str
    rubrik: str
    ingress: str
    huvud: SafeString
    kropp: SafeString
    bas: str
    antal: int
    felrader: tuple[Felrad, ...]
    decimaler: int


def bygg_inmatning(
    data: Uppstallningsdata,
    celler: Mapping[Cellnyckel, Cellvarde],
    skrivbara: Set[Cellnyckel],
    *,
    anvandare_id: int,
    nu: datetime,
    svar: Svar = INGET_SVAR,
    kommentarer: Mapping[Cellnyckel, int] | None = None,
    inlamnade: Set[int] = frozenset(),
    mot: Mapping[Cellnyckel, tuple[Decimal, ...]] = MappingProxyType({}),
    last: str = "",
    ritare: type["Ritare"] | None = None,
) -> Inmatningsvy:
    """The entry table of an uppställning; cells that are not in `skrivbara` are locked. `kommentarer` is how many open
    comments a cell has, `inlamnade` the enheter (ids) whose nämnd has handed in, `mot` what new values are held against
    to see their unit; `last` says of every row why it is locked. `ritare` draws a table whose columns are more."""
    return (ritare or Ritare)(
        data, celler, skrivbara, anvandare_id, nu, svar, kommentarer or {}, inlamnade, mot, last
    ).vy()


def skrivbara_celler(data: Uppstallningsdata, skrivbart: Enhetsurval) -> set[Cellnyckel]:
    """Every cell of the table that the user may write."""
    enheter = [p.enhet_id for p in data.synliga if p.enhet_id in skrivbart]
    poster = [post.pk for post in data.poster if post.typ == Posttyp.BLAD and not post.dold]
    arslista = [k.ar for k in data.kolumner if k.kalla_id == data.version.pk]
    return {Cellnyckel(*cell) for cell in product(enheter, poster, arslista)}


def cellnamn(data: Uppstallningsdata, cell: Cellnyckel) -> str:
    """A cell in words: its row and year."""
    post = next(p for p in data.poster if p.pk == cell.post)
    plats = next(p for p in data.placeringar if p.enhet_id == cell.enhet)
    if data.uppstallning.rad_per_post:
        return f"{plats.enhet_namn}, {post.namn.lower()} {cell.ar}"
    return f"{plats.enhet_namn if data.rad_per_enhet else post.namn} {cell.ar}"


# Of the lines that the balanskrav rule computes, these two are plain sums and can follow the typing.
REGELSUMMOR = {
    r.nyckel: r.summa for r in RADER if r.nyckel in ("resultat_efter_justeringar", "balanskravsresultat")
}


def _skriv_sedda(sedda: Mapping[Cellnyckel, tuple[int, Decimal | None]]) -> str:
    return json.dumps(
        {str(c): [rev, None if varde is None else str(varde)] for c, (rev, varde) in sedda.items()},
        separators=(",", ":"),
    )


class Ritare:
    """Draws an entry table. A table whose columns are of different poster says so in the methods that a subclass
    may replace: `_bygg_tabell`, `_kolumnar`, `_cell`, `_cellkalla` and `_radpost`."""

    def __init__(
        self,
        data,
        celler,
        skrivbara,
        anvandare_id,
        nu,
        svar,
        kommentarer=MappingProxyType({}),
        inlamnade=frozenset(),
        mot=MappingProxyType({}),
        last="",
    ):
        self.kommentarer, self.inlamnade, self.mot, self.last = kommentarer, inlamnade, mot, last
        self.data, self.celler, self.svar, self.skrivbara = data, celler, svar, skrivbara
        self.anvandare_id, self.nu = anvandare_id, nu
        self.tabell: Tabell = self._bygg_tabell()
        self.poster = {p.kod: p for p in data.poster}
        # Each row's enhet: its id, and its name in addresses.
        self.enheter = {
            nyckel: (p.enhet_id, f"enhet-{p.enhet_kod}")
            for p in data.placeringar
            for nyckel in self._nycklar(p)
        }
        self.kolumner = self._kolumnar()
        self.beloppskolumner = [k.nyckel for k in self.tabell.kolumner if k.slag == Kolumnslag.BELOPP]
        self.rotadress = versionsadress(data.version)
        self.referenser = {r.nyckel: self._referenser(r) for r in self.tabell.rader}
        # Where the page has a line that another of its lines may fetch.
        rader = () if data.rad_per_enhet else self.tabell.rader
        self.postens_rad = {self._post(r).pk: r.nyckel for r in rader if r.slag != Radslag.GRUPP}
        self.felrader: list[Felrad] = []
        self.sedda: dict[Cellnyckel, tuple[int, Decimal | None]] = {}
        self.antal = 0

    def _nycklar(self, plats: Plats) -> list[str]:
        """The keys of an enhet's rows."""
        u, vad = self.data.uppstallning, f"enhet-{plats.enhet_kod}"
        return [radnyckel(u, vad, p.kod) for p in self.data.poster] if u.rad_per_post else [vad]

    def _bygg_tabell(self) -> Tabell:
        return bygg_tabell(self.data)

    def _kolumnar(self) -> list[tuple[Kolumn, int | None]]:
        """Each column with the year that the version itself holds, None for one that is only shown beside it."""
        egna = {kolumnnyckel(k): k.ar for k in self.data.kolumner if k.kalla_id == self.data.version.pk}
        return [(k, egna.get(k.nyckel)) for k in self.tabell.kolumner]

    def _cell(self, rad: Rad, post: Post, kolumn: Kolumn, ar: int) -> Cellnyckel:
        return Cellnyckel(self._enhet(rad), post.pk, ar)

    def _cellkalla(self, rad: Rad, kolumn: Kolumn) -> str:
        """The attribute that says where a field's figure is asked for, when it is not where the row's are."""
        return ""

    def _radpost(self, rad: Rad, post: Post) -> Post:
        return post

    def vy(self) -> Inmatningsvy:
        kropp = mark_safe("".join(self._rader()))
        return Inmatningsvy(
            nyckel=self.tabell.nyckel,
            rubrik=self.tabell.rubrik,
            ingress=self.tabell.ingress,
            huvud=mark_safe("".join(self._huvud())),
            kropp=kropp,
            bas=_skriv_sedda(self.sedda),
            antal=self.antal,
            felrader=tuple(self.felrader),
            decimaler=self.data.uppstallning.decimaler,
        )

    def _huvud(self) -> Iterable[str]:
        yield f'<th scope="col">{escape(self.tabell.radrubrik)}</th>'
        for k in self.tabell.kolumner:
            yield f'<th scope="col" class="n" id="k-{k.nyckel}">{escape(k.rubrik)}<small>{escape(k.under)}</small></th>'
        yield '<th scope="col" class="lage">Läge</th>'

    def _rader(self) -> Iterable[str]:
        bredd = len(self.tabell.kolumner) + 2
        for rad in self.tabell.rader:
            if rad.slag == Radslag.GRUPP:
                rubrik = escape(rad.rubrik)
                yield f'<tr class="grupp"><th scope="rowgroup" colspan="{bredd}"><span>{rubrik}</span></th></tr>'
                continue
            post = self._post(rad)
            if post.regel:
                yield self._regelrad(rad, post)
            elif post.typ == Posttyp.REGEL:
                if post.kod in REGELSUMMOR:
                    yield self._summarad(rad, post, REGELSUMMOR[post.kod])
            elif rad.delar:
                yield self._summarad(rad, post, rad.delar)
            else:
                yield from self._inmatningsrad(rad, post)

    def _post(self, rad: Rad) -> Post:
        if kod := radpost(rad.nyckel):
            return self.poster[kod]
        return self.data.poster[0] if self.data.rad_per_enhet else self.poster[rad.nyckel]

    def _plats(self, rad: Rad) -> tuple[int, str]:
        """The enhet that a row is of: its id, and its name in addresses."""
        forsta = self.data.placeringar[0]
        return self.enheter.get(rad.nyckel, (forsta.enhet_id, f"enhet-{forsta.enhet_kod}"))

    def _enhet(self, rad: Rad) -> int:
        return self._plats(rad)[0]

    def _referenser(self, rad: Rad) -> dict[str, str]:
        """Per column: how sums and differences in the page point at the row's figure, which is by its
        cell's name where it can be written, and otherwise by row and column."""
        if rad.slag == Radslag.GRUPP:
            return {}
        referenser = {nyckel: f"{rad.nyckel}.{nyckel}" for nyckel in self.beloppskolumner}
        post = self._post(rad)
        if not rad.delar and post.typ == Posttyp.BLAD:
            for kolumn, ar in self.kolumner:
                if ar and (cell := self._cell(rad, post, kolumn, ar)) in self.skrivbara:
                    referenser[kolumn.nyckel] = str(cell)
        return referenser

    def _inmatningsrad(self, rad: Rad, post: Post) -> Iterable[str]:
        rutor, under = [], []
        senast = None
        referenser, rubrik = self.referenser[rad.nyckel], escape(_radnamn(rad, post))
        for (tabellkolumn, ar), cell in zip(self.kolumner, rad.celler, strict=True):
            kolumn = rad.i(tabellkolumn)
            if kolumn.slag != Kolumnslag.BELOPP:
                rutor.append(self._andring(post, rad, kolumn, cell, referenser))
                continue
            nyckel = self._cell(rad, post, kolumn, ar) if ar else None
            if nyckel not in self.skrivbara:
                varde = "" if cell.varde is None else cell.varde
                referens = referenser[kolumn.nyckel]
                antal = self.kommentarer.get(nyckel, 0)
                klass, marke = (" komm", skriv_kommentarer(antal)) if antal else ("", "")
                rutor.append(
                    f'<td class="n{klass}" data-nyckel="{referens}" data-varde="{varde}">'
                    f"{_lank(kolumn.text(cell), cell)}{marke}</td>"
                )
                continue
            nu = self.celler.get(nyckel, TOM)
            rutor.append(self._falt(rad, post, rubrik, kolumn, nyckel, nu, cell, under))
            if nu.tid and (senast is None or nu.tid > senast.tid):
                senast = nu
        rod = " rod" if rad.rod else ""
        klass = f' class="{rad.slag.value}{rod}{" har-under" if under else ""}"'
        forklaring = f'<small class="svag">{escape(rad.forklaring)}</small>' if rad.forklaring else ""
        omfang = self._plats(rad)[1]
        kalla = f"{self.rotadress}varifran/{self.tabell.nyckel}/{self._radpost(rad, post).kod}/{omfang}/"
        inlamnad = self._enhet(rad) in self.inlamnade
        ligger_fast = self.last or ("Inlämnad" if inlamnad else "")
        lage = f'<span class="svag">{escape(ligger_fast)}</span>' if ligger_fast else self._lage(senast)
        yield (
            f'<tr data-rad="{rad.nyckel}" data-kalla="{kalla}"{_matt(post)}{klass}>'
            f'<th scope="row" id="r-{rad.nyckel}">{rubrik}{forklaring}</th>'
            f'{"".join(rutor)}<td class="lage">{lage}</td></tr>'
        )
        yield from under

    def _falt(
        self, rad: Rad, post: Post, radrubrik: str, kolumn: Kolumn, nyckel: Cellnyckel, nu: Cellvarde,
        visad: Cell, under: list[str],
    ) -> str:  # fmt: skip
        namn = str(nyckel)
        id_ = f"c-{nyckel.enhet}-{nyckel.post}-{nyckel.ar}"
        rubrik = f"{radrubrik}, {escape(kolumn.rubrik)}".replace("\u00ad", "")
        text = self.svar.texter.get(nyckel)
        sparad = "" if nu.varde is None else matt.skriv_fullt(post, nu.varde)
        klasser, attribut = "cell", ""
        self.antal += 1
        # What is not saved keeps the base that it was typed on: a conflict collides until somebody has chosen.
        self.sedda[nyckel] = (nu.rev, nu.varde) if text is None else self.svar.sedda.get(nyckel, (0, None))
        if nyckel in self.svar.fel:
            klasser += " fel"
            attribut = f' aria-invalid="true" aria-describedby="fel-{id_}"'
            under.append(self._felrad(id_, rubrik, self.svar.fel[nyckel]))
            self.felrader.append(Felrad(f"{rad.rubrik} {kolumn.rubrik}: {self.svar.fel[nyckel]}", id_))
        elif nyckel in self.svar.konflikter:
            klasser += " konflikt"
            attribut = f' aria-describedby="fel-{id_}"'
            under.append(self._konfliktrad(id_, namn, rubrik, text or "", self.svar.konflikter[nyckel], post))
            self.felrader.append(Felrad(f"{rad.rubrik} {kolumn.rubrik}: välj mellan två värden", id_))
        elif text is not None:
            klasser += " andrad"
        elif self._nyss(nu):
            klasser += " sparad"
        if nu.varde is None and visad.varde is not None:
            attribut += f' data-hamtat="{visad.varde}" placeholder="{kolumn.text(visad)}"'
        if kalla := self.postens_rad.get(post.kalla_post_id):
            attribut += f' data-foljer="{self.referenser[kalla][kolumn.nyckel]}"'
        if (mot := self.mot.get(nyckel)) is not None:
            attribut += f' data-mot="{" ".join(str(m.quantize(KR)) for m in mot if m)}"'
        varde = "" if nu.varde is None else nu.varde
        if antal := self.kommentarer.get(nyckel, 0):
            klasser += " komm"
            rubrik += f", {antal_kommentarer(antal)}"
        return (
            f'<td class="{klasser}"{self._cellkalla(rad, kolumn)}><input class="n" inputmode="decimal" id="{id_}"'
            f' name="c.{namn}" value="{sparad if text is None else escape(text)}" data-varde="{varde}"'
            f' aria-label="{rubrik}"{attribut}></td>'
        )

    def _felrad(self, id_, rubrik, text) -> str:
        bredd = len(self.tabell.kolumner) + 2
        return (
            f'<tr class="under u-fel" id="fel-{id_}"><td colspan="{bredd}"><div><strong>{rubrik}:</strong>'
            f' <span class="neg">{escape(text)}</span></div></td></tr>'
        )

    def _konfliktrad(self, id_, namn, rubrik, mitt, deras: Cellvarde, post: Post) -> str:
        bredd = len(self.tabell.kolumner) + 2
        vem = escape(deras.namn or "Någon")
        nar = timezone.localtime(deras.tid).strftime("kl. %H.%M") if deras.tid else "nyss"
        text = "tomt" if deras.varde is None else matt.skriv_fullt(post, deras.varde)
        jag = deras.av == self.anvandare_id
        vem_har = "Du" if jag else vem
        plats = " i ett annat fönster" if jag else ""
        gjorde = f"{vem_har} sparade {text} {nar}{plats}" if deras.tid else "Någon tömde cellen"
        nu = json.dumps([deras.rev, None if deras.varde is None else str(deras.varde)])
        return (
            f'<tr class="under u-konflikt" id="fel-{id_}"><td colspan="{bredd}"><div><strong>{rubrik}: {gjorde},'
            f" medan du skrev {escape(mitt.strip() or 'tomt')}.</strong> Inget är sparat förrän du väljer."
            f'<input type="hidden" name="k.{namn}" value="{escape(nu)}">'
            f'<span class="val" role="radiogroup" aria-label="Välj värde för {rubrik}">'
            f'<label><input type="radio" name="v.{namn}" value="mitt" data-mitt> Mitt:'
            f' <b class="num">{escape(mitt.strip() or "tomt")}</b></label>'
            f'<label><input type="radio" name="v.{namn}" value="deras"'
            f' data-varde="{"" if deras.varde is None else deras.varde}">'
            f" {'Det sparade' if jag else vem}:"
            f' <b class="num">{text}</b></label></span></div></td></tr>'
        )

    def _nyss(self, nu: Cellvarde) -> bool:
        return bool(nu.tid and nu.av == self.anvandare_id and nu.tid > self.nu - NYSS)

    def _lage(self, senast: Cellvarde | None) -> str:
        if senast is None or senast.tid < self.nu - NYSS or not senast.namn:
            return ""
        klocka = timezone.localtime(senast.tid).strftime("%H.%M")
        if senast.av == self.anvandare_id:
            return f'<span class="st st--klart">{_BOCK}Sparad {klocka}</span>'
        return f'<span class="svag">{escape(senast.namn)} {klocka}</span>'

    def _summarad(self, rad: Rad, post: Post, delar) -> str:
        rutor = []
        for (kolumn, ar), cell in zip(self.kolumner, rad.celler, strict=True):
            if kolumn.slag != Kolumnslag.BELOPP:
                rutor.append(self._andring(post, rad, kolumn, cell, self.referenser[rad.nyckel]))
                continue
            if not ar:
                rutor.append(self._fast_summa(rad, kolumn, cell))
                continue
            referenser = " ".join(
                f"{self.referenser[d][kolumn.nyckel]}:{f}" for d, f in delar if d in self.referenser
            )
            text = rad.i(kolumn).text(cell)
            neg = " neg" if rad.rod and text.startswith("−") else ""
            rutor.append(
                f'<td class="n{neg}" data-summa="{rad.nyckel}.{kolumn.nyckel}"'
                f' data-delar="{referenser}">{_lank(text, cell)}</td>'
            )
        slag = "total" if rad.slag == Radslag.TOTAL else "summa"
        rod = " rod" if rad.rod else ""
        return (
            f'<tr class="{slag}{rod}"{_matt(post)}><th scope="row">{escape(_radnamn(rad, post))}</th>'
            f'{"".join(rutor)}<td class="lage"></td></tr>'
        )

    def _fast_summa(self, rad: Rad, kolumn: Kolumn, cell: Cell) -> str:
        """A sum of another version: nothing typed here moves it, and its parts may give another than was decided."""
        text = rad.i(kolumn).text(cell)
        neg = " neg" if rad.rod and text.startswith("−") else ""
        varde = "" if cell.varde is None else cell.varde
        return (
            f'<td class="n{neg}" data-nyckel="{self.referenser[rad.nyckel][kolumn.nyckel]}" data-varde="{varde}">'
            f"{_lank(text, cell)}</td>"
        )

    def _regelrad(self, rad: Rad, post: Post) -> str:
        """A line that a rule computes: as it was last saved, since the page does not know the rule."""
        rutor = "".join(
            f'<td class="n">{_lank(rad.i(k).text(c), c)}</td>'
            for k, c in zip(self.tabell.kolumner, rad.celler, strict=True)
        )
        return (
            f'<tr class="{rad.slag.value}"><th scope="row">{escape(rad.rubrik)}<small class="svag">Räknas om när du'
            f' sparar.</small></th>{rutor}<td class="lage"></td></tr>'
        )

    def _andring(
        self, post: Post, rad: Rad, kolumn: Kolumn, cell: Cell, referenser: Mapping[str, str]
    ) -> str:
        if post.matt == Matt.PROCENT or (kolumn.slag == Kolumnslag.PROCENT and post.resultat):
            return f'<td class="n">{kolumn.text(cell)}</td>'
        par = f"{referenser[kolumn.av[0]]} {referenser[kolumn.av[1]]}"
        slag = "procent" if kolumn.slag == Kolumnslag.PROCENT else "differens"
        text = kolumn.text(cell)
        klass = " neg" if rad.samre(kolumn, text, self.tabell.kolumner) else ""
        # What the script colours when a change becomes bad news while somebody types.
        klass += " rod" if rad.plus_battre else ""
        return (
            f'<td class="n{klass}" data-{slag}="{par}" data-decimaler="{kolumn.decimaler}">'
            f"{_lank(text, cell)}</td>"
        )


def _radnamn(rad: Rad, post: Post) -> str:
    """A field shows its figure bare, so here a percentage too says what it is."""
    return f"{rad.rubrik}, procent" if post.matt == Matt.PROCENT else rad.rubrik


def _matt(post: Post) -> str:
    """What the page's own reckoning must know of a row that is not in the form's unit."""
    attribut = f' data-decimaler="{post.decimaler}"' if post.decimaler is not None else ""
    if post.matt != Matt.MNKR:
        attribut += f' data-skala="{matt.skala(post)}"'
    return attribut + (" data-procentsats" if post.matt == Matt.PROCENT else "")


def _lank(text: str, cell: Cell) -> str:
    """A figure that answers «varifrån?» as it was last saved."""
    return f'<a class="tal" href="{cell.kalla}" data-varifran>{text}</a>' if cell.kalla else text


_BOCK = (
    '<svg viewBox="0 0 12 12" aria-hidden="true" focusable="false"><path fill="currentColor" fill-rule="evenodd"'
    ' d="M6 0a6 6 0 1 1 0 12A6 6 0 0 1 6 0zM2.63 6.77l2.59 2.59 4.17-4.62-1.18-1.07-3.03 3.37-1.41-1.41z"/></svg>'
)
