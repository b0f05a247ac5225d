"""What comes along from a version to a copy of it and to the next year's: one table, model by model.

Facts come along, with their source. Printed figures do not: they are what was decided in the version that they were
printed for, so in another every tie is whole and every sum is counted. A model with a key to Budgetversion that stands
in neither column fails a test.
"""

from typing import NamedTuple

from django.db import connection

from budget.models import Budgetversion, Versionstyp


class Medfoljande(NamedTuple):
    """A model's rows (`modell`): how they are copied, and what is true of the ones that are not (`varfor`).
    `till_tillagg` says whether a copy that is a tilläggsbudget has them too; where it has not, next year's come from
    the budget that it changes.

    `kopia` and `nasta` are SQL with the parameters ny, gammal, by, and for `nasta` ar (the new version's first year)
    and steg (years that an amount moves); empty where nothing comes along. They are run in the order of the table, for
    next year's those of the budget last.
    """

    modell: str
    kopia: str
    nasta: str
    varfor: str
    till_tillagg: bool = True


_BELOPP = """INSERT INTO budget_belopp (version_id, enhet_id, post_id, ar, belopp, precision, rev, ursprung,
       importfil_id, importrad, kalla, andrad_av_id, andrad_tid)
SELECT %(ny)s, b.enhet_id, b.post_id, {ar}, b.belopp, b.precision, 1, b.ursprung, b.importfil_id, b.importrad,
       b.kalla, b.andrad_av_id, b.andrad_tid
FROM budget_belopp b JOIN budget_post p ON p.id = b.post_id
JOIN budget_uppstallning u ON u.id = p.uppstallning_id
WHERE b.version_id = %(gammal)s AND {villkor}"""
_BELOPP_NASTA = _BELOPP.format(
    # What an object is expected to cost, and its room, stand in the first year of the version. An äskande belongs to
    # the version that it was asked for in.
    ar="CASE WHEN b.ar + %(steg)s < %(ar)s THEN %(ar)s ELSE b.ar + %(steg)s END",
    villkor="""u.kod <> 'regionbidrag' AND u.slag <> 'askande'
  AND (b.ar + %(steg)s >= %(ar)s
       OR (b.ar = %(ar)s - 1 AND u.kod = 'investeringsobjekt' AND p.kod ~ '_(prognos|plan)$'))""",
)
_AVSTEG = """INSERT INTO budget_malavsteg (version_id, mal, fran, till, motiv, organ, datum, paragraf, kalla,
       registrerad_av_id, registrerad)
SELECT %(ny)s, mal, fran, till, motiv, organ, datum, paragraf, kalla, registrerad_av_id, registrerad
FROM budget_malavsteg WHERE version_id = %(gammal)s"""
_JUSTERING = """INSERT INTO budget_justering (version_id, ar, block, titel, prisniva, motiv, status, ordning,
       regel, askande_id, rev)
SELECT %(ny)s, ar, block, titel, prisniva, motiv, status, ordning, regel, NULL, 1
FROM budget_justering WHERE version_id = %(gammal)s"""
_JUSTERINGSRAD = """INSERT INTO budget_justeringsrad (justering_id, enhet_id, belopp, precision, andel,
       andel_precision, kalla)
SELECT n.id, r.enhet_id, r.belopp, r.precision, r.andel, r.andel_precision, r.kalla
FROM budget_justeringsrad r
JOIN budget_justering g ON g.id = r.justering_id AND g.version_id = %(gammal)s
JOIN budget_justering n ON n.version_id = %(ny)s AND (n.ar, n.block, n.titel) = (g.ar, g.block, g.titel)"""
_UPPRAKNING = """INSERT INTO budget_upprakning (version_id, ar, justering_id, rev)
SELECT %(ny)s, u.ar, n.id, 1
FROM budget_upprakning u
LEFT JOIN budget_justering g ON g.id = u.justering_id
LEFT JOIN budget_justering n ON n.version_id = %(ny)s AND (n.ar, n.block, n.titel) = (g.ar, g.block, g.titel)
WHERE u.version_id = %(gammal)s"""
_SEKTORSATS = """INSERT INTO budget_sektorsats (upprakning_id, sektor_id, sammanvagt, loner, vikt_loner, priser,
       vikt_priser, demografi, medicinteknik, effektivisering, motiv)
SELECT n.id, r.sektor_id, r.sammanvagt, r.loner, r.vikt_loner, r.priser, r.vikt_priser, r.demografi,
       r.medicinteknik, r.effektivisering, r.motiv
FROM budget_sektorsats r
JOIN budget_upprakning g ON g.id = r.upprakning_id AND g.version_id = %(gammal)s
JOIN budget_upprakning n ON n.version_id = %(ny)s AND n.ar = g.ar"""
_UPPRAKNINGSUNDANTAG = """INSERT INTO budget_upprakningsundantag (upprakning_id, enhet_id, sats, belopp, vikt_loner,
       vikt_priser, motiv)
SELECT n.id, r.enhet_id, r.sats, r.belopp, r.vikt_loner, r.vikt_priser, r.motiv
FROM budget_upprakningsundantag r
JOIN budget_upprakning g ON g.id = r.upprakning_id AND g.version_id = %(gammal)s
JOIN budget_upprakning n ON n.version_id = %(ny)s AND n.ar = g.ar"""
_BESLUTSPUNKT = """INSERT INTO budget_beslutspunkt (version_id, ordning, numrerad, rubrik, text, mottagare, senast,
       kalla, arvd, rev)
SELECT %(ny)s, ordning, numrerad, rubrik, text, mottagare, {senast}, kalla, {arvd}, 1
FROM budget_beslutspunkt WHERE version_id = %(gammal)s"""
_BESLUTSTAL = """INSERT INTO budget_beslutstal (version_id, punkt_id, namn, matt, varde, precision, jamfors_med, kalla)
SELECT %(ny)s, n.id, t.namn, t.matt, t.varde, t.precision, t.jamfors_med, t.kalla
FROM budget_beslutstal t
JOIN budget_beslutspunkt g ON g.id = t.punkt_id AND g.version_id = %(gammal)s
JOIN budget_beslutspunkt n ON n.version_id = %(ny)s AND n.ordning = g.ordning"""
_INVESTERINGSBESLUT = """INSERT INTO budget_investeringsbeslut (version_id, objekt_id, organ, datum, paragraf, text,
       avslutas_ar, kalla)
SELECT %(ny)s, objekt_id, organ, datum, paragraf, text, avslutas_ar, kalla
FROM budget_investeringsbeslut WHERE version_id = %(gammal)s"""

MEDFOLJANDE = (
    Medfoljande(
        "Versionskolumn",
        """INSERT INTO budget_versionskolumn (version_id, uppstallning_id, kalla_id, ar, rubrik, ordning)
SELECT %(ny)s, uppstallning_id, CASE WHEN kalla_id = %(gammal)s THEN %(ny)s ELSE kalla_id END, ar, rubrik, ordning
FROM budget_versionskolumn WHERE version_id = %(gammal)s
  AND uppstallning_id NOT IN (SELECT id FROM budget_uppstallning WHERE slag = 'askande')""",
        "",
        "Nästa års kolumner är andra år; `starta_nasta_ar` gör dem. Äskandena börjar tomma i varje version.",
    ),
    Medfoljande(
        "Belopp",
        # A copy's bridge starts at the decided levels; those of a version that is not decided are its own.
        _BELOPP.format(
            ar="b.ar",
            villkor="""u.slag <> 'askande' AND (u.kod <> 'regionbidrag' OR NOT EXISTS (
    SELECT 1 FROM budget_budgetversion n WHERE n.id = %(ny)s AND n.bryggas_ur_id = %(gammal)s))""",
        ),
        _BELOPP_NASTA,
        "Ett nytt år börjar i planåret; regionbidraget räknas av bryggan.",
    ),
    Medfoljande("Kontrollsumma", "", "", "Tryckta tal är beslutade i den version som de trycktes för."),
    Medfoljande(
        "Balanskravsbeslut",
        """INSERT INTO budget_balanskravsbeslut (version_id, ar, slag, senast_ar, organ, datum, paragraf, motiv, kalla,
       registrerad_av_id, registrerad)
SELECT %(ny)s, ar, slag, senast_ar, organ, datum, paragraf, motiv, kalla, registrerad_av_id, registrerad
FROM budget_balanskravsbeslut WHERE version_id = %(gammal)s""",
        "",
        "Besluten gäller sina år och läses i den version som året visas ur.",
    ),
    Medfoljande(
        "Utredning", "", "", "En utredning är räknad på sin versions tal; en ny görs när den behövs."
    ),
    Medfoljande(
        "Internbudgetforutsattning",
        """INSERT INTO budget_internbudgetforutsattning (version_id, enhet_id, grupp, nyckel, beskrivning, avser, ar,
       belopp, precision, procent, ungefar, kalla, ordning)
SELECT %(ny)s, enhet_id, grupp, nyckel, beskrivning, avser, ar, belopp, precision, procent, ungefar, kalla, ordning
FROM budget_internbudgetforutsattning WHERE version_id = %(gammal)s""",
        "",
        "Förutsättningarna är årets egna.",
    ),
    Medfoljande(
        "Malavsteg", _AVSTEG, f"{_AVSTEG} AND till >= %(ar)s", "Ett avsteg som har gått ut följer inte med."
    ),
    Medfoljande(
        "Justering",
        _JUSTERING,
        f"{_JUSTERING} AND ar >= %(ar)s",
        "Årets egna är redan i nivån som bryggan börjar i.",
    ),
    Medfoljande("Justeringsrad", _JUSTERINGSRAD, _JUSTERINGSRAD, "Följer sin justering."),
    Medfoljande("Justeringssumma", "", "", "Tryckta summor är beslutade i den version som de trycktes för."),
    Medfoljande(
        "Upprakning",
        _UPPRAKNING,
        f"{_UPPRAKNING} AND u.ar >= %(ar)s",
        "Årets satser är årets egna; nästa år har andra löner och priser. Planårens följer med.",
    ),
    Medfoljande("Sektorsats", _SEKTORSATS, _SEKTORSATS, "Följer sin uppräkning."),
    Medfoljande("Upprakningsundantag", _UPPRAKNINGSUNDANTAG, _UPPRAKNINGSUNDANTAG, "Följer sin uppräkning."),
    Medfoljande(
        "Beslutspunkt",
        _BESLUTSPUNKT.format(senast="senast", arvd="arvd"),
        _BESLUTSPUNKT.format(senast="(senast + interval '1 year')::date", arvd="true"),
        "En tilläggsbudget beslutar sitt eget, inte om igen det som redan är beslutat. Nästa år utgår från årets "
        "budget.",
        till_tillagg=False,
    ),
    Medfoljande("Beslutstal", _BESLUTSTAL, _BESLUTSTAL, "Följer sin punkt.", till_tillagg=False),
    Medfoljande(
        "Investeringsbeslut",
        f"{_INVESTERINGSBESLUT} ORDER BY id",
        f"{_INVESTERINGSBESLUT} AND (avslutas_ar IS NULL OR avslutas_ar >= %(ar)s) ORDER BY id",
        "Ett objekt som är avslutat följer inte med.",
    ),
    Medfoljande("Askandemotiv", "", "", "Ett äskande lämnas i den version som det begärs i."),
    Medfoljande("Askandesvar", "", "", "Svaret följer sitt äskande."),
    Medfoljande("Budgetdel", "", "", "Delar öppnas för inmatning i varje version för sig."),
    Medfoljande("Kommentar", "", "", "En kommentar står om ett tal i sin version."),
    Medfoljande("Ifyllnad", "", "", "En ifylld arbetsbok hör till den version som mallen gjordes för."),
    Medfoljande("Scenario", "", "", "Ett scenario är sin ägares papper om en version."),
)


def ta_med_till_kopia(gammal: Budgetversion, ny: Budgetversion, *, by) -> None:
    """Copy everything that comes along to a copy. Inside a transaction of the caller's."""
    tillagg = ny.typ == Versionstyp.TILLAGG
    _kor((m.kopia for m in MEDFOLJANDE if m.till_tillagg or not tillagg), gammal, ny, by)


def ta_med_till_nasta_ar(gammal: Budgetversion, ny: Budgetversion, *, by) -> None:
    """Copy everything that comes along to the version of the year after. Inside a transaction of the caller's.

    The plan years' amounts become the new version's own. One without plan years begins with last year's.
    """
    budget = gammal
    while budget.typ == Versionstyp.TILLAGG:
        budget = budget.kopia_av
    tid = {"ar": ny.ar, "steg": 0 if gammal.planar else 1}
    _kor((m.nasta for m in MEDFOLJANDE if m.till_tillagg), gammal, ny, by, **tid)
    _kor((m.nasta for m in MEDFOLJANDE if not m.till_tillagg), budget, ny, by, **tid)


def _kor(satser, gammal, ny, by, **mer):
    parametrar = {"ny": ny.pk, "gammal": gammal.pk, "by": by.pk if by else None} | mer
    with connection.cursor() as cursor:
        for sats in filter(None, satser):
            cursor.execute(sats, parametrar)
