"""Who may read, and the workbook as an answer. Every view of the app goes through here."""

from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from organisation.permissions import Ratt, get_behorighet
from regionskane.lib import xlsx
from regionskane.lib.tabell import Handling

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def laser_planen(view):
    """A page to read, for who may read the plan: the calendar, the plan and the styrkort are decided and public."""

    @login_required
    @require_GET
    @wraps(view)
    def vakt(request, *args, **kwargs):
        get_behorighet(request).krav(Ratt.LASA_UPPFOLJNINGSPLAN)
        return view(request, *args, **kwargs)

    return vakt


def far_exportera(request) -> bool:
    """Whether the user has the right to download at all: what is decided has no narrower scope."""
    return bool(get_behorighet(request).omfang(Ratt.EXPORTERA))


def svara_med_bok(request, handling: Handling) -> HttpResponse:
    """The workbook, made on the spot. Raises PermissionDenied for who may not download."""
    if not far_exportera(request):
        raise PermissionDenied("Din roll får inte ladda ned PDF och Excel.")
    svar = HttpResponse(xlsx.skriv_handling(handling), content_type=XLSX)
    svar["Content-Disposition"] = f'attachment; filename="{handling.nyckel}.xlsx"'
    return svar


def rot(request) -> str:
    """The site's address, without the last slash."""
    return request.build_absolute_uri("/").rstrip("/")
