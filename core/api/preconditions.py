"""``ETag`` and ``If-Match``: two editors of one thing cannot silently overwrite each other.

A tag begins with the thing's version, which is all that ``If-Match`` compares; what follows a dot
tells states apart that are the same to an editor (stock that was sold meanwhile).
"""

import re

from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from core.errors import Stale, VersionMissing

HEADER = "If-Match"
TAG = re.compile(r'(?:W/)?"([0-9]{1,18})(?:\.[0-9]+)?"')
"""Weak ones, too: compressing an answer weakens its tag on the way."""

IF_MATCH = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The `ETag` of what you have read, or its `version` in quotes; `*` for any.",
)


def etag(version: int, state: int = 0) -> str:
    """The tag of ``version``; ``state`` counts what changes without being edited."""
    return f'"{version}.{state}"'


def expected_version(request: Request) -> int | None:
    """The version that the caller means to change, or None for whichever there is.

    :raises VersionMissing: no ``If-Match``.
    :raises Stale: it is none of our tags, so it cannot be the present one.
    """
    header = request.headers.get(HEADER, "").strip()
    if not header:
        raise VersionMissing("Send the ETag that you have read as If-Match.", field=HEADER)
    if header == "*":
        return None
    versions = {int(tag[1]) for each in parse_etags(header) if (tag := TAG.fullmatch(each))}
    if not versions:
        raise Stale(field=HEADER)
    return max(versions)
