"""Saving what files of amounts say: all of it or nothing, and the same file once."""

from django.db import connection
from django.utils import timezone

from budget.imports.beloppsfil import Beloppsfil
from budget.models import Budgetversion, Importfil, Kontrollsumma, Matt, Post
from budget.selectors.skrivratt import ar_ram, last_av_fullmaktige
from organisation.models import Enhet, Sektor
from organisation.permissions import Behorighet, Ratt
from regionskane.historik import andring
from regionskane.lib.anmarkning import Niva
from regionskane.lib.belopp import SKALOR


class InlasningsFel(Exception):
    """The file cannot be saved. `anmarkningar` are sentences, each with its line."""

    def __init__(self, anmarkningar):
        self.anmarkningar = tuple(anmarkningar)
        super().__init__(" ".join(self.anmarkningar))


_BELOPP = (
    "COPY budget_belopp (version_id, enhet_id, post_id, ar, belopp, precision, rev, ursprung, importfil_id,"
    " importrad, kalla, andrad_av_id, andrad_tid) FROM STDIN"
)


def las_in_belopp(*, fil: Beloppsfil, by=None) -> int:
    """Save a file's amounts and printed sums. Returns how many; 0 when the file is known already.

    Raises InlasningsFel for a file with faults, and for one with the ram when it is not the user's to write.
    """
    if Importfil.objects.filter(sha256=fil.sha256).exists():
        return 0
    fel = [a.text for a in fil.anmarkningar if a.niva == Niva.FEL]
    versioner = {v.kod: v for v in Budgetversion.objects.all()}
    poster = {(p.uppstallning.kod, p.kod): p for p in Post.objects.select_related("uppstallning")}
    enheter = dict(Enhet.objects.values_list("kod", "pk"))
    sektorer = dict(Sektor.objects.values_list("kod", "pk"))
    far_ram = by is None or Behorighet(by).far(Ratt.SKRIVA_RAM)
    for r in fil.rader:
        plats = f"{fil.namn} rad {r.rad}"
        if r.version not in versioner:
            fel.append(f"{plats}: budgetversionen {r.version} finns inte.")
        elif versioner[r.version].last:
            fel.append(f"{plats}: budgetversionen {r.version} är låst.")
        if (r.uppstallning, r.post) not in poster:
            fel.append(f"{plats}: posten {r.post} finns inte i {r.uppstallning}.")
        elif not _samma_matt(r.matt, poster[r.uppstallning, r.post].matt):
            fel.append(
                f"{plats}: posten {r.post} anges i {poster[r.uppstallning, r.post].matt}, inte i {r.matt}."
            )
        elif (
            r.version in versioner
            and not far_ram
            and ar_ram(versioner[r.version], u := poster[r.uppstallning, r.post].uppstallning)
        ):
            fel.append(f"{plats}: {last_av_fullmaktige(versioner[r.version], u)}")
        if r.omfangstyp in ("enhet", "hel") and r.omfang not in enheter:
            fel.append(f"{plats}: enheten {r.omfang} finns inte.")
        if r.omfangstyp == "sektor" and r.omfang not in sektorer:
            fel.append(f"{plats}: sektorn {r.omfang} finns inte.")
    if fel:
        raise InlasningsFel(fel)
    nu = timezone.now()
    with andring(by=by, varfor=f"Inläst från {fil.namn}"):
        importfil = Importfil.objects.create(namn=fil.namn, sha256=fil.sha256, inlast_av=by)
        _markera_andringen()
        with connection.cursor() as cursor, cursor.copy(_BELOPP) as kopia:
            for r in fil.rader:
                if r.slag == "blad":
                    kopia.write_row(
                        (
                            versioner[r.version].pk, enheter[r.omfang], poster[r.uppstallning, r.post].pk, r.ar,
                            r.belopp.varde, r.belopp.precision, 1, "importerad", importfil.pk, r.rad, r.kalla,
                            by.pk if by else None, nu,
                        )
                    )  # fmt: skip
        Kontrollsumma.objects.bulk_create(
            Kontrollsumma(
                version=versioner[r.version],
                post=poster[r.uppstallning, r.post],
                omfang=r.omfangstyp,
                enhet_id=enheter.get(r.omfang) if r.omfangstyp in ("enhet", "hel") else None,
                sektor_id=sektorer.get(r.omfang) if r.omfangstyp == "sektor" else None,
                ar=r.ar,
                belopp=r.belopp.varde,
                precision=r.belopp.precision,
                importfil=importfil,
                importrad=r.rad,
                kalla=r.kalla,
            )
            for r in fil.rader
            if r.slag == "tryckt"
        )
    return len(fil.rader)


def _samma_matt(i_filen: str, postens: str) -> bool:
    """Money is money in whatever unit it is written; a percentage or a number is nothing else."""
    return i_filen == postens if postens in (Matt.PROCENT, Matt.ANTAL) else i_filen in SKALOR


def _markera_andringen():
    # COPY goes past the wrapper by which pghistory hands its context to the triggers, but the setting
    # lasts for the transaction, so any statement through the wrapper is enough.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE budget_importfil SET namn = namn WHERE false")
