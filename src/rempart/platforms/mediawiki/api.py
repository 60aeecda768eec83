"""MediaWiki's Action API: signed in by bot password, signed in again when the session ended, its errors as failures.

Errors come with status 200 and a code (https://www.mediawiki.org/wiki/API:Errors_and_warnings).
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from threading import Lock
from typing import Any

from django.utils.translation import gettext_noop

from rempart.platforms.connector import PermanentFailure, TemporaryFailure, UnknownAccount
from rempart.platforms.http import PlatformClient, retry_after, said

ENDED = frozenset({"assertuserfailed", "assertnameduserfailed", "notloggedin", "badtoken"})
PASSING = frozenset({"maxlag", "readonly", "ratelimited"})
REFUSED = frozenset({"permissiondenied", "blocked", "badaccess-groups", "readapidenied", "writeapidenied", "cantblock"})
LAG = 5  # seconds that a replica may be behind before the wiki asks us to wait


class Said(PermanentFailure):
    """An error of the wiki's that its callers may know what to do about, by its `code`."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the wiki answers {code}")
        self.code = code


class _Ended(Exception):
    """The session is over."""


class Api:
    """One wiki's API, for one account. May be used by several threads."""

    def __init__(self, http: PlatformClient, username: str, password: str) -> None:
        self.http, self.username, self.password = http, username, password
        self._token = ""
        self._signing_in = Lock()

    def query(self, **parameters: str) -> dict[str, Any]:
        """What a query answers: its first page, with `continue` where there are more."""
        return self._signed_in(lambda _token: self._call("GET", {"action": "query", **parameters}))

    def rows(self, what: str, **parameters: str) -> Iterator[dict[str, Any]]:
        """The rows of a list, the next of its pages asked for once those before are used up."""
        more: Mapping[str, str] = {}
        while True:
            page = self.query(list=what, **parameters, **more)
            yield from page["query"][what]
            if "continue" not in page:
                return
            more = page["continue"]

    def do(self, action: str, **parameters: str) -> dict[str, Any]:
        """Change something. Raises Said for what the wiki does not do."""
        return self._signed_in(lambda token: self._call("POST", {"action": action, **parameters, "token": token}))

    def _signed_in(self, call: Any) -> dict[str, Any]:
        token = self._token
        try:
            if token:
                answer: dict[str, Any] = call(token)
                return answer
        except _Ended:
            pass
        try:
            answer = call(self._sign_in(instead_of=token))
        except _Ended as error:
            raise PermanentFailure(gettext_noop("the wiki does not keep our session")) from error
        return answer

    def _sign_in(self, *, instead_of: str) -> str:
        with self._signing_in:
            if self._token != instead_of:  # another thread did
                return self._token
            found = self._call("GET", {"action": "query", "meta": "tokens", "type": "login"}, known=False)
            fields = {"lgname": self.username, "lgpassword": self.password}
            fields["lgtoken"] = found["query"]["tokens"]["logintoken"]
            login = self._call("POST", {"action": "login", **fields}, known=False)["login"]
            if login["result"] != "Success":
                if login["reason"]["code"] == "login-throttled":
                    raise TemporaryFailure(gettext_noop("the wiki takes no more sign-ins for now"))
                raise PermanentFailure(
                    gettext_noop("the platform refuses our credentials: look at its secret and its rights")
                )
            self._token = self._call("GET", {"action": "query", "meta": "tokens"})["query"]["tokens"]["csrftoken"]
            return self._token

    def _call(self, method: str, parameters: Mapping[str, str], *, known: bool = True) -> dict[str, Any]:
        asked = {"format": "json", "formatversion": "2", "errorformat": "none", "maxlag": str(LAG), **parameters}
        if known:
            asked["assert"] = "user"
        sent: dict[str, Any] = {"params": asked} if method == "GET" else {"data": asked}
        response = said(self.http.request(method, "/api.php", **sent))
        try:
            answer: dict[str, Any] = response.json()
        except ValueError as error:
            raise PermanentFailure(
                gettext_noop("there is no MediaWiki API at this address: give the one that /api.php comes after")
            ) from error
        if "errors" in answer:
            raise _failure(answer["errors"][0]["code"], retry_after(response))
        return answer


def _failure(code: str, after: timedelta | None) -> Exception:
    if code in ENDED:
        return _Ended()
    if code in PASSING or code.startswith("internal_api_error"):
        return TemporaryFailure(f"the wiki answers {code}", after=after)
    if code in REFUSED:
        return PermanentFailure(gettext_noop("the platform refuses our credentials: look at its secret and its rights"))
    if code == "nosuchuser":
        return UnknownAccount(gettext_noop("the platform has no such account"))
    return Said(code)
