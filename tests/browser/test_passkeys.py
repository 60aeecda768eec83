"""Passkeys in a real browser, whose authenticator is virtual: added, then used alone and beside a link."""

import re

import pytest
from playwright.sync_api import expect

INTERNAL = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
PASSKEY = "form[data-passkey] button"


@pytest.fixture(scope="module")
def newcomer(site) -> str:
    """The address of somebody who was invited."""
    email = "nina@rempart.example"
    site.command("staff", "invite", email, "--name", "Nina Faure", "--role", "reviewer")
    return email


@pytest.fixture
def page(visit):
    """A page of nobody yet, in a browser with an authenticator."""
    with visit(storage_state=None) as opened:
        opened.complaints = []
        opened.on("console", lambda message: opened.complaints.append(message.text))
        session = opened.context.new_cdp_session(opened)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": INTERNAL})
        yield opened


def open_link(page, site, email):
    """Open a fresh link and press its button."""
    page.goto(site.sign_in_link(email))
    page.locator("main button").click()


def sign_out(page):
    """Leave the page, with whatever it still asks for, and forget the session."""
    page.goto("about:blank")
    page.context.clear_cookies()


def test_a_passkey_is_added_and_signs_in_alone_and_beside_a_link(page, site, newcomer):
    open_link(page, site, newcomer)
    page.goto(f"{site.address}/staff/second-factor/passkeys/add/")
    page.locator(PASSKEY).click()
    expect(page).to_have_url(re.compile("/second-factor/recovery/"))
    expect(page.locator("main li.mono")).to_have_count(10)

    sign_out(page)
    page.goto(f"{site.address}/staff/sign-in/?next=/cases/")
    page.locator(PASSKEY).click()
    expect(page).to_have_url(f"{site.address}/cases/")

    sign_out(page)
    open_link(page, site, newcomer)
    expect(page).to_have_url(re.compile("/sign-in/code/"))
    page.locator(PASSKEY).click()
    expect(page).to_have_url(re.compile("/waves/$"))
    assert page.complaints == []


def test_a_browser_without_the_passkey_is_told_so(page, site):
    page.goto(f"{site.address}/staff/sign-in/")
    page.locator(PASSKEY).click()
    expect(page.locator("form[data-passkey] [role=alert]")).to_be_visible()


def test_without_javascript_no_passkey_is_offered(visit, site):
    with visit(storage_state=None, java_script_enabled=False) as page:
        page.goto(f"{site.address}/staff/sign-in/")
        assert not page.locator(PASSKEY).is_visible()
        expect(page.locator("main form").first).to_be_visible()
