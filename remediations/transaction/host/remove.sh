# Take $path away; keep.sh kept it.
set -eu
rm -f "$path"
sync "${path%/*}"
