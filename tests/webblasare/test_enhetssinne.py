"""Amounts in another unit: the page judges as the server does, asks once about a paste, and forgets nothing."""

import io
import random
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from urllib.parse import urlparse

import openpyxl
import pytest
from django.conf import settings
from playwright.sync_api import expect

from budget.models import Belopp
from budget.regler.enhetssinne import DELAS_MED, Enhet, Varde, bedom, bedom_vardet
from regionskane.lib.belopp import MNKR, ORE, OgiltigtBelopp, tolka_belopp
from tests.webblasare import axe

pytestmark = pytest.mark.webblasare

ROT = "http://prov.invalid"
ARB = "/budget/2024/B2024-ARB"


@pytest.fixture
def sida(chromium):
    """An empty page that may import the site's own modules, and nothing else."""

    def svara(rutt):
        plats = urlparse(rutt.request.url).path
        if plats.startswith("/js/"):
            rutt.fulfill(path=Path(settings.BASE_DIR) / "static" / plats[1:], content_type="text/javascript")
        else:
            rutt.fulfill(body="<!doctype html>", content_type="text/html")

    sida = chromium.new_page()
    sida.route("**/*", svara)
    sida.goto(ROT)
    yield sida
    sida.close()


# The same rule


def _oren(slump, antal):
    """Amounts in öre of every size, whole and not, and zero."""
    for _ in range(antal):
        ore = slump.randint(0, 10 ** slump.randint(1, 15))
        yield slump.choice((1, -1)) * (ore // 10**8 * 10**8 if slump.random() < 0.4 else ore)


def _grupper():
    """Groups of values with references: of any sizes, about a thousand times or a thousandth, and at the limits."""
    slump = random.Random(20241212)
    grupper = []
    for _ in range(1_500):
        grupp = []
        for _ in range(slump.randint(0, 6)):
            mot = list(_oren(slump, slump.randint(0, 5)))
            gang = slump.choice((1, 1, 300, 1000, 3000, 300_000, 10**6, 3 * 10**6, None))
            ore = next(_oren(slump, 1))
            if mot and gang:
                ore = mot[0] * gang + slump.choice((-1, 0, 1))
            elif mot and slump.random() < 0.5:
                ore = mot[0] // slump.choice((300, 1000, 3000, 10))
            grupp.append((max(-(10**21), min(10**21, ore)), mot))
        grupper.append(grupp)
    return grupper


BEDOM = """async (grupper) => {
  const { bedom, bedomVardet } = await import("/js/inmatning/enhetssinne.js");
  return grupper.map((grupp) => {
    const varden = grupp.map(([ore, mot], plats) => ({ plats, ore: BigInt(ore), mot: mot.map(BigInt) }));
    const utslag = bedom(varden);
    return [
      varden.map(({ ore, mot }) => bedomVardet(ore, mot)),
      utslag && [utslag.slag, utslag.enhet, utslag.serUt.map((v) => v.plats), utslag.galler, utslag.antal],
    ];
  });
}"""


def test_sidan_bedomer_som_servern(sida):
    grupper = _grupper()
    svar = sida.evaluate(BEDOM, [[(str(ore), [str(m) for m in mot]) for ore, mot in g] for g in grupper])
    i_mnkr = ORE / MNKR
    slagen, enheterna = set(), set()
    for grupp, (enheter, utslag) in zip(grupper, svar, strict=True):
        varden = [
            Varde(i, ore * i_mnkr, tuple(m * i_mnkr for m in mot)) for i, (ore, mot) in enumerate(grupp)
        ]
        assert enheter == [bedom_vardet(v.varde, v.mot) for v in varden], grupp
        u = bedom(varden)
        vantat = [u.slag, u.enhet, [v.plats for v in u.ser_ut], list(u.galler), u.antal] if u else None
        assert utslag == vantat, grupp
        slagen.add(u.slag)
        enheterna |= set(enheter)
    # Every kind is among them, or the comparison says little.
    assert slagen == {"inget", "helt", "blandat"} and enheterna == {None, *DELAS_MED}


RAKNA_OM = """async ([texter, enheter]) => {
  const { raknaOm } = await import("/js/inmatning/enhetssinne.js");
  return enheter.map((enhet) => texter.map((text) => raknaOm(text, enhet, { sparad: 1n, hamtad: null })));
}"""


def test_en_text_i_annan_enhet_blir_samma_belopp_i_mnkr(sida):
    texter = [
        "39 710 000",
        "-718 250,5",
        "(12)",
        "1.234,5",
        "0,357",
        "955-",
        "39711",
        "1 234,56",
        "7",
        "abc",
        "",
    ]
    enheter = [e for e in DELAS_MED if e != Enhet.MNKR]
    for enhet, skrivna in zip(enheter, sida.evaluate(RAKNA_OM, [texter, enheter]), strict=True):
        for text, skrivet in zip(texter, skrivna, strict=True):
            try:
                last = tolka_belopp(text, skala=MNKR / DELAS_MED[enhet])
            except OgiltigtBelopp as fel:
                last = None
                if "fler decimaler än ören" in str(
                    fel
                ):  # of what was no fault in mnkr the nearest öre is taken
                    exakt = tolka_belopp(text, skala=MNKR).varde / DELAS_MED[enhet]
                    avrundat = exakt.quantize(ORE, rounding=ROUND_HALF_UP)
                    assert tolka_belopp(skrivet, skala=MNKR).varde == avrundat, (text, enhet)
                    continue
            if last is None:
                assert skrivet == text
                continue
            omlast = tolka_belopp(skrivet, skala=MNKR)
            assert (omlast.varde, omlast.precision) == (last.varde, min(last.precision, MNKR)), (text, enhet)


# A paste


def _falt(sida, rad, nummer=0):
    return sida.locator(f"tr[data-rad={rad}] td.cell input").nth(nummer)


def _klistra(falt, text):
    falt.focus()
    falt.evaluate(
        """(nod, text) => { const data = new DataTransfer();
        data.setData('text/plain', text);
        nod.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }""",
        text,
    )


def _sparade():
    return Belopp.objects.filter(version__kod="B2024-ARB", post__uppstallning__kod="skatt", ar=2024)


I_TKR = "39 911 500\t41 800 250\n7 712 000\t8 601 000\n-719 000\t-687 000"


def test_ett_block_i_tkr_fragas_det_om_en_gang_och_svaret_minns(inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}{ARB}/skatt/inmatning/")
    forsta, dialog = _falt(sida, "skatteintakter"), sida.get_by_role("dialog")
    _klistra(forsta, I_TKR)
    expect(dialog.get_by_role("heading", name="Alla 6 värden ser ut att vara i tkr")).to_be_visible()
    expect(dialog).to_contain_text(
        "Mot samma rads andra tal är de tusen gånger för stora. Tabellen är i mnkr."
    )
    expect(dialog).to_contain_text("Skatteintäkter, 2024: 39 911 500 mot 39")
    assert axe.brott(sida) == []
    # Taken back: nothing is pasted, nothing is remembered, and the field has the focus again.
    sida.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(forsta).to_have_value("39\u00a0710")
    expect(forsta).to_be_focused()
    _klistra(forsta, I_TKR)
    sida.get_by_role("button", name="Ja, dela med tusen").press("Enter")
    expect(forsta).to_have_value("39\u00a0911,500")
    expect(_falt(sida, "kostnadsutjamning", 1)).to_have_value("−687,000")
    expect(sida.locator("[data-handelse]")).to_have_text("Klistrade in 6 värden i 3 rader. 6 lästes som tkr.")
    # The same kind again is read so without a question, also on the page after a save.
    sida.keyboard.press("Control+s")
    expect(sida.get_by_text("6 belopp sparade")).to_be_visible()
    _klistra(_falt(sida, "lakemedel"), "4 894 000\t4 931 000")
    expect(_falt(sida, "lakemedel")).to_have_value("4\u00a0894,000")
    expect(dialog).to_have_count(0)
    sparat = _sparade().get(post__kod="skatteintakter")
    assert (sparat.belopp, sparat.precision) == (Decimal("39911500000"), 1000)
    # Undone it is forgotten, and asked about again; «no» is remembered too, and hints stay away.
    sida.locator("[data-angra]").click()
    _klistra(_falt(sida, "lakemedel"), "4 894 000\t4 931 000")
    dialog.get_by_role("button", name="Nej, de är i mnkr").click()
    expect(_falt(sida, "lakemedel")).to_have_value("4\u00a0894\u00a0000")
    _klistra(_falt(sida, "lakemedel"), "4 895 000\t4 931 000")
    expect(_falt(sida, "lakemedel")).to_have_value("4\u00a0895\u00a0000")
    expect(sida.get_by_text("Ser ut som tkr?")).to_have_count(0)


def test_bara_nagra_i_tkr_och_ett_enda_skrivet_varde(inloggad, live_server):
    sida = inloggad("koncerncontroller")
    sida.goto(f"{live_server.url}{ARB}/skatt/inmatning/")
    _klistra(_falt(sida, "skatteintakter"), "39 911 500\n7 712\n-719 000")
    expect(sida.get_by_role("heading", name="2 av 3 värden ser ut att vara i tkr")).to_be_visible()
    sida.get_by_role("button", name="Ja, dela med tusen").click()
    expect(_falt(sida, "skatteintakter")).to_have_value("39\u00a0911,500")
    expect(_falt(sida, "inkomstutjamning")).to_have_value("7\u00a0712")
    # One that is typed gets a hint and no dialog, and the hint goes when the value does.
    falt, undran = _falt(sida, "reglering"), sida.locator("tr.u-undran")
    falt.fill("1 042 000")
    sida.keyboard.press("Enter")
    expect(undran).to_contain_text("1\u00a0042\u00a0000 ser ut som tkr")
    expect(sida.locator("tr[data-rad=reglering] td.lage")).to_have_text("Ser ut som tkr?")
    assert undran.get_attribute("id") in falt.get_attribute("aria-describedby")
    expect(sida.get_by_role("dialog")).to_have_count(0)
    falt.fill("1 043")
    sida.keyboard.press("Enter")
    expect(undran).to_have_count(0)
    assert falt.get_attribute("aria-describedby") is None


def test_arbetsbokens_fraga_besvaras_utan_javascript(inloggad, live_server):
    sida = inloggad("koncerncontroller", java_script_enabled=False)
    sida.set_default_timeout(120_000)  # a loaded machine is slow, not wrong
    svar = sida.request.get(f"{live_server.url}{ARB}/ifyllnad/arbetsbok/?del=regionen")
    bok = openpyxl.load_workbook(io.BytesIO(svar.body()))
    bok["Skatt"]["E6"], bok["Skatt"]["E7"] = 39_911_500, "7 712 000"
    ut = io.BytesIO()
    bok.save(ut)
    sida.goto(f"{live_server.url}{ARB}/ifyllnad/")
    sida.locator("input[type=file]").set_input_files(
        {"name": "ifylld.xlsx", "mimeType": "application/octet-stream", "buffer": ut.getvalue()}
    )
    sida.get_by_role("button", name="Läs in").click()
    expect(sida.get_by_role("heading", name="Alla 2 värden ser ut att vara i tkr")).to_be_visible()
    expect(sida.get_by_role("heading", name="En cell innehöll tal som text")).to_be_visible()
    sida.get_by_role("button", name="Ja, dela med tusen").click()
    expect(sida.get_by_text("2 belopp lästes som tkr (delade med tusen)")).to_be_visible()
    sida.get_by_label("Kommentar").fill("Ur prognosen")
    sida.keyboard.press("Enter")  # takes in, and does not answer the question anew
    expect(sida.get_by_text("2 belopp är sparade ur «ifylld.xlsx»")).to_be_visible()
    assert _sparade().get(post__kod="skatteintakter").belopp == Decimal("39911500000")
    assert _sparade().get(post__kod="inkomstutjamning").belopp == Decimal("7712000000")
