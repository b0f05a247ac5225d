"""A förvaltning's internbudget as tables: the förvaltning, each part, parts against whole, and what it assumes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from budget.models import (
    Budgetversion,
    Forutsattningsgrupp,
    Internbudgetforutsattning,
    Uppstallning,
    Versionskolumn,
)
from budget.regler.kontroll import Slag
from budget.selectors.internbudget import (
    DELARNA,
    HEL,
    Forvaltning,
    Internbudgetdata,
    Regionbidragsprov,
    hamta_finansieringar,
    hamta_forutsattningar,
    hamta_forvaltningar,
    hamta_internbudget,
    prova_regionbidrag,
)
from budget.selectors.uppstallning import Plats
from budget.tabeller.adress import versionsadress
from budget.tabeller.brygga import nivaadress
from budget.tabeller.uppstallning import bygg_tabell, kolumnnyckel
from organisation.permissions import Enhetsurval
from regionskane.lib.belopp import HARDBLANK, MNKR, formatera, formatera_fullt
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell

UTAN_INTERNA = "Utan förvaltningsinterna poster."
MED_INTERNA = "Med förvaltningsinterna poster, samtliga motparter."


@dataclass(frozen=True, slots=True)
class Internbudget:
    """The tables of one förvaltning; `hel`, `delarna` and `skillnad` are None for whoever does not see all of it."""

    data: Internbudgetdata
    hel: Tabell | None
    delarna: Tabell | None
    delar: tuple[Tabell, ...]
    skillnad: Tabell | None
    regionbidrag: Tabell | None

    def tabeller(self) -> list[Tabell]:
        """The figures alone: the förvaltning without interna poster and each part with them."""
        return [t for t in (self.hel, *self.delar) if t and t.rader]

    def alla(self) -> list[Tabell]:
        """As in the printed document: the förvaltning without interna poster, each part with them, and the checks."""
        return [t for t in (self.hel, *self.delar, self.skillnad, self.regionbidrag) if t and t.rader]


def las_internbudgetar(
    version: Budgetversion,
    uppstallning: Uppstallning,
    kolumner: tuple[Versionskolumn, ...],
    urval: Enhetsurval,
) -> list[Internbudget]:
    """The internbudget of every förvaltning that the reader sees any of."""
    forvaltningar = hamta_forvaltningar(version, uppstallning, urval)
    return [_bygg(hamta_internbudget(version, uppstallning, kolumner, f), f) for f in forvaltningar]


def las_internbudget(
    version: Budgetversion,
    uppstallning: Uppstallning,
    kolumner: tuple[Versionskolumn, ...],
    urval: Enhetsurval,
) -> list[Tabell]:
    """Everything that a document of the internbudget has, in its order."""
    tabeller = [t for i in las_internbudgetar(version, uppstallning, kolumner, urval) for t in i.alla()]
    forutsattningar = bygg_forutsattningar(version, hamta_forutsattningar(version, urval))
    return tabeller + ([forutsattningar] if forutsattningar.rader else [])


def _bygg(data: Internbudgetdata, f: Forvaltning) -> Internbudget:
    hel = delarna = skillnad = None
    if f.hel:
        hel = _tabell(data, HEL, None)
        delarna = _tabell(data, DELARNA, None)
        skillnad = bygg_delar_mot_helhet(data)
    delar = tuple(_tabell(data, "enhet", d) for d in f.delar)
    prov = prova_regionbidrag(data) if hel else ()
    return Internbudget(
        data, hel, delarna, delar, skillnad, bygg_regionbidragsprov(data, prov) if prov else None
    )


def _tabell(data: Internbudgetdata, omfang: str, plats: Plats | None) -> Tabell:
    t = bygg_tabell(data.tabelldata(omfang=omfang, plats=plats), mot_alla=True)
    kod = (plats or data.forvaltning.plats).enhet_kod.lower().replace("_", "-")
    return replace(
        t,
        nyckel=f"{kod}-{'utan' if omfang == HEL else 'med'}",
        rubrik=f"{(plats or data.forvaltning.plats).enhet_namn} {data.version.ar}",
        ingress=f"{UTAN_INTERNA if omfang == HEL else MED_INTERNA} Mnkr.",
    )


def bygg_delar_mot_helhet(data: Internbudgetdata) -> Tabell:
    """Per line and column: the parts together, what consolidation removes, and the förvaltning; in words below."""
    kolumner, rader = [], []
    rot = {k.kalla_id: versionsadress(k.kalla) for k in data.kolumner}
    kod = data.forvaltning.plats.enhet_kod
    decimaler = data.uppstallning.decimaler
    for k in data.kolumner:
        nyckel, rubrik = kolumnnyckel(k), f"{k.rubrik.capitalize()} {k.ar}"
        kolumner += [
            Kolumn(f"{nyckel}-delarna", rubrik, "delarna", decimaler=decimaler),
            Kolumn(
                f"{nyckel}-interna", rubrik, "interna poster", Kolumnslag.DIFFERENS, decimaler=decimaler,
                av=(f"{nyckel}-delarna", f"{nyckel}-hel"),
            ),
            Kolumn(f"{nyckel}-hel", rubrik, "förvaltningen", decimaler=decimaler),
        ]  # fmt: skip
    barn = {}
    for p in data.linjer:
        barn.setdefault(p.foralder_id, []).append(p)
    for p in data.linjer:
        celler = []
        for nr, k in enumerate(data.kolumner, start=1):
            adress = f"{rot[k.kalla_id]}varifran/{data.uppstallning.kod}/{p.kod}"
            med, utan = (data.summa(p, k, utan=u) for u in (False, True))
            celler += [
                Cell(med and med.varde, kalla=f"{adress}/{DELARNA}-{kod}/{k.ar}/"),
                Cell(data.bortraknat(p, k) if med else None, noter=(nr,) if p.total else ()),
                Cell(utan and utan.varde, kalla=f"{adress}/{HEL}-{kod}/{k.ar}/"),
            ]
        delar = tuple((b.kod, b.tecken) for b in barn.get(p.pk, ()))
        slag = Radslag.TOTAL if p.total else Radslag.SUMMA if delar else Radslag.RAD
        rader.append(Rad(p.kod, p.namn, tuple(celler), slag, delar, rod=p.resultat))
    return Tabell(
        "delar-mot-helhet",
        "Delarna mot hela förvaltningen",
        "Post",
        tuple(kolumner),
        tuple(rader),
        "Delarnas summa minus förvaltningen är det som räknas bort: köp och försäljning mellan delarna. Mnkr.",
        tuple(forklara_bortraknat(data)),
    )


def forklara_bortraknat(data: Internbudgetdata) -> Iterable[str]:
    """What consolidation removes in each column, in words; internal poster cost one part what another earns."""
    oken = {(p.foralder_id, k.pk) for p, k in data.ofordelat}
    overst = [p for p in data.linjer if p.foralder_id and not any(b.foralder_id == p.pk for b in data.linjer)]
    for k in data.kolumner:
        namn = f"{k.rubrik.capitalize()} {k.ar}"
        borta = [(p, b) for p in overst if (b := data.bortraknat(p, k))]
        if not borta:
            yield f"{namn}: inga interna poster är angivna. Delarna summerar till förvaltningen på varje rad."
            continue
        rader = ", ".join(f"{p.namn[0].lower()}{p.namn[1:]} {_mnkr(data, b)}" for p, b in borta)
        resultat = next((data.bortraknat(p, k) for p in data.linjer if p.total), 0)
        slut = (
            "Intäkter och kostnader tar ut varandra, så resultatet är detsamma."
            if resultat == 0
            else f"Intäkter och kostnader tar inte ut varandra: resultatet ändras med {_mnkr(data, -resultat)} mnkr."
        )
        okant = ""
        if any((p.pk, k.pk) in oken for p, _ in borta):
            okant = " Beloppen är kända bara för hela förvaltningen och står på den, inte på delarna."
        yield f"{namn}: det som räknas bort är {rader} (mnkr). {slut}{okant}"


def _mnkr(data: Internbudgetdata, varde) -> str:
    return formatera(varde, skala=MNKR, decimaler=data.uppstallning.decimaler)


def bygg_regionbidragsprov(data: Internbudgetdata, prov: Iterable[Regionbidragsprov]) -> Tabell:
    """The tie to fullmäktige: the internbudget's regionbidrag beside the level of the bridge."""
    kod, rader = data.forvaltning.plats.enhet_kod, []
    kolumner = {
        k.ar: k.kalla
        for k in data.version.kolumner.filter(uppstallning__kod="regionbidrag").select_related("kalla")
    }
    for p in prov:
        k = p.kolumn
        adress = (
            f"{versionsadress(k.kalla)}varifran/{data.uppstallning.kod}/regionbidrag/{DELARNA}-{kod}/{k.ar}/"
        )
        rader.append(
            Rad(
                kolumnnyckel(k),
                f"{k.rubrik.capitalize()} {k.ar}",
                (
                    Cell(p.internbudget.varde, kalla=adress),
                    Cell(p.niva.varde, kalla=nivaadress(data.forvaltning.plats, kolumner[k.ar], k.ar)),
                    Cell(p.internbudget.varde - p.niva.varde),
                    Cell(text=_provat(p)),
                ),
            )
        )
    return Tabell(
        "regionbidragsprov",
        "Regionbidraget mot fullmäktiges beslut",
        "Budget eller prognos",
        (
            Kolumn("internbudget", "I internbudgeten", "mnkr"),
            Kolumn("fullmaktige", "Enligt fullmäktige", "mnkr", decimaler=1),
            Kolumn(
                "skillnad",
                "Skillnad",
                "mnkr",
                Kolumnslag.DIFFERENS,
                decimaler=1,
                av=("internbudget", "fullmaktige"),
            ),
            Kolumn("utfall", "Stämmer det?", slag=Kolumnslag.TEXT),
        ),
        tuple(rader),
        "Internbudgeten är given i hela mnkr och regionbidraget i tiondels mnkr.",
    )


def _provat(p: Regionbidragsprov) -> str:
    if p.skillnad is None:
        lika = p.internbudget.varde == p.niva.varde
        return "Ja" if lika else "Ja, avrundat"
    return "Nej, avrundning" if p.skillnad.slag == Slag.AVRUNDNING else "Nej"


def bygg_finansieringar(version: Budgetversion, enheter: Iterable[int]) -> list[dict]:
    """How each activity is paid for, for the template: enhet, form, verksamhet, grund, beslutas_av."""
    return [
        {
            "enhet": f.enhet.namn,
            "form": f.get_form_display(),
            "verksamhet": f.verksamhet,
            "text": ". ".join(
                t for t in (f.grund, f.beslutas_av and f"Beslutas av: {f.beslutas_av.lower()}") if t
            ),
        }
        for f in hamta_finansieringar(version, enheter)
    ]


def bygg_forutsattningar(version: Budgetversion, alla: Iterable[Internbudgetforutsattning]) -> Tabell:
    """What the internbudget assumes and plans, with its source. No figure of it is in any sum."""
    alla, rader = list(alla), []
    for grupp in Forutsattningsgrupp:
        egna = [f for f in alla if f.grupp == grupp]
        if egna:
            rader.append(Rad(f"grupp-{grupp.value}", grupp.label, slag=Radslag.GRUPP))
        for f in egna:
            celler = (
                Cell(text=str(f.ar)),
                Cell(text=_varde(f)),
                Cell(text=f.avser.capitalize()),
                Cell(text=f.kalla),
            )
            rader.append(Rad(f.nyckel, f.beskrivning, celler, Radslag.DEL))
    return Tabell(
        "forutsattningar",
        "Förutsättningar och handlingsplan",
        "Förutsättning",
        (
            Kolumn("ar", "År", slag=Kolumnslag.TEXT),
            Kolumn("varde", "Värde", slag=Kolumnslag.TEXT),
            Kolumn("avser", "Avser", slag=Kolumnslag.TEXT),
            Kolumn("kalla", "Källa", slag=Kolumnslag.TEXT),
        ),
        tuple(rader),
        f"{version.namn}. Beloppen ingår inte i någon summa.",
    )


def _varde(f: Internbudgetforutsattning) -> str:
    if f.procent is not None:
        tal = formatera_fullt(f.procent.normalize(), minst=1) + HARDBLANK + "%"
    else:
        tal = formatera_fullt(f.belopp, skala=MNKR) + HARDBLANK + "mnkr"
    return f"cirka{HARDBLANK}{tal}" if f.ungefar else tal
