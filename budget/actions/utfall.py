"""Ledger files: received once, read in all or nothing, answered for, and replaced month by month.

`las_in` does everything in the one transaction that it is called in: lines, what they replace, saldon. Where it stops
(errors, codes that nobody has mapped, warnings that nobody has answered for) all of that is rolled back, and only the
findings are kept. Killed at any moment, it has not happened.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from django.apps import apps
from django.db import OperationalError, connection, transaction
from django.db.models import Count, Sum
from django.urls import reverse
from django.utils import timezone

from budget.actions.kontoplan import (
    KontoplanFel,
    Motpartsuppgift,
    Regelrad,
    koppla_motparter,
    koppla_regler,
)
from budget.demo import MARKT
from budget.imports.granska_utfall import (
    ANSVAR,
    OMAPPADE,
    SUMMOR,
    Fynd,
    ansvar_ar_oforandrat,
    ansvar_till_enhet,
    granska,
    okanda_koder,
    som_fynd,
    summera,
)
from budget.imports.huvudbok import EXTRAPERIOD_KOD, EXTRAPERIODER, SYNONYMER
from budget.imports.huvudbok_csv import CsvLasning
from budget.imports.mellanlager import MELLAN, TIDER, Mellanlager, lagg_upp
from budget.imports.oppna import Lasning, oppna_huvudbok
from budget.imports.sie import Sielasning, avstam
from budget.models import (
    Ansvarsregel,
    Filslag,
    Filstatus,
    Kontoregel,
    Periodval,
    Post,
    Utfallsanmarkning,
    Utfallsdel,
    Utfallsfil,
    Utfallskalla,
)
from budget.regler.kodintervall import Kodmangd
from budget.selectors.utfallsfiler import far_importera, koncerncontrollers, namndens_enheter
from organisation.actions import markera_hanterade, notifiera, ta_bort_notiser
from organisation.models import Enhet, Namnd, Notis
from organisation.permissions import Behorighet, Ratt
from regionskane.historik import andring
from regionskane.jobb.actions import fil_plats, skriv_strom, starta_jobb
from regionskane.jobb.models import Jobb, Jobbstatus
from regionskane.jobb.slag import JobbFel
from regionskane.lib.anmarkning import Anmarkning, Anmarkningar, Niva
from regionskane.lib.belopp import formatera
from regionskane.lib.textfil import LANGSTA_RUBRIK, OkandaKolumner, OlasligFil

SLAG = "las_in_utfall"
# Any number that nothing else in the database locks on.
_EN_I_TAGET = 7_365_001
_VANTAN = 1.0
# What one user has sent and nobody has read in: with room for a month's wrong exports, and not for filling the disk.
FLEST_OLASTA = 100
STORST_OLASTA = 3 * 1024**3
# What one user has sent in a week, whatever became of it.
STORST_I_VECKAN = 10 * 1024**3
VECKAN = timedelta(days=7)
# Sorting and grouping millions of rows; the connection gets its own back when the transaction ends.
_MINNE = (
    "SET LOCAL work_mem = '128MB';"
    # The planner knows nothing of a table that has just been filled: tell it that several processes pay off.
    " SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0"
)

Rapportera = Callable[[int, str], None]


class UtfallFel(JobbFel):
    """The file cannot be received or read in. `str()` is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Mottagen:
    """`ny` is false when the same content was received before, for the same scope."""

    fil: Utfallsfil
    ny: bool


@dataclass(frozen=True, slots=True)
class Inlast:
    """What came of a reading. `fel` is empty when the file is in force, or says why it is not."""

    fil: Utfallsfil
    fynd: tuple[Fynd, ...]
    fel: str = ""


class _Stopp(Exception):
    """Rolls back what has been read in."""

    def __init__(self, fynd: Sequence[Fynd]):
        super().__init__()
        self.fynd = tuple(fynd)


# Receiving and answering.


def ta_emot_fil(
    *,
    block: Iterable[bytes],
    namn: str,
    by,
    namnd: Namnd | None = None,
    kalla: str = "",
    pahittad: bool = False,
) -> Mottagen:
    """Keep a file under its hash. The same content for the same scope is the same file, whatever it is called.

    Raises UtfallFel when `by` may not read in for the nämnd (None: the whole region), or has sent so much that has not
    been read in. `by` None is the system.
    """
    _krav(by, namnd.pk if namnd else None)
    if by is not None:
        _krav_pa_utrymme(by)
    namn, kalla = Path(namn).name[:200] or "utan namn", kalla.strip()[:100]
    _krav_pa_text(namn, kalla)
    sha, storlek = skriv_strom(block)
    with andring(by=by, varfor="Lämnade in filen"):
        fran = Utfallskalla.objects.get_or_create(namn=kalla)[0] if kalla else None
        fil, ny = Utfallsfil.objects.get_or_create(
            sha256=sha,
            namnd=namnd,
            defaults={
                "namn": namn,
                "storlek": storlek,
                "kalla": fran,
                "pahittad": pahittad,
                "mottagen_av": by,
            },
        )
        andras = (fran is not None and fil.kalla != fran) or (pahittad and not fil.pahittad)
        if not ny and andras and fil.status != Filstatus.INLAST:
            fil = _ensam_om(fil)
            if fran is not None and fil.kalla != fran:
                # Other columns may be read: what was answered for is asked about anew.
                fil.kalla, fil.bekraftat = fran, []
            fil.pahittad = fil.pahittad or pahittad
            fil.save(update_fields=["kalla", "bekraftat", "pahittad"])
    return Mottagen(fil, ny)


def _krav_pa_utrymme(by) -> None:
    olasta = Utfallsfil.objects.filter(mottagen_av=by).exclude(status=Filstatus.INLAST)
    har = olasta.aggregate(antal=Count("pk"), byte=Sum("storlek"))
    if har["antal"] >= FLEST_OLASTA:
        raise UtfallFel(
            f"Du har lämnat {_antal(har['antal'])} filer som inte är inlästa, och fler tas inte emot. Svara på det "
            "som de väntar på, eller ta bort dem som inte ska läsas in: det görs på filens sida."
        )
    # Read in or taken away, its content lies there still. The history knows of all that came.
    mottaget = apps.get_model("budget", "UtfallsfilEvent").objects.filter(
        pgh_label="insert", mottagen_av=by, pgh_created_at__gt=timezone.now() - VECKAN
    )
    if (har["byte"] or 0) >= STORST_OLASTA or (
        mottaget.aggregate(byte=Sum("storlek"))["byte"] or 0
    ) >= STORST_I_VECKAN:
        raise UtfallFel(
            f"Du har lämnat huvudböcker på mer än {STORST_OLASTA >> 30} GB som inte är inlästa, eller mer än "
            f"{STORST_I_VECKAN >> 30} GB på sju dagar. Läs in det som väntar, ta bort det som inte ska läsas in, eller "
            "be driften läsa in resten med importera_utfall."
        )


def ta_bort_fil(*, fil: Utfallsfil, by) -> None:
    """Take away a file that no line came of, with what was found in it. Its content goes with the next gallring.

    Raises UtfallFel when it has been read in, or is being read or waits for it.
    """
    _krav(by, fil.namnd_id)
    with andring(by=by, varfor=f"Tog bort {fil.namn}"):
        fil = _ensam_om(fil)
        if fil.status == Filstatus.INLAST:
            raise UtfallFel("Filen är inläst, och siffror kommer ur den. Den tas inte bort.")
        if Jobb.objects.filter(
            slag=SLAG, parametrar__fil=fil.pk, status__in=(Jobbstatus.KOAD, Jobbstatus.KORS)
        ).exists():
            raise UtfallFel("Filen läses in just nu. Ta bort den när det är klart.")
        ta_bort_notiser(urler=[filens_adress(fil.pk)])
        fil.delete()


def starta_inlasning(*, fil: Utfallsfil, by) -> Jobb:
    """Queue the reading of a file; while one is queued or runs it is the same job.

    Raises UtfallFel when the file is being read by something else than a job, or somebody starts one right now.
    """
    _krav(by, fil.namnd_id)
    pagaende = Jobb.objects.filter(
        slag=SLAG, parametrar__fil=fil.pk, status__in=(Jobbstatus.KOAD, Jobbstatus.KORS)
    )
    with transaction.atomic():
        # A job that runs holds the file to its end, so it is looked for before the file is asked for.
        if pagar := pagaende.first():
            return pagar
        fil = _ensam_om(fil)
        return pagaende.first() or starta_jobb(
            slag=SLAG, titel=f"Läser in {fil.namn}"[:200], parametrar={"fil": fil.pk}, by=by
        )


def _ensam_om(fil: Utfallsfil) -> Utfallsfil:
    """The file as it is now, locked to the end of the transaction. A page does not wait for a reading that holds it:
    that may take minutes."""
    try:
        with transaction.atomic():
            return Utfallsfil.objects.select_for_update(nowait=True, of=("self",)).get(pk=fil.pk)
    except OperationalError as fel:
        raise UtfallFel("Filen läses in just nu. Försök igen när det är klart.") from fel


def bekrafta_varningar(*, fil: Utfallsfil, koder: Iterable[str], by) -> None:
    """Answer for warnings by name (`kod`). The file is read in when every warning has been answered for.

    Raises UtfallFel when nothing was chosen, or something that is no warning of the file.
    """
    _krav(by, fil.namnd_id)
    valda = set(koder)
    finns = set(fil.anmarkningar.filter(niva=Niva.VARNING).values_list("kod", flat=True))
    if not valda or not valda <= finns:
        raise UtfallFel(
            "Kryssa för de varningar som du har kontrollerat. De kan ha ändrats sedan du öppnade sidan."
        )
    with andring(by=by, varfor=f"Bekräftade varningar: {', '.join(sorted(valda))}"):
        fil.bekraftat = sorted({*_ensam_om(fil).bekraftat, *valda})
        fil.save(update_fields=["bekraftat"])


def valj_kolumner(*, fil: Utfallsfil, kolumner: dict[str, str], kalla: str, by) -> None:
    """Say which header each field has, and remember it for the source that the file comes from. The file's warnings
    are answered for anew.

    Raises UtfallFel without a source, when a field is unknown or two fields have the same header, and when the source
    has other columns already and `by` may not read in for the whole region: every nämnd's files are read by them.
    """
    _krav(by, fil.namnd_id)
    namn = kalla.strip()[:100]
    valda = {falt: rubrik for falt, rubrik in kolumner.items() if rubrik}
    if not namn:
        raise UtfallFel("Skriv vad källan heter, så att kolumnvalen sparas till nästa fil.")
    _krav_pa_text(namn, *valda.values())
    if not set(valda) <= set(SYNONYMER) or not valda:
        raise UtfallFel("Välj vilken kolumn som är konto, belopp och period eller datum.")
    if any(len(rubrik) > LANGSTA_RUBRIK for rubrik in valda.values()):
        raise UtfallFel("En av kolumnerna finns inte i filen. Välj dem i listorna.")
    if len(set(valda.values())) != len(valda):
        raise UtfallFel("Samma kolumn är vald två gånger. Välj en kolumn för varje fält.")
    with andring(by=by, varfor=f"Kolumner för {namn}"):
        _ensam_om(fil)
        fran = Utfallskalla.objects.select_for_update().get_or_create(namn=namn)[0]
        _spara_om_kallan(fil, fran, {"kolumner": valda}, "kolumner", by)
        fil.kalla, fil.bekraftat = fran, []
        fil.save(update_fields=["kalla", "bekraftat"])


def valj_perioder(*, fil: Utfallsfil, val: Mapping[int, str], kalla: str, by) -> None:
    """Say what becomes of the periods 13 and 00, and remember it for the source that the file comes from.

    `val` is {13 or 0: a Periodval}. The file's warnings are answered for anew. Raises UtfallFel as `valj_kolumner`.
    """
    _krav(by, fil.namnd_id)
    namn = kalla.strip()[:100]
    if not namn:
        raise UtfallFel("Skriv vad källan heter, så att valet sparas till nästa fil.")
    _krav_pa_text(namn)
    if not val or not set(val) <= set(EXTRAPERIODER) or not set(val.values()) <= set(Periodval.values):
        raise UtfallFel("Välj vad som ska hända med perioden: läggas i en månad, eller inte läsas in.")
    with andring(by=by, varfor=f"Perioder för {namn}"):
        _ensam_om(fil)
        fran = Utfallskalla.objects.select_for_update().get_or_create(namn=namn)[0]
        _spara_om_kallan(fil, fran, {f"period_{p:02}": v for p, v in val.items()}, "val för perioden", by)
        fil.kalla, fil.bekraftat = fran, []
        fil.save(update_fields=["kalla", "bekraftat"])


# What is chosen of a source.
_VALEN = ("kolumner", "dimensioner", "period_13", "period_00")


def _spara_om_kallan(fil: Utfallsfil, kalla: Utfallskalla, falt: Mapping[str, object], vad: str, by) -> None:
    """Save what has been chosen of a source for a file of it. What other people's files are read by is changed by who
    reads in for the region; what a nämnd's controller chooses is for the nämnd's own files."""
    egen = fil.namnd_id if by is not None and not far_importera(by, None) else None
    annans = kalla.namnd_id not in (None, fil.namnd_id)
    # Another nämnd's choices, which this file is not read by: none of them becomes the region's unseen.
    tomt = {f: Utfallskalla._meta.get_field(f).get_default() for f in _VALEN} if annans else {}
    andrade = {f: v for f, v in (tomt | falt).items() if getattr(kalla, f) != v}
    if egen and (andrade or annans) and _andras(kalla, egen):
        raise UtfallFel(
            f"Källan «{kalla}» är en som andras filer läses med, och kan ha andra {vad}. Välj ett annat namn, "
            "eller be en koncerncontroller att ändra den."
        )
    if andrade or not egen:
        andrade["namnd_id"] = egen
    for f, v in andrade.items():
        setattr(kalla, f, v)
    if andrade:
        kalla.save(update_fields=list(andrade))


def _andras(kalla: Utfallskalla, namnd: int) -> bool:
    """Whether a source is, or may be, what somebody else's files are read by."""
    if kalla.namnd_id is not None:
        return kalla.namnd_id != namnd
    return (
        any(getattr(kalla, f) for f in _VALEN)
        or Utfallsfil.objects.filter(kalla=kalla).exclude(namnd=namnd).exists()
    )


def extraperioder(kalla: Utfallskalla | None) -> dict[int, int]:
    """Which month the periods 13 and 00 are in a source's files; one that is not chosen, or is refused, is left out."""
    return {
        p: 12 if p else 1
        for p in EXTRAPERIODER
        if kalla is not None and getattr(kalla, f"period_{p:02}") == Periodval.MANAD
    }


@dataclass(frozen=True, slots=True)
class Koppling:
    """A code that gets a place: `mal` is a konto's post (None: a balance account), an ansvar's enhet, a motpart's slag.

    `nyckel` is the form's name for it, so that a fault is shown in its place.
    """

    nyckel: str
    vad: str
    kod: str
    fran: str
    till: str
    namn: str
    mal: Post | Enhet | str | None
    ar: int


class KopplingFel(UtfallFel):
    """A code cannot be mapped so. `nyckel` says which."""

    def __init__(self, nyckel: str, mening: str):
        super().__init__(mening)
        self.nyckel = nyckel


def koppla_koder(*, fil: Utfallsfil, kopplingar: Sequence[Koppling], by) -> None:
    """Map the file's codes, all or none. A code that an earlier interval of them covers needs none of its own.

    A code that has a rule from a later year gets one until then, or the later rule begins earlier when it says the
    same (`kontoplan.koppla_regler`). What the file warns for may be other things afterwards, so warnings are answered
    for anew. Raises KopplingFel.
    """
    tagna: list[Koppling] = []
    tackta: dict[str, Kodmangd] = {}
    with transaction.atomic():
        for k in kopplingar:
            har = tackta.setdefault(k.vad, Kodmangd())
            if k.kod in har:
                continue
            if not (len(k.fran) == len(k.kod) and k.fran <= k.kod <= k.till):
                raise KopplingFel(k.nyckel, f"Intervallet {k.fran}–{k.till} tar inte {k.kod}.")
            har.lagg_till(k.fran, k.till)
            tagna.append(k)
        if not tagna:
            raise UtfallFel("Välj vart minst en av koderna hör.")
        for modell, vad in ((Kontoregel, "konto"), (Ansvarsregel, "ansvar")):
            _koppla_regler(modell, [k for k in tagna if k.vad == vad], kalla=fil.namn, by=by)
        _koppla_motparter([k for k in tagna if k.vad == "motpart"], kalla=fil.namn, by=by)
        markera_hanterade(url=filens_adress(fil.pk))
        if fil.bekraftat:
            with andring(by=by, varfor="Koder kopplades, så varningarna ses över på nytt"):
                _ensam_om(fil)
                fil.bekraftat = []
                fil.save(update_fields=["bekraftat"])


def _koppla_regler(
    modell: type[Kontoregel | Ansvarsregel], kopplingar: Sequence[Koppling], *, kalla: str, by
) -> None:
    rader = [Regelrad(k.fran, k.till, k.namn, k.mal, k.ar, kalla=kalla) for k in kopplingar]
    with _vid_sin_koppling(kopplingar):
        koppla_regler(modell=modell, rader=rader, varfor=f"Kopplade koder i {kalla}", by=by)


def _koppla_motparter(kopplingar: Sequence[Koppling], *, kalla: str, by) -> None:
    if not kopplingar:
        return
    rader = [Motpartsuppgift(k.kod, k.namn, k.mal, date(k.ar, 1, 1), None, kalla) for k in kopplingar]
    with _vid_sin_koppling(kopplingar):
        koppla_motparter(rader=rader, varfor=f"Kopplade koder i {kalla}", by=by)


@contextmanager
def _vid_sin_koppling(kopplingar: Sequence[Koppling]):
    """Say what cannot be of the koppling that it is about."""
    try:
        yield
    except KontoplanFel as fel:
        if fel.rad is None:
            raise UtfallFel(str(fel)) from fel
        raise KopplingFel(kopplingar[fel.rad].nyckel, str(fel)) from fel


def _krav(by, namnd_id: int | None) -> None:
    if by is not None and not far_importera(by, namnd_id):
        vad = "hela regionen" if namnd_id is None else "den nämnden"
        raise UtfallFel(f"Du får inte läsa in huvudböcker för {vad}.")


def _krav_pa_text(*texter: str) -> None:
    if any("\0" in t for t in texter):
        raise UtfallFel("Filens namn, källan eller en kolumn har tecken som inte går att spara.")


# Reading in.


def las_in(*, fil: Utfallsfil, by, rapportera: Rapportera = lambda andel, steg: None) -> Inlast:
    """Read a received file in, or say what stops it. All in the surrounding transaction, which is needed.

    A file that is in force or has been replaced is left as it is. Raises UtfallFel when `by` has lost the right.
    """
    with andring(by=by, varfor="Läsning av filen"):
        with connection.cursor() as cursor:
            _vanta_pa_tur(cursor, rapportera)
        fil = Utfallsfil.objects.select_for_update(of=("self",)).select_related("kalla").get(pk=fil.pk)
        _krav(by, fil.namnd_id)
        if fil.status == Filstatus.INLAST:
            return Inlast(fil, ())
        try:
            with transaction.atomic(), fil_plats(fil.sha256).open("rb") as innehall:
                fynd = _las_och_bokfor(fil, innehall, by, rapportera)
        except _Stopp as stopp:
            return _spara_stopp(fil, stopp.fynd)
        except FileNotFoundError as fel:
            raise UtfallFel("Filen finns inte kvar på disken. Lämna den igen.") from fel
        _spara_fynd(fil, fynd)
        return Inlast(fil, fynd)


def _vanta_pa_tur(cursor, rapportera: Rapportera) -> None:
    while True:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_EN_I_TAGET])
        if cursor.fetchone()[0]:
            return
        rapportera(0, "Väntar på att en annan inläsning blir klar")
        time.sleep(_VANTAN)


def _las_och_bokfor(fil: Utfallsfil, innehall, by, rapportera: Rapportera) -> tuple[Fynd, ...]:
    rapportera(1, "Öppnar filen")
    kalla = fil.kallans_val
    with connection.cursor() as cursor:
        cursor.execute(_MINNE)
        try:
            lasning = oppna_huvudbok(
                innehall,
                kolumner=kalla.kolumner if kalla else None,
                dimensioner=(kalla.dimensioner or None) if kalla else None,
                extraperioder=extraperioder(kalla),
            )
            _beskriv(fil, lasning)
            lager, okanda = lagg_upp(
                cursor,
                lasning,
                storlek=fil.storlek,
                plats=innehall.tell if fil.slag != Filslag.XLSX else lambda: 0,
                laser=lambda n, av: rapportera(_andel(n, av), _laser(n, av)),
                prova=lambda lager: _summera(cursor, lager, rapportera),
            )
        except OkandaKolumner as fel:
            koder = tuple({"kod": r} for r in fel.rubriker)
            raise _Stopp([Fynd(Anmarkning("KOLUMNER", Niva.FEL, str(fel)), koder)]) from fel
        except OlasligFil as fel:
            raise _Stopp([Fynd(Anmarkning("OLASLIG", Niva.FEL, str(fel)))]) from fel
        fil.rader = lager.antal
        fil.pahittad = fil.pahittad or _ar_pahittad(cursor, lager)
        fynd = _om_extraperioder(kalla, lasning, som_fynd(_fran_lasningen(lasning, lager)))
        if not lager.antal:
            raise _Stopp(fynd)
        enheter = _omfattning(cursor, fil)
        ersatts = _ersatts(cursor, fil, enheter)
        rapportera(62, "Kontrollerar verifikationer och dubbletter")
        fynd += granska(
            cursor,
            lager,
            okanda_ansvar=okanda,
            idag=timezone.localdate(),
            rakenskapsar=_rakenskapsar(lasning),
            namndens_enheter=enheter,
            verifikationer=not isinstance(lasning, Sielasning),
            ersatter={(d.enhet_id, d.period): d.rader for d in ersatts},
        )
        fil.bekraftat = _svar_som_galler(fil, fynd)
        if any(_stoppar(f, fil) for f in fynd):
            raise _Stopp(fynd)
        rapportera(72, f"Sparar {_rader(lager.antal)}")
        _spara_rader(cursor, fil, lager)
        rapportera(93, "Summerar")
        _satt_i_kraft(cursor, fil, ersatts)
        fil.status, fil.inlast_av, fil.inlast_tid = Filstatus.INLAST, by, timezone.now()
        fil.save()
        # A transaction that is rolled back takes them with it; this one is kept.
        cursor.execute(f"DROP TABLE IF EXISTS {MELLAN}, {TIDER}, {ANSVAR}, {SUMMOR}")
        rapportera(99, "Summerar")
    return tuple(fynd)


def _summera(cursor, lager: Mellanlager, rapportera: Rapportera) -> list[dict]:
    rapportera(52, f"Kontrollerar {_rader(lager.antal)}")
    okanda = ansvar_till_enhet(cursor, lager)
    rapportera(56, "Kontrollerar: summerar per enhet och konto")
    summera(cursor, lager)
    return okanda


def _ar_pahittad(cursor, lager: Mellanlager) -> bool:
    """Whether the file comes from our own generator, which says so in the text of every row."""
    cursor.execute(f"SELECT {lager.falt['text']} FROM {lager.bara} LIMIT 1")
    rad = cursor.fetchone()
    return rad is not None and rad[0].startswith(MARKT)


def _beskriv(fil: Utfallsfil, lasning: Lasning) -> None:
    match lasning:
        case Sielasning():
            fil.slag = Filslag.SIE
        case CsvLasning():
            fil.slag = Filslag.CSV
        case _:
            fil.slag = Filslag.XLSX
    fil.kodning = "" if fil.slag == Filslag.XLSX else lasning.kodning.namn


def _fran_lasningen(lasning: Lasning, lager: Mellanlager) -> tuple[Anmarkning, ...]:
    fynd = lasning.anmarkningar.alla()
    if isinstance(lasning, Sielasning):
        # Thousands of konton may disagree; the first ones are enough to see why.
        avstamda = Anmarkningar()
        for a in avstam(lasning).anmarkningar:
            avstamda.lagg(a.kod, a.niva, a.text, a.rad)
        fynd += avstamda.alla()
    if isinstance(lasning, Sielasning) and lasning.saknar_manader and not lager.antal:
        text = (
            "Filen har årets saldon men varken verifikationer eller månadernas saldon (#PSALDO), som SIE typ 1. "
            "Exportera som typ 4 (transaktioner, 4E), eller som typ 2 eller 3 (periodsaldon)."
        )
        fynd = (*(a for a in fynd if a.kod != "INGET"), Anmarkning("SIE_TYP", Niva.FEL, text))
    if not lager.antal and not any(a.niva is Niva.FEL for a in fynd):
        fynd += (Anmarkning("INGET", Niva.FEL, "Filen har inga rader att läsa in."),)
    return fynd


def _om_extraperioder(kalla: Utfallskalla | None, lasning: Lasning, fynd: Sequence[Fynd]) -> list[Fynd]:
    """One question for all the rows of period 13, and one for 00, or one error where the source refuses them."""
    kvar = [f for f in fynd if f.anmarkning.kod not in EXTRAPERIOD_KOD]
    for kod, p in EXTRAPERIOD_KOD.items():
        rader = [f.anmarkning.rad for f in fynd if f.anmarkning.kod == kod]
        if not rader:
            continue
        antal, vad = lasning.anmarkningar.antal[kod, Niva.FEL], f"period {p:02} ({EXTRAPERIODER[p]})"
        nej = kalla is not None and getattr(kalla, f"period_{p:02}") == Periodval.NEJ
        text = (
            f"{_rader(antal)} i {vad} läses inte in från källan {kalla}. Ta bort dem ur exporten, eller ändra valet."
            if nej
            else f"{_rader(antal)} i {vad}, som inte är en månad. Välj om den ska läggas i "
            f"{'december' if p else 'januari'} eller inte läsas in."
        )
        koder = ({"kod": f"{p:02}", "rader": antal, "nej": nej},)
        kvar.append(Fynd(Anmarkning(kod, Niva.FEL, text, rader[0]), koder))
    return kvar


def _rakenskapsar(lasning: Lasning) -> tuple[int, int] | None:
    if not isinstance(lasning, Sielasning) or 0 not in lasning.rar:
        return None
    fran, till = lasning.rar[0]
    return int(fran[:4] + fran[5:7]), int(till[:4] + till[5:7])


def _stoppar(fynd: Fynd, fil: Utfallsfil) -> bool:
    a = fynd.anmarkning
    return a.niva is Niva.FEL or (a.niva is Niva.VARNING and a.kod not in fil.bekraftat)


def _svar_som_galler(fil: Utfallsfil, fynd: Sequence[Fynd]) -> list[str]:
    """The answers to warnings that still say what they said when somebody answered: other files may have come since.

    An answer given beforehand, on the command line, is to whatever the reading finds.
    """
    forr: dict[str, list[str]] = {}
    for kod, text in fil.anmarkningar.values_list("kod", "text"):
        forr.setdefault(kod, []).append(text)
    nu: dict[str, list[str]] = {}
    for f in fynd:
        nu.setdefault(f.anmarkning.kod, []).append(f.anmarkning.text)
    return [kod for kod in fil.bekraftat if kod not in forr or forr[kod] == nu.get(kod)]


def _omfattning(cursor, fil: Utfallsfil) -> frozenset[int] | None:
    """The enheter that the file is for; None is all of them."""
    if fil.namnd_id is None:
        return None
    cursor.execute(f"SELECT DISTINCT period / 100 FROM {SUMMOR}")
    return frozenset().union(*(namndens_enheter(fil.namnd_id, ar) for (ar,) in cursor.fetchall()))


def _ersatts(cursor, fil: Utfallsfil, enheter: frozenset[int] | None) -> list[Utfallsdel]:
    """What is in force of the file's months, within what the file is for."""
    cursor.execute(f"SELECT DISTINCT period FROM {SUMMOR}")
    delar = Utfallsdel.objects.filter(ersatt_av=None, period__in=[p for (p,) in cursor.fetchall()])
    return list(delar if enheter is None else delar.filter(enhet__in=enheter))


def _spara_rader(cursor, fil: Utfallsfil, lager: Mellanlager) -> None:
    f = lager.falt
    cursor.execute(f"SELECT DISTINCT ar FROM {ANSVAR} ORDER BY 1")
    aren = [ar for (ar,) in cursor.fetchall()]
    for ar in aren:
        cursor.execute("SELECT budget_skapa_huvudboksar(%s)", [ar])
        # Not sorted as the index is: that costs more than it gives, and saldon answer what is asked most.
        cursor.execute(
            f"INSERT INTO huvudbok.rader_{ar} (ar, period, fil_id, rad, enhet_id, belopp, datum, konto, ansvar,"
            " motpart, verksamhet, projekt, verifikation, text)"
            f" SELECT {ar}::smallint, {f['period']}, %s, {f['rad']}, a.enhet_id, {f['belopp']}, {f['datum']},"
            f" {f['konto']}, {f['ansvar']}, {f['motpart']}, {f['verksamhet']}, {f['projekt']},"
            f" {f['verifikation']}, {f['text']}"
            f" FROM {lager.fran} JOIN {ANSVAR} a ON a.ansvar = {f['ansvar']} AND a.ar = {f['period']} / 100"
            f" WHERE a.ar = {ar}",
            [fil.pk],
        )


_I_KRAFT = f"""
DELETE FROM budget_saldo s USING (
    SELECT * FROM unnest(%(enheter)s::bigint[], %(perioder)s::int[]) AS e(enhet_id, period)
    UNION SELECT enhet_id, period FROM {SUMMOR}) d
WHERE (s.enhet_id, s.period) = (d.enhet_id, d.period);
INSERT INTO budget_saldo (ar, enhet_id, period, konto, motpart, belopp, rader)
SELECT period / 100, enhet_id, period, konto, motpart, belopp, rader FROM {SUMMOR}
ORDER BY enhet_id, period, konto, motpart;
INSERT INTO budget_utfallsdel (fil_id, enhet_id, period, rader)
SELECT %(fil)s, enhet_id, period, sum(rader) FROM {SUMMOR} GROUP BY enhet_id, period;
"""


def _satt_i_kraft(cursor, fil: Utfallsfil, ersatts: Sequence[Utfallsdel]) -> None:
    """Replace the earlier parts and add the saldon of those months up anew."""
    # Rules and imports wait for each other from here: the parts and saldon of both must be of one mind.
    cursor.execute("LOCK TABLE budget_utfallsdel, budget_saldo IN SHARE ROW EXCLUSIVE MODE")
    if not ansvar_ar_oforandrat(cursor):
        raise UtfallFel("Någon ändrade vilka enheter ansvaren hör till under inläsningen. Läs in filen igen.")
    if okanda_koder(cursor):
        raise UtfallFel(
            "Någon ändrade vilka konton eller motparter som finns under inläsningen. Läs in filen igen."
        )
    pks = {d.pk for d in ersatts}
    if {d.pk for d in _ersatts(cursor, fil, _omfattning(cursor, fil))} != pks:
        raise UtfallFel("Någon ändrade vad filen ersätter under inläsningen. Läs in filen igen.")
    Utfallsdel.objects.filter(pk__in=pks).update(ersatt_av=fil)
    cursor.execute(
        _I_KRAFT,
        {
            "fil": fil.pk,
            "enheter": [d.enhet_id for d in ersatts],
            "perioder": [d.period for d in ersatts],
        },
    )


def _spara_stopp(fil: Utfallsfil, fynd: Sequence[Fynd]) -> Inlast:
    omappat = any(f.anmarkning.kod in OMAPPADE for f in fynd)
    fel = [f for f in fynd if f.anmarkning.niva is Niva.FEL and not ar_fraga(f.anmarkning.kod, f.koder)]
    fragor = [f.anmarkning.text for f in fynd if f.anmarkning.kod in EXTRAPERIOD_KOD]
    fil.status = Filstatus.FEL if fel else Filstatus.VANTAR
    fil.save()
    _spara_fynd(fil, fynd)
    if fel:
        skal = f"Filen har fel och har inte lästs in. {fel[0].anmarkning.text}"
    elif any(f.anmarkning.kod == "KOLUMNER" for f in fynd):
        skal = f"Filens kolumner känns inte igen. {fynd[0].anmarkning.text}"
    elif fragor:
        skal = f"Filen har perioder som inte är månader. {' '.join(fragor)}"
    elif omappat:
        skal = "Filen har koder som inte är kopplade. " + " ".join(
            f.anmarkning.text for f in fynd if f.anmarkning.kod in OMAPPADE
        )
    else:
        koder = sorted({f.anmarkning.kod for f in fynd if _stoppar(f, fil)})
        skal = f"Filen har varningar som ingen har bekräftat: {', '.join(koder)}."
    if omappat and fil.status == Filstatus.VANTAR:
        _beratta_att_koder_vantar(fil)
    return Inlast(fil, tuple(fynd), skal)


def ar_fraga(kod: str, koder: Sequence[dict]) -> bool:
    """Whether a finding of level FEL waits for an answer that can be given here, and is no fault of the file."""
    return kod in OMAPPADE or kod == "KOLUMNER" or (kod in EXTRAPERIOD_KOD and not koder[0]["nej"])


def _beratta_att_koder_vantar(fil: Utfallsfil) -> None:
    """Tell those who may map codes, once per file, unless one of them handed it in and sees it on the page."""
    av, url = fil.mottagen_av, filens_adress(fil.pk)
    if av is not None and Behorighet(av).far(Ratt.STYRA_KONTOPLAN):
        return
    if not Notis.objects.filter(url=url).exists():
        notifiera(
            mottagare=[a.pk for a in koncerncontrollers()],
            text=f"{av or 'Systemet'} lämnade in {fil.namn}, som väntar på att koder kopplas.",
            url=url,
        )


def filens_adress(pk: int) -> str:
    """The page of a file (id), which its notices lead to."""
    return reverse("utfallsfil", args=[pk])


def _spara_fynd(fil: Utfallsfil, fynd: Sequence[Fynd]) -> None:
    fil.anmarkningar.all().delete()
    Utfallsanmarkning.objects.bulk_create(
        Utfallsanmarkning(
            fil=fil,
            ordning=i,
            niva=f.anmarkning.niva,
            kod=f.anmarkning.kod,
            rad=f.anmarkning.rad,
            text=f.anmarkning.text,
            koder=list(f.koder),
        )
        for i, f in enumerate(fynd)
    )


def _andel(n: int, av: int) -> int:
    return 2 + min(48, 48 * n // av) if av else 2


def _laser(n: int, av: int) -> str:
    return f"Läser rad {_antal(n)} av cirka {_antal(round(av, -3) or av)}" if av else f"Läser rad {_antal(n)}"


def _rader(n: int) -> str:
    return "1 rad" if n == 1 else f"{_antal(n)} rader"


def _antal(n: int) -> str:
    return formatera(Decimal(n))
