"""Medicinsk service's internbudget 2025: the three printed tables, parts against whole, the bridge, and who sees it."""

import csv
import io
import json
import re
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from budget.actions.versioner import kopiera_version
from budget.models import (
    Belopp,
    Budgetversion,
    Internbudgetforutsattning,
    Kontrollsumma,
    Motpart,
    Post,
    Versionskolumn,
)
from budget.regler.upprakning import Satser, Underlag, upprakning
from budget.selectors.justering import hamta_brygga, upprakningsbaser
from budget.selectors.kontroll import hamta_internbudgetavvikelser
from budget.selectors.summor import ALLA_ENHETER
from budget.tabeller.brygga import bygg_enhetsbrygga
from budget.tabeller.handling import bygg_handling
from budget.tabeller.internbudget import las_internbudgetar
from organisation.models import Anvandare, Enhet, Placering, Rolltilldelning
from organisation.permissions import Behorighet, Ratt
from regionskane.lib import xlsx

MNKR = 1_000_000
SIDA = "/budget/2025/IB2025-MS/resultatsammanstallning/"
FIL = Path(__file__).resolve().parents[3] / "fixtures/ms2025/internbudget.csv"
# The tables as they are printed in 8.4.1–8.4.3: budget 2024, prognos 2024, budget 2025. Sums that are not what their
# parts give are marked with what they give.
TRYCKT = {
    "8.4.1": {
        "regionbidrag": (617, 617, 606),
        "forsaljning": (2160, 1989, 2175),
        "statsbidrag": (75, 116, 75),
        "ovriga_intakter": (11, 11, 0),
        "intakter": ((2864, 2863), (2734, 2733), 2856),
        "personal": (-1512, -1520, -1546),
        "kop": (-543, -564, -527),
        "ovriga_kostnader": (-729, -606, -699),
        "kostnader": (-2784, -2690, -2772),
        "kapitalkostnad": (-80, -69, -84),
        "resultat": ((0, -1), (-25, -26), 0),
    },
    "8.4.2": {
        "regionbidrag": (617, 617, 606),
        "forsaljning": (0, 0, 0),
        "statsbidrag": (0, 5, 0),
        "ovriga_intakter": (11, 11, 0),
        "intakter": ((629, 628), (634, 633), 606),
        "personal": (-481, -487, -472),
        "kop": (-73, -75, -66),
        "ovriga_kostnader": (-75, -76, -64),
        "kostnader": (-629, -638, (-601, -602)),
        "kapitalkostnad": (0, 0, -4),
        "resultat": ((0, -1), (-4, -5), 0),
    },
    "8.4.3": {
        "regionbidrag": (0, 0, 0),
        "forsaljning": (2190, 1989, 2175),
        "statsbidrag": (75, 111, 75),
        "ovriga_intakter": (0, 0, 0),
        "intakter": (2265, 2100, 2250),
        "personal": (-1037, -1033, -1074),
        "kop": (-480, -489, -461),
        "ovriga_kostnader": (-668, -530, -635),
        "kostnader": (-2185, -2052, (-2171, -2170)),
        "kapitalkostnad": (-80, -69, -80),
        "resultat": (0, -21, 0),
    },
}
KOLUMNER = ("IB2024-MS-2024", "P2024-MS-2024", "IB2025-MS-2025")


def _las(version, urval=ALLA_ENHETER):
    kolumner = tuple(
        Versionskolumn.objects.filter(
            version=version, uppstallning__kod="resultatsammanstallning"
        ).select_related("kalla", "uppstallning")
    )
    return las_internbudgetar(version, kolumner[0].uppstallning, kolumner, urval)


def _urval(anvandare, namn, version, ratt=Ratt.LASA_BELOPP):
    return Behorighet(anvandare(namn)).urval(ratt, last=version.last, period=version.period)


def _oppen_kopia(version):
    return kopiera_version(kalla=version("IB2025-MS"), kod="IB-PROV", namn="Prov")


def test_varje_tryckt_siffra_star_i_sin_tabell(version):
    (i,) = _las(version("IB2025-MS"))
    tabeller = dict(zip(("8.4.1", "8.4.2", "8.4.3"), (i.hel, *i.delar), strict=True))
    for nummer, rader in TRYCKT.items():
        for rad, celler in rader.items():
            visade = tuple(tabeller[nummer].cell(rad, k).varde for k in KOLUMNER)
            vantade = tuple(c[0] if isinstance(c, tuple) else c for c in celler)
            assert visade == tuple(v * MNKR for v in vantade), (nummer, rad)
    # A note only where the figures above do not give the sum as they stand, whatever lies under them.
    noter = set()
    for nummer, t in tabeller.items():
        for r in t.rader:
            for k in KOLUMNER if r.delar else ():
                delar = sum((t.cell(d, k).varde or 0) * faktor for d, faktor in r.delar)
                assert bool(t.cell(r.nyckel, k).noter) == (delar != t.cell(r.nyckel, k).varde), (
                    nummer,
                    r.nyckel,
                    k,
                )
                if delar != t.cell(r.nyckel, k).varde:
                    noter.add((nummer, r.nyckel))
    # Those that are marked above, but where the result is what the sums give it, and one that is 0 above −1.
    assert noter == {
        ("8.4.1", "intakter"), ("8.4.2", "intakter"), ("8.4.2", "kostnader"), ("8.4.2", "resultat"),
        ("8.4.3", "kostnader"), ("8.4.3", "resultat"),
    }  # fmt: skip


def test_filen_har_alla_nittionio_tryckta_siffror_och_bara_fyra_harledda():
    with FIL.open(encoding="utf-8", newline="") as fil:
        rader = [r for r in csv.DictReader(fil) if r["uppstallning"] == "resultatsammanstallning"]
    assert len([r for r in rader if r["kalla"].startswith("tabell 8.4.")]) == 99
    harledda = {r["post"]: r["belopp"] for r in rader if r["kalla"].startswith("härlett")}
    assert harledda == {
        "forsaljning_intern": "30", "personal_intern": "-6", "kop_intern": "-10", "ovriga_kostnader_intern": "-14",
    }  # fmt: skip


def test_ingen_summa_ar_lagrad(version):
    summor = Belopp.objects.filter(post__uppstallning__kod="resultatsammanstallning").exclude(
        post__typ="blad"
    )
    assert not summor.exists()
    egna = Belopp.objects.filter(enhet__kod="NORV_MS", post__uppstallning__kod="resultatsammanstallning")
    assert {b.post.motpart.kod for b in egna.select_related("post__motpart")} == {"4"}


def test_delarna_minus_helheten_ar_det_interna_och_inget_annat(version):
    (i,) = _las(version("IB2025-MS"))
    t = i.skillnad
    borta = {
        (r.nyckel, k): t.cell(r.nyckel, f"{k}-interna").varde / MNKR
        for r in t.rader
        for k in KOLUMNER
        if t.cell(r.nyckel, f"{k}-interna").varde
    }
    assert borta == {
        ("forsaljning", KOLUMNER[0]): 30, ("intakter", KOLUMNER[0]): 30, ("personal", KOLUMNER[0]): -6,
        ("kop", KOLUMNER[0]): -10, ("ovriga_kostnader", KOLUMNER[0]): -14, ("kostnader", KOLUMNER[0]): -30,
    }  # fmt: skip
    assert t.cell("forsaljning", f"{KOLUMNER[0]}-delarna").varde == 2190 * MNKR
    assert t.cell("forsaljning", f"{KOLUMNER[0]}-hel").varde == 2160 * MNKR
    forsta, prognos, budget = t.noter
    assert "försäljning av verksamhet, varor och tjänster 30, personalkostnader −6" in forsta
    assert "resultatet är detsamma" in forsta and "bara för hela förvaltningen" in forsta
    assert (
        "Delarna summerar till förvaltningen" in prognos and "Delarna summerar till förvaltningen" in budget
    )


def test_interna_poster_som_inte_tar_ut_varandra_sags_andra_resultatet(version):
    kopia = _oppen_kopia(version)
    _spara(kopia, "MS_LAB", "forsaljning_intern", 7)
    (i,) = _las(kopia)
    assert i.hel.cell("forsaljning", "IB-PROV-2025").varde == 2168 * MNKR
    assert i.delarna.cell("forsaljning", "IB-PROV-2025").varde == 2175 * MNKR
    assert i.delar[1].cell("forsaljning", "IB-PROV-2025").varde == 2175 * MNKR
    assert "tar inte ut varandra: resultatet ändras med −7 mnkr" in i.skillnad.noter[2]
    assert "bara för hela förvaltningen" not in i.skillnad.noter[2]


def _spara(version, enhet, post, mnkr):
    return Belopp.objects.create(
        version=version, enhet=Enhet.objects.get(kod=enhet), ar=2025, belopp=mnkr * MNKR, precision=MNKR,
        post=Post.objects.get(uppstallning__kod="resultatsammanstallning", kod=post), ursprung="inmatad",
        andrad_tid="2025-01-01T00:00Z",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kod", "vantat"),
    [
        (
            "IB2024-MS",
            [  # 617 + 2 160 + 75 + 11 is 2 863 as printed; 617 + 0 + 0 + 11 is 628. The results follow with them.
                ("hel", "intakter", "2864", "2863"), ("hel", "resultat", "0", "-1"),
                ("anslag", "intakter", "629", "628"), ("anslag", "resultat", "0", "-1"),
            ],
        ),
        (
            "P2024-MS",
            [  # 617 + 1 989 + 116 + 11 is 2 733 as printed; 617 + 0 + 5 + 11 is 633.
                ("hel", "intakter", "2734", "2733"), ("hel", "resultat", "-25", "-26"),
                ("anslag", "intakter", "634", "633"), ("anslag", "resultat", "-4", "-5"),
            ],
        ),
        (
            "IB2025-MS",
            [  # 472 + 66 + 64 is 602 as printed; 1 074 + 461 + 635 is 2 170. In the whole the two take each other out.
                ("anslag", "kostnader", "-601", "-602"), ("lab", "kostnader", "-2171", "-2170"),
            ],
        ),
    ],
)  # fmt: skip
def test_kontrollera_namner_just_de_tryckta_summor_som_inte_foljer(db, capsys, kod, vantat):
    capsys.readouterr()
    call_command("kontrollera", "--budgetversion", kod, "--json")
    rader = json.loads(capsys.readouterr().out)

    def vad(r):
        return (
            "hel"
            if "utan förvaltningsinterna" in r["plats"]
            else "anslag"
            if "anslag" in r["plats"]
            else "lab"
        )

    funna = [(vad(r), r["plats"].split("/")[2], r["tryckt"], r["beraknat"]) for r in rader]
    assert sorted(funna) == sorted(vantat)
    assert {(r["kod"], r["slag"]) for r in rader} == {("SUMMA", "avrundning")}
    assert all("textrad" in r["kalla"] for r in rader)


def test_bryggan_gar_fran_617_4_till_605_5_med_tryckta_delsummor(version):
    data = hamta_brygga(version("IB2025-MS"), 2025, ALLA_ENHETER)
    plats = next(p for p in data.enheter if p.enhet_kod == "NORV_MS")
    t = bygg_enhetsbrygga(data, plats)
    visade = {r: t.cell(r, "belopp").varde / MNKR for r in
              ("ingaende", "summa-teknisk", "summa-upprakning", "summa-riktad", "niva")}  # fmt: skip
    assert visade == {
        "ingaende": Decimal("617.4"), "summa-teknisk": Decimal("-36.1"), "summa-upprakning": Decimal("5.8"),
        "summa-riktad": Decimal("18.4"), "niva": Decimal("605.5"),
    }  # fmt: skip
    # FINANS is not in the document: it is the other side, so each justering sums to zero.
    assert {data.summa(justering=j.pk) for j in data.justeringar} == {0} and len(data.justeringar) == 11


def test_regelns_upprakning_ger_de_tryckta_beloppen(version):
    data = hamta_brygga(version("IB2025-MS"), 2025, ALLA_ENHETER)
    ms = Enhet.objects.get(kod="NORV_MS").pk
    bas = upprakningsbaser(data)[ms]
    assert bas == Decimal("581.3") * MNKR
    satser = Satser(
        sammanvagt=Decimal("1.5"), demografi=Decimal("0.5"), medicinteknik=Decimal("0.5"),
        effektivisering=Decimal("-1.5"),
    )  # fmt: skip
    rader = [data.rader[j.pk][ms].belopp for j in data.justeringar if j.block == "upprakning"]
    assert list(upprakning({ms: Underlag(bas, 1)}, {1: satser}, {})[ms].delar[:4]) == rader
    assert [b / MNKR for b in rader] == [Decimal(x) for x in ("8.7", "2.9", "2.9", "-8.7")]


def test_internbudgetens_regionbidrag_provas_mot_fullmaktiges(version):
    ib = version("IB2025-MS")
    assert hamta_internbudgetavvikelser([ib]) == []
    (i,) = _las(ib)
    t = i.regionbidrag
    assert [c.varde and c.varde / MNKR for c in t.rader[2].celler[:3]] == [
        606,
        Decimal("605.5"),
        Decimal("0.5"),
    ]
    assert [r.celler[3].text for r in t.rader] == ["Ja, avrundat"] * 3
    # 605,5 rounds to 606; 604 does not.
    kopia = _oppen_kopia(version)
    b = Belopp.objects.get(version=kopia, enhet__kod="MS_ANSLAG", post__kod="regionbidrag")
    b.belopp = 604 * MNKR
    b.save()
    (a,) = hamta_internbudgetavvikelser([kopia])
    assert (a.kod, a.tryckt / MNKR, a.beraknat / MNKR, a.ar_fel) == (
        "INTERNBUDGET",
        604,
        Decimal("605.5"),
        True,
    )


def test_sidan_visar_utan_eller_med_interna_poster(som):
    klient = som("politiker")
    utan, med = (klient.get(a).content.decode().replace("\u00a0", " ") for a in (SIDA, f"{SIDA}?interna=med"))
    assert _rad(utan, "norv-ms-utan-forsaljning")[:3] == ["2 160", "1 989", "2 175"]
    assert _rad(med, "norv-ms-med-forsaljning")[:3] == ["2 190", "1 989", "2 175"]
    assert _rad(utan, "norv-ms-utan-forsaljning")[3:] == ["+15", "+186"]
    assert re.search(r'aria-current="true">Utan interna poster', utan)
    assert re.search(r'aria-current="true">Med interna poster', med)
    for text in ("cirka 40 mnkr", "3,3 %", "Fasta årsabonnemang", "/brygga/NORV_MS/"):
        assert text in utan


def _rad(html, nyckel):
    rad = re.search(rf'id="{nyckel}">(.*?)</tr>', html, re.S)[1]
    celler = re.findall(r"<td.*?</td>", rad, re.S)
    return [re.sub(r"<sup.*?</sup>|<[^>]+>|\s+", " ", c).strip() for c in celler]


def test_varje_siffra_leder_till_sin_kalla(som):
    klient = som("controller")
    adresser = set(re.findall(r'href="(/[^"]+)" data-varifran', klient.get(SIDA).content.decode()))
    assert len(adresser) > 100
    assert {a: klient.get(a.replace("&amp;", "&")).status_code for a in adresser} == dict.fromkeys(
        adresser, 200
    )


def test_varifran_raknar_bort_det_interna(som):
    svar = som("revisor").get(
        "/budget/2024/IB2024-MS/varifran/resultatsammanstallning/forsaljning/hel-NORV_MS/2024/"
    )
    text = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", svar.content.decode()))
    assert "2 160 mnkr" in text and "delarna med samtliga motparter, 2 190" in text
    assert "minus Försäljning av verksamhet, varor och tjänster, varav förvaltningsinternt, 30" in text
    assert "Tryckt i handlingen: 2 160" in text


def test_nagon_annans_namnd_ser_inget_av_internbudgeten(som, anvandare, version):
    for kod in ("IB2024-MS", "P2024-MS", "IB2025-MS"):
        assert not _urval(anvandare, "controller-kn", version(kod))
    kn = som("controller-kn")
    assert "Medicinsk service" not in kn.get("/budget/").content.decode()
    assert kn.get(SIDA).status_code == 403
    assert "IB2025-MS" not in {v["kod"] for v in kn.get("/api/v1/budget/").json()}
    assert kn.get("/budget/2024/B2024/jamfor/?mot=IB2024-MS").status_code == 403
    # What is locked for the region is still read by all.
    assert _urval(anvandare, "controller-kn", version("B2024")).allt


def test_en_oppen_internbudget_skrivs_av_sin_namnd_och_lases_inte_av_politiker(anvandare, version):
    kopia = _oppen_kopia(version)
    assert kopia.namnd.kod == "NORV" and not kopia.last
    namndens = set(Placering.objects.filter(namnd__kod="NORV").values_list("enhet", flat=True))
    for namn in ("controller", "koncerncontroller"):
        assert _urval(anvandare, namn, kopia, Ratt.SKRIVA_BELOPP).enheter == namndens
    for namn in ("controller-kn", "politiker", "administrator"):
        assert not _urval(anvandare, namn, kopia)
    assert _urval(anvandare, "revisor", kopia).enheter == namndens
    assert not _urval(anvandare, "revisor", kopia, Ratt.SKRIVA_BELOPP)


def test_den_som_har_en_del_ser_bara_den_medan_versionen_ar_oppen(som, version):
    lab = Enhet.objects.get(kod="MS_LAB")
    ny = Anvandare.objects.create(username="lab")
    Rolltilldelning.objects.create(anvandare=ny, roll="controller", enhet=lab)
    kopia = _oppen_kopia(version)
    html = som("lab").get(f"/budget/2025/{kopia.kod}/resultatsammanstallning/").content.decode()
    assert "laboratoriemedicin" in html
    assert "anslagsfinansierad verksamhet" not in html and "Delarna mot hela" not in html
    assert som("lab").get(f"/budget/2025/{kopia.kod}/kontroll/").status_code == 403


def test_den_som_har_forvaltningen_har_dess_delar(version):
    ny = Anvandare.objects.create(username="ms")
    Rolltilldelning.objects.create(anvandare=ny, roll="controller", enhet=Enhet.objects.get(kod="NORV_MS"))
    kopia = _oppen_kopia(version)
    urval = Behorighet(ny).urval(Ratt.SKRIVA_BELOPP, last=False, period=kopia.period)
    assert set(Enhet.objects.filter(pk__in=urval.enheter).values_list("kod", flat=True)) == {
        "NORV_MS", "MS_ANSLAG", "MS_LAB",
    }  # fmt: skip
    (i,) = _las(kopia, urval)
    assert i.hel is not None and len(i.delar) == 2


def test_inmatning_per_del_sparar_och_visar_det_interna(som, version):
    kopia = _oppen_kopia(version)
    klient = som("controller")
    adress = f"/budget/2025/{kopia.kod}/resultatsammanstallning/inmatning/?enhet=MS_LAB"
    html = klient.get(adress).content.decode()
    assert "varav förvaltningsinternt" in html and "redan är inräknat" not in html
    b = Belopp.objects.get(version=kopia, enhet__kod="MS_LAB", post__kod="personal_alla")
    intern = Post.objects.get(uppstallning__kod="resultatsammanstallning", kod="personal_intern")
    svar = klient.post(
        adress,
        {
            f"c.{b.enhet_id}.{b.post_id}.2025": "-1 080",
            f"c.{b.enhet_id}.{intern.pk}.2025": "-4",
            "bas": json.dumps({f"{b.enhet_id}.{b.post_id}.2025": [b.rev, str(b.belopp)]}),
        },
    )
    assert svar.status_code == 302 and "enhet=MS_LAB" in svar.url
    (i,) = _las(kopia)
    assert i.delar[1].cell("personal", "IB-PROV-2025").varde == -1080 * MNKR
    assert i.hel.cell("personal", "IB-PROV-2025").varde == (-472 - 1080 + 4) * MNKR
    annans = Belopp.objects.get(version=kopia, enhet__kod="MS_ANSLAG", post__kod="personal_alla")
    assert (
        klient.post(adress, {f"c.{annans.enhet_id}.{annans.post_id}.2025": "1", "bas": "{}"}).status_code
        == 403
    )
    assert klient.get(adress.replace("MS_LAB", "KN")).status_code == 403


def test_oversikten_raknar_internbudgetens_celler(som, version):
    kopia = _oppen_kopia(version)
    text = som("controller").get("/").content.decode()
    rad = text[text.index(f"/budget/2025/{kopia.kod}/resultatsammanstallning/inmatning/") :]
    # 13 blad for each of the two parts and the förvaltning itself; the 16 printed of the parts are filled in.
    assert "16 av 39 celler har ett belopp" in rad
    assert "Beräkna balanskravet, Prov" not in som("koncerncontroller").get("/").content.decode()


def test_handlingen_har_de_tre_tabellerna_och_bryggan(anvandare, version):
    ib = version("IB2025-MS")
    h = bygg_handling(ib, _urval(anvandare, "controller", ib, Ratt.EXPORTERA))
    nycklar = [t.nyckel for t in h.tabeller]
    assert nycklar == [
        "regionbidrag", "brygga-norv-ms-2025", "norv-ms-utan", "ms-anslag-med", "ms-lab-med", "delar-mot-helhet",
        "regionbidragsprov", "forutsattningar",
    ]  # fmt: skip
    bok = openpyxl.load_workbook(io.BytesIO(xlsx.skriv_handling(h)))
    assert bok["Norv-ms-utan"]["B6"].value == 2160
    assert bok["Norv-ms-utan"]["D9"].value == "=SUM(D5:D8)"
    assert bok["Delarna mot hela förvaltningen"]["B6"].value == 2190
    bara = bygg_handling(
        ib, _urval(anvandare, "controller", ib, Ratt.EXPORTERA), bara="resultatsammanstallning"
    )
    assert "brygga-norv-ms-2025" in {t.nyckel for t in bara.tabeller}


def test_en_last_internbudget_haller_fast_vid_motpart_och_forutsattningar(version):
    norv = version("IB2025-MS").namnd
    forbjudet = (
        lambda: Post.objects.filter(kod="personal_intern").update(motpart=None),
        lambda: Motpart.objects.filter(kod="4").update(slag="extern"),
        lambda: Internbudgetforutsattning.objects.filter(nyckel="lonerevision").update(procent=9),
        lambda: Placering.objects.filter(enhet__kod="MS_LAB").update(del_av=None),
        lambda: Kontrollsumma.objects.filter(version=version("IB2025-MS")).update(belopp=0),
        lambda: Budgetversion.objects.create(kod="X", namn="X", ar=2025, typ="internbudget"),
        lambda: Budgetversion.objects.create(kod="Y", namn="Y", ar=2025, typ="budget", namnd=norv),
    )
    for gor in forbjudet:
        with pytest.raises(IntegrityError), transaction.atomic():
            gor()


def test_fragorna_vaxer_inte_med_delarna(som, version):
    klient = som("controller")
    klient.get(SIDA)

    def antal():
        with CaptureQueriesContext(connection) as fangst:
            assert klient.get(SIDA).status_code == 200
        return len(fangst)

    fore = antal()
    ms = Enhet.objects.get(kod="NORV_MS")
    for nr in range(8):
        ny = Enhet.objects.create(kod=f"MS_{nr}", namn=f"Del {nr}", typ="del")
        Placering.objects.create(
            enhet=ny, namnd=version("IB2025-MS").namnd, ordning=93 + nr, giltig_fran="2022-01-01", del_av=ms
        )
    assert antal() == fore
    assert fore <= 28


@pytest.mark.parametrize("roll", ["politiker", "controller", "revisor"])
def test_summan_av_egna_enheter_svarar_den_som_ser_den(som, roll):
    klient = som(roll)
    html = klient.get("/budget/2025/IB2025-MS/regionbidrag/").content.decode()
    (adress,) = set(re.findall(r'href="(/budget/2025/IB2025-MS/varifran/[^"]*/egna/2025/)"', html))
    svar = klient.get(adress)
    assert svar.status_code == 200 and "605,5" in svar.content.decode()
