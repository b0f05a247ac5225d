"""Printed figures beside computed ones, and rows that two tables share."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q

from budget.models import (
    Belopp,
    Budgetversion,
    Kontrollsumma,
    Omfangstyp,
    Post,
    Posttyp,
    Uppstallning,
    Versionskolumn,
)
from budget.models.uppstallning import RESULTATSAMMANSTALLNING
from budget.regler.kontroll import Skillnad, Slag, jamfor
from budget.regler.samband import Utfall
from budget.selectors.balanskrav import berakna, hamta_underlag
from budget.selectors.internbudget import (
    DELARNA,
    HEL,
    REGIONBIDRAG,
    hamta_delar,
    hamta_forvaltningar,
    hamta_internbudget,
    prova_regionbidrag,
)
from budget.selectors.nyckeltal import berakna as berakna_nyckeltal
from budget.selectors.nyckeltal import hamta_behov
from budget.selectors.ram import hamta_egna_nivaer, hamta_ramrorelser
from budget.selectors.samband import hamta_egna_samband
from budget.selectors.summor import ALLA, ALLA_ENHETER, Lage, Nyckel, hamta_summor
from organisation.models import Enhetstyp
from organisation.permissions import Enhetsurval


@dataclass(frozen=True, slots=True)
class Avvikelse:
    """A printed figure that does not follow from its parts. Amounts in kronor.

    `kod` is SUMMA (a printed sum), RAD (a line printed in two tables), BRYGGA (a regionbidrag that its justeringar do
    not lead to), RAM (regionbidrag that have moved without the costs), INTERNBUDGET (a regionbidrag that is not what
    fullmäktige gave), REGEL (a line that a rule computes from others) or SAMBAND (two tables that should agree;
    `tryckt` is then the first's figure and `omfang_namn` the tie). `nyckel` is the cell, `kalla` where it was printed,
    `precision` the kronor of its last digit. `foljd` tells of one that is more than rounding only because a part of it
    is: it does follow from its parts as they are printed.
    """

    kod: str
    version: Budgetversion
    post: Post
    nyckel: Nyckel
    omfang_namn: str
    tryckt: Decimal
    beraknat: Decimal
    skillnad: Skillnad
    precision: Decimal
    kalla: str
    foljd: bool = False

    @property
    def ar_fel(self) -> bool:
        return self.skillnad.slag == Slag.FEL


def hamta_alla_avvikelser(versioner: Iterable[Budgetversion]) -> list[Avvikelse]:
    """What `kontrollera` and the page Kontroll list: every figure that disagrees, in table order."""
    versioner = list(versioner)
    return [
        *_utan_arvda(hamta_avvikelser(versioner), versioner),
        *hamta_nyckeltalskontroll(versioner).avvikelser,
        *hamta_bryggavvikelser(versioner),
        *hamta_ramavvikelser(versioner),
        *hamta_internbudgetavvikelser(versioner),
        *hamta_regelavvikelser(versioner),
        *hamta_sambandsavvikelser(versioner),
    ]


def _utan_arvda(avvikelser: list[Avvikelse], versioner: Iterable[Budgetversion]) -> list[Avvikelse]:
    """Without the own figures of fetching leaves that a copy has from the version that it goes back to: they are named
    there."""
    ursprung = {v.pk: v.bryggas_ur or v.kopia_av for v in versioner if v.kopia_av_id}
    if not ursprung:
        return avvikelser

    def vad(a: Avvikelse, version: int):
        return a.kod, version, a.nyckel.post, a.nyckel.ar, a.nyckel.omfang, a.skillnad.differens

    kanda = {vad(a, a.version.pk) for a in hamta_avvikelser(set(ursprung.values()))}
    return [
        a
        for a in avvikelser
        if a.kod != "RAD" or a.version.pk not in ursprung or vad(a, ursprung[a.version.pk].pk) not in kanda
    ]


def hamta_avvikelser(
    versioner: Iterable[Budgetversion], *, uppstallning: Uppstallning | None = None
) -> list[Avvikelse]:
    """Every printed figure of the versions that disagrees with the computed one, in table order.

    Lines that a rule computes are left to `hamta_nyckeltalskontroll` and `hamta_regelavvikelser`. Five
    queries at most, however many versions and enheter; two more per förvaltning that is printed as a whole.
    """
    per_id = {v.pk: v for v in versioner}
    kontroller = _kontroller(per_id, uppstallning).exclude(post__typ=Posttyp.REGEL)
    egna = _egna_rader(per_id, uppstallning)
    alla = list(kontroller) + list(egna)
    barn = defaultdict(list)
    for b in Post.objects.filter(foralder__in={k.post_id for k in alla if isinstance(k, Kontrollsumma)}):
        barn[b.foralder_id].append(b)
    summor = defaultdict(dict)
    for period in {per_id[k.version_id].period for k in alla}:
        samtida = [k for k in alla if per_id[k.version_id].period == period]
        summor[period] = hamta_summor(
            kolumner=[(k.version_id, k.ar) for k in samtida],
            poster={k.post_id if isinstance(k, Kontrollsumma) else k.post.kalla_post_id for k in samtida}
            | {k.post.kalla_post_id for k in samtida if k.post.kalla_post_id}
            | {b.pk for lista in barn.values() for b in lista},
            period=period,
            lage=Lage.DELAR,
        )
        for enhet, helas in _summor_av_hela(
            samtida, [b.pk for lista in barn.values() for b in lista], period
        ):
            summor[period] |= {
                n._replace(omfang=f"{HEL}:{enhet}"): s for n, s in helas.items() if n.omfang == ALLA
            }
    tryckta = {_kontrollnyckel(k): k.belopp for k in alla if isinstance(k, Kontrollsumma)}
    avvikelser = []
    for k in alla:
        version = per_id[k.version_id]
        ar_kontroll = isinstance(k, Kontrollsumma)
        # A leaf that was printed is compared with what it would fetch.
        post_id = k.post.kalla_post_id or k.post_id
        nyckel = _kontrollnyckel(k) if ar_kontroll else _enhetsnyckel(k)
        summa = summor[version.period].get(Nyckel(post_id, k.version_id, k.ar, _summerat(k.post, nyckel)))
        if summa is None and not ar_kontroll:
            continue  # nothing to fetch in the other table, so the own figure is the only one
        avvikelse = _avvikelse(_kod(k, nyckel), k, version, nyckel, summa.varde if summa else Decimal(0))
        if avvikelse and ar_kontroll and avvikelse.ar_fel and barn[k.post_id]:
            som_tryckt = _av_tryckta_delar(
                nyckel, barn[k.post_id], tryckta, summor[version.period], _summerat(k.post, nyckel)
            )
            foljd = jamfor(k.belopp, som_tryckt, precision=k.precision) is None
            avvikelse = replace(avvikelse, foljd=foljd)
        if avvikelse:
            avvikelser.append(avvikelse)
    return avvikelser


def _summor_av_hela(kontroller, barn: list[int], period):
    """Per förvaltning (id) that is printed as a whole: its sums with its parts, without förvaltningsinterna poster."""
    hela = defaultdict(list)
    for k in kontroller:
        if isinstance(k, Kontrollsumma) and k.omfang == Omfangstyp.HEL:
            hela[k.enhet_id].append(k)
    delar = hamta_delar(period) if hela else {}
    for enhet, rader in hela.items():
        yield (
            enhet,
            hamta_summor(
                kolumner=[(k.version_id, k.ar) for k in rader],
                poster={k.post_id for k in rader}.union(barn),
                period=period,
                urval=Enhetsurval(enheter=delar.get(enhet, frozenset((enhet,)))),
                utan_interna=True,
                lage=Lage.DELAR,
            ),
        )


def _kod(k: Kontrollsumma | Belopp, nyckel: Nyckel) -> str:
    summa = isinstance(k, Kontrollsumma) and k.post.typ != Posttyp.BLAD
    return "SUMMA" if summa or not nyckel.omfang.startswith("enhet:") else "RAD"


def _summerat(post: Post, nyckel: Nyckel) -> str:
    """The omfang of the sum: a line of a table of the whole region is over all enheter, whoever holds its parts."""
    return nyckel.omfang if post.uppstallning.per_enhet else ALLA


def _av_tryckta_delar(nyckel: Nyckel, barn, tryckta, summor, omfang: str) -> Decimal:
    """The sum as the reader of the document would make it: of the parts as printed, where they are printed."""
    varde = Decimal(0)
    for b in barn:
        cell = nyckel._replace(post=b.pk)
        summa = summor.get(cell._replace(omfang=omfang))
        beraknat = summa.varde if summa else Decimal(0)
        varde += b.tecken * tryckta.get(cell, beraknat)
    return varde


def hamta_skilda_rader(version: Budgetversion, uppstallning: Uppstallning) -> list[Avvikelse]:
    """Lines of a table that have an amount of their own which differs, by more than rounding, from the line
    of the other table that they would otherwise fetch."""
    avvikelser = hamta_avvikelser([version], uppstallning=uppstallning)
    egna = set(_egna_rader({version.pk: version}, uppstallning).values_list("post_id", "ar"))
    return [a for a in avvikelser if a.kod == "RAD" and a.ar_fel and (a.nyckel.post, a.nyckel.ar) in egna]


class Nyckeltalskontroll(NamedTuple):
    """`avvikelser` are the printed nyckeltal that their rule computes to something else, `oraknade` those that it
    cannot compute, because a year is not in the system: they are no error."""

    avvikelser: list[Avvikelse]
    oraknade: list[Kontrollsumma]


def hamta_nyckeltalskontroll(
    versioner: Iterable[Budgetversion], *, uppstallning: Uppstallning | None = None
) -> Nyckeltalskontroll:
    """The printed nyckeltal of the versions against their rules, in table order. Three queries, whatever the number
    of lines, for versions of the same years."""
    per_id = {v.pk: v for v in versioner}
    kontroller = list(_kontroller(per_id, uppstallning).exclude(post__regel=""))
    poster = {k.post_id: k.post for k in kontroller}.values()
    kolumner = {(k.version_id, k.ar) for k in kontroller}
    behov = hamta_behov(poster, kolumner)
    varden = {}
    for period in {per_id[k.version_id].period for k in kontroller}:
        par = {(v, ar) for v, ar in kolumner if per_id[v].period == period}
        summor = hamta_summor(
            kolumner=[*par, *behov.kolumner], poster=behov.poster, period=period, lage=Lage.DELAR
        )
        varden |= berakna_nyckeltal(poster, par, behov, summor)
    svar = Nyckeltalskontroll([], [])
    for k in kontroller:
        nyckel = _kontrollnyckel(k)
        if nyckel not in varden:
            svar.oraknade.append(k)
        elif a := _avvikelse("REGEL", k, per_id[k.version_id], nyckel, varden[nyckel].varde):
            svar.avvikelser.append(a)
    return svar


def hamta_regelavvikelser(versioner: Iterable[Budgetversion]) -> list[Avvikelse]:
    """Printed lines of the balanskravsutredning that the rule computes to something else."""
    per_id = {v.pk: v for v in versioner}
    avvikelser = []
    kontroller = defaultdict(list)
    for k in _kontroller(per_id, None).filter(post__uppstallning__kod="balanskrav"):
        kontroller[k.version_id].append(k)
    for version_id, rader in kontroller.items():
        underlag = hamta_underlag(per_id[version_id], lage=Lage.DELAR)
        utredning = {ar.ar: ar for ar in berakna(underlag).ar}
        for k in rader:
            ar_blad = k.post.typ == Posttyp.BLAD and k.post.kod != "ib_aterstalla"
            if k.ar not in utredning or ar_blad:
                continue
            nyckel = Nyckel(k.post_id, k.version_id, k.ar, _omfang(k))
            avvikelse = _avvikelse("REGEL", k, per_id[version_id], nyckel, utredning[k.ar].varde(k.post.kod))
            if avvikelse:
                avvikelser.append(avvikelse)
    return avvikelser


def hamta_bryggavvikelser(versioner: Iterable[Budgetversion]) -> list[Avvikelse]:
    """Levels of regionbidrag that the bridge does not lead to: of a version that it counts, those that are its own, and
    of a loaded one all, in the years that have justeringar."""
    avvikelser = []
    for version in sorted(versioner, key=lambda v: v.kod):
        bryggan = hamta_egna_nivaer(version)
        nivaer = (
            Belopp.objects.filter(
                version=version, post__uppstallning__kod="regionbidrag", ar__in={a for _, a in bryggan}
            )
            .select_related("post__uppstallning", "enhet", "importfil")
            .order_by("ar", "enhet__kod")
        )
        for b in nivaer if bryggan else ():
            if (b.enhet_id, b.ar) not in bryggan:
                continue
            if avvikelse := _avvikelse("BRYGGA", b, version, _enhetsnyckel(b), bryggan[b.enhet_id, b.ar]):
                avvikelser.append(avvikelse)
    return avvikelser


def hamta_ramavvikelser(versioner: Iterable[Budgetversion]) -> list[Avvikelse]:
    """Years in which regionbidragen of a draft have moved and its nettokostnader not as much. `tryckt` is how much the
    regionbidrag moved, `beraknat` how much the costs did."""
    return [
        Avvikelse(
            "RAM", r.version, r.post, Nyckel(r.post.pk, r.version.pk, r.ar, ALLA), f"ändring mot {r.fran.namn}",
            r.bidrag, r.kostnader, Skillnad(r.fattas, Slag.FEL), Decimal(1), r.version.handling,
        )
        for r in hamta_ramrorelser(versioner)
    ]  # fmt: skip


def hamta_internbudgetavvikelser(versioner: Iterable[Budgetversion]) -> list[Avvikelse]:
    """Regionbidrag in internbudgetar that is not, rounded, what fullmäktige gave the förvaltning."""
    avvikelser = []
    for version in versioner:
        if version.namnd_id is None:
            continue
        kolumner = tuple(
            Versionskolumn.objects.filter(
                version=version, kalla=version, uppstallning__kod=RESULTATSAMMANSTALLNING
            ).select_related("uppstallning")
        )
        if not kolumner:
            continue
        u = kolumner[0].uppstallning
        for f in hamta_forvaltningar(version, u, ALLA_ENHETER):
            data = hamta_internbudget(version, u, kolumner, f)
            for prov in prova_regionbidrag(data):
                if prov.skillnad is None:
                    continue
                post = next(p for p in data.poster if p.kod == REGIONBIDRAG)
                post.uppstallning = u
                avvikelser.append(
                    Avvikelse(
                        "INTERNBUDGET", version, post,
                        Nyckel(post.pk, version.pk, prov.kolumn.ar, f"{DELARNA}:{f.plats.enhet_id}"),
                        f.plats.enhet_namn, prov.internbudget.varde, prov.niva.varde, prov.skillnad,
                        prov.internbudget.precision, version.handling,
                    )
                )  # fmt: skip
    return avvikelser


# A line printed in two tables is found as RAD already.
_RAD_NAMNER = ("RESULTAT_KASSA", "RESULTAT_BALANS")


def hamta_sambandsavvikelser(versioner: Iterable[Budgetversion]) -> list[Avvikelse]:
    """Figures of two tables that the document means to be the same, and that differ by more than rounding.

    One that agrees as printed is left out: what parts it is named as a SUMMA. So is one that a copy has from the
    decided version that it goes back to. `tryckt` is the tie's first side.
    """
    versioner = list(versioner)
    ursprung = {v.bryggas_ur or v.kopia_av for v in versioner} - {None}
    arvda = {
        (version.pk, s.regel.kod, s.ar): s.differens
        for version, _, s in hamta_egna_samband(ursprung, lage=Lage.FAKTA)
    }
    avvikelser = []
    for version, data, s in hamta_egna_samband(versioner, lage=Lage.DELAR):
        if s.utfall != Utfall.SKILJER or not s.regel.samma or s.regel.kod in _RAD_NAMNER:
            continue
        fran = version.bryggas_ur_id or version.kopia_av_id
        if arvda.get((fran, s.regel.kod, s.ar)) == s.differens:
            continue
        post = data.poster[(*s.regel.vanster.delar, *s.regel.vanster.forra)[0][0]]
        avvikelser.append(
            Avvikelse(
                "SAMBAND", version, post, Nyckel(post.pk, version.pk, s.ar, ALLA), s.regel.rubrik,
                s.vanster, s.hoger, Skillnad(s.differens, Slag.FEL), s.precision, version.handling,
            )
        )  # fmt: skip
    return avvikelser


def _kontroller(per_id, uppstallning):
    villkor = Q(version__in=per_id) & (Q(post__uppstallning=uppstallning) if uppstallning else Q())
    return (
        Kontrollsumma.objects.filter(villkor)
        .select_related("post__uppstallning", "enhet", "sektor", "importfil")
        .order_by("post__uppstallning__ordning", "version__kod", "post__ordning", "ar", "pk")
    )


def _egna_rader(per_id, uppstallning):
    villkor = Q(version__in=per_id, post__kalla_post__isnull=False)
    if uppstallning:
        villkor &= Q(post__uppstallning=uppstallning)
    # Only where the version has the other table too: a bokslut known by its last line has nothing to compare.
    finns = Versionskolumn.objects.filter(
        version=OuterRef("version"),
        kalla=OuterRef("version"),
        ar=OuterRef("ar"),
        uppstallning=OuterRef("post__kalla_post__uppstallning"),
    )
    return (
        Belopp.objects.filter(villkor, Exists(finns))
        .select_related("post__uppstallning", "post__kalla_post__uppstallning", "enhet", "importfil")
        .order_by("post__uppstallning__ordning", "version__kod", "post__ordning", "ar")
    )


def _kontrollnyckel(k: Kontrollsumma) -> Nyckel:
    return Nyckel(k.post_id, k.version_id, k.ar, _omfang(k))


def _enhetsnyckel(b: Belopp) -> Nyckel:
    return Nyckel(b.post_id, b.version_id, b.ar, f"enhet:{b.enhet_id}")


def _omfang(kontroll: Kontrollsumma) -> str:
    if kontroll.omfang == Omfangstyp.ALLA:
        return ALLA
    return f"{kontroll.omfang}:{kontroll.enhet_id or kontroll.sektor_id}"


def _avvikelse(kod, k, version, nyckel, beraknat) -> Avvikelse | None:
    skillnad = jamfor(k.belopp, beraknat, precision=k.precision)
    if skillnad is None:
        return None
    sektor = getattr(k, "sektor", None)
    namn = k.enhet.namn if k.enhet else sektor.summarubrik if sektor else "alla nämnder"
    if nyckel.omfang.startswith(HEL):
        namn += ", utan förvaltningsinterna poster"
    if k.post.uppstallning.per_objekt and k.enhet is None:
        namn = ""  # its lines are of all objects and say so themselves
    plats = f"{k.importfil.namn} rad {k.importrad}" if k.importfil else "inmatad"
    kalla = ", ".join(del_ for del_ in (version.handling, k.kalla, plats) if del_)
    return Avvikelse(
        kod, version, k.post, nyckel, "" if k.enhet and k.enhet.typ == Enhetstyp.REGION else namn,
        k.belopp, beraknat, skillnad, k.precision, kalla,
    )  # fmt: skip
