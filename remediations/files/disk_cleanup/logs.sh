# Remove each of "$@", rotated logs nobody writes to; the name, size, date and digest of each is kept beside this step.
set -eu
list=$PWD/removed
for log; do
  case $log in /var/log/*.gz) ;; *) continue ;; esac
  [ -f "$log" ] && [ ! -L "$log" ] || continue
  cd -P -- "${log%/*}" && [ "$(pwd -P)" = "${log%/*}" ] || continue # a link on the way may lead to files that are no logs
  printf '%s\t%s\t%s\n' "$(stat -c '%s %y' "$log")" "$(sha256sum <"$log" | cut -c1-64)" "$log" >>"$list"
  sync "$list"
  echo "$log" >>"${list%/*}/lasting"
  rm -f -- "./${log##*/}"
done
