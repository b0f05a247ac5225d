/**
 * Background jobs. `<div data-jobb="/jobb/7/" data-klart="reload|hamta">` polls that address and shows the
 * fragment that the server renders, until it contains `[data-jobb-slut]`.
 *
 * Then: `data-ga-till` on that element is gone to; otherwise `data-klart="reload"` loads the page again
 * (once per job) and `data-klart="hamta"` fetches the file that `a[data-hamta]` names. A fragment that
 * contains `[data-jobb-fel]` only stays.
 *
 * `form[data-jobb-start]` starts a job without leaving the page; the answer takes the place of `#jobb-plats`.
 */

import { el, meddela } from "./dom.js";
import { hamtaFragment, tillNoder } from "./hamta.js";

const FORSTA = 400;
const LANGSTA = 2000;
const LANGSTA_VID_FEL = 15000;
const TYST = 4000; // ms between two readings aloud of the progress

/** Follow the jobs in the page, and start new ones. */
export function startaJobb() {
  for (const plats of document.querySelectorAll("[data-jobb]")) folj(plats);
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !event.target.matches("form[data-jobb-start]")) return;
    const plats = document.getElementById("jobb-plats");
    if (!plats) return;
    event.preventDefault();
    startaFranFormular(event.target, event.submitter, plats);
  });
}

async function startaFranFormular(form, knapp, plats) {
  if (form.dataset.skickar) return;
  form.dataset.skickar = "1";
  knapp?.setAttribute("aria-disabled", "true");
  const url = knapp?.getAttribute("formaction") || form.getAttribute("action") || location.href;
  try {
    const noder = tillNoder(await hamtaFragment(url, { body: new FormData(form, knapp) }));
    ersatt(plats, noder);
  } catch (fel) {
    if (fel.url && !fel.igen) {
      location.assign(fel.url);
      return;
    }
    plats.replaceChildren(el("p", { class: "besked besked--fel", role: "alert" }, `${fel.message} Försök igen.`));
  } finally {
    delete form.dataset.skickar;
    knapp?.removeAttribute("aria-disabled");
  }
}

function ersatt(plats, noder) {
  const nya = [...noder.children];
  plats.replaceWith(noder);
  // The place must still be there when the next job starts.
  if (!document.getElementById("jobb-plats")) {
    const forsta = nya.find((nod) => !nod.id);
    if (forsta) forsta.id = "jobb-plats";
  }
  for (const nod of nya) {
    if (nod.matches("[data-jobb]")) folj(nod);
    nod.querySelectorAll("[data-jobb]").forEach(folj);
  }
}

/** Poll until the job ends or the element has left the page. */
async function folj(plats) {
  const region = el("div", { class: "dold", role: "status" });
  plats.after(region);
  await folja(plats, skapaUpplasning(plats, region));
  if (!plats.isConnected) region.remove();
}

async function folja(plats, upplast) {
  let paus = FORSTA;
  let misslyckade = 0;
  let senast = "";
  while (plats.isConnected) {
    if (plats.querySelector("[data-jobb-slut]")) {
      avsluta(plats);
      return;
    }
    await vanta(paus);
    if (!plats.isConnected) return;
    try {
      const html = await hamtaFragment(plats.dataset.jobb);
      if (html !== senast || misslyckade) byt(plats, tillNoder(html));
      senast = html;
      misslyckade = 0;
      paus = Math.min(LANGSTA, paus * 1.35);
      upplast(Boolean(plats.querySelector("[data-jobb-slut]")));
    } catch (fel) {
      if (!fel.igen) {
        visaFel(plats, `${fel.message} Jobbet kan inte följas härifrån.`);
        upplast(true);
        return;
      }
      misslyckade += 1;
      paus = Math.min(LANGSTA_VID_FEL, FORSTA * 2 ** misslyckade);
      visaFel(plats, `${fel.message} Jobbet fortsätter på servern. Nytt försök görs strax.`);
      upplast(misslyckade === 1);
    }
  }
}

/** The server's last picture stays, with the message under it. */
function visaFel(plats, text) {
  plats.querySelector("[data-jobb-avbrott]")?.remove();
  plats.append(
    el("p", { class: "besked besked--varn", "data-jobb-avbrott": true }, `${text} `, el("a", { href: location.href }, "Ladda om sidan")),
  );
}

function byt(plats, noder) {
  // A reader who stands on «Avbryt» must not be thrown to the top of the page by the next answer.
  const aktiv = plats.contains(document.activeElement) ? document.activeElement : null;
  plats.replaceChildren(noder);
  if (!aktiv) return;
  const samma = aktiv.id ? document.getElementById(aktiv.id) : null;
  if (samma && plats.contains(samma)) {
    samma.focus();
  } else {
    plats.tabIndex = -1;
    plats.focus();
  }
}

/**
 * Progress that changes several times a second must not be read aloud each time: a hidden polite region
 * beside the job repeats its text at intervals, and at the end.
 */
function skapaUpplasning(plats, region) {
  plats.removeAttribute("role");
  plats.setAttribute("aria-live", "off");
  let senastText = "";
  let senastTid = 0;
  return (genast) => {
    const text = plats.textContent.replace(/\s+/g, " ").trim();
    if (text === senastText || (!genast && Date.now() - senastTid < TYST)) return;
    senastText = text;
    senastTid = Date.now();
    meddela(region, text);
  };
}

function avsluta(plats) {
  const slut = plats.querySelector("[data-jobb-slut]");
  if (slut.dataset.gaTill) {
    location.assign(slut.dataset.gaTill);
    return;
  }
  if (plats.querySelector("[data-jobb-fel]")) return;
  if (plats.dataset.klart === "hamta") {
    const lank = plats.querySelector("a[data-hamta]");
    if (lank) location.assign(lank.href);
  } else if (plats.dataset.klart === "reload" && forstaGangen(plats.dataset.jobb)) {
    location.reload();
  }
}

/** A page that still shows its finished job after the reload must not reload for ever. */
function forstaGangen(url) {
  try {
    const nyckel = `jobb-klart:${url}`;
    if (sessionStorage.getItem(nyckel)) return false;
    sessionStorage.setItem(nyckel, "1");
    return true;
  } catch {
    return false;
  }
}

function vanta(ms) {
  return new Promise((klar) => {
    setTimeout(klar, ms);
  });
}
