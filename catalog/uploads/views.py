"""Uploaded pictures, from wherever Django's storage keeps them."""

import re

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

NAME = re.compile(r"products/[0-9a-f-]{36}(\.thumb)?\.webp")
A_YEAR = 365 * 24 * 60 * 60


@require_safe
@cache_control(public=True, max_age=A_YEAR, immutable=True)
def uploaded(request: HttpRequest, name: str) -> FileResponse:
    """One picture. Its name is never used again, so it may be kept for good."""
    if not NAME.fullmatch(name):
        raise Http404
    try:
        content = default_storage.open(name)
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(content, content_type="image/webp")
