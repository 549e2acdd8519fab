"""What a report's JSON says of its files."""

from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import Any

from analytics.documents.files import File

CHART = ".svg"
"""What the names of charts end with."""
DRAWN = ("svg", "png")


def links(names: Iterable[str], link: Callable[[str], str]) -> dict[str, Any]:
    """Where each file is, and for each chart where it and its figures are, by form."""
    files = {name: link(name) for name in names}
    charts = [name.removesuffix(CHART) for name in files if name.endswith(CHART)]
    return {"charts": {chart: _forms(chart, files) for chart in charts}, "files": files}


def inline(charts: dict[str, dict[str, str]], read: Callable[[str], File]) -> None:
    """Put the pictures themselves in place of where they are."""
    for chart, forms in charts.items():
        forms |= {form: data_uri(read(f"{chart}.{form}")) for form in DRAWN}


def data_uri(picture: File) -> str:
    return f"data:{picture.content_type};base64,{b64encode(picture.content).decode()}"


def _forms(chart: str, files: dict[str, str]) -> dict[str, str]:
    named = (name.rpartition(".") for name in files)
    return {form: files[f"{stem}.{form}"] for stem, _, form in named if stem == chart}
