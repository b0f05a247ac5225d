"""A plan as tables: one per område, with its goals as groups, and who answers for what."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from organisation.models import Namnd
from regionskane.lib.tabell import Cell, Handling, Kolumn, Kolumnslag, Rad, Radslag, Tabell
from uppfoljning.models import Malplan, Malrad, OvergripandeMal, Punkttyp
from uppfoljning.selectors.malplan import Rakning, ledande, saknar_huvudansvarig

_SJUKHUS = "Sjukhusstyrelse "


def bygg_plan(plan: Malplan, rader: Iterable[Malrad], namnder: Sequence[Namnd]) -> tuple[Tabell, ...]:
    """The uppföljningsplan, a table per område. `namnder` are those of the year, to write «samtliga» for all."""
    return tuple(
        _tabell(i, omrade, list(grupp), plan.ar, namnder)
        for i, (omrade, grupp) in enumerate(groupby(rader, key=lambda rad: rad.omrade), start=1)
    )


def _tabell(i: int, omrade: str, rader: list[Malrad], ar: int, namnder) -> Tabell:
    noter = list(dict.fromkeys(n for rad in rader if (n := _not(rad))))
    kolumner = (
        ("typ", "Typ"),
        ("ansvariga", "Ansvariga"),
        ("huvudansvarig", "Huvudansvarig"),
        ("malvarde", "Målvärde"),
        ("kalla", "Källa"),
    )
    return Tabell(
        nyckel=f"omrade-{i}",
        rubrik=omrade,
        radrubrik="Delmål eller uppdrag",
        kolumner=tuple(Kolumn(n, r, slag=Kolumnslag.TEXT) for n, r in kolumner),
        rader=tuple(_planrader(i, rader, ar, namnder, noter)),
        noter=tuple(noter),
    )


def _planrader(i: int, rader: list[Malrad], ar: int, namnder, noter: list[str]):
    grupper = groupby(rader, key=lambda rad: (rad.mal.namn, rad.insatsomrade))
    for j, ((mal, insatsomrade), grupp) in enumerate(grupper, start=1):
        yield Rad(f"grupp-{i}-{j}", f"{mal}: {insatsomrade}" if insatsomrade else mal, slag=Radslag.GRUPP)
        for rad in grupp:
            text = _not(rad)
            yield Rad(
                rad.kod,
                rad.punkt.titel,
                (
                    Cell(text=typtext(rad, ar)),
                    Cell(text=ansvarstext(rad, namnder) or None, saknas="Anges inte"),
                    _huvudansvarig(rad),
                    Cell(text=rad.punkt.malvarde or None, saknas=""),
                    Cell(text=rad.kalla, noter=(noter.index(text) + 1,) if text else ()),
                ),
            )


def _not(rad: Malrad) -> str:
    """What is to be said of a row, as sentences."""
    delar = [f"{rad.anm[:1].upper()}{rad.anm[1:]}."] if rad.anm else []
    if rad.mal_i_kapitlet:
        delar.append(f"Sektorskapitlets tabell har uppdraget under «{rad.mal_i_kapitlet}».")
    return " ".join(delar)


def typtext(rad: Malrad, ar: int) -> str:
    """«Delmål», «Uppdrag, nytt i år», «Uppdrag från 2022»."""
    typ = rad.punkt.get_typ_display()
    if rad.punkt.nytt_ar is None:
        return typ
    return f"{typ}, nytt {ar}" if rad.punkt.nytt_ar == ar else f"{typ} från {rad.punkt.nytt_ar}"


def ansvarstext(rad: Malrad, namnder: Sequence[Namnd]) -> str:
    """Who answers for a row, in the order of the plan. All of the sjukhusstyrelser, and all nämnder and styrelser,
    are written as the plan itself writes them: «samtliga»."""
    vilka = [a.vem for a in rad.ansvar.all()]
    alla = set(namnder)
    if alla and alla == set(vilka):
        return "Samtliga nämnder och styrelser"
    sjukhus = {n for n in namnder if n.namn.startswith(_SJUKHUS)}
    samtliga = len(sjukhus) > 1 and sjukhus <= set(vilka)
    namn = []
    for vem in vilka:
        ord_ = "samtliga sjukhusstyrelser" if samtliga and vem in sjukhus else vem.namn
        if ord_ not in namn:
            namn.append(ord_)
    text = ", ".join(namn)
    return text[:1].upper() + text[1:]


def _huvudansvarig(rad: Malrad) -> Cell:
    antal = len(rad.ansvar.all())
    if antal > 1 and (vem := ledande(rad)):
        return Cell(text=vem.namn)
    if antal == 1:
        return Cell(saknas="Ensam ansvarig")
    return Cell(saknas="Ingen utpekad" if saknar_huvudansvarig(rad) else "–")


def bygg_ansvarstabell(rader: Iterable[Malrad]) -> Tabell:
    """One row per point and ansvarig, for who sorts and filters in a workbook."""
    kolumner = (
        ("kod", "Rad"),
        ("omrade", "Område"),
        ("typ", "Typ"),
        ("vem", "Ansvarig"),
        ("huvud", "Huvudansvarig"),
    )
    return Tabell(
        nyckel="ansvariga",
        rubrik="Ansvariga",
        radrubrik="Delmål eller uppdrag",
        kolumner=tuple(Kolumn(n, r, slag=Kolumnslag.TEXT) for n, r in kolumner),
        rader=tuple(
            Rad(
                f"{rad.kod}-{a.ordning}",
                rad.punkt.titel,
                tuple(
                    Cell(text=t or None, saknas="")
                    for t in (
                        rad.kod,
                        rad.omrade,
                        rad.punkt.get_typ_display(),
                        a.vem.namn,
                        "Ja" if a.huvudansvarig else "",
                    )
                ),
            )
            for rad in rader
            for a in rad.ansvar.all()
        ),
    )


def nyckeltal(rakning: Rakning, ar: int) -> list[dict]:
    """The plan in four figures."""
    return [
        {"etikett": "Delmål", "varde": rakning.delmal},
        {"etikett": "Uppdrag", "varde": rakning.uppdrag},
        {"etikett": f"Nya uppdrag {ar}", "varde": rakning.nya},
        {
            "etikett": "Uppdrag utan huvudansvarig",
            "varde": rakning.utan_huvudansvarig,
            "under": "Flera ansvarar och ingen är utpekad",
        },
    ]


def bygg_styrkort(rader: Sequence[Malrad]) -> Tabell:
    """A styrkort with the region's goals as groups, for its workbook."""
    kolumner = (("typ", "Typ"), ("kalla", "Källa"))
    return Tabell(
        nyckel="styrkort",
        rubrik="Styrkort",
        radrubrik="Effektmål eller aktivitet",
        kolumner=tuple(Kolumn(n, r, slag=Kolumnslag.TEXT) for n, r in kolumner),
        rader=tuple(
            rad
            for mal, grupp in groupby(rader, key=lambda rad: rad.mal)
            for rad in (
                Rad(f"mal-{mal.kod}", mal.namn, slag=Radslag.GRUPP),
                *(
                    Rad(r.kod, r.punkt.titel, (Cell(text=r.punkt.get_typ_display()), Cell(text=r.kalla)))
                    for r in grupp
                ),
            )
        ),
    )


def under_malen(mal: Iterable[OvergripandeMal], rader: Iterable[Malrad]) -> list[dict]:
    """A styrkort under the region's goals: {mal, effektmal, aktiviteter}, for every goal that it has anything of."""
    rader = list(rader)
    grupper = [
        {
            "mal": m,
            "effektmal": [r for r in rader if r.mal_id == m.pk and r.punkt.typ == Punkttyp.EFFEKTMAL],
            "aktiviteter": [r for r in rader if r.mal_id == m.pk and r.punkt.typ == Punkttyp.AKTIVITET],
        }
        for m in mal
    ]
    return [g for g in grupper if g["effektmal"] or g["aktiviteter"]]


def bygg_handling(
    plan: Malplan, tabeller: tuple[Tabell, ...], *, tid: str, rot: str, urval: str = ""
) -> Handling:
    """A plan as a document, for its workbook. `urval` says in words that it is not all of it."""
    fakta = [("Källhandling", plan.handling)] if plan.handling else []
    if urval:
        fakta.append(("Urval", urval))
    agare = plan.enhet.kod.lower() if plan.enhet else "plan"
    return Handling(
        titel=str(plan),
        undertitel="Mål, uppdrag och vem som svarar för dem.",
        tabeller=tabeller,
        tid=tid,
        fakta=tuple(fakta),
        nyckel=f"uppfoljning-{plan.ar}-{agare}",
        rot=rot,
    )
