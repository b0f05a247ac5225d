"""One definition per measure and one rule per year; the library out to a file and back."""

from dataclasses import replace

import pytest

from indikatorer.actions.bibliotek import (
    UPPTAGNA_KODER,
    Bibliotekskonflikt,
    Malandring,
    OgiltigIndikator,
    OgiltigtMal,
    TvaMal,
    las_in_bibliotek,
    satt_malniva,
    spara_indikator,
)
from indikatorer.imports.bibliotek import KOLUMNER, las_bibliotek
from indikatorer.models import Indikator, Malniva
from indikatorer.selectors.bibliotek import hamta_indikatorer
from indikatorer.selectors.matningar import hamta_definitionshistorik
from indikatorer.tabeller.bibliotek import skriv_bibliotek
from indikatorer.urls import ROT, urlpatterns

pytestmark = pytest.mark.django_db


@pytest.fixture
def hoft():
    return Indikator.objects.get(kod="ID0081")


@pytest.fixture
def erik(anvandare):
    return anvandare("koncerncontroller")


def test_tva_olika_mal_for_samma_ar_och_segment_vagras(hoft, erik):
    finns = hoft.malnivaer.get(ar=2024)
    mal = Malandring(hoft, 2024, finns.segment, "≥80%")
    with pytest.raises(TvaMal, match="redan målnivån «>80%» för 2024") as fel:
        satt_malniva(mal=mal, by=erik)
    assert fel.value.finns == finns
    # The same rule written otherwise is the same rule.
    assert satt_malniva(mal=replace(mal, regel="> 80 %"), by=erik) == finns
    with pytest.raises(Bibliotekskonflikt) as fel:
        satt_malniva(mal=replace(mal, sedd=finns.pk, sedd_rev=7), by=erik)
    assert fel.value.nu == finns
    # The revision of another target, which is 1 as well, is no leave to write over this one.
    with pytest.raises(Bibliotekskonflikt):
        satt_malniva(mal=replace(mal, sedd=finns.pk + 1, sedd_rev=finns.rev), by=erik)
    mal = replace(mal, sedd=finns.pk)
    andrat = satt_malniva(mal=replace(mal, sedd_rev=finns.rev, kalla="Beslut"), by=erik, varfor="Rättat")
    assert (andrat.regel, andrat.rev, andrat.kalla) == ("≥80%", 2, "Beslut")
    assert [e.regel for e in Malniva.pgh_event_model.objects.filter(pgh_obj=finns.pk).order_by("pgh_id")] == [
        ">80%", "≥80%",
    ]  # fmt: skip
    assert (
        satt_malniva(mal=Malandring(hoft, 2024, finns.segment, "  ", sedd_rev=2, sedd=finns.pk), by=erik)
        is None
    )
    assert satt_malniva(mal=Malandring(hoft, 2024, finns.segment, ""), by=erik) is None
    assert not hoft.malnivaer.exists()


@pytest.mark.parametrize(
    ("kod", "regel", "text"),
    [
        ("ID0081", "ungefär 80", "är ingen målnivå"),
        ("ID0028", "≥ 80 %", "mäts i antal, så målnivån kan inte vara i procent"),
        ("ID0028", "minskning ≥ 2 procentenheter", "Skriv förändringen i procent"),
        ("ID0667", "2 000", "ingen riktning som är bättre"),
    ],
)
def test_ett_mal_som_inte_passar_mattet_vagras(erik, kod, regel, text):
    with pytest.raises(OgiltigtMal, match=text):
        satt_malniva(mal=Malandring(Indikator.objects.get(kod=kod), 2030, None, regel), by=erik)


def test_en_andrad_definition_behaller_den_gamla(hoft, erik):
    hoft.definition = "Andel opererade inom ett dygn."
    spara_indikator(indikator=hoft, sedd_rev=1, by=erik, varfor="Förtydligad")
    sist, forst = hamta_definitionshistorik(hoft)
    assert (sist.definition, forst.definition) == ("Andel opererade inom ett dygn.", "")
    assert sist.pgh_context.metadata["varfor"] == "Förtydligad"
    gammal = Indikator.objects.get(pk=hoft.pk)
    with pytest.raises(Bibliotekskonflikt, match="Någon annan"):
        spara_indikator(indikator=gammal, sedd_rev=1, by=erik)
    gammal.enhetsslag = "antal"
    with pytest.raises(OgiltigIndikator, match="«>80%» för 2024 passar inte"):
        spara_indikator(indikator=gammal, sedd_rev=2, by=erik)
    ny = Indikator(kod="NY", id_nr="ID0081", namn="Ny", enhetsslag="antal", enhet="antal", riktning="hogre")
    with pytest.raises(OgiltigIndikator, match="En annan indikator har redan det id-numret"):
        spara_indikator(indikator=ny, sedd_rev=0, by=erik)
    ny.id_nr = ""
    assert spara_indikator(indikator=ny, sedd_rev=0, by=erik).rev == 1


def test_biblioteket_ut_och_in_andrar_inget_och_en_rad_i_taget_kan_rattas(erik):
    ut = skriv_bibliotek(hamta_indikatorer())
    antal = Indikator.objects.count()
    lasning = las_in_bibliotek(rader=las_bibliotek(ut).rader, by=erik, varfor="Prov")
    assert (lasning.nya, lasning.andrade, len(lasning.oforandrade)) == ((), (), antal)
    rader = ut.decode("utf-8-sig").splitlines()
    hoft = next(r for r in rader if r.startswith("ID0081;"))
    fil = "\r\n".join(
        [rader[0], hoft.replace("höftfraktur", "höftfrakturer"), hoft.replace("ID0081", "NY-1")]
    )
    lasning = las_in_bibliotek(
        rader=las_bibliotek(fil.encode("cp1252", "replace")).rader, by=erik, varfor="Prov"
    )
    assert (lasning.nya, lasning.andrade) == (("NY-1",), ("ID0081",))
    assert Indikator.objects.get(kod="ID0081").namn.startswith(
        "Tillgänglighet till operation av höftfrakturer"
    )


def test_en_fil_med_fel_lases_inte_in_alls_och_varje_fel_har_sin_rad(erik):
    rubrik = "kod,namn,enhetsslag,enhet,riktning,agare,decimaler,giltig_fran,konsuppdelad"
    fil = (
        f"{rubrik}\nA,Ett,procent,procent,hogre,HSN,1,2024-01-01,1\n"
        "B,,kilo,kg,hogre,XYZ,x,i går,ja\nA,Två,antal,antal,ingen,,,,"
    )
    last = las_bibliotek(fil.encode())
    assert last.rader == ()
    assert [(a.rad, a.text.split(":")[0]) for a in last.anmarkningar] == [(3, "B")] * 6 + [(4, "A")]
    texter = " ".join(a.text for a in last.anmarkningar)
    for bit in (
        "namn är tom",
        "«kilo»",
        "nämnd med koden «XYZ»",
        "heltal",
        "«i går»",
        "0 eller 1",
        "på rad 2",
    ):
        assert bit in texter
    assert las_bibliotek(b"kod;fel\nA;1").anmarkningar[0].kod == "KOLUMN_SAKNAS"
    assert las_bibliotek(";".join(KOLUMNER).encode()).anmarkningar[0].kod == "TOM"
    dubbel = f"{rubrik},id_nr\nC,Tre,antal,antal,ingen,,,,,ID0081\nD,Fyra,antal,antal,ingen,,,,,"
    with pytest.raises(OgiltigIndikator) as fel:
        las_in_bibliotek(rader=las_bibliotek(dubbel.encode()).rader, by=erik, varfor="Prov")
    assert list(fel.value.fel) == ["rad 2"]
    assert not Indikator.objects.filter(kod__in=("A", "C", "D")).exists()


_RUBRIK = "kod;namn;enhetsslag;enhet;riktning;decimaler;fotnot"


@pytest.mark.parametrize(
    ("rubrik", "rad", "kod", "text"),
    [
        (_RUBRIK, "A;Ett;antal;antal;ingen;1;a\0b", "RAD", "A: fotnot har ett tecken som inte går att spara."),
        (_RUBRIK, f"A;{'n' * 140_000};antal;antal;ingen;1;", "CSV", "en cell för lång"),
        (_RUBRIK, 'A;"Ett;antal;antal;ingen;1;', "CSV", "ett citattecken saknas"),
        (_RUBRIK, f"A;Ett;antal;antal;ingen;{'9' * 5000};", "RAD", "decimaler ska vara ett heltal"),
        (_RUBRIK, "A;Ett;antal;antal;ingen;1;not;till", "RAD", "Raden har fler celler än de 7 kolumnerna."),
        (f"{_RUBRIK};kod", "A;Ett;antal;antal;ingen;1;;B", "KOLUMN_DUBBEL", "Kolumnerna kod står flera gånger."),
        (_RUBRIK, "Å 1;Ett;antal;antal;ingen;1;", "RAD", "Koden «Å 1» får bara ha bokstäverna a–z"),
        (_RUBRIK, "las-in;Ett;antal;antal;ingen;1;", "RAD", "Koden «las-in» är upptagen av en annan sida"),
    ],
)  # fmt: skip
def test_en_fil_som_inte_gar_att_lasa_sager_varfor(rubrik, rad, kod, text):
    last = las_bibliotek(f"{rubrik}\n{rad}\n".encode())
    assert last.rader == ()
    (a,) = last.anmarkningar
    assert (a.kod, a.rad) == (kod, 1 if kod == "KOLUMN_DUBBEL" else 2)
    assert text in a.text and len(a.text) < 200


def test_tomma_celler_utover_kolumnerna_och_gamla_radslut_gar_att_lasa():
    rader = las_bibliotek(
        f"{_RUBRIK}\rA;Ett;antal;antal;ingen;1;;;\rB;Två;antal;antal;ingen;1;".encode()
    ).rader
    assert [(r.rad, r.kod) for r in rader] == [(2, "A"), (3, "B")]


def test_en_kod_som_leder_till_en_annan_sida_vagras(erik):
    for ord_ in UPPTAGNA_KODER:
        ny = Indikator(kod=ord_, namn="Ny", enhetsslag="antal", enhet="antal", riktning="hogre")
        with pytest.raises(OgiltigIndikator, match="upptagen av en annan sida"):
            spara_indikator(indikator=ny, sedd_rev=0, by=erik)
    # Every word that an address has in the place of a code.
    forsta = {str(u.pattern).removeprefix(ROT).partition("/")[0] for u in urlpatterns}
    assert {ord_ for ord_ in forsta if ord_ and "<" not in ord_} == UPPTAGNA_KODER


def test_ett_bibliotek_med_orimligt_manga_kolumner_vagras():
    fil = las_bibliotek((";".join(f"k{i}" for i in range(600_000)) + "\n").encode())
    assert [a.text for a in fil.anmarkningar] == ["Filen har orimligt många kolumner för ett bibliotek."]
