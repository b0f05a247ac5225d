"""Numbers as they were given."""

from django.db import models


class Tal(models.DecimalField):
    """An exact number that keeps the digits it was given with: 79.0 stays 79.0 and 300 stays 300.

    `numeric` without a scale, since the measures of a library have from no to several decimals, and «79,0» says
    something else than «79». `max_digits` and `decimal_places` bound what is accepted.
    """

    def __init__(self, *args, max_digits=20, decimal_places=6, **kwargs):
        super().__init__(*args, max_digits=max_digits, decimal_places=decimal_places, **kwargs)

    def db_type(self, connection):
        return "numeric"
