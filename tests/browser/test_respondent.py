"""The respondent's page as people meet it: on a phone, without JavaScript, in both languages, an adult or a minor."""

import json
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [("fr", "light", "desk"), ("fr", "dark", "phone"), ("en", "light", "phone"), ("en", "dark", "desk")]

# Two people restrained by the rulebook in force, through the services that do it every day; two minutes later.
WORLD = """
import json
from datetime import timedelta
import django
django.setup()
from rempart import records
from rempart.casework.services import approve_decision, record_assessment, rulebook_in_force
from rempart.casework.services.respondents import respondent_link
from rempart.intake.models import Account, Testimony
from rempart.ledger import clock
from rempart.staff.models import StaffMember

first, second = StaffMember.objects.filter(roles__overlap=["senior_reviewer", "reviewer"]).order_by("pk")[:2]
made = {}
for name, age_band in (("adult", "18_plus"), ("appeals", "18_plus"), ("minor", "13_15")):
    clock.set_offset(timedelta(0))
    account = Account.objects.create(
        service="tiktok", handle=f"respondent.{name}", age_band=age_band, monetised=True, first_seen_at=clock.now()
    )
    for number in range(4):
        Testimony.objects.create(
            uid=f"{name}:{number}", account=account, received_at=clock.now(), channel="user_report", stance="testimony",
            conduct=["sexual_messages", "financial_exploitation"], conduct_services=["snapchat"], met_on=["tiktok"],
            text="...", reporter=f"{name}:{number}", reporter_facts={}, evidence=[],
        )
    said = records.Assessment(
        about=account.reference, as_of=clock.now(), testimonies=4, relays=0, disputes=0, credibility=0.97,
        independent_sources=4.0, coordination=0.0, severity=3, complainant_minors=3, met_on=["tiktok"],
        conduct=["sexual_messages", "financial_exploitation"], by_channel={"user_report": 4},
        account=records.AccountFacts(age_band=age_band, monetised=True, reach=250000),
    )
    case = record_assessment(account, said, *rulebook_in_force())
    decision = case.decisions.get(state="proposed")
    approve_decision(decision, acting=first, reason="It holds together.")
    decision.refresh_from_db()
    if decision.state == "proposed":
        approve_decision(decision, acting=second, reason="I agree.")
    clock.set_offset(timedelta(minutes=2))
    made[name] = "/r/" + respondent_link(case).partition("/r/")[2]
print(json.dumps(made))
"""


@pytest.fixture(scope="module")
def pages(site) -> dict[str, str]:
    """The addresses of the pages of an adult, of another who appeals, and of somebody of 13 to 15."""
    done = subprocess.run(
        [sys.executable, "-c", WORLD], env=site.environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return {name: site.address + path for name, path in json.loads(done.stdout.splitlines()[-1]).items()}


@pytest.fixture
def opened(visit, on_phone):
    """Open a page without having signed in and without JavaScript: `with opened(url, language="fr") as page`."""
    from contextlib import contextmanager

    @contextmanager
    def open_page(address, *, language="fr", theme="light", size="phone", script=False):
        options = {"storage_state": None, "color_scheme": theme, "java_script_enabled": script}
        with visit(**options, **(on_phone if size == "phone" else {})) as page:
            page.goto(address)
            if page.locator("html").get_attribute("lang") != language:
                page.get_by_role("button", name={"en": "English", "fr": "Français"}[language]).click()
            yield page

    return open_page


@pytest.mark.parametrize("who", ["adult", "minor"])
@pytest.mark.parametrize("look", LOOKS, ids="-".join)
def test_the_page_is_accessible_and_fits(opened, pages, who, look):
    language, theme, size = look
    with opened(pages[who], language=language, theme=theme, size=size, script=True) as page:
        for fold in page.locator("details").all():
            fold.evaluate("fold => { fold.open = true }")
        results = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert page.context.cookies() == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_respondent_answers_on_a_phone_without_javascript(opened, pages, tmp_path, language):
    said = {
        "fr": ("Votre message", "Envoyer", "Nous avons reçu votre message", "Revenir à votre page"),
        "en": ("Your message", "Send", "We have received your message", "Back to your page"),
    }
    label, send, received, back = said[language]
    export = tmp_path / "export.txt"
    export.write_text("The whole conversation, as it was.")
    with opened(pages["adult"], language=language) as page:
        page.get_by_role("link", name={"fr": "Répondre", "en": "Answer"}[language]).click()
        page.get_by_label(label).fill(f"Voici la conversation entière ({language}).")
        page.locator("input[type=file]").set_input_files(export)
        page.get_by_role("button", name=send, exact=True).click()
        assert page.get_by_role("heading", level=1).inner_text() == received
        page.get_by_role("link", name=back).click()
        assert f"conversation entière ({language})" in page.locator(".thread").inner_text()
        assert "export.txt" in page.locator(".thread").inner_text()


def test_a_respondent_appeals_on_a_phone_without_javascript(opened, pages):
    with opened(pages["appeals"], language="fr") as page:
        page.get_by_role("link", name="Faire appel").click()
        page.get_by_role("textbox").fill("Ce compte n’a écrit à personne ce mois-là.")
        page.get_by_role("button", name="Envoyer l’appel").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Votre appel est arrivé"
        page.get_by_role("link", name="Revenir à votre page").click()
        assert "Votre appel est arrivé le" in page.locator("main").inner_text()
        assert page.get_by_role("link", name="Faire appel").count() == 0


def test_somebody_of_fifteen_finds_numbers_and_an_adult_before_the_rules(opened, pages):
    with opened(pages["minor"], language="fr") as page:
        text = page.locator("main").inner_text()
        places = [text.index(word) for word in ("C’est une précaution", "3114", "119", "3018", "Inviter un adulte")]
        assert places == sorted(places)
        assert places[-1] < text.index("Pourquoi")
        page.get_by_role("link", name="Inviter un adulte").click()
        assert page.get_by_role("heading", level=1).count() == 1


def test_the_desk_takes_the_link_and_answers(visit, site, pages, opened):
    with opened(pages["adult"]) as page:
        page.get_by_label("Votre message").fill("Qui regarde mon dossier ?")
        page.get_by_role("button", name="Envoyer", exact=True).click()
    with visit() as page:
        page.goto(site.address + "/cases/?q=respondent.adult&state=all")
        page.locator("[data-rows] a.account").first.click()
        panel = page.locator("#respondent")
        assert "Qui regarde mon dossier ?" in panel.inner_text()
        panel.locator("form[action$='/respondent/link/'] button").click()
        assert "/r/" in page.locator("code.link").inner_text()
