"""Showing an age in Chromium: the page, the test wallet, the browser's own wallet, both languages, a small phone."""

import json
import re
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from rempart.attestation.testing.wallet import Wallet

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALL = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
NEVER = re.compile(r"\b(victim\w*|cases?|dossiers?|risk\w*|risqu\w*|guilt\w*|coupable\w*)\b", re.IGNORECASE)

# Requests for proofs, and the wallet of somebody of 19 whose issuer is the test wallet's.
WORLD = """
import json, sys
import django
django.setup()
from django.conf import settings
from rempart.age.models import Subject
from rempart.age.services import proofs, test_wallet

def page(name, **more):
    asked = {"over": 18, "purpose": "challenge"} | more
    proof = proofs.ask_for_proof(Subject.account("tiktok", name), **asked)
    return proofs.address_of(proof).partition("//")[2].partition("/")[2]

names = ("plain", "code", "copied-1", "copied-2", "expired", "revoked", "declines", "browser", "elsewhere", "looks")
found = {name: page(name) for name in names}
found["not over"] = page("not-over", over=15)
found["gate"] = page("gate", over=13, purpose="gate", return_to="/transparency/")
found["guardian"] = page("guardian", purpose="guardian", language="fr")
kept = settings.REMPART_HOME / "browser-wallet.json"
test_wallet.wallet_of("nineteen").save(kept)
print(json.dumps({"pages": found, "wallet": str(kept)}))
"""


@pytest.fixture(scope="module")
def world(site) -> dict:
    """The addresses of the pages, and the file of a wallet."""
    environment = site.environment | {"REMPART_TEST_WALLET": "1"}
    done = subprocess.run(
        [sys.executable, "-c", WORLD], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout.splitlines()[-1])
    return made | {"pages": {name: f"{site.address}/{path}" for name, path in made["pages"].items()}}


@pytest.fixture
def opened(visit, world):
    """Open the page of a request without having signed in: `with opened("plain", locale="en-GB") as page`."""

    @contextmanager
    def open_page(name, *, locale="fr-FR", script=False, **more):
        options = SMALL | {"java_script_enabled": script, "locale": locale} | more
        with visit(storage_state=None, **options) as page:
            page.goto(world["pages"][name])
            yield page

    return open_page


def heading(page):
    return page.get_by_role("heading", level=1)


def check(page) -> None:
    """Nothing that axe finds, nothing wider than the screen, no word that nobody should read here."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert not NEVER.search(page.locator("main").inner_text())


FRENCH = ("gate", "As-tu 13 ans ou plus ?", "Répondre avec le portefeuille d’essai", "Quelqu’un de 14 ans", "C’est bon")
ENGLISH = ("plain", "Are you 18 or over?", "Answer with the test wallet", "Somebody of 19", "All good")


@pytest.mark.parametrize(("locale", "words"), [("fr-FR", FRENCH), ("en-GB", ENGLISH)], ids=["French", "English"])
def test_a_wallet_on_the_same_phone_is_accepted_without_a_script(opened, locale, words):
    name, question, open_wallet, who, done = words
    with opened(name, locale=locale) as page:
        expect(heading(page)).to_have_text(question)
        page.get_by_role("button", name=open_wallet).click()
        page.get_by_role("button", name=who).click()
        expect(heading(page)).to_contain_text(done)
        assert "response_code" not in page.url


def test_a_phone_that_scans_the_code_is_accepted_and_the_page_sees_it_by_itself(opened):
    with opened("code", locale="en-GB", script=True) as page, opened("code", locale="en-GB") as phone:
        assert page.locator("img.scan").evaluate("picture => picture.naturalWidth") > 0
        held = page.locator("[data-code]").text_content()
        phone.goto(phone.url.partition("/age/")[0] + "/age/test-wallet/")
        phone.get_by_label("The question").fill(held)
        phone.get_by_role("button", name="Somebody of 19").click()
        expect(phone.get_by_role("status")).to_contain_text("It is sent")
        expect(heading(page)).to_have_text("All good, thank you")


def answered_by(page, who) -> None:
    page.get_by_role("button", name="Answer with the test wallet").click()
    page.get_by_role("button", name=who).click()


@pytest.mark.parametrize(
    ("name", "who", "said"),
    [
        ("not over", "Somebody of 14", "you are not 15 yet"),
        ("expired", "expired proof", "no longer valid"),
        ("revoked", "taken back", "took it back"),
        ("declines", "Show nothing", "That is your right"),
    ],
)
def test_a_refusal_says_why_and_what_can_be_done(opened, name, who, said):
    with opened(name, locale="en-GB") as page:
        answered_by(page, who)
        expect(heading(page)).to_have_text("It did not work")
        expect(page.locator("main")).to_contain_text(said)
        page.get_by_role("button", name="Begin again").click()
        expect(heading(page)).to_contain_text("or over?")


def test_the_same_proof_serves_once(opened):
    with opened("copied-1", locale="en-GB") as page:
        answered_by(page, "always the same proof")
        expect(heading(page)).to_have_text("All good, thank you")
    with opened("copied-2", locale="en-GB") as page:
        answered_by(page, "always the same proof")
        expect(page.locator("main")).to_contain_text("each serves once")


def test_the_button_says_that_nothing_came_yet(opened):
    with opened("looks") as page:
        page.get_by_role("button", name="C’est fait, continuer").click()
        expect(page.get_by_role("status")).to_contain_text("Nous n’avons encore rien reçu")


BROWSER_WALLET = """
window.DigitalCredential = class { static userAgentAllowsProtocol(name) { return name === "org-iso-mdoc"; } };
navigator.credentials.get = async asked => {
  const [{protocol, data}] = asked.digital.requests;
  return {protocol, data: JSON.parse(await window.answerOf(JSON.stringify(data), location.origin))};
};
"""


def test_the_browser_s_own_wallet_answers_sealed(world, visit):
    """The wallet behind `navigator.credentials` is ours; what it gets and what it answers is what a real one would."""
    wallet = Wallet.load(Path(world["wallet"]))
    with visit(storage_state=None, locale="en-GB", **SMALL) as page:
        page.expose_function(
            "answerOf",
            lambda data, origin: json.dumps(
                wallet.answer_browser(json.loads(data), origin=origin, at=datetime.now(UTC))
            ),
        )
        page.add_init_script(BROWSER_WALLET)
        page.goto(world["pages"]["browser"])
        page.get_by_role("button", name="Answer", exact=True).click()
        expect(heading(page)).to_have_text("All good, thank you")


def test_a_browser_without_a_wallet_is_not_offered(opened):
    with opened("looks", script=True) as page:
        page.add_init_script("delete window.DigitalCredential")
        page.reload()
        expect(page.locator("[data-digital]")).to_be_hidden()


@pytest.mark.parametrize("name", ["looks", "guardian"])
@pytest.mark.parametrize(
    ("locale", "theme"), [("fr-FR", "dark"), ("en-GB", "light")], ids=["French, dark", "English, light"]
)
def test_the_page_is_for_everybody(opened, name, locale, theme):
    with opened(name, locale=locale, script=True, color_scheme=theme) as page:
        check(page)


def test_a_parent_is_spoken_to_as_one(opened):
    with opened("guardian", locale="en-GB") as page:
        expect(heading(page)).to_have_text("Avez-vous 18 ans ou plus ?")
        page.get_by_role("button", name="English").click()
        expect(heading(page)).to_have_text("Are you 18 or over?")
