# Remove what lies in the folder $1, not the folder. What went is listed beside this step; nothing of another disk is touched.
# The folder may be another account's: it is entered first, and it counts only where no link led there.
set -eu
list=$PWD/removed
cd -P -- "$1" 2>/dev/null && [ "$(pwd -P)" = "$1" ] || { echo "$1: no folder any more"; exit 1; }
within=$(printf %s "$1" | sed 's/[][*?\\]/\\&/g')
if find /proc/[0-9]*/fd -lname "$within/*" 2>/dev/null | grep -q .; then echo "$1: a process works in it, left as it is"; exit 1; fi
find . -xdev -mindepth 1 -printf '%s\t%TY-%Tm-%Td\t%u\t%P\n' >"$list"
sync "$list"
find . -xdev -mindepth 1 -depth -delete
echo "$(wc -l <"$list") of $1, listed in $list" >"${list%/*}/lasting"
echo "$(wc -l <"$list") files and folders removed, listed in $list"
