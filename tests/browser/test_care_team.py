"""The care team's pages in a real browser, without scripts and by keyboard: axe finds nothing, nothing is too wide."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CARER = "nour.haddad@rempart.example"
LOOKS = {"french-desk": ("fr-FR", "light", False), "english-phone": ("en-GB", "dark", True)}


@pytest.fixture(scope="module")
def carer(site, visit) -> dict:
    """The cookies of somebody of the invented care team, who sees nothing of the desk but Care."""
    with visit(storage_state=None) as page:
        page.goto(site.sign_in_link(CARER))
        page.locator("main button").click()
        page.wait_for_url(re.compile(r"/care/$"))
        return page.context.storage_state()


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_of_the_care_team_hold_nothing_against_anybody_who_uses_them(site, visit, carer, on_phone, look):
    locale, theme, phone = LOOKS[look]
    with visit(locale=locale, color_scheme=theme, storage_state=carer, **(on_phone if phone else {})) as page:
        page.goto(site.address + "/care/")
        first = page.locator("main section").first
        expect(first.get_by_role("link", name=re.compile("mia.cadence"))).to_be_visible()
        pages = [page.url]
        for link in (first.get_by_role("link").first, page.get_by_role("link", name=re.compile("zoe.pixel")).first):
            pages.append(site.address + str(link.get_attribute("href")))
        pages += [site.address + path for path in ("/care/open/", "/care/mentors/", "/care/after-a-death/")]
        for address in pages:
            page.goto(address)
            for fold in page.locator("main details").all():
                fold.evaluate("fold => { fold.open = true }")
            found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
            assert found.response["violations"] == [], address
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), (
                address
            )


def test_a_call_is_seen_to_without_scripts_and_with_the_keyboard_alone(site, visit, carer):
    with visit(locale="en-GB", storage_state=carer, java_script_enabled=False) as page:
        page.goto(site.address + "/care/")
        page.locator("main section").first.get_by_role("link").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/care/asked/"))
        page.get_by_role("button", name="I see to it").focus()
        page.keyboard.press("Enter")
        expect(page.locator("main dl")).to_contain_text("Nour Haddad")
