#!/bin/sh
# build-kubernetes.sh SOURCE HYPER WORK OUT: compile the Debian source package's Kubernetes into one binary.
set -eu
source=$1 hyper=$2 work=$3 out=$4
export PATH="/usr/lib/go-1.19/bin:$PATH" HOME=/root LC_ALL=C
export GO111MODULE=off GOFLAGS='' CGO_ENABLED=0 GOPATH="$work/gopath" GOCACHE="$work/gocache"
mkdir -p "$GOPATH/src/k8s.io"
ln -sfn "$source" "$GOPATH/src/k8s.io/kubernetes"
cd "$GOPATH/src/k8s.io/kubernetes"

# Without this file the API server does not link; the tarball leaves it to `make generated_files`,
# of which this is the only step needed.
generated=pkg/generated/openapi/zz_generated.openapi.go
if [ ! -s "$generated" ]; then
    go build -p 2 -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
    packages=$(find -L cmd pkg plugin vendor/k8s.io -name '*.go' -exec grep -l '^// *+k8s:openapi-gen=' {} + |
        grep -Ev '^vendor/k8s.io/(code-generator|sample-apiserver)/' |
        xargs -n1 dirname | sort -u | sed 's|^|k8s.io/kubernetes/|' | paste -sd, -)
    "$work/openapi-gen" --logtostderr -i "$packages" -p k8s.io/kubernetes/pkg/generated/openapi \
        -O zz_generated.openapi -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -r "$work/violations"
fi

mkdir -p cmd/hyper
cp "$hyper" cmd/hyper/main.go
# The vendor path matters: without it the node reports version v0.0.0.
vendor=k8s.io/kubernetes/vendor/k8s.io
flags="-s -w"
for package in component-base client-go/pkg; do
    flags="$flags -X $vendor/$package/version.gitVersion=v1.20.2"
    flags="$flags -X $vendor/$package/version.gitMajor=1 -X $vendor/$package/version.gitMinor=20"
done
go build -p 2 -tags "providerless dockerless" -ldflags "$flags" -o "$out.partial" ./cmd/hyper
mv "$out.partial" "$out"
