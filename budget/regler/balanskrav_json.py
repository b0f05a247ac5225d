"""The JSON of the balanskravsutredning: lines in, result out (`manage.py balanskrav --fil FIL.json --json`).

In, with every key except `ar` optional:

    {"enhet": "mnkr",                              kr, tkr or mnkr; mnkr when absent
     "ar": [{"ar": 2022,                           consecutive years, oldest first
       "slag": "bokslut",                          budget, prognos or bokslut; when absent nothing is asked of it
       "omraknat": false,                          true: the lines were restated after `publicerat` was printed
       "poster": {"arets_resultat": "2897", …},    keys of regler.balanskrav.RESULTATPOSTER
       "synnerliga_skal": "0",                     what the year's own deficit does not take is of earlier deficits
       "synnerliga_skal_i_resultatet": false,      true: the source counts it inside its balanskravsresultat
       "synnerliga_skal_beslut": {"slag": "aldrig", "organ": "…", "datum": "2024-11-04", "paragraf": "…",
                                  "motiv": "…"},   slag: aldrig, langre_tid or del
       "aviserat": {"organ": "…", "datum": "…", "motiv": "…"},   a decision that is to come: no decision
       "senast_ar": 2030,                          last year to restore this year's deficit, when decided
       "atgardsplan": {"organ": "…", "datum": "…", "paragraf": "…"},
       "ib_aterstalla": "1232",                    counts in the first year; later it is compared
       "ib_brister": [{"ar": 2020, "belopp": "1232", "senast": 2023, "atgardsplan": {…}}],
                                                 first year: splits ib_aterstalla; ar null: not split by year
       "rer_ib": "0",                              resultatreserv at the start of the year, without old RUR
       "bas": "49459", "eget_kapital_inkl_pensioner": "-17279",
       "publicerat": {"balanskravsresultat": "1232", …}}]}      keys of regler.balanskrav.PUBLICERADE

An amount is a JSON number, a string with a plain decimal number («1902.82») or Swedish notation («−4 391»,
«1 234,5»), or {"varde": "1232000000", "precision": "1000000"} when it was rounded more coarsely than it is
written. A string's last typed digit is its precision; a JSON number's trailing zeros count for nothing.

Out: what `skriv` returns. `las_resultat` reads it back. `underlag_som_dict` writes the input so that
`fran_dict` reads the same underlag again.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from budget.regler.balanskrav import (
    PUBLICERADE,
    RESULTATPOSTER,
    Arsslag,
    Arsunderlag,
    Arsutredning,
    Aterstallning,
    Avisering,
    Balanskravsutredning,
    Beslut,
    Brist,
    IbBrist,
    Matt,
    Undantagsbeslut,
    Undantagsslag,
)
from regionskane.lib.anmarkning import Anmarkning, Niva
from regionskane.lib.belopp import SKALOR, OgiltigtBelopp, tolka_belopp

ETT = Decimal(1)
FLEST_SIFFROR = 16
FLEST_DECIMALER = 20
ALLA_SIFFROR = Context(prec=2 * (FLEST_SIFFROR + FLEST_DECIMALER))
FORSTA_AR, SISTA_AR = 1990, 2200

_RAKT_TAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")

_BELOPP = ("synnerliga_skal", "ib_aterstalla", "rer_ib", "bas", "eget_kapital_inkl_pensioner")
_ARSNYCKLAR = (
    "ar",
    "slag",
    "omraknat",
    "aviserat",
    "poster",
    *_BELOPP,
    "synnerliga_skal_i_resultatet",
    "synnerliga_skal_beslut",
    "senast_ar",
    "atgardsplan",
    "ib_brister",
    "publicerat",
)


class OgiltigFil(ValueError):
    """The file cannot be read. `str()` is a Swedish sentence that names year and key."""


@dataclass(frozen=True, slots=True)
class Balanskravsfil:
    """The years of a file, and the unit that all its amounts are in."""

    enhet: str
    underlag: tuple[Arsunderlag, ...]


# In.


@dataclass(frozen=True, slots=True)
class _InteTal:
    """NaN and Infinity, which JSON does not have but many programs write."""

    text: str


def las(text: str | bytes) -> Balanskravsfil:
    """Read the text of a file. Raises OgiltigFil for all that is not as described above."""
    try:
        ren = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
    except UnicodeDecodeError as fel:
        raise OgiltigFil("Filen är inte sparad som UTF-8.") from fel
    try:
        data = json.loads(
            ren,
            parse_int=_json_tal,
            parse_float=_json_tal,
            parse_constant=_InteTal,
            object_pairs_hook=_objekt,
        )
    except json.JSONDecodeError as fel:
        raise OgiltigFil(
            f"Filen är inte giltig JSON. Felet finns vid rad {fel.lineno}, tecken {fel.colno}."
        ) from fel
    except RecursionError as fel:
        raise OgiltigFil("Filen är inte giltig: för många nivåer av klamrar.") from fel
    return fran_dict(data)


def _json_tal(text: str) -> Decimal | _InteTal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return _InteTal(text)


class _Objekt(dict):
    """A JSON object that remembers a key written twice, so that the error can say where."""

    dubbel: str | None = None


def _objekt(par: list[tuple[str, Any]]) -> _Objekt:
    resultat = _Objekt(par)
    antal = Counter(nyckel for nyckel, _ in par)
    resultat.dubbel = next((nyckel for nyckel in resultat if antal[nyckel] > 1), None)
    return resultat


def fran_dict(data: Any) -> Balanskravsfil:
    """Read the same structure as parsed JSON, for example from the database. Raises OgiltigFil."""
    _prova_nycklar(data, ("enhet", "ar"), "Filen")
    enhet = data.get("enhet", "mnkr")
    if not isinstance(enhet, str) or enhet not in SKALOR:
        raise OgiltigFil(f"Nyckeln «enhet» ska vara {', '.join(SKALOR)}, inte {_citat(enhet)}.")
    rader = data.get("ar")
    if not isinstance(rader, list) or not rader:
        raise OgiltigFil("Nyckeln «ar» ska vara en lista med minst ett år.")
    underlag = tuple(_las_ar(rad, nummer, enhet) for nummer, rad in enumerate(rader, start=1))
    _prova_ordning([ett_ar.ar for ett_ar in underlag])
    for ett_ar in underlag[1:]:
        if ett_ar.ib_brister:
            raise OgiltigFil(f"År {ett_ar.ar}, ib_brister: bara filens första år får ha nyckeln.")
    return Balanskravsfil(enhet, underlag)


def _prova_ordning(aren: list[int]) -> None:
    for forra, nasta in pairwise(aren):
        if nasta == forra:
            raise OgiltigFil(f"År {nasta}, ar: året står två gånger.")
        if nasta < forra:
            raise OgiltigFil(
                f"År {nasta}, ar: åren ska stå i ordning med det äldsta först, men {forra} står före."
            )
        if nasta > forra + 1:
            raise OgiltigFil(f"År {nasta}, ar: mellan {forra} och {nasta} saknas minst ett år.")


def _prova_nycklar(data: Any, kanda: Iterable[str], plats: str) -> None:
    if not isinstance(data, dict):
        raise OgiltigFil(f"{plats}: här ska stå ett objekt med klamrar, inte {_citat(data)}.")
    if getattr(data, "dubbel", None):
        raise OgiltigFil(f"{plats}: nyckeln «{data.dubbel}» står två gånger.")
    for nyckel in data:
        if nyckel not in kanda:
            raise OgiltigFil(f"{plats}: okänd nyckel «{nyckel}». Kända nycklar är {', '.join(kanda)}.")


def _citat(varde: Any) -> str:
    if isinstance(varde, bool):
        return "true" if varde else "false"
    if varde is None:
        return "null"
    if isinstance(varde, (dict, list)):
        return "ett objekt" if isinstance(varde, dict) else "en lista"
    return f"«{varde.text if isinstance(varde, _InteTal) else varde}»"


def _las_ar(data: Any, nummer: int, enhet: str) -> Arsunderlag:
    plats = f"Post {nummer} i listan «ar»"
    if not isinstance(data, dict):
        raise OgiltigFil(f"{plats}: här ska stå ett objekt med klamrar, inte {_citat(data)}.")
    if "ar" not in data:
        raise OgiltigFil(f"{plats}: nyckeln «ar» saknas.")
    ar = _las_arta(data["ar"], f"{plats}, ar")
    plats = f"År {ar}"
    _prova_nycklar(data, _ARSNYCKLAR, plats)
    belopp = {
        nyckel: _las_belopp(data[nyckel], f"{plats}, {nyckel}", enhet)
        for nyckel in _BELOPP
        if data.get(nyckel) is not None
    }
    return Arsunderlag(
        ar=ar,
        slag=_las_slag(data.get("slag"), plats),
        omraknat=_las_ja_nej(data, "omraknat", plats),
        aviserat=_las_avisering(data.get("aviserat"), f"{plats}, aviserat"),
        poster=_las_flera(data.get("poster", {}), RESULTATPOSTER, f"{plats}, poster", enhet),
        synnerliga_skal_i_resultatet=_las_ja_nej(data, "synnerliga_skal_i_resultatet", plats),
        synnerliga_skal_beslut=_las_undantagsbeslut(data.get("synnerliga_skal_beslut"), plats),
        senast_ar=_las_senast(data.get("senast_ar"), ar, f"{plats}, senast_ar"),
        atgardsplan=_las_atgardsplan(data.get("atgardsplan"), f"{plats}, atgardsplan"),
        ib_brister=_las_ib_brister(data.get("ib_brister"), ar, enhet),
        publicerat=_las_flera(data.get("publicerat", {}), PUBLICERADE, f"{plats}, publicerat", enhet),
        **belopp,
    )


def _las_arta(varde: Any, plats: str) -> int:
    if isinstance(varde, bool) or not isinstance(varde, (int, Decimal)):
        raise OgiltigFil(
            f"{plats}: ett år ska skrivas som ett heltal, till exempel 2024, inte {_citat(varde)}."
        )
    if not FORSTA_AR <= varde <= SISTA_AR or varde != int(varde):
        raise OgiltigFil(f"{plats}: {_citat(varde)} är inget rimligt år.")
    return int(varde)


def _las_slag(varde: Any, plats: str) -> Arsslag | None:
    if varde is None:
        return None
    if varde not in tuple(Arsslag):
        raise OgiltigFil(f"{plats}, slag: skriv {', '.join(Arsslag)}, inte {_citat(varde)}.")
    return Arsslag(varde)


def _las_senast(varde: Any, ar: int, plats: str) -> int | None:
    if varde is None:
        return None
    senast = _las_arta(varde, plats)
    if senast < ar:
        raise OgiltigFil(f"{plats}: sista året kan inte vara före {ar}.")
    return senast


def _las_ja_nej(data: Mapping[str, Any], nyckel: str, plats: str) -> bool:
    varde = data.get(nyckel, False)
    if not isinstance(varde, bool):
        raise OgiltigFil(f"{plats}, {nyckel}: skriv true eller false, inte {_citat(varde)}.")
    return varde


def _las_flera(data: Any, kanda: tuple[str, ...], plats: str, enhet: str) -> dict[str, Matt]:
    _prova_nycklar(data, kanda, plats)
    return {nyckel: _las_belopp(varde, f"{plats}.{nyckel}", enhet) for nyckel, varde in data.items()}


def _las_belopp(varde: Any, plats: str, enhet: str) -> Matt:
    """One amount in the file's unit with its precision; what is not an amount is never taken as zero."""
    if isinstance(varde, dict):
        return _las_med_precision(varde, plats, enhet)
    if isinstance(varde, str):
        return _las_text(varde, plats, enhet)
    if isinstance(varde, bool) or not isinstance(varde, (int, float, Decimal)):
        raise OgiltigFil(f"{plats}: {_citat(varde)} är inte ett tal. Saknas beloppet, ta bort nyckeln.")
    tal = Decimal(repr(varde)) if isinstance(varde, float) else Decimal(varde)
    return _prova_storlek(tal, plats, trimma=True)


def _las_text(text: str, plats: str, enhet: str) -> Matt:
    if _RAKT_TAL.fullmatch(text.strip()):
        return _prova_storlek(Decimal(text.strip()), plats)
    try:
        tolkat = tolka_belopp(text, skala=SKALOR[enhet])
    except OgiltigtBelopp as fel:
        raise OgiltigFil(f"{plats}: {fel}") from fel
    if tolkat is None:
        raise OgiltigFil(f"{plats}: beloppet är tomt. Saknas det, ta bort nyckeln.")
    return Matt(tolkat.varde / SKALOR[enhet], tolkat.precision / SKALOR[enhet])


def _las_med_precision(data: dict[str, Any], plats: str, enhet: str) -> Matt:
    _prova_nycklar(data, ("varde", "precision"), plats)
    delar = []
    for nyckel in ("varde", "precision"):
        if nyckel not in data or isinstance(data[nyckel], dict):
            raise OgiltigFil(f"{plats}: nyckeln «{nyckel}» ska vara ett tal.")
        delar.append(_las_belopp(data[nyckel], f"{plats}.{nyckel}", enhet).varde)
    if delar[1] <= 0:
        raise OgiltigFil(f"{plats}.precision: precisionen ska vara större än noll.")
    return Matt(*delar)


def _prova_storlek(tal: Decimal, plats: str, *, trimma: bool = False) -> Matt:
    if not tal.is_finite():
        raise OgiltigFil(f"{plats}: «{tal}» är inte ett tal.")
    if tal and tal.adjusted() >= FLEST_SIFFROR:
        raise OgiltigFil(f"{plats}: talet är för stort. Kontrollera enheten.")
    decimaler = -(tal.normalize() if trimma else tal).as_tuple().exponent
    if decimaler > FLEST_DECIMALER:
        raise OgiltigFil(f"{plats}: talet har för många decimaler.")
    return Matt(tal or abs(tal), ETT.scaleb(-max(0, decimaler)))


def _las_ib_brister(data: Any, ar: int, enhet: str) -> tuple[IbBrist, ...]:
    plats = f"År {ar}, ib_brister"
    if data is None:
        return ()
    if not isinstance(data, list):
        raise OgiltigFil(f"{plats}: här ska stå en lista, inte {_citat(data)}.")
    brister = tuple(_las_ib_brist(rad, ar, plats, enhet) for rad in data)
    if len({brist.ar for brist in brister}) < len(brister):
        raise OgiltigFil(f"{plats}: samma underskottsår står två gånger.")
    return brister


def _las_ib_brist(data: Any, ar: int, plats: str, enhet: str) -> IbBrist:
    _prova_nycklar(data, ("ar", "belopp", "senast", "atgardsplan"), plats)
    for nyckel in ("ar", "belopp"):
        if nyckel not in data:
            raise OgiltigFil(f"{plats}: nyckeln «{nyckel}» saknas.")
    bristar = None if data["ar"] is None else _las_arta(data["ar"], f"{plats}.ar")
    if bristar is not None and bristar >= ar:
        raise OgiltigFil(f"{plats}.ar: underskottet {bristar} ska ligga före {ar}.")
    belopp = _las_belopp(data["belopp"], f"{plats}.belopp", enhet)
    if belopp.varde < 0:
        vilket = "underskottet" if bristar is None else f"underskottet {bristar}"
        raise OgiltigFil(f"{plats}.belopp: {vilket} ska skrivas utan minus.")
    return IbBrist(
        bristar,
        belopp,
        _las_senast(data.get("senast"), bristar or FORSTA_AR, f"{plats}.senast"),
        _las_atgardsplan(data.get("atgardsplan"), f"{plats}.atgardsplan"),
    )


def _las_undantagsbeslut(data: Any, plats: str) -> Undantagsbeslut | None:
    if data is None:
        return None
    plats = f"{plats}, synnerliga_skal_beslut"
    _prova_nycklar(data, ("slag", "organ", "datum", "paragraf", "motiv"), plats)
    slag = data.get("slag")
    if slag not in tuple(Undantagsslag):
        raise OgiltigFil(f"{plats}.slag: skriv {', '.join(Undantagsslag)}, inte {_citat(slag)}.")
    uppgifter = {nyckel: _las_ord(data, nyckel, plats) for nyckel in ("organ", "paragraf", "motiv")}
    return Undantagsbeslut(Undantagsslag(slag), datum=_las_datum(data, plats), **uppgifter)


def _las_atgardsplan(data: Any, plats: str) -> Beslut | None:
    if data is None:
        return None
    _prova_nycklar(data, ("organ", "datum", "paragraf"), plats)
    return Beslut(_las_ord(data, "organ", plats), _las_datum(data, plats), _las_ord(data, "paragraf", plats))


def _las_avisering(data: Any, plats: str) -> Avisering | None:
    if data is None:
        return None
    _prova_nycklar(data, ("organ", "datum", "motiv"), plats)
    return Avisering(_las_ord(data, "organ", plats), _las_datum(data, plats), _las_ord(data, "motiv", plats))


def _las_ord(data: Mapping[str, Any], nyckel: str, plats: str) -> str:
    varde = data.get(nyckel) or ""
    if not isinstance(varde, str):
        raise OgiltigFil(f"{plats}.{nyckel}: här ska stå text inom citattecken, inte {_citat(varde)}.")
    return varde.strip()


def _las_datum(data: Mapping[str, Any], plats: str) -> date | None:
    text = _las_ord(data, "datum", plats)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as fel:
        raise OgiltigFil(f"{plats}.datum: skriv datumet som 2024-11-04, inte «{text}».") from fel


# Out.


def tal(varde: Decimal) -> str:
    """A plain decimal string without trailing zeros or exponent: «2892», «1902.82», «0»."""
    text = format(varde, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def skriv(resultat: Balanskravsutredning) -> dict[str, Any]:
    """The result as JSON data, amounts as plain decimal strings in the unit of the input."""
    return {
        "enhet": resultat.enhet,
        "regelversion": resultat.regelversion,
        "ar": [_skriv_ar(ett_ar) for ett_ar in resultat.ar],
    }


_RESULTATBELOPP = (
    "resultat_efter_justeringar",
    "balanskravsresultat",
    "synnerliga_skal",
    "ib_aterstalla",
    "ny_brist",
    "aterstallt",
    "undantag_tidigare",
    "ub_aterstalla",
)


def _skriv_ar(ett_ar: Arsutredning) -> dict[str, Any]:
    max_till = ett_ar.max_reservering
    return {
        "ar": ett_ar.ar,
        "slag": ett_ar.slag,
        "omraknat": ett_ar.omraknat,
        "poster": {nyckel: tal(varde) for nyckel, varde in ett_ar.poster.items()},
        **{nyckel: tal(getattr(ett_ar, nyckel)) for nyckel in _RESULTATBELOPP},
        "brister": [_skriv_brist(brist) for brist in ett_ar.brister],
        "max_reservering": None if max_till is None else tal(max_till),
        "max_formel": ett_ar.max_formel,
        "anmarkningar": [{"kod": a.kod, "niva": a.niva.value, "text": a.text} for a in ett_ar.anmarkningar],
    }


def _skriv_brist(brist: Brist) -> dict[str, Any]:
    return {
        "ar": brist.ar,
        "belopp": tal(brist.belopp),
        "undantag": tal(brist.undantag),
        "kvar": tal(brist.kvar),
        "senast": brist.senast,
        "aterstallt": [{"ar": a.ar, "belopp": tal(a.belopp)} for a in brist.aterstallt],
    }


def las_resultat(data: Mapping[str, Any]) -> Balanskravsutredning:
    """Read back what `skriv` wrote, with the regelversion it was computed by: 2024-1 had fewer keys."""
    return Balanskravsutredning(
        data["enhet"], tuple(_las_arsutredning(rad) for rad in data["ar"]), data["regelversion"]
    )


def _las_arsutredning(data: Mapping[str, Any]) -> Arsutredning:
    max_till = data["max_reservering"]
    return Arsutredning(
        ar=data["ar"],
        poster={nyckel: Decimal(varde) for nyckel, varde in data["poster"].items()},
        brister=tuple(_las_brist(rad) for rad in data["brister"]),
        max_reservering=None if max_till is None else Decimal(max_till),
        anmarkningar=tuple(Anmarkning(a["kod"], Niva(a["niva"]), a["text"]) for a in data["anmarkningar"]),
        max_formel=data.get("max_formel", ""),
        slag=Arsslag(data["slag"]) if data.get("slag") else None,
        omraknat=data.get("omraknat", False),
        **{nyckel: Decimal(data.get(nyckel, "0")) for nyckel in _RESULTATBELOPP},
    )


def _las_brist(data: Mapping[str, Any]) -> Brist:
    return Brist(
        ar=data["ar"],
        belopp=Decimal(data["belopp"]),
        undantag=Decimal(data["undantag"]),
        senast=data["senast"],
        aterstallt=tuple(Aterstallning(a["ar"], Decimal(a["belopp"])) for a in data["aterstallt"]),
    )


def underlag_som_dict(underlag: tuple[Arsunderlag, ...], *, enhet: str) -> dict[str, Any]:
    """The input as JSON data that `fran_dict` reads back to the same underlag."""
    return {"enhet": enhet, "ar": [_skriv_underlag(ett_ar) for ett_ar in underlag]}


def _skriv_underlag(u: Arsunderlag) -> dict[str, Any]:
    data: dict[str, Any] = {
        "ar": u.ar,
        "slag": u.slag,
        "omraknat": u.omraknat,
        "poster": {n: _skriv_matt(m) for n, m in u.poster.items()},
    }
    data |= {n: _skriv_matt(getattr(u, n)) for n in _BELOPP if getattr(u, n) is not None}
    data["synnerliga_skal_i_resultatet"] = u.synnerliga_skal_i_resultatet
    if u.synnerliga_skal_beslut is not None:
        beslut = u.synnerliga_skal_beslut
        data["synnerliga_skal_beslut"] = {
            "slag": beslut.slag.value,
            **_skriv_beslut(beslut),
            "motiv": beslut.motiv,
        }
    if u.aviserat is not None:
        datum = u.aviserat.datum and u.aviserat.datum.isoformat()
        data["aviserat"] = {"organ": u.aviserat.organ, "datum": datum, "motiv": u.aviserat.motiv}
    if u.senast_ar is not None:
        data["senast_ar"] = u.senast_ar
    if u.atgardsplan is not None:
        data["atgardsplan"] = _skriv_beslut(u.atgardsplan)
    if u.ib_brister:
        data["ib_brister"] = [
            {"ar": b.ar, "belopp": _skriv_matt(b.belopp), "senast": b.senast}
            | ({"atgardsplan": _skriv_beslut(b.atgardsplan)} if b.atgardsplan else {})
            for b in u.ib_brister
        ]
    data["publicerat"] = {n: _skriv_matt(m) for n, m in u.publicerat.items()}
    return data


def _skriv_beslut(beslut: Beslut | Undantagsbeslut) -> dict[str, Any]:
    datum = beslut.datum.isoformat() if beslut.datum else None
    return {"organ": beslut.organ, "datum": datum, "paragraf": beslut.paragraf}


def _skriv_matt(matt: Matt) -> str | dict[str, str]:
    """A plain string where its last digit says the precision, else value and precision."""
    utskrivet = format(matt.varde.quantize(min(ETT, matt.precision), context=ALLA_SIFFROR), "f")
    if _prova_storlek(Decimal(utskrivet), "") == matt:
        return utskrivet
    return {"varde": tal(matt.varde), "precision": tal(matt.precision)}
