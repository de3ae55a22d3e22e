#!/bin/sh
# The tests of what has changed since the upstream branch, or since the last commit where there is none.
set -eu
files=$(.venv/bin/python -m testing.quick)
[ -n "$files" ] || { echo "make quick: no file has changed that a test reads or imports"; exit 0; }
# shellcheck disable=SC2086 # a list of names without blanks
exec .venv/bin/python -m pytest -c testing/pytest.toml --rootdir testing $files
