"""A full disk, whoever meets it: this process, the temporary folder, or the database."""

import errno

# No room on the disk, in the user's quota, or for a file of this size.
FULLA = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
SQL_DISK_FULL = "53100"
TEXT = (
    "Disken på servern är full, så inget har sparats. Säg till driften, och försök igen när det finns plats."
)


def ar_full(fel: BaseException | None) -> bool:
    """Whether something stopped because a disk was full, whatever has been made of it on the way."""
    while fel is not None:
        if (isinstance(fel, OSError) and fel.errno in FULLA) or getattr(
            fel, "sqlstate", None
        ) == SQL_DISK_FULL:
            return True
        fel = fel.__cause__ or fel.__context__
    return False
