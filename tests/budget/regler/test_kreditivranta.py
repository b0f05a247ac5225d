"""Kreditivränta on the figures of bilaga 5B."""

from decimal import Decimal

from budget.regler.kreditivranta import Byggobjekt, kreditivranta

D = Decimal
# utfall t.o.m. 2023, then 2024, 2025 and 2026, mnkr: Måltidsproduktion, Centrallager and Bussdepåer of 5B.
OBJEKT = [
    Byggobjekt(D(98), (D(99), D(0), D(0))),
    Byggobjekt(D(0), (D(0), D(154), D(0))),
    Byggobjekt(D(336), (D(217), D(202), D(154))),
]


def test_kapitalet_ar_utlagt_och_halva_arets_utgift_pa_det_som_pagar():
    k = kreditivranta(OBJEKT, 2024, 0, sats=D("0.0225"), tryckt=D(135))
    assert (k.antal, k.ingaende, k.utgift, k.snitt) == (2, D(434), D(316), D(592))
    assert k.ranta == D(592) * D("0.0225")
    assert k.skillnad == D(135) - k.ranta
    # The printed 135 at 2,25 % answers to 6 000 of capital.
    assert k.tryckt_kapital == 6000


def test_det_som_lagts_ut_ar_efter_ar_binder_kapital_men_inte_det_som_ar_fardigt():
    k = kreditivranta(OBJEKT, 2025, 1, sats=D("0.028"), tryckt=D(84))
    # Centrallager begins with nothing, Bussdepåer with 336 + 217; Måltidsproduktion costs nothing more.
    assert (k.antal, k.ingaende, k.utgift) == (2, D(553), D(356))
    assert k.sats == D("0.028")


def test_utan_sats_blir_det_inget_forslag():
    k = kreditivranta(OBJEKT, 2020, 0, sats=None, tryckt=D(10))
    assert (k.sats, k.ranta, k.skillnad, k.tryckt_kapital) == (None, None, None, None)


def test_utan_rad_i_5a_star_forslaget_for_sig():
    k = kreditivranta(OBJEKT, 2024, 0, sats=D("0.028"), tryckt=None)
    assert k.ranta and k.skillnad is None and k.tryckt_kapital is None
