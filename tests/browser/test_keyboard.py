"""The keyboard of the desk: every key of the list does what it says, none gets in the way, and focus is always seen."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def page(visit):
    """A page of the person who signed in."""
    with visit() as opened:
        yield opened


def focused(page, attribute):
    """An attribute of what has the focus."""
    return page.evaluate("name => document.activeElement.getAttribute(name)", attribute)


def test_the_first_stop_skips_to_the_content(page, site):
    page.goto(site.address + "/cases/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert focused(page, "id") == "content"


def test_j_k_and_enter_go_through_the_lines_and_open_one(page, site):
    page.goto(site.address + "/cases/")
    lines = [line.get_attribute("href") for line in page.locator("[data-rows] a.account").all()]
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert focused(page, "href") == lines[0]
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(site.address + lines[1])


def test_j_goes_through_the_queue_beside_a_case(page, site, find_case):
    page.goto(site.address + find_case("waiting"))
    page.keyboard.press("j")
    assert focused(page, "href").startswith("/cases/")


@pytest.mark.parametrize("key", ["l", "a"])
def test_a_key_goes_to_its_form_and_sends_nothing(page, site, find_case, key):
    state, name = {"l": ("in_force", "lift"), "a": ("waiting", "approve")}[key]
    page.goto(site.address + find_case(state))
    page.keyboard.press(key)
    expect(page.locator(f'[data-action="{name}"] textarea')).to_be_focused()
    assert page.url == site.address + find_case(state)


def test_c_goes_to_confirm(page, site):
    page.goto(f"{site.address}/cases/?state=in_force")
    cases = page.locator("[data-rows] a.account")
    for address in [cases.nth(row).get_attribute("href") for row in range(cases.count())]:
        page.goto(site.address + str(address))
        if page.locator('[data-action="confirm"]').count():
            break  # what somebody confirmed already has no such form
    page.keyboard.press("c")
    expect(page.locator('[data-action="confirm"] textarea')).to_be_focused()


def test_letters_typed_in_a_field_are_letters(page, site, find_case):
    page.goto(site.address + find_case("waiting"))
    page.keyboard.press("a")
    page.keyboard.type("jkl ?")
    expect(page.locator('[data-action="approve"] textarea')).to_have_value("jkl ?")


def test_the_question_mark_shows_every_key_and_escape_gives_the_focus_back(page, site):
    page.goto(site.address + "/waves/")
    page.keyboard.press("j")
    before = focused(page, "href")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Clavier")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert focused(page, "href") == before


def test_single_keys_can_be_turned_off_and_on(page, site):
    page.goto(site.address + "/keys/")
    page.get_by_role("button", name="Les désactiver").click()
    page.goto(site.address + "/cases/")
    page.keyboard.press("j")
    assert focused(page, "href") is None
    page.goto(site.address + "/keys/")
    page.get_by_role("button", name="Les réactiver").click()
    page.goto(site.address + "/cases/")
    page.keyboard.press("j")
    assert focused(page, "href").startswith("/cases/")


def test_the_focus_is_seen_on_everything_that_takes_it(page, site, find_case):
    page.goto(site.address + find_case("waiting"))
    for _step in range(25):
        page.keyboard.press("Tab")
        width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert (width >= 2, style) == (True, "solid"), page.evaluate("document.activeElement.outerHTML")


def test_everything_touched_is_large_enough_for_a_finger(visit, site, find_case, on_phone):
    with visit(**on_phone) as page:
        page.goto(site.address + find_case("waiting"))
        small = page.evaluate(
            """() => [...document.querySelectorAll("button, select, textarea, summary, nav.nav a, a.button")]
                .filter(e => e.offsetParent && e.getBoundingClientRect().height < 44)
                .map(e => e.outerHTML.slice(0, 120))"""
        )
        assert small == []


def test_nothing_moves_for_those_who_asked_for_less_motion(visit, site):
    with visit(reduced_motion="reduce") as page:
        page.goto(site.address + "/waves/")
        assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
