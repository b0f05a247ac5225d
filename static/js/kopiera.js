/**
 * Copy a table to the clipboard, as text for Excel (TSV) and as HTML. Figures become plain numbers in
 * Swedish notation: «−1 234,5» is copied as «-1234,5», which Excel reads as a number.
 */

import { HARDBLANK, MINUS } from "./belopp.js";
import { el, meddela, rutor } from "./dom.js";

const TAL = new RegExp(`^[+\\-${MINUS}]?[0-9]{1,3}(${HARDBLANK}?[0-9]{3})*(,[0-9]+)?(${HARDBLANK}?%)?$`);
const UTELAMNA = ".dold, .nr, sup, svg, script, [hidden], [aria-hidden='true']";
const RADER_UTELAMNA = ".under, .forkl, [hidden]";

/** Start listening; buttons that the server hid for readers without JavaScript are shown. */
export function startaKopiera() {
  const knappar = document.querySelectorAll("[data-kopiera-tabell]");
  if (!knappar.length) return;
  const region = el("div", { class: "dold", role: "status" });
  document.body.append(region);
  for (const knapp of knappar) {
    knapp.hidden = false;
    knapp.addEventListener("click", () => kopiera(knapp, region));
  }
}

async function kopiera(knapp, region) {
  const table = document.getElementById(knapp.dataset.kopieraTabell);
  if (!(table instanceof HTMLTableElement)) return;
  const rader = tabellrader(table);
  const lyckades = await skrivUrklipp(tillTsv(rader), tillHtml(rader));
  meddela(
    region,
    lyckades
      ? `Tabellen är kopierad: ${rader.length} rader.`
      : "Det gick inte att kopiera. Markera tabellen och tryck Ctrl C.",
  );
  const text = knapp.dataset.text ?? knapp.textContent;
  knapp.dataset.text = text;
  knapp.textContent = lyckades ? "Kopierad" : "Gick inte att kopiera";
  setTimeout(() => {
    knapp.textContent = text;
  }, 2000);
}

/**
 * The table's texts, row by row; merged cells leave blanks so that columns stay in line.
 *
 * @param {HTMLTableElement} table
 * @returns {{text: string, rubrik: boolean}[][]}
 */
export function tabellrader(table) {
  const rader = new Map();
  let bredd = 0;
  for (const { tr, rad, kolumn, cell } of rutor(table)) {
    if (tr.matches(RADER_UTELAMNA)) continue;
    if (!rader.has(rad)) rader.set(rad, []);
    rader.get(rad)[kolumn] = { text: plattText(cell), rubrik: cell.tagName === "TH" };
    bredd = Math.max(bredd, kolumn + cell.colSpan);
  }
  const tom = { text: "", rubrik: false };
  return [...rader.values()].map((rad) => Array.from({ length: bredd }, (_, i) => rad[i] ?? tom));
}

function plattText(cell) {
  const bitar = [];
  const samla = (nod) => {
    if (nod.nodeType === Node.TEXT_NODE) bitar.push(nod.data);
    else if (nod instanceof HTMLInputElement) bitar.push(nod.type === "hidden" ? "" : nod.value);
    else if (nod.nodeType === Node.ELEMENT_NODE && !nod.matches(UTELAMNA)) {
      // «Budget<small>2024</small>» is two words.
      if (/^(SMALL|BR|DIV|P)$/.test(nod.tagName)) bitar.push(" ");
      nod.childNodes.forEach(samla);
    }
  };
  cell.childNodes.forEach(samla);
  const text = bitar.join("").replaceAll("\u00ad", "").replace(/[\t\n\r ]+/g, " ").trim();
  if (!TAL.test(text)) return text;
  return text.replaceAll(HARDBLANK, "").replace(MINUS, "-").replace(/^\+/, "");
}

function tillTsv(rader) {
  return rader.map((rad) => rad.map(({ text }) => text).join("\t")).join("\r\n") + "\r\n";
}

function tillHtml(rader) {
  const table = el("table", {});
  for (const rad of rader) {
    table.append(el("tr", {}, ...rad.map(({ text, rubrik }) => el(rubrik ? "th" : "td", {}, text))));
  }
  return table.outerHTML;
}

async function skrivUrklipp(tsv, html) {
  try {
    await navigator.clipboard.write([
      new ClipboardItem({
        "text/plain": new Blob([tsv], { type: "text/plain" }),
        "text/html": new Blob([html], { type: "text/html" }),
      }),
    ]);
    return true;
  } catch {
    // The clipboard interface is missing on plain http; the older way works there.
    return kopieraMedHandelse(tsv, html);
  }
}

function kopieraMedHandelse(tsv, html) {
  let skrivet = false;
  const fyll = (event) => {
    event.clipboardData.setData("text/plain", tsv);
    event.clipboardData.setData("text/html", html);
    event.preventDefault();
    skrivet = true;
  };
  document.addEventListener("copy", fyll, { once: true });
  document.execCommand("copy");
  document.removeEventListener("copy", fyll);
  return skrivet;
}
