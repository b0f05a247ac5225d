"""The page of uppräkning: the printed amounts with their arithmetic, and rates that are tried and saved as a draft."""

import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from budget.actions.versioner import starta_nasta_ar
from budget.models import Block, Justering, Sektorsats, Upprakning, Upprakningsundantag
from budget.selectors.summor import ALLA_ENHETER
from budget.selectors.upprakning import hamta_forslag, hamta_upprakning, sparade_satser
from budget.tabeller.upprakning import bygg_upprakning
from organisation.models import Enhet, Placering
from tests.budget.belopp import justera

MNKR = 1_000_000
FAST = "/budget/2024/B2024/brygga/upprakning/"
ARB = "/budget/2024/B2024-ARB/brygga/upprakning/"
HALSA = "sektor-halso-och-sjukvard-"


def _falt(html):
    """What the form of a page would send."""
    falt = {}
    for tagg in re.findall(r"<input[^>]*>", html):
        namn = re.search(r' name="([^"]*)"', tagg)
        varde = re.search(r' value="([^"]*)"', tagg)
        if namn:
            falt[namn[1]] = unescape(varde[1]) if varde else ""
    falt.pop("csrfmiddlewaretoken", None)
    return falt


def _text(svar):
    return svar.content.decode().replace("\u00a0", " ")


def _visa(klient, adress=ARB, ar=2025, **skrivet):
    """What is sent after «Visa förslaget»: the fields with their values, and the mark of what was shown."""
    falt = _falt(klient.get(f"{adress}?ar={ar}").content.decode()) | skrivet
    svar = klient.post(adress, falt | {"vad": "visa"})
    assert svar.status_code == 200, _text(svar)
    return _falt(svar.content.decode()) | {"vad": "spara"}


def _tabell(version, ar=2024):
    data = hamta_upprakning(version, ar, ALLA_ENHETER)
    motiv = {e: u.motiv for e, u in data.undantag.items()}
    satsmotiv = {s: r.motiv for s, r in data.satser.items()}
    return bygg_upprakning(data, hamta_forslag(data), sparade_satser(data.satser.values()), motiv, satsmotiv)


@pytest.mark.parametrize("kod", ["B2024", "B2024-ARB"])
def test_satserna_ger_varje_tryckt_belopp_och_undantagen_sager_vad_satsen_gett(version, kod):
    t = _tabell(version(kod))
    tryckta = {
        r.enhet.kod: r.belopp
        for r in Justering.objects.get(version__kod=kod, titel="Uppräkning 2024").rader.select_related(
            "enhet"
        )
    }
    visade = {r.nyckel for r in t.rader}
    for enhet, belopp in tryckta.items():
        if enhet in visade:
            assert t.cell(enhet, "summa").varde == t.cell(enhet, "beslutat").varde == belopp
            assert t.cell(enhet, "skillnad").varde == 0
    # Those without regionbidrag have nothing to raise, and FINANS pays the sum.
    assert {e for e in tryckta if e not in visade} == {"NORV_DIGIT", "SN", "FINANS"}
    assert t.cell("alla", "summa").varde == -tryckta["FINANS"] == Decimal("1389.1") * MNKR
    assert t.cell("alla", "skillnad").varde == 0
    noter = [n.replace("\u00a0", " ") for n in t.noter]
    # Five exceptions, then where the three sektorer have their rates from.
    assert len(noter) == 8 and noter[6].startswith("Hälso- och sjukvård: Tillsammans 2,9 %")
    assert t.cell("HSN", "summa").noter == () and t.cell("RS", "summa").noter == (3,)
    assert not any("uppräkningen ger" in n for n in noter)
    assert noter[0].startswith("Psykiatri-, habiliterings-") and "egen sats, 3,1 %" in noter[0]
    assert "sektorns sats hade gett 120,3" in noter[0]
    assert any("eget belopp, −35,6; sektorns sats hade gett 42,3" in n for n in noter)
    rubriker = [r.rubrik.replace("\u00a0", " ") for r in t.rader if r.slag == "grupp"]
    assert rubriker[1] == (
        "Hälso- och sjukvård: löner och priser 3,1 %, demografi 0,8 %, medicinsk teknik 0,5 %, "
        "effektivisering −1,5 %: 2,9 %"
    )


def test_varje_rad_och_varje_summa_gar_ihop(version):
    t = _tabell(version("B2024"))
    delar = [k.nyckel for k in t.kolumner if k.nyckel.startswith("del-")]
    assert len(delar) == 5
    for r in t.rader:
        if r.celler:
            assert sum(t.cell(r.nyckel, d).varde or 0 for d in delar) == t.cell(r.nyckel, "summa").varde
        for k in ("bas", *delar, "summa", "beslutat") if r.delar else ():
            assert t.cell(r.nyckel, k).varde == sum(t.cell(d, k).varde or 0 for d, _ in r.delar)


def test_skillnader_namns_pa_sidan(som):
    klient = som("koncerncontroller")
    falt = _visa(
        klient, ar=2024, titel="Prov",
        **{f"{HALSA}sammanvagt": "2,9 %", f"{HALSA}demografi": "", f"{HALSA}medicinteknik": "",
           f"{HALSA}effektivisering": ""},
    )  # fmt: skip
    html = _text(klient.post(ARB, falt | {"vad": "visa"}))
    for text in (
        "Sjukhusstyrelse Hässleholm: tryckt 15,6, uppräkningen ger 15,5.",
        "Hälso- och sjukvårdsnämnden: tryckt 433,9, uppräkningen ger 434,0.",
    ):
        assert text in html
    assert html.count("uppräkningen ger") == 7
    # What is decided is not replaced without being made a draft first, and nothing of it is moved.
    svar = klient.post(ARB, falt)
    assert svar.status_code == 422 and "Gör den till utkast först" in _text(svar)
    assert 'value="2,9 %"' in _text(svar)
    assert Sektorsats.objects.get(
        upprakning__version__kod="B2024-ARB", sektor__kod="halso-och-sjukvard"
    ).sammanvagt == Decimal("3.1")


def test_utan_ratt_att_skriva_ser_man_sina_egna_rader(som):
    html = _text(som("controller").get(FAST))
    assert "<form method" not in html.split("<main")[1] and "effektivisering −1,5 %: 2,9 %" in html
    assert "Regionstyrelsen har eget belopp, −35,6" in html  # a decided version is everybody's
    html = _text(som("controller").get(ARB))
    assert "Medicinsk service" in html and "17,4" in html
    assert "Regionstyrelsen" not in html and "1 389,1" not in html


def test_justeringen_leder_till_sin_rakning(som, version):
    for kod in ("B2024", "B2024-ARB"):
        j = Justering.objects.get(version__kod=kod, titel="Uppräkning 2024")
        annan = Justering.objects.get(version__kod=kod, titel="Mobila team")
        sida = f"/budget/2024/{kod}/brygga/justering/"
        lank = f'href="/budget/2024/{kod}/brygga/upprakning/?ar=2024"'
        klient = som("koncerncontroller")
        assert lank in klient.get(f"{sida}{j.pk}/").content.decode()
        assert lank not in klient.get(f"{sida}{annan.pk}/").content.decode()


def test_satser_vikter_och_undantag_blir_ett_utkast_som_finans_betalar(som, version):
    klient = som("koncerncontroller")
    skrivet = {
        f"{HALSA}loner": "3 %", f"{HALSA}priser": "2", f"{HALSA}vikt_loner": "60", f"{HALSA}demografi": "0,5 %",
        f"{HALSA}motiv": "Prov", "namnd-NORV_MS-belopp": "−1,5", "namnd-NORV_MS-motiv": "Enligt avtal",
        "namnd-PHH-vikt_loner": "80", "namnd-PN-sats": "1,25",
    }  # fmt: skip
    falt = _visa(klient, **skrivet)
    assert not Upprakning.objects.filter(version=version("B2024-ARB"), ar=2025).exists()
    svar = klient.post(ARB, falt)
    u = Upprakning.objects.get(version=version("B2024-ARB"), ar=2025)
    j = u.justering
    assert svar.status_code == 302 and svar["Location"].endswith(f"/justering/{j.pk}/")
    assert (j.block, j.beslutad, j.titel) == (Block.UPPRAKNING, False, "Uppräkning 2025 enligt regel")
    rader = {r.enhet.kod: r.belopp / MNKR for r in j.rader.select_related("enhet")}
    # 11 199,2 · (0,6 · 3 + 0,4 · 2) % + 0,5 %, 4 276,0 · 2,8 % + 0,5 %, 18,0 · 1,25 %.
    assert (rader["SUS"], rader["PHH"], rader["PN"]) == (
        Decimal("347.2"),
        Decimal("141.1"),
        Decimal("0.2"),
    )
    assert rader["NORV_MS"] == Decimal("-1.5") and "KN" not in rader
    assert sum(rader.values()) == 0 and rader["FINANS"] < 0
    assert j.regel["sektorer"]["halso-och-sjukvard"] == {
        "loner": "3", "vikt_loner": "60", "priser": "2", "demografi": "0.5",
    }  # fmt: skip
    assert j.regel["undantag"]["NORV_MS"] == {"belopp": "-1500000"}
    assert j.motiv.endswith(
        "Egen sats eller eget belopp: Nämnden för operativ regiongemensam verksamhet – Medicinsk service, "
        "Patientnämnden."
    )
    # What is saved stands in the form again, and is the same.
    html = klient.get(f"{ARB}?ar=2025").content.decode()
    igen = _falt(html)
    assert igen[f"{HALSA}vikt_loner"] == "60" and igen["namnd-NORV_MS-belopp"] == "−1,5"
    assert igen["namnd-NORV_MS-motiv"] == "Enligt avtal"
    assert "Enligt avtal" in html and "uppräkningen ger" not in html


def test_samma_sak_tva_ganger_sparas_en_gang(som, version):
    klient = som("koncerncontroller")
    falt = _visa(klient, **{f"{HALSA}demografi": "0,5"})
    forsta, andra = klient.post(ARB, falt), klient.post(ARB, falt)
    assert (forsta.status_code, andra.status_code) == (302, 302) and forsta["Location"] == andra["Location"]
    u = Upprakning.objects.get(version=version("B2024-ARB"), ar=2025)
    assert (u.rev, u.justering.rev) == (1, 1)
    # Changed, it is the same draft that gets the new amounts.
    igen = _visa(klient, **{f"{HALSA}demografi": "1"})
    assert klient.post(ARB, igen)["Location"] == forsta["Location"]
    assert u.justering.rader.get(enhet__kod="SUS").belopp == Decimal("112.0") * MNKR
    assert Justering.objects.filter(version=u.version, ar=2025, block=Block.UPPRAKNING).count() == 1


def test_det_som_sparas_ar_det_som_visades(som, version):
    klient = som("koncerncontroller")
    falt = _visa(klient, **{f"{HALSA}demografi": "0,5"})
    svar = klient.post(ARB, falt | {f"{HALSA}demografi": "0,6"})
    html = svar.content.decode()
    assert svar.status_code == 409 and "inte de som visades" in html and 'value="0,6"' in html
    assert not Upprakning.objects.filter(version=version("B2024-ARB"), ar=2025).exists()
    assert klient.post(ARB, _falt(html) | {"vad": "spara"}).status_code == 302


def test_den_som_blev_fore_syns_och_inget_skrivs_over(som, version):
    klient = som("koncerncontroller")
    falt = _visa(klient, **{f"{HALSA}demografi": "0,5"})
    klient.post(ARB, _visa(klient, **{f"{HALSA}demografi": "0,7", "namnd-KN-belopp": "1,0"}))
    svar = klient.post(ARB, falt)
    html = svar.content.decode()
    assert svar.status_code == 409 and "Någon annan har ändrat uppräkningen" in html
    assert 'value="0,5"' in html and "Sparat nu: 0,7" in html and "Sparat nu: 1,0" in html
    assert html.count("Sparat nu:") == 2
    u = Upprakning.objects.get(version=version("B2024-ARB"), ar=2025)
    assert u.sektorsatser.get().demografi == Decimal("0.7")
    assert klient.post(ARB, _falt(html) | {"vad": "spara"}).status_code == 302
    assert u.sektorsatser.get().demografi == Decimal("0.5") and not u.undantag.exists()


def test_ett_utkast_som_har_andrats_for_hand_namns_och_ersatts_inte_osett(som, version):
    klient = som("koncerncontroller")
    klient.post(ARB, _visa(klient, **{f"{HALSA}demografi": "0,5"}))
    falt = _visa(klient, **{f"{HALSA}demografi": "0,6"})
    j = Upprakning.objects.get(version=version("B2024-ARB"), ar=2025).justering
    sida = f"/budget/2024/B2024-ARB/brygga/justering/{j.pk}/"
    egna = _falt(klient.get(sida).content.decode()) | {"block": "upprakning", "ar": "2025", "vad": "finans"}
    klient.post(sida, egna | {"belopp-SUS": "60,0"})
    assert klient.post(ARB, falt).status_code == 409
    assert j.rader.get(enhet__kod="SUS").belopp == 60 * MNKR
    html = _text(klient.get(f"{ARB}?ar=2025"))
    assert "Sjukhusstyrelse Sus: utkastet 60,0, uppräkningen ger 56,0." in html


def test_ett_utkast_vars_bas_har_flyttats_beslutas_inte_osett(som, version, anvandare):
    """A justering of the year before is decided after the draft: what it was counted on is no longer there."""
    klient, arb = som("koncerncontroller"), version("B2024-ARB")
    klient.post(ARB, _visa(klient, **{"sektor-regional-utveckling-sammanvagt": "2,6"}))
    j = Upprakning.objects.get(version=arb, ar=2025).justering
    sida = f"/budget/2024/B2024-ARB/brygga/justering/{j.pk}/"
    assert "Ska beloppen stå kvar?" not in _text(klient.get(sida))
    fore = j.rader.get(enhet__kod="RUN").belopp / MNKR
    justera(arb, 2024, anvandare("koncerncontroller"), RUN="100")
    html = _text(klient.get(sida))
    efter = f"{fore + Decimal('2.6'):.1f}".replace(".", ",")
    rad = (
        f"Regionala utvecklingsnämnden: utkastet {fore:.1f}".replace(".", ",")
        + f", uppräkningen ger {efter}."
    )
    assert "Ska beloppen stå kvar?" in html and rad in html
    falt = _falt(html) | {"block": "upprakning", "ar": "2025", "vad": "besluta"}
    falt.pop("skillnad_sedd")
    svar = klient.post(sida, falt)
    assert (
        svar.status_code == 422 and "svara först på frågan om beloppen" in _text(svar) and rad in _text(svar)
    )
    j.refresh_from_db()
    assert not j.beslutad
    assert klient.post(sida, falt | {"vad": "utkast"}).status_code == 302
    falt |= {"rev": _falt(klient.get(sida).content.decode())["rev"]}
    assert klient.post(sida, falt | {"skillnad_sedd": "ja"}).status_code == 302
    j.refresh_from_db()
    assert j.beslutad and j.rader.get(enhet__kod="RUN").belopp / MNKR == fore


@pytest.mark.parametrize(
    ("skrivet", "fel"),
    [
        ({f"{HALSA}demografi": "x"}, "Skriv en procentsats med högst två decimaler, till exempel 2,9 %."),
        ({f"{HALSA}demografi": "2,955"}, "Skriv en procentsats med högst två decimaler"),
        ({f"{HALSA}demografi": "290"}, "Procentsatsen ska ligga mellan −100 och 100."),
        ({f"{HALSA}sammanvagt": "2", f"{HALSA}loner": "3"}, "Skriv antingen ett sammanvägt tal"),
        ({f"{HALSA}loner": "3"}, "Skriv lönernas vikt här eller för sektorn."),
        (
            {f"{HALSA}loner": "3", f"{HALSA}vikt_loner": "70", f"{HALSA}vikt_priser": "40"},
            "Vikterna blir 110,0\u00a0% tillsammans.",
        ),
        ({"namnd-KN-vikt_loner": "-5"}, "Procentsatsen ska ligga mellan 0 och 100."),
        (
            {"namnd-KN-sats": "2", "namnd-KN-belopp": "3"},
            "Skriv antingen en egen sats eller ett eget belopp.",
        ),
        ({"namnd-KN-belopp": "0,15"}, "högst en decimal"),
        ({"namnd-KN-belopp": "8,1 %"}, "är en procentsats"),
        ({"titel": ""}, "Skriv en titel."),
    ],
)
def test_fel_sags_och_inget_som_skrevs_gar_forlorat(som, version, skrivet, fel):
    klient = som("koncerncontroller")
    falt = _falt(klient.get(f"{ARB}?ar=2025").content.decode()) | skrivet | {"namnd-RS-motiv": "Kvar"}
    svar = klient.post(ARB, falt | {"vad": "spara"})
    html = svar.content.decode()
    assert svar.status_code == 422 and fel in unescape(html)
    kvar = _falt(html)
    assert {n: kvar[n] for n in skrivet} == skrivet and kvar["namnd-RS-motiv"] == "Kvar"
    assert not Upprakning.objects.filter(version=version("B2024-ARB"), ar=2025).exists()


def test_tomt_och_upptagen_titel_sparar_ingenting(som, version):
    klient = som("koncerncontroller")
    falt = _falt(klient.get(f"{ARB}?ar=2025").content.decode())
    svar = klient.post(ARB, falt | {"vad": "spara"})
    assert svar.status_code == 422 and "ger ingen nämnd något belopp" in svar.content.decode()
    arb = version("B2024-ARB")
    Justering.objects.create(
        version=arb, ar=2025, block="upprakning", titel="Upptagen", prisniva=2025, ordning=99
    )
    svar = klient.post(ARB, _visa(klient, titel="Upptagen", **{f"{HALSA}demografi": "1"}))
    assert svar.status_code == 422 and "Det finns redan en justering med titeln" in svar.content.decode()
    assert not Upprakning.objects.filter(version=arb, ar=2025).exists()


def test_den_som_skrev_nar_versionen_lastes_har_sin_text_kvar(som):
    klient = som("koncerncontroller")
    falt = _visa(klient, **{f"{HALSA}demografi": "0,55"})
    klient.post("/budget/2024/B2024-ARB/las/")
    svar = klient.post(ARB, falt)
    assert svar.status_code == 422 and "är låst. Ingenting har sparats." in svar.content.decode()
    assert 'value="0,55"' in svar.content.decode()


def test_utkastet_tas_bort_som_andra_och_satserna_star_kvar(som, version):
    klient = som("koncerncontroller")
    klient.post(ARB, _visa(klient, **{f"{HALSA}demografi": "0,5"}))
    u = Upprakning.objects.get(version=version("B2024-ARB"), ar=2025)
    klient.post(f"/budget/2024/B2024-ARB/brygga/justering/{u.justering.pk}/ta-bort/")
    u.refresh_from_db()
    assert u.justering is None and u.sektorsatser.get().demografi == Decimal("0.5")
    assert klient.post(ARB, _visa(klient)).status_code == 302
    u.refresh_from_db()
    assert u.justering.rader.get(enhet__kod="SUS").belopp == Decimal("56.0") * MNKR


def test_kopian_har_satserna_och_nasta_ar_bara_planarens(som, version, anvandare):
    arb = version("B2024-ARB")
    u = Upprakning.objects.get(version=arb)
    assert (u.ar, u.justering.version, u.justering.titel) == (2024, arb, "Uppräkning 2024")
    assert (u.sektorsatser.count(), u.undantag.count()) == (3, 5)
    klient = som("koncerncontroller")
    klient.post(ARB, _visa(klient, **{f"{HALSA}demografi": "0,5", "namnd-KN-belopp": "1,0"}))
    klient.post("/budget/2024/B2024-ARB/las/")
    ny = starta_nasta_ar(
        kalla=version("B2024-ARB"), kod="B2025", namn="Budget 2025", by=anvandare("koncerncontroller")
    )
    (med,) = Upprakning.objects.filter(version=ny)
    assert (med.ar, med.justering.titel, med.justering.version) == (2025, "Uppräkning 2025 enligt regel", ny)
    assert med.sektorsatser.get().demografi == Decimal("0.5")
    assert med.undantag.get().belopp == 1 * MNKR


def test_en_last_version_och_en_omojlig_rad_vagras_av_databasen(version):
    u = Upprakning.objects.get(version=version("B2024"))
    for andra in (
        lambda: Upprakning.objects.filter(pk=u.pk).update(rev=9),
        lambda: Sektorsats.objects.filter(upprakning=u).update(demografi=1),
        lambda: Upprakningsundantag.objects.filter(upprakning=u).delete(),
    ):
        with pytest.raises(IntegrityError, match="är låst"), transaction.atomic():
            andra()
    arb = Upprakning.objects.get(version=version("B2024-ARB"))
    for omojligt in (
        lambda: arb.undantag.filter(enhet__kod="RS").update(sats=1),
        lambda: arb.undantag.update(vikt_loner=101),
        lambda: arb.sektorsatser.update(loner=1),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            omojligt()


def test_fragorna_vaxer_inte_med_namnder_och_undantag(som, version):
    klient = som("koncerncontroller")

    def fragor():
        with CaptureQueriesContext(connection) as matning:
            assert klient.get(ARB).status_code == 200
        return len(matning)

    klient.get(ARB)
    fore = fragor()
    u = Upprakning.objects.get(version=version("B2024-ARB"))
    mall = Placering.objects.get(enhet__kod="KN")
    for i in range(5):
        e = Enhet.objects.create(kod=f"NY{i}", namn=f"Ny {i}", typ="forvaltning")
        Placering.objects.create(
            enhet=e, namnd=mall.namnd, sektor=mall.sektor, ordning=50, giltig_fran=date(2022, 1, 1)
        )
        Upprakningsundantag.objects.create(upprakning=u, enhet=e, belopp=i * MNKR)
    assert fragor() == fore


def test_en_sats_utan_sitt_decimalkomma_fragas_om_en_gang(som, version):
    klient = som("koncerncontroller")
    falt = _visa(klient, **{f"{HALSA}demografi": "29"})
    falt.pop("satser_sedda")
    svar = klient.post(ARB, falt)
    text = _text(svar)
    assert svar.status_code == 422 and "Är satserna rätt?" in text and "demografi 29,0 %" in text
    assert not Upprakning.objects.filter(version=version("B2024-ARB"), ar=2025).exists()
    assert klient.post(ARB, falt | {"satser_sedda": "ja"}).status_code == 302
    assert "satser_sedda" not in _visa(klient, ar=2026, **{f"{HALSA}demografi": "2,9"})


def test_resultatet_sags_overst_med_en_lank_och_i_beskedet_nar_det_ar_sparat(som):
    klient = som("koncerncontroller")
    falt = _falt(klient.get(f"{ARB}?ar=2025").content.decode()) | {f"{HALSA}demografi": "0,5"}
    text = _text(klient.post(ARB, falt | {"vad": "visa"}))
    assert "Inget är sparat ännu." in text and text.index('href="#forslaget"') < text.index(
        "Satser per sektor"
    )
    svar = klient.post(ARB, _falt(text) | {"vad": "spara"}, follow=True)
    assert re.search(r"Satserna är sparade, och [\d ,]+ mnkr till \d+ nämnder står i utkastet", _text(svar))


def test_det_som_planen_redan_har_namns_med_belopp_innan_nagot_skrivs(som, version, anvandare):
    kc = anvandare("koncerncontroller")
    starta_nasta_ar(kalla=version("B2024"), kod="B2025", namn="Budget 2025", by=kc)
    klient, adress = som("koncerncontroller"), "/budget/2025/B2025/brygga/upprakning/"
    falt = _falt(klient.get(f"{adress}?ar=2025").content.decode()) | {f"{HALSA}demografi": "0,5"}
    text = _text(klient.post(adress, falt | {"vad": "visa"}))
    assert "Samma sak kan räknas två gånger" in text and "«Enligt tidigare plan» ger redan" in text
    assert re.search(r"<li>[^<]+: [\d ,−]+ enligt plan och [\d ,−]+ här</li>", text)
    assert "två gånger" not in _text(klient.post(ARB, _falt(klient.get(f"{ARB}?ar=2025").content.decode())))
