"""The mailbox behind a signed link, on a phone, without JavaScript and without a cookie; axe finds nothing."""

import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPEN = """
from rempart.site.setting_up import set_up
set_up()
from rempart.correspondence import services
from rempart.correspondence.links import token_for
mine = services.open_conversation("complainant", about="example.thing:1", person="example.person:1")
services.say(mine, text={"fr": "Votre message est arrivé.", "en": "Your message arrived."}, once="receipt")
print(token_for(mine))
"""


@pytest.fixture(scope="module")
def mailbox(site) -> str:
    """The address of a conversation's mailbox."""
    opened = subprocess.run(
        [sys.executable, "-c", OPEN], env=site.environment, capture_output=True, text=True, timeout=60, check=True
    )
    return f"{site.address}/m/{opened.stdout.split()[-1]}/"


@pytest.fixture
def outside(browser, on_phone):
    """The phone of somebody who has no account."""
    context = browser.new_context(locale="fr-FR", java_script_enabled=False, **on_phone)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def test_somebody_outside_reads_answers_and_changes_language_without_a_script_or_a_cookie(mailbox, outside):
    outside.goto(mailbox)
    assert outside.get_by_text("Votre message est arrivé.").count() == 1
    outside.locator("textarea[name=text]").fill("Voici la conversation.")
    chat = {"name": "chat.txt", "mimeType": "text/plain", "buffer": b"Salut"}
    outside.locator("input[name=files]").set_input_files(chat)
    outside.locator("form#write button").click()
    assert outside.locator(".said").last.inner_text().count("Voici la conversation.") == 1
    assert outside.locator(".said").last.get_by_text("chat.txt").count() == 1
    outside.get_by_role("button", name="English").click()
    assert outside.get_by_text("Your message arrived.").count() == 1
    outside.get_by_role("button", name="Français").click()
    assert outside.context.cookies() == []


@pytest.mark.parametrize("path", ["", "adult/", "e-mail/"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_behind_a_link_are_accessible(mailbox, browser, on_phone, path, theme):
    context = browser.new_context(locale="fr-FR", color_scheme=theme, **on_phone)
    try:
        page = context.new_page()
        page.goto(mailbox + path)
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    finally:
        context.close()
