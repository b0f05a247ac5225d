"""What the pages about ledger files show, as data."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from budget.models import Filstatus, Utfallsanmarkning, Utfallsdel, Utfallsfil
from budget.regler.utfall import period_i_ord
from budget.selectors.huvudbok import Radkalla
from budget.selectors.utfallsfiler import Enhetsmanader
from regionskane.lib.belopp import formatera

MANADER = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
FLEST_NAMN = 4
# The shape and the word of each state.
LAGEN = {
    Filstatus.MOTTAGEN: ("pagar", "Mottagen"),
    Filstatus.VANTAR: ("atersand", "Väntar på svar"),
    Filstatus.FEL: ("avvikelse", "Stoppad av fel"),
    Filstatus.INLAST: ("klart", "Inläst"),
}
_NAMN = {
    "MANAD_AVVIKER": "Månader som skiljer sig mycket från årets övriga",
    "DUBBLETT": "Rader som är lika en annan rad",
    "KRYMPT": "Månader med mycket färre rader än de som ersätts",
    "OBALANS": "Verifikationer som inte summerar till noll",
    "FRAMTID": "Perioder som inte har börjat",
    "TOM_PERIOD": "Månader utan rader",
    "TECKEN": "Trasiga bokstäver i texten",
    "UTANFOR_KONTOPLANEN": "Konton som saknas i filens kontoplan",
    "KSUMMA": "Kontrollsumman stämmer inte",
    "FLERA_BLAD": "Fler blad i arbetsboken som inte läses",
    "DOLT_BLAD": "Ett dolt blad läses",
    "DOLDA_RADER": "Dolda eller bortfiltrerade rader som läses",
}


@dataclass(frozen=True, slots=True)
class Manadsruta:
    """One month of an enhet: its shape, the whole state in words, and the file it came from."""

    form: str
    text: str
    fil: int | None = None


@dataclass(frozen=True, slots=True)
class Namndmanader:
    """A nämnd with its enheter: (name, twelve months)."""

    namnd: str
    enheter: list[tuple[str, list[Manadsruta]]]


def manadsrutnat(
    rader: Sequence[Enhetsmanader], ar: int, idag: date, far_oppna: Callable[[Utfallsfil], bool]
) -> list[Namndmanader]:
    """Nämnd by nämnd and month by month, what is in place; a month leads to its file for whoever `far_oppna` it."""
    namnder: dict[str, Namndmanader] = {}
    for r in rader:
        rutor = [_ruta(r, ar, m, idag, far_oppna) for m in range(1, 13)]
        namnder.setdefault(r.namnd, Namndmanader(r.namnd, [])).enheter.append((r.enhet, rutor))
    return list(namnder.values())


def _ruta(rad: Enhetsmanader, ar: int, manad: int, idag: date, far_oppna) -> Manadsruta:
    period = period_i_ord(ar * 100 + manad)
    del_ = rad.manader.get(manad)
    if del_ is None:
        om = (ar, manad) >= (idag.year, idag.month)
        return Manadsruta("", "") if om else Manadsruta("ej_startat", f"{rad.enhet} {period}: saknas")
    fil = del_.fil_id if far_oppna(del_.fil) else None
    if del_.rattad:
        return Manadsruta("pagar", f"{rad.enhet} {period}: rättad av {del_.fil.namn}", fil)
    return Manadsruta("klart", f"{rad.enhet} {period}: inläst ur {del_.fil.namn}", fil)


@dataclass(frozen=True, slots=True)
class Fyndrad:
    """A finding as it is shown; `rad` is empty when it is about no line of the file."""

    rad: str
    text: str


@dataclass(frozen=True, slots=True)
class Ersattrad:
    """What a file replaced of an earlier one (id and name): the enheter that have the same months in common."""

    fil: int
    filnamn: str
    enheter: str
    perioder: str
    rader: str


def fyndrader(anmarkningar: Iterable[Utfallsanmarkning]) -> list[Fyndrad]:
    return [Fyndrad("" if a.rad is None else antal(a.rad), a.text) for a in anmarkningar]


def ersattrader(delar: Iterable[Utfallsdel]) -> list[Ersattrad]:
    per_enhet: dict[tuple[Utfallsfil, str], list[Utfallsdel]] = {}
    for d in delar:
        per_enhet.setdefault((d.fil, d.enhet.namn), []).append(d)
    lika: dict[tuple[Utfallsfil, str], list[tuple[str, int]]] = {}
    for (fil, enhet), lista in per_enhet.items():
        perioder = perioder_i_ord({d.period for d in lista})
        lika.setdefault((fil, perioder), []).append((enhet, sum(d.rader for d in lista)))
    return [
        Ersattrad(
            fil.pk,
            fil.namn,
            ", ".join(sorted(e for e, _ in lista)) if len(lista) <= FLEST_NAMN else f"{len(lista)} enheter",
            perioder,
            antal(sum(n for _, n in lista)),
        )
        for (fil, perioder), lista in lika.items()
    ]


def antal(n: int) -> str:
    """A count, thousands apart."""
    return formatera(Decimal(n))


def perioder_i_ord(perioder: Iterable[int]) -> str:
    """{202401, 202402, 202403, 202406} → «2024-01–2024-03, 2024-06»."""
    spann: list[list[int]] = []
    for p in sorted(perioder):
        forra = spann[-1][-1] if spann else 0
        if p == forra + 1 or (p % 100 == 1 and p - 89 == forra):
            spann[-1].append(p)
        else:
            spann.append([p])
    return ", ".join(
        period_i_ord(s[0]) if len(s) == 1 else f"{period_i_ord(s[0])}–{period_i_ord(s[-1])}" for s in spann
    )


def varningsnamn(varningar: Iterable[Utfallsanmarkning]) -> list[tuple[str, str, int]]:
    """(kod, what it is called, how many) for each kind of warning, in order."""
    per_kod = Counter(v.kod for v in varningar)
    return [(kod, _NAMN.get(kod, kod.capitalize().replace("_", " ")), n) for kod, n in per_kod.items()]


def radfakta(k: Radkalla) -> list[tuple[str, str]]:
    """What a line says, word by word; what it leaves empty is left out. Kronor with the ledger's signs."""
    r = k.rad
    ord_ = (
        ("Belopp", f"{formatera(r.belopp, decimaler=2)} kr (debet +, kredit −)"),
        ("Datum", r.datum.isoformat() if r.datum else ""),
        ("Period", f"{r.period // 100}-{r.period % 100:02}"),
        ("Konto", f"{r.konto} {r.kontonamn}".strip()),
        ("Ansvar", r.ansvar),
        ("Enhet", r.enhet),
        ("Motpart", f"{r.motpart} {r.motpartsnamn}".strip()),
        ("Verksamhet", r.verksamhet),
        ("Projekt", r.projekt),
        ("Verifikation", r.verifikation),
        ("Text", r.text),
        ("Gäller", f"Nej, månaden är ersatt av {k.ersatt_av}" if k.ersatt_av else "Ja"),
    )
    return [(vad, text) for vad, text in ord_ if text]
