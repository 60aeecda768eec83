"""The wheel carries all it needs: rulebooks, vocabulary, templates, translations and the example wave."""

import os
import subprocess
from pathlib import Path

import pytest

from rempart.database.embedded import EmbeddedServer

ROOT = Path(__file__).parents[2]
UV = ROOT / ".uv/bin/uv"


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command away from the repository and return what it printed; what it complained of is in the failure."""
    inherited = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("DJANGO_", "DATABASE_", "REMPART_", "PYTHON"))
    }
    done = subprocess.run(
        check=False,
        args=[*map(str, command)],
        cwd=cwd,
        env={**inherited, "UV_NO_CONFIG": "1", **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The commands of an empty environment in which only the built wheel was installed, at the locked versions."""
    place = tmp_path_factory.mktemp("wheel")
    run(UV, "build", "--wheel", "--quiet", "--out-dir", place, ROOT, cwd=place)
    locked = run(UV, "export", "--frozen", "--no-dev", "--no-emit-project", "--project", ROOT, cwd=place)
    (place / "locked.txt").write_text(locked)
    run(UV, "venv", "--quiet", place / "venv", cwd=place)
    (wheel,) = place.glob("*.whl")
    run(UV, "pip", "install", "--quiet", "--python", place / "venv/bin/python", "-r", "locked.txt", wheel, cwd=place)
    return place / "venv/bin"


def test_the_demo_runs_from_the_wheel_alone(installed, tmp_path):
    home = {"REMPART_HOME": str(tmp_path / "home")}
    try:
        printed = run(installed / "rempart", "demo", "--no-serve", cwd=tmp_path, **home)
    finally:
        run(installed / "rempart", "database", "stop", cwd=tmp_path, **home)
        EmbeddedServer(tmp_path / "home").remove()
    assert "on-platform-only-2020" in printed
    assert "tiktok:" in printed


def test_translations_travel_in_the_wheel(installed, tmp_path):
    code = "import rempart, pathlib; print(*pathlib.Path(rempart.__file__).parent.rglob('*.mo'))"
    assert "fr" in run(installed / "python", "-c", code, cwd=tmp_path)
