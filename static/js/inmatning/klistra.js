/** Reading a block from a spreadsheet and deciding where each value goes. */

/**
 * Text from Excel or LibreOffice as rows of cells: tabs and line ends divide, cells that hold such signs
 * stand in quotation marks, the last line end closes the last row.
 *
 * @param {string} text
 * @returns {string[][]}
 */
export function lasTsv(text) {
  const rader = [];
  let rad = [];
  let i = 0;
  while (i < text.length) {
    const citerad = /"((?:[^"]|"")*)"(?=[\t\r\n]|$)/y;
    citerad.lastIndex = i;
    const traff = text[i] === '"' ? citerad.exec(text) : null;
    let cell;
    if (traff) {
      cell = traff[1].replaceAll('""', '"');
      i = citerad.lastIndex;
    } else {
      const start = i;
      while (i < text.length && !"\t\r\n".includes(text[i])) i += 1;
      cell = text.slice(start, i);
    }
    rad.push(cell);
    if (text[i] === "\t") {
      i += 1;
      if (i === text.length || "\r\n".includes(text[i])) rad.push("");
    }
    if (i === text.length || "\r\n".includes(text[i])) {
      if (text[i] === "\r" && text[i + 1] === "\n") i += 1;
      i += 1;
      rader.push(rad);
      rad = [];
    }
  }
  return rader;
}

/**
 * Where the values go, from `start` to the right and down. Values keep their places: one that meets a locked
 * cell is passed over, so that the rest still stands on its row. Rows without cells (sums, headings) and
 * what is not shown take no value.
 *
 * @param {import("./celler.js").Cell} start
 * @param {string[][]} block
 * @returns {{placerade: [import("./celler.js").Cell, string][], lasta: number, utanfor: number}}
 */
export function planera(start, block) {
  const { tabell } = start.rad;
  const rader = tabell.rader.filter((rad) => rad === start.rad || [...rad.celler.values()].some((cell) => cell.synlig));
  const kolumner = tabell.kolumner.filter((kolumn) => tabell.rader.some((rad) => rad.celler.get(kolumn)?.synlig));
  const forstaRad = rader.indexOf(start.rad);
  const forstaKolumn = kolumner.indexOf(start.kolumn);
  const plan = { placerade: [], lasta: 0, utanfor: 0 };
  block.forEach((texter, i) => {
    texter.forEach((text, j) => {
      const rad = rader[forstaRad + i];
      const kolumn = kolumner[forstaKolumn + j];
      if (!rad || kolumn === undefined) {
        if (text.trim()) plan.utanfor += 1;
        return;
      }
      const cell = rad.celler.get(kolumn);
      if (cell && !cell.last && cell.synlig) plan.placerade.push([cell, text.trim()]);
      else if (text.trim()) plan.lasta += 1;
    });
  });
  return plan;
}
