# Keep what the journal holds, as $2 in the folder $1, before any of it goes: whole and read back, or not at all.
set -eu
folder=$1 name=$2 here=$PWD
[ ! -e "$folder/$name" ] || exit 0
umask 077
mkdir -p "$folder"
partial=$folder/.$name.partial
rm -f "$partial" "$partial.broken"
set -C # new files, wherever links of these names may lead
{ nice -n 10 journalctl --system -q -o export || : >"$partial.broken"; } | gzip -1 >"$partial"
[ ! -e "$partial.broken" ] || { rm -f "$partial" "$partial.broken"; exit 1; }
gzip -t "$partial"
[ "$(gzip -dc "$partial" 2>/dev/null | head -c 65536 | grep -ac '^__REALTIME_TIMESTAMP=')" -gt 0 ] || { echo 'the journal could not be exported'; rm -f "$partial"; exit 1; }
sync "$partial"
mv "$partial" "$folder/$name"
echo "$folder/$name" >"$here/lasting"
