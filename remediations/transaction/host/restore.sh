# Put $path back as keep.sh found it; may be repeated. What stands there instead is set aside as `replaced`, and said where it is
# neither what was installed nor what stood there before: somebody else changed it since.
set -eu
rm -f "$new"
[ -e absent ] || [ -e backup ] || [ -L backup ] || exit 0 # nothing was begun
name=${path#"$ROOT"}
is() { stat -c '%a %u %g %F' -- "$1"; }
stands() { # as it did: nothing has to be written, where perhaps nothing can be
  [ ! -L "$path" ] && [ ! -L backup ] && [ -e backup ] && cmp -s "$path" backup && [ "$(is "$path")" = "$(is backup)" ]
}
set_aside() {
  if [ -L "$path" ]; then
    [ -L backup ] || { cp -a "$path" replaced; echo "$name became a link since ($(readlink "$path")); it is kept: $PWD/replaced"; }
  elif [ -f "$path" ] && [ ! -e replaced ]; then
    cp -a "$path" replaced
    if ! cmp -s "$path" content && ! cmp -s "$path" backup; then
      echo "$name was changed by somebody else since; that version is kept: $PWD/replaced"
    fi
  elif [ ! -e "$path" ] && [ -e content ] && [ -e backup ]; then
    echo "$name was removed by somebody else since; what stood there before this run is put back"
  fi
}
if ! stands; then
  set_aside
  if [ -e backup ] || [ -L backup ]; then
    cp -a backup "$new"
    [ -L "$new" ] || sync "$new"
    mv -fT "$new" "$path"
  else
    rm -f "$path"
    while read -r folder; do rmdir "$folder" 2>/dev/null || :; done <made
  fi
fi
[ ! -d "${path%/*}" ] || sync "${path%/*}"
