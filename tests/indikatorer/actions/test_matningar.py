"""Saving and reading in values: nothing overwritten unseen, nothing half done, every earlier value kept."""

import threading
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from indikatorer.actions.matningar import (
    AndratSedanForhandsgranskningen,
    Matningsandring,
    Matningskonflikt,
    Matningsrad,
    OgiltigMatning,
    las_in_matningar,
    spara_matningar,
)
from indikatorer.models import Indikator, Matning, Segment
from indikatorer.regler.bedomning import Utfall
from indikatorer.regler.period import DELPERIODER
from indikatorer.selectors.bedomning import bedom_indikator
from indikatorer.selectors.celler import Matningsnyckel, Matningsuppgift, nyckel_for, uppgift_for
from indikatorer.selectors.matningar import hamta_matning_historik, hamta_matningar
from indikatorer.selectors.register import hamta_jamforbara, hamta_sparade
from indikatorer.tabeller.varifran import bygg_kalla
from organisation.models import Enhet
from tests.lib.fientlig import Matt

D = Decimal
pytestmark = pytest.mark.django_db


@pytest.fixture
def hoft():
    return Indikator.objects.get(kod="ID0081")


@pytest.fixture
def nu(hoft):
    return hoft.matningar.get(ar=2024)


@pytest.fixture
def erik(anvandare):
    return anvandare("koncerncontroller")


def test_ett_rattat_varde_andrar_bedomningen_och_det_gamla_finns_kvar(hoft, nu, erik):
    andring = Matningsandring(nyckel_for(nu), nu.rev, replace(uppgift_for(nu), varde=D("80.1")))
    assert spara_matningar(andringar=[andring], by=erik, varfor="Rättad i registret") == 1
    efter = hoft.matningar.get(ar=2024)
    assert (efter.varde, efter.rev, efter.ursprung, efter.andrad_av) == (D("80.1"), 2, "inmatad", erik)
    assert bedom_indikator(hoft)[0].bedomning.utfall == Utfall.UPPFYLLT
    sist, forst = hamta_matning_historik(nu.pk)
    assert (sist.varde, sist.pgh_context.metadata["varfor"]) == (D("80.1"), "Rättad i registret")
    assert (forst.varde, forst.pgh_context.metadata["namn"]) == (D("37.3"), "Systemet")
    # The same wish again changes nothing, whatever revision it was based on.
    assert spara_matningar(andringar=[andring], by=erik) == 0


def test_nagon_annans_varde_skrivs_aldrig_over(hoft, nu, erik):
    ny = Matningsnyckel(hoft.pk, 2021, nu.segment_id)
    bada = [
        Matningsandring(nyckel_for(nu), nu.rev + 1, Matningsuppgift(varde=D(50))),
        Matningsandring(ny, 0, Matningsuppgift(varde=D(51))),
    ]
    with pytest.raises(Matningskonflikt) as fel:
        spara_matningar(andringar=bada, by=erik)
    assert fel.value.celler == {nyckel_for(nu): nu}
    assert not hoft.matningar.filter(ar=2021).exists()
    spara_matningar(andringar=bada[1:], by=erik)
    with pytest.raises(Matningskonflikt) as fel:
        spara_matningar(andringar=[replace(bada[1], nytt=Matningsuppgift(varde=D(52)))], by=erik)
    assert fel.value.celler[ny].varde == 51
    with pytest.raises(Matningskonflikt):
        spara_matningar(andringar=[Matningsandring(ny, 7, None)], by=erik)
    spara_matningar(andringar=[Matningsandring(ny, 1, None)], by=erik)
    assert not hoft.matningar.filter(ar=2021).exists()
    with pytest.raises(Matningskonflikt) as fel:
        spara_matningar(andringar=[Matningsandring(ny, 1, Matningsuppgift(varde=D(3)))], by=erik)
    assert fel.value.celler == {ny: None}


@pytest.mark.parametrize(
    ("andrat", "uppgift", "text"),
    [
        ({}, {}, "varför det saknas"),
        ({}, {"varde": D(3), "saknas": "iu"}, "inte samtidigt saknas"),
        ({}, {"varde": D(3), "antal": 4}, "färre än 5 och ska undertryckas"),
        ({}, {"saknas": "undertryckt", "antal": 4, "taljare": D(1)}, "ska undertryckas"),
        ({}, {"varde": D("66.7"), "taljare": D(2), "namnare": D(3)}, "färre än 5 och ska undertryckas"),
        ({}, {"saknas": "iu", "taljare": D(2), "namnare": D(3)}, "ska undertryckas"),
        ({}, {"saknas": "undertryckt", "namnare": D(30), "taljare": D(2)}, "kan inte ha en täljare"),
        ({}, {"varde": D(3), "antal": -1}, "mindre än noll"),
        ({}, {"varde": D(3), "namnare": D(0)}, "Nämnaren kan inte vara noll"),
        ({}, {"varde": D("1e14")}, "för många siffror"),
        ({}, {"varde": D("1.2345678")}, "för många siffror"),
        ({"kon": "X"}, {"varde": D(3)}, "inget kön"),
        ({"kon": "K"}, {"varde": D(3)}, "inte för kvinnor och män"),
        ({"delperiod": 99}, {"varde": D(3)}, "Perioden"),
        ({"enhet": 1, "omrade": 1}, {"varde": D(3)}, "inte båda"),
        ({}, {"varde": D("33.4"), "taljare": D(2), "namnare": D(6)}, "inte täljaren delad med nämnaren"),
    ],
)
def test_det_som_inte_kan_sparas_far_en_mening(hoft, erik, andrat, uppgift, text):
    cell = Matningsnyckel(hoft.pk, 2020)._replace(**andrat)
    with pytest.raises(OgiltigMatning, match=text) as fel:
        spara_matningar(andringar=[Matningsandring(cell, 0, Matningsuppgift(**uppgift))], by=erik)
    assert list(fel.value.fel) == [cell]


def test_andelen_av_taljare_och_namnare_far_vara_avrundad(hoft, erik):
    uppgift = Matningsuppgift(varde=D("33.3"), taljare=D(2), namnare=D(6))
    assert (
        spara_matningar(andringar=[Matningsandring(Matningsnyckel(hoft.pk, 2020), 0, uppgift)], by=erik) == 1
    )


def test_inlasning_raknar_det_som_blir_nytt_andrat_lika_och_borttaget(
    hoft, nu, erik, django_assert_num_queries
):
    cell = nyckel_for(nu)
    fjol = hoft.matningar.get(ar=2023)
    rader = [
        Matningsrad(cell, replace(uppgift_for(nu), varde=D("37.9"))),
        Matningsrad(nyckel_for(fjol), uppgift_for(fjol)),
        Matningsrad(nyckel_for(hoft.matningar.get(ar=2022)), borttagen=True),
        Matningsrad(cell._replace(ar=2021), Matningsuppgift(saknas="iu")),
        Matningsrad(cell._replace(ar=1999), borttagen=True),
    ]
    prov = las_in_matningar(rader=rader, ursprung="kolada", by=erik, varfor="Kolada", prova=True)
    assert (prov.nya, prov.andrade, prov.oforandrade, prov.borttagna) == (1, 1, 1, 1)
    assert [(e.rad, e.fore.varde, e.fore_ursprung, e.fore_rev) for e in prov.ersatta] == [
        (0, D("37.3"), "importerad", 1), (2, D("49.1"), "importerad", 1),
    ]  # fmt: skip
    assert set(hoft.matningar.values_list("ar", "varde")) == {
        (2024, D("37.3")),
        (2023, D("41.3")),
        (2022, D("49.1")),
    }
    lasning = las_in_matningar(rader=rader, ursprung="kolada", by=erik, varfor="Kolada", avtryck=prov.avtryck)
    assert lasning == prov
    assert set(hoft.matningar.values_list("ar", "varde", "ursprung")) == {
        (2024, D("37.9"), "kolada"), (2023, D("41.3"), "importerad"), (2021, None, "kolada"),
    }  # fmt: skip
    # Now the same file would do something else.
    with pytest.raises(AndratSedanForhandsgranskningen, match="granska på nytt"):
        las_in_matningar(rader=rader, ursprung="kolada", by=erik, varfor="Kolada", avtryck=prov.avtryck)
    igen = las_in_matningar(rader=rader, ursprung="kolada", by=erik, varfor="Kolada")
    assert (igen.nya, igen.andrade, igen.oforandrade, igen.borttagna) == (0, 0, 3, 0)


def test_det_som_tas_emot_ar_det_som_visades_rad_for_rad(hoft, erik):
    """A name in the file may have come to mean another indikator, with as many new values."""
    rader = [Matningsrad(Matningsnyckel(hoft.pk, 2020), Matningsuppgift(varde=D(1)))]
    prov = las_in_matningar(rader=rader, ursprung="importerad", by=erik, varfor="", prova=True)
    annan = Indikator.objects.get(kod="ID0285")
    for andrade in (
        [replace(rader[0], cell=Matningsnyckel(annan.pk, 2020))],
        [replace(rader[0], uppgift=Matningsuppgift(varde=D(2)))],
    ):
        with pytest.raises(AndratSedanForhandsgranskningen):
            las_in_matningar(rader=andrade, ursprung="importerad", by=erik, varfor="", avtryck=prov.avtryck)
    assert not annan.matningar.filter(ar=2020).exists()
    assert (
        las_in_matningar(rader=rader, ursprung="importerad", by=erik, varfor="", avtryck=prov.avtryck) == prov
    )


def test_ett_varde_som_togs_bort_och_kom_igen_har_sin_historik_kvar(hoft, nu, erik):
    cell = nyckel_for(nu)
    spara_matningar(andringar=[Matningsandring(cell, nu.rev, None)], by=erik)
    spara_matningar(andringar=[Matningsandring(cell, 0, Matningsuppgift(varde=D(50)))], by=erik)
    igen = hoft.matningar.get(ar=2024)
    assert igen.pk != nu.pk
    handelser = hamta_matning_historik(igen.pk)
    assert [(h.pgh_label, h.varde) for h in handelser] == [
        ("insert", D(50)), ("delete", D("37.3")), ("insert", D("37.3")),
    ]  # fmt: skip
    assert [r.varde for r in bygg_kalla(hoft, igen, handelser).historik][1] == "borttaget"


def test_det_som_undertrycks_lases_inte_i_historiken(hoft, nu, erik):
    cell = nyckel_for(nu)
    dolt = Matningsuppgift(saknas="undertryckt", antal=2, namnare=D(3))
    spara_matningar(andringar=[Matningsandring(cell, nu.rev, dolt)], by=erik)
    m = hoft.matningar.get(ar=2024)
    vy = bygg_kalla(hoft, m, hamta_matning_historik(m.pk))
    assert [(r.varde, r.handelse) for r in vy.historik] == [
        ("visas inte, färre än fem, nämnare <5, antal <5", None), ("visas inte, färre än fem", None),
    ]  # fmt: skip
    assert {f.text for f in vy.fakta if f.ord in ("Nämnare", "Antal bakom värdet")} == {"<5"}
    assert "37,3" not in str(vy)
    # Shown again, the cell has its history again.
    spara_matningar(andringar=[Matningsandring(cell, m.rev, Matningsuppgift(varde=D(40)))], by=erik)
    m.refresh_from_db()
    assert "37,3" in bygg_kalla(hoft, m, hamta_matning_historik(m.pk)).historik[2].varde


def test_inlasning_ar_allt_eller_inget(hoft, nu, erik):
    cell = Matningsnyckel(hoft.pk, 2020)
    bra = Matningsrad(cell, Matningsuppgift(varde=D(1)))
    with pytest.raises(OgiltigMatning) as fel:
        las_in_matningar(
            rader=[bra, replace(bra, uppgift=Matningsuppgift()), bra],
            ursprung="importerad",
            by=erik,
            varfor="",
        )
    assert set(fel.value.fel) == {1, 2} and "tidigare rad" in fel.value.fel[2]
    with pytest.raises(OgiltigMatning, match="inte finns"):
        las_in_matningar(
            rader=[bra, Matningsrad(cell._replace(segment=0), Matningsuppgift(varde=D(1)))],
            ursprung="importerad", by=erik, varfor="",
        )  # fmt: skip
    assert not hoft.matningar.filter(ar=2020).exists()


@pytest.mark.parametrize(
    ("falt", "vakt"),
    [
        ({"varde": None}, "matning_varde_eller_skal"),
        ({"antal": 3}, "matning_sma_grupper_visas_inte"),
        ({"namnare": 3}, "matning_sma_grupper_visas_inte"),
        ({"varde": None, "saknas": "undertryckt", "taljare": 2}, "matning_undertryckt_utan_taljare"),
        ({"namnare": 0}, "matning_namnare_inte_noll"),
        ({"ar": 2020}, "byter inte plats"),
        ({"segment": None, "kon": "K"}, "byter inte plats"),
    ],
)
def test_databasen_vagrar_vem_som_an_skriver(nu, falt, vakt):
    with pytest.raises(IntegrityError, match=vakt), transaction.atomic():
        Matning.objects.filter(pk=nu.pk).update(**falt)


def test_tva_varden_i_en_cell_och_tomning_vagras(nu):
    for falt, vakt in (({"delperiod": 13}, "kand_delperiod"), ({"kon": "X"}, "kant_kon")):
        with pytest.raises(IntegrityError, match=vakt), transaction.atomic():
            Matning.objects.create(
                indikator_id=nu.indikator_id, ar=2020, varde=1, ursprung="inmatad", andrad_tid=nu.andrad_tid, **falt
            )  # fmt: skip
    with pytest.raises(IntegrityError, match="matning_en_per_cell"), transaction.atomic():
        Matning.objects.create(
            indikator_id=nu.indikator_id, segment_id=nu.segment_id, ar=2024, varde=1, ursprung="inmatad",
            andrad_tid=nu.andrad_tid,
        )  # fmt: skip
    for tabell in ("matning", "matningevent", "malniva", "malnivaevent", "indikatorevent"):
        with pytest.raises(IntegrityError, match="töms inte"), transaction.atomic(), connection.cursor() as c:
            c.execute(f"TRUNCATE indikatorer_{tabell} CASCADE")


def test_varden_lases_med_segment_och_omrade_i_en_fraga(django_assert_num_queries):
    indikator = Indikator.objects.get(kod="ID0341")
    with django_assert_num_queries(1):
        rader = [
            (m.segment and m.segment.namn, m.omrade and m.omrade.namn, m.ar)
            for m in hamta_matningar(indikator)
        ]
    assert (None, "Riket", 2024) in rader and len(rader) == 3 + 29 * 3 + 1
    assert Segment.objects.filter(total=True, grupp__kod="svf").count() == 1


def test_tva_som_fyller_samma_tomma_celler_samtidigt_ger_en_konflikt(exempel_pa_riktigt):
    hoft = Indikator.objects.get(kod="ID0081")
    celler = [Matningsnyckel(hoft.pk, ar) for ar in range(2001, 2011)]
    utfall, redo = [], threading.Barrier(2)

    def fyll(varde, ordning):
        try:
            redo.wait()
            andringar = [Matningsandring(c, 0, Matningsuppgift(varde=D(varde))) for c in ordning]
            spara_matningar(andringar=andringar, by=None)
            utfall.append("sparat")
        except Matningskonflikt as krock:
            utfall.append(set(krock.celler))
        finally:
            connection.close()

    tradar = [threading.Thread(target=fyll, args=a) for a in ((1, celler), (2, celler[::-1]))]
    for t in tradar:
        t.start()
    for t in tradar:
        t.join()
    assert "sparat" in utfall and set(celler) in utfall
    assert len(set(hoft.matningar.filter(ar__lte=2010).values_list("varde", flat=True))) == 1


def test_en_cell_som_fylls_mellan_lasning_och_skrivning_skrivs_inte_over(exempel_pa_riktigt):
    hoft = Indikator.objects.get(kod="ID0081")
    cell = Matningsnyckel(hoft.pk, 2001)

    def spara(varde):
        spara_matningar(andringar=[Matningsandring(cell, 0, Matningsuppgift(varde=D(varde)))], by=None)

    def den_andra():
        spara(1)
        connection.close()

    def emellan(execute, sql, *args):
        if sql.startswith("CREATE TEMP TABLE"):
            t = threading.Thread(target=den_andra)
            t.start()
            t.join()
        return execute(sql, *args)

    with connection.execute_wrapper(emellan), pytest.raises(Matningskonflikt) as fel:
        spara(2)
    assert fel.value.celler[cell].varde == 1
    assert hoft.matningar.get(ar=2001).varde == 1


def test_en_fil_till_for_samma_matt_tar_inte_langre_tid_for_det_som_redan_finns(erik):
    """Each cell was held against every value of its indikator, and each changed row with all the others, by plans that
    PostgreSQL had made when there were few: the third file of 20 000 rows took 33 s, its preview was ended after 20."""
    matt = Indikator.objects.create(
        kod="MANGA", namn="Många", enhetsslag="antal", enhet="st", riktning="hogre"
    )
    enheter = list(Enhet.objects.values_list("pk", flat=True))[:40]
    celler = [
        Matningsnyckel(matt.pk, ar, None, "T", period, enhet)
        for ar in range(2000, 2024) for period in sorted(DELPERIODER)[:12] for enhet in enheter
    ]  # fmt: skip

    def las_in(celler, varde):
        rader = [Matningsrad(c, Matningsuppgift(varde=D(varde), kalla="Fil")) for c in celler]
        return las_in_matningar(rader=rader, ursprung="importerad", by=erik, varfor="Prov")

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '8s'")  # a hundred times what each takes
    assert las_in(celler[:1], 1).nya == las_in(celler[:1], 2).andrade == 1
    assert las_in(celler, 2).nya == len(celler) - 1
    assert las_in(celler, 3).andrade == len(celler)
    assert (
        len(hamta_sparade(celler))
        == len(hamta_jamforbara(celler[:2_000])) + len(celler) - 2_000
        == len(celler)
    )
    assert (
        Matning.pgh_event_model.objects.filter(indikator=matt, pgh_label="update").count() == len(celler) + 1
    )


def test_ett_matt_har_inte_hur_manga_varden_som_helst(erik, monkeypatch, hoft):
    """Its page reads them all: twelve files of 20 000 took everybody who opened it 7 s of a web process."""
    nu = hoft.matningar.count()
    monkeypatch.setattr("indikatorer.actions.matningar.FLEST_VARDEN", nu + 1)

    def las_in(*aren):
        rader = [
            Matningsrad(Matningsnyckel(hoft.pk, ar), Matningsuppgift(varde=D(1), kalla="Fil")) for ar in aren
        ]
        return las_in_matningar(rader=rader, ursprung="importerad", by=erik, varfor="Prov")

    with pytest.raises(OgiltigMatning) as fel:
        las_in(1991, 1992)
    assert f"skulle få {nu + 2} värden" in str(fel.value.fel)
    assert hoft.matningar.count() == nu
    assert las_in(1991).nya == 1


def test_ett_ar_har_inte_hur_manga_serier_som_helst(erik, monkeypatch, hoft):
    monkeypatch.setattr("indikatorer.actions.matningar.FLEST_SERIER", 2)
    andra = list(hoft.__class__.objects.exclude(pk=hoft.pk).filter(enhetsslag="procent")[:2])

    def las_in(*matt, ar=1991):
        rader = [
            Matningsrad(Matningsnyckel(m.pk, ar), Matningsuppgift(varde=D(1), kalla="Fil")) for m in matt
        ]
        return las_in_matningar(rader=rader, ursprung="importerad", by=erik, varfor="Prov")

    assert las_in(hoft, andra[0]).nya == 2
    with pytest.raises(OgiltigMatning) as fel:
        las_in(andra[1])
    assert "1991 skulle få 3 serier" in str(fel.value.fel)
    assert las_in(andra[1], ar=1992).nya == 1


def test_ett_matt_har_inte_hur_mycket_text_som_helst_i_fotnoter(erik, monkeypatch, hoft):
    """Page and API write each note out: six files of 64 kB became an answer of 395 MB, and 2 GB of a web process."""
    tecken = sum(len(m.fotnot) for m in hoft.matningar.all())
    monkeypatch.setattr("indikatorer.actions.matningar.FLEST_TECKEN", tecken + 10)

    def las_in(fotnot):
        rad = Matningsrad(
            Matningsnyckel(hoft.pk, 1991), Matningsuppgift(varde=D(1), kalla="Fil", fotnot=fotnot)
        )
        return las_in_matningar(rader=[rad], ursprung="importerad", by=erik, varfor="Prov")

    assert las_in("x" * 10).nya == 1
    for fotnot in ("x" * 11, "\U0001f600" * 11):
        with pytest.raises(OgiltigMatning) as fel:
            las_in(fotnot)
        assert f"skulle få {tecken + 11} tecken i fotnoter" in str(fel.value.fel)
    assert las_in("kortare").andrade == 1


def test_det_narmaste_aret_jamfors_och_av_tva_det_tidigare(hoft):
    def nyckel(ar, **mer):
        return Matningsnyckel(hoft.pk, ar, **mer)

    Matning.objects.filter(indikator=hoft).delete()
    rader = [
        Matningsrad(nyckel(ar), Matningsuppgift(varde=D(varde), kalla="k"))
        for ar, varde in ((2015, 15), (2019, 19), (2020, 0))
    ]
    las_in_matningar(rader=rader, ursprung="importerad", by=None, varfor="Prov")
    svar = hamta_jamforbara([nyckel(2014), nyckel(2017), nyckel(2020), nyckel(2019), nyckel(2017, kon="K")])
    assert {c.ar: ar for c, (ar, _) in svar.items()} == {2014: 2015, 2017: 2015, 2020: 2019, 2019: 2019}
    assert hamta_jamforbara([]) == {} == hamta_sparade([])


def test_varje_ar_jamfors_med_det_narmaste_utan_att_provas_mot_alla(erik, hoft):
    """132 rows of 151 years, a file of 100 kB, cost a web process 4 s at each look at the preview."""
    aren = [ar for ar in range(1950, 2101) if ar % 3]
    enheter = list(Enhet.objects.values_list("pk", flat=True)[:60])
    platser = [{"enhet": e, "kon": k} for e in enheter for k in "TKM"]
    nu = timezone.now()
    Matning.objects.bulk_create(
        Matning(
            indikator=hoft, enhet_id=p["enhet"], kon=p["kon"], ar=ar, varde=D(ar), ursprung="importerad",
            andrad_tid=nu,
        )
        for p in platser for ar in aren
    )  # fmt: skip
    celler = [Matningsnyckel(hoft.pk, ar, **p) for p in platser for ar in range(1950, 2101)]
    with Matt() as matt:
        svar = hamta_jamforbara(celler)
    for c in celler[:151]:
        ratt = min(aren, key=lambda ar: (abs(ar - c.ar), ar))
        assert svar[c] == (ratt, D(ratt))
    assert len(svar) == len(celler) and matt.cpu < 0.5
