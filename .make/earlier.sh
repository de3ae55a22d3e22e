#!/bin/sh
# Take away the program of an earlier version, which lay in PREFIX/lib/phase0-gate. The observer of a server that audits itself lies there
# too, and stays, with whatever else is not of that program.
set -eu
old=$PREFIX/lib/phase0-gate
[ -f "$old/pyproject.toml" ] && [ ! -L "$old" ] || exit 0
for name in tests core gate fixtures remediations reports notify deploy lab targets docs .venv \
  conftest.py pyproject.toml requirements.lock README.md CHANGELOG.md LICENSE; do
  rm -rf "${old:?}/$name"
done
rmdir "$old" 2>/dev/null || :
