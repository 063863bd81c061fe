"""Where releases are fetched from: the address up to the release's number, and the product."""

from __future__ import annotations

ADDRESSES = (
    ("nodejs.org/dist/v", "nodejs"),
    ("nodejs.org/download/release/v", "nodejs"),
    ("nodesource.com/setup_", "nodejs"),
    ("nodesource.com/node_", "nodejs"),
    ("python.org/ftp/python/", "python"),
    ("go.dev/dl/go", "go"),
    ("golang.org/dl/go", "go"),
    ("dl.google.com/go/go", "go"),
    ("storage.googleapis.com/golang/go", "go"),
    ("openssl.org/source/openssl-", "openssl"),
    ("php.net/distributions/php-", "php"),
    ("ruby-lang.org/pub/ruby/", "ruby"),
    ("storage.googleapis.com/kubernetes-release/release/v", "kubernetes"),
    ("dl.k8s.io/release/v", "kubernetes"),
    ("dl.k8s.io/v", "kubernetes"),
    ("alpinelinux.org/alpine/v", "alpine-linux"),
    ("releases.hashicorp.com/vault/", "hashicorp-vault"),
    ("releases.hashicorp.com/consul/", "consul"),
    ("services.gradle.org/distributions/gradle-", "gradle"),
    ("repo.mongodb.org/apt/", "mongodb"),
    ("repo.mongodb.org/yum/", "mongodb"),
)
#: Where the number stands behind a folder and not at once.
BEHIND = {"mongodb": "/mongodb-org/"}
