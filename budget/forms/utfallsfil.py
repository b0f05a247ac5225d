"""The forms about a ledger file: which columns it has, and where its unmapped codes belong.

They are read by hand from POST, because each file gives its own rows; what was typed is always shown again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from budget.actions.utfall import Koppling
from budget.imports.granska_utfall import OMAPPADE, UTAN_ANSVAR
from budget.imports.huvudbok import EXTRAPERIOD_KOD, EXTRAPERIODER, SYNONYMER, hitta_kolumner
from budget.models import Motpartsslag, Utfallsanmarkning, Utfallskalla
from budget.selectors.kontoplan import (
    BALANSKONTO,
    Senaresokning,
    hamta_ansvarsenheter,
    hamta_ansvarsregler,
    hamta_kontoposter,
    hamta_kontoregler,
    postnamn,
)
from budget.tabeller.utfallsfil import antal
from regionskane.lib.belopp import formatera

BALANS = "balans"
FALTNAMN = {
    "konto": "Konto",
    "belopp": "Belopp",
    "debet": "Debet",
    "kredit": "Kredit",
    "period": "Period",
    "datum": "Datum",
    "ar": "År",
    "ansvar": "Ansvar",
    "motpart": "Motpart",
    "verksamhet": "Verksamhet",
    "projekt": "Projekt",
    "verifikation": "Verifikation",
    "text": "Text",
}


@dataclass(slots=True)
class Kopplingsrad:
    """One unmapped code as a row of the form."""

    nyckel: str
    vad: str
    kod: str
    ar: int
    rader: int
    belopp: str
    rad: int
    fran: str
    till: str
    namn: str
    mal: str
    senare: str = ""
    fel: str = ""

    @property
    def rader_i_ord(self) -> str:
        return antal(self.rader)

    @property
    def belopp_i_ord(self) -> str:
        return formatera(Decimal(self.belopp))

    @property
    def ar_utan_ansvar(self) -> bool:
        return self.vad == "ansvar" and self.kod == UTAN_ANSVAR


@dataclass(slots=True)
class Kopplingsformular:
    """All the unmapped codes of a file, kind by kind, with what they may be mapped to."""

    rader: list[Kopplingsrad]
    mal: dict[str, list[tuple[str, str]]]
    allmant_fel: str = ""
    _objekt: dict[str, dict] = field(default_factory=dict)

    @property
    def grupper(self) -> list[tuple[str, list[tuple[str, str]], list[Kopplingsrad]]]:
        return [
            (vad, self.mal[vad], rader)
            for vad in ("konto", "ansvar", "motpart")
            if (rader := [r for r in self.rader if r.vad == vad])
        ]

    def kopplingar(self) -> list[Koppling]:
        """The rows that have been given a place."""
        return [
            Koppling(
                nyckel=r.nyckel,
                vad=r.vad,
                kod=r.kod,
                fran=r.fran,
                till=r.till,
                namn=r.namn or self._namn(r),
                mal=self._objekt[r.vad][r.mal],
                ar=r.ar,
            )
            for r in self.rader
            if r.mal in self._objekt[r.vad]
        ]

    def _namn(self, rad: Kopplingsrad) -> str:
        return dict(self.mal[rad.vad])[rad.mal][:120]

    def markera(self, nyckel: str, fel: str) -> None:
        """Say at its row why a code could not be mapped."""
        for r in self.rader:
            if r.nyckel == nyckel:
                r.fel = fel


def kopplingsformular(
    anmarkningar: Sequence[Utfallsanmarkning], post: Mapping[str, str] | None = None
) -> Kopplingsformular:
    """The form, empty or as it was sent."""
    rader = []
    sedda = set()
    for a in anmarkningar:
        vad = OMAPPADE.get(a.kod)
        for k in a.koder if vad else ():
            if (vad, k["kod"]) in sedda:  # the earliest year's rule covers the later ones
                continue
            sedda.add((vad, k["kod"]))
            nyckel = f"{vad}-{len(rader)}"

            def skrivet(falt: str, annars: str, nyckel=nyckel) -> str:
                # A NUL can neither be saved nor shown; the rest is judged as it stands.
                return (post or {}).get(f"{nyckel}-{falt}", annars).replace("\0", "").strip()

            rader.append(
                Kopplingsrad(
                    nyckel=nyckel,
                    vad=vad,
                    **k,
                    fran=skrivet("fran", k["kod"]),
                    till=skrivet("till", k["kod"]),
                    namn=skrivet("namn", ""),
                    mal=skrivet("mal", ""),
                )
            )
    finns = {r.vad for r in rader}
    objekt: dict[str, dict] = {"konto": {}, "ansvar": {}, "motpart": {}}
    mal: dict[str, list[tuple[str, str]]] = {"konto": [], "ansvar": [], "motpart": []}
    if "konto" in finns:
        poster = hamta_kontoposter()
        objekt["konto"] = {str(p.pk): p for p in poster} | {BALANS: None}
        mal["konto"] = [(str(p.pk), postnamn(p)) for p in poster] + [(BALANS, BALANSKONTO)]
        _om_senare_regler(rader, "konto", hamta_kontoregler())
    if "ansvar" in finns:
        enheter = hamta_ansvarsenheter()
        objekt["ansvar"] = {str(e.pk): e for e in enheter}
        mal["ansvar"] = [(str(e.pk), e.namn) for e in enheter]
        _om_senare_regler(rader, "ansvar", hamta_ansvarsregler())
    if "motpart" in finns:
        objekt["motpart"] = {v: v for v in Motpartsslag.values}
        mal["motpart"] = list(Motpartsslag.choices)
    return Kopplingsformular(rader, mal, _objekt=objekt)


def _om_senare_regler(rader: Sequence[Kopplingsrad], vad: str, regler: Sequence) -> None:
    """Say at each row what a later year's rule says of the code, and what becomes of it (`koppla_regler`)."""
    sokning = Senaresokning(regler)
    for rad in rader:
        senare = sokning.hitta(rad.kod, rad.kod, rad.ar) if rad.vad == vad else None
        if senare is None:
            continue
        regel = senare.regel
        hor = postnamn(regel.post) if vad == "konto" else regel.enhet.namn
        kod = regel.fran if regel.fran == regel.till else f"{regel.fran}–{regel.till}"
        samma = f"Väljer du samma börjar den regeln gälla {rad.ar}. " if senare.kan_utvidgas else ""
        annars = "Ett annat val gäller" if samma else "Det du väljer gäller"
        rad.senare = (
            f"Hör från {regel.fran_ar} till {hor} ({kod}). {samma}{annars} till och med {regel.fran_ar - 1}."
        )


@dataclass(frozen=True, slots=True)
class Kolumnval:
    """A field and the headers that may be its column."""

    falt: str
    namn: str
    vald: str
    kravs: bool


def kolumnformular(rubriker: Sequence[str], skrivet: Mapping[str, str] | None = None) -> list[Kolumnval]:
    """A choice per field; what is understood by itself is chosen beforehand."""
    if skrivet is None:
        funna, _ = hitta_kolumner(rubriker)
        skrivet = {f: rubriker[i] for f, i in funna.items() if i < len(rubriker)}
    return [
        Kolumnval(falt, namn, skrivet.get(falt, ""), falt in ("konto", "belopp"))
        for falt, namn in FALTNAMN.items()
        if falt in SYNONYMER
    ]


def valda_kolumner(kalla: Utfallskalla | None) -> list[tuple[str, str]]:
    """(field, header) of what has been chosen for a source, as it is read on the page of a file."""
    return [(FALTNAMN[f], rubrik) for f, rubrik in kalla.kolumner.items() if f in FALTNAMN] if kalla else []


@dataclass(frozen=True, slots=True)
class Periodfraga:
    """A period that is no month: what is asked of it, and what its source says already."""

    period: int
    text: str
    manad: str
    vald: str


def periodfragor(
    anmarkningar: Sequence[Utfallsanmarkning],
    kalla: Utfallskalla | None,
    post: Mapping[str, str] | None = None,
) -> list[Periodfraga]:
    """One question for each of the periods 13 and 00 that the file has and that its source does not place."""
    fragor = []
    for a in anmarkningar:
        if (period := EXTRAPERIOD_KOD.get(a.kod)) is not None:
            vald = getattr(kalla, f"period_{period:02}", "")
            fragor.append(
                Periodfraga(
                    period,
                    a.text,
                    "december" if period else "januari",
                    (post or {}).get(f"period-{period:02}", vald),
                )
            )
    return fragor


def valda_perioder(post: Mapping[str, str]) -> dict[int, str]:
    """What was chosen for each of them."""
    return {p: v for p in EXTRAPERIODER if (v := post.get(f"period-{p:02}", ""))}
