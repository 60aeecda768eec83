"""Testimonies drawn at random, in every shape that the engine must bear."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import msgspec
from hypothesis import strategies as st

from rempart.records import AccountReference, Evidence, Origin, Reporter, Testimony
from rempart.records.vocabulary import CHANNELS, CONDUCTS, EvidenceKind

START = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)
TEXTS = (
    None,
    "",
    "moi aussi",
    "il m'a demandé des photos sur snap quand j'avais quatorze ans et j'ai eu peur de le dire",
    "il m'a demandé des photos sur snap quand j'avais quatorze ans et j'ai eu très peur de le dire",
    "he wrote to me after a live and would not stop asking where i lived until i blocked him",
    "elle raconte n'importe quoi, c'est faux",
)

reporters = st.builds(
    Reporter,
    id=st.integers(0, 12).map("r{}".format),
    upheld=st.integers(0, 3),
    rejected=st.integers(0, 3),
    communities=st.lists(st.sampled_from(["fans", "server", "music", "school"]), max_size=3),
)
origins = st.none() | st.builds(
    Origin, network=st.none() | st.sampled_from(["n1", "n2", "n3"]), device=st.none() | st.sampled_from(["d1", "d2"])
)
evidence = st.builds(
    Evidence, kind=st.sampled_from(get_args(EvidenceKind)), verified=st.sampled_from([None, None, True, False])
)
abouts = st.sampled_from(
    [
        AccountReference("tiktok", "leo.vrtx"),
        AccountReference("tiktok", "mia.wavy"),
        AccountReference("tiktok", "mia.wavy", "7001"),
        AccountReference("tiktok", "mia.old", "7001"),
        AccountReference("snapchat", "leo.vrtx"),
    ]
)
testimonies = st.builds(
    Testimony,
    id=st.just(""),
    received_at=st.integers(0, 30).map(lambda n: START + timedelta(minutes=10 * n)),
    channel=st.sampled_from(CHANNELS),
    about=abouts,
    stance=st.sampled_from(["testimony", "testimony", "testimony", "relay", "dispute"]),
    conduct=st.lists(st.sampled_from(CONDUCTS), max_size=2, unique=True),
    conduct_services=st.lists(st.sampled_from(["snapchat", "tiktok", "instagram"]), max_size=2, unique=True),
    met_on=st.lists(st.sampled_from(["tiktok", "yubo"]), max_size=1),
    complainant_minor=st.sampled_from([None, True, False]),
    text=st.sampled_from(TEXTS),
    reporter=reporters,
    origin=origins,
    evidence=st.lists(evidence, max_size=2),
)


def numbered(several):
    return [msgspec.structs.replace(t, id=f"t{n}") for n, t in enumerate(several)]


waves = st.lists(testimonies, min_size=1, max_size=40).map(numbered)
