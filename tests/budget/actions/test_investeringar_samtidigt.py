"""Investment objects while somebody else lays one up, or hands in the part that holds them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from budget.actions.budgetdel import DelenAndrad, lamna_in, oppna_for_inmatning
from budget.actions.investeringar import (
    Beslutsuppgifter,
    InvesteringsFel,
    Objektuppgifter,
    byt_namn,
    registrera_investeringsbeslut,
    skapa_objekt,
    ta_bort_investeringsbeslut,
)
from budget.actions.versioner import kopiera_version
from budget.models import Belopp, Budgetdel, Budgetversion, Investeringsbeslut, Investeringsobjekt
from budget.selectors.budgetdel import hamta_delenheter, las_avtryck
from organisation.models import Anvandare, Namnd
from regionskane.lib.belopp import MNKR, TolkatBelopp
from tests.trad import medan

BESLUT = Beslutsuppgifter("Kulturnämnden", None, "", "Bygget flyttas", None)


@pytest.fixture
def kc(exempel_pa_riktigt):
    return Anvandare.objects.get(username="koncerncontroller")


@pytest.fixture
def arb(kc):
    return Budgetversion.objects.get(kod="B2024-ARB")


def _lagg_upp(version, kc, namn="Arkivet", namnd="KN"):
    return skapa_objekt(
        version=Budgetversion.objects.get(pk=version.pk),
        uppgifter=Objektuppgifter(namn, "bygg", "service", True, Namnd.objects.get(kod=namnd)),
        belopp={("", 2024): TolkatBelopp(Decimal(7) * MNKR, MNKR)},
        by=kc,
    )


def _del(version, kc) -> Budgetdel:
    oppna_for_inmatning(version=version, sista_dag=timezone.localdate() + timedelta(9), by=kc)
    return Budgetdel.objects.get(version=version, namnd__kod="KN")


def _avtryck(d) -> str:
    enheter = hamta_delenheter(d.version)
    return las_avtryck(d.version, [e for e, namnd in enheter.items() if namnd == d.namnd_id])


def _lamna(d, kc, avtryck=None):
    lamna_in(budgetdel=Budgetdel.objects.get(pk=d.pk), by=kc, avtryck=avtryck or _avtryck(d))


def test_samma_objekt_laggs_upp_en_gang_av_tva_samtidigt_ocksa_i_var_sin_version(arb, kc):
    annan = kopiera_version(kalla=arb, kod="K", namn="Kopia", by=kc)
    for version in (arb, annan):
        namn = f"Arkivet {version.kod}"
        with pytest.raises(InvesteringsFel, match=f"redan ett objekt som heter «{namn.upper()}»"):
            medan(lambda n=namn: _lagg_upp(arb, kc, n), lambda n=namn, v=version: _lagg_upp(v, kc, n.upper()))
        assert Investeringsobjekt.objects.filter(enhet__namn=namn).count() == 1


def test_en_del_som_lamnas_in_tar_inget_nytt_objekt_och_sager_vad_som_gors(arb, kc):
    d = _del(arb, kc)
    with pytest.raises(InvesteringsFel, match=r"tar inga nya objekt\. Ta tillbaka delen, eller be"):
        medan(lambda: _lamna(d, kc), lambda: _lagg_upp(arb, kc))
    assert not Investeringsobjekt.objects.filter(enhet__namn="Arkivet").exists()


@pytest.mark.parametrize("vad", ["namn", "beslut", "ta bort"])
def test_objektet_andras_inte_nar_delen_ar_inlamnad_medan_nagon_skrev(arb, kc, vad):
    objekt = _lagg_upp(arb, kc)
    beslut = registrera_investeringsbeslut(version=arb, objekt=objekt, uppgifter=BESLUT, by=kc)
    d = _del(arb, kc)
    gor = {
        "namn": lambda: byt_namn(version=arb, objekt=objekt, namn="Arkiv 2", sedd_rev=objekt.rev, by=kc),
        "beslut": lambda: registrera_investeringsbeslut(
            version=arb, objekt=objekt, uppgifter=Beslutsuppgifter("RS", None, "", "Annat", None), by=kc
        ),
        "ta bort": lambda: ta_bort_investeringsbeslut(beslut=beslut, by=kc),
    }[vad]
    with pytest.raises(InvesteringsFel, match="Kulturnämnden har lämnat in sin del"):
        medan(lambda: _lamna(d, kc), gor)
    assert Investeringsobjekt.objects.get(pk=objekt.pk).enhet.namn == "Arkivet"
    assert [b.text for b in Investeringsbeslut.objects.filter(objekt=objekt)] == ["Bygget flyttas"]


@pytest.mark.parametrize("vad", ["namn", "beslut"])
def test_det_som_lamnas_in_ar_objektet_som_det_visades(arb, kc, vad):
    objekt = _lagg_upp(arb, kc)
    d = _del(arb, kc)
    visat = _avtryck(d)
    if vad == "namn":
        byt_namn(version=arb, objekt=objekt, namn="Arkiv 2", sedd_rev=objekt.rev, by=kc)
    else:
        registrera_investeringsbeslut(version=arb, objekt=objekt, uppgifter=BESLUT, by=kc)
    with pytest.raises(DelenAndrad, match="Något i delen har ändrats"):
        _lamna(d, kc, visat)
    _lamna(d, kc)


def test_namnet_byts_inte_nar_en_annan_versions_del_med_objektet_ar_inlamnad(arb, kc):
    objekt = _lagg_upp(arb, kc)
    _lagg_upp(arb, kc, "Biblioteket")
    annan = kopiera_version(kalla=arb, kod="K", namn="Kopia", by=kc)
    with pytest.raises(InvesteringsFel, match="redan ett objekt som heter «Biblioteket»"):
        byt_namn(version=annan, objekt=objekt, namn="Biblioteket", sedd_rev=objekt.rev, by=kc)
    assert Belopp.objects.filter(version=annan, enhet=objekt.enhet).exists()
    _lamna(_del(arb, kc), kc)
    with pytest.raises(InvesteringsFel, match="Kulturnämnden har lämnat in sin del av Budget 2024"):
        byt_namn(version=annan, objekt=objekt, namn="Arkiv 2", sedd_rev=objekt.rev, by=kc)


def test_en_version_har_inte_hur_manga_beslut_om_objekt_som_helst(arb, kc, monkeypatch):
    """Each is a note under the table of them all."""
    objekt = _lagg_upp(arb, kc)
    monkeypatch.setattr("budget.actions.investeringar.FLEST_BESLUT", arb.investeringsbeslut.count())
    with pytest.raises(InvesteringsFel, match=r"beslut om investeringsobjekt\. Ta bort"):
        registrera_investeringsbeslut(version=arb, objekt=objekt, uppgifter=BESLUT, by=kc)
