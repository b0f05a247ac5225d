from budget.models.balanskrav import Balanskravsbeslut, Beslutsslag, Utredning
from budget.models.belopp import Belopp, Importfil, Kontrollsumma, Omfangstyp, Ursprung
from budget.models.budgetdel import (
    Budgetdel,
    Delstatustext,
    Kommentar,
    Paminnelse,
    Paminnelsestatus,
)
from budget.models.justering import Block, Justering, Justeringsrad, Justeringsstatus
from budget.models.uppstallning import Post, Posttyp, Uppstallning
from budget.models.version import Budgetversion, Status, Versionskolumn, Versionstyp

__all__ = [
    "Balanskravsbeslut",
    "Belopp",
    "Beslutsslag",
    "Block",
    "Budgetdel",
    "Budgetversion",
    "Delstatustext",
    "Importfil",
    "Justering",
    "Justeringsrad",
    "Justeringsstatus",
    "Kommentar",
    "Kontrollsumma",
    "Omfangstyp",
    "Paminnelse",
    "Paminnelsestatus",
    "Post",
    "Posttyp",
    "Status",
    "Uppstallning",
    "Ursprung",
    "Utredning",
    "Versionskolumn",
    "Versionstyp",
]
