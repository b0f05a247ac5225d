"""The pages of the indikatorer: what they say, to whom, in how many queries, and that the views of it agree."""

import io
import re
import threading
from decimal import Decimal
from html import unescape

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from indikatorer.models import Indikator, Jamforelseomrade, Malniva, Matning, Segment
from indikatorer.regler.bedomning import Utfall
from indikatorer.selectors.arsbild import Bild, glom, hamta_arsbild, hamta_matar
from indikatorer.selectors.bedomning import bedom_ar
from indikatorer.selectors.bibliotek import hamta_malomraden
from indikatorer.tabeller.bedomning import motivering as bedomningens_motivering
from indikatorer.tabeller.bilaga import bygg_bilagans_handling, bygg_bilagediagram
from indikatorer.tabeller.oversikt import bygg_grupper, valj
from organisation.models import Enhet
from regionskane.register import VARMARE, varm_upp

pytestmark = pytest.mark.django_db


def _text(svar):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", svar.content.decode())).replace("\u00a0", " ").split())


def _antal(klient, adress):
    """The answer and how many queries it took, once the session of the login has been written."""
    klient.get("/notiser/")
    with CaptureQueriesContext(connection) as fragor:
        svar = klient.get(adress)
    assert svar.status_code == 200
    return svar, len(fragor)


def _mat(indikator, **uppgifter):
    return Matning.objects.create(
        indikator=indikator, ursprung="inmatad", andrad_tid=timezone.now(), **uppgifter
    )


@pytest.fixture
def andel(db):
    """A percentage in three segments that is given for women and men and for the country, with its parts."""
    npe = Indikator.objects.get(kod="ID0285")
    det = Indikator.objects.create(
        kod="PROV", namn="Prov & <andel>", enhetsslag="procent", enhet="procent", riktning="hogre", decimaler=0,
        agare=npe.agare, malomrade=npe.malomrade, segmentgrupp=npe.segmentgrupp, konsuppdelad=True, ordning=9999,
    )  # fmt: skip
    a, b = Segment.objects.filter(grupp=npe.segmentgrupp)[:2]
    Malniva.objects.create(indikator=det, ar=2024, regel="≥ 50 %", kalla="UP 2024")
    Malniva.objects.create(indikator=det, ar=2024, segment=b, regel="> 60 %")
    for segment, taljare, namnare in ((a, 10, 10), (b, 54, 90)):
        _mat(
            det,
            segment=segment,
            ar=2024,
            varde=Decimal(100 * taljare) / namnare,
            taljare=taljare,
            namnare=namnare,
        )
    _mat(det, ar=2022, varde=Decimal("45.0"), fotnot="Nytt sätt att mäta.")
    _mat(det, ar=2023, saknas="iu")
    _mat(det, ar=2024, varde=Decimal("64"), preliminar=True)
    for kon, varde in (("K", 70), ("M", 58)):
        _mat(det, ar=2024, kon=kon, varde=Decimal(varde))
    for text in ("Andel.", "Andel som svarar."):
        det.definition = text
        det.save()
    riket = Jamforelseomrade.objects.create(kod="0000P", namn="Riket", slag="riket")
    _mat(det, ar=2024, omrade=riket, varde=Decimal("61"))
    return det


def test_biblioteket_raknar_soker_filtrerar_och_ordnar(som, andel):
    glom()
    klient = som("politiker")
    svar, forst = _antal(klient, "/indikatorer/")
    assert forst == 23
    bild = hamta_arsbild(2024)
    antal = {u: sum(b.utfall == u for b in bild.rader) for u in ("uppfyllt", "ej_uppfyllt", "kan_ej_bedomas")}
    text = _text(svar)
    assert (
        f"{antal['uppfyllt']} uppfyllda, {antal['ej_uppfyllt']} ej uppfyllda, {antal['kan_ej_bedomas']} kan ej bedömas"
        in text
    )
    assert "Ny indikator" not in text and "Läs in värden" not in text
    # The printed appendix marks 73 % against >75 % as not met, and so does the row.
    rad = _text(klient.get("/indikatorer/?sok=ID0050"))
    assert "0 uppfyllda, 1 ej uppfyllda, 0 kan ej bedömas" in rad
    assert "73 % mot >75 %" in rad and "77 % (2023)" in rad
    for fraga, finns, saknas in (
        ("sok=npe+information", "Information och kunskap (NPE)", "Penicillin V"),
        ("utfall=uppfyllt", "Uppfyllt", "73 % mot >75 %"),
        ("utfall=inget", "Varken värde eller mål", "73 % mot >75 %"),
        ("slag=kvot", "Öppenvårdsantibiotika", "Penicillin V"),
        ("kon=K&sok=prov", "70 %", "64 %"),
        ("ar=2022&sok=prov", "45,0 %", "64 %"),
        ("sok=finnsinte", "Inget passar urvalet", "Penicillin V"),
        ("malomrade=x&ordning=y&sida=z&ar=1", "Helhetsintryck", "Inget passar"),
    ):
        text = _text(klient.get(f"/indikatorer/?{fraga}"))
        assert finns in text, fraga
        # The choices of the filter name everything; only the table is asked.
        assert saknas not in text.partition("Fler val")[2].partition("Bedömning")[2], fraga
    langst = _text(klient.get("/indikatorer/?ordning=langst&utfall=ej_uppfyllt"))
    narmast = _text(klient.get("/indikatorer/?ordning=narmast&utfall=ej_uppfyllt"))
    assert langst.index("+0,5 sedan 2023") > langst.index("−2,9 sedan 2022")
    assert narmast.index("+0,5 sedan 2023") < narmast.index("−2,9 sedan 2022")
    # Nothing was written in between, yet this transaction has written, so nothing is kept for others.
    assert hamta_arsbild(2024) == bild
    assert hamta_arsbild(2024) is not bild


def test_arsbilden_bedoms_om_just_dar_nagot_har_skrivits(db):
    glom()
    with CaptureQueriesContext(connection) as fragor:
        forst = hamta_arsbild(2024)
    assert len(fragor) == 5
    with CaptureQueriesContext(connection) as fragor:
        assert hamta_arsbild(2024) is forst
    assert len(fragor) == 1
    det = Indikator.objects.get(kod="ID0050")
    m = det.matningar.get(ar=2024)
    m.varde = Decimal("75.1")
    m.save()
    Malniva.objects.filter(indikator__kod="ID0049", ar=2024).update(regel="<12%")
    with CaptureQueriesContext(connection) as fragor:
        sedan = hamta_arsbild(2024)
    assert len(fragor) == 6
    skilda = {a.indikator for a, b in zip(forst.rader, sedan.rader, strict=True) if a != b}
    assert skilda == set(Indikator.objects.filter(kod__in=("ID0049", "ID0050")).values_list("pk", flat=True))
    # As if it had been judged from the beginning, and not kept: this transaction may yet be rolled back.
    glom()
    assert hamta_arsbild(2024) == sedan
    assert hamta_arsbild(2024) is not sedan


def test_aret_ar_bedomt_innan_nagon_fragar(db, caplog, django_assert_num_queries):
    def trasig():
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM finns_inte")

    glom()
    VARMARE.insert(0, trasig)
    try:
        start = threading.Thread(target=varm_upp)  # with a connection of its own, which it closes
        start.start()
        start.join()
    finally:
        VARMARE.remove(trasig)
    assert "finns_inte" in caplog.text
    (ar, *_) = hamta_matar()
    with django_assert_num_queries(1):
        assert hamta_arsbild(ar).rader


@pytest.fixture
def svarstid(db):
    """What the region has a target for, and only one of its enheter measures."""
    det = Indikator.objects.get(kod="NORV-SVARSTID-VAVNAD")
    Malniva.objects.create(indikator=det, ar=2023, regel="högst 14 dagar")
    return det


def test_det_som_bara_en_enhet_mater_bedoms_lika_overallt(som, svarstid):
    glom()
    klient, motivering = som("politiker"), "13,3 dagar mot ≤14 dagar"
    sida = _text(klient.get("/indikatorer/NORV-SVARSTID-VAVNAD/?ar=2023"))
    assert "Målet är uppfyllt" in sida and motivering in sida
    (enhet,) = svarstid.matningar.values_list("enhet__namn", flat=True)
    bilaga = _text(klient.get("/indikatorer/2023/bilaga/"))
    assert re.search(rf"{svarstid.namn}, {enhet}, dagar .{{1,40}}● Uppfyllt {motivering}", bilaga), bilaga[
        bilaga.index(svarstid.namn) :
    ][:300]
    assert f"{svarstid.namn}, {enhet} : {motivering}" in _text(klient.get("/indikatorer/2023/oversikt/"))
    (rad,) = klient.get("/indikatorer/", {"ar": 2023, "sok": svarstid.namn}).context["rader"]
    assert (rad.segment, rad.varde, rad.lage.text) == (enhet, "13,3", "Uppfyllt")
    for svar in (
        klient.get("/api/v1/indikatorer/2023/bedomningar/"),
        klient.get("/api/v1/indikatorer/NORV-SVARSTID-VAVNAD/"),
    ):
        (b,) = [b for b in svar.json()["bedomningar"] if b["indikator"] == svarstid.kod]
        assert (b["enhet"], b["bedomning"], b["varde"]) == ("NORV_MS", "uppfyllt", "13.3")
    ut = io.StringIO()
    call_command("indikatorer", ar=2023, stdout=ut)
    assert f"  Uppfyllt        {enhet}: {motivering}.\n" in ut.getvalue()


def test_flera_enheters_och_en_del_av_arets_varden_ar_inte_regionens(som, svarstid):
    """The page says whose and of when its value is; what has no value of the whole says that, and not «inget värde»."""
    digit = Enhet.objects.get(kod="NORV_DIGIT")
    _mat(svarstid, ar=2023, enhet=digit, varde=Decimal("15"))
    Malniva.objects.create(indikator=svarstid, ar=2022, regel="högst 14 dagar")
    delar = Indikator.objects.get(kod="SJUKFRANVARO-LANG")
    ar = delar.matningar.values_list("ar", flat=True).first()
    Malniva.objects.create(indikator=delar, ar=ar, regel="högst 90")

    def motivering(det, aret):
        (b,) = [b for b in bedom_ar(aret) if b.indikator == det]
        assert b.bedomning.utfall == Utfall.KAN_EJ_BEDOMAS and b.enhet is None
        return bedomningens_motivering(b.indikator, b.bedomning)

    assert motivering(svarstid, 2023).startswith("Hela regionen har inget värde, flera enheter har egna;")
    assert motivering(svarstid, 2022).startswith("Värdet saknas: inget värde;")
    assert motivering(delar, ar).startswith("Hela året har inget värde, en del av det har;")


def test_oversikten_visar_det_som_ar_langst_fran_malet_forst(som, andel):
    glom()
    klient = som("politiker")
    svar, forst = _antal(klient, "/indikatorer/2024/oversikt/")
    assert forst == 18
    html, text = svar.content.decode(), _text(svar)
    assert "bedömda mål är uppfyllda" in text
    cancer = text[text.index("Högkvalitativ cancervård i hela Skåne") :]
    # Two that are 0 % and 88 %: the first is drawn, the second told of.
    assert cancer.index("0 % mot 80 %") < cancer.index("88 % mot 80 %")
    assert 30 < html.count('<svg class="dia"') <= 72
    assert html.count("<title id=") == html.count('<svg class="dia"')
    per_namnd, antal = _antal(klient, "/indikatorer/2024/oversikt/?per=namnd")
    assert antal == forst
    assert "Hälso- och sjukvårdsnämnden" in _text(per_namnd)
    assert klient.get("/indikatorer/1999/oversikt/").status_code == 404


def test_indikatorns_sida_sager_varfor_malet_inte_ar_natt(som, andel):
    klient = som("politiker")
    svar, antal = _antal(klient, "/indikatorer/ID0285/?segment=primarvard-vardcentraler-inkl-privata")
    assert antal == 12
    text = _text(svar)
    assert "Målet är inte uppfyllt" in text
    assert "+0,5 sedan 2023, kravet är ≥ 1,0: ej uppfyllt, 0,5 saknas. Bättre än 2023." in text
    assert "Segment som når målet 3 av 6" in text
    # A segment that was last measured two years earlier is compared with that year.
    tva_ar = _text(klient.get("/indikatorer/ID0285/?segment=psykiatrisk-oppenvard-vup-inkl-privata"))
    assert "+4,7 sedan 2022, kravet är ≥ 1,0: uppfyllt" in tva_ar
    assert "2023 ej mätt" in tva_ar
    assert klient.get("/indikatorer/ID0285/?segment=finns-inte").status_code == 404
    assert klient.get("/indikatorer/FINNS-INTE/").status_code == 404


def test_indikatorns_sida_delar_upp_vager_och_jamfor(som, andel):
    svar, antal = _antal(som("koncerncontroller"), "/indikatorer/PROV/")
    assert antal == 12  # as many for a quite different indikator
    text = _text(svar)
    assert "64 % mot ≥50 %; preliminärt: uppfyllt, 14 procentenheter över gränsen" in text
    # 10 of 10 and 54 of 90 are 64 %; the mean of the percentages would be 80.
    assert "Vägt av segmenten" in text and "64,0 % (64 av 100)" in text
    # 60 % exactly against > 60 %, and 100 % against the rule for all.
    delar = text[text.index("Segment för segment 2024") :]
    assert "> 60 % precis på gränsen ◆ Ej uppfyllt" in delar
    assert "≥ 50 % 50 procentenheter över gränsen ● Uppfyllt" in delar
    assert "Kvinnor och män 2024" in text and "+12 procentenheter" in text
    assert "Regionen – – 64 %".replace("– – ", "") in text.replace("45,0 % iu ", "") and "Riket" in text
    assert "iu = ingen uppgift" in text and "Nytt sätt att mäta." in text
    assert "Definition: från «Andel.» till «Andel som svarar.»" in text
    html = svar.content.decode()
    assert "Prov &amp; &lt;andel&gt;" in html and "<andel>" not in html
    titel = unescape(re.search(r'<title id="serie-bred">([^<]+)', html)[1])
    assert "2023: ingen uppgift" in titel and "2024: 64\u00a0%, mål ≥\u00a050\u00a0%" in titel


def test_det_som_inte_ar_allt_kallas_inte_allt(som, andel):
    klient = som("politiker")
    # A third segment that was measured earlier: what is known of the two others is not the whole.
    tredje = Segment.objects.filter(grupp=andel.segmentgrupp)[2]
    _mat(andel, ar=2023, segment=tredje, varde=Decimal(50), taljare=5, namnare=10)
    assert "Vägt av segmenten" not in _text(klient.get("/indikatorer/PROV/"))
    _mat(andel, ar=2024, segment=tredje, varde=Decimal(50), taljare=50, namnare=100)
    assert "57,0 % (114 av 200)" in _text(klient.get("/indikatorer/PROV/"))
    # An enhet's own value, and that of a part of the year, are not the region's.
    rs = Enhet.objects.get(kod="RS")
    _mat(andel, ar=2024, enhet=rs, varde=Decimal("12.5"))
    _mat(andel, ar=2024, delperiod=1, varde=Decimal("13.5"))
    _mat(andel, ar=2021, enhet=rs, varde=Decimal("12.5"))
    _mat(andel, ar=2021, omrade=Jamforelseomrade.objects.get(kod="0000P"), varde=Decimal("60"))
    for fraga in ("?enhet=RS", "?delperiod=1"):
        (rad,) = [
            r
            for r in klient.get(f"/indikatorer/PROV/{fraga}").context["omradestabell"].rader
            if r.rubrik == "Regionen"
        ]
        assert [c.text for c in rad.celler] == ["–", "64\u00a0%"]


def test_en_enhets_varden_och_delar_av_ar_visas_for_sig(som):
    klient = som("politiker")
    # Only Regionstyrelsen's förvaltning has these, and only for January to July.
    text = _text(klient.get("/indikatorer/RS-TIMMAR/"))
    assert "jan–jul 2022" in text and "Inga värden ännu" not in text
    rs = Enhet.objects.get(kod="RS")
    assert rs.namn in text
    sida = klient.get("/indikatorer/SJUKFRANVARO/?enhet=NORV_MS")
    text = _text(sida)
    assert (
        "Medicinsk service" in text and "5,72 %" not in text.partition("Värden")[2].partition("Definition")[0]
    )
    assert "enhet=NORV_DIGIT" in sida.content.decode()
    assert klient.get("/indikatorer/SJUKFRANVARO/?enhet=FINNS-INTE").status_code == 404
    ms = Enhet.objects.get(kod="NORV_MS")
    lista = klient.get(f"/indikatorer/?enhet={ms.pk}&ar=2023&sok=sjukfrånvaro")
    assert "/indikatorer/SJUKFRANVARO/?enhet=NORV_MS" in lista.content.decode()
    skriv = som("koncerncontroller")
    adress = "/indikatorer/SJUKFRANVARO/matningar/?ar=2025&enhet=NORV_MS"
    tomt = skriv.get(adress)
    assert f"Sjukfrånvaro, {ms.namn}" in _text(tomt)
    bas = re.search(r'name="bas" value="([^"]*)"', tomt.content.decode())[1]
    falt = re.search(r'name="(varde\.\d+\.T)"', tomt.content.decode())[1]
    svar = skriv.post(adress, {"bas": unescape(bas), falt: "5,1"}, follow=True)
    assert "Värdet är sparat." in _text(svar)
    assert Matning.objects.get(indikator__kod="SJUKFRANVARO", ar=2025).enhet == ms


def test_en_indikator_utan_varden_har_en_sida(som):
    Indikator.objects.create(
        kod="TOM", namn="Tom", enhetsslag="antal", enhet="antal", riktning="ingen", decimaler=0
    )
    assert "Inga värden ännu" in _text(som("politiker").get("/indikatorer/TOM/"))
    assert som("koncerncontroller").get("/indikatorer/TOM/matningar/?ar=2024").status_code == 200
    assert "0 ej uppfyllda" in _text(som("politiker").get("/indikatorer/?sok=TOM&utfall=inget"))


def test_bilagan_ar_densamma_pa_sida_i_pdf_och_i_excel(som):
    klient = som("politiker")
    svar, antal = _antal(klient, "/indikatorer/2024/bilaga/")
    assert antal == 12
    text = _text(svar)
    rad = "ID0050 73 % 77 % 73 % > 75 % ◆ Ej uppfyllt 73 % mot >75 %"
    assert f"Penicillin V vid behandling av barn med luftvägsinfektion, Öppenvård barn {rad}" in text
    bok = openpyxl.load_workbook(
        io.BytesIO(klient.get("/indikatorer/2024/bilaga/excel/").content), data_only=True
    )
    rader = {r[0].value: [c.value for c in r] for blad in bok for r in blad if r[0].value}
    penicillin = rader["Penicillin V vid behandling av barn med luftvägsinfektion, Öppenvård barn"]
    assert penicillin[2:5] == [0.73, 0.77, 0.73]
    assert penicillin[6:8] == ["◆ Ej uppfyllt", "73\u00a0% mot >75\u00a0%"]
    assert penicillin[8].startswith("HSN:s verksamhetsberättelse 2024, rad ")
    dokument = bygg_bilagans_handling(bedom_ar(2024), hamta_malomraden(), ar=2024)
    assert sum(len(t.rader) for t in dokument.tabeller) == len(bedom_ar(2024))
    assert bygg_bilagans_handling(bedom_ar(2024), hamta_malomraden(), ar=2024) == dokument
    # The print's drawing is the page's, with colours of its own.
    skarm = bygg_bilagediagram(bedom_ar(2024), hamta_malomraden(), ar=2024)
    tryck = bygg_bilagediagram(bedom_ar(2024), hamta_malomraden(), ar=2024, tryck=True)
    assert skarm.keys() == tryck.keys()
    for nyckel, (d,) in skarm.items():
        assert re.sub(r"<[^>]*>", "", d.svg) == re.sub(r"<[^>]*>", "", tryck[nyckel][0].svg)
    assert klient.get("/indikatorer/1999/bilaga/").status_code == 404


def test_urvalet_laddas_ned_som_det_visas(som):
    klient = som("politiker")
    bok = openpyxl.load_workbook(
        io.BytesIO(klient.get("/indikatorer/exportera/?sok=npe&utfall=uppfyllt").content), data_only=True
    )
    ord_ = [
        c.value
        for blad in bok
        for r in blad
        for c in r
        if isinstance(c.value, str) and c.value[:3] in ("● U", "◆ E", "○ K")
    ]
    assert set(ord_) == {"● Uppfyllt"}
    antal = sum(b.bedomning.utfall == "uppfyllt" for b in bedom_ar(2024) if "NPE" in b.indikator.namn)
    assert len(ord_) == antal > 10
    svar = klient.get("/indikatorer/exportera/?form=csv&sok=ID0050")
    assert svar.content.decode("utf-8-sig").count("\r\n") == 2
    # The definitions are those of the chosen judgement too, and a choice that is none chooses nothing away.
    for utfall, rader in (("ej_uppfyllt", 2), ("uppfyllt", 1), ("finns-inte", 2)):
        svar = klient.get(f"/indikatorer/exportera/?form=csv&sok=ID0050&utfall={utfall}")
        assert svar.content.decode("utf-8-sig").count("\r\n") == rader, utfall
    Indikator.objects.create(
        kod="TOM", namn="Varken eller", enhetsslag="antal", enhet="antal", riktning="ingen", decimaler=0
    )
    for fraga, finns, saknas in (
        ("utfall=inget", "Varken eller", "Penicillin V vid"),
        ("utfall=finns-inte&sok=ID0050", "Penicillin V vid", "Varken eller"),
        ("utfall=ej_uppfyllt", "Penicillin V vid", "Varken eller"),
    ):
        bok = openpyxl.load_workbook(
            io.BytesIO(klient.get(f"/indikatorer/exportera/?{fraga}").content), data_only=True
        )
        text = " ".join(c.value for blad in bok for r in blad for c in r if isinstance(c.value, str))
        assert finns in text and saknas not in text, fraga


def test_adresser_som_ingen_sida_skriver_svarar_utan_att_brista(som):
    klient = som("koncerncontroller")
    langt = "9" * 5000
    m = Matning.objects.filter(indikator__kod="ID0050").first()
    for adress, status in (
        ("/indikatorer/0/oversikt/", 404),
        ("/indikatorer/99999/bilaga/", 404),
        ("/indikatorer/99999/bilaga/excel/", 404),
        ("/indikatorer/0/bilaga/excel/", 404),
        (f"/indikatorer/{langt}/bilaga/excel/", 404),
        ("/indikatorer/?sok=%00&enhet=%00&segment=%00", 400),
        (f"/indikatorer/?ar={langt}&enhet={langt}&malomrade={langt}&sida={langt}", 200),
        (f"/indikatorer/ID0050/?ar={langt}&delperiod={langt}", 200),
        ("/indikatorer/ID0050/?ar=%00&delperiod=%00", 400),
        ("/indikatorer/ID0050/?enhet=%00", 400),
        ("/indikatorer/ID0050/?segment=%00", 400),
        (f"/indikatorer/ID0050/mal/?malniva={langt}", 404),
        ("/indikatorer/ID0050/mal/?malniva=%00", 400),
        (f"/indikatorer/ID0050/mal/?ar={langt}", 200),
        ("/indikatorer/ID0050/matningar/?enhet=%00", 400),
        (f"/indikatorer/ID0050/matningar/?ar={langt}&delperiod={langt}", 200),
        (f"/indikatorer/ID0050/varifran/{'9' * 30}/", 404),
        ("/indikatorer/las-in/granska/?jobb=%00", 400),
        ("/indikatorer/las-in/granska/?u=%00", 400),
        ("/api/v1/indikatorer/?sok=penicillin%00", 400),
        ("/api/v1/indikatorer/99999/bedomningar/", 404),
    ):
        assert klient.get(adress).status_code == status, adress[:80]
    for adress, data, status in (
        ("/indikatorer/99999/bilaga/handling/", {}, 404),
        ("/indikatorer/0/bilaga/handling/", {}, 404),
        (f"/indikatorer/ID0050/varifran/{m.pk}/aterstall/{'9' * 30}/", {"rev": "1"}, 404),
        ("/indikatorer/ID0050/mal/", {"ar": langt, "sedd": langt, "sedd_rev": langt, "segment": langt}, 422),
        ("/indikatorer/ID0050/mal/", {"ar": "2024", "sedd": "9" * 30, "sedd_rev": "9", "regel": "a\0"}, 400),
        ("/indikatorer/ID0050/andra/", {"rev": langt, "ordning": langt, "namn": "a\0"}, 400),
        ("/indikatorer/las-in/kolada/", {"kpier": "\0", "omraden": "\0", "fran": langt, "till": "1"}, 400),
    ):
        assert klient.post(adress, data).status_code == status, adress[:80]
    for ar in (0, 99999):
        with pytest.raises(CommandError, match=f"Det finns inga mål eller värden för {ar}"):
            call_command("indikatorer", ar=ar)


def test_api_ger_samma_bedomning_som_sidan(som):
    klient = som("politiker")
    det = klient.get("/api/v1/indikatorer/ID0050/").json()
    assert [v["varde"] for v in det["varden"]] == ["73", "77", "73"]
    (nu,) = [b for b in det["bedomningar"] if b["ar"] == 2024]
    assert (nu["mal"], nu["bedomning"], nu["jamforelse"]) == (">75 %", "ej_uppfyllt", "77")
    assert nu["motivering"].replace("\u00a0", " ") == "73 % mot >75 %"
    alla = klient.get("/api/v1/indikatorer/2024/bedomningar/").json()["bedomningar"]
    assert len(alla) == len(bedom_ar(2024)) and nu in alla
    assert {i["kod"] for i in klient.get("/api/v1/indikatorer/?sok=penicillin").json()} == {"ID0050"}
    assert klient.get("/api/v1/indikatorer/1999/bedomningar/").status_code == 404


def test_siffran_svarar_pa_varifran(som, andel):
    m = andel.matningar.get(ar=2024, segment=None, kon="T", omrade=None)
    klient = som("politiker")
    panel = klient.get(f"/indikatorer/PROV/varifran/{m.pk}/", headers={"X-Fragment": "1"})
    assert "<html" not in panel.content.decode()
    text = _text(panel)
    assert "64 %" in text and "Preliminärt" in text and "Senast ändrad" in text
    assert "Nu och tidigare" not in text  # earlier values are for those who may read history
    assert "Nu och tidigare" in _text(som("revisor").get(f"/indikatorer/PROV/varifran/{m.pk}/"))
    assert klient.get(f"/indikatorer/ID0285/varifran/{m.pk}/").status_code == 404


def test_hur_fa_de_ar_visas_inte(som):
    svf = Indikator.objects.get(kod="ID0341")
    dolda = [m for m in svf.matningar.filter(saknas="undertryckt").select_related("segment") if m.antal]
    assert {m.antal for m in dolda} == {2}
    segment = dolda[0].segment
    klient = som("politiker")
    sida = klient.get(f"/indikatorer/ID0341/?segment={segment.kod}&ar={dolda[0].ar}")
    rader = [r for r in sida.context["varden"].rader if str(dolda[0].ar) in r.rubrik]
    rader += [r for r in sida.context["segmenttabell"].rader if r.rubrik == segment.namn]
    assert len(rader) == 2 and all("<5" in {c.text for c in r.celler} for r in rader)
    assert "&lt;5" in sida.content.decode() and "<5" not in sida.content.decode()
    varden = klient.get("/api/v1/indikatorer/ID0341/").json()["varden"]
    assert {v["antal"] for v in varden if v["segment"] == segment.kod and v["ar"] == dolda[0].ar} == {None}
    assert not {v["antal"] for v in varden} & {1, 2, 3, 4}


def test_oversikten_klarar_att_ett_varde_tas_bort_medan_den_skrivs():
    bild = Bild(1, None, "T", Utfall.EJ_UPPFYLLT, -0.5, True)
    valda = valj([bild], grupp_for=lambda b: 1, grupper=[(1, "Mål", "", "malomrade=1")], per_grupp=3)
    (grupp,) = bygg_grupper(valda, {}, {}, ar=2024)
    assert (grupp.ej, grupp.fler_ej) == ((), 1)


def test_enheten_foljer_vardet_pa_sida_i_bibliotek_bilaga_och_arbetsbok(som):
    klient = som("politiker")
    sida = klient.get("/indikatorer/HSN-1177-ARENDEN/?ar=2024").content.decode()
    assert "3,3\u00a0miljoner" in sida
    bibliotek = klient.get("/indikatorer/?ar=2024&sok=1177").content.decode()
    assert "<small>miljoner</small>" in bibliotek and "<small>antal</small>" not in bibliotek
    assert "Ärenden via 1177, miljoner" in klient.get("/indikatorer/2024/bilaga/").content.decode()
    bok = openpyxl.load_workbook(io.BytesIO(klient.get("/indikatorer/2024/bilaga/excel/").content))
    varden = {str(c.value) for blad in bok for rad in blad.iter_rows() for c in rad}
    assert "Ärenden via 1177, miljoner" in varden
    assert not any(v.endswith((", antal", ", index", ", procent")) for v in varden)


def test_en_bilaga_som_ingen_kan_lasa_skrivs_inte_utan_urval(som, monkeypatch):
    """A library and three files of values became 60 000 rows: every page of the year took 10 s of a web process from
    then on, and its PDF 5 GB of the worker."""
    antal = len(bedom_ar(2024))
    klient = som("koncerncontroller")
    monkeypatch.setattr("indikatorer.tabeller.bilaga.FLEST_RADER", antal - 1)
    mening = f"Det är {antal} rader, och ett dokument har högst {antal - 1}. Välj nämnd, målområde"
    sidan = klient.get("/indikatorer/2024/bilaga/")
    assert mening in _text(sidan) and "<table" not in sidan.content.decode()
    assert "Skapa PDF och Excel" not in _text(sidan)
    for adress in ("/indikatorer/2024/bilaga/excel/", "/indikatorer/exportera/?ar=2024"):
        svar = klient.get(adress, follow=True)
        assert svar.redirect_chain and mening in _text(svar)
    urvalet = klient.get("/indikatorer/exportera/?ar=2024&slag=index")
    assert urvalet.status_code == 200 and urvalet["Content-Type"].endswith("sheet")


def test_definitionens_historik_visas_en_sida_i_taget(som):
    """900 changes of long texts made a page of 274 MB, and 1.6 GB of a web process, for everybody who opened it."""
    matt = Indikator.objects.get(kod="ID0081")
    for nr in range(1, 46):
        Indikator.objects.filter(pk=matt.pk).update(definition=f"Lydelse {nr}.")
    klient, sedda, adress = som("politiker"), [], "/indikatorer/ID0081/?ar=2024"
    while adress:
        svar = klient.get(adress)
        assert svar.status_code == 200
        sida = re.findall(r"till «Lydelse (\d+)", _text(svar))
        assert len(sida) <= 20
        sedda += sida
        nasta = re.search(r'href="([^"]*)#definitionens-historik">Tidigare ändringar', svar.content.decode())
        adress = nasta and unescape(nasta[1])
    assert sedda == [str(nr) for nr in range(45, 0, -1)]
    assert "lade upp indikatorn" in _text(svar) and "Senare ändringar" in _text(svar)
    assert re.search(r'\?ar=2024&amp;historik=20#definitionens-historik">Senare', svar.content.decode())
    assert klient.get("/indikatorer/ID0081/?historik=7").status_code == 404
