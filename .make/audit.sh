#!/bin/sh
# Judge TARGET: demo (the recording of SCENARIO), lab (a fresh server in SCENARIO, taken down afterwards; with KEEP=1
# the one that is up, left up) or a folder under targets/. Further words go to pytest.
# A verdict, whichever it is, is exit status 0; pytest's own 2 to 5 are passed on.
set -eu
TARGET=${TARGET:-demo} SCENARIO=${SCENARIO:-} KEEP=${KEEP:-} FIX=${FIX:-} REPORT_LANG=${REPORT_LANG:-}
python=.venv/bin/python

usage() { echo "make audit: $1" >&2; exit 4; }

case $SCENARIO in before | stabilised | ready | '') ;; *) usage "SCENARIO=$SCENARIO: write before, stabilised or ready" ;; esac
case $KEEP in 1 | '') ;; *) usage "KEEP=$KEEP: write KEEP=1 or leave it out" ;; esac
case $FIX in '' | 0) ;; 1) set -- --fix "$@" ;; *) set -- "--fix=$FIX" "$@" ;; esac
if [ -n "$REPORT_LANG" ]; then set -- "--lang=$REPORT_LANG" "$@"; fi

up() {  # prints the folder of the new server
  "$python" -m lab up --name "$1" --scenario "${SCENARIO:-before}"
}

down() {
  trap '' INT TERM HUP
  "$python" -m lab down --name "$name"
}

case $TARGET in
  demo)
    folder=demo
    if [ -n "$SCENARIO" ]; then folder=replay:lab/recordings/$SCENARIO.json; fi ;;
  lab)
    if [ -n "$KEEP" ]; then
      folder=$("$python" -m lab status | awk -F '\t' '$1 == "edge" && $4 == "up" { print $5 }')
      if [ -z "$folder" ]; then folder=$(up edge); fi
    else
      name=audit-$$
      trap down EXIT
      trap 'exit 130' INT TERM HUP
      folder=$(up "$name") || { status=$?; trap - EXIT; exit "$status"; }  # `up` leaves nothing behind when it fails
    fi ;;
  *)
    if [ -n "$SCENARIO" ]; then usage "SCENARIO is for TARGET=demo and TARGET=lab; $TARGET is what it is"; fi
    folder=$TARGET ;;
esac

status=0
"$python" -m pytest "--target=$folder" "$@" || status=$?
case $status in 0 | 1 | 10 | 11) ;; *) exit "$status" ;; esac
