/**
 * Put a placeholder into a text where the cursor is. Without JavaScript the same button sends the form, and the server
 * puts it last.
 */

/** Start listening in the form of a decision point. */
export function startaInfoga() {
  const knapp = document.querySelector("[data-infoga]");
  const text = document.querySelector("[data-infoga-mal]");
  if (!knapp || !(text instanceof HTMLTextAreaElement)) return;
  const { infoga, infoga_ar: ar } = knapp.form.elements;
  knapp.addEventListener("click", (event) => {
    event.preventDefault();
    if (!infoga.value) {
      infoga.focus();
      return;
    }
    const platshallare = `{${infoga.value.includes(".") ? `${infoga.value} ${ar.value}` : infoga.value}}`;
    text.setRangeText(platshallare, text.selectionStart, text.selectionEnd, "end");
    text.focus();
  });
}
