"""What the logs of the organisation say: what happened to accounts and roles, and what was downloaded."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import F, Q, Value
from django.db.models.functions import Concat

from organisation.models import Nedladdning, Roll

PER_SIDA = 50

SLAG = {
    "nytt": "Nytt konto",
    "oppnat": "Öppnat konto",
    "stangt": "Stängt konto",
    "andrat": "Ändrade uppgifter",
    "borttaget": "Borttaget konto",
    "losenord": "Lösenord",
    "roll_given": "Roll given",
    "roll_andrad": "Roll ändrad",
    "roll_tagen": "Roll borttagen",
}


@dataclass(frozen=True, slots=True)
class Kontohandelse:
    """One thing that happened to an account, with the names of that time. `vem` is None when it was made outside the
    system; `vem_konto` is "" in events from before the user name was written down."""

    tid: datetime
    slag: str
    vem: str | None
    vem_konto: str
    konto: str
    namn: str
    text: str


# Each event of an account beside the one before it, and in one transaction a role after the account that it is given
# to; «fanns» is how the account was when its history began. A role stands beside what the account was called then, or,
# before its history began, first.
_HANDELSER = """
WITH konton AS (
    SELECT *, lag(username) OVER w AS f_username, lag(first_name) OVER w AS f_first_name,
        lag(last_name) OVER w AS f_last_name, lag(email) OVER w AS f_email, lag(is_active) OVER w AS f_is_active
    FROM organisation_anvandareevent WINDOW w AS (PARTITION BY pgh_obj_id ORDER BY pgh_id)
), handelser AS (
    SELECT pgh_created_at AS tid, 1 AS led, pgh_id AS nr, pgh_context_id, pgh_obj_id AS konto_id, username,
        trim(first_name || ' ' || last_name) AS namn,
        CASE WHEN pgh_label = 'insert' THEN 'nytt' WHEN pgh_label = 'delete' THEN 'borttaget'
            WHEN pgh_label = 'losenord' THEN 'losenord'
            WHEN is_active IS DISTINCT FROM f_is_active THEN CASE WHEN is_active THEN 'oppnat' ELSE 'stangt' END
            ELSE 'andrat' END AS slag,
        username IS DISTINCT FROM f_username AS nytt_anvandarnamn, f_username,
        (first_name, last_name) IS DISTINCT FROM (f_first_name, f_last_name) AS nytt_namn,
        trim(f_first_name || ' ' || f_last_name) AS f_namn,
        email IS DISTINCT FROM f_email AS ny_epost, f_email, email,
        NULL AS roll, NULL AS plats
    FROM konton WHERE pgh_label <> 'fanns'
    UNION ALL
    SELECT r.pgh_created_at, 2, r.pgh_id, r.pgh_context_id, r.anvandare_id, COALESCE(a.username, ''),
        COALESCE(trim(a.first_name || ' ' || a.last_name), ''),
        CASE r.pgh_label WHEN 'insert' THEN 'roll_given' WHEN 'delete' THEN 'roll_tagen' ELSE 'roll_andrad' END,
        FALSE, NULL, FALSE, NULL, FALSE, NULL, NULL, r.roll, COALESCE(n.namn, e.namn)
    FROM organisation_rolltilldelningevent r
    LEFT JOIN LATERAL (
        SELECT username, first_name, last_name FROM organisation_anvandareevent
        WHERE pgh_obj_id = r.anvandare_id
        ORDER BY pgh_created_at > r.pgh_created_at,
            CASE WHEN pgh_created_at > r.pgh_created_at THEN pgh_id ELSE -pgh_id END
        LIMIT 1
    ) a ON TRUE
    LEFT JOIN organisation_namnd n ON n.id = r.namnd_id
    LEFT JOIN organisation_enhet e ON e.id = r.enhet_id
)
SELECT h.tid, h.slag, c.metadata->>'namn', COALESCE(c.metadata->>'anvandarnamn', ''),
    (c.metadata->>'anvandare')::bigint, h.konto_id, h.username, h.namn, h.nytt_anvandarnamn, h.f_username, h.nytt_namn,
    h.f_namn, h.ny_epost, h.f_email, h.email, h.roll, h.plats
FROM handelser h LEFT JOIN pghistory_context c ON c.id = h.pgh_context_id
WHERE (%(slag)s = '' OR h.slag = %(slag)s)
    AND (%(sok)s = '' OR h.username ILIKE %(sok)s OR h.namn ILIKE %(sok)s
        OR (c.metadata->>'anvandare' IS NOT NULL
            AND (c.metadata->>'namn' ILIKE %(sok)s OR c.metadata->>'anvandarnamn' ILIKE %(sok)s)))
ORDER BY h.tid DESC, h.led DESC, h.nr DESC LIMIT %(antal)s OFFSET %(hoppa)s
"""


def hamta_kontohandelser(*, sok: str = "", slag: str = "", sida: int = 1) -> tuple[list[Kontohandelse], bool]:
    """A page of events, newest first, and whether there are more. `sok` is a part of the name of who or whom."""
    with connection.cursor() as cursor:
        cursor.execute(
            _HANDELSER,
            {
                "slag": slag,
                "sok": f"%{_ordagrant(sok)}%" if sok else "",
                "antal": PER_SIDA + 1,
                "hoppa": (sida - 1) * PER_SIDA,
            },
        )
        rader = [_handelse(*rad) for rad in cursor.fetchall()]
    return rader[:PER_SIDA], len(rader) > PER_SIDA


def hamta_nedladdningar(*, sok: str = "", sida: int = 1) -> tuple[list[Nedladdning], bool]:
    """A page of downloads, newest first, and whether there are more. `sok` is a part of the person's name."""
    fraga = Nedladdning.objects.select_related("anvandare")
    if sok:
        namn = Concat(F("anvandare__first_name"), Value(" "), F("anvandare__last_name"))
        fraga = fraga.annotate(namn=namn).filter(
            Q(vem__icontains=sok) | Q(namn__icontains=sok) | Q(anvandare__username__icontains=sok)
        )
    hoppa = (sida - 1) * PER_SIDA
    rader = list(fraga[hoppa : hoppa + PER_SIDA + 1])
    return rader[:PER_SIDA], len(rader) > PER_SIDA


def _handelse(tid, slag, vem, vem_konto, vem_id, konto_id, konto, namn, *uppgifter) -> Kontohandelse:
    return Kontohandelse(
        tid=tid,
        slag=slag,
        vem=vem if vem_id is not None else None,
        vem_konto=vem_konto,
        konto=konto,
        namn=namn,
        text=_text(slag, vem_id is not None, vem_id == konto_id, *uppgifter),
    )


def _text(
    slag,
    kand,
    sjalv,
    nytt_anvandarnamn,
    f_anvandarnamn,
    nytt_namn,
    f_namn,
    ny_epost,
    f_epost,
    epost,
    roll,
    plats,
):
    if roll:
        rollen = f"{Roll(roll).label.lower()} för {plats or 'hela regionen'}"
        verb = {"roll_given": "Gav rollen", "roll_tagen": "Tog bort rollen"}.get(slag, "Ändrade rollen till")
        return f"{verb} {rollen}"
    if slag == "losenord":
        return "Bytte sitt lösenord" if sjalv else "Återställde lösenordet" if kand else "Bytte lösenordet"
    if slag in ("nytt", "borttaget"):
        return "Lade upp kontot" if slag == "nytt" else "Tog bort kontot"
    delar = {"oppnat": ["Öppnade kontot"], "stangt": ["Stängde kontot"]}.get(slag, [])
    if nytt_anvandarnamn:
        delar.append(f"Ändrade användarnamnet från {f_anvandarnamn}")
    if nytt_namn:
        delar.append(f"Ändrade namnet från {f_namn or 'inget'}")
    if ny_epost:
        delar.append(f"Ändrade e-posten från {f_epost or 'ingen'} till {epost or 'ingen'}")
    return ". ".join(delar)


def _ordagrant(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
