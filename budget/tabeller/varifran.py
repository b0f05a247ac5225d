"""The panel «Varifrån kommer siffran?» as it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format

from budget.models import Budgetversion, Matt, Post, Ursprung
from budget.regler.kontroll import Slag, jamfor
from budget.regler.nyckeltal import REGLER
from budget.selectors.varifran import Regelsvar, Ursprungssvar
from budget.tabeller import matt
from budget.tabeller.adress import Kallor, versionsadress
from budget.tabeller.brygga import justeringsadress, skriv_andring
from budget.tabeller.uppstallning import forandring
from regionskane.lib.belopp import HARDBLANK, MINUS, MNKR, formatera, formatera_fullt, formatera_procent

BESLUTAT = "Beslutat, som det är tryckt i handlingen"


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


def _precision(post: Post, precision: Decimal) -> str:
    """How exactly a line's figure was given: «hela mnkr», «0,1 %»."""
    if post.matt == Matt.MNKR:
        return precision_i_ord(precision)
    return matt.med_enhet(post, formatera_fullt(precision, skala=matt.skala(post)))


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
    kallor = Kallor()

    def adress(d):
        return kallor.adress(svar.version, d.post.uppstallning.kod, d.post.kod, d.omfang, svar.ar)

    varde = svar.summa.varde if svar.summa else None
    text = matt.skriv(svar.post, varde)
    return Kallvy(
        etikett=_etikett(svar),
        varde=text,
        enhet=matt.enhetsord(svar.post),
        negativ=_daligt(svar.post) and text.startswith(MINUS),
        fakta=tuple(_fakta(svar, varde)),
        delar=tuple(
            Lank(
                f"{'' if d.tecken > 0 else 'minus '}{d.namn}, {_skriv(svar.post, d.summa and d.summa.varde)}",
                adress(d),
            )
            for d in svar.delar
        )
        + tuple(_bryggans_delar(svar, kallor)),
        historik=tuple(Historikrad(tid(h.tid), _fullt(svar.post, h.varde), _vem(h)) for h in svar.handelser),
        ingar_i=tuple(Lank(d.namn, adress(d)) for d in svar.ingar_i),
        fotnot=" ".join(d for d in (_tryckt_not(svar, varde), tillagg) if d),
        lankar=(Lank("Visa tabellen", f"{versionsadress(svar.version)}{svar.post.uppstallning.kod}/"),),
    )


def _daligt(post: Post) -> bool:
    """Whether a minus on the line is bad news."""
    return post.resultat and post.uppstallning.har_rott


def _bryggans_delar(svar: Ursprungssvar, kallor: Kallor):
    post = svar.post
    for led in svar.brygga:
        if led.justering:
            text = f"{led.justering.titel}, {skriv_andring(led.belopp)}"
            if led.utan:
                text = f"Utan {text} som i {led.version.namn}"
            yield Lank(text, justeringsadress(led.justering.pk, led.version))
            continue
        adress = kallor.adress(led.version, post.uppstallning.kod, post.kod, svar.omfang, led.ar)
        namn = f"Regionbidrag {led.ar}"
        if led.version != svar.version:
            namn += f" i {led.version.namn}"
        if led.fran_ar:
            yield Lank(f"{namn}, förändring från {led.fran_ar}, {skriv_andring(led.belopp)}", adress)
        else:
            yield Lank(f"{namn}, {_skriv(post, led.belopp)}", adress)


def _fullt(post, varde):
    return "tomt" if varde is None else matt.skriv_fullt(post, varde)


def _skriv(post, varde):
    """A figure among others of its kind: with its unit only where it has one of its own."""
    text = matt.skriv(post, varde)
    return matt.med_enhet(post, text) if varde is not None and matt.egen_enhet(post) else text


def _exakt(post, varde):
    if post.matt in (Matt.MNKR, Matt.KR):
        return f"{formatera_fullt(varde)} kr"
    return matt.skriv_exakt(post, varde)


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
        if svar.skal and b.ursprung != Ursprung.IMPORTERAD:
            yield Faktarad("Varför", svar.skal)
        if b.importfil:
            yield Faktarad("Fil och rad", f"{b.importfil.namn}, rad {b.importrad}", kod=True)
            if plats := svar.version.plats_i_handling(b.kalla):
                yield Faktarad("Handling", plats)
        yield Faktarad("Precision", f"Given i {_precision(svar.post, b.precision)}")
        yield Faktarad("Exakt belopp", _exakt(svar.post, b.belopp))
    elif varde is not None:
        yield Faktarad("Exakt summa", _exakt(svar.post, varde))
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
    if svar.tryckt and svar.version.faststalld:
        return BESLUTAT
    if svar.brygga:
        if svar.version.bryggas_ur:
            return f"Räknas av bryggan: nivån i {svar.version.bryggas_ur.namn} och de justeringar som skiljer sig"
        return "Räknas av bryggan: förra årets nivå och årets beslutade justeringar"
    if svar.post.kalla_post and svar.omfang.startswith("enhet-"):
        return f"Hämtas från {svar.post.kalla_post.uppstallning.namn}"
    return f"Summa av {len(svar.delar)} delar, räknas varje gång den visas"


def _tryckt_not(svar, varde):
    """What was printed, beside what its parts give as they stand."""
    if not svar.tryckt:
        return ""
    plats = _tryckt_i_handlingen(svar)
    kanda = [d.tecken * d.summa.varde for d in svar.delar if d.summa]
    ger = sum(kanda, Decimal(0)) if kanda else varde or Decimal(0)
    skillnad = jamfor(svar.tryckt.belopp, ger, precision=svar.tryckt.precision)
    if skillnad is None:
        return f"{plats} Stämmer."
    return f"{plats} Delarna ger {_skriv(svar.post, ger)}. Skillnaden, {_skillnadsord(svar.post, skillnad)}."


def _tryckt_i_handlingen(svar) -> str:
    return f"Tryckt i handlingen: {_skriv(svar.post, svar.tryckt.belopp)} ({svar.tryckt.kalla})."


def _skillnadsord(post, skillnad) -> str:
    # A quotient has no last digit, so what a rule computes is rounded as the line is shown.
    skriv = matt.skriv if post.regel else matt.skriv_fullt
    storlek = matt.med_enhet(post, skriv(post, abs(skillnad.differens)), skillnad=True)
    return f"{storlek}, är {'avrundning' if skillnad.slag == Slag.AVRUNDNING else 'mer än avrundning'}"


def bygg_nyckeltal(svar: Regelsvar) -> Kallvy:
    """The panel for a line that a named rule computes from others: the rule and the figures that it took."""
    kallor = Kallor()
    post, regel = svar.post, REGLER[svar.post.regel]
    namn = {"taljare": post.taljare.namn, "namnare": post.namnare and post.namnare.namn}
    text = matt.skriv(post, svar.varde)
    fotnot = []
    if svar.raknat is None:
        saknas = [f"{d.post.namn} {d.ar}" for d in svar.delar if d.varde is None]
        if len(svar.delar) < 2:
            saknas.append(f"{post.taljare.namn} {svar.ar - 1}")
        skal = (
            f"{' och '.join(saknas)} finns inte i systemet"
            if saknas
            else "talen har olika tecken eller är noll"
        )
        fotnot.append(f"Kan inte räknas: {skal}.")
    if svar.tryckt:
        fotnot.insert(0, _tryckt_i_handlingen(svar))
        if svar.raknat is not None:
            skillnad = jamfor(svar.tryckt.belopp, svar.raknat, precision=svar.tryckt.precision)
            fotnot.append(
                f"Regeln ger {_skriv(post, svar.raknat)}. Skillnaden, {_skillnadsord(post, skillnad)}."
                if skillnad
                else "Stämmer."
            )
    return Kallvy(
        etikett=f"{post.namn}, {_version_och_ar(svar)}",
        varde=text,
        enhet=matt.enhetsord(post),
        negativ=_daligt(post) and text.startswith(MINUS),
        fakta=(
            Faktarad(
                "Slag",
                "Räknas av en regel varje gång den visas"
                if svar.beslutat is None
                else BESLUTAT,
            ),
            Faktarad("Regel", post.get_regel_display()),
            Faktarad("Räknas som", regel.raknas_som.format(**namn, ar=svar.ar, fore=svar.ar - 1)),
            *([Faktarad("Oavrundat", f"{svar.raknat:.4f}".replace(".", ",").replace("-", MINUS) + f"{HARDBLANK}%")]
              if svar.raknat is not None else []),
            Faktarad("Version", _version(svar.version), versionsadress(svar.version)),
            *([Faktarad("Betyder", post.forklaring)] if post.forklaring else []),
        ),
        delar=tuple(
            Lank(
                f"{d.post.namn} {d.ar}, {d.version.namn}: {_skriv(d.post, d.varde)}",
                kallor.adress(d.version, d.post.uppstallning.kod, d.post.kod, svar.omfang, d.ar),
            )
            for d in svar.delar
        ),
        fotnot=" ".join(fotnot),
        lankar=(Lank("Visa tabellen", f"{versionsadress(svar.version)}{post.uppstallning.kod}/"),),
    )  # fmt: skip


def bygg_forandring(svar: Ursprungssvar, annan: Ursprungssvar, *, procent: bool) -> Kallvy:
    """The panel for a change: the two figures it is taken between."""
    post = svar.post
    a, b = (s.summa.varde if s.summa else None for s in (svar, annan))
    varde = forandring(svar.post, a, b, procent=procent)
    if varde is None:
        text = "–"
    elif procent:
        text = formatera_procent(varde, tecken=True)
    else:
        text = matt.skriv(post, varde, tecken=True)
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
        enhet="" if procent else matt.enhetsord(post),
        negativ=(post.uppstallning.plus_battre or _daligt(post)) and varde is not None and a < b,
        fakta=(Faktarad("Slag", "Räknas varje gång den visas"), Faktarad("Räknas som", regel)),
        delar=tuple(
            Lank(f"{_version_och_ar(s)}, {_skriv(post, s.summa and s.summa.varde)}", adress(s))
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
    beslutat: bool,
    tryckt: str,
    regelversion: str,
    etiketter: Mapping[str, str],
) -> Kallvy:
    """The panel for a line that the balanskrav rule computes. `delar` are
    (version, post, omfang, factor, amount, year); an unknown amount (`varde` None) is shown as «–». `beslutat` tells
    that the figure stands as it was printed, whatever the rule gives; `etiketter` is what the utredning calls lines."""
    kallor = Kallor()
    decimaler = post.uppstallning.decimaler
    text = _mnkr(varde, decimaler)
    return Kallvy(
        etikett=f"{rad.etikett}, {version.namn}, {ar}",
        varde=text,
        negativ=_daligt(post) and text.startswith(MINUS),
        fakta=(
            Faktarad("Slag", BESLUTAT if beslutat else "Räknas av en regel"),
            Faktarad("Regel", f"Balanskravsutredningens regler, version {regelversion}"),
            Faktarad("Lagrum", rad.lagrum),
            Faktarad("Betyder", rad.forklaring),
            *([Faktarad("Exakt belopp", f"{formatera_fullt(varde)} kr")] if varde is not None else []),
            Faktarad("Version", _version(version), versionsadress(version)),
        ),
        delar=tuple(
            Lank(
                f"{'' if faktor > 0 else 'minus '}{etiketter.get(p.kod, p.namn)}, {_mnkr(belopp, decimaler)}",
                kallor.adress(v, p.uppstallning.kod, p.kod, omfang, del_ar),
            )
            for v, p, omfang, faktor, belopp, del_ar in delar
        ),
        fotnot=tryckt,
        lankar=(Lank("Visa utredningen", f"{versionsadress(version)}balanskrav/"),),
    )
