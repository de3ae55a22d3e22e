# Put $path back as keep.sh found it; may be repeated. What stood there instead is kept as `replaced`.
set -eu
rm -f "$new"
if [ -f "$path" ] && [ ! -e replaced ]; then cp -a "$path" replaced; fi
if [ -e backup ] || [ -L backup ]; then
  cp -a backup "$new"
  [ -L "$new" ] || sync "$new"
  mv -fT "$new" "$path"
elif [ -e absent ]; then
  rm -f "$path"
  while read -r folder; do rmdir "$folder" 2>/dev/null || :; done <made
fi
[ ! -d "${path%/*}" ] || sync "${path%/*}"
