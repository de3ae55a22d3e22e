"""Answers of a sound server about the images, the builds and the logs of the MCP services."""

CONFIG, MANIFEST, OTHER, INDEX = ("sha256:" + digits * 32 for digits in ("f5", "90", "aa", "bb"))
# Written from crictl's documentation (K3s 1.30): the lab has no crictl.
CRI_IMAGES = f"""crictl
{{"images": [{{"id": "{CONFIG}", "repoTags": ["docker.io/twisterlab/mcp-unified:v1"], "size": "1962344", "uid": null,\
 "repoDigests": ["docker.io/library/import-2026-11-23@{MANIFEST}"], "username": "", "spec": null, "pinned": false}},\
 {{"id": "{OTHER}", "repoTags": ["docker.io/rancher/coredns:1"], "repoDigests": ["docker.io/rancher/coredns@{INDEX}"],\
 "size": "18182961", "uid": {{"value": "65532"}}, "username": "", "spec": null, "pinned": true}}]}}
revision {CONFIG} 4f2a9c1d0b
revision {OTHER}\x20
"""
_DOCKER, _OCI = "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.oci.image.index.v1+json"
_MANAGED = "linux/amd64 io.cri-containerd.image=managed"
IMAGES = f"""ctr
REF TYPE DIGEST SIZE PLATFORMS LABELS
docker.io/rancher/coredns:1 {_OCI} {INDEX} 17.3 MiB linux/amd64 -
docker.io/rancher/coredns@{INDEX} {_OCI} {INDEX} 17.3 MiB linux/amd64 -
docker.io/twisterlab/mcp-unified:v1 {_DOCKER} {MANIFEST} 1.9 MiB {_MANAGED}
{OTHER} {_OCI} {INDEX} 17.3 MiB {_MANAGED}
{CONFIG} {_DOCKER} {MANIFEST} 1.9 MiB {_MANAGED}
===
revision {OTHER}\x20
revision {CONFIG} 4f2a9c1d0b
"""
IMAGE_ARCHIVES = f"""\
/var/lib/rancher/k3s/agent/images
archive mcp.tar
[{{"Config":"blobs/sha256/{CONFIG[7:]}","RepoTags":["docker.io/twisterlab/mcp-unified:v1"],"Layers":["blobs/sha256/x"]}}]
archive odd.tar.lz4

archive save.tar.gz
[{{"Config":"{OTHER[7:]}.json","RepoTags":null,"Layers":["layer.tar"]}}]
"""
BOOTED = "1795450734 11967.44 1193029 100\n"
REGISTRY = 'asked\n{"name":"twisterlab/mcp-unified","tags":["v1"]}\n'
# Written from the documentation of buildx and of SLSA 0.2.
BUILD_RECORD = """{"image.name": "docker.io/twisterlab/mcp-unified:4f2a9c1", "containerimage.config.digest": "sha256:f5",
 "buildx.build.provenance": {"builder": {"id": ""}, "buildType": "https://mobyproject.org/buildkit@v1",
  "invocation": {"parameters": {"frontend": "dockerfile.v0", "args": {"no-cache": ""}}, "environment": {}},
  "metadata": {"buildInvocationID": "x", "buildStartedOn": "2026-02-05T08:00:00.5Z", "buildFinishedOn": "2026-02-05T08:35:08Z",
   "completeness": {"parameters": true, "environment": true, "materials": false}, "reproducible": false}}}
"""
POD_LOGS = """\
/var/log/pods
log default_mcp-unified-589b4d4b9f-k8b8c_e3c5/mcp-unified
read 300 2
| FATAL: log of a
| log is bad
log twisterlab_mcp-unified-c564b55c4-szzwn_77aa/mcp-unified
read 0 0
"""

SOUND = {
    "images": IMAGES,
    "image_archives": IMAGE_ARCHIVES,
    "booted": BOOTED,
    "registry": REGISTRY,
    "build_record": BUILD_RECORD,
    "pod_logs": POD_LOGS,
}
