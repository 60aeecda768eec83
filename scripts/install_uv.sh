#!/bin/sh
# Make .uv/, a virtual environment that holds uv alone. Usage: install_uv.sh PYTHON UV_VERSION
set -eu
python=$1
version=$2

if [ -z "$python" ]; then
    echo "Rempart needs Python 3.11 or later, and found none: install one, or name it with make PYTHON=/path/to/python3." >&2
    exit 1
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    # Debian and Ubuntu ship ensurepip apart from Python.
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing python3-venv, which $python lacks …"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
    else
        echo "$python cannot make virtual environments (it lacks ensurepip): ask your administrator for the package python3-venv." >&2
        exit 1
    fi
fi
rm -rf .uv
"$python" -m venv .uv
.uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$version"
