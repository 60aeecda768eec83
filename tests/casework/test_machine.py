"""A case at random: whatever people of every role try, in whatever order, and however time passes, the rules hold.

The machine runs the real services on a real database, each example in a transaction that is rolled back. It knows
nothing of how they work: what it checks after every step, it works out from the tables and the ledger. Lives begin at
each point that chance alone would seldom come to (`BEGINNINGS`), and go on at random from there.
"""

import json
import uuid
from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from rempart.casework import errors, services
from rempart.casework.models import (
    Appeal,
    Case,
    Complainant,
    ConflictOfInterest,
    Decision,
    MeasureTaken,
    Outcome,
    PlatformOrder,
    Reconsideration,
)
from rempart.casework.services import appealing, respondents, times
from rempart.casework.states import MOVES, Move, State
from rempart.correspondence.services import open_conversation
from rempart.ledger import clock
from rempart.ledger.models import Content, LedgerRow
from rempart.ledger.services import reference
from rempart.records.vocabulary import MEASURES
from rempart.rulebook import Rulebook
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

HOUR = timedelta(hours=1)
PREVENTIVE_AT_MOST = timedelta(days=90)
REVIEWERS = ("ines", "paul", "awa", "luc", "maud")
WHO = st.sampled_from((*REVIEWERS, *REVIEWERS, "reader", "owner"))
NUMBER = st.integers(0, 20)
WAITS = st.sampled_from([1, 0.01, 49, 7, 47, 73, 24 * 8, 24 * 15, 24 * 40, 24 * 100])
NUMBERS = st.fixed_dictionaries(
    {
        "credibility": st.sampled_from([0.93, 0.99, 0.85, 0.7, 0.3]),
        "severity": st.sampled_from([3, 4, 2, 1]),
        "independent_sources": st.sampled_from([4.0, 1.0]),
        "verified_evidence": st.sampled_from([3, 0]),
    }
)
TABLES = (Case, Decision, MeasureTaken, PlatformOrder, Outcome, ConflictOfInterest, Appeal)
DESK_COLUMNS = ("queue_", "claimed")
MOVED = ("case_moved", "case_closed", "case_reopened")


@pytest.fixture
def people(staff_member):
    """One person or two of each kind."""
    return {
        "ines": staff_member("reviewer", name="Inès"),
        "paul": staff_member("reviewer", name="Paul"),
        "awa": staff_member("senior_reviewer", name="Awa"),
        "luc": staff_member("senior_reviewer", "auditor", name="Luc"),
        "maud": staff_member("senior_reviewer", name="Maud"),
        "reader": staff_member("reader", name="Rose"),
        "owner": staff_member("policy_owner", "administrator", name="Paule"),
    }


BEGINNINGS = (
    "accused",
    "renewed",
    "lift_announced",
    "appealed",
    "appeal_upheld",
    "decided_by_two",
    "lapsed",
    "closed",
)
EXAMPLES, STEPS = 4, 25


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_whatever_happens_to_a_case_the_rules_hold(beginning, judged, respondent, people, book):
    class Life(CaseAtRandom):
        make = staticmethod(respondent)
        judge = staticmethod(judged)
        begin = beginning
        staff = people
        rulebook = book

    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # A failing life is told as it went: shrinking one takes minutes.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
        ),
    )


class CaseAtRandom(RuleBasedStateMachine):
    """One account, one case, a team; `begin` says what has happened before chance takes over."""

    begin: str
    staff: dict[str, StaffMember]
    rulebook: Rulebook

    def __init__(self):
        super().__init__()
        self.began = clock.offset()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.first_row = LedgerRow.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.voices = 4
        self.required: dict[int, bool] = {}
        self.last_act = None

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        clock.set_offset(self.began)

    # What happens ------------------------------------------------------------------------------------------------

    @initialize(
        age_band=st.sampled_from(["18_plus", "18_plus", "16_17", None]),
        reach=st.sampled_from([900, 200_000]),
        numbers=NUMBERS,
        reachable=st.booleans(),
    )
    def somebody_is_accused(self, age_band, reach, numbers, reachable):
        if self.begin != "accused":
            self.first(self.begin)
            return
        self.account = self.make(age_band=age_band, handle=uuid.uuid4().hex)
        self.account.reach = reach
        self.account.save(update_fields=["reach"])
        self.judge(self.account, credibility=0.1, testimonies=3)
        if reachable:
            self.somebody_can_be_reached()
        self.judge(self.account, **numbers, testimonies=4)

    def first(self, beginning):
        """Bring an account to where a life begins that chance alone would seldom come to."""
        adult = beginning in ("decided_by_two", "lapsed", "closed")
        self.account = self.make(age_band="18_plus" if adult else "16_17", handle=uuid.uuid4().hex)
        self.account.reach = 200_000
        self.account.save(update_fields=["reach"])
        self.judge(self.account, credibility=0.1, testimonies=3)
        if beginning == "lift_announced":
            self.somebody_can_be_reached()
        credibility = {"closed": 0.1, "lapsed": 0.7}.get(beginning, 0.85)
        self.judge(self.account, credibility=credibility, testimonies=4)
        if not adult:
            for name in ("ines", "awa"):
                self.surely(services.approve_decision, self.decision(0, state="proposed"), name)
            clock.set_offset(clock.offset() + HOUR)
        getattr(self, f"{beginning}_at_first")()

    def surely(self, do, about, who):
        assert self.act(lambda: do(about, acting=self.staff[who], reason="because"), who)

    def renewed_at_first(self):
        self.surely(services.renew_decision, self.decision(0), "paul")
        self.surely(services.approve_decision, self.decision(-1), "luc")
        assert self.decision(-1, state="taken").renews == self.decision(0)

    def lift_announced_at_first(self):
        self.surely(services.lift_decision, self.decision(0), "paul")
        assert self.decision(0).measures.get().lifted_at > clock.now()

    def appealed_at_first(self):
        self.respondent_appeals(self.decision(0))
        assert self.case.state == State.APPEALED

    def appeal_upheld_at_first(self):
        self.appealed_at_first()
        given = {"upheld": True, "acting": self.staff["maud"], "reasons": "Relu."}
        assert self.act(lambda: appealing.answer_appeal(Appeal.objects.get(state="filed"), **given))
        assert not self.decision(0).in_force

    def decided_by_two_at_first(self):
        given = {"measures": ["no_new_contacts"], "articles": ["first-word"], "reasons": "Vérifié."}
        assert self.act(lambda: services.decide_final(self.case, **given, acting=self.staff["ines"]), "ines")
        self.surely(services.approve_decision, self.decision(-1, state="proposed"), "awa")
        assert self.decision(-1).mode == "final"

    def lapsed_at_first(self):
        clock.set_offset(clock.offset() + 80 * HOUR)
        assert self.decision(0).lapsed
        self.act(times.do_what_is_due)
        self.every_lapse_is_in_the_ledger_once()

    def closed_at_first(self):
        self.surely(services.close_case, self.case, "paul")

    @property
    def case(self) -> Case:
        return Case.objects.get(account=self.account)

    def decision(self, number: int, **which) -> Decision | None:
        found = list(self.case.decisions.filter(**which).order_by("pk"))
        return found[number % len(found)] if found else None

    def act(self, do, who: str | None = None, *, whole: bool = True) -> bool:
        """Do something that may be refused; what changed must be in the ledger.

        `who` could undo it: all of it, or its last part alone where it is not one `whole`.
        """
        before, rows = self.picture(), LedgerRow.objects.order_by("-pk").values_list("pk", flat=True)[0]
        done = True
        try:
            with transaction.atomic():
                do()
        except errors.Refused:
            done = False
        moment = clock.now()
        after = self.picture()
        changed = before != after
        assert done or not changed
        self.every_change_is_in_the_ledger(before, after, LedgerRow.objects.filter(pk__gt=rows))
        if done and who and (whole or changed):
            self.last_act = (who, before if whole else None, moment)
        elif changed and self.last_act:
            # What happened since stays when the act is undone: there is no whole picture to compare with.
            self.last_act = (self.last_act[0], None, self.last_act[2])
        return done

    def picture(self):
        rows = {}
        for table in TABLES:
            for row in table.objects.values():
                kept = {name: value for name, value in row.items() if not name.startswith(DESK_COLUMNS)}
                rows[table.__name__, row["id"]] = kept
        return rows

    def every_change_is_in_the_ledger(self, before, after, rows):
        """Each row that changed has a row of the ledger about it, or about what it is part of."""
        told = {(row.subject, row.event) for row in rows}
        subjects = {subject for subject, _event in told}
        undone = any(event == "act_undone" for _subject, event in told)
        for (table, pk), row in after.items():
            if row == before.get((table, pk)) or undone:
                continue
            parts = MeasureTaken.objects.filter(decision=pk) if table == "Decision" else ()
            about = {f"casework.{table.lower()}:{pk}", *map(reference, parts)}
            if table == "MeasureTaken":
                about.add(f"casework.decision:{row['decision_id']}")
            # An outcome reached meanwhile changes where an appeal will bring its case back to.
            if table in ("Outcome", "ConflictOfInterest", "Appeal"):
                measures = MeasureTaken.objects.filter(decision=row.get("decision_id"))
                about |= {f"casework.case:{row['case_id']}", *map(reference, measures)}
            assert subjects if table == "PlatformOrder" else about & subjects, f"{table} changed without a ledger row"

    # Four rules, so that each example has its share of people, of outsiders and of time ------------------------------

    @rule(data=st.data(), who=WHO)
    def a_member_acts(self, data, who):
        choices = [self.answer_the_case, self.decide_final, self.decide_final, self.danger, self.undo]
        if self.decision(0, state="proposed"):
            choices += [self.answer_a_proposal, self.all_answer_a_proposal, self.all_answer_a_proposal]
        if self.decision(0):
            choices += [self.act_on_a_decision] * 3 + [self.lift_measures]
        if PlatformOrder.objects.filter(carried_out_at=None).exists():
            choices += [self.approximate]
        if self.case.state == State.APPEALED:
            choices += [self.answer_an_appeal] * 4
        if data.draw(st.integers(0, 30), label="conflict") == 0:
            choices = [self.declare_conflict]
        data.draw(st.sampled_from(choices), label="act")(data.draw, who)

    @rule(data=st.data())
    def the_team_goes_on(self, data):
        """Whoever may do it does what comes next."""
        choices = [self.all_answer_a_proposal] if self.decision(0, state="proposed") else []
        if self.decision(0, state="taken", mode="preventive"):
            choices += [self.somebody_renews, self.somebody_lifts]
        if self.case.state == State.APPEALED:
            choices += [self.somebody_answers_an_appeal] * 3
        data.draw(st.sampled_from(choices or [self.decide_final]), label="act")(data.draw, data.draw(WHO))

    @rule(data=st.data())
    def somebody_outside_acts(self, data):
        choices = [self.somebody_speaks, self.somebody_speaks, self.the_platform_carries_out_its_orders]
        choices += [self.the_platform_learns_an_age]
        if self.decision(0, state="taken"):
            choices += [self.the_respondent_appeals] * 2
        if self.case.complainants.exists():
            choices += [self.a_complainant_appeals] * 2
        if self.case.state == State.APPEALED:
            choices += [self.an_appeal_is_withdrawn]
        data.draw(st.sampled_from(choices), label="act")(data.draw)

    @rule(hours=WAITS, seen=st.booleans())
    def time_passes(self, hours, seen):
        clock.set_offset(clock.offset() + hours * HOUR)
        if seen:
            self.act(times.do_what_is_due)
            self.every_lapse_is_in_the_ledger_once()

    # What happens outside ----------------------------------------------------------------------------------------

    def somebody_speaks(self, draw):
        self.voices += 1
        self.act(lambda: self.judge(self.account, **draw(NUMBERS), testimonies=self.voices))

    def somebody_can_be_reached(self):
        about = reference(self.case)
        person = f"intake.reporter:{uuid.uuid4().hex[:8]}"
        talk = open_conversation("complainant", about=about, person=person)
        Complainant.objects.create(case=self.case, reporter=person, conversation=talk, joined_at=clock.now())

    def the_platform_learns_an_age(self, draw):
        self.account.age_band = draw(st.sampled_from(["18_plus", "18_plus", "16_17", None]))
        self.account.save(update_fields=["age_band"])

    def the_platform_carries_out_its_orders(self, draw):
        for order in PlatformOrder.objects.filter(carried_out_at=None, due_at__lte=clock.now()):
            heavier = order.approximated_as and MEASURES.index(order.approximated_as) > order.measure.weight
            if not heavier or order.approximation_approved_at:
                PlatformOrder.objects.filter(pk=order.pk).update(carried_out_at=clock.now())

    def the_respondent_appeals(self, draw):
        self.respondent_appeals(self.decision(draw(NUMBER), state="taken"))

    def respondent_appeals(self, decision):
        respondents.respondent_link(self.case)
        side = respondents.side_of(self.case)
        if side is not None:
            given = {"by": "respondent", "conversation": side.conversation, "grounds": "Ce n'est pas moi."}
            self.act(lambda: appealing.file_appeal(self.case, decision=decision, **given))

    def a_complainant_appeals(self, draw):
        complainant, of_outcome = self.case.complainants.first(), draw(st.booleans())
        found = self.case.outcomes.last() if of_outcome else self.decision(draw(NUMBER))
        if found is not None:
            given = {"by": "complainant", "conversation": complainant.conversation, "grounds": "Si."}
            about = {"outcome" if of_outcome else "decision": found}
            self.act(lambda: appealing.file_appeal(self.case, **about, **given))

    def an_appeal_is_withdrawn(self, draw):
        appeal = Appeal.objects.filter(state="filed").order_by("pk").first()
        if draw(st.integers(0, 2)):
            return
        self.act(lambda: appealing.withdraw_appeal(appeal))

    # What people do ----------------------------------------------------------------------------------------------

    def answer_a_proposal(self, draw, who):
        waiting = self.decision(0, state="proposed")
        do = draw(st.sampled_from([services.approve_decision, services.decline_decision]))
        self.act(lambda: do(waiting, acting=self.staff[who], reason="because"), who)

    def all_answer_a_proposal(self, draw, who):
        for name in draw(st.permutations(REVIEWERS)):
            if waiting := self.decision(0, state="proposed"):
                given = {"acting": self.staff[name], "reason": "because"}
                self.act(partial(services.approve_decision, waiting, **given), name)

    def act_on_a_decision(self, draw, who):
        what = ["confirm_decision", "renew_decision", "renew_decision", "cancel_announced_lift", "lift_decision"]
        do = getattr(services, draw(st.sampled_from(what)))
        one = self.decision(-1 if draw(st.booleans()) else draw(NUMBER))
        self.act(lambda: do(one, acting=self.staff[who], reason="because"), who)

    def somebody_renews(self, draw, who):
        one = self.decision(-1, state="taken", mode="preventive")
        names = [name for name in REVIEWERS if self.staff[name].pk not in (one.approved_by_id, one.seconded_by_id)]
        name = draw(st.sampled_from(names))
        self.act(lambda: services.renew_decision(one, acting=self.staff[name], reason="because"), name)
        self.all_answer_a_proposal(draw, who)

    def somebody_lifts(self, draw, who):
        for one in self.case.decisions.in_force().filter(mode="preventive"):
            name = draw(st.sampled_from(REVIEWERS))
            self.act(lambda one=one, name=name: self.lift(one, name), name)

    def lift(self, decision, name):
        services.lift_decision(decision, acting=self.staff[name], reason="because")

    def somebody_answers_an_appeal(self, draw, who):
        for name in draw(st.permutations(REVIEWERS)):
            if self.case.state == State.APPEALED:
                self.answer_an_appeal(draw, name)

    def lift_measures(self, draw, who):
        measures = list(MeasureTaken.objects.filter(decision__case=self.case).order_by("-pk"))
        one = measures[draw(NUMBER) % len(measures)]
        given = {"acting": self.staff[who], "reason": "because", "at_once": draw(st.booleans())}
        self.act(lambda: services.lift_measure(one, **given), who)

    def danger(self, draw, who):
        self.act(lambda: services.record_danger(self.case, acting=self.staff[who], reason="because"), who)

    def decide_final(self, draw, who):
        choices = services.final_choices(self.case)
        articles = {one.id for one in choices.articles}
        measures = set(choices.measures()[-2:])
        if draw(st.integers(0, 3)) == 0:
            names = ["attention", "first-word", "contact", "live", "established"]
            articles = draw(st.sets(st.sampled_from(names), max_size=3))
            measures = draw(st.sets(st.sampled_from(MEASURES), max_size=2))
        days = draw(st.none() | st.integers(1, 200))
        given = {"measures": measures, "articles": articles, "reasons": "Vérifié.", "acting": self.staff[who]}
        lasts = timedelta(days=days) if days else None
        self.act(lambda: services.decide_final(self.case, **given, lasts=lasts), who)

    def answer_the_case(self, draw, who):
        which = draw(st.sampled_from(["begin_inquiry", "take_no_action", "warn", "close_case", "close_case"]))
        if draw(st.booleans()):
            self.act(lambda: self.clear(self.staff[who]), who, whole=False)
        given = {"text": "Prenez garde."} if which == "warn" else {"reason": "because"}
        self.act(lambda: getattr(services, which)(self.case, acting=self.staff[who], **given), who)

    def clear(self, acting):
        """Decline and lift what stands, as one must before a case is answered otherwise."""
        for one in self.case.decisions.filter(state="proposed"):
            services.decline_decision(one, acting=acting, reason="because")
        for one in self.case.decisions.to_come_or_in_force().filter(measures__lifted_at=None).distinct():
            one.refresh_from_db()
            if one.measures.filter(lifted_at=None).exists() and (one.in_force or one.to_come):
                services.lift_decision(one, acting=acting, reason="because")

    def declare_conflict(self, draw, who):
        self.act(lambda: services.declare_conflict(self.case, acting=self.staff[who], reason="because"))

    def undo(self, draw, who):
        act = self.last_act
        if act is not None and draw(st.integers(0, 3)):
            who = act[0]
        if self.act(lambda: services.undo(self.case, acting=self.staff[who])):
            assert act is not None
            assert act[0] == who
            assert clock.now() - act[2] < timedelta(seconds=61)
            if act[1] is not None:
                assert self.essence(self.picture()) == self.essence(act[1])
            self.last_act = None

    def essence(self, picture):
        """What undoing gives back: not the rows that the act made, kept as undone."""
        undone = {key[1] for key, row in picture.items() if key[0] == "Decision" and row["state"] == "undone"}
        kept = {}
        for (table, pk), row in picture.items():
            made = row["id"] if table == "Decision" else row.get("decision_id")
            if table == "PlatformOrder" or (table in ("Decision", "MeasureTaken") and made in undone):
                continue
            if table == "Outcome" and row["undone_at"] is not None:
                continue
            kept[table, pk] = row
        return kept

    def approximate(self, draw, who):
        order = PlatformOrder.objects.filter(carried_out_at=None).order_by("pk").first()
        given = {"measure": draw(st.sampled_from(MEASURES)), "acting": self.staff[who], "reason": "because"}
        self.act(lambda: services.propose_approximation(order, **given))
        other = self.staff[draw(WHO)]
        self.act(lambda: services.approve_approximation(order, acting=other, reason="because"))

    def answer_an_appeal(self, draw, who):
        waiting = list(Appeal.objects.filter(state="filed").order_by("pk"))
        appeal = waiting[draw(NUMBER) % len(waiting)]
        given = {"upheld": draw(st.booleans()), "acting": self.staff[who], "reasons": "Relu."}
        self.act(lambda: appealing.answer_appeal(appeal, **given))

    # What must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def the_rules_hold(self):
        """Everything below, on what the tables and the ledger hold now."""
        self.now = clock.now()
        people = ("approved_by", "seconded_by", "renews")
        self.decisions = list(self.case.decisions.select_related(*people).prefetch_related("measures").order_by("pk"))
        self.orders = list(PlatformOrder.objects.select_related("measure").order_by("due_at", "pk"))
        self.rows = list(LedgerRow.objects.filter(pk__gt=self.first_row).order_by("pk"))
        self.every_preventive_decision_has_an_end_and_a_review_before_it()
        self.no_two_preventive_decisions_ever_overlap()
        self.a_decision_is_renewed_as_often_as_its_articles_say()
        self.what_lapsed_never_fires_again_by_itself()
        self.at_most_one_preventive_decision_is_in_force_and_dates_alone_say_so()
        self.no_appeal_is_judged_by_whoever_took_part()
        self.two_people_decide_where_two_must()
        self.whoever_keeps_out_does_nothing_and_whoever_may_not_never_did()
        self.every_move_is_in_the_diagram_and_leads_to_where_the_case_stands()
        self.nothing_stands_as_a_precaution_or_waits_in_a_closed_case()
        self.a_case_is_appealed_exactly_while_an_appeal_waits()
        self.the_platform_is_told_in_turns_and_will_have_been_told_what_holds()
        connection.check_constraints()
        with connection.cursor() as cursor:
            # Checking leaves every constraint deferred; this one refuses at once, as it does where the services run.
            cursor.execute("SET CONSTRAINTS one_preventive_decision_at_a_time IMMEDIATE")

    def every_preventive_decision_has_an_end_and_a_review_before_it(self):
        for one in self.decisions:
            if one.mode == "preventive" and one.state == "taken":
                assert one.begins_at < one.review_due < one.ends_at <= one.since + PREVENTIVE_AT_MOST

    def no_two_preventive_decisions_ever_overlap(self):
        taken = [one for one in self.decisions if one.mode == "preventive" and one.state == "taken"]
        spans = sorted((one.begins_at, min(filter(None, (one.ends_at, one.ended_at)))) for one in taken)
        spans = [(begins, ends) for begins, ends in spans if begins < ends]
        assert all(ends <= begins for (_begins, ends), (begins, _ends) in pairwise(spans))

    def a_decision_is_renewed_as_often_as_its_articles_say(self):
        for one in self.decisions:
            times, earlier = 0, one
            while earlier.renews is not None:
                earlier, times = earlier.renews, times + 1
            assert times <= min(self.rulebook.article(name).renewals for name in one.articles)

    def what_lapsed_never_fires_again_by_itself(self):
        for one in self.decisions:
            if one.proposed_by_id is not None:
                continue
            before = [other for other in self.decisions if other.pk < one.pk and other.state == "taken"]
            lapsed = [
                other
                for other in before
                if other.ends_at is not None
                and other.ends_at <= one.proposed_at
                and (other.ended_at is None or other.ended_at >= other.ends_at)
            ]
            spent = {name for other in lapsed for name in other.articles}
            # What stands goes on with what is proposed beside it.
            ends = {other.pk: min(filter(None, (other.ends_at, other.ended_at)), default=None) for other in before}
            stood = [other for other in before if ends[other.pk] is None or ends[other.pk] >= one.proposed_at]
            assert not spent & (set(one.articles) - {name for other in stood for name in other.articles})

    def at_most_one_preventive_decision_is_in_force_and_dates_alone_say_so(self):
        in_force = [one for one in self.decisions if self.holds(one, self.now)]
        assert {one.pk for one in in_force} == {one.pk for one in self.decisions if one.in_force}
        assert {one.pk for one in in_force} == set(Decision.objects.in_force().values_list("pk", flat=True))
        assert sum(one.mode == "preventive" for one in in_force) <= 1

    @staticmethod
    def holds(decision, moment, measure=None):
        """Whether a decision, or one of its measures, is in force at a moment."""
        ends = [decision.ends_at, decision.ended_at, measure.lifted_at if measure else None]
        return (
            decision.state == "taken"
            and decision.begins_at <= moment
            and all(moment < at for at in ends if at is not None)
        )

    def no_appeal_is_judged_by_whoever_took_part(self):
        names = ("proposed", "approved", "seconded", "declined", "confirmed")
        for appeal in Appeal.objects.exclude(decided_by=None).select_related("decision", "outcome__decision"):
            part = {appeal.outcome.decided_by_id} if appeal.outcome else set()
            for decision in self.run_of(appeal.decision or (appeal.outcome.decision if appeal.outcome else None)):
                part |= {getattr(decision, f"{name}_by_id") for name in names}
                part |= {
                    measure.lifted_by_id
                    for measure in decision.measures.all()
                    if measure.lifted_at and (measure.lift_announced_at or measure.lifted_at) <= appeal.filed_at
                }
                looked = Reconsideration.objects.filter(decision=decision)
                part |= set(looked.values_list("answered_by", flat=True))
            assert appeal.decided_by_id not in part

    def run_of(self, decision):
        """A decision with those that it renews and those that renew it."""
        run = {decision.pk} if decision else set()
        while more := {
            one.pk
            for one in self.decisions
            if one.pk not in run
            and (one.renews_id in run or any(other.renews_id == one.pk for other in self.decisions if other.pk in run))
        }:
            run |= more
        return [one for one in self.decisions if one.pk in run]

    def two_people_decide_where_two_must(self):
        for one in self.decisions:
            if one.pk not in self.required and one.state == "taken":
                reach = one.mode == "final" and self.account.reach >= 100_000
                self.required[one.pk] = reach or self.account.age_band != "18_plus"
            if one.state == "taken" and (self.required.get(one.pk) or one.four_eyes):
                assert len({one.approved_by_id, one.seconded_by_id} - {None}) == 2
                assert one.mode != "final" or one.seconded_by.may(Permission.COUNTERSIGN)
            assert one.approved_by_id is None or one.approved_by_id != one.seconded_by_id
            if one.renews is not None and one.approved_by_id is not None:
                assert one.approved_by_id not in (one.renews.approved_by_id, one.renews.seconded_by_id)
        for order in self.orders:
            if order.carried_out_at and order.approximated_as:
                heavier = MEASURES.index(order.approximated_as) > order.measure.weight
                assert not heavier or order.approximation_approved_by_id not in (
                    None,
                    order.approximation_proposed_by_id,
                )

    def whoever_keeps_out_does_nothing_and_whoever_may_not_never_did(self):
        for name, member in self.staff.items():
            events = [row.event for row in self.rows if row.acting == reference(member)]
            # Whoever only reads may say that they should not even do that.
            assert {"reader": {"conflict_declared"}, "owner": set()}.get(name, set(events)) >= set(events)
            if "conflict_declared" in events:
                later = events[events.index("conflict_declared") + 1 :]
                # Their own approvals that waited are taken back with it.
                assert set(later) <= {"approval_taken_back", "decision_replaced"}

    def every_move_is_in_the_diagram_and_leads_to_where_the_case_stands(self):
        kept = Content.objects.filter(row__pk__gt=self.first_row, row__event__in=MOVED).order_by("row")
        at = State.OPENED
        for move in map(json.loads, kept.values_list("canonical", flat=True)):
            assert (State(move["from"]), Move(move["move"]), State(move["to"])) in MOVES
            assert State(move["from"]) == at
            at = State(move["to"])
        assert State(self.case.state) == at

    def nothing_stands_as_a_precaution_or_waits_in_a_closed_case(self):
        if self.case.state == State.CLOSED:
            assert not any(one.state == "proposed" for one in self.decisions)
            assert not any(one.mode == "preventive" and (one.in_force or one.to_come) for one in self.decisions)

    def a_case_is_appealed_exactly_while_an_appeal_waits(self):
        assert (self.case.state == State.APPEALED) == Appeal.objects.filter(case=self.case, state="filed").exists()

    def the_platform_is_told_in_turns_and_will_have_been_told_what_holds(self):
        soon = self.now + timedelta(seconds=121)
        for name in MEASURES[1:]:
            orders = [one for one in self.orders if one.measure.measure == name]
            turns = [one.action for one in orders]
            assert turns == ["apply", "lift"] * (len(turns) // 2) + ["apply"] * (len(turns) % 2)
            told = sum(one.due_at <= soon for one in orders) % 2 == 1
            holding = [
                one
                for decision in self.decisions
                for one in decision.measures.all()
                if one.measure == name and self.holds(decision, soon, one)
            ]
            assert told == bool(holding), name

    def every_lapse_is_in_the_ledger_once(self):
        rows = LedgerRow.objects.filter(pk__gt=self.first_row)
        lapses = {row.subject: row.effective_at for row in rows.filter(event="decision_lapsed")}
        lifts = {row.subject: row.effective_at for row in rows.filter(event="measure_lifted")}
        assert len(lapses) == rows.filter(event="decision_lapsed").count()
        for one in self.case.decisions.filter(state="taken"):
            assert not (one.lapsed and one.in_force)
            assert lapses.get(reference(one)) == (one.ends_at if one.lapsed else None)
            for measure in one.measures.filter(lifted_at__lte=clock.now()):
                if one.closes_at is None or measure.lifted_at <= one.closes_at:
                    assert lifts.get(reference(measure)) == measure.lifted_at
