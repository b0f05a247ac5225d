"""A pasted block lands where its names and heads say, or asks: the matching alone over many blocks, and the page."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlparse

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as antal
from hypothesis import strategies as st
from playwright.sync_api import expect, sync_playwright

from tests.webblasare import axe

pytestmark = pytest.mark.webblasare

ROT = "http://prov.invalid"
ARB = "/budget/2024/B2024-ARB"
NBSP = "\u00a0"

expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def sammanhang():
    """A browser without a server: the site's own files, and the pages that a test has laid under an address."""
    sidor = {}

    def svara(rutt):
        plats = urlparse(rutt.request.url).path
        fil = Path(settings.BASE_DIR) / plats.removeprefix("/")
        if plats.startswith("/static/") and fil.is_file():
            typ = {"content_type": "text/javascript"} if plats.endswith(".js") else {}
            rutt.fulfill(path=fil, **typ)
        else:
            rutt.fulfill(body=sidor.get(plats, "<!doctype html>"), content_type="text/html; charset=utf-8")

    with sync_playwright() as p:
        webblasare = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        sammanhang = webblasare.new_context(viewport={"width": 1440, "height": 900}, locale="sv-SE")
        sammanhang.route("**/*", svara)
        yield sammanhang, sidor
        webblasare.close()


# ---- the matching alone


@pytest.fixture(scope="module")
def modul(sammanhang):
    sida = sammanhang[0].new_page()
    sida.goto(ROT)
    return sida


PASSA = """async ([blad, fall]) => {
  const { ligger, passa } = await import("/static/js/inmatning/passning.js");
  return fall.map(([block, rad, kolumn]) => {
    const fran = (antal, start) => Array.from({ length: antal }, (_, i) => i).slice(start);
    const ordning = { rader: fran(blad.rader.length, rad), kolumner: fran(blad.kolumner.length, kolumn) };
    const plan = passa(block, blad, ordning);
    const skrivs = ligger(plan).filter(({ rad, kolumn }) => blad.rutor[rad][kolumn] === "skriv");
    return {
      oklar: plan.oklar,
      enhet: plan.enhet,
      skrivs: skrivs.map(({ rad, kolumn, text }) => [rad, kolumn, text]),
      rader: plan.rader.map(({ slag, skal, namn }) => [namn, slag, skal]),
      kolumner: plan.kolumner.map(({ slag, skal, rubrik }) => [rubrik, slag, skal]),
    };
  });
}"""

# As bilaga 4A has them: groups, nämnder with codes, their sums.
NAMNDER = [
    ("Regional utveckling", "", "grupp"),
    ("Kulturnämnden", "KN", "rad"),
    ("Kollektivtrafiknämnden", "KTN", "rad"),
    ("Regionala utvecklingsnämnden", "RUN", "rad"),
    ("Summa regional utveckling", "", "summa"),
    ("Hälso- och sjukvård", "", "grupp"),
    ("Psykiatri-, habiliterings- och hjälpmedelsnämnden", "PHH", "rad"),
    ("Primärvårdsnämnden – offentlig drift", "PV_OFF", "rad"),
    ("Primärvårdsnämnden – Hälsoval Skåne finansiering", "PV_HV", "rad"),
    ("Hälso- och sjukvårdsnämnden", "HSN", "rad"),
    ("Summa hälso- och sjukvård", "", "summa"),
    ("Verksamhetsstöd/övriga", "", "grupp"),
    ("Regionstyrelsen", "RS", "rad"),
    ("Revision", "REV", "rad"),
    ("Totalsumma", "", "summa"),
]
KOLUMNER = [
    ("2023", "budget", "belopp"),
    ("2024", "budget", "belopp"),
    ("Ändring", "2023–2024, mnkr", "skillnad"),
    ("Ändring", "2023–2024, %", "skillnad"),
    ("2025", "plan", "belopp"),
    ("2026", "plan", "belopp"),
]


def _ruta(slag, kolumn):
    if slag == "grupp":
        return ""
    if kolumn[2] == "skillnad":
        return "skillnad"
    if slag == "summa":
        return "summa"
    return "last" if kolumn[0] == "2023" else "skriv"


def _blad(rader=NAMNDER, kolumner=KOLUMNER):
    return {
        "enhet": "mnkr",
        "rader": [{"namn": n, "kod": k, "slag": s, "procent": False} for n, k, s in rader],
        "kolumner": [{"rubrik": r, "under": u, "slag": s} for r, u, s in kolumner],
        "rutor": [[_ruta(s, k) for k in kolumner] for _, _, s in rader],
    }


@dataclass(frozen=True)
class Fall:
    """A block, the cell that is selected (row and column of the page), and what is to be written."""

    block: list[list[str]]
    start: tuple[int, int]
    vantat: set[tuple[int, int, str]]


EGNA = [i for i, (_, _, slag) in enumerate(NAMNDER) if slag == "rad"]
SUMMOR = [i for i, (_, _, slag) in enumerate(NAMNDER) if slag == "summa"]
ARSKOLUMNER = {1: ("2024", "Budget"), 4: ("2025", "Plan"), 5: ("2026", "Plan")}
SKILLNADER = ["Förändring", "Förändr. mnkr", "Diff", "Differens", "Avvikelse", "Avv.", "%", "Ändring %",
              "Förändring 2023–2024", "Diff. mot budget", "Ändring, procent", "Δ", "Skillnad", "Jfr 2023"]  # fmt: skip
SUMMAKOLUMNER = ["Summa", "Totalt", "Summa 2024–2026", "S:a"]
ANDRA_SUMMOR = ["Summa drift", "Totalt", "Delsumma sjukvård", "S:a nämnder", "SUMMA:"]
TITEL = "Bilaga 4A Regionbidrag"
HORN = ["", "Nämnd", "Nämnd/styrelse", "mnkr", "Belopp i mnkr", "Post"]


@st.composite
def _skrivsatt(draw, namn, kod):
    """A name as somebody else's table has it."""
    text = draw(st.sampled_from([namn, namn, namn, kod or namn, f"{kod} {namn}".strip()]))
    text = draw(st.sampled_from([str, str.upper, str.lower]))(text)
    text = draw(
        st.sampled_from([text, text.replace(" ", NBSP), text.replace(" ", "  "), text.replace(" – ", " - ")])
    )
    text = draw(st.sampled_from([text, text.replace("n", "n\u00ad", 1)]))
    svans = draw(st.sampled_from(["", "", "", " 1)", "1)", " *", "²", ":", " (3)", " 1, 2)", f"{NBSP}"]))
    return draw(st.sampled_from(["", "", "  "])) + text + svans


@st.composite
def _rubriker(draw, kolumner, bara_ar):
    rubriker = []
    for j in kolumner:
        ar, ord_ = ARSKOLUMNER[j]
        if bara_ar:
            rubriker.append(draw(st.sampled_from([ar, ar, f" {ar} ", f"{ar} 1)"])))
        else:
            former = [f"{ord_} {ar}", f"{ord_.upper()} {ar}", f"{ar} {ord_.lower()}", f"{ord_}{NBSP}{ar}, mnkr",
                      f"{ord_} {ar} (mnkr)", f"{ord_} {ar}*"]  # fmt: skip
            rubriker.append(draw(st.sampled_from(former)))
    return rubriker


@st.composite
def _tabell(draw):
    """A table of some of the page's rows and columns in any order, with what published tables mix in."""
    rader = draw(st.permutations(EGNA))[: draw(st.integers(1, len(EGNA)))]
    kolumner = draw(st.permutations(list(ARSKOLUMNER)))[: draw(st.integers(1, 3))]
    rubriker = draw(_rubriker(kolumner, draw(st.booleans())))
    vantat, kropp = set(), []
    for i in rader:
        namn = draw(_skrivsatt(*NAMNDER[i][:2]))
        # Also figures that look like years.
        tal = [str(draw(st.integers(1, 99_999) | st.integers(2020, 2030))) for _ in kolumner]
        vantat |= {(i, j, t) for j, t in zip(kolumner, tal, strict=True)}
        kropp.append([namn, *tal])
    for i in draw(st.lists(st.sampled_from(SUMMOR), unique=True)):
        kropp.append([draw(_skrivsatt(NAMNDER[i][0], "")), *["777"] * len(kolumner)])
    for namn in draw(st.lists(st.sampled_from(ANDRA_SUMMOR), max_size=2)):
        kropp.append([namn, *["888"] * len(kolumner)])
    for i in draw(st.lists(st.sampled_from([0, 5, 11]), unique=True)):
        kropp.append([NAMNDER[i][0], *[""] * len(kolumner)])
    kropp = draw(st.permutations(kropp))
    block = [[draw(st.sampled_from(HORN)), *rubriker], *kropp]
    extra = draw(st.lists(st.sampled_from(SKILLNADER + SUMMAKOLUMNER), max_size=3))
    for rubrik in extra:
        varde = st.sampled_from(["12,5", "-3", "4,1 %", "–", "2024"])
        block = [[*rad, rubrik if n == 0 else draw(varde) if rad[1] else ""] for n, rad in enumerate(block)]
    # Names and codes in columns of their own, anywhere; most often first.
    ordning = draw(st.permutations(range(len(block[0])))) if draw(st.booleans()) else range(len(block[0]))
    block = [[rad[j] for j in ordning] for rad in block]
    titel = draw(st.sampled_from([None, None, TITEL]))
    if titel:
        plats = list(ordning).index(0)
        block.insert(0, [titel if j == plats else "" for j in range(len(block[0]))])
    start = (draw(st.sampled_from(EGNA)), draw(st.sampled_from(list(ARSKOLUMNER))))
    return Fall(block, start, vantat)


def _las(modul, fall, blad=None):
    return modul.evaluate(PASSA, [blad or _blad(), [[f.block, *f.start] for f in fall]])


# Many cases to one question of the browser.
@antal(max_examples=30)
@given(st.lists(_tabell(), min_size=10, max_size=30))
def test_en_tabell_med_namn_och_rubriker_landar_lika_i_vilken_ordning_den_an_star(modul, fall):
    for f, svar in zip(fall, _las(modul, fall), strict=True):
        assert not svar["oklar"], (f.block, svar)
        assert {tuple(s) for s in svar["skrivs"]} == f.vantat, (f.block, svar)


@st.composite
def _arsblock(draw):
    """Figures without names under a heading of bare years, on rows that follow each other."""
    forst, antal_ = draw(st.sampled_from([(1, 3), (6, 4), (12, 2)]))
    kolumner = draw(st.permutations(list(ARSKOLUMNER)))[: draw(st.integers(2, 3))]
    rader = list(range(forst, forst + draw(st.integers(1, antal_))))
    tal = [[str(draw(st.integers(1, 99_999))) for _ in kolumner] for _ in rader]
    vantat = {
        (i, j, t) for i, rad in zip(rader, tal, strict=True) for j, t in zip(kolumner, rad, strict=True)
    }
    return Fall(
        [[ARSKOLUMNER[j][0] for j in kolumner], *tal], (forst, draw(st.sampled_from([1, 4, 5]))), vantat
    )


@antal(max_examples=15)
@given(st.lists(_arsblock(), min_size=10, max_size=30))
def test_en_rad_av_artal_ar_rubriker_och_aldrig_belopp(modul, fall):
    for f, svar in zip(fall, _las(modul, fall), strict=True):
        assert not svar["oklar"], (f.block, svar)
        assert {tuple(s) for s in svar["skrivs"]} == f.vantat, (f.block, svar)


@st.composite
def _okant(draw):
    """A table of which one row or column cannot be placed."""
    fall = draw(_tabell())
    bredd = len(fall.block[0])
    if draw(st.booleans()):
        namn = draw(
            st.sampled_from(["Regionfullmäktige", "Sjukvårdsnämnd Sund", "Kulturnämnd", "HSNS", "Revisionen"])
        )
        rad = ["321"] * bredd
        etikett = next(
            j for j in range(bredd) if any(NAMN.search(r[j].replace("\u00ad", "")) for r in fall.block)
        )
        rad[etikett] = namn
        return Fall([*fall.block, rad], fall.start, fall.vantat)
    rubrik = draw(
        st.sampled_from(
            ["Budget 2025", "Plan 2024", "Prognos 2024", "Äskande 2024", "2027", "Plan", "T.o.m. 2024"]
        )
    )
    rubrikrad = int(TITEL in fall.block[0])
    block = [
        [*rad, rubrik if n == rubrikrad else "321" if n > rubrikrad else ""]
        for n, rad in enumerate(fall.block)
    ]
    return Fall(block, fall.start, fall.vantat)


NAMN = re.compile("nämnd|styrelse|revision|^\\s*(kn|ktn|run|phh|pv_|hsn|rs|rev)", re.IGNORECASE)


@antal(max_examples=15)
@given(st.lists(_okant(), min_size=10, max_size=20))
def test_det_som_saknar_plats_fragas_det_om_och_gissas_aldrig(modul, fall):
    for f, svar in zip(fall, _las(modul, fall), strict=True):
        assert svar["oklar"], (f.block, svar)
        assert {tuple(s) for s in svar["skrivs"]} == f.vantat, (f.block, svar)


TVA = [("Bygg", "", "grupp"), ("Forth", "", "rad"), ("Bussdepåer", "", "rad"), ("Utrustning", "", "grupp"),
       ("Forth", "", "rad"), ("Öresundståg", "", "rad")]  # fmt: skip
PROGNOSAR = [("2024", "budget", "belopp"), ("2024", "prognos", "belopp")]
RAD, KOL = "rader", "kolumner"


@pytest.mark.parametrize(
    ("block", "rader", "kolumner", "fragas"),
    [
        # A name that two rows have, and the heading above it that tells which.
        ("\tBudget 2024\nForth\t5", TVA, KOLUMNER, [(RAD, "Forth", "flera")]),
        ("\tBudget 2024\nUtrustning\t\nForth\t5\nÖresundståg\t6", TVA, KOLUMNER, []),
        # The headings are sorted among the names, and tell nothing.
        ("\tBudget 2024\nUtrustning\t\nBussdepåer\t1\nForth\t5", TVA, KOLUMNER, [(RAD, "Forth", "flera")]),
        # A year that two columns have.
        ("\t2024\nKN\t5", NAMNDER, PROGNOSAR, [(KOL, "2024", "flera")]),
        ("\tPrognos 2024\nKN\t5", NAMNDER, PROGNOSAR, []),
        # A year above another column than those to write in.
        ("\t2023\t2024\nKN\t5\t6", NAMNDER, KOLUMNER, []),
        # Twice in the block.
        ("\tBudget 2024\nKN\t5\nKulturnämnden\t6", NAMNDER, KOLUMNER, 
         [(RAD, "KN", "dubbel"), (RAD, "Kulturnämnden", "dubbel")]),
        ("\tBudget 2024\t2024\nKN\t5\t6", NAMNDER, KOLUMNER, [(KOL, "Budget 2024", "dubbel"), (KOL, "2024", "dubbel")]),
        # A figure beside no name, and one under no head.
        ("\tBudget 2024\nKN\t5\n\t6", NAMNDER, KOLUMNER, [(RAD, "", "utan")]),
        ("\tBudget 2024\t\nKN\t5\t6", NAMNDER, KOLUMNER, [(KOL, "", "utan")]),
        # One column that begins with a year.
        ("2024\n5", NAMNDER, KOLUMNER, [(RAD, "", "ar")]),
        ("Räntor\t2024\nHyror\t5", NAMNDER, KOLUMNER, [(RAD, "Räntor", "okand"), (RAD, "Hyror", "okand")]),
        # Outside the table.
        ("1\n2\n3\n4\n5\n6\n7\n8", NAMNDER[12:14], KOLUMNER, [(RAD, "", "utanfor")] * 6),
        # A heading in two rows, and a percentage without one.
        ("\tBudget\tPlan\t\n\t2024\t2025\t\nKN\t5\t6\t1,2 %", NAMNDER, KOLUMNER, []),
        # What stands under a heading that comes again.
        ("\tBudget 2024\nKN\t5\n\tBudget 2024\nHSN\t6", NAMNDER, KOLUMNER, []),
        # A row of amounts that look like years, by its name.
        ("Nämnd\tBudget 2024\tPlan 2025\nKN\t2024\t2025", NAMNDER, KOLUMNER, []),
        ("KN\t2024\nKTN\t2025", NAMNDER, KOLUMNER, []),
    ],
)  # fmt: skip
def test_det_som_ar_tvetydigt_fragas_det_om(modul, block, rader, kolumner, fragas):
    texter = [rad.split("\t") for rad in block.split("\n")]
    start = (
        next(i for i, rad in enumerate(rader) if rad[2] == "rad"),
        next(i for i, k in enumerate(kolumner) if k[0] == "2024"),
    )
    svar = _las(modul, [Fall(texter, start, set())], _blad(rader, kolumner))[0]
    funna = [(slag, namn, skal) for slag in (RAD, KOL) for namn, vad, skal in svar[slag] if vad == "oklar"]
    assert funna == fragas
    assert svar["oklar"] == bool(fragas)


def test_en_annan_enhet_i_rubriken_fragas_det_om(modul):
    horn = [
        ("Belopp i tkr", "Budget 2024"),
        ("Nämnd", "Budget 2024, tkr"),
        ("kronor", "2024"),
        ("Mkr", "2024 mnkr"),
    ]
    fall = [Fall([list(rubriker), ["KN", "5"]], (1, 1), set()) for rubriker in horn]
    svar = _las(modul, fall)
    assert [(s["enhet"], s["oklar"]) for s in svar] == [
        ("tkr", True),
        ("tkr", True),
        ("kr", True),
        (None, False),
    ]
    assert all(s["skrivs"] == [[1, 1, "5"]] for s in svar)


# ---- in the page

KLISTRA = """(nod, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  nod.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def inmatning(sammanhang, som):
    """The entry page of a table as the server gives it, in a tab of its own."""
    fonster, sidor = sammanhang
    oppnade = []

    def oppna(tabell):
        adress = f"{ARB}/{tabell}/inmatning/"
        svar = som("koncerncontroller").get(adress)
        assert svar.status_code == 200
        sidor[adress] = svar.content.decode()
        sida = fonster.new_page()
        oppnade.append(sida)
        sida.goto(ROT + adress)
        return sida

    yield oppna
    for sida in oppnade:
        sida.close()


def _falt(sida, rad, ar):
    return sida.get_by_role("textbox", name=f"{rad}, {ar}", exact=True)


def _klistra(falt, *rader):
    falt.focus()
    falt.evaluate(KLISTRA, "\r\n".join(rader))


def _varden(sida):
    return sida.locator("td.cell input").evaluate_all("nod => nod.map((n) => [n.ariaLabel, n.value])")


def _dialog(sida):
    return sida.get_by_role("dialog", name="Granska inklistringen")


def _axe(sida):
    assert axe.brott(sida) == []


def test_en_omkastad_tabell_ur_en_handling_landar_ratt_och_angras_i_ett_steg(inmatning):
    sida = inmatning("regionbidrag")
    fore = _varden(sida)
    # The columns in another order, with a difference and sums between; names as they are printed.
    _klistra(
        _falt(sida, "Revision", 2026),
        "Bilaga 4A\t\t\t\t",
        "Nämnd/styrelse, mnkr\tPlan 2026\tFörändring\tBUDGET 2024\tPlan 2025",
        f"SERVICENÄMNDEN 1)\t3\t0,1\t1{NBSP}001,5\t2",
        "Hälso- och sjukvård\t\t\t\t",
        f"Hälso-{NBSP}och  sjukvårdsnämnden²\t6\t0,1\t4\t5",
        "Summa hälso- och sjukvård\t6\t0,1\t4\t5",
        "KTN\t9\t0,1\t(7)\t8",
    )
    besked = sida.locator("[data-handelse]")
    expect(besked).to_contain_text(
        "Klistrade in 9 värden i 3 rader; 3 kolumner matchade mot rubriker, raderna mot namn."
    )
    expect(besked).to_contain_text("Skrevs inte: 3 summor, 4 skillnader.")
    expect(besked).to_contain_text("3 summor i det inklistrade skiljer sig från summorna här.")
    vantat = {
        "Servicenämnden, 2024": f"1{NBSP}001,5", "Servicenämnden, 2025": "2", "Servicenämnden, 2026": "3",
        "Hälso- och sjukvårdsnämnden, 2024": "4", "Hälso- och sjukvårdsnämnden, 2025": "5",
        "Hälso- och sjukvårdsnämnden, 2026": "6",
        "Kollektivtrafiknämnden, 2024": "−7", "Kollektivtrafiknämnden, 2025": "8",
        "Kollektivtrafiknämnden, 2026": "9",
    }  # fmt: skip
    assert {namn: v for (namn, v), (_, f) in zip(_varden(sida), fore, strict=True) if v != f} == vantat
    expect(sida.locator("[data-antal]")).to_have_text("9 ändringar ej sparade")
    expect(_falt(sida, "Revision", 2026)).to_be_focused()
    sida.keyboard.press("Control+z")
    assert _varden(sida) == fore
    expect(sida.locator("[data-antal]")).to_have_text("Inga osparade ändringar")


def test_bara_artal_ar_rubriker(inmatning):
    sida = inmatning("regionbidrag")
    fore = _varden(sida)
    _klistra(_falt(sida, "Kulturnämnden", 2024), "2026\t2024\t2025", "1\t2\t3", "4\t5\t6")
    expect(sida.locator("[data-handelse]")).to_have_text(
        "Klistrade in 6 värden i 2 rader; 3 kolumner matchade mot rubriker."
    )
    vantat = {"Kulturnämnden, 2024": "2", "Kulturnämnden, 2025": "3", "Kulturnämnden, 2026": "1",
              "Kollektivtrafiknämnden, 2024": "5", "Kollektivtrafiknämnden, 2025": "6",
              "Kollektivtrafiknämnden, 2026": "4"}  # fmt: skip
    assert {namn: v for (namn, v), (_, f) in zip(_varden(sida), fore, strict=True) if v != f} == vantat
    _klistra(_falt(sida, "Kulturnämnden", 2024), "2025\t2026\t2027")
    expect(sida.locator("[data-handelse]")).to_have_text(
        "Inget värde klistrades in: blocket har bara rubriker."
    )
    expect(_falt(sida, "Kulturnämnden", 2024)).to_have_value("2")


@pytest.mark.parametrize(
    ("val", "blir"), [("Som tkr: dela med tusen", "360,500"), ("Som mnkr: som de står", f"360{NBSP}500")]
)
def test_enheten_i_rubriken_valjs_en_gang_och_galler(inmatning, val, blir):
    """It was said that the values would be pasted as they stood, and then asked again or not at all."""
    sida = inmatning("regionbidrag")
    falt = _falt(sida, "Kulturnämnden", 2024)
    _klistra(falt, "Nämnd, tkr\tBudget 2024", "Kulturnämnden\t360 500")
    dialog = _dialog(sida)
    expect(dialog).to_contain_text(
        "Rubrikerna i blocket säger tkr, och den här tabellen är i mnkr. Välj hur de ska läsas."
    )
    _axe(sida)
    dialog.get_by_role("button", name="Klistra in 1 värde").click()
    expect(dialog.get_by_role("alert")).to_contain_text("1 val kvar")
    dialog.get_by_label("Hur beloppen läses").select_option(label=val)
    expect(dialog.get_by_role("row", name="Kulturnämnden, 2024")).to_contain_text(blir)
    dialog.get_by_role("button", name="Klistra in 1 värde").click()
    expect(sida.get_by_role("dialog")).to_have_count(0)
    expect(falt).to_have_value(blir)
    besked = "1 lästes som tkr." if "tkr" in val else "Klistrade in 1 värde"
    expect(sida.locator("[data-handelse]")).to_contain_text(besked)
    # What the heads said is no answer for a block that says nothing.
    _klistra(falt, "Nämnd\tBudget 2024", "Kulturnämnden\t361 500")
    expect(sida.get_by_role("dialog")).to_have_count(1 if "tkr" in val else 0)


def test_det_som_saknar_plats_visas_och_valjs(inmatning):
    sida = inmatning("regionbidrag")
    fore = _varden(sida)
    start = _falt(sida, "Kulturnämnden", 2025)
    block = (
        "Nämnd\tBudget 2024\tDiff\tÄskande 2025",
        "Kulturnämnden\t360,5\t1\t370",
        "Patientnämnden Skåne\t18,5\t1\t19",
        "Revision\tiu\t1\t22",
        "Regionstyrelsen\t-\t1\t2",
    )
    _klistra(start, *block)
    dialog = _dialog(sida)
    expect(dialog).to_contain_text("1 värde av 7 skrivs, i 1 rad. 4 val återstår.")
    _axe(sida)
    # What lies behind cannot be reached.
    for _ in range(12):
        sida.keyboard.press("Tab")
        assert sida.evaluate(
            "document.activeElement === document.body || document.activeElement.closest('dialog') !== null"
        )
    # Broken off, it has done nothing.
    sida.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(start).to_be_focused()
    expect(sida.locator("[data-handelse]")).to_have_text("Inget klistrades in.")
    assert _varden(sida) == fore

    _klistra(start, *block)
    kolumn = dialog.get_by_label("Äskande 2025 hör till")
    expect(kolumn).to_be_focused()
    expect(kolumn).to_have_accessible_description("Ingen kolumn här heter så.")
    dialog.get_by_role("button", name="Klistra in 1 värde").click()
    expect(dialog.get_by_role("alert")).to_contain_text("4 val kvar")
    expect(kolumn).to_be_focused()
    kolumn.select_option("2025 plan")
    rad = dialog.get_by_label("Patientnämnden Skåne hör till")
    # A place that is taken is no place.
    rad.select_option("Kulturnämnden")
    dialog.get_by_label("«iu» i Revision, 2024").select_option("Lägg i fältet och rätta där")
    dialog.get_by_label("«-» i Regionstyrelsen, 2024").select_option("Skriv 0")
    dialog.get_by_role("button", name="Klistra in").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Två värden har fått samma fält.")
    rad.select_option("Patientnämnden")
    expect(dialog).to_contain_text("i 4 rader.")
    expect(dialog.get_by_role("row", name="Kulturnämnden, 2024")).to_contain_text("360,5")
    expect(dialog.get_by_role("row", name="Patientnämnden, 2025")).to_contain_text("19")
    _axe(sida)
    sida.set_viewport_size({"width": 390, "height": 844})
    assert dialog.evaluate("nod => nod.scrollWidth <= nod.clientWidth")
    sida.set_viewport_size({"width": 1440, "height": 900})
    dialog.get_by_role("button", name="Klistra in").click()
    expect(_falt(sida, "Patientnämnden", 2024)).to_have_value("18,5")
    expect(_falt(sida, "Regionstyrelsen", 2024)).to_have_value("0")
    expect(_falt(sida, "Revision", 2025)).to_have_value("22")
    expect(_falt(sida, "Revision", 2024)).to_have_value("iu")
    expect(sida.locator("tr.u-fel")).to_contain_text("«iu» är inte ett tal")
    sida.locator("[data-angra]").click()
    assert _varden(sida) == fore


def test_ett_namn_som_flera_rader_har_fragas_det_om(inmatning):
    sida = inmatning("investeringsobjekt")
    fore = _varden(sida)
    forsta = sida.locator("td.cell input").first
    _klistra(forsta, "Objekt\t2024", "Forth\t5,5", "ERTMS\t6,5")
    val = _dialog(sida).get_by_label("Forth hör till")
    expect(val).to_have_accessible_description("Flera rader här heter så.")
    val.select_option("Forth (Strategiska utrustningsinvesteringar: hälso- och sjukvård)")
    sida.get_by_role("button", name="Klistra in 2 värden").click()
    expect(sida.locator("tr[data-rad='enhet-INV-U-FORTH'] input[aria-label$=', 2024']")).to_have_value("5,5")
    expect(sida.locator("tr[data-rad='enhet-INV-U-ERTMS'] input[aria-label$=', 2024']")).to_have_value("6,5")
    assert sum(v != f for v, f in zip(_varden(sida), fore, strict=True)) == 2
    # Under the page's own headings it is certain.
    grupp = "Strategiska bygginvesteringar: hälso- och sjukvård"
    _klistra(forsta, "Objekt\t2024", f"{grupp}\t", "Forth\t7,5", "Sterilcentral Landskrona\t8,5")
    expect(sida.locator("[data-handelse]")).to_contain_text("Klistrade in 2 värden i 2 rader")
    expect(sida.locator("tr[data-rad='enhet-INV-B-FORTH'] input[aria-label$=', 2024']")).to_have_value("7,5")


def test_ett_block_utan_namn_som_nar_utanfor_visas_forst(inmatning):
    sida = inmatning("regionbidrag")
    fore = _varden(sida)
    # The last row of its group, the sum, and the total.
    _klistra(_falt(sida, "Servicenämnden", 2024), "1", "2", "3", "4")
    dialog = _dialog(sida)
    expect(dialog).to_contain_text("Blocket saknar radnamn och rubriker")
    expect(dialog.get_by_label("Rad 2 hör till").locator("option:checked")).to_have_text(
        "Summa verksamhetsstöd/övriga: skrivs inte"
    )
    expect(dialog.get_by_label("Rad 4 hör till")).to_have_value("")
    dialog.get_by_role("button", name="Hoppa över resten").click()
    dialog.get_by_role("button", name="Klistra in 1 värde").click()
    expect(_falt(sida, "Servicenämnden", 2024)).to_have_value("1")
    assert sum(v != f for v, f in zip(_varden(sida), fore, strict=True)) == 1


def test_ett_artal_overst_kan_vara_en_rubrik(inmatning):
    sida = inmatning("regionbidrag")
    start = _falt(sida, "Kulturnämnden", 2024)
    _klistra(start, "2024", "355,5", "4 030")
    val = _dialog(sida).get_by_label("Rad 1 hör till")
    val.select_option("Hoppa över, det är en rubrik")
    sida.get_by_role("button", name="Klistra in 2 värden").click()
    expect(start).to_have_value("355,5")
    expect(_falt(sida, "Kollektivtrafiknämnden", 2024)).to_have_value(f"4{NBSP}030")


def test_det_som_skrivs_i_en_markerad_cell_ersatter(inmatning):
    sida = inmatning("resultatbudget")
    falt, annat = _falt(sida, "Avskrivningar", 2024), _falt(sida, "Finansnetto", 2024)
    falt.click()
    falt.click()
    sida.keyboard.type("-7")
    expect(falt).to_have_value("-7")
    # While a text is being written a click places the caret.
    falt.click()
    sida.keyboard.press("End")
    sida.keyboard.type("5")
    expect(falt).to_have_value("-75")
    sida.keyboard.press("Escape")
    expect(falt).to_have_value(f"−1{NBSP}966")
    sida.keyboard.type("-8")
    expect(falt).to_have_value("-8")
    sida.keyboard.press("Escape")
    sida.keyboard.press("F2")
    sida.keyboard.type(",5")
    expect(falt).to_have_value(f"−1{NBSP}966,5")
    sida.keyboard.press("Escape")
    annat.click()
    fore = annat.input_value()
    annat.dblclick()
    sida.keyboard.press("End")
    sida.keyboard.type("1")
    expect(annat).to_have_value(f"{fore}1")
    sida.keyboard.press("Escape")
    sida.keyboard.press("ArrowUp")
    expect(annat).not_to_be_focused()
