"""Python and JavaScript read and write the same numbers: what the page previews is what the server saves."""

import random
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlparse

import pytest
from django.conf import settings
from playwright.sync_api import sync_playwright

from budget.models import Versionskolumn
from regionskane.lib.belopp import (
    ENHETER,
    MINUS,
    ORE,
    OgiltigtBelopp,
    formatera,
    formatera_fullt,
    relativ_forandring,
    tolka_belopp,
)
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag

pytestmark = pytest.mark.webblasare

ROT = "http://prov.invalid"
# How lines are given, as the entry page says it to the script: unit, scale, percentage.
ENHETERNA = [(enhet, int(skala), enhet == "procent") for enhet, skala in ENHETER.items()]
DECIMALER = (0, 1, 2)
STORST = 10**16 - 1  # öre, what the column holds

BLANKA = [
    " ",
    "\u00a0",
    "\u202f",
    "\u2009",
    "\u2007",
    "\u2002",
    "\u3000",
    "\t",
    "\n",
    "\r\n",
    "\x1c",
    "\x85",
    "\ufeff",
]
INTE_BLANKA = ["\u200b", "\u180e", "\u2060", "'", "\u2019", "_", "\x00"]
TECKEN = [*[""] * 12, "-", MINUS, "–", "—", "‒", "‐", "‑", "+", "±", "--", "- ", "− ", "+-"]
SVANSAR = [
    *[""] * 40, "-", MINUS, "–", " -", "+", "%", " %", "\u00a0%", "%%", " mnkr", "mnkr", " tkr", " kr", ":-", "e3",
    "E+2", ")", ",", ".", ",-", " %-", "-%", "‰", "\u066a",
]  # fmt: skip
FASTA = [
    "", " ", "\ufeff", "\u00a0\t", "–", "-", "—", "iu", "()", "( )", "(", ")", "%", "(%)", "(12", "12)",
    "(12)", "((12))", "(-12)", "(12-)", "( 1 234,50 )", "(12)%", "(12 %)", "(12)-", "-(12)", "−−1", "1,2,3",
    "1.2.3", "1.234", "1.234.567", "1.234.567,8", "1.234,5", "1,234.5", "1,234,567", "1 23", "1 234",
    "12 34", "1234 567", "1 234 567,89", "1 234.5", "0.125", "0,125", "00.125", "01.234", "0.000", "1.000",
    "999.999", ",5", ".5", "5,", "5.", ",", ".", "-,5", "0", "-0", "−0,00", "+0", "007", "0001 234", "٣",
    "１２３", "1２3", "१", "²", "½", "1/2", "1e5", "1E5", "0x10", "NaN", "Infinity", "=1+1", "1\n234", "1\n23",
    "1\t2", "12 345 6", "1 2 3", "abc", "12 kr", "12 mnkr", "kr 12", "100 000 000", "99 999 999,999999",
    "99999999999999,99", "100000000000000", "99999999999999,991", "0,001", "0,0000001", "0,00000001",
    "0,000000010", "1,00", "1,50", "1,500000000", "1," + "0" * 26, "1," + "0" * 27, "1," + "0" * 28,
    "0," + "0" * 40, "0" * 40 + "1", "1" + "0" * 27, "1" + "0" * 28, "9" * 29, "9" * 400, "1'234",
    "1’234,5", "1_000", "1\u200b234", "12\u2013", "12—",
]  # fmt: skip


def _texter(antal: int) -> list[str]:
    """Texts as people and sheets write numbers, and almost so; the same every time."""
    slump = random.Random(20241106)

    def siffror(minst=1, mest=7):
        return "".join(slump.choices("0123456789", k=slump.randint(minst, mest)))

    def heltal():
        skilje = slump.choice(INTE_BLANKA if slump.random() < 0.1 else ["", ".", *BLANKA])
        grupper = [siffror(1, 3)] + [siffror(3, 3) for _ in range(slump.choice([0, 0, 1, 2, 3]))]
        if slump.random() < 0.1:
            grupper.append(siffror(1, 4))
        return (
            skilje.join(grupper) if slump.random() < 0.5 else siffror(1, slump.choice([3, 5, 8, 12, 17, 30]))
        )

    def tal():
        brak = slump.choice(["", "", ",", "."])
        decimaler = siffror(0, slump.choice([1, 1, 2, 2, 3, 9, 30])) if brak else ""
        return heltal() + brak + decimaler

    def blankt():
        return slump.choice(BLANKA) if slump.random() < 0.2 else ""

    def text():
        if slump.random() < 0.15:
            return "".join(slump.choices("0019,.-−–+()% \u00a0\u202fkre'１", k=slump.randint(1, 9)))
        kropp = slump.choice(TECKEN) + blankt() + tal() + slump.choice(SVANSAR)
        if slump.random() < 0.15:
            kropp = f"({blankt()}{kropp}{blankt()})" + slump.choice(["", "", "%", "-"])
        return blankt() + kropp + blankt()

    funna = dict.fromkeys(FASTA)
    while len(funna) < antal:
        funna[text()] = None
    return list(funna)


def _python(text: str, skala: int, procent: bool) -> list:
    """[öre, kronor of the last digit] or [None, None] for nothing, or the sentence that refuses it."""
    try:
        tolkat = tolka_belopp(text, skala=Decimal(skala), procent=procent)
    except OgiltigtBelopp as fel:
        return [str(fel)]
    return [None, None] if tolkat is None else [int(tolkat.varde * 100), tolkat.precision]


def _precision(decimaler: int, skala: int) -> Decimal:
    return max(Decimal(skala).scaleb(-decimaler), ORE)


@pytest.fixture(scope="module")
def sida():
    """An empty page that may import the site's own modules, and nothing else."""

    def svara(rutt):
        plats = urlparse(rutt.request.url).path
        if plats.startswith("/js/"):
            rutt.fulfill(path=Path(settings.BASE_DIR) / "static" / plats[1:], content_type="text/javascript")
        else:
            rutt.fulfill(body="<!doctype html>", content_type="text/html")

    with sync_playwright() as p:
        webblasare = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        sida = webblasare.new_page()
        sida.route("**/*", svara)
        sida.goto(ROT)
        yield sida
        webblasare.close()


LAS = """async ([texter, enheter]) => {
  const { OgiltigtBelopp, lasBelopp } = await import("/js/belopp.js");
  const las = (text, skala, procent) => {
    try {
      const last = lasBelopp(text, BigInt(skala), procent);
      return last === null ? [null, null] : [String(last.ore), last.decimaler];
    } catch (fel) {
      if (fel instanceof OgiltigtBelopp) return [fel.message];
      throw fel;
    }
  };
  return enheter.map(([, skala, procent]) => texter.map((text) => las(text, skala, procent)));
}"""


def test_samma_text_lases_lika_av_python_och_javascript(sida):
    texter = _texter(6_000)
    svar = sida.evaluate(LAS, [texter, ENHETERNA])
    lasta, skilda = 0, []
    for (enhet, skala, procent), javascript in zip(ENHETERNA, svar, strict=True):
        for text, js in zip(texter, javascript, strict=True):
            if js[0] is not None and len(js) == 2:
                js = [int(js[0]), _precision(js[1], skala)]
                lasta += 1
            if js != (py := _python(text, skala, procent)):
                skilda.append((enhet, text, js, py))
    assert not skilda, skilda[:10]
    # The texts are of both kinds, or the comparison says little.
    assert 0.25 < lasta / (len(texter) * len(ENHETERNA)) < 0.75


SKRIV_OM = """async ([texter, enheter, decimalerna]) => {
  const { lasCeller } = await import("/js/inmatning/celler.js");
  return enheter.map(([, skala, procent]) => decimalerna.map((decimaler) => {
    const form = document.createElement("form");
    form.dataset.skala = skala;
    form.dataset.decimaler = decimaler;
    const rad = procent ? "<tr data-procentsats>" : "<tr>";
    form.innerHTML = `<table>${rad}<td class="cell"><input name="c.1.1.2024" data-varde="" value=""></td></tr></table>`;
    const cell = lasCeller(form).celler.get("1.1.2024");
    return texter.map((text) => {
      cell.satt(text);
      return cell.text;
    });
  }));
}"""


def test_det_som_cellen_skriver_om_ar_samma_belopp_med_samma_precision(sida):
    # A field of one line holds no line ends, so what it is given without them is what it is asked to read.
    texter = [t for t in _texter(2_500) if not set(t) & {"\n", "\r"}]
    svar = sida.evaluate(SKRIV_OM, [texter, ENHETERNA, DECIMALER])
    for (_, skala, procent), per_decimal in zip(ENHETERNA, svar, strict=True):
        for skrivna in per_decimal:
            for text, skrivet in zip(texter, skrivna, strict=True):
                last = _python(text, skala, procent)
                if len(last) == 1:
                    assert skrivet == text
                    continue
                assert _python(skrivet, skala, procent) == last, text
                if last[0] is not None:
                    minst = _decimaler(text)
                    assert skrivet == formatera_fullt(last[0] * ORE, skala=Decimal(skala), minst=minst), text


def _decimaler(text: str) -> int:
    """How many decimals a readable text has."""
    siffror = "".join(t for t in text if t in "0123456789,.")
    siffror = siffror.replace(".", "") if "," in siffror else siffror.replace(".", ",")
    return len(siffror.partition(",")[2])


SKRIV = """async (fall) => {
  const { formatera, formateraFullt } = await import("/js/belopp.js");
  return fall.map(([ore, skala, decimaler]) => {
    const val = { skala: BigInt(skala), decimaler };
    return [
      formatera(BigInt(ore), val),
      formatera(BigInt(ore), { ...val, tecken: true }),
      formateraFullt(BigInt(ore), { skala: BigInt(skala), minst: decimaler }),
    ];
  });
}"""


def _oren() -> list[int]:
    """Amounts in öre of every size and around every half that is rounded."""
    slump = random.Random(20241107)
    oren = {0, 1, STORST, *(slump.randint(0, 10 ** slump.randint(1, 16) - 1) for _ in range(1_500))}
    for storlek in range(1, 9):
        for _ in range(40):
            halv = slump.randint(0, 10 ** slump.randint(0, 6)) * 10**storlek + 5 * 10 ** (storlek - 1)
            oren |= {halv - 1, halv, halv + 1}
    return [tal for ore in sorted(oren) for tal in (ore, -ore)]


def test_samma_belopp_skrivs_lika_av_python_och_javascript(sida):
    fall = [
        (str(ore), skala, decimaler, enhet)
        for ore in _oren()
        for enhet, skala, _ in ENHETERNA
        for decimaler in DECIMALER
    ]
    svar = sida.evaluate(SKRIV, [f[:3] for f in fall])
    for (ore, _, decimaler, enhet), skrivet in zip(fall, svar, strict=True):
        kronor, skala = Decimal(ore) / 100, ENHETER[enhet]
        kolumn = Kolumn("k", "K", enhet=enhet, decimaler=decimaler)
        visat = kolumn.text(Cell(kronor)).removesuffix(f"\u00a0{kolumn.tillagg}")
        tecknat = formatera(kronor, skala=skala, decimaler=decimaler, tecken=True)
        assert skrivet == [visat, tecknat, formatera_fullt(kronor, skala=skala, minst=decimaler)], (
            ore,
            enhet,
        )
        assert not (skrivet[0].startswith(MINUS) and not skrivet[0].strip(f"{MINUS}0,\u00a0"))


JAMFOR = """async ([par, skala, decimaler]) => {
  const { skapaSummor } = await import("/js/inmatning/summor.js");
  const form = document.createElement("form");
  form.innerHTML = par.map(([ny, gammal], i) => `<table data-skala="${skala}" data-decimaler="${decimaler}"><tr>
    <td data-nyckel="n${i}" data-varde="${ny}">x</td><td data-nyckel="g${i}" data-varde="${gammal}">x</td>
    <td data-differens="n${i} g${i}">x</td><td data-procent="n${i} g${i}" data-decimaler="1">x</td>
    <td data-summa="s${i}" data-delar="n${i}:1 g${i}:-2" data-fast="12.50">x</td></tr></table>`).join("");
  skapaSummor(form, new Map()).raknaOm();
  return [...form.querySelectorAll("tr")].map((tr) => [...tr.cells].slice(2).map((td) => td.textContent));
}"""


@pytest.mark.parametrize("enhet", ["mnkr", "tkr", "kr"])
def test_skillnad_procent_och_summa_skrivs_lika(sida, enhet):
    slump, oren = random.Random(20241108), _oren()
    par = [tuple(slump.choices(oren, k=2)) for _ in range(1_200)]
    par += [(o, o // 3) for o in oren[:300]] + [(0, 5), (5, 0), (0, 0), (-5, 5), (5, -5), (0, -5)]
    par += [(1000 + i, 1000) for i in range(-60, 60)] + [(-2000 + i, -2000) for i in range(-60, 60)]
    kronor = [(Decimal(a).scaleb(-2), Decimal(b).scaleb(-2)) for a, b in par]
    svar = sida.evaluate(JAMFOR, [[(f"{a:.2f}", f"{b:.2f}") for a, b in kronor], str(ENHETER[enhet]), 1])
    grund = {"enhet": enhet, "decimaler": 1}
    differens = Kolumn("d", "D", slag=Kolumnslag.DIFFERENS, **grund)
    procent = Kolumn("p", "P", slag=Kolumnslag.PROCENT, **grund)
    for (a, b), skrivet in zip(kronor, svar, strict=True):
        summa = Kolumn("s", "S", **grund).text(Cell(a - 2 * b + Decimal("12.5")))
        vantat = [differens.text(Cell(a - b)), procent.text(Cell(relativ_forandring(a, b))), summa]
        assert skrivet == vantat, (a, b)


RAKNA_OM = """async (html) => {
  const [{ lasCeller }, { skapaSummor }] = await Promise.all(
    ["celler", "summor"].map((namn) => import(`/js/inmatning/${namn}.js`)));
  const form = new DOMParser().parseFromString(html, "text/html").querySelector("form[data-inmatning]");
  const raknade = [...form.querySelectorAll("[data-summa], [data-differens], [data-procent]")];
  const texter = () => raknade.map((td) => [td.closest("tr").cells[0].textContent.trim(), td.textContent.trim()]);
  const fore = texter();
  skapaSummor(form, lasCeller(form).celler).raknaOm();
  return [fore, texter()];
}"""


def test_sidans_egna_summor_ar_serverns(sida, som):
    klient, raknade = som("koncerncontroller"), 0
    kolumner = Versionskolumn.objects.filter(version__kod="B2024-ARB", kalla__kod="B2024-ARB")
    for kod in sorted(set(kolumner.values_list("uppstallning__kod", flat=True))):
        svar = klient.get(f"/budget/2024/B2024-ARB/{kod}/inmatning/")
        if svar.status_code != 200:
            continue
        fore, efter = sida.evaluate(RAKNA_OM, svar.content.decode())
        assert fore == efter, kod
        raknade += len(fore)
    assert raknade > 300
