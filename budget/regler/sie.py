"""Reconciliation of a SIE file, pure: vouchers, `#RES`, `#UB` − `#IB` and the two readings of `#PSALDO`.

SIE filformat, utgåva 4B (SIE-gruppen): debet is +, kredit −, so that a voucher sums to zero and income is
negative; `#PSALDO` is the month's movement. The line `#PSALDO … {}` is the account's total in most programs
but only the part without object in some (doman.md §9), so both readings are tried and the one that
reconciles is used.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from regionskane.lib.anmarkning import Anmarkning, Niva
from regionskane.lib.belopp import formatera_fullt

NOLL = Decimal(0)
FLEST_KONTON_I_TEXT = 20
BALANSTYPER = frozenset("TS")
RESULTATTYPER = frozenset("KI")


class Psaldotolkning(StrEnum):
    """How `#PSALDO … {}` is read."""

    TOTAL = "total"
    UTAN_OBJEKT = "utan_objekt"
    SAKNAS = "saknas"
    OKLAR = "oklar"


@dataclass(frozen=True, slots=True)
class Obalans:
    """A voucher whose counted lines do not sum to zero."""

    rad: int
    serie: str
    nummer: str
    datum: str
    differens: Decimal


@dataclass(frozen=True, slots=True)
class Sieunderlag:
    """What a SIE file says about year 0, in the file's signs.

    `psaldo` holds per konto the year's sum of `#PSALDO` per set of dimensions, where `()` is the line without
    object. `transaktioner` is None for a file without vouchers. `rader` is the first line of a konto, for
    the findings: keys are (label, konto). `andra_ar` has `res`, `ib` and `ub` of the file's other years, by number.
    """

    res: Mapping[str, Decimal]
    ib: Mapping[str, Decimal]
    ub: Mapping[str, Decimal]
    psaldo: Mapping[str, Mapping[tuple[str, ...], Decimal]]
    transaktioner: Mapping[str, Decimal] | None = None
    obalanserade: tuple[Obalans, ...] = ()
    kontotyper: Mapping[str, str] = field(default_factory=dict)
    rader: Mapping[tuple[str, str], int] = field(default_factory=dict)
    andra_ar: Mapping[int, Mapping[str, Mapping[str, Decimal]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sieavstamning:
    """`psaldo_dimension` is set when only the objects of one dimension belong to the reading `utan_objekt`."""

    psaldo_tolkning: Psaldotolkning
    psaldo_summa: Mapping[str, Decimal]
    psaldo_dimension: tuple[str, ...] | None
    anmarkningar: tuple[Anmarkning, ...]


@dataclass(frozen=True, slots=True)
class _Facit:
    belopp: Mapping[str, Decimal]
    kalla: str

    def kr(self, konto: str) -> Decimal:
        return self.belopp.get(konto, NOLL)


def ar_balanskonto(underlag: Sieunderlag, konto: str) -> bool:
    """By `#KTYP` (T and S are balance accounts), else by where the konto stands, else by class 1 and 2."""
    typ = underlag.kontotyper.get(konto, "")
    if typ in BALANSTYPER or typ in RESULTATTYPER:
        return typ in BALANSTYPER
    i_res, i_balans = konto in underlag.res, konto in underlag.ub or konto in underlag.ib
    if i_res != i_balans:
        return i_balans
    return konto[:1] in ("1", "2")


def stam_av(underlag: Sieunderlag) -> Sieavstamning:
    """Reconcile what the file itself gives to compare; what is missing is not guessed."""
    balans, resultat = _facit(underlag)
    tolkning, dimension, summor, fynd = _tolka_psaldo(underlag, balans, resultat)
    return Sieavstamning(
        psaldo_tolkning=tolkning,
        psaldo_summa=summor,
        psaldo_dimension=dimension,
        anmarkningar=(
            *_obalanser(underlag),
            *_transaktioner(underlag, balans, resultat),
            *fynd,
        ),
    )


def _facit(underlag: Sieunderlag) -> tuple[_Facit | None, _Facit | None]:
    """(balance accounts, result accounts) as `#UB` − `#IB` and `#RES` say; None when the file does not say."""
    konton = {*underlag.res, *underlag.ub, *underlag.ib}
    balanskonton = {k for k in konton if ar_balanskonto(underlag, k)}
    balans = resultat = None
    if underlag.ub:
        rorelse = {k: underlag.ub.get(k, NOLL) - underlag.ib.get(k, NOLL) for k in balanskonton}
        balans = _Facit(rorelse, "#UB − #IB")
    if underlag.res:
        resultat = _Facit({k: b for k, b in underlag.res.items() if k not in balanskonton}, "#RES")
    return balans, resultat


def _facit_for(underlag, konto, balans, resultat) -> _Facit | None:
    return balans if ar_balanskonto(underlag, konto) else resultat


def _obalanser(underlag: Sieunderlag) -> list[Anmarkning]:
    return [
        Anmarkning(
            "OBALANS",
            Niva.FEL,
            f"Verifikation {f'{o.serie} {o.nummer}'.strip() or 'utan nummer'} balanserar inte: "
            f"raderna summerar till {_kr(o.differens)} i stället för noll.",
            o.rad,
        )
        for o in underlag.obalanserade
    ]


def _transaktioner(underlag, balans, resultat) -> list[Anmarkning]:
    if underlag.transaktioner is None:
        return []
    fynd = []
    konton = {*underlag.transaktioner}
    for facit in (balans, resultat):
        konton |= set(facit.belopp) if facit else set()
    for konto in sorted(konton):
        facit = _facit_for(underlag, konto, balans, resultat)
        summa = underlag.transaktioner.get(konto, NOLL)
        if facit and summa != facit.kr(konto):
            fynd.append(
                _fel(
                    "TRANS_SALDO",
                    f"Konto {konto}: transaktionerna summerar till {_kr(summa)} men {facit.kalla} är "
                    f"{_kr(facit.kr(konto))}.",
                    _rad(underlag, konto, "RES", "UB", "IB", "TRANS"),
                )
            )
    return [*_annat_ar(underlag, underlag.transaktioner, "Transaktionerna"), *fynd] if fynd else []


def _annat_ar(underlag, summor: Mapping[str, Decimal], vad: str) -> list[Anmarkning]:
    """What does not reconcile with year 0, but in everything with another year of the file."""
    # A konto that a year says nothing of is to come to nothing there, if the year has saldon of its kind. Those that do
    # not are counted once, so that each year costs what it says itself: a file may have 198 of them and many konton.
    inget_ar = replace(underlag, res={}, ib={}, ub={}, andra_ar={})
    slag = {k: ar_balanskonto(inget_ar, k) for k, belopp in summor.items() if belopp}
    antal = Counter(slag.values())
    for ar, saldon in sorted(underlag.andra_ar.items(), reverse=True):
        annat = replace(underlag, **saldon, andra_ar={})
        balans, resultat = _facit(annat)
        arets = {*saldon["res"], *saldon["ub"], *(k for k in saldon["ib"] if k in summor)}
        ovriga = antal - Counter(slag[k] for k in arets if k in slag)
        if (balans and ovriga[True]) or (resultat and ovriga[False]):
            continue
        facit = {k: f.kr(k) for k in arets if (f := _facit_for(annat, k, balans, resultat))}
        if any(facit.values()) and all(summor.get(k, NOLL) == kr for k, kr in facit.items()):
            text = (
                f"{vad} stämmer inte mot saldona för år 0 men i allt mot dem för år {f'{ar}'.replace('-', '−')}. "
                "Saldona hör alltså till ett annat år än raderna. Kontrollera #RAR och exportera filen på nytt."
            )
            return [_fel("ANNAT_ARS_SALDON", text, None)]
    return []


def _tolka_psaldo(underlag, balans, resultat):
    """Try the readings in order; «total» first, which is the same as the other where no object occurs."""
    if not underlag.psaldo:
        return Psaldotolkning.SAKNAS, None, {}, []
    forsta = min((rad for k in underlag.psaldo if (rad := _rad(underlag, k, "PSALDO"))), default=None)
    if balans is None and resultat is None and underlag.transaktioner:
        balans = resultat = _Facit(underlag.transaktioner, "transaktionerna")
    facit = {k: f for k in underlag.psaldo if (f := _facit_for(underlag, k, balans, resultat))}
    if not facit:
        text = "#PSALDO går inte att stämma av: filen har varken #RES, #UB eller verifikationer för samma konton."
        return Psaldotolkning.OKLAR, None, {}, [_fel("PSALDO_OKLAR", text, forsta)]
    avvikande = {}
    for tolkning, dimension in _lasningar(underlag, facit):
        summor = _summor(underlag, tolkning, dimension)
        fel = [k for k in sorted(facit) if summor[k] != facit[k].kr(k)]
        if not fel:
            mot = " och ".join(sorted({f.kalla for f in facit.values()}))
            return (
                tolkning, dimension, summor,
                [_tolkningstext(underlag, tolkning, dimension, mot, forsta),
                 *_utan_psaldo(underlag, balans, resultat)],
            )  # fmt: skip
        avvikande.setdefault(tolkning, (summor, fel))
    return Psaldotolkning.OKLAR, None, {}, _oklar(underlag, facit, avvikande, forsta)


def _lasningar(underlag, facit):
    mangder = {d for per in underlag.psaldo.values() for d in per if d}
    yield Psaldotolkning.TOTAL, None
    if mangder:
        yield Psaldotolkning.UTAN_OBJEKT, None
    # Each dimension splits the same amounts, so only one of them may be added.
    if len(mangder) > 1 and (stammer := _stammande_dimensioner(underlag, facit)):
        yield Psaldotolkning.UTAN_OBJEKT, min(stammer)


def _stammande_dimensioner(underlag, facit) -> list[tuple[str, ...]]:
    """The dimensions that give what the facit says of every account, when added to what is of no object. A file may
    have as many of them as accounts, so no account is looked at again for a dimension that it has nothing of."""
    saknas = {}  # account → what is to be added to the row of no object
    for k, f in facit.items():
        if rest := f.kr(k) - underlag.psaldo[k].get((), NOLL):
            saknas[k] = rest
    traffar, fel = Counter(), set()
    for k in facit:
        for d, belopp in underlag.psaldo[k].items():
            if d and belopp != saknas.get(k, NOLL):
                fel.add(d)
            elif d and k in saknas:
                traffar[d] += 1
    return [d for d, antal in traffar.items() if antal == len(saknas) and d not in fel]


def _summor(underlag, tolkning, dimension) -> dict[str, Decimal]:
    if tolkning is Psaldotolkning.TOTAL:
        return {k: per.get((), NOLL) for k, per in underlag.psaldo.items()}
    if dimension is None:
        return {k: sum(per.values(), NOLL) for k, per in underlag.psaldo.items()}
    return {k: per.get((), NOLL) + per.get(dimension, NOLL) for k, per in underlag.psaldo.items()}


def _tolkningstext(underlag, tolkning, dimension, mot, rad) -> Anmarkning:
    if not any(d for per in underlag.psaldo.values() for d in per):
        text = f"#PSALDO stämmer mot {mot}. Inga objekt förekommer, så raderna med {{}} är kontots total."
    elif tolkning is Psaldotolkning.TOTAL:
        text = f"#PSALDO med {{}} läses som kontots total, eftersom den läsningen stämmer mot {mot}."
    else:
        med = f" i dimension {' och '.join(dimension)}" if dimension else ""
        text = (
            f"#PSALDO med {{}} läses som delen utan objekt och läggs ihop med objekten{med}, eftersom den "
            f"läsningen stämmer mot {mot}."
        )
    return Anmarkning("PSALDO_TOLKNING", Niva.INFO, text, rad)


def _utan_psaldo(underlag, balans, resultat) -> list[Anmarkning]:
    """A konto with a year's figure but no month, where other accounts of its kind have months."""
    fynd = []
    for facit, balanskonton in ((balans, True), (resultat, False)):
        if facit is None or not any(ar_balanskonto(underlag, k) == balanskonton for k in underlag.psaldo):
            continue
        for konto in sorted(set(facit.belopp) - set(underlag.psaldo)):
            if facit.kr(konto) and ar_balanskonto(underlag, konto) == balanskonton:
                text = f"Konto {konto} har {facit.kalla} {_kr(facit.kr(konto))} men inget #PSALDO."
                fynd.append(_fel("PSALDO_SAKNAS", text, _rad(underlag, konto, "RES", "UB")))
    return fynd


def _oklar(underlag, facit, avvikande, forsta) -> list[Anmarkning]:
    total, total_fel = avvikande[Psaldotolkning.TOTAL]
    utan, utan_fel = avvikande.get(Psaldotolkning.UTAN_OBJEKT, (None, []))
    kallor = " och ".join(sorted({f.kalla for f in facit.values()}))
    text = f"#PSALDO stämmer inte mot {kallor}: {_konton(total_fel)} avviker"
    if utan is not None:
        text += f" om {{}} är kontots total, {_konton(utan_fel)} om {{}} är delen utan objekt"
    fynd = [
        *(_annat_ar(underlag, total, "#PSALDO") or _annat_ar(underlag, utan or {}, "#PSALDO")),
        _fel("PSALDO_OKLAR", f"{text}. Månadernas belopp kan inte användas.", forsta),
    ]
    for konto in sorted({*total_fel, *utan_fel})[:FLEST_KONTON_I_TEXT]:
        summor = _kr(total[konto])
        if utan is not None and utan[konto] != total[konto]:
            summor += f" (total) eller {_kr(utan[konto])} (med objekten)"
        text = (
            f"Konto {konto}: #PSALDO summerar till {summor} men {facit[konto].kalla} är "
            f"{_kr(facit[konto].kr(konto))}."
        )
        fynd.append(_fel("PSALDO_KONTO", text, _rad(underlag, konto, "PSALDO")))
    return fynd


def _konton(konton) -> str:
    return "1 konto" if len(konton) == 1 else f"{len(konton)} konton"


def _rad(underlag, konto, *etiketter) -> int | None:
    return next((underlag.rader[e, konto] for e in etiketter if (e, konto) in underlag.rader), None)


def _kr(belopp: Decimal) -> str:
    return formatera_fullt(belopp, minst=2)


def _fel(kod, text, rad) -> Anmarkning:
    return Anmarkning(kod, Niva.FEL, text, rad)
