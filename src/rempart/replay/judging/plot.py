"""The calibration plot as a PNG."""

import msgspec

from rempart.replay.judging.table import Row
from rempart.replay.typeset import png


def calibration_png(row: Row) -> bytes:
    """What corroboration said against what was true, with intervals, and how many accounts stand at each place.

    row: of corroboration over all accounts. A wave of nobody gives the empty axes.
    """
    bins = row.calibration or []
    most = max((one.accounts for one in bins), default=1)
    said = {
        "about": f"{row.accounts:,} accounts of which {row.guilty:,} guilty; bars are 95 % intervals",
        "bins": [{**msgspec.structs.asdict(one), "height": one.accounts / most} for one in bins],
    }
    return png("rempart.replay.judging", "calibration.typ", said)
