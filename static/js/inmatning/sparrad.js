/** The save bar: what is not saved, what just happened, and the undo button. */

import { antalText, el, meddela } from "../dom.js";

/** The bar of one form; parts that are missing in the page are done without. */
export class Sparrad {
  constructor(form) {
    const rad = document.querySelector("[data-sparrad]");
    this.antal = rad?.querySelector("[data-antal]") ?? null;
    this.spara = rad?.querySelector("[data-spara]") ?? form.querySelector("[data-spara]");
    this.angra = rad?.querySelector("[data-angra]") ?? form.querySelector("[data-angra]");
    // Two regions: what happened is for everyone to see, an error already stands in its row.
    this.handelse = rad?.querySelector("[data-handelse]") ?? el("span", { "data-handelse": true });
    this.handelse.setAttribute("role", "status");
    if (!this.handelse.isConnected) {
      if (this.antal) this.antal.after(this.handelse);
      else form.append(this.handelse);
    }
    this.upplast = el("div", { class: "dold", role: "status" });
    form.append(this.upplast);
    if (this.angra) this.angra.hidden = false;
  }

  /** Say what happened, in sight and aloud. */
  beratta(text) {
    meddela(this.handelse, text);
  }

  /** Only aloud. */
  las(text) {
    meddela(this.upplast, text);
  }

  /** @param {{andringar: number, fel: number, konflikter: number}} antal Each cell is counted once. */
  visaAntal({ andringar, fel, konflikter }) {
    if (!this.antal) return;
    const delar = [];
    if (andringar) delar.push([andringar, andringar === 1 ? " ändring ej sparad" : " ändringar ej sparade"]);
    if (fel) delar.push([fel, " fel"]);
    if (konflikter) delar.push([konflikter, konflikter === 1 ? " konflikt" : " konflikter"]);
    const noder = delar.flatMap(([tal, ord], i) => [i ? ", " : "", el("b", {}, String(tal)), ord]);
    this.antal.replaceChildren(...(noder.length ? noder : ["Inga osparade ändringar"]));
  }

  /** @param {{slag: string} | undefined} steg The step that the button would undo. */
  visaAngra(steg) {
    if (!this.angra) return;
    this.angra.disabled = !steg;
    this.angra.textContent = steg?.slag === "inklistring" ? "Ångra inklistring" : "Ångra";
  }
}

/**
 * «Klistrade in 8 värden. 2 låsta celler hoppades över. 3 värden fick inte plats.»
 *
 * @param {{inklistrade: number, lasta: number, utanfor: number, fel: number}} utfall
 * @returns {string}
 */
export function beskrivInklistring({ inklistrade, lasta, utanfor, fel }) {
  const meningar = [`Klistrade in ${antalText(inklistrade, "värde", "värden")}.`];
  if (lasta) meningar.push(`${antalText(lasta, "låst cell", "låsta celler")} hoppades över.`);
  if (utanfor) meningar.push(`${antalText(utanfor, "värde", "värden")} fick inte plats.`);
  if (fel) meningar.push(`${antalText(fel, "värde", "värden")} är inte ett belopp.`);
  return meningar.join(" ");
}
