import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

from regionskane.celery import app

logg = logging.getLogger(__name__)


@app.task
def skicka_losenordsbrev(adress, rubrik):
    """Tell the owner of an account what was done to it. Without a password and without a link to follow."""
    text = (
        f"{rubrik}.\n\nVar det inte du som bad om det: säg genast till en koncerncontroller eller den som har hand om "
        "systemet hos er.\n\nBrevet kommer från systemet Budget och uppföljning och går inte att svara på.\n"
    )
    try:
        EmailMessage(rubrik, text, settings.DEFAULT_FROM_EMAIL, [adress]).send()
    except (SMTPException, OSError) as fel:
        logg.warning("Brevet till ägaren av ett konto gick inte att skicka: %s", fel)
