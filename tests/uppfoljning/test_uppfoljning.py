"""The calendar, the uppföljningsplan and the styrkort: what is loaded, what the database refuses, and the pages."""

import csv
import io
from datetime import date
from html import unescape
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from organisation.models import Namnd
from uppfoljning.models import Ansvar, Malplan, Malpunkt, Malrad, Tillfalle
from uppfoljning.regler.kalender import Dagar, Lage, lagen, sista_dag
from uppfoljning.selectors.kalender import hamta_kalender
from uppfoljning.selectors.malplan import hamta_rader
from uppfoljning.tabeller.kalender import behandlas, narmast

MAPP = Path(__file__).resolve().parents[2] / "fixtures"
PLAN, STYRKORT = "/uppfoljning/2024/plan/", "/uppfoljning/2025/styrkort/NORV_MS/"


def _rader(fil):
    with (MAPP / f"{fil}.csv").open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def _text(svar):
    return " ".join(unescape(svar.content.decode()).replace("\u00a0", " ").split())


def _bok(svar):
    return openpyxl.load_workbook(io.BytesIO(svar.content))


def test_dagarna_i_kalendern():
    manad = Dagar(date(2024, 4, 30))
    fullmaktige = (date(2024, 11, 4), date(2024, 11, 4))
    hos_namnd, hos_fullmaktige = (
        Dagar(date(2024, 8, 31), fullmaktige, fore=True),
        Dagar(date(2024, 8, 31), fullmaktige),
    )
    assert sista_dag(hos_namnd) == date(2024, 11, 3)
    alla = [manad, hos_namnd, hos_fullmaktige]
    assert lagen(alla, date(2024, 4, 30)) == [Lage.NARMAST, Lage.KOMMER, Lage.KOMMER]
    assert lagen(alla, date(2024, 5, 1)) == [Lage.SLUT, Lage.NARMAST, Lage.KOMMER]
    assert lagen(alla, date(2024, 11, 4)) == [Lage.SLUT, Lage.PASSERAT, Lage.NARMAST]
    assert lagen(alla, date(2024, 11, 5)) == [Lage.SLUT, Lage.PASSERAT, Lage.PASSERAT]
    assert lagen([], date(2024, 1, 1)) == []


def test_varje_rad_i_kalendern_ar_inlast(db):
    vantat = _rader("budget2024/uppfoljningskalender")
    assert len(vantat) == 13
    inlast = [
        {
            "ar": str(t.ar),
            "namn": t.namn,
            "typ": t.typ,
            "arendetyp": t.arendetyp,
            "instans": t.instans.kod if t.instans else "",
            "period_fran": str(t.period_fran),
            "period_till": str(t.period_till),
            "period_harledd": str(int(t.period_harledd)),
            "behandlas_fran": str(t.behandlas_fran or ""),
            "behandlas_till": str(t.behandlas_till or ""),
            "infor": t.infor.instans.kod if t.infor else "",
            "anm": t.anm,
            "kalla": t.kalla,
        }
        for t in Tillfalle.objects.order_by("ordning").select_related("instans", "infor__instans")
    ]
    assert inlast == vantat
    assert [behandlas(t) for t in hamta_kalender(2024) if behandlas(t)] == [
        "Före regionfullmäktige 4 november 2024",
        "4 november 2024",
        "Före regionfullmäktige i april 2025",
        "April 2025",
    ]


@pytest.mark.parametrize(
    ("fil", "antal", "ar"), [("budget2024/uppfoljningsplan", 96, 2024), ("ms2025/styrkort", 32, 2025)]
)
def test_varje_rad_i_planerna_ar_inlast(db, fil, antal, ar):
    vantat = _rader(fil)
    assert len(vantat) == antal
    inlast = [
        {
            "kod": r.kod,
            "omrade": r.omrade,
            "mal": r.mal.kod,
            "insatsomrade": r.insatsomrade,
            "titel": r.punkt.titel,
            "typ": r.punkt.typ,
            "nytt_ar": str(r.punkt.nytt_ar or ""),
            "ansvariga": ";".join(a.vem.kod for a in r.ansvar.all()),
            "huvudansvarig": "".join(a.vem.kod for a in r.ansvar.all() if a.huvudansvarig),
            "malvarde": r.punkt.malvarde,
            "mal_i_kapitlet": r.mal_i_kapitlet.kod if r.mal_i_kapitlet else "",
            "anm": r.anm,
            "kalla": r.kalla,
        }
        for r in hamta_rader(Malplan.objects.get(ar=ar))
    ]
    falt = vantat[0].keys() - {"nyckel"}
    assert [{f: r[f] for f in falt} for r in inlast] == [{f: r[f] for f in falt} for r in vantat]


def test_ett_uppdrag_pa_flera_stallen_ar_ett(db):
    med_nyckel = [r for r in _rader("budget2024/uppfoljningsplan") if r["nyckel"]]
    punkter = {r["nyckel"]: set() for r in med_nyckel}
    for r in med_nyckel:
        punkter[r["nyckel"]].add(Malrad.objects.get(kod=r["kod"]).punkt_id)
    assert [len(p) for p in punkter.values()] == [1, 1, 1]
    assert Malpunkt.objects.filter(plan__ar=2024).count() == 96 - len(med_nyckel) + 3
    # Each uppdrag has one huvudansvarig at most, wherever it stands.
    huvud = Ansvar.objects.filter(huvudansvarig=True).values_list("rad__punkt", "namnd").distinct()
    assert len(huvud) == len({punkt for punkt, _ in huvud})


def test_en_gang_till_andrar_inget_och_historiken_sager_varifran(db):
    tabeller = ("tillfalle", "malplan", "malpunkt", "malrad", "ansvar", "overgripandemal")

    def antal():
        with connection.cursor() as cursor:
            fraga = ", ".join(
                f"(SELECT count(*) FROM uppfoljning_{t}), (SELECT count(*) FROM uppfoljning_{t}event)"
                for t in tabeller
            )
            cursor.execute(f"SELECT {fraga}")
            return cursor.fetchone()

    fore, ut = antal(), io.StringIO()
    call_command("ladda_exempel", utan_huvudbok=True, stdout=ut)
    assert "Inget ändrat" in ut.getvalue()
    assert antal() == fore
    handelse = Malrad.pgh_event_model.objects.select_related("pgh_context").first()
    assert handelse.pgh_context.metadata["varfor"].startswith("Inläst från ")


def test_vad_databasen_vagrar(db):
    rad = Malrad.objects.get(kod="UP24-003")
    kn = rad.ansvar.get(namnd__kod="KN")
    sn, hsn = Namnd.objects.get(kod="SN"), Namnd.objects.get(kod="HSN")
    delar = Tillfalle.objects.get(namn="delår augusti", instans=None)

    def tva_huvudansvariga():
        kn.huvudansvarig = True
        kn.save()

    def bara_en_dag():
        Tillfalle.objects.filter(pk=delar.infor_id).update(behandlas_till=None)

    for vad, villkor in (
        (tva_huvudansvariga, "ansvar_en_huvudansvarig"),
        (lambda: Ansvar.objects.create(rad=rad, ordning=99, namnd=hsn), "ansvar_en_gang"),
        (lambda: Ansvar.objects.create(rad=rad, ordning=99), "ansvar_namnd_eller_enhet"),
        (lambda: Malplan.objects.create(ar=2024), "malplan_en_per_ar_och_enhet"),
        (
            lambda: Malpunkt.objects.filter(typ="delmal").update(nytt_ar=2024),
            "malpunkt_bara_uppdrag_ar_nya",
        ),
        (bara_en_dag, "tillfalle_egna_dagar_eller_infor"),
        (
            lambda: Tillfalle.objects.filter(pk=delar.pk).update(
                behandlas_fran=date(2024, 10, 1), behandlas_till=date(2024, 10, 1)
            ),
            "tillfalle_egna_dagar_eller_infor",
        ),
    ):
        with pytest.raises(IntegrityError, match=villkor), transaction.atomic():
            vad()
    with (
        pytest.raises(IntegrityError, match="töms inte"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE uppfoljning_ansvarevent")
    Ansvar.objects.create(rad=rad, ordning=99, namnd=sn)


def test_kalendern_och_det_som_ar_narmast(som, django_assert_num_queries):
    klient = som("politiker")
    klient.get("/uppfoljning/")
    with django_assert_num_queries(7):
        text = _text(klient.get("/uppfoljning/"))
    assert "har alla tillfällen i kalendern för 2024 passerat." in text
    assert "Mars: månadsuppföljning med analys och prognos" in text
    assert "Uppföljningsplan 2024" in text and "Medicinsk service" in text
    kalender = hamta_kalender(2024)
    assert narmast(kalender, date(2024, 4, 29)) == [
        "April: månadsuppföljning, information hos varje nämnd och styrelse. Perioden slutar 30 april 2024;"
        " sista dagen är i morgon."
    ]
    assert narmast(kalender, date(2024, 11, 4)) == [
        "Delår augusti: delårsrapport, beslut hos regionfullmäktige. 4 november 2024; sista dagen är i dag."
    ]
    assert len(narmast(kalender, date(2024, 3, 1))) == 2
    assert narmast(kalender, date(2026, 11, 25)) == []


def test_tretton_uppdrag_star_under_sitt_mal_pa_sida_och_i_arbetsbok(som):
    koder = [f"UP24-{i:03}" for i in range(6, 19)]
    rader = {r.kod: r for r in hamta_rader(Malplan.objects.get(ar=2024))}
    assert {rader[kod].mal.namn for kod in koder} == {"Tillgänglighet och kvalitet"}
    assert rader["UP24-005"].mal.namn == "Bättre liv och hälsa för fler"
    klient = som("revisor")
    text = _text(klient.get(PLAN))
    for insats in ("God tillgänglighet", "Jämlik hälso- och sjukvård", "Säker hälso- och sjukvård"):
        assert f"Tillgänglighet och kvalitet: {insats}" in text
        assert f"Bättre liv och hälsa för fler: {insats}" not in text
    assert "planen har ingen målrubrik på sidan" in text
    bok = klient.get(f"{PLAN}excel/")
    rubriker = [str(c.value) for blad in _bok(bok) for rad in blad.iter_rows() for c in rad if c.value]
    assert any(r.startswith("Tillgänglighet och kvalitet: Säker") for r in rubriker)


def test_planen_kan_sokas_och_valjas(som, django_assert_num_queries):
    klient = som("revisor")
    klient.get(PLAN)
    with django_assert_num_queries(8):
        text = _text(klient.get(PLAN))
    assert "96 rader." in text and "3 uppdrag står i flera områden" in text
    assert "Samtliga nämnder och styrelser" in text and "samtliga sjukhusstyrelser" in text
    assert "Sektorskapitlets tabell anger i stället PVN som huvudansvarig." in text
    for fraga, antal in (
        ("?sok=LYMFÖDEM", 1),
        ("?sok=bup+dagar", 1),
        ("?ansvarig=PDV&typ=uppdrag", _antal(typ="uppdrag", ansvariga="PDV")),
        ("?huvudansvarig=PEN&nytt=ja", 5),
        ("?nytt=nej", 96 - sum(r["nytt_ar"] == "2024" for r in _rader("budget2024/uppfoljningsplan"))),
        ("?huvudansvarig=ingen", 8),
        ("?typ=hittepå", None),
    ):
        text = _text(klient.get(PLAN + fraga))
        assert (f"{antal} av 96 rader." if antal is not None else " 96 rader.") in text, fraga
    tom = _text(klient.get(PLAN + "?sok=finns-inte"))
    assert "0 av 96 rader." in tom and "Inget i urvalet" in tom and f'href="{PLAN}">Visa alla' in tom


def _antal(*, typ, ansvariga):
    rader = _rader("budget2024/uppfoljningsplan")
    return sum(r["typ"] == typ and ansvariga in r["ansvariga"].split(";") for r in rader)


def test_styrkortet_star_under_regionens_mal(som, django_assert_num_queries):
    klient = som("controller-kn")
    klient.get(STYRKORT)
    with django_assert_num_queries(8):
        text = _text(klient.get(STYRKORT))
    assert "15 effektmål och 17 aktiviteter." in text
    assert "Alla 5 övergripande mål har effektmål" in text
    Malpunkt.objects.get(titel="Jämlik vård inom god ekonomisk hushållning").rader.all().delete()
    text = _text(klient.get(STYRKORT))
    assert "Utan effektmål i styrkortet: Långsiktigt stark ekonomi." in text


def test_arbetsbockerna(som):
    klient = som("revisor")
    bok = _bok(klient.get(f"{PLAN}excel/"))
    titlar = {c.value for blad in bok for c in blad["A"]}
    assert {r["titel"] for r in _rader("budget2024/uppfoljningsplan")} <= titlar
    ansvariga = [rad for rad in bok["Ansvariga"].values if rad[1] == "UP24-003"]
    assert len(ansvariga) == 13 and [r[4] for r in ansvariga if r[5] == "Ja"] == [
        "Hälso- och sjukvårdsnämnden"
    ]
    urval = _bok(klient.get(f"{PLAN}excel/?sok=lymfödem"))
    assert any("1 av 96 rader" in str(v) for rad in urval["Om"].values for v in rad)
    assert klient.get(f"{PLAN}excel/").content == klient.get(f"{PLAN}excel/").content
    kalender = _bok(klient.get("/uppfoljning/2024/kalender/excel/"))
    assert sum("textrad" in str(rad[5]) for rad in kalender["Kalender 2024"].values if len(rad) > 5) == 13
    styrkort = _bok(klient.get(f"{STYRKORT}excel/"))
    assert sum(rad[1] in ("Effektmål", "Aktivitet") for rad in styrkort["Styrkort"].values) == 32
    assert klient.get("/uppfoljning/2031/kalender/excel/").status_code == 404


def test_menyn_har_uppfoljning_for_den_som_far_lasa(som):
    assert 'href="/uppfoljning/"' in som("politiker").get("/").content.decode()
    assert 'href="/uppfoljning/"' not in som("administrator").get("/").content.decode()
