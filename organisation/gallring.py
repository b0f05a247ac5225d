"""What organisation keeps for a time only."""

from django.conf import settings
from django.utils import timezone

from organisation.models import Nedladdning, Notis
from regionskane.jobb.gallring import ta_bort
from regionskane.register import gallring


@gallring("notiser")
def notiser(prova: bool) -> int:
    return ta_bort(Notis.objects.filter(skapad__lt=timezone.now() - settings.GALLRA_NOTISER), prova)


@gallring("nedladdningar")
def nedladdningar(prova: bool) -> int:
    return ta_bort(Nedladdning.objects.filter(tid__lt=timezone.now() - settings.GALLRA_NEDLADDNINGAR), prova)
