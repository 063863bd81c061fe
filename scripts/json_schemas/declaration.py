"""The schema of a declaration, `.gate.yaml`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.model.profile import COMPONENTS, GKE_MODES, GUESTS, PLATFORMS, RUNTIME_KINDS
from gate.model.sensitivity import AXES, CLASSES, PLACEMENTS, REGIMES, ROLES
from gate.policy.declaration import (
    DNS_NAME,
    FINGERPRINT,
    GLOB_WORD,
    HOST_PATH,
    INNER_PATH,
    ISOLATOR,
    RULE_ID,
    VARIANT,
    VERSION,
    VULNERABILITY,
    WORD,
)
from gate.policy.reference import POLICY
from gate.policy.shape import DAY
from json_schemas.parts import closed, flag, head, listed, sentence, string, table, word

if TYPE_CHECKING:
    from json_schemas.parts import Json

AXIS_MEANINGS = {
    "confidentiality": "FIPS 199: the harm if it is disclosed. Without it the class decides.",
    "integrity": "FIPS 199: the harm if it is changed by somebody who may not.",
    "availability": "FIPS 199: the harm if it cannot be used.",
    "label": "A government classification, where there is one.",
    "tenancy": "Who else it serves: nobody, one team, tenants who trust each other in part, tenants who trust nobody.",
    "code_trust": "Whose code it runs. Untrusted: customers' code, plug-ins, jobs of forks. Hostile: malware.",
    "exposure": "Who can reach it: nobody, the inside, the internet.",
    "host_trust": "Whether whoever operates the host is trusted.",
}

PLACEMENT = (
    "Who shares its hosts: nobody, workloads of the same tenant, of the same team, or anybody's. Left out, it is not "
    "known, and a requirement that hangs on it is undecided."
)


def schema() -> Json:
    """Return the schema."""
    return {
        **head(
            "declaration",
            "Declaration of the gate (.gate.yaml)",
            "What a repository's files cannot say: the platform, how sensitive each workload is, and the exceptions.",
        ),
        **closed(
            "Everything but the version may be left out.",
            {
                "version": {"description": "The version of this format.", "const": 1},
                "policy": string("A policy pack by name, or a policy file, perhaps with its digest.", POLICY),
                "platform": _platform(),
                "workloads": listed("The workloads, each with its sensitivity.", _workload()),
                "exceptions": listed("What is permitted, to whom, why, by whom and until when.", _exception()),
                "exclude": listed("Files that are not judged, and why.", _excluded()),
                "render": listed("How charts are rendered, where --render asks for it.", _rendered()),
            },
            ["version"],
        ),
    }


def _platform() -> Json:
    docker = {
        "userns_remap": flag("The daemon runs containers in a user namespace."),
        "no_new_privileges": flag("The daemon sets no_new_privs by default."),
        "icc": flag("Containers on the daemon's own bridge reach each other."),
    }
    kubernetes = {
        "version": string('The cluster\'s version, in quotes: "1.34".', VERSION),
        "seccomp_default": flag("Every kubelet runs with --seccomp-default."),
    }
    properties = {
        "kubernetes": closed("The cluster.", kubernetes, []),
        "gke": closed("Google Kubernetes Engine.", {"mode": word("How Google runs the cluster.", GKE_MODES)}, []),
        "openshift": closed(
            "OpenShift.",
            {
                "version": string('The cluster\'s version, in quotes: "4.18".', VERSION),
                "scc": string("The security context constraints that admit what this declaration speaks of.", WORD),
            },
            [],
        ),
        "docker": closed("The Docker daemon's configuration.", docker, []),
        "podman": closed(
            "Podman.",
            {
                "rootless": flag("Podman runs as a user who is not root."),
                "userns_auto": flag('containers.conf gives every container users of its own (`userns = "auto"`).'),
            },
            [],
        ),
        "mesos": closed(
            "The agents of Mesos.",
            {
                "isolation": listed(
                    "The isolators that every agent is started with (`--isolation`).",
                    string("An isolator, such as namespaces/pid.", ISOLATOR),
                )
            },
            [],
        ),
        "guests": word("The system that guests of virtual machines run whose definitions state none.", GUESTS),
        "nomad": closed(
            "The clients of Nomad.",
            {
                "allow_privileged": flag("The drivers' plug-ins allow privileged containers (`allow_privileged`)."),
                "volumes": flag("The drivers' plug-ins mount paths of their hosts (`volumes { enabled = true }`)."),
                "host_volumes": table(
                    "Which folder of every client a host volume is, by its name (`host_volume`).",
                    WORD,
                    string("The folder, from the root.", HOST_PATH),
                ),
            },
            [],
        ),
        "swarm": flag("Compose files are deployed as stacks of Docker Swarm."),
        "versions": closed(
            "Versions of what runs workloads, in quotes: they decide which known bugs a workload can leave by.",
            {name: string("Its version, as its project writes it.", VERSION) for name in COMPONENTS},
            [],
        ),
        "placement": word(f"The placement of every workload that states none. {PLACEMENT}", PLACEMENTS),
        "images": table(
            "Which recipe builds an image, by the image's repository.",
            GLOB_WORD,
            string("The path of a Dockerfile, relative to this file.", INNER_PATH),
        ),
        "runtimes": table(
            "What kind of boundary a RuntimeClass, a runtime's name or a placement constraint of Swarm stands for.",
            WORD,
            word("The kind of boundary.", RUNTIME_KINDS),
        ),
    }
    return closed("What the files cannot say; it decides what a setting's absence means.", properties, [])


def _workload() -> Json:
    selector = {
        "minProperties": 1,
        **closed(
            "What an object must be; every part that is given has to match, and `*` and `?` stand for characters.",
            {
                "platform": word("The platform.", PLATFORMS),
                "kind": string("The kind, such as Deployment.", GLOB_WORD),
                "name": string("The object's name.", GLOB_WORD),
                "namespace": string("The object's namespace.", GLOB_WORD),
            },
            [],
        ),
    }
    properties = {
        "name": string("What reports and exceptions call it.", WORD),
        "paths": listed(
            "Globs over paths relative to this file; `**` stands for folders.", string("A glob.", INNER_PATH), least=1
        ),
        "match": {
            "description": "Which objects it is; in a list one of them has to match.",
            "anyOf": [selector, listed("Alternatives.", selector, least=1)],
        },
        "sensitivity": word("The class.", CLASSES),
        **{axis: word(AXIS_MEANINGS[axis], values) for axis, values in AXES.items()},
        "regulated": listed("The regimes that it falls under.", word("A regime.", REGIMES)),
        "placement": word(PLACEMENT, PLACEMENTS),
        "role": word("A part of the platform itself that needs more of the host than others.", ROLES),
    }
    either = [{"required": ["paths"]}, {"required": ["match"]}]
    return {**closed("One workload.", properties, ["name", "sensitivity"]), "anyOf": either}


def _exception() -> Json:
    day = {"format": "date"}
    properties = {
        "rule": string("The rule that is excepted from.", RULE_ID),
        "vulnerability": string(
            "The vulnerability that is excepted, by any of its ids, whichever rule finds it.", VULNERABILITY
        ),
        "workload": string("Everything of this name: a subject's own, or that of an entry of `workloads`.", WORD),
        "subject": string("One subject by its id, as reports print it.", WORD),
        "fingerprint": string("The one finding that is excepted, which ends the exception by changing.", FINGERPRINT),
        "reason": sentence("Why it is needed."),
        "owner": sentence("Who answers for it."),
        "ticket": sentence("Where it is tracked."),
        "created": {**string("The day it was granted, as 2026-11-01.", DAY), **day},
        "expires": {**string("The last day it holds, in UTC; not before it was granted.", DAY), **day},
    }
    just_one = [
        {"oneOf": [{"required": [name]} for name in names]}
        for names in (("rule", "vulnerability"), ("workload", "subject"))
    ]
    described = "One exception; whether it is over is judged when the gate runs."
    return {**closed(described, properties, ["reason", "owner", "created", "expires"]), "allOf": just_one}


def _excluded() -> Json:
    globs = listed("Globs over paths relative to this file.", string("A glob.", INNER_PATH), least=1)
    return closed("Files that are not judged.", {"paths": globs, "reason": sentence("Why not.")})


def _rendered() -> Json:
    properties = {
        "chart": string("The chart's folder, relative to this file.", INNER_PATH),
        "name": string("What this way is called; needed where a chart has several.", VARIANT),
        "release": string("The release's name. Left out, the chart's.", DNS_NAME),
        "namespace": string("The release's namespace. Left out, default.", DNS_NAME),
        "values": listed("Files of values, a later one over an earlier one.", string("A path.", INNER_PATH)),
    }
    return closed("One way to render a chart.", properties, ["chart"])
