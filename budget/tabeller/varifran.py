"""The panel «Varifrån kommer siffran?» as it is read."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format

from budget.models import Budgetversion, Post, Ursprung
from budget.regler.kontroll import Slag, jamfor
from budget.selectors.varifran import Ursprungssvar
from budget.tabeller.adress import Kallor, versionsadress
from budget.tabeller.brygga import justeringsadress, skriv_andring
from budget.tabeller.uppstallning import forandring
from regionskane.lib.belopp import MINUS, MNKR, formatera, formatera_fullt, formatera_procent


@dataclass(frozen=True, slots=True)
class Faktarad:
    ord: str
    text: str
    url: str = ""
    kod: bool = False


@dataclass(frozen=True, slots=True)
class Lank:
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Historikrad:
    nar: str
    varde: str
    vem: str


@dataclass(frozen=True, slots=True)
class Kallvy:
    """What the template `_komponenter/kalla.html` shows."""

    etikett: str
    varde: str
    enhet: str = "mnkr"
    negativ: bool = False
    fakta: tuple[Faktarad, ...] = ()
    delar: tuple[Lank, ...] = ()
    historik: tuple[Historikrad, ...] = ()
    ingar_i: tuple[Lank, ...] = ()
    fotnot: str = ""
    lankar: tuple[Lank, ...] = ()


def tid(nar) -> str:
    """«21 november 2023 kl. 09.12» in the region's time."""
    return date_format(timezone.localtime(nar), r"j F Y \k\l. H.i")


def _mnkr(varde: Decimal | None, decimaler: int) -> str:
    return "–" if varde is None else formatera(varde, skala=MNKR, decimaler=decimaler)


def precision_i_ord(precision: Decimal) -> str:
    """How exactly a figure was given: «hela mnkr», «tiondels mnkr», «0,01 mnkr»."""
    kanda = {
        MNKR: "hela mnkr",
        MNKR / 10: "tiondels mnkr",
        Decimal(1000): "hela tkr",
        Decimal(1): "hela kronor",
    }
    return kanda.get(precision, f"{formatera_fullt(precision, skala=MNKR)} mnkr")


def bygg_kalla(svar: Ursprungssvar, *, tillagg: str = "") -> Kallvy:
    """The panel for an amount or a sum; `tillagg` is added to its footnote."""
    decimaler = svar.post.uppstallning.decimaler
    kallor = Kallor()

    def adress(d):
        return kallor.adress(svar.version, d.post.uppstallning.kod, d.post.kod, d.omfang, svar.ar)

    varde = svar.summa.varde if svar.summa else None
    text = _mnkr(varde, decimaler)
    return Kallvy(
        etikett=_etikett(svar),
        varde=text,
        negativ=svar.post.resultat and text.startswith(MINUS),
        fakta=tuple(_fakta(svar, varde)),
        delar=tuple(
            Lank(
                f"{'' if d.tecken > 0 else 'minus '}{d.namn}, {_mnkr(d.summa.varde if d.summa else None, decimaler)}",
                adress(d),
            )
            for d in svar.delar
        )
        + tuple(_bryggans_delar(svar, kallor)),
        historik=tuple(
            Historikrad(tid(h.tid), _mnkr_fullt(h.varde, decimaler), _vem(h)) for h in svar.handelser[1:]
        ),
        ingar_i=tuple(Lank(d.namn, adress(d)) for d in svar.ingar_i),
        fotnot=" ".join(d for d in (_tryckt_not(svar, varde), tillagg) if d),
        lankar=(Lank("Visa tabellen", f"{versionsadress(svar.version)}{svar.post.uppstallning.kod}/"),),
    )


def _bryggans_delar(svar: Ursprungssvar, kallor: Kallor):
    decimaler, post = svar.post.uppstallning.decimaler, svar.post
    for led in svar.brygga:
        if led.justering:
            text = f"{led.justering.titel}, {skriv_andring(led.belopp)}"
            yield Lank(text, justeringsadress(led.justering, led.version))
        else:
            adress = kallor.adress(led.version, post.uppstallning.kod, post.kod, svar.omfang, led.ar)
            yield Lank(f"Regionbidrag {led.ar}, {_mnkr(led.belopp, decimaler)}", adress)


def _mnkr_fullt(varde, minst):
    return "tomt" if varde is None else formatera_fullt(varde, skala=MNKR, minst=minst)


def _vem(handelse):
    namn = handelse.namn or "Direkt i databasen, utanför systemet"
    skal = ". ".join(d for d in (handelse.varfor, handelse.fil) if d)
    return f"{namn}: {skal}" if skal else namn


def _etikett(svar):
    regionen = not svar.post.uppstallning.per_enhet
    plats = "" if regionen else f", {svar.omfang_namn}"
    return f"{svar.post.namn}{plats}, {_version_och_ar(svar)}"


def _fakta(svar, varde):
    yield Faktarad("Slag", _slag(svar))
    b = svar.belopp
    if b:
        if b.ursprung == Ursprung.IMPORTERAD:
            yield Faktarad("Inläst av", str(b.andrad_av) if b.andrad_av else "Systemet")
        else:
            yield Faktarad("Inmatat av", str(b.andrad_av) if b.andrad_av else "Okänd, direkt i databasen")
        yield Faktarad("När", tid(b.andrad_tid))
        if svar.handelser and svar.handelser[0].varfor and b.ursprung != Ursprung.IMPORTERAD:
            yield Faktarad("Varför", svar.handelser[0].varfor)
        if b.importfil:
            yield Faktarad("Fil och rad", f"{b.importfil.namn}, rad {b.importrad}", kod=True)
            yield Faktarad("Handling", ", ".join(d for d in (svar.version.handling, b.kalla) if d))
        yield Faktarad("Precision", f"Given i {precision_i_ord(b.precision)}")
        yield Faktarad("Exakt belopp", f"{formatera_fullt(b.belopp)} kr")
    elif varde is not None:
        yield Faktarad("Exakt summa", f"{formatera_fullt(varde)} kr")
    yield Faktarad("Version", _version(svar.version), versionsadress(svar.version))
    if svar.post.forklaring:
        yield Faktarad("Betyder", svar.post.forklaring)


def _version(version: Budgetversion) -> str:
    lage = "fastställd" if version.faststalld else version.get_status_display().lower()
    beslut = f" av {version.beslut_organ}" if version.beslut_organ else ""
    return f"{version.namn}, {lage}{beslut}"


def _slag(svar):
    if svar.belopp:
        return svar.belopp.get_ursprung_display()
    if svar.summa is None:
        return "Inget belopp är angivet"
    if svar.brygga:
        return "Räknas av bryggan: förra årets nivå och årets beslutade justeringar"
    if svar.post.kalla_post and svar.omfang.startswith("enhet-"):
        return f"Hämtas från {svar.post.kalla_post.uppstallning.namn}"
    return f"Summa av {len(svar.delar)} delar, räknas varje gång den visas"


def _tryckt_not(svar, varde):
    if not svar.tryckt:
        return ""
    decimaler = svar.post.uppstallning.decimaler
    tryckt = formatera(svar.tryckt.belopp, skala=MNKR, decimaler=decimaler)
    plats = f"Tryckt i handlingen: {tryckt} ({svar.tryckt.kalla})."
    skillnad = jamfor(svar.tryckt.belopp, varde or Decimal(0), precision=svar.tryckt.precision)
    if skillnad is None:
        return f"{plats} Stämmer."
    storlek = formatera_fullt(abs(skillnad.differens), skala=MNKR, minst=decimaler)
    ord_ = "avrundning" if skillnad.slag == Slag.AVRUNDNING else "mer än avrundning"
    return f"{plats} Skillnaden mot delarna, {storlek} mnkr, är {ord_}."


def bygg_forandring(svar: Ursprungssvar, annan: Ursprungssvar, *, procent: bool) -> Kallvy:
    """The panel for a change: the two figures it is taken between."""
    decimaler = svar.post.uppstallning.decimaler
    a, b = (s.summa.varde if s.summa else None for s in (svar, annan))
    varde = forandring(svar.post, a, b, procent=procent)
    if varde is None:
        text = "–"
    elif procent:
        text = formatera_procent(varde, tecken=True)
    else:
        text = formatera(varde, skala=MNKR, decimaler=decimaler, tecken=True)
    kallor = Kallor()

    def adress(s):
        return kallor.adress(s.version, s.post.uppstallning.kod, s.post.kod, s.omfang, s.ar)

    fran, till = _version_och_ar(annan), _version_och_ar(svar)
    regel = f"{till} − {fran}"
    if procent:
        regel = f"({regel}) / {fran}, där nämnaren tas utan tecken"
    return Kallvy(
        etikett=f"{_etikett(svar)}, förändring mot {annan.ar}",
        varde=text,
        enhet="" if procent else "mnkr",
        negativ=text.startswith(MINUS),
        fakta=(Faktarad("Slag", "Räknas varje gång den visas"), Faktarad("Räknas som", regel)),
        delar=tuple(
            Lank(f"{_version_och_ar(s)}, {_mnkr(s.summa.varde if s.summa else None, decimaler)}", adress(s))
            for s in (svar, annan)
        ),
    )


def _version_och_ar(svar: Ursprungssvar) -> str:
    """«Budget 2024», «Budget 2024, år 2025»: the year only where the version's name does not say it."""
    return svar.version.namn if svar.ar == svar.version.ar else f"{svar.version.namn}, år {svar.ar}"


def bygg_regelkalla(
    version: Budgetversion,
    post: Post,
    ar: int,
    *,
    varde: Decimal | None,
    rad,
    delar,
    tryckt: str,
    regelversion: str,
) -> Kallvy:
    """The panel for a line that the balanskrav rule computes. `delar` are
    (version, post, omfang, factor, amount, year); an unknown amount (`varde` None) is shown as «–»."""
    kallor = Kallor()
    decimaler = post.uppstallning.decimaler
    text = _mnkr(varde, decimaler)
    return Kallvy(
        etikett=f"{rad.etikett}, {version.namn}, {ar}",
        varde=text,
        negativ=post.resultat and text.startswith(MINUS),
        fakta=(
            Faktarad("Slag", "Räknas av en regel"),
            Faktarad("Regel", f"budget.regler.balanskrav, version {regelversion}", kod=True),
            Faktarad("Lagrum", rad.lagrum),
            Faktarad("Betyder", rad.forklaring),
            *([Faktarad("Exakt belopp", f"{formatera_fullt(varde)} kr")] if varde is not None else []),
            Faktarad("Version", _version(version), versionsadress(version)),
        ),
        delar=tuple(
            Lank(
                f"{'' if faktor > 0 else 'minus '}{p.namn}, {_mnkr(belopp, decimaler)}",
                kallor.adress(v, p.uppstallning.kod, p.kod, omfang, del_ar),
            )
            for v, p, omfang, faktor, belopp, del_ar in delar
        ),
        fotnot=tryckt,
        lankar=(Lank("Visa utredningen", f"{versionsadress(version)}balanskrav/"),),
    )
