"""What `kontrollera` says of the indikatorer, in words."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from indikatorer.models import Uppgiftsslag
from indikatorer.regler.bedomning import Trend
from indikatorer.regler.kontroll import Slag, steg, tryckt_tal
from indikatorer.regler.malregel import OlasligtMal, Skal
from indikatorer.regler.period import skriv_period
from indikatorer.regler.skrift import HARDBLANK, skriv, skriv_tal
from indikatorer.selectors.kontroll import (
    AndratMal,
    Dubbeltryck,
    Totalskillnad,
    hamta_andrade_mal,
    hamta_dubbeltryck,
    hamta_totalskillnader,
)
from indikatorer.tabeller.bedomning import TRENDER, UTFALL, motivering
from regionskane.register import Kontrollrad

KOD = "INDIKATOR"
_VAD = {
    Uppgiftsslag.VARDE: "värdet",
    Uppgiftsslag.FORANDRING: "förändringen i procent",
    Uppgiftsslag.DIFFERENS: "förändringen",
}


def kontrollera_indikatorer() -> Iterable[Kontrollrad]:
    """Every target, value, change, judgement and total of the loaded documents that does not agree with another, and
    every target that means something else than when it was saved."""
    for d in hamta_dubbeltryck():
        yield _dubbel(d)
    for t in hamta_totalskillnader():
        yield _total(t)
    for a in hamta_andrade_mal():
        yield _andrat(a)


def _dubbel(d: Dubbeltryck) -> Kontrollrad:
    u = d.uppgift
    vad = f"{u.indikator} {skriv_period(u.ar, u.delperiod)}" + _var(u.segment, u.enhet, u.kon)
    tryckt, beraknat, differens, slag = u.tryckt, "", "", Slag.FEL
    match u.slag:
        case Uppgiftsslag.MAL:
            beraknat = d.malniva.regel if d.malniva else ""
            text = (
                f"{vad}: målet är tryckt «{u.tryckt}» på ett ställe och «{beraknat or 'inget'}» på ett annat."
            )
        case Uppgiftsslag.BEDOMNING:
            beraknat = d.bedomning.utfall.value
            text = (
                f"{vad}: dokumentet säger {_utfall(u.tryckt)}, beräknat är {UTFALL[d.bedomning.utfall].lower()} "
                f"({motivering(u.indikator, d.bedomning)})."
            )
            if d.bedomning.skal == Skal.VARDE_SAKNAS:
                text = f"{vad}: dokumentet säger {_utfall(u.tryckt)} men trycker inget värde, så målet kan ej bedömas."
        case Uppgiftsslag.TREND:
            beraknat = d.bedomning.trend.value
            differens = _rak(d.bedomning.skillnad)
            text = f"{vad}: dokumentet säger att resultatet är {TRENDER[Trend(u.tryckt)].lower()}, men det "
            if d.bedomning.fore is None:
                text += "går inte att jämföra med något tidigare."
            else:
                text += f"är {TRENDER[d.bedomning.trend].lower()} än {d.bedomning.fore.ar}."
        case _ if d.skillnad is None:
            text = f"{vad}: {_VAD[u.slag]} är tryckt {u.tryckt}, men inget värde finns att jämföra med."
        case _:
            visat = _som_tryckt(d.beraknat, tryckt_tal(u.tryckt))
            tryckt, beraknat, differens = (
                _rak(tryckt_tal(u.tryckt)),
                _rak(visat),
                _rak(tryckt_tal(u.tryckt) - visat),
            )
            slag = d.skillnad.slag
            if u.slag == Uppgiftsslag.VARDE:
                text = f"{vad}: värdet är tryckt {u.tryckt} på ett ställe och {skriv_tal(d.beraknat)} på ett annat."
            else:
                text = f"{vad}: {_VAD[u.slag]} är tryckt {u.tryckt} men beräknas till {skriv_tal(visat)}."
    return _rad(
        "/".join(str(x) for x in (u.indikator.kod, u.segment, u.enhet, u.slag) if x),
        u.ar,
        (tryckt, beraknat, differens),
        slag,
        text,
        "; ".join(dict.fromkeys(k for k in (u.kalla, d.anvand_kalla) if k)),
    )


def _total(t: Totalskillnad) -> Kontrollrad:
    m = t.matning
    visat = _som_tryckt(t.beraknat, t.tryckt)
    vad = "antalet bakom värdet" if t.antal else "värdet"
    text = (
        f"{t.indikator} {skriv_period(m.ar, m.delperiod)}, {t.segment}: {vad} är tryckt {skriv_tal(t.tryckt)}, "
        f"men raderna ger {skriv_tal(visat)}."
    )
    if t.saknas:
        text += f" {', '.join(t.saknas)} har ingen uppgift."
    plats = f"{t.indikator.kod}/{t.segment}/{'antal' if t.antal else 'total'}"
    tal = (_rak(t.tryckt), _rak(visat), _rak(t.tryckt - visat))
    return _rad(plats, m.ar, tal, t.skillnad.slag, text, m.kalla)


def _andrat(a: AndratMal) -> Kontrollrad:
    m = a.malniva
    vad = f"{m.indikator} {m.ar}" + _var(m.segment, None, "T")
    fore = f"«{m.tolkning}»" if m.tolkning else "inget mål"
    if isinstance(a.regel, OlasligtMal):
        nu, text = (
            "",
            f"{vad}: målnivån «{m.regel}» lästes tidigare som {fore} men går inte längre att läsa. ",
        )
        text += f"{a.regel.varfor} Skriv om den under Målnivå."
    else:
        nu = skriv(a.regel).replace(HARDBLANK, " ")
        text = f"{vad}: målnivån «{m.regel}» lästes tidigare som {fore} men läses nu som «{nu}». "
        text += "Öppna den under Målnivå och spara den igen när den är rätt."
    plats = "/".join(str(x) for x in (m.indikator.kod, m.segment, "mål") if x)
    return _rad(plats, m.ar, (m.tolkning, nu, ""), Slag.FEL, text, m.kalla)


def _rad(plats: str, ar: int, tal, slag: Slag, text: str, kalla: str) -> Kontrollrad:
    tryckt, beraknat, differens = tal
    text = text.replace(HARDBLANK, " ")
    return Kontrollrad(KOD, plats, ar, tryckt, beraknat, differens, slag.value, text, kalla)


def _var(segment, enhet, kon: str) -> str:
    delar = [str(x) for x in (segment, enhet) if x]
    if kon != "T":
        delar.append("kvinnor" if kon == "K" else "män")
    return f", {', '.join(delar)}" if delar else ""


def _utfall(tryckt: str) -> str:
    return "att målet nås" if tryckt == "uppfyllt" else "att målet inte nås"


def _som_tryckt(beraknat: Decimal, tryckt: Decimal) -> Decimal:
    """A computed figure with two digits more than the printed one, and no more than it needs."""
    if -beraknat.as_tuple().exponent <= -tryckt.as_tuple().exponent + 2:
        return beraknat
    return beraknat.quantize(steg(tryckt) / 100, rounding=ROUND_HALF_UP).normalize()


def _rak(tal: Decimal | None) -> str:
    return "" if tal is None else format(tal, "f")
