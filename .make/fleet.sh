#!/bin/sh
# Judge the servers of FLEET (an inventory, see docs/fleet.md), or those of GROUP; FIX=plan shows what the remedies would change, FIX=1
# applies them ring by ring. With SCHEDULER=tls://HOST:8786 the workers of that cluster audit them. A decision, whichever it is, is exit
# status 0; 130 says that the round was stopped, and 4 that something is wrong.
set -eu
FLEET=${FLEET:-targets/fleet.toml} GROUP=${GROUP:-} DRILLS=${DRILLS:-} FIX=${FIX:-} REPORT_LANG=${REPORT_LANG:-}
SCHEDULER=${SCHEDULER:-}

set -- .venv/bin/python -m fleet audit "--fleet=$FLEET"
case $DRILLS in 1 | '') ;; 0) set -- "$@" --no-drills ;; *) echo "make fleet: DRILLS=$DRILLS: write DRILLS=0 or leave it out" >&2; exit 4 ;; esac
case $FIX in '' | 0) ;; 1) set -- "$@" --fix ;; *) set -- "$@" "--fix=$FIX" ;; esac
if [ -n "$GROUP" ]; then set -- "$@" "--group=$GROUP"; fi
if [ -n "$SCHEDULER" ]; then set -- "$@" "--scheduler=$SCHEDULER"; fi
if [ -n "$REPORT_LANG" ]; then set -- "$@" "--lang=$REPORT_LANG"; fi

trap : INT TERM HUP  # the round says itself what it kept
status=0
"$@" || status=$?
case $status in 0 | 1 | 10 | 11) ;; *) exit "$status" ;; esac
