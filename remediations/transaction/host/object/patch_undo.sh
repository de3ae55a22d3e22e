[ -e applied ] || exit 0
answers
now=$(seen)
case "$now" in
  "$uid "*) kube patch "$resource" "$name" -n "$namespace" -p "$(cat inverse)" >/dev/null ;;
  *) echo "$resource $namespace/$name is gone: nothing to take back" ;;
esac
