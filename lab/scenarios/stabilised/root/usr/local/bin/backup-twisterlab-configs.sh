#!/bin/bash
# Every kind of object of the cluster, and the server's token.
set -euo pipefail
export KIND=configs
# shellcheck source-path=SCRIPTDIR source=../lib/twisterlab/backup.sh
. /usr/local/lib/twisterlab/backup.sh

backup=$folder/k8s-$(date +%Y%m%d_%H%M%S)
partial=$backup.partial
mkdir "$partial"
kinds=$(kubectl api-resources --verbs=list -o name | grep -Ev '^(events(\.events\.k8s\.io)?|componentstatuses)$' | paste -sd,)
kubectl get "$kinds" --all-namespaces -o yaml > "$partial/resources.yaml"
for needed in Namespace ServiceAccount Deployment StatefulSet PersistentVolume ClusterRole Role; do
    grep -q "^  kind: $needed\$" "$partial/resources.yaml" || fail "the export holds no $needed"
done
install -m 0600 /var/lib/rancher/k3s/server/token "$partial/token"
(cd "$partial" && sha256sum -- * > SHA256SUMS)
mv "$partial" "$backup"
keep_newest 'k8s-*'
report info "backup complete: ${backup##*/}, $(stat -c %s "$backup/resources.yaml") bytes"
