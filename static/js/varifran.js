/**
 * «Varifrån kommer siffran?»: links `a[data-varifran]` open their page as a fragment in `<aside id="panel">`.
 *
 * A field in a `tr[data-kalla]` asks by Shift+F2, or by the button `[data-varifran-falt]` for the field last in focus.
 *
 * The panel is no dialog: the table beside it stays in use, so nothing is trapped. Focus goes to the
 * panel's heading and, when it closes, back to the figure.
 */

import { el } from "./dom.js";
import { hamtaFragment, tillNoder } from "./hamta.js";
import { ikon } from "./ikon.js";

const OSPARAT = ".andrad, .inklistrad, .fel, .konflikt"; // what a cell is that differs from its saved amount
const LANGSAM = 400; // ms before «Hämtar …» is shown; quicker answers would only flicker

/** Start listening, if the page has a panel. */
export function startaVarifran() {
  const panel = document.getElementById("panel");
  if (!panel) return;
  /** @type {HTMLElement | null} The figure (a link or a field) that opened the panel. */
  let ursprung = null;
  startaFalt((falt) => {
    valj(falt);
    oppna(faltadress(falt), falt.closest("td").matches(OSPARAT) ? [osparat()] : []);
  });
  let avbrott = new AbortController();

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-stang], .x") && panel.contains(event.target)) {
      event.preventDefault();
      stang();
      return;
    }
    const lank = event.target.closest?.("a[data-varifran]");
    if (!lank || event.defaultPrevented || event.button !== 0) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (lank.origin !== location.origin || lank.target === "_blank") return;
    event.preventDefault();
    if (!panel.contains(lank)) valj(lank);
    oppna(lank.href);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || panel.hidden) return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    stang();
  });

  function valj(lank) {
    avmarkera();
    ursprung = lank;
    if (lank.matches("a")) {
      lank.setAttribute("aria-expanded", "true");
      lank.setAttribute("aria-controls", panel.id);
    }
    lank.closest("td, th")?.classList.add("vald");
  }

  function avmarkera() {
    ursprung?.removeAttribute("aria-expanded");
    ursprung?.closest("td, th")?.classList.remove("vald");
  }

  /** Show what an address answers, after what there is to say about it here. */
  async function oppna(url, inledning = []) {
    avbrott.abort();
    avbrott = new AbortController();
    const { signal } = avbrott;
    panel.setAttribute("aria-busy", "true");
    const vanta = setTimeout(() => visa(el("p", { class: "svag panel__in" }, "Hämtar …")), LANGSAM);
    try {
      const html = await hamtaFragment(url, { signal });
      if (!signal.aborted) visa(...inledning, tillNoder(html));
    } catch (fel) {
      if (fel.name !== "AbortError") visa(felruta(fel, url));
    } finally {
      clearTimeout(vanta);
      if (!signal.aborted) panel.removeAttribute("aria-busy");
    }
  }

  function visa(...innehall) {
    // A panel with its own frame has a place for the content; otherwise the fragment is the whole panel.
    (panel.querySelector("[data-panel-innehall]") ?? panel).replaceChildren(...innehall);
    const rubrik = huvud(panel);
    panel.hidden = false;
    panel.parentElement?.classList.add("panel-oppen");
    panel.scrollTop = 0;
    rubrik.focus();
  }

  function stang() {
    avbrott.abort();
    panel.hidden = true;
    panel.removeAttribute("aria-busy");
    panel.parentElement?.classList.remove("panel-oppen");
    avmarkera();
    if (ursprung?.isConnected) ursprung.focus();
    ursprung = null;
  }
}

function osparat() {
  const text = "Fältet har en ändring som inte är sparad. Uppgifterna gäller det sparade värdet.";
  return el("p", { class: "besked besked--varning" }, text);
}

/** The page that answers for a field's saved amount: its row's address and the year that its name ends with. */
function faltadress(falt) {
  return `${falt.closest("[data-kalla]").dataset.kalla}${falt.name.split(".").pop()}/`;
}

/** Let the fields of an entry table ask: `fraga` is called with the field. */
function startaFalt(fraga) {
  const knapp = document.querySelector("[data-varifran-falt]");
  let senast = null;
  const hitta = (nod) => nod.closest?.("tr[data-kalla] td.cell input[name]");
  document.addEventListener("focusin", (event) => {
    const falt = hitta(event.target);
    if (!falt) return;
    senast = falt;
    if (knapp) knapp.hidden = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F2" || !event.shiftKey) return;
    const falt = hitta(event.target);
    if (!falt) return;
    event.preventDefault();
    fraga(falt);
  });
  knapp?.addEventListener("click", () => senast?.isConnected && fraga(senast));
}

/** See that the panel has a heading that can take focus and names it, and a button that closes. */
function huvud(panel) {
  let rubrik = panel.querySelector("h1, h2, h3");
  if (!rubrik) {
    rubrik = el("h2", {}, "Varifrån kommer siffran?");
    panel.prepend(el("div", { class: "panel__h" }, rubrik));
  }
  rubrik.id ||= "panel-rubrik";
  rubrik.tabIndex = -1;
  panel.setAttribute("aria-labelledby", rubrik.id);
  if (!panel.querySelector("[data-stang], .x")) {
    const knapp = el("button", { class: "x", type: "button", "data-stang": true, "aria-label": "Stäng panelen" }, ikon("stang"));
    const rad = rubrik.closest(".panel__h");
    if (rad) rad.append(knapp);
    else panel.prepend(knapp);
  }
  return rubrik;
}

function felruta(fel, url) {
  return el(
    "div",
    { class: "panel__in", role: "alert" },
    el("p", {}, `${fel.message} Uppgiften om siffran kunde inte hämtas.`),
    el("p", {}, el("a", { href: url }, "Öppna den på en egen sida")),
  );
}
