"""What the budget's part of `gallra` takes away: what somebody sent and no figure came of."""

from django.apps import apps
from django.conf import settings
from django.utils import timezone

from budget.actions.utfall import SLAG, filens_adress
from budget.models import Filstatus, Ifyllnad, Utfallsfil
from organisation.actions import ta_bort_notiser
from regionskane.jobb.gallring import ta_bort, ta_bort_filer
from regionskane.jobb.models import Jobb, Jobbstatus
from regionskane.register import gallring


@gallring("huvudböcker som inte lästs in")
def olasta_huvudbocker(prova: bool) -> int:
    """Ledger files that no line came of, after as long as a job is kept, and then the content of all that have been
    taken away, also by hand."""
    pagar = Jobb.objects.filter(slag=SLAG, status__in=(Jobbstatus.KOAD, Jobbstatus.KORS))
    antal = ta_bort(
        Utfallsfil.objects.filter(mottagen_tid__lt=timezone.now() - settings.GALLRA_JOBB)
        .exclude(status=Filstatus.INLAST)
        .exclude(pk__in=list(pagar.values_list("parametrar__fil", flat=True))),
        prova,
    )
    if not prova:
        borta = apps.get_model("budget", "UtfallsfilEvent").objects.filter(pgh_label="delete")
        ta_bort_notiser(urler=map(filens_adress, borta.values_list("pgh_obj_id", flat=True)))
        _slang_innehall()
    return antal


@gallring("arbetsböcker som inte tagits emot")
def ej_mottagna_arbetsbocker(prova: bool) -> int:
    """Filled in workbooks that were refused or only looked at, after as long as a job is kept."""
    gamla = Ifyllnad.objects.filter(
        mottagen_tid=None, uppladdad_tid__lt=timezone.now() - settings.GALLRA_JOBB
    )
    antal = ta_bort(gamla, prova)
    if not prova:
        _slang_innehall()
    return antal


def _slang_innehall() -> None:
    """The content of the rows that are gone. Their history says which it was, and needs it no more."""
    historik = tuple(apps.get_model("budget", namn) for namn in ("UtfallsfilEvent", "IfyllnadEvent"))
    borttagna = {
        sha for modell in historik
        for sha in modell.objects.filter(pgh_label="delete").values_list("sha256", flat=True)
    }  # fmt: skip
    ta_bort_filer(borttagna, loggar=historik)
