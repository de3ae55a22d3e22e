#!/bin/sh
# Record the three scenarios from real lab servers: what `make audit` judges where nothing is configured.
set -eu
mkdir -p lab/recordings
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
for scenario in before stabilised ready; do
  echo "Recording $scenario …"
  TARGET=lab SCENARIO=$scenario KEEP='' FIX='' DRILLS='' .make/audit.sh "--record=lab/recordings/$scenario.json" "--reports=$reports"
done
ls -l lab/recordings
.venv/bin/python -m testing.readme  # its excerpt is the demo's own words
[ -z "$(command -v chromedriver)" ] || .venv/bin/python -m testing.pictures  # the README's pictures
