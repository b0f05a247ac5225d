"""Gallring: what has been kept for its time goes, and nothing that somebody needs."""

import fcntl
import os
import threading
import time
from datetime import timedelta
from io import StringIO

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings as installningar
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from budget.actions.ifyllnad import ForMangaArbetsbocker, behall_arbetsbok
from budget.actions.utfall import ta_bort_fil, ta_emot_fil
from budget.models import Ifyllnad, Utfallsfil, Utredning
from organisation.models import Namnd, Nedladdning, Notis
from regionskane import settings as installningsfil
from regionskane.historik import andring
from regionskane.jobb import gallring
from regionskane.jobb.actions import (
    behall,
    fil_plats,
    filerna,
    lasbar_plats,
    skriv_fil,
    skriv_forhand,
    spara_fil,
)
from regionskane.jobb.models import Jobb
from regionskane.jobb.tasks import gallra


def _for(dagar):
    return timezone.now() - timedelta(days=dagar)


@pytest.fixture(autouse=True)
def filmapp(db, tmp_path, settings):
    settings.EXPORT_DIR = tmp_path / "filer"
    return settings.EXPORT_DIR


def _jobb(agare, *, dagar=91, status="klar", filer=(), **falt):
    jobb = Jobb.objects.create(
        slag="bilaga", titel="Prov", agare=agare, status=status, klar_tid=_for(dagar), **falt
    )
    for i, innehall in enumerate(filer):
        post = spara_fil(jobb=jobb, namn=f"{i}.txt", typ="text/plain", innehall=innehall)
        _aldra(post.sha256)
    return jobb


def _aldra(sha, dagar=91):
    nar = time.time() - dagar * 24 * 3600
    os.utime(fil_plats(sha), (nar, nar))


def test_avslutade_jobb_gar_med_sina_filer_nar_tiden_ar_ute(anvandare):
    agare = anvandare("revisor")
    gammalt = _jobb(agare, filer=[b"gammal"])
    fel = _jobb(agare, status="fel")
    kvar = [
        _jobb(agare, dagar=89, filer=[b"ny"]),
        _jobb(agare, status="koad"),
        _jobb(agare, status="kors"),
    ]
    gammal, ny = (j.filer.get().sha256 for j in (gammalt, kvar[0]))
    assert gallring.gallra(prova=True)["jobb"] == 2 and fil_plats(gammal).exists()
    assert gallring.gallra()["jobb"] == 2
    assert not Jobb.objects.filter(pk__in=(gammalt.pk, fel.pk)).exists()
    assert set(Jobb.objects.values_list("pk", flat=True)) == {j.pk for j in kvar}
    assert not fil_plats(gammal).exists() and fil_plats(ny).exists()
    assert gallring.gallra()["jobb"] == 0


def _som_huvudboksfil(innehall, by, version):
    ta_emot_fil(block=[innehall], namn="h.csv", by=by)


def _som_arbetsbok(innehall, by, version):
    behall_arbetsbok(version=version, namn="b.xlsx", innehall=innehall, by=by)


def _som_annat_jobbs_fil(innehall, by, version):
    _jobb(by, dagar=1, filer=[innehall])


def _som_det_ett_jobb_ska_lasa(innehall, by, version):
    Jobb.objects.create(slag="las_in", titel="Läs", agare=by, parametrar={"sha256": skriv_fil(innehall)})


def _som_matningarnas_kalla(innehall, by, version):
    _som_kallan(innehall, by, version, "m.csv")


def _som_en_kalla_med_namn_av_en_annan(innehall, by, version):
    _som_kallan(innehall, by, version, f"SHA-256 {'0' * 64}.csv")


def _som_kallan(innehall, by, version, namn):
    with andring(by=by, varfor=f"Ur «{namn}» (SHA-256 {skriv_fil(innehall)})"):
        version.namn += " "
        version.save()


@pytest.mark.parametrize(
    "som_annat",
    [
        _som_huvudboksfil,
        _som_arbetsbok,
        _som_annat_jobbs_fil,
        _som_det_ett_jobb_ska_lasa,
        _som_matningarnas_kalla,
        _som_en_kalla_med_namn_av_en_annan,
    ],
)
def test_en_fil_som_nagot_annat_bygger_pa_ligger_kvar(som_annat, anvandare, version):
    by = anvandare("koncerncontroller")
    gammalt = _jobb(by, filer=[b"delad"])
    sha = gammalt.filer.get().sha256
    som_annat(b"delad", by, version("B2024-ARB"))
    _aldra(sha)
    gallra()
    assert not Jobb.objects.filter(pk=gammalt.pk).exists()
    assert fil_plats(sha).read_bytes() == b"delad"


def test_en_mottagen_fil_som_inget_jobb_gjort_rors_aldrig(anvandare):
    sha = skriv_fil(b"matningar")
    _aldra(sha, 4000)
    _jobb(anvandare("revisor"), filer=[b"annan"])
    gallra()
    assert fil_plats(sha).exists()


def test_en_fil_som_nagon_just_skrivit_igen_far_vila_med_sitt_jobb(anvandare):
    """Whoever has just written the same content has no row yet."""
    gammalt = _jobb(anvandare("revisor"), filer=[b"samma"])
    sha = skriv_fil(b"samma")
    gallra()
    assert fil_plats(sha).exists() and Jobb.objects.filter(pk=gammalt.pk).exists()
    _aldra(sha)
    gallra()
    assert not fil_plats(sha).exists() and not Jobb.objects.filter(pk=gammalt.pk).exists()


def test_den_som_lagger_en_fil_pa_plats_och_den_som_tar_bort_den_vantar_pa_varandra(filmapp):
    sha = skriv_fil(b"samma")
    _aldra(sha)
    with filerna(fcntl.LOCK_SH):
        gallrar = threading.Thread(target=gallring._ta_bort_filer, args=({sha},))
        gallrar.start()
        gallrar.join(0.5)
        assert gallrar.is_alive() and fil_plats(sha).exists()
        os.utime(fil_plats(sha))
    gallrar.join()
    assert fil_plats(sha).exists()
    with filerna(fcntl.LOCK_EX):
        skriver = threading.Thread(target=skriv_fil, args=(b"samma",))
        skriver.start()
        skriver.join(0.5)
        assert skriver.is_alive()
    skriver.join()


def test_jobb_som_en_utredning_kom_ur_ligger_kvar(anvandare, version):
    jobb = _jobb(anvandare("koncerncontroller"))
    Utredning.objects.create(
        version=version("B2024-ARB"), jobb=jobb, indata={}, resultat={}, regelversion="1"
    )
    gallra()
    assert Jobb.objects.filter(pk=jobb.pk).exists()


def test_sessioner_inloggningar_och_notiser_gar_nar_tiden_ar_ute(anvandare):
    mig = anvandare("revisor")
    for dagar in (1, -1):
        Session.objects.create(session_key=f"s{dagar}", session_data="x", expire_date=_for(dagar))
    for dagar in (91, 89):
        for modell, falt in (
            (AccessAttempt, {"failures_since_start": 1, "get_data": "", "post_data": ""}),
            (AccessLog, {}),
            (AccessFailureLog, {}),
        ):
            rad = modell.objects.create(username=f"u{dagar}", ip_address="192.0.2.1", **falt)
            modell.objects.filter(pk=rad.pk).update(attempt_time=_for(dagar))
    for dagar in (366, 364):
        rad = Notis.objects.create(mottagare=mig, text=str(dagar), url="/")
        Notis.objects.filter(pk=rad.pk).update(skapad=_for(dagar))
    ut = StringIO()
    call_command("gallra", "--prova", stdout=ut)
    assert ut.getvalue().splitlines() == [
        "1 avslutade sessioner skulle gallras",
        "3 rader om inloggningar skulle gallras",
        "0 jobb skulle gallras",
        "0 filer som bara förhandsgranskats skulle gallras",
        "1 notiser skulle gallras",
        "0 nedladdningar skulle gallras",
        "0 huvudböcker som inte lästs in skulle gallras",
        "0 arbetsböcker som inte tagits emot skulle gallras",
    ]
    call_command("gallra", stdout=StringIO())
    assert list(
        Session.objects.filter(session_key__startswith="s").values_list("session_key", flat=True)
    ) == ["s-1"]
    for modell in (AccessAttempt, AccessLog, AccessFailureLog):
        assert list(modell.objects.values_list("username", flat=True)) == ["u89"]
    assert list(Notis.objects.filter(mottagare=mig).values_list("text", flat=True)) == ["364"]


def _nedladdad(dagar, sha="0" * 64):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO organisation_nedladdning (tid, vy, adress, filnamn, sha256)"
            " VALUES (%s, 'jobbfil', '/', %s, %s)",
            [_for(dagar), str(dagar), sha],
        )


def test_loggen_over_nedladdningar_gar_nar_tiden_ar_ute_och_haller_ingen_fil_kvar(anvandare):
    gammalt = _jobb(anvandare("revisor"), filer=[b"hamtad"])
    sha = gammalt.filer.get().sha256
    for dagar in (1096, 1094):
        _nedladdad(dagar, sha)
    gallring.gallra()
    assert list(Nedladdning.objects.values_list("filnamn", flat=True)) == ["1094"]
    assert not fil_plats(sha).exists()


def test_gallringen_haller_antalet_fragor_nere(anvandare, django_assert_max_num_queries):
    """Rows go in bunches: ten times as many cost no more queries."""
    Notis.objects.bulk_create(
        Notis(mottagare=anvandare("revisor"), text="x", url="/") for _ in range(gallring.BUNT + 1)
    )
    Notis.objects.update(skapad=_for(400))
    with django_assert_max_num_queries(28):
        assert gallring.gallra()["notiser"] == gallring.BUNT + 1


def test_historiken_gallras_inte(anvandare, version):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pghistory_context")
        fore = cursor.fetchone()
        gallra()
        cursor.execute("SELECT count(*) FROM pghistory_context")
        assert cursor.fetchone() == fore


@pytest.mark.parametrize("varde", ["0", "-1", "36501", "nio"])
def test_en_tid_som_inte_gar_stoppar_starten(varde, monkeypatch):
    monkeypatch.setenv("GALLRA_JOBB_DAGAR", varde)
    with pytest.raises(ImproperlyConfigured, match="GALLRA_JOBB_DAGAR"):
        installningsfil._dagar("GALLRA_JOBB_DAGAR", 90)


def test_beat_gallrar_varje_natt():
    assert installningar.CELERY_BEAT_SCHEDULE["gallra"]["task"] == gallra.name


def test_en_fil_som_bara_forhandsgranskats_gar_och_en_som_godtagits_ligger_kvar(anvandare):
    """«Inget är sparat» was said of a file that lay there for ever."""
    nekad, ny, godtagen = (skriv_forhand(innehall) for innehall in (b"nekad", b"ny", b"godtagen"))
    assert not fil_plats(nekad).exists() and lasbar_plats(nekad).read_bytes() == b"nekad"
    behall(godtagen)
    behall(godtagen)  # again, as the job does that reads it in
    for sha in (nekad, godtagen):
        nar = time.time() - 3 * 24 * 3600
        os.utime(lasbar_plats(sha), (nar, nar))
    assert (
        gallring.gallra(prova=True)["filer som bara förhandsgranskats"] == 1 and lasbar_plats(nekad).exists()
    )
    assert gallring.gallra()["filer som bara förhandsgranskats"] == 1
    assert not lasbar_plats(nekad).exists() and lasbar_plats(ny).exists()
    assert fil_plats(godtagen).read_bytes() == b"godtagen"
    with pytest.raises(FileNotFoundError):
        behall(nekad)


def test_det_ett_vagrat_jobb_skulle_lasa_gar_med_jobbet(anvandare):
    sha = skriv_fil(b"last")
    _jobb(anvandare("revisor"), status="fel", parametrar={"sha256": sha})
    _aldra(sha)
    gallra()
    assert not fil_plats(sha).exists()


def _huvudbok(innehall, *, dagar=91, status="fel"):
    fil = ta_emot_fil(block=[innehall], namn="bok.csv", by=None).fil
    Utfallsfil.objects.filter(pk=fil.pk).update(
        mottagen_tid=_for(dagar), status=status, inlast_tid=timezone.now() if status == "inlast" else None
    )
    _aldra(fil.sha256)
    return fil


def test_huvudbocker_som_aldrig_lastes_in_gallras_med_sitt_innehall(anvandare):
    gammal, ung = _huvudbok(b"a"), _huvudbok(b"b", dagar=89)
    inlast, laser = _huvudbok(b"c", status="inlast"), _huvudbok(b"d", status="vantar")
    erik = anvandare("koncerncontroller")
    Jobb.objects.create(
        slag="las_in_utfall", titel="Prov", parametrar={"fil": laser.pk}, status="koad", agare=erik
    )
    for fil in (gammal, ung):
        Notis.objects.create(mottagare=erik, text="Väntar", url=f"/utfall/filer/{fil.pk}/")
    assert gallring.gallra(prova=True)["huvudböcker som inte lästs in"] == 1
    assert fil_plats(gammal.sha256).exists()
    gallring.gallra()
    assert set(Utfallsfil.objects.values_list("pk", flat=True)) == {ung.pk, inlast.pk, laser.pk}
    assert [n.url for n in Notis.objects.filter(text="Väntar")] == [f"/utfall/filer/{ung.pk}/"]
    assert [fil_plats(f.sha256).exists() for f in (gammal, ung, inlast, laser)] == [False, True, True, True]


def test_en_borttagen_huvudboks_innehall_gar_med_nasta_gallring_om_inget_annat_har_det(anvandare):
    erik = anvandare("koncerncontroller")
    borta, delad = _huvudbok(b"e", dagar=3), _huvudbok(b"f", dagar=3)
    ta_emot_fil(block=[b"f"], namn="samma.csv", namnd=Namnd.objects.get(kod="KN"), by=None)
    _aldra(delad.sha256)
    for fil in (borta, delad):
        ta_bort_fil(fil=fil, by=erik)
    assert fil_plats(borta.sha256).exists()
    gallring.gallra()
    assert not fil_plats(borta.sha256).exists() and fil_plats(delad.sha256).exists()


def test_arbetsbocker_som_inte_tagits_emot_gallras(anvandare, version):
    fran = {"version": version("B2024-ARB"), "by": anvandare("koncerncontroller")}
    gammal, ung, mottagen = (
        behall_arbetsbok(namn=f"{n}.xlsx", innehall=n.encode(), **fran) for n in ("g", "u", "m")
    )
    Ifyllnad.objects.exclude(pk=ung.pk).update(uppladdad_tid=_for(91))
    Ifyllnad.objects.filter(pk=mottagen.pk).update(mottagen_tid=_for(90))
    for bok in (gammal, ung, mottagen):
        _aldra(bok.sha256)
    gallring.gallra()
    assert set(Ifyllnad.objects.all()) == {ung, mottagen}
    assert [fil_plats(b.sha256).exists() for b in (gammal, ung, mottagen)] == [False, True, True]


def test_ej_mottagna_arbetsbocker_har_en_grans(anvandare, version, monkeypatch):
    monkeypatch.setattr("budget.actions.ifyllnad.FLEST_EJ_MOTTAGNA", 2)
    fran = {"version": version("B2024-ARB"), "by": anvandare("koncerncontroller")}
    forsta, _ = (behall_arbetsbok(namn="x.xlsx", innehall=i, **fran) for i in (b"1", b"2"))
    with pytest.raises(ForMangaArbetsbocker, match="2 arbetsböcker"):
        behall_arbetsbok(namn="x.xlsx", innehall=b"3", **fran)
    Ifyllnad.objects.filter(pk=forsta.pk).update(mottagen_tid=timezone.now())
    behall_arbetsbok(namn="x.xlsx", innehall=b"3", **fran)
