#!/bin/sh
# Prepare the server NAME at HOST for its audits, as ADMIN there; or take that away again. Further words go to init.
set -eu
NAME=${NAME:-} HOST=${HOST:-} ADMIN=${ADMIN:-} DRY_RUN=${DRY_RUN:-} YES=${YES:-} REMOVE=${REMOVE:-} DRILLS=${DRILLS:-} REPORT_LANG=${REPORT_LANG:-}

usage() { echo "make init: $1" >&2; exit 4; }

flag() {  # a variable, its value, and whether it is set
  case $2 in 1) return 0 ;; '' | 0) return 1 ;; *) usage "$1=$2: write $1=1 or leave it out" ;; esac
}

[ -n "$NAME" ] || usage "which server? make init NAME=edge HOST=ADDRESS ADMIN=USER"
set -- "$@" "--host=$HOST" "--admin=$ADMIN"
if flag DRY_RUN "$DRY_RUN"; then set -- "$@" --dry-run; fi
if flag YES "$YES"; then set -- "$@" --yes; fi
if flag REMOVE "$REMOVE"; then set -- "$@" --remove; fi
case $DRILLS in 1 | '') ;; 0) set -- "$@" --no-drills ;; *) usage "DRILLS=$DRILLS: write DRILLS=0 or leave it out" ;; esac
if [ -n "$REPORT_LANG" ]; then set -- "$@" "--lang=$REPORT_LANG"; fi
exec .venv/bin/python -m init "$@" -- "$NAME"
