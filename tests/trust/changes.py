"""Generated changes: two states of a small repository whose files refer to each other, and a history between them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, TypeAlias

from hypothesis import strategies as st

from tests.histories import git

#: Paths with what stands there; what begins with `->` is a symbolic link.
State: TypeAlias = dict[str, str]

LINK = "->"

ENTRY = "- {{name: {name}, match: {{name: {name}}}, sensitivity: {sensitivity}}}\n"
WORKLOADS = f"workloads:\n{ENTRY}"
GRANT = "{rule: ISO048, workload: web, reason: later, owner: us, created: 2026-11-20, expires: 2026-12-20}"
IMAGES = "platform: {images: {shop/web: Dockerfile}, runtimes: {box: gvisor}}\n"
EVERY = "workloads:\n- {name: all, paths: ['**/Dockerfile', '*.yaml'], sensitivity: confidential}\n"

DECLARATIONS = tuple(
    f"version: 1\n{text}"
    for text in (
        "",
        WORKLOADS.format(name="web", sensitivity="restricted") + ENTRY.format(name="api", sensitivity="confidential"),
        f"{WORKLOADS.format(name='web', sensitivity='internal')}exceptions:\n- {GRANT}\n",
        IMAGES + EVERY,
        "policy: rules.yaml\nplatform: {images: {shop/api: api/Dockerfile}}\n",
        "policy: strict\nplatform: {kubernetes: {seccomp_default: true}}\n",
        "platform: {openshift: {version: '4.18'}}\n",
        "exclude:\n- {paths: ['*/api.yaml', 'recipe.txt'], reason: copied}\n",
    )
)
WRONG = ("version: 1\nworkloads: [\n",)

POLICIES = tuple(
    f"version: 1\nname: ours\n{text}\n"
    for text in (
        "extends: standard\nrequire: [ISO027]",
        "extends: strict",
        "extends: standard\nunrendered: fail\nrequire: [{rule: ISO004, effective_on: '2027-01-01'}]",
    )
)

RECIPES = (
    "FROM debian:12\nRUN apt-get update\n",
    "FROM debian:12\nUSER 1000\n",
    "FROM debian:12\nLABEL boundary-gate.io/sensitivity=restricted\nUSER 1000\n",
    "FROM alpine AS build\nUSER root\nFROM debian:12\nUSER app\n",
    "FROM debian:12\nCOPY --from=\n",
)

SERVICES = (
    "services:\n  web: {build: .}\n",
    "services:\n  web: {build: ., privileged: true}\n  api: {build: {context: api, dockerfile: Dockerfile}}\n",
    "services:\n  api: {build: {context: ., dockerfile: recipe.txt}, x-gate: {class: restricted}}\n",
    "services:\n  web: {image: 'shop/web:1', user: '1000', x-gate: {class: confidential}}\n",
    "services:\n  web: {build: {context: '.', target: build}, network_mode: host}\n",
)

PROJECTS = (
    *SERVICES,
    "include: [../common/base.yaml]\nservices:\n  web: {build: ../team}\n",
    "include: [common/base.yaml]\nservices:\n  db: {image: 'db:1', cap_drop: [ALL]}\n",
    "services:\n  web: {extends: {file: common/base.yaml, service: api}, image: 'shop/web:2'}\n",
    "services:\n  web: {image: 'shop/${NAME:-api}:1', privileged: ${RAISED:-false}}\n",
    "services:\n  web: {build: alias}\n  api: {build: team/alias}\n",
    "services: [\n",
)

VARIABLES = ("NAME=web\n", "RAISED=true\nNAME=api\n", "COMPOSE_FILE=compose.yaml:../common/base.yaml\n")

POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: {name}{labels}}}
spec:
{extra}  containers:
  - {{name: {name}, image: {image}{mounts}}}
---
"""

CLASS = "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {{name: {name}}}\nhandler: {handler}\n---\n"
ACCOUNT = """\
apiVersion: v1
kind: ServiceAccount
metadata: {{name: {name}{space}}}
automountServiceAccountToken: {token}
---
"""
SPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n"
VOLUME = """\
apiVersion: v1
kind: PersistentVolume
metadata: {{name: disk}}
spec: {{accessModes: [ReadWriteOnce], hostPath: {{path: {path}}}{claim}}}
---
"""
CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: data{space}}}
spec: {{accessModes: [ReadWriteOnce]{more}}}
---
"""
CLAIMING = """\
  volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
"""
SET = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  template:
    spec: {containers: [{name: web, image: 'shop/web:1', volumeMounts: [{name: own, mountPath: /own}]}]}
  volumeClaimTemplates:
  - {metadata: {name: own}, spec: {accessModes: [ReadWriteOnce], storageClassName: ''}}
---
"""
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: closed{space}}}
spec: {{podSelector: {selector}, policyTypes: [Ingress, Egress]}}
---
"""
CONSTRAINTS = """\
apiVersion: security.openshift.io/v1
kind: SecurityContextConstraints
metadata: {{name: ours}}
priority: 20
runAsUser: {{type: {user}}}
seLinuxContext: {{type: MustRunAs}}
users: ['system:serviceaccount:shop:runner']
volumes: [configMap, persistentVolumeClaim]
---
"""
BINDING = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: b, namespace: shop}}
roleRef: {{kind: ClusterRole, name: 'system:openshift:scc:{scc}'}}
subjects: [{{kind: ServiceAccount, name: runner, namespace: shop}}]
---
"""
FLEET = (
    'resource "google_container_cluster" "one" {\n  name = "one"\n  enable_autopilot = true\n}\n',
    'resource "google_container_cluster" "one" {\n  name = "one"\n}\n',
    (
        'resource "aws_eks_cluster" "one" {\n  name = "one"\n}\n'
        'resource "aws_eks_fargate_profile" "one" {\n  cluster_name = aws_eks_cluster.one.name\n'
        '  selector {\n    namespace = "shop"\n  }\n}\n'
    ),
)
CLIENTS = (
    'client {\n  host_volume "data" {\n    path = "/etc"\n  }\n}\n',
    'client {\n  host_volume "data" {\n    path = "/srv/data"\n  }\n}\n',
    'client {\n}\nplugin "docker" {\n  config {\n    allow_caps = ["all"]\n  }\n}\n',
)
JOBS = tuple(
    'job "web" {\n  group "web" {\n    volume "data" {\n      type = "host"\n      source = "data"\n    }\n'
    f'    task "web" {{\n      driver = "docker"\n      config {{\n        image = "web:1"\n{line}      }}\n'
    '      volume_mount {\n        volume = "data"\n        destination = "/data"\n      }\n    }\n  }\n}\n'
    for line in ("", "        privileged = true\n")
)

APPS = tuple(
    f'{{"id": "/web", "cpus": 1, "mem": 64, "networks": [{{"mode": "{mode}"}}], '
    f'"container": {{"type": "DOCKER", "docker": {{"image": "{image}", "privileged": {privileged}}}}}}}\n'
    for mode, image, privileged in (
        ("container", "web:1", "false"),
        ("host", "web:1", "false"),
        ("host", "web", "true"),
    )
)
SCRIPTS = (
    "#!/bin/sh\ndocker build -t shop/web:1 team\ndocker run --privileged shop/web:1\n",
    "#!/bin/sh\nimage=shop/api:2\ndocker run -v /:/host $image\n",
)
UNITS = (
    "[Container]\nImage=shop/web:1\nNetwork=host\n",
    "[Container]\nImage=shop/api:2\nPod=all.pod\nAddCapability=SYS_ADMIN\n",
)
PODS = ("[Pod]\nPodName=all\n", "[Pod]\nPodName=all\nNetwork=host\n")
DROP_INS = ("[Container]\nUser=1000\n", "[Container]\nPodmanArgs=--privileged\n")
KUSTOMIZATION = (
    "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [api.yaml]\n",
    "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\npatches: [{path: api.yaml}]\n",
)
TEMPLATE = POD.format(name="web", labels="", mounts="", image="'{{ .Values.image }}'", extra="")

BUILDER = """\
source "qemu" "web" {
  iso_url = var.url
  http_directory = "http"
  boot_command = ["url=http://x/user-data"]
}
"""
MACHINES = (f'{BUILDER}build {{\n  sources = ["qemu.web"]\n}}\n', BUILDER)
VALUES = tuple(
    f'variable "url" {{ default = "https://example.org/debian-{version}.iso" }}\n' for version in ("12", "9")
)

PROFILES = tuple(f"name: default\nconfig: {text}\ndevices: {{}}\n" for text in ("{security.privileged: 'true'}", "{}"))
DEVICES = "{root: {type: disk, path: /, pool: a}}"
INSTANCES = (f"name: web\ntype: container\nprofiles: [default]\nconfig: {{limits.cpu: '1'}}\ndevices: {DEVICES}\n",)


def _several(parts: st.SearchStrategy[str], most: int) -> st.SearchStrategy[str]:
    return st.lists(parts, min_size=1, max_size=most).map("".join)


def _pods() -> st.SearchStrategy[str]:
    extras = ("", "  runtimeClassName: box\n", "  serviceAccountName: runner\n", "  hostNetwork: true\n", CLAIMING)
    pods = st.builds(
        POD.format,
        name=st.sampled_from(("web", "api")),
        labels=st.sampled_from(
            (
                "",
                ", namespace: shop",
                ", namespace: shop, labels: {app: web}",
                ", labels: {app: api, boundary-gate.io/sensitivity: restricted}",
                ", namespace: shop, annotations: {openshift.io/required-scc: ours}",
            )
        ),
        image=st.sampled_from(("shop/web:1", "shop/api:2", "other")),
        mounts=st.sampled_from(("", ", volumeMounts: [{name: data, mountPath: /data}]")),
        extra=st.lists(st.sampled_from(extras), max_size=2, unique=True).map("".join),
    )
    return st.one_of(pods, pods, pods, st.just(SET))


def _definitions() -> st.SearchStrategy[str]:
    classes = st.builds(
        CLASS.format, name=st.sampled_from(("box", "other")), handler=st.sampled_from(("runsc", "kata", "runc"))
    )
    accounts = st.builds(
        ACCOUNT.format,
        name=st.sampled_from(("default", "runner")),
        space=st.sampled_from(("", ", namespace: shop")),
        token=st.sampled_from(("true", "false")),
    )
    volumes = st.builds(
        VOLUME.format,
        path=st.sampled_from(("/", "/srv")),
        claim=st.sampled_from(("", ", claimRef: {name: data}", ", storageClassName: ''")),
    )
    claims = st.builds(
        CLAIM.format,
        space=st.sampled_from(("", ", namespace: shop")),
        more=st.sampled_from(("", ", volumeName: disk", ", storageClassName: fast")),
    )
    policies = st.builds(
        POLICY.format,
        space=st.sampled_from(("", ", namespace: shop")),
        selector=st.sampled_from(("{}", "{matchLabels: {app: web}}", "{matchLabels: {app: api}}")),
    )
    constraints = st.builds(CONSTRAINTS.format, user=st.sampled_from(("RunAsAny", "MustRunAsNonRoot")))
    bindings = st.builds(BINDING.format, scc=st.sampled_from(("anyuid", "privileged")))
    kinds = (classes, accounts, volumes, claims, policies, constraints, bindings, st.just(SPACE))
    return st.one_of(*kinds)


MANIFESTS = _several(st.one_of(_pods(), _definitions()), 3)
DECLARED, RECIPE = st.sampled_from((*DECLARATIONS, *DECLARATIONS, *WRONG)), st.sampled_from(RECIPES)
PROJECT, SERVICE = st.sampled_from(PROJECTS), st.sampled_from(SERVICES)

#: Every path there may be, with what may stand there.
PLACES: dict[str, st.SearchStrategy[str]] = {
    ".env": st.sampled_from(VARIABLES),
    ".gate.yaml": DECLARED,
    "Dockerfile": RECIPE,
    "api/Dockerfile": RECIPE,
    "alias": st.just(f"{LINK}team/api"),
    "chart/Chart.yaml": st.just("name: shop\n"),
    "chart/templates/web.yaml": st.just(TEMPLATE),
    "cluster/main.tf": st.sampled_from(FLEET),
    "ci/start.sh": st.sampled_from(SCRIPTS),
    "classes.yaml": _several(_definitions(), 2),
    "common/base.yaml": SERVICE,
    "common/compose.override.yaml": SERVICE,
    "compose.yaml": PROJECT,
    "kube/api.yaml": MANIFESTS,
    "kube/kustomization.yaml": st.sampled_from(KUSTOMIZATION),
    "kube/web.yaml": MANIFESTS,
    "mesos/web.json": st.sampled_from(APPS),
    "nomad/client.hcl": st.sampled_from(CLIENTS),
    "nomad/web.nomad": st.sampled_from(JOBS),
    "lxd/default.yaml": st.sampled_from(PROFILES),
    "lxd/web.yaml": st.sampled_from(INSTANCES),
    "quadlets/all.pod": st.sampled_from(PODS),
    "quadlets/web.container": st.sampled_from(UNITS),
    "quadlets/web.container.d/10.conf": st.sampled_from(DROP_INS),
    "recipe.txt": RECIPE,
    "rules.yaml": st.sampled_from(POLICIES),
    "team/.env": st.sampled_from(VARIABLES),
    "team/.gate.yaml": DECLARED,
    "team/Containerfile": st.just(f"{LINK}../recipe.txt"),
    "team/Dockerfile": RECIPE,
    "team/api/Dockerfile": RECIPE,
    "team/compose.override.yml": SERVICE,
    "team/compose.yaml": PROJECT,
    "team/deploy.yaml": MANIFESTS,
    "team/rules.yaml": st.sampled_from(POLICIES),
    "vm/http/user-data": st.sampled_from(("a\n", "b\n")),
    "vm/values.pkr.hcl": st.sampled_from(VALUES),
    "vm/web.auto.pkrvars.hcl": st.just('url = "https://example.org/ubuntu-24.04.iso"\n'),
    "vm/web.pkr.hcl": st.sampled_from(MACHINES),
}


#: Paths that are there before the change.
USUAL = ("Dockerfile", "api/Dockerfile", "rules.yaml", "team/Dockerfile", "team/api/Dockerfile", "team/rules.yaml")


class Change(NamedTuple):
    """Two states, what named paths are judged, and how the history leads from one to the other.

    `image` says that a built image is judged with them, `trusted` that the former state is trusted.
    """

    was: State
    now: State
    paths: tuple[str, ...]
    history: str
    image: bool = False
    trusted: bool = False


HISTORIES = ("linear", "uncommitted", "moved on", "merged")


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """A state, a few edits, deletions and moves, and a history."""
    paths = draw(st.lists(st.sampled_from(sorted(PLACES)), min_size=6, max_size=24, unique=True))
    was = {path: draw(PLACES[path]) for path in (*USUAL, *paths)}
    now = dict(was)
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(sorted(PLACES)))
        what = draw(st.sampled_from(("write", "write", "delete", "move")))
        if what == "write":
            now[path] = draw(PLACES[path])
        elif now and what == "delete":
            del now[draw(st.sampled_from(sorted(now)))]
        elif now:
            old = draw(st.sampled_from(sorted(now)))
            now[path] = now.pop(old)
    named = draw(st.sampled_from(((".",), (".",), ("team",), ("kube", "team"), ("kube/web.yaml", "compose.yaml"))))
    history = draw(st.sampled_from(HISTORIES))
    trusted = history != "moved on" and draw(st.integers(0, 3)) == 0
    return Change(was, now, named, history, draw(st.integers(0, 3)) == 0, trusted)


def put(folder: Path, state: State) -> Path:
    """Have a folder hold a state and nothing else but its `.git`."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.rglob("*"), reverse=True):
        if ".git" not in path.relative_to(folder).parts:
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    for name, text in state.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text.startswith(LINK):
            path.symlink_to(text.removeprefix(LINK))
        else:
            path.write_text(text, encoding="utf-8")
    return folder


def commit(folder: Path, state: State, *parents: str) -> str:
    """Commit a state with these parents, whatever is checked out, and stay there."""
    put(folder, state)
    git(folder, "add", "--all", "--force")
    tree = git(folder, "write-tree")
    made = git(folder, "commit-tree", tree, *(word for parent in parents for word in ("-p", parent)), "-m", "state")
    git(folder, "update-ref", "--no-deref", "HEAD", made)
    return made


def repository(folder: Path, change: Change) -> Path:
    """Make the history; `main` is where it goes against."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=work")
    aside = {"README.md": "aside\n", "Dockerfile": "FROM scratch\n"}
    if change.history == "merged":
        start = commit(folder, aside)
        main = commit(folder, change.was, start)
        own = commit(folder, {**aside, "own.txt": "1\n"}, start)
        commit(folder, change.now, own, main)
    else:
        start = main = commit(folder, change.was)
        if change.history == "moved on":
            main = commit(folder, {**change.was, **aside}, start)
            git(folder, "update-ref", "--no-deref", "HEAD", start)
        if change.history == "uncommitted":
            put(folder, change.now)
        else:
            commit(folder, change.now, start)
    git(folder, "update-ref", "refs/heads/main", main)
    return folder
