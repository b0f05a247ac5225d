"""One enhet's bridge of regionbidrag as a waterfall."""

from functools import partial

from budget.models import Block
from budget.regler.brygga import utgaende
from budget.selectors.justering import Bryggdata
from budget.selectors.uppstallning import Plats
from regionskane.lib.belopp import MNKR, formatera
from regionskane.lib.diagram import Steg, Vattenfall


def bygg_bryggdiagram(data: Bryggdata, plats: Plats) -> Vattenfall | None:
    """From last year's level over every decided justering to the bridge's own; None without a level to begin at."""
    enhet = plats.enhet_id
    fore = data.ingaende.get(enhet)
    if fore is None:
        return None
    andringar = [
        Steg(j.titel, data.rader[j.pk][enhet].belopp)
        for block in Block
        for j in data.justeringar
        if j.block == block and j.beslutad and enhet in data.rader[j.pk]
    ]
    forandring = data.summa(enhet=enhet)
    till = utgaende(fore.varde, forandring)
    text = partial(formatera, skala=MNKR, decimaler=1)
    ord_ = "ökar" if forandring > 0 else "minskar" if forandring < 0 else "är oförändrat"
    rubrik = f"Bidraget {ord_} med {text(abs(forandring))} mnkr" if forandring else f"Bidraget {ord_}"
    return Vattenfall(
        rubrik=f"{rubrik}, från {text(fore.varde)} till {text(till)}" if forandring else rubrik,
        under="Mnkr. Axeln börjar inte vid noll. Grått är nivå, färgat är ändring med tecken.",
        steg=(
            Steg(f"Regionbidrag {data.fran.ar}", fore.varde, niva=True),
            *andringar,
            Steg(f"Regionbidrag {data.ar}", till, niva=True),
        ),
        text=text,
        andring=partial(formatera, skala=MNKR, decimaler=1, tecken=True),
    )
