/**
 * Amounts in Swedish notation, in step with `regionskane/lib/belopp.py`: the same texts are accepted and
 * refused, with the same sentences.
 *
 * A value is a BigInt in öre (kronor × 100), because a Number loses öre in large sums. A scale (`skala`) is
 * a BigInt: the kronor that one shown unit stands for, 1000000n for mnkr.
 */

export const HARDBLANK = "\u00a0";
export const MINUS = "\u2212";

const STORSTA_BELOPP = 10n ** 16n; // the column is numeric(16,2): 10^14 kronor, here in öre
const LANGSTA_SKRIVNA = 60; // code points; no amount is written with more
const FLEST_SIFFROR = 28; // what the server's arithmetic holds
// What Python's \s matches. JavaScript's differs at both ends: it lacks U+001C–U+001F and U+0085.
const BLANKSTEG = /[\t-\r\x1c- \x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;
const MINUSTECKEN = "-\u2212\u2013\u2012\u2010\u2011";
const TUSENTAL = /^[0-9]{1,3}( [0-9]{3})+([.,][0-9]+)?$/;
// A ledger's thousands: dots are certain only where a comma follows as the decimal sign.
const PUNKTTUSENTAL = /^[0-9]{1,3}(\.[0-9]{3})+,[0-9]+$/;
const RAK = /^([0-9]+([.,][0-9]*)?|[.,][0-9]+)$/;
const TVETYDIG = /^[1-9][0-9]{0,2}\.[0-9]{3}$/;

/** The text is not an amount. `message` is a Swedish sentence that says what to write instead. */
export class OgiltigtBelopp extends Error {
  /**
   * @param {string} fel What is wrong, one sentence.
   * @param {string} rad What to write instead.
   * @param {string} kort The same in two or three words, for the state column.
   */
  constructor(fel, rad, kort) {
    super(`${fel} ${rad}`);
    this.name = "OgiltigtBelopp";
    this.fel = fel;
    this.rad = rad;
    this.kort = kort;
  }
}

/**
 * Read Swedish notation: «1 234,5», «−12», «(12)», «1234.5», and a ledger's «1.234,5» and «12-».
 * Empty text is null, never zero.
 *
 * @param {string} text
 * @param {bigint} [skala] Kronor per typed unit.
 * @param {boolean} [procent] Take a percentage, with or without its sign.
 * @returns {{ore: bigint, decimaler: number} | null} Öre, and how many decimals were typed.
 * @throws {OgiltigtBelopp}
 */
export function lasBelopp(text, skala = 1n, procent = false) {
  const ren = text.replaceAll("\ufeff", "").replace(BLANKSTEG, " ").trim();
  if (!ren) return null;
  const tecken = [...ren];
  if (tecken.length > LANGSTA_SKRIVNA) {
    throw new OgiltigtBelopp(`«${tecken.slice(0, 40).join("")}…» är inte ett tal.`, "Skriv siffror, till exempel 11 eller 1 234,5.", "inte ett tal");
  }
  if (ren.endsWith("%") && !procent) {
    throw new OgiltigtBelopp(`«${ren}» är en procentsats.`, "Skriv ett belopp, till exempel 1 234,5.", "en procentsats");
  }
  let negativ = false;
  let kropp = ren.replace(/%$/, "").trim();
  if (kropp.startsWith("(") && kropp.endsWith(")")) {
    negativ = true;
    kropp = kropp.slice(1, -1).trim();
  }
  if (kropp && (MINUSTECKEN + "+").includes(kropp[0])) {
    if (negativ) {
      throw new OgiltigtBelopp(`«${ren}» har både minus och parentes.`, "Skriv till exempel −12.", "minus och parentes");
    }
    negativ = kropp[0] !== "+";
    kropp = kropp.slice(1).trim();
  } else if (!negativ && kropp && MINUSTECKEN.includes(kropp.at(-1))) {
    negativ = true;
    kropp = kropp.slice(0, -1).trim();
  }
  if (PUNKTTUSENTAL.test(kropp)) kropp = kropp.replaceAll(".", "");
  if (!TUSENTAL.test(kropp) && !RAK.test(kropp)) {
    throw new OgiltigtBelopp(`«${ren}» är inte ett tal.`, "Skriv siffror, till exempel 11 eller 1 234,5.", "inte ett tal");
  }
  if (TVETYDIG.test(kropp)) {
    const forslag = `Skriv ${kropp.replace(".", ",")} eller ${kropp.replace(".", " ")}.`;
    throw new OgiltigtBelopp(`«${ren}» kan läsas på två sätt.`, forslag, "kan läsas på två sätt");
  }
  const [helt, brak = ""] = kropp.replaceAll(" ", "").replace(",", ".").split(".");
  const tal = BigInt(helt + brak);
  if (tal.toString().length > FLEST_SIFFROR) {
    throw new OgiltigtBelopp(`«${ren}» har för många siffror.`, "Kontrollera beloppet.", "för många siffror");
  }
  const nedskalning = 10n ** BigInt(brak.length);
  const uppskalat = tal * skala * 100n;
  if (uppskalat >= STORSTA_BELOPP * nedskalning) {
    throw new OgiltigtBelopp(
      `«${ren}» är för stort.`,
      "Kontrollera enheten: beloppet ska vara under 100 miljoner mnkr.",
      "för stort",
    );
  }
  if (uppskalat % nedskalning) {
    const forManga = procent ? "fler än två decimaler" : "fler decimaler än ören";
    throw new OgiltigtBelopp(`«${ren}» har ${forManga}.`, "Ta bort decimaler.", "för många decimaler");
  }
  const ore = uppskalat / nedskalning;
  return { ore: negativ ? -ore : ore, decimaler: brak.length };
}

/**
 * What `lasBelopp` reads, in öre; empty text is null.
 *
 * @param {string} text
 * @param {bigint} [skala]
 * @param {boolean} [procent]
 * @returns {bigint | null}
 * @throws {OgiltigtBelopp}
 */
export function tolkaBelopp(text, skala = 1n, procent = false) {
  return lasBelopp(text, skala, procent)?.ore ?? null;
}

/**
 * Read the server's own decimal text («617400000.00»), as in `data-varde`. Empty is null.
 * A comma is also taken, since a template that localises the number by mistake would write one.
 *
 * @param {string | undefined} text
 * @returns {bigint | null} Öre.
 */
export function oreFranDecimal(text) {
  const ren = (text ?? "").replace(BLANKSTEG, "");
  if (!ren) return null;
  const delar = /^([-\u2212]?)([0-9]+)(?:[.,]([0-9]{1,2})0*)?$/.exec(ren);
  if (!delar) throw new TypeError(`Not a decimal number of kronor: ${text}`);
  const ore = BigInt(delar[2] + (delar[3] ?? "").padEnd(2, "0"));
  return delar[1] ? -ore : ore;
}

/** Divide and round to the nearest whole number, halves away from zero as in print. */
function avrundaKvot(taljare, namnare) {
  const positiv = taljare < 0n === namnare < 0n;
  const t = taljare < 0n ? -taljare : taljare;
  const n = namnare < 0n ? -namnare : namnare;
  const kvot = (2n * t + n) / (2n * n);
  return positiv ? kvot : -kvot;
}

/** Write `tal` × 10^−`decimaler`: U+2212 for minus, U+00A0 between thousands, comma. */
function skriv(tal, decimaler, tecken) {
  const siffror = (tal < 0n ? -tal : tal).toString().padStart(decimaler + 1, "0");
  const helt = siffror.slice(0, siffror.length - decimaler).replace(/\B(?=([0-9]{3})+$)/g, HARDBLANK);
  const text = decimaler ? `${helt},${siffror.slice(-decimaler)}` : helt;
  if (tal < 0n) return MINUS + text;
  return tecken && tal > 0n ? `+${text}` : text;
}

/**
 * Show an amount rounded in units of `skala`; `tecken` adds «+» to positive figures.
 *
 * @param {bigint} ore
 * @param {{skala?: bigint, decimaler?: number, tecken?: boolean}} [val]
 * @returns {string}
 */
export function formatera(ore, { skala = 1n, decimaler = 0, tecken = false } = {}) {
  return skriv(avrundaKvot(ore * 10n ** BigInt(decimaler), skala * 100n), decimaler, tecken);
}

/**
 * Show an amount without losing anything: at least `minst` decimals, as many as it needs.
 *
 * @param {bigint} ore
 * @param {{skala?: bigint, minst?: number}} [val]
 * @returns {string}
 */
export function formateraFullt(ore, { skala = 1n, minst = 0 } = {}) {
  const enhet = skala * 100n;
  let decimaler = minst;
  // Scales are powers of ten, so this ends; the limit only guards against a scale that is not.
  while (decimaler < 20 && (ore * 10n ** BigInt(decimaler)) % enhet) decimaler += 1;
  return formatera(ore, { skala, decimaler });
}

/**
 * Show the share `taljare` / `namnare` as percent («3,1 %»).
 *
 * @param {bigint} taljare
 * @param {bigint} namnare Not zero.
 * @param {{decimaler?: number, tecken?: boolean}} [val]
 * @returns {string}
 */
export function formateraProcent(taljare, namnare, { decimaler = 1, tecken = false } = {}) {
  const tal = avrundaKvot(taljare * 100n * 10n ** BigInt(decimaler), namnare);
  return skriv(tal, decimaler, tecken) + HARDBLANK + "%";
}
