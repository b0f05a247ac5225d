"""What `kontrollera` finds in the ledger: saldon that are not their lines, konton that no rule takes, and motparter
that are not in the table."""

from collections.abc import Iterator

from django.db import connection

from budget.selectors.kontoplan import hamta_omappade
from regionskane.lib.belopp import formatera_fullt
from regionskane.register import Kontrollrad, kontroll

# Both sides in full, so that a saldo without lines is found as well as lines without a saldo.
_SKILLNADER = """
WITH rader AS (
    SELECT h.ar, h.enhet_id, h.period, h.konto, h.motpart, sum(h.belopp) AS belopp, count(*) AS rader
    FROM budget_huvudboksrad h
    JOIN budget_utfallsdel d ON (d.fil_id, d.enhet_id, d.period) = (h.fil_id, h.enhet_id, h.period)
        AND d.ersatt_av_id IS NULL
    GROUP BY 1, 2, 3, 4, 5)
SELECT COALESCE(s.ar, r.ar), e.kod, COALESCE(s.period, r.period), COALESCE(s.konto, r.konto),
    COALESCE(s.motpart, r.motpart), s.belopp, r.belopp, s.rader, r.rader
FROM budget_saldo s
FULL JOIN rader r ON (r.ar, r.enhet_id, r.period, r.konto, r.motpart)
    = (s.ar, s.enhet_id, s.period, s.konto, s.motpart)
JOIN organisation_enhet e ON e.id = COALESCE(s.enhet_id, r.enhet_id)
WHERE (s.belopp, s.rader) IS DISTINCT FROM (r.belopp, r.rader)
ORDER BY 1, 2, 3, 4, 5
"""
_DELAR = """
SELECT d.period, e.kod, f.namn, d.rader, count(h.rad)
FROM budget_utfallsdel d JOIN organisation_enhet e ON e.id = d.enhet_id JOIN budget_utfallsfil f ON f.id = d.fil_id
LEFT JOIN budget_huvudboksrad h ON (h.ar, h.enhet_id, h.period, h.fil_id)
    = (d.period / 100, d.enhet_id, d.period, d.fil_id)
GROUP BY d.id, e.kod, f.namn HAVING d.rader <> count(h.rad) ORDER BY 1, 2
"""
_OKANDA_MOTPARTER = """
SELECT s.ar, s.motpart, s.belopp
FROM (SELECT ar, motpart, sum(belopp) AS belopp FROM budget_saldo WHERE motpart <> '' GROUP BY 1, 2) s
WHERE NOT EXISTS (
    SELECT 1 FROM budget_motpart m
    WHERE m.kod = s.motpart AND m.giltig_fran < make_date(s.ar + 1, 1, 1)
        AND (m.giltig_till IS NULL OR m.giltig_till > make_date(s.ar, 1, 1)))
ORDER BY 1, 2
"""


@kontroll
def kontrollera_saldon() -> Iterator[Kontrollrad]:
    """Every saldo beside its lines in force, and every part beside how many lines it should have."""
    with connection.cursor() as cursor:
        cursor.execute(_SKILLNADER)
        for ar, enhet, period, konto, motpart, saldo, rader, antal_saldo, antal_rader in cursor.fetchall():
            plats = "/".join(filter(None, ("huvudbok", enhet, str(period), konto, motpart)))
            sparat, summa = ("inget" if b is None else formatera_fullt(b, minst=2) for b in (saldo, rader))
            yield Kontrollrad(
                "SALDO", plats, ar, sparat, summa,
                "" if saldo is None or rader is None else formatera_fullt(saldo - rader, minst=2), "fel",
                f"{plats}: saldot är {sparat} ({antal_saldo or 0} rader) men raderna som gäller summerar till "
                f"{summa} ({antal_rader or 0} rader).",
                "huvudboken",
            )  # fmt: skip
        cursor.execute(_DELAR)
        for period, enhet, fil, sagda, funna in cursor.fetchall():
            plats = f"huvudbok/{enhet}/{period}"
            yield Kontrollrad(
                "UTFALLSDEL", plats, period // 100, str(sagda), str(funna), str(sagda - funna), "fel",
                f"{plats}: {fil} ska ha {sagda} rader men huvudboken har {funna}.", fil,
            )  # fmt: skip


@kontroll
def kontrollera_kontoplanen() -> Iterator[Kontrollrad]:
    """Konton with saldon that no rule takes, which a follow-up would leave out, and motparter that nobody knows the
    slag of, which consolidation would take for extern."""
    for ar, konto in hamta_omappade():
        yield Kontrollrad(
            "OMAPPAT_KONTO", f"huvudbok/{konto}", ar, "", "", "", "fel",
            f"Konto {konto} har saldon {ar} men hör inte till någon post.", "kontoplanen",
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_OKANDA_MOTPARTER)
        for ar, motpart, belopp in cursor.fetchall():
            yield Kontrollrad(
                "OKAND_MOTPART", f"huvudbok/motpart/{motpart}", ar, formatera_fullt(belopp, minst=2), "", "", "fel",
                f"Motpart {motpart} har saldon {ar} men gäller inte det året, så beloppen räknas som externa.",
                "kontoplanen",
            )  # fmt: skip
