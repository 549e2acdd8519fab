"""What gunicorn serves. System checks do not run here, so the guards are looked for by hand."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from core import guards  # noqa: E402  # needs the app registry

guards.require()
