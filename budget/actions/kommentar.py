"""Comments on parts and cells: written, answered, resolved, taken back. The words are never changed."""

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from budget.models import Budgetdel, Budgetversion, Kommentar, Post, Posttyp
from budget.selectors.budgetdel import granskare, hamta_delenheter, namndens_controllers
from budget.selectors.celler import Cellnyckel
from organisation.actions import notifiera
from organisation.models import Enhet
from regionskane.historik import andring

LANGST = 2000
# As many as nobody writes, on all of what a nämnd hands in: its page shows them all, and none is ever taken away.
FLEST = 300


class KommentarsFel(Exception):
    """The comment cannot be saved like that. `str()` is a sentence for the user."""


def kommentera_del(*, budgetdel: Budgetdel, text: str, by, beratta: bool = True) -> Kommentar:
    """Write a comment on a nämnd's part. Raises KommentarsFel. `beratta`: tell those who follow the part; without, it
    belongs to a step that tells them itself."""
    return _spara(Kommentar(version=budgetdel.version, budgetdel=budgetdel), text, by, beratta=beratta)


def kommentera_cell(*, version: Budgetversion, cell: Cellnyckel, text: str, by) -> Kommentar:
    """Write a comment on a cell, whether it has an amount or not. Raises KommentarsFel."""
    post = Post.objects.filter(pk=cell.post, typ=Posttyp.BLAD).first()
    if post is None or cell.ar not in version.ar_lista:
        raise KommentarsFel("Den siffran tar inga kommentarer: den räknas ut av andra.")
    return _spara(Kommentar(version=version, enhet_id=cell.enhet, post=post, ar=cell.ar), text, by)


def svara(*, kommentar: Kommentar, text: str, by) -> Kommentar:
    """Reply in a thread. Raises KommentarsFel."""
    rot = kommentar.svar_pa or kommentar
    svar = Kommentar(
        version=rot.version, budgetdel=rot.budgetdel, enhet=rot.enhet, post=rot.post, ar=rot.ar, svar_pa=rot
    )
    return _spara(svar, text, by)


def los_kommentar(*, kommentar: Kommentar, lost: bool, by) -> None:
    """Say that a thread is dealt with, or that it is not after all."""
    _krav_oppen(kommentar.version)
    falt = {"lost_av": by, "lost_tid": timezone.now()} if lost else {"lost_av": None, "lost_tid": None}
    rot = kommentar.svar_pa_id or kommentar.pk
    with andring(by=by):
        Kommentar.objects.filter(pk=rot, lost_tid__isnull=lost).update(**falt)
    kommentar.refresh_from_db()


def ta_tillbaka_kommentar(*, kommentar: Kommentar, by) -> None:
    """Take back a comment of one's own. Raises KommentarsFel for somebody else's."""
    _krav_oppen(kommentar.version)
    if kommentar.forfattare_id != by.pk:
        raise KommentarsFel("Bara den som har skrivit en kommentar kan ta tillbaka den.")
    with andring(by=by):
        Kommentar.objects.filter(pk=kommentar.pk, tillbakatagen__isnull=True).update(
            tillbakatagen=timezone.now()
        )
    kommentar.refresh_from_db()


def cellens_adress(version: Budgetversion, post: Post, enhet: Enhet, ar: int) -> str:
    """The page that answers for a cell, where its comments stand."""
    delar = [version.ar, version.kod, post.uppstallning.kod, post.kod, f"enhet-{enhet.kod}", ar]
    return reverse("varifran", args=delar)


def _krav_oppen(version: Budgetversion) -> None:
    if version.last:
        raise KommentarsFel(f"{version.namn} är låst. Kommentarerna ligger fast.")


def _spara(kommentar: Kommentar, text: str, by, *, beratta: bool = True) -> Kommentar:
    _krav_oppen(kommentar.version)
    kommentar.text, kommentar.forfattare = text.strip(), by
    if not kommentar.text:
        raise KommentarsFel("Skriv något i kommentaren.")
    if len(kommentar.text) > LANGST:
        raise KommentarsFel(f"Kommentaren har {len(kommentar.text)} tecken och får ha högst {LANGST}.")
    if beratta:
        _krav_pa_plats(kommentar)
    with andring(by=by):
        kommentar.save()
        if beratta:
            _beratta(kommentar, by)
    return kommentar


def _krav_pa_plats(kommentar: Kommentar) -> None:
    """Each one's comments have a bound of their own, so that nobody's stop another's."""
    enheter = hamta_delenheter(kommentar.version)
    namnd = kommentar.budgetdel.namnd_id if kommentar.budgetdel_id else enheter.get(kommentar.enhet_id)
    samma = [enhet for enhet, n in enheter.items() if n == namnd] if namnd else [kommentar.enhet_id]
    pa_samma = Q(enhet__in=samma) | (Q(budgetdel__namnd=namnd) if namnd else Q())
    antal = Kommentar.objects.filter(
        pa_samma, version=kommentar.version, forfattare=kommentar.forfattare
    ).count()
    if antal >= FLEST:
        raise KommentarsFel(
            f"Du har skrivit {antal} kommentarer om samma nämnd i {kommentar.version.namn}, och fler ryms inte. "
            "Ta upp det direkt med den som ska läsa."
        )


def _beratta(kommentar: Kommentar, by) -> None:
    """Tell the nämnd's controllers and the reviewers, but not who wrote."""
    version, enheter = kommentar.version, hamta_delenheter(kommentar.version)
    if kommentar.budgetdel_id:
        namnd = kommentar.budgetdel.namnd_id
        berorda = [enhet for enhet, n in enheter.items() if n == namnd]
        plats = str(kommentar.budgetdel.namnd)
        url = reverse("budgetdel", args=[version.ar, version.kod, kommentar.budgetdel.namnd.kod])
    else:
        namnd, berorda = enheter.get(kommentar.enhet_id), [kommentar.enhet_id]
        plats = f"{kommentar.post.namn}, {kommentar.enhet} {kommentar.ar}"
        url = cellens_adress(version, kommentar.post, kommentar.enhet, kommentar.ar)
    mottagare = (namndens_controllers(namnd, berorda) if namnd else []) + granskare()
    gjorde = "svarade om" if kommentar.svar_pa_id else "kommenterade"
    text = f"{by} {gjorde} {plats} i {version.namn}."
    notifiera(mottagare=[m for m in mottagare if m != by.pk], text=text, url=url)
