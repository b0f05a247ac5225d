"""«Varifrån?» for the lines that the balanskrav rule computes."""

from budget.models import Budgetversion, Kontrollsumma, Post, Versionskolumn
from budget.regler import balanskrav as regel
from budget.selectors.balanskrav import berakna, hamta_underlag
from budget.selectors.uppstallning import region_enhet
from budget.selectors.utredning import hamta_utredning
from budget.tabeller.varifran import Kallvy, bygg_regelkalla
from regionskane.lib.belopp import MNKR, formatera

# What the lines that are no plain sums follow from: (line, factor, years back).
_FOLJER_AV = {
    "ny_brist": (("balanskravsresultat", 1, 0), ("synnerliga_skal", 1, 0)),
    "aterstallt": (("balanskravsresultat", 1, 0), ("ib_aterstalla", 1, 0)),
    "ib_aterstalla": (("ub_aterstalla", 1, 1),),
    "max_reservering": (
        ("arets_resultat", 1, 0),
        ("resultat_efter_justeringar", 1, 0),
        ("bas", 1, 0),
        ("eget_kapital", 1, 0),
    ),
}
_MAX = regel.Rad(
    "max_reservering",
    "Högsta tillåtna reservering",
    "Det lägsta av årets resultat och resultatet efter balanskravsjusteringar, minus 1 procent av skatt, utjämning"
    " och generella statliga bidrag, eller 2 procent när det egna kapitalet är negativt. Aldrig under noll.",
    "KL 11:14",
)


def bygg_regelsvar(version: Budgetversion, post: Post, ar: int) -> Kallvy | None:
    """The panel for a computed line, from the latest stored utredning or, without one, as of now.

    None for a line that holds amounts, and for a year that the version's utredning does not have.
    """
    rader = {r.nyckel: r for r in regel.RADER} | {"max_reservering": _MAX}
    rad = rader.get(post.kod)
    if rad is None or (not rad.summa and post.kod not in _FOLJER_AV):
        return None
    lage = hamta_utredning(version)
    underlag = lage.underlag if lage else hamta_underlag(version)
    utredning = lage.resultat if lage else berakna(underlag) if underlag else None
    per_ar = {a.ar: a for a in utredning.ar} if utredning else {}
    forsta = utredning.ar[0].ar if utredning else None
    if ar not in per_ar or (post.kod == "ib_aterstalla" and ar == forsta):
        return None
    kolumner = {
        k.ar: k.kalla
        for k in Versionskolumn.objects.filter(
            version=version, uppstallning=post.uppstallning
        ).select_related("kalla")
    }
    poster = {
        p.kod: p for p in Post.objects.filter(uppstallning=post.uppstallning).select_related("uppstallning")
    }
    per_underlag = {u.ar: u for u in underlag}
    omfang = f"enhet-{region_enhet().kod}"
    delar = []
    for kod, faktor, bak in tuple((k, f, 0) for k, f in rad.summa) or _FOLJER_AV[post.kod]:
        del_ar = ar - bak
        beraknad = poster[kod].typ == "regel" or (kod == "ib_aterstalla" and del_ar != forsta)
        delar.append(
            (
                version if beraknad else kolumner[del_ar],
                poster[kod],
                omfang,
                faktor,
                _varde(kod, per_ar[del_ar], per_underlag[del_ar]),
                del_ar,
            )
        )
    return bygg_regelkalla(
        version,
        post,
        ar,
        varde=_varde(post.kod, per_ar[ar], per_underlag[ar]),
        rad=rad,
        delar=delar,
        tryckt=_tryckt(kolumner[ar], post, ar),
        regelversion=utredning.regelversion,
    )


def _varde(kod, ar: regel.Arsutredning, underlag: regel.Arsunderlag):
    if kod == "bas":
        return underlag.bas and underlag.bas.varde
    if kod == "eget_kapital":
        return underlag.eget_kapital_inkl_pensioner and underlag.eget_kapital_inkl_pensioner.varde
    return ar.max_reservering if kod == "max_reservering" else ar.varde(kod)


def _tryckt(version, post, ar):
    tryckt = Kontrollsumma.objects.filter(version=version, post=post, ar=ar).first()
    if tryckt is None:
        return ""
    return f"Tryckt i handlingen: {formatera(tryckt.belopp, skala=MNKR)} ({tryckt.kalla})."
