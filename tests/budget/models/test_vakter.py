"""What the database itself refuses, whoever writes."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from budget.models import Belopp, Budgetversion, Post, Uppstallning
from organisation.models import Enhet, Namnd, Placering, Roll, Rolltilldelning, Sektor


def _kor(sql, *parametrar):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parametrar)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE budget_belopp SET belopp = belopp + 1 WHERE version_id = %s",
        "DELETE FROM budget_belopp WHERE version_id = %s",
        "UPDATE budget_belopp SET version_id = (SELECT id FROM budget_budgetversion WHERE kod = 'B2024-ARB'),"
        " ar = ar, post_id = post_id WHERE version_id = %s AND ar = 2024",
        "INSERT INTO budget_belopp (version_id, enhet_id, post_id, ar, belopp, precision, rev, ursprung, kalla,"
        " andrad_tid) SELECT version_id, enhet_id, (SELECT id FROM budget_post WHERE kod = 'rer_ib'), ar, 1, 1, 1,"
        " 'inmatad', '', now() FROM budget_belopp WHERE version_id = %s LIMIT 1",
    ],
)
def test_last_version_tar_ingen_andring_ens_ur_sql(version, sql):
    with pytest.raises(IntegrityError, match=r"är låst|belopp_en_per_cell"):
        _kor(sql, version("B2024").pk)


def test_oppen_version_tar_andring_ur_sql_och_historiken_sager_att_den_kom_utifran(version):
    cell = Belopp.objects.get(version=version("B2024-ARB"), post__kod="kostnader", ar=2024)
    _kor("UPDATE budget_belopp SET belopp = -62824000000 WHERE id = %s", cell.pk)
    handelse = cell.events.order_by("pgh_id").last()
    assert handelse.belopp == -62824000000
    assert handelse.pgh_context is None
    cell.refresh_from_db()
    assert cell.rev == 2


def test_faststalld_version_oppnas_inte_ens_ur_sql(version):
    with pytest.raises(IntegrityError, match="fastställd"):
        _kor("UPDATE budget_budgetversion SET status = 'oppen', faststalld = false WHERE kod = 'B2024'")


def test_summapost_tar_inga_belopp(version):
    arb = version("B2024-ARB")
    summa = Post.objects.get(uppstallning__kod="resultatbudget", kod="nettokostnader")
    with pytest.raises(IntegrityError, match="är en summa"):
        _kor(
            "INSERT INTO budget_belopp (version_id, enhet_id, post_id, ar, belopp, precision, rev, ursprung, kalla,"
            " andrad_tid) VALUES (%s, %s, %s, 2024, 1, 1, 1, 'inmatad', '', now())",
            arb.pk,
            Enhet.objects.get(kod="REGION").pk,
            summa.pk,
        )


def test_ar_utanfor_versionen_avvisas(version):
    with pytest.raises(IntegrityError, match="utanför"):
        _kor(
            "UPDATE budget_belopp SET ar = 2031 WHERE version_id = %s AND ar = 2026", version("B2024-ARB").pk
        )


def test_en_cell_har_ett_belopp(version):
    cell = Belopp.objects.filter(version=version("B2024-ARB")).first()
    cell.pk = None
    with pytest.raises(IntegrityError, match="belopp_en_per_cell"), transaction.atomic():
        cell.save()


def test_blad_med_belopp_blir_inte_summa(version):
    u = Uppstallning.objects.create(kod="ny", namn="Ny", ordning=99)
    post = Post.objects.create(uppstallning=u, kod="blad", namn="Blad", typ="blad", ordning=1)
    Belopp.objects.create(
        version=version("B2024-ARB"), enhet=Enhet.objects.get(kod="REGION"), post=post, ar=2024, belopp=1,
        precision=1, ursprung="inmatad", andrad_tid="2024-01-01T00:00Z",
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="måste förbli ett blad"):
        _kor("UPDATE budget_post SET typ = 'summa' WHERE id = %s", post.pk)


def test_historiken_andras_inte(version):
    with pytest.raises(Exception, match="Cannot update or delete"):
        _kor("UPDATE budget_beloppevent SET belopp = 0")


def test_bulkandring_hamnar_i_historiken(version):
    fore = Belopp.events.rel.related_model.objects.count()
    antal = Belopp.objects.filter(version=version("B2024-ARB"), ar=2026).update(belopp=1)
    assert Belopp.events.rel.related_model.objects.count() == fore + antal


def test_enhet_har_inte_tva_placeringar_samtidigt(db):
    enhet = Enhet.objects.get(kod="KN")
    with pytest.raises(IntegrityError, match="placering_utan_overlapp"), transaction.atomic():
        Placering.objects.create(
            enhet=enhet, namnd=Namnd.objects.get(kod="KTN"), ordning=1, giltig_fran=date(2025, 1, 1)
        )


def test_omorganisation_skriver_inte_om_aldre_budget(version):
    from budget.selectors.uppstallning import hamta_kolumner
    from budget.tabeller.uppstallning import las_tabell
    from organisation.permissions import Enhetsurval

    def las():
        kolumner = hamta_kolumner(version("B2024"))
        u = next(u for u in kolumner if u.kod == "regionbidrag")
        return las_tabell(version("B2024"), u, kolumner[u], Enhetsurval(allt=True))

    fore = las()
    Placering.objects.filter(enhet__kod="KN").update(giltig_till=date(2025, 1, 1))
    Placering.objects.create(
        enhet=Enhet.objects.get(kod="KN"),
        namnd=Namnd.objects.get(kod="RS"),
        sektor=Sektor.objects.get(kod="verksamhetsstod"),
        ordning=1,
        giltig_fran=date(2025, 1, 1),
    )
    assert las() == fore


def test_roll_kraver_ratt_omfang(anvandare):
    with pytest.raises(IntegrityError, match="ratt_omfang"), transaction.atomic():
        Rolltilldelning.objects.create(anvandare=anvandare("revisor"), roll=Roll.CONTROLLER)


def test_versionens_ar_lista_foljer_planaren(version):
    assert Budgetversion.objects.get(kod="B2024").ar_lista == (2024, 2025, 2026)


@pytest.mark.parametrize(
    ("sql", "fel"),
    [
        ("TRUNCATE budget_belopp CASCADE", "töms inte"),
        ("TRUNCATE budget_beloppevent", "töms inte"),
        ("UPDATE budget_post SET tecken = -1 WHERE kod = 'kostnader'", "räknas inte om"),
        ("UPDATE budget_post SET foralder_id = NULL WHERE kod = 'kostnader'", "räknas inte om"),
        ("UPDATE budget_kontrollsumma SET belopp = belopp + 1", "är låst"),
        ("DELETE FROM budget_kontrollsumma", "är låst"),
        ("DELETE FROM budget_versionskolumn", "är låst"),
        ("UPDATE budget_utredning SET resultat = '{}'", "ändras inte"),
        ("DELETE FROM budget_utredning", "ändras inte"),
        ("UPDATE organisation_placering SET sektor_id = NULL", "flyttas inte"),
    ],
)
def test_det_som_ar_last_ligger_fast_ocksa_for_sql(db, sql, fel):
    with pytest.raises(IntegrityError, match=fel), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_vem_och_varfor_skrivs_inte_om_efterat(exempel_pa_riktigt):
    for sql in ("UPDATE pghistory_context SET metadata = '{}'", "DELETE FROM pghistory_context"):
        with pytest.raises(IntegrityError, match="ligger fast"), connection.cursor() as cursor:
            cursor.execute(sql)


def test_flyttad_och_nystartad_enhet_finns_i_varje_summa(version):
    """An enhet that ended, or began, during the years of a table keeps its amounts in it."""
    from budget.selectors.kontroll import hamta_avvikelser
    from budget.selectors.uppstallning import hamta_kolumner
    from budget.tabeller.uppstallning import las_tabell
    from organisation.permissions import Enhetsurval

    Placering.objects.filter(enhet__kod="KN").update(giltig_till=date(2024, 1, 1))
    Placering.objects.filter(enhet__kod="RUN").update(giltig_fran=date(2024, 3, 1))
    kolumner = hamta_kolumner(version("B2024"))
    u = next(u for u in kolumner if u.kod == "regionbidrag")
    t = las_tabell(version("B2024"), u, kolumner[u], Enhetsurval(allt=True))
    assert t.cell("alla", "B2024-2024").varde == 53_833_900_000
    assert t.cell("alla", "B2023-2023").varde == 48_872_000_000
    assert t.cell("enhet-KN", "B2024-2024").varde == 357_400_000
    assert [r.rubrik for r in t.rader if r.slag == "grupp"][-1] == "Utan sektor"
    sektor = next(a for a in hamta_avvikelser([version("B2024")], uppstallning=u) if a.nyckel.ar == 2024)
    assert sektor.omfang_namn == "Summa regional utveckling"


def test_ny_enhet_under_aret_hor_till_sin_forsta_namnd(anvandare, version):
    from organisation.permissions import Behorighet, Ratt

    ny = Enhet.objects.create(kod="NY", namn="Ny enhet", typ="forvaltning")
    for namnd, fran, till in (("KN", date(2024, 3, 1), date(2025, 1, 1)), ("RS", date(2025, 1, 1), None)):
        Placering.objects.create(
            enhet=ny, namnd=Namnd.objects.get(kod=namnd), ordning=1, giltig_fran=fran, giltig_till=till
        )
    period = version("B2024-ARB").period
    urval = Behorighet(anvandare("controller-kn")).urval(Ratt.SKRIVA_BELOPP, last=False, period=period)
    assert ny.pk in urval
