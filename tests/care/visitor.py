"""A person at a browser without a screen, over HTTP, who remembers what was secret."""

import re
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([A-Za-z0-9]+)"')


class Visitor:
    """`secrets` collects every cookie and token that was ever held."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.jar = CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.jar))
        self.secrets: set[str] = set()

    def ask(self, path: str, **form: str) -> int:
        """The status of a page, or of a form sent to it."""
        try:
            with self.opener.open(
                f"{self.url}{path}", urlencode(form).encode() if form else None, timeout=30
            ) as answer:
                self.body, status = answer.read().decode(errors="replace"), answer.status
        except HTTPError as refused:
            self.body, status = refused.read().decode(errors="replace"), refused.code
            refused.close()
        self.secrets |= {str(cookie.value) for cookie in self.jar} | set(TOKEN.findall(self.body))
        return status

    def send(self, page: str, path: str, **form: str) -> int:
        """Open the page, and send its form."""
        self.ask(page)
        return self.ask(path, csrfmiddlewaretoken=TOKEN.findall(self.body)[0], **form)

    def sign_in(self, email: str, password: str) -> bool:
        """Whether the door opened."""
        self.send("/login", "/login", login=email, password=password)
        return any(cookie.name == "sessionid" for cookie in self.jar)
