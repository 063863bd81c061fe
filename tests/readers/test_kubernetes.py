"""Which files are manifests, which objects start pods, and what is said of those that cannot be judged."""

from __future__ import annotations

import json

import pytest

from gate.model.errors import UnrenderedError
from gate.model.evidence import Stated, Unknown
from gate.model.source import Source
from gate.model.workload import Workload
from gate.readers.kubernetes import READER
from tests.readers.kubernetes import POD, SPEC, Tree, read, workload, workloads

ONE = {"containers": [{"image": "i"}]}
UNRENDERED = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\nspec: {}\n"


def names(text: str, path: str = "k.yaml", files: dict[str, str] | None = None) -> list[str]:
    return [subject.id for subject in read(text, path, files).subjects]


# ------------------------------------------------------------------------------------------------- which files are ours


@pytest.mark.parametrize(
    "text",
    [
        POD,
        "a: b\n---\n" + POD,
        "kind: ConfigMap\napiVersion: v1\ndata: {}\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n",
        UNRENDERED,
        '{"kind": "Pod", "apiVersion": "v1"}',
        '{"k\\u0069nd": "Pod", "api\\u0056ersion": "v1"}',
        "apiVersion: v1\nkind: Pod\n\tspec: {}\n",
        '{"apiVersion":"v1","kind":"Pod","spec":{]}',
    ],
)
def test_manifests_are_claimed(text: str) -> None:
    assert READER.claims(Source("k.yaml", text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "services: {web: {image: i}}\n",
        "# apiVersion kind\na: b\n",
        "kind: Pod\nspec: {}\n",
        "apiVersion: 1\nkind: 2\n",
        "- apiVersion: v1\n  kind: Pod\n",
        "text: 'apiVersion: v1, kind: Pod'\n",
        "apiVersion: v2\nname: chart\ndescription: a kind of chart\n",
        "apiVersion\nkind\n",
        "{{ define }}\n",
    ],
)
def test_other_files_are_not(text: str) -> None:
    assert not READER.claims(Source("k.yaml", text.encode()))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_manifest_in_an_encoding_that_is_not_read_is_no_silent_pass(encoding: str) -> None:
    source = Source("k.yaml", ("\ufeff" + POD).encode(encoding))
    assert READER.claims(source)
    assert READER.read(source, Tree({})).problems


@pytest.mark.parametrize(
    "data", [b"\xff\xfeapiVersion kind", b"apiVersion: \xff\nkind: Pod", b"\0" * 9, b"apiVersion: &a [*a]\nkind: b"]
)
def test_claiming_never_raises(data: bytes) -> None:
    READER.claims(Source("k.yaml", data))


def test_json_is_read_as_well() -> None:
    text = json.dumps(
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"image": "i"}]}}
    )
    assert names(text, "k.json") == ["k.json#Pod/p"]


def test_what_is_not_quite_json_is_read_as_yaml_as_kubectl_does() -> None:
    text = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"image": "i"}]},}'
    assert names(text, "k.json") == ["k.json#Pod/p"]


def test_json_objects_may_follow_each_other() -> None:
    objects = [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": ONE} for name in "pq"]
    text = "\n".join(map(json.dumps, objects))
    assert names(text, "k.json") == ["k.json#Pod/p", "k.json#Pod/q"]
    reading = read(text + '\n{"apiVersion": "v1", "kind": "Pod", ', "k.json")
    assert len(reading.subjects) == 2
    assert [problem.at.line for problem in reading.problems] == [3]


# ------------------------------------------------------------------------------------------------- what starts pods


@pytest.mark.parametrize(
    ("version", "kind", "rest"),
    [
        ("v1", "Pod", f"spec: {SPEC}"),
        ("v1", "PodTemplate", f"template: {{spec: {SPEC}}}"),
        *(
            (version, kind, f"spec: {{template: {{spec: {SPEC}}}}}")
            for version, kind in (
                ("v1", "ReplicationController"),
                ("apps/v1", "Deployment"),
                ("extensions/v1beta1", "Deployment"),
                ("apps/v1", "ReplicaSet"),
                ("apps/v1", "StatefulSet"),
                ("apps/v1", "DaemonSet"),
                ("batch/v1", "Job"),
                ("argoproj.io/v1alpha1", "Rollout"),
                ("serving.knative.dev/v1", "Service"),
                ("serving.knative.dev/v1", "Configuration"),
                ("apps.openshift.io/v1", "DeploymentConfig"),
                ("v1", "DeploymentConfig"),
            )
        ),
        ("batch/v1", "CronJob", f"spec: {{jobTemplate: {{spec: {{template: {{spec: {SPEC}}}}}}}}}"),
        ("batch/v1beta1", "CronJob", f"spec: {{jobTemplate: {{spec: {{template: {{spec: {SPEC}}}}}}}}}"),
        ("serving.knative.dev/v1", "Revision", f"spec: {SPEC}"),
        ("keda.sh/v1alpha1", "ScaledJob", f"spec: {{jobTargetRef: {{template: {{spec: {SPEC}}}}}}}"),
        ("agents.x-k8s.io/v1alpha1", "Sandbox", f"spec: {{podTemplate: {{spec: {SPEC}}}}}"),
    ],
)
def test_kinds_that_start_pods(version: str, kind: str, rest: str) -> None:
    found = workload(f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: w, namespace: shop}}\n{rest}\n")
    assert (found.id, found.kind, found.name, found.namespace) == (f"k.yaml#shop/{kind}/w", kind, "w", "shop")
    assert found.platform == ("openshift" if version.startswith("apps.openshift.io") else "kubernetes")
    assert len(found.containers.members) == 1


def test_an_object_with_several_templates_is_several_workloads() -> None:
    job = f"{{template: {{spec: {{template: {{spec: {SPEC}}}}}}}}}"
    text = "apiVersion: jobset.x-k8s.io/v1alpha2\nkind: JobSet\nmetadata: {name: s}\n"
    text += f"spec: {{replicatedJobs: [{{name: a, {job[1:]}, {{name: b, {job[1:]}]}}\n"
    assert [one.id for one in workloads(text)] == ["k.yaml#JobSet/s/a", "k.yaml#JobSet/s/b"]


def test_the_templates_of_one_object_go_by_their_keys_names_and_places() -> None:
    jobs = f"{{Master: {{template: {{spec: {SPEC}}}}}, Worker: {{template: {{spec: {SPEC}}}}}}}"
    torch = "apiVersion: kubeflow.org/v1\nkind: PyTorchJob\nmetadata: {name: t}\nspec: {pytorchReplicaSpecs: %s}\n"
    assert names(torch % jobs) == ["k.yaml#PyTorchJob/t/Master", "k.yaml#PyTorchJob/t/Worker"]
    group = f"{{template: {{spec: {SPEC}}}}}"
    ray = "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: r}\n"
    ray += f"spec: {{headGroupSpec: {group}, workerGroupSpecs: [{group}, {group}]}}\n"
    assert names(ray) == ["k.yaml#RayCluster/r/headGroupSpec", "k.yaml#RayCluster/r/0", "k.yaml#RayCluster/r/1"]


@pytest.mark.parametrize("tasks", ["text", "[text]", "{a: text}", "[{template: text}]", "[{template: {}}]"])
def test_templates_that_are_none_are_problems(tasks: str) -> None:
    text = f"apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nmetadata: {{name: j}}\nspec: {{tasks: {tasks}}}\n"
    reading = read(text)
    assert len(reading.problems) == 1
    assert reading.subjects == ()


def test_an_analysis_that_starts_no_job_starts_no_pod() -> None:
    text = "apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {name: a}\n"
    job = f"{{job: {{spec: {{template: {{spec: {SPEC}}}}}}}}}"
    text += f"spec: {{metrics: [{{name: m, provider: {{web: {{}}}}}}, {{name: second, provider: {job}}}]}}\n"
    reading = read(text)
    assert [subject.id for subject in reading.subjects] == ["k.yaml#AnalysisTemplate/a/second"]
    assert reading.problems == ()


def test_the_core_service_starts_nothing() -> None:
    assert names("apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: []}\n") == []


def test_every_document_of_a_file_and_every_member_of_a_list_is_read() -> None:
    second = POD.replace("name: p", "name: q")
    pods = [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": ONE} for name in "rs"]
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": pods})
    assert names(f"{POD}---\n{second}---\n---\n{listed}") == [f"k.yaml#Pod/{name}" for name in "pqrs"]


def test_a_typed_list_says_what_its_members_are() -> None:
    text = "apiVersion: apps/v1\nkind: DeploymentList\nitems:\n"
    text += f"- metadata: {{name: d}}\n  spec: {{template: {{spec: {SPEC}}}}}\n"
    assert names(text) == ["k.yaml#Deployment/d"]


def test_lists_within_lists_come_to_an_end() -> None:
    text = '{"apiVersion": "v1", "kind": "List", "items": [' * 60 + "]}" * 60
    assert len(read(text).problems) == 1


def test_two_objects_of_one_name_are_both_judged() -> None:
    assert names(f"{POD}---\n{POD}") == ["k.yaml#Pod/p", "k.yaml#Pod/p@2"]


def test_a_generated_name_will_do() -> None:
    assert names(POD.replace("name: p", "generateName: p-")) == ["k.yaml#Pod/p-"]


# ------------------------------------------------------------------------------------------- what cannot be judged


@pytest.mark.parametrize(
    ("spec", "line", "cause"),
    [
        ("spec: {}", 4, "has no containers"),
        ("spec:\n  containers: []", 5, "has containers that are no list of containers"),
        ("spec:\n  containers: {name: c}", 5, "has containers that are no list of containers"),
        ("spec:\n  containers: null", 5, "has no containers"),
        ("spec:\n  containers:\n  - text", 6, "lists something in `containers` that is no container"),
        ("spec:\n  containers: [{image: i}]\n  initContainers: [3]", 6, "lists something in `initContainers`"),
        ("spec: text", 4, "has no pod to start"),
        ("status: {}", 1, "has no pod to start"),
    ],
)
def test_a_pod_that_would_be_refused_is_a_problem_with_a_place(spec: str, line: int, cause: str) -> None:
    reading = read(f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\n{spec}\n---\n{POD}")
    (problem,) = reading.problems
    assert cause in problem.cause
    assert (problem.at.path, problem.at.line) == ("k.yaml", line)
    assert problem.remedy
    assert [subject.id for subject in reading.subjects] == ["k.yaml#Pod/p"]


def test_a_controller_without_a_template_is_a_problem() -> None:
    (problem,) = read("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {replicas: 1}\n").problems
    assert "spec.template" in problem.cause


def test_a_rollout_may_point_at_the_template_of_another_object() -> None:
    reading = read("apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: r}\nspec: {workloadRef: {}}\n")
    assert (reading.subjects, reading.problems) == ((), ())


def test_a_broken_document_hides_no_other() -> None:
    reading = read(f"{POD}---\napiVersion: v1\nkind: Pod\n\tspec: [\n---\n{POD.replace('name: p', 'name: q')}")
    assert [subject.id for subject in reading.subjects] == ["k.yaml#Pod/p", "k.yaml#Pod/q"]
    assert [problem.at.line for problem in reading.problems] == [8]


def test_a_pod_without_version_and_kind_is_no_silent_pass() -> None:
    (problem,) = read(f"{POD}---\nspec: {SPEC}\n").problems
    assert "apiVersion" in problem.cause


def test_a_template_is_reported_once_and_the_documents_that_can_be_read_are_judged() -> None:
    reading = read(f"{UNRENDERED}---\n{UNRENDERED}---\n{POD}")
    assert [type(problem) for problem in reading.problems] == [UnrenderedError]
    assert [subject.id for subject in reading.subjects] == ["k.yaml#Pod/p"]


def test_a_template_that_starts_nothing_is_not_worth_a_word() -> None:
    reading = read(UNRENDERED.replace("Pod", "ConfigMap"))
    assert (reading.subjects, reading.problems) == ((), ())


@pytest.mark.parametrize("kind", ["{{ .Values.kind }}", "Deployment", "List"])
def test_a_template_that_may_start_pods_is(kind: str) -> None:
    assert read(UNRENDERED.replace("kind: Pod", f"kind: {kind}")).problems


def test_a_chart_template_is_a_template_even_where_it_can_be_read() -> None:
    text = POD.replace("image: i", 'image: "{{ .Values.image }}"')
    chart = {"c/Chart.yaml": "name: c\n"}
    reading = read(text, "c/templates/sub/k.yaml", chart)
    assert [type(problem) for problem in reading.problems] == [UnrenderedError]
    (subject,) = reading.subjects
    assert isinstance(subject, Workload)
    (member,) = subject.containers.members
    assert isinstance(member, Stated)
    assert isinstance(member.value.image, Unknown)
    assert read(text, "c/other/k.yaml", chart).problems == ()


@pytest.mark.parametrize(
    "kustomization",
    [
        "patches: [{path: patch.yaml}]",
        "patchesStrategicMerge: [./patch.yaml]",
    ],
)
def test_a_patch_is_neither_judged_nor_refused(kustomization: str) -> None:
    above = kustomization.replace("./", "").replace("patch.yaml", "o/patch.yaml")
    for spec in ("{replicas: 1}", "{template: {spec: {containers: [{name: c, securityContext: {}}]}}}"):
        patch = f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d}}\nspec: {spec}\n"
        for path, text in (("o/kustomization.yaml", kustomization), ("kustomization.yml", above)):
            reading = read(patch, "o/patch.yaml", {path: text})
            assert [type(problem) for problem in reading.problems] == [UnrenderedError]
            assert reading.subjects == ()


@pytest.mark.parametrize("marker", ["", "$patch: delete\n"])
def test_calling_a_manifest_a_patch_does_not_keep_it_from_being_judged(marker: str) -> None:
    files = {"kustomization.yaml": "" if marker else "patches: [{path: pod.yaml}]"}
    reading = read(POD + marker, "pod.yaml", files)
    assert [type(problem) for problem in reading.problems] == [UnrenderedError]
    assert [subject.id for subject in reading.subjects] == ["pod.yaml#Pod/p"]


def test_what_a_kustomization_lists_is_judged() -> None:
    files = {"o/kustomization.yaml": "resources: [pod.yaml]\npatches: [{path: patch.yaml}, {patch: text}]\n"}
    assert names(POD, "o/pod.yaml", files) == ["o/pod.yaml#Pod/p"]


@pytest.mark.parametrize(("changing", "entries"), [("resources: [a]", 0), ("patches: [{patch: text}]", 1)])
def test_a_kustomization_that_changes_things_is_in_the_ledger(changing: str, entries: int) -> None:
    reading = read(f"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n{changing}\n")
    assert len(reading.skipped) == entries
    assert reading.problems == ()


@pytest.mark.parametrize("version", ["example.com/v1", "v9/v1"])
@pytest.mark.parametrize(
    "inside",
    [
        f"{{template: {{spec: {SPEC}}}, more: {{sidecars: [{{image: i}}]}}}}",
        f"{{deep: [{{pod: {SPEC}}}]}}",
        "{templates: [{name: a, container: {image: i}}]}",
        "{templates: [{name: a, script: {image: i, source: s}}]}",
        "{steps: [{name: a, image: i}]}",
        "{workflowSpec: {templates: [{sidecars: [{image: i}]}]}}",
    ],
)
def test_an_unknown_kind_with_a_container_in_it_is_no_pass(version: str, inside: str) -> None:
    (problem,) = read(f"apiVersion: {version}\nkind: Thing\nspec: {inside}\n").problems
    assert isinstance(problem, UnrenderedError)
    assert problem.cause.startswith(f"Thing of group {version.partition('/')[0]} may start pods")


def test_an_unknown_kind_without_a_pod_is_not() -> None:
    reading = read("apiVersion: example.com/v1\nkind: Thing\nspec: {containers: {items: {image: i}}, image: i}\n")
    assert (reading.skipped, reading.problems) == ((), ())
