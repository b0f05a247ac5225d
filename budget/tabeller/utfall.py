"""The follow-up as tables: utfall beside budget and last year, and what each amount is made of down to the lines."""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse

from budget.models import Periodiseringssatt, Post
from budget.regler.periodisering import MANADER, RAK, Profil, periodisera, som_forra_aret
from budget.selectors.huvudbok import Bokrad, Radfilter, Radsumma
from budget.selectors.utfall import (
    REGIONEN,
    Avgransning,
    Barare,
    Budgetrad,
    Inlast,
    Interna,
    Kontosumma,
    Uppfoljning,
    Urval,
    barn_per_post,
    visade,
)
from budget.tabeller.adress import versionsadress
from budget.tabeller.varifran import precision_i_ord
from regionskane.lib.belopp import MNKR, avrunda, formatera, relativ_avvikelse
from regionskane.lib.tabell import Cell, Handling, Kolumn, Kolumnslag, Rad, Radslag, Tabell

MANADSNAMN = (
    "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november",
    "december",
)  # fmt: skip
PAHITTAT = "Huvudboken är påhittad, för demonstration. Siffrorna är inte Region Skånes utfall."
INTERNATEXT = {
    Interna.MED: "med interna poster",
    Interna.UTAN: "utan förvaltningsinterna poster",
    Interna.REGION: "utan poster mellan och inom förvaltningar",
}
STRECK = "—"
DECIMALER = 1


def manader(fran: int, till: int) -> str:
    """«januari–april», or «april» for one month."""
    return MANADSNAMN[fran - 1] if fran == till else f"{MANADSNAMN[fran - 1]}–{MANADSNAMN[till - 1]}"


def kort_period(fran: int, till: int) -> str:
    """«jan–apr»."""
    return (
        MANADSNAMN[fran - 1][:3] if fran == till else f"{MANADSNAMN[fran - 1][:3]}–{MANADSNAMN[till - 1][:3]}"
    )


def annat_ars_enheter(urval: Urval) -> bool:
    """Whether the enheter are those of another year, with which the year is compared."""
    return urval.avgransning.ar not in (None, urval.ar)


def _hur(urval: Urval) -> str:
    """«med interna poster», and whose enheter when they are another year's."""
    text = INTERNATEXT[urval.interna]
    if annat_ars_enheter(urval):
        text += f", enheterna som de hör hemma {urval.avgransning.ar}"
    return text


def fraga(urval: Urval, **fler) -> str:
    """The choice as the query part of an address, with more fields where they say something."""
    falt = {
        "av": urval.avgransning.nyckel,
        "fran": urval.fran,
        "till": urval.till,
        "interna": urval.interna.value,
        "jamfor": urval.avgransning.ar if annat_ars_enheter(urval) else None,
    }
    return "?" + urlencode({k: v for k, v in (falt | fler).items() if v})


def postadress(urval: Urval, post: str) -> str:
    """The page of the konton that a line's utfall is made of."""
    return reverse("utfallspost", args=[urval.ar, post]) + fraga(urval)


def radadress(urval: Urval, **filter_) -> str:
    """The page of the lines that an amount is made of."""
    return reverse("utfallsrader", args=[urval.ar]) + fraga(urval, **filter_)


def kallradsadress(r: Bokrad) -> str:
    """Where a line is shown as it was booked, with the file that it came from."""
    plats = reverse("utfallsrad", args=[r.period // 100, r.fil, r.rad])
    return f"{plats}?{urlencode({'konto': r.konto, 'period': r.period})}"


def _for(urval: Urval, avgransning: Avgransning) -> Urval:
    return Urval(avgransning, urval.ar, urval.fran, urval.till, urval.interna)


def inom_precisionen(avvikelse: Decimal | None, precision: Decimal) -> bool:
    """Whether a deviation is less than the budget can tell: at most half of the last digit that it was given in."""
    return bool(avvikelse) and abs(avvikelse) <= precision / 2


def pahittat_i_ord(inlasta: Iterable[Inlast], urval: Urval) -> str:
    """That the ledger of the months that are shown is made up, or which year of them; empty when it is not."""
    per_ar: dict[int, set[bool]] = {}
    for i in visade(inlasta, urval):
        per_ar.setdefault(i.period // 100, set()).add(i.pahittad)
    if all(slag == {True} for slag in per_ar.values()):
        return PAHITTAT if per_ar else ""
    delar = [
        f"{'en del av ' if False in slag else ''}huvudboken för {ar}"
        for ar, slag in sorted(per_ar.items(), reverse=True)
        if True in slag
    ]
    if not delar:
        return ""
    text = " och ".join(delar)
    return f"{text[0].upper()}{text[1:]} är påhittad, för demonstration. De siffrorna är inte Region Skånes utfall."


def bedomning(avvikelse: Decimal | None, precision: Decimal = Decimal(0)) -> str | None:
    """«bättre», «sämre» or «som budget», judged on the figure that is shown; «–» within the budget's precision."""
    if avvikelse is None:
        return None
    if inom_precisionen(avvikelse, precision):
        return STRECK
    visad = avrunda(avvikelse / MNKR, Decimal(1).scaleb(-DECIMALER))
    return "bättre" if visad > 0 else "sämre" if visad < 0 else "som budget"


def bygg_uppfoljning(u: Uppfoljning) -> Tabell:
    """The resultatsammanställning of a choice: utfall, budget for the period, avvikelse, last year, the year's budget.

    Plus in avvikelse, in mnkr and in percent, is better for the result on every line, since costs are written with
    minus.
    """
    q, period = u.urval, kort_period(u.urval.fran, u.urval.till)
    noter: list[str] = []

    def not_(text: str) -> tuple[int, ...]:
        if text not in noter:
            noter.append(text)
        return (noter.index(text) + 1,)

    budgetnot = _budgetnot(u)
    rader = []
    for p in u.linjer:
        v = u.varden(p)
        utfall, fore = postadress(q, p.kod), postadress(q.forra(), p.kod)
        budget = reverse("utfallsbudget", args=[q.ar, p.kod]) + fraga(q)
        avvikelse = None if v.utfall is None or v.budget is None else v.utfall - v.budget
        saknas = not_(budgetnot) if v.budget is None and budgetnot else ()
        matt = Cell(avvikelse, kalla=utfall if avvikelse is not None else "", saknas=STRECK)
        if inom_precisionen(avvikelse, v.precision):
            matt = matt._replace(tyst=True, noter=not_(_precisionsnot(v.precision)))
        procent = None if p.resultat else relativ_avvikelse(v.utfall, v.budget)
        forbrukat = v.utfall / v.helar if v.utfall is not None and v.helar and not p.resultat else None
        delar = tuple((b.kod, b.tecken) for b in u.barn.get(p.pk, ()))
        rader.append(
            Rad(
                p.kod,
                p.namn,
                (
                    Cell(v.utfall, kalla=utfall if v.utfall is not None else "", saknas=STRECK),
                    Cell(v.budget, kalla=budget if v.budget is not None else "", noter=saknas, saknas=STRECK),
                    matt,
                    Cell(procent, saknas=STRECK, tyst=matt.tyst),
                    Cell(text=bedomning(avvikelse, v.precision), saknas=STRECK),
                    Cell(v.fore, kalla=fore if v.fore is not None else "", saknas=STRECK),
                    Cell(v.helar, kalla=budget if v.helar is not None else "", noter=saknas, saknas=STRECK),
                    Cell(forbrukat, saknas=STRECK),
                ),
                Radslag.TOTAL if p.total else Radslag.SUMMA if delar else Radslag.RAD,
                delar,
                rod=p.resultat,
                plus_battre=True,
            )
        )
    belopp = {"enhet": "mnkr", "decimaler": DECIMALER}
    return Tabell(
        "uppfoljning",
        f"{q.avgransning.namn}, {manader(q.fran, q.till)} {q.ar}",
        "Post",
        (
            Kolumn("utfall", "Utfall", f"{period} {q.ar}", **belopp),
            Kolumn("budget", "Budget", f"{period} {q.ar}", **belopp),
            Kolumn("avvikelse", "Avvikelse", "mnkr", Kolumnslag.DIFFERENS, av=("utfall", "budget"), **belopp),
            Kolumn(
                "procent",
                "Avvikelse",
                "%",
                Kolumnslag.PROCENT,
                decimaler=1,
                av=("utfall", "budget"),
                matt_i_storlek=True,
            ),
            Kolumn("bedomning", "Mot budget", slag=Kolumnslag.TEXT),
            Kolumn("fore", "Utfall", f"{period} {q.ar - 1}", **belopp),
            Kolumn("helar", "Helårsbudget", str(q.ar), **belopp),
            Kolumn("forbrukat", "Utfall av", "helårsbudget", Kolumnslag.ANDEL, decimaler=1),
        ),
        tuple(rader),
        f"{_hur(q).capitalize()}. Intäkter plus, kostnader minus. Plus i avvikelsen är bättre för "
        "resultatet.",
        (*noter, *filter(None, [pahittat_i_ord(u.inlasta, q)])),
    )


def _precisionsnot(precision: Decimal) -> str:
    return (
        f"Budgeten är given i {precision_i_ord(precision)}. En avvikelse på högst hälften av det säger inte om "
        "utfallet är bättre eller sämre."
    )


def _budgetnot(u: Uppfoljning) -> str:
    """Why there is no budget to compare with; empty when there is."""
    if u.urval.interna == Interna.REGION:
        return "Budgeten anger inte vad som är mellan förvaltningar och kan inte jämföras med ett utfall utan det."
    if u.budget_ojamforbar:
        return (
            "Budgetens interna poster kan stå på hela förvaltningen. Jämför delen med interna poster, eller hela "
            "förvaltningen utan."
        )
    utan = [b.plats.namn for b in u.utan_budget]
    if not utan:
        return ""
    if len(utan) == len(u.i_bruk):
        return f"Det finns ingen fastställd budget per post för {u.urval.ar}."
    fler = f" och {len(utan) - 3} till" if len(utan) > 3 else ""
    return f"Fastställd budget per post saknas för {', '.join(utan[:3])}{fler}."


def varningar(u: Uppfoljning) -> list[str]:
    """What a reader must know before the figures are used: missing months, saldon without a rule, missing profiles."""
    q, texter = u.urval, []
    for fragan, har in ((q, True), (q.forra(), u.har_utfall(q.forra()))):
        if not har:
            continue
        for manad, namn in u.saknade(fragan).items():
            fler = f" och {len(namn) - 3} till" if len(namn) > 3 else ""
            texter.append(
                f"{MANADSNAMN[manad - 1].capitalize()} {fragan.ar} saknas för {', '.join(namn[:3])}{fler}."
            )
    if omappat := u.utfall.omappat:
        tal = formatera(sum(omappat.values()), decimaler=2)
        konton = ", ".join(f"{konto} ({ar})" for konto, ar in sorted(omappat)[:5])
        fler = f" och {len(omappat) - 5} till" if len(omappat) > 5 else ""
        texter.append(
            f"Saldon på {tal} kr hör till konton som ingen regel tar och är inte med i tabellen: {konton}{fler}."
        )
    if (utanfor := u.budget_utanfor) and not u.budget_ojamforbar:
        namn = ", ".join(b.plats.namn for b in utanfor[:3])
        fler = f" och {len(utanfor) - 3} till" if len(utanfor) > 3 else ""
        texter.append(f"Budgeten är utan {namn}{fler}, som har budget men inget utfall {q.ar}.")
    if u.pahittad_profil:
        texter.append(
            f"Budgeten är fördelad över månaderna som utfallet {q.ar - 1}, vars huvudbok är påhittad."
        )
    if utan := u.utan_profil:
        texter.append(
            f"Förra årets utfall ger ingen profil för {', '.join(n.lower() for n in utan)}. Budgeten är fördelad i "
            "raka tolftedelar där."
        )
    return texter


def barn_av(avgransning: Avgransning, alla: dict[str, Avgransning]) -> list[Avgransning]:
    """The next level down: the region's nämnder, a nämnd's enheter, a förvaltning's parts; nothing that is the same."""
    if avgransning.nyckel == REGIONEN:
        namnder = [
            f"namnd-{b.plats.namnd_kod}" if b.plats.namnd_kod else f"enhet-{b.plats.kod}"
            for b in avgransning.barare
        ]
        return [alla[n] for n in dict.fromkeys(namnder)]
    if len(avgransning.barare) > 1:
        return [alla[f"enhet-{b.plats.kod}"] for b in avgransning.barare]
    barare = avgransning.barare[0]
    nycklar = [f"enhet-{d.kod}" for d in barare.delar] + (
        [f"bara-{barare.plats.kod}"] if barare.delar else []
    )
    return [alla[n] for n in nycklar if n in alla]


PER_ENHET = ("intakter", "kostnader", "kapitalkostnad", "resultat")


def bygg_per_enhet(u: Uppfoljning, barn: Sequence[Avgransning], poster: Iterable[str] = PER_ENHET) -> Tabell:
    """The same utfall parted by the level below; the parts sum to the whole."""
    q = u.urval
    linjer = [p for kod in poster for p in u.linjer if p.kod == kod]
    rader = []
    for a in barn:
        fragan = _for(q, a)
        belopp = [u.utfall.summa(p.pk, q, a.enheter) for p in linjer]
        if not any(belopp) and not any(i.enhet in a.enheter for i in u.inlasta):
            continue
        oppna = reverse("utfall", args=[q.ar]) + fraga(fragan)
        rader.append(
            Rad(
                a.nyckel,
                a.namn,
                (
                    *(Cell(b, kalla=postadress(fragan, p.kod)) for b, p in zip(belopp, linjer, strict=True)),
                    Cell(text="Öppna", kalla=oppna),
                ),
            )
        )
    delar = tuple((r.nyckel, 1) for r in rader)
    summa = tuple(Cell(u.utfall.summa(p.pk, q), kalla=postadress(q, p.kod)) for p in linjer)
    rader.append(Rad("summa", q.avgransning.namn, (*summa, Cell(text="")), Radslag.TOTAL, delar))
    period = f"{kort_period(q.fran, q.till)} {q.ar}"
    return Tabell(
        "per-enhet",
        "Nästa nivå",
        "Nämnd eller enhet",
        (
            *(Kolumn(p.kod, p.namn, period, decimaler=DECIMALER) for p in linjer),
            Kolumn("oppna", "Uppföljning", slag=Kolumnslag.TEXT),
        ),
        tuple(rader),
        f"Utfall {manader(q.fran, q.till)} {q.ar}, {_hur(q)}, mnkr.",
    )


def bygg_konton(
    urval: Urval,
    post: Post,
    summor: Iterable[Kontosumma],
    linjer: Sequence[Post],
    namn: dict[str, str],
    *,
    rader: Collection[int],
) -> Tabell:
    """What a line's utfall is made of, konto by konto, in kronor. `rader`: the years whose lines may be opened."""
    belopp: dict[tuple[int, str], dict[int, Decimal]] = {}
    antal: dict[tuple[int, str], int] = {}
    for s in summor:
        per_ar = belopp.setdefault((s.post, s.konto), {})
        per_ar[s.ar] = per_ar.get(s.ar, Decimal(0)) + s.belopp
        if s.ar == urval.ar:
            antal[s.post, s.konto] = antal.get((s.post, s.konto), 0) + s.rader
    tabellrader = []
    # A konto of several leaves in the two years is told apart by its post.
    flera = len({p for p, _ in belopp}) > 1
    bladnamn = _bladnamn(linjer)
    for nyckel, per_ar in sorted(belopp.items(), key=lambda x: (x[0][1], x[0][0])):
        _, konto = nyckel
        celler = [
            Cell(
                per_ar.get(q.ar),
                kalla=radadress(q, post=post.kod, konto=konto) if q.ar in rader and q.ar in per_ar else "",
            )
            for q in (urval, urval.forra())
        ]
        celler.append(Cell(Decimal(antal.get(nyckel, 0))))
        if flera:
            celler.append(Cell(text=bladnamn.get(nyckel[0], "")))
        tabellrader.append(
            Rad(f"{konto}-{nyckel[0]}", f"{konto} {namn.get(konto, '')}".strip(), tuple(celler))
        )
    delar = tuple((r.nyckel, 1) for r in tabellrader)
    summa = [
        Cell(
            sum((p[q.ar] for p in belopp.values() if q.ar in p), Decimal(0)),
            kalla=radadress(q, post=post.kod) if q.ar in rader else "",
        )
        for q in (urval, urval.forra())
    ]
    summa.append(Cell(Decimal(sum(antal.values()))))
    if flera:
        summa.append(Cell(text=""))
    tabellrader.append(Rad("summa", post.namn, tuple(summa), Radslag.TOTAL, delar, rod=post.resultat))
    period = kort_period(urval.fran, urval.till)
    kolumner = [
        Kolumn("utfall", "Utfall", f"{period} {urval.ar}", enhet="kr", decimaler=2),
        Kolumn("fore", "Utfall", f"{period} {urval.ar - 1}", enhet="kr", decimaler=2),
        Kolumn("rader", "Rader", str(urval.ar), enhet="antal"),
    ]
    if flera:
        kolumner.append(Kolumn("post", "Hör till", slag=Kolumnslag.TEXT))
    return Tabell(
        "konton",
        f"{post.namn}, konto för konto",
        "Konto",
        tuple(kolumner),
        tuple(tabellrader),
        f"{urval.avgransning.namn}, {manader(urval.fran, urval.till)}, {_hur(urval)}, kronor. "
        "Intäkter plus, kostnader minus.",
    )


def _bladnamn(linjer: Iterable[Post]) -> dict[int, str]:
    barn = barn_per_post(linjer)
    return {p.pk: p.namn for p in linjer if not barn.get(p.pk)}


def _summor(u: Uppfoljning, post: Post) -> Iterable[Post]:
    """The summed lines that a line is made of, itself first."""
    if delar := u.barn.get(post.pk):
        yield post
        for d in delar:
            yield from _summor(u, d)


def _utoverrad(u: Uppfoljning, post: Post, b: Budgetrad) -> Rad:
    return Rad(
        f"utover-{post.kod}-{b.barare.plats.kod}",
        f"{post.namn}, {b.barare.plats.namn}: beslutat utöver delarna",
        (
            Cell(b.helar, kalla=_budgetkalla(u, post, b)),
            Cell(text=Periodiseringssatt(b.val.satt).label),
            Cell(Decimal(u.urval.till - u.urval.fran + 1) / MANADER),
            Cell(b.period),
            Cell(text=b.version.namn),
        ),
    )


def bygg_budget(u: Uppfoljning, post: Post) -> Tabell | None:
    """How a line's budget for the period comes from the year's; None when there is no budget to compare with."""
    q, rader = u.urval, []
    for p in _led(u, post):
        budgetrader = u.budgetrader(p)
        if budgetrader is None:
            return None
        for b in budgetrader:
            val = b.val
            hela = val.satt if not val.saknas else Periodiseringssatt.RAK
            text = Periodiseringssatt(hela).label
            if val.saknas:
                text += " (förra året ger ingen profil)"
            andel = sum(val.profil[q.fran - 1 : q.till])
            rader.append(
                Rad(
                    f"{p.kod}-{b.barare.plats.kod}",
                    f"{p.namn}, {b.barare.plats.namn}",
                    (
                        Cell(b.helar, kalla=_budgetkalla(u, p, b)),
                        Cell(text=text),
                        Cell(Decimal(andel.numerator) / Decimal(andel.denominator)),
                        Cell(b.period),
                        Cell(text=b.version.namn),
                    ),
                )
            )
    helar_period = u.budgetsumma(post)
    if helar_period is None:
        return None
    rader += [_utoverrad(u, p, b) for p in _summor(u, post) for b in u.utoverrader(p)]
    delar = tuple((r.nyckel, 1) for r in rader)
    rader.append(
        Rad(
            "summa",
            post.namn,
            (Cell(helar_period[1]), Cell(text=""), Cell(saknas=""), Cell(helar_period[0]), Cell(text="")),
            Radslag.TOTAL,
            delar,
        )
    )
    return Tabell(
        "budget",
        f"{post.namn}: budgeten för {manader(q.fran, q.till)} {q.ar}",
        "Post och enhet",
        (
            Kolumn("helar", "Helårsbudget", str(q.ar), decimaler=DECIMALER),
            Kolumn("satt", "Fördelas", slag=Kolumnslag.TEXT),
            Kolumn("andel", "Andel", kort_period(q.fran, q.till), Kolumnslag.ANDEL, decimaler=2),
            Kolumn("period", "Budget", f"{kort_period(q.fran, q.till)} {q.ar}", decimaler=DECIMALER),
            Kolumn("version", "Version", slag=Kolumnslag.TEXT),
        ),
        tuple(rader),
        f"{q.avgransning.namn}, {_hur(q)}, mnkr.",
    )


def _led(u: Uppfoljning, post: Post) -> Iterable[Post]:
    barn = u.barn.get(post.pk)
    if not barn:
        yield post
    for b in barn or ():
        yield from _led(u, b)


def _budgetkalla(u: Uppfoljning, post: Post, rad) -> str:
    """The page that answers where the year's budget comes from."""
    kod, version = rad.barare.plats.kod, rad.version
    if rad.barare.plats.enhet not in u.budget.per_barare:
        return f"{versionsadress(version)}varifran/regionbidrag/regionbidrag/enhet-{kod}/{u.urval.ar}/"
    slag = "enhet" if not rad.barare.delar else "hel" if u.urval.interna == Interna.UTAN else "delar"
    return f"{versionsadress(version)}varifran/resultatsammanstallning/{post.kod}/{slag}-{kod}/{u.urval.ar}/"


RADKOLUMNER = (
    Kolumn("konto", "Konto", slag=Kolumnslag.TEXT),
    Kolumn("ansvar", "Ansvar", slag=Kolumnslag.TEXT),
    Kolumn("motpart", "Motpart", slag=Kolumnslag.TEXT),
    Kolumn("verifikation", "Verifikation", slag=Kolumnslag.TEXT),
    Kolumn("text", "Text", slag=Kolumnslag.TEXT),
    Kolumn("belopp", "I uppföljningen", "intäkt +, kostnad −", enhet="kr", decimaler=2),
    Kolumn("huvudbok", "I huvudboken", "debet +, kredit −", enhet="kr", decimaler=2),
    Kolumn("kalla", "Fil och rad", slag=Kolumnslag.TEXT),
)


def antal_rader(antal: int) -> str:
    """«1 rad», «2 rader»."""
    return f"{formatera(Decimal(antal))} {'rad' if antal == 1 else 'rader'}"


def bygg_rader(f: Radfilter, rader: Iterable[Bokrad], summa: Radsumma) -> Tabell:
    """Lines as a table, with the sum of all hits: there may be more lines than are shown."""
    tabellrader = []
    for r in rader:
        tabellrader.append(
            Rad(
                f"{r.fil}-{r.rad}",
                r.datum.isoformat() if r.datum else f"{r.period // 100}-{r.period % 100:02}",
                (
                    Cell(text=f"{r.konto} {r.kontonamn}".strip()),
                    Cell(text=r.ansvar),
                    Cell(text=f"{r.motpart} {r.motpartsnamn}".strip()),
                    Cell(text=r.verifikation),
                    Cell(text=r.text),
                    Cell(-r.belopp),
                    Cell(r.belopp),
                    Cell(text=f"{r.filnamn} rad {r.rad}", kalla=kallradsadress(r)),
                ),
            )
        )
    tom = Cell(text="")
    celler = (*(tom,) * 5, Cell(-summa.belopp), Cell(summa.belopp), tom)
    tabellrader.append(Rad("summa", f"Alla träffar, {antal_rader(summa.antal)}", celler, Radslag.TOTAL))
    q = f.urval
    return Tabell(
        "rader",
        f"Huvudbokens rader, {q.avgransning.namn}",
        "Datum",
        RADKOLUMNER,
        tuple(tabellrader),
        f"{manader(q.fran, q.till).capitalize()} {q.ar}, {_hur(q)}{_filtertext(f)}. Kronor.",
        (PAHITTAT,) if summa.pahittad else (),
    )


def _filtertext(f: Radfilter) -> str:
    delar = [f"posten {f.post.namn[0].lower()}{f.post.namn[1:]}"] if f.post else []
    delar += [
        f"{ord_} {varde}"
        for ord_, varde in (
            ("konto", f.konto),
            ("ansvar", f.ansvar),
            ("motpart", f.motpart),
            ("verifikation", f.verifikation),
        )
        if varde
    ]
    if f.sok:
        delar.append(f"texten «{f.sok}»")
    return f", {', '.join(delar)}" if delar else ""


RADFALT = (
    "period", "datum", "enhet", "konto", "kontonamn", "ansvar", "motpart", "motpartsnamn", "verksamhet", "projekt",
    "verifikation", "text", "belopp_debet_plus", "belopp_i_uppfoljningen", "fil", "rad", "pahittad",
)  # fmt: skip


def radfalt(r: Bokrad) -> tuple:
    """A line in the order of RADFALT, for lists that are read by other programs; amounts are Decimal."""
    return (
        r.period, r.datum or "", r.enhet, r.konto, r.kontonamn, r.ansvar, r.motpart, r.motpartsnamn, r.verksamhet,
        r.projekt, r.verifikation, r.text, r.belopp, -r.belopp, r.filnamn, r.rad, "ja" if r.pahittad else "",
    )  # fmt: skip


def radnamn(f: Radfilter) -> str:
    """What a file of the lines is called, without its ending."""
    q = f.urval
    return f"huvudbok-{q.avgransning.nyckel.lower()}-{q.ar}-{q.fran:02}-{q.till:02}"


def radnoter(f: Radfilter, summa: Radsumma) -> list[str]:
    """What a list of lines is of: the choice, and what all of it sums to."""
    q = f.urval
    return [
        f"Huvudbokens rader, {q.avgransning.namn}",
        f"{manader(q.fran, q.till).capitalize()} {q.ar}, {_hur(q)}{_filtertext(f)}.",
        f"{antal_rader(summa.antal)}, summa {formatera(-summa.belopp, decimaler=2)} kr i uppföljningen. "
        "Rader med «ja» i sista kolumnen kommer ur en påhittad huvudbok.",
    ]


def bygg_handling(
    titel: str, tabeller: Iterable[Tabell], *, nyckel: str, tid: str, rot: str, pahittat: str
) -> Handling:
    """The tables as a workbook's document. `pahittat` says of a made-up ledger that it is, which is told first."""
    return Handling(
        titel=titel,
        undertitel="Uppföljning av utfall",
        tabeller=tuple(tabeller),
        tid=tid,
        ingress=pahittat,
        nyckel=nyckel,
        rot=rot,
    )


def bygg_profiler(u: Uppfoljning, post: Post, barare: Sequence[Barare], egen: Profil | None) -> Tabell:
    """A line's year over its months, as each way to spread it would have it, in mnkr; sums are the year's.

    `barare` are those that a choice would hold for and that have a budget; `egen` is the profile typed or saved.
    """
    q = u.urval
    fore = frozenset().union(*(b.enheter for b in barare))
    forra = u.utfall.manader(post.pk, q.ar - 1, fore)
    helt = all(u.forra_aret(post, b) is not None for b in barare)
    hittade = [u.budget.hitta(b, post) for b in barare]
    helar = sum((h[1] for h in hittade if h), Decimal(0))
    profiler = (
        ("rak", "Raka tolftedelar", RAK),
        ("forra_aret", "Som förra året", som_forra_aret(forra) if helt else None),
        ("egen", "Egen profil", egen),
    )
    rader = []
    for m in range(1, MANADER + 1):
        celler = [
            Cell(None if profil is None else periodisera(helar, profil, m, m), saknas=STRECK)
            for _, _, profil in profiler
        ]
        rader.append(
            Rad(f"manad-{m}", MANADSNAMN[m - 1].capitalize(), (Cell(forra.get(m), saknas=STRECK), *celler))
        )
    delar = tuple((r.nyckel, 1) for r in rader)
    summor = [Cell(None if profil is None else helar, saknas=STRECK) for _, _, profil in profiler]
    fjol = Cell(sum(forra.values(), Decimal(0)) if forra else None, saknas=STRECK)
    rader.append(Rad("summa", "Året", (fjol, *summor), Radslag.TOTAL, delar))
    return Tabell(
        "profiler",
        "Så fördelas årets budget",
        "Månad",
        (
            Kolumn("utfall", "Utfall", str(q.ar - 1), decimaler=2),
            *(Kolumn(n, rubrik, f"budget {q.ar}", decimaler=2) for n, rubrik, _ in profiler),
        ),
        tuple(rader),
        "Mnkr. Månaderna summerar till precis året.",
    )
