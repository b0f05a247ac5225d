"""Comments as they are read, on the page of a part and in the panel of a cell."""

from dataclasses import dataclass, field

from budget.models import Kommentar
from budget.selectors.kommentar import Trad
from budget.tabeller.adress import versionsadress
from budget.tabeller.varifran import tid
from regionskane.lib.visning import antal_kommentarer


@dataclass(frozen=True, slots=True)
class Inlagg:
    """A comment or a reply. `text` is empty when it was taken back."""

    pk: int
    adress: str
    namn: str
    tid: str
    text: str
    mitt: bool


@dataclass(frozen=True, slots=True)
class Tradvy:
    """A thread. `plats` and `plats_url` tell what cell it is about, on a page that shows more than one place."""

    pk: int
    adress: str
    inlagg: tuple[Inlagg, ...]
    oppen: bool
    lost: str
    plats: str = ""
    plats_url: str = ""
    skrivet: str = ""
    fel: str = ""


@dataclass(frozen=True, slots=True)
class Skrivet:
    """What somebody typed in vain: in a new comment (`trad` 0) or as a reply, and why it was not saved."""

    text: str = ""
    fel: str = ""
    trad: int = 0


INGET_SKRIVET = Skrivet()


@dataclass(frozen=True, slots=True)
class Kommentarsvy:
    """What the template `budget/_kommentarer.html` shows. `adress` takes a new comment."""

    adress: str
    far_skriva: bool
    tradar: tuple[Tradvy, ...] = ()
    oppna: int = 0
    ny: Skrivet = field(default=INGET_SKRIVET)

    @property
    def rubrik(self) -> str:
        return f"{antal_kommentarer(self.oppna)} att ta hand om" if self.oppna else ""


def bygg_kommentarer(
    tradar: list[Trad], *, adress: str, far_skriva: bool, jag: int, med_plats: bool = False,
    skrivet: Skrivet = INGET_SKRIVET,
) -> Kommentarsvy:  # fmt: skip
    """The threads for a reader (`jag`, user id)."""
    return Kommentarsvy(
        adress=adress,
        far_skriva=far_skriva,
        tradar=tuple(_trad(t, jag, med_plats, skrivet) for t in tradar),
        oppna=sum(t.rot.oppen for t in tradar),
        ny=skrivet if not skrivet.trad else INGET_SKRIVET,
    )


def _trad(t: Trad, jag: int, med_plats: bool, skrivet: Skrivet) -> Tradvy:
    rot = t.rot
    rotadress = f"{versionsadress(rot.version)}kommentarer/"
    lost = f"Löst av {rot.lost_av} {tid(rot.lost_tid)}" if rot.lost_tid else ""
    mitt = skrivet if skrivet.trad == rot.pk else INGET_SKRIVET
    plats, plats_url = cellens_plats(rot) if med_plats and rot.enhet_id else ("", "")
    return Tradvy(
        pk=rot.pk,
        adress=f"{rotadress}{rot.pk}/",
        inlagg=tuple(_inlagg(k, rotadress, jag) for k in (rot, *t.svar)),
        oppen=rot.oppen,
        lost=lost,
        plats=plats,
        plats_url=plats_url,
        skrivet=mitt.text,
        fel=mitt.fel,
    )


def cellens_plats(k: Kommentar) -> tuple[str, str]:
    """A cell in words, and the address that answers for it."""
    u = k.post.uppstallning
    namn = f"{u.namn}: {k.enhet} {k.ar}" if u.per_enhet else f"{u.namn}: {k.post.namn} {k.ar}"
    rot = versionsadress(k.version)
    return namn, f"{rot}varifran/{u.kod}/{k.post.kod}/enhet-{k.enhet.kod}/{k.ar}/"


def _inlagg(k: Kommentar, rotadress: str, jag: int) -> Inlagg:
    return Inlagg(
        pk=k.pk,
        adress=f"{rotadress}{k.pk}/",
        namn=str(k.forfattare),
        tid=tid(k.skapad),
        text="" if k.tillbakatagen else k.text,
        mitt=k.forfattare_id == jag,
    )
