"""Floor 2b: one module per format. A reader turns a file into subjects and knows how its format spells a setting.

The tables say which files a reader may be asked about, by name and by what no file of its format lacks; whether the
file is its own, its `claims` decides from the content. A module is imported when the first such file turns up.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

#: How the files of Terraform and OpenTofu end.
TERRAFORM = (".tf", ".tofu", ".tf.json", ".tofu.json")

_YAML = (".yaml", ".yml")
_MANIFESTS = (*_YAML, ".json")
_TEMPLATES = (".in", ".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".templ", ".template", ".gotmpl", ".erb")

#: Scripts and units, which start containers and machines.
_SCRIPTS = (".sh", ".bash", ".ksh", ".zsh", ".service")
_RECIPES = ("dockerfile", "containerfile")
_DAEMONS = ("daemon.json", "docker-daemon.json", "docker_daemon.json")
_MAKEFILES = ("makefile", "gnumakefile")
_JENKINS = "jenkinsfile"

#: Scripts in languages that nobody reads, so that the ledger can say that they start containers.
_OTHER_SCRIPTS = (".ps1", ".psm1", ".bat", ".cmd", ".groovy", ".jenkinsfile")


def _is_recipe(name: str) -> bool:
    """Match `Dockerfile`, `api.dockerfile`, `Dockerfile-prod`, `Containerfile.dev` and their like."""
    name = name.lower()
    for word in _RECIPES:
        at = name.find(word)
        if at >= 0 and not name.endswith((".dockerignore", ".md")):
            before, after = name[:at], name[at + len(word) :]
            return before[-1:] in ("", ".", "_", "-") and after[:1] in ("", ".", "_", "-")
    return False


def _may_be_recipe(name: str) -> bool:
    """Match `DockerfileTask` and `Dockerfile1.alpine` as well, which are recipes where they begin as one."""
    return _is_recipe(name) or name.startswith(("Dockerfile", "Containerfile"))


def _is_yaml(name: str) -> bool:
    return name.lower().endswith(_YAML)


def _is_manifest(name: str) -> bool:
    """Match YAML and JSON, what a template of them is called (`pod.yaml.in`), and Terraform, which has every kind."""
    name = name.lower()
    template = name.endswith(_TEMPLATES) and name.rpartition(".")[0].endswith(_MANIFESTS)
    return template or name.endswith((*_MANIFESTS, *TERRAFORM))


def _is_packer(name: str) -> bool:
    return name.lower().endswith((".pkr.hcl", ".json"))


def _is_lxc(name: str) -> bool:
    """Match `config`, as in the folder of a container, `config_base`, `default.conf`, and what one is made from."""
    ends = (".conf", ".conf.in", ".lxc")
    return name == "config" or (name.startswith("config_") and "." not in name) or name.endswith(ends)


def _is_ecs(name: str) -> bool:
    return name.lower().endswith((*_YAML, ".json", ".template", *TERRAFORM))


def _is_incus(name: str) -> bool:
    """Match YAML, `microk8s.profile` and its like, and Terraform."""
    return name.lower().endswith((*_YAML, ".profile", *TERRAFORM)) and name != ".profile"


def _is_image(name: str) -> bool:
    return name in ("index.json", "oci-layout", "manifest.json", "config.json") or is_archive(name)


def is_shared(name: str) -> bool:
    """Match the files of which several readers take a part each: resources of Terraform, commands of scripts."""
    return name.lower().endswith((*TERRAFORM, *_SCRIPTS))


def words_of(reader: str, name: str) -> tuple[bytes, ...]:
    """Return the words of which a file of this name has to hold one for a reader; none where it need not."""
    found = IN_TERRAFORM.get(reader) if name.lower().endswith(TERRAFORM) else None
    return found or WORDS.get(reader, ())


#: Readers of which each takes its own commands of a script.
OF_COMMANDS = frozenset({"docker_run", "nspawn"})


def is_archive(name: str) -> bool:
    """Match the files of which no reader needs more than pieces."""
    return name.lower().endswith(".tar")


def _is_script(name: str) -> bool:
    """Match shell scripts, makefiles, pipelines and services; names without a dot may be those of scripts."""
    name = name.lower()
    suffixes = (".sh", ".bash", ".ksh", ".zsh", ".mk", ".service", *_OTHER_SCRIPTS, *_YAML)
    return name.endswith(suffixes) or name.partition(".")[0] in (*_MAKEFILES, _JENKINS) or is_bare(name)


def _is_docker_run(name: str) -> bool:
    """Match scripts, and Terraform, whose provider for Docker takes what the command line takes."""
    return _is_script(name) or name.lower().endswith(TERRAFORM)


def _is_quadlet(name: str) -> bool:
    """Match units of Podman and their drop-ins."""
    return name.endswith((".container", ".pod", ".kube", ".conf"))


def _is_nspawn(name: str) -> bool:
    """Match settings files of systemd-nspawn, drop-ins of units, and whatever may hold a command of it."""
    return name.endswith((".nspawn", ".conf")) or _is_script(name)


def _is_marathon(name: str) -> bool:
    """Match apps, and what a template of one is called."""
    return name.lower().endswith((".json", ".mustache"))


def _is_nomad(name: str) -> bool:
    """Match jobs and configurations of clients, and what a template of one is called."""
    name = name.lower()
    if name.endswith((".pkr.hcl", ".pkrvars.hcl", ".lock.hcl", ".tfvars", ".tftest.hcl")):
        return False
    return name.endswith((".nomad", ".hcl", ".json")) or ".nomad." in name or ".hcl." in name


def is_daemon(name: str) -> bool:
    """Match the configuration of a Docker engine, and what a template of one is called."""
    return name.lower().removesuffix(".j2").removesuffix(".tmpl").removesuffix(".tpl") in _DAEMONS


def _is_libvirt(name: str) -> bool:
    return name.lower().endswith((".xml", *_SCRIPTS))


def _is_bake(name: str) -> bool:
    """Match `docker-bake.hcl` and its like, and JSON that is called after it."""
    name = name.lower()
    return (name.endswith(".hcl") and not name.endswith(".pkr.hcl")) or (name.endswith(".json") and "bake" in name)


def _is_vmx(name: str) -> bool:
    return name.lower().endswith((".vmx", ".ovf", ".ova"))


def _is_xen(name: str) -> bool:
    return name.lower().endswith((".cfg", ".hvm", ".pv", ".pvh", ".xl"))


def _is_vbox(name: str) -> bool:
    return name.lower().endswith((".vbox", ".ovf"))


def _is_vagrant(name: str) -> bool:
    """Match `Vagrantfile`, `Vagrantfile.box` and the templates of boxes."""
    return "vagrantfile" in name.lower() and not name.lower().endswith((".md", ".erb", ".rb"))


def _is_powershell(name: str) -> bool:
    return name.lower().endswith((".ps1", ".psm1"))


def may_configure(name: str) -> bool:
    """Match what configures a Docker engine: its own file, and units of systemd with their drop-ins."""
    return is_daemon(name) or name.endswith((".service", ".conf"))


def may_be_client(path: str) -> bool:
    """Match what may configure a client of Nomad."""
    return path.lower().endswith(".hcl")


def is_bare(name: str) -> bool:
    """Match names that say nothing: of such files only those are read that begin as scripts do."""
    return "." not in name and not _is_recipe(name) and name.lower() not in (*_MAKEFILES, _JENKINS)


#: Name of the reader's module in this package, and the names of files it may be asked about, in order of asking.
READERS: dict[str, Callable[[str], bool]] = {
    "dockerfile": _may_be_recipe,
    "compose": _is_yaml,
    "kubernetes": _is_manifest,
    "packer": _is_packer,
    "ecs": _is_ecs,
    "clusters": _is_ecs,
    "oci": _is_image,
    "incus": _is_incus,
    "lxc": _is_lxc,
    "docker_run": _is_docker_run,
    "nspawn": _is_nspawn,
    "quadlet": _is_quadlet,
    "marathon": _is_marathon,
    "nomad": _is_nomad,
    "libvirt": _is_libvirt,
    "vmx": _is_vmx,
    "xen": _is_xen,
    "vbox": _is_vbox,
    "vagrant": _is_vagrant,
    "hyperv": _is_powershell,
    "docker_daemon": may_configure,
    "bake": _is_bake,
}

#: What services at the top level have, as they are mostly indented: only the first version of Compose has any there.
_FIRST = tuple(b"\n%b%b:" % (indent, key) for indent in (b"  ", b"    ") for key in (b"image", b"build"))

#: What a file of Terraform needs one of, for readers whose other files are recognised by more.
IN_TERRAFORM: dict[str, tuple[bytes, ...]] = {
    "kubernetes": (b"kubernetes_", b"docker_service", b"helm_release", b"kubectl_manifest"),
    "docker_run": (b"docker_container",),
}

#: Words of which every file of a format holds one, where files of other formats with such names are more common.
WORDS: dict[str, tuple[bytes, ...]] = {
    "docker_run": (b"docker", b"podman", b"nerdctl", b"kubectl", b"oc apply", b"oc create"),
    "nspawn": (b"nspawn", b"[Exec", b"[Files", b"[Network", b"[Service]", b"[Unit]"),
    "quadlet": (b"[Container]", b"[Pod]", b"[Kube]"),
    "bake": (b"target",),
    "marathon": (b'"instances"', b'"cpus"', b'"mem"'),
    "nomad": (b"job", b"Job", b"TaskGroups", b"client"),
    "compose": (b"services", b"include", *_FIRST),
    "ecs": (b"containerDefinitions", b"AWS::ECS::TaskDefinition", b"_ecs_task_definition", b"terraform-aws-modules/"),
    "clusters": (
        b"google_container_",
        b"aws_eks_",
        b"aws_ecs_capacity_provider",
        b"azurerm_kubernetes_cluster",
        b"AWS::EKS::",
        b"AWS::ECS::CapacityProvider",
        b"terraform-google-modules/",
        b"terraform-aws-modules/",
        b"Azure/",
    ),
    "libvirt": (b"<domain", b"qemu-system-", b"qemu-kvm", b"kvm ", b"virt-install"),
    "xen": (b"disk", b"vif", b"memory", b"kernel", b"bootloader"),
    "hyperv": (b"New-VM", b"new-vm"),
    "lxc": (b"lxc.",),
    "incus": (
        b"devices",
        b"security.",
        b"limits.",
        b"raw.",
        b"linux.kernel_modules",
        b"nvidia.",
        b"incus_",
        b"lxd_",
    ),
}
