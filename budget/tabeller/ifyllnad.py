"""The workbook that is filled in outside the system, and what it changes when it comes back, as data."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from budget.imports.ifyllnad import Ifylld
from budget.models import Budgetversion, Matt, Post, Posttyp, Uppstallning, Versionskolumn
from budget.selectors.balanskrav import med_regelrader
from budget.selectors.celler import Cellnyckel, Cellvarde, hamta_celler
from budget.selectors.ifyllnad import Fyllnadsdel
from budget.selectors.skrivratt import LAST_AV_FULLMAKTIGE, ar_ram, last_av_fullmaktige
from budget.selectors.summor import ALLA, Nyckel, Summor
from budget.selectors.uppstallning import Uppstallningsdata, hamta_uppstallning, radnyckel, radpost
from budget.selectors.varifran import raknas_av_bryggan
from budget.tabeller import matt
from budget.tabeller.adress import Kallor
from budget.tabeller.inmatning import REGELSUMMOR, cellnamn, skrivbara_celler
from budget.tabeller.uppstallning import ENHET, barn_per_post, bygg_tabell, kolumnnyckel, synliga_delar
from organisation.permissions import Enhetsurval
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell
from regionskane.lib.xlsx_mall import Inmatningscell, Mall, Mallblad

TOM = Cellvarde()
HUNDRA = Decimal(100)


def skala(post: Post) -> Decimal:
    """What is stored for one in the workbook's cell, where a percentage is a fraction."""
    return HUNDRA if post.matt == Matt.PROCENT else matt.skala(post)


def las_fyllnadsdata(
    version: Budgetversion,
    kolumner: Mapping[Uppstallning, tuple[Versionskolumn, ...]],
    uppstallningar: Iterable[Uppstallning],
    skriv: Enhetsurval,
    far: Callable[[Uppstallning], Enhetsurval],
) -> list[tuple[Uppstallningsdata, set[Cellnyckel]]]:
    """The tables of the enheter of `skriv` that somebody can fill in something of, with the cells, in order; `far` says
    what may be written in a table. The ram comes along without cells for who may not write it. Empty when there is
    nothing to fill in.

    Those whose rows are investment objects, or that are drawn once per förvaltning, are entered on their own pages.
    """
    funna = []
    for u in uppstallningar:
        if u.per_objekt or u.per_forvaltning:
            continue
        data = hamta_uppstallning(version, u, kolumner[u], skriv)
        alla, tillatet = skrivbara_celler(data, skriv), far(u)
        celler = {c for c in alla if c.enhet in tillatet}
        if celler or (alla and ar_ram(version, u)):
            funna.append((data, celler))
    return funna if any(celler for _, celler in funna) else []


def bygg_arbetsbok(
    version: Budgetversion,
    tabeller: Sequence[tuple[Uppstallningsdata, set[Cellnyckel]]],
    del_: Fyllnadsdel,
    *,
    av: str,
    nu: datetime,
    adress: str,
) -> Mall:
    """The workbook of a part of a version. `adress` is where it is sent back to."""
    hamtas = {}
    for data, _ in tabeller:
        barn = barn_per_post(data.poster)
        for p in data.poster:
            delar = synliga_delar(p, barn) if p.dold else [(p.kod, 1)]
            rader = tuple((data.uppstallning.kod, rad, faktor) for rad, faktor in delar)
            hamtas[p.pk] = (f"{data.uppstallning.namn}, {p.namn}", rader)
    klocka = timezone.localtime(nu)
    return Mall(
        titel=f"{version.namn}: fyll i",
        undertitel=del_.namn,
        om={"version": version.kod, "namn": version.namn, "del": del_.kod, "tid": klocka.isoformat("T", "seconds")},
        blad=tuple(_blad(data, celler, hamtas, nu) for data, celler in tabeller),
        fakta=(
            ("Budgetversion", f"{version.namn} ({version.kod})"),
            ("Gäller", del_.namn),
            ("Hämtad", f"{klocka:%Y-%m-%d kl. %H.%M} av {av}"),
            ("Läs in på", adress),
        ),
        stycken=_INSTRUKTIONER,
        tid=klocka.isoformat("T", "seconds"),
    )  # fmt: skip


_INSTRUKTIONER = (
    (
        "Så fyller du i",
        (
            f"Gula celler med ram fylls i. Belopp står i {ENHET}: 357,4 är 357,4 miljoner kronor. Rader i procent "
            "fylls i som procent, till exempel 2,5 %.",
            "Töm en cell med Delete om beloppet ska tas bort. En tom cell är inget belopp; 0 är beloppet noll.",
            "Grå kursiv siffra i en gul cell hämtas från en annan tabell eller räknas av bryggan; cellens ruta säger "
            "vilket. Skriv ett tal för att ersätta den. "
            "Töm cellen för att hämta igen; siffran syns när arbetsboken är inläst.",
            "Du får skriva formler i de gula cellerna, till exempel =120,5*1,02. Det uträknade talet läses in, "
            "avrundat till hela ören.",
            "Ett blad utan gula celler är låst av fullmäktige: ramen visas så att du har den framför dig.",
            "Summor räknas om medan du skriver. Grå siffror utan ram visar andra år och versioner, som jämförelse.",
        ),
    ),
    (
        "Det här går inte",
        (
            "Flytta, sortera, lägg till eller ta bort inte rader och kolumner, och ta inte bort blad. Egna "
            "räkningar gör du på egna blad: lägg till så många du vill, de läses inte in.",
            "Skriv inte text eller datum i de gula cellerna, och procent bara där raden är i procent. Klistra in "
            "som värden, så att cellernas format är kvar.",
            "Bladen är skyddade utan lösenord, så att inget skrivs över av misstag.",
        ),
    ),
    (
        "Så läser du in",
        (
            "Spara som Excel-arbetsbok (.xlsx) och läs in den på adressen ovan. Du ser varje ändring och vilka "
            "summor som flyttas innan något sparas.",
            "Har någon annan ändrat samma cell sedan du hämtade arbetsboken visas båda värdena, och du väljer.",
            "Går arbetsboken inte att läsa får du veta blad och cell. Då är inget sparat.",
        ),
    ),
)  # fmt: skip


def _blad(data: Uppstallningsdata, skrivbara, hamtas, nu) -> Mallblad:
    u, version = data.uppstallning, data.version
    last = "" if skrivbara else last_av_fullmaktige(version, u)
    nuvarde = hamta_celler(version, u, Enhetsurval(enheter=frozenset(c.enhet for c in skrivbara)), sedan=nu)
    if u.kod == "balanskrav":
        data = med_regelrader(data)
    tabell = bygg_tabell(data)
    poster = {p.kod: p for p in data.poster}
    enheter = {f"enhet-{p.enhet_kod}": p for p in data.placeringar}
    if u.rad_per_post:
        enheter = {
            radnyckel(u, vad, post.kod): plats for vad, plats in enheter.items() for post in data.poster
        }
    egna = {kolumnnyckel(k): k.ar for k in data.kolumner if k.kalla_id == version.pk}
    rader, celler = [], {}
    for rad in tabell.rader:
        if rad.slag == Radslag.GRUPP:
            rader.append(rad)
            continue
        post = poster[radpost(rad.nyckel) or (data.poster[0].kod if u.per_enhet else rad.nyckel)]
        if post.typ == Posttyp.REGEL:
            if post.kod in REGELSUMMOR:
                rader.append(replace(rad, delar=tuple(REGELSUMMOR[post.kod])))
            continue
        rader.append(rad)
        if not rad.celler or rad.delar or post.typ != Posttyp.BLAD:
            continue
        plats = enheter.get(rad.nyckel) or data.placeringar[0]
        for nyckel, ar in egna.items():
            cell = Cellnyckel(plats.enhet_id, post.pk, ar)
            if cell in skrivbara:
                nu_ = nuvarde.get(cell, TOM)
                kalla = hamtas.get(post.kalla_post_id)
                bryggas = raknas_av_bryggan(version, post)
                celler[rad.nyckel, nyckel] = Inmatningscell(
                    f"{plats.enhet_kod}|{post.kod}|{ar}",
                    nu_.rev,
                    nu_.varde,
                    skala(post),
                    kalla[1] if kalla else (() if post.kalla_post_id or bryggas else None),
                    kalla[0] if kalla else "bryggan" if bryggas else "en annan tabell",
                    "Räknat av bryggan" if bryggas else "Hämtas från annan tabell",
                )
    kvar = {r.nyckel for r in rader}
    rader = [replace(r, delar=tuple((d, f) for d, f in r.delar if d in kvar)) for r in rader]
    tabell = replace(tabell, rader=tuple(rader))
    return Mallblad(tabell, celler, frozenset(egna), (LAST_AV_FULLMAKTIGE, last) if last else ("", ""))


@dataclass(frozen=True, slots=True)
class Val:
    """A cell that somebody else has changed since the workbook was fetched, for the page that asks."""

    namn: str
    rubrik: str
    plats: str
    mitt: str
    deras: str
    vem: str
    nu: str
    valt: str


def cellrubrik(data: Uppstallningsdata, cell: Cellnyckel) -> str:
    """What a row of the difference is called: the enhet's name, or the post's in a table of the region."""
    if data.uppstallning.rad_per_post:
        return cellnamn(data, cell).rpartition(" ")[0]
    if data.uppstallning.per_enhet:
        return next(p.enhet_namn for p in data.placeringar if p.enhet_id == cell.enhet)
    return next(matt.namn(p) for p in data.poster if p.pk == cell.post)


def belopp_i_ord(post: Post, varde: Decimal | None) -> str:
    return "tomt" if varde is None else matt.skriv_fullt(post, varde)


def bygg_andringar(data: Uppstallningsdata, rader: Sequence[tuple[Ifylld, Cellnyckel, Cellvarde]]) -> Tabell:
    """What the workbook changes in one table: every cell with its place, what it is, becomes, and the difference."""
    u = data.uppstallning
    kallor, poster = Kallor(), {p.pk: p for p in data.poster}
    i_mnkr = [r for r in rader if not matt.egen_enhet(poster[r[1].post])]
    decimaler = max(
        [u.decimaler, *(_decimaler(poster[cell.post], i.varde, nu.varde) for i, cell, nu in i_mnkr)]
    )
    koder = {p.enhet_id: p.enhet_kod for p in data.placeringar}
    tabellrader = []
    for ifylld, cell, nu in rader:
        kalla = kallor.adress(
            data.version, u.kod, poster[cell.post].kod, f"enhet-{koder[cell.enhet]}", cell.ar
        )
        # What the cell shows now, whoever gives it: the amount in it, the bridge or another table.
        visat = nu.varde
        if visat is None:
            omfang = f"enhet:{cell.enhet}" if u.per_enhet else ALLA
            raknat = data.summor.get(Nyckel(cell.post, data.version.pk, cell.ar, omfang))
            visat = raknat and raknat.varde
        skillnad = (ifylld.varde or Decimal(0)) - (visat or Decimal(0))
        tabellrader.append(
            Rad(
                str(cell).replace(".", "-"),
                cellrubrik(data, cell),
                (
                    Cell(text=str(cell.ar)),
                    Cell(text=f"{ifylld.blad}, {ifylld.ruta}"),
                    Cell(visat, kalla=kalla, saknas="tomt"),
                    Cell(ifylld.varde, saknas="töms"),
                    Cell(skillnad),
                ),
                **_radens_egna(poster[cell.post], ifylld.varde, nu.varde),
            )
        )
    return Tabell(
        nyckel=f"andringar-{u.kod}",
        rubrik=u.namn,
        radrubrik="Nämnd" if u.per_enhet else "Post",
        ingress=f"{len(rader)} {'ändring' if len(rader) == 1 else 'ändringar'}, {ENHET}.",
        kolumner=(
            Kolumn("ar", "År", slag=Kolumnslag.TEXT),
            Kolumn("cell", "Blad och cell", slag=Kolumnslag.TEXT),
            Kolumn("nu", "Nu", decimaler=decimaler),
            Kolumn("blir", "Blir", decimaler=decimaler),
            Kolumn("skillnad", "Skillnad", slag=Kolumnslag.DIFFERENS, decimaler=decimaler),
        ),
        rader=tuple(tabellrader),
    )


def _decimaler(post: Post, *varden: Decimal | None) -> int:
    """How many decimals the figures need: a difference of an öre is to be seen."""
    behov = (max(0, -(v / matt.skala(post)).normalize().as_tuple().exponent) for v in varden if v is not None)
    return max(matt.decimaler(post), *behov, 0)


def _radens_egna(post: Post, *varden: Decimal | None) -> dict:
    """The unit and decimals of a row that is not in mnkr."""
    enhet = matt.egen_enhet(post)
    return {"enhet": enhet, "decimaler": _decimaler(post, *varden)} if enhet else {}


def bygg_summor(
    poster: Sequence[Post], fore: Summor, efter: Summor, tabeller: Sequence[Uppstallningsdata]
) -> Tabell:
    """The sums of the version that move, in the tables' order: before and after. `tabeller` name the sektorer; to
    somebody who sees only some of a table its one sum is that of the own enheter."""
    delvis = any(d.delvis for d in tabeller)
    sektorer = {
        f"sektor:{p.sektor_id}": p.summarubrik
        for d in tabeller
        for p in d.placeringar
        if p.sektor_id and not delvis
    }
    totalt = "Summa egna enheter" if delvis else "Totalsumma"
    flyttade: dict[int, list[tuple[Nyckel, Decimal | None, Decimal | None]]] = {}
    for n in dict.fromkeys([*fore, *efter]):
        gammal, ny = (lage[n].varde if n in lage else None for lage in (fore, efter))
        if gammal != ny and (n.omfang == ALLA or n.omfang in sektorer):
            flyttade.setdefault(n.post, []).append((n, gammal, ny))
    rader, decimaler = [], 0
    for post in poster:
        per_enhet = post.uppstallning.per_enhet
        for n, gammal, ny in sorted(
            flyttade.get(post.pk, ()), key=lambda x: (x[0].omfang == ALLA, x[0].omfang, x[0].ar)
        ):
            if n.omfang != ALLA and not per_enhet:
                continue
            namn = sektorer.get(n.omfang, totalt) if per_enhet else matt.namn(post)
            if not matt.egen_enhet(post):
                decimaler = max(decimaler, _decimaler(post, gammal, ny))
            rader.append(
                Rad(
                    f"{post.uppstallning.kod}-{post.kod}-{n.omfang.replace(':', '-')}-{n.ar}",
                    f"{post.uppstallning.namn}: {namn}",
                    (
                        Cell(text=str(n.ar)),
                        Cell(gammal),
                        Cell(ny),
                        Cell((ny or Decimal(0)) - (gammal or Decimal(0))),
                    ),
                    rod=post.resultat,
                    **_radens_egna(post, gammal, ny),
                )
            )
    return Tabell(
        nyckel="summor",
        rubrik="Summor som flyttas",
        radrubrik="Summa",
        ingress=f"Räknade av systemet som om ändringarna var sparade, {ENHET}.",
        kolumner=(
            Kolumn("ar", "År", slag=Kolumnslag.TEXT),
            Kolumn("nu", "Nu", decimaler=decimaler),
            Kolumn("blir", "Blir", decimaler=decimaler),
            Kolumn("skillnad", "Skillnad", slag=Kolumnslag.DIFFERENS, decimaler=decimaler),
        ),
        rader=tuple(rader),
    )
