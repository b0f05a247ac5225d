"""What organisation keeps for a time only."""

from django.conf import settings
from django.utils import timezone

from organisation.models import Notis
from regionskane.jobb.gallring import ta_bort
from regionskane.register import gallring


@gallring("notiser")
def notiser(prova: bool) -> int:
    return ta_bort(Notis.objects.filter(skapad__lt=timezone.now() - settings.GALLRA_NOTISER), prova)
