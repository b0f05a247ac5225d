"""Whom the ersättningsmodell shares between, and what they have today."""

from decimal import Decimal

from django.db import connection

from budget.models import Block
from budget.selectors.justering import Bryggdata, upprakningsbaser
from budget.selectors.uppstallning import Plats
from organisation.models import Namndtyp

# The model is for the sjukhusstyrelser (budget 2024, textrad 3123): boards with all that is theirs in this sektor.
SEKTOR = "halso-och-sjukvard"

_STYRELSER = """
SELECT array_agg(p.enhet_id) FROM organisation_platser(%s, %s) p
JOIN organisation_namnd n ON n.id = p.namnd_id
LEFT JOIN organisation_sektor s ON s.id = p.sektor_id
WHERE n.typ = %s GROUP BY n.id HAVING bool_and(s.kod IS NOT DISTINCT FROM %s)
"""


def modellens_baser(data: Bryggdata) -> tuple[tuple[Plats, Decimal], ...]:
    """The sjukhusstyrelser in the region's order with today's regionbidrag in kronor. Empty when none has a level.
    One query.

    Today's is last year's with the year's decided tekniska justeringar and uppräkning, so in the year's prices: that
    is what the published effects are counted on (bilaga 4B: Sus 9 815,1 + 1 222,0 + 320,1 = 11 357,2, and 18 736,2 in
    all, of which 60,6 % is 11 358,8).
    """
    period = data.version.period
    with connection.cursor() as cursor:
        cursor.execute(_STYRELSER, [period.fran, period.till, Namndtyp.STYRELSE.value, SEKTOR])
        styrelser = {enhet for (enheter,) in cursor.fetchall() for enhet in enheter}
    baser = upprakningsbaser(data)
    return tuple(
        (p, baser[p.enhet_id] + data.summa(block=Block.UPPRAKNING, enhet=p.enhet_id))
        for p in data.enheter
        if p.enhet_id in styrelser and p.enhet_id in baser
    )
