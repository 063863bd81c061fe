"""What the names of Amazon's machine images say of the system in them, and those of the parameters that hold their ids.

Sources: the guides of EKS, ECS, Bottlerocket and Amazon Linux on retrieving recommended images, the pages of AWS on
Windows images in the parameter store, and Canonical's "Find Ubuntu images on AWS". A name is often a pattern.
"""

from __future__ import annotations

import re

#: The product, its release (a group of the pattern where it is empty), and the names, without regard to case.
PATTERNS = (
    ("amazon-linux", "2023", r"amazon-linux-2023|\bal2023[-@]|\bamazon-eks-node-al2023|\bamazon/al2023"),
    ("amazon-linux", "2", r"amazon-linux-2(?![0-9])|\bamzn2-|\bal2@|\bamazon-eks-(?:gpu-|arm64-)?node-\d"),
    ("amazon-linux", "2018.03", r"/optimized-ami/amazon-linux/|\bamzn-ami-"),
    ("windows-server", "", r"\bwindows_server-(2016|2019|2022|2025)-"),
    ("windows-server", "", r"^windows(2019|2022|2025)@"),
    ("ubuntu", "", r"/ubuntu/(?:eks|server|eks-pro|pro-server)/(\d\d\.\d\d)/|\bubuntu-(?:[a-z]+|\*)-(\d\d\.\d\d)-"),
    ("debian", "", r"\bdebian-(\d\d)-"),
)


def release_of(name: str) -> tuple[str, str] | None:
    """Return the product and release that a name is of; None where it says none."""
    for product, release, pattern in PATTERNS:
        found = re.search(pattern, name[:300], re.IGNORECASE)
        if found is not None:
            return product, release or next(group for group in found.groups() if group)
    return None
