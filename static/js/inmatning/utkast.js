/**
 * The draft: texts that are not saved lie in sessionStorage, so that an expired session or a crash loses
 * nothing. It is never applied by itself; the page offers it.
 *
 * With each text lies the base that it was typed over (the server's entry in the field `bas`). Restoring
 * puts it back, so that a value which someone else has saved since is seen as the conflict it is.
 */

const PREFIX = "inmatning:";

/**
 * @typedef {{tid: string, skickat?: boolean, celler: Record<string, {text: string, bas?: unknown}>,
 *   falt: Record<string, string>}} Utkast
 */

/** One form's draft. Storage that is full or forbidden only means that there is none. */
export class Utkastlager {
  /** @param {HTMLFormElement} form `data-anvandare`, if given, keeps two users of one tab apart. */
  constructor(form) {
    this.nyckel = `${PREFIX}${location.pathname}${form.dataset.anvandare ? `#${form.dataset.anvandare}` : ""}`;
  }

  /** @returns {Utkast | null} */
  las() {
    try {
      const utkast = JSON.parse(sessionStorage.getItem(this.nyckel));
      return utkast && typeof utkast.celler === "object" ? { falt: {}, ...utkast } : null;
    } catch {
      return null;
    }
  }

  /** @param {Utkast} utkast Empty removes it. */
  skriv(utkast) {
    try {
      if (Object.keys(utkast.celler).length || Object.keys(utkast.falt).length) {
        sessionStorage.setItem(this.nyckel, JSON.stringify(utkast));
      } else {
        sessionStorage.removeItem(this.nyckel);
      }
    } catch {
      // Nothing to do: the text is still in the page.
    }
  }
}

/**
 * Whether the page that says «sparat» answers this draft. An address that is loaded again may say it once
 * more, and must not take with it what has been typed since.
 *
 * @param {Utkast} utkast
 * @param {HTMLFormElement} form
 * @returns {boolean}
 */
export function arSparat(utkast, form) {
  return utkast.skickat === true && form.hasAttribute("data-sparat");
}

/**
 * «kl. 22.41», with the day when it was another day.
 *
 * @param {string} tid ISO.
 * @param {Date} [nu]
 * @returns {string}
 */
export function klockslag(tid, nu = new Date()) {
  const da = new Date(tid);
  const tva = (tal) => String(tal).padStart(2, "0");
  const klocka = `kl. ${tva(da.getHours())}.${tva(da.getMinutes())}`;
  if (da.toDateString() === nu.toDateString()) return klocka;
  return `${da.toLocaleDateString("sv-SE", { day: "numeric", month: "long" })} ${klocka}`;
}

/** The hidden field `bas`: the server's own entry per cell, kept as it is. */
export class Bas {
  constructor(form) {
    this.falt = form.querySelector('input[name="bas"]');
    try {
      this.varden = JSON.parse(this.falt?.value ?? "{}") ?? {};
    } catch {
      this.varden = {};
    }
  }

  /** @returns {unknown} undefined when the server gave none. */
  hamta(nyckel) {
    return this.varden[nyckel];
  }

  satt(nyckel, varde) {
    if (!this.falt || varde === undefined || !(nyckel in this.varden)) return;
    this.varden[nyckel] = varde;
    this.falt.value = JSON.stringify(this.varden);
  }
}
