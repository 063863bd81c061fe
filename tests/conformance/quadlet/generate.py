"""Makes folders of quadlets, with keys in every form that they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

VALUES: dict[str, tuple[str, ...]] = {
    "AddCapability": ("SYS_ADMIN", "net_admin CAP_SYS_TIME", '"ALL"', "all", ""),
    "AddDevice": ("/dev/sda", "/dev/fuse:/dev/fuse:rw", "-/dev/kvm", "/dev/a /dev/b:r", "vendor.com/gpu=all"),
    "Annotation": ("a=b", "io.katacontainers.config.hypervisor.path=/x", '"run.oci.handler=krun" c=d'),
    "AutoUpdate": ("registry",),
    "CgroupsMode": ("no-conmon",),
    "ContainerName": ("web", '"db"', "%p-x"),
    "ContainersConfModule": ("/etc/x.conf",),
    "DropCapability": ("ALL", "all", "mknod NET_RAW", "", "CAP_CHOWN"),
    "Environment": ("A=b", '"A=b c" D=e', "A=--privileged"),
    "Exec": ("sleep 10", '--privileged "a b"'),
    "GlobalArgs": ("--log-level=debug", "--runtime runsc", "--runtime=crun --remote"),
    "GroupAdd": ("wheel",),
    "HostName": ("--privileged",),
    "Label": ("a=b", "gate.class=restricted", '"x=y z"'),
    "Mask": ("/proc/x:/proc/y",),
    "Memory": ("512m", '"1g"'),
    "Mount": (
        "type=bind,source=/etc,target=/x",
        "type=bind,src=./data,dst=/x,ro=true",
        "type=volume,source=data,target=/x",
        "type=tmpfs,tmpfs-size=64m,dst=/x",
        '"type=bind,source=/a b,target=/x"',
        "type=volume,source=named.volume,target=/x",
    ),
    "Network": ("host", "none", "mine", "my.network", "other.container", "my.network:ip=10.0.0.1", "container:db", ""),
    "NoNewPrivileges": ("true", "false", "yes", "0", "On", "maybe"),
    "Notify": ("true",),
    "PidsLimit": ("100", "-1"),
    "PodmanArgs": (
        "--privileged",
        "--pid host",
        "-v /:/host:ro --device=/dev/sda",
        "--security-opt seccomp=unconfined",
        '"--cap-add" ALL',
        "--read-only=false",
        "--user 0 --userns=host",
        "--runtime=kata",
        "--unknown x",
        "-ti",
        "",
    ),
    "PublishPort": ("80:80",),
    "ReadOnly": ("true", "false", "1"),
    "ReadOnlyTmpfs": ("true",),
    "RunInit": ("yes",),
    "SeccompProfile": ("unconfined", "/etc/x.json", '"unconfined"'),
    "SecurityLabelDisable": ("true", "false"),
    "SecurityLabelFileType": ("usr_t",),
    "SecurityLabelLevel": ("s0:c1",),
    "SecurityLabelNested": ("true",),
    "SecurityLabelType": ("spc_t", "container_t"),
    "SubUIDMap": ("app",),
    "Sysctl": ("net.core.somaxconn=1", "a=b c=d"),
    "Tmpfs": ("/run", "/run:size=1m"),
    "UIDMap": ("0:100000:65536", "0:0:1 1:100000:10"),
    "Ulimit": ("nofile=1024",),
    "Unmask": ("ALL", "/proc/kcore:/sys/firmware", "/sys/fs/cgroup"),
    "User": ("1000", "root", "app", "", '"0"'),
    "UserNS": ("auto", "keep-id:uid=1000", "host", "nomap"),
    "Volume": (
        "/etc:/x",
        "/:/host:ro,rslave",
        "./data:/x",
        "../up:/x:Z",
        "data:/x",
        "/x",
        "named.volume:/x:ro",
        "absent.volume:/x",
        "/run/podman/podman.sock:/s",
        "/srv:/x:O",
        "/home/x:/y",
    ),
    "WorkingDir": ("/x",),
    "Nonsense": ("1",),
    "Privileged": ("true",),
}
SIBLINGS = {
    "my.network": "[Network]\n",
    "other.container": "[Container]\nImage=x\nContainerName=db\n",
    "named.volume": "[Volume]\n",
    "made.build": "[Build]\nImageTag=localhost/made:1\n",
    "fetched.image": "[Image]\nImage=registry.example/web:2\n",
}
IMAGES = ("nginx", "registry.example/web:1.4", "made.build", "fetched.image", '"quoted"')


def folder(chance: Random) -> dict[str, str]:
    """Return the texts of some units by their names."""
    lines = ["[Container]"]
    if chance.random() < 0.97:
        lines.append(f"Image={chance.choice(IMAGES)}")
    elif chance.random() < 0.5:
        lines.append("Rootfs=/srv/root")
    for _ in range(chance.randint(0, 8)):
        key = chance.choice(list(VALUES))
        if key in ("Nonsense", "Privileged", "ContainersConfModule") and chance.random() < 0.8:
            continue
        lines.append(_line(chance, key, chance.choice(VALUES[key])))
    if chance.random() < 0.1:
        lines.append("Group=1000")
    if chance.random() < 0.2:
        lines += ["[Service]", "Restart=always"]
    if chance.random() < 0.03:
        lines.append("neither a key nor a section")
    return {"web.container": "\n".join(lines) + "\n", **SIBLINGS}


def _line(chance: Random, key: str, value: str) -> str:
    form = chance.random()
    if form < 0.1:
        return f"{key} = {value}"
    if form < 0.2 and " " in value:
        first, _, rest = value.partition(" ")
        return f"{key}={first} \\\n  {rest}"
    if form < 0.25 and value:
        return f"# a comment\n{key}={value} "
    return f"{key}={value}"
