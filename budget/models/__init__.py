from budget.models.balanskrav import Balanskravsbeslut, Beslutsslag, Utredning
from budget.models.belopp import Belopp, Importfil, Kontrollsumma, Omfangstyp, Ursprung
from budget.models.justering import Block, Justering, Justeringsrad, Justeringsstatus
from budget.models.scenario import Scenario
from budget.models.uppstallning import Post, Posttyp, Uppstallning
from budget.models.version import Budgetversion, Finansieringssatt, Status, Versionskolumn, Versionstyp

__all__ = [
    "Balanskravsbeslut",
    "Belopp",
    "Beslutsslag",
    "Block",
    "Budgetversion",
    "Finansieringssatt",
    "Importfil",
    "Justering",
    "Justeringsrad",
    "Justeringsstatus",
    "Kontrollsumma",
    "Omfangstyp",
    "Post",
    "Posttyp",
    "Scenario",
    "Status",
    "Uppstallning",
    "Ursprung",
    "Utredning",
    "Versionskolumn",
    "Versionstyp",
]
