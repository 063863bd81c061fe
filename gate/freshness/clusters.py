"""Where the versions and the node images of managed clusters stand in their lives.

Sources: endoflife.date for GKE, EKS, AKS and Kubernetes. Google moves clusters of a release channel on by itself, the
Extended channel excepted; Amazon extends support without being asked unless `STANDARD` is; Microsoft for its long-term
support plan alone. Node images: the providers' lists of AMI types, AMI families, OS SKUs and image types.
"""

from __future__ import annotations

from gate.freshness.support import support
from gate.model.evidence import Stated, Unknown, known
from gate.model.truth import no, unknown, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.freshness.support import Support
    from gate.model.cluster import Cluster, NodePool
    from gate.model.evidence import Setting
    from gate.model.lifecycle import Lifecycle, Tables
    from gate.model.location import Location
    from gate.model.truth import Truth

PRODUCTS = {"gke": "google-kubernetes-engine", "eks": "amazon-eks", "aks": "azure-kubernetes-service"}
UPSTREAM = "kubernetes"

#: Release channels of GKE that keep moving a cluster on.
MOVING = frozenset({"RAPID", "REGULAR", "STABLE"})
EXTENDED = "EXTENDED"

#: What the name of a node image begins with, without regard to case, and the release that it is.
IMAGES = (
    ("gke", "windows_sac", "windows-server", "20h2-sac"),
    ("eks", "al2023", "amazon-linux", "2023"),
    ("eks", "al2", "amazon-linux", "2"),
    ("eks", "windows2019", "windows-server", "2019"),
    ("eks", "windows2022", "windows-server", "2022"),
    ("eks", "windows2025", "windows-server", "2025"),
    ("eks", "amazonlinux2023", "amazon-linux", "2023"),
    ("eks", "amazonlinux2", "amazon-linux", "2"),
    ("eks", "ubuntu1804", "ubuntu", "18.04"),
    ("eks", "ubuntu2004", "ubuntu", "20.04"),
    ("eks", "ubuntu2204", "ubuntu", "22.04"),
    ("eks", "ubuntu2404", "ubuntu", "24.04"),
    ("eks", "ubuntu2604", "ubuntu", "26.04"),
    ("eks", "ubuntupro2004", "ubuntu", "20.04"),
    ("eks", "ubuntupro2204", "ubuntu", "22.04"),
    ("eks", "ubuntupro2404", "ubuntu", "24.04"),
    ("eks", "ubuntupro2604", "ubuntu", "26.04"),
    ("eks", "windowsserver2004", "windows-server", "2004-sac"),
    ("eks", "windowsserver20h2", "windows-server", "20h2-sac"),
    ("eks", "windowsserver2019", "windows-server", "2019"),
    ("eks", "windowsserver2022", "windows-server", "2022"),
    ("eks", "windowsserver2025", "windows-server", "2025"),
    ("eks", "windows_core_2019", "windows-server", "2019"),
    ("eks", "windows_full_2019", "windows-server", "2019"),
    ("eks", "windows_core_2022", "windows-server", "2022"),
    ("eks", "windows_full_2022", "windows-server", "2022"),
    ("eks", "windows_core_2025", "windows-server", "2025"),
    ("eks", "windows_full_2025", "windows-server", "2025"),
    ("aks", "windows2019", "windows-server", "2019"),
    ("aks", "windows2022", "windows-server", "2022"),
    ("aks", "ubuntu1804", "ubuntu", "18.04"),
    ("aks", "ubuntu2204", "ubuntu", "22.04"),
    ("aks", "ubuntu2404", "ubuntu", "24.04"),
)

#: Who boots images of Amazon's.
AMAZON = ("ecs", "eks")

#: Image types of GKE that ran Docker on the nodes, which went with Kubernetes 1.24.
WITH_DOCKER = frozenset({"cos", "ubuntu"})


def versions(one: Cluster | NodePool, tables: Tables, now: str) -> Iterator[Truth]:
    """Say of the version that a cluster or a pool asks for whether it has ended; nothing where it asks for none."""
    from gate.model.cluster import Cluster

    cluster = one if isinstance(one, Cluster) else None
    if isinstance(one.version, Unknown):
        # Pools follow their cluster where nothing else is known of them.
        if cluster is not None:
            reason = one.version.reason
            yield unknown(one.version.at, f"which version of Kubernetes {one.name} has is not known: {reason}")
        return
    at, text = one.version.at, known(one.version) or ""
    found = standing(PRODUCTS[one.provider], text, tables, now) if one.provider in PRODUCTS else None
    if found is None:
        return
    if isinstance(found, str):
        yield yes(at, f"{one.name} asks for Kubernetes {text[:40]}, {found}")
    elif found.state == "ended":
        yield _kept(one.name, cluster, found, at)
    elif found.state == "contract":
        yield _paid(one, cluster, found, at)


def standing(product: str, text: str, tables: Tables, now: str) -> Support | str | None:
    """Say where a version stands; a clause for one that is older than all that are kept, None for what is none."""
    release = version_of(text)
    if not release:
        return None
    found = tables.lifecycle(product, release)
    if found is not None:
        return support(found, now, tables.date)
    major, minor = (int(part) for part in release.split("."))
    # What is newer than the tables is no matter of age.
    return "which is older than every version that is kept track of" if (major, minor) < (1, 21) else None


def version_of(text: str) -> str:
    """Return the major and minor version that a text begins with; empty for `latest` and its like."""
    major, _, rest = text.removeprefix("v").partition(".")
    minor = ""
    for character in rest:
        if not character.isdigit() or not character.isascii():
            break
        minor += character
    return f"{int(major)}.{int(minor)}" if _is_number(major) and _is_number(minor) else ""


def _is_number(text: str) -> bool:
    return text.isdigit() and text.isascii() and len(text) < 6


def _kept(name: str, cluster: Cluster | None, found: Support, at: Location) -> Truth:
    """Judge a version that has ended, unless a channel has long moved the cluster on."""
    text = f"{name} asks for {found.text}"
    if cluster is None or cluster.provider != "gke":
        return yes(at, text)
    channel = (known(cluster.channel) or "").upper()
    if channel in MOVING:
        return no(at, text)
    if isinstance(cluster.channel, Unknown) or channel == EXTENDED:
        return unknown(at, f"{text}, unless its release channel keeps it for longer")
    return yes(at, text)


def _paid(one: Cluster | NodePool, cluster: Cluster | None, found: Support, at: Location) -> Truth:
    """Judge a version that is only fixed for those who pay."""
    text = f"{one.name} asks for {found.text}"
    if cluster is None:
        return no(at, text)
    plan: Setting[str] = cluster.support
    if isinstance(plan, Unknown):
        return unknown(at, f"{text}; {plan.reason}")
    asked = (known(plan) or "").upper()
    if cluster.provider == "eks":
        return yes(at, f"{text}, and it asks for standard support alone") if asked == "STANDARD" else no(at, text)
    return no(at, text) if asked == "AKSLONGTERMSUPPORT" else yes(at, f"{text}, and it has no long-term support plan")


def images(pool: NodePool, tables: Tables, now: str) -> Iterator[Truth]:
    """Say of the image that a pool's nodes boot whether its system has ended; nothing where its name says none."""
    if isinstance(pool.image, Unknown):
        yield unknown(pool.image.at, f"what the nodes of {pool.name} boot is not known: {pool.image.reason}")
    if not isinstance(pool.image, Stated):
        return
    at, name = pool.image.at, pool.image.value.lower()
    if pool.provider == "gke" and name in WITH_DOCKER:
        yield yes(at, f"the nodes of {pool.name} boot {name}, an image with Docker that went with Kubernetes 1.24")
        return
    lifecycle = _lifecycle(pool.provider, name, tables)
    if lifecycle is not None:
        found = support(lifecycle, now, tables.date)
        text = f"the nodes of {pool.name} boot {found.text}"
        if found.state in ("ended", "contract"):
            yield yes(at, text) if found.state == "ended" else unknown(at, text)


def _lifecycle(provider: str, name: str, tables: Tables) -> Lifecycle | None:
    """Return the release of a node image, by the provider's name of it; None where it says none."""
    for one, begins, product, release in IMAGES:
        found = tables.lifecycle(product, release) if one == provider and name.startswith(begins) else None
        if found is not None:
            return found
    return tables.machine_image(name) if provider in AMAZON else None


def declared(version: str, at: Location, tables: Tables, now: str) -> Iterator[Truth]:
    """Judge a version of Kubernetes of which nobody says whose it is: some providers fix what upstream has given up."""
    found = standing(UPSTREAM, version, tables, now)
    if isinstance(found, str):
        yield yes(at, f"the declared version of Kubernetes is {version[:40]}, {found}")
    elif found is not None and found.state == "ended":
        text = f"the clusters are declared to run {found.text}"
        others = [standing(product, version, tables, now) for product in PRODUCTS.values()]
        kept = [one for one in others if one is not None and not isinstance(one, str) and one.state != "ended"]
        if kept:
            yield unknown(at, f"{text}; {kept[0].lifecycle.title} may still be fixed")
        else:
            yield yes(at, text)


def openshift(version: str, at: Location, tables: Tables, now: str) -> Iterator[Truth]:
    """Judge a declared version of OpenShift, whose extended support has to be bought."""
    lifecycle = tables.lifecycle("red-hat-openshift", version_of(version))
    found = support(lifecycle, now, tables.date) if lifecycle is not None else None
    if found is not None and found.state in ("ended", "contract"):
        text = f"the clusters are declared to run {found.text}"
        yield yes(at, text) if found.state == "ended" else unknown(at, text)
