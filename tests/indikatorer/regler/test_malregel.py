"""The target rules: limits, comparisons, and properties that hold for any values."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indikatorer.models import Indikator
from indikatorer.regler.bedomning import Trend, Utfall, bedom
from indikatorer.regler.malregel import (
    Bevarande,
    Forandring,
    Forandringsslag,
    Forbattring,
    Hall,
    IngetMal,
    Intervall,
    Malvarde,
    Matvarde,
    MotRiket,
    Operator,
    Riktning,
    Riktningsmal,
    Skal,
    Troskel,
    Underlag,
)
from indikatorer.regler.matt import Matt
from indikatorer.regler.skrift import OgiltigMalniva, las_sparad, skriv, tolka, utan_enhet
from indikatorer.tabeller.bedomning import avstand_text, motivering
from indikatorer.tabeller.regel import i_korthet, i_ord, mot_riktningen

D = Decimal
snabbt = settings(max_examples=60, deadline=None)


def underlag(nu, *tidigare, riktning=Riktning.HOGRE, **kw):
    varde = None if nu is None else D(nu)
    rader = tuple(Matvarde(2024 - n, None if v is None else D(v)) for n, v in enumerate(tidigare, 1))
    return Underlag(Matvarde(2024, varde, **kw), rader, riktning)


@pytest.mark.parametrize(
    ("mal", "varden", "utfall", "avstand"),
    [
        (">95%", ["95.1"], "uppfyllt", "0.1"),
        (">95%", ["95.0"], "ej_uppfyllt", "0"),
        ("≥95%", ["95"], "uppfyllt", "0"),
        ("≥95%", ["94.999999"], "ej_uppfyllt", "-0.000001"),
        ("<10%", ["10"], "ej_uppfyllt", "0"),
        ("≤2%", ["2.0"], "uppfyllt", "0"),
        ("<0,5/100 vpl.", ["0.4"], "uppfyllt", "0.1"),
        ("100%", ["99"], "ej_uppfyllt", "-1"),
        ("100%", ["100"], "uppfyllt", "0"),
        ("40–60 %", ["60"], "uppfyllt", "0"),
        ("40–60 %", ["39.9"], "ej_uppfyllt", "-0.1"),
        ("ökning ≥10%/år", ["110", "100"], "uppfyllt", "0"),
        ("ökning ≥10%/år", ["109.9", "100"], "ej_uppfyllt", "-0.1"),
        ("ökning >10%/år", ["110", "100"], "ej_uppfyllt", "0"),
        ("≥ 10 % minskning/år", ["90", "100"], "uppfyllt", "0"),
        ("≥ 10 % minskning/år", ["91", "100"], "ej_uppfyllt", "-1"),
        # A third has no last digit: 4 of 3 is more than 33,333333 percent more, and never 33,333334.
        ("ökning ≥ 33,333333 %", ["4", "3"], "uppfyllt", None),
        ("ökning ≥ 33,333334 %", ["4", "3"], "ej_uppfyllt", None),
        ("ökning ≥ 2 procentenheter", ["52", None, "50"], "uppfyllt", "0"),
        ("minskning ≥ 2", ["49", "50"], "ej_uppfyllt", "-1"),
        ("Ökning", ["50", "50"], "ej_uppfyllt", "0"),
        ("Minskning", ["49.9", "50"], "uppfyllt", "0.1"),
        ("förbättring ≥ 1,0", ["77.8", None, "73.1"], "uppfyllt", "3.7"),
        ("förbättring ≥ 1,0", ["69.2", "68.2"], "uppfyllt", "0.0"),
        ("förbättring ≥ 1,0", ["69.1", "68.2"], "ej_uppfyllt", "-0.1"),
    ],
)
def test_granser_och_forandringar(mal, varden, utfall, avstand):
    b = bedom(tolka(mal), underlag(*varden))
    assert str(b.utfall) == utfall
    assert avstand is None or b.avstand == D(avstand)


def test_lagre_ar_battre():
    assert bedom(Malvarde(D("1.9")), underlag("1.9", riktning=Riktning.LAGRE)).utfall == Utfall.UPPFYLLT
    assert bedom(Malvarde(D("1.9")), underlag("2", riktning=Riktning.LAGRE)).utfall == Utfall.EJ_UPPFYLLT
    battre = bedom(Forbattring(D(1)), underlag("7", "8", riktning=Riktning.LAGRE))
    assert (battre.utfall, battre.trend) == (Utfall.UPPFYLLT, Trend.BATTRE)


@pytest.mark.parametrize(
    ("mal", "u", "skal"),
    [
        ("-", underlag("5", "4"), Skal.INGET_MAL),
        ("≥ 5", Underlag(None), Skal.VARDE_SAKNAS),
        ("≥ 5", underlag(None, saknas="iu"), Skal.VARDE_SAKNAS),
        ("-", underlag(None, saknas="iu"), Skal.INGET_MAL),
        ("Ökning", underlag("5"), Skal.INGET_TIDIGARE),
        ("Ökning", underlag("5", None, None), Skal.INGET_TIDIGARE),
        ("Ökning", underlag("5", "4", brott=True), Skal.INGET_TIDIGARE),
        ("ökning ≥10%/år", underlag("5", None, "4"), Skal.INTE_ARET_FORE),
        ("ökning ≥10%/år", underlag("5", "0"), Skal.TIDIGARE_NOLL),
        ("80 %", underlag("5", riktning=Riktning.INGEN), Skal.RIKTNING_SAKNAS),
        ("förbättring ≥ 1", underlag("5", "3", riktning=Riktning.INGEN), Skal.RIKTNING_SAKNAS),
    ],
)
def test_det_som_inte_gar_att_bedoma(mal, u, skal):
    b = bedom(tolka(mal), u)
    assert (b.utfall, b.skal) == (Utfall.KAN_EJ_BEDOMAS, skal)


def test_inget_jamfors_bakom_ett_brott_i_serien():
    # The year that broke the series has no value of its own, so what lies before it is another measure.
    u = Underlag(Matvarde(2024, D(5)), (Matvarde(2023, None, brott=True, saknas="iu"), Matvarde(2022, D(4))))
    assert u.jamforbart is None


def test_preliminart_foljer_av_det_som_bedomningen_star_pa():
    fore = Matvarde(2023, D(1), preliminar=True)
    assert bedom(tolka("Ökning"), Underlag(Matvarde(2024, D(2)), (fore,))).preliminar
    assert not bedom(tolka("≥ 1"), Underlag(Matvarde(2024, D(2)), (fore,))).preliminar
    assert bedom(tolka("≥ 1"), Underlag(Matvarde(2024, D(2), preliminar=True))).preliminar


def test_omojliga_regler_vagras():
    with pytest.raises(ValueError, match="nedre gräns"):
        Intervall(D(2), D(1))
    with pytest.raises(ValueError, match="minst eller mer än"):
        Forandring(Hall.OKNING, Operator.UNDER, D(1), Forandringsslag.ABSOLUT)
    with pytest.raises(ValueError, match="per år eller sedan"):
        Forandring(Hall.OKNING, Operator.MINST, D(1), Forandringsslag.ABSOLUT, per_ar=True, sedan=2019)


tal = st.decimals(min_value=-100_000, max_value=100_000, places=2)
positiva = st.decimals(min_value="0.01", max_value=100_000, places=2)
enheter = st.sampled_from(["", "%", "/100 vpl.", "fall per 1000 invånare", "dagar"])
namnda_ar = st.none() | st.integers(1900, 2099)
uppat = st.sampled_from([Operator.OVER, Operator.MINST])
forandringar = st.builds(
    Forandring,
    st.sampled_from(Hall),
    uppat,
    positiva,
    st.sampled_from(Forandringsslag),
    st.booleans(),
) | st.builds(
    Forandring,
    st.sampled_from(Hall),
    uppat,
    positiva,
    st.sampled_from(Forandringsslag),
    sedan=namnda_ar,
)
riktningar = st.builds(Riktningsmal, st.none() | st.sampled_from(Hall), namnda_ar)
bevaranden = st.builds(Bevarande, st.none() | st.sampled_from(Hall), namnda_ar)
forbattringar = st.builds(Forbattring, positiva, st.sampled_from(Forandringsslag), namnda_ar, uppat)
riksmal = st.builds(MotRiket, st.none() | st.sampled_from(Hall), st.booleans())
regler = st.one_of(
    st.builds(Troskel, st.sampled_from(Operator), tal, enheter),
    st.builds(Malvarde, tal, enheter),
    st.tuples(tal, tal, enheter).map(lambda t: Intervall(min(t[:2]), max(t[:2]), t[2])),
    forandringar,
    riktningar,
    bevaranden,
    forbattringar,
    riksmal,
    st.just(IngetMal()),
)


@snabbt
@given(regler, st.booleans())
def test_en_skriven_regel_lases_tillbaka_till_samma(regel, tatt):
    assert tolka(skriv(regel, tatt=tatt)) == regel
    assert tolka(utan_enhet(regel)) == tolka(utan_enhet(tolka(skriv(regel))))


def _battre_uppat(regel, riktning) -> bool:
    match regel:
        case Troskel(operator):
            return operator.uppat
        case Forandring(hall) | Riktningsmal(hall) | Bevarande(hall) | MotRiket(hall) if hall is not None:
            return hall == Hall.OKNING
    return riktning == Riktning.HOGRE


@snabbt
@given(
    st.one_of(
        st.builds(Troskel, st.sampled_from(Operator), tal),
        st.builds(Malvarde, tal),
        forandringar,
        riktningar,
        bevaranden,
        forbattringar,
        riksmal,
    ),
    st.sampled_from([Riktning.HOGRE, Riktning.LAGRE]),
    tal,
    positiva,
    tal,
    tal,
)
def test_ett_battre_varde_faller_aldrig_ett_uppfyllt_mal(regel, riktning, varde, mer, fore, riket):
    battre = varde + mer if _battre_uppat(regel, riktning) else varde - mer
    if sedan := getattr(regel, "sedan", None):
        regel = replace(regel, sedan=2023 - sedan % 2)
    runt = {"aldre": (Matvarde(2022, fore),), "riket": Matvarde(2024, riket)}
    forst = bedom(regel, underlag(varde, fore, riktning=riktning)._replace(**runt))
    sedan = bedom(regel, underlag(battre, fore, riktning=riktning)._replace(**runt))
    assert (forst.utfall == Utfall.KAN_EJ_BEDOMAS) == (sedan.utfall == Utfall.KAN_EJ_BEDOMAS)
    if forst.utfall == Utfall.UPPFYLLT:
        assert sedan.utfall == Utfall.UPPFYLLT
    if forst.avstand is not None:
        assert sedan.avstand > forst.avstand


def _i_annan_enhet(regel, k):
    """The same target where every value is `k` times as many; a change in percent is the same in all units."""
    match regel:
        case Troskel(operator, grans):
            return Troskel(operator, grans * k)
        case Malvarde(grans):
            return Malvarde(grans * k)
        case Intervall(lagst, hogst):
            return Intervall(lagst * k, hogst * k)
        case Forandring(storlek=storlek, slag=slag) if slag != Forandringsslag.PROCENT:
            return replace(regel, storlek=storlek * k)
        case Forbattring(minst=minst, slag=slag) if slag != Forandringsslag.PROCENT:
            return replace(regel, minst=minst * k)
    return regel


@snabbt
@given(
    regler,
    st.sampled_from([D("0.01"), D(100), D("0.001"), D(1_000_000)]),
    st.sampled_from([Riktning.HOGRE, Riktning.LAGRE]),
    tal,
    tal,
)
def test_byte_av_enhet_andrar_ingen_bedomning(regel, k, riktning, varde, fore):
    """Percent against share, and the like."""
    har = bedom(regel, underlag(varde, fore, riktning=riktning))
    dar = bedom(_i_annan_enhet(regel, k), underlag(varde * k, fore * k, riktning=riktning))
    assert (har.utfall, har.skal, har.trend) == (dar.utfall, dar.skal, dar.trend)


@pytest.mark.parametrize(
    ("text", "skrivet"),
    [
        (">95%", "> 95 %"),
        ("≥ 70%", "≥ 70 %"),
        ("> 90 procent", "> 90 %"),
        ("75 procent", "75 %"),
        ("<20 000", "< 20 000"),
        ("<0,5/100 vpl.", "< 0,5/100 vpl."),
        ("minst 80 procent", "≥ 80 %"),
        ("mindre än 5 procent", "< 5 %"),
        (">= 80 %", "≥ 80 %"),
        ("ökning\n≥10%/år", "ökning ≥ 10 %/år"),
        ("≥ 10 % minskning/år", "minskning ≥ 10 %/år"),
        ("ökning minst 2 procentenheter", "ökning ≥ 2 procentenheter"),
        ("40 till 60 %", "40–60 %"),
        ("ökning", "Ökning"),
        ("–", "-"),
        ("≥ 80,0", "≥ 80,0"),
    ],
)
def test_dokumentens_skrivsatt(text, skrivet):
    assert skriv(tolka(text)).replace("\xa0", " ") == skrivet


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bra",
        "≥",
        "≥ %",
        "≥ 80 % 7",
        "80–",
        "60–40 %",
        "minskning < 3",
        "ökning minskning",
        "ökning ≥ 3 % minskning",
        "> 3 > 4",
    ],
)
def test_annat_an_en_malniva_vagras_med_ett_exempel(text):
    with pytest.raises(OgiltigMalniva, match="≥"):
        tolka(text)


@pytest.mark.parametrize(
    ("text", "fel"),
    [
        ("≥ " + 50 * "9", "för många siffror"),
        ("≥ 1 000 000 000 000 000", "för många siffror"),
        ("≥ 0,1234567", "för många siffror"),
        ("≥ 1.000", "Skriv 1 000 för tusental eller 1,000"),
        ("75 procent senast 2025", "det år som du väljer i fältet År"),
        ("≥ 75 dagar senast 2025", "det år som du väljer i fältet År"),
        ("≥ 2 procentenheter", "kan inte läsas som en enhet"),
        ("40–60 procentenheter", "kan inte läsas som en enhet"),
        ("ökning ≥ -5 %", "utan minustecken"),
        ("förbättring ≥ -1", "utan minustecken"),
    ],
)
def test_det_som_kan_betyda_annat_vagras(text, fel):
    with pytest.raises(OgiltigMalniva, match=fel):
        tolka(text)


def test_langa_tal_och_enheter_med_tal_skrivs_som_de_lases():
    energi = Matt("kvot", "kWh/m2", "Energi")
    assert skriv(tolka("≤ 180,5 kWh/m2", energi)).replace("\xa0", " ") == "≤ 180,5 kWh/m2"
    for text in ("≥ 99 999 999 999 999,123456", "< 0,5 per 100 vpl.", "≥ 1 000", "≥ 0.500"):
        assert skriv(tolka(text)).replace("\xa0", " ") == text.replace(".5", ",5")
    assert skriv(Troskel(Operator.MINST, D(50 * "9"))).count("9") == 50


@pytest.mark.parametrize(
    ("mal", "riktning", "varden", "ord_"),
    [
        ("40–60 %", Riktning.HOGRE, ["58"], "2,0 innanför gränsen"),
        ("40–60 %", Riktning.HOGRE, ["70"], "10,0 utanför gränsen"),
        ("40–60 %", Riktning.HOGRE, ["60"], "precis på gränsen"),
        ("5 %", Riktning.LAGRE, ["2"], "3,0 under gränsen"),
        ("5 %", Riktning.LAGRE, ["7"], "2,0 saknas"),
        ("5 %", Riktning.HOGRE, ["7"], "2,0 över gränsen"),
        ("< 10 %", Riktning.LAGRE, ["7"], "3,0 under gränsen"),
        ("Minskning", Riktning.LAGRE, ["2", "9"], "7,0 mer än kravet"),
        ("förbättring ≥ 1,0", Riktning.HOGRE, ["9", "2"], "6,0 mer än kravet"),
        ("ökning ≥ 10 %", Riktning.HOGRE, ["12", "10"], "10,0 procentenheter mer än kravet"),
    ],
)
def test_avstandet_sager_vilken_sida_av_gransen(mal, riktning, varden, ord_):
    indikator = Indikator(riktning=riktning, decimaler=1, enhetsslag="antal")
    b = bedom(tolka(mal), underlag(*varden, riktning=riktning))
    assert avstand_text(indikator, b).replace("\xa0", " ") == ord_


SKADOR = Matt("antal", "antal", "Vårdskador på sjukhus")
NOJDA = Matt("procent", "procent", "Andel nöjda patienter")
VANTAN = Matt("tid", "dagar", "Väntetid till besök")
SVAR = Matt("tid", "minuter", "Väntetid på telefon")
BELAGGNING = Matt("kvot", "per 100 disponibla vårdplatser", "Överbeläggningar")
RECEPT = Matt("kvot", "recept per 1 000 invånare", "Öppenvårdsantibiotika")
RESULTAT = Matt("antal", "mnkr", "Årets resultat")
TUSENTAL = Matt("antal", "tusen resor", "Resor")
UTEBLIVNA = Matt("antal", "antal", "Ej genomförda besök")
BETYG = Matt("index", "index", "Helhetsintryck")


@pytest.mark.parametrize(
    ("matt", "text", "skrivet"),
    [
        # Words before the number.
        (NOJDA, "maximalt 12 procent", "≤ 12 %"),
        (NOJDA, "Min. 92,5%", "≥ 92,5 %"),
        (NOJDA, "max. 7 %", "≤ 7 %"),
        (NOJDA, "högre än 66 %", "> 66 %"),
        (NOJDA, "ska inte understiga 85 %", "≥ 85 %"),
        (SKADOR, "Målet är högst 40.", "≤ 40"),
        (SKADOR, "inte fler än fyra", "≤ 4"),
        (SKADOR, "ska vara färre än 12 fall", "< 12 fall"),
        (VANTAN, "kortare än 60 dagar", "< 60 dagar"),
        (VANTAN, "inte längre än 1 dag", "≤ 1 dag"),
        (SVAR, "max 8 min", "≤ 8 min"),
        # Words after the number.
        (SKADOR, "6 eller färre", "≤ 6"),
        (SKADOR, "fem vårdskador eller färre", "≤ 5 vårdskador"),
        (SKADOR, "300 eller fler", "≥ 300"),
        (NOJDA, "15 % som mest", "≤ 15 %"),
        (NOJDA, "70 procent som lägst", "≥ 70 %"),
        (NOJDA, "4 % max", "≤ 4 %"),
        (VANTAN, "14 dagar eller kortare", "≤ 14 dagar"),
        (SVAR, "10 minuter eller mindre", "≤ 10 minuter"),
        (NOJDA, "88 % eller bättre", "88 %"),
        (SKADOR, "minska till 25", "≤ 25"),
        (NOJDA, "öka till 90 %", "≥ 90 %"),
        # Scales, intervals and none at all.
        (BETYG, "≥ 4,2 på en skala 1–5", "≥ 4,2"),
        (BETYG, "mer än 7 (skala 1–10)", "> 7"),
        (NOJDA, "25%-35%", "25–35 %"),
        (NOJDA, "mellan 25 och 35 procent", "25–35 %"),
        (NOJDA, "minst 25 och högst 35 %", "25–35 %"),
        (SKADOR, "inga vårdskador", "≤ 0 vårdskador"),
        (SKADOR, "noll fall", "≤ 0 fall"),
        (SKADOR, "inga", "≤ 0"),
        (NOJDA, "inga fall", "≤ 0"),
        # Units as the measure has them.
        (BELAGGNING, "högst 1 överbeläggning per 100 vpl.", "≤ 1 överbeläggning per 100 vpl."),
        (BELAGGNING, "< 2 / 100 vårdplatser", "< 2/ 100 vårdplatser"),
        (RECEPT, "under 250 recept per 1000 inv", "< 250 recept per 1000 inv"),
        (RECEPT, "250 recept", "250 recept"),
        # Changes.
        (SKADOR, "minst 15 fler än föregående år", "ökning ≥ 15"),
        (SKADOR, "15 färre fall än i fjol", "minskning ≥ 15"),
        (SKADOR, "mer än 5 färre än förra året", "minskning > 5"),
        (SKADOR, "öka med 10 procent", "ökning ≥ 10 %"),
        (SKADOR, "minska med minst 4 per år", "minskning ≥ 4/år"),
        (SKADOR, "årlig minskning med 3 %", "minskning ≥ 3 %/år"),
        (SKADOR, "minska med 20 % sedan 2018", "minskning ≥ 20 % sedan 2018"),
        (SKADOR, "20 % färre än 2018", "minskning ≥ 20 % sedan 2018"),
        (SKADOR, "12 procents ökning", "ökning ≥ 12 %"),
        (VANTAN, "3 dagar kortare än föregående år", "minskning ≥ 3"),
        (NOJDA, "2 procentenheter högre än 2020", "ökning ≥ 2 procentenheter sedan 2020"),
        (NOJDA, "5 procentenheter bättre än 2022", "förbättring ≥ 5 procentenheter sedan 2022"),
        (NOJDA, "minst 5 % högre än 2022", "ökning ≥ 5 % sedan 2022"),
        # Directions, and what is to be kept.
        (SKADOR, "ska minska", "Minskning"),
        (SKADOR, "minskning jämfört med 2019", "Minskning sedan 2019"),
        (SKADOR, "färre än förra året", "Minskning"),
        (SKADOR, "bättre än föregående år", "Förbättring"),
        (SKADOR, "ska inte öka", "ska inte öka"),
        (SKADOR, "ingen ökning sedan 2021", "ska inte öka sedan 2021"),
        (SKADOR, "inte fler än föregående år", "ska inte öka"),
        (NOJDA, "ska inte minska", "ska inte minska"),
        (NOJDA, "andelen får inte minska", "ska inte minska"),
        (SKADOR, "får inte vara fler än föregående år", "ska inte öka"),
        (NOJDA, "inte sämre än föregående mätning", "inte sämre än senaste värdet"),
        (NOJDA, "minst lika bra som 2023", "inte sämre än 2023"),
        (NOJDA, "minst som föregående år", "inte sämre än senaste värdet"),
        (NOJDA, "oförändrat eller bättre", "inte sämre än senaste värdet"),
        (SKADOR, "högst samma nivå som 2022", "ska inte öka sedan 2022"),
        (SKADOR, "högst 2022 års nivå", "ska inte öka sedan 2022"),
        (SKADOR, "minst 2022", "≥ 2 022"),
        # The country.
        (NOJDA, "bättre än riket", "bättre än riket"),
        (NOJDA, "minst som riket", "minst lika bra som riket"),
        (NOJDA, "inte sämre än rikssnittet", "minst lika bra som riket"),
        (NOJDA, "över rikets genomsnitt", "högre än riket"),
        (SKADOR, "färre än riket", "lägre än riket"),
        (SKADOR, "färre än i riket", "lägre än riket"),
        # As they are spoken.
        (NOJDA, "som lägst 71 %", "≥ 71 %"),
        (SKADOR, "som mest 9 fall", "≤ 9 fall"),
        (NOJDA, "ska inte vara högre än 6 procent", "≤ 6 %"),
        (NOJDA, "andelen får inte bli lägre än 64 %", "≥ 64 %"),
        (NOJDA, "får vara högst 4,5 %", "≤ 4,5 %"),
        (SKADOR, "bör vara minst 15", "≥ 15"),
        (VANTAN, "inom 5 dagar", "≤ 5 dagar"),
        (SKADOR, "högst en", "≤ 1"),
        (SKADOR, "fler än ett fall", "> 1 fall"),
        (SKADOR, "minska till noll", "≤ 0"),
        (NOJDA, "hundra procent", "100 %"),
        (NOJDA, "högre än eller lika med 88 %", "≥ 88 %"),
        (NOJDA, "öka med 3 %-enh.", "ökning ≥ 3 procentenheter"),
        (SKADOR, "minska årligen med 4 %", "minskning ≥ 4 %/år"),
        (NOJDA, "öka från 61 % till 75 %", "≥ 75 %"),
        (SKADOR, "minska från 30 till 12", "≤ 12"),
        (NOJDA, "inte sämre än 77 %", "77 %"),
        (NOJDA, "ho\u0308gst 3 %", "≤ 3 %"),
        (NOJDA, "minst\u00ad 85\u200b %", "≥ 85 %"),
        (RESULTAT, "noll", "0"),
        (RESULTAT, "noll mnkr", "0 mnkr"),
        (RESULTAT, "minst −12,5 mkr", "≥ −12,5 mkr"),
        (TUSENTAL, "minst 12 500 tusen resor", "≥ 12 500 tusen resor"),
        (TUSENTAL, "minst 12 500 tusen", "≥ 12 500 tusen"),
        (NOJDA, "Inget mål.", "-"),
        (NOJDA, "—", "-"),
    ],
)
def test_ord_som_vander_meningen_lases(matt, text, skrivet):
    regel = tolka(text, matt)
    assert skriv(regel).replace("\xa0", " ") == skrivet
    assert tolka(skriv(regel), matt) == regel


@pytest.mark.parametrize(
    ("matt", "text", "rad"),
    [
        (SKADOR, "5 i Malmö", "«i Malmö» kan inte läsas som en enhet"),
        (SKADOR, "högst 5 sjukhus", "«sjukhus» kan inte läsas som en enhet"),
        (SKADOR, "inga sjukhus", "är ingen målnivå"),
        (SKADOR, "högst 5 patienter", "«patienter» kan inte läsas som en enhet"),
        (SKADOR, "5 fler", "minst 10 fler än föregående år"),
        (SKADOR, "10 lägre än länet", "«bättre än riket»"),
        (NOJDA, "15 procentenheter högre än riket", "«bättre än riket»"),
        (NOJDA, "2/3", "andelen i procent, till exempel ≥ 66,6 %"),
        (NOJDA, "högst 3 av 10", "andelen i procent, till exempel ≤ 30 %"),
        (NOJDA, "färre än 2 av 3", "andelen i procent, till exempel ≤ 66,7 %"),
        (NOJDA, "7 av 10", "andelen i procent, till exempel ≥ 70 %"),
        (NOJDA, "75 %¹", "tecken för en fotnot"),
        (NOJDA, "minst 60 % av kvinnorna", "«% av kvinnorna»"),
        (NOJDA, "80 dagar", "Andel nöjda patienter mäts i procent"),
        (VANTAN, "högst 3 veckor", "mäts i dagar"),
        (SVAR, "under 2 timmar", "mäts i minuter"),
        (BELAGGNING, "högst 2 per 1 000 vårdplatser", "per 100 disponibla vårdplatser"),
        (BELAGGNING, "högst 2 besök per 100 vårdplatser", "kan inte läsas som en enhet"),
        (RECEPT, "250 besök per 1 000 invånare", "kan inte läsas som en enhet"),
        (NOJDA, "ökning ≥ 4", "ökning ≥ 2 procentenheter, eller %"),
        (NOJDA, "3 bättre än 2021", "ökning ≥ 2 procentenheter, eller %"),
        (SKADOR, "färre än 2019", "kan vara ett år eller ett tal"),
        (SKADOR, "öka 2026", "är ingen målnivå"),
        (SKADOR, "högst år 2026", "fältet År"),
        (SKADOR, "2020–2024", "kan vara två år"),
        (SKADOR, "minska med 5 % till 2030", "fältet År"),
        (SKADOR, "minska med 5 % per år sedan 2019", "både per år och sedan"),
        (SKADOR, "minst 9 eller färre", "säger två saker"),
        (SKADOR, "öka till högst 9", "är ingen målnivå"),
        (SKADOR, "> 3 och < 9", "vars gränser räknas med"),
        (
            SKADOR,
            "öka med högst 3",
            "hur mycket värdet högst får öka.* Skriv den högsta nivån, till exempel ≤ 80, eller ska",
        ),
        (BETYG, "6 på skala 1–5", "utanför skalan 1–5"),
        (NOJDA, "40 %–60 dagar", "kan inte läsas som en enhet"),
        (NOJDA, "oförändrat", "är ingen målnivå"),
        (NOJDA, "sämre än riket", "«bättre än riket»"),
        (NOJDA, "cirka 80 %", "är ingen målnivå"),
        (SKADOR, "halverat", "är ingen målnivå"),
        (SKADOR, "får öka", "är ingen målnivå"),
        (SKADOR, "inga besök i Lund", "är ingen målnivå"),
        # A unit that stands for many.
        (TUSENTAL, "minst 12 500 000 resor", "mäts i tusen resor"),
        (RESULTAT, "minst 3 st", "mäts i mnkr"),
        (RESULTAT, "högst 500 kronor", "mäts i mnkr"),
        (UTEBLIVNA, "minst 80 genomförda", "kan inte läsas som en enhet"),
        # A year is not a limit.
        (NOJDA, "85 till 2027", "fältet År"),
        (SKADOR, "25–2030", "fältet År"),
        (SKADOR, "500 fall till 2031", "fältet År"),
        (NOJDA, "minst 2026", "fältet År"),
        (SKADOR, "fler än 2024", r"Skriv > 2 024 för talet, eller ökning sedan 2024"),
        (SKADOR, "inte över 2024", r"Skriv ≤ 2 024 för talet, eller ska inte öka sedan 2024"),
        # What can be read in two ways.
        (SKADOR, "från 3 till 8", "kan vara ett intervall eller en förändring"),
        (NOJDA, "från 70 % till 80 %", "Skriv 70–80 % för intervallet|≥ 80"),
        (NOJDA, "öka över 80 %", "kan vara en nivå eller en förändring"),
        (NOJDA, "minst 0,85", "Skriv 85 % eller 0,85 %"),
        (VANTAN, "Ingen", "0 för talet noll, eller - för inget mål"),
        (BETYG, "inga", "0 för talet noll, eller - för inget mål"),
        (NOJDA, "inom 3 dagar", "kan inte läsas|är ingen målnivå"),
        (NOJDA, "öka från 80 till 70 %", "är ingen målnivå"),
        # The advice never says the opposite.
        (SKADOR, "minska under 5", "Skriv nivån, till exempel < 5.$"),
        (SKADOR, "minska över 5", "Skriv nivån, till exempel > 5, eller förändringen: minska med mer än 5.$"),
        (NOJDA, "minska under 5 %", "Skriv nivån, till exempel < 5.$"),
        (SKADOR, "öka med högst 5 procent", "högst får öka.* till exempel ≤ 80, eller ska inte öka.$"),
        (SKADOR, "högst 10 fler än föregående år", "högst får öka.* till exempel ≤ 80, eller ska inte öka.$"),
        (SKADOR, "inte öka med mer än 5 %", "högst får öka.* till exempel ≤ 80, eller ska inte öka.$"),
        (SKADOR, "max 3 % ökning", "högst får öka.* till exempel ≤ 80, eller ska inte öka.$"),
        (NOJDA, "öka högst 3", "högst får öka.* till exempel ≤ 80, eller ska inte öka.$"),
        (SKADOR, "minska inte mer än 5", "högst får minska.* till exempel ≥ 80, eller ska inte minska.$"),
        (NOJDA, "minska med högst 5", "högst får minska.* till exempel ≥ 80, eller ska inte minska.$"),
        (SKADOR, "högst 10 färre än i fjol", "högst får minska.* till exempel ≥ 80, eller ska inte minska.$"),
        (
            NOJDA,
            "förbättring högst 2 procentenheter",
            "högst får förbättras.* Skriv nivån, till exempel 40–60.$",
        ),
        (NOJDA, "inte fler än 1 av 3", "≤ 33,4 %"),
        (NOJDA, "som mest 1 av 4", "≤ 25 %"),
        (NOJDA, "minska till 1 av 8", "≤ 12,5 %"),
        (NOJDA, "minst nio av tio", "≥ 90 %"),
        (BETYG, "3,5 av 5", "är ingen målnivå|kan inte läsas som en enhet"),
        (NOJDA, "minst 9 av 4", "kan inte läsas som en enhet"),
        (NOJDA, "5 dagar", "ökning ≥ 2 procentenheter"),
    ],
)
def test_det_som_inte_forstas_vagras_med_ett_rad(matt, text, rad):
    with pytest.raises(OgiltigMalniva, match=rad):
        tolka(text, matt)


matten = st.sampled_from([SKADOR, NOJDA, VANTAN, SVAR, BELAGGNING, RECEPT, BETYG])
# Letters that no word of a target or a unit begins with, so that what is made of them means nothing.
skrap = st.text("qwzxåkgc", min_size=1, max_size=12)


@snabbt
@given(
    matten,
    st.sampled_from(
        ["≥ 80", "högst 3", "3 eller färre", "40–60", "mellan 2 och 4", "12", "ökning ≥ 5 %", "minska 5 % sedan 2019",
         "ska inte öka", "Minskning", "bättre än riket", "minst 4 % fler än 2019", "inga fall", "förbättring ≥ 1 %"]
    ),
    skrap,
    st.sampled_from([" ", " i ", "/", " %", ", ", " än "]),
)  # fmt: skip
def test_ett_okant_ord_efterat_sluks_aldrig(matt, text, ord_, mellan):
    tolka(text, matt)
    with pytest.raises(OgiltigMalniva):
        tolka(f"{text}{mellan}{ord_}", matt)
    with pytest.raises(OgiltigMalniva):
        tolka(f"{ord_} {text}", matt)


@pytest.mark.parametrize(
    ("mal", "riktning", "nu", "fore", "riket", "utfall"),
    [
        ("minst 10 fler än föregående år", Riktning.HOGRE, 69, 71, None, "ej_uppfyllt"),
        ("minst 10 fler än föregående år", Riktning.HOGRE, 81, 71, None, "uppfyllt"),
        ("80 som mest", Riktning.HOGRE, 95, 70, None, "ej_uppfyllt"),
        ("ska inte öka", Riktning.LAGRE, 71, 71, None, "uppfyllt"),
        ("ska inte öka", Riktning.LAGRE, 72, 71, None, "ej_uppfyllt"),
        ("inte sämre än föregående år", Riktning.LAGRE, 72, 71, None, "ej_uppfyllt"),
        ("inte sämre än föregående år", Riktning.HOGRE, 71, 71, None, "uppfyllt"),
        ("bättre än föregående år", Riktning.HOGRE, 71, 71, None, "ej_uppfyllt"),
        ("bättre än riket", Riktning.HOGRE, 80, None, 80, "ej_uppfyllt"),
        ("minst lika bra som riket", Riktning.HOGRE, 80, None, 80, "uppfyllt"),
        ("bättre än riket", Riktning.LAGRE, 79, None, 80, "uppfyllt"),
        ("lägre än riket", Riktning.HOGRE, 79, None, 80, "uppfyllt"),
        ("inga fall", Riktning.HOGRE, 1, None, None, "ej_uppfyllt"),
    ],
)
def test_de_nya_reglerna_bedoms(mal, riktning, nu, fore, riket, utfall):
    u = underlag(nu, *([fore] if fore else []), riktning=riktning)
    if riket:
        u = u._replace(riket=Matvarde(2024, D(riket)))
    assert str(bedom(tolka(mal), u).utfall) == utfall


def test_en_andring_sedan_ett_namngivet_ar_ser_bara_det_aret():
    u = underlag("80", "90", riktning=Riktning.LAGRE)._replace(
        aldre=(Matvarde(2020, D(70)), Matvarde(2019, D(100)))
    )
    b = bedom(tolka("minska med 10 % sedan 2019"), u)
    assert (b.utfall, b.referens.ar, b.fore.ar, b.forandring) == (Utfall.UPPFYLLT, 2019, 2023, D(-20))
    indikator = Indikator(riktning="lagre", decimaler=0, enhetsslag="antal")
    ord_ = motivering(indikator, b).replace("\xa0", " ")
    assert ord_ == "−20,0 % sedan 2019, kravet är minskning ≥ 10 % sedan 2019"
    assert bedom(tolka("minska med 10 % sedan 2018"), u).skal == Skal.ARET_SAKNAS
    brott = u._replace(aldre=(Matvarde(2020, D(70), brott=True), Matvarde(2019, D(100))))
    assert bedom(tolka("minska med 10 % sedan 2019"), brott).skal == Skal.ARET_SAKNAS
    assert bedom(tolka("minska med 10 % sedan 2020"), brott).utfall == Utfall.EJ_UPPFYLLT


@pytest.mark.parametrize(
    ("mal", "nu", "fore", "andring", "avstand"),
    [
        # +3,4989 % is what «+3,5 %» would hide.
        ("ökning ≥ 3,5 %", "91.7", "88.6", "+3,499", "0,001 procentenheter saknas"),
        ("ökning > 3,5 %", "91.71", "88.6", "+3,51", "0,01 procentenheter mer än kravet"),
        ("minskning ≥ 10 %", "90.01", "100", "−9,99", "0,01 procentenheter saknas"),
        ("minskning ≥ 10 %", "90", "100", "−10,0", "precis på gränsen"),
        ("ökning ≥ 3,55 %", "103.55", "100", "+3,55", "precis på gränsen"),
        ("förbättring ≥ 2 %", "101.98", "100", "+1,98", "0,02 procentenheter saknas"),
        ("ökning ≥ 3,5 %", "92", "88.6", "+3,8", "0,3 procentenheter mer än kravet"),
        (
            "ökning ≥ 10 %",
            "99999999999997",
            "90909090909089",
            "+9,999999999999",
            "0,000000000001 procentenheter saknas",
        ),
    ],
)
def test_det_avrundade_lases_pa_samma_sida_om_kravet_som_det_bedoms(mal, nu, fore, andring, avstand):
    b = bedom(tolka(mal), underlag(nu, fore))
    indikator = Indikator(riktning="hogre", decimaler=0, enhetsslag="antal")
    ord_ = motivering(indikator, b).replace("\xa0", " ")
    assert ord_ == f"{andring} % sedan 2023, kravet är {mal.removeprefix('förbättring ')}"
    assert avstand_text(indikator, b).replace("\xa0", " ") == avstand


def test_riket_som_saknas_ar_inget_fel():
    b = bedom(tolka("bättre än riket"), underlag("80"))
    assert (b.utfall, b.skal) == (Utfall.KAN_EJ_BEDOMAS, Skal.RIKET_SAKNAS)
    indikator = Indikator(riktning="hogre", decimaler=0, enhetsslag="antal")
    assert motivering(indikator, b) == "80, men värde för riket saknas för 2024; kravet är bättre än riket"
    u = underlag("80")._replace(riket=Matvarde(2024, D(75), preliminar=True))
    b = bedom(tolka("bättre än riket"), u)
    assert motivering(indikator, b) == "80 mot 75 i riket, kravet är bättre än riket; preliminärt"
    assert avstand_text(indikator, b) == "5 från rikets värde"
    assert bedom(tolka("bättre än riket"), u._replace(riktning=Riktning.INGEN)).skal == Skal.RIKTNING_SAKNAS


def test_ett_sparat_mal_som_inte_gar_att_lasa_bedomer_inget():
    regel = las_sparad("20 lägre än riket", SKADOR)
    for u in (underlag("15", "30"), Underlag(None)):
        b = bedom(regel, u)
        assert (b.utfall, b.skal) == (Utfall.KAN_EJ_BEDOMAS, Skal.MAL_OLASLIGT)
        assert "«bättre än riket»" in motivering(Indikator(decimaler=0, enhetsslag="antal"), b)
    assert (skriv(regel), utan_enhet(regel)) == ("20 lägre än riket", "")


@pytest.mark.parametrize(
    ("matt", "mal", "riktning", "kort", "mot"),
    [
        (NOJDA, "80 %", Riktning.HOGRE, "Minst 80 %: högre är bättre", False),
        (SKADOR, "12", Riktning.LAGRE, "Högst 12: lägre är bättre", False),
        (NOJDA, "max 5 %", Riktning.HOGRE, "Högst 5 %: högre är bättre", True),
        (SKADOR, "ska inte öka", Riktning.LAGRE, "Ska inte öka: lägre är bättre", False),
        (SKADOR, "öka", Riktning.LAGRE, "Ökning: lägre är bättre", True),
        (SKADOR, "3–5", Riktning.INGEN, "Mellan 3–5", False),
    ],
)
def test_vad_som_forstods_sags_i_korthet(matt, mal, riktning, kort, mot):
    regel = tolka(mal, matt)
    assert i_korthet(regel, riktning).replace("\xa0", " ") == kort
    assert mot_riktningen(regel, riktning) is mot


@pytest.mark.parametrize(
    ("mal", "ord_"),
    [
        ("ska inte öka", "inte är högre än det senaste jämförbara värdet; samma värde räcker."),
        ("inte sämre än 2021", "inte är sämre än värdet 2021"),
        (
            "minska med 10 % sedan 2019",
            "minskar med minst 10 % av det tidigare värdet (inte procentenheter) mot värdet 2019.",
        ),
        ("minst lika bra som riket", "bättre än eller lika med rikets värde samma år"),
        ("förbättring > 2 procentenheter sedan 2021", "mer än 2 procentenheter bättre än värdet 2021."),
    ],
)
def test_de_nya_reglerna_i_ord(mal, ord_):
    assert ord_ in i_ord(tolka(mal), procent=True).replace("\xa0", " ")
