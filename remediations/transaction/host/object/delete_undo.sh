[ "$restored" = yes ] && [ -d evidence ] || exit 0
answers
# shellcheck disable=SC2034 # seen reads them
while read -r namespace name uid; do
  [ -s "evidence/$uid.again.yaml" ] && [ -z "$(seen)" ] || continue
  kube create -f "evidence/$uid.again.yaml" >/dev/null
done <objects
