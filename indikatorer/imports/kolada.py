"""Kolada, version 3 of its interface: områden and values → neutral rows.

Kolada (RKA) keeps key figures of all municipalities and regions, one value per nyckeltal, område, year and sex. An
område is a kommun or region («0012» is Region Skåne, «0000» the country), or a group of them («G…»), whose value is
Kolada's own unweighted mean of its members. Values are revised and deleted without notice, so a row says so.

Protocol: `<base>/data/kpi/<ids>/municipality/<ids>/year/<years>`, at most 25 of each in one question, answers in
pages `{"values": [{"kpi", "period", "municipality", "values": [{"gender", "count", "status", "value",
"isdeleted"}]}], "count", "next_url"}`. The source is to be named as «Kolada» wherever a value is shown.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from urllib.parse import quote, urlencode

from regionskane.lib.hamta import HamtningsFel, Jsonhamtare

FLEST_ID = 25
SIDSTORLEK = 5_000
FLEST_SIDOR = 10_000
FLEST_HELTALSSIFFROR = 14

HELA_LANDET = "0000"
EGET_OMRADE = "0012"  # Region Skåne
KON = ("T", "K", "M")
# What `status` says of a value that is withheld because few people are behind it. Anything else is not known.
SKYDDAT = "Private"

_ID = re.compile(r"[A-Za-z0-9_]{1,20}", re.ASCII)


class KoladaFel(Exception):
    """Kolada did not give what was asked for, and nothing is used. `str()` is a Swedish sentence."""


@dataclass(frozen=True, slots=True)
class Koladavarde:
    """One value as Kolada gives it.

    `kon` is T (both), K (women) or M (men). `varde` is exact as written, or None; then `status` may say why. `antal`
    is how many members a group's mean is made of, and 1 for a single område: it is not the number of people.
    """

    kpi: str
    omrade: str
    ar: int
    kon: str
    varde: Decimal | None
    antal: int | None = None
    status: str = ""
    borttagen: bool = False

    @property
    def nyckel(self) -> tuple[str, str, int, str]:
        return self.kpi, self.omrade, self.ar, self.kon


@dataclass(frozen=True, slots=True)
class Omrade:
    """A kommun or region, or a group of them. `typ` is K, L, or G for a group."""

    kod: str
    namn: str
    typ: str


class Kolada:
    """A client. Every method streams, asks again by itself when that may help, and raises KoladaFel.

    Whoever reads the stream must use none of it until it has ended: a fault on the last page means that the
    whole is not to be trusted.
    """

    def __init__(self, hamtare: Jsonhamtare):
        self._hamtare = hamtare

    def omraden(self) -> Iterator[Omrade]:
        """All kommuner and regioner."""
        return (_omrade(v, typ=_text(v, "type")) for v in self._sidor("municipality"))

    def grupper(self, titel: str = "") -> Iterator[Omrade]:
        """Groups of områden whose title holds a text (all without one)."""
        return (_omrade(v, typ="G") for v in self._sidor("municipality_groups", title=titel.strip()))

    def varden(
        self,
        *,
        kpier: Iterable[str],
        omraden: Iterable[str],
        ar: Iterable[int],
    ) -> Iterator[Koladavarde]:
        """The values of all combinations, page by page, deleted ones among them.

        Each list is divided by 25, and a question is asked for each combination of the parts. Ids that cannot be ids
        raise before anything is asked.
        """
        listor = (
            _ider(kpier, "nyckeltal"),
            _ider(omraden, "områden"),
            _ider((str(a) for a in ar), "år"),
        )
        return self._varden(listor)

    def _varden(self, listor: Sequence[Sequence[str]]) -> Iterator[Koladavarde]:
        for kpier, omraden, ar in product(*map(_grupper, listor)):
            fragat = (frozenset(kpier), frozenset(omraden), frozenset(ar))
            vag = f"data/kpi/{','.join(kpier)}/municipality/{','.join(omraden)}/year/{','.join(ar)}"
            for post in self._sidor(vag):
                yield from _varden_av(post, fragat)

    def _sidor(self, vag: str, **fraga: str) -> Iterator[Mapping]:
        """The objects of every page. Raises KoladaFel for an answer of another shape, a circle, or a missing page."""
        fraga = {"per_page": SIDSTORLEK} | {n: v for n, v in fraga.items() if v}
        nasta: str | None = f"{vag}?{urlencode(fraga, quote_via=quote)}"
        sedda: set[str] = set()
        lovade = fatt = 0
        while nasta is not None:
            try:
                adress = self._hamtare.adress(nasta)
                if adress in sedda or len(sedda) >= FLEST_SIDOR:
                    raise KoladaFel("Kolada hänvisar runt till sidor som redan lästs. Inget har lästs in.")
                sedda.add(adress)
                svar = self._hamtare.hamta(nasta)
            except HamtningsFel as fel:
                raise KoladaFel(str(fel)) from fel
            if not isinstance(svar, dict) or not isinstance(svar.get("values"), list):
                raise _fel_form("listan values saknas")
            nasta = svar.get("next_url") or None
            if nasta is not None and not isinstance(nasta, str):
                raise _fel_form("next_url är ingen adress")
            antal = svar.get("count")
            if isinstance(antal, int):
                lovade = max(lovade, antal)
            fatt += len(svar["values"])
            for post in svar["values"]:
                if not isinstance(post, dict):
                    raise _fel_form("en post i values är inget objekt")
                yield post
        # `count` has been the whole's in some versions and the page's in others; more than was given is wrong in both.
        if fatt < lovade:
            raise KoladaFel(
                f"Kolada sade {lovade} poster men gav {fatt}. Inget har lästs in. Försök igen senare."
            )


def sammanfatta(varden: Iterable[Koladavarde]) -> dict[tuple[str, str, int, str], Koladavarde]:
    """One value per nyckeltal, område, year and sex: a living one goes before a deleted one.

    Raises KoladaFel when two living ones differ, for then nobody knows which is right.
    """
    ut: dict[tuple[str, str, int, str], Koladavarde] = {}
    for v in varden:
        annan = ut.get(v.nyckel)
        if annan is None or (annan.borttagen and not v.borttagen):
            ut[v.nyckel] = v
        elif not v.borttagen and (v.varde, v.status) != (annan.varde, annan.status):
            raise KoladaFel(
                f"Kolada gav två olika värden för {v.kpi}, område {v.omrade}, {v.ar}, {v.kon}. Inget har lästs in."
            )
    return ut


def _grupper(ider: Sequence[str]) -> list[Sequence[str]]:
    return [ider[i : i + FLEST_ID] for i in range(0, len(ider), FLEST_ID)]


def _ider(ider: Iterable[str], vad: str) -> list[str]:
    """Each once, in the order given. They become part of an address, so nothing else than ids is let through."""
    rena = list(dict.fromkeys(i.strip().upper() for i in ider))
    if not rena:
        raise KoladaFel(f"Ange minst ett värde för {vad}.")
    for i in rena:
        if not _ID.fullmatch(i):
            raise KoladaFel(f"«{i[:40]}» är inte ett id i Kolada ({vad}).")
    return rena


def _varden_av(post: Mapping, fragat: tuple[frozenset, frozenset, frozenset]) -> Iterator[Koladavarde]:
    kpi, omrade, period = _text(post, "kpi"), _text(post, "municipality"), post.get("period")
    if isinstance(period, bool) or not re.fullmatch(r"\d{4}", str(period), re.ASCII):
        raise _fel_form(f"perioden «{str(period)[:20]}» är inget år")
    if not (kpi in fragat[0] and omrade in fragat[1] and str(period) in fragat[2]):
        raise _fel_form(f"{kpi}, {omrade}, {period} har ingen frågat efter")
    if not isinstance(post.get("values"), list):
        raise _fel_form(f"{kpi} {period} har inga values")
    for v in post["values"]:
        if not isinstance(v, dict) or v.get("gender") not in KON:
            raise _fel_form(f"könet i {kpi} {period} är inte T, K eller M")
        yield Koladavarde(
            kpi=kpi,
            omrade=omrade,
            ar=int(period),
            kon=v["gender"],
            varde=_tal(v.get("value"), kpi, period),
            antal=_antal(v.get("count")),
            status=_text(v, "status", tom=True),
            borttagen=v.get("isdeleted") is True,
        )


def _tal(varde: object, kpi: str, period: object) -> Decimal | None:
    if varde is None:
        return None
    if isinstance(varde, bool) or not isinstance(varde, int | Decimal):
        raise _fel_form(f"värdet «{str(varde)[:40]}» i {kpi} {period} är inget tal")
    tal = Decimal(varde)
    if tal.adjusted() >= FLEST_HELTALSSIFFROR or tal.as_tuple().exponent < -100:
        raise _fel_form(f"värdet «{str(varde)[:40]}» i {kpi} {period} är orimligt")
    return tal


def _antal(varde: object) -> int | None:
    return varde if isinstance(varde, int) and not isinstance(varde, bool) else None


def _omrade(v: Mapping, *, typ: str) -> Omrade:
    return Omrade(kod=_text(v, "id"), namn=_text(v, "title"), typ=typ)


def _text(v: Mapping, falt: str, *, tom: bool = False) -> str:
    text = v.get(falt)
    if text is None and tom:
        return ""
    if not isinstance(text, str) or not (text or tom):
        raise _fel_form(f"fältet {falt} saknas eller är ingen text")
    return text


def _fel_form(vad: str) -> KoladaFel:
    return KoladaFel(f"Kolada svarade i en form som inte känns igen: {vad}. Inget har lästs in.")
