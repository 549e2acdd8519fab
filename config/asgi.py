"""For event streams, which WSGI cannot serve."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_asgi_application()

from core import guards  # noqa: E402  # needs the app registry

guards.require()
