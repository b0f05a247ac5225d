"""Findings about the rows of a ledger file that lie in the database, before any of them is booked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from budget.imports.mellanlager import Mellanlager, Ovanlig, krav_pa_koder
from budget.models import Motpart
from budget.regler.utfall import (
    Periodrader,
    avvikande_manader,
    granska_perioder,
    har_krympt,
    obalansens_niva,
    period_i_ord,
)
from organisation.models import Enhet
from regionskane.lib.anmarkning import FLEST_PER_SLAG, Anmarkning, Niva
from regionskane.lib.belopp import MNKR, formatera, formatera_fullt

ANSVAR, SUMMOR = "huvudbok.mellan_ansvar", "huvudbok.mellan_summor"
OMAPPADE = {"OKANT_KONTO": "konto", "OKANT_ANSVAR": "ansvar", "OKAND_MOTPART": "motpart"}
# The rule of this code takes the lines without ansvar.
UTAN_ANSVAR = "UTAN"
# The first amount that the column of saldon does not hold.
STORSTA_SALDO = 10**16
# So many as somebody maps by hand at a time. A file with more of them is of another kontoplan.
FLEST_KODER, FLEST_I_TEXT = 200, 20
# A region's year has some two thousand.
FLEST_KONTON = 5_000


@dataclass(frozen=True, slots=True)
class Fynd:
    """A finding and, for one of unmapped codes, the first FLEST_KODER of them: {kod, rader, belopp, rad, ar}."""

    anmarkning: Anmarkning
    koder: tuple[dict, ...] = ()


def ansvar_till_enhet(cursor, lager: Mellanlager) -> list[dict]:
    """Make the table of ansvar → enhet for the file's years. Returns the ansvar without one."""
    f = lager.falt
    cursor.execute(
        f"CREATE UNLOGGED TABLE {ANSVAR} AS"
        f" SELECT ({f['period']} / 100)::int AS ar, {f['ansvar']} AS ansvar, NULL::bigint AS enhet_id,"
        f" count(*) AS rader, min({f['rad']}) AS forsta FROM {lager.fran} GROUP BY 1, 2"
    )
    # Not knowing how many they are, the planner would compare each with each: 55 s for 36 000.
    cursor.execute(f"ANALYZE {ANSVAR}")
    for ar, koder in _ansvar_per_ar(cursor):
        cursor.execute(
            f"UPDATE {ANSVAR} SET enhet_id = e.enhet_id FROM budget_ansvarsenheter(%s, %s) e"
            " WHERE ar = %s AND e.ansvar = COALESCE(NULLIF(mellan_ansvar.ansvar, ''), %s)",
            [ar, [k or UTAN_ANSVAR for k in koder], ar, UTAN_ANSVAR],
        )
    cursor.execute(f"ANALYZE {ANSVAR}")
    cursor.execute(f"SELECT ar, ansvar, rader, forsta FROM {ANSVAR} WHERE enhet_id IS NULL ORDER BY 2, 1")
    okanda = cursor.fetchall()
    if not okanda:
        return []
    cursor.execute(
        f"SELECT {f['ansvar']}, sum({f['belopp']}) FROM {lager.fran} WHERE {f['ansvar']} = ANY(%s) GROUP BY 1",
        [[a for _, a, *_ in okanda]],
    )
    kronor = dict(cursor.fetchall())
    return [
        {"kod": a or UTAN_ANSVAR, "rader": n, "belopp": str(kronor[a]), "rad": rad, "ar": ar}
        for ar, a, n, rad in okanda
    ]


def _ansvar_per_ar(cursor) -> list[tuple[int, list[str]]]:
    cursor.execute(f"SELECT ar, array_agg(ansvar) FROM {ANSVAR} GROUP BY ar")
    return cursor.fetchall()


def ansvar_ar_oforandrat(cursor) -> bool:
    """Whether the rules still give every ansvar the enhet that its lines were booked on."""
    for ar, koder in _ansvar_per_ar(cursor):
        cursor.execute(
            f"SELECT count(*) FROM {ANSVAR} a JOIN budget_ansvarsenheter(%s, %s) e"
            " ON e.ansvar = COALESCE(NULLIF(a.ansvar, ''), %s) AND e.enhet_id = a.enhet_id WHERE a.ar = %s",
            [ar, [k or UTAN_ANSVAR for k in koder], UTAN_ANSVAR, ar],
        )
        if cursor.fetchone()[0] != len(koder):
            return False
    return True


def summera(cursor, lager: Mellanlager) -> None:
    """Add the file up per enhet, period, konto and motpart, which is what becomes saldon.

    Raises Ovanlig when the rows are not as the database has read them.
    """
    f = lager.falt
    cursor.execute(
        f"CREATE UNLOGGED TABLE {SUMMOR} AS"
        f" SELECT a.enhet_id, {f['period']} AS period, {f['konto']} AS konto, {f['motpart']} AS motpart,"
        f" sum({f['belopp']}) AS belopp, count(*) AS rader, min({f['rad']}) AS forsta, bool_and({lager.krav}) AS vanlig"
        f" FROM {lager.fran} JOIN {ANSVAR} a ON a.ansvar = {f['ansvar']} AND a.ar = {f['period']} / 100"
        " GROUP BY 1, 2, 3, 4"
    )
    cursor.execute(f"ANALYZE {SUMMOR}")
    cursor.execute(
        f"SELECT bool_and(vanlig), array_agg(DISTINCT konto) || array_agg(DISTINCT motpart),"
        f" (SELECT array_agg(DISTINCT ansvar) FROM {ANSVAR}) FROM {SUMMOR}"
    )
    vanlig, koder, ansvar = cursor.fetchone()
    if not vanlig:
        raise Ovanlig
    krav_pa_koder((*koder, *ansvar))


def granska(
    cursor,
    lager: Mellanlager,
    *,
    okanda_ansvar: Sequence[dict],
    idag: date,
    rakenskapsar: tuple[int, int] | None,
    namndens_enheter: frozenset[int] | None,
    verifikationer: bool,
    ersatter: Mapping[tuple[int, int], int],
) -> list[Fynd]:
    """Every finding of the rows. `ersatter` is the lines in force, per (enhet, period), that the file would replace.

    `namndens_enheter` are the only ones that the file may have lines for. `verifikationer`: whether the vouchers
    are to be added up here (SIE does it while it is read).
    """
    cursor.execute(f"SELECT period, sum(rader), min(forsta) FROM {SUMMOR} GROUP BY 1")
    perioder = {p: Periodrader(int(n), rad) for p, n, rad in cursor.fetchall()}
    fynd = [Fynd(a) for a in granska_perioder(perioder, idag=idag, rakenskapsar=rakenskapsar)]
    fynd += okanda_koder(cursor, okanda_ansvar)
    fynd += _for_stora(cursor)
    fynd += _for_manga_konton(cursor)
    if namndens_enheter is not None:
        fynd += _utanfor(cursor, namndens_enheter)
    if verifikationer:
        fynd += _obalanser(cursor, lager, en_namnd=namndens_enheter is not None)
    fynd += _dubbletter(cursor, lager)
    namn = dict(Enhet.objects.values_list("pk", "namn"))
    fynd += _krympta(cursor, ersatter, namn)
    if not any(f.koder for f in fynd):
        fynd += _avvikande(cursor, sorted(perioder), namn)
    return fynd


def _for_stora(cursor) -> list[Fynd]:
    cursor.execute(
        f"SELECT konto, period, belopp, forsta FROM {SUMMOR} WHERE abs(belopp) >= %s ORDER BY forsta LIMIT %s",
        [STORSTA_SALDO, FLEST_PER_SLAG],
    )
    return [
        Fynd(
            Anmarkning(
                "SUMMA",
                Niva.FEL,
                f"Konto {konto} summerar {period_i_ord(period)} till {_kr(belopp)} kronor, mer än ett saldo kan vara.",
                rad,
            )
        )
        for konto, period, belopp, rad in cursor.fetchall()
    ]


def _for_manga_konton(cursor) -> list[Fynd]:
    """A year with more konton than any chart of accounts has: another column was taken for them, and the page of a
    post would list them all."""
    cursor.execute(
        f"SELECT ar, count(DISTINCT konto), min(forsta) FROM ("
        f" SELECT period / 100 AS ar, konto, min(forsta) AS forsta FROM {SUMMOR} GROUP BY 1, 2 UNION ALL"
        f" SELECT DISTINCT ar, konto, NULL::bigint FROM budget_saldo WHERE ar IN (SELECT period / 100 FROM {SUMMOR})"
        ") k GROUP BY 1 HAVING count(DISTINCT konto) > %s ORDER BY 1",
        [FLEST_KONTON],
    )
    return [
        Fynd(
            Anmarkning(
                "KONTON",
                Niva.FEL,
                f"{ar} skulle få {_antal(antal)} olika konton, och fler än {_antal(FLEST_KONTON)} läses inte in. "
                "Kontrollera att rätt kolumn är vald som konto.",
                rad,
            )
        )
        for ar, antal, rad in cursor.fetchall()
    ]


def okanda_koder(cursor, ansvar: Sequence[dict] = ()) -> list[Fynd]:
    """A finding each for the konton, `ansvar` and motparter that the rules do not take, as they are now."""
    cursor.execute(f"SELECT DISTINCT period / 100 FROM {SUMMOR} ORDER BY 1")
    aren = [ar for (ar,) in cursor.fetchall()]
    konton, motparter = [], []
    for ar in aren:
        cursor.execute(
            f"WITH k AS (SELECT konto, sum(rader) AS rader, sum(belopp) AS belopp, min(forsta) AS forsta FROM {SUMMOR}"
            " WHERE period / 100 = %s GROUP BY 1)"
            " SELECT k.* FROM k WHERE konto NOT IN"
            " (SELECT p.konto FROM budget_kontoposter(%s, (SELECT array_agg(konto) FROM k)) p) ORDER BY 1",
            [ar, ar],
        )
        konton += [(*rad, ar) for rad in cursor.fetchall()]
        kanda = Motpart.objects.filter(giltig_fran__lte=date(ar, 12, 31)).exclude(
            giltig_till__lte=date(ar, 1, 1)
        )
        cursor.execute(
            f"SELECT motpart, sum(rader), sum(belopp), min(forsta) FROM {SUMMOR}"
            " WHERE period / 100 = %s AND motpart <> '' AND NOT motpart = ANY(%s) GROUP BY 1 ORDER BY 1",
            [ar, list(kanda.values_list("kod", flat=True))],
        )
        motparter += [(*rad, ar) for rad in cursor.fetchall()]

    def som_koder(rader):
        return [
            {"kod": k, "rader": int(n), "belopp": str(b), "rad": rad, "ar": ar} for k, n, b, rad, ar in rader
        ]

    return [
        _okant(kod, vad, koder)
        for kod, vad, koder in (
            ("OKANT_KONTO", "Konto {} hör inte till någon post", som_koder(konton)),
            ("OKANT_ANSVAR", "Ansvar {} hör inte till någon enhet", list(ansvar)),
            ("OKAND_MOTPART", "Motpart {} finns inte i motpartstabellen", som_koder(motparter)),
        )
        if koder
    ]


def _okant(kod: str, mening: str, koder: list[dict]) -> Fynd:
    alla = list(dict.fromkeys(k["kod"] for k in koder))
    vilka = ", ".join(alla[:FLEST_I_TEXT])
    if len(alla) > FLEST_I_TEXT:
        vilka += f" och {_antal(len(alla) - FLEST_I_TEXT)} till"
    rader = sum(k["rader"] for k in koder)
    omslutning = sum(abs(Decimal(k["belopp"])) for k in koder)
    text = f"{mening.format(vilka)}: {_rader(rader)}, {_kr(omslutning)} kronor."
    if len(koder) > FLEST_KODER:
        text += f" De {FLEST_KODER} första visas. Är det en annan kontoplan, läs in den under Kontoplan."
    return Fynd(Anmarkning(kod, Niva.FEL, text, min(k["rad"] for k in koder)), tuple(koder[:FLEST_KODER]))


def _utanfor(cursor, enheter: frozenset[int]) -> list[Fynd]:
    cursor.execute(
        f"SELECT e.namn, string_agg(DISTINCT a.ansvar, ', ' ORDER BY a.ansvar), sum(a.rader), min(a.forsta)"
        f" FROM {ANSVAR} a JOIN organisation_enhet e ON e.id = a.enhet_id"
        " WHERE NOT a.enhet_id = ANY(%s) GROUP BY 1 ORDER BY 1",
        [list(enheter)],
    )
    return [
        Fynd(
            Anmarkning(
                "UTANFOR_NAMND",
                Niva.FEL,
                f"{_rader(int(n))} hör till {enhet}, som inte ligger under nämnden som filen gäller "
                f"(ansvar {_kort(ansvar)}).",
                rad,
            )
        )
        for enhet, ansvar, n, rad in cursor.fetchall()
    ]


def _obalanser(cursor, lager: Mellanlager, *, en_namnd: bool) -> list[Fynd]:
    f = lager.falt
    if f["verifikation"] == "''::text":
        return []
    cursor.execute(
        f"WITH v AS MATERIALIZED (SELECT {f['verifikation']} AS ver, sum({f['belopp']}) AS s, min({f['rad']}) AS rad"
        f" FROM {lager.bara} WHERE {f['verifikation']} <> '' GROUP BY 1),"
        " o AS (SELECT * FROM v WHERE s <> 0 ORDER BY rad LIMIT %s)"
        " SELECT (SELECT count(*) FROM v), (SELECT count(*) FROM v WHERE s <> 0), o.* FROM o",
        [FLEST_PER_SLAG],
    )
    rader = cursor.fetchall()
    if not rader:
        return []
    alla, brutna = rader[0][:2]
    niva = obalansens_niva(balanserade=alla - brutna, obalanserade=brutna, en_namnd=en_namnd)
    if niva is Niva.VARNING:
        varfor = "filen gäller en nämnd" if en_namnd else "de flesta gör det inte"
        text = (
            f"{_antal(brutna)} av {_antal(alla)} verifikationer summerar inte till noll. Det är väntat om filen "
            f"bara har en del av varje verifikation ({varfor}). Den första är {rader[0][2]}, {_kr(rader[0][3])} kronor."
        )
        return [Fynd(Anmarkning("OBALANS", niva, text, rader[0][4]))]
    fynd = [
        Fynd(
            Anmarkning(
                "OBALANS",
                niva,
                f"Verifikation {ver} balanserar inte: raderna summerar till {_kr(s)} i stället för noll.",
                rad,
            )
        )
        for _, _, ver, s, rad in rader
    ]
    return fynd + _fler("OBALANS", niva, brutna)


def _fler(kod: str, niva: Niva, antal: int) -> list[Fynd]:
    if antal <= FLEST_PER_SLAG:
        return []
    return [
        Fynd(Anmarkning(kod, niva, f"Ytterligare {_antal(antal - FLEST_PER_SLAG)} har samma anmärkning."))
    ]


def _dubbletter(cursor, lager: Mellanlager) -> list[Fynd]:
    # Which rows they are is asked only when there are any: the pass over all rows then counts and nothing more.
    rad, nyckel = lager.falt["rad"], f"hash_record_extended(ROW({lager.hela}), 0)"
    # Sorting whole numbers takes half the time of hashing as many groups as there are rows.
    cursor.execute("SET LOCAL enable_hashagg = off")
    cursor.execute(
        f"WITH d AS MATERIALIZED (SELECT {nyckel} AS h, count(*) AS n FROM {lager.bara} GROUP BY 1 HAVING count(*) > 1)"
        " SELECT (SELECT sum(n - 1) FROM d), ARRAY(SELECT h FROM d LIMIT %s)",
        [FLEST_PER_SLAG],
    )
    alla, hashar = cursor.fetchone()
    cursor.execute("SET LOCAL enable_hashagg = on")
    if not alla:
        return []
    cursor.execute(
        f"SELECT min({rad}), max({rad}), count(*) - 1 FROM {lager.bara} WHERE {nyckel} = ANY(%s::bigint[])"
        f" GROUP BY {nyckel} ORDER BY 1",
        [hashar],
    )
    rader = cursor.fetchall()
    fynd = []
    for forsta, sista, fler in rader:
        fler_till = f" Ytterligare {_rader(fler - 1)} är det." if fler > 1 else ""
        text = f"Raden är i allt lik rad {_antal(forsta)}.{fler_till} Är den bokförd två gånger?"
        fynd.append(Fynd(Anmarkning("DUBBLETT", Niva.VARNING, text, sista)))
    if rest := int(alla) - sum(fler for *_, fler in rader):
        text = f"Ytterligare {_rader(rest)} är lika en tidigare rad."
        fynd.append(Fynd(Anmarkning("DUBBLETT", Niva.VARNING, text)))
    return fynd


def _krympta(cursor, ersatter: Mapping[tuple[int, int], int], namn: Mapping[int, str]) -> list[Fynd]:
    cursor.execute(f"SELECT enhet_id, period, sum(rader) FROM {SUMMOR} GROUP BY 1, 2")
    nya = {(e, p): int(n) for e, p, n in cursor.fetchall()}
    fynd = [
        Fynd(
            Anmarkning(
                "KRYMPT",
                Niva.VARNING,
                f"{namn[e]} {period_i_ord(p)}: filen har {_rader(nya.get((e, p), 0))} men ersätter {_rader(gamla)}.",
            )
        )
        for (e, p), gamla in sorted(ersatter.items(), key=lambda x: (x[0][1], namn[x[0][0]]))
        if har_krympt(nya=nya.get((e, p), 0), gamla=gamla)
    ]
    return fynd[:FLEST_PER_SLAG] + _fler("KRYMPT", Niva.VARNING, len(fynd))


def _avvikande(cursor, perioder: Sequence[int], namn: Mapping[int, str]) -> list[Fynd]:
    """Each post of each enhet, month against month, with the months in force that the file does not touch."""
    fynd = []
    for ar in sorted({p // 100 for p in perioder}):
        cursor.execute(
            f"WITH alla AS (SELECT enhet_id, period, konto, belopp FROM {SUMMOR} WHERE period / 100 = %(ar)s"
            " UNION ALL SELECT s.enhet_id, s.period, s.konto, s.belopp FROM budget_saldo s"
            f" WHERE s.ar = %(ar)s AND NOT s.period = ANY(%(perioder)s)"
            f" AND s.enhet_id IN (SELECT enhet_id FROM {SUMMOR})),"
            " konton AS MATERIALIZED (SELECT * FROM budget_kontoposter(%(ar)s,"
            " (SELECT array_agg(DISTINCT konto::text) FROM alla)))"
            " SELECT a.enhet_id, CASE WHEN p.kod = o.kod || '_alla' THEN o.namn ELSE p.namn END, a.period,"
            " sum(a.belopp) FROM alla a JOIN konton k ON k.konto = a.konto"
            " JOIN budget_post p ON p.id = k.post_id LEFT JOIN budget_post o ON o.id = p.foralder_id"
            " GROUP BY a.enhet_id, p.id, o.id, a.period"
            " ORDER BY a.enhet_id, p.ordning",
            {"ar": ar, "perioder": list(perioder)},
        )
        serier: dict[tuple[int, str], dict[int, Decimal]] = defaultdict(dict)
        for enhet, post, period, belopp in cursor.fetchall():
            serier[enhet, post][period] = belopp
        fynd += [
            Fynd(
                Anmarkning(
                    "MANAD_AVVIKER",
                    Niva.VARNING,
                    f"{namn[enhet]}, {post.lower()} {period_i_ord(m.period)}: {_mnkr(m.belopp)} mnkr, mot "
                    f"{_mnkr(m.median)} mnkr en vanlig månad (medianen av årets övriga).",
                )
            )
            for (enhet, post), serie in serier.items()
            for m in avvikande_manader(serie, granska=perioder)
        ]
    return fynd[:FLEST_PER_SLAG] + _fler("MANAD_AVVIKER", Niva.VARNING, len(fynd))


def som_fynd(anmarkningar: Iterable[Anmarkning]) -> list[Fynd]:
    return [Fynd(a) for a in anmarkningar]


def _antal(n: int) -> str:
    return formatera(Decimal(n))


def _rader(n: int) -> str:
    return "1 rad" if n == 1 else f"{_antal(n)} rader"


def _kr(belopp: Decimal) -> str:
    return formatera_fullt(belopp, minst=2)


def _mnkr(belopp: Decimal) -> str:
    # What a reader of the table sees: income positive, cost negative.
    return formatera(-belopp, skala=MNKR, decimaler=1)


def _kort(koder: str) -> str:
    return koder if len(koder) < 80 else f"{koder[:80]}…"
