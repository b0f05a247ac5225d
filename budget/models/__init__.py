from budget.models.balanskrav import Balanskravsbeslut, Beslutsslag, Utredning
from budget.models.belopp import Belopp, Importfil, Kontrollsumma, Omfangstyp, Ursprung
from budget.models.internbudget import (
    Finansiering,
    Finansieringsform,
    Forutsattningsgrupp,
    Internbudgetforutsattning,
)
from budget.models.justering import Block, Justering, Justeringsrad, Justeringsstatus
from budget.models.motpart import Motpart, Motpartsslag
from budget.models.uppstallning import Post, Posttyp, Uppstallning
from budget.models.version import Budgetversion, Status, Versionskolumn, Versionstyp

__all__ = [
    "Balanskravsbeslut",
    "Belopp",
    "Beslutsslag",
    "Block",
    "Budgetversion",
    "Finansiering",
    "Finansieringsform",
    "Forutsattningsgrupp",
    "Importfil",
    "Internbudgetforutsattning",
    "Justering",
    "Justeringsrad",
    "Justeringsstatus",
    "Kontrollsumma",
    "Motpart",
    "Motpartsslag",
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
