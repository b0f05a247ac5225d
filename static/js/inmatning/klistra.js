/** Reading a block from a spreadsheet and deciding where each value goes. */

import { OgiltigtBelopp, tolkaBelopp } from "../belopp.js";
import { lasPlatser } from "./platser.js";

const SAKNAS = "–"; // how a table that is copied says that there is no amount
const TALLIK = /^\P{L}*[0-9]\P{L}*$/u; // a figure, or something that was meant as one

/**
 * Text from Excel or LibreOffice as rows of cells: tabs and line ends divide, cells that hold such signs
 * stand in quotation marks, the last line end closes the last row.
 *
 * @param {string} text
 * @returns {string[][]}
 */
export function lasTsv(text) {
  const rader = [];
  let rad = [];
  let i = 0;
  while (i < text.length) {
    const citerad = /"((?:[^"]|"")*)"(?=[\t\r\n]|$)/y;
    citerad.lastIndex = i;
    const traff = text[i] === '"' ? citerad.exec(text) : null;
    let cell;
    if (traff) {
      cell = traff[1].replaceAll('""', '"');
      i = citerad.lastIndex;
    } else {
      const start = i;
      while (i < text.length && !"\t\r\n".includes(text[i])) i += 1;
      cell = text.slice(start, i);
    }
    rad.push(cell);
    if (text[i] === "\t") {
      i += 1;
      if (i === text.length || "\r\n".includes(text[i])) rad.push("");
    }
    if (i === text.length || "\r\n".includes(text[i])) {
      if (text[i] === "\r" && text[i + 1] === "\n") i += 1;
      i += 1;
      rader.push(rad);
      rad = [];
    }
  }
  return rader;
}

/**
 * Where the values go, from `start` to the right and down, as on a sheet: rows and columns are those that are
 * shown, and a value that comes on a sum, a comparison or a locked cell is passed over so that the rest keep
 * their places.
 *
 * A block may also come from a sheet without our sums, or without our comparisons. Its own figures tell: what
 * comes on a sum should be the sum of what comes on its parts. Where most of it is not, the block is laid over
 * the other rows, or the columns of amounts, only.
 *
 * @param {import("./celler.js").Cell} start
 * @param {string[][]} block
 * @param {(nyckel: string) => bigint | null | undefined} varde What the page's figures are now, in öre.
 * @returns {{placerade: [import("./celler.js").Cell, string][], framraknade: number, utanFalt: number, utanfor: number,
 *   summor: {nyckel: string, ore: bigint, enhet: bigint}[]}} `framraknade` are those of the placed that say what the
 *   empty cell already gives, and leave it empty; `summor` are the sums that the block brought, with the öre of its
 *   last digit.
 */
export function planera(start, block, varde) {
  const { etiketter, texter } = rensa(block);
  const blad = lasPlatser(start);
  const radval = [blad.rader];
  const lov = blad.rader.filter((rad) => !rad.summa);
  if (ryms(texter, lov.slice(lov.indexOf(blad.startrad)))) radval.push(lov);
  const lasningar = radval.flatMap((rader) =>
    [blad.kolumner, blad.belopp].map((kolumner) => {
      const lagd = lagg(texter, etiketter, rader, rader.indexOf(blad.startrad), kolumner, kolumner.indexOf(start.kolumn));
      return { ...lagd, motsagelser: prova(lagd.traffar, varde) };
    }),
  );
  // The first of equals: the reading as a sheet.
  const { traffar, utanfor } = lasningar.reduce((bast, lasning) => (lasning.motsagelser < bast.motsagelser ? lasning : bast));

  const plan = { placerade: [], framraknade: 0, utanFalt: 0, utanfor, summor: [] };
  for (const { plats, text } of traffar) {
    if (plats?.cell && !plats.cell.last) {
      const given = arFramraknad(text, plats);
      plan.placerade.push([plats.cell, text === SAKNAS || given ? "" : text]);
      if (given) plan.framraknade += 1;
    } else if (text && text !== SAKNAS) plan.utanFalt += 1;
    const ore = plats?.summa ? tal(text, plats) : null;
    if (ore !== null) plan.summor.push({ nyckel: plats.nyckel, ore, enhet: sistaSiffran(traffar, plats) });
  }
  return plan;
}

/**
 * Whether a text is the figure that its cell shows without an amount of its own. The table's own copy, pasted where it
 * came from, would otherwise turn every level that the bridge gives into an own one, which no decision moves any more.
 */
function arFramraknad(text, plats) {
  const { sparad, hamtad, input } = plats.cell;
  if (sparad !== null || hamtad === null) return false;
  const ore = tal(text, plats);
  return ore !== null && (ore === hamtad || ore === tal(input.placeholder, plats));
}

/** The block without the column of labels and the rows of headings that it may begin with. */
function rensa(block) {
  let texter = block.map((rad) => rad.map((text) => text.trim()));
  let etiketter = null;
  const harTal = (rader) => rader.some((rad) => rad.some((text) => TALLIK.test(text)));
  const harOrd = (rad) => rad.some((text) => text && text !== SAKNAS && !TALLIK.test(text));
  const forsta = texter.map(([text]) => text);
  const ovriga = texter.map((rad) => rad.slice(1));
  if (!harTal([forsta]) && harOrd(forsta) && harTal(ovriga)) {
    texter = ovriga;
    etiketter = forsta;
  }
  while (!harTal(texter.slice(0, 1)) && harOrd(texter[0]) && harTal(texter)) {
    texter = texter.slice(1);
    etiketter = etiketter?.slice(1) ?? null;
  }
  return { texter, etiketter };
}

/** Whether the block holds only figures and ends where the table, or a group of it, does. */
function ryms(texter, rader) {
  if (!texter.every((rad) => rad.some((text) => TALLIK.test(text)))) return false;
  let kvar = texter.length;
  let i = 0;
  for (; kvar && i < rader.length; i += 1) if (!rader[i].grupp) kvar -= 1;
  return !kvar && (i === rader.length || rader[i].grupp);
}

/**
 * Lay the block. Headings between the rows take no row of the block unless it has a row for them too, and a
 * block as wide as the table begins at the table's edge: that is how a whole table is copied.
 */
function lagg(texter, etiketter, rader, startrad, kolumner, startkolumn) {
  const traffar = [];
  let utanfor = 0;
  let i = rader[startrad - 1]?.grupp ? startrad - 1 : startrad;
  const bredd = Math.max(...texter.map((rad) => rad.length));
  const fran = bredd === kolumner.length ? 0 : startkolumn;
  texter.forEach((rad, nummer) => {
    if (rader[i]?.grupp) {
      i += 1;
      if (arRubrikrad(rad, etiketter?.[nummer], rader[i])) return;
    }
    rad.forEach((text, j) => {
      if (rader[i] && fran + j < kolumner.length) traffar.push({ plats: rader[i].platser.get(kolumner[fran + j]), text });
      else if (text && text !== SAKNAS) utanfor += 1;
    });
    i += 1;
  });
  return { traffar, utanfor };
}

/** A row without figures where the table has a heading, unless its label says that it is the row after. */
function arRubrikrad(texter, etikett, nasta) {
  return texter.every((text) => !text) && (!etikett || etikett !== nasta?.rubrik);
}

/**
 * How much the figures of the block speak against where they have come: those that do not fit less those that
 * do, for sums and for comparisons by themselves. Zeros fit anywhere and tell nothing.
 */
function prova(traffar, varde) {
  const klistrade = new Map();
  for (const { plats, text } of traffar) {
    const ore = plats?.nyckel ? tal(text, plats) : null;
    if (ore !== null) klistrade.set(plats.nyckel, ore);
  }
  const vardet = (nyckel) => klistrade.get(nyckel) ?? varde(nyckel) ?? null;
  let summor = 0;
  let jamforelser = 0;
  for (const { plats, text } of traffar) {
    if (!plats || !TALLIK.test(text)) continue;
    const ore = tal(text, plats);
    const enhet = sistaSiffran(traffar, plats);
    if (plats.summa) {
      const { delar, fast } = plats.summa;
      const vantat = delar.reduce((total, [nyckel, faktor]) => total + (vardet(nyckel) ?? 0n) * faktor, fast ?? 0n);
      summor += omdome(ore, vantat, enhet * BigInt(delar.length + 1));
    } else if (!plats.nyckel) {
      const [a, b] = plats.jamforelse && !plats.jamforelse.procent ? plats.jamforelse.nycklar.map(vardet) : [null, null];
      if (a !== null && b !== null) jamforelser += omdome(ore, a - b, enhet * 2n);
      else jamforelser += text.endsWith("%") ? -1 : 1;
    }
  }
  return Math.max(0, summor) + Math.max(0, jamforelser);
}

/** 1 for a figure that is not the expected one, −1 for one that is. */
function omdome(ore, vantat, tolerans) {
  if (ore === 0n && vantat === 0n) return 0;
  const skillnad = ore === null ? null : ore - vantat;
  return skillnad !== null && skillnad <= tolerans && -skillnad <= tolerans ? -1 : 1;
}

/** The öre of the last digit that the block shows, at least as much as the page's own. */
function sistaSiffran(traffar, { format: { skala, decimaler } }) {
  const visade = traffar.map(({ text }) => (text.endsWith("%") ? 0 : (/[.,]([0-9]+)/.exec(text)?.[1].length ?? 0)));
  return (skala * 100n) / 10n ** BigInt(Math.min(decimaler, Math.max(0, ...visade)));
}

/** A text as the row of its place would take it. */
function tal(text, { format: { skala, procentsats } }) {
  try {
    return tolkaBelopp(text, skala, procentsats);
  } catch (fel) {
    if (fel instanceof OgiltigtBelopp) return null;
    throw fel;
  }
}
