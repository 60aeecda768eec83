"""Named waves, each about one difficulty, to try a rulebook or a model on; docs/replay.md describes them."""

from msgspec.structs import replace

from rempart.replay.parameters import (
    ADAPTIVE,
    CAREFUL,
    MODERATE,
    Care,
    Craft,
    GuiltyCase,
    InnocentCase,
    Parameters,
)  # fmt: skip

_LONE: dict[InnocentCase, float] = {"lone": 0.65, "rumour": 0.35}
_BRIGADED: dict[InnocentCase, float] = {"lone": 0.15, "rumour": 0.05, "brigaded": 0.8}
_MIXED: dict[InnocentCase, float] = {"lone": 0.4, "rumour": 0.1, "brigaded": 0.5}
_ALONE: dict[GuiltyCase, float] = {"plain": 1.0}
# Somebody harmed speaks under some brigades too, or a brigade would be proof of innocence.
_SOME_BRIGADED: dict[GuiltyCase, float] = {"plain": 0.75, "brigaded": 0.25}


def _brigades(about: str, care: dict[Care, float], **crafts: Craft) -> Parameters:
    default = Parameters()
    changed: dict[Care, Craft] = {each: crafts.get(each, craft) for each, craft in default.crafts.items()}
    return replace(default, about=about, guilty=_SOME_BRIGADED, innocent=_BRIGADED, care=care, crafts=changed)


def _bought(craft: Craft) -> Craft:
    return replace(craft, new=0.02, bought=1.0, joined=0.1, origins=0.02)


def _faking(craft: Craft) -> Craft:
    return replace(craft, evidence=0.65, exports=0.85, verified=0.07, refuted=0.25)


def _around(about: str, case: GuiltyCase, innocent: dict[InnocentCase, float] = _MIXED) -> Parameters:
    """Most guilty accounts have this around them, and the others nothing but those harmed."""
    return Parameters(about=about, guilty={"plain": 0.2, case: 0.8}, innocent=innocent)


SCENARIOS: dict[str, Parameters] = {
    "lone-voices": Parameters(
        about="One to three people speak of an account, each alone, and nobody is organised.",
        guilty=_ALONE, innocent=_LONE, tail=2.5, most_harmed=3,
    ),
    "first-hours": Parameters(
        about="The first six hours of a wave: little is known yet, of any side.", spread=1.5, lasts=6.0,
    ),
    "crude-brigade": _brigades("Copies of one text from new accounts within hours.", {"crude": 1.0}),
    "moderate-brigade": _brigades("The same facts in other words each time, over a day or two.", {"moderate": 1.0}),
    "careful-brigade": _brigades("Own words from older accounts, each in turn.", {"careful": 1.0}),
    "adaptive-brigade": _brigades(
        "They know how they may be found: spread over days, apart in all things, with some hearsay and fake exports.",
        {"adaptive": 1.0},
    ),
    "fake-exports": _brigades(
        "Careful and adaptive crews bring fake exports, most unexamined, a few refuted, fewer that pass.",
        {"careful": 0.5, "adaptive": 0.5}, careful=_faking(CAREFUL), adaptive=_faking(ADAPTIVE),
    ),
    "bought-accounts": _brigades(
        "Crews whose accounts are old and bought in lots: nothing else of them is shared.",
        {"moderate": 0.5, "careful": 0.5}, moderate=_bought(MODERATE), careful=_bought(CAREFUL),
    ),
    "organised-victims": _around(
        "People harmed organise openly: one server, an association's text, one evening. It is no campaign.", "organised"
    ),
    "mass-disputes": _around(
        "Fans deny in mass, whether it happened or not.", "disputes",
        {"lone": 0.1, "brigaded": 0.2, "disputes": 0.7},
    ),
    "poisoned-records": _around(
        "Those who were harmed were given rejected reports before, so that nobody believes them.", "poisoned"
    ),
    "drowned-case": replace(
        # Crude copies everywhere: that there are any says nothing of who did it.
        _around(
            "Obvious fakes in the words of somebody harmed, so that those who were harmed look coordinated.",
            "drowned", _BRIGADED,
        ),
        care={"crude": 1.0},
    ),
}  # fmt: skip
