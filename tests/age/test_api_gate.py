"""What a platform's sign-up asks over the machine API, and what it reads: bits, and nothing else."""

import json
from datetime import date

import pytest

from rempart.age.models import Attempt, UnderAgeReport
from rempart.age.services import gate
from rempart.correspondence.delivering import deliver_due
from rempart.correspondence.endpoints import add_endpoint
from rempart.staff.keys import Scope, make_key

pytestmark = pytest.mark.django_db
SIGN_UP = {
    "number": "s-1",
    "return_to": "https://app.example/signup/on?step=2",
    "country": "FR",
    "thresholds": [13, 18],
}
ACCOUNT = {"account": {"service": "tiktok", "handle": "@Lou.Dessine", "id": "7001"}}
REPORT = {"number": "r-1", "about": {"service": "tiktok", "handle": "@Lou.Dessine"}, "reason": "said_so"}


@pytest.fixture
def ask(client, settings):
    """Ask the API with a key of the scope `age`."""
    settings.REMPART_AGE_RETURN = ["https://app.example/signup"]
    secret = make_key("tests", [Scope.AGE], acting=None)[1]

    def request(method, path, body=None):
        sent = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return getattr(client, method)(f"/api/v1/age/{path}", **sent, headers={"authorization": f"Bearer {secret}"})

    return request


def answered(ask, years=20, **more):
    """Have a sign-up asked and answered."""
    ask("post", "attempts", SIGN_UP | more)
    attempt = Attempt.objects.get(number=more.get("number", "s-1"))
    return gate.answer(attempt, date(2026 - years, 1, 1))


def test_a_sign_up_goes_from_the_api_to_its_page_and_back(ask, client):
    made = ask("post", "attempts", SIGN_UP)
    assert made.status_code == 201
    page = made.json()["page"].removeprefix("http://localhost:8000")
    client.post(page, {"day": "3", "month": "5", "year": "2001"})
    results = ask("get", "attempts/s-1").json()["results"]
    assert [(one["over"], one["met"], one["method"], one["confidence"]) for one in results] == [
        (13, True, "stated", "asserted"),
        (18, True, "stated", "asserted"),
    ]


def test_what_is_read_is_the_bits_and_nothing_else(ask):
    answered(ask)
    (first, _second) = ask("get", "attempts/s-1").json()["results"]
    assert first.keys() == {"over", "met", "method", "confidence", "expires_at"}


def test_before_the_answer_there_is_nothing_to_read(ask):
    ask("post", "attempts", SIGN_UP)
    assert ask("get", "attempts/s-1").json() == {"results": []}


def test_the_same_sign_up_twice_is_one(ask):
    answers = [ask("post", "attempts", SIGN_UP) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize(
    ("wrong", "status", "field"),
    [
        ({"return_to": "https://evil.example/signup"}, 422, "return_to"),
        ({"return_to": "https://app.example/signupevil"}, 422, "return_to"),
        ({"return_to": "https://app.example/signup/../admin"}, 422, "return_to"),
        ({"return_to": "https://app.example@evil.example/signup"}, 422, "return_to"),
        ({"return_to": "javascript:alert(1)"}, 422, "return_to"),
        ({"return_to": "https://app.example/signup#x"}, 422, "return_to"),
        ({"thresholds": [14]}, 422, "thresholds.0"),
        ({"features": ["flying"]}, 422, "features"),
        ({"country": "France"}, 422, "country"),
        ({"number": "a/b"}, 422, "number"),
    ],
    ids=[
        "another host", "a longer name", "up a folder", "a user", "a script", "a fragment", "no threshold",
        "no feature", "no code", "an odd number",
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_sign_up_is_named(ask, wrong, status, field):
    answer = ask("post", "attempts", SIGN_UP | wrong)
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (status, [field])
    assert not Attempt.objects.exists()


def test_no_address_is_allowed_unless_the_settings_name_it(ask, settings):
    settings.REMPART_AGE_RETURN = []
    assert ask("post", "attempts", SIGN_UP).status_code == 422


def test_an_account_takes_over_what_is_held_once(ask):
    answered(ask)
    bound = [ask("put", "attempts/s-1/account", ACCOUNT) for _ in range(2)]
    assert [one.status_code for one in bound] == [200, 200]
    assert Attempt.objects.get().handle == "lou.dessine"


@pytest.mark.parametrize("other", ["before an answer", "another account"])
def test_an_account_is_bound_to_one_answered_sign_up(ask, other):
    if other == "before an answer":
        ask("post", "attempts", SIGN_UP)
    else:
        answered(ask)
        ask("put", "attempts/s-1/account", ACCOUNT)
    elsewhere = {"account": {"service": "tiktok", "handle": "someone.else"}}
    assert ask("put", "attempts/s-1/account", elsewhere).status_code == 409


def test_a_webhook_tells_that_there_is_an_answer_and_not_which(ask, platform):
    add_endpoint("sign-up", platform.url, events=["signup.answered"], acting=None)
    answered(ask, 11)
    deliver_due()
    (told,) = platform.received
    body = json.loads(told.body)
    assert body["type"] == "signup.answered"
    assert body["data"] == {"link": "http://localhost:8000/api/v1/age/attempts/s-1?service=tiktok"}


def test_a_report_by_the_platforms_own_button_is_received_once(ask, client):
    answers = [ask("post", "reports", REPORT | {"network": "n1", "hurt": False}) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert UnderAgeReport.objects.count() == 1
    assert client.get(answers[1].json()["page"].removeprefix("http://localhost:8000")).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": "because"}, "reason"),
        ({"about": {"service": "tiktok", "handle": "@"}}, "about.handle"),
        ({"email": "nobody"}, "email"),
        ({"text": "a\0b"}, "text"),
    ],
    ids=["no reason", "no handle", "no address", "NUL"],
)
def test_what_is_wrong_with_a_report_is_named(ask, wrong, field):
    answer = ask("post", "reports", REPORT | wrong)
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, [field])
    assert not UnderAgeReport.objects.exists()
