#!/bin/bash
# mcp.sh: the image that no registry has is kept where K3s looks at each start.
set -euo pipefail
k3s ctr images export /var/lib/rancher/k3s/agent/images/mcp-unified.tar docker.io/twisterlab/mcp-unified:v1
