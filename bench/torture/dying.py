"""The marketplace, but for a web worker that dies at the worst moment: all done, nothing answered."""

from typing import Any

from bench.torture.deaths import obey_order
from config.wsgi import application as marketplace


def application(environ: dict[str, Any], start_response: Any) -> Any:
    answer = marketplace(environ, start_response)
    if environ["REQUEST_METHOD"] == "POST":
        obey_order()
    return answer
