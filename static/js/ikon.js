/** The shapes of the states, the same as the server draws: half circle, diamond, triangle. */

const SVG = "http://www.w3.org/2000/svg";

const FORMER = {
  plan: [
    ["circle", { cx: "6", cy: "6", r: "5.1", fill: "none", stroke: "currentColor", "stroke-width": "1.8" }],
    ["path", { d: "M6 1a5 5 0 0 1 0 10z", fill: "currentColor" }],
  ],
  avv: [["path", { d: "M6 0l6 6-6 6-6-6z", fill: "currentColor" }]],
  varn: [["path", { d: "M6 .6L12 11.4H0z", fill: "currentColor" }]],
  stang: [["path", { d: "M1 1l10 10M11 1L1 11", stroke: "currentColor", "stroke-width": "1.5" }]],
};

function rita(namn, attribut) {
  const nod = document.createElementNS(SVG, namn);
  for (const [nyckel, varde] of Object.entries(attribut)) nod.setAttribute(nyckel, varde);
  return nod;
}

/**
 * @param {keyof typeof FORMER} form
 * @returns {SVGElement}
 */
export function ikon(form) {
  const svg = rita("svg", { viewBox: "0 0 12 12", width: "12", height: "12", "aria-hidden": "true", focusable: "false" });
  svg.append(...FORMER[form].map(([namn, attribut]) => rita(namn, attribut)));
  return svg;
}

/**
 * A state: shape and word.
 *
 * @param {"plan" | "avv" | "varn"} form
 * @param {string} ord
 * @returns {HTMLElement}
 */
export function status(form, ord) {
  const nod = document.createElement("span");
  nod.className = `st st--${form}`;
  nod.append(ikon(form), ord);
  return nod;
}
