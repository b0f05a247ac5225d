"""What has been taken away, which only its history knows of."""

from django.apps import apps
from django.db import models

from budget.models import Budgetversion


def har_tagits_bort(modell: type[models.Model], version: Budgetversion, pk: int) -> bool:
    """Whether the version had a row of the model with that id. For a model whose history is kept, one query."""
    historik = apps.get_model("budget", f"{modell.__name__}Event")
    return historik.objects.filter(pgh_obj_id=pk, pgh_label="delete", version_id=version.pk).exists()
