"""Refuse a shipped rulebook that `rempart rulebook check` would refuse."""

import subprocess
import sys
from pathlib import Path

LIBRARY = Path(__file__).parent.parent / "src/rempart/rulebook/library"

if __name__ == "__main__":
    rempart = Path(sys.executable).parent / "rempart"
    for file in sorted(LIBRARY.glob("*.yaml")):
        subprocess.run([rempart, "rulebook", "check", str(file)], check=True)
