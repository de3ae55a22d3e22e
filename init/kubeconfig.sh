#!/bin/sh
# Print a kubeconfig for the account in the cluster.
KUBECTL=$kubectl PORT=$port sh "$folder/kubeconfig" "$address"
