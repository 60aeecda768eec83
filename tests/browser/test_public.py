"""The public site as everybody meets it: accessible in every look, without a script, from a phone, by keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [("fr-FR", "light", "desk"), ("fr-FR", "dark", "phone"), ("en-GB", "light", "phone"), ("en-GB", "dark", "desk")]
PAGES = [
    "/transparency/",
    "/transparency/rules/",
    "/transparency/rules/rempart/2026-11-22/",
    "/transparency/verify/",
    "/transparency/terms/",
]


@pytest.fixture(params=LOOKS, ids="-".join)
def outsider(request, site, visit, on_phone):
    """A page of somebody who has no account and no JavaScript, in one look."""
    language, theme, size = request.param
    looks = {"locale": language, "color_scheme": theme, **(on_phone if size == "phone" else {})}
    with visit(storage_state=None, **looks) as page:
        yield page


@pytest.mark.parametrize("path", PAGES)
def test_a_public_page_is_accessible_fits_and_asks_nothing_of_anybody_else(outsider, path, site):
    asked, complaints = [], []
    outsider.on("request", lambda request: asked.append(request.url))
    outsider.on("console", lambda message: complaints.append(message.text))
    outsider.goto(site.address + path)
    # With every fold open: what is inside is read too.
    outsider.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    results = Axe().run(outsider, options={"runOnly": RULES, "resultTypes": ["violations"]})
    assert results.violations_count == 0, results.generate_report()
    assert outsider.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert [url for url in asked if not url.startswith(site.address + "/")] == []
    assert complaints == []
    words = outsider.locator("body").inner_text().lower()
    assert not {word for word in ("guilty", "coupable", "victim") if word in words}


@pytest.fixture
def without_scripts(site, visit):
    """A page of somebody who has no account, in English, in a browser that runs no script."""
    with visit(storage_state=None, locale="en-GB", java_script_enabled=False) as page:
        page.goto(site.address + "/transparency/")
        yield page


def test_the_demonstration_says_that_its_figures_are_invented(without_scripts):
    assert without_scripts.get_by_text("These figures are invented.").is_visible()


def test_a_journalist_gets_four_answers_and_the_data(without_scripts):
    answers = without_scripts.locator(".answers dd .large").all_inner_texts()
    assert len(answers) == 4
    assert "–" not in answers
    with without_scripts.expect_download() as waiting:
        without_scripts.get_by_role("link", name="Download as a spreadsheet (CSV)").click()
    assert waiting.value.path().read_text(encoding="utf-8").startswith("from,to,revision,")


def test_the_table_of_the_same_numbers_opens_without_a_script(without_scripts):
    without_scripts.get_by_text("The same numbers as a table").click()
    assert without_scripts.get_by_role("table").first.get_by_role("row").count() > 12


def test_somebody_follows_the_rules_to_what_changed(without_scripts):
    without_scripts.get_by_role("link", name="Read the rules").click()
    without_scripts.get_by_role("link", name="what changed").first.click()
    assert without_scripts.get_by_role("heading", name="What changed").is_visible()
    assert without_scripts.get_by_text("where it was: at least 2", exact=False).first.is_visible()


def test_the_keyboard_alone_reaches_how_to_check(without_scripts):
    for _step in range(60):
        without_scripts.keyboard.press("Tab")
        if without_scripts.evaluate("document.activeElement.textContent.trim()") == "How to check":
            break
    without_scripts.keyboard.press("Enter")
    without_scripts.wait_for_url("**/transparency/verify/")
    assert without_scripts.get_by_role("heading", name="Check it yourself").is_visible()
