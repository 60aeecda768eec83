"""Draw the house from the code's real imports into docs/architecture.md; with --check, fail if it is out of date."""

import sys
from pathlib import Path

import grimp

PAGE = Path(__file__).parent.parent / "docs/architecture.md"
BEGIN, END = "<!-- drawn by scripts/draw_architecture.py: begin -->", "<!-- drawn: end -->"

# Rooms of a kind are drawn in one frame; a room in none of them fails the drawing, so that none is forgotten.
FLOORS = {
    "Pure rooms": ("records", "text", "reading", "corroboration", "rulebook", "replay", "radar", "tlog", "attestation"),
    "Ground floor": ("database", "ledger", "staff", "pages", "files", "correspondence", "privacy"),
    "Rooms of the house": ("intake", "lookout", "casework", "care", "age", "platforms", "accountability"),
    "Front door": ("site", "examples", "demo", "cli"),
}


def arrows() -> list[tuple[str, str]]:
    """Pairs (room, a room it imports), each room once, in alphabetical order."""
    graph = grimp.build_graph("rempart")
    pairs = set()
    for module in graph.modules:
        if "." not in module:
            continue
        room = module.split(".")[1]
        for imported in graph.find_modules_directly_imported_by(module):
            other = imported.split(".")[1] if "." in imported else room
            if other != room:
                pairs.add((room, other))
    return sorted(pairs)


def drawing() -> str:
    """The diagram in Mermaid's language. Raises ValueError for a room on no floor."""
    pairs = arrows()
    placed = {room for floor in FLOORS.values() for room in floor}
    found = {room for pair in pairs for room in pair}
    if strays := found - placed:
        raise ValueError(f"on no floor: {', '.join(sorted(strays))}")
    lines = ["```mermaid", "flowchart RL"]
    for number, (floor, rooms) in enumerate(FLOORS.items()):
        lines += [
            f'    subgraph floor{number}["{floor}"]',
            *(f"        {room}" for room in rooms if room in found),
            "    end",
        ]
    lines += [f"    {room} --> {other}" for room, other in pairs]
    return "\n".join([*lines, "```"])


def main() -> int:
    """Rewrite the page, or with --check compare it. Returns the exit status."""
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    drawn = f"{before}{BEGIN}\n{drawing()}\n{END}{after}"
    if "--check" in sys.argv:
        if drawn != page:
            print("docs/architecture.md does not show the code's imports any more: run make docs", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(drawn)
    return 0


if __name__ == "__main__":
    sys.exit(main())
