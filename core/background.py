"""What all background tasks have in common, whichever app they are of."""

from celery import Task as CeleryTask
from django.db import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerError


class Task(CeleryTask):  # type: ignore[type-arg]  # Celery's takes no parameter at run time
    """Run again where nothing is wrong with it: the database restarts or is locked, a worker is lost.

    So each of them must be safe to run twice. Pauses grow from two seconds to four minutes, about
    eight minutes in all, each shortened by chance; settings say how long a run may take.
    """

    abstract = True
    autoretry_for = (OperationalError, InterfaceError, BrokerError)
    max_retries = 8
    retry_backoff = 2
    retry_backoff_max = 240
    reject_on_worker_lost = True
