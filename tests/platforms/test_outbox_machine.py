"""Accounts, people, a clock and a platform at random; when nothing is left to do, the platform holds what it should.

Requests fail, processes are killed, the platform's own staff restricts and releases, the platform loses what we put
there. Once troubles are over and everything had its turn: what is ours in force is what casework says, what is not ours
was never touched, each account's orders went out in order, and each change of state has its row in the ledger.
"""

import contextlib
import itertools
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from platforms.memory import Killed, killed, lasting, passing
from rempart.casework import services as casework
from rempart.casework.errors import Refused
from rempart.casework.models import MeasureTaken, PlatformOrder
from rempart.ledger import clock
from rempart.ledger.models import LedgerRow
from rempart.ledger.services import reference
from rempart.platforms.models import Execution
from rempart.platforms.services import carry_out_due, reconcile, retry_execution

CALLS = ("describe", "observe", "preserve", "apply", "apply:done", "lift", "lift:done")
SPANS = {"a moment": timedelta(seconds=5), "a while": timedelta(minutes=7), "days": timedelta(days=2)}
_handles = itertools.count()


def machine(memory, respondent, judged, reviewer):
    """The machine, in the world of a test."""

    class Platform(RuleBasedStateMachine):
        @initialize(tells=st.booleans())
        def begin(self, tells):
            self.savepoint = transaction.atomic()
            self.savepoint.__enter__()
            clock.set_offset(timedelta(0))
            memory.reset()
            memory.tells = tells
            self.handles: list[str] = []
            self.cases = {}
            self.foreign: dict[str, list] = {}
            self.lost: set[int] = set()

        def teardown(self):
            memory.trouble = None
            clock.set_offset(timedelta(0))
            if hasattr(self, "savepoint"):
                connection.needs_rollback = True
                self.savepoint.__exit__(None, None, None)
                connection.needs_rollback = False

        @rule(credible=st.sampled_from([0.7, 0.85]))
        def somebody_is_accused(self, credible):
            handle = f"h{next(_handles)}"
            self.cases[handle] = judged(respondent(handle=handle), credibility=credible)
            self.handles.append(handle)

        @rule(data=st.data(), act=st.sampled_from(["approve", "lift", "undo"]))
        def somebody_acts(self, data, act):
            case = self.cases.get(self._one(data))
            if case is None:
                return
            with contextlib.suppress(Refused), transaction.atomic():
                if act == "undo":
                    casework.undo(case, acting=reviewer)
                elif act == "approve" and (waiting := case.decisions.filter(state="proposed").first()):
                    casework.approve_decision(waiting, acting=reviewer, reason="ok")
                elif act == "lift" and (standing := case.decisions.in_force().first()):
                    casework.lift_decision(standing, acting=reviewer, reason="ok")

        @rule(span=st.sampled_from(sorted(SPANS)))
        def time_passes(self, span):
            clock.set_offset(clock.offset() + SPANS[span])

        @rule(
            kind=st.sampled_from([passing, lasting, killed]),
            name=st.sampled_from(CALLS),
        )
        def trouble_begins(self, kind, name):
            memory.trouble = kind(name)

        @rule(data=st.data(), measure=st.sampled_from(["suspend", "no_new_contacts", None]))
        def their_staff_restricts(self, data, measure):
            if (handle := self._one(data)) and not memory.in_force(handle):
                memory.restrict(handle, measure)
                self.foreign[handle] = [measure or "other"]

        @rule(data=st.data())
        def their_staff_releases(self, data):
            if handle := self._one(data):
                memory.release(handle)
                self.foreign.pop(handle, None)

        @rule(data=st.data())
        def the_platform_loses_ours_once(self, data):
            handle = self._one(data)
            held = Execution.objects.filter(
                state="done", order__action="apply", order__measure__decision__case__account__handle=handle
            ).last()
            if handle and held and held.seen_at and held.pk not in self.lost and handle not in self.foreign:
                memory.release(handle, by="rempart")
                self.lost |= set(
                    Execution.objects.filter(
                        order__measure__decision__case__account__handle=handle, order__action="apply"
                    ).values_list("pk", flat=True)
                )

        @rule()
        def the_worker_runs(self):
            with contextlib.suppress(Killed):
                carry_out_due()

        @rule()
        def what_holds_is_compared(self):
            with contextlib.suppress(Killed):
                reconcile()

        @rule()
        def everything_has_its_turn(self):
            memory.trouble = None
            for _ in range(6):
                clock.set_offset(clock.offset() + timedelta(minutes=11))
                for failed in Execution.objects.filter(state="failed"):
                    retry_execution(failed, acting=reviewer, reason="again")
                carry_out_due()
                reconcile()
            for handle in self.handles:
                self._holds_what_it_should(handle)
                self._went_in_order(handle)
            self._is_in_the_ledger()

        def _holds_what_it_should(self, handle):
            should = MeasureTaken.objects.in_force().filter(decision__case__account__handle=handle)
            names = set(should.exclude(measure="watch").values_list("measure", flat=True))
            theirs = self.foreign.get(handle, [])
            assert sorted(memory.in_force(handle, ours=False)) == sorted(theirs)
            ours = memory.in_force(handle, ours=True)
            if set(theirs) - {"other"}:
                assert ours <= names  # theirs does as much: ours waits where it was not there before
            else:
                assert ours == names

        def _went_in_order(self, handle):
            places = {
                one.pk: place
                for place, one in enumerate(
                    PlatformOrder.objects.filter(measure__decision__case__account__handle=handle).order_by(
                        "due_at", "pk"
                    )
                )
            }
            numbers = [one.key.split("-")[1:] for one in memory.log if one.handle == handle]
            went = [places[int(number)] for number, *again in numbers if not again]
            assert went == sorted(set(went))

        def _is_in_the_ledger(self):
            for one in Execution.objects.select_related("order"):
                rows = list(
                    LedgerRow.objects.filter(subject=reference(one.order))
                    .order_by("pk")
                    .values_list("event", flat=True)
                )
                assert rows.count("order_carried_out") == (one.state == "done")
                assert rows.count("order_dropped") == (one.state == "dropped")
                assert rows.count("order_seen") == (one.seen_at is not None)
                assert rows.count("order_failed") - rows.count("order_retried") in (0, one.state == "failed")
                assert (one.order.carried_out_at is not None) == (one.done_at is not None)

        def _one(self, data):
            return data.draw(st.sampled_from(self.handles)) if self.handles else None

    return Platform


@pytest.mark.usefixtures("clock")
def test_whatever_happens_the_platform_comes_to_hold_what_it_should(memory, respondent, judged, reviewer):
    run_state_machine_as_test(
        machine(memory, respondent, judged, reviewer),
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
        ),
    )
