"""The levels of regionbidrag in a copy: those of the decided version it goes back to, moved by what the copy has of its
own. Each case is a rule of the database's function `budget_bryggniva`, asked for through the sums."""

from datetime import date
from decimal import Decimal

import pytest

from budget.actions.justering import Uppgifter, spara_justering
from budget.actions.versioner import (
    Beslut,
    bered_version,
    faststall_version,
    kopiera_version,
    las_version,
    skapa_tillaggsbudget,
    spara_finansiering,
    starta_nasta_ar,
)
from budget.models import Belopp, Budgetversion, Justering, Post, Uppstallning, Versionskolumn
from budget.selectors.justering import hamta_brygga
from budget.selectors.summor import ALLA_ENHETER, Lage, hamta_summor
from organisation.models import Enhet
from regionskane.lib.belopp import MNKR, TolkatBelopp
from tests.budget.belopp import enhet, justera, nivaer, skriv

FASTSTALLDA = ("BS2022", "B2023", "P2023", "B2024", "IB2024-MS", "P2024-MS", "IB2025-MS")


@pytest.fixture
def erik(anvandare):
    return anvandare("koncerncontroller")


@pytest.fixture
def b2024(version):
    return version("B2024")


@pytest.fixture
def kopia(b2024, erik):
    return kopiera_version(kalla=b2024, kod="K", namn="Kopia", by=erik)


def alla_ar(version):
    return {ar: nivaer(version, ar) for ar in version.ar_lista}


def skillnad(version, fore):
    """What has moved since `fore`: mnkr by year and enhet, the sum left out."""
    efter = alla_ar(version)
    return {
        (ar, kod): efter[ar].get(kod, 0) - fore[ar].get(kod, 0)
        for ar in efter
        for kod in sorted({*efter[ar], *fore[ar]} - {"alla"})
        if efter[ar].get(kod) != fore[ar].get(kod)
    }


def skriv_om(justering, by, *, besluta=True, **mnkr):
    """Save a justering again with other amounts (mnkr that are added to those it has), or as a draft."""
    rader = {r.enhet_id: TolkatBelopp(r.belopp, r.precision) for r in justering.rader.all()}
    for kod, m in mnkr.items():
        har = rader.get(enhet(kod), TolkatBelopp(Decimal(0), MNKR))
        rader[enhet(kod)] = TolkatBelopp(har.varde + Decimal(m) * MNKR, har.precision)
    return spara_justering(
        version=justering.version,
        uppgifter=Uppgifter(
            justering.ar, justering.block, justering.titel, justering.prisniva, justering.motiv
        ),
        rader=rader,
        by=by,
        besluta=besluta,
        justering=justering,
        sedd_rev=justering.rev,
    )


def test_en_egen_niva_forsta_aret_foljer_med_till_planaren(kopia, b2024, erik):
    fore = alla_ar(kopia)
    skriv(kopia, "regionbidrag", "regionbidrag", "KN", 2024, 400, erik)
    assert nivaer(kopia, 2024)["KN"] == 400
    for ar in (2025, 2026):
        # From then on the level moves as the decided one does.
        assert nivaer(kopia, ar)["KN"] == 400 + nivaer(b2024, ar)["KN"] - nivaer(b2024, 2024)["KN"]
    assert {kod for _, kod in skillnad(kopia, fore)} == {"KN"}
    skriv(kopia, "regionbidrag", "regionbidrag", "KN", 2024, None, erik)
    assert alla_ar(kopia) == fore == alla_ar(b2024)


def test_den_senaste_egna_nivan_galler(kopia, b2024, erik):
    for ar, mnkr in ((2024, 400), (2025, 500)):
        skriv(kopia, "regionbidrag", "regionbidrag", "KN", ar, mnkr, erik)
    steg = nivaer(b2024, 2026)["KN"] - nivaer(b2024, 2025)["KN"]
    assert [nivaer(kopia, ar)["KN"] for ar in (2024, 2025, 2026)] == [400, 500, 500 + steg]


def test_en_egen_niva_stanger_det_som_var_fore_den(kopia, b2024, erik):
    fore = alla_ar(kopia)
    skriv(kopia, "regionbidrag", "regionbidrag", "KN", 2025, 500, erik)
    justera(kopia, 2024, erik, KN=10)
    justera(kopia, 2025, erik, KN=3)
    justera(kopia, 2026, erik, KN=2)
    steg = fore[2026]["KN"] - fore[2025]["KN"]
    assert [nivaer(kopia, ar)["KN"] for ar in (2024, 2025, 2026)] == [fore[2024]["KN"] + 10, 500, 502 + steg]


def test_en_enhet_som_inte_hade_nagon_niva_far_en(kopia, erik):
    ny = (
        Enhet.objects.filter(typ="forvaltning").exclude(kod__in=[*nivaer(kopia, 2024), "FINANS"]).first()
        or Enhet.objects.exclude(typ__in=("region", "objekt"))
        .exclude(kod__in=[*nivaer(kopia, 2024), "FINANS"])
        .first()
    )
    post = Post.objects.get(uppstallning__kod="regionbidrag")
    fore = alla_ar(kopia)
    Belopp.objects.create(
        version=kopia, enhet=ny, post=post, ar=2025, belopp=5 * MNKR, precision=MNKR, ursprung="inmatad",
        andrad_av=erik, andrad_tid="2024-01-01T00:00:00Z",
    )  # fmt: skip
    assert skillnad(kopia, fore) == {(2025, ny.kod): 5, (2026, ny.kod): 5}
    justera(kopia, 2026, erik, **{ny.kod: 2})
    assert skillnad(kopia, fore) == {(2025, ny.kod): 5, (2026, ny.kod): 7}


def test_en_beslutad_justering_ett_planar_flyttar_aren_efter(kopia, erik):
    fore = alla_ar(kopia)
    justera(kopia, 2025, erik, KN=5, PN=-2)
    assert skillnad(kopia, fore) == {(2025, "KN"): 5, (2026, "KN"): 5, (2025, "PN"): -2, (2026, "PN"): -2}


def test_en_justering_som_andras_flyttar_med_skillnaden(kopia, erik):
    fore = alla_ar(kopia)
    j = Justering.objects.get(version=kopia, titel="Internränta 2,0 %")
    skriv_om(j, erik, KN=3, FINANS=-3)
    assert skillnad(kopia, fore) == {(ar, "KN"): 3 for ar in (2024, 2025, 2026)}


@pytest.mark.parametrize("hur", ["utkast", "borta"])
def test_en_justering_som_inte_langre_galler_flyttar_tillbaka(kopia, erik, hur):
    fore = alla_ar(kopia)
    j = Justering.objects.get(version=kopia, titel="Demokratiuppdrag")
    belopp = {r.enhet.kod: r.belopp / MNKR for r in j.rader.select_related("enhet")} | {"FINANS": 0}
    if hur == "utkast":
        skriv_om(j, erik, besluta=False)
    else:
        j.rader.all().delete()
        j.delete()
    vantat = {(ar, kod): -b for ar in kopia.ar_lista for kod, b in belopp.items() if b}
    assert vantat and skillnad(kopia, fore) == vantat
    if hur == "utkast":
        skriv_om(Justering.objects.get(pk=j.pk), erik)
        assert alla_ar(kopia) == fore


def test_samma_justering_under_annat_namn_flyttar_ingenting(kopia, erik):
    """What the level differs by is what the justeringar come to, not which they are."""
    fore = alla_ar(kopia)
    Justering.objects.filter(version=kopia, titel="Demokratiuppdrag").update(titel="Demokratins uppdrag")
    assert alla_ar(kopia) == fore


def test_en_kopia_av_en_kopia_borjar_i_samma_beslutade_nivaer(kopia, b2024, erik):
    justera(kopia, 2024, erik, KN=10)
    skriv(kopia, "regionbidrag", "regionbidrag", "PN", 2025, 400, erik)
    andra = kopiera_version(kalla=kopia, kod="K2", namn="Kopia av kopia", by=erik)
    assert andra.bryggas_ur == b2024 and alla_ar(andra) == alla_ar(kopia)
    da = alla_ar(andra)
    Justering.objects.get(version=andra, titel="Prov 2024").rader.all().delete()
    skriv(andra, "regionbidrag", "regionbidrag", "PN", 2025, None, erik)
    assert alla_ar(andra) == alla_ar(b2024)
    assert alla_ar(kopia) == da


def test_en_kopia_av_en_oppen_version_borjar_dar_den_borjade(b2024, erik):
    b2025 = starta_nasta_ar(kalla=b2024, kod="B2025", namn="Budget 2025", by=erik)
    justera(b2025, 2025, erik, KN=10)
    skriv(b2025, "regionbidrag", "regionbidrag", "PN", 2026, 400, erik)
    kopia = kopiera_version(kalla=b2025, kod="K25", namn="Kopia", by=erik)
    assert (kopia.bryggad, kopia.bryggas_ur) == (True, None)
    fore = alla_ar(b2025)
    assert alla_ar(kopia) == fore and fore[2026]["PN"] == 400
    # The origin is open, so it may move: the copy does not move with it.
    justera_igen = Justering.objects.get(version=b2025, titel="Prov 2025")
    skriv_om(justera_igen, erik, KN=5, FINANS=-5)
    assert nivaer(b2025, 2025)["KN"] == fore[2025]["KN"] + 5
    assert alla_ar(kopia) == fore


def test_en_kopia_av_en_oppen_version_utan_brygga_har_dess_nivaer(erik):
    oppen = Budgetversion.objects.create(kod="H", namn="Handgjord", ar=2030, planar=1, typ="budget")
    tabell = Uppstallning.objects.get(kod="regionbidrag")
    for i, ar in enumerate((2030, 2031)):
        Versionskolumn.objects.create(
            version=oppen, uppstallning=tabell, kalla=oppen, ar=ar, rubrik="budget", ordning=i
        )
        skriv(oppen, "regionbidrag", "regionbidrag", "KN", ar, 300 + i, erik)
    kopia = kopiera_version(kalla=oppen, kod="HK", namn="Kopia", by=erik)
    assert not kopia.bryggad and kopia.bryggas_ur is None
    assert [nivaer(kopia, ar)["KN"] for ar in (2030, 2031)] == [300, 301]


def test_en_last_kopia_star_kvar(kopia, erik):
    justera(kopia, 2024, erik, KN=10)
    fore = alla_ar(kopia)
    las_version(version=kopia, by=erik)
    assert alla_ar(kopia) == fore
    assert alla_ar(kopiera_version(kalla=kopia, kod="K2", namn="Kopia av låst", by=erik)) == fore


def test_en_beslutad_tillaggsbudget_ar_grund_for_nasta(b2024, erik):
    """What the first one decided is in the level of the second, and is not counted a second time."""
    forsta = skapa_tillaggsbudget(grund=b2024, kod="T1", namn="Tilläggsbudget 1", by=erik)
    justera(forsta, 2024, erik, KN=10, PN=-10)
    spara_finansiering(version=forsta, finansiering="omfordelning", text="Byts", by=erik)
    for steg, dag in ((bered_version, "2024-02-01"), (faststall_version, "2024-03-01")):
        steg(version=forsta, beslut=Beslut("RF", date.fromisoformat(dag), "§ 1"), by=erik)
    andra = skapa_tillaggsbudget(grund=forsta, kod="T2", namn="Tilläggsbudget 2", by=erik)
    assert andra.bryggas_ur == forsta and alla_ar(andra) == alla_ar(forsta)
    assert nivaer(andra, 2024)["KN"] == nivaer(b2024, 2024)["KN"] + 10
    justera_2 = alla_ar(andra)
    skriv_om(Justering.objects.get(version=andra, titel="Prov 2024"), erik, KN=1, PN=-1)
    assert skillnad(andra, justera_2) == {
        (ar, k): m for ar in andra.ar_lista for k, m in (("KN", 1), ("PN", -1))
    }


def test_bryggan_till_forsta_aret_slutar_i_nivan(kopia, b2024, erik):
    """4B's outgoing row is 4A, whatever the bridge of the year itself comes to."""
    justera(kopia, 2024, erik, KN=10)
    brygga = hamta_brygga(kopia, 2024, ALLA_ENHETER)
    kn = enhet("KN")
    assert brygga.utgaende[kn].varde / MNKR == nivaer(b2024, 2024)["KN"] + 10
    assert brygga.utgaende[enhet("HSN")].varde / MNKR == Decimal("15428.7")
    # FINANS pays what the others have.
    assert brygga.utgaende[enhet("FINANS")].varde / MNKR == -nivaer(kopia, 2024)["alla"]


@pytest.mark.parametrize("kod", FASTSTALLDA)
def test_kopian_har_samma_fakta_i_varje_cell(version, erik, kod):
    """Between a version and an untouched copy no sum differs, per enhet, förvaltning, sektor or in all."""
    original = version(kod)
    assert original.faststalld
    kopia = kopiera_version(kalla=original, kod="K", namn="Kopia", by=erik)
    poster = list(Post.objects.values_list("pk", flat=True))
    for utan_interna in (False, True):
        svar = []
        for v in (original, kopia):
            summor = hamta_summor(
                kolumner=[(v.pk, ar) for ar in v.ar_lista],
                poster=poster,
                period=v.period,
                utan_interna=utan_interna,
                lage=Lage.FAKTA,
            )
            svar.append({(n.post, n.ar, n.omfang): (s.varde, s.precision) for n, s in summor.items()})
        assert svar[0] and svar[0] == svar[1]


def test_en_oppen_version_svarar_likadant_i_alla_lagen(kopia, erik):
    justera(kopia, 2024, erik, KN=10)
    skriv(kopia, "resultatbudget", "kostnader", "REGION", 2025, -65000, erik)
    poster = list(Post.objects.values_list("pk", flat=True))
    svar = [
        hamta_summor(
            kolumner=[(kopia.pk, ar) for ar in kopia.ar_lista], poster=poster, period=kopia.period, lage=lage
        )
        for lage in Lage
    ]
    assert svar[0] and svar[0] == svar[1] == svar[2]
