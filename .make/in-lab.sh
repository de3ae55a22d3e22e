#!/bin/sh
# Run a command against a lab server: .make/in-lab.sh SCENARIO COMMAND…, with --target=FOLDER added to it.
# The server is a fresh one, taken down whatever happens; with KEEP=1 it is the one that is up, and it stays.
set -eu
scenario=$1
shift
python=.venv/bin/python
name=edge folder=''

up() {  # statuses 0 to 11 are the command's own
  folder=$("$python" -m lab up --name "$name" --scenario "$scenario") || { trap - EXIT; exit 70; }
}

down() {
  trap '' INT TERM HUP
  "$python" -m lab down --name "$name"
}

if [ -n "${KEEP:-}" ]; then
  folder=$("$python" -m lab status | awk -F '\t' '$1 == "edge" && $4 == "up" { print $5 }')
  if [ -z "$folder" ]; then up; fi
else
  name=lab-$$
  trap down EXIT
  trap 'exit 130' INT TERM HUP
  up
fi
"$@" "--target=$folder"
