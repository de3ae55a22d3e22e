# Put $path back as keep.sh found it; may be repeated. What stood there instead is kept as `replaced`, and said where it is
# neither what was installed nor what stood there before: somebody else changed it since.
set -eu
rm -f "$new"
if [ -f "$path" ] && [ ! -e replaced ]; then
  cp -a "$path" replaced
  if ! cmp -s "$path" content && ! cmp -s "$path" backup; then
    echo "${path#"$ROOT"} was changed by somebody else since; that version is kept: $PWD/replaced"
  fi
elif [ ! -e "$path" ] && [ -e content ] && [ -e backup ]; then
  echo "${path#"$ROOT"} was removed by somebody else since; what stood there before this run is put back"
fi
if [ -e backup ] || [ -L backup ]; then
  cp -a backup "$new"
  [ -L "$new" ] || sync "$new"
  mv -fT "$new" "$path"
elif [ -e absent ]; then
  rm -f "$path"
  while read -r folder; do rmdir "$folder" 2>/dev/null || :; done <made
fi
[ ! -d "${path%/*}" ] || sync "${path%/*}"
