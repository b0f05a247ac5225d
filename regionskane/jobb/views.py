"""Follow a job, run a failed one again, and fetch its files. A job is seen by the one who started it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from regionskane.jobb import actions
from regionskane.jobb.models import Jobb
from regionskane.jobb.slag import far_anvanda


def vill_ha_fragment(request) -> bool:
    """Whether the page's script asks for a piece of HTML instead of a whole page."""
    return request.headers.get("X-Fragment") == "1"


def _mitt_jobb(request, jobb_id) -> Jobb:
    return get_object_or_404(Jobb.objects.prefetch_related("filer"), pk=jobb_id, agare=request.user)


def _med_ratt(det: Jobb) -> Jobb:
    if not far_anvanda(det):
        raise PermissionDenied("Du har inte längre rätt till det som jobbet gäller.")
    return det


@login_required
@require_GET
def jobb(request, jobb_id):
    """The state of a job, as a page or as the fragment that replaces itself."""
    mall = "jobb/_lage.html" if vill_ha_fragment(request) else "jobb/jobb.html"
    return render(request, mall, {"jobb": _mitt_jobb(request, jobb_id)})


@login_required
@require_POST
def kor_om(request, jobb_id):
    """Queue a failed job again."""
    det = _med_ratt(_mitt_jobb(request, jobb_id))
    actions.kor_om_jobb(jobb=det)
    if vill_ha_fragment(request):
        det.refresh_from_db()
        return render(request, "jobb/_foljer.html", {"jobb": det})
    return redirect(det)


@login_required
@require_POST
def avbryt(request, jobb_id):
    """Ask a job to stop."""
    det = _mitt_jobb(request, jobb_id)
    actions.avbryt_jobb(jobb=det)
    if vill_ha_fragment(request):
        det.refresh_from_db()
        return render(request, "jobb/_foljer.html", {"jobb": det})
    return redirect(det)


@login_required
@require_GET
def fil(request, jobb_id, namn):
    """Download a file that a job made."""
    post = get_object_or_404(_med_ratt(_mitt_jobb(request, jobb_id)).filer, namn=namn)
    plats = actions.fil_plats(post.sha256)
    if not plats.exists():
        messages.error(request, "Filen finns inte kvar på disken. Skapa den igen.")
        raise Http404
    return FileResponse(plats.open("rb"), as_attachment=True, filename=post.namn, content_type=post.typ)
