"""The first page: what waits for the user, the region's key figures, and what has happened lately."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from budget.diagram.resultat import bygg_resultatdiagram, visade_ar
from budget.imports.granska_utfall import OMAPPADE
from budget.models import Budgetversion, Filstatus, Uppstallningsslag, Versionskolumn
from budget.regler.delflode import Delstatus
from budget.selectors.balanskrav import berakna, hamta_underlag
from budget.selectors.budgetdel import hamta_delar, hamta_delenheter, stangda_enheter
from budget.selectors.oversikt import (
    hamta_oppna_versioner,
    hamta_senaste_andringar,
)
from budget.selectors.skrivratt import ar_ram, lasbara_askanden, skrivbart_i
from budget.selectors.uppstallning import (
    hamta_kolumner,
    hamta_uppstallning,
    lasbara_uppstallningar,
)
from budget.selectors.utfallsfiler import filer_som_vantar
from budget.selectors.utredning import hamta_utredning
from budget.selectors.versioner import gallande_budget
from budget.tabeller.budgetdel import FORM, las_lage, skriv_dag, tid_i_ord
from budget.tabeller.investeringar import las_celler
from budget.tabeller.uppstallning import bygg_tabell
from budget.tabeller.varifran import tid
from budget.views.atkomst import skrivbart
from organisation.permissions import Enhetsurval, Omfang, Ratt, get_behorighet
from regionskane.lib.belopp import MINUS
from regionskane.lib.diagram import rita_staplar

# More open versions than these are counted, not spelled out.
FLEST_VERSIONER = 3
FLEST_FILER = 5


@login_required
@require_GET
def oversikt(request):
    """The start page. Its queries do not grow with enheter, nor with versions beyond FLEST_VERSIONER."""
    behorighet = get_behorighet(request)
    oppna = hamta_oppna_versioner()
    lasbart = {v.pk: behorighet.urval(Ratt.LASA_HISTORIK, last=False, period=v.period) for v in oppna}
    egna = [v for v in oppna if skrivbart(request, v)]
    innehall = {
        "att_gora": [
            *_filer_att_koppla(behorighet),
            *_askanden_att_lasa(behorighet, oppna),
            *(
                p
                for nr, v in enumerate(egna[:FLEST_VERSIONER])
                for p in _att_gora(request, v, utforligt=nr == 0 or not skrivbart(request, v).allt)
            ),
        ],
        "handelser": [
            {"tid": tid(h.tid), "namn": h.namn, "text": _handelsetext(h)}
            for h in hamta_senaste_andringar({pk: u for pk, u in lasbart.items() if u})
        ],
        "fler_oppna": len(egna[FLEST_VERSIONER:]),
        "far_lasa": bool(behorighet.omfang(Ratt.LASA_BELOPP)),
        "far_organisation": behorighet.far(Ratt.LASA_ORGANISATION),
    }
    budget = gallande_budget()
    urval = budget and behorighet.urval(Ratt.LASA_BELOPP, last=True, period=budget.period)
    if budget and urval:
        innehall |= {"budget": budget, "nyckeltal": _nyckeltal(budget, urval), **_diagram(budget)}
    return render(request, "budget/oversikt.html", innehall)


def _filer_att_koppla(behorighet):
    """The ledger files that cannot be read in until the user, who may, maps their codes."""
    if not behorighet.far(Ratt.STYRA_KONTOPLAN):
        return
    filer, antal = filer_som_vantar(OMAPPADE, hogst=FLEST_FILER)
    for fil in filer:
        yield {
            "etikett": "Huvudbok",
            "rubrik": f"Koppla koderna i {fil.namn}",
            "url": reverse("utfallsfil", args=[fil.pk]),
            "text": f"{fil.mottagen_av or 'Systemet'} lämnade in den {timezone.localtime(fil.mottagen_tid):%Y-%m-%d}, "
            f"för {fil.namnd or 'hela regionen'}",
            "lage": "atersand",
            "lage_text": "Väntar på koder",
            "knapp": "Koppla",
        }
    if fler := antal - len(filer):
        yield {
            "etikett": "Huvudbok",
            "rubrik": "1 fil till väntar på koder" if fler == 1 else f"{fler} filer till väntar på koder",
            "url": f"{reverse('utfallsfiler')}?lage={Filstatus.VANTAR.value}#filerna",
            "text": "De som lämnades in tidigare",
            "lage": "atersand",
            "lage_text": "Väntar på koder",
            "knapp": "Visa",
        }


def _askanden_att_lasa(behorighet, oppna):
    """What the own nämnd has handed in of versions that the user reads nothing else of."""
    if Omfang.INLAMNAT not in behorighet.omfang(Ratt.LASA_ASKANDE):
        return
    for v in [v for v in oppna if v.namnd_id is None][:FLEST_VERSIONER]:
        askanden = Versionskolumn.objects.filter(version=v, uppstallning__slag=Uppstallningsslag.ASKANDE)
        if lasbara_askanden(behorighet, v) and askanden.exists():
            yield {
                "etikett": "Äskanden",
                "rubrik": f"Vad nämnden begär, {v.namn}",
                "url": reverse("askanden", args=[v.ar, v.kod]),
                "text": "Ram, äskande, motiv och svar",
                "lage": "last",
                "lage_text": "Inlämnade",
                "knapp": "Läs",
            }


def _handelsetext(h):
    vad = "1 belopp" if h.antal == 1 else f"{h.antal} belopp"
    return f"ändrade {vad} i {h.version}" + (f": {h.varfor}" if h.varfor else "")


def _att_gora(request, version: Budgetversion, *, utforligt: bool):
    """What a version asks of the user: table by table or, for who writes all of them in several versions, in a line."""
    skriv = skrivbart(request, version)
    behorighet = get_behorighet(request)
    rot = reverse("version", args=[version.ar, version.kod])
    stangda = stangda_enheter(version)
    yield from _delar(version, skriv, granskar=behorighet.far(Ratt.GRANSKA_DELAR), rot=rot)
    if skriv and not utforligt:
        yield {
            "etikett": "Inmatning",
            "rubrik": version.namn,
            "url": rot,
            "text": "Versionen är öppen för inmatning",
            **_inmatningslage(1, 2),
        }
    elif skriv:
        kolumner = hamta_kolumner(version)
        askanden = [u for u in kolumner if u.slag == Uppstallningsslag.ASKANDE]
        for u in [*lasbara_uppstallningar(kolumner, skriv), *askanden]:
            if u.kod == "resultatkrav":
                continue
            i_tabellen = skrivbart_i(behorighet, version, u)
            if not i_tabellen:
                continue
            data, celler = las_celler(version, u, kolumner[u], i_tabellen)
            if not ar_ram(version, u) and all(c.enhet in stangda for c in celler):
                continue
            alla, ifyllda = len(celler), sum(data.har_varde(*c) for c in celler)
            yield {
                "etikett": "Inmatning",
                "rubrik": f"{u.namn}, {version.namn}",
                "url": f"{rot}{u.kod}/inmatning/",
                "text": f"{ifyllda} av {alla} celler har ett belopp",
                **_inmatningslage(ifyllda, alla),
            }
    if behorighet.far(Ratt.BERAKNA_BALANSKRAV) and version.namnd_id is None:
        lage = hamta_utredning(version)
        if lage is None or not lage.aktuell:
            yield {
                "etikett": "Balanskrav",
                "rubrik": f"Beräkna balanskravet, {version.namn}",
                "url": f"{rot}balanskrav/",
                "text": "Siffrorna har ändrats sedan beräkningen"
                if lage
                else "Ingen utredning är beräknad ännu",
                "lage": "atersand" if lage else "ej_startat",
                "lage_text": "Inaktuell" if lage else "Ej startad",
                "knapp": "Beräkna",
            }
        elif any(a.kod == "UNDANTAG_UTAN_BESLUT" for ar in lage.resultat.ar for a in ar.anmarkningar):
            yield {
                "etikett": "Balanskrav",
                "rubrik": f"Registrera besluten om synnerliga skäl, {version.namn}",
                "url": f"{rot}balanskrav/beslut/",
                "text": "Organ, datum, paragraf och motiv saknas",
                "lage": "atersand",
                "lage_text": "Uppgift saknas",
                "knapp": "Registrera",
            }


def _delar(version: Budgetversion, skriv: Enhetsurval, *, granskar: bool, rot: str):
    """What the parts of a version ask for: review by who reviews, handing in by who may write a whole nämnd."""
    delar, enheter = hamta_delar(version), hamta_delenheter(version)
    if granskar and delar:
        vantar = sum(d.status == Delstatus.INLAMNAD for d in delar)
        kvar = [las_lage(d, timezone.localdate()) for d in delar if d.skrivbar]
        sena = sum(lage.sen for lage in kvar)
        if vantar or kvar:
            text = f"{len(kvar)} har inte lämnat in"
            if sena:
                text += f", {sena} av dem är {'sen' if sena == 1 else 'sena'}"
            yield {
                "etikett": "Granskning",
                "rubrik": f"Nämndernas delar, {version.namn}",
                "url": f"{rot}delar/" + ("?status=inlamnad" if vantar else ""),
                "text": text if kvar else "Alla har lämnat in",
                "lage": "pagar" if vantar else "ej_startat",
                "lage_text": f"{vantar} att granska" if vantar else "Inget att granska",
                "knapp": "Granska" if vantar else "Följ",
            }
    if skriv.allt:
        return
    for d in delar:
        egna = [e for e, namnd in enheter.items() if namnd == d.namnd_id]
        if not d.skrivbar or not egna or not all(e in skriv for e in egna):
            continue
        yield {
            "etikett": "Lämna in",
            "rubrik": f"{d.namnd}, {version.namn}",
            "url": f"{rot}delar/{d.namnd.kod}/",
            "text": f"Sista dag {skriv_dag(d.sista_dag)}. {tid_i_ord(las_lage(d, timezone.localdate()))}",
            "lage": FORM[Delstatus(d.status)],
            "lage_text": d.get_status_display(),
            "knapp": "Öppna",
        }


def _inmatningslage(ifyllda: int, alla: int) -> dict:
    if ifyllda == alla:
        return {"lage": "klart", "lage_text": "Ifylld, kan ändras", "knapp": "Ändra"}
    if ifyllda:
        return {"lage": "pagar", "lage_text": "Öppen för inmatning", "knapp": "Fyll i"}
    return {"lage": "ej_startat", "lage_text": "Ej påbörjad", "knapp": "Fyll i"}


def _nyckeltal(budget: Budgetversion, urval: Enhetsurval) -> list[dict]:
    tal = []
    kolumner = hamta_kolumner(budget)
    for kod, rad, etikett in (
        ("regionbidrag", "alla", "Regionbidrag"),
        ("resultatbudget", "arets_resultat", "Årets resultat"),
        ("skatt", "summa_skatt", "Skatt, utjämning och bidrag"),
    ):
        u = next((u for u in kolumner if u.kod == kod), None)
        if u is None:
            continue
        t = bygg_tabell(hamta_uppstallning(budget, u, kolumner[u], urval))
        if not any(r.nyckel == rad for r in t.rader) or "forandring" not in {k.nyckel for k in t.kolumner}:
            continue
        nyckel = f"{budget.kod}-{budget.ar}"
        visade = {k.nyckel: k for k in t.kolumner}
        cell, andring = t.cell(rad, nyckel), t.cell(rad, "forandring")
        text = visade[nyckel].text(cell)
        mot = next(k for k in t.kolumner if k.nyckel == visade["forandring"].av[1])
        tal.append(
            {
                "etikett": f"{etikett} {budget.ar}",
                "varde": text,
                "enhet": "mnkr",
                "under": f"{visade['forandring'].text(andring)} mot {mot.under} {mot.rubrik}",
                "url": cell.kalla,
                "negativ": rad == "arets_resultat" and text.startswith(MINUS),
            }
        )
    return tal


def _diagram(budget: Budgetversion) -> dict:
    lage = hamta_utredning(budget)
    underlag = lage.underlag if lage else hamta_underlag(budget)
    # Decided without a stored utredning, as a tilläggsbudget may be: as the rule has it now.
    resultat = lage.resultat if lage else berakna(underlag)
    if not visade_ar(underlag, resultat):
        return {}
    rubriker = dict(
        Versionskolumn.objects.filter(version=budget, uppstallning__kod="balanskrav").values_list(
            "ar", "rubrik"
        )
    )
    d = bygg_resultatdiagram(underlag, resultat, rubriker)
    smalt = bygg_resultatdiagram(underlag, resultat, {})
    return {
        "diagram": d,
        "diagram_bred": mark_safe(rita_staplar(d, bredd=760, id_="dia-bred")),
        "diagram_smal": mark_safe(rita_staplar(smalt, bredd=358, id_="dia-smal")),
        "diagram_rader": [
            (grupp, [d.text(s.varden[i]) for s in d.serier]) for i, grupp in enumerate(d.grupper)
        ],
        "diagram_url": f"{reverse('version', args=[budget.ar, budget.kod])}balanskrav/",
    }
