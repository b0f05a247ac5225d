"""The library, its values and judgements as JSON. Values are decimal strings with the digits they were given with."""

from django.http import Http404
from django.urls import path, reverse
from rest_framework.decorators import api_view
from rest_framework.response import Response

from indikatorer.regler.malregel import Matvarde
from indikatorer.regler.smagrupp import ar_fa
from indikatorer.selectors.arsbild import hamta_matar
from indikatorer.selectors.bedomning import Bedomd, bedom_ar, bedom_indikator
from indikatorer.selectors.bibliotek import hamta_indikatorer
from indikatorer.selectors.matningar import hamta_matningar
from indikatorer.tabeller.bedomning import motivering
from indikatorer.tabeller.regel import i_ord
from indikatorer.views.atkomst import krav_lasa, oppna


@api_view(["GET"])
def bibliotek(request):
    """The definitions. `?sok=` searches as the page does."""
    krav_lasa(request)
    sok = request.GET.get("sok", "").replace("\0", "")[:100]
    return Response([_definition(i) for i in hamta_indikatorer(sok=sok)])


@api_view(["GET"])
def bedomningar(request, ar):
    """Every judged cell of a year, for the whole region; `enhet` says whose value it is where only one measures it."""
    krav_lasa(request)
    if ar not in hamta_matar():
        raise Http404
    return Response({"ar": ar, "bedomningar": [_bedomning(b) for b in bedom_ar(ar)]})


@api_view(["GET"])
def indikator(request, kod):
    """One indikator with every value of it, also others' and those per sex, and every year's judgements.

    How many a value stands on is null also when they are fewer than five.
    """
    det = oppna(request, kod)
    rot = reverse("matning", args=[det.kod, 0]).removesuffix(
        "0/"
    )  # once, and not for each of some thousand values
    return Response(
        _definition(det)
        | {
            "varden": [
                {
                    "ar": m.ar,
                    "delperiod": m.delperiod,
                    "segment": m.segment.kod if m.segment else None,
                    "kon": m.kon,
                    "enhet": m.enhet.kod if m.enhet else None,
                    "omrade": m.omrade.kod if m.omrade else None,
                    "varde": _tal(m.varde),
                    "taljare": _tal(m.taljare),
                    "namnare": None if ar_fa(m.namnare) else _tal(m.namnare),
                    "antal": None if ar_fa(m.antal) else m.antal,
                    "preliminar": m.preliminar,
                    "brott": m.brott,
                    "saknas": m.saknas or None,
                    "fotnot": m.fotnot,
                    "kalla": m.kalla,
                    "varifran": f"{rot}{m.pk}/",
                }
                for m in hamta_matningar(det)
            ],
            "bedomningar": [_bedomning(b) for b in bedom_indikator(det)],
        }
    )


def _definition(i) -> dict:
    return {
        "kod": i.kod,
        "id_nr": i.id_nr,
        "namn": i.namn,
        "definition": i.definition,
        "taljare": i.taljare,
        "namnare": i.namnare,
        "enhetsslag": i.enhetsslag,
        "enhet": i.enhet,
        "riktning": i.riktning,
        "kalla": i.kalla,
        "agare": i.agare.kod if i.agare else None,
        "malomrade": i.malomrade.kod if i.malomrade else None,
        "segmentgrupp": i.segmentgrupp.kod if i.segmentgrupp else None,
        "giltig_fran": i.giltig_fran,
        "giltig_till": i.giltig_till,
        "uppdrag": i.uppdrag,
        "adress": reverse("indikator", args=[i.kod]),
    }


def _bedomning(b: Bedomd) -> dict:
    return {
        "indikator": b.indikator.kod,
        "segment": b.segment.kod if b.segment else None,
        "enhet": b.enhet.kod if b.enhet else None,
        "ar": b.ar,
        "mal": b.malniva.regel if b.malniva else None,
        "mal_betyder": i_ord(b.bedomning.regel, procent=b.indikator.enhetsslag == "procent")
        if b.malniva
        else None,
        "varde": _varde(b.bedomning.nu),
        "jamforelse": _varde(b.bedomning.fore),
        "jamforelse_ar": b.bedomning.fore.ar if b.bedomning.fore else None,
        "bedomning": b.bedomning.utfall.value,
        "motivering": motivering(b.indikator, b.bedomning),
        "trend": b.bedomning.trend.value,
        "preliminar": b.bedomning.preliminar,
    }


def _varde(m: Matvarde | None) -> str | None:
    return _tal(m.varde) if m else None


def _tal(tal) -> str | None:
    return None if tal is None else format(tal, "f")


urlpatterns = [
    path("indikatorer/", bibliotek, name="api_indikatorer"),
    path("indikatorer/<int:ar>/bedomningar/", bedomningar, name="api_bedomningar"),
    path("indikatorer/<slug:kod>/", indikator, name="api_indikator"),
]
