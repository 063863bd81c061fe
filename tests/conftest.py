"""What holds for every test."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# The same examples on every machine, and no test that fails because the machine is slow.
settings.register_profile(
    "gate", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("gate")
