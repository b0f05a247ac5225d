"""What a tilläggsbudget changes and how that is paid for: in words, in a short table, and table by table.

Page, PDF and Excel show the same: the words stand in the short table's ingress.
"""

from dataclasses import replace

from django.utils.text import get_text_list

from budget.actions.versioner import finansieringsbrist
from budget.models import Budgetversion, Finansieringssatt, Uppstallningsslag, Versionstyp
from budget.regler.tillagg import utokning
from budget.selectors.uppstallning import hamta_kolumner
from budget.selectors.versioner import Tillagg, hamta_tillagg
from budget.tabeller.adress import Kallor
from budget.tabeller.delar import med_delar
from budget.tabeller.par import Kolumnval, avvek, bygg_par
from organisation.permissions import Enhetsurval
from regionskane.lib.belopp import HARDBLANK, MNKR, formatera
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell

NYCKEL = "finansiering"
PARAGRAF = "kommunallagen 11 kap. 15 §"
_LAGEN = f"Ett beslut om en utgift under året ska säga hur den finansieras, och siffrorna ska bära det ({PARAGRAF})."

_RADER = {
    "regionbidrag": "Nämndernas regionbidrag",
    "intakter": "Verksamhetens intäkter, skatt, utjämning och bidrag",
    "kostnader": "Kostnader, avskrivningar och finansnetto",
    "resultat": "Årets resultat",
    "investeringar": "Investeringar",
}
# The rows that are one line of a table, whose figures can be asked where they come from.
_POST = {
    "regionbidrag": ("regionbidrag", "regionbidrag"),
    "resultat": ("resultatbudget", "arets_resultat"),
    "investeringar": ("investeringar", "summa_investeringar"),
}
_GENOM = {
    Finansieringssatt.OMFORDELNING: "omfördelning",
    Finansieringssatt.INTAKTER: "ökade intäkter",
    Finansieringssatt.RESULTAT: "årets resultat",
}
# As many enheter as a sentence holds.
_FLEST_ENHETER = 6


def las_finansiering(version: Budgetversion) -> Tabell:
    """How a tilläggsbudget is paid for, as a table with the sentences above it."""
    return bygg_tillagg(hamta_tillagg(version), finansieringsbrist(version))


def bygg_tillagg(tillagg: Tillagg, brist: str) -> Tabell:
    """Decided, changed and after, line by line in the budget year; `brist` is what is wrong with the financing."""
    version = tillagg.version
    ar = version.ar
    noter: list[str] = []
    rader = [
        _rad(nyckel, rubrik, tillagg, noter)
        for nyckel, rubrik in _RADER.items()
        if nyckel != "investeringar" or tillagg.tal[nyckel, ar].andring
    ]
    tabell = Tabell(
        nyckel=NYCKEL,
        rubrik=f"Finansiering av {version}",
        radrubrik=f"Det som ändras {ar}",
        ingress="\n\n".join(skriv_finansiering(tillagg, brist)),
        kolumner=_kolumner(version),
        rader=tuple(rader),
        noter=tuple(noter),
    )
    return med_delar(tabell)


def _kolumner(version: Budgetversion) -> tuple[Kolumn, ...]:
    return (
        Kolumn("fore", str(version.ar), f"{version.kopia_av}, beslutad", decimaler=1),
        Kolumn("andring", "Ändring", "mnkr", Kolumnslag.DIFFERENS, decimaler=1, av=("efter", "fore")),
        Kolumn("efter", str(version.ar), f"{version}, efter", decimaler=1),
    )


def _rad(nyckel: str, rubrik: str, tillagg: Tillagg, noter: list[str]) -> Rad:
    version, tal = tillagg.version, tillagg.tal[nyckel, tillagg.version.ar]
    vad, kallor = f"{rubrik}: {version.kopia_av}", ("", "")
    if nyckel in _POST:
        adress = Kallor().adress
        kallor = tuple(adress(v, *_POST[nyckel], "alla", version.ar) for v in (version.kopia_av, version))
    celler = (
        Cell(tal.beslutat, kalla=kallor[0]),
        Cell(None if tal.fore is None or tal.efter is None else tal.andring),
        Cell(tal.efter, kalla=kallor[1]),
    )
    if None not in (tal.beslutat, tal.fore) and tal.beslutat != tal.fore:
        noter.append(avvek(vad, _mnkr(tal.beslutat), _mnkr(tal.fore)))
        celler = (celler[0], celler[1]._replace(noter=(len(noter),)), celler[2])
    if nyckel == "resultat":
        delar = (("intakter", 1), ("kostnader", 1))
        return Rad(nyckel, rubrik, celler, Radslag.TOTAL, delar, rod=True)
    return Rad(nyckel, rubrik, celler, plus_battre=nyckel in ("intakter", "kostnader"))


def skriv_finansiering(tillagg: Tillagg, brist: str) -> list[str]:
    """The sentences: what the decision costs, what pays for it, and what becomes of the result; one of them alone when
    nothing has been changed yet."""
    version, ar = tillagg.version, tillagg.version.ar
    andrat = any(t.andring for t in tillagg.tal.values()) or any(b for _, b in tillagg.enheter)
    if not andrat:
        return [brist or f"{version} ändrar varken regionbidrag, resultatbudget eller investeringar."]
    kostar = utokning(tillagg.andring, tillagg.omfordelat)
    investeras = tillagg.tal["investeringar", ar].andring
    inledning = f"Utökning {_belopp(kostar)}" if kostar else f"Ingen utökning {ar}"
    if not kostar and investeras > 0:
        inledning = f"Utökning {_belopp(investeras)} i investeringar"
    stycken = [f"{inledning}, {_finansieras(tillagg, brist)}; {_resultatet(tillagg, ar)}."]
    if brist:
        hanvisning = "" if PARAGRAF in brist else f" {_LAGEN}"
        stycken.append(f"{brist}{hanvisning}")
    stycken.append(" ".join(_vad(tillagg)))
    planar = [_resultatet(tillagg, a) for a in version.ar_lista[1:] if tillagg.tal["resultat", a].andring]
    if planar:
        stycken.append(f"Planåren: {get_text_list(planar, 'och')}.")
    if version.finansiering and version.finansiering_text.strip():
        stycken.append(f"Beslutets egna ord: {version.finansiering_text.strip()}")
    return [s for s in stycken if s]


def _finansieras(tillagg: Tillagg, brist: str) -> str:
    version = tillagg.version
    if not version.finansiering:
        return "utan angiven finansiering"
    genom = _GENOM[Finansieringssatt(version.finansiering)]
    if brist:
        return f"inte finansierad: beslutet anger {genom}, men siffrorna bär det inte"
    if version.finansiering == Finansieringssatt.INTAKTER:
        genom += f" ({_andring(tillagg.andring.intakter)})"
    if version.finansiering == Finansieringssatt.OMFORDELNING and (mindre := _enheter(tillagg, minskar=True)):
        genom += f" ({mindre})"
    return f"finansieras genom {genom}"


def _resultatet(tillagg: Tillagg, ar: int) -> str:
    t = tillagg.tal["resultat", ar]
    if not t.andring:
        return f"årets resultat {ar} ändras inte" + ("" if t.efter is None else f" ({_mnkr(t.beslutat)})")
    delar = "" if t.beslutat == t.fore else f"; delarna i {tillagg.version.kopia_av} gav {_mnkr(t.fore)}"
    return f"årets resultat {ar} går från {_tal(t.beslutat)} till {_mnkr(t.efter)} ({_andring(t.andring)}{delar})"


def _vad(tillagg: Tillagg):
    """What the figures say: regionbidrag in all and to whom, then the lines of the resultatbudget that move."""
    a, ar = tillagg.andring, tillagg.version.ar
    if a.regionbidrag:
        ord_ = "ökar" if a.regionbidrag > 0 else "minskar"
        yield f"Nämndernas regionbidrag {ord_} med {_belopp(abs(a.regionbidrag))}: {_enheter(tillagg)}."
    elif tillagg.omfordelat:
        yield f"Regionbidrag omfördelas mellan nämnderna: {_enheter(tillagg)}."
    kostnader = -tillagg.tal["kostnader", ar].andring
    for vad, belopp in (
        ("Intäkterna i resultatbudgeten", a.intakter),
        ("Kostnaderna i resultatbudgeten", kostnader),
        ("Investeringarna", tillagg.tal["investeringar", ar].andring),
    ):
        if belopp:
            yield f"{vad} {'ökar' if belopp > 0 else 'minskar'} med {_belopp(abs(belopp))}."


def _enheter(tillagg: Tillagg, *, minskar: bool = False) -> str:
    valda = [(n, b) for n, b in tillagg.enheter if b < 0 or not minskar]
    if minskar:
        valda = valda[::-1]
    visade = [f"{n} {formatera(b, skala=MNKR, decimaler=1, tecken=True)}" for n, b in valda[:_FLEST_ENHETER]]
    if fler := len(valda) - len(visade):
        visade.append(f"{fler} till")
    return get_text_list(visade, "och")


def _tal(varde) -> str:
    return "–" if varde is None else formatera(varde, skala=MNKR, decimaler=0 if varde % MNKR == 0 else 1)


def _mnkr(varde) -> str:
    """A level, which the documents print in whole mnkr where it is that."""
    return f"{_tal(varde)}{HARDBLANK}mnkr"


def _belopp(varde) -> str:
    return f"{formatera(varde, skala=MNKR, decimaler=1)}{HARDBLANK}mnkr"


def _andring(varde) -> str:
    return f"{formatera(varde, skala=MNKR, decimaler=1, tecken=True)}{HARDBLANK}mnkr"


def las_andringar(version: Budgetversion, urval: Enhetsurval, *, bara: str = "") -> list[Tabell]:
    """What a tilläggsbudget decides: decided, changed and after of every table and year that it changes, with how it is
    paid for first. With `bara` of that table alone. None for another version, and for who does not see all of it.

    The balanskrav has its utredning, and the objects are shown by the lines of 5A that they add up to.
    """
    grund = version.kopia_av
    if version.typ != Versionstyp.TILLAGG or not urval.allt:
        return []
    fore = hamta_kolumner(grund)
    tabeller = [las_finansiering(version)] if bara in ("", "resultatbudget", "regionbidrag") else []
    for u, kolumner in hamta_kolumner(version).items():
        if (bara and u.kod != bara) or u.kod == "balanskrav" or u.per_objekt or u.per_forvaltning:
            continue
        if u.slag == Uppstallningsslag.ASKANDE:
            continue
        for k in kolumner:
            finns = any(f.ar == k.ar and f.kalla_id == grund.pk for f in fore.get(u, ()))
            if k.kalla_id != version.pk or not finns:
                continue
            rubriker = (f"{grund}, beslutad", f"{version}, efter")
            t = bygg_par(u, Kolumnval(version, k.ar), Kolumnval(grund, k.ar), urval, rubriker)
            if any(_andras(r) for r in t.rader):
                tabeller.append(_andringen(t, u.namn, k.ar, version))
    return tabeller


def _andringen(t: Tabell, namn: str, ar: int, version: Budgetversion) -> Tabell:
    """The lines that change, and the totals, with the change between what was decided and what is after. A sum whose
    parts are not all shown is no longer told to be made of them."""
    fore, efter, andring = t.kolumner
    visade = {r.nyckel for r in t.rader if r.celler and (_andras(r) or r.slag == Radslag.TOTAL)}
    rader, grupp = [], None
    for r in t.rader:
        if not r.celler:
            grupp = r
        elif r.nyckel in visade:
            rader += [grupp] if grupp and r.slag != Radslag.TOTAL else []
            grupp = None
            celler = (r.celler[0], r.celler[2], r.celler[1])
            delar = r.delar if all(d in visade for d, _ in r.delar) else ()
            rader.append(replace(r, celler=celler, delar=delar, forklaring=""))
    sagda = sorted({n for r in rader for c in r.celler for n in c.noter})
    nya = {gammal: ny for ny, gammal in enumerate(sagda, start=1)}
    return replace(
        t,
        nyckel=f"{t.nyckel}-andring-{ar}",
        rubrik=f"{namn} {ar}: ändringen",
        ingress=f"Beslutat i {version.kopia_av}, ändringen, och vad som gäller efter {version}. "
        "Bara rader som ändras, och slutsumman.",
        kolumner=(fore, replace(andring, under="mnkr"), efter),
        rader=tuple(
            replace(r, celler=tuple(c._replace(noter=tuple(nya[n] for n in c.noter)) for c in r.celler))
            for r in rader
        ),
        noter=tuple(t.noter[n - 1] for n in sagda),
    )


def _andras(rad: Rad) -> bool:
    return bool(rad.celler) and bool(rad.celler[2].varde)
