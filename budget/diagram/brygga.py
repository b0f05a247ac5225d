"""One enhet's bridge of regionbidrag as a waterfall."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from budget.models import Block
from budget.regler.brygga import utgaende
from budget.selectors.justering import FINANS, Bryggdata
from budget.selectors.uppstallning import Plats
from regionskane.lib.belopp import MNKR, formatera
from regionskane.lib.diagram import Steg, Vattenfall


def bygg_bryggdiagram(data: Bryggdata, plats: Plats) -> Vattenfall | None:
    """From last year's level, over every decided justering that moves it, to the level that stands in 4A.

    What the justeringar do not explain of it is a step of its own. None without a level to begin at.
    """
    enhet = plats.enhet_id
    fore = data.ingaende.get(enhet)
    if fore is None:
        return None
    andringar = [
        Steg(j.titel, data.rader[j.pk][enhet].belopp)
        for block in Block
        for j in data.justeringar
        if j.block == block and j.beslutad and enhet in data.rader[j.pk] and data.rader[j.pk][enhet].belopp
    ]
    bryggan = utgaende(fore.varde, data.summa(enhet=enhet))
    niva = data.utgaende.get(enhet)
    till = niva.varde if niva else bryggan
    if till != bryggan:
        andringar.append(Steg("Inte förklarat av justeringarna", till - bryggan))
    text = partial(formatera, skala=MNKR, decimaler=1)
    return Vattenfall(
        rubrik=_rubrik(plats, fore.varde, till, text),
        under="Mnkr. Axeln börjar inte vid noll. Grått är nivå, färgat är ändring med tecken.",
        steg=(
            Steg(f"Regionbidrag {data.fran.ar}", fore.varde, niva=True),
            *andringar,
            Steg(f"Regionbidrag {data.ar}", till, niva=True),
        ),
        text=text,
        andring=partial(formatera, skala=MNKR, decimaler=1, tecken=True),
    )


def _rubrik(plats: Plats, fore: Decimal, till: Decimal, text: Callable[[Decimal], str]) -> str:
    """The finding in a sentence."""
    if fore == till:
        return f"Bidraget är oförändrat, {text(till)} mnkr"
    mellan = f"från {text(fore)} till {text(till)}"
    if plats.enhet_kod == FINANS:
        return f"Motposten till nämndernas bidrag går {mellan} mnkr"
    return f"Bidraget {'ökar' if till > fore else 'minskar'} med {text(abs(till - fore))} mnkr, {mellan}"
