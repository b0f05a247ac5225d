"""Scenarier: what somebody tries on a version. Private, and no part of any budget."""

from django.conf import settings
from django.db import models

from budget.models.version import Budgetversion


class Scenario(models.Model):
    """Assumptions (`antaganden`, as `budget.regler.scenario` writes them) that one user tries on a version.

    It holds no figure of the budget: what it comes to is counted anew every time it is shown. It is the owner's own
    working paper, so it has no history either: thrown away, it is gone. `rev` lets a save see that it was changed
    in another window.
    """

    version = models.ForeignKey(Budgetversion, on_delete=models.CASCADE, related_name="scenarier")
    agare = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    namn = models.CharField(max_length=80)
    antaganden = models.JSONField()
    rev = models.PositiveIntegerField(default=1)
    skapad = models.DateTimeField(auto_now_add=True)
    andrad = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-andrad", "pk")
        verbose_name_plural = "scenarier"
        constraints = [
            models.UniqueConstraint(fields=("version", "agare", "namn"), name="scenario_ett_per_namn"),
        ]

    def __str__(self):
        return self.namn
