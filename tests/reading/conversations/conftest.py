"""Builders of exports as people attach them."""

import json
import zipfile

import pytest


@pytest.fixture
def unpacked(tmp_path):
    """Writes files into a folder."""

    def write(files):
        for name, content in files.items():
            file = tmp_path / "export" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return tmp_path / "export"

    return write


@pytest.fixture
def zipped(tmp_path):
    """Writes files into a zip."""

    def write(files):
        path = tmp_path / "export.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return path

    return write
