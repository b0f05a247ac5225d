"""A copy of a version holds all that the version holds, and each figure of it answers the same about its source."""

import re

import pytest
from django.db import transaction

from budget.actions.versioner import kopiera_version, starta_nasta_ar
from budget.models import (
    Balanskravsbeslut,
    Belopp,
    Beslutspunkt,
    Beslutstal,
    Internbudgetforutsattning,
    Investeringsbeslut,
    Justering,
    Justeringsrad,
    Kontrollsumma,
    Malavsteg,
    Versionskolumn,
)

# What a copied row has of its own; all else is the copied one's.
EGET = {"id", "version", "rev"}
# A row that belongs to another copied row is told apart by what that one says.
GENOM = {
    Justeringsrad: ("justering", ("justering__ar", "justering__block", "justering__titel")),
    Beslutstal: ("punkt", ("punkt__ordning",)),
}
KOPIERAS = (
    Belopp, Balanskravsbeslut, Internbudgetforutsattning, Malavsteg, Justering, Justeringsrad,
    Beslutspunkt, Beslutstal, Investeringsbeslut,
)  # fmt: skip


def _innehall(modell, version) -> list[str]:
    """Every row of a version, as text, with every column but those that are its own."""
    genom, nycklar = GENOM.get(modell, ("", ()))
    falt = [f.attname for f in modell._meta.concrete_fields if f.name not in EGET | {genom}]
    urval = {"justering__version" if modell is Justeringsrad else "version": version}
    rader = modell.objects.filter(**urval)
    if modell is Belopp:
        # A copy's levels are the decided ones, by the bridge.
        rader = rader.exclude(post__uppstallning__kod="regionbidrag")
    return sorted(map(repr, rader.values_list(*nycklar, *falt)))


@pytest.mark.parametrize("kod", ["B2024", "IB2025-MS"])
def test_varje_uppgift_foljer_med(version, anvandare, kod):
    kalla, erik = version(kod), anvandare("koncerncontroller")
    if kod == "IB2025-MS":
        tomma = {Balanskravsbeslut, Malavsteg, Beslutspunkt, Beslutstal, Investeringsbeslut}
    else:
        tomma = {Internbudgetforutsattning}
        Balanskravsbeslut.objects.create(
            version=kalla, ar=2023, slag="langre_tid", senast_ar=2030, organ="RF", datum="2023-06-01",
            paragraf="§ 1", motiv="Skäl", registrerad_av=erik,
        )  # fmt: skip
    kopia = kopiera_version(kalla=kalla, kod="K", namn="Kopia", by=erik)
    assert (kopia.kopia_av, kopia.handling) == (kalla, kalla.handling) and kalla.handling
    for modell in KOPIERAS:
        fore = _innehall(modell, kalla)
        assert bool(fore) != (modell in tomma), modell
        assert _innehall(modell, kopia) == fore, modell
    assert Kontrollsumma.objects.filter(version=kalla).exists()
    assert not Kontrollsumma.objects.filter(version=kopia).exists()
    kolumner = [
        [
            (k.uppstallning_id, k.kalla_id == v.pk or k.kalla_id, k.ar, k.rubrik, k.ordning)
            for k in Versionskolumn.objects.filter(version=v)
            .exclude(uppstallning__slag="askande")
            .order_by("uppstallning_id", "ordning")
        ]
        for v in (kalla, kopia)
    ]
    assert kolumner[0] == kolumner[1]
    # What is open for the nämnder to ask in was no part of what was decided.
    har = [
        Versionskolumn.objects.filter(version=v, uppstallning__slag="askande").exists()
        for v in (kalla, kopia)
    ]
    assert har == [False, kod == "B2024"]


def _justeringssida(klient, version, **som) -> list[tuple[str, ...]]:
    """What the page of a justering says of each of its rows: who, the place in the document, how much."""
    j = Justering.objects.get(version=version, **som)
    svar = klient.get(f"/budget/{version.ar}/{version.kod}/brygga/justering/{j.pk}/")
    assert svar.status_code == 200
    html = " ".join(svar.content.decode().split())
    rader = re.findall(
        r'<th scope="row"> (.+?) <small class="svag">(.+?)</small> </th> <td class="n">(.+?)</td>', html
    )
    assert version.handling in html
    return rader


def test_kopians_justeringar_sager_varifran_de_kommer(som, version, anvandare):
    kalla = version("B2024")
    kopia = kopiera_version(kalla=kalla, kod="K", namn="Kopia", by=anvandare("koncerncontroller"))
    klient = som("revisor")
    for titel in Justering.objects.filter(version=kalla).values_list("titel", flat=True):
        rader = _justeringssida(klient, kopia, titel=titel)
        assert rader == _justeringssida(klient, kalla, titel=titel)
        assert rader and all(plats.startswith("textrad ") for _, plats, _ in rader), titel
    rader = _justeringssida(klient, kopia, titel="Internränta 2,0 %")
    assert ("Kulturnämnden", "textrad 4064", "+0,1") in rader
    brygga = klient.get("/budget/2024/K/brygga/KN/").content.decode()
    assert "textrad 4064" in brygga


def test_nasta_ars_justeringar_behaller_sin_kalla(version, anvandare):
    erik, kalla = anvandare("koncerncontroller"), version("B2024-ARB")
    # The published document has no justeringar of plan years: these are moved there.
    Justering.objects.filter(version=kalla).update(ar=2025)
    fore = {m: _innehall(m, kalla) for m in (Justering, Justeringsrad)}
    ny = starta_nasta_ar(kalla=kalla, kod="B2025", namn="Budget 2025", by=erik)
    for modell, rader in fore.items():
        assert rader and set(rader) <= set(_innehall(modell, ny)), modell
    tillagda = Justering.objects.filter(version=ny).exclude(titel__in=kalla.justeringar.values("titel"))
    assert {(j.block, j.ar) for j in tillagda} <= {("plan", 2025), ("plan", 2026)}


def test_varifran_leder_till_den_beslutade_nivan_och_det_som_skiljer(som, version, anvandare):
    erik = anvandare("koncerncontroller")
    kopia = kopiera_version(kalla=version("B2024-ARB"), kod="K", namn="Kopia", by=erik)
    klient = som("revisor")

    def delar():
        html = klient.get("/budget/2024/K/varifran/regionbidrag/regionbidrag/enhet-KN/2024/").content.decode()
        return re.findall(
            r'href="(/budget/2024/[^"]*/(?:brygga|varifran)/[^"]*KN/2024/|[^"]*justering/[^"]*)"', html
        )

    nivan = "/budget/2024/B2024/varifran/regionbidrag/regionbidrag/enhet-KN/2024/"
    assert delar() == [nivan]
    with transaction.atomic():
        Justering.objects.filter(version=kopia, titel="Internränta 2,0 %").update(titel="Annan ränta")
    gammal = Justering.objects.get(version=version("B2024"), titel="Internränta 2,0 %")
    ny = Justering.objects.get(version=kopia, titel="Annan ränta")
    assert set(delar()) == {
        nivan,
        f"/budget/2024/B2024/brygga/justering/{gammal.pk}/",
        f"/budget/2024/K/brygga/justering/{ny.pk}/",
    }
    assert all(klient.get(lank).status_code == 200 for lank in delar())
