"""Printed figures beside computed ones, and rows that two tables share."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
from budget.regler.balanskrav import RADER as BALANSKRAVSRADER
from budget.regler.balanskrav import gallande
from budget.regler.kontroll import Skillnad, Slag, jamfor
from budget.regler.samband import Regel
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
from budget.selectors.ram import (
    Kapitalrorelse,
    Ramrorelse,
    hamta_egna_nivaer,
    hamta_kapitalrorelser,
    hamta_ramrorelser,
)
from budget.selectors.samband import Raknas, hamta_samband, hamta_skilda
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
    `precision` the kronor of its last digit.

    `tryckt` is the decided figure where the version has one. `beraknat` is counted from the leaves, as if no sum had
    been decided (`Lage.DELAR`): a fetching leaf that was printed counts as printed, where a copy fetches. `delar` is
    what the parts give as they stand in the version, decided where they are decided, which is what the notes under the
    tables say. It is None where nothing of the kind is shown. `i_grunden` is false of a figure that its leaves give and
    the parts beside it do not: only a reader of the tables meets it. `skillnad` is against the leaves where they
    differ, else against the parts. `samband` is the tie of a SAMBAND, `rorelse` what a RAM or KAPITAL tells of.
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
    delar: Decimal | None = None
    i_grunden: bool = True
    samband: Regel | None = None
    rorelse: Ramrorelse | Kapitalrorelse | None = None

    @property
    def ar_fel(self) -> bool:
        return self.skillnad.slag == Slag.FEL

    @property
    def foljer(self) -> bool:
        """Whether it follows from its parts as they stand, so that what differs is one of them."""
        return self.delar is not None and jamfor(self.tryckt, self.delar, precision=self.precision) is None

    @property
    def foljd(self) -> bool:
        """More than rounding only because a part of it is."""
        return self.ar_fel and self.foljer


def hamta_alla_avvikelser(versioner: Iterable[Budgetversion]) -> list[Avvikelse]:
    """What `kontrollera` counts: every figure that does not follow from the leaves, in table order."""
    return [a for a in hamta_sedda_avvikelser(versioner) if a.i_grunden]


def hamta_sedda_avvikelser(versioner: Iterable[Budgetversion]) -> list[Avvikelse]:
    """The same, and the figures that follow from the leaves but not from the parts that stand beside them: all that
    the notes of the pages tell, and all that `kontrollera` does."""
    versioner = list(versioner)
    return [
        *_utan_arvda(hamta_avvikelser(versioner), versioner),
        *hamta_nyckeltalskontroll(versioner).avvikelser,
        *hamta_bryggavvikelser(versioner),
        *hamta_ramavvikelser(versioner),
        *hamta_kapitalavvikelser(versioner),
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
    queries at most, however many versions and enheter, and one more to read what was decided; three more per
    förvaltning that is printed as a whole.
    """
    per_id = {v.pk: v for v in versioner}
    kontroller = _kontroller(per_id, uppstallning).exclude(post__typ=Posttyp.REGEL)
    egna = _egna_rader(per_id, uppstallning)
    alla = list(kontroller) + list(egna)
    barn = defaultdict(list)
    for b in Post.objects.filter(foralder__in={k.post_id for k in alla if isinstance(k, Kontrollsumma)}):
        barn[b.foralder_id].append(b)
    # By leaves, and as the figures stand in the version.
    summor, visade = defaultdict(dict), defaultdict(dict)
    for period in {per_id[k.version_id].period for k in alla}:
        samtida = [k for k in alla if per_id[k.version_id].period == period]
        barnen = {b.pk for lista in barn.values() for b in lista}
        for svar, lage in ((summor, Lage.DELAR), (visade, Lage.BESLUTAT)):
            svar[period] = hamta_summor(
                kolumner=[(k.version_id, k.ar) for k in samtida],
                poster={k.post_id if isinstance(k, Kontrollsumma) else k.post.kalla_post_id for k in samtida}
                | {k.post.kalla_post_id for k in samtida if k.post.kalla_post_id}
                | barnen,
                period=period,
                lage=lage,
            )
            for enhet, helas in _summor_av_hela(samtida, barnen, period, lage=lage):
                svar[period] |= {
                    n._replace(omfang=f"{HEL}:{enhet}"): s for n, s in helas.items() if n.omfang == ALLA
                }
    avvikelser = []
    for k in alla:
        version = per_id[k.version_id]
        ar_kontroll = isinstance(k, Kontrollsumma)
        # A leaf that was printed is compared with what it would fetch.
        post_id = k.post.kalla_post_id or k.post_id
        nyckel = _kontrollnyckel(k) if ar_kontroll else _enhetsnyckel(k)
        cell = Nyckel(post_id, k.version_id, k.ar, _summerat(k.post, nyckel))
        summa = summor[version.period].get(cell)
        if summa is None and not ar_kontroll:
            continue  # nothing to fetch in the other table, so the own figure is the only one
        varde = summa.varde if summa else Decimal(0)
        # The rows of a table of objects are its leaves.
        delar = varde
        if not k.post.uppstallning.per_objekt:
            delar = _av_delar(cell, barn[k.post_id], visade[version.period], k.post.kalla_post_id)
        avvikelse = _avvikelse(_kod(k, nyckel), k, version, nyckel, varde, delar)
        if avvikelse:
            avvikelser.append(avvikelse)
    return avvikelser


def _summor_av_hela(kontroller, barn: set[int], period, *, lage: Lage = Lage.BESLUTAT):
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
                lage=lage,
            ),
        )


def _kod(k: Kontrollsumma | Belopp, nyckel: Nyckel) -> str:
    summa = isinstance(k, Kontrollsumma) and k.post.typ != Posttyp.BLAD
    return "SUMMA" if summa or not nyckel.omfang.startswith("enhet:") else "RAD"


def _summerat(post: Post, nyckel: Nyckel) -> str:
    """The omfang of the sum: a line of a table of the whole region is over all enheter, whoever holds its parts."""
    return nyckel.omfang if post.uppstallning.per_enhet else ALLA


def _av_delar(cell: Nyckel, barn, visade, hamtas: int | None) -> Decimal | None:
    """What gives a figure, as it stands in the version: the line that it fetches, or the parts that a reader adds."""
    if hamtas:
        summa = visade.get(cell)
        return summa.varde if summa else None
    if any(b.dold and b.kalla_post_id in {syskon.pk for syskon in barn} for b in barn):
        return None  # the line and what it leaves out, which are not read as its parts
    delar = [(b.tecken, visade.get(cell._replace(post=b.pk))) for b in barn]
    if all(s is None for _, s in delar):
        return None
    return sum((tecken * s.varde for tecken, s in delar if s), Decimal(0))


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
    """The printed nyckeltal of the versions against their rules, in table order. Four queries, whatever the number
    of lines, for versions of the same years."""
    per_id = {v.pk: v for v in versioner}
    kontroller = list(_kontroller(per_id, uppstallning).exclude(post__regel=""))
    poster = {k.post_id: k.post for k in kontroller}.values()
    kolumner = {(k.version_id, k.ar) for k in kontroller}
    behov = hamta_behov(poster, kolumner)
    varden, visade = {}, {}
    for period in {per_id[k.version_id].period for k in kontroller}:
        par = {(v, ar) for v, ar in kolumner if per_id[v].period == period}
        for svar, lage in ((varden, Lage.DELAR), (visade, Lage.BESLUTAT)):
            summor = hamta_summor(
                kolumner=[*par, *behov.kolumner], poster=behov.poster, period=period, lage=lage
            )
            svar |= berakna_nyckeltal(poster, par, behov, summor)
    svar = Nyckeltalskontroll([], [])
    for k in kontroller:
        nyckel = _kontrollnyckel(k)
        if nyckel not in varden:
            svar.oraknade.append(k)
        elif a := _avvikelse(
            "REGEL",
            k,
            per_id[k.version_id],
            nyckel,
            varden[nyckel].varde,
            visade[nyckel].varde if nyckel in visade else None,
        ):
            svar.avvikelser.append(a)
    return svar


def visade_rader(underlag) -> dict[int, dict[str, Decimal]]:
    """The lines of each year of a balanskravsutredning as they stand: printed where they were."""
    return {
        u.ar: {rad.nyckel: gallande(u, ar, rad.nyckel) for rad in BALANSKRAVSRADER}
        for u, ar in zip(underlag, berakna(underlag).ar, strict=True)
    }


def balanskravets_delar(kod: str, rader: Mapping[str, Decimal]) -> Decimal | None:
    """What the lines that a line of the utredning is made of give, as they stand."""
    delar = next((rad.summa for rad in BALANSKRAVSRADER if rad.nyckel == kod), ())
    return sum((rader[n] * faktor for n, faktor in delar), Decimal(0)) if delar else None


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
        visade = visade_rader(hamta_underlag(per_id[version_id]))
        for k in rader:
            ar_blad = k.post.typ == Posttyp.BLAD and k.post.kod != "ib_aterstalla"
            if k.ar not in utredning or ar_blad:
                continue
            nyckel = Nyckel(k.post_id, k.version_id, k.ar, _omfang(k))
            avvikelse = _avvikelse(
                "REGEL",
                k,
                per_id[version_id],
                nyckel,
                utredning[k.ar].varde(k.post.kod),
                balanskravets_delar(k.post.kod, visade[k.ar]),
            )
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
            if avvikelse := _avvikelse(
                "BRYGGA", b, version, _enhetsnyckel(b), bryggan[b.enhet_id, b.ar], bryggan[b.enhet_id, b.ar]
            ):
                avvikelser.append(avvikelse)
    return avvikelser


def hamta_ramavvikelser(versioner: Iterable[Budgetversion]) -> list[Avvikelse]:
    """Years in which regionbidragen of a draft have moved and its nettokostnader not as much. `tryckt` is how much the
    regionbidrag moved, without what intäkter pay for, `beraknat` how much the costs did."""
    return [
        _rorelseavvikelse(
            "RAM",
            r,
            r.bidrag - r.betalt,
            r.kostnader,
            ", utom det som ökade intäkter betalar" if r.betalt else "",
        )
        for r in hamta_ramrorelser(versioner)
    ]


def hamta_kapitalavvikelser(versioner: Iterable[Budgetversion]) -> list[Avvikelse]:
    """Years in which the result of a draft has moved and its eget kapital not as much. `tryckt` is how much the results
    have moved up to the year, `beraknat` how much eget kapital has."""
    return [_rorelseavvikelse("KAPITAL", r, r.resultat, r.kapital) for r in hamta_kapitalrorelser(versioner)]


def _rorelseavvikelse(
    kod: str, r: Ramrorelse | Kapitalrorelse, rorde_sig: Decimal, foljde: Decimal, utom: str = ""
) -> Avvikelse:
    return Avvikelse(
        kod, r.version, r.post, Nyckel(r.post.pk, r.version.pk, r.ar, ALLA), f"ändring mot {r.fran.namn}{utom}",
        rorde_sig, foljde, Skillnad(r.fattas, Slag.FEL), Decimal(1), r.version.kallhandling, rorelse=r,
    )  # fmt: skip


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
                        prov.internbudget.precision, version.kallhandling,
                    )
                )  # fmt: skip
    return avvikelser


def hamta_sambandsavvikelser(versioner: Iterable[Budgetversion]) -> list[Avvikelse]:
    """Figures of two tables that the document means to be the same, and that differ by more than rounding.

    One that agrees as printed is left out: what parts it is named as a SUMMA. `hamta_skilda` says which others are.
    `tryckt` is the tie's first side.
    """
    avvikelser = []
    for version in versioner:
        data = hamta_samband(version, lage=Lage.DELAR)
        for s, hur in hamta_skilda(version, data):
            if hur != Raknas.SKILLNAD:
                continue
            post = data.poster[(*s.regel.vanster.delar, *s.regel.vanster.forra)[0][0]]
            avvikelser.append(
                Avvikelse(
                    "SAMBAND", version, post, Nyckel(post.pk, version.pk, s.ar, ALLA), s.regel.rubrik,
                    s.vanster, s.hoger, Skillnad(s.differens, Slag.FEL), s.precision, version.kallhandling,
                    samband=s.regel,
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


def _avvikelse(kod, k, version, nyckel, beraknat, delar: Decimal | None = None) -> Avvikelse | None:
    skillnad = jamfor(k.belopp, beraknat, precision=k.precision)
    i_grunden = skillnad is not None
    if not i_grunden:
        skillnad = None if delar is None else jamfor(k.belopp, delar, precision=k.precision)
        if skillnad is None:
            return None
    sektor = getattr(k, "sektor", None)
    namn = k.enhet.namn if k.enhet else sektor.summarubrik if sektor else "alla nämnder"
    if nyckel.omfang.startswith(HEL):
        namn += ", utan förvaltningsinterna poster"
    if k.post.uppstallning.per_objekt and k.enhet is None:
        namn = ""  # its lines are of all objects and say so themselves
    plats = f"{k.importfil.namn} rad {k.importrad}" if k.importfil else "inmatad"
    kalla = ", ".join(del_ for del_ in (version.plats_i_handling(k.kalla), plats) if del_)
    return Avvikelse(
        kod, version, k.post, nyckel, "" if k.enhet and k.enhet.typ == Enhetstyp.REGION else namn,
        k.belopp, beraknat, skillnad, k.precision, kalla, delar, i_grunden,
    )  # fmt: skip
