"""The machine API: what it takes and refuses, tried one by one and by requests made up from its description.

Every operation is also tried with and without a key of its scope by test_roles.py.
"""

import json

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings

from rempart.staff.keys import Scope

pytestmark = pytest.mark.django_db
REPORT = {
    "number": "R-1",
    "about": {"service": "tiktok", "handle": "@Leo.Vrtx"},
    "text": "Il m’a demandé des photos sur Snap.",
    "conduct": ["nude_request"],
    "services": ["snapchat"],
    "met_on": ["tiktok"],
    "minor": True,
    "reporter": {"id": "lea.moreau", "followers": 12},
}


@pytest.fixture
def secret():
    """The secret of a key that holds every scope."""
    from rempart.staff.keys import make_key

    return make_key("tests", list(Scope), acting=None, per_minute=100_000)[1]


@pytest.fixture
def ask(client, secret):
    """Ask the API: `ask("post", "reports", {…})`; returns the answer."""

    def request(method, path, body=None, **headers):
        sent = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return getattr(client, method)(
            f"/api/v1/{path}", **sent, headers={"authorization": f"Bearer {secret}", **headers}
        )

    return request


def errors_of(answer):
    """The fields that an answer finds wrong."""
    return [one["field"] for one in answer.json()["errors"]]


def test_a_report_goes_from_the_api_to_its_authors_page(ask, client):
    answer = ask("post", "reports", REPORT)
    assert answer.status_code == 201
    page = client.get(answer.json()["page"].removeprefix("http://localhost:8000"))
    assert page.status_code == 200
    assert "Ton message est bien arrivé" in page.content.decode()


def test_the_same_report_twice_is_one(ask):
    from rempart.intake.models import Testimony

    assert [ask("post", "reports", REPORT).status_code for _ in range(2)] == [201, 200]
    assert Testimony.objects.count() == 1


def test_another_report_under_the_same_number_is_refused_and_the_first_stays(ask):
    from rempart.intake.models import Testimony

    ask("post", "reports", REPORT)
    answer = ask("post", "reports", REPORT | {"text": "Autre chose."})
    assert (answer.status_code, errors_of(answer)) == (409, ["number"])
    assert Testimony.objects.get().text == REPORT["text"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"number": "a b"}, "number"),
        ({"about": {"service": "myspace", "handle": "x"}}, "about.service"),
        ({"about": {"service": "tiktok", "handle": "@"}}, "about.handle"),
        ({"conduct": ["rudeness"]}, "conduct.0"),
        ({"text": "", "conduct": []}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"text": "é" * 40_000}, "text"),
        ({"text": "\ud800"}, "text"),
        ({"reporter": {"id": "lea", "followers": -1}}, "reporter.followers"),
        ({"reporter": {"id": "lea", "communities": ["a\0"]}}, "reporter.communities"),
        ({"received_at": "2020-06-17T18:00:00"}, "received_at"),
        ({"received_at": "2020-06-17T18:00:00Z"}, "received_at"),
        ({"email": "nobody"}, "email"),
        ({"minor": "perhaps"}, "minor"),
    ],
)
def test_what_is_wrong_with_a_report_is_named(ask, wrong, field):
    from rempart.intake.models import Report

    answer = ask("post", "reports", REPORT | wrong)
    assert answer.status_code == 422
    assert errors_of(answer) == [field]
    assert not Report.objects.exists()


def test_what_is_no_json_is_told_so(client, secret):
    answer = client.post(
        "/api/v1/reports",
        data="{",
        content_type="application/json",
        headers={"authorization": f"Bearer {secret}"},
    )
    assert (answer.status_code, errors_of(answer)) == (400, [""])


def test_what_is_too_large_is_told_so(ask):
    answer = ask("post", "reports", REPORT | {"unknown": "x" * 6_000_000})
    assert (answer.status_code, errors_of(answer)) == (413, [""])


def test_the_state_of_a_report_says_what_its_author_was_told_and_nothing_else(ask):
    ask("post", "reports", REPORT)
    answer = ask("get", "reports/R-1").json()
    assert answer.keys() == {"number", "service", "received_on", "state", "words"}
    assert answer["state"] == "received"
    assert answer["words"].keys() == {"fr", "en"}
    assert "leo" not in json.dumps(answer)


def test_a_link_is_handed_out_again(ask, client):
    ask("post", "reports", REPORT)
    page = ask("get", "reports/R-1/link").json()["page"]
    assert client.get(page.removeprefix("http://localhost:8000")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "nothing",
        "reports/",
        "reports/none",
        "reports/none/link",
        "respondents/tiktok/nobody/link",
        "respondents/tiktok/@/link",
    ],
)
def test_what_is_not_there_is_a_404_in_json(ask, path):
    answer = ask("get", path)
    assert (answer.status_code, errors_of(answer)) == (404, [""])


def test_an_error_of_ours_is_told_in_json_and_says_nothing_of_what_was_sent(ask, client, monkeypatch):
    def fail(_sent):
        raise RuntimeError(REPORT["text"])

    monkeypatch.setattr("rempart.intake.api.receive_report", fail)
    client.raise_request_exception = False
    answer = ask("post", "reports", REPORT)
    assert (answer.status_code, errors_of(answer)) == (500, [""])
    assert REPORT["text"] not in answer.content.decode()


def test_a_sum_that_was_set_aside_is_kept_with_the_case(ask):
    from rempart.casework.models import HeldSum

    ask("post", "reports", REPORT)
    body = {"amount": "120.50", "currency": "EUR", "as_of": "2026-06-17T18:00:00Z"}
    answer = ask("post", "respondents/tiktok/leo.vrtx/held-sums", body)
    assert answer.status_code == 200
    assert str(HeldSum.objects.get().amount) == "120.50"


@pytest.mark.parametrize(
    ("wrong", "field"), [({"amount": "-1"}, "amount"), ({"amount": "NaN"}, "amount"), ({"currency": "eur"}, "currency")]
)
def test_what_is_wrong_with_a_sum_is_named(ask, wrong, field):
    ask("post", "reports", REPORT)
    body = {"amount": "120.50", "currency": "EUR", "as_of": "2026-06-17T18:00:00Z"}
    answer = ask("post", "respondents/tiktok/leo.vrtx/held-sums", body | wrong)
    assert (answer.status_code, errors_of(answer)) == (422, [field])


def test_the_description_is_open_and_loads_nothing_from_elsewhere(client):
    described = client.get("/api/v1/openapi.json")
    assert described.status_code == 200
    assert described.headers["Content-Type"].startswith("application/json")
    assert client.get("/api/v1/docs").status_code == 404


CHECKED = [
    *("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"),
    *("response_headers_conformance", "negative_data_rejection", "ignored_auth", "unsupported_method"),
]
OPERATIONS = [
    "POST /api/v1/reports",
    "GET /api/v1/reports/{number}",
    "GET /api/v1/reports/{number}/link",
    "GET /api/v1/respondents/{service}/{handle}/link",
    "POST /api/v1/respondents/{service}/{handle}/held-sums",
    "GET /api/v1/shields",
    "POST /api/v1/comments",
    "POST /api/v1/age/attempts",
    "GET /api/v1/age/attempts/{number}",
    "PUT /api/v1/age/attempts/{number}/account",
    "POST /api/v1/age/reports",
    "GET /api/v1/age/allowed",
    "POST /api/v1/age/proofs",
    "GET /api/v1/age/proofs/{number}",
]


@pytest.fixture
def described(ask):
    """The operations of the API as schemathesis reads them, with a report and a case in the database."""
    from rempart.site.wsgi import application

    ask("post", "reports", REPORT)
    # As Django's own client does: a request must not close the connection that holds the test's transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    found = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application).get_all_operations()
    yield {one.ok().label: one.ok() for one in found}
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_every_operation_is_tried(described):
    assert sorted(described) == sorted(OPERATIONS)


@pytest.mark.parametrize("label", OPERATIONS)
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_no_request_however_odd_breaks_what_the_description_says(described, secret, label, mode):
    checks = [schemathesis.checks.CHECKS.get_one(name) for name in CHECKED]
    # The key is given, not made up: a request without one would be called odd for what is put right below.
    key = {"Authorization": f"Bearer {secret}"}

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(case=described[label].as_strategy(generation_mode=mode, headers=key))
    def answers_as_described(case):
        answer = case.call(headers=key)
        case.validate_response(answer, checks=checks, headers=key)

    answers_as_described()
