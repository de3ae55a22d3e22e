# What no remedy may lose, although it may add to it: a line for each backup that has its name, and one that says so where it is
# not whole; for each log its bytes, those of all copies together, and the digest of the first and the last of them. LOGS has
# "name bytes" of what stood there before, or nothing at first: then only so many bytes count, the oldest first.
cd /
find var/backups -type f ! -path '*/.*' ! -name '*.partial' ! -path '*.partial/*' 2>/dev/null | LC_ALL=C sort | while read -r file; do
  case $file in
  *.sha256) (cd "${file%/*}" && sha256sum --status -c "${file##*/}") || echo "broken $file" ;;
  *.gz) gzip -t "$file" 2>/dev/null || echo "broken $file" ;;
  esac
  printf 'backup %s %s\n' "$(sha256sum <"$file" | cut -c1-64)" "$file"
done
copies() { # log: its copies, the oldest first; of a copy and its packed form, one
  find var/log -maxdepth 1 \( -name "$1" -o -name "$1.[0-9]*" \) ! -name '*.partial' | awk -v stem="var/log/$1" '
    { number = substr($0, length(stem) + 2); sub(/\.gz$/, "", number); print number + 0, $0 }' | sort -k1,1rn -u | cut -d ' ' -f 2
}
text() { case $1 in *.gz) zcat "$1" ;; *) cat "$1" ;; esac; }
size() { # bytes of the text: those of a packed copy stand at its end, modulo 4 GiB; `gzip -l` would unpack it for that
  case $1 in *.gz) echo $(($(tail -c 4 "$1" | od -An -tu4 --endian=little) + 0)) ;; *) stat -c %s "$1" ;; esac
}
bytes() { # log, from, to: that part of all copies together
  at=0
  for copy in $(copies "$1"); do
    long=$(size "$copy")
    first=$(($2 > at ? $2 - at : 0)) last=$(($3 < at + long ? $3 - at : long))
    [ "$last" -le "$first" ] || case $copy in
    *.gz) text "$copy" | tail -c +$((first + 1)) | head -c $((last - first)) ;;
    *) tail -c +$((first + 1)) "$copy" | head -c $((last - first)) ;;
    esac
    at=$((at + long))
  done
}
for log in kern.log syslog twisterlab-backup.log; do
  all=$(printf '%s\n' "$LOGS" | awk -v name="$log" '$1 == name { print $2 }')
  if [ -z "$all" ]; then
    all=0
    for copy in $(copies "$log"); do all=$((all + $(size "$copy"))); done
  fi
  some=$((all < 65536 ? all : 65536))
  printf 'log %s %s %s\n' "$log" "$all" "$({ bytes "$log" 0 "$some"; bytes "$log" $((all - some)) "$all"; } | sha256sum | cut -c1-64)"
done
