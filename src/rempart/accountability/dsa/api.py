"""How the DSA Transparency Database is spoken to: a batch is handed over, an identifier is looked up.

The API takes a batch whole or not at all. What it answers is read into one of four outcomes, of which each says what is
now true of the statements; a failure that may pass (429, 5xx, no answer) is raised, and so is one that a person has to
look at before anything else is sent (credentials, address). The token is never logged.
"""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import httpx
from django.utils.translation import gettext_noop

from rempart.platforms import http
from rempart.platforms.connector import PermanentFailure, TemporaryFailure

A_SECOND = 100
"""Requests: half of what one user may make (200 a second, 12,000 a minute), so that others with the token have room."""
_PLACE = re.compile(r"statement_(\d+)")

NO_ANSWER = gettext_noop("the Transparency Database does not answer")
NOT_NOW = gettext_noop("the Transparency Database cannot take anything now (HTTP {status})")
TOO_MANY = gettext_noop("the Transparency Database asks us to slow down")
WRONG_TOKEN = gettext_noop("the Transparency Database refuses our token: look at REMPART_DSA_TOKEN")
WRONG_ADDRESS = gettext_noop("this is not the Transparency Database: look at REMPART_DSA_ADDRESS")


class TooMany(TemporaryFailure):
    """The rate limit: nothing of what was sent was taken."""


@dataclass(frozen=True)
class Taken:
    """The whole batch was taken: the database's number by identifier, as far as it said."""

    uuids: Mapping[str, str]


@dataclass(frozen=True)
class Known:
    """None was taken now, since the database has these identifiers from before."""

    puids: frozenset[str]


@dataclass(frozen=True)
class Faulty:
    """None was taken, since some break a rule: by their place in the batch, [(field, message)]."""

    errors: Mapping[int, Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Unclear:
    """None was taken, and the answer does not say because of which."""

    message: str


Outcome = Taken | Known | Faulty | Unclear


class TransparencyDatabase:
    """A connection to the API under one platform's token; close it, or use it as a context."""

    def __init__(self, address: str, token: str) -> None:
        headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        self._client = http.client_of(address.rstrip("/"), headers=headers)
        self._free_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def hand_over(self, statements: Sequence[Mapping[str, Any]]) -> Outcome:
        """Hand a batch of 1 to 100 statements over.

        Raises TooMany, TemporaryFailure (then they may have been taken) and PermanentFailure.
        """
        response = self._ask("POST", "/statements", json={"statements": list(statements)})
        if response.status_code == 201:
            return _taken(_body(response))
        if response.status_code == 422:
            return _refused(_body(response), len(statements))
        if 400 <= response.status_code < 500 and response.status_code not in {401, 403, 404, 405}:
            return Unclear(f"HTTP {response.status_code}")
        raise PermanentFailure(WRONG_TOKEN if response.status_code in {401, 403} else WRONG_ADDRESS)

    def has(self, puid: str) -> bool:
        """Whether a statement with this identifier was taken before. Raises as `hand_over`."""
        response = self._ask("GET", f"/statement/existing-puid/{puid}")
        if _body(response).get("puid") == puid and response.status_code in {302, 404}:
            return response.status_code == 302
        raise PermanentFailure(WRONG_TOKEN if response.status_code in {401, 403} else WRONG_ADDRESS)

    def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        time.sleep(max(0.0, self._free_at - time.monotonic()))
        self._free_at = time.monotonic() + 1 / A_SECOND
        try:
            response = self._client.request(method, path, **options)
        except TemporaryFailure as failure:
            raise TemporaryFailure(NO_ANSWER) from failure
        except (PermanentFailure, httpx.InvalidURL) as failure:
            raise PermanentFailure(WRONG_ADDRESS) from failure
        after = http.retry_after(response)
        if response.status_code == 429:
            raise TooMany(TOO_MANY, after=after or timedelta(seconds=1))
        if response.is_server_error or response.status_code in http.PASSING:
            raise TemporaryFailure(NOT_NOW.format(status=response.status_code), after=after)
        return response


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        read = response.json()
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _taken(body: Mapping[str, Any]) -> Taken:
    listed = body.get("statements")
    rows = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return Taken({str(one["puid"]): str(one.get("uuid") or "") for one in rows if "puid" in one})


def _refused(body: Mapping[str, Any], many: int) -> Outcome:
    """What a 422 says: identifiers that exist, faults by place, or only a sentence."""
    errors = body.get("errors")
    message = str(body.get("message") or "HTTP 422")
    if not isinstance(errors, dict):
        return Unclear(message)
    existing = errors.get("existing_puids")
    if isinstance(existing, list) and existing:
        return Known(frozenset(map(str, existing)))
    faults: dict[int, list[tuple[str, str]]] = {}
    for name, fields in errors.items():
        place = _PLACE.fullmatch(str(name))
        if place is not None and int(place[1]) < many and isinstance(fields, dict):
            faults[int(place[1])] = [
                (str(field), str(one))
                for field, said in fields.items()
                for one in (said if isinstance(said, list) else [said])
            ]
    return Faulty(faults) if faults else Unclear(message)
