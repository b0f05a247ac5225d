"""Reading: the versions, their tables, the workbook of a table, and the document in the queue."""

from collections.abc import Iterable

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from budget.actions.handling import starta_handling
from budget.models import (
    BEREDS,
    BESLUTAS,
    Budgetdel,
    Budgetversion,
    Status,
    Uppstallning,
    Uppstallningsslag,
    Versionskolumn,
    Versionstyp,
)
from budget.selectors.askanden import hamta_beviljat_utan_objekt
from budget.selectors.balanskrav import hamta_lagfel
from budget.selectors.beslutspunkter import hamta_beslutsavvikelser
from budget.selectors.budgetdel import stangda_enheter
from budget.selectors.kommentar import rakna_per_plats
from budget.selectors.kontroll import hamta_sedda_avvikelser, hamta_skilda_rader
from budget.selectors.ram import hamta_kapitalrorelser
from budget.selectors.samband import hamta_samband, hamta_skilda
from budget.selectors.skrivratt import lasbara_askanden
from budget.selectors.uppstallning import hamta_uppstallningar, region_enhet
from budget.selectors.versioner import andrad_sedan
from budget.tabeller.askanden import skriv_utan_objekt
from budget.tabeller.balanskrav import varningar
from budget.tabeller.beredning import utgangslagets_text
from budget.tabeller.beslutspunkter import skriv_avvikelse
from budget.tabeller.budgetdel import markera_kommentarer
from budget.tabeller.handling import bygg_handling, las_balanskrav
from budget.tabeller.investeringar import las_uppstallning
from budget.tabeller.kontroll import bygg_kontroll, kapitaltext, sammanfatta, skild_rad
from budget.tabeller.remsa import bygg_remsa
from budget.tabeller.samband import TABELLER as SAMBANDSTABELLER
from budget.tabeller.samband import sambandsrader, skilda_utanfor
from budget.tabeller.steg import bygg_steg
from budget.tabeller.tillagg import NYCKEL as TILLAGG
from budget.tabeller.tillagg import las_andringar
from budget.tabeller.uppstallning import las_tabell
from budget.views.atkomst import Atkomst, oppna_uppstallning, oppna_version, skrivbart, skrivbart_har
from budget.views.flikar import PA_SIDAN, SIDNAMN, Sida, bygg_flikar, versionens_sidor
from budget.views.ramrorelse import ramrorelser
from organisation.permissions import Enhetsurval, Ratt, get_behorighet
from regionskane.jobb.models import Jobb, Jobbstatus
from regionskane.jobb.views import vill_ha_fragment
from regionskane.lib import xlsx
from regionskane.lib.tabell import Handling
from regionskane.lib.visning import visa

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ram(request, atkomst, aktiv: str, *, titel: str = "") -> dict:
    """What every page of a version shows: crumbs, tabs, other versions of the year, what may be done."""
    version, behorighet = atkomst.version, get_behorighet(request)
    rot = reverse("version", args=[version.ar, version.kod])
    skriv = skrivbart(request, version)
    har_delar = set(Budgetdel.objects.filter(version__in=atkomst.arets).values_list("version", flat=True))
    if version.pk in har_delar and not skriv.allt:
        skriv = Enhetsurval(enheter=skriv.enheter - stangda_enheter(version).keys())
    smulor = [{"text": "Budget", "url": reverse("versioner")}, {"text": version.namn, "url": rot}]
    if titel:
        smulor.append({"text": titel})
    sidor = {
        v: _sidor(request, v, u, tabeller, har_delar, _askanden(behorighet, v, tabeller, v == version))
        for v, u, tabeller in _arets(behorighet, atkomst)
    }
    return {
        "version": version,
        "smulor": smulor,
        **bygg_flikar(sidor[version], aktiv, rot),
        "versionsval": list(_versionsval(sidor, version, PA_SIDAN.get(aktiv, aktiv))),
        "saknas": "" if aktiv else _saknas(request, version, {s.nyckel for s in sidor[version]}),
        "bricka": bricka(version),
        "far_skriva": skriv,
        "far_exportera": bool(behorighet.urval(Ratt.EXPORTERA, last=version.last, period=version.period)),
        "far_berakna": behorighet.far(Ratt.BERAKNA_BALANSKRAV),
        "far_styra": behorighet.far(Ratt.STYRA_VERSION),
    }


def _arets(behorighet, atkomst):
    """The version, and the year's others that the user may switch to: each with the enheter and tables that the user
    sees of it. The same few queries however many there are."""
    lasbara = {}
    for v in atkomst.arets:
        if v.namnd_id == atkomst.version.namnd_id:
            urval = behorighet.urval(Ratt.LASA_BELOPP, last=v.last, period=v.period)
            if urval or v == atkomst.version:
                lasbara[v] = atkomst.urval if v == atkomst.version else urval
    tabeller = hamta_uppstallningar(lasbara)
    regionen = None if all(u.allt for u in lasbara.values()) else region_enhet().pk
    for v, urval in lasbara.items():
        hela = urval.allt or regionen in urval
        yield v, urval, [u for u in tabeller[v.pk] if hela or u.per_enhet]


def _askanden(behorighet, version, uppstallningar, denna: bool) -> Uppstallning | None:
    """The table of äskanden that the user reads in the version. Of the year's others it is not asked whose nämnd has
    handed in, which costs a query for each."""
    tabell = next((u for u in uppstallningar if u.slag == Uppstallningsslag.ASKANDE), None)
    if tabell is None:
        return None
    if denna:
        return tabell if lasbara_askanden(behorighet, version) else None
    urval = behorighet.urval(Ratt.LASA_ASKANDE, last=version.last, period=version.period)
    return tabell if urval else None


def _sidor(request, version, urval, uppstallningar, har_delar, askanden) -> list[Sida]:
    behorighet = get_behorighet(request)
    delar = behorighet.urval(Ratt.LASA_DELAR, last=version.last, period=version.period) and (
        version.pk in har_delar or (behorighet.far(Ratt.GRANSKA_DELAR) and not version.last)
    )
    kontroll = ser_kontrollen(request, Atkomst(version, urval, ()))
    tabeller = [u for u in uppstallningar if u.slag != Uppstallningsslag.ASKANDE]
    return versionens_sidor(
        version, tabeller, hela=urval.allt, kontroll=kontroll, delar=bool(delar), askanden=askanden
    )


def _versionsval(sidor: dict[Budgetversion, list[Sida]], version: Budgetversion, aktiv: str):
    """The versions at the same page, or at their first one, which says so, where they have none."""
    for v, lista in sidor.items():
        sida = next((s for s in lista if s.nyckel == aktiv), None)
        rot = reverse("version", args=[v.ar, v.kod])
        adress = rot + sida.plats if sida else f"{rot}?saknas={aktiv}"
        yield {"text": v.namn, "url": adress, "aktiv": v == version}


def _saknas(request, version: Budgetversion, sidor: Iterable[str]) -> str:
    """What is said to who came by a version switch from a page (`?saknas=`) that this version does not have."""
    nyckel = request.GET.get("saknas", "")
    namn = SIDNAMN.get(nyckel) or (
        Uppstallning.objects.filter(kod=nyckel[:50]).values_list("namn", flat=True).first() if nyckel else ""
    )
    if not namn or nyckel in sidor:
        return ""
    return f"{namn} finns inte i {version}, eller kan inte läsas än. Här är det som finns."


def namndens_rest(request, atkomst) -> frozenset[int]:
    """The enheter of a nämnd's own version that the user may not read."""
    return get_behorighet(request).namndens_enheter(atkomst.version.period) - atkomst.urval.enheter


def ser_kontrollen(request, atkomst) -> bool:
    """Whether the user reads all that the page Kontroll adds up: the region, or the nämnd whose version it is."""
    return atkomst.urval.allt or bool(atkomst.version.namnd_id and not namndens_rest(request, atkomst))


def bricka(version: Budgetversion) -> dict:
    """The badge that says what state a version is in."""
    if version.faststalld:
        return {"slag": "beslutad", "text": "Fastställd"}
    if version.beredd:
        return {"slag": "last", "text": "Beredd"}
    return {"slag": "last", "text": "Låst"} if version.last else {"slag": "oppen", "text": "Öppen"}


@login_required
@require_GET
def versioner(request):
    """All versions that the user may read, newest first."""
    behorighet = get_behorighet(request)
    rader = [
        {"version": v, "bricka": bricka(v), "url": reverse("version", args=[v.ar, v.kod])}
        for v in Budgetversion.objects.select_related("kopia_av", "namnd")
        if behorighet.urval(Ratt.LASA_BELOPP, last=v.last, period=v.period)
    ]
    if not rader and not behorighet.omfang(Ratt.LASA_BELOPP):
        behorighet.krav(Ratt.LASA_BELOPP)
    grupper = [
        {"rubrik": "Regionens budgetar", "rader": [r for r in rader if not r["version"].namnd_id]},
        {"rubrik": "Nämndernas internbudgetar", "rader": [r for r in rader if r["version"].namnd_id]},
    ]
    return render(request, "budget/versioner.html", {"grupper": [g for g in grupper if g["rader"]]})


@login_required
@require_GET
def version(request, ar, kod):
    """About a version: what it is, its tables, and what may be done with it."""
    atkomst = oppna_version(request, ar, kod)
    innehall = ram(request, atkomst, "") | {"rubrik": atkomst.version.namn}
    innehall["tabeller"] = [
        {"namn": u.namn, "text": u.ingress, "url": f"{u.kod}/", "handling": u.handling}
        for u in atkomst.uppstallningar
        if u.kod != "resultatkrav"
    ]
    innehall |= {
        "steg": bygg_steg(atkomst.version),
        "knappar": list(_knappar(atkomst.version)) if innehall["far_styra"] else [],
    }
    innehall["andrad_av"] = Budgetversion.objects.filter(
        kopia_av=atkomst.version, typ=Versionstyp.TILLAGG, faststalld=True
    ).order_by("beslut_datum", "pk")
    innehall["senaste"] = senaste = _senaste_jobb(request, atkomst.version, "handling")
    klar = senaste and senaste.status == Jobbstatus.KLAR
    innehall["handlingen_inaktuell"] = bool(klar) and andrad_sedan(atkomst.version, senaste.skapad)
    innehall["far_se_ifyllnader"] = get_behorighet(request).far(Ratt.LASA_HISTORIK)
    return render(request, "budget/version.html", innehall)


def _knappar(v: Budgetversion):
    """What may be done with a version as it stands, the next step of its way first."""
    beslutas, bereds = v.typ in BESLUTAS, v.typ in BEREDS
    vad = "internbudget" if v.namnd_id else "budget"
    kan = {
        "bered_version": ("Registrera beredning", bereds and not v.faststalld and not v.beredd),
        "faststall_version": ("Fastställ", beslutas and not v.faststalld and (v.beredd or not bereds)),
        "nasta_ar": (f"Starta {vad} {v.ar + 1}", beslutas and v.faststalld),
        "tillaggsbudget": ("Ny tilläggsbudget", bereds and v.faststalld),
        "las_version": ("Lås versionen", not v.last),
        "las_upp_version": (
            "Lämna tillbaka" if v.beredd else "Öppna versionen igen",
            v.last and not v.faststalld,
        ),
        "kopiera_version": ("Kopiera till ny version", True),
    }
    forst = True
    for namn, (text, gar) in kan.items():
        if gar:
            yield {"text": text, "url": reverse(namn, args=[v.ar, v.kod]), "forst": forst}
            forst = False


@login_required
@require_GET
def tabell(request, ar, kod, uppstallning):
    """One table of a version."""
    atkomst = oppna_version(request, ar, kod)
    u = oppna_uppstallning(atkomst, uppstallning)
    innehall = ram(request, atkomst, u.kod, titel=u.namn) | {"uppstallning": u}
    innehall["far_skriva"] = skrivbart_har(request, atkomst.version, u)
    if u.kod == "balanskrav":
        return _balanskrav(request, atkomst, innehall)
    t = las_uppstallning(atkomst.version, u, atkomst.kolumner[u], atkomst.urval)
    laser = get_behorighet(request).urval(
        Ratt.LASA_DELAR, last=atkomst.version.last, period=atkomst.version.period
    )
    kommentarer = rakna_per_plats(atkomst.version, u, laser)
    innehall["tabeller"] = [visa(markera_kommentarer(t, kommentarer))]
    if u.kod == "regionbidrag" and atkomst.urval.allt:
        krav = next((x for x in atkomst.uppstallningar if x.kod == "resultatkrav"), None)
        if krav:
            resultatkrav = las_tabell(atkomst.version, krav, atkomst.kolumner[krav], atkomst.urval)
            innehall["tabeller"] += [visa(resultatkrav)] if resultatkrav.rader else []
    if u.kod == "regionbidrag" and atkomst.urval.allt:
        innehall["ramrorelser"] = ramrorelser(request, atkomst)
        innehall["varningstexter"] = list(filter(None, [utgangslagets_text(atkomst.version)]))
    if u.kod == "balansbudget" and atkomst.urval.allt:
        innehall["varningstexter"] = [kapitaltext(r) for r in hamta_kapitalrorelser([atkomst.version])]
    for andring in las_andringar(atkomst.version, atkomst.urval, bara=u.kod):
        innehall["tabeller"].append(visa(andring))
        if andring.nyckel == TILLAGG:
            innehall["finansieras"] = andring.ingress.split("\n\n")[0]
    if u.kod in SAMBANDSTABELLER and atkomst.urval.allt:
        innehall["samband"] = sambandsrader(hamta_samband(atkomst.version), u.kod)
    innehall["rubrik"], innehall["ingress"] = t.rubrik, t.ingress
    innehall["tom"] = not any(c.varde is not None for r in t.rader for c in r.celler)
    return render(request, "budget/tabell.html", innehall)


def _balanskrav(request, atkomst, innehall):
    tabeller, lage = las_balanskrav(atkomst.version)
    innehall["lage"] = lage
    innehall["jobb"] = _senaste_jobb(request, atkomst.version, "balanskrav")
    if lage:
        innehall["tabeller"] = [visa(t) for t in tabeller]
        innehall["remsa"] = bygg_remsa(tabeller[0], lage.resultat)
        innehall["varningar"] = [a.text for a in varningar(lage.resultat)] + [
            skild_rad(a) for a in hamta_skilda_rader(atkomst.version, innehall["uppstallning"])
        ]
        innehall["upplysningar"] = [
            a
            for ett_ar in lage.resultat.ar
            for a in ett_ar.anmarkningar
            if a.niva == "info" and not a.kod.startswith("AVRUNDNING")
        ]
        innehall["rubrik"], innehall["ingress"] = tabeller[0].rubrik, tabeller[0].ingress
    else:
        innehall["rubrik"] = "Balanskravsutredning"
        innehall["ingress"] = f"{atkomst.version.namn}, mnkr."
    return render(request, "budget/balanskrav.html", innehall)


def _senaste_jobb(request, version, slag) -> Jobb | None:
    """The user's own latest job of a kind for the version, unless it has been succeeded by a result."""
    jobb = (
        Jobb.objects.filter(agare=request.user, slag=slag, parametrar__version=version.pk)
        .prefetch_related("filer")
        .first()
    )
    if jobb and slag == "balanskrav" and jobb.status == Jobbstatus.KLAR:
        return None
    return jobb


@login_required
@require_GET
def kontroll(request, ar, kod):
    """Figures against what they should agree with: what differs, by how much, and whether rounding explains it."""
    atkomst = oppna_version(request, ar, kod)
    if not ser_kontrollen(request, atkomst):
        get_behorighet(request).krav(Ratt.LASA_BELOPP)
    avvikelser = hamta_sedda_avvikelser([atkomst.version])
    innehall = ram(request, atkomst, "kontroll", titel="Kontroll")
    t = bygg_kontroll(atkomst.version, avvikelser)
    beslut = hamta_beslutsavvikelser([atkomst.version])
    innehall |= {
        "rubrik": f"Kontroll av {'beslutade tal' if atkomst.version.faststalld else 'siffror'}",
        "ingress": t.ingress,
    }
    innehall |= {"t": visa(t), "antal": len(avvikelser), "sammanfattning": sammanfatta(avvikelser, beslut)}
    v = atkomst.version
    andra = Budgetversion.objects.none()
    if atkomst.urval.allt:
        kallor = Versionskolumn.objects.filter(version=v).exclude(kalla=v).values("kalla")
        andra = Budgetversion.objects.filter(pk__in=kallor, status=Status.LAST).order_by("ar", "kod")
    innehall |= {
        "beslut": [skriv_avvikelse(a) for a in beslut],
        "lagfel": [f.anmarkning.text for f in hamta_lagfel([v])] if atkomst.urval.allt else [],
        "beviljat": [skriv_utan_objekt(n, f) for n, f in hamta_beviljat_utan_objekt(v)]
        if atkomst.urval.allt
        else [],
        "utanfor": skilda_utanfor(v, hamta_skilda(v, hamta_samband(v))) if atkomst.urval.allt else [],
        "andra": [{"namn": str(a), "url": reverse("kontroll", args=[a.ar, a.kod])} for a in andra],
    }
    return render(request, "budget/kontroll.html", innehall)


def adressrot(request) -> str:
    """The address of the site, for links in a file."""
    return request.build_absolute_uri("/").rstrip("/")


def svara_med_bok(dokument: Handling) -> HttpResponse:
    """The workbook of a document, made on the spot."""
    svar = HttpResponse(xlsx.skriv_handling(dokument), content_type=XLSX)
    svar["Content-Disposition"] = f'attachment; filename="{dokument.nyckel}.xlsx"'
    return svar


@login_required
@require_GET
def excel(request, ar, kod, uppstallning):
    """The workbook of one table, made on the spot."""
    atkomst = oppna_version(request, ar, kod, Ratt.EXPORTERA)
    u = oppna_uppstallning(atkomst, uppstallning)
    dokument = bygg_handling(atkomst.version, atkomst.urval, bara=u.kod, rot=adressrot(request))
    return svara_med_bok(dokument)


@login_required
@require_POST
def skapa_handling(request, ar, kod):
    """Queue the PDF and workbook of a version, or of one table (`bara`)."""
    atkomst = oppna_version(request, ar, kod, Ratt.EXPORTERA)
    bara = request.POST.get("bara", "")
    if bara:
        oppna_uppstallning(atkomst, bara)
    jobb = starta_handling(
        version=atkomst.version,
        urval=atkomst.urval,
        bara=bara,
        rot=adressrot(request),
        by=request.user,
    )
    if vill_ha_fragment(request):
        return render(request, "jobb/_foljer.html", {"jobb": jobb})
    return redirect(jobb)
