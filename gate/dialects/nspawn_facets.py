"""What the settings of systemd-nspawn come to, as the facets of one container.

Sources: systemd-nspawn(1), by which a container without a user namespace must run nothing untrusted; systemd 252
`src/nspawn/nspawn-seccomp.c` for the filter, a list of what is allowed, and `docs/ENVIRONMENT.md` for the variables.
"""

from __future__ import annotations

from gate.dialects.interpolation import GAP
from gate.dialects.nspawn_capabilities import Kept
from gate.dialects.nspawn_mounts import devices, mounts
from gate.dialects.nspawn_networks import network, said
from gate.dialects.nspawn_options import CGROUP_NAMESPACE, SECCOMP, SHARES, WRITABLE, boolean
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, Unknown, known
from gate.model.record import Record
from gate.model.workload import (
    Confinement,
    Container,
    Exposure,
    Namespaces,
    Privilege,
    Profile,
    Resources,
    SELinux,
    User,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.nspawn_settings import Given, Settings
    from gate.model.evidence import Setting
    from gate.model.location import Location

NO_SUCH = "a system container has no such setting"
NO_APPARMOR = "systemd-nspawn has no profile of AppArmor"

#: A filter that lets every call through that there is.
_EVERYTHING = "@known"


class Start(Record):
    """How a container is started, beside its settings.

    `environment` are the variables that count; `properties` those of the unit that it runs in; `devices_closed` says
    that the unit keeps devices closed; `root` is its root file system where that may be the host's own.
    """

    environment: dict[str, Given]
    properties: dict[str, list[Given]]
    devices_closed: bool
    shares_all: Given | None
    selinux: Given | None
    root: Setting[str] | None


def container(name: str, settings: Settings, start: Start) -> Container:
    """Return the one container."""
    at, kept, users = settings.at, Kept(settings), user_namespace(settings)
    return Container(
        name,
        "main",
        at,
        Inapplicable("it starts from a folder or a disk, and names no image", at),
        "cri",
        _privilege(settings, start, kept, users),
        _confinement(settings, start),
        Exposure(
            mounts(settings, start.root),
            Items(tuple(devices(settings)), at),
            _device_rules(start, kept, users, at),
            Items((), at),
            Items((), at),
            Items((), at),
            Items((), at),
            Items((), at),
        ),
        Resources(_read_only(settings), _limit(start, at, "MemoryMax", "MemoryLimit"), _limit(start, at, "TasksMax")),
    )


def namespaces(settings: Settings, start: Start) -> Namespaces:
    """Return which namespaces are the container's own."""
    at = settings.at
    return Namespaces(
        _namespace("pid", start, at),
        network(settings),
        _namespace("ipc", start, at),
        _namespace("uts", start, at),
        user_namespace(settings),
        _cgroup_namespace(start, at),
    )


def user_namespace(settings: Settings) -> Setting[str]:
    """Return `remapped` where no user of the container is root of the host."""
    given = settings.last("PrivateUsers")
    if given is None:
        return Defaulted("host", settings.at)
    if given.reason:
        return Unknown(given.reason, given.at)
    if given.value == "yes":
        return Unknown(
            "the owner of the files decides which users it maps, and of root's own they are root's", given.at
        )
    return said(given, "remapped" if given.value == "remapped" else "host")


def _namespace(name: str, start: Start, at: Location) -> Setting[str]:
    """Return what the last that speaks of a namespace says: variables come behind the flag."""
    found: Setting[str] = Defaulted("private", at)
    if start.shares_all is not None:
        found = Stated("host", start.shares_all.at)
    for variable, shared in SHARES.items():
        given = start.environment.get(variable)
        if given is not None and name in shared:
            on = _switch(given)
            found = on if isinstance(on, Unknown) else Stated("host" if on.value else "private", given.at)
    return found


def _cgroup_namespace(start: Start, at: Location) -> Setting[str]:
    given = start.environment.get(CGROUP_NAMESPACE)
    if given is None:
        return Defaulted("private", at)
    found = _switch(given)
    if isinstance(found, Unknown):
        return found
    return Stated("private" if found.value else "host", given.at)


def _switch(given: Given) -> Stated[bool] | Unknown:
    truth = None if given.reason else boolean(given.value)
    if truth is None:
        return Unknown(given.reason or f"`{given.value[:40]}` is no boolean", given.at)
    return Stated(truth, given.at)


def _privilege(settings: Settings, start: Start, kept: Kept, users: Setting[str]) -> Privilege:
    added, dropped = kept.items()
    nnp, user = settings.last("NoNewPrivileges"), settings.last("User")
    no_new: Setting[bool] = Defaulted(False, settings.at)
    if nnp is not None:
        no_new = Unknown(nnp.reason, nnp.at) if nnp.reason else said(nnp, nnp.value == "yes")
    who: Setting[User] = Defaulted(User("root", 0), settings.at)
    if user is not None:
        unknown = user.reason or GAP in user.value
        who = Unknown(user.reason, user.at) if unknown else said(user, User.named(user.value))
    return Privilege(
        _privileged(start, kept, users),
        added,
        dropped,
        no_new,
        who,
        Inapplicable(NO_SUCH, who.at),
        Inapplicable(NO_SUCH, settings.at),
    )


def _privileged(start: Start, kept: Kept, users: Setting[str]) -> Setting[bool]:
    """Say whether root of the host is confined by nothing that holds it: it keeps what leads out of the container."""
    if known(users) == "remapped":
        return Defaulted(False, users.at)
    out, at = kept.leads_out(makes_nodes=not start.devices_closed)
    if out is False:
        return Defaulted(False, kept.at)
    if isinstance(users, Unknown):
        return users
    if out is None:
        return Unknown("which capabilities it keeps is not known", at)
    return Stated(True, users.at if isinstance(users, Stated) else at)


def _confinement(settings: Settings, start: Start) -> Confinement:
    at = settings.at
    writable = start.environment.get(WRITABLE)
    proc: Setting[str] = Defaulted("default", at)
    if writable is not None and writable.value != "network":
        found = _switch(writable)
        proc = found if isinstance(found, Unknown) else Stated("rw" if found.value else "default", writable.at)
    selinux: Setting[SELinux] = Defaulted(SELinux("", "", ""), at)
    if start.selinux is not None:
        given = start.selinux
        kind = (*given.value.split(":"), "", "", "")[2]
        weak = "unconfined" in kind or kind == "spc_t"
        selinux = Unknown(given.reason, given.at) if given.reason else said(given, SELinux("", "", "", disabled=weak))
    return Confinement(_filter(settings, start), Inapplicable(NO_APPARMOR, at), selinux, proc, Defaulted(False, at))


def _filter(settings: Settings, start: Start) -> Setting[Profile]:
    """Return the filter: systemd-nspawn's own list, a changed one, or none where a variable turns it off."""
    off = start.environment.get(SECCOMP)
    if off is not None:
        found = _switch(off)
        if isinstance(found, Unknown):
            return found
        if not found.value:
            return Stated(Profile("unconfined"), off.at)
    changed = settings.all("SystemCallFilter")
    for given in changed:
        if given.reason or GAP in given.value:
            return Unknown(given.reason, given.at)
        if _EVERYTHING in given.value.split():
            return Stated(Profile("unconfined", _EVERYTHING), given.at, given.via)
    if changed:
        return said(changed[-1], Profile("custom", changed[-1].value))
    return Defaulted(Profile("runtime-default"), settings.at)


def _read_only(settings: Settings) -> Setting[bool]:
    """Say whether the root is only read: `state` keeps it so, and the other ways lay something writable over it."""
    volatile, given = settings.last("Volatile"), settings.last("ReadOnly")
    if volatile is not None and volatile.value != "no":
        if volatile.reason:
            return Unknown(volatile.reason, volatile.at)
        return said(volatile, volatile.value == "state")
    if given is None:
        return Defaulted(False, settings.at)
    return Unknown(given.reason, given.at) if given.reason else said(given, given.value == "yes")


def _limit(start: Start, at: Location, *names: str) -> Setting[str]:
    """Return a limit of the unit that the container runs in."""
    for name in names:
        for given in reversed(start.properties.get(name, ())):
            if given.reason:
                return Unknown(given.reason, given.at)
            return said(given, "" if given.value in ("infinity", "max", "") else given.value)
    return Defaulted("", at)


def _device_rules(start: Start, kept: Kept, users: Setting[str], at: Location) -> Items[str]:
    """Return what the unit opens beyond its template, which counts for whoever can make a node: root of the host."""
    found: list[Setting[str]] = []
    if known(users) == "host" and kept.keeps("MKNOD") is not False:
        for given in start.properties.get("DeviceAllow", ()):
            word = given.value.partition(" ")[0]
            if given.stated and (word.startswith("block-") or word == "/dev"):
                found.append(Stated(f"b {word} rwm", given.at))
    return Items(tuple(found), at)
