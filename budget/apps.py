from django.apps import AppConfig


class BudgetConfig(AppConfig):
    name = "budget"
    verbose_name = "Budget"

    def ready(self):
        # The kinds of job, and what `kontrollera` and `gallra` look for, register themselves when their module is read.
        from budget import gallring, tasks  # noqa: F401
        from budget.selectors import kontroll_utfall  # noqa: F401
