"""What a step asks of the cluster's API: what the fixer's role is made of, and what is looked up before a plan begins."""

from collections.abc import Iterable

import msgspec

from remediations.transaction.risk import RemedyError

Right = tuple[str, str]  # a verb, and a resource as kubectl takes it: deployments.apps, services/proxy


class Call(msgspec.Struct, frozen=True):
    """One verb on one resource (as kubectl takes it: deployments.apps, services/proxy) in one namespace."""

    verb: str
    resource: str
    namespace: str

    @property
    def right(self) -> Right:
        """Verb and resource, in whichever namespace."""
        return self.verb, self.resource


def patching(resource: str) -> tuple[Right, ...]:
    """To patch objects, to wait for their rollout, and to say which pods kept it from ending."""
    return *((verb, resource) for verb in ("get", "list", "patch", "watch")), ("list", "pods")


def deleting(resource: str) -> tuple[Right, ...]:
    """To keep what objects and events say and to delete them; what may be made again is read by name and created."""
    again = () if resource == "pods" else (("get", resource), ("create", resource))
    return ("list", resource), ("delete", resource), ("list", "events"), *again


def named(written: str) -> Right:
    """Of `get services/proxy`; RemedyError for anything else."""
    verb, _, resource = written.partition(" ")
    if not verb or not resource or " " in resource:
        raise RemedyError(f"{written}: write a verb and a resource, such as “get services/proxy”")
    return verb, resource


def reviews(calls: Iterable[Call]) -> str:
    """A question to the API for each, as a list that kubectl creates: may this account do that?"""
    items = [
        {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": _attributes(call)},
        }
        for call in dict.fromkeys(calls)
    ]
    return msgspec.json.encode({"apiVersion": "v1", "kind": "List", "items": items}).decode() + "\n"


def _attributes(call: Call) -> dict[str, str]:
    whole, _, group = call.resource.partition(".")
    resource, _, sub = whole.partition("/")
    return {"verb": call.verb, "group": group, "resource": resource, "subresource": sub, "namespace": call.namespace}
