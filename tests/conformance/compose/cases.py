"""Projects made by hand: one for each rule by which Compose puts a model together. The first file is the one read."""

from __future__ import annotations

from textwrap import dedent

#: What stands in more than one project.
SOCKET = "/var/run/docker.sock:/var/run/docker.sock"


def _project(text: str, *others: tuple[str, str]) -> dict[str, str]:
    """Return the files of a project, `compose.yaml` first."""
    return {name: dedent(text).lstrip("\n") for name, text in (("compose.yaml", text), *others)}


MERGING = {
    "lists-append": _project(
        """
        services:
          web: {image: x, cap_add: [CHOWN], security_opt: [seccomp=unconfined], device_cgroup_rules: ["c 1:3 r"]}
        """,
        (
            "compose.override.yaml",
            """
        services:
          web: {cap_add: [SYS_ADMIN, CHOWN], security_opt: ["label=disable"], device_cgroup_rules: ["b *:* rwm"]}
        """,
        ),
    ),
    "volumes-by-target": _project(
        f"""
        services:
          web: {{image: x, volumes: ["{SOCKET}", "/etc:/conf", "./a:/a", "data:/data/"]}}
        volumes: {{data: }}
        """,
        (
            "compose.override.yaml",
            """
        services:
          web:
            volumes:
              - ./b:/var/run/docker.sock
              - {type: bind, source: /srv, target: /conf, read_only: true}
              - /x:/data
        """,
        ),
    ),
    "volumes-of-one-file": _project(
        """
        services:
          web: {image: x, volumes: ["/etc:/conf", "/srv:/conf", "/a:/b/../c", "/d:/c"]}
        """
    ),
    "devices-by-target": _project(
        """
        services:
          web: {image: x, devices: ["/dev/sda:/dev/xvda:r", "/dev/null", "vendor.com/gpu=all"]}
        """,
        (
            "compose.override.yaml",
            """
        services:
          web: {devices: ["/dev/sdb:/dev/xvda", {source: /dev/zero, target: /dev/null, permissions: rw}]}
        """,
        ),
    ),
    "secrets-by-target": _project(
        """
        services:
          web: {image: x, secrets: [one, {source: two, target: /x}], configs: [three]}
        secrets: {one: {file: ./one}, two: {file: /etc/shadow}}
        configs: {three: {file: ../three}, four: {content: x}}
        """,
        (
            "compose.override.yaml",
            """
        services:
          web: {secrets: [one, {source: one, target: /x}], configs: [four, {source: three, target: b/c}]}
        """,
        ),
    ),
    "null-says-nothing": _project(
        """
        services:
          web: {image: x, privileged: true, cap_add: [ALL], pid: host, build: {context: a}, networks: [n]}
        networks: {n: {name: host, external: true}}
        """,
        (
            "compose.override.yaml",
            """
        services:
          web: {privileged: null, cap_add: , pid: ~, build: , networks: }
        """,
        ),
    ),
    "scalars-and-mappings": _project(
        """
        services:
          web:
            image: x
            pid: host
            build: ./a
            sysctls: [net.core.somaxconn=1, kernel.shm_rmid_forced=0]
            networks: [one]
            deploy: {resources: {limits: {memory: 1G, pids: 5}}}
        networks: {one: , two: {external: true, name: host}}
        """,
        (
            "compose.override.yaml",
            """
        services:
          web:
            image: y
            pid: ""
            build: {dockerfile: ../b.Dockerfile, target: t}
            sysctls: {net.core.somaxconn: 2, kernel.core_pattern: x}
            networks: {two: {aliases: [q]}}
            deploy: {resources: {limits: {memory: 2g}}}
        """,
        ),
    ),
    "reset": _project(
        f"""
        services:
          web:
            image: x
            privileged: true
            cap_add: [ALL]
            volumes: ["{SOCKET}"]
            build: {{context: ., privileged: true, args: {{A: b}}}}
            deploy: {{resources: {{reservations: {{devices: [{{capabilities: [gpu]}}]}}}}}}
        """,
        (
            "compose.override.yaml",
            """
        services:
          web:
            privileged: !reset true
            cap_add: !reset []
            volumes: !reset null
            build: {privileged: !reset }
            deploy: {resources: {reservations: !reset null}}
        """,
        ),
    ),
    "reset-in-the-only-file": _project(
        """
        services:
          web: {image: x, privileged: !reset true, cap_add: [!reset ALL, CHOWN], pid: !override host}
        """
    ),
    "override": _project(
        f"""
        services:
          web: {{image: x, cap_add: [ALL], volumes: ["{SOCKET}"], sysctls: {{a: 1}}, security_opt: [a=b]}}
        """,
        (
            "compose.override.yaml",
            """
        services:
          web:
            cap_add: !override [CHOWN]
            volumes: !override ["./x:/y"]
            sysctls: !override {b: 2}
            security_opt: !override []
        """,
        ),
    ),
    "reset-a-service": _project(
        "services: {a: {image: x, privileged: true}, b: {image: x}}\n",
        ("compose.override.yaml", "services: {a: !reset null, b: !override {image: y, pid: host}}\n"),
    ),
    "documents": _project(
        """
        services: {web: {image: x, cap_add: [CHOWN], privileged: true}}
        ---
        services: {web: {cap_add: [KILL], privileged: !reset null}, other: {image: y}}
        ---
        services: {web: {pid: host}}
        """
    ),
    "anchors": _project(
        """
        x-hard: &hard
          read_only: true
          cap_drop: [ALL]
          security_opt: [no-new-privileges]
        x-soft: &soft {privileged: true, cap_add: [NET_ADMIN]}
        services:
          a: {<<: *hard, image: x}
          b: {<<: [*soft, *hard], image: x, cap_add: [CHOWN]}
          c: &c {image: x, <<: *soft, privileged: false}
          d: {<<: *c, image: y}
        """
    ),
    "the-other-override": _project(
        "services: {web: {image: x}}\n",
        ("compose.override.yml", "services: {web: {privileged: true}}\n"),
        ("compose.override.yaml", "services: {web: {pid: host}}\n"),
    ),
    "an-override-of-the-other-name": {
        "compose.yml": "services: {web: {image: x}}\n",
        "docker-compose.override.yaml": "services: {web: {privileged: true}}\n",
    },
    "two-projects": {
        "docker-compose.yml": "services: {web: {image: x}}\n",
        "compose.yaml": "services: {other: {image: x}}\n",
        "docker-compose.override.yml": "services: {other: {privileged: true}, web: {pid: host}}\n",
    },
    "files-that-are-listed": {
        "base.yml": "services: {web: {image: x, volumes: ['./b:/b']}}\n",
        ".env": "COMPOSE_FILE=base.yml:more/prod.yml\n",
        "more/prod.yml": "services: {web: {privileged: true, volumes: ['./p:/p']}}\n",
        "compose.yaml": "services: {other: {image: x}}\n",
    },
    "files-that-are-listed-elsewhere": {
        "more/prod.yml": "services: {web: {image: '${A}', volumes: ['./p:/p']}}\n",
        ".env": "COMPOSE_FILE=more/prod.yml,last.yml\nCOMPOSE_PATH_SEPARATOR=,\nA=outer\n",
        "more/.env": "A=inner\n",
        "last.yml": "services: {web: {privileged: true, volumes: ['./p:/p']}}\n",
    },
    "a-file-that-is-not-listed": {
        "compose.yaml": "services: {web: {image: x}}\n",
        ".env": "COMPOSE_FILE=other.yml\n",
        "other.yml": "services: {other: {image: x}}\n",
        "compose.override.yaml": "services: {web: {privileged: true}}\n",
    },
    "profiles": _project(
        """
        services:
          web: {image: x}
          debug: {image: x, profiles: [debug], privileged: true}
          twice: {image: x, profiles: [a, b], pid: host}
        """
    ),
    "the-same-key-twice": _project("services:\n  web: {image: x}\n  web: {image: y, privileged: true}\n"),
}

EXTENDING = {
    "extends-in-the-file": _project(
        """
        services:
          base: {image: x, privileged: true, cap_add: [CHOWN], volumes: ["/etc:/e"]}
          web: {extends: base, cap_add: [KILL], volumes: ["/srv:/e", "./d:/d"]}
          more: {extends: {service: web}, privileged: false}
        """
    ),
    "an-override-does-not-reach-those-that-extend": _project(
        """
        services:
          base: {image: x}
          web: {extends: {service: base}}
        """,
        ("compose.override.yaml", "services: {base: {privileged: true}}\n"),
    ),
    "an-override-that-extends": _project(
        "services: {web: {image: x, cap_add: [CHOWN]}}\n",
        (
            "compose.override.yaml",
            """
        services:
          hard: {cap_drop: [ALL], image: y, privileged: true}
          web: {extends: hard, privileged: false}
        """,
        ),
    ),
    "extends-other-files": _project(
        """
        services:
          web: {extends: {file: common/base.yaml, service: base}, volumes: ["./own:/own"]}
        """,
        (
            "common/base.yaml",
            """
        services:
          base: {extends: {file: ../deep/er/root.yaml, service: root}, volumes: ["./b:/b", "../c:/c"], build: ctx}
          unrelated: {image: x, privileged: true}
        """,
        ),
        (
            "deep/er/root.yaml",
            """
        services:
          root: {extends: here, volumes: ["./r:/r"], env_file: [x], pid: host}
          here: {image: x, cap_add: [CHOWN], build: {dockerfile: d/Dockerfile}}
        """,
        ),
    ),
    "extends-with-the-projects-variables": _project(
        "services: {web: {extends: {file: sub/base.yaml, service: base}}}\n",
        (".env", "A=true\n"),
        ("sub/.env", "A=false\nB=true\n"),
        ("sub/base.yaml", "services: {base: {image: x, privileged: '${A}', read_only: '${B:-false}'}}\n"),
    ),
    "extends-and-resets": _project(
        """
        services:
          base: {image: x, privileged: true, cap_add: [ALL], pid: host, volumes: ["/:/host"]}
          web: {extends: base, privileged: !reset null, cap_add: !override [CHOWN], volumes: !reset []}
        """
    ),
    "extends-what-was-reset": _project(
        "services: {web: {extends: {file: other.yaml, service: base}}}\n",
        (
            "other.yaml",
            """
        services:
          root: {image: x, privileged: true, pid: host}
          base: {extends: root, privileged: !reset null}
        """,
        ),
    ),
    "extends-the-project-file": _project(
        """
        services:
          web: {extends: {file: compose.yaml, service: base}}
          base: {image: x, uts: host, build: {context: b}}
        """
    ),
    "extends-a-service-of-the-same-name": _project(
        "services: {web: {extends: {file: prod.yaml, service: web}, user: '5'}}\n",
        ("prod.yaml", "services: {web: {image: x, user: '0', ipc: host}}\nvolumes: {n: }\n"),
    ),
    "extends-a-circle": _project("services: {a: {extends: b, image: x}, b: {extends: a}}\n"),
    "extends-nothing": _project("services: {a: {extends: b, image: x}}\n"),
    "extends-a-file-that-is-not-there": _project("services: {a: {extends: {file: b.yaml, service: b}, image: x}}\n"),
    "extends-a-file-with-includes": _project(
        "services: {a: {extends: {file: b.yaml, service: b}}}\n",
        ("b.yaml", "include: [c.yaml]\nservices: {b: {image: x, privileged: true}}\n"),
    ),
    "extends-documents": _project(
        "services: {a: {extends: {file: b.yaml, service: b}}}\n",
        ("b.yaml", "services: {b: {image: x, pid: host, ipc: host}}\n---\nservices: {b: {pid: !reset null}}\n"),
    ),
}

INCLUDING = {
    "include-a-file": _project(
        """
        include: [parts/db.yaml]
        services: {web: {image: x, volumes: ["./w:/w", "data:/d"]}}
        """,
        (
            "parts/db.yaml",
            """
        services: {db: {image: y, privileged: true, volumes: ["./d:/d", "../e:/e"], build: .}}
        volumes: {data: {driver_opts: {type: none, o: bind, device: /etc}}}
        secrets: {s: {file: ./secret}}
        """,
        ),
    ),
    "include-the-long-form": _project(
        """
        include:
          - path: [parts/a.yaml, other/b.yaml]
            project_directory: base
            env_file: [envs/one.env, envs/two.env]
        services: {web: {image: x}}
        """,
        ("parts/a.yaml", "services: {a: {image: '${IMAGE}', volumes: ['./a:/a'], privileged: '${RAISED}'}}\n"),
        ("other/b.yaml", "services: {a: {cap_add: [ALL], volumes: ['./b:/b', './c:/a']}}\n"),
        ("envs/one.env", "IMAGE=one\nRAISED=false\n"),
        ("envs/two.env", "RAISED=true\n"),
        ("base/.env", "IMAGE=never\n"),
    ),
    "include-and-variables": _project(
        """
        include: [parts/a.yaml]
        services: {web: {image: x, privileged: '${B:-false}'}}
        """,
        (".env", "A=outer\n"),
        ("parts/.env", "A=inner\nB=true\nC=${A}-c\n"),
        ("parts/a.yaml", "services: {a: {image: '${A}', privileged: '${B}', user: '${C}'}}\n"),
    ),
    "include-without-variables": _project(
        """
        include: [{path: parts/a.yaml, env_file: /dev/null}]
        """,
        ("parts/.env", "A=true\n"),
        ("parts/a.yaml", "services: {a: {image: x, privileged: '${A:-false}'}}\n"),
    ),
    "include-and-change": _project(
        """
        include: [parts/a.yaml]
        services:
          a: {privileged: true, cap_add: [KILL], volumes: ["./w:/d"], pid: !reset null}
        networks: {n: {external: true, name: host}}
        """,
        (
            "parts/a.yaml",
            """
        services: {a: {image: x, cap_add: [CHOWN], volumes: ["./d:/d"], pid: host, networks: [n]}}
        networks: {n: }
        """,
        ),
    ),
    "include-and-extend": _project(
        """
        include: [parts/a.yaml]
        services: {web: {extends: a, user: "7"}}
        """,
        ("parts/a.yaml", "services: {a: {image: x, volumes: ['./d:/d'], privileged: true, build: ctx}}\n"),
    ),
    "include-in-an-override": _project(
        "services: {web: {image: x}}\n",
        ("compose.override.yaml", "include: [parts/a.yaml]\nservices: {web: {privileged: true}}\n"),
        ("parts/a.yaml", "services: {a: {image: x, uts: host}, web: {pid: host}}\n"),
    ),
    "include-in-turn": _project(
        "include: [b/b.yaml]\nservices: {a: {image: x}}\n",
        (
            "b/b.yaml",
            "include: [../c/c.yaml, {path: ../d/d.yaml, project_directory: sub}]\nservices: {b: {image: x}}\n",
        ),
        ("b/sub/README", "It is there.\n"),
        ("c/c.yaml", "services: {c: {image: x, volumes: ['./c:/c'], privileged: '${V:-true}'}}\n"),
        ("d/d.yaml", "services: {d: {image: x, volumes: ['./d:/d', '../e:/e']}}\n"),
        ("b/.env", "V=false\n"),
    ),
    "include-a-diamond": _project(
        "include: [a.yaml, b.yaml]\n",
        ("a.yaml", "include: [c.yaml]\nservices: {a: {image: x}}\n"),
        ("b.yaml", "include: [c.yaml]\nservices: {b: {image: x, volumes_from: [c]}}\n"),
        ("c.yaml", "services: {c: {image: x, cap_add: [ALL], volumes: ['/etc:/e']}}\n"),
    ),
    "include-a-circle": _project(
        "include: [a.yaml]\n", ("a.yaml", "include: [compose.yaml]\nservices: {a: {image: x}}\n")
    ),
    "include-nothing": _project("include: [a.yaml]\nservices: {a: {image: x}}\n"),
    "include-and-extends-inside": _project(
        "include: [p/a.yaml]\n",
        ("p/a.yaml", "services: {a: {extends: {file: q/b.yaml, service: b}, volumes: ['./a:/a']}}\n"),
        ("p/q/b.yaml", "services: {b: {image: x, volumes: ['./b:/b'], build: {}}}\n"),
    ),
    "include-an-absolute-project": _project(
        "include: [{path: p/a.yaml, project_directory: /srv/app}]\n",
        ("p/a.yaml", "services: {a: {image: x, volumes: ['./a:/a'], build: ctx}}\n"),
    ),
}

VARIABLES = {
    "variables": _project(
        """
        services:
          web:
            image: ${REPOSITORY:-registry.example/${NAME:-web}}:${TAG-latest}
            privileged: ${RAISED:?must be set}
            read_only: "${EMPTY:-yes}"
            user: "${EMPTY-0}${UNSET-1}"
            pid: ${NAME:+host}
            ipc: ${EMPTY:+host}
            uts: ${EMPTY+host}
            volumes: ["$HERE:/a", "${HERE}/b:/b:${MODE}", "./$$x:/c$$", "/s$9:/d", "/a$:/e"]
            cap_add: ["$CAP", "${CAP}_ADMIN"]
            runtime: ${A:-${B:-${C:-runsc}}}
            sysctls: ["${KEY}=1"]
        """,
        (".env", "RAISED=on\nEMPTY=\nNAME=n\nHERE=/srv\nMODE=ro\nCAP=SYS\nKEY=kernel.x\n"),
    ),
    "variables-that-nobody-sets": _project(
        """
        services:
          web:
            image: ${REPOSITORY}/web
            privileged: ${RAISED:-${UNSET2:-true}}
            user: $UNSET
            pid: ${UNSET:+host}
            volumes: ["${HERE}/a:/a:ro", "/x/${HERE}:/b", "data${X}:/d", "./c:/c:${MODE:-ro}"]
            cap_add: ["$CAP", ALL]
            devices: ["/dev/x${UNSET}:/dev/y"]
            security_opt: ["seccomp=${UNSET}", "label=disable"]
            sysctls: ["net.${UNSET}=1", "a=${UNSET}"]
            runtime: "${UNSET}"
            build: {context: "${UNSET}", dockerfile: x}
        volumes: {data: }
        """
    ),
    "an-unknown-mount-over-a-known-one": _project(
        f"""
        services: {{web: {{image: x, volumes: ["{SOCKET}", "/etc:/e"]}}}}
        """,
        (
            "compose.override.yaml",
            """
            services: {web: {volumes: ["data${UNSET}:/var/run/docker.sock", "/a${UNSET}:/e:ro"]}}
            volumes: {data: }
            """,
        ),
    ),
    "environment-file": _project(
        """
        services:
          a: {image: "${A}", user: "${B}", runtime: "${C}", pid: "${D}"}
          b: {image: "${E}", user: "${F}", runtime: "${G}", uts: "${H}"}
          c: {image: "${I}", user: "${J}", runtime: "${K}", platform: "${L}"}
        """,
        (
            ".env",
            """
        # a comment
        A=one # not this
        export B = two
        C: three
        D='host'
        E="a${A}b$$c\\td\\"e"
        F='${A}'
        G="first
        second"
        H=host#this
        I=${NOPE:-deflt}
        J=${A:+set}-${Z-unset}
        K = "x" # comment
        L=linux/amd64   \t
        """,
        ),
    ),
    "an-environment-file-with-gaps": _project(
        "services: {a: {image: '${A}', user: '${B:-5}', runtime: '${C}'}}\n",
        (".env", "A=x-${NOBODY}\nB=${NOBODY}\nC=${NOBODY:-runc}\nBARE\n"),
    ),
    "a-broken-environment-file": _project("services: {a: {image: '${A}'}}\n", (".env", "A=x\nB C=d\n")),
    "an-unclosed-quote": _project("services: {a: {image: '${A}'}}\n", (".env", "A=x\nB='d\n")),
    "malformed-variables": _project("services: {a: {image: '${A B}'}}\n"),
    "a-required-variable": _project("services: {a: {image: '${A?no}'}}\n"),
    "the-projects-name": _project("name: shop\nservices: {a: {image: '${COMPOSE_PROJECT_NAME}'}}\n"),
}

FORMS = {
    "booleans": _project(
        """
        services:
          a: {image: x, privileged: "true", read_only: "yes"}
          b: {image: x, privileged: "on", read_only: "n"}
          c: {image: x, privileged: yes, read_only: "FALSE"}
          d: {image: x, privileged: off, build: {context: ., privileged: "true"}}
        """
    ),
    "booleans-that-are-none": _project("services: {a: {image: x, privileged: '1'}}\n"),
    "modes": _project(
        """
        services:
          a: {image: x, pid: "service:b", ipc: "container:q", network_mode: "service:b", uts: host, cgroup: host}
          b: {image: x, pid: host, ipc: shareable, network_mode: host, cgroup: private, userns_mode: host}
          c: {image: x, network_mode: none, pid: "service:a", ipc: "service:d"}
          d: {image: x, network_mode: "container:z", ipc: host, userns_mode: "keep-id:uid=1"}
          e: {image: x, network_mode: bridge, ipc: none}
          f: {image: x, network_mode: "service:g"}
          g: {image: x, networks: [n]}
        networks: {n: {external: true, name: host}}
        """
    ),
    "networks": _project(
        """
        services:
          a: {image: x, networks: [one]}
          b: {image: x, networks: {two: , three: {}}}
          c: {image: x, networks: [four]}
          d: {image: x, networks: [five]}
          e: {image: x, networks: [host]}
          f: {image: x, networks: [six]}
        networks:
          one: {external: {name: host}}
          two:
          three: {external: "true", name: host}
          four: {external: false, name: host}
          five: {external: true}
          six: {name: "${NET}", external: true}
          host: {external: true}
        """,
        (".env", "NET=host\n"),
    ),
    "the-default-network": _project(
        """
        services:
          a: {image: x}
          b: {image: x, networks: []}
          c: {image: x, networks: [other]}
          d: {image: x, network_mode: none}
        networks: {default: {external: true, name: host}, other: }
        """
    ),
    "volumes": _project(
        """
        services:
          a:
            image: x
            volumes:
              - /anonymous
              - named:/a
              - ./rel:/b:ro
              - ../up:/c:rw,rshared
              - ~/home:/d:slave
              - /abs:/e:z,ro,private
              - bound:/f
              - boundro:/g
              - nfs:/h
              - disk:/i:ro
              - .:/j
              - external:/k
              - /abs:/l:ro,rw
              - relative:/m
              - /abs:/n:readonly
          b:
            image: x
            volumes:
              - {type: bind, source: ./rel, target: /a/, bind: {propagation: shared}}
              - {type: bind, source: rel, target: /b, read_only: "true"}
              - {type: volume, source: bound, target: /c, read_only: true}
              - {type: volume, target: /d}
              - {type: tmpfs, target: /e, tmpfs: {size: 5}}
              - {type: image, source: alpine, target: /g}
              - {type: bind, source: /, target: //h/../i}
              - {type: npipe, source: '\\\\.\\pipe\\docker_engine', target: '\\\\.\\pipe\\docker_engine'}
          c:
            image: x
            volumes:
              - C:\\data:C:\\in:ro
              - \\\\.\\pipe\\docker_engine:\\\\.\\pipe\\docker_engine
              - c:/x:/y
              - d:/only
        volumes:
          named: {}
          bound: {driver: local, driver_opts: {type: none, o: "bind", device: ./bound}}
          boundro: {driver_opts: {type: none, o: "bind,ro", device: /etc}}
          nfs: {driver_opts: {type: nfs, o: "addr=1.2.3.4", device: ":/x"}}
          disk: {driver_opts: {type: ext4, device: /dev/sda1}}
          external: {external: true}
          relative: {driver: local, driver_opts: {type: none, o: bind, device: ../out}}
        """
    ),
    "volumes-that-are-none": _project("services: {a: {image: x, volumes: ['ab::b']}}\n"),
    "volumes-from": _project(
        """
        services:
          a: {image: x, volumes: ["/etc:/e", "./a:/a:ro"]}
          b: {image: x, volumes_from: [a]}
          c: {image: x, volumes_from: ["b:ro", "container:out:ro"]}
        """
    ),
    "devices": _project(
        """
        services:
          a:
            image: x
            devices:
              - /dev/null
              - /dev/sda:/dev/x:r
              - /dev/sdb::rw
              - {source: /dev/fuse, target: /dev/f}
              - vendor.com/gpu=all
            device_cgroup_rules: ["c 1:3 mr"]
          b: {image: x, gpus: all}
          c: {image: x, gpus: [{driver: nvidia, count: 1}]}
          d: {image: x, deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}}
          e: {image: x, gpus: []}
        """
    ),
    "security": _project(
        """
        services:
          a: {image: x, security_opt: [no-new-privileges, "seccomp:unconfined", apparmor=unconfined]}
          b: {image: x, security_opt: ["no-new-privileges:true", seccomp=./p.json, "label:type:x_t", label=user:y]}
          c: {image: x, security_opt: ["no-new-privileges=false", seccomp=builtin, "label:disable"]}
          d: {image: x, security_opt: [systempaths=unconfined, writable-cgroups=true, apparmor:docker-default]}
          e: {image: x, security_opt: [seccomp=unconfined, seccomp=builtin, "no-new-privileges:true"]}
        """,
        ("p.json", "{}"),
    ),
    "limits": _project(
        """
        services:
          a: {image: x, mem_limit: 512m, pids_limit: 100}
          b: {image: x, mem_limit: "1073741824", pids_limit: "5"}
          c: {image: x, deploy: {resources: {limits: {memory: 1.5gb, pids: 7}}}}
          d: {image: x, mem_limit: 1000000, pids_limit: -1}
        """
    ),
    "builds": _project(
        """
        services:
          a: {build: .}
          b: {build: {context: ./dir, dockerfile: ../other/Dockerfile, target: last}}
          c: {build: {context: https://github.com/x/y.git#main}}
          d: {build: {context: "git@github.com:x/y.git"}}
          e: {build: github.com/x/y}
          f: {build: {dockerfile: D}}
          g: {build: {context: dir, dockerfile_inline: "FROM x\\n", target: t}}
          h: {build: {context: /abs/dir, dockerfile: ./D}}
          i: {build: {context: dir, dockerfile: /abs/D, network: host, entitlements: [security.insecure]}}
          j: {build: {context: dir, network: none, privileged: true}}
          k: {build: ../outside}
          l: {build: "", image: x}
        """
    ),
    "hooks": _project(
        """
        services:
          a:
            image: x
            user: "1"
            cap_add: [CHOWN]
            networks: [n]
            post_start: [{command: x, privileged: true}, {command: y}]
            pre_stop: [{command: z, privileged: "true", user: root}]
            pre_start:
              - {command: a, privileged: true, cap_add: [KILL], volumes: ["./v:/v", "/etc:/e"], user: "0"}
              - {command: b, image: y, pid: host, devices: [/dev/null], network_mode: host}
        networks: {n: }
        """,
        ("compose.override.yaml", "services: {a: {post_start: [{command: w, privileged: true}]}}\n"),
    ),
    "jobs": _project(
        """
        services: {web: {image: x}}
        jobs:
          once:
            image: x
            privileged: true
            volumes: ["/etc:/e", "./j:/j"]
            pid: host
            build: ctx
            triggers: {manual: true}
          more: {extends: once, user: "5"}
        """
    ),
    "only-jobs": _project("jobs: {once: {image: x, use_api_socket: true, triggers: {manual: false}}}\n"),
    "providers": _project("services: {a: {image: x}, m: {provider: {type: model, options: {model: y}}}}\n"),
    "sockets": _project("services: {a: {image: x, use_api_socket: true}, b: {image: x, use_api_socket: false}}\n"),
    "runtimes": _project(
        """
        services:
          a: {image: x, runtime: runsc, platform: linux/arm64}
          b: {image: x, isolation: hyperv}
          c: {image: x, isolation: default, platform: windows/amd64}
          d: {image: mcr.microsoft.com/windows/nanoserver}
          e: {image: x, runtime: io.containerd.kata.v2, user: "", init: true}
        """
    ),
    "users": _project(
        """
        services:
          a: {image: x, user: "0"}
          b: {image: x, user: "1000:1000"}
          c: {image: x, user: root}
        """
    ),
    "sysctls": _project(
        """
        services:
          a: {image: x, sysctls: {a.b: 1, c: "d", e: }}
          b: {image: x, sysctls: ["a.b=1", "c=d=e", "f"]}
        """
    ),
    "numbers-for-words": _project("services: {a: {image: x, pid: 5, runtime: 7, cap_add: [8]}}\n"),
    "a-service-that-is-null": _project("services: {a: , b: {image: x}}\n"),
    "no-services": _project("volumes: {a: }\n"),
    "empty-services": _project("services: {}\n"),
    "a-resource-in-a-config": _project(
        """
        services: {a: {image: x, privileged: true, configs: [c]}}
        configs:
          c:
            content: |
              apiVersion: v1
              kind: Pod
        """
    ),
}

PROJECTS = MERGING | EXTENDING | INCLUDING | VARIABLES | FORMS
