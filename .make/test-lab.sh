#!/bin/sh
# The tests against real lab servers; the cache is built first where it is missing.
set -eu
if [ "$(uname -s)" != Linux ] || [ "$(id -u)" != 0 ]; then
  echo "make test-lab boots real servers: it needs root on a disposable Debian 12 machine. Without it: make test" >&2
  exit 2
fi
.venv/bin/python -m lab build
[ $# -gt 0 ] || set -- testing/lab
exec .venv/bin/python -m pytest -c testing/lab/pytest.toml --rootdir testing/lab "$@"
