"""What an indikator is, and what its definition has been."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format

from indikatorer.models import Indikator


@dataclass(frozen=True, slots=True)
class Faktarad:
    ord: str
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Andring:
    """A change of the definition: when, by whom and why, and which fields went from what to what."""

    nar: str
    vem: str
    falt: tuple[tuple[str, str, str], ...]


# In the order of the page.
_FALT = (
    "id_nr", "namn", "definition", "taljare", "namnare", "enhetsslag", "enhet", "decimaler", "riktning", "kalla",
    "agare", "periodicitet", "malomrade", "segmentgrupp", "konsuppdelad", "giltig_fran", "giltig_till",
    "kolada_id", "uppdrag", "fotnot",
)  # fmt: skip


def bygg_definition(indikator: Indikator) -> list[Faktarad]:
    """The fields that hold something, as read."""
    return [Faktarad(_namn(f), text) for f in _FALT if f != "namn" and (text := _text(indikator, f))]


def bygg_definitionshistorik(handelser: Sequence, *, antal: int) -> list[Andring]:
    """What each of the first `antal` changes changed, the latest first; the first event of all is how it began. The one
    after them is what the last of them changed."""
    svar = []
    for nu, fore in zip(handelser[:antal], [*handelser[1:], None], strict=False):
        falt = tuple(
            (_namn(f), _text(fore, f) or "tomt", _text(nu, f) or "tomt")
            for f in _FALT
            if fore is not None and _text(nu, f) != _text(fore, f)
        )
        if fore is None or falt:
            svar.append(Andring(tid(nu.pgh_created_at), vem(nu), falt))
    return svar


def tid(nar) -> str:
    """«21 november 2023 kl. 09.12» in the region's time."""
    return date_format(timezone.localtime(nar), r"j F Y \k\l. H.i")


def vem(handelse) -> str:
    """Who made a change, and why where it was said."""
    uppgifter = handelse.pgh_context.metadata if handelse.pgh_context else {}
    namn = uppgifter.get("namn") or "Utanför systemet"
    return f"{namn}: {uppgifter['varfor']}" if uppgifter.get("varfor") else namn


def _namn(falt: str) -> str:
    if falt == "segmentgrupp":
        return "Delas upp efter"
    namn = Indikator._meta.get_field(falt).verbose_name
    return namn[:1].upper() + namn[1:]


def _text(det, falt: str) -> str:
    varde = getattr(det, falt)
    if varde in (None, "", []):
        return ""
    if isinstance(varde, bool):
        return "ja" if varde else ""
    if isinstance(varde, list):
        return ", ".join(varde)
    visa = getattr(det, f"get_{falt}_display", None)
    return str(visa()) if visa else str(varde)


def skillnader(nu: Indikator, ditt: Indikator) -> list[tuple[str, str, str]]:
    """(field, what is saved, what is wished) for every field where the two differ."""
    return [
        (_namn(f), _text(nu, f) or "tomt", _text(ditt, f) or "tomt")
        for f in _FALT
        if _text(nu, f) != _text(ditt, f)
    ]
