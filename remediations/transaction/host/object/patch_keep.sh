unmanaged
same || stale "$resource $namespace/$name"
kube get "$resource" "$name" -n "$namespace" -o yaml >before.yaml
sync before.yaml
