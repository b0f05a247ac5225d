"""`make bench-inmatning`: the entry page of 200 cells and its save, as ratios to a bare view of three queries.

One run, one process, one database made for the purpose and dropped afterwards. With --json for machines.
"""

import json
import statistics
import sys
from functools import partial

from gemensamt import databas, median

OMGANGAR, VARV, VARV_FORMSET = 3, 30, 10
ADRESS = "/budget/2024/B2024-ARB/regionbidrag/inmatning/"
CELLER = 200


def _bygg_data():
    """Enough enheter for about 200 open cells in the working version's regionbidrag."""
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from budget.models import Belopp
    from organisation.models import Enhet, Placering

    call_command("ladda_exempel", utan_huvudbok=True, verbosity=0)
    mall = Belopp.objects.select_related("version").get(version__kod="B2024-ARB", enhet__kod="KN", ar=2024)
    plats = Placering.objects.get(enhet=mall.enhet)
    har = Belopp.objects.filter(version=mall.version, post=mall.post).count()
    for i in range((CELLER - har) // 3):
        enhet = Enhet.objects.create(kod=f"BENCH{i}", namn=f"Enhet {i}", typ="forvaltning")
        Placering.objects.create(
            enhet=enhet, namnd=plats.namnd, sektor=plats.sektor, ordning=100 + i, giltig_fran="2022-01-01"
        )
        Belopp.objects.bulk_create(
            Belopp(
                version=mall.version,
                enhet=enhet,
                post=mall.post,
                ar=ar,
                belopp=1_000_000 + i,
                precision=1,
                ursprung="inmatad",
                andrad_tid=timezone.now(),
            )
            for ar in mall.version.ar_lista
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum would have done in a database that is in use
    return Belopp.objects.filter(version=mall.version, post=mall.post)


def _mat() -> dict:
    from django.forms import modelformset_factory
    from django.http import JsonResponse
    from django.shortcuts import render
    from django.test import Client, override_settings
    from django.urls import include, path

    from budget.models import Belopp
    from organisation.models import Anvandare
    from organisation.permissions import get_behorighet

    belopp = _bygg_data()
    formset_klass = modelformset_factory(Belopp, fields=("belopp",), extra=0)

    def bar(request):
        return JsonResponse({"roller": len(get_behorighet(request).roller)})

    def formset(request):
        rader = formset_klass(request.POST or None, queryset=belopp.order_by("pk"))
        if request.method == "POST" and rader.is_valid():
            rader.save()
        return render(request, "bench.html", {"rader": rader})

    sys.modules[__name__].urlpatterns = [
        path("bench/bar/", bar),
        path("bench/formset/", formset),
        path("", include("regionskane.urls")),
    ]
    klient = Client()
    with override_settings(ROOT_URLCONF=__name__, TEMPLATES=_mallar()):
        klient.force_login(
            Anvandare.objects.get(username="koncerncontroller"),
            backend="django.contrib.auth.backends.ModelBackend",
        )
        resultat = {"celler": belopp.count()}
        for namn, gor, varv in (
            ("sida", lambda _: partial(klient.get, ADRESS), VARV),
            ("spara", lambda n: partial(klient.post, ADRESS, _formular(belopp, n)), VARV),
            ("formset_sida", lambda _: partial(klient.get, "/bench/formset/"), VARV_FORMSET),
            (
                "formset_spara",
                lambda n: partial(klient.post, "/bench/formset/", _formset_data(belopp, n)),
                VARV_FORMSET,
            ),
        ):
            # Side by side several times over: a machine that is slower for a while is so for both.
            par = [
                (
                    median("den bara vyn", lambda _: partial(klient.get, "/bench/bar/"), VARV),
                    median(namn, gor, varv),
                )
                for _ in range(OMGANGAR)
            ]
            resultat |= {
                f"{namn}_ms": round(statistics.median(tid for _, tid in par), 1),
                namn: round(statistics.median(tid / bar for bar, tid in par), 1),
            }
    return resultat


def _mallar():
    from django.conf import settings

    mall = "{{ rader.management_form }}{% for f in rader %}{{ f.as_p }}{% endfor %}"
    mallar = [dict(settings.TEMPLATES[0])]
    mallar[0]["APP_DIRS"] = False
    mallar[0]["OPTIONS"] = {
        **mallar[0]["OPTIONS"],
        "loaders": [
            (
                "django.template.loaders.cached.Loader",
                [
                    ("django.template.loaders.locmem.Loader", {"bench.html": mall}),
                    "django.template.loaders.filesystem.Loader",
                    "django.template.loaders.app_directories.Loader",
                ],
            )
        ],
    }
    return mallar


def _formular(belopp, varv):
    """Every cell changed, with the base that the page would have shown. Read outside the measured view."""
    rader = list(belopp.values_list("enhet_id", "post_id", "ar", "rev", "belopp"))
    namn = {f"{e}.{p}.{ar}": (rev, str(v)) for e, p, ar, rev, v in rader}
    return {"bas": json.dumps(namn)} | {f"c.{n}": f"{100 + varv},{i}" for i, n in enumerate(namn)}


def _formset_data(belopp, varv):
    rader = list(belopp.order_by("pk").values_list("pk", flat=True))
    data = {"form-TOTAL_FORMS": len(rader), "form-INITIAL_FORMS": len(rader)}
    for i, pk in enumerate(rader):
        data |= {f"form-{i}-id": pk, f"form-{i}-belopp": 1_000_000 + varv * 10 + i}
    return data


def main() -> None:
    with databas():
        resultat = _mat()
    if "--json" in sys.argv:
        print(json.dumps(resultat))
        return
    print(
        f"{resultat['celler']} celler, median av {OMGANGAR} × {VARV}, som kvot mot en bar vy med tre frågor"
    )
    print(f"  inmatningssidan  {resultat['sida']:>6}  (högst 8)    formset {resultat['formset_sida']}")
    print(f"  sparandet        {resultat['spara']:>6}  (högst 20)   formset {resultat['formset_spara']}")


if __name__ == "__main__":
    main()
