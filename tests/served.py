"""Site: a local HTTP server of one JSON Lines file that changes, moves away, breaks off or answers with an error, as told."""

import json
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Site:
    """`answer` (whole, down, gone, truncated) is what it does; `asked` holds for every request the ETag it came with and the status given.

    While `go` is cleared, requests are noted and wait.
    """

    def __init__(self, rows: Sequence[dict[str, Any]]) -> None:
        self.answer = "whole"
        self.asked: list[tuple[str | None, int]] = []
        self.go = threading.Event()
        self.go.set()
        self.put(rows, '"1"')
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                known = self.headers.get("If-None-Match")
                status = 304 if known == site.etag and site.answer == "whole" else {"down": 500, "gone": 404}.get(site.answer, 200)
                site.asked.append((known, status))
                site.go.wait()
                self.send_response(status)
                body = site.blob if status == 200 else b""
                self.send_header("Content-Length", str(len(body)))
                if status == 200:
                    self.send_header("ETag", site.etag)
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if site.answer == "truncated" else body)
                self.close_connection = True

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.address = f"http://127.0.0.1:{self._server.server_port}/fiqa.en.jsonl"

    def put(self, rows: Sequence[dict[str, Any]], etag: str) -> None:
        """Another file in the place of the last one."""
        self.blob, self.etag = "".join(json.dumps(row) + "\n" for row in rows).encode(), etag

    def stop(self) -> None:
        """No more server at this address."""
        self.go.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
