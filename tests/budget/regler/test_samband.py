"""The ties on the figures of bilaga 1–3 as published."""

from decimal import Decimal

import pytest

from budget.regler.samband import Siffra, Utfall, prova

D = Decimal
B23, B24 = "Budget 2023", "Budget 2024"


def _ar(kalla, **tabeller):
    """Figures in mnkr, as table={post: amount or (amount, printed)}."""
    return {
        (tabell, post): Siffra(
            D(v[0] if isinstance(v, tuple) else v), D(1), kalla, D(v[1]) if isinstance(v, tuple) else None
        )
        for tabell, poster in tabeller.items()
        for post, v in poster.items()
    }


AR_2023 = _ar(
    B23,
    resultatbudget={"arets_resultat": -839, "avskrivningar": -1862},
    kassaflode={
        "arets_resultat": -839, "not_avskrivningar": 1744, "nya_lan": 2037, "amortering_lan": -1700, "koncernlan": 30,
        "nettoskuld_forandring": 358, "nettoskuld_slut": (-7279, -7278), "likvida_slut": (529, 1000),
    },
    balansbudget={"eget_kapital": -17279, "langfristiga_lan": 6963, "kortfristiga_lan": 1493},
)  # fmt: skip
AR_2024 = _ar(
    B24,
    resultatbudget={"arets_resultat": -4417, "avskrivningar": -1966},
    kassaflode={
        "arets_resultat": -4417, "not_avskrivningar": 1966, "immateriella_forvarv": -390, "materiella_forvarv": -4941,
        "nya_lan": 3075, "amortering_lan": -1071, "koncernlan": 30, "nettoskuld_forandring": -2034,
        "nettoskuld_borjan": -8951, "nettoskuld_slut": -10985, "likvida_borjan": 1500, "likvida_slut": (435, 1500),
    },
    balansbudget={
        "eget_kapital": -24809, "langfristiga_lan": 11136, "kortfristiga_lan": 1691, "summa_tillgangar": 45259,
        "summa_eget_kapital_avsattningar_skulder": (45258, 45259), "immateriella_tillgangar": 2018,
        "materiella_tillgangar": 36454, "summa_avsattningar": 45742,
    },
    investeringar={"summa_investeringar": 5398},
)  # fmt: skip
AR_2025 = _ar(
    B24,
    resultatbudget={"arets_resultat": 653, "avskrivningar": -2286},
    kassaflode={
        "arets_resultat": 652, "not_avskrivningar": 2286, "immateriella_forvarv": -315, "materiella_forvarv": -4564,
        "nya_lan": 2413, "amortering_lan": -1200, "koncernlan": 30, "nettoskuld_forandring": -1243,
        "nettoskuld_borjan": -10985, "likvida_borjan": 1500, "not_avsattningar": 2739,
        "pensionsutbetalningar": -1980,
    },
    balansbudget={
        "eget_kapital": -24156, "langfristiga_lan": 11650, "kortfristiga_lan": 2421,
        "summa_tillgangar": (47887, 47888), "summa_eget_kapital_avsattningar_skulder": (47889, 47888),
        "immateriella_tillgangar": 2248, "materiella_tillgangar": 39215, "summa_avsattningar": 46501,
    },
)  # fmt: skip


def _ett(ar, kod):
    siffror, forra = {2023: (AR_2023, {}), 2024: (AR_2024, AR_2023), 2025: (AR_2025, AR_2024)}[ar]
    return next(s for s in prova(ar, siffror, forra) if s.regel.kod == kod)


@pytest.mark.parametrize(
    ("ar", "kod", "utfall", "vanster", "hoger"),
    [
        (2024, "RESULTAT_KASSA", Utfall.STAMMER, -4417, -4417),
        (2025, "RESULTAT_KASSA", Utfall.AVRUNDNING, 653, 652),
        (2023, "AVSKRIVNINGAR", Utfall.SKILJER, 1862, 1744),
        (2024, "AVSKRIVNINGAR", Utfall.STAMMER, 1966, 1966),
        (2024, "INVESTERINGAR_5A", Utfall.SKILJER, 5331, 5398),
        (2025, "INVESTERINGAR_BALANS", Utfall.SKILJER, 4879, 5277),
        # 2 413 − 1 200 + 30 against 14 071 − 12 827.
        (2025, "LAN", Utfall.AVRUNDNING, 1243, 1244),
        (2024, "NETTOSKULD_FORANDRING", Utfall.STAMMER, -2034, -2034),
        (2023, "NETTOSKULD_FORANDRING", Utfall.SKILJER, 358, -367),
        (2025, "NETTOSKULD_BORJAN", Utfall.STAMMER, -10985, -10985),
        # The parts of 2024 give 435, printed 1 500, which is where 2025 begins.
        (2025, "LIKVIDA_BORJAN", Utfall.TRYCKT, 435, 1500),
        (2025, "BALANS", Utfall.TRYCKT, 47887, 47889),
        (2025, "EGET_KAPITAL", Utfall.STAMMER, 653, 653),
        (2025, "AVSATTNINGAR", Utfall.STAMMER, 759, 759),
    ],
)  # fmt: skip
def test_sambanden_mellan_de_tryckta_tabellerna(ar, kod, utfall, vanster, hoger):
    s = _ett(ar, kod)
    assert (s.utfall, s.vanster, s.hoger, s.differens) == (utfall, vanster, hoger, vanster - hoger)


@pytest.mark.parametrize(
    ("ar", "kod", "skal"),
    [
        # −8 951 is the forecast for the end of 2023, not the −7 278 of Budget 2023.
        (2024, "NETTOSKULD_BORJAN", "2023 kommer ur Budget 2023"),
        (2024, "EGET_KAPITAL", "2023 kommer ur Budget 2023"),
        (2023, "EGET_KAPITAL", "Balansbudgeten saknar en siffra för 2022"),
        (2025, "INVESTERINGAR_5A", "Bilaga 5A saknar en siffra för 2025"),
        (2024, "LIKVIDA_BALANS", "visar inte likvida medel för sig"),
    ],
)
def test_det_som_inte_kan_provas_sager_varfor(ar, kod, skal):
    s = _ett(ar, kod)
    assert s.utfall == Utfall.PROVAS_INTE
    assert skal in s.skal


def test_varje_samband_svarar_for_varje_ar():
    assert len({s.regel.kod for s in prova(2024, AR_2024, AR_2023)}) == len(prova(2024, {}, {})) == 14
