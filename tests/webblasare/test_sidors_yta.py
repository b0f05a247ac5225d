"""Every page as it lies on the screen, with long names in it: no wider than the screen, no text on text, none cut.

One page per address of the permission table and role. The pages of a nämnd's part, a job and a ledger file, which the
table has with made-up numbers only, are made here.
"""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from budget.actions.budgetdel import oppna_for_inmatning
from budget.actions.kommentar import kommentera_cell, kommentera_del
from budget.actions.utfall import starta_inlasning, ta_emot_fil
from budget.actions.versioner import kopiera_version
from budget.models import Budgetversion, Post
from budget.selectors.celler import Cellnyckel
from organisation.models import Anvandare, Enhet
from regionskane.jobb.actions import kor_jobb
from regionskane.jobb.models import Jobb
from tests.budget.actions.test_utfall import KN, balans, csv
from tests.test_behorighet import ARB, ROLLER, TABELL

pytestmark = pytest.mark.webblasare

LANGT = "Kollektivtrafikupphandlingsdirektiv" * 3
FILNAMN = "huvudbok_" + "x" * 187 + ".csv"
# Addresses that give a file.
FILER = {
    *("halsa", "excel", "ifyllnadsbok", "ifyllnadsfil", "scenario_excel", "kontoplansfil", "utfallsexcel"),
    *("utfallsrader_csv", "utfallsrader_excel", "indikatorexport", "indikatorbilaga_excel", "kalender_excel"),
    *("malplan_excel", "styrkort_excel", "askanden_excel", "jamforelse_excel", "jamfor_excel"),
}

_GRANSKA = (Path(__file__).parent / "granska_ytan.js").read_text(encoding="utf-8")


@pytest.fixture
def langa_ord(exempel_pa_riktigt):
    """What people can name and write as one word as long as its field; gives the addresses of its pages."""
    erik = Anvandare.objects.get(username="koncerncontroller")
    version = Budgetversion.objects.get(kod="B2024-ARB")
    oppna_for_inmatning(version=version, sista_dag=timezone.localdate() + timedelta(10), by=erik)
    kommentera_del(budgetdel=version.delar.get(namnd__kod="KN"), text=f"Se {LANGT} {'0f' * 32}", by=erik)
    post = Post.objects.get(uppstallning__kod="regionbidrag", kod="regionbidrag")
    cell = Cellnyckel(Enhet.objects.get(kod="KN").pk, post.pk, 2024)
    kommentera_cell(version=version, cell=cell, text=LANGT, by=erik)
    kopia = kopiera_version(kalla=version, kod="B" + "X" * 19, namn=LANGT[:100], by=erik)
    innehall = csv(*balans(202403, KN, "9991", 5, "A" * 60))
    fil = ta_emot_fil(block=[innehall], namn=FILNAMN, by=erik).fil
    jobb = starta_inlasning(fil=fil, by=erik)
    kor_jobb(str(Jobb.objects.get(pk=jobb.pk).pk))
    k, rb = f"/budget/{kopia.ar}/{kopia.kod}", "regionbidrag/regionbidrag"
    return {
        "koncerncontroller": [
            *(f"{k}/", f"{k}/regionbidrag/", f"{k}/jamfor/", f"{k}/brygga/", f"{k}/kopiera/"),
            *(f"{ARB}/delar/", f"{ARB}/delar/KN/", f"{ARB}/varifran/{rb}/enhet-KN/2024/"),
            *(f"/utfall/filer/{fil.pk}/", jobb.get_absolute_url()),
        ],
        "administrator": [f"/organisation/anvandare/{erik.pk}/"],
    }


def _adresser(roll: str) -> list[str]:
    """One page per name in the permission table, and each table of figures: those that the role reads."""
    nummer, sedda = ROLLER.index(roll), {}
    for namn, metod, adress, status in TABELL:
        if metod == "GET" and status[nummer] == 200 and namn not in FILER and not adress.startswith("/api/"):
            sedda.setdefault(adress if namn in ("tabell", "inmatning", "version") else namn, adress)
    return list(sedda.values())


@pytest.mark.parametrize(
    ("roll", "bredder"),
    [("koncerncontroller", (320, 1440)), ("politiker", (390, 820)), ("administrator", (320, 820, 1440))],
)
def test_sidan_ryms_och_ingen_text_star_pa_annan(roll, bredder, langa_ord, inloggad, live_server):
    sida, fynd = inloggad(roll), []
    for adress in [*_adresser(roll), *langa_ord.get(roll, ())]:
        sida.set_viewport_size({"width": bredder[0], "height": 900})
        svar = sida.goto(live_server.url + adress)
        if "html" not in svar.headers["content-type"]:
            fynd.append(f"{adress} är en fil, inte en sida")
            continue
        for bredd in bredder:
            sida.set_viewport_size({"width": bredd, "height": 900})
            fynd += [f"{bredd} {adress} {f}" for f in sida.evaluate(_GRANSKA)]
    assert fynd == []


@pytest.mark.parametrize(
    ("vad", "stil", "fel"),
    [
        ("main", {"minWidth": "400px"}, "bredare än skärmen"),
        ("h1", {"height": "4px", "overflow": "hidden"}, "klippt text"),
        (".ingress", {"marginTop": "-30px"}, "text på text"),
        ("h1", {"position": "relative", "left": "-60px"}, "utanför skärmen"),
    ],
)
def test_granskningen_kan_underkanna(vad, stil, fel, inloggad, live_server):
    sida = inloggad("politiker")
    sida.set_viewport_size({"width": 320, "height": 900})
    sida.goto(f"{live_server.url}/budget/2024/B2024/jamfor/")
    assert sida.evaluate(_GRANSKA) == []
    sida.evaluate("([vad, stil]) => Object.assign(document.querySelector(vad).style, stil)", [vad, stil])
    assert any(f.startswith(fel) for f in sida.evaluate(_GRANSKA))
