#!/bin/sh
# Makes the virtual environment that every `make` target uses: system libraries where they are missing and
# can be installed, a Python >= 3.11, the project with its pinned dependencies. Quick when nothing changed.
#
# usage: scripts/setup_env.sh [FOLDER]     (default .venv; PYTHON=… picks the interpreter)
set -eu
cd "$(dirname "$0")/.."
venv=${1:-.venv}
stamp=$venv/.installed
export PIP_DISABLE_PIP_VERSION_CHECK=1 DEBIAN_FRONTEND=noninteractive

say() { printf '%s\n' "$*" >&2; }

# What the installation was made from, and on its last line where: a virtual environment cannot be moved.
state=$(cat pyproject.toml constraints.txt | cksum && pwd)

if [ "$(cat "$stamp" 2>/dev/null)" = "$state" ]; then
    touch "$stamp"
    exit 0
fi

# Libraries that the Qt wheel expects from the system, as "file package": the first group for any Qt program,
# the second for its X11 plugin.
QT_LIBRARIES='libEGL.so.1 libegl1
libGL.so.1 libgl1
libfontconfig.so.1 libfontconfig1
libgthread-2.0.so.0 libglib2.0-0
libdbus-1.so.3 libdbus-1-3
libxkbcommon.so.0 libxkbcommon0'
X11_LIBRARIES='libX11-xcb.so.1 libx11-xcb1
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libxcb-cursor.so.0 libxcb-cursor0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-image.so.0 libxcb-image0
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-randr.so.0 libxcb-randr0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-shape.so.0 libxcb-shape0
libxcb-sync.so.1 libxcb-sync1
libxcb-xfixes.so.0 libxcb-xfixes0
libxcb-xkb.so.1 libxcb-xkb1'

missing_packages() {
    known=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p)
    printf '%s\n' "$1" | while read -r file package; do
        case $known in *"$file "*) ;; *) printf '%s ' "$package" ;; esac
    done
}

is_debian() { [ "$(uname -s)" = Linux ] && command -v apt-get >/dev/null 2>&1; }

# apt_install PACKAGE…: as root installs them, otherwise names the command; fails when they are still missing.
apt_install() {
    if [ "$(id -u)" -ne 0 ]; then
        say "Missing system packages; install them with:"
        say "    sudo apt-get install -y $*"
        return 1
    fi
    say "Installing system packages: $*"
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null; } || {
        say "apt-get could not install: $*"
        return 1
    }
}

if is_debian; then
    needed=$(missing_packages "$QT_LIBRARIES")
    wanted=$(missing_packages "$X11_LIBRARIES")
    # Package names hold no blanks: splitting is meant.
    # shellcheck disable=SC2086
    if [ -n "$needed$wanted" ] && ! apt_install $needed $wanted; then
        [ -z "$needed" ] || exit 1
        say "Going on without them: only windows on X11 need these."
    fi
fi

python=
for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    say "PIE Desktop needs Python 3.11 or newer; $(python3 --version 2>&1 || true) was found."
    say "Install one (https://www.python.org/downloads/) or name it: make PYTHON=/path/to/python3.12"
    exit 1
fi

# Debian ships Python without what `venv` needs.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null && is_debian; then
    apt_install "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv" || exit 1
fi

# One that was moved, is half installed or lost its Python is made anew; a working one is brought up to date.
if [ "$(tail -n 1 "$stamp" 2>/dev/null)" != "$(pwd)" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    say "Making $venv with $("$python" --version)"
    "$python" -m venv --clear "$venv"
fi
rm -f "$stamp"
say "Installing PIE Desktop and what it needs (several minutes the first time)"
"$venv/bin/python" -m pip install --quiet --editable '.[dev]' --constraint constraints.txt
printf '%s\n' "$state" >"$stamp"
