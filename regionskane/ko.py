"""The only door to the queue. What goes through it is told of in the database too, so it may fail and is sent again.

A queue that does not answer costs a page about a second and never shows it an error.
"""

import logging

from celery import current_app

logg = logging.getLogger(__name__)

# Seconds. Whoever sends does not wait for a queue that hangs, and tries once: beat tries again within a minute.
TALAMOD = 1
TILLVAL = {"socket_connect_timeout": TALAMOD, "socket_timeout": TALAMOD, "max_retries": 0}


def skicka(task, *argument, **tillval) -> bool:
    """Put a message to `task` in the queue. False, and a line in the log, when the queue cannot be reached.

    A connection of its own: a kept one may have died since, and believes that what was declared is still there.
    """
    try:
        with current_app.connection_for_write(connect_timeout=TALAMOD, transport_options=TILLVAL) as koppling:
            task.apply_async(argument, connection=koppling, retry=False, **tillval)
    except Exception as fel:  # whatever it was: what the message is about has been saved
        logg.warning("Kön går inte att nå, så %s skickas senare: %s", task.name, fel)
        return False
    return True
