#!/bin/bash
# pods.sh: pods evicted today, made through the API: a scheduler nobody serves keeps them off the node.
set -euo pipefail
tls=/var/lib/rancher/k3s/server/tls
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
message="The node was low on resource: ephemeral-storage."

pods() {
    for number in $(seq 96); do echo "twisterlab mcp-unified-6d9f7c5b8-e$number"; done
    for number in $(seq 8); do echo "default mcp-unified-7c4d8b9f6-e$number"; done
    for number in $(seq 4); do echo "twisterlab-dev mcp-unified-5f8c9d7b4-e$number"; done
}
body() { # NAME
    printf '{"metadata": {"name": "%s", "labels": {"app": "mcp-unified-old"}}, ' "$1"
    printf '"spec": {"schedulerName": "lab-nobody", "containers": [{"name": "mcp-unified", "image": "twisterlab/mcp-unified:v1"}]}, '
    printf '"status": {"phase": "Failed", "reason": "Evicted", "message": "%s", "startTime": "%s"}}' "$message" "$now"
}
# One curl for all: its configuration file wants every option again after each `next`.
requests() { # METHOD TYPE SUFFIX
    local next='' namespace name
    pods | while read -r namespace name; do
        printf '%s' "$next"
        next=$'next\n'
        printf 'request = "%s"\nheader = "Content-Type: application/%s"\n' "$1" "$2"
        printf 'url = "https://127.0.0.1:6443/api/v1/namespaces/%s/pods%s"\n' "$namespace" "${3:+/$name/$3}"
        printf 'data = "%s"\n' "$(body "$name" | sed 's/"/\\"/g')"
        printf 'cacert = "%s"\ncert = "%s"\nkey = "%s"\n' "$tls/server-ca.crt" "$tls/client-admin.crt" "$tls/client-admin.key"
        printf 'output = "/dev/null"\nfail\nsilent\nshow-error\n'
    done
}
requests POST json '' | curl --parallel --config -
requests PATCH merge-patch+json status | curl --parallel --config -
