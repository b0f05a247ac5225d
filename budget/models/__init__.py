from budget.models.balanskrav import Balanskravsbeslut, Beslutsslag, Utredning
from budget.models.belopp import Belopp, Importfil, Kontrollsumma, Omfangstyp, Ursprung
from budget.models.ifyllnad import Ifyllnad
from budget.models.justering import Block, Justering, Justeringsrad, Justeringsstatus
from budget.models.uppstallning import Post, Posttyp, Uppstallning
from budget.models.version import Budgetversion, Status, Versionskolumn, Versionstyp

__all__ = [
    "Balanskravsbeslut",
    "Belopp",
    "Beslutsslag",
    "Block",
    "Budgetversion",
    "Ifyllnad",
    "Importfil",
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
