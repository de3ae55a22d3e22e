# Remove the images "$@" of K3s' runtime, bare digests all. Each is looked at again right before: an image goes by its names,
# by the digests of its manifests and by its configuration's, and stays if any of them is named, pinned, or a container's in
# whatever state, as CRI tells it and as containerd does. What cannot be told stays.
set -eu
ctr() { k3s ctr -n k8s.io "$@"; }
content() { ctr content get "$1" 2>/dev/null | head -c 4000000 | tr -d ' \n\t'; }
configs() { # manifest: digests of its configuration; of an index, those of the platforms that are here
  said=$(content "$1")
  case $said in
  *'"manifests":['*)
    for digest in $(printf %s "$said" | grep -oE '"digest":"sha256:[0-9a-f]{64}"' | cut -d '"' -f 4); do
      content "$digest" | sed -n 's/.*"config":{[^}]*"digest":"\(sha256:[0-9a-f]*\)".*/\1/p'
    done ;;
  *) printf %s "$said" | sed -n 's/.*"config":{[^}]*"digest":"\(sha256:[0-9a-f]*\)".*/\1/p' ;;
  esac
}
held() { # every identity by which a container knows its image: as CRI tells it, or as CRI wrote it down with the container
  table=$(ctr containers ls) || return 1
  printf '%s\n' "$table" | awk 'NR > 1 { print $2 }'
  if [ "$cri" = yes ]; then
    list=$(k3s crictl ps -a -o json) || return 1
    printf '%s\n' "$list" | grep -oE '"(image|imageRef|imageId|userSpecifiedImage)": *"[^"]+"' | cut -d '"' -f 4
    return 0
  fi
  for id in $(printf '%s\n' "$table" | awk 'NR > 1 { print $1 }'); do
    ctr containers info "$id" | sed -n 's/.*"value": *"\([A-Za-z0-9+\/=]*\)".*/\1/p' |
      while read -r value; do printf %s "$value" | base64 -d; done | grep -aoE 'sha256:[0-9a-f]{64}' | sort -u
  done
}
cri=no
if k3s crictl --version >/dev/null 2>&1; then cri=yes; fi
ctr images ls >before
awk 'NR > 1 { print $3 }' before | sort -u | while read -r manifest; do
  echo "$manifest $(configs "$manifest" | tr '\n' ' ')"
done >configured # manifest, then its configurations
why() { # image: what keeps it; nothing if nothing does
  if ! { ctr images ls >now && held >used; }; then
    echo "the runtime does not answer"
    return
  fi
  manifest=$(awk -v ref="$1" '$1 == ref { print $3 }' now)
  [ -n "$manifest" ] || { echo "gone already"; return; }
  ids=$(awk -v manifest="$manifest" '$1 == manifest { $1 = ""; print }' configured)
  case $ids in *sha256:*) ;; *) echo "its configuration is not known"; return ;; esac
  kin=$(for id in $ids; do awk -v id="$id" '{ for (n = 2; n <= NF; n++) if ($n == id) print $1 }' configured; done)
  for one in $kin; do # manifests of the same image
    if awk -v one="$one" '$3 == one && ($1 !~ /^sha256:/ || /pinned=pinned/) { found = 1 } END { exit !found }' now; then
      echo "named or pinned"
      return
    fi
  done
  for id in "$1" $ids $kin; do
    if grep -qF -- "$id" used; then echo "in use"; return; fi
  done
  [ "$cri" = no ] || why_cri "$1"
}
why_cri() { # image: what CRI says against it
  said=$(k3s crictl inspecti -o json "$1" 2>/dev/null | tr -d ' \n') || said=''
  case $said in
  '') echo "CRI does not know it" ;;
  *'"repoTags":["'*) echo "named, says CRI" ;;
  *'"pinned":true'*) echo "pinned, says CRI" ;;
  esac
}
for image; do
  case $image in sha256:*) ;; *) continue ;; esac
  reason=$(why "$image")
  if [ -n "$reason" ]; then
    echo "$image: $reason, left as it is"
  else
    ctr images rm "$image"
    echo "$image" >>lasting
  fi
done
