"""A nämnd's part through two people's hands in a real browser, with axe on every page of it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from budget.models import Belopp, Budgetdel, Kommentar, Post
from organisation.models import Enhet
from tests.webblasare import axe

pytestmark = pytest.mark.webblasare

ARB = "/budget/2024/B2024-ARB"


def _axe(sida):
    assert axe.brott(sida, minst_allvarliga=True) == [], sida.url


def _falt(post, ar=2024, enhet="KN"):
    """The entry field of an äskande."""
    raden = Post.objects.get(uppstallning__kod="askanden", kod=post)
    return f"#c-{Enhet.objects.get(kod=enhet).pk}-{raden.pk}-{ar}"


def test_en_del_fran_oppning_till_klar_genom_tva_par_hander(inloggad, live_server):
    konc = inloggad("koncerncontroller", color_scheme="dark")
    kn = inloggad("controller-kn")
    url = live_server.url

    # The koncerncontroller opens; the bell of the nämnd's controller tells.
    konc.goto(f"{url}{ARB}/delar/")
    _axe(konc)
    dag = timezone.localdate() + timedelta(10)
    konc.get_by_label("Sista dag att lämna in").fill(dag.isoformat())
    konc.get_by_role("button", name="Öppna för inmatning").click()
    expect(konc.get_by_text("är öppen för inmatning: 20 nämnder")).to_be_visible()
    _axe(konc)
    kn.goto(url)
    kn.get_by_role("link", name="Notiser, 1 oläst").click()
    _axe(kn)
    kn.get_by_role("button", name="Kulturnämnden lämnar in senast").click()
    kn.wait_for_url(f"{url}{ARB}/delar/KN/")
    expect(kn.get_by_role("link", name="Notiser, inga olästa")).to_be_visible()

    # She enters, reads what she is about to hand in, and hands in.
    kn.get_by_role("link", name="Ändra belopp").first.click()
    falt = _falt("drift")
    expect(kn.locator(falt)).to_have_value("")
    kn.locator(falt).fill("420,5")
    kn.keyboard.press("Control+s")
    expect(kn.get_by_text("Sparat kl.")).to_be_visible()
    kn.goto(f"{url}{ARB}/delar/KN/")
    kn.get_by_role("link", name="Lämna in", exact=True).click()
    expect(kn.get_by_text("Kulturnämnden, drift: begär +63,1 mnkr (+17,7")).to_be_visible()
    # Without a motive it is not handed in, and the row is named.
    kn.get_by_role("button", name="Ja, lämna in nämndens del").click()
    expect(kn.get_by_role("alert")).to_contain_text("Motiv saknas för Kulturnämnden, drift.")
    _axe(kn)
    kn.get_by_role("link", name="Kulturnämnden, drift").click()
    kn.get_by_label("Motiv").fill("Fler barn i kulturskolan.")
    _axe(kn)
    kn.get_by_role("button", name="Spara motivet").click()
    expect(kn.get_by_text("Motivet är sparat")).to_be_visible()
    kn.goto(f"{url}{ARB}/delar/KN/lamna-in/")
    _axe(kn)
    kn.get_by_role("button", name="Ja, lämna in nämndens del").click()
    expect(kn.get_by_text("Beloppen ligger nu fast")).to_be_visible()
    _axe(kn)

    # The koncerncontroller asks about the cell, in the panel beside the table, and gives the part back.
    konc.goto(f"{url}/")
    expect(konc.get_by_text("1 att granska")).to_be_visible()
    konc.goto(f"{url}{ARB}/askanden/")
    konc.locator("#askanden-enhet-KN-drift a.tal", has_text="420,5").click()
    panel = konc.locator("#panel")
    panel.get_by_role("button", name="Kommentera").click()
    expect(panel.get_by_text("Skriv något i kommentaren")).to_be_visible()
    panel.get_by_label("Ny kommentar").fill("Vilket beslut gäller ökningen?")
    panel.get_by_role("button", name="Kommentera").click()
    expect(panel.get_by_text("1 kommentar att ta hand om")).to_be_visible()
    expect(panel.get_by_role("heading", name="Kommentarer")).to_be_focused()
    _axe(konc)
    konc.reload()
    expect(konc.locator("#askanden-enhet-KN-drift td.komm")).to_contain_text("1 kommentar")
    konc.goto(f"{url}{ARB}/delar/KN/")
    konc.get_by_role("link", name="Lämna åter").click()
    _axe(konc)
    konc.get_by_role(
        "button", name="Lämna åter för komplettering"
    ).click()  # refused by the browser: required
    konc.get_by_label("Vad ska nämnden komplettera?").fill("Skriv vilket beslut ökningen vilar på.")
    konc.get_by_role("button", name="Lämna åter för komplettering").click()
    expect(konc.get_by_text("har fått delen åter för komplettering")).to_be_visible()

    # She answers from the entry table, where the cell is marked and an unsaved figure is not lost, and hands in again.
    kn.goto(f"{url}{ARB}/askanden/inmatning/")
    cell = kn.locator(falt)
    expect(cell).to_have_accessible_name("Kulturnämnden, drift, 2024, 1 kommentar")
    cell.fill("357,4")
    kn.keyboard.press("Shift+F2")
    panel = kn.locator("#panel")
    panel.get_by_text("Svara", exact=True).click()
    panel.get_by_label("Ditt svar").fill("Inget beslut än, jag tar bort den.")
    panel.get_by_role("button", name="Spara svaret").click()
    expect(panel.get_by_text("Inget beslut än, jag tar bort den.")).to_be_visible()
    panel.get_by_role("button", name="Markera som löst").click()
    expect(panel.get_by_text("Löst av Amina Yusuf")).to_be_visible()
    _axe(kn)
    expect(cell).to_have_value("357,4")
    kn.locator("[data-spara]").click()
    expect(kn.get_by_text("Sparat kl.")).to_be_visible()
    kn.goto(f"{url}{ARB}/delar/KN/lamna-in/")
    kn.get_by_role("button", name="Ja, lämna in nämndens del").click()
    expect(kn.get_by_text("Beloppen ligger nu fast")).to_be_visible()

    # The koncerncontroller reviews and marks it as done.
    konc.goto(f"{url}{ARB}/delar/")
    konc.get_by_role("link", name="Granska Kulturnämnden").click()
    konc.get_by_role("button", name="Markera som granskad").click()
    expect(konc.get_by_text("delen är markerad som granskad")).to_be_visible()
    konc.get_by_role("button", name="Markera som klar").click()
    expect(konc.get_by_text("Kulturnämnden: delen är klar")).to_be_visible()
    _axe(konc)
    d = Budgetdel.objects.get(version__kod="B2024-ARB", namnd__kod="KN")
    steg = ["oppen", "inlamnad", "ater", "inlamnad", "granskad", "klar"]
    assert [h.status for h in d.events.order_by("pgh_id")] == steg
    assert Belopp.objects.get(version__kod="B2024-ARB", enhet__kod="KN", ar=2024).belopp == 357_400_000
    assert Kommentar.objects.filter(svar_pa__isnull=False).get().text == "Inget beslut än, jag tar bort den."


def test_delen_utan_javascript_och_pa_smal_skarm(inloggad, live_server):
    """Comment on a cell, hand in and take back with plain forms."""
    konc = inloggad("koncerncontroller")
    konc.goto(f"{live_server.url}{ARB}/delar/")
    konc.get_by_label("Sista dag att lämna in").fill((timezone.localdate() + timedelta(1)).isoformat())
    konc.get_by_role("button", name="Öppna för inmatning").click()
    expect(konc.get_by_text("är öppen för inmatning: 20 nämnder")).to_be_visible()
    kn = inloggad("controller-kn", java_script_enabled=False)
    kn.set_viewport_size({"width": 390, "height": 844})
    kn.goto(f"{live_server.url}{ARB}/varifran/regionbidrag/regionbidrag/enhet-KN/2024/")
    kn.get_by_label("Ny kommentar").fill("Preliminärt")
    kn.get_by_role("button", name="Kommentera").click()
    expect(kn.get_by_text("Kommentaren är sparad")).to_be_visible()
    kn.goto(f"{live_server.url}{ARB}/delar/KN/lamna-in/")
    expect(kn.get_by_text("En kommentar är inte löst")).to_be_visible()
    kn.get_by_role("button", name="Ja, lämna in nämndens del").click()
    kn.get_by_role("button", name="Ta tillbaka").first.click()
    expect(kn.get_by_text("delen är tagen tillbaka")).to_be_visible()
    bredd = kn.locator("body").bounding_box()["width"]
    assert bredd <= 390


def test_ett_askande_fran_siffra_till_svar(inloggad, live_server):
    """The nämnd asks and says why; the koncerncontroller answers; the nämnd reads. The ram is locked for the nämnd."""
    url, konc, kn = live_server.url, inloggad("koncerncontroller"), inloggad("controller-kn")
    konc.goto(f"{url}{ARB}/delar/")
    konc.get_by_label("Sista dag att lämna in").fill((timezone.localdate() + timedelta(9)).isoformat())
    konc.get_by_role("button", name="Öppna för inmatning").click()
    expect(konc.get_by_text("är öppen för inmatning: 20 nämnder")).to_be_visible()

    kn.goto(f"{url}{ARB}/regionbidrag/inmatning/")
    expect(kn.locator("#t-regionbidrag").get_by_text("Låst av fullmäktige")).to_be_visible()
    expect(kn.locator("#t-regionbidrag input")).to_have_count(0)
    _axe(kn)
    kn.get_by_role("link", name="Äskanden", exact=True).last.click()
    _axe(kn)  # empty
    kn.get_by_role("link", name="Skriv belopp").click()
    kn.locator(_falt("drift")).fill("365")
    kn.locator(_falt("investering")).fill("4,5")
    kn.keyboard.press("Control+s")
    expect(kn.get_by_text("2 belopp sparade")).to_be_visible()
    for rad, motiv in (("drift", "Fler barn i kulturskolan."), ("investering", "En ny replokal.")):
        kn.goto(f"{url}{ARB}/askanden/")
        kn.get_by_role("link", name=f"Kulturnämnden, {rad}").click()
        kn.get_by_label("Motiv").fill(motiv)
        kn.get_by_role("button", name="Spara motivet").click()
        expect(kn.get_by_text("Motivet är sparat")).to_be_visible()
    kn.goto(f"{url}{ARB}/delar/KN/lamna-in/")
    expect(kn.get_by_text("Fler barn i kulturskolan.")).to_be_visible()
    kn.get_by_role("button", name="Ja, lämna in nämndens del").click()
    expect(kn.get_by_text("Beloppen ligger nu fast")).to_be_visible()

    konc.goto(f"{url}{ARB}/askanden/")
    expect(konc.locator("#askanden-enhet-KN-drift")).to_contain_text("+7,6")
    _axe(konc)
    konc.get_by_role("link", name="Kulturnämnden, drift").click()
    konc.get_by_label("Till justering: ett utkast").check()
    _axe(konc)
    konc.get_by_role("button", name="Spara svaret").click()
    expect(konc.get_by_text("nämnden har fått en notis")).to_be_visible()
    konc.goto(f"{url}{ARB}/askanden/rad/KN/investering/")
    konc.get_by_label("Avslås").check()
    konc.get_by_role("button", name="Spara svaret").click()
    expect(konc.get_by_role("alert")).to_contain_text("Skriv varför äskandet avslås")
    konc.get_by_label("Skäl").fill("Lokalen prövas nästa år.")
    konc.get_by_role("button", name="Spara svaret").click()
    expect(konc.get_by_text("nämnden har fått en notis")).to_be_visible()
    _axe(konc)

    kn.goto(f"{url}/notiser/")
    kn.get_by_role("button", name="Kulturnämnden, drift, till justering").click()
    kn.wait_for_url(f"{url}{ARB}/askanden/rad/KN/drift/")
    expect(kn.locator("#svar")).to_contain_text("Till justering")
    kn.get_by_role("link", name="Äskande: Kulturnämnden, drift, 2024").click()
    expect(kn.get_by_role("cell", name="+7,6").first).to_be_visible()
    kn.goto(f"{url}{ARB}/askanden/")
    expect(kn.locator("#askanden-enhet-KN-investering")).to_contain_text("Avslås")
    kn.set_viewport_size({"width": 390, "height": 844})
    assert kn.locator("body").bounding_box()["width"] <= 390
    _axe(kn)
