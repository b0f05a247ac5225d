/**
 * Whether amounts were given in another unit than the table's, in step with `budget/regler/enhetssinne.py`, where the
 * rule is argued. A paste that looks so is asked about once; the answer is remembered for the table in this tab.
 *
 * What the server renders: a cell in mnkr has `data-mot`, the kronor that its row has in other years and in the version
 * that this one is a copy of.
 */

import { OgiltigtBelopp, formateraFullt, lasBelopp } from "../belopp.js";
import { el } from "../dom.js";

const MNKR = 1_000_000n;
const MINST = 1n; // of the table's units, the least that a reference is
const RIMLIGT = 10n;
const FLEST = 5; // so many places are named in the question

/**
 * The units: `skala` is kronor per unit, `lagst` and `hogst` the room for what looks so, in ten-thousandths of a
 * reference, and `siffror` how many decimals the figures get when they are counted into mnkr. `gang` and `liten` say how
 * they are wrong.
 */
export const ENHETER = {
  kr: {
    skala: 1n,
    lagst: 3_000_000_000n,
    hogst: 30_000_000_000n,
    siffror: 6,
    ord: "kronor",
    ja: "dela med en miljon",
    gang: "en miljon gånger",
  },
  tkr: {
    skala: 1_000n,
    lagst: 3_000_000n,
    hogst: 30_000_000n,
    siffror: 3,
    ord: "tkr",
    ja: "dela med tusen",
    gang: "tusen gånger",
  },
  mdkr: {
    skala: 1_000_000_000n,
    lagst: 3n,
    hogst: 30n,
    siffror: -3,
    ord: "miljarder",
    ja: "gånger tusen",
    gang: "tusen gånger",
    liten: true,
  },
};

const belopp = (ore) => (ore < 0n ? -ore : ore);

/**
 * The unit that one value looks like: «mnkr» when it looks right, null when nothing tells.
 *
 * @param {bigint} ore
 * @param {bigint[]} mot The figures of its row, in öre.
 * @param {bigint} [skala] Kronor per unit of the table.
 * @returns {"kr" | "tkr" | "mdkr" | "mnkr" | null}
 */
export function bedomVardet(ore, mot, skala = MNKR) {
  const storlek = belopp(ore);
  const jamforda = jamforbara(mot, skala).map(belopp);
  if (!storlek || !jamforda.length) return null;
  for (const [enhet, { lagst, hogst }] of Object.entries(ENHETER)) {
    if (enhet === "mdkr" && storlek % (skala * 100n) === 0n) continue;
    const inom = jamforda.filter((m) => lagst * m <= storlek * 10_000n && storlek * 10_000n <= hogst * m);
    if (2 * inom.length > jamforda.length) return enhet;
  }
  const rimliga = jamforda.filter((m) => m <= RIMLIGT * storlek && storlek <= RIMLIGT * m);
  return 2 * rimliga.length >= jamforda.length ? "mnkr" : null;
}

const jamforbara = (mot, skala) => mot.filter((m) => belopp(m) >= MINST * skala * 100n);

/**
 * @template T
 * @typedef {{plats: T, ore: bigint, mot: bigint[]}} Varde
 */

/**
 * What to ask about values that came together, null when nothing.
 *
 * @template T
 * @param {Varde<T>[]} varden
 * @returns {{slag: "helt" | "blandat", enhet: "kr" | "tkr" | "mdkr", serUt: Varde<T>[], galler: T[], antal: number} | null}
 *   `serUt` are those that look so, `galler` those that an answer of yes concerns.
 */
export function bedom(varden) {
  const sedda = new Map();
  for (const v of varden) {
    const enhet = bedomVardet(v.ore, v.mot);
    if (enhet) sedda.set(enhet, [...(sedda.get(enhet) ?? []), v]);
  }
  if (sedda.has("mnkr")) sedda.delete("mdkr");
  const andra = Object.keys(ENHETER).filter((enhet) => sedda.has(enhet));
  if (!andra.length) return null;
  const enhet = andra.reduce((flest, e) => (sedda.get(e).length > sedda.get(flest).length ? e : flest));
  const serUt = sedda.get(enhet);
  const slag = sedda.size > 1 ? "blandat" : "helt";
  return { slag, enhet, serUt, galler: (slag === "helt" ? varden : serUt).map((v) => v.plats), antal: varden.length };
}

/** The reference that a value is nearest to when it is read in the unit: the one to show beside it. */
function narmast({ ore, mot }, enhet) {
  const last = (belopp(ore) * ENHETER[enhet].skala) / MNKR;
  return jamforbara(mot, MNKR).reduce((bast, m) => (belopp(belopp(m) - last) < belopp(belopp(bast) - last) ? m : bast));
}

/**
 * What a text says in a cell of mnkr, also one that is too large for it but not in kronor; zero when nothing.
 *
 * @returns {bigint} Öre.
 */
function las(text) {
  return forsok(() => lasBelopp(text, MNKR))?.ore ?? (forsok(() => lasBelopp(text))?.ore ?? 0n) * MNKR;
}

function forsok(gor) {
  try {
    return gor();
  } catch (fel) {
    if (fel instanceof OgiltigtBelopp) return null;
    throw fel;
  }
}

/** Whether a cell takes mnkr, which another unit can be counted into. */
export function kanLasasSom({ skala, procent }) {
  return skala === MNKR && !procent;
}

/** A text in another unit as the cell's own text in mnkr, with the precision that it was given. */
export function raknaOm(text, enhet, cell) {
  const { skala, siffror } = ENHETER[enhet];
  const last = forsok(() => lasBelopp(text, skala)) ?? avrundat(text, skala);
  if (!last) return text;
  // What the empty cell already gives is left to it, as when it is pasted in mnkr.
  if (cell.sparad === null && cell.hamtad !== null && last.ore === cell.hamtad) return "";
  const minst = Math.min(8, Math.max(0, last.decimaler + siffror));
  return formateraFullt(last.ore, { skala: MNKR, minst });
}

/** Of a figure with parts of ören, the nearest öre: as mnkr it had none, and is not refused for it now. */
function avrundat(text, skala) {
  const last = skala < MNKR ? forsok(() => lasBelopp(text, MNKR)) : null;
  return last && { ...last, ore: (2n * last.ore * skala + (last.ore < 0n ? -MNKR : MNKR)) / (2n * MNKR) };
}

/** The question, asked once, and the answers that are remembered. */
export class Enhetssinne {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.nyckel = `enhetssinne:${location.pathname}#${form.dataset.anvandare ?? ""}`;
    this.svar = this.hamta();
    /** Tells the server which units have been denied here, so that it does not ask again. */
    this.falt = form.elements.namedItem("enhet_besvarad");
    this.beratta();
  }

  beratta() {
    if (!this.falt) return;
    const nekade = Object.keys(ENHETER).filter((enhet) => this.svar[`${enhet}.helt`] === "nej");
    this.falt.value = nekade.join(" ");
  }

  /**
   * A plan of a paste in the table's unit: as it is, counted into mnkr, or null when the user took it back. Asks when
   * the amounts look like another unit and nobody has answered that; `enhet` is an answer that was given to what the
   * heads say.
   *
   * @template {{placerade: [import("./celler.js").Cell, string][], summor?: {ore: bigint, enhet: bigint}[],
   *   enhet?: string}} Plan
   * @param {Plan} plan
   * @returns {Promise<(Plan & {lastaSom?: string}) | null>}
   */
  async prova(plan) {
    if (plan.enhet) {
      // Whoever keeps the figures has said that they are right, whatever they look like.
      const nekad = !(plan.enhet in ENHETER);
      for (const enhet of nekad ? Object.keys(ENHETER) : []) this.svar[`${enhet}.helt`] = this.svar[`${enhet}.blandat`] = "nej";
      this.minns();
      const galler = plan.placerade.filter(([cell, text]) => text && kanLasasSom(cell)).map(([cell]) => cell);
      return nekad ? plan : this.lasSom(plan, plan.enhet, galler, true);
    }
    const texter = new Map(plan.placerade);
    const varden = plan.placerade
      .filter(([cell, text]) => cell.mot && text)
      .map(([cell, text]) => ({ plats: cell, ore: las(text), mot: cell.mot }))
      .filter(({ ore }) => ore !== 0n);
    const utslag = bedom(varden);
    if (!utslag) return plan;
    const fraga = `${utslag.enhet}.${utslag.slag}`;
    const svar = this.svar[fraga] ?? (await fragaOmEnhet(utslag, texter));
    if (!svar) return null;
    this.svar[fraga] = svar;
    // Who says that the table is right has said it of some of it too.
    if (svar === "nej") this.svar[`${utslag.enhet}.blandat`] = this.svar[`${utslag.enhet}.helt`] = svar;
    this.minns();
    return svar === "nej" ? plan : this.lasSom(plan, utslag.enhet, utslag.galler, utslag.slag === "helt");
  }

  /** The plan with the cells of `galler` read in a unit; `helt`: it was given in it altogether, sums too. */
  lasSom(plan, enhet, galler, helt) {
    const { skala, ord } = ENHETER[enhet];
    const dessa = new Set(galler);
    const om = ([cell, text]) => [cell, dessa.has(cell) ? raknaOm(text, enhet, cell) : text];
    const summa = (s) => ({ ...s, ore: (s.ore * skala) / MNKR, enhet: (s.enhet * skala) / MNKR || 1n });
    return {
      ...plan,
      placerade: plan.placerade.map(om),
      summor: helt ? plan.summor?.map(summa) : plan.summor,
      lastaSom: `${galler.length} lästes som ${ord}.`,
    };
  }

  /** «Tkr» for a typed value that looks so, unless somebody has said that such are right. */
  liknar(cell) {
    if (!cell.mot || cell.tolkfel || cell.varde === null || !cell.andrad) return null;
    const enhet = bedomVardet(cell.varde, cell.mot);
    if (!enhet || enhet === "mnkr" || this.svar[`${enhet}.helt`] === "nej") return null;
    return ENHETER[enhet].ord;
  }

  /** A paste that is taken back takes its answer with it. */
  glom() {
    this.svar = {};
    this.minns();
  }

  hamta() {
    try {
      return JSON.parse(sessionStorage.getItem(this.nyckel)) ?? {};
    } catch {
      return {};
    }
  }

  minns() {
    this.beratta();
    try {
      sessionStorage.setItem(this.nyckel, JSON.stringify(this.svar));
    } catch {
      // Then it is asked again.
    }
  }
}

/** The words of `budget/tabeller/enhetssinne.py`. */
function iOrd({ slag, enhet, serUt, galler, antal }, texter) {
  const { ord, ja, gang, liten } = ENHETER[enhet];
  const [dem, alla] = [serUt, galler].map((lista) => (lista.length === 1 ? "det" : "de"));
  const [ett, flera] = liten ? ["litet", "små"] : ["stort", "stora"];
  const fel = `${gang} för ${serUt.length === 1 ? ett : flera}`;
  let vilka = `${serUt.length} av ${antal} värden`;
  if (serUt.length === antal) vilka = antal === 1 ? "Värdet" : `Alla ${antal} värden`;
  let foljd = "";
  if (slag === "blandat") foljd = ` Bara ${dem} räknas om om du svarar ja; de andra står kvar som de är.`;
  else if (serUt.length < antal) foljd = ` De andra har inget att jämföras med. Svarar du ja läses alla ${antal} så.`;
  const rader = serUt.slice(0, FLEST).map((v) => {
    const mot = formateraFullt(narmast(v, enhet), { skala: MNKR });
    return `${v.plats.rubrik || v.plats.nyckel}: ${texter.get(v.plats).trim()} mot ${mot}`;
  });
  if (serUt.length > FLEST) rader.push(`Och ${serUt.length - FLEST} till.`);
  return {
    rubrik: `${vilka} ser ut att vara i ${ord}`,
    text: `Mot samma rads andra tal är ${dem} ${fel}. Tabellen är i mnkr.${foljd} Ska ${alla} läsas som ${ord}?`,
    rader,
    ja: `Ja, ${ja}`,
    nej: `Nej, ${alla} är i mnkr`,
  };
}

/** @returns {Promise<"ja" | "nej" | null>} null: take the paste back. */
function fragaOmEnhet(utslag, texter) {
  const { rubrik, text, rader, ja, nej } = iOrd(utslag, texter);
  const knapp = (svar, ord, klass = "knapp") => el("button", { type: "submit", value: svar, class: klass }, ord);
  const dialog = el(
    "dialog",
    { class: "dialog", "aria-labelledby": "enhetsfraga", "aria-describedby": "enhetsfraga-text" },
    el("h2", { id: "enhetsfraga" }, rubrik),
    el("p", { id: "enhetsfraga-text" }, text),
    el("ul", {}, ...rader.map((rad) => el("li", {}, rad))),
    el("form", { method: "dialog", class: "atg" }, knapp("", "Avbryt"), knapp("nej", nej), knapp("ja", ja, "knapp knapp--p")),
  );
  document.body.append(dialog);
  return new Promise((klar) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      klar(dialog.returnValue || null);
    });
    dialog.showModal();
    dialog.querySelector("button[value='ja']").focus();
  });
}
