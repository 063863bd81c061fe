"""Whose a file of Terraform is, by the resources and modules that stand in it."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source

#: What may stand before the first word of a line of HCL: a mark of the byte order, and the end of a comment.
BEGIN = rb"^(?:\xef\xbb\xbf)?(?:[^\n]*\*/)?"

#: How the files of Terraform and OpenTofu end, and those of them that are JSON.
JSON = (".tf.json", ".tofu.json")
ENDINGS = (".tf", ".tofu", *JSON)

#: Resources of the provider for Kubernetes that the gate reads, and those that are named beside them.
KUBERNETES = (
    rb"kubernetes_(?:cluster_role(?:_binding)?|cron_job|daemon_?set|(?:default_)?service_account|deployment|job|manifest|"
    rb"namespace|network_policy|persistent_volume(?:_claim)?|pod|replication_controller|role(?:_binding)?|runtime_class|"
    rb"stateful_set)(?:_v\d\w{0,8})?|docker_service|helm_release|kubectl_manifest"
)


def is_terraform(path: str) -> bool:
    """Say whether a file is one of Terraform's, by its name."""
    return path.lower().endswith(ENDINGS)


def mentions(source: Source, resources: bytes, modules: bytes = b"") -> bool:
    """Say whether a file has a resource of these types or calls these modules, which are patterns of their names."""
    if source.path.lower().endswith(".json"):
        wanted = [rb"\"(?:%s)\"\s*:\s*[\[{]" % resources]
        calls = rb"\"source\"\s*:\s*\"[^\"\n]*\b(?:%s)\b"
    else:
        # Labels may do without quotes.
        wanted = [rb"(?m)%s[ \t]*resource[ \t]+\"?(?:%s)\b" % (BEGIN, resources)]
        calls = rb"(?m)^[ \t]*source[ \t]*=[ \t]*\"[^\"\n]*\b(?:%s)\b"
    wanted += [calls % modules] if modules else []
    return any(re.search(pattern, source.data) is not None for pattern in wanted)
