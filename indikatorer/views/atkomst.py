"""What every view of the indikatorer asks first: who may read, write and steer."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from indikatorer.models import Indikator
from indikatorer.selectors.arsbild import hamta_matar
from organisation.permissions import Ratt, get_behorighet


def krav_lasa(request) -> None:
    """PermissionDenied unless the user may read indikatorer; who may reads all of them."""
    get_behorighet(request).krav(Ratt.LASA_INDIKATORER)


def oppna(request, kod: str, ratt: Ratt = Ratt.LASA_INDIKATORER) -> Indikator:
    """The indikator at an address. 404, or PermissionDenied without the right."""
    behorighet = get_behorighet(request)
    behorighet.krav(Ratt.LASA_INDIKATORER)
    indikator = get_object_or_404(
        Indikator.objects.select_related("agare", "malomrade__overordnat__overordnat", "segmentgrupp"),
        kod=kod,
    )
    if ratt == Ratt.SKRIVA_MATNINGAR:
        if not far_skriva(request, indikator):
            raise PermissionDenied(
                f"Du får läsa {indikator.namn} men inte lägga in mätvärden: "
                + (f"den hör till {indikator.agare}." if indikator.agare else "den har ingen ägande nämnd.")
            )
    elif ratt != Ratt.LASA_INDIKATORER:
        behorighet.krav(ratt)
    return indikator


def far_skriva(request, indikator: Indikator) -> bool:
    """Whether the user may enter values: for all, or for those that a nämnd of hers owns."""
    behorighet = get_behorighet(request)
    return behorighet.far(Ratt.SKRIVA_MATNINGAR) or (
        indikator.agare_id is not None and indikator.agare_id in behorighet.namnder(Ratt.SKRIVA_MATNINGAR)
    )


def far_styra(request) -> bool:
    return get_behorighet(request).far(Ratt.STYRA_INDIKATORER)


def far_exportera(request) -> bool:
    """Everybody who may read and export at all: the indikatorer have no part that is somebody's own."""
    return bool(get_behorighet(request).omfang(Ratt.EXPORTERA))


def krav_exportera(request) -> None:
    krav_lasa(request)
    if not far_exportera(request):
        raise PermissionDenied(f"Din roll får inte {Ratt.EXPORTERA.value}.")


def krav_ar(ar: int) -> list[int]:
    """The years that there are values for, this one where there are none. 404 unless `ar` is among them."""
    aren = hamta_matar() or [timezone.localdate().year]
    if ar not in aren:
        raise Http404
    return aren


def heltal(text: str) -> int | None:
    """A number in an address, or None for anything that no page of ours would write there."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def smulor(*poster: dict) -> list[dict]:
    """The crumbs of a page under Indikatorer."""
    return [{"text": "Indikatorer", "url": reverse("indikatorer")}, *poster]
