from budget.models.balanskrav import Balanskravsbeslut, Beslutsslag, Utredning
from budget.models.belopp import Belopp, Importfil, Kontrollsumma, Omfangstyp, Ursprung
from budget.models.finansiella_mal import Mal, Malavsteg
from budget.models.justering import Block, Justering, Justeringsrad, Justeringsstatus
from budget.models.uppstallning import Matt, Post, Postregel, Posttyp, Uppstallning
from budget.models.version import Budgetversion, Status, Versionskolumn, Versionstyp

__all__ = [
    "Balanskravsbeslut",
    "Belopp",
    "Beslutsslag",
    "Block",
    "Budgetversion",
    "Importfil",
    "Justering",
    "Justeringsrad",
    "Justeringsstatus",
    "Kontrollsumma",
    "Mal",
    "Malavsteg",
    "Matt",
    "Omfangstyp",
    "Post",
    "Postregel",
    "Posttyp",
    "Status",
    "Uppstallning",
    "Ursprung",
    "Utredning",
    "Versionskolumn",
    "Versionstyp",
]
