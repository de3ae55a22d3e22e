# Remove what lies in the folder $1, not the folder. What went is listed beside this step; nothing of another disk is touched.
set -eu
[ -d "$1" ] && [ ! -L "$1" ] || { echo "$1: no folder any more"; exit 1; }
if find /proc/[0-9]*/fd -lname "$1/*" 2>/dev/null | grep -q .; then echo "$1: a process works in it, left as it is"; exit 1; fi
find "$1" -xdev -mindepth 1 -printf '%s\t%TY-%Tm-%Td\t%u\t%p\n' >removed
sync removed
find "$1" -xdev -mindepth 1 -depth -delete
echo "$(wc -l <removed) files and folders removed, listed in $PWD/removed"
