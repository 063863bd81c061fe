"""Tests of what scanners report of packages."""
