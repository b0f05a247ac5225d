"""The commands that read in measurements: what they print, and how they end."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from indikatorer.models import Indikator, Matning
from tests.indikatorer.koladaserver import koladaserver, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def matt(db):
    return Indikator.objects.create(
        kod="prov", namn="Prov", enhetsslag="procent", enhet="procent", riktning="hogre", kolada_id="N1"
    )


def kor(*argument):
    ut, fel = io.StringIO(), io.StringIO()
    try:
        call_command(*map(str, argument), stdout=ut, stderr=fel)
    except CommandError as f:
        return ut.getvalue() + fel.getvalue(), str(f)
    return ut.getvalue(), None


def test_importera_matningar(matt, tmp_path):
    fil = tmp_path / "varden.csv"
    fil.write_text("indikator;period;värde\nprov;2024;66,7\n")
    assert kor("importera_matningar", fil, "--prova") == (
        "Skulle läsa in varden.csv: 1 nya, 0 ändrade, 0 borttagna, 0 oförändrade.\n",
        None,
    )
    assert not Matning.objects.filter(indikator=matt).exists()
    ut, _ = kor("importera_matningar", fil, "--json")
    svar = json.loads(ut)
    assert (svar["sparat"], svar["nya"], svar["andringar"], svar["anmarkningar"]) == (True, 1, [], [])
    assert kor("importera_matningar", fil)[0].endswith("0 nya, 0 ändrade, 0 borttagna, 1 oförändrade.\n")

    fil.write_text("indikator;period;värde\nprov;2024;70 (p)\n")
    ut, fel = kor("importera_matningar", fil)
    assert ut.splitlines()[0] == "Prov, 2024: 66,7 blir 70 (preliminärt)"
    assert fel == (
        "Inläsningen skulle ändra 1 och ta bort 0 värden som redan finns. Ingenting har sparats. "
        "Kör om med --ersatt om de ska ändras."
    )
    ut, fel = kor("importera_matningar", fil, "--json", "--ersatt")
    (andring,) = json.loads(ut)["andringar"]
    assert (andring["indikator"], andring["period"], andring["fore"]["varde"], andring["efter"]) == (
        "Prov", "2024", "66.7", {"varde": "70", "saknas": "", "preliminar": True},
    )  # fmt: skip

    fil.write_text("indikator;period;värde\nprov;igår;70\nokänd;2024;1\n")
    ut, fel = kor("importera_matningar", fil)
    assert ut.splitlines()[0].startswith("FEL: rad 2, «period»: «igår» är ingen period.")
    assert "FEL: rad 3: Indikatorn «okänd» finns inte i biblioteket." in ut
    assert fel.startswith("Ingenting har sparats.")
    ut, fel = kor("importera_matningar", fil, "--json")
    assert [a["rad"] for a in json.loads(ut)["anmarkningar"]] == [2, 3] and fel
    assert kor("importera_matningar", fil, "--prova")[1] == "2 fel. Ingenting har sparats."
    assert kor("importera_matningar", tmp_path / "borta.csv")[1].endswith("går inte att läsa.")


def test_importera_kolada(matt, settings):
    with koladaserver() as server:
        settings.KOLADA_URL = server.url
        server.poster = [post("N1", "0012", ar, ("T", ar - 1960)) for ar in range(2018, 2024)]
        ut, fel = kor("importera_kolada", "--kpi", "N1", "--ar", "2019-2021", "2023", "--json")
        assert (fel, json.loads(ut)["nya"]) == (None, 4)
        server.fel = {"alla": lambda h: h.svara(200, b"<html>")}
        assert kor("importera_kolada", "--ar", "2022")[1].startswith("Kolada gav en webbsida.")
    assert Matning.objects.filter(indikator=matt).count() == 4
    for ar in ("igår", "2024-2019", "1066"):
        assert kor("importera_kolada", "--ar", ar)[1].startswith(f"«{ar}» är varken ett år eller ett spann")
