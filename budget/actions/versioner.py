"""Budgetversioner: copying, locking and opening again."""

from django.db import connection
from django.utils import timezone

from budget.models import Budgetversion, Status, Versionskolumn
from regionskane.historik import andring


class VersionsFel(Exception):
    """The version cannot be changed like that. `str()` is a sentence for the user."""


def kopiera_version(*, kalla: Budgetversion, kod: str, namn: str, by=None) -> Budgetversion:
    """A new open version with every amount, printed sum, decision, justering and column of another.

    Amounts keep their source, so «varifrån?» answers the same in the copy until somebody changes them.
    """
    if Budgetversion.objects.filter(kod__iexact=kod).exists():
        raise VersionsFel(f"Koden {kod} används redan. Välj en annan.")
    with andring(by=by, varfor=f"Kopia av {kalla.namn}"):
        ny = Budgetversion.objects.create(
            kod=kod,
            namn=namn,
            ar=kalla.ar,
            planar=kalla.planar,
            typ=kalla.typ,
            kopia_av=kalla,
            handling=kalla.handling,
        )
        parametrar = {"ny": ny.pk, "gammal": kalla.pk, "by": by.pk if by else None}
        with connection.cursor() as cursor:
            for sql in _KOPIERA:
                cursor.execute(sql, parametrar)
    return ny


_KOPIERA = (
    """INSERT INTO budget_versionskolumn (version_id, uppstallning_id, kalla_id, ar, rubrik, ordning)
       SELECT %(ny)s, uppstallning_id, CASE WHEN kalla_id = %(gammal)s THEN %(ny)s ELSE kalla_id END,
              ar, rubrik, ordning
       FROM budget_versionskolumn WHERE version_id = %(gammal)s""",
    """INSERT INTO budget_belopp (version_id, enhet_id, post_id, ar, belopp, precision, rev, ursprung,
              importfil_id, importrad, kalla, andrad_av_id, andrad_tid)
       SELECT %(ny)s, enhet_id, post_id, ar, belopp, precision, 1, ursprung, importfil_id, importrad, kalla,
              andrad_av_id, andrad_tid
       FROM budget_belopp WHERE version_id = %(gammal)s""",
    """INSERT INTO budget_kontrollsumma (version_id, post_id, omfang, enhet_id, sektor_id, ar, belopp,
              precision, importfil_id, importrad, kalla)
       SELECT %(ny)s, post_id, omfang, enhet_id, sektor_id, ar, belopp, precision, importfil_id, importrad,
              kalla
       FROM budget_kontrollsumma WHERE version_id = %(gammal)s""",
    """INSERT INTO budget_balanskravsbeslut (version_id, ar, slag, senast_ar, organ, datum, paragraf, motiv,
              registrerad_av_id, registrerad)
       SELECT %(ny)s, ar, slag, senast_ar, organ, datum, paragraf, motiv, registrerad_av_id, registrerad
       FROM budget_balanskravsbeslut WHERE version_id = %(gammal)s""",
    """INSERT INTO budget_justering (version_id, ar, block, titel, prisniva, motiv, status, ordning, regel, rev)
       SELECT %(ny)s, ar, block, titel, prisniva, motiv, status, ordning, regel, 1
       FROM budget_justering WHERE version_id = %(gammal)s""",
    """INSERT INTO budget_justeringsrad (justering_id, enhet_id, belopp, precision, kalla)
       SELECT n.id, r.enhet_id, r.belopp, r.precision, r.kalla
       FROM budget_justeringsrad r
       JOIN budget_justering g ON g.id = r.justering_id AND g.version_id = %(gammal)s
       JOIN budget_justering n ON n.version_id = %(ny)s
            AND (n.ar, n.block, n.titel) = (g.ar, g.block, g.titel)""",
    """INSERT INTO budget_investeringsbeslut (version_id, objekt_id, organ, datum, paragraf, text, avslutas_ar, kalla)
       SELECT %(ny)s, objekt_id, organ, datum, paragraf, text, avslutas_ar, kalla
       FROM budget_investeringsbeslut WHERE version_id = %(gammal)s ORDER BY id""",
)


def las_version(*, version: Budgetversion, by, varfor: str = "") -> None:
    """Lock a version: from now on the database refuses every change of its amounts.

    Raises VersionsFel when it is locked, or shows a column of another version that is still open.
    """
    oppen = (
        Versionskolumn.objects.filter(version=version, kalla__status=Status.OPPEN)
        .exclude(kalla=version)
        .values_list("kalla__namn", flat=True)
        .first()
    )
    if oppen:
        raise VersionsFel(f"Lås först {oppen}: {version.namn} visar siffror ur den.")
    with andring(by=by, varfor=varfor):
        andrade = Budgetversion.objects.filter(pk=version.pk, status=Status.OPPEN).update(
            status=Status.LAST, last_av=by, last_tid=timezone.now()
        )
        if not andrade:
            raise VersionsFel(f"{version.namn} är redan låst.")
    version.refresh_from_db()


def las_upp_version(*, version: Budgetversion, by, varfor: str) -> None:
    """Open a locked version again. The reason is kept in the history.

    Raises VersionsFel for one that is fastställd or open, without a reason, and when a locked version shows
    its figures: whoever may read that one would read what is not decided.
    """
    if version.faststalld:
        raise VersionsFel(f"{version.namn} är fastställd och öppnas inte igen. Kopiera den i stället.")
    if not varfor.strip():
        raise VersionsFel("Skriv varför versionen öppnas igen.")
    visas_i = (
        Versionskolumn.objects.filter(kalla=version, version__status=Status.LAST)
        .exclude(version=version)
        .values_list("version__namn", flat=True)
        .first()
    )
    if visas_i:
        raise VersionsFel(f"{visas_i} är låst och visar siffror ur {version.namn}. Öppna den först.")
    with andring(by=by, varfor=varfor):
        andrade = Budgetversion.objects.filter(pk=version.pk, status=Status.LAST).update(
            status=Status.OPPEN, last_av=None, last_tid=None
        )
        if not andrade:
            raise VersionsFel(f"{version.namn} är redan öppen.")
    version.refresh_from_db()


def faststall_exempel(*, version: Budgetversion) -> None:
    """Mark a loaded version as the published, decided one: locked and for good."""
    with andring(by=None, varfor="Publicerad i " + version.handling):
        Budgetversion.objects.filter(pk=version.pk, faststalld=False).update(
            faststalld=True, status=Status.LAST, last_tid=timezone.now()
        )
