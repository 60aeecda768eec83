"""Ages in Chromium, the whole walk: gate, report, desk, challenge, wallet, guardian, appeal; without a script."""

import json
import re
import subprocess
import sys
import urllib.request
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALL = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
# « cette case » is a box to tick.
NEVER = re.compile(r"\b(victim\w*|(?<!cette )cases?|dossiers?|risk\w*|risqu\w*|guilt\w*|coupable\w*)\b", re.IGNORECASE)
BACK = "https://platform.example/sign-up"
SOON = "import json\nimport django\ndjango.setup()\nfrom rempart.correspondence.links import link_for\n"

# A key for the platform, two people who decide, accounts that are asked, and an account that those two closed.
WORLD = (
    SOON
    + """
from datetime import timedelta
from rempart.age.models import Subject
from rempart.age.services import challenges, consents, deciding
from rempart.ledger import clock
from rempart.records import AccountReference
from rempart.staff.keys import Scope, make_key
from rempart.staff.services import add_member

one, other = (add_member(f"{name}@age.example", name=name.title(), roles=["reviewer"]) for name in ("nour", "elio"))

def asked(handle, step, language="fr"):
    country = {"fr": "FR", "en": "GB"}[language]
    return challenges.open_challenge(AccountReference("tiktok", handle), because="sweep", step=step, country=country)

words = {"fr": "Tu parles de ta classe.", "en": "You speak of your class."}
found = {"refused": asked("walk.refused", "prove", "en"), "looks": asked("walk.looks", "ask")}
for language in ("fr", "en"):
    clock.set_offset(timedelta(days=-14))  # they had time to answer
    found[f"appeals-{language}"] = closed = asked(f"walk.appeals.{language}", "restrict", language)
    clock.set_offset(timedelta(0))
    decision = deciding.decide(closed, "restrict", acting=one, reason="invented", words=words)
    deciding.second(decision, acting=other, reason="invented")
bond = consents.ask_guardian(Subject.account("tiktok", "walk.young"), safe=True, email="p@family.example", over=13)
pages = {name: link_for(challenge.conversation) for name, challenge in found.items()}
pages["guardian"] = link_for(bond.conversation)
print(json.dumps({"key": make_key("walk", [Scope.AGE], acting=None)[1], "pages": pages}))
"""
)
# The page that somebody was sent the address of: of a challenge by its handle, of somebody named to vouch for one.
LINKS = (
    SOON
    + """
import sys
from rempart.age.models import Challenge, Voucher
what, handle = sys.argv[1:]
rows = Challenge.objects if what == "challenge" else Voucher.objects
path = "handle" if what == "challenge" else "appeal__challenge__handle"
print(json.dumps(link_for(rows.filter(**{path: handle}).latest("pk").conversation)))
"""
)


@pytest.fixture(scope="module")
def run(site):
    """Run a program on the site's database; what it prints last, as JSON."""

    def run_program(program, *arguments):
        command = [sys.executable, "-c", program, *arguments]
        done = subprocess.run(command, env=site.environment, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run_program


@pytest.fixture(scope="module")
def world(run) -> dict:
    """The platform's key, and the addresses of people's pages."""
    return run(WORLD)


@pytest.fixture(scope="module")
def platform(site, world):
    """Call the API as the platform: `platform("POST", "attempts", {...})`."""

    def call(method, path, body=None):
        asked = urllib.request.Request(  # noqa: S310 - our own server
            f"{site.address}/api/v1/age/{path}",
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Bearer {world['key']}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked, timeout=20) as answered:  # noqa: S310
            return json.load(answered)

    return call


@pytest.fixture(scope="module")
def signing_up(platform):
    """The gate's address for a new sign-up: `signing_up("walk-1", language="en")`."""

    def sign_up(number, *, language="fr", **more):
        asked = {"number": number, "return_to": BACK, "country": "FR", "language": language, "thresholds": [13]}
        return platform("POST", "attempts", asked | more)["page"]

    return sign_up


@pytest.fixture
def opened(visit, site):
    """A small phone without an account or a script at an address of this site, in a language if the page offers it."""

    @contextmanager
    def open_page(address, *, language="fr", script=False, theme="light"):
        locale = {"fr": "fr-FR", "en": "en-GB"}[language]
        options = {"java_script_enabled": script, "locale": locale, "color_scheme": theme, **SMALL}
        with visit(storage_state=None, **options) as page:
            page.context.route(f"{BACK}**", lambda route: route.fulfill(body="the sign-up goes on"))
            go(page, site, address)
            if page.locator("html").get_attribute("lang") != language:
                page.get_by_role("button", name={"en": "English", "fr": "Français"}[language]).click()
            yield page

    return open_page


@pytest.fixture
def desk(visit, site):
    """The desk's page of ages, in English: `with desk() as page`."""

    @contextmanager
    def open_desk():
        with visit(locale="en-GB") as page:
            page.goto(site.address + "/age/")
            yield page

    return open_desk


def go(page, site, address) -> None:
    """Open the path of an address on the site under test, by whatever name and port it was written."""
    page.goto(site.address + re.sub(r"^https?://[^/]+", "", address))


def heading(page):
    return page.get_by_role("heading", level=1)


def born(page, day, month, year) -> None:
    """Type a birth date, and send it."""
    for field, value in zip(page.locator(".birth input").all(), (day, month, year), strict=True):
        field.fill(str(value))
    page.locator("main form button").first.click()


def answer_with(page, who) -> None:
    """From the page of a proof: answer with the test wallet as somebody."""
    page.locator("form[action$='/test-wallet/'] button").first.click()
    page.locator(f"button[name=person][value={who}]").click()


def look(page) -> None:
    """Nothing that axe finds, nothing wider than the screen, no word that nobody should read here."""
    for fold in page.locator("details").all():
        fold.evaluate("fold => { fold.open = true }")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert not NEVER.search(page.locator("body").inner_text())


# --- the gate


def test_a_child_is_asked_once_whatever_they_try(opened, signing_up, platform, site):
    address = signing_up("walk-child", origin={"device": "tablet"})
    with opened(address) as page:
        assert [field.input_value() for field in page.locator("main input[type=text]").all()] == ["", "", ""]
        assert not re.search(r"\b1[0-9]\b|\bans\b", page.locator("main form").inner_text())
        born(page, 3, 5, 2017)
        expect(heading(page)).to_have_text("Pas de compte pour le moment")
        page.go_back()
        if page.locator(".birth").count():
            born(page, 3, 5, 1990)
        expect(heading(page)).to_have_text("Pas de compte pour le moment")
        page.reload()
        expect(heading(page)).to_have_text("Pas de compte pour le moment")
        again = page.context.new_page()
        go(again, site, address)
        expect(heading(again)).to_have_text("Pas de compte pour le moment")
        go(again, site, signing_up("walk-child-again", origin={"device": "tablet"}))
        expect(heading(again)).to_have_text("Pas de compte pour le moment")
    for number in ("walk-child", "walk-child-again"):
        (bit,) = platform("GET", f"attempts/{number}")["results"]
        assert (bit["over"], bit["met"], bit["method"]) == (13, False, "stated")


def test_an_adult_goes_on_to_the_platform_which_learns_one_bit(opened, signing_up, platform):
    with opened(signing_up("walk-adult", language="en"), language="en") as page:
        born(page, 31, 2, 1990)
        expect(page.locator("main")).to_contain_text("There is no such day in the calendar")
        born(page, 3, 5, 1990)
        page.get_by_role("link", name="Go on with the sign-up").click()
        expect(page.locator("body")).to_have_text("the sign-up goes on")
    (bit,) = platform("GET", "attempts/walk-adult")["results"]
    assert bit.keys() == {"over", "met", "method", "confidence", "expires_at"}
    assert bit["met"]


# --- from a report to an account that is as before


def test_from_a_report_to_a_proof_that_restores_the_account(opened, desk, run, site):
    with opened("/age/report/") as reporter:
        reporter.get_by_label("Nom du compte").fill("@walk.reported")
        reporter.get_by_role("button", name="Continuer").click()
        reporter.get_by_label("L’enfant l’a dit ou écrit").check()
        reporter.get_by_role("button", name="Continuer").click()
        reporter.get_by_role("button", name="Envoyer").click()
        expect(heading(reporter)).to_have_text("Merci, c’est arrivé")
        assert "walk.reported" in reporter.locator("main").inner_text()
        with desk() as team:
            team.get_by_role("link", name="walk.reported").click()
            expect(team.locator(".head")).to_contain_text("To be decided by")
            team.locator("input[name=decision][value=prove]").check()
            team.get_by_label("Your reason").fill("Says so in two videos.")
            team.get_by_role("button", name="Decide").click()
            expect(team.locator("main")).to_contain_text("asked to say or show their age")
        reporter.reload()
        expect(heading(reporter)).to_contain_text("Décidé le")
    with opened(run(LINKS, "challenge", "walk.reported")) as page:
        expect(heading(page)).to_have_text("Nous te demandons ton âge")
        page.get_by_role("button", name="Montrer mon âge").click()
        expect(heading(page)).to_have_text("As-tu 13 ans ou plus ?")
        assert page.request.get(site.address + page.locator("img.scan").get_attribute("src")).ok
        answer_with(page, "fourteen")
        expect(heading(page)).to_have_text("C’est bon, merci")
        page.get_by_role("link", name="Continuer").click()
        expect(page.locator("main")).to_contain_text("Ton compte est comme avant")
        with desk() as team:
            assert "walk.reported" not in team.locator("main").inner_text()


def test_a_refusal_says_why_in_plain_words_and_leads_to_other_ways(opened, world):
    with opened(world["pages"]["refused"], language="en") as page:
        page.get_by_role("button", name="Show my age").click()
        answer_with(page, "eleven")
        expect(heading(page)).to_have_text("It did not work")
        expect(page.locator("main")).to_contain_text("It says nothing bad about you.")
        expect(page.locator("main")).to_contain_text("you are not 13 yet")
        page.get_by_role("link", name="See the other ways").click()
        expect(heading(page)).to_have_text("People are looking at it")
        expect(page.get_by_role("link", name="Name somebody")).to_be_visible()
        expect(page.get_by_role("link", name="Ask a parent")).to_be_visible()


# --- a guardian


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_guardian_shows_that_they_are_an_adult_agrees_and_withdraws(opened, signing_up, language):
    with opened(signing_up(f"walk-guardian-{language}", language=language), language=language) as page:
        born(page, 3, 5, 2012)
        page.locator("main a[href$='/guardian/']").click()
        page.locator("button[name=safe][value=yes]").click()
        page.locator("main form button").last.click()
        link = page.locator("code.link").text_content()
        with opened(link, language=language) as parent:
            parent.locator("button[name=do][value=prove]").click()
            answer_with(parent, "fourteen")
            expect(heading(parent)).to_have_text({"fr": "Cela n’a pas marché", "en": "It did not work"}[language])
            parent.locator("button[name=act][value=again]").click()
            answer_with(parent, "nineteen")
            parent.locator("main a.button").click()
            parent.locator("input[name=feature][value=account]").check()
            parent.get_by_role("button", name={"fr": "Donner mon accord", "en": "Give my consent"}[language]).click()
            expect(parent.get_by_role("status")).to_contain_text({"fr": "C’est ouvert", "en": "It is open"}[language])
            page.reload()
            expect(page.locator("#open-title")).to_be_visible()
            parent.locator("button[name=feature][value=account]").click()
            expect(parent.get_by_role("status")).to_contain_text({"fr": "retiré", "en": "withdrawn"}[language])
            page.reload()
            expect(page.locator("#open-title")).to_have_count(0)


# --- an appeal without papers


@pytest.mark.parametrize("language", ["fr", "en"])
def test_somebody_vouches_and_another_person_decides(opened, desk, world, run, language):
    own, handle = world["pages"][f"appeals-{language}"], f"walk.appeals.{language}"
    with opened(own, language=language) as page:
        page.locator("#vouch a.button").click()
        page.locator("input[name=capacity][value=school]").check()
        page.locator("input[name=name]").fill("Mme Petit, école Jules-Verne")
        page.locator("input[name=email]").fill("ecole@school.example")
        page.locator("main form button").first.click()
        expect(page.locator("main .notice").first).to_be_visible()
        with desk() as team:
            team.get_by_role("link", name=handle).first.click()
            team.get_by_text("I checked the address").click()
            team.get_by_label("How you checked the address").fill("Called the school.")
            team.get_by_role("button", name="Write to them").click()
            with opened(run(LINKS, "voucher", handle), language=language) as school:
                school.locator("button[name=answer][value=yes]").click()
                expect(heading(school)).to_have_text({"fr": "Merci", "en": "Thank you"}[language])
            team.reload()
            overturn = team.get_by_role("form", name="They are right: lift everything")
            overturn.get_by_label("Why").fill("The school says so.")
            overturn.get_by_role("button", name="Lift everything").click()
            expect(team.locator(".head .badges")).to_contain_text("lifted by a person")
        page.reload()
        expect(heading(page)).to_have_text({"fr": "C’est réglé", "en": "It is settled"}[language])


# --- for everybody

LOOKS = [
    ("looks", "", "fr", "dark"),
    ("looks", "say/", "en", "light"),
    ("looks", "appeal/", "en", "dark"),
    ("looks", "vouch/", "fr", "light"),
    ("looks", "guardian/", "fr", "dark"),
    ("guardian", "", "en", "light"),
    ("gate", "", "fr", "light"),
    ("report", "", "en", "dark"),
    ("why", "", "fr", "dark"),
]


@pytest.mark.parametrize("which", LOOKS, ids=["-".join(one).replace("/", "") for one in LOOKS])
def test_a_page_is_for_everybody(opened, world, signing_up, site, which):
    name, path, language, theme = which
    addresses = world["pages"] | {"report": "/age/report/", "why": "/age/report/?account=tiktok:walk.looks"}
    address = signing_up("walk-looks", language=language) if name == "gate" else addresses[name]
    with opened(address, language=language, theme=theme, script=True) as page:
        if path:
            go(page, site, address + path)
        look(page)
