"""A browser as far as a server can tell: one connection that stays open, with a session."""

import http.client
import re
import time
from urllib.parse import urlencode

from bench.house import FINANCE, PASSWORD, PORT

OK, FOUND = 200, 302


class Browser:
    """Signed in as the reseller's finance."""

    def __init__(self) -> None:
        """Sign in."""
        self.http = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
        self.cookies: dict[str, str] = {}
        page = self.get("/login").decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, page[:500]
        body = urlencode({"csrfmiddlewaretoken": token[1], "login": FINANCE, "password": PASSWORD})
        status, _ = self._ask("POST", "/login", body)
        assert status == FOUND, status

    def _ask(self, method: str, path: str, body: str = "") -> tuple[int, bytes]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{PORT}"}
        try:
            self.http.request(method, path, body or None, headers)
            answer = self.http.getresponse()
        except http.client.RemoteDisconnected:  # a server lets go of a connection that is idle: browsers connect again
            self.http.close()
            self.http.request(method, path, body or None, headers)
            answer = self.http.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.strip().partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer.status, answer.read()

    def get(self, path: str) -> bytes:
        """The answer's bytes."""
        status, body = self._ask("GET", path)
        assert status == OK, (status, body[:500])
        return body

    def timed(self, path: str, wanted: bytes) -> float:
        """Seconds that a page took; its total must be the right one."""
        start = time.perf_counter()
        body = self.get(path)
        took = time.perf_counter() - start
        assert wanted in body, wanted
        return took
