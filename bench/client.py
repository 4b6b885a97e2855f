"""A keep-alive HTTP client, timing the whole round trip."""

from __future__ import annotations

import http.client
import json
import time
import uuid
from typing import Any


class Client:
    """One connection to the server, signed in with a bearer token or a session cookie."""

    def __init__(self, port: int, *, token: str = "", cookie: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._headers = {"Accept": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        if cookie:
            self._headers["Cookie"] = cookie

    def call(self, method: str, path: str, body: Any = None) -> tuple[float, int, bytes]:
        """Seconds, status and body."""
        headers = dict(self._headers)
        payload = None
        if body is not None:
            payload = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
            headers["Idempotency-Key"] = uuid.uuid4().hex
        began = time.perf_counter()
        self._connection.request(method, path, payload, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        return time.perf_counter() - began, answer.status, content
