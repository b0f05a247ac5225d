"""A realistic document for the tests of lib: Region Skåne's regionbidrag for 2023 and 2024 (bilaga 4A)."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from regionskane.lib.belopp import relativ_forandring
from regionskane.lib.tabell import Cell, Handling, Kolumn, Kolumnslag, Rad, Radslag, Tabell

MN = Decimal(1_000_000)

# kod, namn, budget 2023, budget 2024, plan 2025, plan 2026 in mnkr, as printed
NAMNDER_RU = [
    ("kn", "Kulturnämnden", "346.8", "357.4", "361.3", "361.7"),
    ("ktn", "Kollektivtrafiknämnden", "3708.6", "4027.2", "4071.5", "4075.6"),
    ("run", "Regionala utvecklingsnämnden", "308.5", "323.8", "327.3", "327.6"),
]
NAMNDER_HS = [
    ("phh", "Psykiatri-, habiliterings- och hjälpmedelsnämnden", "3999.8", "4276.0", "4375.4", "4425.5"),
    ("sus", "Sjukhusstyrelse Sus", "9815.1", "11199.2", "11456.8", "11582.8"),
    ("lkr", "Sjukhusstyrelse Landskrona", "242.1", "281.3", "287.8", "290.9"),
    ("hbg", "Sjukhusstyrelse Helsingborg", "2327.5", "2641.1", "2701.8", "2731.5"),
    ("ahm", "Sjukhusstyrelse Ängelholm", "457.0", "529.5", "541.6", "547.6"),
    ("csk", "Sjukhusstyrelse Kristianstad", "1597.9", "2101.4", "2149.7", "2173.3"),
]


def mnkr(text: str) -> Decimal:
    return Decimal(text) * MN


def fyll(tabell: Tabell) -> Tabell:
    """Fill sums and changes that the sample leaves out, the way the apps' own tables do it."""
    rader: list[Rad] = []
    for rad in tabell.rader:
        celler = list(rad.celler)
        for j, kolumn in enumerate(tabell.kolumner):
            if not celler or celler[j].text is not None or celler[j].varde is not None:
                continue
            if kolumn.av:
                index = [i for n in kolumn.av for i, k in enumerate(tabell.kolumner) if k.nyckel == n]
                ny, gammal = (celler[i].varde for i in index)
                if ny is None or gammal is None:
                    continue
                andel = kolumn.slag == Kolumnslag.PROCENT
                varde = relativ_forandring(ny, gammal) if andel else ny - gammal
                celler[j] = celler[j]._replace(varde=varde)
            elif rad.delar:
                tidigare = {r.nyckel: r for r in rader}
                delar = [(tidigare[n].celler[j].varde, f) for n, f in rad.delar]
                celler[j] = celler[j]._replace(
                    varde=sum((v * f for v, f in delar if v is not None), Decimal(0))
                )
        rader.append(replace(rad, celler=tuple(celler)))
    return replace(tabell, rader=tuple(rader))


def regionbidrag() -> Tabell:
    kolumner = (
        Kolumn("b2023", "2023", "budget", decimaler=1),
        Kolumn("b2024", "2024", "budget", decimaler=1),
        Kolumn("diff", "Förändring", "2023–2024", Kolumnslag.DIFFERENS, decimaler=1, av=("b2024", "b2023")),
        Kolumn("proc", "Förändring", "procent", Kolumnslag.PROCENT, decimaler=1, av=("b2024", "b2023")),
    )

    def rad(kod: str, namn: str, gammal: str, ny: str, **mer) -> Rad:
        celler = (
            Cell(mnkr(gammal), kalla=f"/kalla/regionbidrag/2023/{kod}/"),
            Cell(mnkr(ny), kalla=f"/kalla/regionbidrag/2024/{kod}/", noter=mer.pop("noter", ())),
            Cell(),
            Cell(),
        )
        return Rad(kod, namn, celler, **mer)

    def summa(nyckel: str, namn: str, delar: list[str], slag: Radslag = Radslag.SUMMA, **mer) -> Rad:
        return Rad(nyckel, namn, (Cell(),) * 4, slag, tuple((d, 1) for d in delar), **mer)

    return fyll(
        Tabell(
            "regionbidrag-4a",
            "Regionbidrag till nämnder och styrelser",
            "Nämnd eller styrelse",
            kolumner,
            (
                Rad("ru", "Regional utveckling", slag=Radslag.GRUPP),
                *(rad(*n[:4], slag=Radslag.DEL) for n in NAMNDER_RU),
                summa("summa-ru", "Summa regional utveckling", [n[0] for n in NAMNDER_RU]),
                Rad("hs", "Hälso- och sjukvård", slag=Radslag.GRUPP),
                *(rad(*n[:4], slag=Radslag.DEL, noter=(1,) if n[0] == "csk" else ()) for n in NAMNDER_HS),
                summa("summa-hs", "Summa hälso- och sjukvård", [n[0] for n in NAMNDER_HS]),
                Rad(
                    "ny",
                    "Ny verksamhet",
                    (Cell(saknas="iu"), Cell(Decimal("1234567.89")), Cell(), Cell()),
                    forklaring="Verksamheten startade under 2024 och har inget belopp för 2023.",
                ),
                summa(
                    "total",
                    "Totalt",
                    ["summa-ru", "summa-hs", "ny"],
                    Radslag.TOTAL,
                    forklaring="Summan av sektorerna och ny verksamhet.",
                    paragraf="11 kap. 5 § kommunallagen (2017:725)",
                ),
            ),
            ingress="Regionbidraget är den ersättning som fullmäktige ger en nämnd för ett år.",
            noter=("Nämnden tog över verksamhet från Hässleholm under året.",),
        )
    )


def balans() -> Tabell:
    """Minus signs, factors, red rows, a figure that rounds to zero, and one with mixed units."""
    kolumner = (
        Kolumn("utfall", "Utfall", "2024", enhet="mnkr", decimaler=1),
        Kolumn("budget", "Budget", "2024", enhet="tkr", decimaler=0),
        Kolumn("avvikelse", "Avvikelse", "mnkr", Kolumnslag.DIFFERENS, decimaler=1, av=("utfall", "budget")),
        Kolumn("kommentar", "Kommentar", slag=Kolumnslag.TEXT),
    )

    def rad(nyckel: str, namn: str, utfall: str, budget: str, text: str = "", **mer) -> Rad:
        return Rad(
            nyckel, namn, (Cell(Decimal(utfall)), Cell(Decimal(budget)), Cell(), Cell(text=text)), **mer
        )

    summa = (Cell(), Cell(), Cell(), Cell(text=""))
    return fyll(
        Tabell(
            "resultat",
            "Resultat & balanskrav: 2024 [mnkr]",
            "Post",
            kolumner,
            (
                rad("intakter", "Verksamhetens intäkter", "9712345678.12", "9500000000.00"),
                rad(
                    "kostnader", "Verksamhetens kostnader", "61234567890.55", "60000000000.00", "Högre löner"
                ),
                rad("avskrivningar", "Avskrivningar", "1234567890.10", "1300000000.00"),
                Rad(
                    "netto",
                    "Verksamhetens nettokostnader",
                    summa,
                    Radslag.SUMMA,
                    (("intakter", 1), ("kostnader", -1), ("avskrivningar", -1)),
                    rod=True,
                ),
                rad("skatt", "Skatteintäkter", "41000000000.00", "41000040000.00"),
                rad("bidrag", "Generella statsbidrag", "11000000000.00", "11000000000.00"),
                Rad(
                    "resultat",
                    "Årets resultat",
                    summa,
                    Radslag.TOTAL,
                    (("netto", 1), ("skatt", 1), ("bidrag", 1)),
                    rod=True,
                ),
            ),
        )
    )


def plan() -> Tabell:
    """Eight columns: a landscape page. One printed sum does not follow from its parts."""
    ar = [
        ("b2023", "2023", "budget"),
        ("b2024", "2024", "budget"),
        ("p2025", "2025", "plan"),
        ("p2026", "2026", "plan"),
    ]
    kolumner = (
        *(Kolumn(n, r, u, decimaler=1) for n, r, u in ar),
        *(
            Kolumn(
                f"d-{b[0]}",
                f"{a[1]}–{b[1]}",
                "förändring",
                Kolumnslag.DIFFERENS,
                decimaler=1,
                av=(b[0], a[0]),
            )
            for a, b in pairwise(ar)
        ),
        Kolumn("andel", "2023–2026", "procent", Kolumnslag.PROCENT, decimaler=1, av=("p2026", "b2023")),
    )
    rader = [
        Rad(n[0], n[1], (*(Cell(mnkr(v)) for v in n[2:]), Cell(), Cell(), Cell(), Cell()))
        for n in NAMNDER_RU + NAMNDER_HS
    ]
    tryckt = Rad(
        "summa-ru",
        "Summa regional utveckling, tryckt",
        (*(Cell(mnkr(v)) for v in ("4363.9", "4708.4", "4760.1", "4764.9")), Cell(), Cell(), Cell(), Cell()),
        Radslag.SUMMA,
        tuple((n[0], 1) for n in NAMNDER_RU),
    )
    tryckt_fel = replace(tryckt, nyckel="fel", rubrik="Tryckt summa som inte stämmer")
    tryckt_fel = replace(tryckt_fel, celler=(Cell(mnkr("4399.9")), *tryckt_fel.celler[1:]))
    return fyll(Tabell("plan", "Plan 2025–2026", "Nämnd", kolumner, (*rader, tryckt, tryckt_fel)))


def handling() -> Handling:
    return Handling(
        titel="Verksamhetsplan och budget 2024",
        undertitel="Region Skåne, med plan för 2025 och 2026",
        tabeller=(regionbidrag(), balans(), plan()),
        tid="2024-06-11T10:30:00+02:00",
        fakta=(
            ("Version", "Budget 2024"),
            ("Läge", "Beslutad"),
            ("Beslut", "Regionfullmäktige 2023-10-24"),
            ("Siffrorna hämtade", "11 juni 2024 kl. 10.30"),
        ),
        ingress="Exempel byggt på Region Skånes publicerade handlingar. Inte en handling från Region Skåne.",
        nyckel="budget-2024",
        stycken=(
            "Beloppen är de som fullmäktige beslutade. Varje tal kan följas till den som lämnade det.",
            "Summor räknas på tal som inte är avrundade. En visad summa kan därför skilja sig från summan av "
            "de visade talen.",
        ),
    )
