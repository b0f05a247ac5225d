"""Reminding nämnder of their parts: a notice, and a letter where mail is configured. Once per part and day."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from budget.actions.budgetdel import delens_adress
from budget.models import Budgetdel, Paminnelse, Paminnelsestatus, Status
from budget.regler.delflode import SKRIVBARA, Tidslage, ska_paminnas, tidslage
from budget.selectors.budgetdel import hamta_delenheter, namndens_controllers
from organisation.actions import notifiera
from organisation.models import Anvandare
from regionskane.lib.textfil import pa_en_rad

logg = logging.getLogger(__name__)


def paminn_om_delar() -> int:
    """Remind every nämnd whose last day is near, or has been. Returns how many were reminded now.

    Run as often as one likes: a part that has been reminded today is left alone. Only a letter that the mail server
    refused is tried again; one that may have been sent is not.
    """
    idag = timezone.localdate()
    antal = 0
    delar = Budgetdel.objects.filter(status__in=list(SKRIVBARA), version__status=Status.OPPEN)
    enheter = {}
    for d in delar.select_related("version", "namnd").order_by("pk"):
        lage = tidslage(d.status, sista_dag=d.sista_dag, idag=idag, inlamnad=None)
        if not ska_paminnas(lage, idag):
            continue
        if d.version_id not in enheter:
            enheter[d.version_id] = hamta_delenheter(d.version)
        egna = [e for e, namnd in enheter[d.version_id].items() if namnd == d.namnd_id]
        antal += _paminn(d, lage, idag, egna)
    return antal


def _paminn(d: Budgetdel, lage: Tidslage, idag, enheter) -> bool:
    controllers = namndens_controllers(d.namnd_id, enheter)
    rubrik, text = _skriv(d, lage)
    paminnelse, ny = _ta_i_ansprak(d, idag, rubrik, controllers)
    if paminnelse is None:
        return False
    adresser = list(
        Anvandare.objects.filter(pk__in=controllers)
        .exclude(email="")
        .order_by("pk")
        .values_list("email", flat=True)
    )
    falt = {"mottagare": ", ".join(adresser), "fel": ""}
    if not settings.EMAIL_HOST or not adresser:
        falt["status"] = Paminnelsestatus.UTAN_BREV
    else:
        try:
            EmailMessage(pa_en_rad(rubrik), text, settings.DEFAULT_FROM_EMAIL, adresser).send()
            falt["status"] = Paminnelsestatus.SKICKAD
        except (SMTPException, OSError, ValueError) as fel:  # a ValueError: no head of a letter
            logg.warning("Påminnelsen till %s gick inte att skicka: %s", d.namnd, fel)
            falt |= {"status": Paminnelsestatus.MISSLYCKAD, "fel": str(fel)[:300]}
    Paminnelse.objects.filter(pk=paminnelse.pk).update(tid=timezone.now(), **falt)
    return ny or falt["status"] == Paminnelsestatus.SKICKAD


def _ta_i_ansprak(d: Budgetdel, idag, rubrik, controllers) -> tuple[Paminnelse | None, bool]:
    """The day's reminder of the part for this run alone, and whether it is new. Committed before anything is sent, so
    that a worker killed in the middle leaves a reminder that is begun and not one that is sent twice."""
    with transaction.atomic():
        paminnelse, ny = Paminnelse.objects.get_or_create(budgetdel=d, dag=idag)
        if ny:
            notifiera(mottagare=controllers, text=rubrik, url=delens_adress(d))
            return paminnelse, True
        igen = Paminnelse.objects.filter(pk=paminnelse.pk, status=Paminnelsestatus.MISSLYCKAD)
        return (paminnelse if igen.update(status=Paminnelsestatus.PABORJAD) else None), False


def _skriv(d: Budgetdel, lage: Tidslage) -> tuple[str, str]:
    dag = date_format(d.sista_dag, "j F Y")
    antal = "1 dag" if abs(lage.dagar) == 1 else f"{abs(lage.dagar)} dagar"
    if lage.sen:
        rubrik = f"{d.namnd} är {antal} sen med sin del av {d.version.namn}"
    elif lage.dagar:
        rubrik = f"{d.namnd} har {antal} kvar att lämna in sin del av {d.version.namn}"
    else:
        rubrik = f"I dag är sista dagen för {d.namnd} att lämna in sin del av {d.version.namn}"
    rot = settings.WEBBADRESS.rstrip("/")
    text = (
        f"{rubrik}.\n\nSista dag: {dag}\nLäge: {d.get_status_display()}\n\n"
        f"Öppna delen: {rot}{delens_adress(d)}\n\n"
        "Brevet kommer från systemet Budget och uppföljning och går inte att svara på.\n"
    )
    return rubrik, text
