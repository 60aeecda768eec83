"""The table of docs/roles.md is true: every route is tried as every role, as nobody and as a machine.

Whoever the table admits gets in, everybody else is refused, and a route and its row come and go together.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse

from rempart.staff import keys
from rempart.staff.access import views
from rempart.staff.keys import Scope, make_key
from rempart.staff.models import StaffMember
from rempart.staff.roles import Role
from rempart.staff.services import add_member, set_password

TABLE = Path(__file__).parents[2] / "docs" / "roles.md"
METHODS = ("GET", "POST")
API_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ANYONE, MACHINE = "anyone", "machine"


def rows() -> dict[tuple[str, str], dict[str, str]]:
    """The rows of the table: what stands in each column, by route and method."""
    lines = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in TABLE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ]
    start = next(n for n, cells in enumerate(lines) if cells[:2] == ["route", "method"])
    columns = [name.replace(" ", "_") for name in lines[start][2:]]
    assert columns == [*Role.values, ANYONE, MACHINE]
    found: dict[tuple[str, str], dict[str, str]] = {}
    for route, method, *cells in lines[start + 1 :]:
        assert (route, method) not in found, f"{method} {route} has two rows"
        assert len(cells) == len(columns), f"{method} {route} has {len(cells)} cells"
        found[route.strip("`"), method] = dict(zip(columns, cells, strict=True))
    return found


VIEWS = list(views())  # reads the addresses first: the APIs are known once it has
ROWS = rows()
OPERATIONS = {
    (name, method): keys.scope_of(operation) for api in keys.APIS for name, method, _, operation in keys.operations(api)
}
API_ROUTES = {name for name, _method in OPERATIONS}
# The root of an API gives its description the address it stands at, and answers nobody (404).
ROUTES = sorted({name for name, _address, _view in VIEWS if not name.endswith(":api-root")})


@dataclass(frozen=True)
class Somebody:
    """Somebody who tries a route: a column of the table, and the client they use."""

    column: str
    client: Client
    headers: dict[str, str] = field(default_factory=dict)
    member: StaffMember | None = None


@pytest.fixture(scope="module")
def people(world, passkey) -> list[Somebody]:
    """Somebody of each role and nothing more, then nobody at all."""
    found = [Somebody(ANYONE, Client(raise_request_exception=False))]
    for role in Role:
        client = Client(raise_request_exception=False)
        member = add_member(f"{role}@rempart.example", name=role.label, roles=[role])
        set_password(member, "une phrase que personne ne devine")
        TOTP.activate(member, generate_totp_secret())
        RecoveryCodes.activate(member)
        Authenticator.objects.create(user=member, type="webauthn", data={"name": "Passkey", "credential": passkey})
        client.force_login(member)
        found.append(Somebody(role.value, client, member=member))
    return found


@pytest.fixture
def send(world, examples) -> Callable[[Somebody, str, str], str]:
    """Try a route as somebody: "admitted", "refused", or what went wrong. What the request changed is undone."""

    def send(who: Somebody, route: str, method: str) -> str:
        example = examples.get(route)
        arguments = example.arguments(world) | example.own(who.member) if example else {}
        try:
            address = reverse(route, kwargs=arguments)
        except NoReverseMatch:
            pytest.fail(
                f"{route} has arguments: EXAMPLES in tests/site/conftest.py has to give an object", pytrace=False
            )
        sent = urlencode(example.sent if example else {}) if route not in API_ROUTES else "{}"
        kind = "application/json" if route in API_ROUTES else "application/x-www-form-urlencoded"
        cookies = dict(who.client.cookies)
        with transaction.atomic():
            if method == "GET":
                answer = who.client.get(address, headers=who.headers)
            else:
                answer = who.client.generic(method, address, sent, kind, headers=who.headers)
            transaction.set_rollback(True)
        who.client.cookies.clear()
        who.client.cookies.update(cookies)
        return outcome(answer)

    return send


def with_key(*scopes: Scope) -> Somebody:
    """A program whose key holds these scopes."""
    _key, secret = make_key("Tried", scopes, acting=None, per_minute=1_000_000)
    client = Client(raise_request_exception=False)
    return Somebody(MACHINE, client, {"Authorization": f"Bearer {secret}"})


def outcome(answer: HttpResponse) -> str:
    """What an answer means for who asked."""
    if answer.status_code in (401, 403, 405):
        return "refused"
    if answer.status_code == 302 and answer.headers["Location"].startswith(f"{reverse('staff:sign-in')}?next="):
        return "refused"
    if answer.status_code == 404:
        return "not found: EXAMPLES in tests/site/conftest.py has to give an object that exists"
    if answer.status_code >= 500:
        return f"an error ({answer.status_code})"
    return "admitted"


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_has_its_row(route):
    assert route in {name for name, _method in ROWS}, f"{route} has no row in docs/roles.md"


@pytest.mark.parametrize("route", sorted({name for name, _method in ROWS}))
def test_a_row_has_its_route(route):
    assert route in ROUTES


def test_each_operation_of_the_api_has_its_row_with_its_scope():
    told = {row: cells[MACHINE] for row, cells in ROWS.items() if row in OPERATIONS}
    assert told == {operation: scope or "yes" for operation, scope in OPERATIONS.items()}


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_admits_whom_its_row_admits_and_nobody_else(people, send, route):
    wrong = []
    for method in API_METHODS if route in API_ROUTES else METHODS:
        row = ROWS.get((route, method), {})
        for who in people:
            expected = "admitted" if row.get(who.column) == "yes" or row.get(ANYONE) == "yes" else "refused"
            if (found := send(who, route, method)) != expected:
                wrong.append(f"{method} as {who.column}: {found}, where docs/roles.md says {expected}")
    assert not wrong, "\n".join([route, *wrong])


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_admits_the_keys_whose_scope_its_row_names_and_no_other(send, route):
    wrong = []
    for method in API_METHODS if route in API_ROUTES else METHODS:
        row = ROWS.get((route, method), {})
        named, open_to_all = row.get(MACHINE, ""), row.get(ANYONE) == "yes"
        scope = Scope(named) if named not in ("", "yes") else None
        with transaction.atomic():
            others = with_key(*(one for one in Scope if one != scope))
            if send(others, route, method) != ("admitted" if open_to_all else "refused"):
                wrong.append(f"{method} without {scope or 'a scope'}")
            if scope and send(with_key(scope), route, method) != "admitted":
                wrong.append(f"{method} with {scope}")
            transaction.set_rollback(True)
    assert not wrong, "\n".join([route, *wrong])
