"""The young person's page as they meet it: a small phone, no JavaScript, both languages, help without scrolling."""

import json
import re
import subprocess
import sys
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALL = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
NEVER = re.compile(r"\b(victim\w*|cases?|dossiers?|risk\w*|risqu\w*|guilt\w*|coupable\w*)\b", re.IGNORECASE)

# A young person with everything on their page, their mother, one who is not well, a British one, an adult.
WORLD = """
import json
import django
django.setup()
from rempart.care.services import asking, files, mandates, people
from rempart.care.services.welcome import welcome
from rempart.correspondence.links import link_for
from rempart.records.references import AccountReference
from rempart.staff.services import add_member

one, other = (add_member(f"{name}@care.example", name=name.title(), roles=["care"]) for name in ("nour", "elio"))

def offered(handle, **known):
    file = files.open_file(AccountReference("tiktok", handle, None), acting=one, because="invented", **known)
    welcome(file, acting=one)
    return file

def page(conversation):
    return link_for(conversation).partition("//")[2].partition("/")[2]

full = files.accept(offered("zoe.invented", age_band="13_15", country="FR"))
mentor = people.add_mentor(name="Ines B.", reach="ines@example.org", words="J’étudie la biologie.", languages=["fr"],
                           acting=one)
people.check_mentor(mentor, acting=other)
people.invite_mentor(full, mentor, acting=one)
mandates.give_mandate(full, name="Lou Agence", reach="lou@example.org", scope=["press", "contracts"])
files.say_whether_safe(full, True)
mother = people.name_guardian(full, name="ma mère", reach="mere@example.org")
people.show_settings(mother, shown=True)
people.tell_guardian(mother)
mother.refresh_from_db()
waiting = offered("lea.invented", age_band="16_17", country="FR")
asking.say_not_well(waiting)
found = {
    "full": full, "waiting": waiting,
    "small": offered("tom.invented", age_band="under_13", country="FR"),
    "british": offered("ivy.invented", age_band="13_15", country="GB", language="en"),
    "adult": offered("nina.invented", age_band="18_plus", country="FR"),
    "walked": offered("max.invented", age_band="13_15", country="FR"),
}
theirs = {name: page(file.conversation) for name, file in found.items()}
print(json.dumps(theirs | {"guardian": page(mother.conversation)}))
"""


@pytest.fixture(scope="module")
def pages(site) -> dict[str, str]:
    """The addresses of their pages."""
    done = subprocess.run(
        [sys.executable, "-c", WORLD], env=site.environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return {name: f"{site.address}/{path}" for name, path in json.loads(done.stdout.splitlines()[-1]).items()}


@pytest.fixture
def opened(visit):
    """Open a page without having signed in: `with opened(url, language="fr") as page`; on a small phone, no script."""

    @contextmanager
    def open_page(address, path="", *, language="fr", theme="light", script=False):
        with visit(storage_state=None, color_scheme=theme, java_script_enabled=script, **SMALL) as page:
            page.goto(address)
            if page.locator("html").get_attribute("lang") != language:
                page.get_by_role("button", name={"en": "English", "fr": "Français"}[language]).click()
            if path:
                page.goto(address + path)
            yield page

    return open_page


def in_sight(page, locator) -> bool:
    """Whether the whole of it stands on the first screen, nothing having been scrolled."""
    box = locator.bounding_box()
    screen = page.viewport_size
    return (
        box is not None
        and box["y"] >= 0
        and box["y"] + box["height"] <= screen["height"]
        and box["x"] + box["width"] <= screen["width"]
    )


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("which", ["small", "full", "waiting", "british", "adult", "guardian"])
def test_help_stands_on_the_first_screen_of_a_small_phone(opened, pages, which, language):
    with opened(pages[which], language=language) as page:
        dials = page.locator(".dials .dial")
        assert dials.count() >= 2
        assert all(in_sight(page, dial) for dial in dials.all())
        assert in_sight(page, page.locator("[data-leave]"))
        if which != "guardian":
            assert in_sight(page, page.locator(".helpline a[href$='/now/']"))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("which", ["small", "full", "british", "adult"])
def test_on_the_crisis_path_every_number_and_the_human_stand_on_one_screen(opened, pages, which, language):
    with opened(pages[which], "now/", language=language) as page:
        dials = page.locator(".numbers-brief .dial")
        assert dials.count() >= 2
        assert all(in_sight(page, dial) for dial in dials.all())
        assert in_sight(page, page.locator("main form button"))
        assert in_sight(page, page.locator("[data-leave]"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_while_they_wait_numbers_and_what_was_sent_stand_on_one_screen(opened, pages, language):
    with opened(pages["waiting"], "now/", language=language) as page:
        assert all(in_sight(page, dial) for dial in page.locator(".dials .dial").all())
        assert in_sight(page, page.locator(".notice"))


LOOKS = [
    ("full", "", "fr", "light"),
    ("full", "", "en", "dark"),
    ("small", "now/", "fr", "dark"),
    ("british", "now/", "en", "light"),
    ("waiting", "now/", "fr", "light"),
    ("small", "adult/", "fr", "light"),
    ("full", "call/", "en", "dark"),
    ("full", "erase/", "fr", "dark"),
    ("guardian", "", "fr", "light"),
    ("adult", "", "en", "dark"),
]


@pytest.mark.parametrize("look", LOOKS, ids=["-".join(look).replace("/", "") for look in LOOKS])
def test_a_page_is_accessible_fits_and_asks_nothing_of_anybody_else(opened, pages, site, look):
    which, path, language, theme = look
    with opened(pages[which], language=language, theme=theme, script=True) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(pages[which] + path)
        for fold in page.locator("details").all():
            fold.evaluate("fold => { fold.open = true }")
        results = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert [url for url in asked if not url.startswith(site.address + "/")] == []
        assert page.context.cookies() == []
        assert page.title() in {"Ma page", "My page"}
        assert not NEVER.search(page.locator("body").inner_text())


def test_a_link_that_opens_nothing_is_accessible_and_shows_whom_to_call(opened, site):
    with opened(site.address + "/y/nothing/", script=True) as page:
        assert all(in_sight(page, dial) for dial in page.locator(".dials .dial").all())
        results = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
        assert results.violations_count == 0, results.generate_report()


def test_the_crisis_path_by_keyboard_reaches_the_desk_of_the_care_team(opened, pages, site, visit):
    with opened(pages["walked"]) as page:
        page.goto(pages["walked"])
        for _key in range(20):  # skip link, language, leave, the numbers, then the button
            page.keyboard.press("Tab")
            if page.locator(":focus").get_attribute("href") == page.locator(".helpline a.button").get_attribute("href"):
                break
        page.keyboard.press("Enter")
        page.wait_for_url("**/now/")
        page.locator("main form button").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".notice")
        assert "Personne n’a encore dit" in page.locator(".notice").inner_text()
        with visit() as desk:  # the visitor belongs to the care team, too
            desk.goto(site.address + "/care/")
            assert "max.invented" in desk.locator("main").inner_text()
            desk.locator("a[href*='/care/asked/']").last.click()
            assert desk.locator("h1").count() == 1


def test_yes_to_a_mentor_and_an_agent_stopped_without_javascript(opened, pages):
    with opened(pages["full"]) as page:
        page.get_by_role("button", name="Oui", exact=True).click()
        assert "Tu as dit oui à Ines B." in page.locator("main").inner_text()
        page.get_by_role("link", name="Arrêter avec Lou Agence").click()
        page.get_by_role("button", name="Oui, arrêter").click()
        assert "Lou Agence" not in page.locator("main").inner_text()


def test_not_safe_is_one_choice_and_one_button(opened, pages):
    with opened(pages["small"]) as page:
        page.get_by_role("link", name="Répondre").click()
        page.get_by_label("Ce n’est pas sûr pour moi").check()
        page.get_by_role("button", name="Envoyer ma réponse").click()
        assert "Tu as dit que ce n’est pas sûr" in page.locator("main").inner_text()


@pytest.mark.parametrize("script", [False, True])
def test_leaving_shows_a_page_that_says_nothing(opened, pages, script):
    with opened(pages["british"], "now/", language="en", script=script) as page:
        page.get_by_role("link", name="Leave this page").click()
        page.wait_for_url("**/away/")
        assert "Rempart" not in page.content()
