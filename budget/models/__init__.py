from budget.models.askande import (
    Askandemotiv,
    Askandesvar,
    Askandeutfall,
)
from budget.models.balanskrav import (
    Balanskravsbeslut,
    Beslutsslag,
    Utredning,
)
from budget.models.belopp import (
    Belopp,
    Importfil,
    Kontrollsumma,
    Omfangstyp,
    Ursprung,
)
from budget.models.beslutspunkt import (
    Beslutsmatt,
    Beslutspunkt,
    Beslutstal,
)
from budget.models.budgetdel import (
    Budgetdel,
    Delstatustext,
    Kommentar,
    Paminnelse,
    Paminnelsestatus,
)
from budget.models.finansiella_mal import (
    Mal,
    Malavsteg,
)
from budget.models.ifyllnad import (
    Ifyllnad,
)
from budget.models.internbudget import (
    Finansiering,
    Finansieringsform,
    Forutsattningsgrupp,
    Internbudgetforutsattning,
)
from budget.models.investering import (
    INOM_RAM,
    Investeringsbeslut,
    Investeringsgrupp,
    Investeringsobjekt,
    Investeringsslag,
)
from budget.models.justering import (
    Block,
    Justering,
    Justeringsrad,
    Justeringsstatus,
    Justeringssumma,
)
from budget.models.kontoplan import (
    Ansvarsregel,
    Konto,
    Kontoregel,
)
from budget.models.motpart import (
    Motpart,
    Motpartsslag,
)
from budget.models.periodisering import (
    Periodisering,
    Periodiseringssatt,
)
from budget.models.scenario import (
    Scenario,
)
from budget.models.upprakning import (
    Sektorsats,
    Upprakning,
    Upprakningsundantag,
)
from budget.models.uppstallning import (
    INVESTERINGSOBJEKT,
    Matt,
    Post,
    Postregel,
    Posttyp,
    Uppstallning,
    Uppstallningsslag,
)
from budget.models.utfall import (
    Filslag,
    Filstatus,
    Huvudboksrad,
    Periodval,
    Saldo,
    Utfallsanmarkning,
    Utfallsdel,
    Utfallsfil,
    Utfallskalla,
)
from budget.models.version import (
    BEREDS,
    BESLUTAS,
    Budgetversion,
    Finansieringssatt,
    Status,
    Versionskolumn,
    Versionstyp,
)

__all__ = [
    "BEREDS",
    "BESLUTAS",
    "INOM_RAM",
    "INVESTERINGSOBJEKT",
    "Ansvarsregel",
    "Askandemotiv",
    "Askandesvar",
    "Askandeutfall",
    "Balanskravsbeslut",
    "Belopp",
    "Beslutsmatt",
    "Beslutspunkt",
    "Beslutsslag",
    "Beslutstal",
    "Block",
    "Budgetdel",
    "Budgetversion",
    "Delstatustext",
    "Filslag",
    "Filstatus",
    "Finansiering",
    "Finansieringsform",
    "Finansieringssatt",
    "Forutsattningsgrupp",
    "Huvudboksrad",
    "Ifyllnad",
    "Importfil",
    "Internbudgetforutsattning",
    "Investeringsbeslut",
    "Investeringsgrupp",
    "Investeringsobjekt",
    "Investeringsslag",
    "Justering",
    "Justeringsrad",
    "Justeringsstatus",
    "Justeringssumma",
    "Kommentar",
    "Konto",
    "Kontoregel",
    "Kontrollsumma",
    "Mal",
    "Malavsteg",
    "Matt",
    "Motpart",
    "Motpartsslag",
    "Omfangstyp",
    "Paminnelse",
    "Paminnelsestatus",
    "Periodisering",
    "Periodiseringssatt",
    "Periodval",
    "Post",
    "Postregel",
    "Posttyp",
    "Saldo",
    "Scenario",
    "Sektorsats",
    "Status",
    "Upprakning",
    "Upprakningsundantag",
    "Uppstallning",
    "Uppstallningsslag",
    "Ursprung",
    "Utfallsanmarkning",
    "Utfallsdel",
    "Utfallsfil",
    "Utfallskalla",
    "Utredning",
    "Versionskolumn",
    "Versionstyp",
]
