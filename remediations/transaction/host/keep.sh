# Before a file step: keep the file as it is, or the fact that there is none, and which folders are still missing.
set -eu
if [ -e "$path" ] || [ -L "$path" ]; then
  cp -a "$path" backup.partial
  [ -L backup.partial ] || sync backup.partial
  mv -fT backup.partial backup
else
  : >absent
fi
: >made
folder=${path%/*}
while [ ! -d "$folder" ]; do
  printf '%s\n' "$folder" >>made
  folder=${folder%/*}
done
