"""Decision points as they are read: every placeholder written out, with the address of its source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import date_format

from budget.models import Beslutsmatt, Beslutspunkt, Beslutstal, Budgetversion, Matt
from budget.regler.beslutstext import Ord, Slag, Trasig
from budget.selectors.beslutspunkter import Beslutsavvikelse, Besvarad, Last, Svar, Talhandelse
from budget.tabeller import matt
from budget.tabeller.adress import versionsadress
from budget.tabeller.varifran import Faktarad, Historikrad, Kallvy, Lank, tid
from regionskane.lib.belopp import HARDBLANK, KR, MNKR, formatera
from regionskane.lib.tabell import Punkt, Punkttal

_SKALOR = {Beslutsmatt.MNKR: MNKR, Beslutsmatt.KR: KR, Beslutsmatt.PROCENT: Decimal("0.01")}


@dataclass(frozen=True, slots=True)
class Textbit:
    """A part of a point's text. `url` is where it comes from; `varifran` that the page there is such a panel."""

    text: str
    url: str = ""
    varifran: bool = False
    fel: str = ""


@dataclass(frozen=True, slots=True)
class Punktvy:
    """A point as read: `bitar` is its text, `tal` its own figures, `bilagor` the tables that the text names, `arvd`
    that it was taken from the year before and nobody has gone through it."""

    pk: int
    nummer: str
    rubrik: str
    bitar: tuple[Textbit, ...]
    mottagare: str
    senast: str
    bilagor: tuple[str, ...]
    kalla: str
    arvd: bool = False

    @property
    def text(self) -> str:
        return "".join(b.text for b in self.bitar)


def skriv_tal(tal: Beslutstal) -> str:
    """A figure of the decision in words: «16 000 miljoner kronor», «11,18 kronor», «2,0 procent»."""
    return skriv_matt(tal.varde, tal.precision, tal.matt)


def skriv_matt(varde: Decimal, precision: Decimal, slag: str) -> str:
    """A figure with as many decimals as it was given, and its unit in words."""
    return f"{skriv_siffror(varde, precision, slag)}{HARDBLANK}{Beslutsmatt(slag).label}"


def skriv_siffror(varde: Decimal, precision: Decimal, slag: str) -> str:
    skala = _SKALOR[Beslutsmatt(slag)]
    return formatera(varde, skala=skala, decimaler=_decimaler(precision, skala))


def _decimaler(precision: Decimal, skala: Decimal) -> int:
    return max(0, -(precision / skala).normalize().as_tuple().exponent)


def visa_punkter(version: Budgetversion, besvarade: Sequence[Besvarad], region: str) -> tuple[Punktvy, ...]:
    """`region` is the kod of the enhet that stands for the whole region."""
    return tuple(
        Punktvy(
            b.punkt.pk,
            b.nummer,
            b.punkt.rubrik,
            skriv_bitar(version, b.bitar, region),
            b.punkt.mottagare,
            date_format(b.punkt.senast, "j F Y") if b.punkt.senast else "",
            tuple(dict.fromkeys(x.bilaga for x in b.bitar if isinstance(x, Svar) and x.bilaga)),
            b.punkt.kalla,
            b.punkt.arvd,
        )
        for b in besvarade
    )


def skriv_bitar(version: Budgetversion, bitar: Sequence[Last], region: str) -> tuple[Textbit, ...]:
    """The text of a point, or of one that is not saved yet."""
    return tuple(_skriv(version, b, region) for b in bitar)


def _skriv(version: Budgetversion, bit: Last, region: str) -> Textbit:
    if isinstance(bit, Ord):
        return Textbit(bit.text)
    if isinstance(bit, Trasig):
        return Textbit("{" + bit.text + "}", fel=bit.skal)
    rot, h = versionsadress(version), bit.hanvisning
    match h.slag:
        case Slag.AR:
            return Textbit(str(h.ar))
        case Slag.SENAST:
            return Textbit(date_format(bit.dag, "j F Y"))
        case Slag.BILAGA:
            sida = bit.uppstallning.kod if bit.uppstallning else "brygga"
            return Textbit(bit.bilaga.replace(" ", HARDBLANK), f"{rot}{sida}/")
        case Slag.BESLUT:
            return Textbit(skriv_tal(bit.tal), f"{rot}beslut/tal/{h.namn}/", varifran=True)
    u = bit.post.uppstallning
    tal = matt.skriv(bit.post, bit.varde)
    text = matt.med_enhet(bit.post, tal) if matt.egen_enhet(bit.post) else f"{tal}{HARDBLANK}miljoner kronor"
    omfang = f"enhet-{h.enhet or region}" if h.enhet or not u.per_enhet else "alla"
    kalla = versionsadress(bit.kolumn.kalla)
    return Textbit(
        text,
        f"{kalla}varifran/{u.kod}/{bit.post.kod}/{omfang}/{bit.kolumn.ar}/",
        varifran=True,
    )


def bygg_handlingspunkter(
    version: Budgetversion, besvarade: Sequence[Besvarad], region: str
) -> tuple[Punkt, ...]:
    """The points for the document, with every figure of theirs and its source."""
    return tuple(
        Punkt(
            vy.nummer,
            vy.rubrik,
            vy.text,
            vy.mottagare,
            vy.senast,
            tuple(
                Punkttal(text.text, _kronor(svar), text.url)
                for text, svar in zip(vy.bitar, b.bitar, strict=True)
                if text.varifran
            ),
        )
        for vy, b in zip(visa_punkter(version, besvarade, region), besvarade, strict=True)
    )


def _kronor(svar: Svar) -> Decimal | None:
    """The figure in kronor when it is an amount in mnkr, as those of the tables are."""
    i_mnkr = svar.tal.matt == Beslutsmatt.MNKR if svar.tal else svar.post.matt == Matt.MNKR
    return svar.varde if i_mnkr else None


def bygg_talkalla(
    tal: Beslutstal, anvands_i: Sequence[Beslutspunkt], historik: Sequence[Talhandelse]
) -> Kallvy:
    """The panel for a figure that the decision itself sets."""
    rot = versionsadress(tal.version)
    fakta = [
        Faktarad("Version", tal.version.namn, rot),
        Faktarad("Bestäms i", f"Beslutspunkten {tal.punkt.rubrik}", f"{rot}beslut/"),
    ]
    if tal.version.handling and tal.kalla:
        fakta.append(Faktarad("Källa", f"{tal.version.handling}, {tal.kalla}"))
    if tal.jamfors_med:
        fakta.append(Faktarad("Jämförs med", tal.jamfors_med, kod=True))
    return Kallvy(
        etikett=f"Talet «{tal.namn}»",
        varde=skriv_siffror(tal.varde, tal.precision, tal.matt),
        enhet=tal.get_matt_display(),
        fakta=tuple(fakta),
        historik=tuple(
            Historikrad(
                tid(h.tid),
                "borttaget" if h.varde is None else skriv_siffror(h.varde, h.precision, h.matt),
                ": ".join(d for d in (h.namn or "Direkt i databasen", h.varfor) if d),
            )
            for h in historik
        ),
        ingar_i=tuple(Lank(f"Beslutspunkten {p.rubrik}", f"{rot}beslut/#punkt-{p.pk}") for p in anvands_i),
        fotnot="Talet står i ingen tabell. Beslutet sätter det.",
    )


def skriv_avvikelse(a: Beslutsavvikelse) -> str:
    """A finding as a sentence."""
    punkt = f"punkt {a.nummer}" if a.nummer else "stycket före punkterna"
    inledning = f"{a.version.namn}, beslutet, {punkt} («{a.punkt.rubrik}»)"
    if a.skillnad is None:
        return f"{inledning}: {a.skal}"
    skala = _SKALOR[Beslutsmatt(a.tal.matt)]
    dec = _decimaler(a.tal.precision, skala)
    if round(a.skillnad.differens / skala, dec) == 0:  # smaller than what the decision was written with
        dec = max(_decimaler(v, skala) for v in (a.tal.varde, a.beraknat))
    tryckt, beraknat = (formatera(v, skala=skala, decimaler=dec) for v in (a.tal.varde, a.beraknat))
    differens = formatera(a.skillnad.differens, skala=skala, decimaler=dec, tecken=True)
    return (
        f"{inledning}: talet «{a.tal.namn}» är {tryckt} men {_jamford(a)} är {beraknat} "
        f"{Beslutsmatt(a.tal.matt).label}, skillnad {differens}."
    )


def _jamford(a: Beslutsavvikelse) -> str:
    """What a figure is compared with, as the tables call it."""
    if a.mot is None or a.mot.post is None:
        return f"«{a.tal.jamfors_med}»"
    enhet = f" för {a.mot.hanvisning.enhet}" if a.mot.hanvisning.enhet else ""
    return f"«{a.mot.post.namn}»{enhet} {a.mot.hanvisning.ar} i {a.mot.post.uppstallning.namn}"


def tal_som_text(a: Beslutsavvikelse) -> Mapping[str, str]:
    """The three figures of a finding in the unit of the figure; empty when the finding has none."""
    if a.skillnad is None:
        return dict.fromkeys(("tryckt", "beraknat", "differens"), "")
    skala = _SKALOR[Beslutsmatt(a.tal.matt)]
    par = {"tryckt": a.tal.varde, "beraknat": a.beraknat, "differens": a.skillnad.differens}
    return {namn: format((v / skala).normalize(), "f") for namn, v in par.items()}
