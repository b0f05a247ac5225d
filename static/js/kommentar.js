/**
 * Comments in the panel: a button `[data-kommentera]` posts the field of its `[data-kommentarsruta]` (whose value is the
 * address), and the answer takes the place of the whole `[data-kommentarer]`.
 *
 * The panel may lie inside the form of an entry table, where a form of its own cannot stand. A cell's own page has
 * ordinary forms and needs none of this.
 */

import { el } from "./dom.js";
import { hamtaFragment, tillNoder } from "./hamta.js";

/** Start listening. */
export function startaKommentar() {
  document.addEventListener("click", (event) => {
    const knapp = event.target.closest?.("[data-kommentera]");
    if (knapp && !knapp.disabled) skicka(knapp);
  });
}

async function skicka(knapp) {
  const ruta = knapp.closest("[data-kommentarsruta]");
  const hela = knapp.closest("[data-kommentarer]");
  const body = new FormData();
  body.set("csrfmiddlewaretoken", hela.dataset.csrf);
  body.set("vad", knapp.value);
  body.set("text", ruta.querySelector("textarea")?.value ?? "");
  knapp.disabled = true;
  try {
    const nytt = tillNoder(await hamtaFragment(ruta.dataset.kommentarsruta, { body })).querySelector("[data-kommentarer]");
    behallSkrivet(hela, nytt, ruta.querySelector("textarea")?.id);
    hela.replaceWith(nytt);
    (nytt.querySelector("[aria-invalid]") ?? nytt.querySelector("h3")).focus();
  } catch (fel) {
    knapp.disabled = false;
    ruta.querySelector("[role=alert]")?.remove();
    ruta.append(el("p", { class: "felrad", role: "alert" }, `${fel.message} Kommentaren är inte sparad.`));
  }
}

/** What is typed in the other fields is nobody's to throw away. */
function behallSkrivet(gammalt, nytt, skickat) {
  for (const falt of gammalt.querySelectorAll("textarea")) {
    const nu = nytt.querySelector(`#${CSS.escape(falt.id)}`);
    if (!nu || falt.id === skickat || !falt.value) continue;
    nu.value = falt.value;
    nu.closest("details")?.setAttribute("open", "");
  }
}
