# Each only while it has the uid that was planned: what has the same name by now is another one, and stays. Asked a
# namespace at a time and deleted by fives: kubectl allows itself ten calls in a row, then five a second.
while read -r namespace; do
  # shellcheck disable=SC2016 # kubectl's own variables
  kube get "$resource" -n "$namespace" -o go-template='{{range .items}}{{.metadata.name}} {{.metadata.uid}}
{{end}}' >there
  awk -v namespace="$namespace" 'NR == FNR { there[$1 " " $2] = 1; next }
    $1 == namespace && there[$2 " " $3] { print $2 }' there objects >names
  sed "s,^,$resource $namespace/," names >>lasting
  # shellcheck disable=SC2086 # two words
  xargs -r -n 5 -P 4 $KUBECTL delete "$resource" -n "$namespace" --ignore-not-found --wait=false <names >/dev/null
done <namespaces
