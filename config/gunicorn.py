"""How gunicorn serves ``config.wsgi``, in the demo and in the container."""

import os

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or (2 if os.environ.get("REDIS_URL") else 1))
"""One unless told: without Redis a cache is one process's own, and so are its rate limits."""
threads = int(os.environ.get("WEB_THREADS") or 8)
keepalive = 5
graceful_timeout = 10
control_socket_disable = True
"""Its default place is one per user, so that a second server would take over the first one's."""
