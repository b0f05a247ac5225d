from indikatorer.models.bibliotek import (
    Enhetsslag,
    Indikator,
    Malomrade,
    Malomradesniva,
    Periodicitet,
    Riktning,
    Segment,
    Segmentgrupp,
)
from indikatorer.models.kontrolluppgift import (
    Kontrolluppgift,
    Uppgiftsslag,
)
from indikatorer.models.malniva import (
    Malniva,
)
from indikatorer.models.matning import (
    Jamforelseomrade,
    Kon,
    Matning,
    Omradesslag,
    Saknas,
    Ursprung,
)

__all__ = [
    "Enhetsslag",
    "Indikator",
    "Jamforelseomrade",
    "Kon",
    "Kontrolluppgift",
    "Malniva",
    "Malomrade",
    "Malomradesniva",
    "Matning",
    "Omradesslag",
    "Periodicitet",
    "Riktning",
    "Saknas",
    "Segment",
    "Segmentgrupp",
    "Uppgiftsslag",
    "Ursprung",
]
