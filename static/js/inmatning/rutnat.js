/** Moving between cells with the keys of a spreadsheet. Nothing wraps: at the edge the cell stays. */

/**
 * The cell that a key leads to, null when the key is not one of ours or leads nowhere.
 *
 * @param {KeyboardEvent} event
 * @param {import("./celler.js").Cell} cell
 * @returns {{cell: import("./celler.js").Cell | null} | null} null: let the browser have the key.
 */
export function forflyttning(event, cell) {
  if (event.altKey || event.metaKey) return null;
  if (event.ctrlKey) {
    if (event.key === "Home") return { cell: ytterst(cell, 1) };
    if (event.key === "End") return { cell: ytterst(cell, -1) };
    return null;
  }
  switch (event.key) {
    case "Enter":
      // Enter is for entering figures, so it goes past what cannot be written in; the arrows do not.
      return { cell: lodratt(cell, event.shiftKey ? -1 : 1, (c) => !c.last) };
    case "ArrowDown":
      return event.shiftKey ? null : { cell: lodratt(cell, 1) };
    case "ArrowUp":
      return event.shiftKey ? null : { cell: lodratt(cell, -1) };
    case "ArrowLeft":
      return !event.shiftKey && vidKant(cell.input, "start") ? { cell: vagratt(cell, -1) } : null;
    case "ArrowRight":
      return !event.shiftKey && vidKant(cell.input, "slut") ? { cell: vagratt(cell, 1) } : null;
    default:
      return null;
  }
}

function vidKant(input, kant) {
  const { selectionStart, selectionEnd, value } = input;
  if (selectionStart === 0 && selectionEnd === value.length) return true;
  if (selectionStart !== selectionEnd) return false;
  return kant === "start" ? selectionStart === 0 : selectionEnd === value.length;
}

function lodratt(cell, steg, duger = () => true) {
  const { rader } = cell.rad.tabell;
  for (let i = cell.rad.nummer + steg; i >= 0 && i < rader.length; i += steg) {
    const nasta = rader[i].celler.get(cell.kolumn);
    if (nasta?.synlig && !nasta.input.disabled && duger(nasta)) return nasta;
  }
  return null;
}

function vagratt(cell, steg) {
  const { kolumner } = cell.rad.tabell;
  for (let i = kolumner.indexOf(cell.kolumn) + steg; i >= 0 && i < kolumner.length; i += steg) {
    const nasta = cell.rad.celler.get(kolumner[i]);
    if (nasta?.synlig && !nasta.input.disabled) return nasta;
  }
  return null;
}

function ytterst(cell, steg) {
  const celler = cell.rad.tabell.rader
    .flatMap((rad) => [...rad.celler.values()])
    .filter((c) => c.synlig && !c.input.disabled);
  return celler.at(steg === 1 ? 0 : -1) ?? null;
}
