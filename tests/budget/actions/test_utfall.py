"""A ledger file read in, all or nothing: what it brings, what it replaces, and what stops it."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from budget.actions.utfall import (
    Koppling,
    KopplingFel,
    UtfallFel,
    bekrafta_varningar,
    koppla_koder,
    las_in,
    starta_inlasning,
    ta_emot_fil,
    valj_kolumner,
    valj_perioder,
)
from budget.demo import generera
from budget.exports.huvudbok import SKRIVARE
from budget.imports.granska_utfall import ansvar_till_enhet, summera
from budget.imports.mellanlager import lagg_upp
from budget.imports.oppna import oppna_huvudbok
from budget.models import (
    Ansvarsregel,
    Huvudboksrad,
    Kontoregel,
    Motpart,
    Saldo,
    Utfallsdel,
    Utfallsfil,
    Utfallskalla,
)
from budget.selectors.kontoplan import hamta_kontoposter
from budget.selectors.kontroll_utfall import kontrollera_saldon
from budget.selectors.utfallsfiler import filens_historik
from organisation.models import Enhet, Namnd, Notis
from regionskane.lib.anmarkning import Niva
from tests.budget.imports import test_fientliga_filer as fientliga

RUBRIK = "Period;Konto;Ansvar;Motpart;Verifikation;Text;Belopp"
KN, HSN = "10001", "27001"  # ansvar of the two nämnder


def csv(*rader: str) -> bytes:
    return "\n".join((RUBRIK, *rader, "")).encode()


def balans(period: int, ansvar: str, konto: str, belopp: int, ver: str, motpart: str = "") -> tuple[str, str]:
    """A voucher of two lines: the konto and a balance account."""
    return (
        f"{period};{konto};{ansvar};{motpart};{ver};Prov;{belopp},50",
        f"{period};1680;{ansvar};;{ver};Prov;-{belopp},50",
    )


MANAD = csv(*balans(202403, KN, "5010", 100, "A1", "10"), *balans(202403, HSN, "4010", 200, "A2"))


@pytest.fixture
def las(db):
    """Hand a file in and read it; gives what came of it."""

    def las(innehall: bytes, namn="mars.csv", *, by=None, namnd=None, bekraftat=(), kalla=""):
        fil = ta_emot_fil(block=[innehall], namn=namn, by=by, namnd=namnd, kalla=kalla).fil
        if bekraftat:
            Utfallsfil.objects.filter(pk=fil.pk).update(bekraftat=list(bekraftat))
        return las_in(fil=fil, by=by)

    return las


def saldon() -> dict:
    return {
        (e, p, k, m): b
        for e, p, k, m, b in Saldo.objects.values_list("enhet__kod", "period", "konto", "motpart", "belopp")
    }


def allt() -> tuple:
    return (
        saldon(),
        Huvudboksrad.objects.count(),
        list(Utfallsdel.objects.values_list("fil", "period", "rader")),
    )


def koder(resultat, *nivaer) -> list[str]:
    return [f.anmarkning.kod for f in resultat.fynd if not nivaer or f.anmarkning.niva in nivaer]


def test_en_fil_lases_in_summeras_och_har_sin_historia(las, anvandare):
    vem = anvandare("koncerncontroller")
    resultat = las(MANAD, by=vem)
    assert (resultat.fel, resultat.fynd) == ("", ())
    fil = Utfallsfil.objects.get()
    assert (fil.status, fil.rader, fil.slag, fil.kodning) == ("inlast", 4, "csv", "UTF-8")
    assert fil.inlast_av == vem
    assert saldon() == {
        ("KN", 202403, "5010", "10"): Decimal("100.50"),
        ("KN", 202403, "1680", ""): Decimal("-100.50"),
        ("HSN", 202403, "4010", ""): Decimal("200.50"),
        ("HSN", 202403, "1680", ""): Decimal("-200.50"),
    }
    assert sorted(Huvudboksrad.objects.values_list("rad", "konto", "verifikation", "belopp")) == [
        (2, "5010", "A1", Decimal("100.50")), (3, "1680", "A1", Decimal("-100.50")),
        (4, "4010", "A2", Decimal("200.50")), (5, "1680", "A2", Decimal("-200.50")),
    ]  # fmt: skip
    assert [(h.namn, h.varfor) for h in filens_historik(fil)] == [
        (str(vem), "Läsning av filen"), (str(vem), "Lämnade in filen"),
    ]  # fmt: skip
    assert list(kontrollera_saldon()) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'mellan%'")
        assert cursor.fetchone()[0] == 0


def test_samma_innehall_andrar_inget_vad_filen_an_heter(las):
    las(MANAD)
    fore = allt()
    resultat = las(MANAD, "en annan mars.csv")
    assert (resultat.fel, resultat.fynd, resultat.fil.namn) == ("", (), "mars.csv")
    assert allt() == fore and Utfallsfil.objects.count() == 1


def test_rattad_manad_ersatter_hela_den_tidigare_och_bada_star_kvar(las):
    forsta = las(csv(*balans(202402, KN, "5010", 10, "A1"), *balans(202403, KN, "5010", 100, "A2"),
                     *balans(202403, HSN, "4010", 200, "A3"))).fil  # fmt: skip
    andra = las(csv(*balans(202403, KN, "5020", 70, "A2")), bekraftat=["KRYMPT"])
    assert koder(andra) == ["KRYMPT"]  # HSN has no line left in March
    assert "ersätter 2 rader" in andra.fynd[0].anmarkning.text
    assert {n: b for n, b in saldon().items() if n[2] != "1680"} == {
        ("KN", 202402, "5010", ""): Decimal("10.50"),
        ("KN", 202403, "5020", ""): Decimal("70.50"),
    }
    assert Huvudboksrad.objects.count() == 8
    delar = Utfallsdel.objects.filter(fil=forsta).order_by("period", "enhet__kod")
    assert [(d.enhet.kod, d.period, d.ersatt_av_id) for d in delar] == [
        ("KN", 202402, None), ("HSN", 202403, andra.fil.pk), ("KN", 202403, andra.fil.pk),
    ]  # fmt: skip
    assert list(kontrollera_saldon()) == []
    fore = allt()
    assert las(csv(*balans(202402, KN, "5010", 10, "A1"), *balans(202403, KN, "5010", 100, "A2"),
                   *balans(202403, HSN, "4010", 200, "A3"))).fil == forsta  # fmt: skip
    assert allt() == fore


def test_sa_manga_okanda_koder_som_ingen_kopplar_for_hand_raknas_men_listas_inte(las, som):
    """Each of them is a row with a choice of every post on the file's page."""
    rader = "".join(f"202403;{90_000 + i};{KN};;V{i // 2};x;{1 if i % 2 else -1},00\n" for i in range(5_000))
    resultat = las(csv() + rader.encode())
    fynd = resultat.fynd[0]
    assert len(fynd.koder) == 200 and "och 4\u00a0980 till" in fynd.anmarkning.text
    assert "De 200 första visas" in fynd.anmarkning.text and len(fynd.anmarkning.text) < 400
    svar = som("koncerncontroller").get(f"/utfall/filer/{Utfallsfil.objects.get().pk}/")
    assert svar.status_code == 200 and svar.content.count(b"<select") < 300


def test_en_fil_med_tusen_kolumner_lases_anda(las):
    """A row of it is more than the database keeps: the job ended in an unexpected fault, every time."""
    tomma = [f"Fritt {i}" for i in range(980)]
    rubrik = f"{RUBRIK};{';'.join(tomma)}\n"
    rader = [f"{rad};{';'.join(['x' * 8] * len(tomma))}\n" for rad in balans(202403, KN, "5010", 100, "A1")]
    resultat = las((rubrik + "".join(rader)).encode())
    assert resultat.fil.status == "inlast", resultat.fynd
    assert resultat.fil.rader == 2


def test_manga_ansvar_jamfors_inte_vart_och_ett_med_alla_de_andra(las):
    """A file of 1 MB with 36 000 ansvar held the worker and a core of the database for 55 s."""
    planer = []

    def forklara(execute, sql, params, many, context):
        if str(sql).startswith("UPDATE huvudbok.mellan_ansvar"):
            with context["cursor"].connection.cursor() as cursor:
                cursor.execute("EXPLAIN " + sql, params)
                planer.append("\n".join(rad for (rad,) in cursor.fetchall()))
        return execute(sql, params, many, context)

    rader = [f"202403;5010;{i};;A1;Prov;1,50" for i in range(20_000)]
    with connection.execute_wrapper(forklara):
        resultat = las(csv(*rader))
    assert any(f.anmarkning.kod == "OKANT_ANSVAR" for f in resultat.fynd)
    (plan,) = planer
    assert "Hash Cond: (COALESCE(NULLIF(mellan_ansvar.ansvar" in plan


def test_okanda_koder_listas_alla_kopplas_och_inlasningen_gar_vidare(las, anvandare):
    vem = anvandare("koncerncontroller")
    fore = allt()
    innehall = csv(
        *balans(202403, KN, "9991", 5, "A1", "777"), *balans(202403, "99999", "9992", 7, "A2"),
        "202403;9991;99999;;;x;1,00",
    )  # fmt: skip
    resultat = las(innehall, by=vem)
    fil = Utfallsfil.objects.get()
    assert (allt(), fil.status) == (fore, "vantar")
    assert koder(resultat) == ["OKANT_KONTO", "OKANT_ANSVAR", "OKAND_MOTPART"]
    assert [(k["kod"], k["rader"], k["belopp"], k["rad"]) for k in resultat.fynd[0].koder] == [
        ("9991", 2, "6.50", 2), ("9992", 1, "7.50", 4),
    ]  # fmt: skip
    assert [(k["kod"], k["rader"], k["belopp"]) for k in resultat.fynd[1].koder] == [("99999", 3, "1.00")]
    assert "9991, 9992" in resultat.fel and "99999" in resultat.fel and "777" in resultat.fel
    post, enhet = hamta_kontoposter()[0], Enhet.objects.get(kod="KN")
    kopplingar = [
        Koppling("k0", "konto", "9991", "9991", "9999", "Prov", post, 2024),
        Koppling("k1", "konto", "9992", "9992", "9992", "Prov", post, 2024),  # the first one has taken it
        Koppling("a0", "ansvar", "99999", "99999", "99999", "Prov", enhet, 2024),
    ]
    with pytest.raises(KopplingFel) as fel:
        fel_till = Koppling("m0", "motpart", "777", "777", "777", "", "extern", 2024)
        koppla_koder(fil=fil, kopplingar=[*kopplingar, fel_till], by=vem)
    assert fel.value.nyckel == "m0"
    assert not Kontoregel.objects.filter(fran="9991").exists()  # all or none
    with pytest.raises(KopplingFel, match="tar inte 9991"):
        koppla_koder(
            fil=fil, kopplingar=[Koppling("k0", "konto", "9991", "8000", "8100", "", post, 2024)], by=vem
        )
    kopplingar.append(Koppling("m0", "motpart", "777", "777", "777", "Prov", "extern", 2024))
    koppla_koder(fil=fil, kopplingar=kopplingar, by=vem)
    assert Motpart.objects.get(kod="777").giltig_fran == date(2024, 1, 1)
    resultat = las_in(fil=fil, by=vem)
    assert resultat.fel == "" and len(saldon()) == 4


def test_rader_utan_ansvar_tar_regeln_for_utan(las, anvandare):
    resultat = las(csv(*balans(202403, "", "5010", 5, "A1")))
    assert [k["kod"] for k in resultat.fynd[0].koder] == ["UTAN"]
    koppla_koder(
        fil=resultat.fil, by=anvandare("koncerncontroller"),
        kopplingar=[Koppling("a", "ansvar", "UTAN", "UTAN", "UTAN", "Utan", Enhet.objects.get(kod="KN"), 2024)],
    )  # fmt: skip
    assert las_in(fil=resultat.fil, by=None).fel == ""
    assert set(Huvudboksrad.objects.values_list("ansvar", flat=True)) == {""}
    assert list(kontrollera_saldon()) == []


def test_varningar_bekraftas_vid_namn_och_den_som_gjorde_det_star_kvar(las, anvandare):
    vem = anvandare("koncerncontroller")
    lika = "202403;5010;10001;;;Prov;1,00"
    resultat = las(csv(lika, lika, lika, "202401;5010;10001;;;Prov;3,00"), by=vem)
    assert koder(resultat) == ["TOM_PERIOD", "DUBBLETT"]
    assert resultat.fynd[1].anmarkning.rad == 4 and "lik rad 2" in resultat.fynd[1].anmarkning.text
    assert saldon() == {} and resultat.fil.status == "vantar"
    with pytest.raises(UtfallFel):
        bekrafta_varningar(fil=resultat.fil, koder=["OBALANS"], by=vem)
    with pytest.raises(UtfallFel):
        bekrafta_varningar(fil=resultat.fil, koder=[], by=vem)
    fil = resultat.fil
    bekrafta_varningar(fil=fil, koder=["DUBBLETT"], by=vem)
    assert "TOM_PERIOD" in las_in(fil=fil, by=vem).fel
    bekrafta_varningar(fil=fil, koder=["TOM_PERIOD"], by=vem)
    assert las_in(fil=fil, by=vem).fel == ""
    assert saldon()[("KN", 202403, "5010", "")] == 3
    assert "Bekräftade varningar: DUBBLETT" in [h.varfor for h in filens_historik(fil) if h.namn == str(vem)]


def test_ett_svar_galler_bara_det_som_varningen_sade(las, anvandare):
    vem = anvandare("koncerncontroller")
    hsn = balans(202403, HSN, "4010", 200, "A2")
    las(csv(*balans(202403, KN, "5010", 100, "A1"), *hsn))
    fil = las(csv(*balans(202403, KN, "5010", 70, "A1"))).fil
    bekrafta_varningar(fil=fil, koder=["KRYMPT"], by=vem)
    las(csv(*hsn, *balans(202403, HSN, "4010", 5, "A3"), *balans(202403, KN, "5010", 1, "A4")))
    resultat = las_in(fil=fil, by=vem)
    assert koder(resultat) == ["KRYMPT"] and "ersätter 4 rader" in resultat.fynd[0].anmarkning.text
    assert "KRYMPT" in resultat.fel and resultat.fil.bekraftat == []
    bekrafta_varningar(fil=resultat.fil, koder=["KRYMPT"], by=vem)
    assert las_in(fil=fil, by=vem).fel == ""


def test_obalans_stoppar_hela_filen_med_rad(las):
    resultat = las(csv(*balans(202403, KN, "5010", 5, "A1"), "202403;5010;10001;;A2;x;10,00",
                       "202403;1680;10001;;A2;x;-9,99"))  # fmt: skip
    assert [(f.anmarkning.kod, f.anmarkning.niva, f.anmarkning.rad) for f in resultat.fynd] == [
        ("OBALANS", Niva.FEL, 4)
    ]
    assert "A2 balanserar inte: raderna summerar till 0,01" in resultat.fel
    assert saldon() == {} and resultat.fil.status == "fel"


def test_en_manad_som_skiljer_sig_vilt_fragas_det_om(las):
    rader = [f"2024{m:02};5010;10001;;;x;{10_000_000 + m},00" for m in range(1, 6)]
    assert las(csv(*rader), "a.csv").fel == ""
    resultat = las(csv("202406;5010;10001;;;x;100000000,00"), "b.csv")
    assert koder(resultat) == ["MANAD_AVVIKER"]
    assert "2024-06: −100,0 mnkr, mot −10,0 mnkr" in resultat.fynd[0].anmarkning.text


def test_controller_laser_in_for_sin_namnd_och_bara_den(las, anvandare):
    amina, kn = anvandare("controller-kn"), Namnd.objects.get(kod="KN")
    las(MANAD)
    for vem in ("controller-kn", "politiker", "revisor", "administrator"):
        with pytest.raises(UtfallFel, match="Du får inte läsa in"):
            las(b"x", by=anvandare(vem))
    with pytest.raises(UtfallFel):
        las(b"x", by=amina, namnd=Namnd.objects.get(kod="HSN"))
    fore = allt()
    resultat = las(
        csv(*balans(202403, KN, "5010", 1, "B1"), *balans(202403, HSN, "4010", 2, "B2")), by=amina, namnd=kn
    )
    assert koder(resultat, Niva.FEL) == ["UTANFOR_NAMND"]
    assert "ansvar 27001" in resultat.fel and allt() == fore
    rattad = las(csv(*balans(202403, KN, "5010", 1, "B1")), by=amina, namnd=kn)
    assert rattad.fel == ""
    assert saldon()[("KN", 202403, "5010", "")] == Decimal("1.50")
    assert saldon()[("HSN", 202403, "4010", "")] == Decimal("200.50")  # not hers, so not replaced
    # The right is asked anew when the job runs.
    fil = ta_emot_fil(
        block=[csv(*balans(202404, KN, "5010", 1, "B1"))], namn="apr.csv", by=amina, namnd=kn
    ).fil
    amina.roller.all().delete()
    with pytest.raises(UtfallFel):
        las_in(fil=fil, by=amina)


def test_kolumner_som_inte_kanns_igen_valjs_och_minns_till_nasta_fil(las):
    innehall = b"M;Kto-id;Kst-id;Kronor\n202403;5010;10001;5,00\n"
    resultat = las(innehall)
    assert koder(resultat) == ["KOLUMNER"] and resultat.fil.status == "vantar"
    assert [k["kod"] for k in resultat.fynd[0].koder] == ["M", "Kto-id", "Kst-id", "Kronor"]
    val = {"period": "M", "konto": "Kto-id", "ansvar": "Kst-id", "belopp": "Kronor"}
    for fel in ({"kolumner": val, "kalla": " "}, {"kolumner": {}, "kalla": "Raindance"},
                {"kolumner": {**val, "belopp": "M"}, "kalla": "Raindance"}):  # fmt: skip
        with pytest.raises(UtfallFel):
            valj_kolumner(fil=resultat.fil, by=None, **fel)
    valj_kolumner(fil=resultat.fil, kolumner=val, kalla="Raindance", by=None)
    assert las_in(fil=resultat.fil, by=None).fel == ""
    assert las(innehall.replace(b"202403", b"202404"), kalla="Raindance").fel == ""
    assert len(saldon()) == 2


def test_kallans_kolumner_andras_inte_for_andra_namnder_och_har_historik(las, anvandare):
    amina, kn = anvandare("controller-kn"), Namnd.objects.get(kod="KN")
    fil = las(b"M;Kto-id;Kst-id;Kronor\n202403;5010;10001;5,00\n", by=amina, namnd=kn, kalla="Raindance").fil
    val = {"period": "M", "konto": "Kto-id", "ansvar": "Kst-id", "belopp": "Kronor"}
    Utfallsfil.objects.filter(pk=fil.pk).update(bekraftat=["DUBBLETT"])
    fil.refresh_from_db()
    valj_kolumner(fil=fil, kolumner=val, kalla="Raindance", by=amina)  # nobody's yet
    fil.refresh_from_db()
    assert fil.bekraftat == []  # other columns, other warnings
    valj_kolumner(fil=fil, kolumner=val, kalla="Raindance", by=amina)  # and the same again
    assert (Utfallskalla.objects.get().kolumner, Utfallskalla.objects.get().namnd) == (val, kn)
    annat = {**val, "ansvar": "", "verksamhet": "Kst-id"}
    valj_kolumner(fil=fil, kolumner=annat, kalla="Raindance", by=anvandare("koncerncontroller"))
    with pytest.raises(UtfallFel, match="Välj ett annat namn"):
        valj_kolumner(fil=fil, kolumner=val, kalla="Raindance", by=amina)
    kalla = Utfallskalla.objects.get()
    assert (kalla.kolumner, kalla.namnd) == ({f: r for f, r in annat.items() if r}, None)
    historik = apps.get_model("budget", "UtfallskallaEvent").objects.order_by("pgh_id")
    assert [(h.pgh_context.metadata["namn"], h.kolumner.get("ansvar")) for h in historik] == [
        ("Amina Yusuf", None), ("Amina Yusuf", "Kst-id"), ("Erik Sandahl", None),
    ]  # fmt: skip
    for fel in ({"kolumner": val, "kalla": "a\0"}, {"kolumner": {**val, "text": "a\0"}, "kalla": "a"}):
        with pytest.raises(UtfallFel, match="inte går att spara"):
            valj_kolumner(fil=fil, by=amina, **fel)
    with pytest.raises(UtfallFel, match="inte går att spara"):
        ta_emot_fil(block=[b"x"], namn="x", kalla="a\0", by=None)


def test_det_en_namnd_valt_om_en_kalla_laser_ingen_annans_fil(las, anvandare):
    """A controller named the region's source, which nothing had been chosen of, and its next file was read by that."""
    amina, norv, erik = (anvandare(n) for n in ("controller-kn", "controller", "koncerncontroller"))
    kn, norvs = Namnd.objects.get(kod="KN"), Namnd.objects.get(kod="NORV")
    rubrik = b"Period;Konto;Ansvar;Budget;Belopp\n"
    fel = {"belopp": "Budget"}
    # A file of the region's from the source: its choices are the region's to make.
    assert las(rubrik + b"202401;5010;10001;7,00;1,00\n", by=erik, kalla="Raindance").fel == ""
    fil = las(b"P;K;A;B\n202403;5010;10001;5,00\n", by=amina, namnd=kn).fil
    with pytest.raises(UtfallFel, match="Källan «Raindance» är en som andras filer läses med"):
        valj_kolumner(fil=fil, kolumner=fel, kalla="Raindance", by=amina)
    # One that is new is the nämnd's own: the region's file and another nämnd's are read as if nothing was chosen.
    valj_kolumner(fil=fil, kolumner=fel, kalla="Agresso", by=amina)
    assert las(rubrik + b"202402;5010;10001;7,00;1,00\n", by=erik, kalla="Agresso").fel == ""
    assert {b for (_, p, k, _), b in saldon().items() if k == "5010"} == {Decimal("1")}
    with pytest.raises(UtfallFel, match="Välj ett annat namn"):
        valj_kolumner(fil=las(b"P;K;A;B\n", by=norv, namnd=norvs).fil, kolumner=fel, kalla="Agresso", by=norv)
    assert not ta_emot_fil(block=[MANAD], namn="x", kalla="Agresso", by=erik).fil.kallans_val
    # What the region chooses is for all, and takes nothing with it of what the nämnd had chosen.
    valj_perioder(fil=las(BOKSLUT, by=erik).fil, val={13: "nej"}, kalla="Agresso", by=erik)
    agresso = Utfallskalla.objects.get(namn="Agresso")
    assert (agresso.namnd, agresso.kolumner, agresso.period_13) == (None, {}, "nej")


def test_ett_ar_har_inte_hur_manga_konton_som_helst(las, monkeypatch):
    """60 000 konton, each of a line, were taken: the page of their post was 28 MB and took 14 s of a web process."""
    monkeypatch.setattr("budget.imports.granska_utfall.FLEST_KONTON", 2)
    rader = [f"2024{m:02};{k};{KN};;;x;1,00" for m, k in ((1, "5010"), (1, "5011"), (2, "5010"))]
    assert las(csv(*rader)).fel == ""
    resultat = las(csv(f"202403;5012;{KN};;;x;1,00"))
    assert "2024 skulle få 3 olika konton, och fler än 2 läses inte in" in resultat.fel
    assert len(saldon()) == 3
    assert las(csv(f"202403;5011;{KN};;;x;1,00")).fel == ""


def test_en_mottagen_fil_som_lamnas_igen_tar_ny_kalla_och_marke_och_fragas_om_pa_nytt(db):
    fil = ta_emot_fil(block=[MANAD], namn="mars.csv", by=None).fil
    Utfallsfil.objects.filter(pk=fil.pk).update(bekraftat=["DUBBLETT"])
    igen = ta_emot_fil(block=[MANAD], namn="mars.csv", by=None, pahittad=True).fil
    assert (igen.pk, igen.pahittad, igen.bekraftat) == (fil.pk, True, ["DUBBLETT"])
    igen = ta_emot_fil(block=[MANAD], namn="mars.csv", by=None, kalla="Raindance").fil
    igen.refresh_from_db()
    assert (igen.pahittad, igen.kalla.namn, igen.bekraftat) == (True, "Raindance", [])


def test_en_sida_vantar_inte_pa_en_fil_som_lases_in(db, anvandare):
    vem = anvandare("koncerncontroller")
    fil = ta_emot_fil(block=[MANAD], namn="mars.csv", by=vem).fil
    with CaptureQueriesContext(connection) as fragor:
        jobb = starta_inlasning(fil=fil, by=vem)
    las_ = [f["sql"] for f in fragor if "FOR UPDATE" in f["sql"]]
    assert len(las_) == 1 and las_[0].endswith("NOWAIT")
    with CaptureQueriesContext(connection) as fragor:
        assert starta_inlasning(fil=fil, by=vem) == jobb
    assert not any("FOR UPDATE" in f["sql"] for f in fragor)  # the job holds it


@pytest.mark.parametrize(
    ("andra", "mening"),
    [
        (lambda: Kontoregel.objects.filter(fran__lte="5010", till__gte="5010").delete(), "konton eller motparter"),
        (lambda: Motpart.objects.filter(kod="10").update(giltig_till=date(2023, 1, 1)), "konton eller motparter"),
        (lambda: Ansvarsregel.objects.filter(fran__lte=KN, till__gte=KN).delete(), "vilka enheter"),
        (lambda: Utfallsdel.objects.create(
            fil=Utfallsfil.objects.get(), enhet=Enhet.objects.get(kod="KN"), period=202403, rader=1), "ersätter"),
    ],
    ids=["konto", "motpart", "ansvar", "ersatter"],
)  # fmt: skip
def test_det_som_andras_medan_filen_lases_stoppar_den(db, andra, mening):
    fil = ta_emot_fil(block=[MANAD], namn="mars.csv", by=None).fil

    def rapportera(andel, steg):
        if andel == 93:
            andra()

    with pytest.raises(UtfallFel, match=mening):
        las_in(fil=fil, by=None, rapportera=rapportera)
    assert saldon() == {}


def test_manga_koder_kopplas_med_fa_fragor(las, anvandare):
    vem = anvandare("koncerncontroller")
    fil, enhet, post = las(MANAD, by=vem).fil, Enhet.objects.get(kod="KN"), hamta_kontoposter()[0]

    def koppla(fran, antal):
        kopplingar = [
            Koppling(f"{vad}{n}", vad, f"{n}", f"{n}", f"{n}", "Prov", mal, 2024)
            for vad, mal in (("konto", post), ("ansvar", enhet), ("motpart", "extern"))
            for n in range(fran, fran + antal)
        ]
        with CaptureQueriesContext(connection) as fragor:
            koppla_koder(fil=fil, kopplingar=kopplingar, by=vem)
        return [f["sql"] for f in fragor]

    en, tio = koppla(990_001, 1), koppla(991_001, 10)
    assert (
        sum("budget_huvudboksrad h" in f for f in en) == sum("budget_huvudboksrad h" in f for f in tio) == 1
    )
    assert sum("FROM budget_saldo WHERE motpart" in f for f in tio) == 2
    assert (len(tio) - len(en)) / 18 <= 4
    with pytest.raises(KopplingFel) as fel:
        koppla(990_999, 3)  # the third one's code has a rule
    assert fel.value.nyckel == "konto991001"
    assert not Kontoregel.objects.filter(fran="990999").exists()


def test_kommandot_laser_in_en_gang_och_slutar_med_fel_nar_det_inte_gick(db, tmp_path, capsys):
    plats = tmp_path / "mars.csv"
    plats.write_bytes(MANAD)
    ut = io.StringIO()
    call_command("importera_utfall", str(plats), stdout=ut)
    assert "mars.csv är inläst: 4 rader, 2 enheter, perioder 202403." in ut.getvalue()
    ut = io.StringIO()
    call_command("importera_utfall", str(plats), json=True, stdout=ut)
    assert '"redan_inlast": true' in ut.getvalue() and '"status": "inlast"' in ut.getvalue()
    plats.write_bytes(csv("202403;9991;10001;;;x;1,00"))
    with pytest.raises(CommandError, match="9991"):
        call_command("importera_utfall", str(plats), stdout=io.StringIO())
    for fel in (str(tmp_path), str(tmp_path / "saknas.csv")):
        with pytest.raises(CommandError):
            call_command("importera_utfall", fel)
    assert Huvudboksrad.objects.count() == 4


# The quick way and the careful one give the same rows.

_VANLIG = csv("202403;5010;10001;10;A1;Läkemedel å ä ö;-1234,5", "202403;5010;10001;;A1;;7")
_RADER = {
    "vanlig": (_VANLIG, True),
    "Latin-1 och CRLF": (_VANLIG.decode().replace("\n", "\r\n").encode("latin-1"), True),
    "BOM": (b"\xef\xbb\xbf" + _VANLIG, True),
    "utan slut på sista raden": (_VANLIG.rstrip(b"\n"), True),
    "tabb och punkt": (_VANLIG.replace(b",", b".").replace(b";", b"\t"), True),
    "komma som skiljer": (b"Konto,Datum,Belopp\n5010,2024-03-05,12.50\n5010,2024-03-06,3.00\n", True),
    "rubrik efter ingress": (b"Huvudbok 2024\n" + _VANLIG, True),
    "citattecken": (csv('202403;5010;10001;;A1;"a;b";1,00'), False),
    "citattecken mitt i": (csv('202403;5010;10001;;A1;12" slang;1,00'), False),
    "slutmärke": (csv("202403;5010;10001;;A1;\\.;1,00"), False),
    "backsnedstreck": (csv("202403;5010;10001;;A1;a\\nb;1,00"), True),
    "tusental": (csv("202403;5010;10001;;A1;x;1 234,50"), False),
    "minus sist": (csv("202403;5010;10001;;A1;x;12,50-"), False),
    "blanksteg kring koden": (csv("202403; 5010 ;10001;;A1;x;1,00"), False),
    "tabb i texten": (csv("202403;5010;10001;;A1;a\tb;1,00"), False),
    "tom rad": (csv("202403;5010;10001;;A1;x;1,00", "", "202404;5010;10001;;A1;x;1,00"), False),
    "tomma fält": (csv(";;;;;;", "202403;5010;10001;;A1;x;1,00"), False),
    "skiljetecken för mycket": (csv("202403;5010;10001;;A1;x;1,00;"), False),
    "bara CR": (_VANLIG.replace(b"\n", b"\r"), False),
    "lång text och verifikation": (csv(f"202403;5010;10001;;{'v' * 50};{'t' * 600};1,00"), False),
    "fel mitt i": (csv("202403;5010;10001;;A1;x;NaN", "202403;5010;10001;;A1;x;1,00"), False),
    "femton siffror": (csv(f"202403;5010;10001;;A1;x;{'9' * 15},50"), False),
    "två minus": (csv("202403;5010;10001;;A1;x;--5,50"), False),
    "minus inuti": (csv("202403;5010;10001;;A1;x;5-,5"), False),
    "bara decimaler": (csv("202403;5010;10001;;A1;x;,50", "202403;5010;10001;;A1;x;1,50"), False),
    "inget efter tecknet": (csv("202403;5010;10001;;A1;x;5,", "202403;5010;10001;;A1;x;1,50"), False),
    "datum och period": (b"Datum;Period;Konto;Belopp\n2024-03-05;202403;5010;1,50\n", True),
    "datum i en annan period": (b"Datum;Period;Konto;Belopp\n2024-04-01;202403;5010;1,50\n", True),
    "period i annan stil": (b"Datum;Period;Konto;Belopp\n2024-03-05;2024-03;5010;1,50\n", True),
    "kort datum": (b"Datum;Konto;Belopp\n20240305;5010;1,50\n", True),
    "för många ören": (csv("202403;5010;10001;;A1;x;1,005"), False),
    "oändlighet": (csv("202403;5010;10001;;A1;x;Infinity"), False),
    "debet och kredit": (b"Period;Konto;Debet;Kredit\n202403;5010;5,00;\n202403;5010;;2,00\n", False),
}  # fmt: skip


@pytest.mark.parametrize(("innehall", "snabbt"), _RADER.values(), ids=_RADER)
def test_databasen_laser_en_csv_som_lasaren_gor(db, innehall, snabbt):
    facit = list(oppna_huvudbok(io.BytesIO(innehall)).rader())
    lasning = oppna_huvudbok(io.BytesIO(innehall))
    with transaction.atomic(), connection.cursor() as cursor:

        def prova(lager):
            ansvar_till_enhet(cursor, lager)
            summera(cursor, lager)

        lager, _ = lagg_upp(cursor, lasning, storlek=len(innehall), laser=lambda n, av: None, prova=prova)
        f = lager.falt
        falt = (
            "rad",
            "period",
            "datum",
            "konto",
            "ansvar",
            "motpart",
            "verksamhet",
            "projekt",
            "verifikation",
            "text",
        )
        cursor.execute(f"SELECT {', '.join(f[n] for n in falt)}, {f['belopp']} FROM {lager.fran} ORDER BY 1")
        rader = [tuple("" if v is None else v for v in r) for r in cursor.fetchall()]
    assert [(*r[:2], str(r[2]), *r[3:]) for r in rader] == facit
    assert lager.antal == len(facit)
    assert ("m.k0" in lager.hela) is snabbt


# Files that are not what they should be.

_BRUTNA = {
    namn: innehall
    for tabell in (fientliga.TEXTFORMAT, fientliga.SIEFILER, fientliga.CSVFILER, fientliga.XLSXFILER)
    for namn, (innehall, _) in tabell.items()
    # These are ledgers of another kind, which are read as that kind.
    if namn not in ("arbetsbok", "arbetsbok som csv", "CSV", "text som xlsx", "inte SIE men börjar med #")
} | {
    "formel utan värde": fientliga._bok(["Period", "Konto", "Belopp"], [202403, 3010, "=A1+1"]),
    "datum som belopp i xlsx": fientliga._bok(["Period", "Konto", "Belopp"], [202403, 3010, date(2024, 3, 1)]),
    "NaN": csv("202403;5010;10001;;;x;NaN"),
    "datum som belopp": csv("202403;5010;10001;;;x;2024-03-01"),
    "jättetal": csv(f"202403;5010;10001;;;x;{'9' * 30}"),
    "fel år": csv("190403;5010;10001;;;x;1,00"),
    "två år": csv("202303;5010;10001;;;x;1,00", "202403;5010;10001;;;x;1,00", "202404;5010;10001;;;x;1,00"),
    "framtid": csv("209903;5010;10001;;;x;1,00"),
    "bara rubrik": csv(),
    "avkortad": MANAD[:-20] + b'"',
    "månad 13": csv("202413;5010;10001;;;x;1,00"),
    "summarad": csv("202403;5010;10001;;;x;1,00", ";;;;;Summa;1,00"),
    "UTF-8 med skräp": csv("202403;5010;10001;;;x;1,00").replace(b";x;", b";\xff\xc3\x28;"),
    "SIE som inte stämmer": fientliga.SIE.replace("#RES 0 3010 0", "#RES 0 3010 99").encode(),
    "SIE med för lång kod": fientliga.SIE.replace("{} 0", '{1 "' + "9" * 50 + '"} 0').encode(),
    "SIE med hårt blanksteg": fientliga.SIE.replace("{} 0", '{1 "A\u00a0B"} 0').encode(),
    "SIE med blanksteg kring okänd kod": fientliga.SIE.replace("{} 0", '{1 " 4711"} 0').encode(),
    "SIE med för långt konto": fientliga.SIE.replace("TRANS 3010", "TRANS " + "3" * 50).encode(),
    "SIE med hårt blanksteg i konto": fientliga.SIE.replace("TRANS 3010", "TRANS 30\u00a010").encode(),
    "saldo för stort": csv(*(f"202403;5010;10001;;;{n};99999999999999,00" for n in range(150))),
    "SIE ur balans": fientliga.SIE.replace("{} 0", "{} 5").encode(),
}  # fmt: skip


def test_det_ar_minst_fyrtio_fientliga_filer():
    assert len(_BRUTNA) >= 40


@pytest.mark.parametrize("innehall", _BRUTNA.values(), ids=_BRUTNA)
def test_fientlig_fil_far_en_mening_och_inget_sparas(las, innehall):
    resultat = las(innehall, "fil")
    assert resultat.fel.endswith((".", ")")) and "\n" not in resultat.fel
    assert resultat.fil.status in ("fel", "vantar")
    assert allt() == ({}, 0, [])
    assert list(resultat.fil.anmarkningar.values_list("text", flat=True)) == [
        f.anmarkning.text for f in resultat.fynd
    ]


def test_samma_huvudbok_som_csv_sie_och_arbetsbok_ger_samma_saldon(las):
    funna = []
    for slag in ("csv", "sie", "xlsx"):
        ut = io.BytesIO()
        SKRIVARE[slag](generera(2024, fro=1, rader=600, perioder=(1, 3)), ut)
        varningar = ["MANAD_AVVIKER", "DUBBLETT", "TOM_PERIOD", "KRYMPT"]
        resultat = las(ut.getvalue(), f"demo.{slag}", bekraftat=varningar)
        assert (resultat.fel, resultat.fil.slag) == ("", slag)
        assert resultat.fil.pahittad  # every row says so
        funna.append(saldon())
    assert funna[0] == funna[1] == funna[2] and len(funna[0]) > 100
    assert list(kontrollera_saldon()) == []


# Periods that are no months.

BOKSLUT = csv(*balans(202412, KN, "5010", 10, "A1"), *balans(202413, KN, "5010", 3, "A2"))


def test_period_13_fragas_om_och_laggs_sedan_i_december(las, anvandare):
    vem = anvandare("koncerncontroller")
    resultat = las(BOKSLUT, by=vem)
    fil = resultat.fil
    assert (fil.status, allt()[:2], koder(resultat, Niva.FEL)) == ("vantar", ({}, 0), ["PERIOD_13"])
    assert "2 rader i period 13" in resultat.fel and "december" in resultat.fel
    for fel in ({"val": {}}, {"val": {12: "manad"}}, {"val": {13: "april"}}, {"kalla": " "}):
        with pytest.raises(UtfallFel):
            valj_perioder(**({"fil": fil, "val": {13: "manad"}, "kalla": "Raindance", "by": vem} | fel))
    valj_perioder(fil=fil, val={13: "manad"}, kalla="Raindance", by=vem)
    assert las_in(fil=fil, by=vem).fel == ""
    assert saldon()["KN", 202412, "5010", ""] == Decimal("14.00")
    assert list(kontrollera_saldon()) == []
    # The next file from there is not asked about.
    assert las(csv(*balans(202313, KN, "5010", 2, "A1")), kalla="Raindance").fel == ""
    assert saldon()["KN", 202312, "5010", ""] == Decimal("2.50")


def test_period_som_kallan_vagrar_stoppar_filen(las, anvandare):
    vem = anvandare("koncerncontroller")
    fil = las(BOKSLUT, by=vem).fil
    valj_perioder(fil=fil, val={13: "nej"}, kalla="Agresso", by=vem)
    resultat = las_in(fil=fil, by=vem)
    assert (resultat.fil.status, saldon()) == ("fel", {}) and "källan Agresso" in resultat.fel


def test_perioder_som_andras_filer_laser_med_andras_av_en_koncerncontroller(las, anvandare):
    controller, kn = anvandare("controller-kn"), Namnd.objects.get(kod="KN")
    Utfallskalla.objects.create(namn="Raindance", period_13="nej")
    fil = las(BOKSLUT, by=controller, namnd=kn).fil
    with pytest.raises(UtfallFel, match="andras filer"):
        valj_perioder(fil=fil, val={13: "manad"}, kalla="Raindance", by=controller)
    valj_perioder(fil=fil, val={13: "manad"}, kalla="Egen", by=controller)
    assert las_in(fil=fil, by=controller).fel == ""


def test_period_00_och_13_i_en_sie_fil_och_fran_kommandoraden(las, tmp_path):
    sie = tmp_path / "ar.se"
    sie.write_text(
        "#FLAGGA 0\n#SIETYP 2\n#RAR 0 20240101 20241231\n#RES 0 5010 7\n#PSALDO 0 202400 5010 {} 2\n"
        "#PSALDO 0 202413 5010 {} 5\n"
    )
    Ansvarsregel.objects.create(
        fran="UTAN", till="UTAN", namn="Utan", enhet=Enhet.objects.get(kod="KN"), fran_ar=2024
    )
    with pytest.raises(CommandError, match=r"period 13.*period 00"):
        call_command("importera_utfall", sie, stdout=io.StringIO())
    call_command(
        "importera_utfall", sie, kalla="Prov", period_13="manad", period_00="manad", stdout=io.StringIO(),
        bekrafta=["FRAMTID", "TOM_PERIOD", "KONTO", "MANAD_AVVIKER"],
    )  # fmt: skip
    assert saldon() == {
        ("KN", 202401, "5010", ""): Decimal("2.00"),
        ("KN", 202412, "5010", ""): Decimal("5.00"),
    }


def test_sie_typ_1_far_veta_vilken_typ_som_behovs(las):
    resultat = las(b"#FLAGGA 0\n#SIETYP 1\n#RAR 0 20240101 20241231\n#KONTO 5010 x\n#RES 0 5010 7\n", "ar.se")
    assert resultat.fil.status == "fel"
    assert "typ 4" in resultat.fel and "typ 2 eller 3" in resultat.fel
    assert koder(resultat, Niva.FEL) == ["SIE_TYP"]


def test_trasiga_bokstaver_marks_ocksa_i_en_fil_som_gar_in_som_den_star(las):
    rader = [r.replace("Prov", "LÃ¶n") for r in balans(202403, KN, "5010", 1, "A1")]
    resultat = las(csv(*rader))
    assert koder(resultat) == ["TECKEN", "TECKEN"] and "«LÃ¶n»" in resultat.fynd[0].anmarkning.text
    assert las(csv(*rader), bekraftat=["TECKEN"]).fel == ""
    assert set(Huvudboksrad.objects.values_list("text", flat=True)) == {"LÃ¶n"}


# Earlier years.


def test_en_kod_som_har_en_regel_fran_ett_senare_ar_far_en_egen_till_dess(las, anvandare):
    vem, (post, annan, *_) = anvandare("koncerncontroller"), hamta_kontoposter()
    senare = Kontoregel.objects.create(fran="9990", till="9999", namn="Senare", post=post, fran_ar=2024)
    fil = las(csv(f"202203;9991;{KN};;;x;1,00"), by=vem).fil
    koppla_koder(
        fil=fil, kopplingar=[Koppling("k", "konto", "9991", "9991", "9991", "Ny", annan, 2022)], by=vem
    )
    ny = Kontoregel.objects.get(fran="9991")
    assert (ny.post, ny.fran_ar, ny.till_ar) == (annan, 2022, 2023)
    senare.refresh_from_db()
    assert (senare.fran_ar, senare.till_ar) == (2024, None)
    assert las_in(fil=fil, by=vem).fel == ""


def test_en_senare_regel_som_sager_detsamma_borjar_tidigare(las, anvandare):
    vem, post = anvandare("koncerncontroller"), hamta_kontoposter()[0]
    senare = Kontoregel.objects.create(fran="9990", till="9999", namn="Senare", post=post, fran_ar=2024)
    kn = Enhet.objects.get(kod="KN")
    ansvar = Ansvarsregel.objects.create(fran="99990", till="99999", namn="x", enhet=kn, fran_ar=2024)
    fil = las(csv("202203;9991;99991;;;x;1,00", "202203;9992;99991;;;x;1,00"), by=vem).fil
    kopplingar = [
        Koppling("k1", "konto", "9991", "9991", "9991", "x", post, 2022),
        Koppling("k2", "konto", "9992", "9992", "9992", "x", post, 2022),
        Koppling("a", "ansvar", "99991", "99991", "99991", "x", kn, 2022),
    ]
    koppla_koder(fil=fil, kopplingar=kopplingar, by=vem)
    for regel in (senare, ansvar):
        regel.refresh_from_db()
        assert (regel.fran_ar, regel.till_ar) == (2022, None)
    assert Kontoregel.objects.filter(fran__startswith="999").count() == 1
    assert las_in(fil=fil, by=vem).fel == ""


def test_en_senare_regel_utvidgas_inte_over_en_annan(las, anvandare):
    vem, (post, annan, *_) = anvandare("koncerncontroller"), hamta_kontoposter()
    for fran, till, mal, fran_ar, till_ar in (
        ("9990", "9999", post, 2024, None),
        ("9995", "9995", annan, 2020, 2023),
    ):
        Kontoregel.objects.create(fran=fran, till=till, namn="x", post=mal, fran_ar=fran_ar, till_ar=till_ar)
    fil = las(csv(f"202203;9991;{KN};;;x;1,00"), by=vem).fil
    koppla_koder(
        fil=fil, kopplingar=[Koppling("k", "konto", "9991", "9991", "9991", "x", post, 2022)], by=vem
    )
    assert list(Kontoregel.objects.filter(fran="9991").values_list("fran_ar", "till_ar")) == [(2022, 2023)]


def test_en_senare_regel_utvidgas_inte_nar_en_annan_av_dess_koder_valjs_bort(las, anvandare):
    vem, (post, annan, *_) = anvandare("koncerncontroller"), hamta_kontoposter()
    senare = Kontoregel.objects.create(fran="9990", till="9999", namn="Senare", post=post, fran_ar=2024)
    fil = las(csv(f"202203;9991;{KN};;;x;1,00", f"202203;9992;{KN};;;x;1,00"), by=vem).fil
    kopplingar = [
        Koppling("k1", "konto", "9991", "9991", "9991", "x", post, 2022),
        Koppling("k2", "konto", "9992", "9992", "9992", "x", annan, 2022),
    ]
    koppla_koder(fil=fil, kopplingar=kopplingar, by=vem)
    senare.refresh_from_db()
    assert senare.fran_ar == 2024
    nya = Kontoregel.objects.filter(fran__in=["9991", "9992"]).values_list(
        "fran", "post", "fran_ar", "till_ar"
    )
    assert sorted(nya) == [("9991", post.pk, 2022, 2023), ("9992", annan.pk, 2022, 2023)]
    assert las_in(fil=fil, by=vem).fel == ""


def test_en_senare_regel_borjar_det_forsta_av_kodernas_ar(las, anvandare):
    vem, post = anvandare("koncerncontroller"), hamta_kontoposter()[0]
    senare = Kontoregel.objects.create(fran="9990", till="9999", namn="Senare", post=post, fran_ar=2024)
    fil = las(csv(f"202203;9991;{KN};;;x;1,00"), by=vem).fil
    kopplingar = [
        Koppling("k1", "konto", "9991", "9991", "9991", "x", post, 2022),
        Koppling("k2", "konto", "9992", "9992", "9992", "x", post, 2021),
    ]
    koppla_koder(fil=fil, kopplingar=kopplingar, by=vem)
    senare.refresh_from_db()
    assert senare.fran_ar == 2021


def test_fel_i_en_av_flera_kopplingar_pekar_ut_den_ocksa_efter_en_utvidgad(las, anvandare):
    vem, post = anvandare("koncerncontroller"), hamta_kontoposter()[0]
    Kontoregel.objects.create(fran="9990", till="9999", namn="Senare", post=post, fran_ar=2024)
    fil = las(csv(f"202203;9991;{KN};;;x;1,00"), by=vem).fil
    kopplingar = [
        Koppling("k1", "konto", "9991", "9991", "9991", "x", post, 2022),
        Koppling("k2", "konto", "9992", "9992", "9992", "x", post, 2022),
        Koppling("k3", "konto", "9980", "9980", "9980", "", post, 2022),
    ]
    with pytest.raises(KopplingFel) as fel:
        koppla_koder(fil=fil, kopplingar=kopplingar, by=vem)
    assert fel.value.nyckel == "k3"


# Who can map is told.


def test_en_fil_som_vantar_pa_koder_nar_dem_som_kopplar_en_gang(las, anvandare):
    controller, koncern = anvandare("controller-kn"), anvandare("koncerncontroller")
    kn = Namnd.objects.get(kod="KN")
    fil = las(csv(f"202403;9991;{KN};;;x;1,00"), by=controller, namnd=kn).fil
    las_in(fil=fil, by=controller)
    notis = Notis.objects.get()
    assert (notis.mottagare, notis.url, notis.sedd) == (koncern, f"/utfall/filer/{fil.pk}/", None)
    assert "mars.csv" in notis.text and str(controller) in notis.text
    post = hamta_kontoposter()[0]
    koppla_koder(
        fil=fil, kopplingar=[Koppling("k", "konto", "9991", "9991", "9991", "x", post, 2024)], by=koncern
    )
    notis.refresh_from_db()
    assert notis.sedd is not None
    assert las_in(fil=fil, by=controller).fel == "" and Notis.objects.count() == 1


def test_den_som_sjalv_kan_koppla_far_ingen_notis(las, anvandare):
    las(csv(f"202403;9991;{KN};;;x;1,00"), by=anvandare("koncerncontroller"))
    # A file with errors waits for nobody else.
    las(csv(f"202403;9991;{KN};;;x;1,00", f"202403;5010;{KN};;;x;NaN"), by=anvandare("controller-kn"),
        namnd=Namnd.objects.get(kod="KN"))  # fmt: skip
    assert not Notis.objects.exists()
