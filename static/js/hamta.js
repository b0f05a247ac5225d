/** Fetching HTML fragments: the same URL as the page, with the header `X-Fragment: 1`. */

/** A fragment could not be fetched. `message` is a Swedish sentence; `igen` says whether a retry may help. */
export class Hamtfel extends Error {
  constructor(text, { igen = false, url = "" } = {}) {
    super(text);
    this.name = "Hamtfel";
    this.igen = igen;
    this.url = url;
  }
}

const HEL_SIDA = /^\s*(<!doctype|<html)/i;

/**
 * @param {string} url
 * @param {{body?: FormData, signal?: AbortSignal}} [val] With a body the request is a POST.
 * @returns {Promise<string>} The fragment's HTML, also of an answer 400 or 422 (a form with its errors).
 * @throws {Hamtfel} or AbortError.
 */
export async function hamtaFragment(url, { body, signal } = {}) {
  let svar;
  let html;
  try {
    svar = await fetch(url, {
      method: body ? "POST" : "GET",
      body,
      signal,
      headers: { "X-Fragment": "1" },
      credentials: "same-origin",
      // The page has the same URL: a cached fragment must never be shown as the page.
      cache: "no-store",
    });
    html = await svar.text();
  } catch (fel) {
    if (fel.name === "AbortError") throw fel;
    throw new Hamtfel("Servern svarar inte.", { igen: true });
  }
  if (svar.status === 401 || (svar.redirected && HEL_SIDA.test(html))) {
    throw new Hamtfel("Du har blivit utloggad, eller så finns svaret på en egen sida.", { url: svar.url });
  }
  if (svar.status === 403) {
    // A refusal that is no matter of rights comes as a sentence.
    const mening = svar.headers.get("Content-Type")?.startsWith("text/plain") && html;
    throw new Hamtfel(mening || "Du har inte behörighet att se det här.");
  }
  if (svar.status === 404 || svar.status === 410) throw new Hamtfel("Sidan finns inte längre.");
  if (svar.status === 507) {
    throw new Hamtfel("Disken på servern är full, så inget har sparats. Säg till driften.", { igen: true });
  }
  if (svar.status >= 500 || svar.status === 429) throw new Hamtfel("Ett fel uppstod på servern.", { igen: true });
  if ((!svar.ok && svar.status !== 400 && svar.status !== 422) || HEL_SIDA.test(html)) {
    throw new Hamtfel("Svaret kunde inte visas här.", { url: svar.url });
  }
  return html;
}

/**
 * Parse without running anything: scripts in a fragment never start.
 *
 * @param {string} html
 * @returns {DocumentFragment}
 */
export function tillNoder(html) {
  const mall = document.createElement("template");
  mall.innerHTML = html;
  return mall.content;
}
