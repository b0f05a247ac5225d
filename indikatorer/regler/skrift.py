"""The written form of a target rule: «≥ 80 %» read to a rule and written from it.

Everything that is written is understood, or nothing: a word that is not known is never left out of what is read.
"""

import re
import unicodedata
from decimal import Decimal

from indikatorer.regler.malregel import (
    Bevarande,
    Forandring,
    Forandringsslag,
    Forbattring,
    Hall,
    IngetMal,
    Intervall,
    Malregel,
    Malvarde,
    MotRiket,
    OlasligtMal,
    Operator,
    Riktningsmal,
    Troskel,
)
from indikatorer.regler.matt import PROCENT, Matt, ar_kand, ar_pengar
from regionskane.lib.minne import minns

HARDBLANK, MINUS = "\u00a0", "\u2212"

# Signs that no one sees, and a hyphen that does not break: what is copied out of a document has them.
_OSYNLIGT = str.maketrans({"\u200b": "", "\u200d": "", "\u00ad": "", "\ufeff": "", "\u2011": "-"})
_BLANK = re.compile(r"[\s\u00a0\u202f\u2009]+")
_TAL = r"[-\u2212]?(?:\d{1,3}(?: \d{3})+|\d+)(?:[.,]\d+)?"
_ARTAL = re.compile(r"(?:19|20)\d\d")


def _ett_av(ord_) -> str:
    """A pattern for one of the phrases, the longest first."""
    return "|".join(sorted((re.escape(o) for o in ord_), key=len, reverse=True))


_OPERATORER = {
    Operator.OVER: (">", "mer än", "fler än", "över", "högre än", "större än", "längre än", "överstiga", "överstiger",
                    "överskrida", "överskrider"),
    Operator.MINST: (
        "≥", ">=", "=>", "minst", "lägst", "min", "min.", "minimum", "minimalt", "inte mindre än", "inte färre än",
        "inte lägre än", "inte kortare än", "inte under", "ej under", "ej mindre än", "ej färre än", "ej lägre än",
        "större än eller lika med", "mer än eller lika med", "högre än eller lika med",
        "som minst", "som lägst", "åtminstone", "inte underskrida", "inte underskrider",
        "inte understiga", "inte understiger", "ej understiga", "ej understiger",
    ),
    Operator.UNDER: (
        "<", "mindre än", "färre än", "under", "lägre än", "kortare än", "understiga", "understiger",
        "underskrida", "underskrider",
    ),
    Operator.HOGST: (
        "≤", "<=", "=<", "högst", "max", "max.", "maximum", "maximalt", "inte mer än", "inte fler än", "inte högre än",
        "mindre än eller lika med", "färre än eller lika med", "lägre än eller lika med",
        "som mest", "som högst", "som max", "inom", "inte överskrida", "inte överskrider",
        "inte större än", "inte längre än", "inte över", "ej över", "ej mer än", "ej fler än", "ej högre än",
        "ej längre än", "inte överstiga", "inte överstiger", "ej överstiga", "ej överstiger",
    ),
}  # fmt: skip
_OPERATOR = {ord_: op for op, orden in _OPERATORER.items() for ord_ in orden}
_OP = _ett_av(_OPERATOR)
_EFTER = {
    **dict.fromkeys(
        ("eller färre", "eller mindre", "eller lägre", "eller kortare", "eller under", "som mest", "som högst",
         "som max", "högst", "max", "maximalt", "och nedåt", "och lägre", "och mindre", "och färre"),
        Operator.HOGST,
    ),
    **dict.fromkeys(
        ("eller fler", "eller mer", "eller mera", "eller högre", "eller större", "eller längre", "eller över",
         "som minst", "som lägst", "minst", "lägst", "och uppåt", "och högre", "och mer", "och fler"),
        Operator.MINST,
    ),
    "eller bättre": None,
}  # fmt: skip
_UPP = ("ökning", "öka", "ökar", "ökas", "ökande", "höjning", "höja", "höj", "höjas", "höjs", "stiga", "stiger",
        "stigande", "växa", "växer")  # fmt: skip
_NER = ("minskning", "minska", "minskar", "minskas", "minskande", "sänkning", "sänka", "sänk", "sänkas", "sänks",
        "sjunka", "sjunker", "sjunkande", "reducering", "reducera", "reduceras")  # fmt: skip
_BATTRE = ("förbättring", "förbättras", "förbättra", "förbättrad", "bli bättre")
_SAMRE = ("försämring", "försämras", "försämra", "bli sämre")
# What a word of change goes towards; None is the better way.
_HALL = {
    **dict.fromkeys((*_UPP, "fler", "flera", "mer", "mera", "högre", "större", "längre"), Hall.OKNING),
    **dict.fromkeys((*_NER, "färre", "mindre", "lägre", "kortare"), Hall.MINSKNING),
    **dict.fromkeys((*_BATTRE, "bättre"), None),
}
_MOTSATT = {Hall.OKNING: Hall.MINSKNING, Hall.MINSKNING: Hall.OKNING, None: None}
_MOTSATS = {"ökning": "minska", "minskning": "öka"}
_ANDRAS = _ett_av((*_UPP, *_NER, *_BATTRE))
_JAMFORS = _ett_av(
    (
        "fler",
        "flera",
        "mer",
        "mera",
        "högre",
        "större",
        "längre",
        "färre",
        "mindre",
        "lägre",
        "kortare",
        "bättre",
    )
)
_SLAG = {
    **dict.fromkeys(("%", "procent", "procents"), Forandringsslag.PROCENT),
    **dict.fromkeys(
        (
            "procentenheter",
            "procentenhet",
            "procentenheters",
            "procentenh",
            "%-enheter",
            "%-enhet",
            "%-enh",
            "p.e.",
            "pe",
        ),
        Forandringsslag.PROCENTENHETER,
    ),
}
_TALORD = {
    ord_: str(tal)
    for tal, ord_ in enumerate(
        ("två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv"), start=2
    )
} | {"hundra": "100"}
_TALORDEN = re.compile(rf"(?<![^\W\d_])(?:{_ett_av(_TALORD)})(?![^\W\d_])", re.I)

# «en» and «ett» are numbers after a word of a limit, and «noll» after «till»: elsewhere they mean other things.
_ETT = re.compile(rf"({_OP}) (?:en|ett)(?![^\W\d_])", re.I)
_TILL_NOLL = re.compile(r" till noll(?![^\W\d_])", re.I)

_FORE = (
    r"fg\.? år|(?:föregående|förra) (?:år|året|mätning|mätningen|värde|värdet)|"
    r"(?:föregående|förra) års (?:värde|nivå|utfall)|"
    r"förra årets (?:värde|nivå|utfall)|året (?:före|innan)|i fjol|fjolåret|fjolårets (?:värde|nivå|utfall)|"
    r"(?:det )?senaste (?:jämförbara )?(?:värdet|mätningen)"
)
_REF = rf"(?:(?P<fore>{_FORE})|(?P<arord>år )?(?P<sedan>{_ARTAL.pattern})(?P<ars> års (?:värde|nivå|utfall|resultat))?)"
_MOT = (
    rf"(?: (?:jämfört med|i jämförelse med|i förhållande till|gentemot|mot|sedan|från|räknat från) {_REF})?"
)
_TID = r"(?P<tid> ?(?:/ ?|per )år| om året| varje år| årligen)?"
_RIKET = (
    r"(?:hela )?riket|hela landet|landet|rikssnittet|riksgenomsnittet|riksmedelvärdet|"
    r"rikets (?:värde|snitt|genomsnitt|medelvärde|nivå)|(?:snittet|genomsnittet|medelvärdet) (?:i|för) (?:riket|landet)"
)

_FORLED = re.compile(
    r"(?:mål(?:et|nivå|nivån)?(?: är)?:? )?(?:att )?"
    r"(?:(?:(?:den|det|de|antalet|andelen|värdet|resultatet) )?"
    r"(?:ska|skall|bör|måste|får(?= inte| ej| vara (?:högst|max|maximalt|som)| högst| max)) )?"
    r"(?:vara )?",
    re.I,
)
_SKALA = re.compile(
    r"(?: på| ?\(| ?,)? ?(?:på )?(?:en |den )?skalan? (?:från )?(?P<s1>\d+) ?(?:–|-|—|till) ?(?P<s2>\d+)\)?$",
    re.I,
)
_EFTERLED = re.compile(rf"(?P<kropp>.*?\S) (?P<efter>{_ett_av(_EFTER)})", re.I)
_NIVA = re.compile(rf"(?:(?P<op>{_OP}) ?)?(?P<tal>{_TAL})(?P<rest>(?![\d.,]).*)?", re.I)
_INTE_VARA = re.compile(r"(inte|ej) (?:vara|bli|ligga) ", re.I)
_TILL = re.compile(
    rf"(?P<ord>{_ett_av((*_UPP, *_NER))})(?: från (?P<fran>{_TAL})(?P<e1> ?[^\d<>≤≥]*?))?"
    rf"(?: upp| ned| ner)? till (?:(?P<op>{_OP}) ?)?(?P<tal>{_TAL})"
    r"(?P<rest>(?![\d.,]).*)?",
    re.I,
)
_INTERVALL = re.compile(
    rf"(?P<fran>mellan |från )?(?P<lagst>{_TAL}) ?(?P<e1>[^\d<>≤≥–—-]*?) ?(?P<mellan>–|—|-|till|och) ?(?P<hogst>{_TAL})"
    r"(?P<rest>(?![\d.,]).*)?",
    re.I,
)
_TVA_GRANSER = re.compile(
    rf"(?P<op>{_OP}) ?(?P<tal>{_TAL}) ?(?P<e1>[^\d<>≤≥]*?)(?:,| och| men| samt) (?P<op2>{_OP}) ?(?P<tal2>{_TAL})"
    r"(?P<rest>(?![\d.,]).*)?",
    re.I,
)
_INTE_SAMRE = re.compile(rf"(?:inte|ej) sämre än (?P<niva>{_TAL}(?![\d.,]).*)", re.I)
_INGA = re.compile(r"(?P<ord>inga|inget|ingen|noll)(?: (?P<rest>.+))?|nolltolerans|nollvision", re.I)
_ANDRING = re.compile(
    rf"(?:en )?(?P<arlig>årlig )?(?P<ord>{_ANDRAS})(?P<arligen> årligen| varje år)?(?P<med> med| på| om)? ?"
    rf"(?:(?P<op>{_OP}) ?)?(?P<tal>{_TAL})"
    rf"(?P<rest>(?![\d.,]).*?){_TID}{_MOT}",
    re.I,
)
_ANDRING_EFTER = re.compile(
    rf"(?:en )?(?:(?P<op>{_OP}) ?)?(?P<tal>{_TAL})(?P<rest>(?![\d.,]).*?) ?(?P<arlig>årlig )?"
    rf"(?<![^\W\d_])(?P<ord>{_ANDRAS}){_TID}{_MOT}",
    re.I,
)
_JAMFORELSE = re.compile(
    rf"(?:(?P<op>{_OP}) ?)?(?P<tal>{_TAL})(?P<rest>(?![\d.,]).*?) (?P<ord>{_JAMFORS})(?P<vad> [^\W\d]+)? än {_REF}"
    r"(?P<tid>\Z)?",
    re.I,
)
_RIKTNING = re.compile(rf"(?:en )?(?P<ord>{_ANDRAS}){_MOT}", re.I)
_INTE = re.compile(rf"(?:inte|ej|ingen) (?P<ord>{_ett_av((*_UPP, *_NER, *_SAMRE))}){_MOT}", re.I)
# «inte öka med mer än 5» is a ceiling of the change, as «öka med högst 5» is.
_INTE_MER = re.compile(
    rf"(?:inte|ej) (?P<ord>{_ett_av((*_UPP, *_NER, *_BATTRE))})(?! till )(?: med| på| om)? .*\d", re.I
)
_BEHALLS = re.compile(
    rf"(?:oförändrad|oförändrat) eller (?P<ord>{_JAMFORS}|ökad|ökat|minskad|minskat|förbättrad|förbättrat){_MOT}",
    re.I,
)
_AN = re.compile(
    rf"(?:(?P<inte>inte|ej) )?(?:(?:vara|bli) )?(?P<ord>{_JAMFORS}|sämre)(?P<vad> [^\W\d]+)? än {_REF}", re.I
)
_MINST_SOM = re.compile(
    rf"(?P<op>minst|lägst|högst|max) (?:(?P<hur>(?:lika bra|lika högt?|lika många|lika mycket|lika lågt?|lika få|samma|"
    rf"samma nivå|samma värde|samma resultat|på samma nivå|som|i nivå med))(?: som)? )?(?:{_REF}|(?P<riket>{_RIKET}))",
    re.I,
)
_MOT_RIKET = re.compile(
    rf"(?:(?P<inte>inte|ej) )?(?:(?P<op>>=|=>|≥|>|<=|=<|≤|<|över|under) ?|(?P<ord>{_JAMFORS}|sämre) än (?:i )?)"
    rf"(?P<riket>{_RIKET})",
    re.I,
)

# What the database takes as a value; a longer number is no level that anything can be measured at.
_FOR_LANGT = re.compile(r"\d{15}|[.,]\d{7}")
# «1.000» is a thousand to some and one to others.
_TVETYDIGT = re.compile(r"(?<![\d.,])[1-9]\d{0,2}\.\d{3}(?!\d)")
_FORKORTADE = re.compile(r"(?:vpl|inv|st|tim|min|max|mån|sek|p\.e)\.$", re.I)
_EXEMPEL = "≥ 80 %, < 0,5/100 vpl., 40–60 %, ökning ≥ 10 %/år, Ökning, ska inte öka, bättre än riket"


class OgiltigMalniva(ValueError):
    """The text is no target rule. `str()` is a Swedish sentence that says what to write instead."""


@minns(4_096)
def tolka(text: str, matt: Matt | None = None) -> Malregel:
    """The rule that a written target means, for a measure (None: any).

    Reads «≥ 80 %», «3 eller färre», «<0,5/100 vpl.», «100 %», «mellan 40 och 60 %», «inga fall», «> 3,5 på skala 1–5»,
    «ökning ≥10%/år», «minska med 10 % sedan 2019», «minst 10 fler än föregående år», «Ökning», «ska inte öka», «minst
    lika bra som 2021», «förbättring ≥ 1,0», «bättre än riket», «-» and the like. A word after a number is a unit of the
    measure or has one of these meanings; for anything else OgiltigMalniva says what to write.
    """
    ren = _BLANK.sub(" ", unicodedata.normalize("NFC", text).translate(_OSYNLIGT)).strip()
    if ren in ("-", "–", "—", MINUS) or ren.casefold().removesuffix(".") == "inget mål":
        return IngetMal()
    if _FOR_LANGT.search(ren.replace(" ", "")):
        raise OgiltigMalniva(
            "Målnivån har ett tal med för många siffror. Högst fjorton före decimaltecknet och sex efter."
        )
    if m := _TVETYDIGT.search(ren):
        raise OgiltigMalniva(
            f"«{m[0]}» kan läsas på två sätt. Skriv {m[0].replace('.', ' ')} för tusental eller "
            f"{m[0].replace('.', ',')} för decimaler."
        )
    kropp = ren if _FORKORTADE.search(ren) else ren.removesuffix(".")
    kropp = kropp[_FORLED.match(kropp).end() :]
    if not _AN.fullmatch(kropp):
        kropp = _INTE_VARA.sub(r"\1 ", kropp, count=1) if _INTE_VARA.match(kropp) else kropp
    kropp = _TILL_NOLL.sub(" till 0", _ETT.sub(r"\1 1", kropp))
    if not re.search(r"\d", kropp):
        kropp = _TALORDEN.sub(lambda m: _TALORD[m[0].lower()], kropp)
    lasning = _Lasning(ren, kropp, matt)
    for las in (lasning.utan_tal, lasning.andring, lasning.niva):
        if (regel := las()) is not None:
            return regel
    raise OgiltigMalniva(lasning.rad())


def las_sparad(text: str, matt: Matt | None) -> Malregel:
    """As `tolka`, for a target that is stored already: one that cannot be read is a rule that judges nothing."""
    try:
        return tolka(text, matt)
    except OgiltigMalniva as fel:
        return OlasligtMal(text, str(fel))


def skriv(regel: Malregel, *, tatt: bool = False) -> str:
    """The written form of a rule, which `tolka` reads back to the same one. `tatt`: no space after the sign («>95 %»).

    Numbers keep their digits, with comma and hard spaces.
    """
    luft = "" if tatt else HARDBLANK
    match regel:
        case Troskel(operator, grans, enhet):
            return f"{operator}{luft}{_med_enhet(grans, enhet)}"
        case Malvarde(grans, enhet):
            return _med_enhet(grans, enhet)
        case Intervall(lagst, hogst, enhet):
            return f"{skriv_tal(lagst)}–{_med_enhet(hogst, enhet)}"
        case Forandring(hall, operator, storlek, slag, per_ar, sedan):
            storlek = _med_enhet(storlek, _SLAGENHET[slag])
            return f"{_RIKTNINGAR[hall].lower()} {operator}{luft}{storlek}{'/år' if per_ar else ''}{_sedan(sedan)}"
        case Forbattring(minst, slag, sedan, operator):
            return f"förbättring {operator}{luft}{_med_enhet(minst, _SLAGENHET[slag])}{_sedan(sedan)}"
        case Riktningsmal(hall, sedan):
            return f"{_RIKTNINGAR[hall]}{_sedan(sedan)}"
        case Bevarande(None, sedan):
            return f"inte sämre än {sedan or 'senaste värdet'}"
        case Bevarande(hall, sedan):
            return f"ska inte {'minska' if hall == Hall.OKNING else 'öka'}{_sedan(sedan)}"
        case MotRiket(hall, lika):
            return _RIKSMAL[hall, lika]
        case IngetMal():
            return "-"
        case OlasligtMal(text):
            return text


_SLAGENHET = {
    Forandringsslag.ABSOLUT: "",
    Forandringsslag.PROCENT: "%",
    Forandringsslag.PROCENTENHETER: "procentenheter",
}
_RIKTNINGAR = {Hall.OKNING: "Ökning", Hall.MINSKNING: "Minskning", None: "Förbättring"}
_RIKSMAL = {
    (None, False): "bättre än riket",
    (None, True): "minst lika bra som riket",
    (Hall.OKNING, False): "högre än riket",
    (Hall.OKNING, True): "inte lägre än riket",
    (Hall.MINSKNING, False): "lägre än riket",
    (Hall.MINSKNING, True): "inte högre än riket",
}


def skriv_tal(tal: Decimal) -> str:
    """A number with exactly the digits it has: «79,0», «20 000», «−0,5»."""
    text = format(tal.copy_abs(), ",f").replace(",", HARDBLANK).replace(".", ",")
    return MINUS + text if tal < 0 else text


def utan_enhet(regel: Malregel) -> str:
    """The written form of what a rule judges by, which its unit is no part of: what a stored target is kept to mean."""
    match regel:
        case Troskel(operator, grans):
            regel = Troskel(operator, grans)
        case Malvarde(grans):
            regel = Malvarde(grans)
        case Intervall(lagst, hogst):
            regel = Intervall(lagst, hogst)
        case OlasligtMal():
            return ""
    return skriv(regel).replace(HARDBLANK, " ")


class _Lasning:
    """One reading. Each way to read gives a rule, None for what is written otherwise, or raises OgiltigMalniva."""

    def __init__(self, ren: str, kropp: str, matt: Matt | None):
        self.ren, self.kropp, self.matt = ren, kropp, matt

    def utan_tal(self) -> Malregel | None:
        """A direction, something that is to be kept, the country, or nothing at all of something."""
        if m := _RIKTNING.fullmatch(self.kropp):
            return Riktningsmal(_HALL[m["ord"].lower()], _ar(m))
        if m := _INTE.fullmatch(self.kropp):
            return Bevarande(_MOTSATT[_HALL.get(m["ord"].lower())], _ar(m))
        if m := _BEHALLS.fullmatch(self.kropp):
            ord_ = m["ord"].lower()
            hall = (
                Hall.OKNING
                if ord_.startswith("ök")
                else Hall.MINSKNING
                if ord_.startswith("minsk")
                else _HALL.get(ord_)
            )
            return Bevarande(hall, _ar(m))
        if m := _AN.fullmatch(self.kropp):
            return self._an(m)
        if m := _MINST_SOM.fullmatch(self.kropp):
            return self._minst_som(m)
        if m := _MOT_RIKET.fullmatch(self.kropp):
            return self._mot_riket(m)
        if m := _INGA.fullmatch(self.kropp):
            vad = m["rest"] or ""
            if regel := self._noll(m, vad):
                return regel
            if ar_kand(vad, self.matt):
                return Troskel(Operator.HOGST, Decimal(0), self._enhet(vad))
            if vad.lower() == "fall":  # none of it, in whatever unit
                return Troskel(Operator.HOGST, Decimal(0))
        return None

    def _noll(self, m, vad: str) -> Malregel | None:
        """«noll» where nothing is counted is a level, that may be the lowest as well as the highest: a result of zero.
        «Ingen» alone is as often no target at all."""
        ord_ = (m["ord"] or "").lower()
        if ord_ == "noll" and (ar_pengar(vad) if vad else True):
            return Malvarde(Decimal(0), self._enhet(vad))
        if not vad and (ord_ in ("ingen", "inget") or (ord_ == "inga" and not self._raknas())):
            raise OgiltigMalniva(
                f"«{self.ren}» kan läsas på två sätt. Skriv 0 för talet noll, eller - för inget mål."
            )
        return None

    def _raknas(self) -> bool:
        return self.matt is None or self.matt.slag == "antal"

    def _an(self, m) -> Malregel | None:
        ord_, inte = m["ord"].lower(), bool(m["inte"])
        if m["sedan"] and not (m["arord"] or m["ars"]) and ord_ not in ("bättre", "sämre"):
            return None  # «fler än 2019» may be a number, which is told where levels are read
        self._enhet(m["vad"] or "")
        if ord_ == "sämre":
            return Bevarande(None, _ar(m)) if inte else None
        hall = _HALL[ord_]
        if not inte:
            return Riktningsmal(hall, _ar(m))
        return None if hall is None else Bevarande(_MOTSATT[hall], _ar(m))

    def _minst_som(self, m) -> Malregel | None:
        hur, minst = (m["hur"] or "").lower(), m["op"].lower() in ("minst", "lägst")
        if not hur and m["sedan"] and not m["ars"]:
            return None  # «minst 2019» is a number, and «högst år 2019» nothing
        if not minst:
            if hur.startswith("lika bra"):
                return None
            hall = Hall.MINSKNING
        else:
            hall = Hall.OKNING if hur in ("", "lika hög", "lika högt", "lika många", "lika mycket") else None
            if hur in ("lika låg", "lika lågt", "lika få"):
                hall = Hall.MINSKNING
        return MotRiket(hall, True) if m["riket"] else Bevarande(hall, _ar(m))

    def _mot_riket(self, m) -> Malregel | None:
        inte = bool(m["inte"])
        if m["op"]:
            op = _OPERATOR[m["op"].lower()]
            hall, lika = (Hall.OKNING if op.uppat else Hall.MINSKNING), op.grans_ingar
            if inte and lika:
                return None
        elif m["ord"].lower() == "sämre":
            return MotRiket(None, True) if inte else None
        else:
            hall, lika = _HALL[m["ord"].lower()], False
            if inte and hall is None:
                return None
        return MotRiket(_MOTSATT[hall], True) if inte else MotRiket(hall, lika)

    def andring(self) -> Malregel | None:
        """A change of some size."""
        for monster in (_ANDRING, _ANDRING_EFTER, _JAMFORELSE):
            if m := monster.fullmatch(self.kropp):
                rest = (m["rest"] + (m.groupdict().get("vad") or "")).strip()
                if rest.lower() in _SLAG or ar_kand(rest, self.matt):
                    self._krav_inget_tak(m)
                slag = self._slag(rest)
                if slag is not None:
                    return self._forandring(m, slag, arlig=bool(m["tid"] or self._arlig(m)))
        return None

    @staticmethod
    def _arlig(m) -> bool:
        return any(m.groupdict().get(namn) for namn in ("arlig", "arligen"))

    def _slag(self, rest: str) -> Forandringsslag | None:
        if slag := _SLAG.get(rest.lower()):
            return slag
        if not ar_kand(rest, self.matt):
            return None
        if self.matt and self.matt.slag == "procent":
            raise OgiltigMalniva(
                f"«{self.ren}»: {self.matt.namn or 'måttet'} mäts i procent, så förändringen kan läsas på två sätt. "
                "Skriv procentenheter, till exempel ökning ≥ 2 procentenheter, eller % för en del av det tidigare."
            )
        return Forandringsslag.ABSOLUT

    def _krav_inget_tak(self, m) -> None:
        """A change is of at least something: the most that it may be is another target, and never read as the least."""
        ord_ = (m["op"] or "").lower()
        operator = _OPERATOR[ord_] if ord_ else Operator.MINST
        if ord_ in ("över", "under") and not m.groupdict().get("med", "med"):
            eller = (
                f", eller förändringen: {m['ord'].lower()} med mer än {m['tal']}" if ord_ == "över" else ""
            )
            raise OgiltigMalniva(
                f"«{self.ren}» kan vara en nivå eller en förändring. Skriv nivån, till exempel {operator} {m['tal']}"
                f"{eller}."
            )
        if not operator.uppat:
            raise OgiltigMalniva(self.rad_om_tak(_HALL[m["ord"].lower()]))

    def _forandring(self, m, slag: Forandringsslag, *, arlig: bool) -> Malregel:
        operator = _OPERATOR[m["op"].lower()] if m["op"] else Operator.MINST
        hall = _HALL[m["ord"].lower()]
        if (storlek := _tal(m["tal"])) < 0:
            raise OgiltigMalniva(
                f"«{self.ren}»: skriv förändringen utan minustecken, till exempel minskning ≥ 5 %."
            )
        if m["op"] is None and _ARTAL.fullmatch(m["tal"]) and slag == Forandringsslag.ABSOLUT:
            raise OgiltigMalniva(self.rad())  # «öka 2025»
        sedan = _ar(m)
        if arlig and sedan:
            raise OgiltigMalniva(
                f"«{self.ren}» är både per år och sedan {sedan}. Skriv minskning ≥ 10 %/år eller minskning ≥ 10 % "
                f"sedan {sedan}."
            )
        if hall is not None:
            return Forandring(hall, operator, storlek, slag, arlig, sedan)
        if arlig:
            raise OgiltigMalniva(
                f"«{self.ren}»: en förbättring räknas från den senaste mätningen. Skriv till exempel ökning ≥ 2/år."
            )
        return Forbattring(storlek, slag, sedan, operator)

    def niva(self) -> Malregel | None:
        """A level, with or without a sign, or two limits."""
        kropp = self._utan_skala()
        if m := _TVA_GRANSER.fullmatch(kropp):
            return self._tva_granser(m)
        if (m := _INTERVALL.fullmatch(kropp)) and (
            m["mellan"].lower() != "och" or (m["fran"] or "").lower() == "mellan "
        ):
            if (m["fran"] or "").lower() == "från ":
                raise OgiltigMalniva(
                    f"«{self.ren}» kan vara ett intervall eller en förändring. Skriv {m['lagst']}–{m['hogst']} för "
                    f"intervallet, eller ≥ {m['hogst']} för den nivå som ska nås."
                )
            return self._intervall(m["lagst"], m["hogst"], m["e1"], m["rest"])
        if m := _TILL.fullmatch(kropp):
            return self._till(m)
        efter = None
        if m := _INTE_SAMRE.fullmatch(kropp):
            kropp, efter = m["niva"], "eller bättre"
        elif m := _EFTERLED.fullmatch(kropp):
            kropp, efter = m["kropp"], m["efter"].lower()
        if not (m := _NIVA.fullmatch(kropp)):
            return None
        tal, op = _tal(m["tal"]), m["op"] and _OPERATOR[m["op"].lower()]
        if (m["op"] or "").lower() == "inom" and self.matt and self.matt.slag != "tid":
            return None  # «inom 3» of something else than time says nothing
        self._krav_inget_artal(m)
        self._krav_procent(m)
        if efter:
            if op and _EFTER[efter] != op:
                raise OgiltigMalniva(f"«{self.ren}» säger två saker. Skriv till exempel ≥ 80 % eller ≤ 80 %.")
            op = _EFTER[efter]
        enhet = self._enhet(m["rest"] or "")
        return Troskel(op, tal, enhet) if op else Malvarde(tal, enhet)

    def _krav_inget_artal(self, m) -> None:
        """«under 2024» and «färre än 2019» may be a year."""
        ord_ = (m["op"] or "").lower()
        ensamt = _ARTAL.fullmatch(m["tal"]) and not (m["rest"] or "").strip()
        if ensamt and ord_.endswith(("över", "under", "än")):
            tal, op = skriv_tal(_tal(m["tal"])).replace(HARDBLANK, " "), _OPERATOR[ord_]
            at = "ökning" if op.uppat else "minskning"
            aret = f"ska inte {_MOTSATS[at]}" if op.grans_ingar else at
            raise OgiltigMalniva(
                f"«{self.ren}»: {m['tal']} kan vara ett år eller ett tal. Skriv {op} {tal} för talet, eller "
                f"{aret} sedan {m['tal']} för året."
            )
        if ensamt and self.matt and self.matt.slag == "procent":
            raise OgiltigMalniva(self.rad_om_ar())

    def _krav_procent(self, m) -> None:
        """«minst 0,85» of a percentage may be a part of one."""
        tal = _tal(m["tal"])
        if (m["rest"] or "").strip() or not self.matt or self.matt.slag != "procent" or not 0 < tal < 1:
            return
        procent = skriv_tal((tal * 100).normalize() + 0)
        raise OgiltigMalniva(
            f"«{self.ren}»: {m['tal']} kan vara en andel av ett eller procent. Skriv {procent} % eller {m['tal']} %."
        )

    def _utan_skala(self) -> str:
        """The text without «på skala 1–5», which says where the limit has to lie."""
        if not (m := _SKALA.search(self.kropp)):
            return self.kropp
        kropp = self.kropp[: m.start()]
        for tal in re.findall(_TAL, kropp):
            if not int(m["s1"]) <= _tal(tal) <= int(m["s2"]):
                raise OgiltigMalniva(
                    f"«{self.ren}»: {tal} ligger utanför skalan {m['s1']}–{m['s2']}. Skriv till exempel ≥ {m['s2']}."
                )
        return kropp

    def _till(self, m) -> Malregel:
        """«minska till 20», which is a level."""
        hall = _HALL[m["ord"].lower()]
        op = _OPERATOR[m["op"].lower()] if m["op"] else None
        if (op and op.uppat != (hall == Hall.OKNING)) or _ARTAL.fullmatch(m["tal"]):
            raise OgiltigMalniva(self.rad())
        if m["fran"]:
            # Where it stands now is no part of the target, but has to be on the way.
            self._enhet(m["e1"] or "")
            if _ARTAL.fullmatch(m["fran"]) or (_tal(m["fran"]) < _tal(m["tal"])) != (hall == Hall.OKNING):
                raise OgiltigMalniva(self.rad())
        op = op or (Operator.MINST if hall == Hall.OKNING else Operator.HOGST)
        return Troskel(op, _tal(m["tal"]), self._enhet(m["rest"] or ""))

    def _tva_granser(self, m) -> Malregel:
        op, op2 = _OPERATOR[m["op"].lower()], _OPERATOR[m["op2"].lower()]
        if {op, op2} != {Operator.MINST, Operator.HOGST}:
            raise OgiltigMalniva(
                f"«{self.ren}»: skriv ett intervall, vars gränser räknas med, till exempel 40–60 %, eller en gräns: "
                "≥ 40 %."
            )
        lagst, hogst = (m["tal"], m["tal2"]) if op == Operator.MINST else (m["tal2"], m["tal"])
        return self._intervall(lagst, hogst, m["e1"], m["rest"])

    def _intervall(self, lagst: str, hogst: str, forst: str, rest: str | None) -> Malregel:
        if _ARTAL.fullmatch(hogst) and not _ARTAL.fullmatch(lagst) and not (rest or "").strip():
            raise OgiltigMalniva(self.rad_om_ar())
        enhet = self._enhet(rest or "")
        if forst and self._enhet(forst).casefold() != enhet.casefold():
            raise OgiltigMalniva(
                f"«{self.ren}» har två enheter. Skriv en, till exempel 40–60 % eller ≥ 40 %."
            )
        if _ARTAL.fullmatch(lagst) and _ARTAL.fullmatch(hogst) and not enhet:
            raise OgiltigMalniva(
                f"«{self.ren}» kan vara två år. Skriv tusental med blanksteg, {lagst[:-3]} {lagst[-3:]}–{hogst[:-3]} "
                f"{hogst[-3:]}, eller en gräns: ≥ 80 %."
            )
        if _tal(lagst) > _tal(hogst):
            raise OgiltigMalniva(self.rad())
        return Intervall(_tal(lagst), _tal(hogst), enhet)

    def _enhet(self, skrivet: str) -> str:
        enhet = skrivet.strip()
        if enhet.casefold() in PROCENT:
            return "%"
        if not ar_kand(enhet, self.matt):
            raise OgiltigMalniva(self.rad(enhet))
        return enhet

    def rad(self, enhet: str = "") -> str:
        """What to write instead of what cannot be read, as nearly as it can be told."""
        ren = self.ren
        if m := _INTE_MER.match(self.kropp):
            return self.rad_om_tak(_HALL[m["ord"].lower()])
        if re.search(r"riket|\briks|landet\b|\blän(?:et|en)?\b", ren, re.I):
            return (
                f"«{ren}» kan inte läsas. Ett mål mot riket skrivs «bättre än riket» eller «minst lika bra som riket», "
                "och en nivå med ett tal, till exempel ≥ 80 %."
            )
        if andel := self._andel():
            return f"«{ren}» kan inte läsas. Skriv andelen i procent, till exempel {andel}\u00a0%.".replace(
                HARDBLANK, " "
            )
        if re.search(r"[*†‡¹²³]|\[\d", ren):
            return f"«{ren}» har ett tecken för en fotnot. Ta bort det och skriv noten i Källa, till exempel ≥ 80 %."
        if re.search(rf"\b(?:senast|till|före|år|t\.o\.m\.) ?(?:år )?{_ARTAL.pattern}", ren, re.I):
            return self.rad_om_ar()
        if enhet:
            mats = f" {self.matt.namn or 'Måttet'} mäts i {self.matt.enhet}." if self.matt else ""
            procent = self.matt and self.matt.slag == "procent"
            mer = "ökning ≥ 2 procentenheter" if procent else "minst 10 fler än föregående år"
            return (
                f"«{enhet}» kan inte läsas som en enhet i «{ren}».{mats} Skriv till exempel "
                f"{self._egna_exempel() or '≥ 75 %, högst 3'}, ökning ≥ 10 % eller {mer}."
            )
        return f"«{ren}» är ingen målnivå. Skriv till exempel {self._egna_exempel() or _EXEMPEL} eller - för inget mål."

    def rad_om_tak(self, hall: Hall | None) -> str:
        """What to write instead of the most that something may change: never the opposite, the least that it has to."""
        ord_, niva = {
            Hall.OKNING: ("öka", "den högsta nivån, till exempel ≤ 80, eller ska inte öka"),
            Hall.MINSKNING: ("minska", "den lägsta nivån, till exempel ≥ 80, eller ska inte minska"),
            None: ("förbättras", "nivån, till exempel 40–60"),
        }[hall]
        return (
            f"«{self.ren}» säger hur mycket värdet högst får {ord_}, och det kan inte bedömas. Skriv {niva}."
        )

    def rad_om_ar(self) -> str:
        """What to write instead of a year that the target is to be reached in."""
        return (
            f"«{self.ren}» har ett årtal som inte är något att jämföra med. Målnivån gäller det år "
            "som du väljer i fältet År; skriv bara nivån, till exempel ≥ 75 %, eller minskning ≥ 10 % sedan 2019."
        )

    def _egna_exempel(self) -> str:
        """Levels in the measure's own unit, where that is not percent: advice that would be refused helps nobody."""
        if not self.matt or not self.matt.enhet or self.matt.slag == "procent":
            return ""
        return f"≥ 75 {self.matt.enhet}, högst 3 {self.matt.enhet}"

    def _andel(self) -> str:
        """«högst 3 av 10» as a level in percent, towards the same side and never harder than it was written; «» where
        it says no part of a whole."""
        m = re.search(r"(?<![\d,.])(\d+) ?(?:/|av) ?(\d+)$", self.kropp, re.I)
        if (
            not m
            or not 0 <= int(m[1]) <= int(m[2])
            or int(m[2]) == 0
            or (self.matt and self.matt.slag != "procent")
        ):
            return ""
        antal, av = int(m[1]), int(m[2])
        fore = self.kropp[: m.start()].strip()
        till = re.fullmatch(rf"({_ett_av((*_UPP, *_NER))})(?: upp| ned| ner)? till", fore, re.I)
        if till:
            hogst = _HALL[till[1].lower()] == Hall.MINSKNING
        elif fore and fore.lower() not in _OPERATOR:
            return skriv_tal((Decimal(100 * antal) / av).quantize(Decimal("0.1")).normalize() + 0)
        else:
            hogst = bool(fore) and not _OPERATOR[fore.lower()].uppat
        avrundat = Decimal(-(-1000 * antal // av) if hogst else 1000 * antal // av) / 10
        return f"{'≤' if hogst else '≥'} {skriv_tal(avrundat)}"


def _ar(m) -> int | None:
    """The year that is named as what is compared with."""
    return int(m["sedan"]) if m["sedan"] else None


def _sedan(ar: int | None) -> str:
    return f" sedan {ar}" if ar is not None else ""


def _tal(text: str) -> Decimal:
    return Decimal(text.replace(" ", "").replace(",", ".").replace(MINUS, "-"))


def _med_enhet(tal: Decimal, enhet: str) -> str:
    luft = "" if not enhet or enhet.startswith("/") else HARDBLANK
    return f"{skriv_tal(tal)}{luft}{enhet}"
