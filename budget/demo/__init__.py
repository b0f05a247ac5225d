"""A made-up ledger of a whole region, for demonstration, tests and benchmarks. Knows no database."""

from budget.demo.huvudbok import EXEMPELAR, FRO, MARKT, exempelhuvudbok, generera
from budget.demo.underlag import AR, UtanUnderlag, kontonamn

__all__ = ["AR", "EXEMPELAR", "FRO", "MARKT", "UtanUnderlag", "exempelhuvudbok", "generera", "kontonamn"]
