"""«Varifrån?» for the lines that the balanskrav rule computes."""

from decimal import Decimal

from budget.models import Budgetversion, Kontrollsumma, Post, Versionskolumn
from budget.regler import balanskrav as regel
from budget.selectors.balanskrav import berakna, hamta_underlag, tidigare_kolumner
from budget.selectors.uppstallning import region_enhet
from budget.selectors.utredning import Utredningslage, hamta_utredning
from budget.tabeller.balanskrav import MAX_RESERVERING
from budget.tabeller.varifran import Kallvy, bygg_regelkalla, tid
from regionskane.lib.belopp import MNKR, formatera

# No line of the table: what a decision frees of earlier deficits is entered as synnerliga skäl.
_FRIAT = "undantag_tidigare"
# What the lines that are no plain sums follow from: (line, factor, years back).
_FOLJER_AV = {
    "ny_brist": (("balanskravsresultat", 1, 0), ("synnerliga_skal", 1, 0)),
    "aterstallt": (("balanskravsresultat", 1, 0), ("ib_aterstalla", 1, 0)),
    "ib_aterstalla": (("ub_aterstalla", 1, 1),),
    "max_reservering": (
        ("arets_resultat", 1, 0),
        ("resultat_efter_justeringar", 1, 0),
        ("blandmodell", 1, 0),
        ("bas", 1, 0),
        ("eget_kapital", 1, 0),
    ),
}


def bygg_regelsvar(version: Budgetversion, post: Post, ar: int) -> Kallvy | None:
    """The panel for a computed line, from the latest stored utredning or, without one, as of now.

    None for a line that holds amounts, and for a year that the version's utredning does not have.
    """
    rader = {r.nyckel: r for r in regel.RADER} | {MAX_RESERVERING.nyckel: MAX_RESERVERING}
    rad = rader.get(post.kod)
    if rad is None or (not rad.summa and post.kod not in _FOLJER_AV):
        return None
    lage = hamta_utredning(version)
    underlag = lage.underlag if lage else hamta_underlag(version)
    utredning = lage.resultat if lage else berakna(underlag) if underlag else None
    per_ar = {a.ar: a for a in utredning.ar} if utredning else {}
    forsta = utredning.ar[0].ar if utredning else None
    # What was to be restored when the first year began was entered, or is what an earlier budget left.
    given = bool(utredning) and not underlag[0].ib_brister
    if ar not in per_ar or (post.kod == "ib_aterstalla" and ar == forsta and given):
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
        if del_ar < forsta:
            visade = {k.ar: k.version for k in tidigare_kolumner(version, forsta)}
            if del_ar in visade:
                delar.append((visade[del_ar], poster[kod], omfang, faktor, per_ar[ar].ib_aterstalla, del_ar))
            continue
        if kod == _FRIAT and not per_ar[del_ar].undantag_tidigare:
            continue
        beraknad = (kod != _FRIAT and poster[kod].typ == "regel") or (
            kod == "ib_aterstalla" and not (del_ar == forsta and given)
        )
        delar.append(
            (
                version if beraknad else kolumner[del_ar],
                poster["synnerliga_skal" if kod == _FRIAT else kod],
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
        beslutat=post.kod in per_underlag[ar].publicerat and kolumner[ar].faststalld,
        tryckt=" ".join(
            d
            for d in (
                _formel(post, per_ar[ar]),
                _tryckt(kolumner[ar], post, ar, per_ar[ar].varde),
                _inaktuell(lage),
            )
            if d
        ),
        regelversion=utredning.regelversion,
        etiketter={kod: r.etikett for kod, r in rader.items()},
    )


def utredningsnot(version: Budgetversion, post: Post, ar: int, nu: Decimal | None) -> str:
    """What to add about a line's own amount, when the stored utredning counts another figure than it."""
    lage = hamta_utredning(version)
    arets = next((a for a in lage.resultat.ar if a.ar == ar), None) if lage else None
    if arets is None or post.kod not in (*regel.RESULTATPOSTER, "synnerliga_skal"):
        return ""
    raknat = arets.varde(post.kod) + (arets.undantag_tidigare if post.kod == "synnerliga_skal" else 0)
    if raknat == (nu or 0):
        return ""
    text = f"Utredningen räknar med {formatera(raknat, skala=MNKR)} mnkr."
    if not lage.aktuell:
        return f"{text} {_inaktuell(lage)}"
    return f"{text} Undantaget räknas med högst underskotten (KL 11:13)."


def _inaktuell(lage: Utredningslage | None) -> str:
    if lage is None or lage.aktuell:
        return ""
    return f"Den beräknades {tid(lage.utredning.skapad)}, och underlaget har ändrats sedan dess."


def _varde(kod, ar: regel.Arsutredning, underlag: regel.Arsunderlag):
    if kod == "bas":
        return underlag.bas and underlag.bas.varde
    if kod == "eget_kapital":
        return underlag.eget_kapital_inkl_pensioner and underlag.eget_kapital_inkl_pensioner.varde
    return ar.max_reservering if kod == "max_reservering" else regel.gallande(underlag, ar, kod)


def _formel(post: Post, ar: regel.Arsutredning) -> str:
    return (
        f"Så räknat, i mnkr: {ar.max_formel}." if post.kod == MAX_RESERVERING.nyckel and ar.max_formel else ""
    )


def _tryckt(version, post, ar, regelns):
    """What was printed, and what the rule gives where it does not give that."""
    tryckt = Kontrollsumma.objects.filter(version=version, post=post, ar=ar).first()
    if tryckt is None:
        return ""
    text = f"Tryckt i handlingen: {formatera(tryckt.belopp, skala=MNKR)} ({tryckt.kalla})."
    if post.kod not in regel.PUBLICERADE or regelns(post.kod) == tryckt.belopp:
        return text
    return f"{text} Regeln ger {formatera(regelns(post.kod), skala=MNKR)}."
