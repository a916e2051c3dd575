"""Service: a local server that answers as DeepL's API and as Google Translate's page do, and writes down what reached it."""

from __future__ import annotations

import html
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

KEY = "0a1b2c3d-secret-of-the-tests:fx"


class Service:
    """`texts` are those that came; `answer`: whole, quota (DeepL's 456), busy (429 to Google's page) or nothing (a page without a result)."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.asked: list[dict[str, Any]] = []
        self.answer = "whole"
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.asked.append(asked)
                given = self.headers["Authorization"]
                if given != f"DeepL-Auth-Key {KEY}":
                    return self._say(403, "application/json", json.dumps({"message": f"no such key: {given}"}))
                if service.answer == "quota":
                    return self._say(456, "application/json", json.dumps({"message": f"quota of {KEY} exceeded"}))
                service.texts += asked["text"]
                found = [
                    {"detected_source_language": "EN", "text": f"{asked['target_lang'].lower()} {text}", "billed_characters": len(text)}
                    for text in asked["text"]
                ]
                return self._say(200, "application/json", json.dumps({"translations": found}))

            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
                if service.answer == "busy":
                    return self._say(429, "text/html", "")
                service.texts += query["q"]
                said = html.escape(f"{query['tl'][0]} {query['q'][0]}")
                return self._say(200, "text/html", "" if service.answer == "nothing" else f'<html><div class="result-container">{said}</div></html>')

            def _say(self, status: int, kind: str, text: str) -> None:
                blob = text.encode("utf-8", "replace")
                self.send_response(status)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(blob)))
                self.end_headers()
                self.wfile.write(blob)

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
