/**
 * Sums, differences and percentages, recomputed while someone types.
 *
 * The server computes them when the page is made and again when it is saved; this is only so that the eye
 * can follow. A reference that is not in the page makes the figure «–»: better none than a wrong one.
 */

import { HARDBLANK, MINUS, formatera, formateraProcent, oreFranDecimal } from "../belopp.js";

const SAKNAS = "–";

/**
 * @param {HTMLFormElement} form
 * @param {Map<string, import("./celler.js").Cell>} celler
 * @returns {{raknaOm: () => void, varde: (nyckel: string) => bigint | null | undefined}} `raknaOm` recomputes
 *   everything and writes what has changed; `varde` is a figure as it then was, in öre.
 */
export function skapaSummor(form, celler) {
  const fasta = new Map();
  for (const td of form.querySelectorAll("[data-nyckel][data-varde]")) {
    fasta.set(td.dataset.nyckel, oreFranDecimal(td.dataset.varde));
  }
  // The same sum may be shown in several places.
  const visade = [...form.querySelectorAll("[data-summa]")].map(lasSumma);
  const summor = new Map(visade.map((summa) => [summa.nyckel, summa]));
  const jamforelser = [...form.querySelectorAll("[data-differens], [data-procent]")].map(lasJamforelse);

  let varden = new Map();

  /** A value in öre, null where nothing is entered, undefined where it cannot be known. */
  function varde(nyckel) {
    if (celler.has(nyckel)) {
      const cell = celler.get(nyckel);
      return cell.raknevarde ?? hamtat(cell);
    }
    if (fasta.has(nyckel) && !summor.has(nyckel)) return fasta.get(nyckel);
    if (!varden.has(nyckel)) {
      varden.set(nyckel, undefined); // a sum that depends on itself meets this and becomes unknown
      varden.set(nyckel, summera(nyckel));
    }
    return varden.get(nyckel);
  }

  /** What an empty cell fetches: as the page has it now where its source is in the page, else as it was saved. */
  function hamtat(cell) {
    return cell.foljer === null ? cell.hamtad : varde(cell.foljer);
  }

  function summera(nyckel) {
    const summa = summor.get(nyckel);
    if (!summa) {
      console.error(`The key ${nyckel} is not in the page`);
      return undefined;
    }
    let total = summa.fast;
    for (const [del, faktor] of summa.delar) {
      const v = varde(del);
      if (v === undefined) return undefined;
      if (v !== null) total = (total ?? 0n) + v * faktor;
    }
    return total; // null where nothing is entered in any part
  }

  function raknaOm() {
    varden = new Map();
    for (const { nyckel, td, skala, decimaler, tillagg } of visade) {
      const v = varde(nyckel);
      const text = v === undefined || v === null ? SAKNAS : formatera(v, { skala, decimaler }) + tillagg;
      visa(td, text, text.startsWith(MINUS));
    }
    for (const cell of celler.values()) {
      if (cell.foljer === null) continue;
      const v = hamtat(cell);
      cell.input.placeholder = v === undefined || v === null ? "" : formatera(v, cell);
    }
    for (const jamforelse of jamforelser) {
      const [forsta, andra] = jamforelse.nycklar.map((nyckel) =>
        // A difference of a text that is no number would hide the error.
        celler.get(nyckel)?.tolkfel ? undefined : varde(nyckel),
      );
      const text = jamfor(forsta, andra, jamforelse);
      visa(jamforelse.td, text, text !== SAKNAS && forsta < andra && /[1-9]/.test(text));
    }
  }

  return { raknaOm, varde };
}

function jamfor(forsta, andra, { procent, skala, decimaler, tecken }) {
  if (forsta === undefined || andra === undefined || forsta === null || andra === null) return SAKNAS;
  if (!procent) return formatera(forsta - andra, { skala, decimaler, tecken });
  // A share of nothing, or of a loss that has become a profit, says nothing.
  if (andra === 0n || (forsta !== 0n && forsta < 0n !== andra < 0n)) return SAKNAS;
  // Costs are written with minus, and those that rise are a plus.
  const skillnad = andra < 0n ? andra - forsta : forsta - andra;
  return formateraProcent(skillnad, andra < 0n ? -andra : andra, { decimaler, tecken });
}

/** A sum as its cell describes it. */
export function lasSumma(td) {
  const delar = `${td.dataset.delar ?? ""} ${td.dataset.bas ?? ""}`
    .split(/\s+/)
    .filter(Boolean)
    .map((del) => {
      const [nyckel, faktor = "1"] = del.split(":");
      return [nyckel, BigInt(faktor)];
    });
  return { nyckel: td.dataset.summa, td, delar, fast: oreFranDecimal(td.dataset.fast), ...lasFormat(td) };
}

/** A comparison as its cell describes it. */
export function lasJamforelse(td) {
  const procent = td.dataset.procent !== undefined;
  const nycklar = (td.dataset.procent ?? td.dataset.differens).trim().split(/\s+/);
  return { td, procent, nycklar, tecken: td.dataset.tecken !== "nej", ...lasFormat(td) };
}

/** How the figures of a row are written, which may be nearer than on the form. */
export function lasFormat(td) {
  const procentsats = td.closest("[data-procentsats]") !== null;
  return {
    skala: BigInt(td.closest("[data-skala]")?.dataset.skala ?? "1"),
    decimaler: Number(td.closest("[data-decimaler]")?.dataset.decimaler ?? "0"),
    procentsats,
    tillagg: procentsats ? `${HARDBLANK}%` : "",
  };
}

/**
 * Write the figure where it stands: inside its link or button, and beside its footnote mark. `samre`: it is less than
 * nothing or than before, which is bad news where the row or cell says so.
 */
function visa(td, text, samre) {
  const plats = td.querySelector("[data-tal], .tal, a[data-varifran]") ?? td;
  let nod = [...plats.childNodes].find((barn) => barn.nodeType === Node.TEXT_NODE && barn.data.trim());
  if (!nod) {
    nod = document.createTextNode("");
    plats.prepend(nod);
  }
  if (nod.data !== text) nod.data = text;
  td.classList.toggle("svag", text === SAKNAS);
  td.classList.toggle("neg", samre && (td.classList.contains("rod") || Boolean(td.closest("tr.rod"))));
}
