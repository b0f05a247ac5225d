"""A file of more lines than a page can wait for: asked for here, written by the queue."""

from enum import StrEnum

from budget.models import Post
from budget.selectors.huvudbok import Radfilter
from budget.selectors.utfall import Interna, Urval, avgransningar, hamta_platser
from organisation.permissions import Enhetsurval
from regionskane.historik import andring
from regionskane.jobb.actions import starta_jobb
from regionskane.jobb.models import Jobb

SLAG = "utfallsrader"
_KODER = ("konto", "ansvar", "motpart", "verifikation", "sok")


class Form(StrEnum):
    """What the file is."""

    EXCEL = "excel"
    CSV = "csv"


def starta_radexport(*, filter_: Radfilter, by, form: Form = Form.EXCEL) -> Jobb:
    """Queue the file of a filter's lines for somebody who may read and export them."""
    q = filter_.urval
    with andring(by=by):
        return starta_jobb(
            slag=SLAG,
            titel=f"Huvudbokens rader {q.ar}, {q.avgransning.namn}" + (" (CSV)" if form == Form.CSV else ""),
            parametrar={
                "form": form.value,
                "av": q.avgransning.nyckel,
                "ar": q.ar,
                "enheter_ar": q.avgransning.ar or q.ar,
                "fran": q.fran,
                "till": q.till,
                "interna": q.interna.value,
                "post": filter_.post and filter_.post.pk,
                **{f: getattr(filter_, f) for f in _KODER},
            },
            by=by,
        )


def bestallt_filter(jobb: Jobb) -> Radfilter | None:
    """What a job was asked for, with the organisation as it is now; None when the enhet or nämnd is gone."""
    p = jobb.parametrar
    av = avgransningar(hamta_platser(p.get("enheter_ar", p["ar"])), Enhetsurval(allt=True)).get(p["av"])
    if av is None:
        return None
    urval = Urval(av, p["ar"], p["fran"], p["till"], Interna(p["interna"]))
    post = Post.objects.get(pk=p["post"]) if p["post"] else None
    return Radfilter(urval, post=post, **{f: p[f] for f in _KODER})
