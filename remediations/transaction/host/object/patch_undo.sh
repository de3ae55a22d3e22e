[ -e applied ] || exit 0
answers
now=$(seen)
changed() { # by somebody else, since: neither as planned nor as it was made; not asked again once it was taken back
  made=$(cat made 2>/dev/null) || made=$((generation + 1))
  [ ! -e taken ] && [ "$generation" != 0 ] && case $now in "$uid $generation "* | "$uid $made "*) false ;; esac
}
case "$now" in
"$uid "*)
  if changed; then
    kube get "$resource" "$name" -n "$namespace" -o yaml >replaced.yaml
    echo "$resource $namespace/$name was changed by somebody else since; that version is kept: $PWD/replaced.yaml"
  fi
  kube patch "$resource" "$name" -n "$namespace" -p "$(cat inverse)" >/dev/null
  : >taken
  ;;
*) echo "$resource $namespace/$name is gone: nothing to take back" ;;
esac
