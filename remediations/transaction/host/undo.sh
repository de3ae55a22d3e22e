#!/bin/sh
# Takes back the steps of this run, the newest first; `sh undo 5 4` takes back only those. May be repeated.
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin ROOT="${ROOT:-}"
cd "$(dirname "$0")" || exit 1
note() {
  printf '%s\t%s\t%s\n' "$(date -u +%FT%TZ)" "$1" "$2" >>journal
  sync journal
}
standing() { # steps that were begun and not taken back
  awk -F '\t' '$2 == "before" { on[$3] = 1 } $2 == "undone" { delete on[$3] } END { for (step in on) print step }' journal
}
later() { # a run that came after this one and still stands: it may build on what this one made
  for other in ../*/; do
    other=${other#../} other=${other%/}
    [ "$(printf '%s\n' "$other" "${PWD##*/}" | sort | tail -n 1)" != "${PWD##*/}" ] || continue
    [ -z "$(cd "../$other" && [ -f journal ] && standing)" ] || echo "$other"
  done | tail -n 1
}
newer=$(later)
if [ -n "$newer" ] && [ -z "${ANYWAY:-}" ]; then
  echo "run $newer came after this one and still stands: take that back first (sudo sh ${PWD%/*}/$newer/undo); ANYWAY=1 undoes this one all the same"
  exit 1
fi
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
