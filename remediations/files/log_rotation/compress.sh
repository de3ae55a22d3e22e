# Compress each of "$@"; an original goes only when its copy was read back. A log still written to is left as it is.
set -eu
held() { find /proc/[0-9]*/fd -lname "$1" 2>/dev/null | grep -q .; }
pack() {
  nice -n 10 gzip -c <"$1" >"$1.gz.partial" &
  ticks=0
  while kill -0 $! 2>/dev/null; do
    sleep 1
    ticks=$((ticks + 1))
    position=$(sed -n 's/^pos:[[:space:]]*//p' "/proc/$!/fdinfo/0" 2>/dev/null) || :
    [ $((ticks % 5)) -ne 0 ] || [ -z "$position" ] || echo "$1: $((position * 100 / size)) %" || :
  done
  wait $!
}
for log; do
  [ -f "$log" ] && [ ! -e "$log.gz" ] || continue
  tries=0
  while held "$log" && [ "$tries" -lt 20 ]; do sleep 0.5; tries=$((tries + 1)); done
  if held "$log"; then echo "$log: still written to, left as it is"; continue; fi
  size=$(stat -c %s "$log")
  pack "$log"
  gzip -t "$log.gz.partial"
  if [ "$size" != "$(stat -c %s "$log")" ]; then rm "$log.gz.partial"; echo "$log: changed meanwhile, left as it is"; continue; fi
  chown --reference="$log" "$log.gz.partial"
  chmod --reference="$log" "$log.gz.partial"
  touch --reference="$log" "$log.gz.partial"
  sync "$log.gz.partial"
  mv "$log.gz.partial" "$log.gz"
  rm "$log"
done
