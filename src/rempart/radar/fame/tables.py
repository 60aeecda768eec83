"""The tables that a tick reads and writes: what is usual for an account, its rise, the population, and what stands out.

Every column is an integer, or a 32-bit float that engines round alike, so that two engines write the same table.
"""

import ibis

# What a tick is given: one row an account.
TODAY = ibis.schema({"account_id": "string", "followers": "int64", "views": "int64", "mentions": "int64"})

# One row an account. `gain`, `gap`, `views`, `mentions` are the newest observation: what it teaches about the account
# is learnt at the next tick, when what the whole platform did that day is known too.
ACCOUNTS = ibis.schema(
    {
        "account_id": "string",
        "last_hour": "int32",  # hours since 1970 of the last counters judged
        "followers": "int64",  # the level then
        "days": "int32",  # growth days learnt
        "rate": "float32",  # usual followers a day, without weekday and platform
        "spread": "float32",  # its overdispersion: variance = mean + spread · mean²
        "views_rate": "float32",  # usual views a day; null: never told
        "mentions_rate": "float32",
        "hot": "int32",  # of RISES as the day before left it; null: not there
        "gain": "int64",  # followers since the last judged day; null: nothing to judge
        "gap": "int32",  # … and the hours that it took
        "views": "int64",  # since the last judged day; null: not told
        "mentions": "int64",
    }
)

# One row an account in a rise, or of which an alert told lately: few. The newest observation is judged here already.
RISES = ibis.schema(
    {
        "account_id": "string",
        "hot": "int32",  # the last eight judged days, one bit each, the newest lowest: did it stand out?
        "peak": "float32",  # best day of the present rise
        "surplus": "float32",  # followers above what was expected since it began
        "evidence": "float32",  # its CUSUM, in nats
        "echo": "float32",  # views or mentions over the usual ones, summed over its hot days
        "supported_hour": "int32",  # when the last support alert was raised, or its rise last seen; null: never
        "watched_hour": "int32",
    }
)

# What is known of the platform as a whole, as integers: `count` is a number of accounts for the histograms,
# millionths for the rest.
POPULATION = ibis.schema({"kind": "string", "cell": "int64", "count": "int64"})

# What `alerts` needs of an account that stands out today.
SCORED = ibis.schema(
    {
        "account_id": "string",
        "tier": "string",
        "hour": "int32",
        "score": "int64",  # millionths of a nat
        "followers": "int64",
        "gain": "int64",
        "gap": "int32",
        "expected": "int64",  # thousandths of a follower over the gap
        "upper": "int64",  # … the same plus two standard deviations
        "surplus": "int64",
        "hot": "int32",
        "days": "int32",
        "echo": "int64",  # thousandths; null: views and mentions unknown
        "factor": "int64",  # of the platform that day, millionths
    }
)
