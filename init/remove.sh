#!/bin/sh
# Take away what was installed: the way in first, what is needed to bring back what stood there before last.
before=$home/before
rm -f "$home/.ssh/authorized_keys" /etc/sudoers.d/phase0-gate
if [ "$(getent passwd "$user" | cut -d: -f6)" = "$home" ]; then
    loginctl terminate-user "$user" 2>/dev/null || :
    pkill -KILL -u "$user" || :
    userdel --force "$user" >&2
fi
if [ -e "$before/sums" ] && (cd /etc && sha256sum --status --check "$before/sums" 2>/dev/null); then
    for file in passwd group shadow gshadow; do
        if [ -e "$before/$file-" ]; then cp -p "$before/$file-" "/etc/$file-"; else rm -f "/etc/$file-"; fi
    done
else  # other accounts have changed since: only the lines of this one go
    for file in passwd group shadow gshadow; do
        [ ! -e "/etc/$file-" ] || sed -i "/^$user:/d" "/etc/$file-"
    done
fi
for object in $objects; do
    [ -n "$kubectl" ] || break
    name=${object%,*} place=${object#*,}
    saved=$before/cluster/$(echo "$name" | tr / -).yaml
    if [ -e "$saved" ]; then
        $kubectl replace --filename "$saved" >&2
    else
        $kubectl delete "$name" ${place:+--namespace "$place"} --ignore-not-found >&2
    fi
done
rm -rf /run/phase0-observer /run/phase0-home "$home"
for path in "$home" /etc/sudoers.d/phase0-gate; do
    [ ! -e "$path" ] || refuse "$path is still there"
done
[ -z "$(getent passwd "$user")" ] || refuse "there is still an account $user, which this did not make"
