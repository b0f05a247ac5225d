from budget.models.balanskrav import Balanskravsbeslut, Beslutsslag, Utredning
from budget.models.belopp import Belopp, Importfil, Kontrollsumma, Omfangstyp, Ursprung
from budget.models.investering import (
    INOM_RAM,
    Investeringsbeslut,
    Investeringsgrupp,
    Investeringsobjekt,
    Investeringsslag,
)
from budget.models.justering import Block, Justering, Justeringsrad, Justeringsstatus
from budget.models.uppstallning import INVESTERINGSOBJEKT, Post, Posttyp, Uppstallning
from budget.models.version import Budgetversion, Status, Versionskolumn, Versionstyp

__all__ = [
    "INOM_RAM",
    "INVESTERINGSOBJEKT",
    "Balanskravsbeslut",
    "Belopp",
    "Beslutsslag",
    "Block",
    "Budgetversion",
    "Importfil",
    "Investeringsbeslut",
    "Investeringsgrupp",
    "Investeringsobjekt",
    "Investeringsslag",
    "Justering",
    "Justeringsrad",
    "Justeringsstatus",
    "Kontrollsumma",
    "Omfangstyp",
    "Post",
    "Posttyp",
    "Status",
    "Uppstallning",
    "Ursprung",
    "Utredning",
    "Versionskolumn",
    "Versionstyp",
]
