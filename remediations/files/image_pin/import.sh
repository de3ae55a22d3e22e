# Import the archive $1. containerd 2 forgets the pin of an image that is imported anew: what was pinned is pinned again.
set -eu
pinned=$(k3s ctr -n k8s.io images ls | awk '/io\.cri-containerd\.pinned=pinned/ { print $1 }')
k3s ctr -n k8s.io images import "$1" >/dev/null
for name in $pinned; do
  k3s ctr -n k8s.io images label "$name" io.cri-containerd.pinned=pinned >/dev/null
done
