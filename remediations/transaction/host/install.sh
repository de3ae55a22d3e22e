# Put `content` at $path, whole or not at all.
set -eu
(umask 022 && mkdir -p "${path%/*}")
rm -f "$new"
set -C # a new file, wherever a link of that name may lead
exec 7>"$new"
set +C
cat content >&7
chown "$owner" /proc/self/fd/7
chmod "$mode" /proc/self/fd/7
sync /proc/self/fd/7
exec 7>&-
mv -fT "$new" "$path"
sync "${path%/*}"
