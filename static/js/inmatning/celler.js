/** The cells of the entry form as objects: what is saved, what is typed, what it means. */

import { OgiltigtBelopp, formateraFullt, lasBelopp, oreFranDecimal } from "../belopp.js";
import { rutor } from "../dom.js";

/** Parse a text to a value with its decimals, or the error that says why not. */
function tolka(text, { skala, procent }) {
  try {
    const last = lasBelopp(text, skala, procent);
    return { varde: last?.ore ?? null, decimaler: last?.decimaler ?? 0, fel: null };
  } catch (fel) {
    if (fel instanceof OgiltigtBelopp) return { varde: null, decimaler: 0, fel };
    throw fel;
  }
}

/** One editable (or locked) cell. */
export class Cell {
  constructor(input, td, rad, kolumn) {
    this.input = input;
    this.td = td;
    this.rad = rad;
    this.kolumn = kolumn;
    this.nyckel = input.name.slice(2);
    this.rubrik = input.ariaLabel ?? "";
    this.skala = BigInt(input.closest("[data-skala]")?.dataset.skala ?? "1");
    this.decimaler = Number(input.closest("[data-decimaler]")?.dataset.decimaler ?? "0");
    this.procent = input.closest("[data-procentsats]") !== null;
    /** The last saved value, in öre. */
    this.sparad = oreFranDecimal(input.dataset.varde);
    /** What an empty cell fetches from another table, in öre; null when it fetches nothing. */
    this.hamtad = oreFranDecimal(input.dataset.hamtat);
    /** The figure of the same page that an empty cell fetches, by its key; null where it is not in the page. */
    this.foljer = input.dataset.foljer ?? null;
    /** What its row has in other years, in öre, to see the unit of a new value; null where that is not asked. */
    this.mot = input.dataset.mot?.split(" ").filter(Boolean).map(oreFranDecimal) ?? null;
    /** Errors that only the server can see, and conflicts, last until the text changes or the form is saved. */
    this.serverfel = td.classList.contains("fel");
    this.konflikt = td.classList.contains("konflikt");
    /** The parse error that is shown; while someone is typing an error is not shown yet. */
    this.fel = null;
    /** The row under that explains the error. */
    this.felrad = null;
    /** The row under that asks whether the value is in another unit. */
    this.undran = null;
    /** The paste that the cell's text came from, until it is edited by hand. */
    this.block = null;
    this.tolka();
    this.sparadText = this.skrivSparad();
    this.bekraftad = input.value;
  }

  get text() {
    return this.input.value;
  }

  get last() {
    return this.input.readOnly || this.input.disabled;
  }

  /** On a phone some columns are not shown; keys and paste must not reach what cannot be seen. */
  get synlig() {
    return this.input.getClientRects().length > 0;
  }

  /** Whether the cell holds anything that is not saved. */
  get andrad() {
    if (this.last) return false;
    return this.serverfel || this.konflikt || this.tolkfel !== null || this.varde !== this.sparad;
  }

  /** The value that sums use: the typed one, or the saved one while the text is not a number; null in a cell that is
   * left empty, which may fetch its figure. */
  get raknevarde() {
    if (this.konflikt) {
      const vald = this.val().find((radio) => radio.checked);
      if (vald?.dataset.varde !== undefined) return oreFranDecimal(vald.dataset.varde);
    }
    return this.tolkfel ? this.sparad : this.varde;
  }

  /** The choice between two people's values: its radios, the own value first. */
  val() {
    return [...(this.input.form?.querySelectorAll(`input[type="radio"][name="${CSS.escape(`v.${this.nyckel}`)}"]`) ?? [])];
  }

  /** Whether two people's values stand against each other and nobody has chosen. */
  get oavgjord() {
    return this.konflikt && !this.val().some((radio) => radio.checked);
  }

  /** Read the text anew. */
  tolka() {
    const { varde, decimaler, fel } = tolka(this.text, this);
    this.varde = varde;
    this.skrivna = decimaler;
    this.tolkfel = fel;
  }

  /** Whether a text says what the cell already says, however it is written. */
  motsvarar(text) {
    if (this.text.trim() === text.trim()) return true;
    const { varde, fel } = tolka(text, this);
    return !fel && !this.tolkfel && varde === this.varde;
  }

  skriv(varde, minst = this.decimaler) {
    return varde === null ? "" : formateraFullt(varde, { skala: this.skala, minst });
  }

  /** How a text will be written in the cell. */
  skriven(text) {
    const { varde, decimaler, fel } = tolka(text, this);
    return fel ? text : this.skriv(varde, decimaler);
  }

  /** Keep the server's own way of writing the saved value, where the page shows it. */
  skrivSparad() {
    const visad = this.input.defaultValue;
    return !this.tolkfel && this.varde === this.sparad && this.input.value === visad ? visad : this.skriv(this.sparad);
  }

  /**
   * Put a text in the cell; a number is written in Swedish notation, anything else is kept as it is.
   * It keeps its decimals, because the server takes the last digit for the precision that was given.
   */
  satt(text) {
    if (text !== this.text) this.serverfel = false;
    this.input.value = text;
    this.tolka();
    if (!this.tolkfel && text !== this.sparadText) {
      this.input.value = this.varde === this.sparad ? this.sparadText : this.skriv(this.varde, this.skrivna);
    }
  }

  /** Let the cell belong to a paste, or to none. */
  sattBlock(block) {
    this.block?.delete(this);
    this.block = block;
    block?.add(this);
  }
}

/** One row of the table that has cells. */
class Rad {
  constructor(tr, tabell) {
    this.tr = tr;
    this.tabell = tabell;
    /** @type {Map<number, Cell>} column → cell */
    this.celler = new Map();
    this.lage = tr.querySelector("td.lage");
    this.ursprung = [...(this.lage?.childNodes ?? [])];
    this.rord = false;
    this.skriver = false;
  }
}

/**
 * The form's tables as grids.
 *
 * @param {HTMLFormElement} form
 * @returns {{tabeller: {rader: Rad[], kolumner: number[]}[], celler: Map<string, Cell>}}
 */
export function lasCeller(form) {
  const tabeller = [];
  const celler = new Map();
  for (const table of form.querySelectorAll("table")) {
    const tabell = { rader: [], kolumner: [] };
    let rad = null;
    for (const { tr, kolumn, cell: td } of rutor(table)) {
      const input = td.querySelector('input[name^="c."]');
      if (!input) continue;
      if (rad?.tr !== tr) {
        rad = new Rad(tr, tabell);
        rad.nummer = tabell.rader.push(rad) - 1;
      }
      const cell = new Cell(input, td, rad, kolumn);
      rad.celler.set(kolumn, cell);
      celler.set(cell.nyckel, cell);
    }
    tabell.kolumner = [...new Set(tabell.rader.flatMap((r) => [...r.celler.keys()]))].sort((a, b) => a - b);
    if (tabell.rader.length) tabeller.push(tabell);
  }
  return { tabeller, celler };
}
