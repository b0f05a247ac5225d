"""«Varifrån kommer siffran?» for a value of an indikator."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from indikatorer.models import Indikator, Kon, Matning, Saknas, Ursprung
from indikatorer.regler.malregel import Matvarde
from indikatorer.regler.period import skriv_period
from indikatorer.regler.skrift import skriv_tal
from indikatorer.regler.smagrupp import bygger_pa_fa
from indikatorer.tabeller.bedomning import varde_text
from indikatorer.tabeller.definition import Faktarad, tid, vem
from indikatorer.tabeller.indikator import bakom


@dataclass(frozen=True, slots=True)
class Historikrad:
    """An earlier or the present content of the cell. `handelse` can be put back; None for the present one, for one that
    was taken away and for one that is not shown."""

    nar: str
    varde: str
    vem: str
    handelse: int | None


@dataclass(frozen=True, slots=True)
class Kallvy:
    etikett: str
    varde: str
    fakta: tuple[Faktarad, ...]
    historik: tuple[Historikrad, ...]


def bygg_kalla(indikator: Indikator, m: Matning, handelser: Iterable, *, nu: bool = True) -> Kallvy:
    """The value with everything that was said with it. `handelser` are events of it with the latest first, from the
    present one on (`nu`) or earlier ones.

    What stood on too few is not shown, and where the value is suppressed now no earlier one is.
    """
    delar = [
        indikator.namn,
        m.segment.namn if m.segment else "",
        m.enhet.namn if m.enhet else "",
        m.omrade.namn if m.omrade else "",
        "" if m.kon == Kon.TOTALT else m.get_kon_display(),
        skriv_period(m.ar, m.delperiod),
    ]
    return Kallvy(
        etikett=", ".join(d for d in delar if d),
        varde=_varde(indikator, m),
        fakta=tuple(_fakta(indikator, m)),
        historik=tuple(_historik(indikator, m, handelser, nu)),
    )


def _historik(indikator: Indikator, m: Matning, handelser: Iterable, nu: bool) -> Iterable[Historikrad]:
    for nr, h in enumerate(handelser):
        borttaget = h.pgh_label == "delete"
        har_tal = h.varde is not None or h.taljare is not None
        dolt = har_tal and (m.saknas == Saknas.UNDERTRYCKT or bygger_pa_fa(h.antal, h.namnare))
        visat = "visas inte, färre än fem" if dolt else _innehall(indikator, h)
        yield Historikrad(
            tid(h.pgh_created_at),
            "borttaget" if borttaget else visat,
            vem(h),
            None if (nu and nr == 0) or borttaget or dolt else h.pgh_id,
        )


def _varde(indikator: Indikator, m) -> str:
    return varde_text(indikator, Matvarde(m.ar, m.varde, m.preliminar, m.brott, m.saknas))


def _innehall(indikator: Indikator, h) -> str:
    """All that may differ between two events, in a line."""
    delar = [
        _varde(indikator, h),
        f"täljare {skriv_tal(h.taljare)}" if h.taljare is not None else "",
        f"nämnare {bakom(h.namnare)}" if h.namnare is not None else "",
        f"antal {bakom(h.antal)}" if h.antal is not None else "",
        "preliminärt" if h.preliminar else "",
        "inte jämförbart med tidigare" if h.brott else "",
        h.fotnot,
    ]
    return ", ".join(d for d in delar if d)


def _fakta(indikator: Indikator, m: Matning) -> Iterable[Faktarad]:
    yield Faktarad("Källa", m.kalla or "Inte angiven")
    yield Faktarad("Kom in", Ursprung(m.ursprung).label)
    yield Faktarad("Senast ändrad", f"{tid(m.andrad_tid)}, {m.andrad_av or 'systemet'}")
    if m.taljare is not None:
        yield Faktarad("Täljare", skriv_tal(m.taljare))
    if m.namnare is not None:
        yield Faktarad("Nämnare", bakom(m.namnare))
    if m.antal is not None:
        yield Faktarad("Antal bakom värdet", bakom(m.antal))
    if m.preliminar:
        yield Faktarad("Läge", "Preliminärt")
    if m.brott:
        yield Faktarad("Jämförbarhet", "Inte jämförbart med tidigare värden")
    if m.fotnot:
        yield Faktarad("Fotnot", m.fotnot)
    yield Faktarad(
        "Definition", "Indikatorns definition", reverse("indikator", args=[indikator.kod]) + "#definition"
    )
