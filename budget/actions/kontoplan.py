"""What konton and ansvar belong to, and who motparter are: rules saved, ended, taken away, and read from files.

A konto is mapped to its post when saldon are read, so a changed rule takes effect at once, in every year that it is
valid for. An ansvar is mapped when its lines are imported, because its enhet decides who may read them; when a rule
gives it to another enhet, its lines in force follow in the same transaction.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple, NoReturn

from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.db.models.functions import Collate, Length

from budget.models import Ansvarsregel, Konto, Kontoregel, Motpart, Motpartsslag, Post
from budget.regler.kodintervall import Kodmangd, Kodtabell
from budget.selectors.kontoplan import Senare, Senaresokning, far_ta_konton, postnamn
from organisation.models import Enhet, Enhetstyp
from regionskane.historik import andring, infor_manga_rader

FORSTA_AR, SISTA_AR = 2000, 2100
# Several times what a region has; a page, a file and a change of one of them read them all.
FLEST = 20_000
_KOD = re.compile(r"[^\s\0]{1,40}")
Regel = Kontoregel | Ansvarsregel
_provas: ContextVar[bool] = ContextVar("provas", default=False)


class KontoplanFel(Exception):
    """The rule or motpart cannot be like that. `str()` is a sentence for the user.

    `rad` is which of several rules that were saved at once, from 0; None when it is not one of them.
    """

    rad: int | None = None


@dataclass(frozen=True, slots=True)
class Regelrad:
    """What a rule says. `hor_till` is a Post or None (balance accounts) for konton, an Enhet for ansvar."""

    fran: str
    till: str
    namn: str
    hor_till: Post | Enhet | None
    fran_ar: int
    till_ar: int | None = None
    kalla: str = ""

    @property
    def kod(self) -> str:
        return self.fran if self.fran == self.till else f"{self.fran}–{self.till}"


class Motpartsuppgift(NamedTuple):
    """What a motpart is; `giltig_till` is the first day without it."""

    kod: str
    namn: str
    slag: str
    giltig_fran: date
    giltig_till: date | None = None
    kalla: str = ""


class Flytt(NamedTuple):
    """A code of a year that now belongs somewhere else: its kronor (ledger signs), from and to what, by name."""

    ar: int
    kod: str
    belopp: Decimal
    fran: str
    till: str


@dataclass(frozen=True, slots=True)
class Sparad:
    """The rules that were saved, and what in the ledger now belongs somewhere else than before."""

    regler: tuple[Regel, ...]
    flyttat: tuple[Flytt, ...] = ()

    @property
    def regel(self) -> Regel:
        return self.regler[0]

    @property
    def omslutning(self) -> Decimal:
        """Kronor that moved, whatever their sign: +5 and −5 are 10."""
        return sum((abs(f.belopp) for f in self.flyttat), Decimal(0))


def spara_kontoregel(
    *,
    fran: str,
    till: str,
    namn: str,
    post: Post | None,
    fran_ar: int,
    till_ar: int | None = None,
    kalla: str = "",
    by,
    regel: Kontoregel | None = None,
) -> Sparad:
    """Save a new rule, or `regel` with these values: konton `fran`–`till` belong to `post` (None: balance accounts).

    Raises KontoplanFel when the codes or years are no interval, another rule has any of them, the post takes no
    konton, or konton with saldon would be left without a rule.
    """
    rad = Regelrad(fran, till, namn, post, fran_ar, till_ar, kalla)
    return _spara(Kontoregel, [(rad, regel)], by=by)


def spara_ansvarsregel(
    *,
    fran: str,
    till: str,
    namn: str,
    enhet: Enhet,
    fran_ar: int,
    till_ar: int | None = None,
    kalla: str = "",
    by,
    regel: Ansvarsregel | None = None,
) -> Sparad:
    """Save a new rule, or `regel` with these values: ansvar `fran`–`till` belong to `enhet`.

    Lines in force whose ansvar come to another enhet follow, with their saldon. Raises KontoplanFel as
    `spara_kontoregel`, and when the other enhet has the month in force from another file.
    """
    rad = Regelrad(fran, till, namn, enhet, fran_ar, till_ar, kalla)
    return _spara(Ansvarsregel, [(rad, regel)], by=by)


def avsluta_regel(*, regel: Regel, till_ar: int, by) -> Sparad:
    """Let a rule end with a year. Raises KontoplanFel when later years' lines would be left without one."""
    return _spara(type(regel), [(_rad_av(regel, till_ar=till_ar), regel)], by=by)


def ta_bort_regel(*, regel: Regel, by) -> None:
    """Take away a rule that the ledger does not use. The history keeps it. Raises KontoplanFel for one in use."""
    modell = type(regel)
    spann = [(regel.fran, regel.till, regel.fran_ar, regel.till_ar)]
    with andring(by=by, varfor=f"Regeln för {_VAD[modell]} {regel.kod} borttagen"):
        bok, nu = _i_huvudboken(modell, spann), _kodregler(modell)
        fore = _lage(bok, nu.values())
        efter = _lage(bok, [r for r in nu.values() if r.pk != regel.pk])
        regel.delete()
        _foljder(modell, fore, efter)


def las_in_regler(*, modell: type[Regel], rader: Sequence[Regelrad], varfor: str, by=None) -> Sparad:
    """Save rules as a file gives them: a rule with the same codes and first year is changed, the others are new.

    Those that stand so already are left alone, and rules that the file does not have stay. One transaction; raises
    KontoplanFel as the other functions.
    """
    funna = modell.objects.filter(fran__in={rad.fran for rad in rader})
    nu = {(r.fran, r.till, r.fran_ar): r for r in funna}
    par = [(rad, nu.get((rad.fran, rad.till, rad.fran_ar))) for rad in rader]
    par = [(rad, regel) for rad, regel in par if regel is None or regel_skiljer(rad, regel)]
    return _spara(modell, par, by=by, varfor=varfor) if par else Sparad(())


def koppla_regler(*, modell: type[Regel], rader: Sequence[Regelrad], varfor: str, by) -> Sparad:
    """Save new rules for codes that have none in their first year, all or none. What follows in the ledger is asked
    once for all of them.

    Where a rule takes the codes from a later year, that one begins earlier if it says the same of all of them;
    otherwise the new rule ends where the later one begins. Raises KontoplanFel as the other functions; its `rad` says
    which rule it was about.
    """
    if not rader:
        return Sparad(())
    finns = list(modell.objects.select_related("post" if modell is Kontoregel else "enhet"))
    sokning = Senaresokning(finns)
    senare = [sokning.hitta(r.fran, r.till, r.fran_ar) if r.till_ar is None else None for r in rader]
    utvidgas = _som_utvidgas(rader, senare)
    par, plats, klara = [], [], set()
    for i, (rad, s) in enumerate(zip(rader, senare, strict=True)):
        if s is not None and s.regel.pk in utvidgas:
            if s.regel.pk in klara:
                continue
            klara.add(s.regel.pk)
            par.append((_rad_av(s.regel, fran_ar=utvidgas[s.regel.pk]), s.regel))
        else:
            par.append((rad if s is None else replace(rad, till_ar=s.regel.fran_ar - 1), None))
        plats.append(i)
    try:
        return _spara(modell, par, by=by, varfor=varfor)
    except KontoplanFel as fel:
        fel.rad = None if fel.rad is None else plats[fel.rad]
        raise


def _som_utvidgas(rader: Sequence[Regelrad], senare: Sequence[Senare | None]) -> dict[int, int]:
    """The later rules (pk) that may begin earlier, and in which year: those with which every row that has any of their
    codes agrees."""
    if any(len(rad.fran) != len(rad.till) or rad.fran > rad.till for rad in rader):
        return {}  # Such a row is refused, and all of them with it.
    franer, tiller = _koder_per_langd(r.fran for r in rader), _koder_per_langd(r.till for r in rader)
    ense: dict[int, list[int]] = {}
    regler = {}
    for rad, s in zip(rader, senare, strict=True):
        if s and s.kan_utvidgas and s.tar(rad.fran, rad.till) and _hor_till(s.regel) == rad.hor_till:
            ense.setdefault(s.regel.pk, []).append(rad.fran_ar)
            regler[s.regel.pk] = s.regel
    utvidgas = {}
    for pk, aren in ense.items():
        regel = regler[pk]
        # Those that begin before its end, but for those that end before its beginning.
        langd = len(regel.fran)
        antal = bisect_right(franer[langd], regel.till) - bisect_left(tiller[langd], regel.fran)
        if antal == len(aren):
            utvidgas[pk] = min(aren)
    return utvidgas


def _koder_per_langd(koder: Iterable[str]) -> dict[int, list[str]]:
    langder: dict[int, list[str]] = {}
    for kod in sorted(koder):
        langder.setdefault(len(kod), []).append(kod)
    return langder


def _rad_av(regel: Regel, **andrat) -> Regelrad:
    """What a rule says, with some of it changed."""
    rad = Regelrad(
        regel.fran, regel.till, regel.namn, _hor_till(regel), regel.fran_ar, regel.till_ar, regel.kalla
    )  # fmt: skip
    return replace(rad, **andrat)


def las_in_konton(*, namn: dict[str, str], by=None) -> int:
    """Save what konton (by kod) are called. Returns how many were new or renamed."""
    nu = dict(Konto.objects.values_list("kod", "namn"))
    andrade = [Konto(kod=k, namn=n) for k, n in namn.items() if nu.get(k) != n]
    Konto.objects.bulk_create(
        andrade, update_conflicts=True, unique_fields=("kod",), update_fields=("namn",)
    )  # fmt: skip
    return len(andrade)


def prova(gor: Callable[[], Sparad]) -> Sparad:
    """What `gor` would save and move. No rule is written. Raises KontoplanFel as it does.

    The ledger is read as it is and no line is moved, so nobody who reads in or saves waits for it. What is in force may
    have changed when `gor` is done in earnest, which then says anew what moves.
    """
    with transaction.atomic():
        markt = _provas.set(True)
        try:
            sparad = gor()
        finally:
            _provas.reset(markt)
        transaction.set_rollback(True)
    return sparad


def las_in_motparter(*, rader: Sequence[Motpartsuppgift], by) -> int:
    """Save motparter as a file gives them: one with the same kod and first day is changed, the others are new.

    Returns how many were new or changed. One transaction; raises KontoplanFel with the first that cannot be.
    """
    with _utan_foljder_i_huvudboken({rad.kod for rad in rader}):
        nu = {(m.kod, m.giltig_fran): m for m in Motpart.objects.all()}
        par = [(rad, nu.get((rad.kod, rad.giltig_fran))) for rad in rader]
        par = [(rad, m) for rad, m in par if m is None or motpart_skiljer(rad, m)]
        _spara_motparter(par, nu.values(), by=by, varfor="Motparter lästa ur fil")
    return len(par)


def koppla_motparter(*, rader: Sequence[Motpartsuppgift], varfor: str, by) -> None:
    """Save new motparter, all or none. Raises KontoplanFel as `spara_motpart` does; its `rad` says which of them."""
    with _utan_foljder_i_huvudboken({rad.kod.strip() for rad in rader}):
        nu = Motpart.objects.filter(kod__in={rad.kod.strip() for rad in rader})
        _spara_motparter([(rad, None) for rad in rader], nu, by=by, varfor=varfor)


def motpart_skiljer(rad: Motpartsuppgift, motpart: Motpart) -> bool:
    """Whether a row says something else than the motpart with its kod and first day."""
    nu = (motpart.namn, motpart.slag, motpart.giltig_till, motpart.kalla)
    return (rad.namn, rad.slag, rad.giltig_till, rad.kalla) != nu


def spara_motpart(
    *,
    kod: str,
    namn: str,
    slag: str,
    giltig_fran: date,
    giltig_till: date | None = None,
    kalla: str = "",
    by,
    motpart: Motpart | None = None,
) -> Motpart:
    """Save a new motpart, or `motpart` with another name, source or days. `giltig_till` is the first day without it.

    Raises KontoplanFel when the days run backwards, when the kod is another's meanwhile, when saldon would be left
    without it or consolidate to something else, and for a change of kod or slag: locked versions would consolidate to
    something else, so the old one is ended and a new one begins.
    """
    rad = Motpartsuppgift(kod.strip(), namn, slag, giltig_fran, giltig_till, kalla)
    with _utan_foljder_i_huvudboken({rad.kod}):
        (sparad,) = _spara_motparter([(rad, motpart)], Motpart.objects.filter(kod=rad.kod), by=by)
    return sparad


def _spara_motparter(
    par: Iterable[tuple[Motpartsuppgift, Motpart | None]], nu: Iterable[Motpart], *, by, varfor: str = ""
) -> list[Motpart]:
    """Save the rows, each a new motpart or a change of one, in two statements whatever they are.

    `nu` is all that have the same koder. What is changed goes first: one that ends makes room for a new one.
    """
    rimliga = []
    for i, (rad, motpart) in enumerate(par):
        with _om_rad(i):
            rimliga.append((_rimlig_motpart(rad, motpart), motpart))
    par = rimliga
    if not par:
        return []
    _krav_ryms(Motpart.objects.count() + sum(motpart is None for _, motpart in par))
    _utan_samtidiga(par, nu)
    sparade = []
    for rad, motpart in par:
        ny = motpart or Motpart(kod=rad.kod, slag=rad.slag)
        ny.namn, ny.giltig_fran, ny.giltig_till, ny.kalla = (
            rad.namn,
            rad.giltig_fran,
            rad.giltig_till,
            rad.kalla,
        )
        sparade.append(ny)
    forsta = par[0][0]
    try:
        with andring(by=by, varfor=varfor or f"Motpart {forsta.kod} {forsta.namn}"):
            infor_manga_rader()
            Motpart.objects.bulk_create(
                [m for m in sparade if m.pk],
                update_conflicts=True,
                unique_fields=("id",),
                update_fields=("namn", "giltig_fran", "giltig_till", "kalla"),
            )
            Motpart.objects.bulk_create([m for m in sparade if not m.pk])
    except IntegrityError as fel:
        vilken = f"Motpart {forsta.kod} finns redan från {forsta.giltig_fran}"
        raise KontoplanFel(
            f"{vilken if len(par) == 1 else 'En motpart i filen finns redan'}. Ladda om sidan."
        ) from fel
    return sparade


def _rimlig_motpart(rad: Motpartsuppgift, motpart: Motpart | None) -> Motpartsuppgift:
    """The row with its texts trimmed. Raises KontoplanFel for one that cannot be, or that `motpart` cannot become."""
    kod, namn, slag, giltig_fran, giltig_till, kalla = rad
    kod, namn, kalla = kod.strip(), namn.strip(), kalla.strip()
    if not _KOD.fullmatch(kod) or len(kod) > 20 or not namn:
        raise KontoplanFel("Skriv motpartens kod, högst 20 tecken utan mellanslag, och vad den heter.")
    if len(namn) > 100 or len(kalla) > 200 or "\0" in namn + kalla:
        raise KontoplanFel(f"Namnet på motpart {kod} får ha högst 100 tecken och källan högst 200.")
    if slag not in Motpartsslag.values:
        raise KontoplanFel("Välj om motparten är extern, en annan förvaltning eller förvaltningsintern.")
    if giltig_till is not None and giltig_till <= giltig_fran:
        raise KontoplanFel("Motparten slutar innan den börjar. Rätta dagarna.")
    if motpart is not None and (motpart.kod, motpart.slag) != (kod, slag):
        raise KontoplanFel("En motpart byter inte kod eller slag. Avsluta den och lägg till en ny.")
    return Motpartsuppgift(kod, namn, slag, giltig_fran, giltig_till, kalla)


def _utan_samtidiga(par: Sequence[tuple[Motpartsuppgift, Motpart | None]], nu: Iterable[Motpart]) -> None:
    """Refuse motparter of which two would have the same kod on the same day, whatever order the rows have.

    Two that stand so already are nobody's row, and stop nothing.
    """
    andras = {motpart.pk for _, motpart in par if motpart is not None}
    alla: list[tuple[int, Motpart | Motpartsuppgift]] = [(-1, m) for m in nu if m.pk not in andras]
    alla += [(nr, rad) for nr, (rad, _) in enumerate(par)]
    kod, galler = None, []
    for nr, en in sorted(alla, key=lambda a: (a[1].kod, a[1].giltig_fran, a[0])):
        # Those that still are when this one begins: one at most, but for what stood so already.
        galler = [
            (n, annan)
            for n, annan in galler
            if en.kod == kod and (annan.giltig_till is None or annan.giltig_till > en.giltig_fran)
        ]
        kod = en.kod
        for annan_nr, annan in galler:
            if nr >= 0 or annan_nr >= 0:
                # Said of the row that came last; a motpart that stands already came first.
                forst = annan if annan_nr < nr else en
                with _om_rad(max(nr, annan_nr)):
                    raise KontoplanFel(
                        f"Motpart {kod} är redan «{forst.namn}» från {forst.giltig_fran}. Avsluta den först."
                    )
        galler.append((nr, en))


# As consolidation reads it: the latest motpart of the year is the year's.
_MOTPARTSLAGE = """
SELECT s.ar, s.kod, (
    SELECT m.slag FROM budget_motpart m
    WHERE m.kod = s.kod AND m.giltig_fran < make_date(s.ar + 1, 1, 1)
        AND (m.giltig_till IS NULL OR m.giltig_till > make_date(s.ar, 1, 1))
    ORDER BY m.giltig_fran DESC LIMIT 1)
FROM (SELECT DISTINCT ar::int, motpart AS kod FROM budget_saldo WHERE motpart = ANY(%s)) s
ORDER BY 1, 2
"""


@contextmanager
def _utan_foljder_i_huvudboken(koder: Iterable[str]):
    """Refuse what leaves saldon without their motpart, or makes them another kind of it. All or nothing.

    A motpart that saldon lacked already may come.
    """
    koder = [k for k in koder if "\0" not in k]

    def lage() -> list[tuple[int, str, str | None]]:
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE budget_utfallsdel, budget_saldo IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute(_MOTPARTSLAGE, [koder])
            return cursor.fetchall()

    with transaction.atomic():
        fore = {(ar, kod): slag for ar, kod, slag in lage()}
        yield
        for ar, kod, slag in lage():
            forr = fore[ar, kod]
            if forr is not None and slag != forr:
                skulle = "sakna den" if slag is None else f"bli {Motpartsslag(slag).label.lower()}"
                raise KontoplanFel(
                    f"Huvudboken {ar} har rader med motpart {kod} ({Motpartsslag(forr).label.lower()}), som skulle "
                    f"{skulle}. Ingenting är sparat."
                )


def ta_bort_motpart(*, motpart: Motpart, by) -> None:
    """Take away a motpart that neither the ledger nor the budget uses. Raises KontoplanFel for one in use."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM budget_saldo WHERE motpart = %s)", [motpart.kod])
        if cursor.fetchone()[0]:
            raise KontoplanFel(f"Motpart {motpart.kod} finns i huvudboken. Avsluta den i stället.")
    try:
        with andring(by=by, varfor=f"Motpart {motpart.kod} borttagen"):
            motpart.delete()
    except ProtectedError as fel:
        raise KontoplanFel(
            f"Motpart {motpart.kod} används av en rad i budgeten. Avsluta den i stället."
        ) from fel


_VAD = {Kontoregel: "konto", Ansvarsregel: "ansvar"}
Spann = tuple[str, str, int, int | None]


def _hor_till(regel: Regel) -> Post | Enhet | None:
    return regel.post if isinstance(regel, Kontoregel) else regel.enhet


def _falt(modell: type[Regel], rad: Regelrad) -> dict:
    return {
        "fran": rad.fran,
        "till": rad.till,
        "namn": rad.namn,
        "fran_ar": rad.fran_ar,
        "till_ar": rad.till_ar,
        "kalla": rad.kalla,
        "post" if modell is Kontoregel else "enhet": rad.hor_till,
    }


def regel_skiljer(rad: Regelrad, regel: Regel) -> bool:
    """Whether a row says something else than the rule with its codes and first year."""
    mal = regel.post_id if isinstance(regel, Kontoregel) else regel.enhet_id
    return (rad.namn, rad.till_ar, rad.kalla, rad.hor_till and rad.hor_till.pk) != (
        regel.namn,
        regel.till_ar,
        regel.kalla,
        mal,
    )


def _spara(
    modell: type[Regel], par: Sequence[tuple[Regelrad, Regel | None]], *, by, varfor: str = ""
) -> Sparad:
    rimliga = []
    for i, (rad, regel) in enumerate(par):
        with _om_rad(i):
            rimliga.append((_rimlig(modell, rad), regel))
    par = rimliga
    spann = [(r.fran, r.till, r.fran_ar, r.till_ar) for rad, regel in par for r in (rad, regel) if r]
    regler = tuple(regel or modell() for _, regel in par)
    with andring(by=by, varfor=varfor or f"Regel för {_VAD[modell]} {par[0][0].kod}"):
        bok, nu = _i_huvudboken(modell, spann), _kodregler(modell)
        _krav_ryms(len(nu) + sum(regel is None for _, regel in par))
        fore = _lage(bok, nu.values())
        _utan_krock(modell, par)
        if not _provas.get():
            _skriv(modell, par, regler)
        # New rules have no pk while they are tried: any that is nobody else's tells them apart.
        blir = {regel.pk if regel else -i: _kodregel(rad, regel.pk if regel else -i)
                for i, (rad, regel) in enumerate(par, 1)}  # fmt: skip
        flyttat = _foljder(modell, fore, _lage(bok, (nu | blir).values()))
    return Sparad(regler, flyttat)


def _krav_ryms(antal: int) -> None:
    if antal > FLEST:
        raise KontoplanFel(
            f"Det skulle bli {antal} rader, och en kontoplan har högst {FLEST}. Samla koder i intervall, eller ta bort "
            "dem som inte används. Ingenting är sparat."
        )


def _skriv(
    modell: type[Regel], par: Sequence[tuple[Regelrad, Regel | None]], regler: Sequence[Regel]
) -> None:
    """All rows in two statements at most. What is changed goes first: a rule that ends makes room for a new one."""
    for (rad, _), regel in zip(par, regler, strict=True):
        for falt, varde in _falt(modell, rad).items():
            setattr(regel, falt, varde)
    infor_manga_rader()
    try:
        modell.objects.bulk_create(
            [regel for regel in regler if regel.pk],
            update_conflicts=True,
            unique_fields=("id",),
            update_fields=_falt(modell, par[0][0]),
        )
        modell.objects.bulk_create([regel for regel in regler if not regel.pk])
    except IntegrityError as fel:
        vilka = par[0][0].kod if len(par) == 1 else "som är med här"
        raise KontoplanFel(
            f"Någon annan hann spara en regel som tar {_VAD[modell]} {vilka}. Ladda om sidan."
        ) from fel


@contextmanager
def _om_rad(nr: int):
    try:
        yield
    except KontoplanFel as fel:
        fel.rad = nr
        raise


def _rimlig(modell: type[Regel], rad: Regelrad) -> Regelrad:
    """The rule with its texts trimmed. Raises KontoplanFel for what is no interval or cannot belong there."""
    vad = _VAD[modell]
    fran, till, namn = rad.fran.strip(), rad.till.strip(), rad.namn.strip()
    if not (_KOD.fullmatch(fran) and _KOD.fullmatch(till)):
        raise KontoplanFel(f"Skriv {vad} från och till, högst 40 tecken utan mellanslag.")
    if len(fran) != len(till):
        raise KontoplanFel(
            f"«{fran}» och «{till}» är olika långa. {vad.capitalize()} i ett intervall har lika många tecken."
        )
    if fran > till:
        raise KontoplanFel(f"Intervallet går baklänges: {fran} kommer efter {till}.")
    if not namn or len(namn) > 120:
        raise KontoplanFel(f"Skriv vad {vad} {fran} kallas, med högst 120 tecken.")
    if not FORSTA_AR <= rad.fran_ar <= SISTA_AR or not FORSTA_AR <= (rad.till_ar or FORSTA_AR) <= SISTA_AR:
        raise KontoplanFel(f"Åren ska ligga mellan {FORSTA_AR} och {SISTA_AR}.")
    if rad.till_ar is not None and rad.till_ar < rad.fran_ar:
        raise KontoplanFel(f"Regeln slutar {rad.till_ar}, före sitt första år {rad.fran_ar}.")
    if "\0" in namn + rad.kalla:
        raise KontoplanFel(f"Namnet eller källan för {vad} {fran} har tecken som inte går att spara.")
    mal = rad.hor_till
    if modell is Kontoregel and mal is not None and not far_ta_konton(mal):
        raise KontoplanFel(
            f"Till «{mal.namn}» kan inga konton höra. Välj en rad i resultatsammanställningen som tar belopp."
        )
    if modell is Ansvarsregel and (mal is None or mal.typ in (Enhetstyp.REGION, Enhetstyp.OBJEKT)):
        raise KontoplanFel(
            f"Ansvar {fran} behöver en enhet att höra till: en förvaltning eller en del av en."
        )
    return Regelrad(fran, till, namn, mal, rad.fran_ar, rad.till_ar, rad.kalla.strip()[:200])


def _utan_krock(modell: type[Regel], par: Sequence[tuple[Regelrad, Regel | None]]) -> None:
    """Refuse rules of which two would take the same code in the same year.

    The database decides; this names the other rule before a failed statement makes that impossible.
    """
    rader = [rad for rad, _ in par]
    egna = {regel.pk for _, regel in par if regel is not None}
    nara = modell.objects.annotate(
        langd=Length("fran"), a=Collate("fran", "C"), b=Collate("till", "C")
    ).filter(
        langd__in={len(rad.fran) for rad in rader},
        a__lte=max(rad.till for rad in rader),
        b__gte=min(rad.fran for rad in rader),
    )
    alla = [(len(r.fran), r.fran, None, r) for r in nara if r.pk not in egna]
    alla += [(len(rad.fran), rad.fran, i, rad) for i, rad in enumerate(rader)]
    # Those that take the code that the loop has come to: never more than there are years, or two would have clashed.
    tar: list[tuple[int | None, Regel | Regelrad]] = []
    langd = 0
    for ny_langd, fran, nr, en in sorted(alla, key=lambda a: a[:2]):
        tar = [(n, annan) for n, annan in tar if annan.till >= fran] if ny_langd == langd else []
        langd = ny_langd
        for annan_nr, annan in tar:
            if en.fran_ar <= (annan.till_ar or SISTA_AR) and annan.fran_ar <= (en.till_ar or SISTA_AR):
                _krock((nr, en), (annan_nr, annan))
        tar.append((nr, en))


def _krock(*tva: tuple[int | None, Regel | Regelrad]) -> NoReturn:
    """Say it about the row that came last; a rule that stands already came first."""
    (_, annan), (nr, rad) = sorted(tva, key=lambda en: -1 if en[0] is None else en[0])
    fel = KontoplanFel(
        f"{rad.kod} {rad.fran_ar}–{rad.till_ar or ''} krockar med regeln {annan.kod} {annan.namn}, som gäller "
        f"{annan.fran_ar}–{annan.till_ar or ''}. Avsluta eller ändra den först."
    )
    fel.rad = nr
    raise fel


# Each code of a year once, added up, before any rule is looked at: rules × lines would take for ever. The outermost
# codes and years of the rules keep one rule from adding up the whole ledger.
_KONTOSUMMOR = """
SELECT s.ar, s.konto, sum(s.belopp)
FROM budget_saldo s
WHERE s.ar BETWEEN %(ar1)s AND %(ar2)s AND s.konto COLLATE "C" BETWEEN %(fran)s AND %(till)s
GROUP BY s.ar, s.konto
"""
_AREN = """
SELECT DISTINCT period / 100 FROM budget_utfallsdel
WHERE ersatt_av_id IS NULL AND period / 100 BETWEEN %(ar1)s AND %(ar2)s
"""
# A line of a replaced part stays with the enhet that it was imported for.
_ANSVARSSUMMOR = """
SELECT h.ar, h.ansvar, sum(h.belopp), h.enhet_id
FROM budget_huvudboksrad h
JOIN budget_utfallsdel d ON (d.fil_id, d.enhet_id, d.period) = (h.fil_id, h.enhet_id, h.period)
    AND d.ersatt_av_id IS NULL
WHERE h.ar = ANY(%(aren)s::int[]) AND h.ansvar BETWEEN %(fran)s AND %(till)s
GROUP BY h.ar, h.ansvar, h.enhet_id
"""


def _i_huvudboken(modell: type[Regel], spann: Iterable[Spann]) -> list[tuple]:
    """What the ledger has in force of the codes and years of `spann`: (year, code, kronor), and of ansvar the enhet.

    Import and rules wait for each other here: what is in force does not change until the rules are committed.
    """
    spann = list(spann)
    fraga = {
        "fran": min(s[0] for s in spann),
        "till": max(s[1] for s in spann),
        "ar1": min(s[2] for s in spann),
        "ar2": max(_sista_ar(s[3]) for s in spann),
    }
    with connection.cursor() as cursor:
        if not _provas.get():
            cursor.execute("LOCK TABLE budget_utfallsdel, budget_saldo IN SHARE ROW EXCLUSIVE MODE")
        if modell is Ansvarsregel:
            # Only the own partitions of years that the rules are for are read.
            cursor.execute(_AREN, fraga)
            fraga["aren"] = [
                ar for (ar,) in cursor.fetchall() if any(s[2] <= ar <= _sista_ar(s[3]) for s in spann)
            ]
        cursor.execute(_KONTOSUMMOR if modell is Kontoregel else _ANSVARSSUMMOR, fraga)
        rader = cursor.fetchall()
    bokens = _koder_per_langd({rad[1] for rad in rader})
    tar = [s for s in spann if _finns_nagon(bokens.get(len(s[0]), []), s[0], s[1])]
    koder = {
        ar: Kodmangd((s[0], s[1]) for s in tar if s[2] <= ar <= _sista_ar(s[3]))
        for ar in {rad[0] for rad in rader}
    }
    return sorted(rad for rad in rader if rad[1] in koder[rad[0]])


def _sista_ar(till_ar: int | None) -> int:
    return SISTA_AR if till_ar is None else till_ar


def _lage(bok: Sequence[tuple], regler: Collection["_Kodregel"]) -> list[tuple]:
    """Where what `_i_huvudboken` has belongs by the rules: (year, code, kronor, rule, its post or enhet), and of ansvar
    the enhet of the lines."""
    koder = _koder_per_langd({b[1] for b in bok})
    # Of tens of thousands of rules those that take any of the codes, in order: each year has a table of its own.
    tar = sorted(
        (r for r in regler if _finns_nagon(koder.get(len(r.fran), []), r.fran, r.till)), key=lambda r: r.fran
    )
    tabeller = {
        ar: Kodtabell(r for r in tar if r.fran_ar <= ar <= _sista_ar(r.till_ar)) for ar in {b[0] for b in bok}
    }
    ut = []
    for ar, kod, belopp, *enhet in bok:
        regel = tabeller[ar].for_kod(kod)
        ut.append((ar, kod, belopp, regel and regel.pk, regel and regel.mal, *enhet))
    return ut


def _finns_nagon(koder: Sequence[str], fran: str, till: str) -> bool:
    """Whether any of ascending codes lies in an interval."""
    plats = bisect_left(koder, fran)
    return plats < len(koder) and koder[plats] <= till


class _Kodregel(NamedTuple):
    fran: str
    till: str
    fran_ar: int
    till_ar: int | None
    pk: int
    mal: int | None


def _kodregler(modell: type[Regel]) -> dict[int, _Kodregel]:
    """The rules as they are saved, by pk. One query."""
    mal = "post" if modell is Kontoregel else "enhet"
    rader = modell.objects.values_list("fran", "till", "fran_ar", "till_ar", "pk", mal).order_by()
    return {r[4]: _Kodregel(*r) for r in rader}


def _kodregel(rad: Regelrad, pk: int) -> _Kodregel:
    return _Kodregel(rad.fran, rad.till, rad.fran_ar, rad.till_ar, pk, rad.hor_till and rad.hor_till.pk)


def _foljder(modell: type[Regel], fore: Sequence[tuple], efter: Sequence[tuple]) -> tuple[Flytt, ...]:
    """Refuse what leaves the ledger without a rule; move the lines that get another enhet; say what moved."""
    utan = sorted({f"{kod} ({ar})" for ar, kod, _, regel, *_ in efter if regel is None})
    hade = {(ar, kod) for ar, kod, _, regel, *_ in fore if regel is not None}
    if any((ar, kod) in hade for ar, kod, _, regel, *_ in efter if regel is None):
        fler = f" och {len(utan) - 5} till" if len(utan) > 5 else ""
        raise KontoplanFel(
            f"Huvudboken har rader med {_VAD[modell]} {', '.join(utan[:5])}{fler}, som ingen regel skulle ta. "
            "Ingenting är sparat."
        )
    if modell is Kontoregel:
        namn = {p.pk: postnamn(p) for p in Post.objects.filter(
            pk__in={r[4] for r in (*fore, *efter)}).select_related("foralder")}  # fmt: skip
        forr = {(ar, kod): mal for ar, kod, _, regel, mal in fore if regel is not None}
        return tuple(
            Flytt(ar, kod, belopp, namn.get(forr[ar, kod], postnamn(None)), namn.get(mal, postnamn(None)))
            for ar, kod, belopp, _, mal in efter
            if (ar, kod) in forr and forr[ar, kod] != mal
        )
    flyttas = [(ar, kod, b, fran, till) for ar, kod, b, _, till, fran in efter if till and till != fran]
    if flyttas:
        _flytta_rader(flyttas)
    namn = dict(Enhet.objects.filter(pk__in={e for f in flyttas for e in f[3:]}).values_list("pk", "namn"))
    return tuple(Flytt(ar, kod, b, namn[fran], namn[till]) for ar, kod, b, fran, till in flyttas)


_FLYTTAS = """
CREATE TEMP TABLE flyttas ON COMMIT DROP AS
SELECT h.ar, h.fil_id, h.rad, h.period, f.fran, f.till
FROM unnest(%s::int[], %s::text[], %s::bigint[], %s::bigint[]) AS f(ar, ansvar, fran, till)
JOIN budget_huvudboksrad h ON (h.ar, h.enhet_id, h.ansvar) = (f.ar, f.fran, f.ansvar COLLATE "C")
JOIN budget_utfallsdel d ON (d.fil_id, d.enhet_id, d.period) = (h.fil_id, h.enhet_id, h.period)
    AND d.ersatt_av_id IS NULL;
"""
# The other enhet's month is in force from another file, or has been replaced in this one, where the lines would then
# lie among the replaced.
_HINDER = """
SELECT DISTINCT e.namn, t.period, fil.namn
FROM flyttas t
JOIN budget_utfallsdel d ON (d.enhet_id, d.period) = (t.till, t.period)
    AND (d.ersatt_av_id IS NULL) <> (d.fil_id = t.fil_id)
JOIN organisation_enhet e ON e.id = t.till
JOIN budget_utfallsfil fil ON fil.id = COALESCE(d.ersatt_av_id, d.fil_id)
ORDER BY 2 LIMIT 1
"""
_FLYTTA = """
SELECT set_config('regionskane.mappar_om', 'ja', true);
UPDATE budget_huvudboksrad h SET enhet_id = t.till FROM flyttas t
WHERE (h.ar, h.fil_id, h.rad) = (t.ar, t.fil_id, t.rad) AND h.enhet_id = t.fran;
SELECT set_config('regionskane.mappar_om', '', true);
INSERT INTO budget_utfallsdel (fil_id, enhet_id, period, rader)
SELECT fil_id, till, period, count(*) FROM flyttas t
WHERE NOT EXISTS (SELECT 1 FROM budget_utfallsdel d
    WHERE (d.enhet_id, d.period, d.fil_id) = (t.till, t.period, t.fil_id))
GROUP BY 1, 2, 3;
UPDATE budget_utfallsdel d SET rader = r.rader
FROM (SELECT h.fil_id, h.enhet_id, h.period, count(*) AS rader
      FROM budget_huvudboksrad h
      JOIN (SELECT DISTINCT ar, fil_id, period, e FROM flyttas, unnest(ARRAY[fran, till]) e) t
        ON (h.ar, h.fil_id, h.period, h.enhet_id) = (t.ar, t.fil_id, t.period, t.e)
      GROUP BY 1, 2, 3) r
WHERE (d.fil_id, d.enhet_id, d.period) = (r.fil_id, r.enhet_id, r.period) AND d.rader <> r.rader;
DELETE FROM budget_utfallsdel d USING (SELECT DISTINCT ar, fil_id, fran, period FROM flyttas) t
WHERE (d.fil_id, d.enhet_id, d.period) = (t.fil_id, t.fran, t.period) AND NOT EXISTS (
    SELECT 1 FROM budget_huvudboksrad h
    WHERE (h.ar, h.fil_id, h.enhet_id, h.period) = (t.ar, t.fil_id, t.fran, t.period));
DELETE FROM budget_saldo s USING (SELECT DISTINCT period, e FROM flyttas, unnest(ARRAY[fran, till]) e) t
WHERE (s.enhet_id, s.period) = (t.e, t.period);
INSERT INTO budget_saldo (ar, enhet_id, period, konto, motpart, belopp, rader)
SELECT h.ar, h.enhet_id, h.period, h.konto, h.motpart, sum(h.belopp), count(*)
FROM (SELECT DISTINCT ar, period, e FROM flyttas, unnest(ARRAY[fran, till]) e) t
JOIN budget_huvudboksrad h ON (h.ar, h.enhet_id, h.period) = (t.ar, t.e, t.period)
JOIN budget_utfallsdel d ON (d.fil_id, d.enhet_id, d.period) = (h.fil_id, h.enhet_id, h.period)
    AND d.ersatt_av_id IS NULL
GROUP BY h.ar, h.enhet_id, h.period, h.konto, h.motpart;
DROP TABLE flyttas;
"""


def _flytta_rader(flyttas: Sequence[tuple]) -> None:
    """Give the lines in force of (ar, ansvar, …, from, to) to the other enhet, with their parts and saldon."""
    with connection.cursor() as cursor:
        cursor.execute(_FLYTTAS, [[f[i] for f in flyttas] for i in (0, 1, 3, 4)])
        cursor.execute(_HINDER)
        if hinder := cursor.fetchone():
            enhet, period, fil = hinder
            raise KontoplanFel(
                f"{enhet} har {period // 100}-{period % 100:02} inläst från en annan fil ({fil}). Läs in månaden på "
                "nytt i en fil för hela nämnden, och ändra regeln sedan. Ingenting är sparat."
            )
        if not _provas.get():
            # Millions of lines take their time, and whoever saves has seen what moves.
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute(_FLYTTA)
