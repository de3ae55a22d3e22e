# Before anything: may this account do all that the plan asks of the API? `reviews`, beside this script, has a question for each.
cd "$(dirname "$0")" || exit
# shellcheck disable=SC2016 # kubectl's own variables
said=$(kube create --validate=false -f reviews -o go-template='{{.status.allowed}} {{with .spec.resourceAttributes}}{{.verb}} {{
.resource}}{{if .subresource}}/{{.subresource}}{{end}}{{if .group}}.{{.group}}{{end}} in {{.namespace}}{{end}}
' 2>&1) || { echo "the cluster does not answer: $(printf '%s\n' "$said" | tail -n 1)"; exit 1; }
refused=$(printf '%s\n' "$said" | sed -n 's/^false //p' | paste -sd, | sed 's/,/, /g')
[ -z "$refused" ] || { echo "the account of $KUBECONFIG may not: $refused; apply deploy/fix/rbac.yaml anew"; exit 1; }
[ "$(printf '%s\n' "$said" | grep -c '^true ')" = "$(grep -o SelfSubjectAccessReview reviews | wc -l)" ] ||
  { echo "the cluster does not say what this account may do: $(printf '%s\n' "$said" | tail -n 1)"; exit 1; }
