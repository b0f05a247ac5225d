"""The calendar as a table, and what is nearest in words."""

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format

from regionskane.lib.tabell import Cell, Handling, Kolumn, Kolumnslag, Rad, Tabell
from uppfoljning.models import Tillfalle
from uppfoljning.regler.kalender import Lage, lagen, sista_dag

LAGESORD = {
    Lage.KOMMER: "Kommer",
    Lage.NARMAST: "Närmast",
    Lage.SLUT: "Perioden är slut",
    Lage.PASSERAT: "Passerat",
}
HARLEDD = "Periodens dagar är härledda; planen anger inte dem."
VARJE_NAMND = "Varje nämnd och styrelse"


def bygg_kalender(ar: int, kalender: Sequence[Tillfalle], idag: date | None = None) -> Tabell:
    """One row per occasion. With `idag` each says where it stands that day; a workbook has no such column."""
    lage = lagen([t.dagar for t in kalender], idag) if idag else []
    anmarkningar = list(dict.fromkeys(t.anm for t in kalender if t.anm))
    noter = ([HARLEDD] if any(t.period_harledd for t in kalender) else []) + anmarkningar
    kolumner = [
        ("period", "Period"),
        ("arende", "Ärende"),
        ("instans", "Hos"),
        ("behandlas", "Behandlas"),
        *([("lage", "Läge")] if lage else []),
        ("kalla", "Källa"),
    ]
    return Tabell(
        nyckel=f"kalender-{ar}",
        rubrik=f"Kalender {ar}",
        radrubrik="Tillfälle",
        kolumner=tuple(Kolumn(n, r, slag=Kolumnslag.TEXT) for n, r in kolumner),
        rader=tuple(
            Rad(
                f"t{t.ordning}",
                tillfallets_namn(t),
                (
                    Cell(text=_period(t), noter=(1,) if t.period_harledd else ()),
                    Cell(text=t.get_arendetyp_display() or None, saknas="Anges inte"),
                    Cell(text=t.instans.namn if t.instans else VARJE_NAMND),
                    Cell(text=behandlas(t) or None, saknas="Dag anges inte"),
                    *([Cell(text=LAGESORD[lage[i]])] if lage else []),
                    Cell(text=t.kalla, noter=(noter.index(t.anm) + 1,) if t.anm else ()),
                ),
            )
            for i, t in enumerate(kalender)
        ),
        noter=tuple(n[:1].upper() + n[1:] + ("" if n.endswith(".") else ".") for n in noter),
    )


def tillfallets_namn(t: Tillfalle) -> str:
    """«Mars: månadsuppföljning», or the type alone where it says the same."""
    typ = t.get_typ_display()
    if t.namn.casefold() == typ.casefold():
        return typ
    return f"{t.namn[:1].upper()}{t.namn[1:]}: {typ[:1].lower()}{typ[1:]}"


def behandlas(t: Tillfalle) -> str:
    """«4 november 2024», «april 2025», «före regionfullmäktige i april 2025»; empty when the plan names no day."""
    if t.infor:
        dag = _dagar(t.infor)
        prep = "" if t.infor.behandlas_fran == t.infor.behandlas_till else "i "
        return f"Före {_vem(t.infor)} {prep}{dag}" if dag else f"Före {_vem(t.infor)}"
    dag = _dagar(t)
    return dag[:1].upper() + dag[1:]


def narmast(kalender: Sequence[Tillfalle], idag: date) -> list[str]:
    """A sentence for each of the nearest occasions, and none when all have passed."""
    lage = lagen([t.dagar for t in kalender], idag)
    return [_mening(t, idag) for t, x in zip(kalender, lage, strict=True) if x == Lage.NARMAST]


def senast_avslutad(kalender: Sequence[Tillfalle], idag: date) -> Tillfalle | None:
    """The occasion without a day of its own whose period ended last: its nämnd may be about to take it up."""
    lage = lagen([t.dagar for t in kalender], idag)
    slut = [t for t, x in zip(kalender, lage, strict=True) if x == Lage.SLUT]
    return max(slut, key=lambda t: t.period_till, default=None)


def bygg_handling(ar: int, tabell: Tabell, *, tid: str, rot: str) -> Handling:
    """The calendar as a document, for its workbook."""
    return Handling(
        titel=tabell.rubrik,
        undertitel="Uppföljningstillfällen: av vilken period, hos vem och när.",
        tabeller=(tabell,),
        tid=tid,
        nyckel=f"uppfoljning-{ar}-kalender",
        rot=rot,
    )


def _mening(t: Tillfalle, idag: date) -> str:
    dag = sista_dag(t.dagar)
    kvar = (dag - idag).days
    om = "i dag" if not kvar else "i morgon" if kvar == 1 else f"om {kvar} dagar"
    vad = behandlas(t) or f"Perioden slutar {_dag(dag)}"
    arende = t.get_arendetyp_display().lower()
    hos = t.instans.namn if t.instans else VARJE_NAMND.lower()
    slut = f", {arende} hos {_gemen(hos)}" if arende else f", hos {_gemen(hos)}"
    return f"{tillfallets_namn(t)}{slut}. {vad}; sista dagen är {om}."


def _vem(t: Tillfalle) -> str:
    return _gemen(t.instans.namn) if t.instans else "nämnderna"


def _gemen(text: str) -> str:
    return text[:1].lower() + text[1:]


def _dagar(t: Tillfalle) -> str:
    if t.behandlas_fran is None:
        return ""
    if t.behandlas_fran == t.behandlas_till:
        return _dag(t.behandlas_fran)
    return date_format(t.behandlas_fran, "F Y")


def _period(t: Tillfalle) -> str:
    return f"{date_format(t.period_fran, 'j F')} – {_dag(t.period_till)}"


def _dag(dag: date) -> str:
    return date_format(dag, "j F Y")
