/**
 * The preview of a paste: where each row and column lands and why, what changes, and a choice for whatever has no
 * certain place. Nothing is written from here; the choices are the answer.
 */

import { antalText, el } from "../dom.js";
import { ENHETER, kanLasasSom, raknaOm } from "./enhetssinne.js";
import { vardenyckel } from "./klistra.js";
import { arVarde } from "./passning.js";

const HOPPA = "hoppa";
const SKAL = {
  okand: { rad: "Ingen rad här heter så.", kolumn: "Ingen kolumn här heter så." },
  flera: { rad: "Flera rader här heter så.", kolumn: "Flera kolumner här heter så." },
  dubbel: { rad: "Flera rader i blocket leder till samma rad.", kolumn: "Flera kolumner i blocket leder till samma kolumn." },
  utan: { rad: "Raden har inget namn.", kolumn: "Kolumnen har ingen rubrik." },
  utanfor: { rad: "Raden hamnar under tabellens slut.", kolumn: "Kolumnen hamnar utanför tabellen." },
  ar: { rad: "Det kan vara ett årtal eller ett belopp.", kolumn: "" },
};
const HUR = { namn: "samma namn", kod: "samma kod", rubrik: "samma rubrik", ar: "samma år", plats: "i ordning" };
const VISADE = 3; // values that are shown of a row or column

/**
 * Ask about a paste.
 *
 * @param {import("./klistra.js").Inklistring} inklistring
 * @returns {Promise<(import("./klistra.js").Utfall & {enhet?: string}) | null>} What to write, and the unit that it is
 *   to be read in where the heads name another than the table's; null when it was broken off.
 */
export function granska(inklistring) {
  return new Promise((svara) => new Granskning(inklistring, svara).oppna());
}

class Granskning {
  constructor(inklistring, svara) {
    this.inklistring = inklistring;
    this.svara = svara;
    this.svar = null;
    this.valda = { rader: new Map(), kolumner: new Map(), varden: new Map() };
    /** Every select with what it chooses: `rader`, `kolumner`, `varden` or `enhet`, and which. */
    this.valjare = [];
    this.bygg();
    this.visa();
  }

  oppna() {
    document.body.append(this.dialog);
    this.dialog.addEventListener("close", () => {
      this.dialog.remove();
      this.svara(this.svar);
    });
    this.dialog.showModal();
    (this.ovalda()[0]?.nod ?? this.ja).focus();
  }

  // ---- the parts

  bygg() {
    this.sammanfattning = el("p", { id: "granskning-text", role: "status" });
    this.fel = el("p", { class: "neg", role: "alert" });
    this.platser = el("div", { class: "granskning__del" });
    this.texter = el("div", { class: "granskning__del" });
    this.andringar = el("details", { class: "granskning__del" });
    this.ja = el("button", { type: "submit", class: "knapp knapp--p" });
    const nej = el("button", { type: "button", class: "knapp" }, "Avbryt");
    this.hoppa = el("button", { type: "button", class: "knapp" }, "Hoppa över resten");
    this.formular = el(
      "form",
      { class: "granskning", autocomplete: "off" },
      el("h2", { id: "granskning-rubrik" }, "Granska inklistringen"),
      this.sammanfattning,
      this.besked(),
      this.platser,
      this.texter,
      this.andringar,
      this.hittade(),
      el("div", { class: "granskning__fot" }, this.fel, el("div", { class: "atg" }, nej, this.hoppa, this.ja)),
    );
    this.dialog = el(
      "dialog",
      { class: "dialog dialog--bred", "aria-labelledby": "granskning-rubrik", "aria-describedby": "granskning-text" },
      this.formular,
    );
    this.byggPlatser();
    nej.addEventListener("click", () => this.dialog.close());
    this.hoppa.addEventListener("click", () => this.hoppaOverResten());
    this.formular.addEventListener("change", (event) => this.valt(event.target));
    this.formular.addEventListener("submit", (event) => this.bekrafta(event));
  }

  /** Why it is asked, where the choices do not say it themselves. */
  besked() {
    const { plan, blad } = this.inklistring;
    const texter = [];
    if (plan.enhet) {
      const foljd = this.valjerEnhet ? "Välj hur de ska läsas." : "Värdena klistras in som de står.";
      texter.push(`Rubrikerna i blocket säger ${plan.enhet}, och den här tabellen är i ${blad.enhet}. ${foljd}`);
    }
    const iOrdning = (delar) => delar.some(({ hur }) => hur === "plats");
    const saknas = [iOrdning(plan.rader) ? "radnamn" : "", iOrdning(plan.kolumner) ? "rubriker" : ""].filter(Boolean);
    if (saknas.length) texter.push(`Blocket saknar ${saknas.join(" och ")}, så det är lagt i ordning. Kontrollera var det hamnar.`);
    if (!texter.length) return "";
    return el("div", { class: `besked ${plan.enhet ? "besked--varn" : "besked--info"}` }, ...texter.map((text) => el("p", {}, text)));
  }

  /** Whether the heads name a unit that the table's figures can be counted from. */
  get valjerEnhet() {
    const { plan, blad } = this.inklistring;
    return blad.enhet === "mnkr" && plan.enhet in ENHETER;
  }

  /** The unit that was chosen, when it was asked about. */
  get enhet() {
    return this.valjare.find(({ slag }) => slag === "enhet")?.nod.value;
  }

  enhetsval() {
    const { plan, blad } = this.inklistring;
    const { ja } = ENHETER[plan.enhet];
    const nod = el(
      "select",
      { id: "granskning-enhet", class: "valj", "aria-label": "Hur beloppen läses", "aria-describedby": "granskning-enhet-skal" },
      el("option", { value: "" }, "Välj …"),
      el("option", { value: plan.enhet }, `Som ${plan.enhet}: ${ja}`),
      el("option", { value: blad.enhet }, `Som ${blad.enhet}: som de står`),
    );
    this.valjare.push({ nod, slag: "enhet", nyckel: "" });
    return valpunkt(nod, "Beloppen i blocket", `Rubrikerna säger ${plan.enhet}.`, "");
  }

  /** Selects for rows and columns that have no certain place, or only the one that they were laid on. */
  byggPlatser() {
    const { plan } = this.inklistring;
    if (this.valjerEnhet) this.platser.append(vallista("Enhet", [this.enhetsval()]));
    const kolumner = plan.kolumner.filter(({ slag, hur }) => slag === "oklar" || hur === "plats");
    const rader = plan.rader.filter(({ slag, hur }) => slag === "oklar" || hur === "plats");
    if (kolumner.length) this.platser.append(vallista("Kolumner", kolumner.map((k) => this.kolumnval(k))));
    if (!rader.length) return;
    this.platser.append(vallista("Rader", rader.map((r) => this.radval(r))));
    const namnlosa = rader.filter(({ skal }) => skal === "okand" || skal === "utan");
    if (namnlosa.length > 1 && plan.rader.every(({ hur }) => hur !== "namn" && hur !== "kod")) this.erbjudOrdning(namnlosa);
  }

  kolumnval(kolumn) {
    const namn = kolumn.rubrik || `Kolumn ${kolumn.nr + 1}`;
    const mal = this.inklistring.blad.kolumner.map((k, i) => ({ i, text: kolumnnamn(k), duger: this.skrivbarKolumn(i) }));
    const varden = this.inklistring.plan.rader
      .filter(({ slag }) => slag !== "rubrik")
      .map(({ nr }) => this.inklistring.plan.texter[nr][kolumn.nr]);
    return this.val("kolumner", kolumn, namn, varden, "kolumn", [["", mal]]);
  }

  radval(rad) {
    const { plan, blad } = this.inklistring;
    const grupper = [];
    blad.rader.forEach((r, i) => {
      if (r.slag === "grupp" || !grupper.length) grupper.push([r.slag === "grupp" ? r.namn : "", []]);
      if (r.slag !== "grupp") grupper.at(-1)[1].push({ i, text: r.namn, duger: blad.rutor[i].includes("skriv") });
    });
    const spalter = plan.kolumner.filter(({ slag }) => slag === "placerad" || slag === "oklar");
    const varden = spalter.map(({ nr }) => plan.texter[rad.nr][nr]);
    return this.val("rader", rad, rad.namn || `Rad ${rad.nr + 1}`, varden, "rad", grupper);
  }

  /** A row of the choices: what it is in the block, and a select of where it belongs. */
  val(slag, del, namn, varden, ord, grupper) {
    const id = `granskning-${ord}-${del.nr}`;
    const alternativ = ({ i, text, duger }) => {
      const forsta = del.kandidater.includes(i);
      if (!duger && i !== del.mal && !forsta) return [];
      return [el("option", { value: String(i), selected: i === del.mal }, duger ? text : `${text}: skrivs inte`)];
    };
    const kandidater = grupper.flatMap(([grupp, mal]) =>
      mal.filter(({ i }) => del.kandidater.includes(i)).map((m) => ({ ...m, text: grupp ? `${m.text} (${grupp})` : m.text })),
    );
    const nod = el(
      "select",
      { id, class: "valj", "aria-label": `${namn} hör till`, "aria-describedby": `${id}-skal` },
      ...(del.mal === null ? [el("option", { value: "" }, `Välj ${ord} …`)] : []),
      el("option", { value: HOPPA }, del.skal === "ar" ? "Hoppa över, det är en rubrik" : "Hoppa över"),
      ...(kandidater.length ? [el("optgroup", { label: "Heter så" }, ...kandidater.flatMap(alternativ))] : []),
      ...grupper.flatMap(([grupp, mal]) => {
        const ovriga = mal.filter(({ i }) => !del.kandidater.includes(i)).flatMap(alternativ);
        return grupp && ovriga.length ? [el("optgroup", { label: grupp }, ...ovriga)] : ovriga;
      }),
    );
    this.valjare.push({ nod, slag, nyckel: del.nr, del });
    const skal = del.skal ? SKAL[del.skal][ord] : `Lagd i ordning${this.gallerInte(slag, del) ? ", och skrivs inte där" : ""}.`;
    return valpunkt(nod, namn, skal, utdrag(varden));
  }

  /** Whether a part that was laid in order has come where nothing is written. */
  gallerInte(slag, { mal }) {
    if (mal === null) return false;
    return slag === "rader" ? !this.inklistring.blad.rutor[mal].includes("skriv") : !this.skrivbarKolumn(mal);
  }

  skrivbarKolumn(i) {
    return this.inklistring.blad.rutor.some((rad) => rad[i] === "skriv");
  }

  /** A block with other names may still be in the page's order; that is for the reader to say. */
  erbjudOrdning(rader) {
    const { blad, startrad } = this.inklistring;
    const knapp = el("button", { type: "button", class: "knapp knapp--liten" }, `Lägg i ordning från ${blad.rader[startrad].namn}`);
    knapp.addEventListener("click", () => {
      const mal = blad.rader.map((_, i) => i).filter((i) => i >= startrad && blad.rutor[i].includes("skriv"));
      rader.forEach(({ nr }, i) => {
        const { nod } = this.valjare.find((v) => v.slag === "rader" && v.nyckel === nr);
        nod.value = i < mal.length ? String(mal[i]) : "";
      });
      this.visa();
    });
    this.platser.append(el("p", {}, knapp));
  }

  /** What was found by itself, for those who want to see how. */
  hittade() {
    const { plan, blad } = this.inklistring;
    const punkt = (namn, mal, hur) => el("li", {}, `${namn} → ${mal} (${HUR[hur]})`);
    const kolumner = plan.kolumner.filter(({ slag, hur }) => slag === "placerad" && hur !== "plats");
    const rader = plan.rader.filter(({ slag, hur }) => slag === "placerad" && hur !== "plats");
    const skrivsInte = [
      ...plan.kolumner.filter(({ slag }) => slag === "skillnad").map((k) => `${k.rubrik || `Kolumn ${k.nr + 1}`}: en skillnad`),
      ...plan.kolumner.filter(({ slag }) => slag === "summa").map((k) => `${k.rubrik}: en summa`),
      ...plan.kolumner.filter(({ slag }) => slag === "last").map((k) => `${k.rubrik}: går inte att skriva i här`),
      ...plan.rader.filter(({ slag }) => slag === "summa").map((r) => `${r.namn}: en summa`),
    ];
    if (!kolumner.length && !rader.length && !skrivsInte.length) return "";
    const rubrik = [
      kolumner.length ? antalText(kolumner.length, "kolumn", "kolumner") : "",
      rader.length ? antalText(rader.length, "rad", "rader") : "",
    ].filter(Boolean);
    return el(
      "details",
      { class: "granskning__del" },
      el("summary", {}, rubrik.length ? `Hittade sin plats: ${rubrik.join(" och ")}` : "Skrivs inte"),
      el(
        "ul",
        {},
        ...kolumner.map((k) => punkt(k.rubrik, kolumnnamn(blad.kolumner[k.mal]), k.hur)),
        ...rader.map((r) => punkt(r.namn, blad.rader[r.mal].namn, r.hur)),
        ...skrivsInte.map((text) => el("li", {}, `${text}, skrivs inte`)),
      ),
    );
  }

  // ---- what follows from the choices

  valt(nod) {
    const valjare = this.valjare.find((v) => v.nod === nod);
    if (!valjare) return;
    if (valjare.del?.skal === "ar") this.skjut(valjare);
    this.visa();
  }

  /** A first row that is a heading takes no row of the page, so those under it move up. */
  skjut({ nod, nyckel }) {
    const { plan } = this.inklistring;
    for (const { nod: annan, nyckel: nr, del, slag } of this.valjare) {
      if (slag !== "rader" || nr <= nyckel || del.hur !== "plats") continue;
      const fore = nr - 1 === nyckel ? this.inklistring.startrad : plan.rader[nr - 1].mal;
      const mal = String(nod.value === HOPPA ? fore : del.mal);
      if (![...annan.options].some(({ value }) => value === mal)) continue;
      annan.value = mal;
    }
  }

  las() {
    this.valda = { rader: new Map(), kolumner: new Map(), varden: new Map() };
    for (const { nod, slag, nyckel } of this.valjare) {
      if (slag === "enhet") continue;
      if (slag === "varden") {
        if (nod.value) this.valda.varden.set(nyckel, nod.value);
      } else if (nod.value) this.valda[slag].set(nyckel, nod.value === HOPPA ? null : Number(nod.value));
    }
    this.utfall = this.inklistring.utfall(this.valda);
  }

  visa() {
    this.las();
    this.visaTexter();
    this.las();
    const { utfall } = this;
    const kvar = this.ovalda().length;
    const alla = this.alltSomHarPlats();
    this.sammanfattning.textContent =
      `${antalText(utfall.antal, "värde", "värden")} av ${alla} skrivs, i ${antalText(utfall.rader, "rad", "rader")}.` +
      (kvar ? ` ${antalText(kvar, "val återstår", "val återstår")}.` : "");
    this.ja.textContent = `Klistra in ${antalText(utfall.antal, "värde", "värden")}`;
    this.hoppa.hidden = kvar === 0;
    this.fel.textContent = "";
    for (const { nod } of this.valjare) nod.removeAttribute("aria-invalid");
    this.visaAndringar();
  }

  /** Every figure of the block that is no heading, difference or sum. */
  alltSomHarPlats() {
    const { plan } = this.inklistring;
    const spalter = plan.kolumner.filter(({ slag }) => slag === "placerad" || slag === "oklar");
    const rader = plan.rader.filter(({ slag }) => slag === "placerad" || slag === "oklar");
    return rader.flatMap(({ nr }) => spalter.filter((k) => arVarde(plan.texter[nr][k.nr]))).length;
  }

  /** Texts where a figure is expected: which they are follows from where rows and columns go. */
  visaTexter() {
    const { varden } = this.utfall;
    const nycklar = varden.map(({ nr }) => vardenyckel(nr));
    const nuvarande = this.valjare.filter(({ slag }) => slag === "varden");
    if (nuvarande.length === nycklar.length && nuvarande.every(({ nyckel }, i) => nyckel === nycklar[i])) return;
    const fore = new Map(nuvarande.map(({ nyckel, nod }) => [nyckel, nod.value]));
    this.valjare = this.valjare.filter(({ slag }) => slag !== "varden");
    this.texter.replaceChildren();
    if (!varden.length) return;
    const rader = varden.map(({ cell, text, nr, skal }) => {
      const nyckel = vardenyckel(nr);
      const id = `granskning-text-${nr.rad}-${nr.kolumn}`;
      const nod = el(
        "select",
        { id, class: "valj", "aria-label": `«${text}» i ${cell.rubrik}`, "aria-describedby": `${id}-skal` },
        el("option", { value: "" }, "Välj …"),
        el("option", { value: HOPPA }, "Hoppa över"),
        skal === "tal"
          ? el("option", { value: "skriv" }, "Lägg i fältet och rätta där")
          : el("option", { value: "noll" }, "Skriv 0"),
      );
      nod.value = fore.get(nyckel) ?? "";
      this.valjare.push({ nod, slag: "varden", nyckel });
      const forklaring = skal === "tal" ? "Det går inte att läsa som ett belopp." : "Cellen räknas fram. Strecket kan betyda noll.";
      return valpunkt(nod, `«${text}»`, forklaring, cell.rubrik);
    });
    this.texter.append(vallista("Texter", rader));
  }

  visaAndringar() {
    const { enhet } = this;
    const last = (cell, text) => (enhet in ENHETER && kanLasasSom(cell) ? raknaOm(text, enhet, cell) : text);
    const andrade = this.utfall.placerade
      .map(([cell, text]) => [cell, last(cell, text)])
      .filter(([cell, text]) => !cell.motsvarar(text));
    const oppen = this.andringar.open || !this.andringar.childElementCount;
    this.andringar.hidden = !andrade.length;
    this.andringar.replaceChildren(
      el("summary", {}, `Ändringar: ${antalText(andrade.length, "fält", "fält")} får ett nytt värde`),
      andringstabell(
        andrade.map(([cell, text]) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, cell.rubrik),
            el("td", { class: "n" }, cell.text || (cell.hamtad === null ? "tomt" : `${cell.input.placeholder} (räknas fram)`)),
            el("td", { class: "n" }, text === "" ? "tomt" : cell.skriven(text)),
          ),
        ),
      ),
    );
    this.andringar.open = oppen;
  }

  ovalda() {
    return this.valjare.filter(({ nod }) => nod.value === "");
  }

  hoppaOverResten() {
    // Texts that get no place are no longer asked about, and others may be.
    for (let varv = 0; varv < 2; varv += 1) {
      for (const { nod, slag } of this.ovalda()) if (slag !== "enhet") nod.value = HOPPA;
      this.visa();
    }
    (this.ovalda()[0]?.nod ?? this.ja).focus();
  }

  bekrafta(event) {
    event.preventDefault();
    const ovalda = this.ovalda();
    const krockar = this.krockar();
    if (ovalda.length) this.saga(ovalda, `Välj för det som saknar ett val, eller hoppa över det: ${antalText(ovalda.length, "val", "val")} kvar.`);
    else if (krockar.length) this.saga(krockar, "Två värden har fått samma fält. Välj en annan plats för det ena, eller hoppa över det.");
    else {
      this.svar = { ...this.utfall, enhet: this.enhet };
      this.dialog.close();
    }
  }

  /** The selects that put two values in one field. */
  krockar() {
    const rader = new Set(this.utfall.krockar.map(({ rad }) => rad));
    const kolumner = new Set(this.utfall.krockar.map(({ kolumn }) => kolumn));
    return this.valjare.filter(
      ({ slag, nyckel }) => (slag === "rader" && rader.has(nyckel)) || (slag === "kolumner" && kolumner.has(nyckel)),
    );
  }

  saga(valjare, text) {
    for (const { nod } of valjare) nod.setAttribute("aria-invalid", "true");
    this.fel.textContent = text;
    valjare[0].nod.focus();
  }
}

function kolumnnamn({ rubrik, under }) {
  return under ? `${rubrik} ${under}` : rubrik;
}

function utdrag(varden) {
  const visade = varden.filter(Boolean);
  return visade.slice(0, VISADE).join(" · ") + (visade.length > VISADE ? " …" : "");
}

function vallista(rubrik, punkter) {
  return el("section", {}, el("h3", {}, rubrik), el("ul", { class: "granskning__val" }, ...punkter));
}

/** What it is in the block, what it holds or where it is, and the choice. */
function valpunkt(nod, namn, skal, uppgift) {
  return el(
    "li",
    {},
    el("div", {}, namn, el("small", { class: "svag", id: `${nod.id}-skal` }, skal)),
    el("span", { class: "granskning__varden" }, uppgift),
    nod,
  );
}

function andringstabell(rader) {
  const rubriker = ["Fält", "Nu", "Blir"].map((text, i) => el("th", { scope: "col", class: i ? "n" : null }, text));
  return el(
    "table",
    {},
    el("caption", { class: "dold" }, "Ändringar"),
    el("thead", {}, el("tr", {}, ...rubriker)),
    el("tbody", {}, ...rader),
  );
}
