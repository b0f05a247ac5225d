"""The health check that containers, proxies and `make start` ask."""

import logging

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def halsa(request: HttpRequest) -> JsonResponse:
    """200 when this process answers and reaches the database, otherwise 503. No more is said to strangers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("Databasen svarar inte")
        return JsonResponse({"status": "fel"}, status=503)
    return JsonResponse({"status": "ok"})
