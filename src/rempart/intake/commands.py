"""What the command `import` does: opens the files, imports them as one wave and says in a few lines what came of it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from rempart import records
from rempart.intake.models import Import
from rempart.intake.services import import_wave
from rempart.records.lines import Rejects, lines_of, opened
from rempart.records.tables import read_table


def import_files(
    files: Sequence[str],
    *,
    hashtag: str,
    default_service: records.Service,
    accounts: str | None,
    source: str | None,
    rejects: Rejects,
) -> Import:
    """Import files (`-` for standard input) as one wave. Raises FileNotFoundError and what `import_wave` raises."""
    with ExitStack() as stack:
        streams = [stack.enter_context(opened(file)) for file in files]
        return import_wave(
            [lines_of(stream) for stream in streams],
            hashtag=hashtag,
            rejects=rejects,
            default_service=default_service,
            source=source,
            accounts=read_table(accounts, records.AccountRow, rejects) if accounts else (),
        )


def told(done: Import) -> Iterator[str]:
    """What an import did, a sentence a line."""
    yield f"{done.wave}: {done.new_posts} new posts and {done.new_testimonies} new testimonies are stored."
    if done.counted_only:
        yield f"{done.counted_only} posts were only counted, hour by hour, as their source requires."
    if done.not_kept:
        yield f"{done.not_kept} posts were not kept: no source describes what may be kept of them (see --source)."
    if done.other_subjects:
        yield f"{done.other_subjects} posts neither carry the hashtag nor answer one that does: they were left out."
    if done.bad_lines:
        yield f"{done.bad_lines} lines could not be read."
    yield "The worker assesses the accounts they speak of: `rempart worker`, or `rempart serve --worker`."
