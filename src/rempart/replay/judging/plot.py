"""The calibration plot as a PNG, set by typst with the fonts that it carries: the same bytes on every machine."""

import json
from importlib.resources import as_file, files

import msgspec

from rempart.replay.judging.table import Row

_DENSITY = 144.0  # dots an inch


def calibration_png(row: Row) -> bytes:
    """What corroboration said against what was true, with intervals, and how many accounts stand at each place.

    row: of corroboration over all accounts. A wave of nobody gives the empty axes.
    """
    import typst

    bins = row.calibration or []
    most = max((one.accounts for one in bins), default=1)
    said = {
        "about": f"{row.accounts:,} accounts of which {row.guilty:,} guilty; bars are 95 % intervals",
        "bins": [{**msgspec.structs.asdict(one), "height": one.accounts / most} for one in bins],
    }
    with as_file(files("rempart.replay.judging") / "calibration.typ") as template:
        return bytes(
            typst.compile(
                str(template),
                format="png",
                ppi=_DENSITY,
                ignore_system_fonts=True,
                sys_inputs={"said": json.dumps(said, ensure_ascii=False)},
            )
        )
