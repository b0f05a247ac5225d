"""From a file or from Kolada to stored values: previewed, accepted once, and never overwritten silently."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied

from indikatorer.actions import inlasning
from indikatorer.actions.inlasning import ErsatterVarden, InlasningsFel
from indikatorer.imports.kolada import Kolada
from indikatorer.models import Indikator, Jamforelseomrade, Matning, Ursprung
from indikatorer.selectors.matningar import hamta_matning_historik
from indikatorer.selectors.register import hamta_cellnamn
from organisation.permissions import Behorighet, Ratt
from regionskane.jobb.actions import kor_jobb
from regionskane.jobb.models import Jobb, Jobbstatus
from regionskane.lib.hamta import Jsonhamtare, Talamod
from tests.indikatorer.koladaserver import koladaserver, post

pytestmark = pytest.mark.django_db
FIXTURER = Path(__file__).resolve().parents[3] / "fixtures"


def fil(text, namn="matningar.csv"):
    return inlasning.behall_fil(innehall=text.encode(), namn=namn)


def las_in(text, by, **val):
    return inlasning.las_in(underlag=fil(text), by=by, **({"ersatt": False} | val))


@pytest.fixture
def erik(anvandare):
    return anvandare("koncerncontroller")


@pytest.fixture
def matt(db):
    return Indikator.objects.create(
        kod="prov",
        namn="Prov",
        enhetsslag="procent",
        enhet="procent",
        riktning="hogre",
        konsuppdelad=True,
        kolada_id="n1",
    )


@pytest.fixture
def kolada():
    with koladaserver() as server:
        server.klient = Kolada(
            Jsonhamtare(server.url, namn="Kolada", talamod=Talamod(forsok=2, svarstid=2), sov=lambda s: None)
        )
        server.omraden = [
            {"id": "0012", "title": "Region Skåne", "type": "L"},
            {"id": "0001", "title": "Region Stockholm", "type": "L"},
            {"id": "1280", "title": "Malmö", "type": "K"},
            {"id": "0000", "title": "Riket", "type": "L"},
        ]
        server.grupper = [{"id": "G1", "title": "Liknande regioner", "members": []}]
        yield server


def hamta(server, by, omraden=("0012",), ar=(2022, 2023), kpier=("N1",)):
    innehall = inlasning.hamta_fran_kolada(klient=server.klient, kpier=kpier, omraden=omraden, ar=ar, by=by)
    return inlasning.behall_kolada(innehall=innehall, by=by)


@pytest.mark.parametrize("dokument", ["hsn2024", "norv2023", "rs2022"])
def test_de_inlasta_dokumentens_egna_filer_andrar_ingenting(dokument):
    underlag = inlasning.behall_fil(
        innehall=(FIXTURER / dokument / "matningar.csv").read_bytes(), namn="matningar.csv"
    )
    granskning = inlasning.granska(underlag=underlag, by=None)
    r = granskning.resultat
    assert granskning.anmarkningar == ()
    assert (r.nya, r.andrade, r.borttagna, r.oforandrade) == (0, 0, 0, granskning.antal_rader)
    assert granskning.antal_rader > 0


def test_granskningen_visar_nytt_och_gammalt_och_sparar_ingenting(matt, erik):
    las_in("indikator;period;värde;fotnot\nprov;2023;66,7;Enkät\nprov;2022;60;\n", erik)
    underlag = fil("indikator;period;värde\nprov;2024;70\nprov;2023;66,9\nprov;2022;60,0\n", "rättad.csv")
    g = inlasning.granska(underlag=underlag, by=erik)
    assert (g.resultat.nya, g.resultat.andrade, g.resultat.oforandrade) == (1, 1, 1)
    (andrad,) = g.andrade
    assert (andrad.fore.varde, andrad.efter.varde) == (Decimal("66.7"), Decimal("66.9"))
    assert (andrad.fore_ursprung, andrad.efter.fotnot, andrad.efter.kalla) == (
        "importerad",
        "Enkät",
        "rättad.csv",
    )
    assert [(a.cell.ar, a.fore, a.efter.varde) for a in g.nya] == [(2024, None, Decimal(70))]
    assert hamta_cellnamn([andrad.cell])[andrad.cell] == ("Prov", "", "", "2023", "")
    assert Matning.objects.filter(indikator=matt).count() == 2
    inlasning.ta_emot(underlag=underlag, avtryck=g.resultat.avtryck, by=erik)
    m = Matning.objects.get(indikator=matt, ar=2023)
    assert (m.varde, m.rev, m.andrad_av) == (Decimal("66.9"), 2, erik)
    historik = [(h.varde, h.pgh_context.metadata["varfor"]) for h in hamta_matning_historik(m.pk)]
    assert [v for v, _ in historik] == [Decimal("66.9"), Decimal("66.7")]
    assert historik[0][1].startswith("Ur «rättad.csv» (SHA-256 ")
    assert Matning.objects.get(indikator=matt, ar=2022).kalla == "matningar.csv"


def test_det_som_andrats_efter_granskningen_skrivs_inte_over(matt, erik):
    las_in("indikator;period;värde\nprov;2023;66,7\n", erik)
    for ny in ("prov;2023;1\n", "prov;2024;1\n"):  # one that was to be changed, one that was to be new
        underlag = fil("indikator;period;värde\nprov;2023;70\nprov;2024;71\n")
        g = inlasning.granska(underlag=underlag, by=erik)
        las_in("indikator;period;värde\n" + ny, erik, ersatt=True)
        fore = list(Matning.objects.filter(indikator=matt).order_by("ar").values_list("ar", "varde", "rev"))
        with pytest.raises(InlasningsFel, match="Värdena har ändrats sedan du granskade dem"):
            inlasning.ta_emot(underlag=underlag, avtryck=g.resultat.avtryck, by=erik)
        assert (
            list(Matning.objects.filter(indikator=matt).order_by("ar").values_list("ar", "varde", "rev"))
            == fore
        )


def test_kommandoraden_ersatter_bara_pa_begaran(matt):
    las_in("indikator;period;värde\nprov;2023;66,7\n", None)
    nytt = "indikator;period;värde\nprov;2023;70\nprov;2024;71\n"
    with pytest.raises(ErsatterVarden, match="skulle ändra 1 och ta bort 0 värden"):
        las_in(nytt, None)
    assert Matning.objects.filter(indikator=matt).count() == 1
    assert las_in(nytt, None, ersatt=True).resultat.andrade == 1
    assert las_in(nytt, None).resultat.oforandrade == 2


def test_ett_nytt_varde_far_inte_det_gamlas_taljare(matt):
    las_in(
        "indikator;period;värde;täljare;nämnare;antal;preliminär;fotnot\nprov;2023;50;10;20;20;ja;Not\n", None
    )
    las_in("indikator;2023\nprov;50\n", None)
    m = Matning.objects.get(indikator=matt)
    assert (m.taljare, m.antal, m.preliminar, m.rev) == (10, 20, True, 1)
    las_in("indikator;2023\nprov;55\n", None, ersatt=True)
    m.refresh_from_db()
    assert (m.varde, m.taljare, m.namnare, m.antal, m.preliminar, m.fotnot) == (
        55,
        None,
        None,
        None,
        False,
        "Not",
    )
    las_in("indikator;2023\nprov;iu (p)\n".replace(" (p)", ""), None, ersatt=True)
    m.refresh_from_db()
    assert (m.varde, m.saknas) == (None, "iu")


def test_fel_i_en_cell_gor_att_ingenting_sparas(matt, erik):
    g = inlasning.granska(underlag=fil("indikator;period;värde\nprov;2024;70\nprov;2023;sju\n"), by=erik)
    assert (g.resultat, g.nya, [(a.rad, a.kolumn) for a in g.fel]) == (None, (), [(3, "värde")])
    with pytest.raises(InlasningsFel) as fel:
        las_in("indikator;period;värde\nprov;2024;70\nprov;2023;sju\n", erik)
    assert fel.value.anmarkningar == g.anmarkningar
    with pytest.raises(InlasningsFel, match="ingen rad med rubriker"):
        inlasning.granska(underlag=fil("hej\n"), by=erik)
    for sha in ("0" * 64, "../../etc/passwd", ""):
        with pytest.raises(InlasningsFel, match="Filen finns inte"):
            inlasning.granska(underlag=inlasning.Underlag(sha, "x", Ursprung.IMPORTERAD), by=erik)
    assert not Matning.objects.filter(indikator=matt).exists()


def test_en_controller_laser_bara_in_den_egna_namndens_indikatorer(anvandare, matt):
    karin = anvandare("controller")
    egen = Indikator.objects.filter(agare__kod="NORV", segmentgrupp=None).first()
    text = f"indikator;period;värde\nprov;2030;1\n{egen.kod};2030;1\n"
    g = inlasning.granska(underlag=fil(text), by=karin)
    assert [a.text for a in g.fel] == ["Du får inte lägga in mätvärden för «prov»."]
    assert (
        inlasning.granska(underlag=fil(f"indikator;period;värde\n{egen.kod};2030;1\n"), by=karin).resultat.nya
        == 1
    )
    inlasning.krav_ratt(karin)
    with pytest.raises(PermissionDenied, match="Din roll får inte lägga in och rätta mätvärden"):
        inlasning.krav_ratt(anvandare("revisor"))


def test_inlasningen_som_jobb(matt, erik, django_capture_on_commit_callbacks):
    g = inlasning.granska(underlag=fil("indikator;period;värde\nprov;2024;70\n"), by=erik)
    jobb = inlasning.starta_inlasning(granskning=g, by=erik)
    kor_jobb(str(jobb.pk))
    jobb.refresh_from_db()
    assert (jobb.status, Matning.objects.get(indikator=matt).varde) == (Jobbstatus.KLAR, 70)
    igen = inlasning.starta_inlasning(granskning=g, by=erik)
    kor_jobb(str(igen.pk))
    igen.refresh_from_db()
    assert (igen.status, igen.fel[:20]) == (Jobbstatus.FEL, "Värdena har ändrats ")


def test_kolada_ger_egna_och_andras_varden_och_vet_vad_som_andrats(matt, erik, kolada):
    kolada.poster = [
        post(
            "N1", "0012", 2023, ("T", Decimal("66.70")), ("K", Decimal("70.12345678")),
            ("M", None, {"status": "Private"}),
        ),
        post("N1", "0012", 2022, ("T", None)),
        *(post("N1", o, 2023, ("T", 60)) for o in ("0001", "1280", "0000", "G1")),
    ]  # fmt: skip
    underlag = hamta(kolada, erik, omraden=("0012", "0001", "1280", "0000", "g1"))
    assert set(Jamforelseomrade.objects.filter(kod__in=("0001", "1280", "0000", "G1")).values_list("kod", "slag")) == {
        ("0001", "region"), ("1280", "kommun"), ("0000", "riket"), ("G1", "grupp"),
    }  # fmt: skip
    g = inlasning.granska(underlag=underlag, by=erik)
    assert (g.resultat.nya, [a.text for a in g.anmarkningar]) == (
        8,
        ["Värden med fler än sex decimaler avrundas till sex. Antal: 1."],
    )
    inlasning.ta_emot(underlag=underlag, avtryck=g.resultat.avtryck, by=erik)
    egna = {
        (m.ar, m.kon): (m.varde, m.saknas, m.kalla, m.ursprung)
        for m in Matning.objects.filter(indikator=matt, omrade=None)
    }
    assert egna == {
        (2023, "T"): (Decimal("66.70"), "", "Kolada, N1", "kolada"),
        (2023, "K"): (Decimal("70.123457"), "", "Kolada, N1", "kolada"),
        (2023, "M"): (None, "undertryckt", "Kolada, N1", "kolada"),
        (2022, "T"): (None, "iu", "Kolada, N1", "kolada"),
    }
    assert str(egna[2023, "T"][0]) == "66.70"

    # Somebody corrects one value by hand; Kolada revises one, deletes one with and one without a word.
    las_in("indikator;period;värde\nprov;2022;61\n", erik, ersatt=True)
    kolada.poster[0]["values"][0]["value"] = Decimal("66.9")
    kolada.poster[0]["values"][1]["isdeleted"] = True
    kolada.poster[0]["values"].pop()
    kolada.poster[1]["values"][0]["isdeleted"] = True
    underlag = hamta(kolada, erik)
    g = inlasning.granska(underlag=underlag, by=erik)
    assert [(a.cell.kon, a.fore.varde, a.efter.varde) for a in g.andrade] == [
        ("T", Decimal("66.70"), Decimal("66.9"))
    ]
    assert sorted(a.cell.kon for a in g.borttagna) == ["K", "M"]
    with pytest.raises(ErsatterVarden):
        inlasning.las_in(underlag=underlag, ersatt=False, by=None)
    inlasning.ta_emot(underlag=underlag, avtryck=g.resultat.avtryck, by=erik)
    assert set(Matning.objects.filter(indikator=matt, omrade=None).values_list("ar", "kon", "varde")) == {
        (2023, "T", Decimal("66.9")),
        (2022, "T", Decimal(61)),
    }
    assert Matning.objects.filter(indikator=matt).exclude(omrade=None).count() == 4


def test_ett_trasigt_svar_mitt_i_lamnar_ingenting_efter_sig(matt, erik, kolada, settings):
    settings.KOLADA_URL = kolada.url
    kolada.sidstorlek = 1
    kolada.poster = [post("N1", "0001", ar, ("T", 60)) for ar in (2021, 2022, 2023)]
    kolada.fel = {2: lambda h: h.svara(200, b'{"values": [{"kp')}
    jobb = inlasning.starta_koladahamtning(
        kpier=["N1"], omraden=["0001", "1280"], ar=[2021, 2022, 2023], by=erik
    )
    kor_jobb(str(jobb.pk))
    jobb.refresh_from_db()
    assert (jobb.status, jobb.fel) == (
        Jobbstatus.FEL,
        "Kolada gav ett svar som inte är giltig JSON. Inget har lästs in. Försök igen senare.",
    )
    assert inlasning.hamtat_underlag(jobb) is None
    assert not Matning.objects.filter(indikator=matt).exists()
    assert not Jamforelseomrade.objects.filter(kod="1280").exists()

    kolada.fel = {}
    Jobb.objects.filter(pk=jobb.pk).update(status=Jobbstatus.KOAD)
    kor_jobb(str(jobb.pk))
    jobb.refresh_from_db()
    underlag = inlasning.hamtat_underlag(jobb)
    assert (jobb.status, Matning.objects.filter(indikator=matt).count()) == (Jobbstatus.KLAR, 0)
    g = inlasning.granska(underlag=underlag, by=erik)
    assert (g.resultat.nya, underlag.namn[:9]) == (3, "Kolada 20")


def test_kolada_fragas_bara_om_det_som_biblioteket_kanner(matt, erik, kolada):
    for kpier, omraden, mening in (
        (["N1", "N9"], ["0012"], "Ingen indikator i biblioteket har nyckeltalet N9"),
        (["N1"], ["0012", "X1"], "Kolada har inget område X1."),
        (["N1"], [], "Ange minst ett värde för områden."),
    ):
        with pytest.raises(InlasningsFel, match=mening):
            hamta(kolada, erik, kpier=kpier, omraden=omraden)
    Indikator.objects.create(
        kod="prov-2", namn="Prov två", enhetsslag="index", enhet="index", riktning="hogre", kolada_id="N1"
    )
    with pytest.raises(InlasningsFel, match="står på flera indikatorer: Prov och Prov två"):
        hamta(kolada, erik)


def test_en_controller_hamtar_bara_till_den_egna_namndens_indikatorer(matt, anvandare, kolada):
    kolada.poster = [post("N1", "0012", 2023, ("T", 1))]
    karin = anvandare("controller")
    g = inlasning.granska(underlag=hamta(kolada, karin), by=karin)
    assert (g.resultat, [a.text for a in g.fel]) == (None, ["Du får inte lägga in mätvärden för «Prov»."])


def test_koladas_kvinnor_och_man_lases_bara_dar_de_redovisas(matt, kolada):
    Indikator.objects.filter(pk=matt.pk).update(konsuppdelad=False)
    kolada.poster = [post("N1", "0012", 2023, ("T", 1), ("K", 2), ("M", 3))]
    g = inlasning.granska(underlag=hamta(kolada, None), by=None)
    assert (g.resultat.nya, g.resultat.borttagna, g.anmarkningar[0].text) == (
        1,
        0,
        "Värden för kvinnor och män av indikatorer som inte redovisas så läses inte in. Antal: 2.",
    )


def test_underlaget_fran_kolada_ar_det_som_hamtades(matt, erik, kolada):
    kolada.poster = [post("N1", "0012", 2023, ("T", Decimal("1.10")))]
    innehall = inlasning.hamta_fran_kolada(
        klient=kolada.klient, kpier=None, omraden=["0012"], ar=[2023], by=erik
    )
    assert json.loads(innehall)["varden"] == [["N1", "0012", 2023, "T", "1.10", "", False]]


def test_tomt_hamtar_det_som_en_namnds_controller_far_skriva(matt, anvandare, kolada):
    """The library has the nyckeltal of other nämnder too, which would be refused in the preview."""
    kn = anvandare("controller-kn")
    namnd = next(iter(Behorighet(kn).namnder(Ratt.SKRIVA_MATNINGAR)))
    with pytest.raises(InlasningsFel, match="som du får lägga in mätvärden för"):
        hamta(kolada, kn, kpier=None)
    Indikator.objects.create(
        kod="egen", namn="Egen", enhetsslag="procent", enhet="procent", riktning="hogre", kolada_id="N2",
        agare_id=namnd,
    )  # fmt: skip
    kolada.poster = [post("N2", "0012", 2023, ("T", 7))]
    granskning = inlasning.granska(underlag=hamta(kolada, kn, kpier=None), by=kn)
    assert (granskning.fel, granskning.resultat.nya) == ((), 1)
    with pytest.raises(InlasningsFel) as fel:
        inlasning.ta_emot(underlag=hamta(kolada, kn), avtryck="", by=kn)
    assert "Du får inte" in str(fel.value)
