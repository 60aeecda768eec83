"""What the fame radar believes before it sees anything: every number of the method, in one place, each with its reason.

Lengths are days, whatever the pace of the counters. Surprises are in nats (natural logarithms of improbability).
"""

from typing import Annotated

import msgspec
from msgspec import Meta

Share = Annotated[float, Meta(gt=0, lt=1)]
Positive = Annotated[float, Meta(gt=0)]
Days = Annotated[int, Meta(ge=1)]


class Parameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The defaults are meant for any platform; what is peculiar to one is estimated from its own counters."""

    # learning what is usual for an account
    first_week: Days = 7  # growth days learnt as they come, without clipping
    memory: Share = 0.08  # weight of today in the usual growth after that: about the last two weeks
    clip: Positive = 2.5  # a day teaches at most so many standard deviations above what was expected
    history: Days = 5  # growth days known before a day of it can surprise
    least_rate: Positive = 0.2  # nobody's usual growth counts as less than one follower in five days
    shrinkage: Positive = 7.0  # an account's own dispersion weighs as much as the population's after so many days
    least_dispersion: Positive = 0.02

    # the platform as a whole
    platform_weight: Positive = 50.0  # so many accounts of today weigh as much as the weekday's past
    weekday_memory: Share = 0.3
    typical_memory: Share = 0.1
    scores_kept: Share = 0.97  # of the histogram of past scores, from one tick to the next
    calibrated_at: Share = 0.001  # the share of past scores beyond which the population says how long the tail is
    largest_scale: Positive = 6.0

    # a day that stands out
    hot: Positive = 3.0  # recalibrated surprise in nats
    hot_ratio: Positive = 2.0  # and so many times what was expected

    # watch: Benjamini–Hochberg
    false_discoveries: Share = 0.2
    watch_ratio: Positive = 3.0
    watch_gain: Positive = 20.0
    watch_silence: Days = 14

    # support: persistence, effect, magnitude
    support_evidence: Positive = 20.0  # surprise of the rise as a whole (CUSUM), in nats
    largest_day: Positive = 12.0  # that a single day can bring to it
    allowance: Positive = 1.0  # what a day takes from it (the CUSUM's reference value)
    support_ratio: Positive = 3.0
    support_gain: Positive = 100.0  # followers above what was expected since the rise began
    support_share: Annotated[float, Meta(ge=0)] = 0.004  # … and of the followers it began with
    begun: Share = 0.1  # … unless the days before had reached this share of it
    leaping: Positive = 3.0  # a second day counts at once if it is so many times the first …
    rising: Positive = 1.2  # a third if it is so many times the best one …
    sustained: Share = 0.6  # a fourth if it keeps so much of the best one …
    lasting_ratio: Positive = 12.0  # and a sixth if it still is so many times what was expected
    echo: Positive = 1.8  # views or mentions must have grown by so much where they are known …
    echo_share: Share = 0.15  # … or by this share of what followers did
    support_silence: Days = 30  # days without anything unusual before a new rise is another one

    # missing days
    whole_day: Positive = 20.0  # hours after which a new day may be judged: counters are not read to the minute
    forgotten: Days = 120  # accounts without counters for so long leave the state
