"""How each konto of the made-up ledger behaves: its months, its motpart and what balances it. All of it made up.

The names stand in fixtures/konton.csv and the posts in fixtures/kontoplan.csv; a post here is the line of the
resultatsammanställning without its ending («kop» for `kop_alla`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

# Twelve weights, January first. A month of weight 0 has no line.
PROFILER: Mapping[str, tuple[int, ...]] = {
    "tolftedel": (1,) * 12,
    "jamn": (98, 97, 101, 100, 99, 100, 92, 95, 102, 104, 105, 107),
    # The holidays are paid out of the debt that the other months build up.
    "lon": (102, 101, 103, 103, 104, 101, 78, 88, 103, 105, 105, 107),
    "vikarie": (80, 80, 85, 85, 90, 130, 190, 165, 90, 80, 80, 105),
    "vard": (97, 98, 106, 101, 102, 96, 62, 78, 106, 112, 114, 108),
    "lakemedel": (96, 94, 99, 99, 101, 100, 95, 97, 101, 105, 106, 107),
    "trafik": (104, 102, 107, 101, 99, 88, 66, 86, 108, 112, 113, 104),
    "varme": (18, 16, 13, 8, 4, 2, 1, 1, 3, 7, 11, 16),
    "el": (12, 11, 10, 8, 7, 6, 6, 6, 7, 8, 9, 10),
    "kvartal": (1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0),
    "rekvisition": (0, 0, 2, 0, 0, 3, 0, 0, 2, 0, 0, 5),
    "bokslut": (5, 5, 6, 6, 7, 8, 4, 5, 8, 10, 12, 24),
}
# Months that a seed does not disturb.
FASTA_PROFILER = frozenset(("tolftedel", "kvartal"))


@dataclass(frozen=True, slots=True)
class Konto:
    """`motkonto` balances its vouchers, of `storlek` lines; `dag` is their day, 0 for any and 31 for the last."""

    konto: str
    post: str
    profil: str
    motpart: str
    motkonto: str
    storlek: int
    dag: int
    texter: tuple[str, ...]

    @property
    def serie(self) -> str:
        return {"1510": "K", "2440": "L", "2890": "P"}.get(self.motkonto, "M")


def _k(konto, post, profil, motpart, motkonto, storlek, dag, *texter) -> tuple[str, Konto]:
    return konto, Konto(konto, post, profil, motpart, motkonto, storlek, dag, texter)


KONTON: Mapping[str, Konto] = dict((
    _k("3010", "ovriga_intakter", "vard", "10", "1510", 6, 0, "patientavgifter", "uteblivet besök"),
    _k("3210", "forsaljning", "trafik", "10", "1510", 12, 0, "biljetter app", "periodkort", "skolkort"),
    _k("3410", "forsaljning", "vard", "13", "1510", 3, 0, "utomlänsvård", "högspecialiserad vård"),
    _k("3490", "forsaljning", "tolftedel", "", "1680", 8, 15, "hälsoval, ersättning per listad"),
    _k("3510", "forsaljning", "jamn", "12", "1510", 3, 0, "hjälpmedel till kommun", "avtal med kommun"),
    _k("3590", "forsaljning", "vard", "", "1680", 10, 28, "analyser", "röntgen", "patologi"),
    _k("3610", "forsaljning", "jamn", "14", "1510", 4, 0, "försäljning av varor", "kafé och butik"),
    _k("3710", "forsaljning", "jamn", "14", "1510", 4, 0, "försäljning av tjänster", "uthyrning"),
    _k("3780", "forsaljning", "tolftedel", "", "1680", 8, 15, "it-arbetsplats", "systemförvaltning"),
    _k("3790", "forsaljning", "tolftedel", "", "1680", 8, 15, "lokaler", "städ och måltider", "transporter"),
    _k("3795", "forsaljning", "jamn", "4", "1680", 6, 28, "internpris"),
    _k("3810", "statsbidrag", "rekvisition", "11", "1510", 2, 20, "överenskommelse", "rekvirerat bidrag"),
    _k("3820", "statsbidrag", "tolftedel", "11", "1510", 2, 20, "forskning och utbildning"),
    _k("3910", "ovriga_intakter", "bokslut", "16", "1510", 2, 20, "bidrag från stiftelse", "projektbidrag"),
    _k("3950", "ovriga_intakter", "jamn", "14", "1510", 3, 0, "ersättningar", "övriga intäkter"),
    _k("3985", "regionbidrag", "tolftedel", "226", "1680", 1, 1, "regionbidrag, tolftedel"),
    _k("4110", "personal", "lon", "15", "2890", 24, 25, "månadslöner"),
    _k("4120", "personal", "vikarie", "15", "2890", 18, 25, "timlöner", "vikarier"),
    _k("4150", "personal", "jamn", "15", "2890", 18, 25, "jour och beredskap", "obekväm arbetstid"),
    _k("4510", "personal", "lon", "11", "2890", 24, 25, "arbetsgivaravgifter"),
    _k("4710", "personal", "lon", "14", "2890", 18, 25, "pensionspremier"),
    _k("4910", "personal", "bokslut", "14", "2440", 3, 0, "kurs", "friskvård", "konferens"),
    _k("5010", "kop", "vard", "14", "2440", 4, 0, "vårdavtal", "vårdgaranti"),
    _k("5020", "kop", "vard", "13", "2440", 3, 0, "vård i annan region"),
    _k("5030", "kop", "vard", "14", "2440", 6, 0, "barn- och ungdomstandvård", "specialisttandvård"),
    _k("5040", "kop", "jamn", "14", "2440", 3, 0, "ambulansavtal"),
    _k("5050", "kop", "jamn", "14", "2440", 8, 15, "vårdval, ersättning", "vårdval, målrelaterat"),
    _k("5090", "kop", "tolftedel", "", "1680", 8, 15, "hälsoval, ersättning per listad"),
    _k("5310", "kop", "trafik", "14", "2440", 4, 0, "busstrafik", "tågtrafik", "serviceresor"),
    _k("5410", "kop", "lakemedel", "11", "2440", 6, 20, "läkemedel på recept"),
    _k("5420", "kop", "lakemedel", "14", "2440", 7, 0, "rekvisition", "smittskydd", "vaccin"),
    _k("5610", "kop", "jamn", "14", "2440", 6, 0, "förbrukningsmaterial", "instrument", "implantat"),
    _k("5620", "kop", "vard", "14", "2440", 6, 0, "reagens", "provrör"),
    _k("5710", "kop", "jamn", "14", "2440", 5, 0, "livsmedel", "patientmåltider"),
    _k("5810", "kop", "vikarie", "14", "2440", 2, 0, "inhyrd läkare", "inhyrd sjuksköterska"),
    _k("5910", "kop", "vard", "", "1680", 10, 28, "analyser", "röntgen", "patologi"),
    _k("5990", "kop", "jamn", "4", "1680", 6, 28, "internpris"),
    _k("6010", "ovriga_kostnader", "kvartal", "14", "2440", 3, 1, "hyra, kvartal"),
    _k("6090", "ovriga_kostnader", "tolftedel", "", "1680", 8, 15, "lokaler", "städ och måltider", "transporter"),
    _k("6110", "ovriga_kostnader", "el", "14", "2440", 3, 28, "el"),
    _k("6120", "ovriga_kostnader", "varme", "14", "2440", 3, 28, "fjärrvärme"),
    _k("6210", "ovriga_kostnader", "jamn", "14", "2440", 3, 28, "städning"),
    _k("6410", "ovriga_kostnader", "bokslut", "16", "2440", 2, 20, "föreningsbidrag", "projektstöd"),
    _k("6510", "ovriga_kostnader", "jamn", "14", "2440", 5, 0, "resor", "sjuktransporter", "bud"),
    _k("6610", "ovriga_kostnader", "bokslut", "14", "2440", 4, 0, "inventarier", "möbler"),
    _k("6910", "ovriga_kostnader", "jamn", "14", "2440", 2, 0, "konsult"),
    _k("7110", "ovriga_kostnader", "jamn", "14", "2440", 3, 0, "licenser", "driftavtal"),
    _k("7190", "ovriga_kostnader", "tolftedel", "", "1680", 8, 15, "it-arbetsplats", "systemförvaltning"),
    _k("7310", "ovriga_kostnader", "tolftedel", "14", "2440", 2, 1, "försäkring"),
    _k("7410", "ovriga_kostnader", "jamn", "14", "2440", 5, 0, "övriga kostnader", "porto", "tryck"),
    _k("7810", "kapitalkostnad", "tolftedel", "19", "1290", 10, 31, "avskrivning, inventarier"),
    _k("7820", "kapitalkostnad", "tolftedel", "19", "1290", 10, 31, "avskrivning, byggnader"),
    _k("7910", "kapitalkostnad", "tolftedel", "226", "1910", 4, 31, "internränta"),
    _k("8010", "ovriga_intakter", "tolftedel", "11", "1910", 1, 18, "preliminära skattemedel"),
    _k("8110", "ovriga_intakter", "tolftedel", "11", "1910", 1, 18, "utjämning och reglering"),
    _k("8210", "statsbidrag", "tolftedel", "11", "1910", 1, 18, "generella bidrag"),
    _k("8310", "ovriga_intakter", "jamn", "14", "1910", 2, 31, "ränta och utdelning"),
    _k("8410", "kapitalkostnad", "jamn", "14", "1910", 2, 31, "ränta på lån"),
    _k("8510", "ovriga_kostnader", "tolftedel", "19", "2890", 1, 31, "uppräkning av pensionsskulden"),
))  # fmt: skip

# How a kind of enhet divides its own costs on posts, and a post on konton. The first konto of a post stands for
# all of them in a small ledger.
KOSTNADER: Mapping[str, Mapping[str, Mapping[str, int]]] = {
    "sjukhus": {
        "personal": {"4110": 60, "4120": 5, "4150": 7, "4510": 21, "4710": 6, "4910": 1, "andel": 70},
        "kop": {"5420": 45, "5610": 30, "5010": 8, "5810": 12, "5710": 5, "andel": 21},
        "ovriga_kostnader": {
            "7410": 28, "6610": 20, "6510": 14, "6910": 8, "6210": 8, "6110": 8, "6120": 6, "7310": 8, "andel": 6,
        },
        "kapitalkostnad": {"7810": 70, "7910": 30, "andel": 3},
    },
    "lab": {
        "personal": {"4110": 63, "4120": 4, "4150": 5, "4510": 22, "4710": 5, "4910": 1, "andel": 56},
        "kop": {"5620": 62, "5610": 20, "5810": 8, "5010": 10, "andel": 21},
        "ovriga_kostnader": {
            "6010": 30, "7410": 22, "6610": 16, "7110": 14, "6510": 8, "6110": 6, "6120": 4, "andel": 20,
        },
        "kapitalkostnad": {"7810": 80, "7910": 20, "andel": 3},
    },
    "stab": {
        "personal": {"4110": 66, "4120": 2, "4510": 23, "4710": 7, "4910": 2, "andel": 52},
        "kop": {"5010": 40, "5710": 60, "andel": 6},
        "ovriga_kostnader": {"6910": 34, "6410": 20, "7410": 22, "7110": 14, "6510": 10, "andel": 41},
        "kapitalkostnad": {"7810": 100, "andel": 1},
    },
    "bidrag": {
        "personal": {"4110": 70, "4510": 24, "4910": 6, "andel": 14},
        "kop": {"5710": 100, "andel": 2},
        "ovriga_kostnader": {"6410": 82, "6910": 8, "7410": 7, "6510": 3, "andel": 83},
        "kapitalkostnad": {"7810": 100, "andel": 1},
    },
    "trafik": {
        "personal": {"4110": 70, "4120": 2, "4510": 23, "4710": 4, "4910": 1, "andel": 5},
        "kop": {"5310": 100, "andel": 84},
        "ovriga_kostnader": {"7410": 40, "6910": 20, "7110": 20, "6010": 14, "6110": 6, "andel": 5},
        "kapitalkostnad": {"7810": 80, "7910": 20, "andel": 6},
    },
    "bestallare": {
        "personal": {"4110": 70, "4510": 23, "4710": 6, "4910": 1, "andel": 1},
        "kop": {"5050": 44, "5010": 36, "5020": 14, "5420": 6, "andel": 96},
        "ovriga_kostnader": {"6410": 50, "6910": 25, "7410": 25, "andel": 3},
    },
    "service": {
        "personal": {"4110": 66, "4120": 6, "4510": 23, "4710": 4, "4910": 1, "andel": 30},
        "kop": {"5710": 100, "andel": 8},
        "ovriga_kostnader": {
            "6010": 34, "7410": 18, "6110": 14, "6120": 12, "6210": 8, "6910": 8, "6510": 6, "andel": 32,
        },
        "kapitalkostnad": {"7820": 60, "7810": 10, "7910": 30, "andel": 30},
    },
    "it": {
        "personal": {"4110": 68, "4510": 24, "4710": 6, "4910": 2, "andel": 30},
        "kop": {"5610": 100, "andel": 2},
        "ovriga_kostnader": {"7110": 62, "6910": 24, "6610": 10, "7410": 4, "andel": 53},
        "kapitalkostnad": {"7810": 90, "7910": 10, "andel": 15},
    },
}  # fmt: skip
INTAKTER: Mapping[str, Mapping[str, Mapping[str, int]]] = {
    # Thousandths of the regionbidrag, or of what is sold inside the region where there is no regionbidrag.
    "sjukhus": {
        "forsaljning": {"3410": 70, "3710": 20, "3510": 10, "andel": 85},
        "statsbidrag": {"3810": 55, "3820": 45, "andel": 30},
        "ovriga_intakter": {"3010": 60, "3950": 30, "3910": 10, "andel": 22},
    },
    "lab": {
        "forsaljning": {"3710": 60, "3410": 40},
        "statsbidrag": {"3810": 80, "3820": 20},
        "ovriga_intakter": {"3950": 100},
    },
    "stab": {
        "forsaljning": {"3710": 100, "andel": 20},
        "statsbidrag": {"3810": 100, "andel": 15},
        "ovriga_intakter": {"3950": 80, "3910": 20, "andel": 10},
    },
    "bidrag": {
        "statsbidrag": {"3810": 100, "andel": 120},
        "ovriga_intakter": {"3910": 100, "andel": 40},
    },
    "trafik": {
        "forsaljning": {"3210": 92, "3510": 8, "andel": 760},
        "statsbidrag": {"3810": 100, "andel": 12},
        "ovriga_intakter": {"3950": 100, "andel": 15},
    },
    "bestallare": {
        "statsbidrag": {"3810": 100, "andel": 18},
        "ovriga_intakter": {"3010": 60, "3950": 40, "andel": 9},
    },
    "service": {
        "forsaljning": {"3710": 70, "3610": 30, "andel": 70},
        "ovriga_intakter": {"3950": 100, "andel": 10},
    },
    "it": {
        "forsaljning": {"3510": 100, "andel": 15},
        "ovriga_intakter": {"3950": 100, "andel": 5},
    },
}
