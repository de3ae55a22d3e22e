# Before a file step: keep the file as it is, or the fact that there is none, and which folders are still missing. A link is
# somebody's arrangement, which a rename would end: it is refused, also where it came after the plan was made.
set -eu
if [ -L "$path" ] || { [ -e "$path" ] && [ ! -f "$path" ]; }; then
  echo "${path#"$ROOT"} is a link, or no regular file, by now: left as it is"
  exit 1
fi
if [ -e "$path" ]; then
  cp -a "$path" backup.partial
  sync backup.partial
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
