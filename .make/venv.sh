#!/bin/sh
# Make or update a virtual environment: .make/venv.sh FOLDER LOCK
set -eu
umask 022
folder=$1 lock=$2
install='apt-get install -y python3-venv'

suitable() {  # Debian keeps ensurepip apart
  command -v "$1" >/dev/null && "$1" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
  for python in "${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11; do
    if suitable "$python"; then return 0; fi
  done
  return 1
}

missing() {
  echo "This needs Python 3.11 or newer with venv; here is: $(python3 --version 2>/dev/null || echo none)." >&2
  echo "On Debian 12 run: sudo $install. Elsewhere install Python, then: make PYTHON=/path/to/python3 …" >&2
  exit 1
}

if ! find_python; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then missing; fi
  echo "Installing the Debian package python3-venv …"
  said=$({ apt-get update -qq && DEBIAN_FRONTEND=noninteractive $install -qq --no-install-recommends; } 2>&1) ||
    { echo "$said" >&2; missing; }
  find_python || missing
fi

echo "Installing $(grep -c '==' "$lock") Python packages of $lock into $folder (about 20 s) …"
"$python" -m venv "$folder"
"$folder/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes -r "$lock"
# `pytest` as a command finds the rooms, and through them its options, whatever folder its command line names.
"$folder/bin/python" - "$(dirname "$(cd "$folder" && pwd)")" <<'END'
import pathlib, sys, sysconfig
pathlib.Path(sysconfig.get_path("purelib"), "phase0_gate.pth").write_text(sys.argv[1] + "\n", encoding="utf-8")
END
