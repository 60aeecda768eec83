"""A question walked by two people without JavaScript, on a desk and on a phone; axe finds nothing on the way."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SECOND = "second@rempart.example"
LOOKS = {"french-desk": ("fr-FR", "light", False), "english-phone": ("en-GB", "dark", True)}
PATIENCE = 120_000  # ms: figures are counted and set in type on a machine that does other things too


@pytest.fixture(scope="module")
def colleague(site, visit) -> dict:
    """The cookies of another authority liaison."""
    site.command("staff", "invite", SECOND, "--name", "Lina Morel", "--role", "authority_liaison")
    with visit(storage_state=None) as page:
        page.goto(site.sign_in_link(SECOND))
        page.locator("main button").click()
        page.wait_for_url(re.compile(r"/(waves|authorities|desk)/"))
        return page.context.storage_state()


@pytest.fixture(params=LOOKS)
def look(request, on_phone) -> dict:
    """The language, the theme and the size of a walk."""
    locale, theme, phone = LOOKS[request.param]
    return {"locale": locale, "color_scheme": theme, **(on_phone if phone else {})}


@pytest.fixture
def check(visit, look):
    """Axe finds nothing on a page, and nothing is wider than it: opened again where scripts run, as axe is one."""

    def look_at(page) -> None:
        with visit(**look | {"storage_state": page.context.storage_state()}) as seen:
            seen.goto(page.url)
            found = Axe().run(seen, options={"runOnly": {"type": "tag", "values": RULES}})
            assert found.response["violations"] == [], page.url
            assert seen.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    return look_at


def _send(page, leads_to: str, **values: str) -> None:
    """Fill in the form of a page, and wait for the page that it leads to."""
    for name, value in values.items():
        page.locator(f'main [name="{name}"]').fill(value)
    page.locator("main form button").last.click()
    page.wait_for_url(re.compile(leads_to), timeout=PATIENCE)


def _act(page, name: str) -> None:
    """Fill in the form of an act, unfolded if need be, and send it."""
    form = page.locator("form", has=page.locator(f'input[name="do"][value="{name}"]'))
    for box in form.locator("textarea, input[type=text]").all():
        box.fill("As it should be.")
    if form.locator('input[name="how"][type=radio]').count():
        form.locator('input[name="how"]').first.check()
    form.locator("button").click()
    expect(form).to_have_count(0)


def _asked(page, address: str, who: str, check) -> None:
    """The authority is entered, and its question registered."""
    page.goto(address + "/requests/authorities/")
    page.locator('[name="kind"]').select_option("ministry")
    _send(page, "/authorities/$", name=who, contact="The switchboard of its directory")
    check(page)
    page.goto(address + "/requests/new/")
    check(page)
    page.locator('[name="authority"]').select_option(label=f"{who} (FR)")
    page.locator('[name="kind"][value="question"]').check()
    period = {"start": "2020-06-17T00:00", "end": "2100-01-01T00:00", "hashtag": "#balancetontiktokeur"}
    _send(page, r"/requests/\d+/$", reference=who, received_at="2020-07-02T09:00", words="What did you do?", **period)
    check(page)


def _promised(page, address: str, who: str, check) -> None:
    """What was promised in the answer is recorded."""
    page.goto(address + "/requests/commitments/")
    page.locator('[name="authority"]').select_option(label=f"{who} (FR)")
    page.locator('[name="owner"]').select_option(index=1)
    times = {"promised_at": "2020-07-02T09:00", "due": "2100-01-01T00:00"}
    _send(page, r"/commitments/\d+/$", words="A report each month.", **times)
    check(page)
    page.goto(address + "/requests/commitments/")
    check(page)


def test_a_question_from_the_letter_to_the_answer_handed_over(visit, site, colleague, look, check):
    who = f"Ministry of {look['locale']}"
    with (
        visit(java_script_enabled=False, **look) as mine,
        visit(java_script_enabled=False, **look | {"storage_state": colleague}) as theirs,
    ):
        _asked(mine, site.address, who, check)
        theirs.goto(mine.url)
        check(theirs)
        _act(theirs, "authenticate")
        mine.reload()
        _act(mine, "acknowledge")
        mine.locator('a[href$="/answer/"]').click()
        check(mine)
        _send(mine, r"/requests/answers/\d+/$", words="Here are the figures.")
        theirs.goto(mine.url)
        check(theirs)
        with theirs.expect_download() as started:
            theirs.locator('a[href$="/document/"]').click()
        assert started.value.suggested_filename.endswith(".pdf")
        _act(theirs, "approve")
        mine.reload()
        _act(mine, "send")
        check(mine)
        _promised(mine, site.address, who, check)
        mine.goto(site.address + "/requests/?show=all")
        expect(mine.locator("main table")).to_contain_text(who)
        check(mine)
