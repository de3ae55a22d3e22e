# The host's side of a transaction: functions for a root shell that reads one call a line, holds the lock, and ends with
# its standard input. A step under way is finished first, whoever has gone.
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin ROOT="${ROOT:-}"
umask 077
trap '' HUP PIPE
STATE=$ROOT/var/lib/phase0-gate/runs
LOCK=$ROOT/run/phase0-gate.lock

ours() { # root will run what the folders of the runs hold: nobody else may write there, or have laid them elsewhere
  for place in "${STATE%/*}" "$STATE"; do
    [ ! -L "$place" ] && [ ! -e "$place" ] && continue
    if [ -L "$place" ] || [ ! -d "$place" ] || [ "$(stat -c %u "$place")" != "$(id -u)" ] || [ -n "$(find "$place" -prune -perm /022)" ]; then
      echo "${place#"$ROOT"} is a link, or others can write there: look whose it is, and move it away"
      return 1
    fi
  done
}

lock() { # who: held by the kernel until this shell and what it started have ended
  ours || return
  exec 9<>"$LOCK"
  if ! flock -n 9; then
    cat "$LOCK"
    return 75
  fi
  printf '%s, process %s of the host\n' "$1" "$$" >"$LOCK"
}

note() { # what, about: one line of the journal, on the disk before anything follows
  printf '%s\t%s\t%s\n' "$(date -u +%FT%TZ)" "$1" "$2" >>"$RUN/journal" && sync "$RUN/journal"
}

put() { # name, content in base64: a file of the run
  mkdir -p "$(dirname "$RUN/$1")" && printf %s "$2" | base64 -d >"$RUN/$1"
}

begin() { # run, who
  RUN=$STATE/$1
  mkdir -p "$RUN" && note begin "$2"
}

check() { # name of the script, seconds: with $CANDIDATE as `candidate` built it
  CANDIDATE=$RUN/candidate timeout -k 5 "$2" sh "$RUN/$1" </dev/null 2>&1
}

candidate() { # name of the script that builds the touched folders as they will be
  rm -rf "$RUN/candidate" && mkdir "$RUN/candidate" && (cd "$RUN" && CANDIDATE=$RUN/candidate sh "./$1")
}

step() { # number, seconds
  cd "$RUN/$1" && timeout -k 5 "$2" sh ./keep </dev/null 2>&1 && sync . && note before "$1" || return
  timeout -k 5 "$2" sh ./do </dev/null 2>&1 &
  echo "$!" >pid
  wait "$!" && note after "$1"
}

undo() { # run, steps: all that stand when none is named
  run=$1
  shift
  sh "$STATE/$run/undo" "$@"
}

finish() { # run: nothing of it is left half-done
  RUN=$STATE/$1
  rm -rf "$RUN/candidate"
  note end ""
}

sizes() { # of every run, in kB
  for journal in "$STATE"/*/journal; do
    [ -f "$journal" ] || continue
    du -sk -- "${journal%/journal}" | awk '{ sub(".*/", "", $2); print $1, $2 }'
  done
}

forget() { # run: all that is kept of it, its own undo first, so that half of it can undo nothing
  case $1 in '' | *[!0-9T-]*) return 1 ;; esac
  rm -f "$STATE/$1/undo" && rm -rf "${STATE:?}/$1"
}

journals() { # every run that ever was here, oldest first
  for journal in "$STATE"/*/journal; do
    [ -f "$journal" ] || continue
    printf 'run\t%s\n' "$(basename "${journal%/journal}")"
    cat "$journal"
  done
}
