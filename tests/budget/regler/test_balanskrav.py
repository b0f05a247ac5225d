"""The balanskrav: cases in tests/fall/balanskrav.yaml, properties over inputs nobody thought of."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from budget.regler import parametrar
from budget.regler.balanskrav import (
    JUSTERINGSPOSTER,
    PUBLICERADE,
    RADER,
    REGELVERSION,
    RESULTATPOSTER,
    Arsslag,
    Arsunderlag,
    Aterstallning,
    Beslut,
    Brist,
    IbBrist,
    Kedja,
    Matt,
    Undantagsbeslut,
    Undantagsslag,
    aterstall,
    balanskravsutredning,
    fortsatt,
    ingaende_brister,
    kedja,
    max_reservering,
    rader,
    rer_tak,
)
from budget.regler.balanskrav_json import las, skriv
from regionskane.lib.anmarkning import Niva

FALL = yaml.safe_load((Path(__file__).parents[2] / "fall" / "balanskrav.yaml").read_text(encoding="utf-8"))


def d(text):
    return Decimal(text)


def poster(**belopp):
    return {nyckel: Matt(Decimal(varde)) for nyckel, varde in belopp.items()}


def utred(*underlag, **val):
    return balanskravsutredning(tuple(underlag), **val)


# The cases.


def koder(utfall, niva):
    return [a["kod"] for a in utfall["anmarkningar"] if a["niva"] == niva]


def som_vantat(utfall, vantat):
    """The parts of `utfall` that `vantat` speaks of, in the same shape."""
    bild = {n: utfall[n] for n in vantat if n not in ("fel", "varning", "info", "brister")}
    bild |= {niva: koder(utfall, niva) for niva in ("fel", "varning", "info") if niva in vantat}
    if "brister" in vantat:
        par = zip(utfall["brister"], vantat["brister"], strict=True)
        bild["brister"] = [{nyckel: rad[nyckel] for nyckel in mall} for rad, mall in par]
    return bild


@pytest.mark.parametrize("fall", FALL, ids=lambda fall: fall["namn"])
def test_balanskravsutredning_fall(fall):
    fil = las(json.dumps({"enhet": fall.get("enhet", "mnkr"), "ar": fall["ar"]}))
    resultat = skriv(balanskravsutredning(fil.underlag, enhet=fil.enhet))
    utfall = {ett_ar["ar"]: ett_ar for ett_ar in resultat["ar"]}
    for ar, vantat in fall["ger"].items():
        strangt = {"fel": [], "varning": [], **vantat}
        assert som_vantat(utfall[ar], strangt) == strangt


def test_fallen_har_egna_namn():
    namn = [fall["namn"] for fall in FALL]
    assert sorted(set(namn)) == sorted(namn)


# The smaller functions.


def test_kedja_utan_poster_ar_noll():
    assert kedja(Arsunderlag(ar=2024)) == Kedja(d(0), d(0), d(0), d(0))


def test_kedja_skiljer_justeringar_fran_reserv_och_blandmodell():
    alla = {nyckel: Matt(Decimal(10) ** plats) for plats, nyckel in enumerate(RESULTATPOSTER)}
    summor = kedja(Arsunderlag(ar=2024, poster=alla))
    assert summor.resultat_efter_justeringar == d("111111")
    assert summor.balanskravsresultat == d("111111111")


@pytest.mark.parametrize(("blandmodell", "vantat"), [(0, "1903.82"), (-645, "1258.82"), (645, "2548.82")])
def test_max_reservering_region_skane_2022(blandmodell, vantat):
    assert max_reservering(
        ar=2022,
        arets_resultat=d(2897),
        resultat_efter_justeringar=d(2893),
        bas=d(49459),
        eget_kapital_inkl_pensioner=d(-17279),
        blandmodell=d(blandmodell),
    ) == d(vantat)


@pytest.mark.parametrize(("ar", "vantat"), [(2009, None), (2010, d(200)), (2023, d(200)), (2024, d(200))])
def test_max_reservering_finns_fran_2010_ars_overskott(ar, vantat):
    assert (
        max_reservering(
            ar=ar,
            arets_resultat=d(300),
            resultat_efter_justeringar=d(300),
            bas=d(10000),
            eget_kapital_inkl_pensioner=d(0),
        )
        == vantat
    )


def test_rer_tak_ar_fem_procent_fran_2024():
    assert (rer_tak(2023, d(10000)), rer_tak(2024, d(10000)), rer_tak(2024, None)) == (None, d(500), None)


def test_aterstall_tar_aldst_forst_och_lamnar_resten():
    liggare = (Brist(2021, d(5)), Brist(None, d(3)), Brist(2020, d(4), undantag=d(1)))
    assert aterstall(liggare, d(7), ar=2024) == (
        Brist(None, d(3), aterstallt=(Aterstallning(2024, d(3)),)),
        Brist(2020, d(4), undantag=d(1), aterstallt=(Aterstallning(2024, d(3)),)),
        Brist(2021, d(5), aterstallt=(Aterstallning(2024, d(1)),)),
    )


def test_aterstall_utan_brister_ar_tom():
    assert aterstall((), d(7), ar=2024) == ()


def test_aterstall_vagrar_negativt_overskott():
    with pytest.raises(ValueError, match="negativt"):
        aterstall((), d(-1), ar=2024)


def test_ingaende_brister_delas_upp_pa_ar():
    forsta = Arsunderlag(
        ar=2023,
        ib_aterstalla=Matt(d(9)),
        ib_brister=(IbBrist(2022, Matt(d(4)), senast=2030), IbBrist(2021, Matt(d(5)))),
    )
    assert ingaende_brister(forsta) == (Brist(2021, d(5), senast=2024), Brist(2022, d(4), senast=2030))


def test_det_som_ar_kvar_fortsatter_nar_underskottets_ar_inte_langre_visas():
    """The years that are shown do not change what is to be restored, by when, or what is said of them."""
    plan = Beslut("Regionfullmäktige", date(2023, 11, 7), "§ 2")
    aren = (
        Arsunderlag(ar=2022, poster={"arets_resultat": Matt(d(-3))}, ib_aterstalla=Matt(d(1))),
        Arsunderlag(ar=2023, poster={"arets_resultat": Matt(d(-9))}, atgardsplan=plan),
        Arsunderlag(ar=2024, poster={"arets_resultat": Matt(d(2)), "reserv_till": Matt(d(-1))}),
        Arsunderlag(ar=2025, poster={"arets_resultat": Matt(d(1))}),
        Arsunderlag(ar=2026, poster={"arets_resultat": Matt(d(1))}),
    )
    alla = balanskravsutredning(aren)
    for antal in range(1, 4):
        forsta = fortsatt(aren[antal], aren[:antal])
        visade = balanskravsutredning((forsta, *aren[antal + 1 :]))
        for a, b in zip(alla.ar[antal:], visade.ar, strict=True):
            assert (a.ib_aterstalla, a.aterstallt, a.ub_aterstalla) == (
                b.ib_aterstalla,
                b.aterstallt,
                b.ub_aterstalla,
            )
            assert [(x.ar, x.kvar, x.senast) for x in a.brister if x.kvar] == [
                (x.ar, x.kvar, x.senast) for x in b.brister if x.kvar
            ]
            koder = {x.kod for x in a.anmarkningar} ^ {x.kod for x in b.anmarkningar}
            assert koder <= {"IB_UTAN_AR"}
    assert {x.kod for x in alla.for_ar(2026).anmarkningar} >= {"SISTA_AR_MED_BESLUT"}
    assert fortsatt(aren[0], ()) is aren[0]


# The lines.


def test_rader_star_i_ordning():
    assert [rad.nyckel for rad in RADER] == [
        *JUSTERINGSPOSTER,
        "resultat_efter_justeringar",
        "blandmodell",
        "reserv_till",
        "reserv_fran",
        "balanskravsresultat",
        "synnerliga_skal",
        "ib_aterstalla",
        "ny_brist",
        "aterstallt",
        "undantag_tidigare",
        "ub_aterstalla",
    ]


def test_rader_inom_resultatet_flyttar_synnerliga_skal_fore_summan():
    nycklar = [rad.nyckel for rad in rader(i_resultatet=True)]
    plats = nycklar.index("synnerliga_skal")
    assert nycklar[plats : plats + 2] == ["synnerliga_skal", "balanskravsresultat"]
    assert sorted(nycklar) == sorted(rad.nyckel for rad in RADER)


def test_det_som_aterstar_att_kontrollera_ar_till_for_den_som_utvecklar():
    texter = [t for rad in RADER for t in (rad.etikett, rad.forklaring, rad.lagrum)]
    for parameter in vars(parametrar).values():
        if isinstance(parameter, parametrar.Parameter):
            texter += [parameter.etikett, *(daterat.kalla for daterat in parameter.varden)]
    for fall in FALL:
        fil = las(json.dumps({"enhet": fall.get("enhet", "mnkr"), "ar": fall["ar"]}))
        utredning = balanskravsutredning(fil.underlag, enhet=fil.enhet)
        texter += [a.text for ett_ar in utredning.ar for a in ett_ar.anmarkningar]
    assert [t for t in texter if "att kontrollera" in t] == []


def test_rader_forklarar_och_hanvisar():
    for rad in RADER:
        assert rad.forklaring.endswith(".")
        assert rad.lagrum.startswith(("KL ", "LKBR "))


# The texts.


def text_till(utredning, kod):
    return next(a.text for ett_ar in utredning.ar for a in ett_ar.anmarkningar if a.kod == kod)


def test_text_visar_kronor_som_mnkr():
    matt = Matt(d(-1_232_000_000), d(1_000_000))
    utredning = utred(Arsunderlag(ar=2022, ib_aterstalla=matt), enhet="kr", visa_enhet="mnkr")
    assert text_till(utredning, "TECKEN_IB_ATERSTALLA") == (
        "Ingående återställningskrav 2022 är angivet med minus och räknas som 1\u00a0232\u00a0mnkr."
    )


def test_text_visar_sa_manga_decimaler_att_beloppen_skiljer_sig():
    underlag = Arsunderlag(
        ar=2023,
        poster=poster(arets_resultat="300", reserv_till="-200.0004"),
        bas=Matt(d(10000)),
        eget_kapital_inkl_pensioner=Matt(d(1)),
    )
    assert text_till(utred(underlag), "RESERVERING_OVER_MAX") == (
        "Reserveringen 2023 är 200,0004\u00a0mnkr men får vara högst 200,0000\u00a0mnkr (KL 11:14). "
        "Skillnaden kan bero på att beloppen är avrundade."
    )


def test_text_om_stor_overreservering_skyller_inte_pa_avrundning():
    underlag = Arsunderlag(
        ar=2023,
        poster=poster(arets_resultat="300", reserv_till="-202"),
        bas=Matt(d(10000)),
        eget_kapital_inkl_pensioner=Matt(d(1)),
    )
    assert text_till(utred(underlag), "RESERVERING_OVER_MAX") == (
        "Reserveringen 2023 är 202\u00a0mnkr men får vara högst 200\u00a0mnkr (KL 11:14)."
    )


def test_text_om_reservering_utan_utrymme_skyller_inte_pa_avrundning():
    underlag = Arsunderlag(
        ar=2023,
        poster={
            "arets_resultat": Matt(d("0.005"), d("0.001")),
            "reserv_till": Matt(d("-0.01"), d("0.01")),
        },
        bas=Matt(d(1)),
        eget_kapital_inkl_pensioner=Matt(d(1)),
    )
    assert text_till(utred(underlag), "RESERVERING_OVER_MAX") == (
        "Reserveringen 2023 är 0,01\u00a0mnkr men får vara högst 0,00\u00a0mnkr (KL 11:14). Det som överstiger det "
        "högsta ger inget nytt underskott att återställa."
    )


def test_text_raknar_upp_vad_beslutet_saknar():
    beslut = Undantagsbeslut(Undantagsslag.ALDRIG, organ="RF")
    underlag = Arsunderlag(
        ar=2024,
        poster=poster(arets_resultat="-5"),
        synnerliga_skal=Matt(d(5)),
        synnerliga_skal_beslut=beslut,
    )
    assert text_till(utred(underlag), "UNDANTAG_UTAN_BESLUT") == (
        "Beslutet om synnerliga skäl 2024 är ofullständigt. Det saknar datum, paragraf och motiv (KL 11:13)."
    )


def test_text_sager_vad_resultatet_vore_enligt_fullfondering():
    underlag = Arsunderlag(
        ar=2024,
        poster=poster(arets_resultat="-4417", reavinster="-5", blandmodell="422"),
        synnerliga_skal=Matt(d(4000)),
        synnerliga_skal_i_resultatet=True,
    )
    assert text_till(utred(underlag), "PROVAT_ENLIGT_BLANDMODELL") == (
        "Balanskravet 2024 prövas enligt blandmodellen. Resultatet före synnerliga skäl är "
        "−4\u00a0000\u00a0mnkr. Enligt fullfondering vore det −4\u00a0422\u00a0mnkr."
    )


def test_texten_om_blandmodellen_sager_det_publicerade_och_det_beraknade():
    underlag = Arsunderlag(
        ar=2026,
        poster=poster(arets_resultat="1144", reavinster="-2", blandmodell="-848"),
        publicerat={"balanskravsresultat": Matt(d(295))},
    )
    assert text_till(utred(underlag), "PROVAT_ENLIGT_BLANDMODELL") == (
        "Balanskravet 2026 prövas enligt blandmodellen. Resultatet är 295\u00a0mnkr som publicerat och "
        "294\u00a0mnkr enligt beräkningen. Enligt fullfondering vore det 1\u00a0142\u00a0mnkr."
    )


# Calls that make no sense.


@pytest.mark.parametrize(
    ("underlag", "val", "text"),
    [
        ((), {}, "minst ett år"),
        ((Arsunderlag(ar=2023), Arsunderlag(ar=2025)), {}, "utan luckor"),
        ((Arsunderlag(ar=2023), Arsunderlag(ar=2023)), {}, "utan luckor"),
        ((Arsunderlag(ar=2023), Arsunderlag(ar=2022)), {}, "utan luckor"),
        ((Arsunderlag(ar=2023),), {"enhet": "mkr"}, "mkr"),
        ((Arsunderlag(ar=2023),), {"visa_enhet": "mkr"}, "mkr"),
        (
            (Arsunderlag(ar=2023), Arsunderlag(ar=2024, ib_brister=(IbBrist(2020, Matt(Decimal(1))),))),
            {},
            "första året",
        ),
    ],
)
def test_balanskravsutredning_vagrar_orimliga_anrop(underlag, val, text):
    with pytest.raises(ValueError, match=text):
        balanskravsutredning(underlag, **val)


def test_underlag_vagrar_okand_post():
    with pytest.raises(ValueError, match="för 2024: reavinst"):
        Arsunderlag(ar=2024, poster=poster(reavinst="1"))


def test_underlag_vagrar_okand_publicerad_siffra():
    with pytest.raises(ValueError, match="ny_brist"):
        Arsunderlag(ar=2024, publicerat=poster(ny_brist="1"))


def test_underlag_vagrar_ib_brist_efter_aret():
    with pytest.raises(ValueError, match="före 2024"):
        Arsunderlag(ar=2024, ib_brister=(IbBrist(2024, Matt(d(1))),))


@pytest.mark.parametrize(("belopp", "senast"), [(-1, None), (1, 2019)])
def test_ib_brist_vagrar_orimliga_uppgifter(belopp, senast):
    with pytest.raises(ValueError, match="2020"):
        IbBrist(2020, Matt(Decimal(belopp)), senast=senast)


@pytest.mark.parametrize("varde", ["NaN", "Infinity"])
def test_matt_vagrar_det_som_inte_ar_tal(varde):
    with pytest.raises(ValueError, match=varde):
        Matt(Decimal(varde))


def test_matt_vagrar_flyttal():
    with pytest.raises(TypeError, match="Decimal"):
        Matt(1.5)


def test_matt_vagrar_precision_noll():
    with pytest.raises(ValueError, match="precision"):
        Matt(d(1), d(0))


# The parameters, the result.


def test_parametrar_star_i_ordning_med_kalla():
    for parameter in vars(parametrar).values():
        if isinstance(parameter, parametrar.Parameter):
            ar = [daterat.fran for daterat in parameter.varden]
            assert ar == sorted(set(ar))
            assert all(daterat.kalla for daterat in parameter.varden)


def test_parameter_fore_forsta_aret_ar_none():
    assert parametrar.RER_TAK_ANDEL.for_ar(2023) is None
    assert parametrar.RER_TAK_ANDEL.daterat(2024).varde == d("0.05")


def test_resultatet_bar_regelversion_enhet_och_rader():
    utredning = utred(Arsunderlag(ar=2024, poster=poster(arets_resultat="7")), enhet="tkr")
    assert (utredning.regelversion, utredning.enhet) == (REGELVERSION, "tkr")
    ett_ar = utredning.for_ar(2024)
    assert [ett_ar.varde(n) for n in ("arets_resultat", "reavinster", "balanskravsresultat")] == [
        d(7),
        d(0),
        d(7),
    ]
    with pytest.raises(KeyError):
        utredning.for_ar(2025)


# Properties.

EGENSKAP = settings(deadline=None)
PRECISION = st.sampled_from([Decimal(1), Decimal("0.1")])
TIONDEL = Decimal("0.1")
BELOPP = st.tuples(st.integers(-3000, 3000), PRECISION).map(lambda par: Matt(par[0] * TIONDEL, par[1]))
PLUS = st.tuples(st.integers(0, 3000), PRECISION).map(lambda par: Matt(par[0] * TIONDEL, par[1]))
BESLUT = st.sampled_from(
    [None, *(Undantagsbeslut(slag, "RF", date(2024, 1, 1), "§ 1", "m") for slag in Undantagsslag)]
)
FALT = st.fixed_dictionaries(
    {
        "slag": st.sampled_from([None, *Arsslag]),
        "omraknat": st.booleans(),
        "poster": st.dictionaries(st.sampled_from(RESULTATPOSTER), BELOPP, max_size=5),
        "synnerliga_skal": BELOPP,
        "synnerliga_skal_beslut": BESLUT,
        "synnerliga_skal_i_resultatet": st.booleans(),
    },
    optional={
        "senast_ar": st.integers(0, 8),
        "atgardsplan": st.just(Beslut("RF")),
        "ib_aterstalla": BELOPP,
        "rer_ib": PLUS,
        "bas": PLUS,
        "eget_kapital_inkl_pensioner": BELOPP,
        "publicerat": st.dictionaries(st.sampled_from(PUBLICERADE), BELOPP),
    },
)
TIDIGARE = st.dictionaries(st.integers(1, 5), PLUS, max_size=3)


def ett_underlag(ar, falt):
    if "senast_ar" in falt:
        falt = {**falt, "senast_ar": ar + falt["senast_ar"]}
    return Arsunderlag(ar=ar, **falt)


def bygg_ar(delar):
    forsta, falten, tidigare = delar
    aren = [ett_underlag(forsta + plats, falt) for plats, falt in enumerate(falten)]
    aren[0] = replace(aren[0], ib_brister=tuple(IbBrist(forsta - n, m) for n, m in tidigare.items()))
    return tuple(aren)


NAGRA_AR = st.tuples(st.integers(2008, 2034), st.lists(FALT, min_size=1, max_size=5), TIDIGARE).map(bygg_ar)


def kvar(brister):
    return sum((brist.kvar for brist in brister), Decimal(0))


@EGENSKAP
@given(NAGRA_AR)
def test_ub_ar_ib_plus_ny_brist_minus_aterstallt_och_friat_och_aldrig_negativ(underlag):
    utredning = balanskravsutredning(underlag)
    for ett_ar in utredning.ar:
        kvar_av_tidigare = ett_ar.ib_aterstalla - ett_ar.aterstallt - ett_ar.undantag_tidigare
        assert ett_ar.ub_aterstalla == kvar_av_tidigare + ett_ar.ny_brist
        assert kvar_av_tidigare >= 0
        assert min(ett_ar.ub_aterstalla, ett_ar.ny_brist, ett_ar.aterstallt, ett_ar.synnerliga_skal) >= 0
        assert ett_ar.ny_brist == 0 or ett_ar.aterstallt == 0


@EGENSKAP
@given(NAGRA_AR)
def test_liggaren_summerar_till_ub_och_arets_ib_ar_forra_arets_ub(underlag):
    utredning = balanskravsutredning(underlag)
    for ett_ar in utredning.ar:
        assert kvar(ett_ar.brister) == ett_ar.ub_aterstalla
        assert all(brist.kvar >= 0 for brist in ett_ar.brister)
        nytt = [a.belopp for b in ett_ar.brister for a in b.aterstallt if a.ar == ett_ar.ar]
        assert sum(nytt) == ett_ar.aterstallt
    assert [a.ub_aterstalla for a in utredning.ar[:-1]] == [a.ib_aterstalla for a in utredning.ar[1:]]


@EGENSKAP
@given(NAGRA_AR)
def test_liggaren_aterstalls_i_aldersordning(underlag):
    for ett_ar in balanskravsutredning(underlag).ar:
        aldrar = [brist.ar or 0 for brist in ett_ar.brister]
        assert aldrar == sorted(aldrar)
        for plats, brist in enumerate(ett_ar.brister):
            if any(a.ar == ett_ar.ar for a in brist.aterstallt):
                assert kvar(ett_ar.brister[:plats]) == 0


@EGENSKAP
@given(NAGRA_AR)
def test_inom_eller_under_resultatet_ger_samma_liggare(underlag):
    inom = balanskravsutredning(tuple(replace(u, synnerliga_skal_i_resultatet=True) for u in underlag))
    under = balanskravsutredning(tuple(replace(u, synnerliga_skal_i_resultatet=False) for u in underlag))
    for a, b in zip(inom.ar, under.ar, strict=True):
        assert (a.brister, a.ny_brist, a.aterstallt, a.ub_aterstalla, a.max_reservering) == (
            b.brister,
            b.ny_brist,
            b.aterstallt,
            b.ub_aterstalla,
            b.max_reservering,
        )
        assert a.balanskravsresultat == b.balanskravsresultat + a.synnerliga_skal


def skalad(matt, faktor):
    return matt and Matt(matt.varde * faktor, matt.precision * faktor)


def skalat_underlag(u, faktor):
    falt = ("synnerliga_skal", "ib_aterstalla", "rer_ib", "bas", "eget_kapital_inkl_pensioner")
    return replace(
        u,
        poster={n: skalad(m, faktor) for n, m in u.poster.items()},
        publicerat={n: skalad(m, faktor) for n, m in u.publicerat.items()},
        ib_brister=tuple(replace(b, belopp=skalad(b.belopp, faktor)) for b in u.ib_brister),
        **{n: skalad(getattr(u, n), faktor) for n in falt},
    )


@EGENSKAP
@given(NAGRA_AR)
def test_kronor_ger_samma_resultat_och_samma_texter_som_mnkr(underlag):
    faktor = Decimal(1_000_000)
    i_mnkr = balanskravsutredning(underlag)
    i_kronor = balanskravsutredning(
        tuple(skalat_underlag(u, faktor) for u in underlag), enhet="kr", visa_enhet="mnkr"
    )
    for a, b in zip(i_mnkr.ar, i_kronor.ar, strict=True):
        assert b.anmarkningar == a.anmarkningar
        assert [b.varde(rad.nyckel) for rad in RADER] == [a.varde(rad.nyckel) * faktor for rad in RADER]
        assert b.max_reservering == (
            a.max_reservering if a.max_reservering is None else a.max_reservering * faktor
        )
        assert [(x.ar, x.senast, x.kvar) for x in b.brister] == [
            (x.ar, x.senast, x.kvar * faktor) for x in a.brister
        ]


@EGENSKAP
@given(NAGRA_AR, st.data())
def test_ett_battre_resultat_hojer_aldrig_ub(underlag, data):
    plats = data.draw(st.integers(0, len(underlag) - 1))
    mer = data.draw(PLUS).varde
    gammalt = underlag[plats]
    battre = replace(
        gammalt, poster={**gammalt.poster, "arets_resultat": Matt(gammalt.post("arets_resultat") + mer)}
    )
    fore = balanskravsutredning(underlag)
    efter = balanskravsutredning((*underlag[:plats], battre, *underlag[plats + 1 :]))
    for a, b in zip(fore.ar, efter.ar, strict=True):
        assert b.ub_aterstalla <= a.ub_aterstalla


@EGENSKAP
@given(NAGRA_AR)
def test_summaraderna_ar_summan_av_sina_delar_i_bada_layouterna(underlag):
    for u, ett_ar in zip(underlag, balanskravsutredning(underlag).ar, strict=True):
        for rad in rader(i_resultatet=u.synnerliga_skal_i_resultatet):
            if rad.summa:
                assert ett_ar.varde(rad.nyckel) == sum(f * ett_ar.varde(n) for n, f in rad.summa)


@EGENSKAP
@given(NAGRA_AR)
def test_max_reservering_ar_aldrig_negativ_och_aldrig_mer_an_arets_resultat(underlag):
    for u, ett_ar in zip(underlag, balanskravsutredning(underlag).ar, strict=True):
        if ett_ar.max_reservering is not None:
            tak = min(u.post("arets_resultat"), ett_ar.resultat_efter_justeringar) + u.post("blandmodell")
            assert 0 <= ett_ar.max_reservering <= max(0, tak)


@EGENSKAP
@given(NAGRA_AR)
def test_varje_anmarkning_har_kod_niva_och_en_fardig_mening(underlag):
    for ett_ar in balanskravsutredning(underlag).ar:
        for anmarkning in ett_ar.anmarkningar:
            assert anmarkning.kod == anmarkning.kod.upper()
            assert anmarkning.niva in tuple(Niva)
            assert anmarkning.text.endswith((".", ")."))
            assert str(ett_ar.ar) in anmarkning.text
