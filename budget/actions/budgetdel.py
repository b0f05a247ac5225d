"""The nämnder's parts: opening a version for entry, and the steps of each part. One function per step."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from budget.actions.kommentar import kommentera_del
from budget.models import Budgetdel, Budgetversion
from budget.regler.delflode import FLODE, OtillatetSteg, Sida, Steg, nasta_status
from budget.selectors.askanden import rader_utan_motiv
from budget.selectors.budgetdel import (
    granskare,
    hamta_delar,
    hamta_delenheter,
    las_avtryck,
    namndens_controllers,
    namnder_med_rad,
    stangda_enheter,
)
from organisation.actions import markera_hanterade, notifiera
from regionskane.historik import andring


class DelFel(Exception):
    """The step cannot be taken. `str()` is a sentence for the user."""


class MotivSaknas(DelFel):
    """The part asks for something without saying why; nothing is handed in."""


class DelenAndrad(DelFel):
    """The part, or its amounts, are no longer what the user was shown; nothing is done."""


def delens_adress(budgetdel: Budgetdel) -> str:
    """The part's own page."""
    version = budgetdel.version
    return reverse("budgetdel", args=[version.ar, version.kod, budgetdel.namnd.kod])


def oppna_for_inmatning(*, version: Budgetversion, sista_dag: date, by) -> int:
    """Make a part for every nämnd that has a row in the version and no part yet, to be handed in by `sista_dag`.

    Returns how many. Raises DelFel for a locked version, a day that has been, and when there is nothing to open.
    """
    if version.last:
        raise DelFel(f"{version.namn} är låst. Öppna versionen först.")
    _krav_dag(sista_dag)
    namnder = namnder_med_rad(version)
    with andring(by=by, varfor=f"inmatning till {_dag(sista_dag)}"):
        # Held, so that two who open at the same time do not both make the parts.
        Budgetversion.objects.select_for_update().get(pk=version.pk)
        finns = set(Budgetdel.objects.filter(version=version).values_list("namnd", flat=True))
        if not namnder - finns:
            raise DelFel(
                f"{version.namn} är redan öppnad för inmatning i alla nämnder."
                if finns
                else f"{version.namn} har ingen tabell med rader per nämnd att fylla i."
            )
        delar = [Budgetdel(version=version, namnd_id=namnd, sista_dag=sista_dag) for namnd in namnder - finns]
        Budgetdel.objects.bulk_create(delar)
        enheter = hamta_delenheter(version)
        for d in Budgetdel.objects.filter(version=version, namnd__in=namnder - finns).select_related("namnd"):
            d.version = version
            text = f"{version.namn} är öppen för inmatning. {d.namnd} lämnar in senast {_dag(sista_dag)}."
            _beratta(d, namndens_controllers(d.namnd_id, _delens(enheter, d)), text, by)
    return len(delar)


def lamna_in(*, budgetdel: Budgetdel, by, avtryck: str, sedd_rev: int | None = None) -> None:
    """Hand in a part as it was shown (`avtryck` of what it holds). From now on nobody changes it.

    Raises DelFel, also when something is asked for without a motive, and DelenAndrad when an amount, a motive or
    an investment object has been changed since the user read them.
    """

    def som_visat(d: Budgetdel, enheter):
        # The part is held by now, and whoever writes an amount holds it too, so nothing can come in between.
        if las_avtryck(d.version, enheter) != avtryck:
            raise DelenAndrad(
                "Något i delen har ändrats sedan du läste sammanställningen. Inget är inlämnat. Läs den nya och "
                "lämna in igen."
            )
        if utan := rader_utan_motiv(d.version, enheter):
            raise MotivSaknas(
                "Skriv ett motiv till det som nämnden begär, innan delen lämnas in. "
                f"Motiv saknas för {'; '.join(utan)}."
            )

    _ta_steg(budgetdel, Steg.LAMNA_IN, sedd_rev, by, fore=som_visat, inlamnad_tid=timezone.now())


def ta_tillbaka(*, budgetdel: Budgetdel, by, sedd_rev: int | None = None) -> None:
    """Take a part back before anybody has reviewed it. Raises DelFel."""
    _ta_steg(budgetdel, Steg.TA_TILLBAKA, sedd_rev, by)


def granska(*, budgetdel: Budgetdel, by, sedd_rev: int | None = None) -> None:
    """Say that a part has been reviewed. Raises DelFel."""
    _ta_steg(budgetdel, Steg.GRANSKA, sedd_rev, by)


def klarmarkera(*, budgetdel: Budgetdel, by, sedd_rev: int | None = None) -> None:
    """Say that a reviewed part is done. Raises DelFel."""
    _ta_steg(budgetdel, Steg.KLARMARKERA, sedd_rev, by)


def aterlamna(
    *, budgetdel: Budgetdel, kommentar: str, by, sista_dag: date | None = None, sedd_rev: int | None = None
) -> None:
    """Give a part back to the nämnd, with what is to be done as a comment on it and perhaps a new last day.

    It is also the way for a reviewer to change an amount of a part that is handed in: give it back and say why.
    Raises DelFel, also without a comment.
    """
    if not kommentar.strip():
        raise DelFel("Skriv vad nämnden ska komplettera. Kommentaren följer med delen tillbaka.")
    if sista_dag:
        _krav_dag(sista_dag)
    with transaction.atomic():
        _ta_steg(
            budgetdel, Steg.ATERLAMNA, sedd_rev, by, varfor=kommentar,
            **({"sista_dag": sista_dag} if sista_dag else {}),
        )  # fmt: skip
        kommentera_del(budgetdel=budgetdel, text=kommentar, by=by, beratta=False)


def andra_sista_dag(*, budgetdel: Budgetdel, sista_dag: date, by, sedd_rev: int | None = None) -> None:
    """Give a nämnd another last day. Raises DelFel."""
    _krav_dag(sista_dag)
    with andring(by=by, varfor=_dag(sista_dag)):
        nu = _hall(budgetdel, sedd_rev)
        if not nu.skrivbar:
            raise DelFel(f"{nu.namnd} har redan lämnat in sin del.")
        nu.sista_dag = sista_dag
        nu.save(update_fields=["sista_dag"])
        enheter = _delens(hamta_delenheter(nu.version), nu)
        text = f"{nu.namnd} har ny sista dag för {nu.version.namn}: {_dag(sista_dag)}."
        _beratta(nu, namndens_controllers(nu.namnd_id, enheter), text, by)
    budgetdel.refresh_from_db()


def beratta_for_namnden(*, version: Budgetversion, namnd: int, text: str, url: str, by) -> None:
    """Tell those who enter a nämnd's amounts (id) of something at a page. Inside a transaction of the caller's."""
    enheter = [e for e, n in hamta_delenheter(version).items() if n == namnd]
    andra = (m for m in namndens_controllers(namnd, enheter) if m != by.pk)
    notifiera(mottagare=andra, text=text, url=url)


def beratta_att_ramen_flyttats(*, version: Budgetversion, enheter: Iterable[int], by) -> None:
    """Tell the nämnder that have handed in, once each, that their ram of the version is another than when they did.

    Inside a transaction of the caller's. Four queries, and two more per nämnd to tell.
    """
    berorda = set(enheter)
    if not berorda & stangda_enheter(version).keys():
        return
    per_enhet = hamta_delenheter(version)
    namnder = {per_enhet[e] for e in berorda if e in per_enhet}
    for d in Budgetdel.objects.filter(version=version, namnd__in=namnder).select_related("namnd"):
        if not d.skrivbar:
            d.version = version
            text = f"Ramen för {d.namnd} i {version.namn} har ändrats sedan delen lämnades in."
            _beratta(d, namndens_controllers(d.namnd_id, _delens(per_enhet, d)), text, by)


_GAR_INTE = {
    Steg.LAMNA_IN: "lämnas inte in igen",
    Steg.TA_TILLBAKA: "tas inte tillbaka",
    Steg.GRANSKA: "granskas inte nu",
    Steg.ATERLAMNA: "lämnas inte åter",
    Steg.KLARMARKERA: "markeras inte som klar förrän den är granskad",
}
_SKEDDE = {
    Steg.LAMNA_IN: "{namnd} har lämnat in sin del av {version}.",
    Steg.TA_TILLBAKA: "{namnd} har tagit tillbaka sin del av {version}.",
    Steg.GRANSKA: "Delen i {version} är granskad: {namnd}.",
    Steg.ATERLAMNA: "{namnd} ska komplettera sin del av {version}.",
    Steg.KLARMARKERA: "Delen i {version} är klar: {namnd}.",
}


def stang_oppna_delar(*, version: Budgetversion, by) -> None:
    """Tell the nämnder that have not handed in that the version is beredd, which has closed their parts. The parts
    stay as they are: open again if the version is."""
    enheter = hamta_delenheter(version)
    for d in hamta_delar(version):
        if d.skrivbar:
            markera_hanterade(url=delens_adress(d))
            text = f"{version.namn} är beredd. {d.namnd} har inte lämnat in sin del, och den är nu stängd."
            _beratta(d, namndens_controllers(d.namnd_id, _delens(enheter, d)), text, by)


def _ta_steg(budgetdel: Budgetdel, steg: Steg, sedd_rev, by, *, fore=None, varfor="", **falt) -> None:
    with andring(by=by, varfor=varfor):
        nu = _hall(budgetdel, sedd_rev)
        try:
            nu.status = nasta_status(nu.status, steg)
        except OtillatetSteg as fel:
            raise DelFel(
                f"{nu.namnd}: delen är {nu.get_status_display().lower()} och {_GAR_INTE[steg]}."
            ) from fel
        enheter = _delens(hamta_delenheter(nu.version), nu)
        if fore:
            fore(nu, enheter)
        for namn, varde in falt.items():
            setattr(nu, namn, varde)
        nu.save(update_fields=["status", *falt])
        controllers = namndens_controllers(nu.namnd_id, enheter)
        mottagare = controllers + granskare() if FLODE[steg].sida == Sida.NAMNDEN else controllers
        _beratta(nu, mottagare, _SKEDDE[steg].format(namnd=nu.namnd, version=nu.version.namn), by)
    budgetdel.refresh_from_db()


def _hall(budgetdel: Budgetdel, sedd_rev: int | None) -> Budgetdel:
    """The part as it is now, held until the transaction ends."""
    # The version before the part, as the guards of the amounts do it.
    version = Budgetversion.objects.select_for_update(no_key=True).get(pk=budgetdel.version_id)
    if version.last:
        raise DelFel(f"{version.namn} är låst. Ingenting har ändrats.")
    nu = Budgetdel.objects.select_for_update().get(pk=budgetdel.pk)
    if sedd_rev is not None and nu.rev != sedd_rev:
        raise DelenAndrad(
            f"Någon annan hann före: {nu.namnd} är nu «{nu.get_status_display().lower()}» med sista dag "
            f"{_dag(nu.sista_dag)}. Inget är gjort. Läs det nya läget nedan."
        )
    return nu


def _delens(enheter: dict[int, int], budgetdel: Budgetdel) -> list[int]:
    return [enhet for enhet, namnd in enheter.items() if namnd == budgetdel.namnd_id]


def _beratta(budgetdel: Budgetdel, mottagare: Iterable[int], text: str, by) -> None:
    andra = (m for m in mottagare if by is None or m != by.pk)
    notifiera(mottagare=andra, text=text, url=delens_adress(budgetdel))


def _krav_dag(sista_dag: date) -> None:
    if sista_dag < timezone.localdate():
        raise DelFel(f"{_dag(sista_dag).capitalize()} har redan varit. Välj en dag framåt.")


def _dag(dag: date) -> str:
    return date_format(dag, "j F Y")
