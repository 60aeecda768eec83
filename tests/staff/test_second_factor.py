"""The second factor: asked of everybody by default, hopeless to guess, and in the ledger."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.urls import reverse

from rempart.ledger.models import Content, LedgerRow
from rempart.staff import services

SIGN_IN, CODE, INDEX = "/staff/sign-in/", "/staff/sign-in/code/", "/staff/second-factor/"
ADD = "/staff/second-factor/code/add/"


@pytest.fixture
def required(settings):
    """As it is unless `REMPART_SECOND_FACTOR=optional`."""
    settings.SECOND_FACTOR_REQUIRED = True


def events():
    return list(LedgerRow.objects.order_by("pk").values_list("event", flat=True))


def test_a_password_alone_leads_to_the_code(client, member, sign_in, signed_in, authenticator):
    code = authenticator(member)
    assert sign_in(client).headers["Location"] == CODE
    assert not signed_in(client)
    client.post(CODE, {"code": code()})
    assert signed_in(client)


def test_a_link_alone_leads_to_the_code_too(client, member, signed_in, authenticator):
    authenticator(member)
    answer = client.post(reverse("staff:link", args=[services.make_link(member)]))
    assert answer.headers["Location"] == CODE
    assert not signed_in(client)


def test_who_has_only_given_a_password_opens_no_page(client, member, sign_in, authenticator):
    authenticator(member)
    sign_in(client)
    assert client.get("/staff/account/").headers["Location"].startswith(SIGN_IN)


def test_the_page_that_was_asked_for_comes_after_the_code(client, member, sign_in, authenticator):
    code = authenticator(member)
    sign_in(client, QUERY_STRING="next=/staff/account/")
    assert client.post(CODE, {"code": code()}).headers["Location"] == "/staff/account/"


def test_a_code_opens_once(client, member, sign_in, signed_in, authenticator):
    code = authenticator(member)()
    sign_in(client)
    client.post(CODE, {"code": code})
    client.logout()
    sign_in(client)
    client.post(CODE, {"code": code})
    assert not signed_in(client)


def test_five_wrong_codes_lock_the_right_one_out_though_the_password_is_given_again(
    client, member, sign_in, signed_in, authenticator
):
    code = authenticator(member)
    for _attempt in range(5):
        sign_in(client)
        client.post(CODE, {"code": "000000"})
    sign_in(client)
    client.post(CODE, {"code": code()})
    assert not signed_in(client)
    assert events().count("sign_in_locked") == 1


def test_a_recovery_code_stands_in_for_the_others_once(client, member, sign_in, signed_in, authenticator):
    authenticator(member)
    recovery = RecoveryCodes.activate(member).generate_codes()[0]
    sign_in(client)
    client.post(CODE, {"code": recovery})
    assert signed_in(client)
    client.logout()
    sign_in(client)
    client.post(CODE, {"code": recovery})
    assert not signed_in(client)


def test_the_ledger_says_by_what_somebody_signed_in(client, member, sign_in, authenticator):
    code = authenticator(member)
    sign_in(client)
    client.post(CODE, {"code": code()})
    row = LedgerRow.objects.get(event="signed_in")
    assert Content.objects.get(row=row).canonical == '{"by":["password","totp"]}'


def test_no_secret_is_kept_in_clear(member, authenticator):
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    authenticator(member, secret)
    assert secret not in str(Authenticator.objects.get().data)


def test_who_has_no_second_factor_is_led_to_add_one_whatever_they_asked_for(required, client, member, sign_in):
    sign_in(client)
    for page in ("/", "/cases/", "/staff/account/", "/staff/account/password/"):
        assert client.get(page).headers["Location"] == INDEX


def test_a_link_does_not_spare_the_second_factor(required, client, member):
    client.post(reverse("staff:link", args=[services.make_link(member)]))
    assert client.get("/cases/").headers["Location"] == INDEX


def test_who_has_none_can_sign_out_and_change_language(required, client, member, sign_in, signed_in):
    sign_in(client)
    assert client.post(reverse("set_language"), {"language": "en"}).headers["Location"] == "/"
    client.post(reverse("staff:sign-out"))
    assert not signed_in(client)


def test_an_authenticator_is_added_with_its_first_code_and_then_everything_opens(
    required, client, member, sign_in, authenticator
):
    sign_in(client)
    page = client.get(ADD)
    code = authenticator(None, page.context["form"].secret)
    answer = client.post(ADD, {"code": code()}, follow=True)
    assert answer.request["PATH_INFO"] == "/staff/second-factor/recovery/"
    assert len(answer.context["unused_codes"]) == 10
    assert client.get("/staff/account/").status_code == 200
    assert events()[-2:] == ["second_factor_added", "second_factor_added"]  # the application, the recovery codes


def test_recovery_codes_are_shown_once(client, member, sign_in, authenticator):
    sign_in(client)
    code = authenticator(None, client.get(ADD).context["form"].secret)
    shown = client.post(ADD, {"code": code()}, follow=True).content.decode()
    again = client.get("/staff/second-factor/recovery/").content.decode()
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).generate_codes()
    assert all(one in shown and one not in again for one in codes)


def test_a_wrong_first_code_adds_nothing(client, member, sign_in):
    sign_in(client)
    client.get(ADD)
    assert client.post(ADD, {"code": "000000"}).status_code == 200
    assert not Authenticator.objects.exists()


def test_the_second_factor_is_removed_only_by_who_confirms_to_be_there(client, member, authenticator):
    authenticator(member)
    client.force_login(member)  # a session found open: nobody said who they are in it
    answer = client.get("/staff/second-factor/code/remove/")
    assert answer.headers["Location"].startswith("/staff/confirm/")
    assert client.post("/staff/second-factor/code/remove/").status_code == 302
    assert Authenticator.objects.filter(user=member).exists()


def test_who_confirms_by_a_code_removes_it(client, member, sign_in, authenticator):
    code = authenticator(member)
    client.force_login(member)
    client.post("/staff/confirm/code/", {"code": code()})
    client.post("/staff/second-factor/code/remove/")
    assert not Authenticator.objects.filter(user=member).exists()
    assert "second_factor_removed" in events()


MALFORMED = [
    "",
    "{}",
    "[]",
    "null",
    '"x"',
    '{"response": null}',
    '{"id": 1, "response": {"userHandle": 3}}',
    '{"id": "a", "rawId": "a", "type": "public-key", "response": {"clientDataJSON": "e30", "authenticatorData": "AA", '
    '"attestationObject": "AA", "signature": "AA", "userHandle": "MQ"}}',
]


@pytest.mark.parametrize("credential", MALFORMED)
def test_a_passkey_that_is_none_signs_nobody_in(client, member, signed_in, credential):
    client.get("/staff/sign-in/passkey/", headers={"accept": "application/json"})
    answer = client.post("/staff/sign-in/passkey/", {"credential": credential})
    assert answer.headers["Location"] == SIGN_IN
    assert not signed_in(client)


@pytest.mark.parametrize("credential", MALFORMED)
def test_a_passkey_that_is_none_completes_no_sign_in(client, member, sign_in, authenticator, credential):
    authenticator(member)
    sign_in(client)
    client.get(CODE)
    assert client.post(CODE, {"credential": credential}).status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("credential", MALFORMED)
def test_a_passkey_that_is_none_is_not_added(client, member, sign_in, credential):
    sign_in(client)
    add = "/staff/second-factor/passkeys/add/"
    client.get(add)
    assert client.post(add, {"credential": credential, "passwordless": "on"}).status_code == 200
    assert not Authenticator.objects.exists()


def test_nobody_signs_up(client, db):
    for page in ("signup", "password/reset", "login", "email"):
        assert client.get(f"/staff/{page}/").status_code == 404
