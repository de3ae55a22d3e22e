# The version in the patch is the API's own check that nobody was faster; a status may have been, and is none of ours.
: >applied
sync applied
tries=0
while :; do
  same || { rm applied; stale "$resource $namespace/$name"; }
  said=$(kube patch "$resource" "$name" -n "$namespace" -p "$(sed "s/@VERSION@/$at/" patch)" 2>&1) && break
  tries=$((tries + 1))
  case "$said" in *'object has been modified'*) [ "$tries" -ge 10 ] || continue ;; esac
  echo "$said"
  exit 1
done
seen | cut -d ' ' -f 2 >made
[ "$rollout" = 0 ] || kube rollout status "$resource/$name" -n "$namespace" --timeout="${rollout}s" >/dev/null 2>said || {
  # shellcheck disable=SC2016 # kubectl's own variables
  kube get pods -n "$namespace" -o go-template='{{range .items}}{{$pod := .metadata.name}}{{range .status.containerStatuses
}}{{if .state.waiting}}{{$pod}}: {{.state.waiting.reason}}
{{end}}{{end}}{{end}}' 2>/dev/null | grep "^$name-" | head -n 3
  echo "$resource $namespace/$name was not ready within $rollout s: $(tail -n 1 said)"
  exit 1
}
