"""The JSON view of the same tables. Amounts are decimal strings in kronor, shares are fractions.

A row with an `enhet` of its own is in that instead of its columns': procent (3.1 is 3,1 %), antal or kr.
"""

from dataclasses import asdict

from django.urls import path, reverse
from rest_framework.decorators import api_view
from rest_framework.response import Response

from budget.actions import budgetdel
from budget.actions.askanden import AskandeFel, AskandetAndrat, besvara_askande
from budget.actions.justering import JusteringsFel, spara_justering
from budget.forms.askanden import Svarsformular
from budget.forms.budgetdel import Aterlamningsformular, Oppningsformular
from budget.models import Budgetversion
from budget.regler.delflode import Steg
from budget.selectors.askanden import radens_avtryck, som_text
from budget.selectors.budgetdel import las_avtryck
from budget.selectors.justering import hamta_brygga
from budget.selectors.uppstallning import hamta_uppstallningar, lasbara_uppstallningar
from budget.selectors.utfall import hamta_inlasta, hamta_uppfoljning, visade
from budget.tabeller.brygga import bygg_matris
from budget.tabeller.budgetdel import Delrad
from budget.tabeller.handling import las_balanskrav
from budget.tabeller.internbudget import las_internbudget
from budget.tabeller.investeringar import las_uppstallning
from budget.tabeller.jamforelse import las_jamforelse
from budget.tabeller.tillagg import las_andringar
from budget.tabeller.utfall import bygg_uppfoljning, varningar
from budget.views import utfall as utfallsvy
from budget.views.askanden import las_askandesida, las_askandetabell, oppna_rad
from budget.views.atkomst import oppna_uppstallning, oppna_version
from budget.views.brygga import oppna_brygga, valt_ar
from budget.views.budgetdel import far_ta_steg, krav_steg, mina_steg, oppna_del, oppna_delar
from budget.views.jamforelse import oppna_jamforelse
from budget.views.justering import bygg_formular, krav_justera
from organisation.permissions import Ratt, get_behorighet
from regionskane.indata import som_formular
from regionskane.lib.tabell import Tabell


@api_view(["GET"])
def versioner(request):
    """The versions that the user may read, with the addresses of their tables."""
    behorighet = get_behorighet(request)
    svar = []
    versioner = list(Budgetversion.objects.all())
    uppstallningar = hamta_uppstallningar(versioner)
    for v in versioner:
        urval = behorighet.urval(Ratt.LASA_BELOPP, last=v.last, period=v.period)
        if urval:
            svar.append(
                {
                    "kod": v.kod,
                    "namn": v.namn,
                    "ar": v.ar,
                    "typ": v.typ,
                    "status": v.status,
                    "faststalld": v.faststalld,
                    "tabeller": {
                        u.kod: reverse("api_tabell", args=[v.ar, v.kod, u.kod])
                        for u in lasbara_uppstallningar(uppstallningar[v.pk], urval)
                    },
                }
            )
    return Response(svar)


@api_view(["GET"])
def tabell(request, ar, kod, uppstallning):
    """One table: the same object that page, PDF and workbook show."""
    atkomst = oppna_version(request, ar, kod)
    u = oppna_uppstallning(atkomst, uppstallning)
    svar = {"version": atkomst.version.kod}
    if u.kod == "balanskrav":
        tabeller, lage = las_balanskrav(atkomst.version)
        svar["utredning"] = lage and {
            "beraknad": lage.utredning.skapad,
            "regelversion": lage.utredning.regelversion,
            "aktuell": lage.aktuell,
        }
    elif u.per_forvaltning:
        tabeller = las_internbudget(atkomst.version, u, atkomst.kolumner[u], atkomst.urval)
    else:
        tabeller = (
            las_uppstallning(atkomst.version, u, atkomst.kolumner[u], atkomst.urval),
            *las_andringar(atkomst.version, atkomst.urval, bara=u.kod),
        )
    return Response(svar | {"tabeller": [_som_json(t) for t in tabeller]})


@api_view(["GET"])
def jamforelse(request, ar, kod):
    """A version beside another one, chosen as in the page's address (`mot`, `ar`, `mot_ar`): the same tables."""
    o = oppna_jamforelse(request, ar, kod)
    if o.val is None or o.arsnot:
        fel = o.arsnot or "Skicka mot, koden för den version som ska jämföras."
        return Response({"fel": [fel]}, status=400)
    jamfort = las_jamforelse(o.val, o.urval)
    svar = {"version": o.val.version.kod, "mot": o.val.mot.kod, "ar": o.val.ar, "mot_ar": o.val.mot_ar}
    return Response(svar | {"tabeller": [_som_json(t) for t in jamfort.tabeller]})


@api_view(["GET", "POST"])
def justeringar(request, ar, kod):
    """The matrix 4B of the version's first year, or of `?ar=`; a POST enters a justering.

    It takes {"titel", "block", "ar", "prisniva", "motiv", "rader": {enhet: mnkr as text}, "besluta": true|false} and
    answers 201 with its address, or 400 with what is wrong with it: the same rules as the form's.
    """
    atkomst = oppna_brygga(request, ar, kod)
    if request.method == "GET":
        data = hamta_brygga(atkomst.version, valt_ar(request, atkomst.version), atkomst.urval)
        return Response({"version": atkomst.version.kod, "tabeller": [_som_json(bygg_matris(data))]})
    krav_justera(request, atkomst.version)
    if not isinstance(request.data, dict) or not isinstance(request.data.get("rader", {}), dict):
        return Response(
            {"fel": ["Skicka ett JSON-objekt; rader är ett objekt med enhet och belopp."]}, status=400
        )
    rader = {f"belopp-{enhet}": str(belopp) for enhet, belopp in request.data.get("rader", {}).items()}
    uppgifter = {namn: v for namn, v in request.data.items() if namn != "rader"}
    form = bygg_formular(atkomst, None, som_formular(uppgifter) | rader)
    if okanda := sorted(rader.keys() - form.fields.keys()):
        namn = ", ".join(o.removeprefix("belopp-") for o in okanda)
        return Response({"fel": [f"Enheten finns inte i versionen: {namn}."]}, status=400)
    if not form.is_valid():
        fel = [f"{falt}: {text}" for falt, lista in form.errors.items() for text in lista]
        return Response({"fel": fel}, status=400)
    try:
        sparad = spara_justering(
            version=atkomst.version,
            uppgifter=form.uppgifter(),
            rader=form.rader(rest_pa_finans=False),
            by=request.user,
            besluta=request.data.get("besluta") is True,
        )
    except JusteringsFel as fel:
        return Response({"fel": [str(fel)]}, status=400)
    adress = reverse("justering", args=[ar, kod, sparad.pk])
    return Response({"id": sparad.pk, "status": sparad.status, "adress": adress}, status=201)


@api_view(["GET"])
def askanden(request, ar, kod):
    """What the nämnder ask for, those of one with `?namnd=`: the same table as the page's."""
    s = las_askandesida(request, ar, kod)
    return Response({"version": s.atkomst.version.kod} | _tabell(las_askandetabell(request, s, for_fil=True)))


@api_view(["GET", "POST"])
def askande(request, ar, kod, enhet, post):
    """One row, in kronor by year; a POST answers it.

    It takes {"utfall": "justering" | "delvis" | "avslas", "text", "belopp": {year: mnkr as text}, "rev", "avtryck"
    (of the row, as the GET showed it)} and answers 201 with the answer, 400 with what is wrong, 409 when somebody was
    there before: the same rules as the form's.
    """
    atkomst, rad = oppna_rad(request, ar, kod, enhet, post)
    if request.method == "GET":
        return Response(_askande_som_json(rad))
    get_behorighet(request).krav(Ratt.BESVARA_ASKANDE)
    data = request.data if isinstance(request.data, dict) else {}
    belopp = data.get("belopp", {})
    if not isinstance(belopp, dict):
        return Response({"fel": ["belopp är ett objekt med år och belopp."]}, status=400)
    falt = {namn: data.get(namn, "") for namn in ("utfall", "text", "rev", "avtryck")}
    form = Svarsformular(som_formular(falt) | {f"belopp-{ar}": str(b) for ar, b in belopp.items()}, rad=rad)
    if not form.is_valid():
        fel = [f"{falt}: {text}" for falt, lista in form.errors.items() for text in lista]
        return Response({"fel": fel}, status=400)
    if not form.cleaned_data["avtryck"]:
        return Response(
            {"fel": ["Skicka avtryck, det som GET visade, så att just det besvaras."]}, status=400
        )
    try:
        besvara_askande(
            version=atkomst.version,
            rad=rad,
            utfall=form.cleaned_data["utfall"],
            text=form.cleaned_data["text"],
            delvis=form.delvis(),
            by=request.user,
            sedd_rev=form.cleaned_data["rev"] or 0,
            avtryck=form.cleaned_data["avtryck"],
        )
    except AskandeFel as fel:
        return Response({"fel": [str(fel)]}, status=409 if isinstance(fel, AskandetAndrat) else 400)
    _, rad = oppna_rad(request, ar, kod, enhet, post)
    return Response(_askande_som_json(rad), status=201)


def _askande_som_json(rad) -> dict:
    svar = rad.svar
    return {
        "enhet": rad.plats.enhet_kod,
        "rad": rad.post.kod,
        "ram": som_text(rad.ram),
        "begart": som_text(rad.begart),
        "motiv": rad.motiv.text if rad.motiv else "",
        "avtryck": radens_avtryck(rad),
        "svar": svar
        and {
            "utfall": svar.utfall,
            "text": svar.text,
            "beviljat": svar.beviljat,
            "justeringar": [j.pk for j in svar.justeringar.all()],
            "rev": svar.rev,
        },
    }


@api_view(["GET", "POST"])
def delar(request, ar, kod):
    """The nämnder's parts that the user may read; a POST of {"sista_dag": "2024-10-01"} opens the version for entry.

    A POST answers 201, or 400 with what is wrong with it.
    """
    atkomst, rader = oppna_delar(request, ar, kod)
    if request.method == "POST":
        get_behorighet(request).krav(Ratt.GRANSKA_DELAR)
        form = Oppningsformular(som_formular(request.data))
        if not form.is_valid():
            return Response({"fel": [fel for lista in form.errors.values() for fel in lista]}, status=400)
        try:
            antal = budgetdel.oppna_for_inmatning(
                version=atkomst.version, sista_dag=form.cleaned_data["sista_dag"], by=request.user
            )
        except budgetdel.DelFel as fel:
            return Response({"fel": [str(fel)]}, status=400)
        return Response({"oppnade": antal}, status=201)
    return Response({"version": atkomst.version.kod, "delar": [_del_som_json(r) for r in rader]})


@api_view(["GET", "POST"])
def en_del(request, ar, kod, namnd):
    """One part with the steps that the user may take; a POST takes one.

    It takes {"steg", "rev"}, and "avtryck" (the amounts as the GET showed them) to hand in, "kommentar" and perhaps
    "sista_dag" to give back. Answers 200 with the part, 400 with what is wrong, 409 when somebody was there before.
    """
    d = oppna_del(request, ar, kod, namnd)
    if request.method == "POST":
        data = request.data if isinstance(request.data, dict) else {}
        steg = next((s for s in Steg if s == data.get("steg")), None)
        if steg is None:
            if not any(far_ta_steg(request, d, s) for s in Steg):
                krav_steg(request, d, Steg.GRANSKA)
            return Response({"fel": [f"Skicka steg, ett av {', '.join(Steg)}."]}, status=400)
        krav_steg(request, d, steg)
        try:
            _ta_steg(d, steg, data, request.user)
        except budgetdel.DelFel as fel:
            status = 409 if isinstance(fel, budgetdel.DelenAndrad) else 400
            return Response({"fel": [str(fel)]}, status=status)
        d = oppna_del(request, ar, kod, namnd)
    svar = _del_som_json(d.rad) | {
        "avtryck": las_avtryck(d.atkomst.version, d.enheter),
        "steg": [s.value for s in mina_steg(request, d)],
    }
    return Response(svar)


def _ta_steg(d, steg: Steg, data: dict, anvandare) -> None:
    rev = data.get("rev")
    if rev is not None and (not isinstance(rev, int) or isinstance(rev, bool) or abs(rev) >= 1 << 31):
        raise budgetdel.DelFel("rev är ett heltal: det som GET visade.")
    gemensamt = {"budgetdel": d.budgetdel, "by": anvandare, "sedd_rev": rev}
    if steg == Steg.LAMNA_IN:
        if not data.get("avtryck"):
            raise budgetdel.DelFel("Skicka avtryck, det som GET visade, så att just de beloppen lämnas in.")
        budgetdel.lamna_in(avtryck=str(data["avtryck"]), **gemensamt)
    elif steg == Steg.ATERLAMNA:
        falt = {"kommentar": data.get("kommentar", ""), "sista_dag": data.get("sista_dag", "")}
        form = Aterlamningsformular(som_formular(falt) | {"rev": rev or 0})
        if not form.is_valid():
            raise budgetdel.DelFel(" ".join(fel for lista in form.errors.values() for fel in lista))
        budgetdel.aterlamna(
            kommentar=form.cleaned_data["kommentar"], sista_dag=form.cleaned_data["sista_dag"], **gemensamt
        )
    else:
        gor = {
            Steg.TA_TILLBAKA: budgetdel.ta_tillbaka,
            Steg.GRANSKA: budgetdel.granska,
            Steg.KLARMARKERA: budgetdel.klarmarkera,
        }[steg]
        gor(**gemensamt)


def _del_som_json(r: Delrad) -> dict:
    return {
        "namnd": r.budgetdel.namnd.kod,
        "namn": r.namnd,
        "status": r.budgetdel.status,
        "sista_dag": r.budgetdel.sista_dag,
        "inlamnad": r.budgetdel.inlamnad_tid,
        "vantar": r.lage.vantar and not r.stangd,
        "dagar": r.lage.dagar,
        "sen": r.sen,
        "senast_andrad": r.senast,
        "celler": r.celler,
        "tomma": r.tomma,
        "oppna_kommentarer": r.kommentarer,
        "rev": r.budgetdel.rev,
    }


def _som_json(t: Tabell) -> dict:
    return {
        "nyckel": t.nyckel,
        "rubrik": t.rubrik,
        "noter": list(t.noter),
        "kolumner": [asdict(k) for k in t.kolumner],
        "rader": [
            {
                "nyckel": r.nyckel,
                "rubrik": r.rubrik,
                "slag": r.slag,
                "delar": [list(d) for d in r.delar],
                "enhet": r.enhet or None,
                "celler": {
                    k.nyckel: {
                        "varde": c.text if c.text is not None else None if c.varde is None else str(c.varde),
                        "visat": r.i(k).text(c),
                        "kalla": c.kalla,
                        "noter": list(c.noter),
                    }
                    | ({} if c.delar_ger is None else {"delarna_ger": str(c.delar_ger)})
                    for k, c in zip(t.kolumner, r.celler, strict=False)
                },
            }
            for r in t.rader
        ],
    }


@api_view(["GET"])
def utfall(request, ar):
    """The follow-up of a choice (`av`, `fran`, `till`, `interna`, as in the page's address): the same table."""
    atkomst = utfallsvy.oppna_utfall(request, ar)
    u = hamta_uppfoljning(atkomst.urval)
    return Response(
        _utfallssvar(atkomst, u.pahittad) | {"varningar": varningar(u), **_tabell(bygg_uppfoljning(u))}
    )


@api_view(["GET"])
def utfallspost(request, ar, kod):
    """The konton that a line's utfall is made of, in kronor with shown signs."""
    atkomst = utfallsvy.oppna_utfall(request, ar)
    q = atkomst.urval
    pahittad = any(i.pahittad for i in visade(hamta_inlasta(q.avgransning, q.ar), q))
    return Response(_utfallssvar(atkomst, pahittad) | _tabell(utfallsvy.las_konton(atkomst, kod)))


@api_view(["GET"])
def utfallsrader(request, ar):
    """A screen of the ledger's lines; `nasta` is the query of the next one, `summa` is of all lines of the filter."""
    atkomst = utfallsvy.oppna_utfall(request, ar, Ratt.LASA_HUVUDBOK)
    sida = utfallsvy.las_rader(request, atkomst)
    return Response(
        _utfallssvar(atkomst, sida.summa.pahittad)
        | {"antal": sida.summa.antal, "summa": str(-sida.summa.belopp), "nasta": sida.nasta or None}
        | _tabell(sida.tabell)
    )


def _utfallssvar(atkomst, pahittad: bool) -> dict:
    q = atkomst.urval
    return {
        "av": q.avgransning.nyckel,
        "namn": q.avgransning.namn,
        "ar": q.ar,
        "fran": q.fran,
        "till": q.till,
        "interna": q.interna.value,
        "pahittad": pahittad,
    }


def _tabell(t: Tabell) -> dict:
    return {"tabeller": [_som_json(t)]}


urlpatterns = [
    path("utfall/<int:ar>/", utfall, name="api_utfall"),
    path("utfall/<int:ar>/post/<slug:kod>/", utfallspost, name="api_utfallspost"),
    path("utfall/<int:ar>/rader/", utfallsrader, name="api_utfallsrader"),
    path("budget/", versioner, name="api_versioner"),
    path("budget/<int:ar>/<slug:kod>/justeringar/", justeringar, name="api_justeringar"),
    path("budget/<int:ar>/<slug:kod>/jamfor/", jamforelse, name="api_jamforelse"),
    path("budget/<int:ar>/<slug:kod>/askanden/", askanden, name="api_askanden"),
    path("budget/<int:ar>/<slug:kod>/askanden/rad/<slug:enhet>/<slug:post>/", askande, name="api_askande"),
    path("budget/<int:ar>/<slug:kod>/delar/", delar, name="api_delar"),
    path("budget/<int:ar>/<slug:kod>/delar/<slug:namnd>/", en_del, name="api_del"),
    path("budget/<int:ar>/<slug:kod>/<slug:uppstallning>/", tabell, name="api_tabell"),
]
