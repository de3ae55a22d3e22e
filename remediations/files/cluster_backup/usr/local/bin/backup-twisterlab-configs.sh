#!/bin/bash
# The cluster by both routes: every object of every kind, and where it can be had the datastore, with the server's token.
set -euo pipefail
export kind=configs
. /usr/local/lib/twisterlab/backup.sh
kubectl() { through_k3s "$@"; }
server=/var/lib/rancher/k3s/server

begin "$configs_files"
mkdir "$partial"
kinds=$(kubectl api-resources --verbs=list -o name) || report warning "some kinds cannot be listed; the export goes on without them"
kinds=$(printf '%s\n' "$kinds" | grep -Ev '^(events(\.events\.k8s\.io)?|componentstatuses|.*\.metrics\.k8s\.io)$' | paste -sd,)
[ -n "$kinds" ] || fail "the cluster does not say what kinds it has"
limit=1800 kubectl get "$kinds" --all-namespaces -o yaml > "$partial/resources.yaml" || fail "the export ended early"
grep -q '^kind: List$' "$partial/resources.yaml" || fail "the export has no end"
for needed in Namespace ServiceAccount Role RoleBinding ClusterRole ClusterRoleBinding ConfigMap Secret Service Deployment; do
    grep -q "^  kind: $needed\$" "$partial/resources.yaml" || fail "the export holds no $needed"
done

with_sqlite() { # the database's own backup: a copied file would lack what is still in its write-ahead log
    if command -v sqlite3 > /dev/null; then
        sqlite3 "$server/db/state.db" '.timeout 60000' ".backup '$partial/state.db'"
    else
        python3 -c 'import sqlite3, sys
source, copy = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, timeout=60), sqlite3.connect(sys.argv[2])
source.backup(copy)' "$server/db/state.db" "$partial/state.db"
    fi
}
with_etcd() { # K3s' own command; a plain etcd on loopback gives its snapshot in pieces
    if k3s etcd-snapshot save --name twisterlab --dir "$partial" > /dev/null 2>&1; then return; fi
    curl -fsN --max-time 600 -X POST -d '{}' http://127.0.0.1:2379/v3/maintenance/snapshot |
        sed -n 's/.*"blob":"\([^"]*\)".*/\1/p' | while read -r piece; do printf %s "$piece" | base64 -d; done > "$partial/etcd-snapshot"
    [ "$(head -c -32 "$partial/etcd-snapshot" | sha256sum | cut -c1-64)" = "$(tail -c 32 "$partial/etcd-snapshot" | od -An -v -tx1 | tr -d ' \n')" ]
}
store=none
if [ -f "$server/db/state.db" ]; then
    store=sqlite
elif [ -d "$server/db/etcd" ]; then
    store=etcd
fi
if [ "$store" != none ] && ! "with_$store"; then
    rm -f "$partial"/state.db* "$partial"/etcd-snapshot
    report warning "the datastore ($store) could not be copied; this backup holds the objects only"
fi
[ ! -f "$server/token" ] || install -m 0600 "$server/token" "$partial/token"
for name in config.yaml registries.yaml; do
    [ ! -f "/etc/rancher/k3s/$name" ] || install -m 0600 "/etc/rancher/k3s/$name" "$partial/$name"
done
complete
