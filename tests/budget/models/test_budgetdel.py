"""What the database itself refuses of parts and comments, whoever writes."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from budget.actions.budgetdel import oppna_for_inmatning
from budget.models import Belopp, Budgetdel, Kommentar
from budget.regler.delflode import Delstatus, overgangar
from tests.budget.belopp import egna_nivaer, skriv


@pytest.fixture(autouse=True)
def nivaer_av_egna_belopp(version):
    """The bridge counts the levels of a copy; here their cells are to have amounts."""
    egna_nivaer(version("B2024-ARB"))


VAG = {
    "oppen": [],
    "inlamnad": ["inlamnad"],
    "granskad": ["inlamnad", "granskad"],
    "ater": ["inlamnad", "ater"],
    "klar": ["inlamnad", "granskad", "klar"],
}


@pytest.fixture
def delen(version, anvandare):
    arb, by = version("B2024-ARB"), anvandare("koncerncontroller")
    oppna_for_inmatning(version=arb, sista_dag=timezone.localdate() + timedelta(30), by=by)
    skriv(arb, "askanden", "drift", "KN", 2024, "420.5", by)
    return Budgetdel.objects.get(version__kod="B2024-ARB", namnd__kod="KN")


def _kor(sql, *parametrar):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parametrar)


def _satt(pk, status):
    _kor("UPDATE budget_budgetdel SET status = %s, inlamnad_tid = now() WHERE id = %s", status, pk)


@pytest.mark.parametrize(("fran", "till"), [p for p in product(Delstatus, Delstatus) if p[0] != p[1]])
def test_varje_overgang_i_sql(delen, fran, till):
    for steg in VAG[fran]:
        _satt(delen.pk, steg)
    if (fran, till) in set(overgangar()):
        _satt(delen.pk, till)
        delen.refresh_from_db()
        assert delen.status == till
    else:
        with pytest.raises(IntegrityError, match=f"går inte från {fran} till {till}"):
            _satt(delen.pk, till)


@pytest.mark.parametrize(
    ("sql", "fel"),
    [
        ("DELETE FROM budget_budgetdel", "En budgetdel tas inte bort"),
        ("TRUNCATE budget_budgetdel CASCADE", "töms inte"),
        ("TRUNCATE budget_budgetdelevent", "töms inte"),
        ("TRUNCATE budget_kommentar CASCADE", "töms inte"),
        ("TRUNCATE budget_paminnelse", "töms inte"),
        ("UPDATE budget_budgetdel SET version_id = (SELECT id FROM budget_budgetversion WHERE kod = 'B2024')",
         "byter inte version|är låst"),
        ("INSERT INTO budget_budgetdel (version_id, namnd_id, status, sista_dag, rev, inlamnad_tid)"
         " SELECT v.id, n.id, 'klar', now(), 1, now() FROM budget_budgetversion v, organisation_namnd n"
         " WHERE v.kod = 'B2024-ARB' AND n.kod = 'FINANS'", "börjar som öppen"),
        ("INSERT INTO budget_budgetdel (version_id, namnd_id, status, sista_dag, rev)"
         " SELECT v.id, n.id, 'oppen', now(), 1 FROM budget_budgetversion v, organisation_namnd n"
         " WHERE v.kod = 'B2024' AND n.kod = 'KN'", "är låst"),
    ],
)  # fmt: skip
def test_en_del_star_kvar(delen, sql, fel):
    _kor(
        "SET CONSTRAINTS ALL IMMEDIATE"
    )  # a table with waiting checks is not emptied, whatever the guards say
    with pytest.raises(IntegrityError, match=fel):
        _kor(sql)


# What a nämnd hands in is what it asks for. Its ram is fullmäktige's, and lies not fast with the part.
DRIFT = (
    "SELECT p.id FROM budget_post p JOIN budget_uppstallning u ON u.id = p.uppstallning_id"
    " WHERE u.kod = 'askanden' AND p.kod = 'drift'"
)


@pytest.mark.parametrize("status", ["inlamnad", "granskad", "klar"])
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE budget_belopp SET belopp = belopp + 1 WHERE version_id = {v} AND enhet_id = {e}",
        "UPDATE budget_belopp SET belopp = belopp + 1 WHERE version_id = {v}",
        "DELETE FROM budget_belopp WHERE version_id = {v} AND enhet_id = {e}",
        # Away from the nämnd, and to it.
        "UPDATE budget_belopp SET enhet_id = (SELECT id FROM organisation_enhet WHERE kod = 'FINANS')"
        " WHERE version_id = {v} AND enhet_id = {e}",
        "UPDATE budget_belopp SET enhet_id = {e}, ar = 2026, post_id = (" + DRIFT + ")"
        " WHERE id = (SELECT id FROM budget_belopp WHERE version_id = {v} AND enhet_id <> {e} LIMIT 1)",
        "INSERT INTO budget_belopp (version_id, enhet_id, post_id, ar, belopp, precision, rev, ursprung, kalla,"
        " andrad_tid) SELECT {v}, {e}, (" + DRIFT + "), 2025, 1, 1, 1, 'inmatad', '', now()",
    ],
)
def test_inlamnad_del_tar_inga_belopp_ens_ur_sql(delen, status, sql):
    for steg in VAG[status]:
        _satt(delen.pk, steg)
    enhet = delen.namnd.placeringar.get().enhet_id
    with pytest.raises(IntegrityError, match="är inlämnad och tar inga nya belopp: Kulturnämnden"):
        _kor(sql.format(v=delen.version_id, e=enhet))


def test_andra_namnder_regionen_och_andra_versioner_skrivs_som_forut(delen, version):
    _satt(delen.pk, "inlamnad")
    enhet = delen.namnd.placeringar.get().enhet_id
    andra = Belopp.objects.filter(version=delen.version).exclude(enhet=enhet)
    assert andra.update(belopp=1) > 100
    assert Belopp.objects.filter(version=delen.version, enhet__kod="REGION", belopp=1).exists()
    _satt(delen.pk, "ater")
    assert Belopp.objects.filter(version=delen.version, enhet=enhet).update(belopp=2)


def test_kommentarens_ord_star_kvar(delen, anvandare):
    k = Kommentar.objects.create(
        version=delen.version, budgetdel=delen, text="Se över", forfattare=anvandare("koncerncontroller")
    )
    for sql, fel in (
        ("UPDATE budget_kommentar SET text = 'Annat'", "skrivs inte om"),
        (
            "UPDATE budget_kommentar SET forfattare_id = (SELECT max(id) FROM organisation_anvandare)",
            "skrivs inte om",
        ),
        ("DELETE FROM budget_kommentar", "En kommentar tas inte bort"),
        ("UPDATE budget_kommentar SET lost_tid = now()", "kommentar_lost_har_vem"),
        ("UPDATE budget_kommentar SET budgetdel_id = NULL", "skrivs inte om|pa_en_plats"),
    ):
        with pytest.raises(IntegrityError, match=fel):
            _kor(sql)
    with pytest.raises(IntegrityError, match="samma plats"), transaction.atomic():
        Kommentar.objects.create(
            version=delen.version, svar_pa=k, enhet=delen.namnd.placeringar.get().enhet, ar=2024,
            post=Belopp.objects.filter(version=delen.version).first().post, text="Svar", forfattare=k.forfattare,
        )  # fmt: skip
    _kor("UPDATE budget_kommentar SET tillbakatagen = now()")
    with pytest.raises(IntegrityError, match="skrivs inte om"):
        _kor("UPDATE budget_kommentar SET tillbakatagen = NULL")
    assert [h.text for h in k.events.order_by("pgh_id")] == ["Se över", "Se över"]
