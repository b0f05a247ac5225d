/**
 * The entry form: moves like a spreadsheet, sums while typing, pastes blocks, undoes, and loses nothing.
 * Without it the same form is filled in and posted. What the parts do stands in `inmatning/`.
 *
 * What the server renders:
 * - the form: `data-inmatning data-skala data-decimaler`, `data-sparat` on the page after a save,
 *   optionally `data-anvandare`; a hidden field `bas` with one JSON entry per cell, whose form is the server's own
 * - a cell: `td.cell > input[name="c.<key>"]` with `id`, `data-varde` (saved, kronor, «617400000.00»), `aria-label`;
 *   locked is `readonly`; unsaved is told by `td.fel` or `td.konflikt`; an empty one shows `data-hamtat` (kronor), what
 *   it fetches as it was saved, and `data-foljer` is the key of the figure when it stands in the same page
 * - a read-only figure that others refer to: `data-nyckel data-varde`
 * - a sum: `data-summa="<key>" data-delar="<key>:<factor> …" data-fast="<kronor>"`
 * - a comparison: `data-differens="<a> <b>"` is a − b, `data-procent="<a> <b>"` is (a − b) / |b|; both with «+»
 *   unless `data-tecken="nej"`. `data-skala` and `data-decimaler` may stand nearer than on the form, and
 *   `data-procentsats` on a row says that it is given in percent
 * - class `rod` on a row or a figure: negative is red
 * - a conflict: radios `v.<key>`, the own one with `data-mitt`, the other with its `data-varde`; none is checked
 *   until somebody chooses
 * - `[data-med-skript][hidden]`: what is only true with this script
 * - the bar `[data-sparrad]` with `[data-antal]`, `[data-spara]`, `[data-angra]` (may be `hidden`)
 */

import { antalText, el } from "./dom.js";
import { lasCeller } from "./inmatning/celler.js";
import { Enhetssinne } from "./inmatning/enhetssinne.js";
import { aterfaFokus, minnsFokus } from "./inmatning/fokus.js";
import { granska } from "./inmatning/granskning.js";
import { lasTsv, planera } from "./inmatning/klistra.js";
import { antaServerfel, visaCell, visaKanter, visaRad } from "./inmatning/lagen.js";
import { forflyttning } from "./inmatning/rutnat.js";
import { Sparrad, beskrivInklistring } from "./inmatning/sparrad.js";
import { skapaSummor } from "./inmatning/summor.js";
import { Bas, Utkastlager, arSparat, klockslag } from "./inmatning/utkast.js";

/** A page that is still here this long after a submit was not left (a download, an aborted load). */
const OMSKICK = 8000;

/** @param {HTMLFormElement} form */
export function startaInmatning(form) {
  new Inmatning(form).starta();
}

/**
 * One step of the undo stack: every cell with its text, paste and base before.
 *
 * @typedef {{slag: "andring" | "inklistring" | "aterstallning",
 *   celler: {cell: import("./inmatning/celler.js").Cell, text: string, block: Set | null, bas: unknown}[]}} Steg
 */

class Inmatning {
  constructor(form) {
    this.form = form;
    this.celler = lasCeller(form).celler;
    this.perInput = new Map([...this.celler.values()].map((cell) => [cell.input, cell]));
    this.summor = skapaSummor(form, this.celler);
    this.sparrad = new Sparrad(form);
    this.bas = new Bas(form);
    this.lager = new Utkastlager(form);
    this.enhetssinne = new Enhetssinne(form);
    this.liknar = (cell) => this.enhetssinne.liknar(cell);
    /** Other texts of the form (a comment) are kept in the draft too. */
    this.falt = [...form.querySelectorAll('textarea[name], input[type="text"][name], input:not([type])[name]')].filter(
      (nod) => !this.perInput.has(nod) && !nod.readOnly,
    );
    /** @type {Set<import("./inmatning/celler.js").Cell>} */
    this.andrade = new Set();
    /** @type {Steg[]} */
    this.stapel = [];
    /** Parts of an earlier draft that nobody has decided about, or that belong to cells of another page. */
    this.vantande = { tid: "", celler: {}, falt: {} };
    /** The cell last in focus, which is the one to come back to. */
    this.senast = null;
    /** Whether the focused text is being edited in; otherwise what is typed replaces it. */
    this.redigerar = false;
    this.skickar = false;
    this.vakt = (event) => {
      event.preventDefault();
      event.returnValue = true; // for browsers that do not look at preventDefault here
    };
  }

  starta() {
    for (const cell of this.celler.values()) {
      antaServerfel(cell);
      // Texts that the server sent back unsaved are changes; its own markup of errors stays.
      if (cell.andrad) {
        if (cell.tolkfel && !cell.serverfel) cell.fel = cell.tolkfel;
        visaCell(cell);
        this.andrade.add(cell);
        // The server's words about an unsaved text must not come back when the text is mended.
        cell.rad.ursprung = [];
        if (!cell.serverfel) {
          cell.rad.rord = true;
          visaRad(cell.rad, this.liknar);
        }
      }
    }
    if (this.andrade.size) this.summor.raknaOm();
    this.erbjudUtkast();
    this.visaLage();
    this.lyssna();
    for (const nod of this.form.querySelectorAll("[data-med-skript]")) nod.hidden = false;
    aterfaFokus(this.form);
  }

  lyssna() {
    const { form } = this;
    const cellFor = (event) => this.perInput.get(event.target);
    const medCell = (hantera) => (event) => {
      const cell = cellFor(event);
      if (cell) hantera.call(this, event, cell);
    };
    form.addEventListener("focusin", medCell((event, cell) => this.fokuserad(cell)));
    form.addEventListener("focusout", medCell((event, cell) => this.bekrafta(cell)));
    form.addEventListener("mousedown", medCell(this.musNer));
    form.addEventListener("dblclick", medCell(this.dubbelklick));
    form.addEventListener("keydown", medCell(this.tangent));
    form.addEventListener("paste", medCell(this.klistra));
    form.addEventListener("input", (event) => {
      const cell = cellFor(event);
      if (cell) this.skrivet(cell);
      else if (this.falt.includes(event.target)) this.visaLage();
    });
    form.addEventListener("change", (event) => {
      if (event.target.type === "radio" && event.target.name.startsWith("v.")) this.valt(event.target);
    });
    this.sparrad.angra?.addEventListener("click", () => this.angra());
    document.addEventListener("keydown", (event) => this.spara(event));
    form.addEventListener("submit", (event) => this.skicka(event));
    window.addEventListener("pageshow", () => this.skickat(false));
  }

  // ---- what the keyboard and the mouse do

  fokuserad(cell) {
    this.senast = cell.input;
    this.redigerar = false;
    cell.input.select();
    // Where the table scrolls in its own frame, the page must not scroll the frame's head away.
    const ram = cell.td.closest(".tabellram");
    if (ram && ram.scrollHeight > ram.clientHeight) ram.scrollIntoView({ block: "nearest" });
  }

  /** A click selects the whole text, as the keyboard does, so that typing replaces it. In a text that is being edited
   * it places the caret. */
  musNer(event, cell) {
    const iCellen = document.activeElement === cell.input;
    if (event.button !== 0 || (iCellen && (this.redigerar || event.detail > 1))) return;
    event.preventDefault();
    if (iCellen) cell.input.select();
    else cell.input.focus();
  }

  /** Begin to edit the text, with the caret after the word that was pointed at. */
  dubbelklick(event, cell) {
    if (this.redigerar) return;
    const { input } = cell;
    input.setSelectionRange(input.selectionEnd, input.selectionEnd);
    this.redigerar = true;
  }

  tangent(event, cell) {
    if (event.isComposing) return;
    const steg = forflyttning(event, cell);
    if (steg) {
      event.preventDefault();
      if (steg.cell) steg.cell.input.focus();
      else this.stanna(cell);
      return;
    }
    if (event.key === "F2") {
      event.preventDefault();
      cell.input.setSelectionRange(cell.text.length, cell.text.length);
      this.redigerar = true;
    } else if (event.key === "Escape") {
      if (this.aterta(cell)) event.preventDefault();
    } else if (event.key?.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
      // While a text is being typed the browser's own undo is the right one.
      if (cell.text !== cell.bekraftad || !this.stapel.length) return;
      event.preventDefault();
      this.angra();
    }
  }

  /** At the table's edge the text is finished where it stands. */
  stanna(cell) {
    this.bekrafta(cell);
    this.redigerar = false;
    cell.input.select();
  }

  /** Escape: the last saved value back. Says whether there was anything to take back. */
  aterta(cell) {
    if (this.redigerar) {
      this.redigerar = false;
      cell.input.select();
    }
    if (cell.last || cell.text === cell.sparadText) return false;
    const fore = { cell, text: cell.bekraftad, block: cell.block, bas: undefined };
    this.sattText(cell, cell.sparadText, null);
    if (fore.text !== cell.bekraftad) this.stapel.push({ slag: "andring", celler: [fore] });
    this.visaLage();
    cell.input.select();
    return true;
  }

  // ---- typing

  /** Called for every sign that is typed: sums follow, errors wait until the cell is left. */
  skrivet(cell) {
    const block = cell.block;
    this.redigerar = true;
    cell.sattBlock(null); // written by hand from now on
    cell.serverfel = false;
    if (cell.konflikt) this.valjMitt(cell);
    cell.tolka();
    if (!cell.tolkfel) cell.fel = null;
    cell.rad.skriver = true;
    this.efterAndring([cell], [block]);
    this.visaLage();
  }

  /** Who types in a cell with two values means their own; the server takes the chosen one. */
  valjMitt(cell) {
    const mitt = cell.val().find((radio) => radio.dataset.mitt !== undefined);
    if (mitt) mitt.checked = true;
  }

  /** Choosing between two people's values changes what the sums count with, and what is left to choose. */
  valt(radio) {
    const cell = this.celler.get(radio.name.slice(2));
    this.senast = cell.input;
    this.efterAndring([cell]);
    this.visaLage();
  }

  /** The text is finished: write the number in Swedish notation, or show what is wrong with it. */
  bekrafta(cell) {
    if (cell.last) return;
    const skrev = cell.rad.skriver;
    cell.rad.skriver = false;
    const fore = cell.bekraftad;
    if (cell.text === fore) {
      if (skrev) this.visaOm(cell);
      return;
    }
    this.sattText(cell, cell.text, cell.block);
    if (cell.bekraftad !== fore) this.stapel.push({ slag: "andring", celler: [{ cell, text: fore, block: null, bas: undefined }] });
    const enhet = this.liknar(cell);
    if (cell.fel || enhet) {
      this.sparrad.las(`${cell.rubrik ? `${cell.rubrik}: ` : ""}${cell.fel?.message ?? `ser ut som ${enhet}?`}`);
    }
    this.visaLage();
  }

  visaOm(cell) {
    cell.fel = cell.tolkfel;
    this.efterAndring([cell]);
    this.visaLage();
  }

  sattText(cell, text, block) {
    this.sattTexter([[cell, text]], block);
  }

  /** Put texts in cells as finished input. */
  sattTexter(par, block) {
    const gamla = new Set();
    for (const [cell, text] of par) {
      gamla.add(cell.block);
      cell.satt(text);
      cell.fel = cell.tolkfel;
      cell.sattBlock(block);
      cell.bekraftad = cell.text;
      cell.rad.skriver = false;
    }
    this.efterAndring(
      par.map(([cell]) => cell),
      gamla,
    );
  }

  /** Show cells, their rows, the frames of pasted blocks (also those that cells have left), and the sums. */
  efterAndring(celler, lamnade = []) {
    const rader = new Set();
    const block = new Set(lamnade);
    for (const cell of celler) {
      visaCell(cell);
      if (cell.andrad) this.andrade.add(cell);
      else this.andrade.delete(cell);
      cell.rad.rord = true;
      rader.add(cell.rad);
      block.add(cell.block);
    }
    block.delete(null);
    for (const rad of rader) visaRad(rad, this.liknar);
    for (const b of block) visaKanter(b);
    this.summor.raknaOm();
  }

  // ---- paste and undo

  async klistra(event, cell) {
    const block = lasTsv(event.clipboardData?.getData("text/plain") ?? "");
    if (block.length < 2 && (block[0]?.length ?? 0) < 2) return; // one value: the browser's own paste
    event.preventDefault();
    this.bekrafta(cell);
    this.redigerar = false;
    const inklistring = planera(cell, block, this.summor.varde);
    const placerat = inklistring.oklar ? await granska(inklistring) : inklistring.utfall();
    const utfall = placerat && (await this.enhetssinne.prova(placerat));
    if (utfall) this.skrivInklistring(utfall);
    else this.sparrad.beratta("Inget klistrades in.");
    cell.input.focus();
    cell.input.select();
  }

  /** Write the values of a paste, each in its place; one step takes them all back. */
  skrivInklistring(utfall) {
    const { placerade, summor } = utfall;
    const celler = placerade.map(([cell]) => cell);
    if (placerade.length) {
      this.laggSteg("inklistring", celler);
      for (const cell of celler) if (cell.konflikt) this.valjMitt(cell);
      this.sattTexter(placerade, new Set());
    }
    this.sparrad.beratta(beskrivInklistring({ ...utfall, skilda: summor.filter((summa) => this.skiljer(summa)).length }));
    this.visaLage();
  }

  /** Whether a pasted sum is another than the page's own, as precisely as it was written. */
  skiljer({ nyckel, ore, enhet }) {
    const skillnad = ore - (this.summor.varde(nyckel) ?? 0n);
    return (skillnad < 0n ? -skillnad : skillnad) * 2n > enhet;
  }

  laggSteg(slag, celler) {
    this.stapel.push({
      slag,
      celler: celler.map((cell) => ({ cell, text: cell.bekraftad, block: cell.block, bas: this.bas.hamta(cell.nyckel) })),
    });
  }

  angra() {
    const steg = this.stapel.pop();
    if (!steg) return;
    if (steg.slag === "inklistring") this.enhetssinne.glom();
    const perBlock = new Map();
    for (const { cell, text, block, bas } of steg.celler) {
      this.bas.satt(cell.nyckel, bas);
      if (!perBlock.has(block)) perBlock.set(block, []);
      perBlock.get(block).push([cell, text]);
    }
    for (const [block, par] of perBlock) this.sattTexter(par, block);
    this.visaLage();
    this.sparrad.beratta(beskrivAngrat(steg));
    steg.celler[0].cell.input.focus();
    steg.celler[0].cell.input.select();
  }

  // ---- saving

  spara(event) {
    if (event.key?.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (document.querySelector("dialog[open]")) return;
    const knapp = this.sparrad.spara;
    if (knapp?.type === "submit" && knapp.form === this.form) this.form.requestSubmit(knapp);
    else this.form.requestSubmit();
  }

  skicka(event) {
    if (event.defaultPrevented) return;
    const aktiv = this.perInput.get(document.activeElement);
    if (aktiv) this.bekrafta(aktiv);
    const ovalda = [...this.celler.values()].filter((cell) => cell.oavgjord);
    // The same form twice would meet its own first save as a conflict.
    if (this.skickar) event.preventDefault();
    else if (ovalda.length) {
      event.preventDefault();
      this.kravVal(ovalda);
    } else {
      minnsFokus(this.senast);
      this.skickat(true);
    }
  }

  /** The server would refuse what nobody has chosen between. */
  kravVal(ovalda) {
    ovalda[0].val()[0]?.focus();
    this.sparrad.beratta(`Välj först mellan två värden i ${antalText(ovalda.length, "cell", "celler")}. Inget är sparat ännu.`);
  }

  skickat(skickar) {
    clearTimeout(this.omskick);
    this.skickar = skickar;
    this.sparrad.spara?.setAttribute("aria-busy", String(skickar));
    if (skickar) {
      this.sparrad.beratta("Sparar …");
      this.omskick = setTimeout(() => this.skickat(false), OMSKICK);
    } else if (this.sparrad.handelse.textContent === "Sparar …") {
      this.sparrad.handelse.textContent = "";
    }
    this.visaVakt();
    this.sparaUtkast();
  }

  // ---- what is not saved: the bar, the guard, the draft

  visaLage() {
    const andrade = [...this.andrade];
    const fel = andrade.filter((cell) => cell.fel || cell.serverfel).length;
    const val = andrade.filter((cell) => cell.oavgjord && !cell.fel && !cell.serverfel).length;
    const texter = this.andradeFalt().length;
    this.sparrad.visaAntal({ andringar: andrade.length - fel - val + texter, fel, val });
    this.sparrad.visaAngra(this.stapel.at(-1));
    this.visaVakt();
    this.sparaUtkast();
  }

  andradeFalt() {
    return this.falt.filter((nod) => nod.value !== nod.defaultValue);
  }

  /** Listening only when needed: a page with the guard on cannot be kept by the browser for «back». */
  visaVakt() {
    const osparat = !this.skickar && (this.andrade.size > 0 || this.andradeFalt().length > 0);
    if (osparat) window.addEventListener("beforeunload", this.vakt);
    else window.removeEventListener("beforeunload", this.vakt);
  }

  sparaUtkast() {
    const celler = { ...this.vantande.celler };
    for (const cell of this.andrade) celler[cell.nyckel] = { text: cell.text, bas: this.bas.hamta(cell.nyckel) };
    const falt = { ...this.vantande.falt };
    for (const nod of this.andradeFalt()) falt[nod.name] = nod.value;
    const nytt = this.andrade.size || this.andradeFalt().length;
    const tid = nytt || !this.vantande.tid ? new Date().toISOString() : this.vantande.tid;
    this.lager.skriv({ tid, skickat: this.skickar, celler, falt });
  }

  /** Look for a draft from before this page was loaded, and offer it. */
  erbjudUtkast() {
    const utkast = this.lager.las();
    if (!utkast) return;
    const sparat = arSparat(utkast, this.form);
    const har = [];
    for (const [nyckel, { text, bas }] of Object.entries(utkast.celler)) {
      const cell = this.celler.get(nyckel);
      if (!cell) this.vantande.celler[nyckel] = { text, bas };
      else if (!sparat && !cell.motsvarar(text)) har.push({ cell, text, bas });
    }
    const falt = [];
    for (const [namn, text] of Object.entries(utkast.falt)) {
      const nod = this.falt.find((f) => f.name === namn);
      if (!nod) this.vantande.falt[namn] = text;
      else if (!sparat && nod.value !== text) falt.push({ nod, text });
    }
    this.vantande.tid = utkast.tid;
    if (!har.length && !falt.length) return;
    for (const { cell, text, bas } of har) this.vantande.celler[cell.nyckel] = { text, bas };
    for (const { nod, text } of falt) this.vantande.falt[nod.name] = text;
    this.visaErbjudande(utkast.tid, har, falt);
  }

  visaErbjudande(tid, har, falt) {
    const antal = har.length + falt.length;
    const text = `Du har ${antalText(antal, "osparad ändring", "osparade ändringar")} från ${klockslag(tid)}. `;
    const aterstall = el("button", { type: "button", class: "knapp knapp--liten" }, "Återställ");
    const slang = el("button", { type: "button", class: "knapp knapp--liten knapp--tyst" }, "Släng");
    const ruta = el("div", { class: "besked besked--info", role: "status", "data-utkast": true });
    this.form.prepend(ruta);
    ruta.append(el("p", {}, text, aterstall, " ", slang));
    const glom = () => {
      for (const { cell } of har) delete this.vantande.celler[cell.nyckel];
      for (const { nod } of falt) delete this.vantande.falt[nod.name];
    };
    aterstall.addEventListener("click", () => {
      glom();
      const kvar = this.aterstall(har, falt);
      if (kvar.length) {
        ruta.replaceChildren(
          el("p", {}, "Det här gick inte att återställa, för cellerna är låsta nu:"),
          el("ul", {}, ...kvar.map(({ cell, text: t }) => el("li", {}, `${cell.rubrik || cell.nyckel}: ${t || "(tom)"}`))),
        );
      } else {
        ruta.remove();
      }
    });
    slang.addEventListener("click", () => {
      glom();
      ruta.remove();
      this.visaLage();
      this.sparrad.beratta("Det osparade är slängt.");
      this.forstaCell()?.focus();
    });
  }

  /** Returns what could not be restored. */
  aterstall(har, falt) {
    const oppna = har.filter(({ cell }) => !cell.last);
    this.laggSteg(
      "aterstallning",
      oppna.map(({ cell }) => cell),
    );
    for (const { cell, bas } of oppna) this.bas.satt(cell.nyckel, bas);
    this.sattTexter(
      oppna.map(({ cell, text }) => [cell, text]),
      null,
    );
    for (const { nod, text } of falt) nod.value = text;
    if (!oppna.length) this.stapel.pop();
    this.visaLage();
    this.sparrad.beratta(`Återställde ${antalText(oppna.length + falt.length, "ändring", "ändringar")}. De är inte sparade.`);
    (oppna[0]?.cell.input ?? falt[0]?.nod ?? this.forstaCell())?.focus();
    return har.filter(({ cell }) => cell.last);
  }

  forstaCell() {
    return [...this.celler.values()].find((cell) => !cell.last)?.input;
  }
}

function beskrivAngrat({ slag, celler }) {
  if (slag === "inklistring") return `Ångrade inklistringen av ${antalText(celler.length, "värde", "värden")}.`;
  if (slag === "aterstallning") return `Ångrade återställningen av ${antalText(celler.length, "värde", "värden")}.`;
  return celler[0].cell.rubrik ? `Ångrade ändringen i ${celler[0].cell.rubrik}.` : "Ångrade ändringen.";
}
