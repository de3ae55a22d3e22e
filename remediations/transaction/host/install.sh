# Put `content` at $path, whole or not at all.
set -eu
(umask 022 && mkdir -p "${path%/*}")
cp content "$new"
chown "$owner" "$new"
chmod "$mode" "$new"
sync "$new"
mv -fT "$new" "$path"
sync "${path%/*}"
