/** Reading a block from a spreadsheet and deciding what each value does to the page. */

import { OgiltigtBelopp, tolkaBelopp } from "../belopp.js";
import { arStreck, arTallik, arVarde, ligger, passa } from "./passning.js";
import { lasPlatser } from "./platser.js";

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
 * @typedef {{nyckel: string, ore: bigint, enhet: bigint}} Inklistradsumma
 * @typedef {{cell: import("./celler.js").Cell, text: string, nr: {rad: number, kolumn: number}, skal: "tal" | "streck",
 *   val: string | undefined}} Varde A text of the block that its cell cannot take as it is.
 * @typedef {{placerade: [import("./celler.js").Cell, string][], antal: number, rader: number, framraknade: number,
 *   tomda: number, fel: number, last: number, skillnader: number, summakolumner: string[], summarader: string[],
 *   summor: Inklistradsumma[], varden: Varde[], krockar: {rad: number, kolumn: number}[], rubriker: number, namn: boolean, baraRubriker: boolean}}
 *   Utfall What a paste does: `placerade` are the texts that are about to be written, `framraknade` of them say what the
 *   empty cell already gives and leave it empty, `krockar` are places that two values have been given.
 * @typedef {{rader: Map<number, number | null>, kolumner: Map<number, number | null>, varden: Map<string, string>}} Val
 */

/** What a paste would do, and what has to be asked before. */
export class Inklistring {
  constructor({ platser, plan, oklar }) {
    this.platser = platser;
    this.plan = plan;
    /** Where in the block's order the page begins. */
    this.startrad = platser.rader.indexOf(platser.startrad);
    /** Whether rows, columns or the unit need somebody's eyes. */
    this.oklarPlats = oklar;
  }

  get blad() {
    return this.platser.blad;
  }

  get oklar() {
    return this.oklarPlats || this.utfall().varden.some(({ val }) => val === undefined);
  }

  /**
   * @param {Partial<Val>} [val] What somebody has chosen.
   * @returns {Utfall}
   */
  utfall(val = {}) {
    const { plan, blad } = this;
    const traffar = ligger(plan, val).map((traff) => ({ ...traff, plats: this.platsen(traff) }));
    const utfall = {
      placerade: [],
      antal: 0,
      rader: new Set(),
      framraknade: 0,
      tomda: 0,
      fel: 0,
      last: 0,
      skillnader: 0,
      summakolumner: plan.kolumner.filter((k) => k.slag === "summa" && !val.kolumner?.has(k.nr)).map((k) => k.rubrik),
      summarader: plan.rader.filter((r) => r.slag === "summa" && !val.rader?.has(r.nr)).map((r) => r.namn),
      summor: [],
      varden: [],
      krockar: [],
      rubriker: plan.kolumner.filter(({ hur }) => hur === "rubrik" || hur === "ar").length,
      namn: plan.rader.some(({ hur }) => hur === "namn" || hur === "kod"),
      baraRubriker: plan.rader.every(({ slag }) => slag === "rubrik"),
    };
    const tagna = new Map();
    for (const traff of traffar) {
      const { rad, kolumn, text, nr, plats } = traff;
      const ruta = blad.rutor[rad][kolumn];
      const varde = arVarde(text);
      if (ruta === "skriv") {
        const nyckel = `${rad} ${kolumn}`;
        if (tagna.has(nyckel)) utfall.krockar.push(tagna.get(nyckel), nr);
        tagna.set(nyckel, nr);
        skrivI(utfall, plats, text, nr, rad, val.varden?.get(vardenyckel(nr)));
      } else if (varde && ruta === "skillnad") utfall.skillnader += 1;
      else if (varde && ruta === "last") utfall.last += 1;
      if (plats?.summa && varde) {
        const ore = tal(text, plats);
        if (ore !== null) utfall.summor.push({ nyckel: plats.nyckel, ore, enhet: sistaSiffran(traffar, plats) });
      }
    }
    const iKolumner = (sokt) =>
      plan.kolumner.flatMap(({ slag, nr }) =>
        slag !== sokt || val.kolumner?.has(nr)
          ? []
          : plan.rader.filter((r) => r.slag === "placerad" && arVarde(plan.texter[r.nr][nr])),
      ).length;
    utfall.skillnader += iKolumner("skillnad");
    utfall.last += iKolumner("last");
    return { ...utfall, rader: utfall.rader.size };
  }

  platsen({ rad, kolumn }) {
    return this.platser.rader[rad].platser.get(this.platser.kolumner[kolumn]);
  }
}

/** How a value of the block is named in `Val.varden`. */
export function vardenyckel({ rad, kolumn }) {
  return `${rad} ${kolumn}`;
}

function skrivI(utfall, plats, text, nr, rad, val) {
  const { cell } = plats;
  const lagg = (skrivet, raknas = true) => {
    if (skrivet === "" && cell.text === "" && !raknas) return;
    utfall.placerade.push([cell, skrivet]);
    if (!raknas) return;
    utfall.antal += 1;
    utfall.rader.add(rad);
  };
  const fraga = (skal) => {
    utfall.varden.push({ cell, text, nr, skal, val });
    if (val === "skriv") {
      utfall.fel += 1;
      lagg(text);
    } else if (val === "noll") lagg("0");
  };
  if (arVarde(text)) {
    if (arFramraknad(text, plats)) {
      utfall.framraknade += 1;
      lagg("");
    } else if (tal(text, plats) === null) fraga("tal");
    else lagg(text);
    return;
  }
  if (arStreck(text)) {
    // A line may mean nothing or zero. It is asked where that makes a difference, and a zero already says it.
    if (cell.varde === 0n) return;
    if (cell.hamtad) return void fraga("streck");
  }
  if (cell.varde !== null || cell.tolkfel) utfall.tomda += 1;
  lagg("", false);
}

/**
 * Where the values of a block go, from `start`.
 *
 * What the block names or heads is looked up; the rest lies as on a sheet, to the right and down over the rows and
 * columns that are shown. A block may also come from a sheet without our sums, or without our comparisons. Its own
 * figures tell: what comes on a sum should be the sum of what comes on its parts, and what comes on a comparison should
 * be the difference. Rows that are not certain are shown before anything is written.
 *
 * @param {import("./celler.js").Cell} start
 * @param {string[][]} block
 * @param {(nyckel: string) => bigint | null | undefined} varde What the page's figures are now, in öre.
 * @returns {Inklistring}
 */
export function planera(start, block, varde) {
  const platser = lasPlatser(start);
  const { blad, rader, kolumner, belopp } = platser;
  const forsta = rader.indexOf(platser.startrad);
  const alla = rader.map((_, i) => i).slice(rader[forsta - 1]?.slag === "grupp" ? forsta - 1 : forsta);
  const skrivbara = alla.filter((i) => rader[i].slag === "grupp" || blad.rutor[i].includes("skriv"));
  const fran = (lista) => lista.slice(Math.max(0, lista.indexOf(start.kolumn))).map((kolumn) => kolumner.indexOf(kolumn));

  const las = (radval, kolumnval) => {
    const plan = passa(block, blad, { rader: radval, kolumner: kolumnval });
    const traffar = ligger(plan).map((traff) => ({
      ...traff,
      plats: rader[traff.rad].platser.get(kolumner[traff.kolumn]),
    }));
    const skrivs = traffar.filter(({ rad, kolumn, text }) => text && blad.rutor[rad][kolumn] === "skriv").length;
    return { plan, skrivs, ...prova(traffar, varde) };
  };
  const forsok = las(alla, fran(kolumner));
  const egna = forsok.plan.kolumner.filter(({ slag }) => slag !== "etikett").length;
  // A block as wide as the table begins at the table's edge: that is how a whole table is copied.
  const blads = egna === kolumner.length ? kolumner.map((_, i) => i) : fran(kolumner);
  const hela = las(alla, blads);
  const kropp = hela.plan.rader.filter(({ slag }) => slag !== "rubrik").map(({ nr }) => hela.plan.texter[nr]);
  const lasningar = [hela, las(alla, fran(belopp))];
  if (ryms(kropp, skrivbara.map((i) => rader[i]))) lasningar.push(las(skrivbara, blads), las(skrivbara, fran(belopp)));
  // The first of equals: the reading as a sheet.
  const bast = lasningar.reduce((b, l) => (l.emot < b.emot || (l.emot === b.emot && l.skrivs > b.skrivs) ? l : b));
  const somBlad = lasningar[lasningar.indexOf(bast) % 2];
  // All of it differences, or none of it, is certain; anything between is not.
  const tveksam = lagdPaSkillnad(hela, blad) && hela.stod > 0 === hela.fel > 0;
  const oklar = bast.plan.oklar || somBlad.plan.oklar || tveksam;
  return new Inklistring({ platser, plan: bast.plan, oklar });
}

/** Whether figures of columns laid in order have come on comparisons. */
function lagdPaSkillnad({ plan }, blad) {
  return ligger(plan).some(
    ({ rad, kolumn, text, nr }) =>
      plan.kolumner[nr.kolumn].hur === "plats" && blad.rutor[rad][kolumn] === "skillnad" && arVarde(text),
  );
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

/** Whether the block holds only figures and ends where the table, or a group of it, does. */
function ryms(texter, rader) {
  if (!texter.length || !texter.every((rad) => rad.some(arTallik))) return false;
  let kvar = texter.length;
  let i = 0;
  for (; kvar && i < rader.length; i += 1) if (rader[i].slag !== "grupp") kvar -= 1;
  return !kvar && (i === rader.length || rader[i].slag === "grupp");
}

/**
 * How much the figures of the block speak against where they have come. `emot`: those that do not fit less those that
 * do, for sums and for comparisons by themselves; `fel` and `stod` are the comparisons. Zeros fit anywhere and tell
 * nothing.
 */
function prova(traffar, varde) {
  const klistrade = new Map();
  for (const { plats, text } of traffar) {
    const ore = plats?.nyckel ? tal(text, plats) : null;
    if (ore !== null) klistrade.set(plats.nyckel, ore);
  }
  const vardet = (nyckel) => klistrade.get(nyckel) ?? varde(nyckel) ?? null;
  let summor = 0;
  let fel = 0;
  let stod = 0;
  for (const { plats, text } of traffar) {
    if (!plats || !arTallik(text)) continue;
    const ore = tal(text, plats);
    const enhet = sistaSiffran(traffar, plats);
    if (plats.summa) {
      const { delar, fast } = plats.summa;
      const vantat = delar.reduce((total, [nyckel, faktor]) => total + (vardet(nyckel) ?? 0n) * faktor, fast ?? 0n);
      summor += omdome(ore, vantat, enhet * BigInt(delar.length + 1));
    } else if (!plats.nyckel) {
      const [a, b] = plats.jamforelse && !plats.jamforelse.procent ? plats.jamforelse.nycklar.map(vardet) : [null, null];
      const emot = a !== null && b !== null ? omdome(ore, a - b, enhet * 2n) : text.endsWith("%") ? -1 : 1;
      if (emot > 0) fel += 1;
      else if (emot < 0) stod += 1;
    }
  }
  return { emot: Math.max(0, summor) + Math.max(0, fel - stod), fel, stod };
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
