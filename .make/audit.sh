#!/bin/sh
# Judge TARGET: demo (the recording of SCENARIO), lab (a server in SCENARIO, see in-lab.sh) or a folder of targets/.
# Further words go to pytest. A verdict, whichever it is, is exit status 0; pytest's own 2 to 5 are passed on.
set -eu
TARGET=${TARGET:-demo} SCENARIO=${SCENARIO:-} KEEP=${KEEP:-} FIX=${FIX:-} REPORT_LANG=${REPORT_LANG:-}

usage() { echo "make audit: $1" >&2; exit 4; }

case $SCENARIO in before | stabilised | ready | '') ;; *) usage "SCENARIO=$SCENARIO: write before, stabilised or ready" ;; esac
case $KEEP in 1 | '') ;; *) usage "KEEP=$KEEP: write KEEP=1 or leave it out" ;; esac
case $FIX in '' | 0) ;; 1) set -- --fix "$@" ;; *) set -- "--fix=$FIX" "$@" ;; esac
if [ -n "$REPORT_LANG" ]; then set -- "--lang=$REPORT_LANG" "$@"; fi
set -- .venv/bin/python -m pytest "$@"

case $TARGET in
  lab) set -- "$(dirname "$0")/in-lab.sh" "${SCENARIO:-before}" "$@" ;;
  demo)
    if [ -n "$SCENARIO" ]; then TARGET=replay:lab/recordings/$SCENARIO.json; fi
    set -- "$@" "--target=$TARGET" ;;
  *)
    if [ -n "$SCENARIO" ]; then usage "SCENARIO is for TARGET=demo and TARGET=lab; $TARGET is what it is"; fi
    set -- "$@" "--target=$TARGET" ;;
esac

trap 'exit 130' INT TERM HUP
status=0
"$@" || status=$?
case $status in 0 | 1 | 10 | 11) ;; *) exit "$status" ;; esac
