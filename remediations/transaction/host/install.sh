# Put `content` at $path, whole or not at all. What a file there has beside its content (lists of access, labels) goes over.
set -eu
(umask 022 && mkdir -p "${path%/*}")
rm -f "$new"
set -C # a new file, wherever a link of that name may lead
exec 7>"$new"
set +C
[ ! -f "$path" ] || cp --attributes-only --preserve=all "$path" /proc/self/fd/7
cat content >&7
touch /proc/self/fd/7
chown "$owner" /proc/self/fd/7
chmod "$mode" /proc/self/fd/7
sync /proc/self/fd/7
exec 7>&-
mv -fT "$new" "$path"
sync "${path%/*}"
