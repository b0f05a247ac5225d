/**
 * Which row and column of the page each row and column of a pasted block belongs to. Pure: texts and a description
 * of the page in, a plan out, both as plain data, so that it can be tried over many cases without a page.
 *
 * A block that names its rows is matched by name or code, one that heads its columns by the whole head. What has no
 * certain place is said to be unclear, and somebody chooses; nothing is put where it only might belong. A block without
 * names, or without heads, lies as on a sheet, in the order that it is given.
 */

/**
 * @typedef {"skriv" | "last" | "summa" | "skillnad" | ""} Ruta What a place takes: only `skriv` is written in.
 * @typedef {{namn: string, kod: string, slag: "rad" | "summa" | "regel" | "grupp", procent: boolean}} Bladrad
 * @typedef {{rubrik: string, under: string, slag: "belopp" | "skillnad"}} Bladkolumn
 * @typedef {{enhet: string, rader: Bladrad[], kolumner: Bladkolumn[], rutor: Ruta[][]}} Blad The rows and columns of
 *   figures in the order that they are shown.
 * @typedef {{rader: number[], kolumner: number[]}} Ordning The page's rows and columns, from the selected cell on, that
 *   a block without names or heads is laid over.
 * @typedef {{nr: number, namn: string, slag: "placerad" | "rubrik" | "summa" | "oklar", mal: number | null,
 *   hur: "namn" | "kod" | "plats" | null, skal: string | null, kandidater: number[]}} Planrad
 * @typedef {{nr: number, rubrik: string, slag: "placerad" | "etikett" | "skillnad" | "summa" | "last" | "tom" | "oklar",
 *   mal: number | null, hur: "rubrik" | "ar" | "plats" | null, skal: string | null, kandidater: number[]}} Plankolumn
 *   `skal` says why it is unclear: `okand` (no such name), `flera` (several with that name), `dubbel` (two of the block
 *   lead to the same place), `utan` (no name), `utanfor` (outside the table), `ar` (a year or an amount).
 * @typedef {{texter: string[][], rader: Planrad[], kolumner: Plankolumn[], enhet: string | null, rubriker: string[],
 *   oklar: boolean, over: boolean}} Plan `enhet` is a unit that the block names and the page is not in; `over`: laid as
 *   on a sheet it has come on what is not written in.
 */

const STRECK = /^[-\u2010-\u2015\u2212]$/; // how a printed table says that there is no amount
const TALLIK = /^\P{L}*[0-9]\P{L}*$/u; // a figure, or something that was meant as one
const AR = /^(?:19[89]|20[0-6])[0-9]$/;
const ARSSPANN = /^(?:19|20)?[0-9]{2} ?[-\u2010-\u2015\u2212/] ?(?:19|20)?[0-9]{2}$/;
const OSYNLIGA = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;
const UPPHOJDA = /[\u00b9\u00b2\u00b3\u2070-\u2079]+/g;
const NOTMARKE = /\s*(?:\*+|[†‡#]|(?<![0-9])\(?[0-9]{1,2}(?: ?, ?[0-9]{1,2})*\)|\[[0-9]{1,2}\]|,? not [0-9]{1,2})$/;

const SKILLNAD =
  /^(?:(?:netto)?(?:för)?ändr(?:ing|\P{L}|$)|diff|avvik|avv(?:\P{L}|$)|skillnad|ökning|minskning|andel(?:\P{L}|$)|index(?:\P{L}|$)|δ|\+\/-|jfr|jmf|jämf)|%|procent/u;
const SUMMA = /^(?:(?:del|slut|total)?summa|totalt?|s:a|samtliga)(?:\P{L}|$)/u;
const ENHETER = [
  ["mdkr", /mdkr|mdr ?kr|miljarder(?: kronor| kr)?/u],
  ["mnkr", /mnkr|mkr|msek|milj\.? ?kr|miljoner(?: kronor| kr)?/u],
  ["tkr", /tkr|kkr|ksek|tusen(?:tals)? (?:kronor|kr)/u],
  ["kr", /kronor|kr|sek/u],
].map(([enhet, ord]) => [enhet, new RegExp(`(?<!\\p{L})(?:${ord.source})(?!\\p{L})`, "gu")]);
const HORN = /^(?:nämnd|styrelse|post|budgetpost|enhet|objekt|namn|benämning|kod|förvaltning|verksamhet|sektor|rad)(?:\P{L}|$)/u;
const FYLLNADSORD = new Set(["belopp", "i", "år"]);

/** Whether a text says that there is no amount: «–», «-». */
export function arStreck(text) {
  return STRECK.test(text);
}

/** Whether a text says anything else than that there is no amount. */
export function arVarde(text) {
  return text !== "" && !arStreck(text);
}

/** Whether a text is a figure, or was meant as one. */
export function arTallik(text) {
  return TALLIK.test(text);
}

/**
 * A name as it is compared: «Servicenämnden 1)», «SERVICENÄMNDEN» and «Servicenämnden:» are one.
 *
 * @param {string} text
 * @returns {string}
 */
export function namnnyckel(text) {
  let ren = text.replace(OSYNLIGA, "").replace(UPPHOJDA, "").normalize("NFKC").toLowerCase();
  ren = ren.replace(/[\u2010-\u2015\u2212]/g, "-").replace(/\s+/g, " ").trim().replace(/^[-•·*\s]+(?=\S)/, "");
  for (let fore = null; fore !== ren; ) {
    fore = ren;
    ren = ren.replace(NOTMARKE, "").replace(/[\s:;,.]+$/, "");
  }
  return ren.replace(/ ?([-/]) ?/g, "$1");
}

/** A column's head as it is compared: its words in any order, without the unit. */
function rubriknyckel(text) {
  let ren = namnnyckel(text);
  for (const [, ord] of ENHETER) ren = ren.replace(ord, " ");
  return ren
    .split(/[\s,;:()[\]]+/)
    .filter((del) => del && !FYLLNADSORD.has(del))
    .sort()
    .join(" ");
}

/** The unit that a head names, if any. */
function enhetIRubrik(text) {
  let ren = namnnyckel(text);
  for (const [enhet, ord] of ENHETER) {
    if (ren.search(ord) >= 0) return enhet;
    ren = ren.replace(ord, " ");
  }
  return null;
}

/**
 * Fit a block to a page.
 *
 * @param {string[][]} block
 * @param {Blad} blad
 * @param {Ordning} ordning
 * @returns {Plan}
 */
export function passa(block, blad, ordning) {
  const bredd = Math.max(0, ...block.map((rad) => rad.length));
  const texter = block.map((rad) => Array.from({ length: bredd }, (_, j) => rensa(rad[j] ?? "")));
  const namn = namnregister(blad);
  const huvud = hittaHuvud(texter, namn);
  const kropp = texter.map((_, i) => i).filter((i) => i >= huvud);
  const rubriker = texter[0]?.map((_, j) => texter.slice(0, huvud).map((rad) => rad[j]).filter(Boolean).join(" ")) ?? [];
  const sok = kolumnregister(blad);
  const etiketter = hittaEtiketter(texter, kropp, rubriker, sok);

  const plan = { texter, rubriker: rubriker.filter(Boolean), enhet: namndEnhet(texter, huvud, blad), oklar: false, over: false };
  plan.kolumner = passaKolumner(texter, kropp, rubriker, etiketter, sok, ordning.kolumner);
  plan.rader = etiketter.length
    ? passaNamn(texter, kropp, huvud, etiketter, namn, blad, plan.kolumner)
    : passaPlatser(texter, kropp, huvud, blad, ordning.rader);
  if (!etiketter.length && huvud === 0 && kanVaraArsrubrik(texter, plan.kolumner)) oklargor(plan.rader[0], "ar");
  const iKolumn = (j) => blad.rutor.some((rad) => rad[j] === "skriv");
  plan.over = ligger(plan).some(
    ({ rad, kolumn, text, nr }) =>
      arVarde(text) &&
      !["skriv", "skillnad"].includes(blad.rutor[rad][kolumn]) &&
      // What was found by its name or head is there on purpose.
      ((plan.rader[nr.rad].hur === "plats" && iKolumn(kolumn)) ||
        (plan.kolumner[nr.kolumn].hur === "plats" && blad.rutor[rad].includes("skriv"))),
  );
  plan.oklar = plan.over || plan.enhet !== null || [...plan.rader, ...plan.kolumner].some(({ slag }) => slag === "oklar");
  return plan;
}

/**
 * Every text of the block that has a place, with what somebody has chosen for rows and columns: the page's row or
 * column, or null to pass it over.
 *
 * @param {Plan} plan
 * @param {{rader?: Map<number, number | null>, kolumner?: Map<number, number | null>}} [val]
 * @returns {{rad: number, kolumn: number, text: string, nr: {rad: number, kolumn: number}}[]}
 */
export function ligger(plan, { rader = new Map(), kolumner = new Map() } = {}) {
  const mal = (del, valda) => (valda.has(del.nr) ? valda.get(del.nr) : del.slag === "placerad" ? del.mal : null);
  const spalter = plan.kolumner.map((kolumn) => mal(kolumn, kolumner));
  return plan.rader.flatMap((planrad) => {
    const rad = mal(planrad, rader);
    if (rad === null) return [];
    return spalter.flatMap((kolumn, j) =>
      kolumn === null ? [] : [{ rad, kolumn, text: plan.texter[planrad.nr][j], nr: { rad: planrad.nr, kolumn: j } }],
    );
  });
}

function rensa(text) {
  return text.replace(OSYNLIGA, "").trim();
}

function arOrd(text) {
  return arVarde(text) && !TALLIK.test(text);
}

function arArtal(text) {
  return AR.test(namnnyckel(text));
}

function arBelopp(text) {
  return TALLIK.test(text) && !arArtal(text) && !ARSSPANN.test(text);
}

/** Several years and no amounts: a heading, never amounts. */
function arArsrad(rad) {
  return rad.filter(arArtal).length > 1 && !rad.some(arBelopp);
}

// ---- names and heads of the page

function namnregister(blad) {
  const register = new Map();
  const skriv = (text, hur, i) => {
    const nyckel = text ? namnnyckel(text) : "";
    if (!nyckel) return;
    if (!register.has(nyckel)) register.set(nyckel, new Map());
    if (!register.get(nyckel).has(i)) register.get(nyckel).set(i, hur);
  };
  blad.rader.forEach(({ namn, kod }, i) => {
    skriv(namn, "namn", i);
    // The unit that a field's row says of itself is not printed in every table.
    skriv(namn.replace(/, (?:procent|antal|kr)$/, ""), "namn", i);
    if (!kod) return;
    skriv(kod, "kod", i);
    for (const text of [`${kod} ${namn}`, `${namn} ${kod}`, `${namn} (${kod})`, `${kod}, ${namn}`]) skriv(text, "kod", i);
  });
  return (text) => register.get(namnnyckel(text)) ?? new Map();
}

/** What a head of the block leads to: columns by the whole head, and those to write in by their year. */
function kolumnregister(blad) {
  const hela = new Map();
  const ar = new Map();
  const skriv = (register, nyckel, i) => {
    if (!nyckel) return;
    if (!register.has(nyckel)) register.set(nyckel, new Set());
    register.get(nyckel).add(i);
  };
  blad.kolumner.forEach(({ rubrik, under, slag }, i) => {
    skriv(hela, rubriknyckel(`${rubrik} ${under}`), i);
    const bara = rubriknyckel(rubrik);
    if (!AR.test(bara)) skriv(hela, bara, i);
    // «2024» or «Budget 2024», but not «T.o.m. 2023».
    const arsdel = /^(?:\p{L}+ )?((?:19|20)[0-9]{2})$/u.exec(namnnyckel(rubrik));
    if (slag === "belopp" && arsdel) skriv(ar, arsdel[1], i);
  });
  const skrivbar = (i) => blad.rutor.some((rad) => rad[i] === "skriv");
  return {
    hela: (text) => [...(hela.get(rubriknyckel(text)) ?? [])],
    /** The columns of a bare year: those that are written in, or else the others. */
    ar: (text) => {
      const alla = [...(ar.get(rubriknyckel(text)) ?? [])];
      const egna = alla.filter(skrivbar);
      return { egna, alla };
    },
    slag: (i) => blad.kolumner[i].slag,
    procent: blad.rader.some(({ procent }) => procent),
    skrivbar,
  };
}

// ---- the parts of the block

/** How many rows from the top are headings. */
function hittaHuvud(texter, namn) {
  const namner = (rad) => rad.some((text) => arOrd(text) && namn(text).size);
  let huvud = 0;
  for (const [i, rad] of texter.entries()) {
    if (rad.some(arBelopp) || (namner(rad) && rad.some((text) => text && !arOrd(text)))) break;
    // A single year may be an amount; it is a heading unless a word beside it stands above other words, as a name does.
    const arNamn = (text, j) => arOrd(text) && !arHorn(text) && texter.slice(i + 1).some((under) => arOrd(under[j]));
    if (rad.filter(arArtal).length === 1 && (!harEtiketter(texter) || rad.some(arNamn))) break;
    huvud += 1;
  }
  // The heading of the first group, or a first row without amounts, stands alone on its row.
  while (huvud && namner(texter[huvud - 1]) && texter[huvud - 1].filter(Boolean).length === 1) huvud -= 1;
  // Words above nothing are no heading.
  return texter.slice(huvud).some((rad) => rad.some(Boolean)) || texter.slice(0, huvud).some(arArsrad) ? huvud : 0;
}

/** Whether the block names its rows, so that a single year above the figures heads them. */
function harEtiketter(texter) {
  return texter.some((rad) => rad.some((text) => arOrd(text) && !arHorn(text)) && rad.some(arTallik));
}

/** Whether a text is what tables have in their corner, above the names. */
function arHorn(text) {
  return HORN.test(namnnyckel(text)) || rubriknyckel(text) === "";
}

/** The columns of words: names, codes, remarks. */
function hittaEtiketter(texter, kropp, rubriker, sok) {
  const antal = (j, duger) => kropp.filter((i) => duger(texter[i][j])).length;
  const kolumner = rubriker.map((_, j) => j);
  const ord = kolumner.filter((j) => {
    const leder = rubriker[j] && (sok.hela(rubriker[j]).length || sok.ar(rubriker[j]).alla.length);
    return antal(j, arOrd) > antal(j, (text) => TALLIK.test(text)) && !leder;
  });
  // Nothing but words: values that are no numbers.
  return kolumner.some((j) => !ord.includes(j) && antal(j, arVarde)) ? ord : [];
}

function namndEnhet(texter, huvud, blad) {
  const enheter = texter.slice(0, huvud).flat().map(enhetIRubrik).filter(Boolean);
  return enheter.find((enhet) => enhet !== blad.enhet) ?? null;
}

/** A single column that begins with a year: its head, or an amount. */
function kanVaraArsrubrik(texter, kolumner) {
  const spalter = kolumner.filter(({ slag }) => slag !== "tom");
  if (spalter.length !== 1 || texter.length < 2) return false;
  const j = spalter[0].nr;
  return arArtal(texter[0][j]) && texter.slice(1).some((rad) => arBelopp(rad[j]));
}

// ---- columns

function passaKolumner(texter, kropp, rubriker, etiketter, sok, ordning) {
  const spalt = (j) => kropp.map((i) => texter[i][j]);
  const medRubrik = rubriker.some((rubrik, j) => rubrik && !etiketter.includes(j));
  let plats = 0;
  const kolumner = rubriker.map((rubrik, nr) => {
    const kolumn = { nr, rubrik, slag: "placerad", mal: null, hur: null, skal: null, kandidater: [] };
    const av = (slag) => Object.assign(kolumn, { slag });
    if (etiketter.includes(nr)) return av("etikett");
    // A column without a text clears nothing; only on a sheet, without names and heads, are blanks laid too.
    if ((medRubrik || etiketter.length) && !spalt(nr).some(Boolean)) return av("tom");
    if (medRubrik) return rubrik ? passaRubrik(kolumn, sok) : utanRubrik(kolumn, spalt(nr), sok);
    const mal = ordning[plats];
    plats += 1;
    if (mal !== undefined) return Object.assign(kolumn, { mal, hur: "plats" });
    return spalt(nr).some(arVarde) ? oklargor(kolumn, "utanfor") : av("tom");
  });
  dubbletter(kolumner.filter(({ mal }) => mal !== null && sok.skrivbar(mal)));
  return kolumner;
}

/** A column without a head beside others that have one. */
function utanRubrik(kolumn, spalt, sok) {
  const varden = spalt.filter(arVarde);
  if (!varden.length) return Object.assign(kolumn, { slag: "tom" });
  if (!sok.procent && varden.every((text) => text.endsWith("%"))) return Object.assign(kolumn, { slag: "skillnad" });
  return oklargor(kolumn, "utan");
}

function passaRubrik(kolumn, sok) {
  const hela = sok.hela(kolumn.rubrik);
  if (hela.length === 1) return Object.assign(kolumn, { mal: hela[0], hur: "rubrik" });
  if (hela.length) {
    if (hela.every((i) => sok.slag(i) === "skillnad")) return Object.assign(kolumn, { slag: "skillnad" });
    return oklargor(kolumn, "flera", hela);
  }
  const { egna, alla } = sok.ar(kolumn.rubrik);
  if (egna.length === 1) return Object.assign(kolumn, { mal: egna[0], hur: "ar" });
  if (egna.length) return oklargor(kolumn, "flera", egna);
  if (alla.length === 1) return Object.assign(kolumn, { mal: alla[0], hur: "ar" });
  if (alla.length) return Object.assign(kolumn, { slag: "last" });
  const nyckel = namnnyckel(kolumn.rubrik);
  if (SKILLNAD.test(nyckel)) return Object.assign(kolumn, { slag: "skillnad" });
  if (SUMMA.test(nyckel)) return Object.assign(kolumn, { slag: "summa" });
  return oklargor(kolumn, "okand");
}

function oklargor(del, skal, kandidater = []) {
  return Object.assign(del, { slag: "oklar", mal: null, hur: null, skal, kandidater });
}

/** Two of the block that lead to one place: nobody knows which is meant. */
function dubbletter(delar) {
  const per = new Map();
  for (const del of delar) per.set(del.mal, [...(per.get(del.mal) ?? []), del]);
  for (const [mal, lika] of per) if (lika.length > 1) for (const del of lika) oklargor(del, "dubbel", [mal]);
}

// ---- rows

const nyRad = (nr, namn) => ({ nr, namn, slag: "placerad", mal: null, hur: null, skal: null, kandidater: [] });

function passaNamn(texter, kropp, huvud, etiketter, namn, blad, kolumner) {
  const spalter = kolumner.filter(({ slag }) => slag === "placerad" || slag === "oklar").map(({ nr }) => nr);
  const etikett = (i) => etiketter.map((j) => texter[i][j]).filter(arVarde);
  const rubrikrader = new Set(texter.slice(0, huvud).map((rad) => rad.join("\t")));
  const sektioner = lasSektioner(kropp.map((i) => traffa(etikett(i), namn, blad)), blad);
  const rader = texter.map((rad, i) => {
    const planrad = nyRad(i, etikett(i).join(", "));
    const rubrik = i < huvud || rubrikrader.has(rad.join("\t")) || spalter.every((j) => !rad[j]);
    if (rubrik) return Object.assign(planrad, { slag: "rubrik" });
    const { traffar, grupper } = sektioner[i - huvud];
    const valda = traffar.size > 1 && grupper !== null ? iGrupp(traffar, grupper, blad) : traffar;
    if (valda.size === 1) {
      const [[mal, hur]] = valda;
      // The sum of a group stands on its heading in some tables.
      if (blad.rader[mal].slag === "grupp") return Object.assign(planrad, { slag: "summa" });
      return Object.assign(planrad, { mal, hur });
    }
    if (valda.size) {
      const mal = [...valda.keys()];
      if (mal.every((m) => ["summa", "grupp"].includes(blad.rader[m].slag))) return Object.assign(planrad, { slag: "summa" });
      return oklargor(planrad, "flera", mal);
    }
    if (!spalter.some((j) => arVarde(rad[j]))) return Object.assign(planrad, { slag: "rubrik" });
    if (SUMMA.test(namnnyckel(planrad.namn))) return Object.assign(planrad, { slag: "summa" });
    return oklargor(planrad, planrad.namn ? "okand" : "utan");
  });
  dubbletter(rader.filter(({ mal }) => mal !== null && blad.rutor[mal].includes("skriv")));
  return rader;
}

/** The page's rows that the labels of a row lead to; the heading of a group only where nothing else is named. */
function traffa(etiketter, namn, blad) {
  const funna = etiketter.map(namn).filter((traffar) => traffar.size);
  const egna = funna.filter((traffar) => [...traffar.keys()].some((i) => blad.rader[i].slag !== "grupp"));
  const alla = egna.length ? egna : funna;
  // A code and a name, or two names, that agree say it together.
  const samma = alla.reduce((kvar, traffar) => kvar.filter(([i]) => traffar.has(i)), [...(alla[0] ?? [])]);
  return new Map(samma.length ? samma : alla.flatMap((traffar) => [...traffar]));
}

/**
 * For each row of the block what it may be, and the groups of the page that the heading above it names. Where a row
 * whose name is the only one stands under another group's heading, the block is sorted in another way, and its
 * headings tell nothing.
 */
function lasSektioner(traffar, blad) {
  const grupper = [];
  blad.rader.forEach(({ slag }, i) => grupper.push(slag === "grupp" ? i : (grupper[i - 1] ?? null)));
  let aktuell = null;
  const rader = traffar.map((funna) => {
    const mal = [...funna.keys()];
    if (mal.length && mal.every((i) => blad.rader[i].slag === "grupp")) aktuell = mal;
    return { traffar: funna, grupper: aktuell, mal };
  });
  const stammer = rader.every(
    ({ mal, grupper: under }) =>
      under === null || mal.length !== 1 || blad.rader[mal[0]].slag !== "rad" || under.includes(grupper[mal[0]]),
  );
  return rader.map(({ traffar: funna, grupper: under }) => ({ traffar: funna, grupper: stammer ? under : null }));
}

function iGrupp(traffar, grupper, blad) {
  const inom = [...traffar].filter(([i]) => {
    for (let j = i; j >= 0; j -= 1) if (blad.rader[j].slag === "grupp") return grupper.includes(j);
    return false;
  });
  return inom.length ? new Map(inom) : traffar;
}

/**
 * Rows without names, in order. Headings between the page's rows take no row of the block unless it has a row for
 * them too.
 */
function passaPlatser(texter, kropp, huvud, blad, ordning) {
  let plats = 0;
  const grupp = () => blad.rader[ordning[plats]]?.slag === "grupp";
  return texter.map((rad, i) => {
    const planrad = nyRad(i, "");
    if (i < huvud) return Object.assign(planrad, { slag: "rubrik" });
    const tom = rad.every((text) => !text);
    if (grupp()) {
      plats += 1;
      if (tom) return Object.assign(planrad, { slag: "rubrik" });
    }
    const mal = ordning[plats];
    plats += 1;
    if (mal !== undefined) return Object.assign(planrad, { mal, hur: "plats" });
    return tom ? Object.assign(planrad, { slag: "rubrik" }) : oklargor(planrad, "utanfor");
  });
}
