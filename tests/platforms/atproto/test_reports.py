"""Reports that users send from their app through a real personal data server, and tokens that prove nothing."""

import base64
import json
from datetime import timedelta

import httpx
import pytest

from rempart.intake.models import Report, Testimony
from rempart.platforms.atproto.identity import did_document, own_did
from rempart.platforms.services import change_platform

GROOMING = "tools.ozone.report.defs#reasonChildSafetyGroom"
METHOD = "com.atproto.moderation.createReport"


def about(session):
    return {"$type": "com.atproto.admin.defs#repoRef", "did": session.did}


def sent(session, **fields):
    return {"reasonType": GROOMING, "reason": "Il m'a demandé de garder le secret.", "subject": about(session)} | fields


@pytest.fixture
def report(pds, home):
    """Report as an app does: by the reporter's own server, which hands it to us."""
    return lambda by, **options: pds.call(METHOD, by=by, data=sent(**options))


@pytest.fixture
def token(pds):
    """A token that somebody's server signs for us."""

    def make(by, audience=None, method=METHOD, **more):
        params = {"aud": audience or own_did(), **({"lxm": method} if method else {}), **more}
        return pds.call("com.atproto.server.getServiceAuth", by=by, params=params).raise_for_status().json()["token"]

    return make


@pytest.fixture
def show(site, home):
    """Show us a token with a report, as a program would."""

    def call(token, body):
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        return httpx.post(f"{site}/xrpc/{METHOD}", json=body, headers=headers, trust_env=False, timeout=30)

    return call


def test_a_report_reaches_us_through_the_server_and_is_answered_as_promised(report, someone, promised):
    child, star = someone("child"), someone("star")
    answer = report(child, session=star)
    assert answer.status_code == 200
    kept = Report.objects.get()
    said = answer.json()
    promised(METHOD, "output", said)
    assert said.pop("createdAt").endswith("Z")
    assert said == {
        "id": kept.pk,
        "reasonType": GROOMING,
        "reason": "Il m'a demandé de garder le secret.",
        "subject": about(star),
        "reportedBy": child.did,
    }


def test_a_report_is_a_testimony_about_the_account_by_its_did(report, someone):
    child, star = someone("child"), someone("star")
    report(child, session=star).raise_for_status()
    testimony = Testimony.objects.select_related("account").get()
    assert testimony.account.platform_id == star.did
    assert testimony.account.handle == star.handle
    assert testimony.channel == "user_report"
    assert testimony.conduct == ["grooming"]
    assert testimony.complainant_minor is True


@pytest.mark.parametrize(
    ("reason", "conduct"),
    [
        ("com.atproto.moderation.defs#reasonRude", ["harassment"]),
        ("com.atproto.moderation.defs#reasonOther", []),
        ("tools.ozone.report.defs#reasonSexualNCII", ["image_abuse"]),
        ("tools.ozone.report.defs#reasonHarassmentTargeted", ["harassment"]),
        ("tools.ozone.report.defs#reasonChildSafetyOther", []),
    ],
)
def test_reasons_of_both_vocabularies_are_understood(report, someone, reason, conduct):
    report(someone(), session=someone(), reasonType=reason).raise_for_status()
    testimony = Testimony.objects.get()
    assert testimony.conduct == conduct
    assert testimony.complainant_minor is (True if "ChildSafety" in reason else None)


def test_a_reported_post_leads_to_its_author_and_is_named(pds, report, someone):
    star = someone("star")
    address = pds.post(star, "Rejoins-moi")
    subject = {
        "$type": "com.atproto.repo.strongRef",
        "uri": address,
        "cid": pds.call(
            "com.atproto.repo.getRecord",
            params={"repo": star.did, "collection": "app.bsky.feed.post", "rkey": address.rpartition("/")[2]},
        ).json()["cid"],
    }
    assert report(someone(), session=star, subject=subject).status_code == 200
    testimony = Testimony.objects.select_related("account").get()
    assert testimony.account.platform_id == star.did
    assert address in testimony.text


def test_sent_again_it_is_one_report(report, someone):
    child, star = someone("child"), someone("star")
    numbers = {report(child, session=star).json()["id"] for _ in range(3)}
    assert len(numbers) == Report.objects.count() == 1


def test_of_two_people_they_are_two_reports(report, someone):
    star = someone("star")
    for _ in range(2):
        report(someone(), session=star).raise_for_status()
    assert Report.objects.count() == 2


def test_an_account_elsewhere_is_not_reported_here(report, someone):
    elsewhere = {"$type": "com.atproto.admin.defs#repoRef", "did": "did:plc:s5ta5bdgmhnwub3uwxpcjoog"}
    answer = report(someone(), session=someone(), subject=elsewhere)
    assert answer.status_code == 400
    assert not Report.objects.exists()


def test_a_measure_is_not_contested_by_a_report(report, someone):
    star = someone("star")
    answer = report(star, session=star, reasonType="com.atproto.moderation.defs#reasonAppeal")
    assert answer.status_code == 400
    assert "link" in answer.json()["message"]


def test_a_token_shown_again_is_refused(show, token, someone):
    child, star = someone("child"), someone("star")
    shown = token(child)
    assert show(shown, sent(star)).status_code == 200
    again = show(shown, sent(star, reason="Autre chose"))
    assert (again.status_code, again.json()["error"]) == (401, "BadJwt")
    assert Report.objects.count() == 1


def test_a_token_may_name_our_labeler(show, token, someone):
    assert show(token(someone(), f"{own_did()}#atproto_labeler"), sent(someone())).status_code == 200


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"audience": "did:web:elsewhere.example"}, "BadJwtAudience"),
        ({"method": "com.atproto.repo.getRecord"}, "BadJwtLexiconMethod"),
        ({"method": None}, "BadJwt"),
    ],
)
def test_a_token_meant_for_something_else_is_refused(show, token, someone, options, error):
    answer = show(token(someone(), **options), sent(someone()))
    assert (answer.status_code, answer.json()["error"]) == (401, error)
    assert not Report.objects.exists()


def test_a_token_that_expired_is_refused(show, token, someone, clock):
    shown, star = token(someone()), someone()
    clock.move(timedelta(minutes=2))
    answer = show(shown, sent(star))
    assert (answer.status_code, answer.json()["error"]) == (401, "JwtExpired")


def _part(content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def _claims(shown):
    body = shown.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def test_a_token_of_another_person_is_refused(show, token, someone):
    child, other, star = someone("child"), someone("other"), someone("star")
    head, body, signature = token(child).split(".")
    forged = _part(_claims(f"{head}.{body}.{signature}") | {"iss": other.did})
    answer = show(f"{head}.{forged}.{signature}", sent(star))
    assert (answer.status_code, answer.json()["error"]) == (401, "BadJwtSignature")


def test_the_other_signature_that_would_hold_is_refused(show, token, someone):
    head, body, signature = token(someone()).split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    high = raw[:32] + (order - int.from_bytes(raw[32:])).to_bytes(32, "big")
    shown = f"{head}.{body}.{base64.urlsafe_b64encode(high).rstrip(b'=').decode()}"
    answer = show(shown, sent(someone()))
    assert (answer.status_code, answer.json()["error"]) == (401, "BadJwtSignature")


def test_an_unsigned_token_is_refused(show, token, someone):
    _head, body, _signature = token(someone()).split(".")
    answer = show(f"{_part({'typ': 'JWT', 'alg': 'none'})}.{body}.", sent(someone()))
    assert (answer.status_code, answer.json()["error"]) == (401, "BadJwtType")


@pytest.mark.parametrize("shown", ["", "x", "a.b.c", "é.é.é", "e30.e30.", f"{'a' * 9000}.b.c"])
def test_what_is_no_token_is_refused(client, home, shown):
    answer = client.post(
        f"/xrpc/{METHOD}", b"{}", content_type="application/json", headers={"authorization": f"Bearer {shown}"}
    )
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"\xff", b'{"reasonType": 1}', b'{"reasonType": "x", "subject": {"$type": "y"}}']
)
def test_what_is_no_report_is_refused(site, home, token, someone, body):
    headers = {"authorization": f"Bearer {token(someone())}", "content-type": "application/json"}
    answer = httpx.post(f"{site}/xrpc/{METHOD}", content=body, headers=headers, trust_env=False)
    assert (answer.status_code, answer.json()["error"]) == (400, "InvalidRequest")


def test_while_the_directory_is_away_the_reporter_is_told_to_come_back(home, show, token, someone):
    shown, star = token(someone()), someone()
    change_platform(home, settings=home.settings | {"directory": "http://127.0.0.1:9"}, acting=None)
    assert show(shown, sent(star)).status_code == 503
    change_platform(home, settings=home.settings, acting=None)
    assert show(shown, sent(star)).status_code == 200


def test_our_did_says_where_we_answer_and_with_which_key_we_sign(site, home):
    found = httpx.get(f"{site}/.well-known/did.json", trust_env=False)
    assert found.json() == did_document()
    assert found.json()["id"] == own_did()
    assert found.json()["service"][0]["serviceEndpoint"] == site


def test_the_server_finds_us_by_our_did_alone(pds, home, someone):
    """An app that chooses us as its labeler names our DID: the server looks our address up in our DID document."""
    headers = {"authorization": f"Bearer {someone().token}", "atproto-proxy": f"{own_did()}#atproto_labeler"}
    answer = httpx.post(
        f"{pds.address}/xrpc/{METHOD}", json=sent(someone()), headers=headers, trust_env=False, timeout=30
    )
    assert answer.status_code == 200
    assert Report.objects.count() == 1
