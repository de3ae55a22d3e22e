#!/bin/sh
# Make or update a virtual environment: .make/venv.sh FOLDER LOCK
set -eu
folder=$1 lock=$2

suitable() { command -v "$1" >/dev/null && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

for python in "${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11 none; do
  if suitable "$python"; then break; fi
done
if [ "$python" = none ]; then
  echo "No Python 3.11 or newer here (python3 is: $(python3 --version 2>&1)). Install one, then: make PYTHON=/path/to/python3 …" >&2
  exit 1
fi

if ! "$python" -c 'import ensurepip' 2>/dev/null; then  # Debian keeps it apart
  install='apt-get install -y python3-venv'
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Python cannot make virtual environments here. Run this, then try again: sudo $install" >&2
    exit 1
  fi
  echo "Installing the Debian package python3-venv …"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive $install -qq --no-install-recommends; } >/dev/null
fi

echo "Installing $(grep -c '==' "$lock") Python packages of $lock into $folder (about 20 s) …"
"$python" -m venv "$folder"
"$folder/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes -r "$lock"
