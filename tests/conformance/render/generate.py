"""Charts and overlays whose lines say which they are: `# at N` in the output has to come from `# at N` in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

CONTAINER = ("privileged: true", "allowPrivilegeEscalation: false", "readOnlyRootFilesystem: true", "runAsUser: 0")
POD = ("hostPID: true", "hostIPC: true", "hostNetwork: true", "automountServiceAccountToken: false")

HELPERS = """\
{{- define "made.labels" -}}
app: made
{{- if .Values.more }}
more: {{ .Values.more | quote }}
{{- end }}
{{- end -}}
"""

VALUES = "more: yes\nlist: [a, b]\nsecurity:\n  privileged: true\n  runAsUser: 0\nempty: {}\n"


class Lines:
    """Lines of a template, each with a number of its own."""

    def __init__(self, random: Random) -> None:
        """Start with none."""
        self.random = random
        self.lines: list[str] = []

    def add(self, indent: int, text: str) -> None:
        """Add a line that says which it is."""
        self.lines.append(f"{' ' * indent}{text} # at {len(self.lines) + 1}")

    def raw(self, text: str) -> None:
        """Add a line of the template language alone."""
        self.lines.append(text)

    def perhaps(self, indent: int, texts: tuple[str, ...]) -> None:
        """Add some of several lines, each in a block, in a branch that is taken or not, or as it is."""
        for text in texts:
            choice = self.random.randrange(6)
            if choice == 0:
                self.raw(f"{' ' * indent}{{{{- if $.Values.more }}}}")
                self.add(indent, text)
                self.raw(f"{' ' * indent}{{{{- else -}}}}")
                self.add(indent, text)
                self.raw(f"{' ' * indent}{{{{- end }}}}")
            elif choice == 1:
                self.raw("{{ if $.Values.nothing -}}")
                self.add(indent, text)
                self.raw("{{- end }}")
                self.add(indent, text)
            elif choice == 2:
                self.raw("{{- /* of two")
                self.raw("lines: }} */ -}}" if self.random.random() < 0.3 else "lines */}}")
                self.add(indent, text)
            elif choice == 3:
                self.add(indent, text)

    def text(self, ending: str) -> str:
        """Return them."""
        return ending.join([*self.lines, ""]) if self.random.random() < 0.8 else ending.join(self.lines)


def template(random: Random) -> str:
    """Return one template of one to three documents."""
    lines = Lines(random)
    for _ in range(random.randint(1, 3)):
        if random.random() < 0.5:
            lines.raw("---")
        _document(lines, random)
        lines.raw("---")
    return lines.text(random.choice(("\n", "\n", "\r\n")))


def _document(lines: Lines, random: Random) -> None:
    name = f"made-{random.randrange(10**6)}"
    lines.add(0, "apiVersion: v1")
    lines.add(0, "kind: Pod")
    lines.add(0, "metadata:")
    lines.add(2, f"name: {name}")
    if random.random() < 0.5:
        lines.raw('  labels: {{- include "made.labels" $ | nindent 4 }}')
    lines.add(0, "spec:")
    lines.perhaps(2, POD)
    lines.add(2, "containers:")
    ranged = random.random() < 0.3
    if ranged:
        lines.raw("  {{- range $name := .Values.list }}")
    lines.add(2, "- name: {{ $name }}" if ranged else "- name: a")
    lines.add(4, "image: nginx:1")
    if random.random() < 0.3:
        lines.raw("    {{- with $.Values.security }}")
        lines.add(4, "securityContext:")
        lines.raw("      {{- toYaml . | nindent 6 }}")
        lines.raw("    {{- end }}")
    elif random.random() < 0.7:
        lines.add(4, "securityContext:")
        lines.perhaps(6, CONTAINER)
    if random.random() < 0.3:
        lines.add(4, "args:")
        lines.add(4, "- |")
        lines.add(6, "some text")
    if ranged:
        lines.raw("  {{- end }}")


def chart(folder: Path, random: Random, *, depth: int = 0) -> None:
    """Write a chart, perhaps with others in it."""
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text(f"apiVersion: v2\nname: {folder.name}\nversion: 1.0.0\n")
    (folder / "values.yaml").write_text(VALUES)
    (folder / "templates" / "_helpers.tpl").write_text(HELPERS)
    for number in range(random.randint(1, 3)):
        (folder / "templates" / f"t{number}.yaml").write_bytes(template(random).encode())
    if depth < 2 and random.random() < 0.3:
        chart(folder / "charts" / f"inner{depth}", random, depth=depth + 1)


def overlays(folder: Path, random: Random) -> None:
    """Write a base and two overlays of it."""
    base = folder / "base"
    base.mkdir(parents=True)
    names = [f"pod{number}" for number in range(random.randint(1, 3))]
    for name in names:
        some = [f"  {text}\n" for text in random.sample(POD, 2)]
        inner = [f"      {text}\n" for text in random.sample(CONTAINER, random.randint(1, 3))]
        body = f"{''.join(some)}  containers:\n  - name: a\n    securityContext:\n{''.join(inner)}    image: nginx\n"
        (base / f"{name}.yaml").write_text(f"apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\nspec:\n{body}")
    (base / "kustomization.yaml").write_text(f"resources: [{', '.join(f'{name}.yaml' for name in names)}]\n")
    for overlay in ("dev", "prod"):
        target = random.choice(names)
        (folder / overlay).mkdir()
        patch = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {target}}}\nspec:\n  {random.choice(POD)}\n"
        (folder / overlay / "patch.yaml").write_text(patch)
        said = ["resources: [../base]", "patches:", "- path: patch.yaml"]
        if random.random() < 0.5:
            operation = '[{"op": "add", "path": "/spec/containers/0/securityContext/privileged", "value": true}]'
            said += [f"- target: {{kind: Pod, name: {target}}}", f"  patch: '{operation}'"]
        said += random.sample(["namePrefix: my-", "namespace: shop", "images: [{name: nginx, newTag: '1'}]"], 2)
        (folder / overlay / "kustomization.yaml").write_text("\n".join([*said, ""]))
