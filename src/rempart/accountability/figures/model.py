"""What is counted over a window of time: types only. `counting.py` fills them from the record, exactly.

Every count is of the window, as the record stood at `as_of`: the window's end, or now where the window goes on. None is
a count that is withheld (`protecting.py`); zero is zero. What divides a number adds up to it: `groups_of` there lists
every such sum, and the tests hold them.
"""

from datetime import date, datetime
from typing import Literal

import msgspec

Count = int | None
Counts = dict[str, Count]

Step = Literal["day", "week", "month"]
Standing = Literal[
    "restrained",
    "restrained_before",
    "begins_later",
    "waits",
    "watched",
    "elsewhere",
    "not_assessed",
    "no_action",
    "warned",
    "referred",
    "declined",
    "withdrawn",
    "coordination",
    "few_sources",
    "slight",
    "doubtful",
    "no_article",
]

ACTED: tuple[Standing, ...] = ("restrained", "restrained_before")


class Window(msgspec.Struct, frozen=True):
    """What is asked about: start ≤ moment < end, both with a zone; what concerns a hashtag (folded, no sign) or all."""

    hashtag: str | None
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a window's times have a zone")
        if self.end <= self.start:
            raise ValueError("a window ends after it starts")


class Received(msgspec.Struct, kw_only=True):
    """What came in.

    total: testimonies, relays and disputes about an account, one for each account that a message speaks of; those that
    people handed in are of the window if they arrived in it, those made in public if they were posted in it.
    by_channel, by_stance, by_complainant (`minor`, `adult`, `not_said`: at the time of the facts), by_use (`counts`,
    or why not: `withdrawn` by its author, `set_aside` while they might not report, `unfounded` found so by two people)
    and over_time (in days of the site's zone from the first with one to the last; in weeks from Monday where these are
    more than 62 days apart, in months beyond 400) each divide it. first_at, last_at: of the first and the last of them;
    once protected, the whole hour before. posts: messages under the hashtag that were kept, of any kind, by what they
    do (`support`, `news` and so on among them); of sources of which only counts may be kept, counted_posts and of these
    counted_testimonies, by whole hours. What was deleted at its source is no longer counted.
    """

    total: Count
    by_channel: Counts
    by_stance: Counts
    by_complainant: Counts
    by_use: Counts
    step: Step
    over_time: dict[date, Count]
    first_at: datetime | None
    last_at: datetime | None
    posts: Count
    posts_by_stance: Counts
    counted_posts: Count
    counted_testimonies: Count


class Accounts(msgspec.Struct, kw_only=True):
    """The accounts that a testimony or relay of the window accuses, and where each stands at as_of.

    concerned = acted (restrained, or restrained_before) + not_acted (the rest); by_standing divides each. In this
    order, the first that is true: a restraint is in force; one was, and is over; one was decided and begins later; a
    proposal waits for an approval; it is watched and nothing is restricted; it is not an account of the platform; it
    was not assessed yet; people answered without a measure (no action, warned, referred); a person declined what the
    rules proposed; everything said was taken back or found unfounded; else why the rules asked for nothing, as the
    last assessment tells: coordination of half or more, fewer than two independent sources, nothing grave (severity 0
    or 1), credibility under a half, or no article that speaks of it.
    """

    concerned: Count
    acted: Count
    not_acted: Count
    by_standing: dict[Standing, Count]


class Measures(msgspec.Struct, kw_only=True):
    """What was decided about cases, of the window: all cases, or those that posts under the hashtag led to.

    restrained: accounts under a restraint (any measure but being watched) at some moment of the window; newly: those
    of them whose first restraint ever began in it; at_end: those restrained at as_of. taken: kind → mode → how many
    accounts that measure was begun on in the window, renewals and takeovers counted once. in_force: the same at as_of.
    by_approval: decisions taken in the window, by who approved (`automatic`, `one_reviewer`, `two_reviewers`).
    confirmed, declined: decisions that a person confirmed on review, or declined, in the window; waiting: at as_of.
    renewed: decisions that renew another.
    """

    restrained: Count
    newly: Count
    at_end: Count
    taken: dict[str, Counts]
    in_force: dict[str, Counts]
    decisions: Count
    by_approval: Counts
    renewed: Count
    confirmed: Count
    declined: Count
    waiting: Count


class Speed(msgspec.Struct, kw_only=True):
    """From the first testimony or relay about an account to its first restraint, over the accounts newly restrained.

    accounts: those of which both moments are known. Hours, unrounded; None when nothing was measured or too few were.
    by_time divides accounts.
    """

    accounts: Count
    median_hours: float | None
    p90_hours: float | None
    by_time: Counts


class Lifted(msgspec.Struct, kw_only=True):
    """Restraints that ended in the window: of an account that was restrained without a break and then was not.

    by_reason divides total: `end` reached, lifted by a reviewer on `review`, on an `appeal` that was upheld, after a
    `reply`, because a `link` between accounts was withdrawn, or `replaced` by a decision that restrains nothing. eased:
    accounts of which one restraint was lifted while another went on.
    """

    total: Count
    by_reason: Counts
    eased: Count


class Appeals(msgspec.Struct, kw_only=True):
    """Complaints: those filed in the window and what became of them until as_of, and those answered in it.

    by_state divides filed (`pending`, `upheld`, `rejected`, `withdrawn`), by_author too. answered = upheld + rejected,
    decided in the window whenever they were filed. median_hours: from filing to answer, of those answered.
    """

    filed: Count
    by_state: Counts
    by_author: Counts
    answered: Count
    upheld: Count
    rejected: Count
    median_hours: float | None


class Carried(msgspec.Struct, kw_only=True):
    """What platforms were ordered to apply and to lift (due in the window), and what became of it by now.

    action → `done`, `failed`, `waiting`, `dropped` (no longer wanted), `unconnected` (no platform is connected:
    somebody sees to it by hand).
    """

    orders: Count
    by_action: dict[str, Counts]


class RulebookUsed(msgspec.Struct, kw_only=True):
    """A version that was in force during the window or that decisions were taken under in it.

    since: None for one that never was in force. until: None while no later one is. decisions: taken in the window.
    articles: those that they cite, in the rulebook's order.
    """

    name: str
    version: str
    sha256: str
    since: datetime | None
    until: datetime | None
    decisions: Count
    articles: list[str]


class Figures(msgspec.Struct, kw_only=True):
    """Everything, of one window. invented: whether the posts under the hashtag are those of an example.

    heard: whether anything was ever kept or counted under the hashtag here; True without a hashtag. cases: opened in
    the window. outcomes: answers that people gave to cases in the window, by kind. statements: of reasons, made in it.
    withheld: how many numbers are.
    """

    window: Window
    as_of: datetime
    invented: bool
    heard: bool
    received: Received
    accounts: Accounts
    cases: Count
    measures: Measures
    speed: Speed
    lifted: Lifted
    appeals: Appeals
    outcomes_total: Count
    outcomes: Counts
    statements: Count
    carried: Carried
    rulebooks: list[RulebookUsed]
    withheld: int = 0
