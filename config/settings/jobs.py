"""Celery, and what beat runs: the filesystem carries tasks unless ``CELERY_BROKER_URL`` names a server."""

from datetime import timedelta

from celery.schedules import crontab

from config.settings.environment import VAR_DIR, env

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "") or "filesystem://"
if CELERY_BROKER_URL == "filesystem://":
    BROKER_DIR = VAR_DIR / "broker"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "store_processed": False,
    }
    for folder in ("queue", "control", "processed"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 15 * 60
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_RESULT_EXPIRES = None  # there are no results, and beat need not clean them up
CELERY_BEAT_SCHEDULER = "config.beat:Scheduler"
CELERY_BEAT_ALIVE = VAR_DIR / "beat"
"""What beat touches now and then, to show that it lives."""
CELERY_BEAT_SCHEDULE = {
    "deliver-events": {"task": "core.tasks.deliver_events", "schedule": timedelta(seconds=5)},
    "run-jobs": {"task": "core.tasks.run_jobs", "schedule": timedelta(seconds=10)},
    "prune-idempotency-records": {
        "task": "core.tasks.prune_idempotency_records",
        "schedule": timedelta(hours=1),
    },
    "end-old-sessions": {"task": "accounts.tasks.prune_sessions", "schedule": timedelta(hours=1)},
    "fold-rollups": {"task": "catalog.tasks.fold", "schedule": timedelta(minutes=1)},
    "fold-catalogue-changes": {
        "task": "catalog.tasks.fold_changes",
        "schedule": timedelta(minutes=1),
    },
    "expire-holds": {"task": "ledger.tasks.expire_holds", "schedule": timedelta(seconds=30)},
    "seal-transactions": {
        "task": "ledger.tasks.seal_transactions",
        "schedule": timedelta(minutes=1),
    },
    "seal-stragglers": {
        "task": "ledger.tasks.seal_transactions",
        "schedule": timedelta(days=1),
        "kwargs": {"everything": True},
    },
    "run-scheduled-transfers": {
        "task": "ledger.tasks.run_scheduled_transfers",
        "schedule": timedelta(minutes=1),
    },
    "expire-orders": {"task": "orders.tasks.expire_orders", "schedule": timedelta(minutes=1)},
    "settle-payments": {"task": "orders.tasks.settle_payments", "schedule": timedelta(minutes=1)},
    "note-abandoned-carts": {
        "task": "cart.tasks.note_abandoned",
        "schedule": timedelta(minutes=10),
    },
    "forget-guest-carts": {"task": "cart.tasks.forget_guests", "schedule": timedelta(hours=1)},
    "flush-views": {"task": "catalog.tasks.flush_views", "schedule": timedelta(seconds=30)},
    "build-recommendations": {
        "task": "analytics.tasks.recommend",
        "schedule": crontab(hour="3-22", minute=30),  # once a day; again, should beat miss it
    },
    "flush-exposures": {
        "task": "analytics.tasks.flush_exposures",
        "schedule": timedelta(seconds=30),
    },
}
"""What beat runs besides the schedules of reports, which staff edit."""

JOBS = {
    "report": "analytics.services.build_report",
    "recommendations": "analytics.services.recommending.building.build_recommendations",
    "recommendations_batch": "analytics.services.recommending.batches.build_batch",
    "recommendations_forget": "analytics.services.recommending.living.forget_builds",
}
"""What each kind of job runs; see ``core.jobs``."""
