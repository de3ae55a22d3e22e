"""The lab: one disposable edge server with a real Kubernetes, booted on this machine."""
