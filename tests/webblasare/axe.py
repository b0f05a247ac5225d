"""axe-core on the page that a test has open."""

from axe_playwright_python.base import AXE_SCRIPT

ALLA = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
# What does not depend on the colours is found in the light ones.
KONTRAST = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}

# The contrast of a text is most of the work, and a table says the same of row after row: of the rows that are alike but
# for their words the first is asked. Nothing is fetched but what is broken.
_KOR = """async (regler) => {
  const sedda = new Set();
  const lika = [...document.querySelectorAll("tbody tr")].filter((rad) => {
    const form = [rad.parentElement.className, ...[rad, ...rad.querySelectorAll("*")].map((n) =>
      [n.localName, n.getAttribute("class"), n.getAttribute("style"), n.type, n.disabled, n.readOnly, n.hidden,
       n.getAttribute("aria-invalid"), Boolean(n.textContent.trim())].join())].join(";");
    return sedda.has(form) || !sedda.add(form);
  });
  const kor = (vad, utom, rules) =>
    axe.run({include: [document], exclude: utom}, {runOnly: vad, rules, resultTypes: ["violations"]});
  const svar = regler.type === "rule"
    ? [await kor(regler, lika)]
    : [await kor(regler, [], {"color-contrast": {enabled: false}}),
       await kor({type: "rule", values: ["color-contrast"]}, lika)];
  return svar.flatMap((s) => s.violations).map((b) => [b.id, b.impact, b.nodes[0].html.slice(0, 160)]);
}"""


def brott(sida, regler: dict = ALLA, *, minst_allvarliga: bool = False) -> list[tuple[str, str]]:
    """The rules that the page breaks, each with the first place of it as HTML."""
    # Anew each time: it remembers the colours that it has seen.
    sida.evaluate(AXE_SCRIPT)
    return [
        (namn, html)
        for namn, tyngd, html in sida.evaluate(_KOR, regler)
        if not minst_allvarliga or tyngd in ("serious", "critical")
    ]
