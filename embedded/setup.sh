#!/bin/sh
# Makes .venv with the first Python that is new enough, and installs a requirements file into it.
#   embedded/setup.sh requirements-local.txt        PYTHON=/path/to/python chooses the Python
# Does nothing, and needs no network, when that was done before with the same files.
set -eu
cd "$(dirname "$0")/.."
wanted=$1
venv=.venv

say() { printf '%s\n' "$*"; }
fail() { printf '\n%s\n' "$*" >&2; exit 1; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        command -v "$PYTHON" >/dev/null || fail "PYTHON names $PYTHON, which is not there."
        new_enough "$PYTHON" || fail "PYTHON names $PYTHON ($("$PYTHON" --version 2>&1)), and Python 3.11 or newer is needed."
        python=$PYTHON
        return
    fi
    for python in python3 python3.13 python3.12 python3.11 python; do
        if command -v "$python" >/dev/null && new_enough "$python"; then return; fi
    done
    if command -v python3 >/dev/null; then
        fail "Python 3.11 or newer is needed, and $(command -v python3) is $(python3 --version 2>&1).
Install a newer one, then name it: make run PYTHON=/path/to/python3.12"
    fi
    fail "Python 3.11 or newer is needed, and there is none here. On Debian or Ubuntu: apt-get install python3 python3-venv"
}

make_venv() {
    find_python
    if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        fail "$("$python" --version) here can't make virtual environments. On Debian or Ubuntu: apt-get install python3-venv"
    fi
    say "Making $venv with $("$python" --version) …"
    rm -rf "$venv"
    "$python" -m venv "$venv" || { rm -rf "$venv"; fail "$venv could not be made; the reason is above."; }
}

# What is installed is a matter of these files and of the Python that they were installed for.
fingerprint() {
    "$venv/bin/python" - "$@" <<'PY'
import hashlib, pathlib, sys
text = sys.version.encode() + b"".join(pathlib.Path(name).read_bytes() for name in sys.argv[1:])
print(hashlib.sha256(text).hexdigest())
PY
}
files_of() {
    case $1 in
        requirements-dev.txt) echo "requirements.txt requirements-local.txt requirements-dev.txt constraints.txt" ;;
        requirements-local.txt) echo "requirements.txt requirements-local.txt constraints.txt" ;;
        *) echo "requirements.txt constraints.txt" ;;
    esac
}
# shellcheck disable=SC2046  # the names have no spaces
stamp_of() { fingerprint $(files_of "$1"); }

"$venv/bin/python" -c 'import pip' 2>/dev/null || make_venv

if [ "$(cat "$venv/installed-$wanted" 2>/dev/null)" = "$(stamp_of "$wanted")" ]; then exit 0; fi

say "Installing $wanted (this once; it takes a minute) …"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --root-user-action=ignore \
    -r "$wanted" || fail "$wanted could not be installed; the reason is above. The first installation needs the network (or a mirror named by PIP_INDEX_URL)."

stamp_of "$wanted" > "$venv/installed-$wanted"
if [ "$wanted" = requirements-dev.txt ]; then  # it holds the other one
    stamp_of requirements-local.txt > "$venv/installed-requirements-local.txt"
fi
