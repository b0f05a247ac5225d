"""The balanskravsutredning as tables: the chain of lines, the deficits to restore, and the reserve."""

from collections.abc import Sequence

from budget.models import Budgetversion, Versionskolumn
from budget.regler import balanskrav as regel
from budget.tabeller.adress import Kallor
from budget.tabeller.delar import med_delar
from budget.tabeller.uppstallning import ENHET, kolumnnyckel
from organisation.models import Enhet
from regionskane.lib.anmarkning import Anmarkning
from regionskane.lib.belopp import MNKR, formatera
from regionskane.lib.tabell import Cell, Kolumn, Kolumnslag, Rad, Radslag, Tabell

# Lines that most years lack are shown only when some year has them.
# What is left of earlier years stands also in a year without a result of its own.
_BARS_VIDARE = ("ib_aterstalla", "undantag_tidigare", "ub_aterstalla")
_OVANLIGA = (
    "reavinst_undantag",
    "reaforlust_undantag",
    "orealiserat",
    "aterforing_orealiserat",
    "undantag_tidigare",
)
_RESULTATRADER = ("arets_resultat", "resultat_efter_justeringar", "balanskravsresultat")
_AVVIKELSER = ("AVRUNDNING_", "AVVIKELSE_", "OMRAKNAT_")
_UNDANTAG = {
    regel.Undantagsslag.ALDRIG: "Återställs inte",
    regel.Undantagsslag.DEL: "En del återställs inte",
    regel.Undantagsslag.LANGRE_TID: "Återställs under längre tid",
}
# Not a line of the chain, so the rule does not name it.
MAX_RESERVERING = regel.Rad(
    "max_reservering",
    "Högsta tillåtna reservering",
    "Det lägsta av årets resultat och resultatet efter balanskravsjusteringar, efter justeringen för blandmodell där"
    " den finns, minus 1 procent av skatt, utjämning och generella statliga bidrag, eller 2 procent när det egna"
    " kapitalet är negativt. Aldrig under noll.",
    "KL 11:14",
)


def bygg_balanskrav(
    version: Budgetversion,
    kolumner: Sequence[Versionskolumn],
    enhet: Enhet,
    underlag: Sequence[regel.Arsunderlag],
    utredning: regel.Balanskravsutredning,
) -> tuple[Tabell, ...]:
    """The tables of one utredning. Amounts in kronor; the years are those of `utredning`."""
    per_ar = {k.ar: k for k in kolumner}
    kolumner = [per_ar[ar.ar] for ar in utredning.ar]
    bygge = _Bygge(version, kolumner, enhet, {u.ar: u for u in underlag}, utredning)
    tabeller = (bygge.kedja(), bygge.brister(), bygge.beslut(), bygge.reserv())
    return tuple(t for t in tabeller if t.rader)


def rubrik(utredning: regel.Balanskravsutredning) -> str:
    return f"Balanskravsutredning {utredning.ar[0].ar}–{utredning.ar[-1].ar}"


class _Bygge:
    def __init__(self, version, kolumner, enhet, underlag, utredning):
        self.version, self.kolumner, self.enhet = version, kolumner, enhet
        self.underlag, self.utredning = underlag, utredning
        self.kallor = Kallor()

    def _beloppskolumner(self):
        return tuple(
            Kolumn(kolumnnyckel(k), str(k.ar), k.rubrik, enhet=ENHET, beslutad=k.kalla.faststalld)
            for k in self.kolumner
        )

    def _adress(self, nyckel: str, kolumn: Versionskolumn) -> str:
        # What a decision frees of earlier deficits is entered on the line of synnerliga skäl.
        nyckel = "synnerliga_skal" if nyckel == "undantag_tidigare" else nyckel
        # What the rule computes depends on the years before, so it is asked of the version that has them.
        beraknad = nyckel not in regel.RESULTATPOSTER and nyckel not in (
            "synnerliga_skal",
            "bas",
            "eget_kapital",
        )
        # What there was to restore before the first year was given with that year, and is no result of the rule.
        # What an earlier budget left is its result.
        forsta = self.utredning.ar[0].ar
        given = nyckel == "ib_aterstalla" and kolumn.ar == forsta and not self.underlag[forsta].ib_brister
        version = self.version if beraknad and not given else kolumn.kalla
        return self.kallor.adress(version, "balanskrav", nyckel, f"enhet-{self.enhet.kod}", kolumn.ar)

    def _finns(self, nyckel: str) -> bool:
        if nyckel in regel.RESULTATPOSTER:
            return any(nyckel in u.poster for u in self.underlag.values())
        return any(ar.varde(nyckel) for ar in self.utredning.ar)

    def kedja(self) -> Tabell:
        noter: list[str] = []
        rader = []
        for r in regel.RADER:
            if r.nyckel in _OVANLIGA and not self._finns(r.nyckel):
                continue
            celler = []
            for kolumn, ar in zip(self.kolumner, self.utredning.ar, strict=True):
                nummer = []
                koder = {f"{prefix}{r.nyckel.upper()}" for prefix in _AVVIKELSER}
                if r.nyckel == "blandmodell":
                    koder.add("BLANDMODELL_SAKNAS")
                if r.nyckel == "synnerliga_skal" and self.underlag[ar.ar].aviserat:
                    koder.add("UNDANTAG_UTAN_BESLUT")
                for a in ar.anmarkningar:
                    if a.kod in koder:
                        noter.append(a.text)
                        nummer.append(len(noter))
                raknat, varde = ar.varde(r.nyckel), regel.gallande(self.underlag[ar.ar], ar, r.nyckel)
                if not self.underlag[ar.ar].poster and r.nyckel not in _BARS_VIDARE:
                    varde = raknat = None  # nothing is entered for the year, which makes it no zero
                if any(a.kod == "BLANDMODELL_SAKNAS" for a in ar.anmarkningar) and r.nyckel == "blandmodell":
                    varde = raknat = None
                celler.append(
                    Cell(
                        varde,
                        kalla=self._adress(r.nyckel, kolumn),
                        noter=tuple(nummer),
                        delar_ger=None if varde == raknat else raknat,
                    )
                )
            slag = Radslag.TOTAL if r.total else Radslag.SUMMA if r.summa else Radslag.RAD
            rader.append(
                Rad(r.nyckel, r.etikett, tuple(celler), slag, r.summa, r.forklaring, r.lagrum,
                    rod=r.nyckel in _RESULTATRADER)
            )  # fmt: skip
        finns = {r.nyckel for r in rader}
        rader = [_utan_saknade_delar(r, finns) for r in rader]
        tabell = Tabell(
            "balanskrav",
            rubrik(self.utredning),
            "Post",
            self._beloppskolumner(),
            tuple(rader),
            f"{self.version.namn}, {ENHET}. Varje rad visas med sin verkan på resultatet.",
            tuple(noter),
        )
        # The rule counts from lines as they were given; a reader adds those that stand here.
        return med_delar(tabell)

    def brister(self) -> Tabell:
        kolumner = (
            Kolumn("underskott", "Underskott", enhet=ENHET),
            Kolumn("undantag", "Undantag", "synnerliga skäl", enhet=ENHET),
            Kolumn("aterstallt", "Återställt", enhet=ENHET),
            Kolumn("kvar", "Kvar", enhet=ENHET),
            Kolumn("senast", "Senast", "år", Kolumnslag.TEXT),
            Kolumn("lage", "Läge", slag=Kolumnslag.TEXT),
        )
        sista = self.kolumner[-1]
        per_ar = {k.ar: k for k in self.kolumner}

        def kalla(nyckel, brist):
            return self._adress(nyckel, per_ar.get(brist.ar, self.kolumner[0]))

        rader = [
            Rad(
                f"brist-{b.ar or 'fore'}",
                self._brists_namn(b, per_ar),
                (
                    Cell(
                        b.belopp,
                        kalla=kalla("balanskravsresultat" if b.ar in per_ar else "ib_aterstalla", b),
                    ),
                    Cell(b.undantag, kalla=kalla("synnerliga_skal", b)),
                    Cell(
                        sum((a.belopp for a in b.aterstallt), regel.NOLL),
                        kalla=self._adress("aterstallt", per_ar[b.aterstallt[-1].ar]) if b.aterstallt else "",
                    ),
                    Cell(b.kvar, kalla=self._adress("ub_aterstalla", sista)),
                    Cell(text=str(b.senast) if b.senast and b.belopp > b.undantag else "–"),
                    Cell(text=bristlage(b)),
                ),
            )
            for b in self.utredning.ar[-1].brister
        ]
        if rader:
            delar = tuple((r.nyckel, 1) for r in rader)
            summor = [sum((r.celler[i].varde for r in rader), regel.NOLL) for i in range(4)]
            celler = (*(Cell(s) for s in summor), Cell(text=""), Cell(text=""))
            rader.append(Rad("summa", "Summa", celler, Radslag.TOTAL, delar))
        return Tabell(
            "underskott", "Underskott att återställa", "År", kolumner, tuple(rader),
            f"En rad per underskottsår, äldst först, {ENHET}.",
        )  # fmt: skip

    def _brists_namn(self, brist: regel.Brist, per_ar) -> str:
        forsta = self.utredning.ar[0].ar
        if brist.ar is None:
            return f"Före {forsta}"
        return str(brist.ar) if brist.ar in per_ar else f"{brist.ar}, det som var kvar när {forsta} började"

    def beslut(self) -> Tabell:
        """What the utredning rests on: whoever decided that a deficit need not be restored, or how."""
        kolumner = tuple(
            Kolumn(nyckel, text, slag=Kolumnslag.TEXT)
            for nyckel, text in (
                ("beslut", "Beslut"), ("organ", "Organ"), ("datum", "Datum"), ("paragraf", "Paragraf"),
                ("motiv", "Motiv"),
            )
        )  # fmt: skip
        rader = [
            self._beslutsrad(f"plan-{b.ar}", b.ar, "Åtgärdsplan", b.atgardsplan, "")
            for b in self.underlag[self.utredning.ar[0].ar].ib_brister
            if b.atgardsplan
        ]
        for u in (self.underlag[ar.ar] for ar in self.utredning.ar):
            undantag, plan = u.synnerliga_skal_beslut, u.atgardsplan
            if undantag:
                slag = _UNDANTAG[undantag.slag] + (f", senast {u.senast_ar}" if u.senast_ar else "")
                rader.append(self._beslutsrad(f"undantag-{u.ar}", u.ar, slag, undantag, undantag.motiv))
            if u.aviserat:
                rader.append(
                    self._beslutsrad(
                        f"aviserat-{u.ar}", u.ar, "Aviserat, inte beslutat", u.aviserat, u.aviserat.motiv
                    )
                )
            if plan:
                rader.append(self._beslutsrad(f"plan-{u.ar}", u.ar, "Åtgärdsplan", plan, ""))
        return Tabell(
            "beslut", "Beslut om underskott", "Underskottsår", kolumner, tuple(rader),
            "Fullmäktiges beslut enligt KL 11:12–13, som utredningen vilar på. En avisering är inget beslut.",
        )  # fmt: skip

    def _beslutsrad(self, nyckel, ar, vad, beslut, motiv):
        datum = beslut.datum.isoformat() if beslut.datum else ""
        texter = (vad, beslut.organ, datum, getattr(beslut, "paragraf", ""), motiv)
        return Rad(nyckel, str(ar), tuple(Cell(text=t or "–") for t in texter))

    def reserv(self) -> Tabell:
        def rad(nyckel, text, varden, forklaring="", paragraf=""):
            celler = tuple(
                Cell(v, kalla=self._adress(nyckel, k), saknas="uppgift saknas")
                for v, k in zip(varden, self.kolumner, strict=True)
            )
            return Rad(nyckel, text, celler, forklaring=forklaring, paragraf=paragraf)

        u = [self.underlag[ar.ar] for ar in self.utredning.ar]
        rader = (
            rad("bas", "Skatt, utjämning och generella statliga bidrag", [x.bas and x.bas.varde for x in u]),
            rad(
                "eget_kapital",
                "Eget kapital inklusive pensionsförpliktelser",
                [x.eget_kapital_inkl_pensioner and x.eget_kapital_inkl_pensioner.varde for x in u],
            ),
            rad(
                MAX_RESERVERING.nyckel,
                MAX_RESERVERING.etikett,
                [ar.max_reservering for ar in self.utredning.ar],
                MAX_RESERVERING.forklaring,
                MAX_RESERVERING.lagrum,
            ),
        )
        noter = tuple(
            f"Högsta tillåtna reservering {ar.ar}, mnkr: {ar.max_formel} (KL 11:14)."
            for ar in self.utredning.ar
            if ar.max_formel
        )
        return Tabell(
            "reserv", "Utrymme att reservera", "Post", self._beloppskolumner(), rader,
            f"Hur mycket som får sparas i resultatutjämningsreserv (till 2023) eller resultatreserv, {ENHET}.", noter,
        )  # fmt: skip


def _utan_saknade_delar(rad: Rad, finns: set[str]) -> Rad:
    delar = tuple((n, f) for n, f in rad.delar if n in finns)
    return Rad(rad.nyckel, rad.rubrik, rad.celler, rad.slag, delar, rad.forklaring, rad.paragraf, rad.rod)


def bristlage(brist: regel.Brist) -> str:
    """The state of a deficit in words."""
    if brist.kvar == 0 and brist.undantag and brist.aterstallt:
        return "Återställt, resten undantag"
    if brist.kvar == 0:
        return "Undantag, synnerliga skäl" if brist.undantag else "Återställt"
    return f"{formatera(brist.kvar, skala=MNKR)} mnkr kvar att återställa"


def varningar(utredning: regel.Balanskravsutredning) -> list[Anmarkning]:
    """The findings that want somebody to act, in order of year."""
    return [a for ar in utredning.ar for a in ar.anmarkningar if a.niva != "info"]
