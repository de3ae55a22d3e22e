#!/bin/bash
# zz-mcp.sh: the service that asks for `latest` has failed before anybody looks.
set -euo pipefail
for _ in $(seq 100); do
    kubectl -n twisterlab get pods -l app=mcp-unified -o jsonpath='{.items[*].status.containerStatuses[*].state.waiting.reason}' |
        grep -q -e ErrImagePull -e ImagePullBackOff && exit 0
    sleep 0.3
done
echo "mcp-unified did not fail to pull its image" >&2
exit 1
