"""The day that something was decided on."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from budget.actions.versioner import FRAMTID


def fattat(datum: date) -> None:
    """Validator: what is registered has been decided. Raises ValidationError for a day that is to come."""
    if datum > timezone.localdate():
        raise ValidationError(FRAMTID)
