#!/bin/sh
# Judge TARGET: demo (the recording of SCENARIO), lab (a server in SCENARIO, see in-lab.sh) or a folder of targets/, whose reports go
# to a folder of its own. Further words go to pytest. A verdict, whichever it is, is exit status 0; pytest's own 2 to 5 are passed on,
# and 75 says that another audit of the folder is under way.
set -eu
TARGET=${TARGET:-demo} SCENARIO=${SCENARIO:-} KEEP=${KEEP:-} FIX=${FIX:-} DRILLS=${DRILLS:-} REPORT_LANG=${REPORT_LANG:-}
etc=/etc/phase0-audit state=/var/lib/phase0-audit

usage() { echo "make audit: $1" >&2; exit 4; }

alone() {  # with the lock of the schedule; a mac has no flock
  lock=$folder/schedule.lock
  if [ -f "$state/$name/schedule.lock" ] && [ -w "$state/$name/schedule.lock" ]; then lock=$state/$name/schedule.lock; fi
  # Root makes no file in the folder of another account, and opens none of its links.
  if [ "$(id -u)" = 0 ] && ! find "${lock%/*}" -prune \( -user 0 -o -user "${SUDO_UID:-0}" \) | grep -q .; then return; fi
  if [ ! -w "${lock%/*}" ] || ! command -v flock >/dev/null; then return; fi
  if [ -e "$lock" ] && [ ! -w "$lock" ]; then return; fi  # another account's
  exec 9>>"$lock"
  flock --nonblock 9 ||
    { echo "make audit: another audit of $TARGET is under way; wait for its end (see: fuser -v $lock)" >&2; exit 75; }
}

of_a_site() {
  folder=$TARGET
  case $TARGET in */*) ;; *) if [ -d "targets/$TARGET" ]; then folder=targets/$TARGET; fi ;; esac
  name=$(basename "$folder")
  case $name in twisterlab.example) usage "$name is an example and nobody's server; copy it first: cp -r targets/$name targets/NAME" ;; esac
  export PHASE0_REPORTS="${PHASE0_REPORTS:-reports/out/$name}"
  if [ -d "$etc/$name" ] && [ "$folder" != "$etc/$name" ]; then
    echo "make audit: $name is on a schedule here: its seven days and its page are $state/$name; this look leaves them as they are" >&2
  fi
  if [ -d "$folder" ]; then alone; fi
}

case $SCENARIO in before | stabilised | ready | '') ;; *) usage "SCENARIO=$SCENARIO: write before, stabilised or ready" ;; esac
case $KEEP in 1 | '') ;; *) usage "KEEP=$KEEP: write KEEP=1 or leave it out" ;; esac
case $DRILLS in 1 | '') ;; 0) set -- -m 'not drill' "$@" ;; *) usage "DRILLS=$DRILLS: write DRILLS=0 or leave it out" ;; esac
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
    case $TARGET in replay:*) ;; *) of_a_site ;; esac
    set -- "$@" "--target=$TARGET" ;;
esac

trap 'exit 130' INT TERM HUP
status=0
"$@" || status=$?
case $status in 0 | 1 | 10 | 11) ;; *) exit "$status" ;; esac
