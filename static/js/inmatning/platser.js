/** The table as a spreadsheet sees it: every shown row and column of figures, also those that take no typing. */

import { rutor } from "../dom.js";
import { lasFormat, lasJamforelse, lasSumma } from "./summor.js";

/**
 * @typedef {{nyckel: string | null, cell: import("./celler.js").Cell | null, summa: ReturnType<typeof lasSumma> | null,
 *   jamforelse: ReturnType<typeof lasJamforelse> | null, format: ReturnType<typeof lasFormat>}} Plats
 * @typedef {{rubrik: string, grupp: boolean, summa: boolean, platser: Map<number, Plats>}} Platsrad `grupp`: a
 *   heading between the rows, without figures.
 */

/**
 * The places of the table that a cell stands in, as they are shown now.
 *
 * @param {import("./celler.js").Cell} start
 * @returns {{rader: Platsrad[], startrad: Platsrad, kolumner: number[], belopp: number[]}} `belopp` are the
 *   columns of amounts; the other columns compare them.
 */
export function lasPlatser(start) {
  const celler = new Map(start.rad.tabell.rader.flatMap((rad) => [...rad.celler.values()].map((cell) => [cell.td, cell])));
  const rader = new Map();
  for (const { tr, kolumn, cell: td } of rutor(start.td.closest("table"))) {
    if (!tr.closest("tbody") || tr.matches(".under") || !td.getClientRects().length) continue;
    if (!rader.has(tr)) rader.set(tr, { rubrik: "", grupp: tr.matches(".grupp"), summa: false, platser: new Map() });
    const rad = rader.get(tr);
    if (td.tagName === "TH") rad.rubrik = rubrik(td);
    else if (td.matches(".n, .cell")) rad.platser.set(kolumn, lasPlats(td, celler.get(td) ?? null));
    rad.summa ||= td.dataset.summa !== undefined;
  }
  const alla = [...rader.values()];
  const finns = (duger) => (kolumn) => alla.some((rad) => rad.platser.has(kolumn) && duger(rad.platser.get(kolumn)));
  const kolumner = [...new Set(alla.flatMap((rad) => [...rad.platser.keys()]))].sort((a, b) => a - b);
  return {
    rader: alla,
    startrad: rader.get(start.rad.tr),
    kolumner,
    belopp: kolumner.filter(finns((plats) => plats.nyckel !== null)),
  };
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
