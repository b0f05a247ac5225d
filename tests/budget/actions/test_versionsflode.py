"""From förslag to decided, tilläggsbudget, next year's, and regionbidrag counted by the bridge."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from budget.actions.justering import Uppgifter, spara_justering
from budget.actions.versioner import (
    Beslut,
    VersionsFel,
    bered_version,
    faststall_version,
    kopiera_version,
    las_upp_version,
    las_version,
    skapa_tillaggsbudget,
    spara_finansiering,
    starta_nasta_ar,
)
from budget.models import Belopp, Block, Budgetversion, Justering, Justeringsrad, Post
from budget.selectors.beslutspunkter import hamta_beslutspunkter
from budget.selectors.justering import hamta_brygga
from budget.selectors.kontroll import hamta_alla_avvikelser
from budget.selectors.summor import ALLA_ENHETER, Nyckel, hamta_summor
from budget.selectors.versioner import gallande_budget
from budget.tabeller.beslutspunkter import visa_punkter
from organisation.models import Enhet
from regionskane.lib.belopp import MNKR, TolkatBelopp
from tests.budget.belopp import enhet, justera, nivaer, skriv

RS = Beslut("Regionstyrelsen", date(2023, 11, 2), "§ 200")
RF = Beslut("Regionfullmäktige", date(2023, 11, 28), "§ 112")


@pytest.fixture
def erik(anvandare):
    return anvandare("koncerncontroller")


@pytest.fixture
def forslag(version, erik):
    """An open budget of a year that has no decided one."""
    return starta_nasta_ar(kalla=version("B2024"), kod="B2025", namn="Budget 2025", by=erik)


class TestBryggan:
    def test_en_kopia_borjar_i_de_beslutade_nivaerna(self, version, erik):
        arb, b2024 = version("B2024-ARB"), version("B2024")
        for ar in arb.ar_lista:
            assert nivaer(arb, ar) == nivaer(b2024, ar)
        assert nivaer(arb, 2024)["HSN"] == Decimal("15428.7")
        assert not Belopp.objects.filter(version=arb, post__uppstallning__kod="regionbidrag").exists()

    def test_beslutad_justering_flyttar_nivan_och_planaren(self, version, erik):
        arb = version("B2024-ARB")
        fore = {ar: nivaer(arb, ar) for ar in arb.ar_lista}
        j = justera(arb, 2024, erik, KN=10)
        efter = {ar: nivaer(arb, ar) for ar in arb.ar_lista}
        for ar in arb.ar_lista:
            assert efter[ar]["KN"] - fore[ar]["KN"] == 10
            assert efter[ar]["alla"] - fore[ar]["alla"] == 10
            assert {k: v for k, v in efter[ar].items() if k not in ("KN", "alla")} == {
                k: v for k, v in fore[ar].items() if k not in ("KN", "alla")
            }
        spara_justering(
            version=arb,
            uppgifter=Uppgifter(2024, Block.RIKTAD, j.titel, 2024, ""),
            rader={r.enhet_id: TolkatBelopp(r.belopp, r.precision) for r in j.rader.all()},
            by=erik,
            besluta=False,
            justering=j,
            sedd_rev=j.rev,
        )
        assert {ar: nivaer(arb, ar) for ar in arb.ar_lista} == fore

    def test_egen_niva_gar_fore_bryggan_och_ar_grund_for_nasta_ar(self, version, erik):
        arb = version("B2024-ARB")
        fore = nivaer(arb, 2026)["KN"] - nivaer(arb, 2025)["KN"]
        skriv(arb, "regionbidrag", "regionbidrag", "KN", 2025, 400, erik)
        assert nivaer(arb, 2025)["KN"] == 400
        assert nivaer(arb, 2026)["KN"] == 400 + fore
        assert "KN" in {
            a.omfang_namn and Enhet.objects.get(namn=a.omfang_namn).kod
            for a in hamta_alla_avvikelser([arb])
            if a.kod == "BRYGGA"
        }

    def test_finans_har_ingen_niva(self, version, erik):
        arb = version("B2024-ARB")
        assert "FINANS" not in nivaer(arb, 2025)

    def test_raknas_inte_om_i_last_version(self, version, erik):
        arb = version("B2024-ARB")
        las_version(version=arb, by=erik)
        for sats in ("bryggad = false, bryggas_ur_id = NULL", "bryggas_ur_id = NULL"):
            with pytest.raises(IntegrityError, match="låst"), transaction.atomic(), connection.cursor() as c:
                c.execute(f"UPDATE budget_budgetversion SET {sats} WHERE kod = 'B2024-ARB'")

    def test_kopian_raknas_pa_samma_satt(self, version, erik):
        arb = version("B2024-ARB")
        justera(arb, 2024, erik, KN=10)
        skriv(arb, "regionbidrag", "regionbidrag", "PN", 2025, 400, erik)
        kopia = kopiera_version(kalla=arb, kod="K", namn="Kopia", by=erik)
        assert (kopia.bryggad, kopia.bryggas_ur.kod) == (True, "B2024")
        fore = {ar: nivaer(arb, ar) for ar in arb.ar_lista}
        assert {ar: nivaer(kopia, ar) for ar in arb.ar_lista} == fore
        # A copy is one of what was there then: what happens to the other afterwards does not reach it.
        justera(arb, 2025, erik, RUN=5)
        assert {ar: nivaer(kopia, ar) for ar in arb.ar_lista} == fore

    def test_den_som_andrar_en_beslutad_justering_flyttar_nivan_med_skillnaden(self, version, erik):
        arb = version("B2024-ARB")
        fore = nivaer(arb, 2024)
        rad = Justeringsrad.objects.filter(justering__version=arb, enhet__kod="KN").first()
        j = rad.justering
        rader = {r.enhet_id: TolkatBelopp(r.belopp, r.precision) for r in j.rader.all()}
        for kod, mnkr in (("KN", 3), ("FINANS", -3)):
            r = rader.get(enhet(kod), TolkatBelopp(Decimal(0), MNKR))
            rader[enhet(kod)] = TolkatBelopp(r.varde + mnkr * MNKR, r.precision)
        spara_justering(
            version=arb,
            uppgifter=Uppgifter(2024, j.block, j.titel, j.prisniva, j.motiv),
            rader=rader,
            by=erik,
            besluta=True,
            justering=j,
            sedd_rev=j.rev,
        )
        assert nivaer(arb, 2024)["KN"] - fore["KN"] == 3


class TestNastaAr:
    def test_borjar_i_planen(self, forslag, version):
        b2024 = version("B2024")
        assert (forslag.ar, forslag.planar, forslag.last, forslag.bryggad) == (2025, 2, False, True)
        assert nivaer(forslag, 2025) == nivaer(b2024, 2025, forslag)
        assert nivaer(forslag, 2026) == nivaer(b2024, 2026, forslag)
        assert nivaer(forslag, 2027) == nivaer(forslag, 2026)

    def test_inget_regionbidrag_star_tva_ganger(self, forslag):
        assert not Belopp.objects.filter(version=forslag, post__uppstallning__kod="regionbidrag").exists()
        for ar in (2025, 2026):
            brygga = hamta_brygga(forslag, ar, ALLA_ENHETER)
            assert [(j.block, j.status) for j in brygga.justeringar] == [("plan", "beslutad")]
            assert brygga.summa() == 0

    def test_belopp_behaller_sin_kalla(self, forslag, version):
        post = Post.objects.get(uppstallning__kod="resultatbudget", kod="kostnader")
        nytt = Belopp.objects.get(version=forslag, post=post, ar=2025)
        gammalt = Belopp.objects.get(version=version("B2024"), post=post, ar=2025)
        assert (nytt.belopp, nytt.importfil, nytt.kalla) == (
            gammalt.belopp,
            gammalt.importfil,
            gammalt.kalla,
        )
        assert not Belopp.objects.filter(version=forslag, ar=2027).exists()

    def test_investeringsobjekt_behaller_prognos_utrymme_och_noter(self, forslag, version):
        def belopp(v, ar, suffix):
            poster = Belopp.objects.filter(version=v, ar=ar, post__kod__endswith=suffix)
            return dict(poster.values_list("enhet__kod", "belopp"))

        for suffix in ("_prognos", "_plan"):
            gamla = belopp(version("B2024"), 2024, suffix)
            assert gamla and belopp(forslag, 2025, suffix) == gamla
        assert belopp(forslag, 2025, "_utfall") == {}
        noter = forslag.investeringsbeslut
        assert noter.count() == version("B2024").investeringsbeslut.exclude(avslutas_ar=2024).count()
        assert [k.kalla.kod for k in forslag.kolumner.filter(uppstallning__kod="investeringsobjekt")] == [
            "B2025"
        ] * 3

    def test_avsteg_som_galler_och_beslutspunkter_foljer_med(self, forslag, version):
        assert list(forslag.avsteg.values_list("mal", "fran", "till")) == [("resultatmal", 2024, 2025)]
        punkter = visa_punkter(forslag, hamta_beslutspunkter(forslag), "REGION")
        gamla = version("B2024").beslutspunkter
        assert len(punkter) == gamla.count() and not [b for p in punkter for b in p.bitar if b.fel]
        assert "Budgeten för 2025" in punkter[1].text and punkter[-1].senast == "31 december 2024"

    def test_kolumnerna_flyttar_ett_ar(self, forslag):
        def kolumner(kod):
            fraga = forslag.kolumner.filter(uppstallning__kod=kod)
            return [(k.kalla.kod, k.ar) for k in fraga.select_related("kalla")]

        egna = [("B2025", 2025), ("B2025", 2026), ("B2025", 2027)]
        assert kolumner("regionbidrag") == [("B2024", 2024), *egna]
        assert kolumner("skatt") == [("P2023", 2023), ("B2024", 2024), *egna]

    def test_upptagen_kod(self, version, erik):
        with pytest.raises(VersionsFel, match="används redan"):
            starta_nasta_ar(kalla=version("B2024"), kod="b2024", namn="X", by=erik)


class TestBeslut:
    def test_forslag_beredd_faststalld(self, forslag, version, erik):
        with pytest.raises(VersionsFel, match="inte beredd"):
            faststall_version(version=forslag, beslut=RF, by=erik)
        bered_version(version=forslag, beslut=RS, by=erik)
        assert forslag.last and forslag.beredd and not forslag.faststalld
        with pytest.raises(VersionsFel, match="före beredningen"):
            faststall_version(version=forslag, beslut=Beslut("RF", date(2023, 1, 1), "§ 1"), by=erik)
        faststall_version(version=forslag, beslut=RF, by=erik)
        assert forslag.faststalld
        assert (forslag.beslut_organ, forslag.beslut_paragraf) == ("Regionfullmäktige", "§ 112")
        with pytest.raises(IntegrityError, match="fastställd"), transaction.atomic():
            Budgetversion.objects.filter(pk=forslag.pk).update(namn="Annat")
        assert gallande_budget() == forslag
        assert gallande_budget(ar=2024) == version("B2024")

    def test_lamnas_tillbaka_med_skal(self, forslag, erik):
        bered_version(version=forslag, beslut=RS, by=erik)
        las_upp_version(version=forslag, by=erik, varfor="Återremiss")
        assert not forslag.last and not forslag.beredd and forslag.beredd_organ == ""

    def test_utkast_stoppar_beredningen(self, forslag, erik):
        j = justera(forslag, 2025, erik, KN=1)
        Justering.objects.filter(pk=j.pk).update(status="utkast")
        with pytest.raises(VersionsFel, match="Prov 2025"):
            bered_version(version=forslag, beslut=RS, by=erik)
        forslag.refresh_from_db()
        assert not forslag.last

    def test_aret_har_redan_en_budget(self, version, erik):
        arb = version("B2024-ARB")
        bered_version(version=arb, beslut=RS, by=erik)
        with pytest.raises(VersionsFel, match="tilläggsbudget"):
            faststall_version(version=arb, beslut=RF, by=erik)

    def test_beredd_ar_last_aven_for_sql(self, forslag, erik):
        bered_version(version=forslag, beslut=RS, by=erik)
        with pytest.raises(IntegrityError, match="beredd_ar_last"), transaction.atomic():
            Budgetversion.objects.filter(pk=forslag.pk).update(status="oppen")


class TestTillaggsbudget:
    @pytest.fixture
    def tillagg(self, version, erik):
        return skapa_tillaggsbudget(grund=version("B2024"), kod="T2024", namn="Tilläggsbudget 2024", by=erik)

    def test_kraver_finansiering_som_siffrorna_bar(self, tillagg, version, erik):
        with pytest.raises(VersionsFel, match="skiljer sig ingenting"):
            bered_version(version=tillagg, beslut=RS, by=erik)
        skriv(tillagg, "resultatbudget", "kostnader", "REGION", 2024, -64893, erik)
        with pytest.raises(VersionsFel, match="finansieras"):
            bered_version(version=tillagg, beslut=RS, by=erik)
        spara_finansiering(version=tillagg, finansiering="intakter", text="Statsbidrag", by=erik)
        with pytest.raises(VersionsFel, match="Intäkterna"):
            bered_version(version=tillagg, beslut=RS, by=erik)
        spara_finansiering(version=tillagg, finansiering="resultat", text="Tas av resultatet", by=erik)
        bered_version(version=tillagg, beslut=RS, by=erik)
        faststall_version(version=tillagg, beslut=RF, by=erik)
        assert gallande_budget() == tillagg
        assert version("B2024").faststalld

    def test_bara_pa_en_faststalld_budget(self, version, erik):
        with pytest.raises(VersionsFel, match="fastställd budget"):
            skapa_tillaggsbudget(grund=version("B2024-ARB"), kod="T", namn="T", by=erik)

    def test_kan_inte_faststallas_utan_finansiering_ens_med_sql(self, tillagg, erik):
        las_version(version=tillagg, by=erik)
        with pytest.raises(IntegrityError, match="finansierat"), transaction.atomic():
            Budgetversion.objects.filter(pk=tillagg.pk).update(faststalld=True)


def test_summan_over_flera_ar_tillbaka_gar_genom_versionerna(forslag, erik):
    """2027 has its nearest own level in B2024, three steps back and in another version."""
    post = Post.objects.get(uppstallning__kod="regionbidrag").pk
    summa = hamta_summor(kolumner=[(forslag.pk, 2027)], poster=[post], period=forslag.period)
    kn = summa[Nyckel(post, forslag.pk, 2027, f"enhet:{enhet('KN')}")]
    assert kn.varde == Decimal("361.7") * MNKR
    assert kn.antal == 3
