"""A CSV file of amounts → neutral rows with their place, and findings. Nothing is saved here.

Columns: version, uppstallning, post, omfang (`enhet:KOD`, `sektor:KOD`, `alla`, or `hel:KOD` for a förvaltning with
its parts and without its förvaltningsinterna poster), ar, belopp, matt (kr, tkr or mnkr;
procent or antal for lines that are given so), slag (`blad` is an amount,
`tryckt` a printed figure kept as a check), kalla.
"""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

from regionskane.lib.anmarkning import Anmarkning, Niva
from regionskane.lib.belopp import ENHETER, OgiltigtBelopp, TolkatBelopp, tolka_belopp

KOLUMNER = ("version", "uppstallning", "post", "omfang", "ar", "belopp", "matt", "slag", "kalla")


@dataclass(frozen=True, slots=True)
class Beloppsrad:
    """One line of the file: `rad` is its line number, `belopp` kronor, or for `matt` procent and antal the
    figure itself, with the printed precision."""

    rad: int
    version: str
    uppstallning: str
    post: str
    omfangstyp: str
    omfang: str
    ar: int
    belopp: TolkatBelopp
    slag: str
    kalla: str
    matt: str


@dataclass(frozen=True, slots=True)
class Beloppsfil:
    """What a file says. With any finding of level FEL it must not be saved."""

    namn: str
    sha256: str
    rader: tuple[Beloppsrad, ...]
    anmarkningar: tuple[Anmarkning, ...]


def las_beloppsfil(plats: Path, *, namn: str) -> Beloppsfil:
    """Read a file; every fault becomes a finding with its line number, and nothing is guessed."""
    innehall = plats.read_bytes()
    sha = hashlib.sha256(innehall).hexdigest()
    fel: list[Anmarkning] = []
    rader: list[Beloppsrad] = []
    try:
        text = innehall.decode("utf-8-sig")
    except UnicodeDecodeError:
        fel.append(_fel("KODNING", f"{namn} är inte UTF-8. Spara filen som CSV UTF-8."))
        return Beloppsfil(namn, sha, (), tuple(fel))
    lasare = csv.DictReader(text.splitlines())
    if tuple(lasare.fieldnames or ()) != KOLUMNER:
        fel.append(_fel("KOLUMNER", f"{namn} ska ha kolumnerna {', '.join(KOLUMNER)}."))
        return Beloppsfil(namn, sha, (), tuple(fel))
    sedda: dict[tuple, int] = {}
    for post in lasare:
        rad = lasare.line_num
        try:
            tolkad = _tolka_rad(rad, post)
        except ValueError as skal:
            fel.append(_fel("RAD", f"{namn} rad {rad}: {skal}"))
            continue
        cell = (tolkad.version, tolkad.uppstallning, tolkad.post, tolkad.omfangstyp, tolkad.omfang, tolkad.ar)
        if (tolkad.slag, *cell) in sedda:
            fel.append(
                _fel("DUBBLETT", f"{namn} rad {rad}: samma cell står på rad {sedda[tolkad.slag, *cell]}.")
            )
            continue
        sedda[tolkad.slag, *cell] = rad
        rader.append(tolkad)
    return Beloppsfil(namn, sha, tuple(rader), tuple(fel))


def _fel(kod, text):
    return Anmarkning(kod, Niva.FEL, text)


def _tolka_rad(rad, post) -> Beloppsrad:
    if None in post or any(v is None for v in post.values()):
        raise ValueError("raden har fel antal fält.")
    matt = post["matt"]
    if matt not in ENHETER:
        raise ValueError(f"måttet «{matt}» ska vara kr, tkr, mnkr, procent eller antal.")
    if post["slag"] not in ("blad", "tryckt"):
        raise ValueError(f"slaget «{post['slag']}» ska vara blad eller tryckt.")
    if not post["ar"].isdigit():
        raise ValueError(f"året «{post['ar']}» är inte ett årtal.")
    # OgiltigtBelopp is a ValueError
    belopp = tolka_belopp(post["belopp"], skala=ENHETER[matt], procent=matt == "procent")
    if belopp is None:
        raise OgiltigtBelopp("beloppet saknas.")
    typ, _, kod = post["omfang"].partition(":")
    if typ not in ("enhet", "sektor", "hel", "alla") or bool(kod) == (typ == "alla"):
        raise ValueError(f"omfånget «{post['omfang']}» ska vara enhet:KOD, sektor:KOD, hel:KOD eller alla.")
    if post["slag"] == "blad" and typ != "enhet":
        raise ValueError("ett belopp ska höra till en enhet.")
    return Beloppsrad(
        rad, post["version"], post["uppstallning"], post["post"], typ, kod, int(post["ar"]), belopp,
        post["slag"], post["kalla"], matt,
    )  # fmt: skip
