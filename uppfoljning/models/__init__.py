from uppfoljning.models.kalender import Arendetyp, Tillfalle, Tillfallestyp
from uppfoljning.models.malplan import Ansvar, Malplan, Malpunkt, Malrad, OvergripandeMal, Punkttyp

__all__ = [
    "Ansvar",
    "Arendetyp",
    "Malplan",
    "Malpunkt",
    "Malrad",
    "OvergripandeMal",
    "Punkttyp",
    "Tillfalle",
    "Tillfallestyp",
]
