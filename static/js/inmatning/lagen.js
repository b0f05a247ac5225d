/** How a cell's state is shown: classes on the cell, words in the state column, the error in a row under. */

import { el } from "../dom.js";
import { status } from "../ikon.js";

/**
 * Adopt the error row that the server rendered for a cell, so that it disappears when the text is mended.
 *
 * @param {import("./celler.js").Cell} cell
 */
export function antaServerfel(cell) {
  if (!cell.serverfel) return;
  for (const id of beskrivningar(cell.input)) {
    const rad = document.getElementById(id)?.closest("tr.u-fel");
    if (rad) cell.felrad = rad;
  }
}

/**
 * Show what the cell is now.
 *
 * @param {import("./celler.js").Cell} cell
 */
export function visaCell(cell) {
  const { td } = cell;
  const fel = cell.fel !== null || cell.serverfel;
  const lugn = cell.andrad && !fel && !cell.konflikt;
  td.classList.toggle("fel", fel);
  td.classList.toggle("konflikt", cell.konflikt && !fel);
  td.classList.toggle("inklistrad", lugn && cell.block !== null);
  td.classList.toggle("andrad", lugn && cell.block === null);
  if (!cell.block) td.classList.remove("forsta", "sista");
  if (cell.fel) visaFelrad(cell);
  else if (!cell.serverfel) taBortFelrad(cell);
}

/**
 * The frame round a pasted block: its first and last cell in each column.
 *
 * @param {Set<import("./celler.js").Cell>} block
 */
export function visaKanter(block) {
  const kolumner = new Map();
  for (const cell of block) {
    cell.td.classList.remove("forsta", "sista");
    if (!cell.td.classList.contains("inklistrad")) continue;
    const kant = kolumner.get(cell.kolumn) ?? { forsta: cell, sista: cell };
    if (cell.rad.nummer < kant.forsta.rad.nummer) kant.forsta = cell;
    if (cell.rad.nummer > kant.sista.rad.nummer) kant.sista = cell;
    kolumner.set(cell.kolumn, kant);
  }
  for (const { forsta, sista } of kolumner.values()) {
    forsta.td.classList.add("forsta");
    sista.td.classList.add("sista");
  }
}

/**
 * The row's state column. The server's own words stay until something in the row has been touched, and
 * come back when nothing is left to tell.
 *
 * @param {import("./celler.js").Cell["rad"]} rad
 * @param {(cell: import("./celler.js").Cell) => string | null} [liknar] The unit that a new value looks like.
 */
export function visaRad(rad, liknar = () => null) {
  if (!rad.lage || !rad.rord) return;
  rad.lage.replaceChildren(...radensLage(rad, liknar));
  for (const cell of rad.celler.values()) visaUndran(cell, rad.skriver ? null : liknar(cell));
}

function radensLage(rad, liknar) {
  const celler = [...rad.celler.values()];
  const felande = celler.filter((cell) => cell.fel || cell.serverfel);
  if (felande.length > 1) return [status("avv", `Fel i ${felande.length} celler`)];
  if (felande.length) return [status("avv", `Fel: ${felande[0].tolkfel?.kort ?? "se raden under"}`)];
  if (rad.skriver) return [el("span", { class: "svag" }, "Skriver")];
  if (celler.some((cell) => cell.oavgjord)) return [status("varn", "Välj värde")];
  const andrade = celler.filter((cell) => cell.andrad);
  if (!andrade.length) return rad.ursprung;
  const enhet = andrade.map(liknar).find(Boolean);
  if (enhet) return [status("varn", `Ser ut som ${enhet}?`)];
  return [status("plan", andrade.every((cell) => cell.block) ? "Inklistrad, ej sparad" : "Ändrad, ej sparad")];
}

function visaFelrad(cell) {
  const { input, fel } = cell;
  cell.felrad ??= laggUnder(cell, "u-fel", `fel-${input.id}`);
  input.setAttribute("aria-invalid", "true");
  const plats = cell.felrad.querySelector("td > div") ?? cell.felrad.cells[0];
  const rubrik = cell.rad.celler.size > 1 && cell.rubrik ? [el("strong", {}, `${cell.rubrik}:`), " "] : [];
  plats.replaceChildren(...rubrik, el("span", { class: "neg" }, fel.fel), ` ${fel.rad} ${raknarMed(cell)}`);
}

/** A row under the cell's own, that its field is described by. */
function laggUnder(cell, klass, id) {
  const { input } = cell;
  const bredd = [...cell.rad.tr.cells].reduce((summa, td) => summa + td.colSpan, 0);
  const rad = el("tr", { class: `under ${klass}`, id }, el("td", { colspan: String(bredd) }, el("div", {})));
  let sist = cell.rad.tr;
  while (sist.nextElementSibling?.matches("tr.under")) sist = sist.nextElementSibling;
  sist.after(rad);
  cell.rad.tr.classList.add("har-under");
  input.setAttribute("aria-describedby", [...beskrivningar(input), id].join(" "));
  return rad;
}

/** The question beside a value that looks like another unit; `enhet` is null where there is none. */
function visaUndran(cell, enhet) {
  if (enhet) {
    cell.undran ??= laggUnder(cell, "u-undran", `undran-${cell.input.id}`);
    const rubrik = cell.rubrik ? [el("strong", {}, `${cell.rubrik}:`), " "] : [];
    const text = `${cell.text} ser ut som ${enhet}, mot samma rads andra tal. Tabellen är i mnkr. Är det rätt kan du spara.`;
    cell.undran.querySelector("div").replaceChildren(...rubrik, text);
  } else if (cell.undran) {
    taBortUnder(cell, cell.undran);
    cell.undran = null;
  }
}

function raknarMed(cell) {
  if (cell.sparad === null) return "Inget värde är sparat, så summorna räknar inte med cellen.";
  return `Summorna räknar med det senast sparade värdet, ${cell.sparadText}.`;
}

function taBortFelrad(cell) {
  cell.input.removeAttribute("aria-invalid");
  if (!cell.felrad) return;
  taBortUnder(cell, cell.felrad);
  cell.felrad = null;
}

function taBortUnder(cell, rad) {
  const ids = new Set([rad.id, ...[...rad.querySelectorAll("[id]")].map((nod) => nod.id)]);
  const kvar = beskrivningar(cell.input).filter((id) => !ids.has(id));
  if (kvar.length) cell.input.setAttribute("aria-describedby", kvar.join(" "));
  else cell.input.removeAttribute("aria-describedby");
  rad.remove();
  if (!cell.rad.tr.nextElementSibling?.matches("tr.under")) cell.rad.tr.classList.remove("har-under");
}

function beskrivningar(input) {
  return (input.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean);
}
