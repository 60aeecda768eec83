"""Platforms in a real browser: one is added, tried and disabled; a measure is followed there, all on a narrow phone."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CLOSE = "It can no longer write first to anyone: the platform cannot limit that to minors."


def check(page):
    """The page is accessible and fits."""
    results = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.fixture
def page(visit):
    """A page in English of the person who signed in, on a narrow phone."""
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    with visit(locale="en-GB", **phone) as opened:
        yield opened


@pytest.fixture
def added(page, site):
    """A platform for the accounts of the wave, at an address where nobody answers; it is disabled in the end."""
    page.goto(site.address + "/staff/platforms/")
    check(page)
    page.locator("main a.button").click()
    check(page)
    page.locator("main a[href$='/webhook/']").click()
    check(page)
    page.locator("[name=name]").fill("ours")
    page.locator("[name=service]").select_option("tiktok")
    page.locator("[name=address]").fill("http://127.0.0.1:9")
    page.locator("[name=secret]").fill("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    for fold in page.locator("main form details").all():
        fold.locator("summary").click()
    for choice in page.locator("[name$=support]").all():
        choice.select_option("native")
    page.locator("[name='abilities.no_contact_with_minors.support']").select_option("approximated")
    page.locator("[name='abilities.no_contact_with_minors.how.fr']").fill(CLOSE)
    page.locator("[name='abilities.no_contact_with_minors.how.en']").fill(CLOSE)
    page.locator("[name='abilities.no_contact_with_minors.as']").select_option("no_new_contacts")
    page.locator("main form .button").click()
    page.wait_for_url(re.compile(r"/staff/platforms/\d+/$"))
    address = page.url
    yield address
    page.goto(address)
    page.locator("form[action$='/switch/'] button").click()
    expect(page.locator("form[action$='/switch/'] input[name=enabled]")).to_have_value("yes")


def test_a_platform_is_added_and_a_measure_followed_there(page, site, added, find_case):
    check(page)
    page.locator("form[action*='/check/'] button").click()
    expect(page.locator("main [role=status] .notice-error")).to_be_visible()
    check(page)
    page.goto(site.address + find_case("in_force"))
    expect(page.locator("section[aria-labelledby=platform]")).to_contain_text("ours")
    check(page)
    page.locator("section[aria-labelledby=platform] .list a").first.click()
    page.wait_for_url("**/measures/*/")
    expect(page.locator(".timeline > li")).not_to_have_count(0)
    expect(page.locator(".chart-phone svg")).to_be_visible()
    check(page)
    page.goto(site.address + "/platforms/")
    check(page)
