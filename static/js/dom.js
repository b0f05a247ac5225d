/** The few DOM helpers that several modules share. */

/**
 * Create an element. Attributes with the value false or null are left out; children are nodes or texts.
 *
 * @param {string} namn
 * @param {Record<string, string | boolean | null>} [attribut]
 * @param {...(Node | string)} barn
 * @returns {HTMLElement}
 */
export function el(namn, attribut = {}, ...barn) {
  const nod = document.createElement(namn);
  for (const [nyckel, varde] of Object.entries(attribut)) {
    if (varde === false || varde === null) continue;
    nod.setAttribute(nyckel, varde === true ? "" : varde);
  }
  nod.append(...barn);
  return nod;
}

/**
 * «1 ändring» or «4 ändringar».
 *
 * @param {number} antal
 * @param {string} ental
 * @param {string} flertal
 * @returns {string}
 */
export function antalText(antal, ental, flertal) {
  return `${antal} ${antal === 1 ? ental : flertal}`;
}

/**
 * Put a text in a live region. Cleared first, so that the same sentence twice is read twice.
 *
 * @param {HTMLElement} region
 * @param {string} text
 */
export function meddela(region, text) {
  region.textContent = "";
  setTimeout(() => {
    region.textContent = text;
  }, 50);
}

/**
 * Every cell of a table with its place, colspan and rowspan counted.
 *
 * @param {HTMLTableElement} table
 * @returns {{tr: HTMLTableRowElement, rad: number, kolumn: number, cell: HTMLTableCellElement}[]}
 */
export function rutor(table) {
  const funna = [];
  const upptagen = new Set();
  [...table.rows].forEach((tr, rad) => {
    let kolumn = 0;
    for (const cell of tr.cells) {
      while (upptagen.has(`${rad} ${kolumn}`)) kolumn += 1;
      funna.push({ tr, rad, kolumn, cell });
      for (let i = 1; i < cell.rowSpan; i += 1) {
        for (let j = 0; j < cell.colSpan; j += 1) upptagen.add(`${rad + i} ${kolumn + j}`);
      }
      kolumn += cell.colSpan;
    }
  });
  return funna;
}
