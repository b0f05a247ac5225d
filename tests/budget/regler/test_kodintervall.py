"""Intervals of codes give the answers of going through them all, with few comparisons."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from budget.regler.kodintervall import Kodmangd, Kodtabell

KOD = st.text("059", min_size=1, max_size=3)
INTERVALL = st.tuples(KOD, KOD).filter(lambda i: len(i[0]) == len(i[1]) and i[0] <= i[1])


def har(i, kod):
    return len(i[0]) == len(kod) and i[0] <= kod <= i[1]


@given(st.lists(INTERVALL, max_size=8), st.lists(KOD, max_size=20))
def test_en_mangd_har_de_koder_som_nagot_av_dess_intervall_har(intervall, koder):
    mangd = Kodmangd(intervall)
    assert [k in mangd for k in koder] == [any(har(i, k) for i in intervall) for k in koder]


@given(st.lists(INTERVALL, max_size=8), INTERVALL)
def test_en_tabell_ger_dem_som_har_nagon_av_koderna(intervall, sokt):
    skilda = []
    for fran, till in intervall:
        if not any(len(fran) == len(s.fran) and s.fran <= till and s.till >= fran for s in skilda):
            skilda.append(SimpleNamespace(fran=fran, till=till))
    fran, till = sokt
    tabell = Kodtabell(skilda)
    ratt = [s for s in skilda if len(s.fran) == len(fran) and s.fran <= till and s.till >= fran]
    assert tabell.som_har(fran, till) == sorted(ratt, key=lambda s: s.fran)
    assert tabell.for_kod(fran) == next((s for s in skilda if har((s.fran, s.till), fran)), None)


class _Raknad(str):
    antal = 0

    def __lt__(self, annan):
        _Raknad.antal += 1
        return str(self) < str(annan)


def test_en_kod_hittas_med_fa_jamforelser():
    koder = [_Raknad(f"{n:05}") for n in range(10_000)]
    mangd, tabell = Kodmangd((k, k) for k in koder), Kodtabell(SimpleNamespace(fran=k, till=k) for k in koder)
    _Raknad.antal = 0
    assert all(k in mangd and tabell.for_kod(k).fran == k for k in koder)
    assert _Raknad.antal < len(koder) * 3 * 20
