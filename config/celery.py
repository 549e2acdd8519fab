"""The worker and beat. Neither starts on a database that lacks its guards."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("mercat", task_cls="core.background:Task")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def require_guards(**_: Any) -> None:
    """Exit non-zero rather than work on books that nothing protects."""
    from core import guards  # noqa: PLC0415  # needs the app registry

    try:
        guards.require()
    except guards.GuardsMissing as error:
        raise SystemExit(str(error)) from error
