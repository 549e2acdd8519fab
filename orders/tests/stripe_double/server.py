"""The double's HTTP: Stripe's addresses, and under ``/_double`` what another process tells it."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from orders.tests.stripe_double.wire import Answer, Dropped, Refusal, Request, parse_form

if TYPE_CHECKING:
    from orders.tests.stripe_double.double import StripeDouble

CONTROL = "/_double/"
TOLD = {"authorised", "charged", "refunded", "statuses", "events"} | {
    "misbehave",
    "authenticate",
    "forget_keys",
    "index",
    "deliver",
    "release",
    "settle",
}
"""What of the double another process may call."""


class Handler(BaseHTTPRequestHandler):
    """HTTP/1.0: a connection for each request, so that none is left open when it ends."""

    server: "Server"

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        self._answer("GET", address.path, address.query)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._answer("POST", urlsplit(self.path).path, self.rfile.read(length).decode())

    def _answer(self, method: str, path: str, text: str) -> None:
        try:
            if path.startswith(CONTROL):
                answer = self._told(path.removeprefix(CONTROL), text)
            else:
                answer = self.server.double.answer(self._request(method, path, text))
            self._write(answer)
        except (Dropped, ConnectionError):
            self._cut()

    def _request(self, method: str, path: str, text: str) -> Request:
        key = self.headers.get("Idempotency-Key") or ""
        authorization = self.headers.get("Authorization") or ""
        return Request(method, path, parse_form(text), key, authorization)

    def _told(self, method: str, text: str) -> Answer:
        """Call one of the double's own methods by name."""
        if method not in TOLD:
            return Answer(404, None)
        try:
            return Answer(200, getattr(self.server.double, method)(**json.loads(text)))
        except Refusal as refusal:
            return refusal.answer
        except (AssertionError, TypeError, ValueError) as error:
            return Answer(400, {"error": repr(error)})

    def _write(self, answer: Answer) -> None:
        body = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body.encode())))
        self.send_header("Request-Id", "req_double")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        """Tests say what they need to say."""


class Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, double: "StripeDouble", port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.double = double
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,))

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Once every request is answered."""
        self.shutdown()
        self._thread.join()
        self.server_close()
