/** Where the focus is when the page comes back after a save: in the cell that had it, or on what went wrong. */

const PREFIX = "inmatning-fokus:";
const nyckel = () => PREFIX + location.pathname;

/**
 * Remember the cell while the form is on its way.
 *
 * @param {HTMLInputElement | null} falt
 */
export function minnsFokus(falt) {
  try {
    if (falt) sessionStorage.setItem(nyckel(), falt.id);
  } catch {
    // Storage that is full or forbidden: the page begins at its top, as any page.
  }
}

/**
 * Give the focus to where it belongs after a save. Another load of the page gives it to nothing.
 *
 * @param {HTMLFormElement} form
 */
export function aterfaFokus(form) {
  const id = glom();
  const felsammanfattning = document.getElementById("felsammanfattning");
  if (felsammanfattning) felsammanfattning.focus();
  else if (id && form.hasAttribute("data-sparat")) document.getElementById(id)?.focus();
}

/** What was remembered, which is answered once. */
function glom() {
  try {
    const id = sessionStorage.getItem(nyckel());
    sessionStorage.removeItem(nyckel());
    return id;
  } catch {
    return null;
  }
}
