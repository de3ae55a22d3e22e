#!/bin/sh
# Take away what was installed: the way in first, what is needed to bring back what stood there before last.
before=$home/before account=$(getent passwd "$user" | cut -d: -f6)
rm -f "$home/.ssh/authorized_keys" /etc/sudoers.d/phase0-gate
if [ "$account" = "$home" ]; then
    loginctl terminate-user "$user" 2>/dev/null || :
    pkill -KILL -u "$user" || :
    userdel --force "$user" >&2
fi
if [ -e "$before/sums" ] && (cd /etc && sha256sum --status --check "$before/sums" 2>/dev/null); then
    for file in passwd group shadow gshadow; do
        if [ -e "$before/$file-" ]; then cp -p "$before/$file-" "/etc/$file-"; else rm -f "/etc/$file-"; fi
    done
elif [ -d "$before" ] || [ "$account" = "$home" ]; then  # other accounts have changed since: only the lines of this one go
    for file in passwd group shadow gshadow; do
        [ ! -e "/etc/$file-" ] || sed -i "/^$user:/d" "/etc/$file-"
    done
fi
# Objects of the cluster are not of an installation that did not come to them: it would have kept what stood there, or was made by hand.
if [ -d "$before" ] && [ ! -d "$before/cluster" ]; then kubectl=''; fi
[ -d "$before" ] || [ -e "$home/ask" ] || kubectl=''
for object in $objects; do
    [ -n "$kubectl" ] || break
    name=${object%,*} place=${object#*,}
    saved=$before/cluster/$(echo "$name" | tr / -).yaml
    if [ -e "$saved" ]; then
        $kubectl replace --filename "$saved" >&2 || $kubectl create --filename "$saved" >&2
    else
        $kubectl delete "$name" ${place:+--namespace "$place"} --ignore-not-found >&2
    fi
done
if [ -d "$home" ]; then  # a removal that ends in the middle of these lines does not take what it brought back for its own
    find "$home" -mindepth 1 -maxdepth 1 ! -name before -exec rm -rf {} +
    [ ! -d "$before" ] || mv "$before" "$before.gone"
fi
rm -rf /run/phase0-observer /run/phase0-home "$home"
for path in "$home" /etc/sudoers.d/phase0-gate; do
    [ ! -e "$path" ] || refuse "$path is still there"
done
[ -z "$(getent passwd "$user")" ] || refuse "there is still an account $user, which this did not make"
