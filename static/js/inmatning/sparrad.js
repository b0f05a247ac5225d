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
    if (rad) matHojd(rad);
  }

  /** Say what happened, in sight and aloud. */
  beratta(text) {
    meddela(this.handelse, text);
  }

  /** Only aloud. */
  las(text) {
    meddela(this.upplast, text);
  }

  /** @param {{andringar: number, fel: number, val: number}} antal Each cell is counted once. */
  visaAntal({ andringar, fel, val }) {
    if (!this.antal) return;
    const delar = [];
    if (andringar) delar.push([andringar, andringar === 1 ? " ändring ej sparad" : " ändringar ej sparade"]);
    if (fel) delar.push([fel, " fel"]);
    if (val) delar.push([val, " val kvar"]);
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

/** The bar lies over the page; the stylesheet keeps fields and the panel clear of it. Texts wrap, so it is measured. */
function matHojd(rad) {
  new ResizeObserver(() => {
    document.documentElement.style.setProperty("--sparrad", `${rad.offsetHeight}px`);
  }).observe(rad);
}

/**
 * «Klistrade in 72 värden i 24 rader; 3 kolumner matchade mot rubriker, raderna mot namn. 4 summor skrevs inte.»
 *
 * @param {import("./klistra.js").Utfall & {skilda: number, lastaSom?: string}} utfall `skilda` are pasted sums that are
 *   not what the page adds up to, `lastaSom` a sentence on those that were read in another unit.
 * @returns {string}
 */
export function beskrivInklistring({
  antal, rader, rubriker, namn, framraknade, tomda, fel, last, skillnader, summor, summakolumner, summarader, baraRubriker,
  skilda, lastaSom,
}) {
  const matchat = [
    rubriker ? `${antalText(rubriker, "kolumn", "kolumner")} matchade mot rubriker` : "",
    namn ? `raderna ${rubriker ? "" : "matchade "}mot namn` : "",
  ].filter(Boolean);
  const hur = matchat.length ? `; ${matchat.join(", ")}` : "";
  const meningar = antal
    ? [`Klistrade in ${antalText(antal, "värde", "värden")} i ${antalText(rader, "rad", "rader")}${hur}.`]
    : [`Inget värde klistrades in${baraRubriker ? ": blocket har bara rubriker" : ""}.`];
  if (lastaSom) meningar.push(lastaSom);
  if (framraknade) meningar.push(`${antalText(framraknade, "värde är det", "värden är de")} som räknas fram, och ändrar inget.`);
  if (tomda) meningar.push(`${antalText(tomda, "fält", "fält")} tömdes.`);
  const ejSkrivna = [
    summor.length ? antalText(summor.length, "summa", "summor") : "",
    ...[...summarader, ...summakolumner].map((text) => `«${text}»`),
    skillnader ? antalText(skillnader, "skillnad", "skillnader") : "",
    last ? antalText(last, "låst värde", "låsta värden") : "",
  ].filter(Boolean);
  if (ejSkrivna.length) meningar.push(`Skrevs inte: ${ejSkrivna.join(", ")}.`);
  if (fel) meningar.push(`${antalText(fel, "värde", "värden")} är inte ett belopp.`);
  if (skilda) meningar.push(`${antalText(skilda, "summa", "summor")} i det inklistrade skiljer sig från summorna här.`);
  return meningar.join(" ");
}
