"""Ask the server's Kubernetes whether its pods run now, since it also reports pods from before the snapshot."""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lab.errors import LabError


@dataclass(frozen=True)
class Cluster:
    """The API's address, the certificate of its authority, and the token of the audit's user."""

    address: str
    authority: Path
    token: str

    def get(self, path: str) -> dict[str, Any]:
        """Return the JSON document at this path of the API."""
        request = urllib.request.Request(
            f"https://{self.address}:6443{path}", headers={"Authorization": f"Bearer {self.token}"}
        )
        trust = ssl.create_default_context(cafile=str(self.authority))
        direct = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
        )
        with direct.open(request, timeout=5) as answer:
            document: dict[str, Any] = json.load(answer)
        return document


def wait_for_pods(cluster: Cluster, expected: int, since: float, patience: float = 180.0) -> float:
    """Wait until `expected` pods are ready whose containers started after `since`; return the seconds it took.

    Raises LabError after `patience` seconds.
    """
    begun, seen = time.monotonic(), "the API did not answer"
    while time.monotonic() - begun < patience:
        try:
            ready = ready_pods(cluster, since)
            if len(ready) >= expected:
                return time.monotonic() - begun
            seen = f"{len(ready)} of {expected} pods are ready"
        except (OSError, ValueError, urllib.error.URLError) as problem:
            seen = str(problem)
        time.sleep(0.2)
    raise LabError(f"The cluster at {cluster.address} was not ready within {patience:.0f} s: {seen}.")


def ready_pods(cluster: Cluster, since: float) -> list[str]:
    """Return the names of the pods whose containers are all ready and started after `since`."""
    pods = cluster.get("/api/v1/pods?fieldSelector=status.phase%3DRunning")["items"]
    return [pod["metadata"]["name"] for pod in pods if _fresh(pod, since)]


def _fresh(pod: dict[str, Any], since: float) -> bool:
    states = pod["status"].get("containerStatuses", [])
    started = [state["state"].get("running", {}).get("startedAt") for state in states if state["ready"]]
    return bool(states) and len(started) == len(states) and all(_after(when, since) for when in started)


def _after(when: str | None, since: float) -> bool:
    # Kubernetes rounds times down to whole seconds.
    return when is not None and datetime.fromisoformat(when).timestamp() >= since - 1
