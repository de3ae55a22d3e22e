# Remove the images "$@" of K3s' runtime, bare digests all; each is looked at again: in use, pinned or named by now, it stays.
set -eu
k3s ctr -n k8s.io images ls >before
for image; do
  case $image in sha256:*) ;; *) continue ;; esac
  digest=$(awk -v ref="$image" '$1 == ref { print $3 }' before)
  [ -n "$digest" ] || continue
  if k3s ctr -n k8s.io images ls | awk -v digest="$digest" '$3 == digest && ($1 !~ /^sha256:/ || /pinned=pinned/)' | grep -q .; then
    echo "$image: named or pinned, left as it is"
  elif k3s ctr -n k8s.io containers ls | awk '{ print $2 }' | grep -qxF -- "$image"; then
    echo "$image: in use, left as it is"
  else
    k3s ctr -n k8s.io images rm "$image"
  fi
done
