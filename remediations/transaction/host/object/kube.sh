# The cluster's side of a step: kubectl as K3s brings it, else the host's own; with a kubeconfig of the fixer's where
# deploy/ installed one, else root's.
set -eu
K3S=$ROOT/usr/local/bin/k3s
[ -x "$K3S" ] || K3S=$(command -v k3s) || K3S=''
for file in "$ROOT/etc/phase0-gate/kubeconfig" "$ROOT/etc/rancher/k3s/k3s.yaml" "$ROOT/etc/kubernetes/admin.conf"; do
  if [ -r "$file" ]; then
    export KUBECONFIG="$file"
    break
  fi
done
KUBECTL="${K3S:+$K3S }kubectl"
kube() { $KUBECTL "$@" </dev/null; }
answers() { # the API may be on its way after a reboot
  tries=0
  until kube get --raw /readyz >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 120 ] || { echo "the cluster does not answer"; exit 1; }
    sleep 1
  done
}
stale() { # the remedy is planned again
  echo "$1 changed since it was planned"
  exit 79
}
seen() { # uid, generation (0 where the resource counts none), resourceVersion; nothing when the object is gone
  kube get "$resource" "$name" -n "$namespace" --ignore-not-found \
    -o go-template='{{.metadata.uid}} {{or .metadata.generation 0}} {{.metadata.resourceVersion}}'
}
unmanaged() { # what others keep in shape would be changed back, or drift from its source
  # shellcheck disable=SC2016 # kubectl's own variables
  marks=$(kube get "$resource" "$name" -n "$namespace" -o go-template='
{{range $key, $value := .metadata.labels}}{{$key}}={{$value}}
{{end}}{{range $key, $value := .metadata.annotations}}{{$key}}=
{{end}}{{range .metadata.ownerReferences}}owner/{{.kind}}/{{.name}}
{{end}}')
  manager=$(printf '%s\n' "$marks" | grep -E "$managers" | head -n 1) || :
  [ -z "$manager" ] || {
    echo "$resource $namespace/$name is kept in shape by others ($manager): change it there"
    exit 1
  }
}
same() { # as it was planned; leaves its resourceVersion in $at
  now=$(seen) || { echo "the cluster does not answer"; exit 1; }
  # shellcheck disable=SC2086 # three words
  set -- $now
  at=${3:-}
  [ "$#" = 3 ] && [ "$1" = "$uid" ] && [ "$2" = "$generation" ] || return 1
  [ "$generation" != 0 ] || [ "$at" = "$version" ]
}
