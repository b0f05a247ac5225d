"""A small ledger straight into the tables, for tests of what is read from it."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import count

from django.db import connection
from django.utils import timezone

from budget.models import Filstatus, Utfallsfil
from organisation.models import Enhet

_NR = count(1)
_RADER = (
    "INSERT INTO budget_huvudboksrad (ar, fil_id, rad, period, konto, ansvar, enhet_id, motpart, verifikation, text,"
    " belopp, verksamhet, projekt) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', '')"
)
_I_KRAFT = """
UPDATE budget_utfallsdel d SET ersatt_av_id = %(fil)s
WHERE ersatt_av_id IS NULL AND (enhet_id, period) IN (
    SELECT enhet_id, period FROM budget_huvudboksrad WHERE fil_id = %(fil)s);
INSERT INTO budget_utfallsdel (fil_id, enhet_id, period, rader)
SELECT fil_id, enhet_id, period, count(*) FROM budget_huvudboksrad WHERE fil_id = %(fil)s GROUP BY 1, 2, 3;
DELETE FROM budget_saldo;
INSERT INTO budget_saldo (ar, enhet_id, period, konto, motpart, belopp, rader)
SELECT h.ar, h.enhet_id, h.period, h.konto, h.motpart, sum(h.belopp), count(*)
FROM budget_huvudboksrad h
JOIN budget_utfallsdel d ON (d.fil_id, d.enhet_id, d.period) = (h.fil_id, h.enhet_id, h.period)
    AND d.ersatt_av_id IS NULL
GROUP BY 1, 2, 3, 4, 5;
"""


def lagg_in(rader: Iterable[tuple], *, pahittad: bool = False, namn: str = "prov.csv") -> Utfallsfil:
    """Put (enhet kod, period, konto, ansvar, motpart, belopp) in force as one file; the rows get numbers from 2."""
    nu, enheter = timezone.now(), dict(Enhet.objects.values_list("kod", "pk"))
    fil = Utfallsfil.objects.create(
        namn=namn, sha256=f"{next(_NR):064}", storlek=1, slag="csv", status=Filstatus.INLAST, inlast_tid=nu,
        pahittad=pahittad,
    )  # fmt: skip
    rader = list(rader)
    with connection.cursor() as cursor:
        for ar in {r[1] // 100 for r in rader}:
            cursor.execute("SELECT budget_skapa_huvudboksar(%s)", [ar])
        cursor.executemany(
            _RADER,
            [
                (p // 100, fil.pk, nr, p, k, a, enheter[e], m, f"V{nr}", f"Rad {nr}", Decimal(b))
                for nr, (e, p, k, a, m, b) in enumerate(rader, start=2)
            ],
        )
        cursor.execute(_I_KRAFT, {"fil": fil.pk})
    return fil
