"""The entry table of an indikator's period: a row per segment and sex, with its judgement beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from indikatorer.models import Indikator, Kon, Matning
from indikatorer.regler.malregel import Matvarde
from indikatorer.selectors.bedomning import Bedomd
from indikatorer.selectors.celler import Matningsnyckel
from indikatorer.tabeller.bedomning import motivering, varde_text
from indikatorer.tabeller.ord import Lage, kort, lage, skriv_mal


@dataclass(frozen=True, slots=True)
class Falt:
    """A field as it is shown. `fel` is empty when it is right."""

    namn: str
    id: str
    varde: str
    fel: str


@dataclass(frozen=True, slots=True)
class Krock:
    """What somebody else saved meanwhile, and with which revision."""

    text: str
    mitt: str
    deras: str
    rev: int


@dataclass(frozen=True, slots=True)
class Rad:
    """A row. `falt` is by the name of its field."""

    kod: str
    rubrik: str
    falt: Mapping[str, Falt]
    fore: str
    mal: str
    lage: Lage
    motivering: str
    andrad: bool
    krock: Krock | None


def bygg_inmatning(
    indikator: Indikator,
    celler: Sequence[Matningsnyckel],
    *,
    namn: Mapping[int | None, str],
    texter: Mapping[Matningsnyckel, Mapping[str, str]],
    bedomda: Mapping[tuple, Bedomd],
    fore: Mapping[tuple, Matning],
    andrade: Mapping[Matningsnyckel, Mapping[str, str]],
    fel: Mapping[tuple[Matningsnyckel, str], str],
    krockar: Mapping[Matningsnyckel, Matning | None],
    jag: int,
) -> list[Rad]:
    """`texter` are what the fields show; `bedomda` and `fore` are by (segment, kön)."""
    rader = []
    for c in celler:
        kod, plats = f"{c.segment or 0}.{c.kon}", (c.segment, c.kon)
        b, tidigare = bedomda.get(plats), fore.get(plats)
        rubrik = namn[c.segment] + ("" if c.kon == Kon.TOTALT else f", {Kon(c.kon).label.lower()}")
        rader.append(
            Rad(
                kod=kod,
                rubrik=rubrik,
                falt={
                    f: Falt(f"{f}.{kod}", f"{f}-{c.segment or 0}-{c.kon}", text, fel.get((c, f), ""))
                    for f, text in texter[c].items()
                },
                fore=f"{kort(indikator, som_matvarde(tidigare))} ({tidigare.ar})" if tidigare else "–",
                mal=skriv_mal(b.bedomning.regel) if b else "–",
                lage=lage(b.bedomning if b else None),
                motivering=motivering(indikator, b.bedomning) if b else "",
                andrad=c in andrade,
                krock=_krock(indikator, krockar[c], andrade.get(c, {}), jag) if c in krockar else None,
            )
        )
    return rader


def som_matvarde(m: Matning) -> Matvarde:
    return Matvarde(m.ar, m.varde, m.preliminar, m.brott, m.saknas)


def _krock(indikator: Indikator, nu: Matning | None, mitt: Mapping[str, str], jag: int) -> Krock:
    skrivet = mitt.get("varde") or mitt.get("saknas") or "tomt"
    if nu is None:
        return Krock(f"Någon tog bort värdet medan du skrev {skrivet}.", skrivet, "tomt", 0)
    deras = varde_text(indikator, som_matvarde(nu))
    vem = "Du" if nu.andrad_av_id == jag else str(nu.andrad_av or "Systemet")
    nar = timezone.localtime(nu.andrad_tid).strftime("%H.%M")
    return Krock(f"{vem} sparade {deras} kl. {nar}, medan du skrev {skrivet}.", skrivet, deras, nu.rev)
