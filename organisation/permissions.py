"""Who may do what. The table RATTER is the whole truth; views, API, exports and templates ask here.

A right is given for a scope (`Omfang`): ALLT is the whole region, EGET is the nämnd or enhet of the
role, FASTSTALLT is whatever has been decided and locked, INLAMNAT is what the own nämnd has handed in (the app that has
the parts knows which: `inlamnade`). A nämnd's own version (`Period.namnd`) is read within the nämnd: by those who have
a role there, and by those whose right is for the whole region.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import PermissionDenied
from django.db import connection

from organisation.models import Period, Roll, Rolltilldelning


class Ratt(StrEnum):
    LASA_BELOPP = "läsa belopp"
    SKRIVA_BELOPP = "skriva belopp"
    SKRIVA_RAM = "skriva fullmäktiges ram: regionbidrag, resultatkrav och justeringar"
    SKRIVA_ASKANDE = "skriva äskanden"
    LASA_ASKANDE = "läsa äskanden"
    BESVARA_ASKANDE = "svara på äskanden"
    LASA_HISTORIK = "läsa tidigare värden"
    LASA_VERSIONER = "se vilka budgetversioner som finns"
    STYRA_VERSION = "låsa, låsa upp och kopiera budgetversioner"
    LASA_DELAR = "läsa nämndernas delar och kommentarerna i dem"
    GRANSKA_DELAR = "öppna en version för inmatning och granska nämndernas delar"
    BERAKNA_BALANSKRAV = "beräkna balanskravet och registrera beslut om det"
    LASA_HUVUDBOK = "läsa huvudbokens rader"
    IMPORTERA_UTFALL = "läsa in huvudböcker"
    STYRA_KONTOPLAN = "ändra vad konton och ansvar hör till"
    LASA_INDIKATORER = "läsa indikatorer och deras resultat"
    SKRIVA_MATNINGAR = "lägga in och rätta mätvärden"
    STYRA_INDIKATORER = "ändra indikatorbiblioteket och målnivåerna"
    LASA_UPPFOLJNINGSPLAN = "läsa uppföljningsplanen, kalendern och styrkorten"
    EXPORTERA = "ladda ned PDF och Excel"
    LASA_ORGANISATION = "se användare och organisation"
    STYRA_ANVANDARE = "lägga upp användare och ge dem roller"
    LASA_LOGG = "läsa vad som har hänt med konton och roller"
    LASA_EXPORTLOGG = "läsa vem som har laddat ned vad"


class Omfang(StrEnum):
    EGET = "egen nämnd eller enhet"
    FASTSTALLT = "låsta versioner, hela regionen"
    INLAMNAT = "egen nämnd, det som är inlämnat"
    ALLT = "hela regionen"


class LiggerFast(PermissionDenied):
    """The user's role is right, but what they would write lies fast as things are. `str()` is a sentence for the user
    that says why, and who can open it: nobody's role is to be changed for it."""

    rubrik = "Det här ligger fast och kan inte ändras nu"


E, F, I, A = Omfang.EGET, Omfang.FASTSTALLT, Omfang.INLAMNAT, Omfang.ALLT  # noqa: E741

#                              controller  koncern-   politiker  revisor    admini-
#                                          controller                       stratör
_TABELL = {
    Ratt.LASA_BELOPP:          ({E, F},    {A},       {F},       {A},       set()),
    Ratt.SKRIVA_BELOPP:        ({E},       {A},       set(),     set(),     set()),
    Ratt.SKRIVA_RAM:           (set(),     {A},       set(),     set(),     set()),
    Ratt.SKRIVA_ASKANDE:       ({E},       {A},       set(),     set(),     set()),
    Ratt.LASA_ASKANDE:         ({E},       {A},       {I},       {A},       set()),
    Ratt.BESVARA_ASKANDE:      (set(),     {A},       set(),     set(),     set()),
    Ratt.LASA_HISTORIK:        ({E},       {A},       set(),     {A},       set()),
    Ratt.LASA_VERSIONER:       ({A},       {A},       {F},       {A},       set()),
    Ratt.STYRA_VERSION:        (set(),     {A},       set(),     set(),     set()),
    Ratt.LASA_DELAR:           ({E},       {A},       set(),     {A},       set()),
    Ratt.GRANSKA_DELAR:        (set(),     {A},       set(),     set(),     set()),
    Ratt.BERAKNA_BALANSKRAV:   (set(),     {A},       set(),     set(),     set()),
    Ratt.LASA_HUVUDBOK:        ({E},       {A},       set(),     {A},       set()),
    Ratt.IMPORTERA_UTFALL:     ({E},       {A},       set(),     set(),     set()),
    Ratt.STYRA_KONTOPLAN:      (set(),     {A},       set(),     set(),     set()),
    Ratt.LASA_INDIKATORER:     ({A},       {A},       {A},       {A},       set()),
    Ratt.SKRIVA_MATNINGAR:     ({E},       {A},       set(),     set(),     set()),
    Ratt.STYRA_INDIKATORER:    (set(),     {A},       set(),     set(),     set()),
    Ratt.LASA_UPPFOLJNINGSPLAN: ({A},      {A},       {A},       {A},       set()),
    Ratt.EXPORTERA:            ({E, F},    {A},       {F},       {A},       set()),
    Ratt.LASA_ORGANISATION:    (set(),     {A},       set(),     {A},       {A}),
    Ratt.STYRA_ANVANDARE:      (set(),     set(),     set(),     set(),     {A}),
    Ratt.LASA_LOGG:            (set(),     {A},       set(),     {A},       {A}),
    Ratt.LASA_EXPORTLOGG:      (set(),     {A},       set(),     {A},       set()),
}  # fmt: skip

_ROLLER = (Roll.CONTROLLER, Roll.KONCERNCONTROLLER, Roll.POLITIKER, Roll.REVISOR, Roll.ADMINISTRATOR)
RATTER = {ratt: dict(zip(_ROLLER, rad, strict=True)) for ratt, rad in _TABELL.items()}

# All other rights open figures, or what is said about them.
_UTAN_SIFFROR = {Ratt.LASA_ORGANISATION, Ratt.STYRA_ANVANDARE, Ratt.LASA_LOGG}


def ger_siffror(roll: str) -> bool:
    """Whether a role opens any figures, to read or to write."""
    return any(RATTER[ratt][Roll(roll)] for ratt in Ratt if ratt not in _UTAN_SIFFROR)


@dataclass(frozen=True, slots=True)
class Enhetsurval:
    """Which enheter a user may see or write: all of them, or those in `enheter`."""

    allt: bool = False
    enheter: frozenset[int] = frozenset()

    def __contains__(self, enhet_id: int) -> bool:
        return self.allt or enhet_id in self.enheter

    def __bool__(self) -> bool:
        return self.allt or bool(self.enheter)


_I_NAMNDER = "SELECT enhet_id FROM organisation_platser(%s, %s) WHERE namnd_id = ANY(%s)"
# Whoever has an enhet has its parts.
_DELAR = "SELECT enhet_id FROM organisation_platser(%s, %s) WHERE del_av_id = ANY(%s)"


class Behorighet:
    """What one user may do. Made once per request; reads the user's roles in one query."""

    def __init__(self, anvandare):
        self.roller = (
            list(Rolltilldelning.objects.filter(anvandare=anvandare).select_related("namnd", "enhet"))
            if anvandare.is_authenticated and anvandare.is_active
            else []
        )
        self._egna = {}
        self._hamtade = {}

    def omfang(self, ratt: Ratt) -> set[Omfang]:
        """The scopes that any of the user's roles gives for a right."""
        return set().union(*(RATTER[ratt][r.roll] for r in self.roller)) if self.roller else set()

    def urval(self, ratt: Ratt, *, last: bool, period: Period) -> Enhetsurval:
        """The enheter for which the user has a right in a version of a period (`last`: locked)."""
        omfang = self.omfang(ratt)
        if period.namnd is not None:
            return self._urval_i_namnden(ratt, omfang, last, period)
        if Omfang.ALLT in omfang or (last and Omfang.FASTSTALLT in omfang):
            return Enhetsurval(allt=True)
        if Omfang.EGET in omfang:
            return Enhetsurval(enheter=self._egna_enheter(ratt, period))
        return Enhetsurval()

    def namndens_enheter(self, period: Period) -> frozenset[int]:
        """All the enheter of the nämnd whose own the period's version is."""
        return self._enheter_i(period, (period.namnd,))

    def inlamnade(self, ratt: Ratt, period: Period) -> frozenset[int]:
        """The enheter for which the user has a right to what their nämnd has handed in, and to no more."""
        return self._egna_enheter(ratt, period, Omfang.INLAMNAT)

    def far(self, ratt: Ratt) -> bool:
        """Whether the user has a right that does not depend on any enhet."""
        return Omfang.ALLT in self.omfang(ratt)

    def namnder(self, ratt: Ratt) -> frozenset[int]:
        """The nämnder (ids) for which a role of the user's gives a right to what is the nämnd's own."""
        return frozenset(
            r.namnd_id for r in self.roller if r.namnd_id and Omfang.EGET in RATTER[ratt][r.roll]
        )

    def krav(self, ratt: Ratt) -> None:
        """Raise PermissionDenied with a sentence for the user unless `far(ratt)`."""
        if not self.far(ratt):
            raise PermissionDenied(f"Din roll får inte {ratt.value}.")

    def _urval_i_namnden(self, ratt, omfang, last, period) -> Enhetsurval:
        """As `urval`, in a version that is one nämnd's own: never anything outside it."""
        if not omfang:
            return Enhetsurval()
        namndens = self.namndens_enheter(period)
        hor_hit = any(
            r.namnd_id == period.namnd or r.enhet_id in namndens
            for r in self.roller
            if Omfang.FASTSTALLT in RATTER[ratt][r.roll]
        )
        if Omfang.ALLT in omfang or (last and hor_hit):
            return Enhetsurval(enheter=namndens)
        if Omfang.EGET in omfang:
            return Enhetsurval(enheter=self._egna_enheter(ratt, period) & namndens)
        return Enhetsurval()

    def _egna_enheter(self, ratt, period, omfang=Omfang.EGET) -> frozenset[int]:
        egna = [r for r in self.roller if omfang in RATTER[ratt][r.roll]]
        nyckel = (tuple(r.pk for r in egna), period)
        if nyckel not in self._egna:
            namnder = tuple(r.namnd_id for r in egna if r.namnd_id)
            enheter = tuple(r.enhet_id for r in egna if r.enhet_id)
            self._egna[nyckel] = frozenset(enheter).union(
                self._enheter_i(period, namnder) if namnder else (),
                self._enheter_i(period, enheter, _DELAR) if enheter else (),
            )
        return self._egna[nyckel]

    def _enheter_i(self, period, vilka: tuple[int, ...], sql: str = _I_NAMNDER) -> frozenset[int]:
        nyckel = (sql, vilka, period.fran, period.till)
        if nyckel not in self._hamtade:
            with connection.cursor() as cursor:
                cursor.execute(sql, [period.fran, period.till, list(vilka)])
                self._hamtade[nyckel] = frozenset(enhet for (enhet,) in cursor.fetchall())
        return self._hamtade[nyckel]


def get_behorighet(request) -> Behorighet:
    """The user's Behorighet, made on first use and kept on the request."""
    if not hasattr(request, "_behorighet"):
        request._behorighet = Behorighet(request.user)
    return request._behorighet
