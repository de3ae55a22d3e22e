# A copy beside its original is not needed
for log; do rm -f "$log.gz.partial"; [ ! -f "$log" ] || rm -f "$log.gz"; done
