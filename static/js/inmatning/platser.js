/** The table as a spreadsheet sees it: every shown row and column of figures, also those that take no typing. */

import { rutor } from "../dom.js";
import { lasFormat, lasJamforelse, lasSumma } from "./summor.js";

/**
 * @typedef {{nyckel: string | null, cell: import("./celler.js").Cell | null, summa: ReturnType<typeof lasSumma> | null,
 *   jamforelse: ReturnType<typeof lasJamforelse> | null, format: ReturnType<typeof lasFormat>}} Plats
 * @typedef {{namn: string, kod: string, slag: import("./passning.js").Bladrad["slag"], procent: boolean,
 *   platser: Map<number, Plats>}} Platsrad `grupp`: a heading between the rows, without figures; `regel`: a line that
 *   only the server computes.
 */

/**
 * The places of the table that a cell stands in, as they are shown now.
 *
 * @param {import("./celler.js").Cell} start
 * @returns {{rader: Platsrad[], startrad: Platsrad, kolumner: number[], belopp: number[],
 *   blad: import("./passning.js").Blad}} `belopp` are the columns of amounts; the other columns compare them. `blad`
 *   says the same as plain data, row for row and column for column.
 */
export function lasPlatser(start) {
  const celler = new Map(start.rad.tabell.rader.flatMap((rad) => [...rad.celler.values()].map((cell) => [cell.td, cell])));
  const rader = new Map();
  const rubriker = new Map();
  for (const { tr, kolumn, cell: td } of rutor(start.td.closest("table"))) {
    if (tr.closest("thead")) rubriker.set(kolumn, { rubrik: rubrik(td), under: td.querySelector("small")?.textContent.trim() ?? "" });
    if (!tr.closest("tbody") || tr.matches(".under") || !td.getClientRects().length) continue;
    if (!rader.has(tr)) rader.set(tr, { tr, namn: "", platser: new Map() });
    const rad = rader.get(tr);
    if (td.tagName === "TH") rad.namn = rubrik(td);
    else if (td.matches(".n, .cell")) rad.platser.set(kolumn, lasPlats(td, celler.get(td) ?? null));
  }
  const alla = [...rader.values()].map(beskrivRad);
  const finns = (duger) => (kolumn) => alla.some((rad) => rad.platser.has(kolumn) && duger(rad.platser.get(kolumn)));
  const kolumner = [...new Set(alla.flatMap((rad) => [...rad.platser.keys()]))].sort((a, b) => a - b);
  const belopp = kolumner.filter(finns((plats) => plats.nyckel !== null));
  return {
    rader: alla,
    startrad: alla[[...rader.keys()].indexOf(start.rad.tr)],
    kolumner,
    belopp,
    blad: {
      enhet: start.input.form?.dataset.enhet ?? "",
      rader: alla.map(({ namn, kod, slag, procent }) => ({ namn, kod, slag, procent })),
      kolumner: kolumner.map((kolumn) => ({
        ...(rubriker.get(kolumn) ?? { rubrik: "", under: "" }),
        slag: belopp.includes(kolumn) ? "belopp" : "skillnad",
      })),
      rutor: alla.map((rad) => kolumner.map((kolumn) => ruta(rad.platser.get(kolumn), belopp.includes(kolumn)))),
    },
  };
}

function beskrivRad({ tr, namn, platser }) {
  const alla = [...platser.values()];
  let slag = "regel";
  if (tr.matches(".grupp")) slag = "grupp";
  else if (alla.some((plats) => plats.summa)) slag = "summa";
  else if (alla.some((plats) => plats.nyckel !== null)) slag = "rad";
  return { namn, kod: (tr.dataset.rad ?? "").replace(/^enhet-/, ""), slag, procent: tr.matches("[data-procentsats]"), platser };
}

/** What a place takes. */
function ruta(plats, belopp) {
  if (!plats) return "";
  if (plats.cell) return plats.cell.last ? "last" : "skriv";
  if (plats.summa) return "summa";
  return belopp ? "last" : "skillnad";
}

function lasPlats(td, cell) {
  const { nyckel, summa, differens, procent } = td.dataset;
  return {
    nyckel: cell?.nyckel ?? nyckel ?? summa ?? null,
    cell,
    summa: summa === undefined ? null : lasSumma(td),
    jamforelse: differens === undefined && procent === undefined ? null : lasJamforelse(td),
    format: lasFormat(td),
  };
}

/** The heading's own words, without the explanation under them. */
function rubrik(th) {
  const kopia = th.cloneNode(true);
  for (const nod of kopia.querySelectorAll("small")) nod.remove();
  return kopia.textContent.trim();
}
