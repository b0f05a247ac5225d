"""docker-compose.yml: what the application may in its database."""

from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import yaml
from django.conf import settings
from django.db import connection
from django.test import Client

ROT = Path(settings.BASE_DIR)
SKRIPT = "docker/skapa-roll.sh"


def _tjanst(namn):
    return yaml.safe_load((ROT / "docker-compose.yml").read_text(encoding="utf-8"))["services"][namn]


def _sql(namn):
    """What the script gives to psql, for a role and a database of another name."""
    _, _, rest = (ROT / SKRIPT).read_text(encoding="utf-8").partition("<<'SQL'\n")
    sql = rest.partition("\nSQL\n")[0].replace(":'losenord'", "'hemligt'").replace("regionskane", namn)
    return [sats for sats in sql.split(";") if sats.strip()]


@pytest.fixture
def roll(db):
    """(the role that the script makes, a connection to its database with that role's rights)."""
    namn = f"roll_{connection.settings_dict['NAME']}"
    stada = (f'DROP DATABASE IF EXISTS "{namn}"', f'DROP ROLE IF EXISTS "{namn}"')
    uppgifter = connection.get_connection_params() | {"autocommit": True}
    for namnlos in ("cursor_factory", "context"):
        uppgifter.pop(namnlos, None)
    with psycopg.connect(**uppgifter) as superanvandare:
        for sats in (*stada, *_sql(namn)):
            superanvandare.execute(sats)
        try:
            with psycopg.connect(**uppgifter | {"dbname": namn}) as egen:
                egen.execute(f'SET ROLE "{namn}"')
                yield namn, egen
        finally:
            for sats in stada:
                superanvandare.execute(sats)


def test_programmet_ar_ingen_superanvandare(roll):
    namn, egen = roll
    rad = egen.execute(
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolcanlogin FROM pg_roles WHERE rolname = %s", [namn]
    ).fetchone()
    assert rad == (False, False, False, True)


def test_rollen_racker_till_det_som_migreringarna_gor(roll):
    """What in a database takes more than to own it: extensions that are not trusted, functions in C, event triggers."""
    _, egen = roll
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'")
        tillagg = [namn for (namn,) in cursor.fetchall()]
        cursor.execute(
            "SELECT proname FROM pg_proc JOIN pg_language l ON l.oid = prolang LEFT JOIN pg_depend d"
            " ON d.objid = pg_proc.oid AND d.deptype IN ('e', 'i') WHERE d.objid IS NULL AND NOT lanpltrusted"
            " AND pronamespace <> 'pg_catalog'::regnamespace AND pronamespace <> 'information_schema'::regnamespace"
            " AND lanname <> 'sql'"
        )
        assert cursor.fetchall() == []
        cursor.execute("SELECT count(*) FROM pg_event_trigger")
        assert cursor.fetchone() == (0,)
    for namn in tillagg:
        egen.execute(f'CREATE EXTENSION "{namn}"')
    egen.execute("CREATE SCHEMA huvudbok")
    egen.execute("CREATE TABLE prov (id int)")
    egen.execute("SET client_connection_check_interval = 2000; SET work_mem = '128MB'")


def test_programmet_loggar_in_som_sin_roll_och_inte_som_databasens_superanvandare():
    databas, webb = _tjanst("db"), _tjanst("web")
    mitt = urlsplit(webb["environment"]["DATABASE_URL"].split("${")[0] + "x@db:5432/regionskane")
    assert mitt.username == "regionskane" != databas["environment"]["POSTGRES_USER"]
    assert f"./{SKRIPT}:/docker-entrypoint-initdb.d/skapa-roll.sh:ro" in databas["volumes"]
    losenord = {n: v.split(":?")[0] for n, v in databas["environment"].items() if "PASSWORD" in n}
    assert losenord == {
        "POSTGRES_PASSWORD": "${POSTGRES_ADMIN_PASSWORD",
        "REGIONSKANE_PASSWORD": "${POSTGRES_PASSWORD",
    }
    assert "POSTGRES_ADMIN_PASSWORD" not in str(webb["environment"])


def test_nginx_exemplet_behaller_porten(db, settings):
    """Behind a proxy on another port than 443 a form is taken only when the port comes along."""
    exempel = (ROT / "docs" / "drift.md").read_text(encoding="utf-8").partition("proxy_set_header Host ")[2]
    vard = {"$http_host": "budget.example.se:8443", "$host": "budget.example.se"}[exempel.partition(";")[0]]
    settings.ALLOWED_HOSTS = ["budget.example.se"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    klient = Client(enforce_csrf_checks=True, headers={"host": vard, "x-forwarded-proto": "https"})
    token = klient.get("/logga-in/").context["csrf_token"]
    svar = klient.post(
        "/logga-in/",
        {"csrfmiddlewaretoken": str(token), "username": "ingen", "password": "fel"},
        headers={"origin": "https://budget.example.se:8443"},
    )
    assert svar.status_code == 200
