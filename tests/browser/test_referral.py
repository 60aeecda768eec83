"""From somebody's fear to a file that an authority can check: without JavaScript, in both languages, with axe."""

import re
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
REASON = "Une mineure écrit qu'elle a peur pour sa vie."


def check(page) -> None:
    """Axe finds nothing on the page, and nothing is wider than it."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.fixture(params=[("fr-FR", False), ("en-GB", True)], ids=["french-desk", "english-phone"])
def look(request, on_phone):
    """The language and the size of a walk."""
    locale, phone = request.param
    return {"locale": locale, **(on_phone if phone else {})}


def test_a_liaison_answers_assembles_and_hands_over_a_file_that_anybody_can_check(
    visit, site, find_case, look, tmp_path
):
    case = find_case("in_force")
    with visit(java_script_enabled=False, **look) as page:
        page.goto(site.address + case)
        danger = page.locator('form[action$="/danger/"]')
        danger.locator("xpath=..").locator("summary").click()
        danger.locator("textarea").fill(REASON)
        danger.locator("button").click()
        question = page.locator('#authorities a[href*="/authorities/threats/"]').first.get_attribute("href")
        page.goto(site.address + "/authorities/")
        page.locator(f'a[href="{question}"]').click()
        expect(page.locator("#answer form")).to_be_visible()
        page.locator('input[name="inform"][value="yes"]').check()
        page.locator('select[name="victim_state"]').select_option("FR")
        page.locator('input[name="article_434_3"][value="asks"]').check()
        page.locator('#answer textarea[name="reason"]').fill(REASON)
        page.locator("#answer form button").click()
        page.wait_for_url(re.compile(r"/authorities/cases/\d+/file/"))
        page.locator('input[name="kind"][value="justice"]').check()
        page.locator('input[name="addressee"]').fill("Parquet de Paris")
        page.locator('textarea[name="reason"]').fill(REASON)
        page.locator("form.action button").click()
        page.wait_for_url(re.compile(r"/authorities/referrals/\d+/$"))
        with page.expect_download() as started:
            page.locator('a[href$="/archive/"]').click()
        file = tmp_path / "file.zip"
        started.value.save_as(file)
        verified = subprocess.run(
            [sys.executable, "-m", "rempart.cli", "referral", "verify", str(file)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert verified.returncode == 0, verified.stdout
        shown = page.locator("code.hash").inner_text()
        assert shown in verified.stdout
        approve = page.locator("form", has=page.locator('input[value="approve"]'))
        approve.locator("textarea").fill(REASON)
        approve.locator("button").click()
        expect(page.locator("form input[value=approve]")).to_have_count(0)
        page.goto(site.address + case)
        expect(page.locator("#authorities")).to_contain_text("R-")


@pytest.mark.parametrize("name", ["overview", "question", "file", "referral", "case"])
def test_the_pages_have_nothing_that_axe_finds(visit, site, find_case, name, look):
    with visit(**look) as page:
        page.goto(site.address + "/authorities/")
        places = {
            "overview": lambda: "/authorities/",
            "case": lambda: find_case("in_force"),
            "question": lambda: page.locator('a[href*="/authorities/threats/"]').first.get_attribute("href"),
            "referral": lambda: page.locator('a[href*="/authorities/referrals/"]').first.get_attribute("href"),
            "file": lambda: "/authorities/cases/" + find_case("in_force").strip("/").rsplit("/", 1)[-1] + "/file/",
        }
        page.goto(site.address + places[name]())
        check(page)
