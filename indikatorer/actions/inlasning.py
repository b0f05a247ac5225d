"""Measurements from a file or from Kolada: kept, shown against what is there, and then written as one transaction.

What was sent or fetched is kept under its SHA-256, so that what is accepted is what was shown. The preview
carries a print (`avtryck`) of all that would be done; accepting is refused when it would do anything else.
"""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from indikatorer.actions.matningar import (
    AndratSedanForhandsgranskningen,
    Ersatt,
    Inlasning,
    Matningsrad,
    OgiltigMatning,
    las_in_matningar,
)
from indikatorer.actions.skala import Skalfraga, fraga_om_skala, fragans_enhet, hitta_skalfragor
from indikatorer.imports.kolada import (
    EGET_OMRADE,
    HELA_LANDET,
    SKYDDAT,
    Kolada,
    KoladaFel,
    Omrade,
    sammanfatta,
)
from indikatorer.imports.matningar import las_matningar
from indikatorer.models import Jamforelseomrade, Kon, Omradesslag, Saknas, Ursprung
from indikatorer.regler.skala import flytta
from indikatorer.selectors.celler import UPPGIFTSFALT, Matningsnyckel, Matningsuppgift
from indikatorer.selectors.register import (
    Sparad,
    hamta_jamforbara,
    hamta_koladaindikatorer,
    hamta_register,
    hamta_sparade,
)
from organisation.permissions import Behorighet, Ratt
from regionskane.historik import andring
from regionskane.jobb.actions import behall, lasbar_plats, skriv_fil, skriv_forhand, starta_jobb
from regionskane.jobb.models import Jobb
from regionskane.lib.anmarkning import Anmarkning, Niva
from regionskane.lib.hamta import Jsonhamtare
from regionskane.lib.textfil import OlasligFil

SLAG_LAS_IN = "las_in_matningar"
SLAG_KOLADA = "hamta_kolada"

SEX_DECIMALER = Decimal("0.000001")
# What is part of a value: when the value is another, these are no longer true unless they were given with it.
HOR_TILL_VARDET = ("taljare", "namnare", "antal", "preliminar")


class InlasningsFel(Exception):
    """Nothing can be read in. `str()` is a sentence for the user, `anmarkningar` what is to be put right."""

    def __init__(self, text: str, anmarkningar: Sequence[Anmarkning] = ()):
        self.anmarkningar = tuple(anmarkningar)
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Underlag:
    """What was sent or fetched and is kept: its SHA-256, its name for the user, and where it came from.

    `ursprung` is Ursprung.IMPORTERAD for a file and Ursprung.KOLADA for what Kolada answered. `rakna_om`: values
    that look like shares, or like having lost their comma, are to be read as the others of their rows.
    """

    sha256: str
    namn: str
    ursprung: str
    rakna_om: bool = False


@dataclass(frozen=True, slots=True)
class Andring:
    """A value as it is (`fore`, None: nothing) and as it would be (`efter`, None: taken away)."""

    cell: Matningsnyckel
    fore: Matningsuppgift | None
    fore_ursprung: str
    efter: Matningsuppgift | None


@dataclass(frozen=True, slots=True)
class Granskning:
    """What a reading would do. With any finding of level FEL there is no `resultat`, and nothing can be accepted.

    `antal_rader` is the rows of the file, or the values that Kolada gave; `skalfragor` the values to ask about.
    """

    underlag: Underlag
    antal_rader: int
    anmarkningar: tuple[Anmarkning, ...]
    rader: tuple[Matningsrad, ...]
    resultat: Inlasning | None
    nya: tuple[Andring, ...] = ()
    skalfragor: tuple[Skalfraga, ...] = ()

    @property
    def fel(self) -> tuple[Anmarkning, ...]:
        return tuple(a for a in self.anmarkningar if a.niva is Niva.FEL)

    @property
    def andrade(self) -> tuple[Andring, ...]:
        """The values that would be others, in the order of the file."""
        return tuple(self._andring(e) for e in self._ersatta(borttagen=False))

    @property
    def borttagna(self) -> tuple[Andring, ...]:
        """The values that would be taken away, because Kolada has done so."""
        return tuple(self._andring(e) for e in self._ersatta(borttagen=True))

    def _ersatta(self, *, borttagen: bool) -> Iterable[Ersatt]:
        ersatta = self.resultat.ersatta if self.resultat else ()
        return (e for e in ersatta if self.rader[e.rad].borttagen is borttagen)

    def _andring(self, e: Ersatt) -> Andring:
        rad = self.rader[e.rad]
        return Andring(rad.cell, e.fore, e.fore_ursprung, None if rad.borttagen else rad.uppgift)


class ErsatterVarden(InlasningsFel):
    """The reading would change what is there, which was not asked for. `granskning` shows each."""

    def __init__(self, granskning: Granskning):
        self.granskning = granskning
        r = granskning.resultat
        super().__init__(
            f"Inläsningen skulle ändra {r.andrade} och ta bort {r.borttagna} värden som redan finns. "
            "Ingenting har sparats."
        )


# Before anything is written.


def behall_fil(*, innehall: bytes, namn: str) -> Underlag:
    """Keep a file that was sent, until it is accepted or some days have gone. Nothing is read of it yet."""
    return Underlag(skriv_forhand(innehall), namn[-200:], Ursprung.IMPORTERAD)


def koladaklient() -> Kolada:
    """The client for the address in KOLADA_URL."""
    return Kolada(Jsonhamtare(settings.KOLADA_URL, namn="Kolada"))


def hamta_fran_kolada(
    *, klient: Kolada, kpier: Collection[str] | None, omraden: Collection[str], ar: Collection[int], by
) -> bytes:
    """Everything that Kolada has for the nyckeltal, områden and years, to be kept. With `kpier` None: for all nyckeltal
    of the library whose values the user may write.

    Raises InlasningsFel when a nyckeltal belongs to no indikator or to several, when an område is unknown to Kolada,
    and when Kolada does not answer as it should; then there is nothing.
    """
    kpier = None if kpier is None else {k.strip().upper() for k in kpier}
    kanda = hamta_koladaindikatorer(kpier, by)
    if kpier is None:
        kanda = {kpi: poster for kpi, poster in kanda.items() if any(p.far_andras for p in poster)}
    _krav_kanda(kanda, kpier)
    try:
        varden = sammanfatta(klient.varden(kpier=sorted(kanda), omraden=omraden, ar=ar)).values()
        nya_omraden = _beskriv_omraden(klient, omraden)
    except KoladaFel as fel:
        raise InlasningsFel(str(fel)) from fel
    innehall = {
        "hamtad": timezone.now().isoformat(timespec="seconds"),
        "kpier": sorted(kanda),
        "omraden": sorted({o.strip().upper() for o in omraden}),
        "ar": sorted(set(ar)),
        "nya_omraden": [[o.kod, o.namn, o.typ] for o in nya_omraden],
        "varden": [
            [v.kpi, v.omrade, v.ar, v.kon, None if v.varde is None else str(v.varde), v.status, v.borttagen]
            for v in varden
        ],
    }
    return json.dumps(innehall, ensure_ascii=False).encode()


def behall_kolada(*, innehall: bytes, by) -> Underlag:
    """Keep what `hamta_fran_kolada` gave, and make the områden that are new to us known."""
    poster = json.loads(innehall)
    with andring(by=by, varfor="Hämtade från Kolada"):
        Jamforelseomrade.objects.bulk_create(
            (
                Jamforelseomrade(kod=kod, namn=namn[:120], slag=_omradesslag(kod, typ))
                for kod, namn, typ in poster["nya_omraden"]
            ),
            ignore_conflicts=True,
        )
    return Underlag(skriv_fil(innehall), f"Kolada {poster['hamtad'][:10]}", Ursprung.KOLADA)


def granska(*, underlag: Underlag, by) -> Granskning:
    """What accepting would do, found by doing it and taking it back. Nothing is kept.

    Raises InlasningsFel when the file is no table of measurements, or is no longer kept.
    """
    antal, anmarkningar, rader, sparade, fragor = _bered(underlag, by, i_anrop=True)
    resultat, nya = None, ()
    if not any(a.niva is Niva.FEL for a in anmarkningar):
        resultat = _las_in(underlag, rader, by, prova=True)
        nya = _nya(rader, sparade)
    return Granskning(underlag, antal, anmarkningar, rader, resultat, nya, fragor)


# Writing.


def ta_emot(*, underlag: Underlag, avtryck: str, by) -> Inlasning:
    """Write what `granska` showed: all of it, or nothing.

    Raises InlasningsFel when it cannot be read in, and when the values have changed since the preview with `avtryck`.
    """
    _, anmarkningar, rader, *_ = _bered(underlag, by)
    _krav_utan_fel(anmarkningar)
    with transaction.atomic():
        inlast = _las_in(underlag, rader, by, avtryck=avtryck)
        behall(underlag.sha256)
    return inlast


def las_in(*, underlag: Underlag, ersatt: bool, by) -> Granskning:
    """Preview and accept in one, for the command line.

    Unless `ersatt`, a reading that would change or take away a value that is there is refused with ErsatterVarden.
    """
    antal, anmarkningar, rader, sparade, fragor = _bered(underlag, by)
    _krav_utan_fel(anmarkningar)
    with transaction.atomic():
        resultat = _las_in(underlag, rader, by)
        granskning = Granskning(underlag, antal, anmarkningar, rader, resultat, _nya(rader, sparade), fragor)
        if resultat.ersatta and not ersatt:
            raise ErsatterVarden(granskning)
        behall(underlag.sha256)
    return granskning


def starta_inlasning(*, granskning: Granskning, by) -> Jobb:
    """Queue the writing of what has been previewed and accepted."""
    u = granskning.underlag
    behall(u.sha256)
    return starta_jobb(
        slag=SLAG_LAS_IN,
        titel=f"Läs in {u.namn}"[:200],
        parametrar={
            "sha256": u.sha256,
            "namn": u.namn,
            "ursprung": u.ursprung,
            "rakna_om": u.rakna_om,
            "avtryck": granskning.resultat.avtryck,
        },
        by=by,
    )


def starta_koladahamtning(
    *, kpier: Collection[str] | None, omraden: Collection[str], ar: Collection[int], by
) -> Jobb:
    """Queue a fetching from Kolada. The job's file is the Underlag to preview; nothing is written among the values."""
    return starta_jobb(
        slag=SLAG_KOLADA,
        titel="Hämta från Kolada",
        parametrar={
            "kpier": None if kpier is None else sorted(kpier),
            "omraden": sorted(omraden),
            "ar": sorted(ar),
        },
        by=by,
    )


def hamtat_underlag(jobb: Jobb) -> Underlag | None:
    """What a finished fetching from Kolada kept, to be previewed. None for any other job, and one that is not done.

    Only a job says that something came from Kolada: what a user sends in is always a file.
    """
    fil = jobb.filer.first() if jobb.slag == SLAG_KOLADA else None
    return fil and Underlag(fil.sha256, fil.namn.removesuffix(".json"), Ursprung.KOLADA)


def krav_ratt(by) -> None:
    """Raise PermissionDenied unless the user may write the values of some indikator."""
    if not Behorighet(by).omfang(Ratt.SKRIVA_MATNINGAR):
        raise PermissionDenied(f"Din roll får inte {Ratt.SKRIVA_MATNINGAR.value}.")


# What was kept, made into rows.


def _bered(underlag: Underlag, by, *, i_anrop: bool = False):
    """(rows in the file, findings, rows to write, what stands in their cells, values to ask about)."""
    antal, anmarkningar, rader, sparade = _las_underlag(underlag, by, i_anrop=i_anrop)
    nya = {
        r.cell: r.uppgift.varde
        for r in rader
        if not r.borttagen and not (r.cell in sparade and sparade[r.cell].uppgift.varde == r.uppgift.varde)
    }
    fragor = hitta_skalfragor(nya)
    if any(f.procent for f in fragor):
        # The question says the same, and what the row usually is.
        anmarkningar = tuple(a for a in anmarkningar if a.kod not in ("PROCENT", "ANDEL"))
    elif hamta_jamforbara({c: v for c, v in nya.items() if v}) or not any(nya.values()):
        # What the rows usually are has been asked, or has been answered before.
        anmarkningar = tuple(a for a in anmarkningar if a.kod != "ANDEL")
    if fragor and underlag.rakna_om:
        rader = tuple(_omraknade(rader, fragor))
        text = f"Omräknade till {fragans_enhet(fragor)} som radens andra år: {len(fragor)} värden."
        return antal, (*anmarkningar, Anmarkning("SKALA", Niva.INFO, text)), rader, sparade, ()
    if fragor:
        anmarkningar = (*anmarkningar, Anmarkning("SKALA", Niva.VARNING, fraga_om_skala(fragor, len(nya))))
    return antal, anmarkningar, rader, sparade, fragor


def _omraknade(rader, fragor) -> Iterable[Matningsrad]:
    steg = {f.cell: f.steg for f in fragor}
    for r in rader:
        if r.cell in steg and not r.borttagen:
            r = replace(r, uppgift=replace(r.uppgift, varde=flytta(r.uppgift.varde, steg[r.cell])))
        yield r


def _las_underlag(underlag: Underlag, by, *, i_anrop: bool):
    with _oppna(underlag) as fil:
        if underlag.ursprung == Ursprung.KOLADA:
            return _bered_kolada(json.load(fil), by)
        try:
            last = las_matningar(fil, hamta_register(by), i_anrop=i_anrop)
        except OlasligFil as fel:
            raise InlasningsFel(str(fel)) from fel
    sparade = hamta_sparade(last.varden)
    rader = _rader(last.varden, sparade, givna=last.givna, kalla=underlag.namn)
    return last.antal_rader, last.anmarkningar, rader, sparade


def _bered_kolada(poster: dict, by):
    kanda = hamta_koladaindikatorer(poster["kpier"], by)
    _krav_kanda(kanda, poster["kpier"])
    omraden: dict[str, int | None] = dict(Jamforelseomrade.objects.values_list("kod", "pk")) | {
        EGET_OMRADE: None
    }
    varden, borttagna, fynd = {}, set(), []
    avrundade = utan_kon = 0
    for kpi, omrade, ar, kon, skrivet, status, borttagen in poster["varden"]:
        (post,) = kanda[kpi]
        if kon != Kon.TOTALT and not post.konsuppdelad:
            utan_kon += 1
            continue
        if omrade not in omraden:
            raise InlasningsFel(f"Jämförelseområdet {omrade} finns inte längre. Hämta från Kolada på nytt.")
        cell = Matningsnyckel(post.pk, ar, None, kon, 0, None, omraden[omrade])
        if borttagen:
            borttagna.add(cell)
            continue
        varde = None if skrivet is None else Decimal(skrivet)
        if varde is not None and varde.as_tuple().exponent < -6:
            varde, avrundade = varde.quantize(SEX_DECIMALER, rounding=ROUND_HALF_UP), avrundade + 1
        varden[cell] = Matningsuppgift(
            varde=varde, saknas="" if varde is not None else _saknas(status), kalla=f"Kolada, {kpi}"
        )
    # What we have from Kolada and Kolada no longer has: it is deleted there without notice.
    fragade = {
        Matningsnyckel(post.pk, ar, None, kon, 0, None, omraden[omrade])
        for (post,) in kanda.values()
        for omrade in poster["omraden"]
        if omrade in omraden
        for ar in poster["ar"]
        for kon in (Kon.values if post.konsuppdelad else (Kon.TOTALT,))
    }
    sparade = hamta_sparade(fragade | varden.keys())
    borttagna = {
        c for c, s in sparade.items() if s.ursprung == Ursprung.KOLADA and (c in borttagna or c not in varden)
    }
    if avrundade:
        fynd.append(
            Anmarkning(
                "AVRUNDAT",
                Niva.INFO,
                f"Värden med fler än sex decimaler avrundas till sex. Antal: {avrundade}.",
            )
        )
    if utan_kon:
        text = f"Värden för kvinnor och män av indikatorer som inte redovisas så läses inte in. Antal: {utan_kon}."
        fynd.append(Anmarkning("KON", Niva.INFO, text))
    nekade = sorted(p.namn for poster_ in kanda.values() for p in poster_ if not p.far_andras)
    fynd += [Anmarkning("RATT", Niva.FEL, f"Du får inte lägga in mätvärden för «{n}».") for n in nekade]
    rader = (
        *_rader(varden, sparade, givna=frozenset(), kalla="Kolada"),
        *(Matningsrad(c, borttagen=True) for c in sorted(borttagna, key=_ordning)),
    )
    return len(poster["varden"]), tuple(fynd), rader, sparade


def _nya(rader, sparade) -> tuple[Andring, ...]:
    return tuple(
        Andring(r.cell, None, "", r.uppgift) for r in rader if r.cell not in sparade and not r.borttagen
    )


def _rader(varden, sparade, *, givna, kalla) -> tuple[Matningsrad, ...]:
    return tuple(
        Matningsrad(cell, _sammanfogad(ny, sparade.get(cell), givna, kalla)) for cell, ny in varden.items()
    )


def _sammanfogad(
    ny: Matningsuppgift, sparad: Sparad | None, givna: frozenset[str], kalla: str
) -> Matningsuppgift:
    """A field that the source does not speak of keeps what stands there, except what belongs to a value that is
    another. Where nothing else is changed, neither is `kalla`.
    """
    if sparad is None:
        return ny if ny.kalla else replace(ny, kalla=kalla)
    fore = sparad.uppgift
    samma = (ny.varde, ny.saknas) == (fore.varde, fore.saknas)
    behalls = {
        f: getattr(fore, f)
        for f in UPPGIFTSFALT
        if f not in givna
        and f not in ("varde", "saknas", "kalla")
        and not (f == "preliminar" and ny.preliminar)
        and (samma or f not in HOR_TILL_VARDET)
    }
    blir = replace(ny, **behalls)
    if "kalla" in givna:
        return blir
    oforandrad = replace(blir, kalla=fore.kalla)
    return oforandrad if oforandrad == fore else replace(blir, kalla=ny.kalla or kalla)


def _las_in(underlag, rader, by, *, prova=False, avtryck=None) -> Inlasning:
    try:
        return las_in_matningar(
            rader=rader,
            ursprung=underlag.ursprung,
            by=by,
            varfor=f"Ur «{underlag.namn}» (SHA-256 {underlag.sha256})",
            prova=prova,
            avtryck=avtryck,
        )
    except OgiltigMatning as fel:
        raise InlasningsFel(
            f"Ingenting har sparats. {fel}",
            [Anmarkning("VARDE", Niva.FEL, text) for text in dict.fromkeys(fel.fel.values())],
        ) from fel
    except AndratSedanForhandsgranskningen as fel:
        raise InlasningsFel(str(fel)) from fel


def _oppna(underlag: Underlag) -> BinaryIO:
    if not re.fullmatch(r"[0-9a-f]{64}", underlag.sha256):
        raise InlasningsFel("Filen finns inte. Skicka in den på nytt.")
    try:
        return lasbar_plats(underlag.sha256).open("rb")
    except FileNotFoundError as fel:
        raise InlasningsFel("Filen finns inte kvar. Skicka in den på nytt.") from fel


def _krav_utan_fel(anmarkningar) -> None:
    fel = [a for a in anmarkningar if a.niva is Niva.FEL]
    if fel:
        raise InlasningsFel(f"Ingenting har sparats. {fel[0].text}", anmarkningar)


def _krav_kanda(kanda, kpier) -> None:
    okanda = sorted(set(kpier or ()) - kanda.keys())
    if okanda:
        raise InlasningsFel(
            f"Ingen indikator i biblioteket har nyckeltalet {', '.join(okanda)} i Kolada. Ange det på indikatorn först."
        )
    if not kanda:
        raise InlasningsFel("Ingen indikator som du får lägga in mätvärden för har ett nyckeltal i Kolada.")
    for kpi, poster in kanda.items():
        if len(poster) > 1:
            namn = " och ".join(p.namn for p in poster)
            raise InlasningsFel(
                f"Nyckeltalet {kpi} står på flera indikatorer: {namn}. Ta bort det från alla utom en."
            )


def _beskriv_omraden(klient: Kolada, omraden: Collection[str]) -> list[Omrade]:
    """Name and kind of the områden that we do not know. Raises InlasningsFel for one that Kolada does not know."""
    okanda = {o.strip().upper() for o in omraden} - {EGET_OMRADE}
    okanda -= set(Jamforelseomrade.objects.filter(kod__in=okanda).values_list("kod", flat=True))
    funna: dict[str, Omrade] = {}
    for hamta in (klient.omraden, klient.grupper):
        if okanda - funna.keys():
            funna |= {o.kod: o for o in hamta() if o.kod in okanda}
    if saknade := sorted(okanda - funna.keys()):
        raise InlasningsFel(f"Kolada har inget område {', '.join(saknade)}. Ingenting har hämtats.")
    return [funna[kod] for kod in sorted(funna)]


def _omradesslag(kod: str, typ: str) -> str:
    if kod == HELA_LANDET:
        return Omradesslag.RIKET
    return {"K": Omradesslag.KOMMUN, "G": Omradesslag.GRUPP}.get(typ, Omradesslag.REGION)


def _saknas(status: str) -> str:
    return Saknas.UNDERTRYCKT if status == SKYDDAT else Saknas.IU


def _ordning(cell: Matningsnyckel):
    return tuple(-1 if v is None else v for v in cell[:3]) + cell[3:5] + tuple(v or 0 for v in cell[5:])
