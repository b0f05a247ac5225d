"""Which passwords are refused, and what is said."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from organisation.actions import TIDIGARE, AnvandareFel, byt_losenord, marke_for_losenordet, nytt_losenord
from organisation.losenord import LANGST, VanligtLosenord
from organisation.models import Anvandare, TidigareLosenord
from tests.lib.fientlig import Matt

MALIN = Anvandare(
    username="malab12", first_name="Malin", last_name="Åberg", email="malin.aberg@region.invalid"
)


@pytest.mark.parametrize(
    ("losenord", "sagt"),
    [
        ("Sommaren2026!", "vanligt ord"),
        ("2026Sommaren!!", "vanligt ord"),
        ("Höstterminen1", None),
        ("Lösenord123!", "vanligt ord"),
        ("L0senord1234", "vanligt ord"),
        ("P@ssw0rd2026", "vanligt ord"),
        ("Regionskane2026", "vanligt ord"),
        ("Region Skåne 2026", "vanligt ord"),
        ("Budget-2026-Skåne", "vanligt ord"),
        ("Välkommen2026", "vanligt ord"),
        ("MalinÅberg2026", "vanligt ord"),
        ("Aberg!Malin!99", "vanligt ord"),
        ("malab12-2026-11", "vanligt ord"),
        ("2026-11-29 12:30", "vanligt ord"),
        ("aaaaaaaaaaaa", "om och om igen"),
        ("abcabcabcabc", "om och om igen"),
        ("ababababababab1", "om och om igen"),
        ("kobberkobber", "om och om igen"),
        ("kobberkobber1!", "om och om igen"),
        ("qwertyqwerty", "om och om igen"),
        ("123456789012", "rad på tangentbordet"),
        ("qwertyuiop12", "rad på tangentbordet"),
        ("abcdefghijklm", "rad på tangentbordet"),
        ("zyxwvutsrqpo", "rad på tangentbordet"),
        ("kort", "12 tecken"),
        ("en mening om hav", None),
        ("Sommaren i Skåne är grönskande", None),
        ("korrekt häst batteri", None),
        ("8f#2K!9$4-vQ7xz", None),
        ("2#5!9$4-7x&3%1", None),
        ("tall-dimma-udde-1742", None),
    ],
)
def test_vanliga_och_upprepade_losenord_nekas_med_en_mening(losenord, sagt):
    if sagt is None:
        validate_password(losenord, MALIN)
        return
    with pytest.raises(ValidationError) as fel:
        validate_password(losenord, MALIN)
    assert sagt in " ".join(fel.value.messages)


def _byt(klient, gammalt, nytt):
    return klient.post("/losenord/", {"old_password": gammalt, "new_password1": nytt, "new_password2": nytt})


def _med_losenord(anvandare, losenord="tall dimma udde"):
    anvandare.set_password(losenord)
    anvandare.save()


def test_ett_losenord_som_man_har_haft_valjs_inte_igen(som, anvandare):
    revisor = anvandare("revisor")
    _med_losenord(revisor, "mening nummer 0 om hav")
    klient = som("revisor")
    for n in range(TIDIGARE):
        assert _byt(klient, f"mening nummer {n} om hav", f"mening nummer {n + 1} om hav").status_code == 302
    nu = f"mening nummer {TIDIGARE} om hav"
    for tidigare in range(TIDIGARE + 1):
        svar = _byt(klient, nu, f"mening nummer {tidigare} om hav")
        assert svar.status_code == 200 and "haft det lösenordet förut" in svar.content.decode()
    assert _byt(klient, nu, "en helt annan mening").status_code == 302
    assert TidigareLosenord.objects.filter(anvandare=revisor).count() == TIDIGARE
    # The oldest is forgotten.
    assert _byt(klient, "en helt annan mening", "mening nummer 0 om hav").status_code == 302


def test_efter_en_aterstallning_duger_inte_det_gamla(som, anvandare):
    revisor = anvandare("revisor")
    _med_losenord(revisor)
    nytt = nytt_losenord(anvandare=revisor, sett=marke_for_losenordet(revisor), by=anvandare("administrator"))
    svar = _byt(som("revisor"), nytt, "tall dimma udde")
    assert "haft det lösenordet förut" in svar.content.decode()


def test_svaret_rojer_inte_losenordet_for_den_som_inte_kan_det(som, anvandare):
    revisor = anvandare("revisor")
    _med_losenord(revisor)
    svar = _byt(som("revisor"), "fel", "tall dimma udde")
    assert "haft det lösenordet" not in svar.content.decode()
    assert "gamla lösenordet stämmer inte" in svar.content.decode()


def test_ett_byte_skriver_inte_over_en_aterstallning(anvandare):
    revisor = anvandare("revisor")
    _med_losenord(revisor)
    sen = Anvandare.objects.get(pk=revisor.pk)
    nytt_losenord(anvandare=revisor, sett=marke_for_losenordet(revisor), by=anvandare("administrator"))
    with pytest.raises(AnvandareFel, match="av någon annan"):
        byt_losenord(anvandare=sen, losenord="en helt annan mening")


LANGT = "kvxzw" + "1" * 80_000 + "b"


def test_provningen_av_ett_langt_losenord_tar_inte_mer_tid_an_det_ar_langt():
    with Matt() as matt, pytest.raises(ValidationError):
        VanligtLosenord().validate(LANGT)
    assert matt.cpu < 5


def test_ett_for_langt_losenord_provas_inte_alls(som, anvandare, monkeypatch):
    revisor = anvandare("revisor")
    _med_losenord(revisor)
    provade = []
    monkeypatch.setattr(VanligtLosenord, "validate", lambda _, losenord, user=None: provade.append(losenord))
    klient = som("revisor")
    for gammalt, nytt in (
        ("tall dimma udde", LANGT),
        (LANGT, "en mening om hav"),
        ("fel", "en mening om hav"),
    ):
        assert _byt(klient, gammalt, nytt).status_code == 200
    assert provade == []
    langst = "en mening om hav " * 20
    svar = _byt(klient, "tall dimma udde", langst[: LANGST + 1])
    assert f"Skriv högst {LANGST} tecken" in svar.content.decode() and provade == []
    assert _byt(klient, "tall dimma udde", langst[:LANGST]).status_code == 302
    assert provade == [langst[:LANGST]]


def test_ett_for_langt_losenord_provas_inte_vid_inloggningen(client, anvandare):
    _med_losenord(anvandare("revisor"), LANGT)
    svar = client.post("/logga-in/", {"username": "revisor", "password": LANGT})
    assert svar.status_code == 200 and f"Skriv högst {LANGST} tecken" in svar.content.decode()
