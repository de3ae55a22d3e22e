# A copy beside its original is not needed, if it is a copy of that: by now the name may have gone to another log's.
for log; do
  rm -f "$log.gz.partial"
  if [ -f "$log" ] && [ -f "$log.gz" ] && gzip -dc <"$log.gz" 2>/dev/null | cmp -s - "$log"; then rm -f "$log.gz"; fi
done
