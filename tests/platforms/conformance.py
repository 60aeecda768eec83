"""What every connector has to do, whatever its platform: tried on a live platform, one check a function.

A connector's tests describe their platform to it and run every check, each on an account of its own:

    from platforms.conformance import CHECKS, Live

    @pytest.fixture
    def live(synapse) -> Live: …

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    def test_it_does_what_every_connector_does(live, check):
        check(live)

What only this platform shows (a message refused, an invitation refused) is tested beside it.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from rempart.ledger.clock import now
from rempart.platforms.connector import (
    Connector,
    PermanentFailure,
    Sanction,
    Support,
    TemporaryFailure,
    UnknownAccount,
)
from rempart.records import AccountReference
from rempart.records.vocabulary import MEASURES, Measure


@dataclass(frozen=True, kw_only=True)
class Live:
    """A live platform and what a check needs of it.

    new_account: makes an account on which nothing is in force, with its immutable id where the platform has one.
    measure: a measure that the connector carries out, natively if it can.
    nobody: an account that the platform does not have.
    refused: the connector with credentials that the platform refuses.
    unreachable: the connector of an address where nothing listens, or makes the platform so while it lasts.
    restrict_as_staff: makes the platform's own staff restrict an account, in a way that can be told from ours.
    restricted: whether the account is restricted in fact, asked of the platform by another way than the connector; None
    where `observe` is the only way.
    """

    connector: Connector
    new_account: Callable[[], AccountReference]
    measure: Measure
    nobody: AccountReference
    refused: Connector
    unreachable: Connector | AbstractContextManager[Connector]
    restrict_as_staff: Callable[[AccountReference], None]
    restricted: Callable[[AccountReference], bool] | None = None
    lasts: timedelta = field(default=timedelta(hours=72))

    def apply(self, account: AccountReference, *, key: str | None = None) -> str:
        """Apply the measure for as long as the platform's tests say."""
        until: datetime = now() + self.lasts
        return self.connector.apply(account, self.measure, key=key or new_key(), until=until)

    def lift(self, account: AccountReference, mark: str) -> None:
        """Lift the measure."""
        self.connector.lift(account, self.measure, key=new_key(), mark=mark)

    def not_foreign(self, account: AccountReference) -> list[Sanction]:
        """What is in force there for the measure, but for what the platform's own staff did."""
        ability = self.connector.abilities[self.measure]
        carried = {self.measure, ability.as_measure} - {None}
        return [one for one in self.connector.observe(account) if one.measure in carried and one.ours is not False]


def new_key() -> str:
    """A key as an order has one: its own, the same at every attempt."""
    return f"order-{uuid4().hex}"


def every_measure_is_declared_with_its_words(live: Live) -> None:
    """Each measure but `watch` has an ability; what is not native says in both languages what the person reads."""
    abilities = live.connector.abilities
    assert set(abilities) >= set(MEASURES) - {"watch"}
    for measure, ability in abilities.items():
        if ability.support is not Support.NATIVE:
            assert ability.how["fr"].strip(), measure
            assert ability.how["en"].strip(), measure
    assert abilities[live.measure].support is not Support.IMPOSSIBLE


def a_new_account_has_nothing_in_force(live: Live) -> None:
    """Nothing is seen where nothing was done."""
    assert list(live.connector.observe(live.new_account())) == []


def what_is_applied_is_seen_and_bites(live: Live) -> None:
    """After `apply`, `observe` shows it once."""
    account = live.new_account()
    live.apply(account)
    assert len(live.not_foreign(account)) == 1
    assert live.restricted is None or live.restricted(account)


def applying_again_with_the_same_key_changes_nothing(live: Live) -> None:
    """The process was killed between doing and recording: doing it again gives the same mark and one sanction."""
    account = live.new_account()
    key, until = new_key(), now() + live.lasts
    first = live.connector.apply(account, live.measure, key=key, until=until)
    before = live.not_foreign(account)
    again = live.connector.apply(account, live.measure, key=key, until=until)
    assert again == first
    assert live.not_foreign(account) == before


def what_is_lifted_is_gone(live: Live) -> None:
    """After `lift`, nothing is seen, and the account is restored in fact."""
    account = live.new_account()
    live.lift(account, live.apply(account))
    assert live.not_foreign(account) == []
    assert live.restricted is None or not live.restricted(account)


def lifting_again_is_no_failure(live: Live) -> None:
    """The process was killed between lifting and recording."""
    account = live.new_account()
    mark = live.apply(account)
    key = new_key()
    live.connector.lift(account, live.measure, key=key, mark=mark)
    live.connector.lift(account, live.measure, key=key, mark=mark)
    assert live.not_foreign(account) == []


def lifting_what_was_never_applied_is_no_failure(live: Live) -> None:
    """The order to lift may come after the platform lost or ended it."""
    account = live.new_account()
    live.lift(account, "")
    assert live.not_foreign(account) == []


def what_is_repeated_on_purpose_stands_once_and_comes_off_whole(live: Live) -> None:
    """What was lost, or whose end moved, is ordered again under a key of its own; the mark may be of either time."""
    for latest in (True, False):
        account = live.new_account()
        key, until = new_key(), now() + live.lasts
        first = live.connector.apply(account, live.measure, key=key, until=until)
        again = live.connector.apply(account, live.measure, key=f"{key}-1", until=until + live.lasts)
        assert len(live.not_foreign(account)) == 1
        live.lift(account, again if latest else first)
        assert live.not_foreign(account) == []
        assert live.restricted is None or not live.restricted(account)


def it_can_be_applied_again_after_it_was_lifted(live: Live) -> None:
    """A renewal is another order, with another key."""
    account = live.new_account()
    live.lift(account, live.apply(account))
    live.apply(account)
    assert len(live.not_foreign(account)) == 1


def what_the_platforms_staff_did_is_told_apart_and_stays(live: Live) -> None:
    """A sanction of another authority is seen, is not ours, and outlives a lift of ours."""
    account = live.new_account()
    live.restrict_as_staff(account)
    (foreign,) = live.connector.observe(account)
    assert foreign.ours is not True
    live.lift(account, "")
    assert list(live.connector.observe(account)) == [foreign]


def an_account_is_described_with_its_immutable_id(live: Live) -> None:
    """By whatever it was looked up, the reference that comes back is that account's."""
    account = live.new_account()
    described = live.connector.describe(account).reference
    assert described.service == account.service
    assert account.id is None or described.id == account.id
    assert live.connector.describe(described).reference == described


def something_is_preserved_and_each_copy_has_a_name(live: Live) -> None:
    """There is a profile at least; names tell copies apart."""
    copies = list(live.connector.preserve(live.new_account()))
    assert copies
    assert len({copy.name for copy in copies}) == len(copies)
    assert all("/" in copy.media_type and copy.content for copy in copies)


def an_account_that_is_not_there_is_said_to_be_unknown(live: Live) -> None:
    """By each of the calls that need it; lifting is none of them, since there is nothing to take off."""
    with pytest.raises(UnknownAccount):
        live.connector.describe(live.nobody)
    with pytest.raises(UnknownAccount):
        live.connector.observe(live.nobody)
    with pytest.raises(UnknownAccount):
        live.apply(live.nobody)
    with pytest.raises(UnknownAccount):
        list(live.connector.preserve(live.nobody))


def refused_credentials_go_to_a_person(live: Live) -> None:
    """Trying again would not help, and the message says nothing of the account."""
    account = live.new_account()
    for call in _calls(live.refused, live, account):
        with pytest.raises(PermanentFailure) as caught:
            call()
        assert not isinstance(caught.value, UnknownAccount)
        assert account.handle not in str(caught.value)


def a_platform_that_does_not_answer_may_answer_later(live: Live) -> None:
    """Every call fails as one that is worth trying again."""
    account = live.new_account()
    if isinstance(live.unreachable, Connector):
        _all_fail_for_now(live.unreachable, live, account)
    else:
        with live.unreachable as connector:
            _all_fail_for_now(connector, live, account)


def _all_fail_for_now(connector: Connector, live: Live, account: AccountReference) -> None:
    for call in _calls(connector, live, account):
        with pytest.raises(TemporaryFailure) as caught:
            call()
        assert account.handle not in str(caught.value)


def _calls(connector: Connector, live: Live, account: AccountReference) -> list[Callable[[], object]]:
    return [
        lambda: connector.describe(account),
        lambda: connector.observe(account),
        lambda: connector.apply(account, live.measure, key=new_key(), until=now() + live.lasts),
        lambda: connector.lift(account, live.measure, key=new_key(), mark=""),
        lambda: list(connector.preserve(account)),
    ]


CHECKS = (
    every_measure_is_declared_with_its_words,
    a_new_account_has_nothing_in_force,
    what_is_applied_is_seen_and_bites,
    applying_again_with_the_same_key_changes_nothing,
    what_is_lifted_is_gone,
    lifting_again_is_no_failure,
    lifting_what_was_never_applied_is_no_failure,
    what_is_repeated_on_purpose_stands_once_and_comes_off_whole,
    it_can_be_applied_again_after_it_was_lifted,
    what_the_platforms_staff_did_is_told_apart_and_stays,
    an_account_is_described_with_its_immutable_id,
    something_is_preserved_and_each_copy_has_a_name,
    an_account_that_is_not_there_is_said_to_be_unknown,
    refused_credentials_go_to_a_person,
    a_platform_that_does_not_answer_may_answer_later,
)
