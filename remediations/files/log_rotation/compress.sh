# Compress each of "$@"; an original goes only when its copy was read back. A log still written to is left as it is.
# Another account may write in the folder of a log: log and copy are opened once, and all that follows is done to what is open.
set -eu
held() { find /proc/[0-9]*/fd -lname "$1" 2>/dev/null | grep -q .; }
pack() {
  nice -n 10 gzip -c <&6 >&7 &
  ticks=0
  while kill -0 $! 2>/dev/null; do
    sleep 1
    ticks=$((ticks + 1))
    position=$(sed -n 's/^pos:[[:space:]]*//p' "/proc/$!/fdinfo/0" 2>/dev/null) || :
    [ $((ticks % 5)) -ne 0 ] || [ -z "$position" ] || echo "$1: $((position * 100 / size)) %" || :
  done
  wait $!
}
same() { [ -f /proc/self/fd/6 ] && [ "$(stat -L -c '%d %i %h' /proc/self/fd/6)" = "$(stat -c '%d %i 1' "$1")" ]; }
for log; do
  [ -f "$log" ] && [ ! -L "$log" ] && [ ! -e "$log.gz" ] || continue
  tries=0
  while held "$log" && [ "$tries" -lt 20 ]; do sleep 0.5; tries=$((tries + 1)); done
  if held "$log"; then echo "$log: still written to, left as it is"; continue; fi
  exec 6<"$log"
  same "$log" || { echo "$log: not a plain file, left as it is"; continue; }
  size=$(stat -L -c %s /proc/self/fd/6)
  rm -f "$log.gz.partial"
  set -C # a new file, wherever a link of that name may lead
  exec 7>"$log.gz.partial"
  set +C
  pack "$log"
  gzip -t </proc/self/fd/7
  if [ "$size" != "$(stat -L -c %s /proc/self/fd/6)" ] || ! same "$log"; then rm "$log.gz.partial"; echo "$log: changed meanwhile, left as it is"; continue; fi
  chown --reference=/proc/self/fd/6 /proc/self/fd/7
  chmod --reference=/proc/self/fd/6 /proc/self/fd/7
  touch --reference=/proc/self/fd/6 /proc/self/fd/7
  sync /proc/self/fd/7
  mv -T "$log.gz.partial" "$log.gz"
  rm "$log"
  echo "$log.gz" >>lasting
done
