#!/bin/sh
# Takes back the steps of this run, the newest first; `sh undo 5 4` takes back only those. May be repeated.
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ROOT="${ROOT:-}"
cd "$(dirname "$0")" || exit 1
note() {
  printf '%s\t%s\t%s\n' "$(date -u +%FT%TZ)" "$1" "$2" >>journal
  sync journal
}
standing() { # steps that were begun and not taken back
  awk -F '\t' '$2 == "before" { on[$3] = 1 } $2 == "undone" { delete on[$3] } END { for (step in on) print step }' journal
}
# shellcheck disable=SC2046 # numbers, one a word
[ "$#" -gt 0 ] || set -- $(standing | sort -rn)
status=0
back() { # step: tried again, for systemd may refuse to start a unit too often in ten seconds
  for pause in 4 8 0; do
    (cd "$1" && timeout -k 5 600 sh ./undo </dev/null) && return
    sleep "$pause"
  done
  return 1
}
for step; do
  if back "$step"; then
    note undone "$step"
  else
    note undo-failed "$step"
    echo "step $step could not be taken back: $(cat "$step/what")"
    status=1
  fi
done
exit "$status"
