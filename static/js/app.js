/** Entry point: starts each part where its hook is in the page. Everything here is an improvement on a page that works without. */

import { startaBekrafta } from "./bekrafta.js";
import { startaInfoga } from "./infoga.js";
import { startaInmatning } from "./inmatning.js";
import { startaJobb } from "./jobb.js";
import { startaKommentar } from "./kommentar.js";
import { startaKopiera } from "./kopiera.js";
import { startaSlapp } from "./slapp.js";
import { startaVarifran } from "./varifran.js";

/** One part that fails must not take the others with it; the page then works as without JavaScript. */
function starta(delsystem, ...argument) {
  try {
    delsystem(...argument);
  } catch (fel) {
    console.error(fel);
  }
}

for (const form of document.querySelectorAll("form[data-inmatning]")) starta(startaInmatning, form);
// On a narrow screen the tab of the page may lie outside the row of tabs.
starta(() => {
  for (const flik of document.querySelectorAll(".flikar [aria-current]")) flik.scrollIntoView({ block: "nearest", inline: "center" });
});
starta(startaVarifran);
starta(startaJobb);
starta(startaKommentar);
starta(startaKopiera);
starta(startaBekrafta);
starta(startaInfoga);
starta(startaSlapp);
