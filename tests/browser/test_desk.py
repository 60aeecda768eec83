"""The desk in a real browser: palette and keys, next case, severe texts; and the same without a script."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NEXT = "Dossier suivant"


@pytest.fixture
def page(visit):
    """A page of the person who signed in."""
    with visit() as opened:
        yield opened


def palette(page):
    """The palette, opened by its keys."""
    page.keyboard.press("Control+k")
    found = page.locator("#palette")
    expect(found).to_be_visible()
    return found


def test_the_palette_goes_to_a_case_by_a_part_of_its_handle(page, site):
    page.goto(site.address + "/cases/")
    line = page.locator("[data-rows] a.account").nth(5)
    handle, address = line.inner_text().split()[0], line.get_attribute("href")
    found = palette(page)
    page.keyboard.type(handle[2:])
    expect(found.get_by_role("option", name=re.compile(re.escape(handle)))).to_be_visible()
    while handle not in found.locator("[aria-selected=true]").inner_text():
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(site.address + address)


def test_the_palette_finds_pages_whatever_their_accents_and_gives_the_focus_back(page, site):
    page.goto(site.address + "/cases/")
    page.keyboard.press("j")
    before = page.evaluate("document.activeElement.href")
    found = palette(page)
    page.keyboard.type("regl")
    expect(found.locator("[aria-selected=true]")).to_contain_text("Règlements")
    results = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    assert results.violations_count == 0, results.generate_report()
    page.keyboard.press("Escape")
    expect(found).to_be_hidden()
    assert page.evaluate("document.activeElement.href") == before


def test_the_palette_does_what_the_page_offers(page, site, find_case):
    page.goto(site.address + find_case("waiting"))
    found = palette(page)
    page.keyboard.type("refuser")
    expect(found.locator("[aria-selected=true]")).to_contain_text("action")
    page.keyboard.press("Enter")
    expect(page.locator('[data-action="decline"] textarea').first).to_be_focused()
    assert page.url == site.address + find_case("waiting")


def test_the_palette_searches_everywhere_for_what_it_does_not_know(page, site):
    page.goto(site.address + "/cases/")
    palette(page)
    page.keyboard.type("photos envoyées")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?q=photos"))


def test_g_and_a_letter_go_to_a_page(page, site):
    page.goto(site.address + "/cases/")
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page).to_have_url(site.address + "/due/")


def test_n_takes_the_next_case_and_x_leaves_it(page, site):
    page.goto(site.address + "/cases/")
    page.keyboard.press("n")
    expect(page.locator(".claim")).to_contain_text("Vous travaillez sur ce dossier")
    first = page.url
    page.keyboard.press("n")
    expect(page).not_to_have_url(first)
    page.keyboard.press("x")
    expect(page.locator(".claim")).to_contain_text("Personne ne travaille")


def test_m_writes_a_note_and_letters_in_it_are_letters(page, site, find_case):
    page.goto(site.address + find_case("none"))
    page.keyboard.press("m")
    page.keyboard.type("gnx ?")
    expect(page.locator("#notes textarea")).to_have_value("gnx ?")


def test_severe_texts_open_by_a_button_without_a_script_and_are_counted(visit, site):
    with visit(java_script_enabled=False) as page:
        page.goto(site.address + "/cases/")
        page.get_by_role("button", name=NEXT).click()
        before = page.locator(".exposure .number").inner_text()
        expect(page.locator(".testimony")).to_have_count(0)
        page.get_by_role("button", name="Ouvrir les textes").click()
        expect(page.locator(".testimony blockquote").first).to_be_visible()
        assert page.locator(".exposure .number").inner_text() != before


def test_search_works_without_a_script(visit, site):
    with visit(java_script_enabled=False) as page:
        page.goto(site.address + "/waves/")
        page.get_by_role("link", name="Chercher").click()
        page.locator("main input[type=search]").fill("photos")
        page.locator("main").get_by_role("button").click()
        expect(page.locator("[data-rows] a.account").first).to_be_visible()
