"""Budgetversioner: copying, the way from förslag to decided, and starting next year's."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max, Q
from django.utils import timezone

from budget.actions.budgetdel import stang_oppna_delar
from budget.actions.medfoljande import ta_med_till_kopia, ta_med_till_nasta_ar
from budget.models import (
    BEREDS,
    BESLUTAS,
    Block,
    Budgetversion,
    Finansieringssatt,
    Justering,
    Justeringsrad,
    Justeringsstatus,
    Status,
    Uppstallning,
    Uppstallningsslag,
    Versionskolumn,
    Versionstyp,
)
from budget.regler.tillagg import Brist, Satt, provad_finansiering
from budget.selectors.jamforelse import jamfor_versioner
from budget.selectors.justering import FINANS, Bryggdata, hamta_brygga
from budget.selectors.summor import ALLA_ENHETER
from budget.selectors.uppstallning import hamta_kolumner
from budget.selectors.versioner import hamta_ersattare, hamta_tillaggsandring, versionens_avtryck
from organisation.models import Enhet
from regionskane.historik import andring
from regionskane.lib.marke import marke


class VersionsFel(Exception):
    """The version cannot be changed like that. `str()` is a sentence for the user."""


class VersionenAndrad(VersionsFel):
    """The version is no longer what the user was shown; nothing is registered."""


FRAMTID = "Datumet ligger i framtiden. Registrera beslutet när det är fattat."
# A level is counted back through each decided tilläggsbudget of its year, which has a few.
FLEST_TILLAGG = 12


@dataclass(frozen=True, slots=True)
class Beslut:
    """Who decided, when, and the paragraph of the minutes."""

    organ: str
    datum: date
    paragraf: str


def kopiera_version(
    *, kalla: Budgetversion, kod: str, namn: str, by=None, typ: str | None = None
) -> Budgetversion:
    """A new open version with the facts of another: what comes along stands in `medfoljande`.

    Amounts keep their source, so «varifrån?» answers the same in the copy until somebody changes them. Regionbidrag
    is counted by the bridge from the levels of the decided version that the copy goes back to. `typ` is the copy's;
    without it a copy of a tilläggsbudget is a budget of its own, and else of the same typ.
    """
    _ledig_kod(kod)
    samma = Versionstyp.BUDGET if kalla.typ == Versionstyp.TILLAGG else kalla.typ
    with andring(by=by, varfor=f"Kopia av {kalla.namn}"):
        ny = Budgetversion.objects.create(
            kod=kod,
            namn=namn,
            ar=kalla.ar,
            planar=kalla.planar,
            typ=typ or samma,
            bryggad=kalla.bryggad or kalla.faststalld,
            bryggas_ur=kalla if kalla.faststalld else kalla.bryggas_ur,
            namnd=kalla.namnd,
            kopia_av=kalla,
            handling=kalla.handling,
        )
        ta_med_till_kopia(kalla, ny, by=by)
        _oppna_for_askanden(ny)
    return ny


def _hall(version: Budgetversion) -> None:
    """Hold a version, what a tilläggsbudget is made on, those whose columns it shows and those that show its, to the
    end of the transaction, and read it as it is then: what is tried of them after this stands when it is saved. Waits
    for whoever is writing in them, and for who decides another tilläggsbudget on the same one.
    """
    par = Versionskolumn.objects.filter(Q(version=version) | Q(kalla=version)).values_list(
        "version_id", "kalla_id"
    )
    grund = version.kopia_av_id if version.typ == Versionstyp.TILLAGG else None
    alla = {version.pk, grund or version.pk}.union(*par)
    list(
        Budgetversion.objects.select_for_update(no_key=True)
        .filter(pk__in=alla)
        .order_by("pk")
        .values_list("pk")
    )
    version.refresh_from_db()


def _krav_pa_datum(beslut: Beslut) -> None:
    if beslut.datum > timezone.localdate():
        raise VersionsFel(FRAMTID)


def las_version(*, version: Budgetversion, by, varfor: str = "") -> None:
    """Lock a version: from now on the database refuses every change of its amounts.

    Raises VersionsFel when it is locked, or shows a column of another version that is still open.
    """
    with andring(by=by, varfor=varfor):
        _hall(version)
        oppen = (
            Versionskolumn.objects.filter(version=version, kalla__status=Status.OPPEN)
            .exclude(kalla=version)
            .values_list("kalla__namn", flat=True)
            .first()
        )
        if oppen:
            raise VersionsFel(f"Lås först {oppen}: {version.namn} visar siffror ur den.")
        andrade = Budgetversion.objects.filter(pk=version.pk, status=Status.OPPEN).update(
            status=Status.LAST, last_av=by, last_tid=timezone.now()
        )
        if not andrade:
            raise VersionsFel(f"{version.namn} är redan låst.")
    version.refresh_from_db()


def las_upp_version(*, version: Budgetversion, by, varfor: str) -> None:
    """Open a locked version again, and take back its beredning. The reason is kept in the history.

    Raises VersionsFel for one that is fastställd or open, without a reason, and when a locked version shows
    its figures: whoever may read that one would read what is not decided.
    """
    if not varfor.strip():
        raise VersionsFel("Skriv varför versionen öppnas igen.")
    with andring(by=by, varfor=varfor):
        _hall(version)
        if version.faststalld:
            raise VersionsFel(f"{version.namn} är fastställd och öppnas inte igen. Kopiera den i stället.")
        visas_i = (
            Versionskolumn.objects.filter(kalla=version, version__status=Status.LAST)
            .exclude(version=version)
            .values_list("version__namn", flat=True)
            .first()
        )
        if visas_i:
            raise VersionsFel(f"{visas_i} är låst och visar siffror ur {version.namn}. Öppna den först.")
        andrade = Budgetversion.objects.filter(pk=version.pk, status=Status.LAST).update(
            status=Status.OPPEN,
            last_av=None,
            last_tid=None,
            beredd_organ="",
            beredd_datum=None,
            beredd_paragraf="",
        )
        if not andrade:
            raise VersionsFel(f"{version.namn} är redan öppen.")
    version.refresh_from_db()


def _krav_pa_som_visad(version: Budgetversion, avtryck: str | None) -> None:
    """Raise VersionsFel when the version is another than the page showed. It is held."""
    if avtryck is not None and avtryck != versionens_avtryck(version):
        raise VersionenAndrad(
            f"{version.namn} har ändrats sedan sidan öppnades. Inget är registrerat. Läs det som gäller nu, och "
            "registrera igen."
        )


def bered_version(*, version: Budgetversion, beslut: Beslut, by, avtryck: str | None = None) -> None:
    """Record that a proposal has been prepared (by regionstyrelsen): it is locked and waits for fullmäktige.

    With `avtryck`, only as it was when that was taken (VersionenAndrad).

    The nämnder whose parts are still open are told that they are closed.
    Raises VersionsFel for a date in the future, for one that is fastställd or already beredd, has justeringar that are
    drafts, or cannot be locked, and for a tilläggsbudget on one that is no longer in force, or whose financing is
    missing or not borne by its figures (KL 11:15).
    """
    if version.typ not in BEREDS:
        raise VersionsFel(f"{version.namn} bereds inte av regionstyrelsen.")
    _krav_pa_datum(beslut)
    with andring(by=by, varfor=f"Beredd av {beslut.organ} {beslut.datum}, {beslut.paragraf}"):
        # What is tried is what will stand: nobody writes in the version from here on.
        _hall(version)
        if version.faststalld or version.beredd:
            raise VersionsFel(f"{version.namn} är redan {'fastställd' if version.faststalld else 'beredd'}.")
        _krav_pa_som_visad(version, avtryck)
        utkast = list(
            Justering.objects.filter(version=version, status=Justeringsstatus.UTKAST).values_list(
                "titel", flat=True
            )
        )
        if utkast:
            raise VersionsFel(
                f"Besluta eller ta bort utkasten först, de räknas inte: {', '.join(f'«{t}»' for t in utkast)}."
            )
        krav_pa_gallande_grund(version)
        if version.typ == Versionstyp.TILLAGG:
            krav_pa_finansiering(version)
        if not version.last:
            las_version(version=version, by=by)
        Budgetversion.objects.filter(pk=version.pk).update(
            beredd_organ=beslut.organ, beredd_datum=beslut.datum, beredd_paragraf=beslut.paragraf
        )
        stang_oppna_delar(version=version, by=by)
    version.refresh_from_db()


def faststall_version(*, version: Budgetversion, beslut: Beslut, by, avtryck: str | None = None) -> None:
    """Record the decision, fullmäktige's or for an internbudget the nämnd's: from now on the version never changes.
    With `avtryck`, only as it was when that was taken (VersionenAndrad).

    Raises VersionsFel for one that is not beredd although it is to be, is already fastställd, was decided before it
    was beredd, before what it changes or in the future, or whose year already has a decided one (then a tilläggsbudget
    is the way), and for a tilläggsbudget on one that another has changed since.
    """
    if version.typ not in BESLUTAS:
        raise VersionsFel(f"{version.namn} är ingen budget och fastställs inte.")
    _krav_pa_datum(beslut)
    with andring(by=by, varfor=f"Fastställd av {beslut.organ} {beslut.datum}, {beslut.paragraf}"):
        _hall(version)
        if version.faststalld:
            raise VersionsFel(f"{version.namn} är redan fastställd.")
        _krav_pa_som_visad(version, avtryck)
        if version.typ in BEREDS and not version.beredd:
            raise VersionsFel(f"{version.namn} är inte beredd än. Registrera beredningen först.")
        if version.beredd and beslut.datum < version.beredd_datum:
            raise VersionsFel(f"Beslutet kan inte vara fattat före beredningen {version.beredd_datum}.")
        grund = version.kopia_av if version.typ == Versionstyp.TILLAGG else None
        if grund and grund.beslut_datum and beslut.datum < grund.beslut_datum:
            raise VersionsFel(
                f"Beslutet kan inte vara fattat före det om {grund.namn}, {grund.beslut_datum}, som det ändrar."
            )
        krav_pa_gallande_grund(version)
        annan = Budgetversion.objects.filter(
            ar=version.ar, typ=version.typ, namnd=version.namnd_id, faststalld=True
        ).first()
        if annan and version.typ != Versionstyp.TILLAGG:
            rad = " Gör en tilläggsbudget på den." if version.typ == Versionstyp.BUDGET else ""
            raise VersionsFel(f"{annan.namn} är redan fastställd för {version.ar}.{rad}")
        if not version.last:
            las_version(version=version, by=by)
        Budgetversion.objects.filter(pk=version.pk).update(
            faststalld=True,
            beslut_organ=beslut.organ,
            beslut_datum=beslut.datum,
            beslut_paragraf=beslut.paragraf,
        )
    version.refresh_from_db()


def skapa_tillaggsbudget(*, grund: Budgetversion, kod: str, namn: str, by) -> Budgetversion:
    """An open tilläggsbudget: a copy of the decided version, in which the change is made.

    Raises VersionsFel unless `grund` is the year's decided budget, or the latest tilläggsbudget on it, when the kod is
    taken, and when the year has as many as are counted back through.
    """
    if not grund.faststalld or grund.typ not in (Versionstyp.BUDGET, Versionstyp.TILLAGG):
        raise VersionsFel("En tilläggsbudget görs på en fastställd budget.")
    if ersattare := hamta_ersattare(grund):
        raise VersionsFel(f"{grund.namn} har ändrats av {ersattare.namn}. Gör tilläggsbudgeten på den.")
    beslutade = Budgetversion.objects.filter(ar=grund.ar, typ=Versionstyp.TILLAGG, faststalld=True).count()
    if beslutade >= FLEST_TILLAGG:
        raise VersionsFel(
            f"{grund.ar} har redan {beslutade} beslutade tilläggsbudgetar, och fler än så tas inte emot."
        )
    return kopiera_version(kalla=grund, kod=kod, namn=namn, by=by, typ=Versionstyp.TILLAGG)


def grundbrist(version: Budgetversion) -> str:
    """What is wrong with that which a tilläggsbudget that is not decided is made on, as a sentence for the user; empty
    when nothing is. It is a copy: decided, it would undo what has been decided since it was made."""
    if version.typ != Versionstyp.TILLAGG or version.faststalld:
        return ""
    grund = version.kopia_av
    ersattare = hamta_ersattare(grund)
    if not ersattare:
        return ""
    nar = f", beslutad {ersattare.beslut_datum}" if ersattare.beslut_datum else ""
    return (
        f"{grund.namn} har ändrats av {ersattare.namn}{nar}. {version.namn} har inte med den ändringen och skulle ta "
        f"bort den. Gör en ny tilläggsbudget på {ersattare.namn}, och för in det som skiljer {version.namn} från "
        f"{grund.namn}."
    )


def krav_pa_gallande_grund(version: Budgetversion) -> None:
    """Raise VersionsFel when another tilläggsbudget has changed what `version` is made on."""
    if brist := grundbrist(version):
        raise VersionsFel(brist)


_BRISTER = {
    Brist.NAMNDER_FAR_MER: "Nämnderna får tillsammans mer regionbidrag, så ändringen är ingen omfördelning.",
    Brist.INTAKTER_OKAR_INTE: "Intäkterna i resultatbudgeten ökar inte. Skriv in dem, eller välj annan finansiering.",
    Brist.RESULTATET_FORSAMRAS: "Årets resultat blir sämre. Skriv in det som betalar, eller välj det som finansiering.",
    Brist.RESULTATET_FORSAMRAS_INTE: "Årets resultat blir inte sämre. Skriv in kostnaden i resultatbudgeten, eller "
    "välj annan finansiering.",
}


def finansieringsbrist(version: Budgetversion) -> str:
    """What is wrong with a tilläggsbudget's financing, as a sentence for the user; empty when nothing is."""
    skillnad = jamfor_versioner(version.kopia_av, version, ALLA_ENHETER)
    if not skillnad.celler and not skillnad.justeringar:
        return f"Ännu skiljer sig ingenting från {version.kopia_av.namn}. Ändra det som beslutet gäller."
    if not version.finansiering or not version.finansiering_text.strip():
        return "Beslutet ska säga hur det finansieras (kommunallagen 11 kap. 15 §)."
    brist = provad_finansiering(Satt(version.finansiering), hamta_tillaggsandring(version))
    return _BRISTER[brist] if brist else ""


def krav_pa_finansiering(version: Budgetversion) -> None:
    """Raise VersionsFel when a tilläggsbudget's financing is missing or not borne by its figures."""
    if brist := finansieringsbrist(version):
        raise VersionsFel(brist)


def finansieringens_avtryck(version: Budgetversion) -> str:
    """How a tilläggsbudget is said to be paid for, as a short text that is another when it is said otherwise."""
    return marke([version.finansiering, version.finansiering_text])


def spara_finansiering(
    *, version: Budgetversion, finansiering: Finansieringssatt, text: str, by, sett: str | None = None
) -> None:
    """Write how a tilläggsbudget is paid for, instead of what `sett` marks (`finansieringens_avtryck`; None: whatever
    stands there). Raises VersionsFel for another version and for a locked one, VersionenAndrad when somebody else was
    there before."""
    if version.typ != Versionstyp.TILLAGG:
        raise VersionsFel(f"{version.namn} är ingen tilläggsbudget.")
    with andring(by=by, varfor="Finansiering"):
        nu = Budgetversion.objects.select_for_update(no_key=True).get(pk=version.pk)
        if sett is not None and sett != finansieringens_avtryck(nu):
            raise VersionenAndrad(
                "Någon annan har sparat en finansiering medan du skrev. Inget av ditt är sparat. Nu står där: "
                f"{nu.get_finansiering_display()}. «{nu.finansiering_text}» Spara igen för att ersätta det med ditt."
            )
        andrade = Budgetversion.objects.filter(pk=version.pk, status=Status.OPPEN).update(
            finansiering=finansiering, finansiering_text=text
        )
        if not andrade:
            raise VersionsFel(f"{version.namn} är låst. Ingenting har sparats.")
    version.refresh_from_db()


def starta_nasta_ar(*, kalla: Budgetversion, kod: str, namn: str, by) -> Budgetversion:
    """An open version of the year after `kalla`, which begins where that one's plan ends up.

    The plan years' amounts become its own, with their source; the new last plan year is empty. One without plan
    years, as an internbudget, begins with last year's amounts. Forecast and room of investment objects come along
    with what has been decided of them; what they have cost so far is a new figure. Avsteg that still hold and the
    decision points come along, whose text is of the version's own year. Regionbidrag is
    counted by the bridge from `kalla`: its justeringar of the plan years come along, and what they do not explain
    of the plan is a justering of its own («Enligt tidigare plan»), so that the new version starts at the plan.
    Raises VersionsFel for a taken kod and for a version that is not a budget.
    """
    _ledig_kod(kod)
    if kalla.typ not in BESLUTAS:
        raise VersionsFel("Nästa års budget börjar i en budget.")
    with andring(by=by, varfor=f"Startad ur {kalla.namn}"):
        ny = Budgetversion.objects.create(
            kod=kod,
            namn=namn,
            ar=kalla.ar + 1,
            planar=kalla.planar,
            typ=Versionstyp.BUDGET if kalla.typ == Versionstyp.TILLAGG else kalla.typ,
            namnd=kalla.namnd,
            bryggad=True,
            handling=kalla.handling,
        )
        Versionskolumn.objects.bulk_create(_nasta_kolumner(kalla, ny))
        ta_med_till_nasta_ar(kalla, ny, by=by)
        _oppna_for_askanden(ny)
        for ar in kalla.ar_lista[1:]:
            _lagg_planjustering(ny, hamta_brygga(kalla, ar, ALLA_ENHETER), f"Plan enligt {kalla.namn}")
    return ny


def _nasta_kolumner(kalla: Budgetversion, ny: Budgetversion):
    """The tables of `kalla` a year later: as many years before as it showed, its own year, and the new ones."""
    for uppstallning, kolumner in hamta_kolumner(kalla).items():
        if uppstallning.slag == Uppstallningsslag.ASKANDE:
            continue
        egna = [k for k in kolumner if k.kalla_id == kalla.pk]
        fore = [(k.kalla, k.ar, k.rubrik) for k in kolumner if k.kalla_id != kalla.pk]
        fore += [(kalla, k.ar, k.rubrik) for k in egna if k.ar == kalla.ar]
        # An object's whole past stands in a column of its own.
        antal = 0 if uppstallning.per_objekt else max(len(kolumner) - len(egna), 1)
        rubriker = {k.ar + 1: k.rubrik for k in egna}
        nya = [(ny, ar, rubriker.get(ar, "plan")) for ar in ny.ar_lista] if egna else []
        for ordning, (version, ar, rubrik) in enumerate([*fore[len(fore) - antal :], *nya], start=1):
            yield Versionskolumn(
                version=ny, uppstallning=uppstallning, kalla=version, ar=ar, rubrik=rubrik, ordning=ordning
            )


def _oppna_for_askanden(ny: Budgetversion) -> None:
    """Give a new version of the region's its empty table of äskanden, for its own years alone."""
    if ny.namnd_id or ny.typ not in BEREDS:
        return
    Versionskolumn.objects.bulk_create(
        Versionskolumn(
            version=ny, uppstallning=u, kalla=ny, ar=ar, rubrik="plan" if ordning > 1 else "budget",
            ordning=ordning,
        )
        for u in Uppstallning.objects.filter(slag=Uppstallningsslag.ASKANDE)
        for ordning, ar in enumerate(ny.ar_lista, start=1)
    )  # fmt: skip


def _lagg_planjustering(version: Budgetversion, data: Bryggdata, motiv: str) -> None:
    """The change of levels from the year before that the decided justeringar do not explain, as a justering of
    `version`; FINANS pays. Nothing when there is none."""
    rader = {}
    for p in data.enheter:
        if p.enhet_kod == FINANS:
            continue
        ny, gammal = data.utgaende.get(p.enhet_id), data.ingaende.get(p.enhet_id)
        rest = (
            (ny.varde if ny else Decimal(0))
            - (gammal.varde if gammal else Decimal(0))
            - data.summa(enhet=p.enhet_id)
        )
        if rest:
            rader[p.enhet_id] = (rest, max(s.precision for s in (ny, gammal) if s))
    if not rader:
        return
    finans = Enhet.objects.get(kod=FINANS).pk
    rader[finans] = (-sum(r for r, _ in rader.values()), max(p for _, p in rader.values()))
    sista = version.justeringar.aggregate(m=Max("ordning"))["m"] or 0
    justering = Justering.objects.create(
        version=version,
        ar=data.ar,
        block=Block.PLAN,
        titel=f"Förändring {data.ar} enligt plan",
        prisniva=data.ar,
        motiv=motiv,
        status=Justeringsstatus.BESLUTAD,
        ordning=sista + 1,
    )
    Justeringsrad.objects.bulk_create(
        Justeringsrad(justering=justering, enhet_id=enhet, belopp=belopp, precision=precision)
        for enhet, (belopp, precision) in rader.items()
    )


def _ledig_kod(kod: str) -> None:
    if Budgetversion.objects.filter(kod__iexact=kod).exists():
        raise VersionsFel(f"Koden {kod} används redan. Välj en annan.")


def faststall_exempel(*, version: Budgetversion) -> None:
    """Mark a loaded version as the published, decided one: locked and for good."""
    with andring(by=None, varfor="Publicerad i " + version.handling):
        Budgetversion.objects.filter(pk=version.pk, faststalld=False).update(
            faststalld=True, status=Status.LAST, last_tid=timezone.now()
        )
