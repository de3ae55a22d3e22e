# Manifests, status and events of what goes, with all of the namespace (to name a hundred pods costs a call for each);
# objects: a line each of namespace, name and uid.
mkdir -p evidence
cut -d ' ' -f 1 objects | sort -u >namespaces
while read -r namespace; do
  kube get "$resource" -n "$namespace" -o yaml >"evidence/$namespace.yaml"
  kube get events -n "$namespace" -o yaml >"evidence/$namespace.events.yaml"
done <namespaces
if [ "$restored" = yes ]; then
  while read -r namespace name uid; do
    unmanaged
    kube get "$resource" "$name" -n "$namespace" -o yaml |
      sed -e '/^  resourceVersion:/d' -e '/^  uid:/d' -e '/^  creationTimestamp:/d' >"evidence/$uid.again.yaml"
  done <objects
fi
sync evidence/*
