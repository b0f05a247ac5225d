/**
 * Confirmation in a dialog. `<button data-bekrafta="dialog-id">` opens the dialog; without JavaScript the
 * button submits its form to a page that asks the same question.
 *
 * In the dialog: `[data-bekrafta-ja]` submits the opening button's form with `bekraftad=1`, `[data-stang]`
 * (or a form with method="dialog") closes. A dialog may as well hold a POST form of its own.
 */

/** Start listening. */
export function startaBekrafta() {
  document.addEventListener("click", (event) => {
    const knapp = event.target.closest?.("[data-bekrafta]");
    if (!knapp || event.defaultPrevented || knapp.getAttribute("aria-disabled") === "true") return;
    const dialog = document.getElementById(knapp.dataset.bekrafta);
    if (!(dialog instanceof HTMLDialogElement)) return;
    event.preventDefault();
    // The question comes after the form's own checks; nobody confirms a form that cannot be sent.
    if (knapp.form && !knapp.formNoValidate && !knapp.form.reportValidity()) return;
    oppna(dialog, knapp);
  });
}

function oppna(dialog, knapp) {
  const lyssna = (event) => {
    if (event.target.closest("[data-stang]")) {
      dialog.close();
    } else if (event.target.closest("[data-bekrafta-ja]")) {
      event.preventDefault();
      dialog.close();
      skicka(knapp);
    }
  };
  dialog.addEventListener("click", lyssna);
  dialog.addEventListener("close", () => dialog.removeEventListener("click", lyssna), { once: true });
  dialog.showModal();
}

function skicka(knapp) {
  const form = knapp.form;
  if (!form) return;
  let falt = form.querySelector('input[type="hidden"][name="bekraftad"]');
  if (!falt) {
    falt = document.createElement("input");
    falt.type = "hidden";
    falt.name = "bekraftad";
    form.append(falt);
  }
  falt.value = "1";
  if (knapp.type === "submit") form.requestSubmit(knapp);
  else form.requestSubmit();
  // If the browser stays on the page (a download, an aborted load), the next press must ask again.
  falt.remove();
}
