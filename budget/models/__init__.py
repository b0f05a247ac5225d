from budget.models.balanskrav import Balanskravsbeslut, Beslutsslag, Utredning
from budget.models.belopp import Belopp, Importfil, Kontrollsumma, Omfangstyp, Ursprung
from budget.models.uppstallning import Post, Posttyp, Uppstallning
from budget.models.version import Budgetversion, Status, Versionskolumn, Versionstyp

__all__ = [
    "Balanskravsbeslut",
    "Belopp",
    "Beslutsslag",
    "Budgetversion",
    "Importfil",
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
