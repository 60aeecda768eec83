"""What people do at the desk, from the first page to the last, without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

REASON = "Les récits se recoupent, et rien n’indique que ces personnes se connaissent."


@pytest.fixture
def plain(visit):
    """A page of the person who signed in, on which no script runs."""
    with visit(java_script_enabled=False) as page:
        yield page


def form_of(page, name):
    """The form of a case that does something."""
    return page.locator(f'[data-action="{name}"]')


def test_a_link_signs_in_once(visit, site):
    link = site.sign_in_link()
    with visit(java_script_enabled=False, storage_state=None) as page:
        page.goto(link)
        page.get_by_role("button", name="Ouvrir le bureau").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Vagues")
    with visit(java_script_enabled=False, storage_state=None) as page:
        assert page.goto(link).status == 410


def test_a_wrong_password_is_told_beside_the_form(visit, site):
    with visit(java_script_enabled=False, storage_state=None) as page:
        page.goto(site.address + "/waves/")
        page.get_by_label("Adresse électronique").fill("nobody@rempart.example")
        page.get_by_label("Mot de passe").fill("not the password")
        page.get_by_role("button", name="Se connecter").click()
        expect(page.get_by_role("alert")).to_contain_text("ne vont pas ensemble")


def test_a_reviewer_goes_from_the_wave_to_a_case_and_lifts_its_measure(plain, site, find_case):
    plain.goto(site.address + "/waves/")
    plain.get_by_role("link", name="#balancetontiktokeur").click()
    address = find_case("in_force")
    plain.locator(f'a[href="{address}"]').click()
    plain.get_by_role("link", name="Décider").click()
    lift = form_of(plain, "lift")
    lift.get_by_role("textbox").fill(REASON)
    lift.get_by_role("button", name="Lever").click()
    expect(plain.get_by_role("status")).to_contain_text("C’est levé.")
    expect(plain.locator(".standing")).to_contain_text("Rien n’est restreint")
    expect(plain.locator(".timeline")).to_contain_text(REASON)


def test_nothing_is_done_without_a_reason_and_what_was_written_stays(plain, site, find_case):
    address = site.address + find_case("waiting")
    plain.goto(address)
    before = plain.locator(".standing").inner_text()
    decline = form_of(plain, "decline")
    decline.get_by_role("textbox").fill("   ")
    decline.get_by_role("button").click()
    expect(form_of(plain, "decline").locator(".error")).to_contain_text("Donnez une raison")
    plain.goto(address)
    assert plain.locator(".standing").inner_text() == before


def test_an_approval_that_needs_a_second_person_waits_for_one(plain, site):
    plain.goto(site.address + "/cases/?state=waiting")
    plain.locator("tr", has_text="0/2").locator("a.account").first.click()
    approve = form_of(plain, "approve")
    expect(approve).to_contain_text("Une deuxième personne doit donner son accord")
    approve.get_by_role("textbox").fill(REASON)
    approve.get_by_role("button", name="Approuver").click()
    expect(plain.locator(".standing")).to_contain_text("Il manque 1 accord")
    expect(form_of(plain, "approve")).to_have_count(0)


def test_a_form_sent_twice_is_told_that_the_case_has_changed(plain, site):
    plain.goto(site.address + "/cases/?state=waiting")
    plain.locator("tr", has_text="0/1").locator("a.account").first.click()
    address = plain.url
    other = plain.context.new_page()
    for page in (plain, other):
        page.goto(address)
    for page in (plain, other):
        decline = form_of(page, "decline")
        decline.get_by_role("textbox").fill("Un seul récit, trop vague.")
        decline.get_by_role("button", name="Refuser").click()
    expect(other.get_by_role("status")).to_contain_text("Ce n’est plus possible")


def test_the_language_that_was_chosen_is_remembered(plain, site):
    plain.goto(site.address + "/due/")
    plain.get_by_role("button", name="English").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Due")
    plain.goto(site.address + "/rulebooks/rempart/")
    expect(plain.locator("html")).to_have_attribute("lang", "en")
    plain.get_by_role("button", name="Français").click()
    expect(plain).to_have_url(site.address + "/rulebooks/rempart/")
    expect(plain.locator("html")).to_have_attribute("lang", "fr")


def test_the_queue_is_searched_by_handle(plain, site):
    plain.goto(site.address + "/cases/")
    handle = plain.locator("[data-rows] a.account").nth(3).inner_text().split()[0]
    plain.get_by_label("Compte").fill(handle)
    plain.get_by_role("button", name="Afficher").click()
    expect(plain.locator("[data-rows] a.account").first).to_contain_text(handle)


def test_a_simulation_is_asked_for_computed_by_the_worker_and_marked(plain, site):
    plain.goto(site.address + "/simulations/")
    plain.get_by_label("Comptes accusés").fill("40")
    plain.get_by_label("Trois signalements suspendent").check()
    plain.get_by_role("button", name="Simuler").click()
    expect(plain.locator("main")).to_contain_text("La simulation est en cours")
    site.command("worker", "--until-idle")
    plain.reload()
    expect(plain.get_by_role("row", name=re.compile("^Rempart"))).to_be_visible()
    expect(plain.locator(".watermark")).to_have_count(1)
    expect(plain.locator("main")).to_contain_text("Innocents, suspendus")


def test_a_figure_is_tried_and_its_price_is_drawn_and_told(plain, site):
    plain.goto(site.address + "/rulebooks/")
    plain.get_by_role("link", name="Seuils").click()
    plain.get_by_label("Règlement", exact=True).select_option("twitch-off-service")
    plain.get_by_role("button", name="Afficher ses chiffres").click()
    plain.get_by_label("Chiffre", exact=True).select_option("evidence-first-hand.severity")
    plain.get_by_label("À partir de").fill("1")
    plain.get_by_label("À", exact=True).fill("3")
    plain.get_by_label("Nombre de valeurs").fill("3")
    plain.get_by_label("Comptes accusés", exact=True).fill("40")
    plain.get_by_role("button", name="Calculer").click()
    expect(plain.get_by_role("progressbar")).to_be_visible()
    site.command("worker", "--until-idle")
    plain.get_by_role("link", name="Voir où il en est").click()
    expect(plain.get_by_role("row", name=re.compile("^3 actuelle"))).to_be_visible()
    expect(plain.locator(".watermark")).to_have_count(1)
    expect(plain.locator("figure.chart").first).to_be_visible()


def test_a_draft_is_compared_with_the_rules_in_force_and_leads_to_the_cases(plain, site):
    plain.goto(site.address + "/rulebooks/draft/")
    text = plain.get_by_label("Le nouveau règlement").input_value()
    plain.goto(site.address + "/rulebooks/shadow/")
    plain.get_by_label("Le projet").fill(text.replace("measure: no_contact_with_minors", "measure: no_new_contacts"))
    plain.get_by_role("button", name="Comparer").click()
    site.command("worker", "--until-idle")
    plain.get_by_role("link", name="Voir où il en est").click()
    expect(plain.locator("main")).to_contain_text("seraient traités autrement")


@pytest.mark.parametrize("path", ["/waves/", "/waves/1/", "/cases/", "/rulebooks/rempart/", "/due/"])
def test_columns_of_truth_stand_on_pages_of_simulations_only(plain, site, path):
    plain.goto(site.address + path)
    assert "innocent" not in plain.locator("body").inner_text().lower()


def test_each_testimony_says_its_language(plain, site, find_case):
    plain.goto(site.address + find_case("none"))
    if (severe := plain.get_by_role("button", name="Ouvrir les textes")).count():
        severe.click()
    quotes = plain.locator(".testimony blockquote")
    assert quotes.count() > 0
    assert all(quote.get_attribute("lang") for quote in quotes.all())


def test_signing_out_closes_the_desk(visit, site):
    with visit(java_script_enabled=False, storage_state=None) as page:
        page.goto(site.sign_in_link())
        page.locator("main button").click()
        page.get_by_role("button", name="Se déconnecter").click()
        page.goto(site.address + "/cases/")
        expect(page).to_have_url(re.compile("/staff/sign-in/"))
