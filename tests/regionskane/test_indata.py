"""What a stranger may write in an address, a form or JSON: a sentence and 400 or 404, never 500, and nothing saved."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django import forms
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from budget.models import Belopp, Kommentar
from indikatorer.imports.matningar_celler import lasare
from regionskane import settings as installningsfil
from regionskane.indata import URLKODAT
from regionskane.lib.jsontext import OgiltigJson, las_decimal, las_json
from tests.lib.fientlig import Matt
from tests.test_behorighet import ARB, ROLLER, TABELL

ROT = Path(__file__).parents[2]
HAKAR = "[" * 200_000
KONCERN = ROLLER.index("koncerncontroller")
# Names of parameters and fields that some page reads.
NAMN = re.findall(
    r"\w+",
    """
    alla ar av avtryck bara bas bekraftat belopp bokstav bredvid del delar delperiod dim efter enhet fil form fran fraga
    giltig_fran giltig_till innehall interna jamfor jobb kalla kod kommentar konto kpier malniva mot namn namnd namnder
    next omraden ordna ordning per period post rev sedd segment sida sista_dag sok som sparat status steg tal tema text
    tillbaka till titel typ u ursprung utfall vad varde varfor vart
    """,
)
VARDEN = ("9" * 5_000, "1e999999999", "²", "[" * 3_000)
FORMULAR = ("9" * 5_000, "0000-00-00", "1e999999999", HAKAR)
I_ADRESSEN = ("99999999999999999999", "9999", "0")


@pytest.fixture
def klient(som):
    k = som("koncerncontroller")
    k.raise_request_exception = False
    return k


def _adresser(metod: str) -> list[str]:
    """Those that answer a koncerncontroller with more than that there is nothing."""
    return sorted({a for _, m, a, svar in TABELL if m == metod and svar[KONCERN] != 404 and "logga" not in a})


def _felande(klient, anrop) -> list:
    svar = []
    for metod, adress, *data in anrop:
        with transaction.atomic():
            if klient.generic(metod, adress, *data).status_code >= 500:
                svar.append((metod, adress[:200], [str(d)[:80] for d in data]))
            transaction.set_rollback(True)
    return svar


@pytest.mark.slow
@pytest.mark.parametrize("varde", VARDEN, ids=range(len(VARDEN)))
def test_fientliga_fragor_ger_aldrig_500(klient, varde):
    fraga = urlencode(dict.fromkeys(NAMN, varde))
    assert (
        _felande(klient, (("GET", f"{a}{'&' if '?' in a else '?'}{fraga}") for a in _adresser("GET"))) == []
    )


@pytest.mark.slow
@pytest.mark.parametrize("varde", FORMULAR, ids=range(len(FORMULAR)))
def test_fientliga_formular_ger_aldrig_500(klient, varde):
    form = urlencode(dict.fromkeys(NAMN, varde))
    anrop = (("POST", a, form, "application/x-www-form-urlencoded") for a in _adresser("POST"))
    assert _felande(klient, anrop) == []


@pytest.mark.slow
@pytest.mark.parametrize("varde", I_ADRESSEN)
def test_fientliga_adresser_ger_aldrig_500(klient, varde):
    anrop = {
        (metod, f"{a[: m.start()]}{varde}{a[m.end() :]}")
        for metod in ("GET", "POST")
        for a in _adresser(metod)
        for m in re.finditer(r"(?<=/)(\d+|[A-Z][\w-]*)(?=/)", a)
    }
    assert _felande(klient, sorted(anrop)) == []


def test_nolltecken_och_halva_tecken_ger_400_pa_varje_adress(klient):
    for _, metod, adress, _ in TABELL:
        svar = klient.get(f"{adress}{'&' if '?' in adress else '?'}x=a%00b")
        assert svar.status_code == 400, adress
        if metod == "POST" and not adress.startswith("/api/") and not adress.endswith("/matningar/"):
            svar = klient.post(adress, {"text": "a\0b"})
            assert (svar.status_code, "nolltecken" in svar.content.decode()) == (400, True), adress
    assert klient.get("/budget/2024/B20%0024/").status_code == 400
    svar = klient.get("/api/v1/indikatorer/?sok=%00")
    assert svar.status_code == 400 and "nolltecken" in svar.json()["fel"][0]


def test_nolltecken_i_en_kommentar_sparar_inget_och_sager_vad_som_ar_fel(klient):
    fore = Kommentar.objects.count()
    svar = klient.post(f"{ARB}/kommentera/regionbidrag/regionbidrag/KN/2024/", {"text": "Varf\0r?"})
    assert svar.status_code == 400
    assert "ett tecken som inte går att spara" in svar.content.decode()
    assert Kommentar.objects.count() == fore


def test_det_som_skrevs_skickas_igen_utan_tecknet_men_bara_fran_en_egen_sida(klient):
    adress = f"{ARB}/kommentera/regionbidrag/regionbidrag/enhet-KN/2024/"
    svar = klient.post(adress, {"text": "Varf\0r?", "losenord": "hemligt"})
    sida = svar.content.decode()
    assert 'name="text" value="Varfr?"' in sida and f'action="{adress}"' in sida and "hemligt" not in sida
    # A page of somebody else's would otherwise have its form sent again as if it were ours.
    frammande = Client(enforce_csrf_checks=True)
    frammande.cookies = klient.cookies
    svar = frammande.post(adress, {"text": "Varf\0r?"})
    assert svar.status_code == 400 and "Varfr" not in svar.content.decode()


def test_nolltecken_i_en_kaka_ar_ingens_kaka(client, db):
    client.raise_request_exception = False
    for kaka in ("sessionid", "tema"):
        # As it comes over the wire: a later Python makes no such cookie, and reads it.
        huvud = {"HTTP_COOKIE": f'{kaka}="aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\000"'}
        assert client.get("/logga-in/", **huvud).status_code == 200
        assert client.get("/budget/", **huvud).status_code == 302


@pytest.mark.parametrize(
    "bas",
    [HAKAR, HAKAR + "]" * 200_000, '{"1.1.2024":[1,"1e999999999"]}', '{"1.1.2024":[1,"\\u0000"]}'],
    ids=range(4),
)
def test_tvahundratusen_hakar_i_bas_ger_400_och_en_mening(klient, bas):
    for adress in (f"{ARB}/regionbidrag/inmatning/", "/indikatorer/NORV-ALF/matningar/"):
        with Matt() as matt:
            svar = klient.post(adress, {"bas": bas, "varfor": "x"})
        assert svar.status_code == 400
        assert svar.content.decode().startswith("Formuläret är skadat.")
        assert matt.cpu < 2


@pytest.mark.parametrize(
    "text",
    [HAKAR, HAKAR + "]" * 200_000, '{"a":' * 9_000, '"\\ud800"', '{"a\\u0000":1}', "NaN", "x", "9" * 5_000],
    ids=range(8),
)
def test_fientlig_json_till_api_ger_400_och_en_mening(klient, text):
    with pytest.raises(OgiltigJson):
        las_json(text)
    for _, metod, adress, svar in TABELL:
        if metod == "POST" and adress.startswith("/api/") and svar[KONCERN] == 400:
            svar = klient.post(adress, text, content_type="application/json")
            assert svar.status_code == 400, adress
            assert svar.json()


@pytest.mark.slow
@pytest.mark.parametrize(
    "varde", [5, [], ["x"], {"a": 1}, None, True, 1e308, 10**4_000, "9" * 5_000], ids=range(9)
)
def test_varden_av_fel_slag_till_api_ger_aldrig_500(klient, varde):
    falt = dict.fromkeys([*NAMN, "rubrik", "motivering", "besluta"], varde)
    kroppar = [
        falt,
        falt | {"rader": {"KN": varde}},
        falt | {"rader": {}, "steg": "aterlamna"},
        [varde],
        varde,
    ]
    anrop = [
        ("POST", adress, json.dumps(kropp), "application/json")
        for _, metod, adress, _ in TABELL
        if metod == "POST" and adress.startswith("/api/")
        for kropp in kroppar
    ]
    assert _felande(klient, anrop) == []


@pytest.mark.parametrize(
    "text", ["1e999999999", "0e999999999", "NaN", "-Infinity", "1" * 61, "1e-999999999", "", "x"]
)
def test_tal_som_blir_langa_att_skriva_ut_ar_inga_tal(text):
    with pytest.raises(ValueError):
        las_decimal(text)


def test_vanlig_json_och_vanliga_tal_lases():
    assert las_json('{"a":[1,"\\ud83d\\ude00",null]}') == {"a": [1, "😀", None]}
    belopp = Belopp(belopp=las_decimal("-62824000000.00"))
    assert str(belopp.belopp) == json.loads('"-62824000000.00"')


# What is kept by nobody.


@pytest.mark.parametrize("nummer", [0, KONCERN])
def test_inget_svar_sparas_av_nagon(nummer, som, client, db):
    klient = som(ROLLER[nummer]) if ROLLER[nummer] else client
    for _, metod, adress, _ in TABELL:
        svar = klient.generic(metod, adress)
        assert svar.headers["Cache-Control"] == "private, no-store", adress
    vagen = settings.MIDDLEWARE  # static files are answered before
    assert vagen.index("whitenoise.middleware.WhiteNoiseMiddleware") < vagen.index(
        "regionskane.indata.IngenKopiaMiddleware"
    )


# What is too large.

MB = 1024 * 1024


class Kropp:
    """A body that nobody needs to send: it knows whether anybody has begun to read it."""

    last = False

    def read(self, *_):
        self.last = True
        return b""

    readline = read


def _stor(klient, adress, byte, typ="multipart/form-data; boundary=x", **huvud):
    kropp = Kropp()
    svar = klient.generic(
        "POST", adress, CONTENT_TYPE=typ, CONTENT_LENGTH=str(byte), **huvud, **{"wsgi.input": kropp}
    )
    return svar, kropp.last


def test_av_den_som_inte_loggat_in_lases_inget_stort(client, db, django_assert_num_queries):
    for byte in (MB + 1, 300 * MB, 10**30):
        with django_assert_num_queries(0):
            svar, last = _stor(client, "/logga-in/", byte)
        assert (svar.status_code, last) == (413, False)
        assert "Du är inte inloggad, och då tas högst 1 MB emot." in svar.content.decode()
        assert svar.headers["Cache-Control"] == "private, no-store"
    svar, last = _stor(client, "/api/v1/indikatorer/", MB + 1, "application/json")
    assert (svar.status_code, last) == (413, False) and "inte inloggad" in svar.json()["fel"][0]
    client.cookies["sessionid"] = "a" * 32  # anybody's
    assert _stor(client, "/logga-in/", 50 * MB)[0].status_code == 413
    assert _stor(client, "/logga-in/", MB)[1]


def test_den_som_loggat_in_far_skicka_filer_upp_till_en_grans(klient, settings):
    assert settings.UPLOAD_LIMIT == 100 * MB
    assert _stor(klient, "/utfall/filer/", 100 * MB)[1]
    svar, last = _stor(klient, "/utfall/filer/", 100 * MB + 1)
    assert (svar.status_code, last) == (413, False)
    assert "större än 100 MB" in svar.content.decode() and "Dela upp filen" in svar.content.decode()
    # What is no file is held in memory, and becomes objects there.
    svar, last = _stor(klient, "/api/v1/indikatorer/", MB + 1, "application/json")
    assert (svar.status_code, last) == (413, False) and "större än 1 MB" in svar.json()["fel"][0]
    svar, last = _stor(klient, "/notiser/", 2 * MB + 1, URLKODAT)
    assert (svar.status_code, last) == (413, False) and "större än 2 MB" in svar.content.decode()
    assert _stor(klient, "/notiser/", 2 * MB, URLKODAT)[1]


@pytest.mark.parametrize("kropp", ["a=" + "%" * 990_000, "a=" + "%41" * 330_000, "%3D" * 300_000])
def test_ett_formular_av_procenttecken_vagras_innan_det_skrivs_ut(kropp, client, klient):
    """urllib keeps a piece for each of them: 180 bytes."""
    for vem, adress in ((client, "/logga-in/"), (klient, "/notiser/"), (klient, "/api/v1/budget/")):
        with Matt() as matt:
            svar = vem.generic("POST", adress, kropp, content_type=URLKODAT)
        assert svar.status_code == 413 and "Skicka mindre i taget" in svar.content.decode()
        assert matt.minne < 40 * MB


def test_en_sida_med_tusentals_belopp_och_ord_ryms_i_ett_formular(client, klient):
    kropp = "&".join(f"c-1-{i}-2024=%E2%88%921+234%2C5&k-{i}=%5B1%2C%22234%22%5D" for i in range(9_000))
    assert len(kropp) < MB and kropp.count("%") > 50_000
    assert klient.generic("POST", "/notiser/", kropp, content_type=URLKODAT).status_code != 413
    assert client.generic("POST", "/notiser/", kropp, content_type=URLKODAT).status_code == 413
    utgangen = client.generic("POST", "/notiser/", kropp[: len(kropp) // 2], content_type=URLKODAT)
    assert utgangen.status_code != 413  # what a session that has ended had typed is given back


def test_json_av_bara_klamrar_vagras_innan_det_blir_objekt():
    for text in ("[" + "[]," * 300_000 + "[]]", "[" + "{}," * 60_000 + "{}]"):
        with Matt() as matt, pytest.raises(OgiltigJson, match="orimligt många"):
            las_json(text)
        assert matt.cpu < 0.5
    assert len(las_json("[" + "[1,2]," * 40_000 + "[]]")) == 40_001


def test_en_kropp_som_inte_sager_hur_stor_den_ar_lases_inte(klient):
    svar, last = _stor(klient, "/utfall/filer/", "", HTTP_TRANSFER_ENCODING="chunked")
    assert (svar.status_code, last) == (411, False) and "hur stort" in svar.content.decode()


@pytest.mark.parametrize("varde", ["0", "-1", "100001", "stor"])
def test_en_storlek_som_inte_gar_stoppar_starten(varde, monkeypatch):
    monkeypatch.setenv("UPLOAD_LIMIT_MB", varde)
    with pytest.raises(ImproperlyConfigured, match="UPLOAD_LIMIT_MB"):
        installningsfil._megabyte("UPLOAD_LIMIT_MB", 100)


# The key.


@pytest.mark.parametrize(
    "nyckel", ["kort", "x" * 49, "x" * 60, "abcd" * 20, "django-insecure-" + "abcdefghij" * 5]
)
def test_en_hemlighet_som_gar_att_gissa_stoppar_starten(nyckel):
    miljo = {"SECRET_KEY": nyckel, "DATABASE_URL": "postgres://a@localhost/a"}
    kord = _starta(miljo)
    assert kord.returncode == 1
    assert kord.stderr.startswith("SECRET_KEY går att gissa: den ska vara minst 50 slumpade tecken.")
    assert "secrets.token_urlsafe(50)" in kord.stderr and nyckel not in kord.stderr


def test_den_hemlighet_som_exemplet_sager_racker():
    exempel = (ROT / ".env.exempel").read_text(encoding="utf-8")
    kod = re.search(r'python3 -c "(import secrets; print\(secrets.token_urlsafe\(50\)\))"', exempel)[1]
    nyckel = subprocess.run(
        [sys.executable, "-c", kod], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert _starta({"SECRET_KEY": nyckel, "DATABASE_URL": "postgres://a@localhost/a"}).returncode == 0
    assert _starta({}).returncode == 0  # a command without any makes one for itself


def _starta(miljo: dict[str, str]) -> subprocess.CompletedProcess:
    env = {k: v for k, v in os.environ.items() if k != "SECRET_KEY"} | miljo
    return subprocess.run(
        [sys.executable, "manage.py", "diffsettings"],
        cwd=ROT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("adress", "falt"),
    [
        ("/budget/2024/B2024-ARB/scenarier/nytt/", "belopp-intakter-2024"),
        ("/budget/2024/B2024-ARB/brygga/justering/ny/", "titel"),
    ],
)
def test_ett_langt_falt_upprepas_inte_i_sina_meningar(klient, adress, falt):
    """As files: the bound of a form's fields was that of what is sent with them."""
    with Matt() as matt:
        svar = klient.post(adress, {falt: "'" * 1_500_000})
    assert svar.status_code == 422
    assert (matt.cpu < 2, len(svar.content) < 10 * MB) == (True, True)


def test_det_som_lases_i_en_ruta_haller_inget_minne():
    las = lasare(",")
    with Matt() as matt:
        for i in range(20):
            assert las("1" + " " * 4_000_000 + "\u2007" + f"{234 + i}").tal == 1234 + i
    assert matt.minne < 60 * MB


def test_falten_i_ett_formular_med_filer_far_inte_vara_storre_an_i_ett_utan(klient):
    """Files may be 100 MB; 10 MB of text beside them were repeated in the answer: 0.9 GB."""
    for adress in ("/utfall/filer/", f"{ARB}/regionbidrag/inmatning/", "/indikatorer/las-in/"):
        with Matt() as matt:
            svar = klient.post(adress, {"varfor": "'" * (2 * MB + 1)})
        assert svar.status_code == 413 and "tillsammans större än 2 MB" in svar.content.decode()
        assert (matt.cpu < 1, len(svar.content) < MB) == (True, True)


def _alla_formular(klass=forms.BaseForm):
    for under in klass.__subclasses__():
        yield under
        yield from _alla_formular(under)


def test_varje_textfalt_sager_hur_langt_det_far_vara():
    """What is saved without end is read by all who open the page. Numbers and passwords have ends of their own."""
    assert get_resolver().url_patterns  # every view, and so every form, is loaded
    egna = {"budget", "indikatorer", "organisation", "regionskane", "uppfoljning"}
    utan = {
        (formular.__name__, namn)
        for formular in _alla_formular()
        if formular.__module__.split(".")[0] in egna
        for namn, falt in formular.base_fields.items()
        if isinstance(falt, forms.CharField) and falt.max_length is None
    }
    assert utan == {
        ("Inloggningsformular", "password"),
        ("Inloggningsformular", "username"),
        ("Losenordsformular", "new_password1"),
        ("Losenordsformular", "new_password2"),
        ("Losenordsformular", "old_password"),
        ("Scenarioformular", "ranta"),
        ("Scenarioformular", "skattesats_nu"),
    }
