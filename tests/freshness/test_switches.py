from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.freshness.switches import commands, tls_off, unsigned, variable_tls_off


@pytest.mark.parametrize(
    "text",
    [
        *(
            "curl -k https://x",
            "curl --insecure https://x",
            "curl -fsSLk https://x",
            "apt-get update && curl -sk https://x",
        ),
        *("wget --no-check-certificate https://x", "/usr/bin/wget -q --no-check-certificate https://x"),
        *("git -c http.sslVerify=false clone https://x", "git config --global http.sslVerify false"),
        *("npm config set strict-ssl false", "npm install --strict-ssl=false", "yarn config set strict-ssl false"),
        *("pip install --trusted-host pypi.example.org x", "python3 -m pip install --trusted-host=x y"),
        *(
            "GIT_SSL_NO_VERIFY=0 git clone https://x",
            "export NODE_TLS_REJECT_UNAUTHORIZED=0",
            "PYTHONHTTPSVERIFY='0' x",
        ),
        *("yum-config-manager --save --setopt=x.sslverify=0", "apt-get -o Acquire::https::Verify-Peer=false update"),
        *('sh -c "true" ; curl -k x', "curl \\\n  -k \\\n  https://x"),
    ],
)
def test_certificates_are_not_checked(text: str) -> None:
    assert list(tls_off(text))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "curl https://x",
            "curl -o k https://x",
            "curl -ok https://x",
            "curl --keepalive-time 60 x",
            "curl -H 'a: -k' x",
        ),
        *("sort -k 2 file; curl https://x", "wget https://x/no-check-certificate", "git config http.sslVerify true"),
        *(
            "npm config get strict-ssl || false",
            "npm install strict-ssl false",
            "echo 'curl -k'",
            "# curl -k https://x",
        ),
        *("NODE_TLS_REJECT_UNAUTHORIZED=1 node x", "XGIT_SSL_NO_VERIFY=1 git clone x", "pip install --upgrade pip"),
    ],
)
def test_certificates_are_checked(text: str) -> None:
    assert not list(tls_off(text))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "apt-get install -y --allow-unauthenticated x",
            "apt-get --force-yes install x",
            "apk add --allow-untrusted x.apk",
        ),
        *("yum install --nogpgcheck x", "dnf -y --nogpgcheck install x", "zypper --no-gpg-checks in x"),
        *(
            "rpm -i --nosignature x.rpm",
            "echo 'deb [trusted=yes] https://x y main' > z",
            "echo gpgcheck=0 >> /etc/yum.conf",
        ),
    ],
)
def test_signatures_are_not_checked(text: str) -> None:
    assert list(unsigned(text))


@pytest.mark.parametrize(
    "text",
    [
        *("apt-get install -y x", "apk add x", "yum install -y x", "echo gpgcheck=1", "rpm --import key"),
        "echo 'deb [ trusted=yes ] file://$here ./' > z",
        *("echo '--allow-untrusted'", "my-tool --nogpgcheck", "apt-get install nosignature"),
    ],
)
def test_signatures_are_checked(text: str) -> None:
    assert not list(unsigned(text))


def test_variables_count_by_their_value() -> None:
    assert variable_tls_off("NODE_TLS_REJECT_UNAUTHORIZED", "0")
    assert variable_tls_off("npm_config_strict_ssl", "false")
    assert not variable_tls_off("NODE_TLS_REJECT_UNAUTHORIZED", "1")
    assert not variable_tls_off("PATH", "0")


@given(st.text(alphabet="curl -k'\"\\\n;&|()#=", max_size=60))
def test_any_script_is_split(text: str) -> None:
    for words in commands(text):
        assert words


def test_a_command_of_many_programs_is_read_once() -> None:
    """Every program that repeats would otherwise look at all that follows it, which has no end."""
    many = "curl pip3 wget apt-get dnf npm git x=1 " * 20_000
    assert list(tls_off(many)) == []
    assert list(unsigned(many)) == []
    assert list(tls_off("curl curl python3 -m pip install --trusted-host x")) == ["pip --trusted-host"]
    assert list(tls_off("sudo curl /usr/bin/curl -k https://x")) == ["curl -k"]
