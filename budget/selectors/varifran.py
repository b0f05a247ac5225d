"""Where one figure comes from: the amount itself, what it is made of, what it is part of, and its past."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.apps import apps
from django.db import connection
from django.db.models import F, Q

from budget.models import (
    Belopp,
    Budgetversion,
    Justering,
    Justeringsrad,
    Justeringsstatus,
    Kontrollsumma,
    Omfangstyp,
    Post,
    Versionskolumn,
)
from budget.selectors.internbudget import DELARNA, HEL
from budget.selectors.justering import hamta_brygga
from budget.selectors.nyckeltal import berakna, hamta_behov
from budget.selectors.summor import ALLA, ALLA_ENHETER, Nyckel, Summa, hamta_summor
from budget.selectors.uppstallning import Plats, gallande_placeringar, region_enhet
from organisation.permissions import Enhetsurval


@dataclass(frozen=True, slots=True)
class Handelse:
    """One earlier state of a cell. `varde` is None when the amount was taken away; `namn` is empty when
    the change was made outside the system, straight in the database."""

    tid: datetime
    varde: Decimal | None
    namn: str
    varfor: str
    fil: str = ""


@dataclass(frozen=True, slots=True)
class Del:
    """A part of a sum, or a sum that the figure is part of: the post and what enheter it is for."""

    post: Post
    omfang: str
    namn: str
    summa: Summa | None
    tecken: int = 1


@dataclass(frozen=True, slots=True)
class Bryggled:
    """A decided justering (`justering`) that moves the enhet, or (None) the level that the bridge starts from, which
    stands in `version` and `ar`. Kronor. With `fran_ar` it is how much the level of `version` changes from that year to
    `ar`; `utan` tells of a justering that the copied version has and the copy has not."""

    version: Budgetversion
    ar: int
    belopp: Decimal
    justering: Justering | None = None
    fran_ar: int | None = None
    utan: bool = False


@dataclass(frozen=True, slots=True)
class Ursprungssvar:
    """The answer. `belopp` is the amount when the figure is one; `delar` what it is added up of; `brygga` the level
    before and the justeringar of one that is counted by the bridge; `handelser` the asked part of
    its earlier values, and `skal` why the present one was written."""

    version: Budgetversion
    post: Post
    omfang: str
    omfang_namn: str
    ar: int
    summa: Summa | None
    belopp: Belopp | None
    delar: tuple[Del, ...]
    ingar_i: tuple[Del, ...]
    skal: str
    handelser: tuple[Handelse, ...]
    tryckt: Kontrollsumma | None
    brygga: tuple[Bryggled, ...] = ()


@dataclass(frozen=True, slots=True)
class Regeldel:
    """A figure that a rule took: a line of a version and year; `varde` None when there is none."""

    post: Post
    version: Budgetversion
    ar: int
    varde: Decimal | None


@dataclass(frozen=True, slots=True)
class Regelsvar:
    """The answer for a line that `budget.regler.nyckeltal` computes. `beslutat` is percent as it was decided, None when
    it was not; `raknat` what the rule gives, None when it cannot be computed; a part that is not even a place in the
    system (a year that no version shows) is not among `delar`."""

    version: Budgetversion
    post: Post
    omfang: str
    ar: int
    beslutat: Decimal | None
    raknat: Decimal | None
    delar: tuple[Regeldel, ...]
    tryckt: Kontrollsumma | None

    @property
    def varde(self) -> Decimal | None:
        """The figure in the cell."""
        return self.raknat if self.beslutat is None else self.beslutat


def hamta_regelsvar(version: Budgetversion, post: Post, omfang: str, ar: int) -> Regelsvar:
    """What a computed line of a table of the whole region follows from. Four queries at most."""
    kolumn = (version.pk, ar)
    behov = hamta_behov([post], [kolumn])
    summor = hamta_summor(
        kolumner=[kolumn, *behov.kolumner], poster={post.pk, *behov.poster}, period=version.period
    )
    nyckel = Nyckel(post.pk, *kolumn)
    raknat = berakna([post], [kolumn], behov, summor).get(nyckel)
    beslutat = summor.get(nyckel)
    versioner = Budgetversion.objects.in_bulk({v for v, _ in behov.kolumner} | {version.pk})

    def del_(p, v, a):
        summa = summor.get(Nyckel(p.pk, v, a))
        return Regeldel(p, versioner[v], a, summa and summa.varde)

    delar = [del_(post.taljare, *kolumn)]
    if post.namnare:
        delar.append(del_(post.namnare, *kolumn))
    delar += [del_(post.taljare, *fore) for fore in behov.fore.values()]
    tryckt = (
        Kontrollsumma.objects.filter(version=version, post=post, ar=ar).select_related("importfil").first()
    )
    return Regelsvar(
        version, post, omfang, ar, beslutat and beslutat.varde, raknat and raknat.varde, tuple(delar), tryckt
    )


def hamta_omfang(version: Budgetversion, post: Post, omfang: str) -> tuple[Plats, ...] | None:
    """The placements that an address' «enhet-KOD», «sektor-KOD», «alla» or «egna» stands for; None if none.

    «hel-KOD» and «delar-KOD» are a förvaltning with its parts, without and with förvaltningsinterna poster.
    """
    med_belopp = Belopp.objects.filter(version=version, post__uppstallning=post.uppstallning)
    enheter = med_belopp.values_list("enhet_id", flat=True).distinct()
    alla = tuple(gallande_placeringar(version, post.uppstallning, enheter))
    typ, _, kod = omfang.partition("-")
    if omfang in (ALLA, "egna"):
        return alla
    if typ == "enhet":
        traffar = tuple(p for p in alla if p.enhet_kod == kod)
    elif typ in (HEL, DELARNA) and post.uppstallning.per_forvaltning:
        forvaltning = {p.enhet_id for p in alla if p.enhet_kod == kod}
        traffar = tuple(p for p in alla if p.enhet_id in forvaltning or p.del_av in forvaltning)
    else:
        traffar = tuple(p for p in alla if p.sektor_kod == kod) if typ == "sektor" else ()
    return traffar or None


def hamta_ursprung(
    version: Budgetversion,
    post: Post,
    omfang: str,
    ar: int,
    placeringar: tuple[Plats, ...],
    *,
    historik: slice | None,
) -> Ursprungssvar:
    """Everything about one figure. `placeringar` are the enheter it covers, `historik` which of its earlier values are
    wanted; eight queries at most, and nine more for a regionbidrag that the bridge counts."""
    per_enhet = post.uppstallning.per_enhet
    sektor = omfang.startswith("sektor-")
    # What was decided for all enheter or for a sektor is no figure of any of its enheter, so it is asked for by its own
    # omfang, as the table does.
    hela = not per_enhet or omfang == ALLA or sektor
    enheter = ALLA_ENHETER if hela else Enhetsurval(enheter=frozenset(p.enhet_id for p in placeringar))
    sammantaget = f"sektor:{placeringar[0].sektor_id}" if per_enhet and sektor else ALLA
    barn = list(Post.objects.filter(foralder=post).select_related("uppstallning"))
    utan_interna = omfang.startswith(f"{HEL}-")
    # A table of the whole region has one figure per line, whatever its address calls it.
    en = placeringar[0] if len(placeringar) == 1 and (omfang.startswith("enhet-") or not per_enhet) else None
    belopp = None
    if en:
        belopp = (
            Belopp.objects.filter(version=version, enhet=en.enhet_id, post=post, ar=ar)
            .select_related("importfil", "andrad_av")
            .first()
        )
    behov = {post.pk, *(b.pk for b in barn)} | ({post.kalla_post_id} if post.kalla_post_id else set())
    summor = hamta_summor(
        kolumner=[(version.pk, ar)],
        poster=behov,
        period=version.period,
        urval=enheter,
        utan_interna=utan_interna,
    )

    def summa(post_id, vad=sammantaget):
        return summor.get(Nyckel(post_id, version.pk, ar, vad))

    delar = [Del(b, omfang, b.namn, summa(b.pk), b.tecken) for b in barn]
    if not barn and post.kalla_post and belopp is None and en:
        i_kallan = ALLA if post.kalla_post.uppstallning.per_enhet and not per_enhet else omfang
        delar = [Del(post.kalla_post, i_kallan, post.kalla_post.namn, summa(post.kalla_post_id))]
    if utan_interna and any(b.motpart_id for b in barn):
        delar = _konsoliderade_delar(version, post, barn, omfang, ar, enheter)
    elif not en and not (utan_interna and barn):
        delar = [
            Del(post, f"enhet-{p.enhet_kod}", p.enhet_namn, summa(post.pk, f"enhet:{p.enhet_id}"))
            for p in placeringar
            if (p.sektor_id and not post.uppstallning.per_forvaltning)
            or summa(post.pk, f"enhet:{p.enhet_id}")
        ]
    nu, fore = [], []
    if historik and en and post.typ == "blad":
        nu, fore = _handelser(version, post, en.enhet_id, ar, historik)
    return Ursprungssvar(
        version=version,
        post=post,
        omfang=omfang,
        omfang_namn=_omfang_namn(post, omfang, placeringar),
        ar=ar,
        summa=summa(post.pk),
        belopp=belopp,
        delar=tuple(delar),
        ingar_i=tuple(_ingar_i(version, post, omfang, ar, placeringar, en)),
        skal=nu[0].varfor if nu else "",
        handelser=tuple(fore),
        tryckt=_tryckt(version, post, omfang, ar, placeringar),
        brygga=tuple(_brygga(version, ar, en))
        if en and not belopp and raknas_av_bryggan(version, post)
        else (),
    )


def raknas_av_bryggan(version: Budgetversion, post: Post) -> bool:
    """Whether the version's bridge gives the post its value where it has no amount of its own."""
    return version.bryggad and (post.uppstallning.kod, post.kod) == ("regionbidrag", "regionbidrag")


def _brygga(version, ar, plats):
    grund = version.bryggas_ur
    if grund and ar in grund.ar_lista:
        yield from _kopians_brygga(version, grund, ar, plats.enhet_id)
        return
    data = hamta_brygga(version, ar, Enhetsurval(enheter=frozenset([plats.enhet_id])))
    if data.fran and (fore := data.ingaende.get(plats.enhet_id)):
        yield Bryggled(data.fran.kalla, data.fran.ar, fore.varde)
    for j in data.justeringar:
        if j.beslutad and (rad := data.rader[j.pk].get(plats.enhet_id)):
            yield Bryggled(version, ar, rad.belopp, j)


def _kopians_brygga(version, grund, ar, enhet):
    """The level of the same year in the decided version, and the justeringar that differ, of that year and those
    before. A level of the copy's own in a year before goes first, and moves as the decided one does from then."""
    egen = (
        Belopp.objects.filter(
            version=version,
            enhet=enhet,
            post__uppstallning__kod="regionbidrag",
            ar__lt=ar,
            ar__gte=version.ar,
        )
        .order_by("-ar")
        .first()
    )
    grundens = _nivaer(grund, enhet, {ar, egen.ar} if egen else {ar})
    if egen:
        yield Bryggled(version, egen.ar, egen.belopp)
        yield Bryggled(
            grund, ar, grundens.get(ar, Decimal(0)) - grundens.get(egen.ar, Decimal(0)), fran_ar=egen.ar
        )
    elif ar in grundens:
        yield Bryggled(grund, ar, grundens[ar])
    rader = {grund.pk: {}, version.pk: {}}
    for r in Justeringsrad.objects.filter(
        enhet=enhet,
        justering__version__in=rader,
        justering__status=Justeringsstatus.BESLUTAD,
        justering__ar__lte=ar,
        justering__ar__gt=egen.ar if egen else version.ar - 1,
    ).select_related("justering"):
        j = r.justering
        rader[j.version_id][j.ar, j.block, j.titel] = r
    for nyckel in dict.fromkeys([*rader[version.pk], *rader[grund.pk]]):
        ny, gammal = rader[version.pk].get(nyckel), rader[grund.pk].get(nyckel)
        if ny and gammal and ny.belopp == gammal.belopp:
            continue
        if gammal:
            yield Bryggled(grund, gammal.justering.ar, -gammal.belopp, gammal.justering, utan=True)
        if ny:
            yield Bryggled(version, ny.justering.ar, ny.belopp, ny.justering)


def _nivaer(version, enhet, aren) -> dict[int, Decimal]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.ar, n.belopp FROM unnest(%s::int[]) AS a(ar) CROSS JOIN LATERAL budget_bryggniva(%s, a.ar) n"
            " WHERE n.enhet_id = %s",
            [list(aren), version.pk, enhet],
        )
        return dict(cursor.fetchall())


def _konsoliderade_delar(version, post, barn, omfang, ar, enheter):
    """A line without its förvaltningsinterna poster: the parts with all motparter, minus what is internal."""
    delarna = omfang.replace(HEL, DELARNA, 1)
    interna = [b for b in barn if b.motpart_id]
    summor = hamta_summor(
        kolumner=[(version.pk, ar)],
        poster=[post.pk, *(b.pk for b in interna)],
        period=version.period,
        urval=enheter,
    )
    return [
        Del(
            post,
            delarna,
            f"{post.namn}, delarna med samtliga motparter",
            summor.get(Nyckel(post.pk, version.pk, ar)),
        ),
        *(Del(b, delarna, b.namn, summor.get(Nyckel(b.pk, version.pk, ar)), -1) for b in interna),
    ]


def _omfang_namn(post, omfang, placeringar):
    if not post.uppstallning.per_enhet:
        return placeringar[0].enhet_namn
    if omfang.startswith(f"{HEL}-"):
        return f"{placeringar[0].enhet_namn}, utan förvaltningsinterna poster"
    if omfang.startswith(f"{DELARNA}-"):
        return f"{placeringar[0].enhet_namn}, alla delar med samtliga motparter"
    if omfang == ALLA:
        return "alla objekt" if post.uppstallning.per_objekt else "alla nämnder"
    if omfang == "egna":
        return "egna enheter"
    if omfang.startswith("sektor-"):
        return placeringar[0].sektor_namn
    return placeringar[0].enhet_namn


def _ingar_i(version, post, omfang, ar, placeringar, en):
    if post.uppstallning.per_forvaltning:
        if post.foralder:
            yield Del(post.foralder, omfang, post.foralder.namn, None)
        return
    if post.uppstallning.per_enhet:
        if en and en.sektor_kod:
            yield Del(post, f"sektor-{en.sektor_kod}", en.summarubrik, None)
        if omfang not in (ALLA, "egna"):
            yield Del(post, ALLA, "Totalsumma", None)
        elif omfang == ALLA:
            yield from (
                _hamtas_av(version, post, f"enhet-{region_enhet().kod}", ar)
                if post.uppstallning.per_objekt
                else ()
            )
        return
    if post.foralder:
        yield Del(post.foralder, omfang, post.foralder.namn, None)
    yield from _hamtas_av(version, post, omfang, ar)
    for raknad in Post.objects.filter(Q(taljare=post) | Q(namnare=post)).select_related("uppstallning"):
        samma = raknad.uppstallning_id == post.uppstallning_id
        namn = raknad.namn if samma else f"{raknad.uppstallning.namn}: {raknad.namn}"
        yield Del(raknad, omfang, namn, None)


def _hamtas_av(version, post, omfang, ar):
    """The lines that fetch the figure, in the tables that the version has. One that shows another figure, entered or
    decided, does not have it from here."""
    har = Versionskolumn.objects.filter(version=version, ar=ar).values("uppstallning")
    mottagare = list(post.hamtas_av.filter(uppstallning__in=har).select_related("uppstallning"))
    if not mottagare:
        return
    summor = hamta_summor(
        kolumner=[(version.pk, ar)], poster=[post.pk, *(m.pk for m in mottagare)], period=version.period
    )
    har_visar = summor.get(Nyckel(post.pk, version.pk, ar))
    for m in mottagare:
        visar = summor.get(Nyckel(m.pk, version.pk, ar))
        if (visar and visar.varde) == (har_visar and har_visar.varde):
            yield Del(m, omfang, f"{m.uppstallning.namn}: {m.namn}", None)


def _handelser(version, post, enhet_id, ar, vilka: slice) -> tuple[list[Handelse], list[Handelse]]:
    """The latest event of a cell, if it has any, and `vilka` of those before it, latest first."""
    handelser = (
        apps.get_model("budget", "BeloppEvent")
        .objects.filter(version=version, post=post, enhet=enhet_id, ar=ar)
        .order_by("-pgh_created_at", "-pgh_id")
        .annotate(uppgifter=F("pgh_context__metadata"))
        .values_list("pgh_created_at", "pgh_label", "belopp", "uppgifter", "importfil__namn", "importrad")
    )
    # The first page holds the present one too; a later page asks for it by itself.
    rader = [_handelse(*rad) for rad in handelser[vilka.start + (vilka.start > 0) : vilka.stop + 1]]
    if vilka.start:
        return [_handelse(*rad) for rad in handelser[:1]], rader
    return rader[:1], rader[1:]


def _handelse(tid, slag, belopp, uppgifter, fil, rad) -> Handelse:
    uppgifter = uppgifter or {}
    varde = None if slag == "delete" else belopp
    plats = f"{fil}, rad {rad}" if fil else ""
    return Handelse(tid, varde, uppgifter.get("namn", ""), uppgifter.get("varfor", ""), plats)


def _tryckt(version, post, omfang, ar, placeringar):
    fraga = Kontrollsumma.objects.filter(version=version, post=post, ar=ar).select_related("importfil")
    if omfang.startswith("enhet-") or not post.uppstallning.per_enhet:
        return fraga.filter(omfang=Omfangstyp.ENHET, enhet=placeringar[0].enhet_id).first()
    if omfang.startswith("sektor-"):
        return fraga.filter(sektor=placeringar[0].sektor_id).first()
    if omfang.startswith(f"{HEL}-"):
        return fraga.filter(omfang=Omfangstyp.HEL, enhet=placeringar[0].enhet_id).first()
    return fraga.filter(omfang="alla").first() if omfang == ALLA else None
