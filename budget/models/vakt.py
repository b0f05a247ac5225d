"""Guards in the database: what is locked stays as it is, whatever writes."""

import pgtrigger

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
