"""Two who wrote at the same time: what was checked had changed when it was to be saved, and the database said no."""

import re

# deadlock_detected, serialization_failure, and unique_violation that no check had seen: what is sent again goes
# through, or is told what is there already.
SQL_KROCKAR = {"40P01", "40001", "23505"}
TEXT = "Någon annan sparade samtidigt, så inget har sparats. Skicka igen."
LAST = "Versionen låstes medan du skrev, så inget har sparats. Det som ändras efter låsningen görs i en ny version."
# As the guards of the tables say it (`budget.models.vakt`).
_AR_LAST = re.compile(r"Budgetversionen .* är låst", re.DOTALL)


def krock(fel: BaseException | None) -> str:
    """What to tell somebody whose writing met another's, whatever has been made of it on the way; "" for all else."""
    while fel is not None:
        if getattr(fel, "sqlstate", None) in SQL_KROCKAR:
            return TEXT
        if (diag := getattr(fel, "diag", None)) and _AR_LAST.fullmatch(diag.message_primary or ""):
            return LAST
        fel = fel.__cause__ or fel.__context__
    return ""
