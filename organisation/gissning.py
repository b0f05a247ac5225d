"""Guessing of passwords: how many times it may be tried per account, per address and per pair, and what the log says.

django-axes counts the pair of user name and address (AXES_FAILURE_LIMIT in AXES_COOLOFF_TIME), stores every attempt and
refuses. Account and address are counted here, in its table of failures. The old password is asked for in the same
way when it is changed, so guessing it counts as guessing at the login.
"""

import logging
from datetime import timedelta

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.auth import authenticate
from django.db import connection, transaction
from django.db.models import Q
from django.views.decorators.debug import sensitive_variables

from regionskane.klient import klientadress, raknad_adress

logg = logging.getLogger(__name__)

TID = timedelta(hours=1)
# Whoever has logged in from an address so lately is not locked out by what strangers do, elsewhere or behind the same
# address. The limit of the pair holds for them too.
KAND = timedelta(days=30)


@sensitive_variables("losenord")
def prova_losenord(request, namn: str, losenord: str):
    """The user, or None. One attempt at a time for a pair: it is counted before the next one is tried.

    The lock ends with the transaction, so that it holds behind a transaction pooler too.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        nyckel = f"inloggning {namn} {raknad_adress(request)}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [nyckel])
        return authenticate(request, username=namn, password=losenord)


class Gissningsvakt(AxesDatabaseHandler):
    """Counts failures per account and per address as well as per pair."""

    def is_locked(self, request, credentials=None) -> bool:
        if super().is_locked(request, credentials):
            return True
        namn, adress, nu = (
            get_client_username(request, credentials),
            request.axes_ip_address,
            request.axes_attempt_time,
        )
        fel = AccessFailureLog.objects.filter(attempt_time__gte=nu - TID)
        for_manga = any(
            grans and fel.filter(**vad).count() >= grans
            for grans, vad in (
                (settings.LOGIN_LIMIT_ADDRESS, {"ip_address": adress}),
                (settings.LOGIN_LIMIT_ACCOUNT, {"username": namn}),
            )
        )
        return (
            for_manga
            and not AccessLog.objects.filter(
                username=namn, ip_address=adress, attempt_time__gte=nu - KAND
            ).exists()
        )

    def user_login_failed(self, sender, credentials, request=None, **kwargs):
        super().user_login_failed(sender, credentials, request, **kwargs)
        if request is None:
            return
        logg.warning(
            "%s: namn «%s» från %s, %s",
            "Spärrad inloggning" if request.axes_locked_out else "Fel lösenord eller namn",
            for_loggen(get_client_username(request, credentials)),
            klientadress(request),
            for_loggen(request.path),
        )

    def reset_attempts(self, *, ip_address=None, username=None, ip_or_username=False) -> int:
        """Also what is counted per account and per address, or the lock would stand."""
        fel = AccessFailureLog.objects.all()
        if ip_or_username:
            fel = fel.filter(Q(ip_address=ip_address) | Q(username=username))
        else:
            fel = fel.filter(ip_address=ip_address) if ip_address else fel
            fel = fel.filter(username=username) if username else fel
        fel.delete()
        return super().reset_attempts(ip_address=ip_address, username=username, ip_or_username=ip_or_username)

    def remove_out_of_limit_failure_logs(self, *, username, limit=None) -> int:
        """Nothing: axes would take away the latest, which are the ones that are counted. They are cleared by age."""
        return 0


def for_loggen(text: str | None) -> str:
    """What a stranger has typed, as one short line: no character that could end the line or hide it."""
    return "".join(t if t.isprintable() else "?" for t in (text or "")[:80])
