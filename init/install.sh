#!/bin/sh
# Remember what stood there, so that --remove can bring it back; then install account, files and role.
before=$home/before
if [ ! -d "$before" ]; then
    install -d -m 0755 "$home"
    rm -rf "$before.partial"
    install -d -m 0700 "$before.partial"
    if [ -z "$(getent passwd "$user")" ]; then
        for file in passwd group shadow gshadow; do
            [ ! -e "/etc/$file-" ] || cp -p "/etc/$file-" "$before.partial/"
        done
        (cd /etc && sha256sum passwd group shadow gshadow) >"$before.partial/sums"
    fi
    mv "$before.partial" "$before"
fi
if [ -n "$kubectl" ] && [ ! -d "$before/cluster" ]; then
    mkdir "$folder/cluster"
    for object in $objects; do
        name=${object%,*} place=${object#*,}
        $kubectl get "$name" ${place:+--namespace "$place"} --ignore-not-found --output yaml >"$folder/object"
        [ ! -s "$folder/object" ] ||
            sed '/^  \(resourceVersion\|uid\):/d' "$folder/object" >"$folder/cluster/$(echo "$name" | tr / -).yaml"
    done
    rm -rf "$before/cluster.partial"
    cp -R "$folder/cluster" "$before/cluster.partial"
    mv "$before/cluster.partial" "$before/cluster"
fi
CLUSTER=${kubectl:-none} sh "$folder/install" "$folder/key.pub" >&2
case $kubectl in
'' | 'k3s kubectl') ;;
*) $kubectl apply --server-side --filename "$folder/rbac.yaml" >&2 ;;
esac
