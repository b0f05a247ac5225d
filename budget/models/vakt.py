"""Guards in the database: what is locked stays as it is, whatever writes."""

import pgtrigger

from budget.regler.delflode import SKRIVBARA

# Takes hold of the versions of the rows, so that none is locked meanwhile, and refuses those that are.
LAST_VERSION = """
    PERFORM 1 FROM budget_budgetversion v
        WHERE v.id IN (SELECT version_id FROM rader) ORDER BY v.id FOR SHARE;
    SELECT v.kod INTO kod FROM budget_budgetversion v
        WHERE v.id IN (SELECT version_id FROM rader) AND v.status = 'last' LIMIT 1;
    IF kod IS NOT NULL THEN
        RAISE EXCEPTION 'Budgetversionen % är låst', kod USING ERRCODE = 'check_violation';
    END IF;
"""

# The amounts' enheter, as nämnder of the versions that have been opened for entry in parts. The ram of a region's
# version is fullmäktige's and no part of what a nämnd hands in.
_BERORDA = """
    SELECT v.version_id, e.namnd_id FROM (
        SELECT DISTINCT r.version_id, r.enhet_id FROM rader r
        JOIN budget_budgetversion bv ON bv.id = r.version_id
        JOIN budget_post p ON p.id = r.post_id
        JOIN budget_uppstallning u ON u.id = p.uppstallning_id
        WHERE u.slag <> 'ram' OR bv.namnd_id IS NOT NULL) v
    CROSS JOIN LATERAL budget_delenheter(v.version_id) e
    WHERE e.enhet_id = v.enhet_id
"""
# Holds the parts that the rows belong to, so that none is handed in meanwhile, and refuses those that are. The person
# who writes makes no difference: what has been handed in is what was read and signed for.
_INLAMNAD_DEL = f"""
    IF EXISTS (SELECT 1 FROM budget_budgetdel WHERE version_id IN (SELECT version_id FROM rader)) THEN
        PERFORM 1 FROM budget_budgetdel d WHERE (d.version_id, d.namnd_id) IN ({_BERORDA})
            ORDER BY d.id FOR SHARE;
        SELECT n.namn INTO kod FROM budget_budgetdel d JOIN organisation_namnd n ON n.id = d.namnd_id
            WHERE (d.version_id, d.namnd_id) IN ({_BERORDA})
              AND d.status NOT IN ({", ".join(f"'{s}'" for s in sorted(SKRIVBARA))}) LIMIT 1;
        IF kod IS NOT NULL THEN
            RAISE EXCEPTION 'Budgetdelen är inlämnad och tar inga nya belopp: %', kod
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
"""


def vakt(namn: str, operation, tabell: str, kropp: str) -> pgtrigger.Trigger:
    """A guard run once per statement, whatever wrote it: form, import, job or bare SQL. `tabell` is "old" or
    "new": the rows that `kropp` reads as `rader`."""
    return pgtrigger.Trigger(
        name=namn,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**{tabell: "rader"}),
        declare=[("kod", "text")],
        func=kropp + " RETURN NULL;",
    )


def vakter_mot_last_version() -> list[pgtrigger.Trigger]:
    """Guards that refuse every change of rows that belong to a locked version."""
    return [
        vakt("vakt_insert", pgtrigger.Insert, "new", LAST_VERSION),
        vakt("vakt_update", pgtrigger.Update, "new", LAST_VERSION),
        vakt("vakt_flytt", pgtrigger.Update, "old", LAST_VERSION),
        vakt("vakt_delete", pgtrigger.Delete, "old", LAST_VERSION),
    ]


def vakter_mot_inlamnad_del() -> list[pgtrigger.Trigger]:
    """Guards that refuse every change of amounts whose nämnd has handed in its part of the version."""
    return [
        vakt("del_insert", pgtrigger.Insert, "new", _INLAMNAD_DEL),
        vakt("del_update", pgtrigger.Update, "new", _INLAMNAD_DEL),
        vakt("del_flytt", pgtrigger.Update, "old", _INLAMNAD_DEL),
        vakt("del_delete", pgtrigger.Delete, "old", _INLAMNAD_DEL),
    ]
