#!/bin/bash
# Every kind of object of the cluster, one file per kind, and the server's token.
set -euo pipefail
export KIND=configs
# shellcheck source-path=SCRIPTDIR source=../lib/twisterlab/backup.sh
. /usr/local/lib/twisterlab/backup.sh

backup=$folder/k8s-$(date +%Y%m%d_%H%M%S)
partial=$backup.partial
mkdir "$partial"
kinds=$(kubectl api-resources --verbs=list -o name | grep -Ev '^(events(\.events\.k8s\.io)?|componentstatuses)$')
for kind in $kinds; do
    kubectl get "$kind" --all-namespaces -o yaml > "$partial/$kind.yaml"
done
for needed in namespaces serviceaccounts deployments.apps statefulsets.apps persistentvolumes \
    clusterroles.rbac.authorization.k8s.io rolebindings.rbac.authorization.k8s.io; do
    [ -s "$partial/$needed.yaml" ] || fail "$needed is missing from the export"
done
install -m 0600 /var/lib/rancher/k3s/server/token "$partial/token"
(cd "$partial" && sha256sum -- * > SHA256SUMS)
mv "$partial" "$backup"
keep_newest 'k8s-*'
report info "backup complete: ${backup##*/}, $(find "$backup" -type f | wc -l) files"
