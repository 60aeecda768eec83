"""What care asks for, carried out: once whatever happens, taken off at its end or at their word, whoever runs."""

import contextlib
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platforms.memory import Killed, killed, lasting, passing
from rempart.care.errors import NotPossible
from rempart.care.models import By, CareOrder, Protection
from rempart.care.services import shields
from rempart.care.services.files import open_file
from rempart.care.services.protections import accept_protection, propose_protection, switch_on, undo_protection
from rempart.care.services.shields import Said
from rempart.ledger.clock import now
from rempart.platforms.connector import impossible
from rempart.platforms.models import CareExecution
from rempart.platforms.services import change_platform
from rempart.platforms.services.enlisting_standing import enlist_waiting
from rempart.platforms.services.helping import CARE
from rempart.platforms.services.holding import STAYS_OFF, check_of, do_due, retry_of
from rempart.records import AccountReference
from rempart.staff.roles import Role

YOUNG, State = By.YOUNG, CareExecution.State
DAYS = timedelta(days=30)
LINES = ["Tu chantes faux, arrête tout de suite de chanter", "Rends ta guitare", "Personne ne t'aime, pars d'ici"]


@pytest.fixture
def carer(staff_member):
    return staff_member(Role.CARE)


@pytest.fixture
def mia(carer):
    """Somebody who became known overnight, on the platform in memory."""
    return open_file(
        AccountReference("tiktok", "mia.chante", "77"),
        age_band="13_15",
        because="tout le monde en parle",
        acting=carer,
    )


@pytest.fixture
def shield(memory, mia):
    """Her shield, with three comments in it."""
    opened = shields.open_shield(mia, by=YOUNG)
    shields.collect(
        opened,
        [said(f"c{number}", f"autrui{number}", text) for number, text in enumerate(LINES)],
    )
    return opened


def said(number, author, text):
    return Said(number=number, author=AccountReference("tiktok", author), said_at=now(), text=text, hostile=True)


def on(memory):
    return memory.switched_on.get("mia.chante", set())


def actions(memory):
    return [one.action for one in memory.log]


def test_nothing_is_asked_of_the_platform_before_they_accept(memory, mia, carer):
    proposed = propose_protection(mia, "comment_filter", acting=carer)
    do_due(CARE)
    before = on(memory).copy()
    accept_protection(proposed, by=YOUNG)
    do_due(CARE)
    assert (before, on(memory)) == (set(), {"comment_filter"})


def test_it_is_on_once_the_platform_did_it(memory, mia):
    protection = switch_on(mia, "no_live", by=YOUNG)
    before = protection.state
    do_due(CARE)
    assert (before, Protection.objects.get().state) == (Protection.State.ACCEPTED, Protection.State.IN_FORCE)


def test_it_lapses_by_itself_and_is_taken_off_once(memory, mia, clock):
    switch_on(mia, "no_duets", by=YOUNG)
    do_due(CARE)
    clock.move(DAYS)
    state = Protection.objects.get().state
    do_due(CARE)
    do_due(CARE)
    assert state == Protection.State.ENDED
    assert actions(memory) == ["protect", "unprotect"]
    assert on(memory) == set()


def test_it_is_undone_at_once_at_their_word(memory, mia):
    protection = switch_on(mia, "no_strangers_messages", by=YOUNG)
    do_due(CARE)
    undo_protection(protection, by=YOUNG)
    state = Protection.objects.get().state
    do_due(CARE)
    assert (state, on(memory)) == (Protection.State.UNDONE, set())


def test_what_is_undone_before_it_was_sent_is_never_sent(memory, mia):
    undo_protection(switch_on(mia, "no_live", by=YOUNG), by=YOUNG)
    do_due(CARE)
    assert (memory.log, CareExecution.objects.get().state) == ([], State.DROPPED)


@pytest.mark.parametrize("at", ["protect", "protect:done"])
def test_killed_anywhere_it_is_switched_on_once(memory, mia, at):
    switch_on(mia, "no_live", by=YOUNG)
    memory.trouble = killed(at)
    with pytest.raises(Killed):
        do_due(CARE)
    do_due(CARE)
    assert actions(memory) == ["protect"]
    assert CareExecution.objects.get().state == State.HOLDS


def test_killed_between_doing_and_recording_and_undone_meanwhile_it_is_taken_off(memory, mia):
    protection = switch_on(mia, "no_live", by=YOUNG)
    memory.trouble = killed("protect:done")
    with pytest.raises(Killed):
        do_due(CARE)
    undo_protection(protection, by=YOUNG)
    do_due(CARE)
    assert (on(memory), CareExecution.objects.get().state) == (set(), State.OVER)


@pytest.mark.parametrize("at", ["unprotect", "unprotect:done"])
def test_killed_anywhere_it_is_taken_off_once(memory, mia, clock, at):
    switch_on(mia, "no_live", by=YOUNG)
    do_due(CARE)
    clock.move(DAYS)
    memory.trouble = killed(at)
    with pytest.raises(Killed):
        do_due(CARE)
    do_due(CARE)
    assert actions(memory) == ["protect", "unprotect"]


def test_a_platform_that_fails_for_now_is_asked_again(memory, mia, clock):
    switch_on(mia, "no_live", by=YOUNG)
    memory.trouble = passing("protect", times=2)
    for _ in range(3):
        do_due(CARE)
        clock.move(timedelta(minutes=11))
    assert on(memory) == {"no_live"}


def test_a_platform_that_keeps_failing_is_left_alone_for_a_while(memory, mia, clock):
    switch_on(mia, "no_live", by=YOUNG)
    memory.trouble = passing("describe", times=1000)
    for _ in range(30):
        do_due(CARE)
        clock.move(timedelta(seconds=1))
    assert memory.calls.count("describe") < 10


def test_what_the_platform_refuses_waits_for_a_person_who_may_try_again(memory, mia, carer):
    switch_on(mia, "no_live", by=YOUNG)
    memory.trouble = lasting("protect")
    do_due(CARE)
    failed = CareExecution.objects.get()
    memory.trouble = None
    retry_of(CARE, failed, acting=carer)
    do_due(CARE)
    assert (failed.state, failed.problem, on(memory)) == (State.FAILED, "HTTP 400", {"no_live"})


def test_what_failed_is_tried_again_when_the_platform_is_reached_in_another_way(memory, mia):
    switch_on(mia, "no_live", by=YOUNG)
    memory.trouble = lasting("protect")
    do_due(CARE)
    memory.trouble = None
    change_platform(memory.platform, secret="another", acting=None)
    do_due(CARE)
    assert on(memory) == {"no_live"}


def test_taking_off_is_tried_again_by_itself_though_the_platform_refused(memory, mia, clock):
    switch_on(mia, "no_live", by=YOUNG)
    do_due(CARE)
    clock.move(DAYS)
    memory.trouble = lasting("unprotect")
    do_due(CARE)
    memory.trouble = None
    clock.move(timedelta(hours=1))
    do_due(CARE)
    assert on(memory) == set()


def test_an_account_that_is_gone_has_nothing_left_to_take_off(memory, mia, clock):
    switch_on(mia, "no_live", by=YOUNG)
    do_due(CARE)
    memory.gone.add("mia.chante")
    clock.move(DAYS)
    do_due(CARE)
    assert CareExecution.objects.get().state == State.OVER


def test_what_was_lost_is_put_back_once_and_then_shown_to_a_person(memory, mia):
    switch_on(mia, "no_live", by=YOUNG)
    do_due(CARE)
    memory.switched_on.clear()
    check_of(CARE)
    again = on(memory).copy()
    memory.switched_on.clear()
    check_of(CARE)
    found = CareExecution.objects.get()
    assert (again, on(memory)) == ({"no_live"}, set())
    assert (found.state, found.problem) == (State.FAILED, STAYS_OFF)


def test_what_holds_is_left_as_it_is(memory, mia):
    switch_on(mia, "no_live", by=YOUNG)
    do_due(CARE)
    check_of(CARE)
    assert actions(memory) == ["protect"]


def test_what_the_platform_cannot_do_is_not_promised(memory, mia):
    memory.protections["no_live"] = impossible("Pas de directs ici.", "No lives here.")
    with pytest.raises(NotPossible):
        switch_on(mia, "no_live", by=YOUNG)


def test_a_renewal_leaves_no_gap_and_stays_when_the_first_is_over(memory, mia, clock):
    switch_on(mia, "no_live", by=YOUNG, lasts=timedelta(days=1))
    do_due(CARE)
    undone = Protection.objects.get()
    other = Protection.objects.create(file=mia, kind="no_live", lasts=DAYS, proposed_at=now(), proposed_by=None)
    accept_protection(other, by=YOUNG)
    do_due(CARE)
    undo_protection(undone, by=YOUNG)
    do_due(CARE)
    assert on(memory) == {"no_live"}
    assert "unprotect" not in actions(memory)


def test_what_was_asked_before_a_platform_was_there_is_done_once_it_is(memory, mia):
    protection = switch_on(mia, "no_live", by=YOUNG)
    CareExecution.objects.all().delete()
    enlist_waiting(CARE)
    do_due(CARE)
    assert on(memory) == {"no_live"}
    assert protection.orders.get().execution.state == State.HOLDS


def test_a_disabled_platform_is_not_asked(memory, mia):
    switch_on(mia, "no_live", by=YOUNG)
    change_platform(memory.platform, enabled=False, acting=None)
    do_due(CARE)
    assert memory.calls == []


def test_another_account_that_took_the_handle_is_left_alone(memory, mia):
    memory.ids = {"mia.chante": "99"}
    switch_on(mia, "no_live", by=YOUNG)
    do_due(CARE)
    assert (memory.log, CareExecution.objects.get().state) == ([], State.FAILED)


def test_hidden_comments_show_again_at_their_word(memory, shield):
    shields.hide(shield, by=YOUNG)
    do_due(CARE)
    hidden = memory.hidden.copy()
    shields.show(shield, by=YOUNG)
    do_due(CARE)
    assert (hidden, memory.hidden) == ({"c0", "c1", "c2"}, set())


def test_hidden_comments_show_again_when_the_shield_ends_though_nobody_said_so(memory, shield, clock):
    shields.hide(shield, by=YOUNG)
    do_due(CARE)
    clock.move(DAYS)
    do_due(CARE)
    assert memory.hidden == set()


def test_a_comment_that_comes_after_is_hidden_too(memory, shield):
    shields.hide(shield, by=YOUNG)
    do_due(CARE)
    shields.collect(shield, [said("c9", "autrui9", "Rentre chez toi maintenant")])
    do_due(CARE)
    assert memory.hidden == {"c0", "c1", "c2", "c9"}


@pytest.mark.parametrize("at", ["hide", "hide:done", "report", "report:done"])
def test_killed_anywhere_comments_are_hidden_and_reported_once(memory, shield, at):
    shields.hide(shield, by=YOUNG)
    shields.report(shield, by=YOUNG)
    memory.trouble = killed(at)
    with pytest.raises(Killed):
        do_due(CARE)
    do_due(CARE)
    assert sorted(actions(memory)) == ["hide", "report"]
    assert sorted(memory.reported) == ["c0", "c1", "c2"]


def test_each_comment_is_reported_once_however_often_they_ask(memory, shield):
    first = shields.report(shield, by=YOUNG)
    do_due(CARE)
    shields.collect(shield, [said("c9", "autrui9", "Rentre chez toi maintenant")])
    second = shields.report(shield, by=YOUNG)
    do_due(CARE)
    assert (first, second) == (3, 1)
    assert memory.reported == ["c0", "c1", "c2", "c9"]


def test_showing_one_group_leaves_the_others_hidden(memory, shield):
    copies = [said(f"d{n}", f"x{n}", "Va te cacher pour toujours") for n in range(4)]
    shields.collect(shield, copies)
    shields.hide(shield, by=YOUNG)
    do_due(CARE)
    shields.show(shield, shield.groups.get(sort="copies"), by=YOUNG)
    do_due(CARE)
    assert memory.hidden == {"c0", "c1", "c2"}


def test_what_is_lost_of_the_hidden_is_hidden_again(memory, shield):
    shields.hide(shield, by=YOUNG)
    do_due(CARE)
    memory.hidden.remove("c1")
    check_of(CARE)
    assert memory.hidden == {"c0", "c1", "c2"}


def test_every_step_has_its_row_in_the_ledger(memory, mia, events_of):
    protection = switch_on(mia, "no_live", by=YOUNG)
    do_due(CARE)
    undo_protection(protection, by=YOUNG)
    do_due(CARE)
    order = CareOrder.objects.get()
    assert events_of(protection) == ["protection_proposed", "protection_accepted", "protection_undone"]
    assert events_of(order) == ["care_order_carried_out", "care_order_lifted"]


STEPS = st.sampled_from(
    ["on live", "off live", "on duets", "off duets", "look", "killed protect", "killed protect:done",
     "killed unprotect", "killed unprotect:done", "ten days", "busy"]
)  # fmt: skip
KINDS = {"live": "no_live", "duets": "no_duets"}


def step(memory, mia, clock, what):
    """One thing that happens to somebody's protections."""
    name, _, more = what.partition(" ")
    if name == "on":
        switch_on(mia, KINDS[more], by=YOUNG)
    elif name == "off":
        for one in mia.protections.filter(kind=KINDS[more]):
            undo_protection(one, by=YOUNG)
    elif what == "ten days":
        clock.move(timedelta(days=10))
    else:
        troubles = {"killed": lambda: killed(more), "busy": lambda: passing("describe"), "look": lambda: None}
        memory.trouble = troubles[name]()
        with contextlib.suppress(Killed):
            do_due(CARE)
        memory.trouble = None


@given(steps=st.lists(STEPS, max_size=12))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_the_platform_ends_where_their_word_and_the_clock_say(memory, mia, clock, steps):
    with transaction.atomic():
        memory.reset()
        for what in steps:
            step(memory, mia, clock, what)
        clock.move(timedelta(minutes=11))
        do_due(CARE)
        wanted = {one.kind for one in mia.protections.all() if one.stands}
        assert on(memory) == wanted
        assert all(memory.log.count(one) == 1 for one in memory.log)
        transaction.set_rollback(True)
