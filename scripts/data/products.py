"""What the tables are made of: products by their names at endoflife.date, official images by theirs."""

from __future__ import annotations

DISTRIBUTIONS = (
    "almalinux alpine-linux amazon-linux centos centos-stream cos debian devuan fedora freebsd nixos opensuse"
    " oracle-linux rhel rocky-linux sles suse-linux-micro ubuntu vmware-photon"
    " windows-nano-server windows-server windows-server-core"
)
RUNTIMES = (
    "amazon-corretto apache-groovy apache-maven azul-zulu bellsoft-liberica bun composer deno dotnet eclipse-temurin"
    " elixir erlang ghc go gradle ibm-semeru julia nodejs openjdk-builds-from-oracle oracle-jdk perl php python ruby"
    " rust sapmachine"
)
SERVERS = (
    "apache-activemq apache-airflow apache-cassandra apache-couchdb apache-flink apache-http-server apache-kafka"
    " apache-spark arangodb caddy clickhouse cockroachdb consul drupal eclipse-jetty elasticsearch etcd grafana"
    " haproxy hashicorp-vault influxdb jenkins joomla keycloak kibana kong-gateway logstash mariadb matomo mediawiki"
    " memcached mongodb mysql neo4j nextcloud nginx nomad opensearch postgresql prometheus rabbitmq redis redmine"
    " solr sonarqube-community telegraf tomcat traefik valkey vinyl-cache wordpress zookeeper"
)
PLATFORMS = (
    "amazon-eks azure-kubernetes-service containerd docker-engine google-kubernetes-engine hashicorp-packer"
    " kubernetes linux-kernel nutanix-aos openssl ovirt podman proxmox-ve rancher red-hat-openshift virtualbox"
    " vmware-esxi vmware-vcenter xcp-ng"
)
PRODUCTS = tuple(name for group in (DISTRIBUTIONS, RUNTIMES, SERVERS, PLATFORMS) for name in group.split())

#: Product and cycle whose two sources differ, with the end of security support that counts. The later day is taken
#: where neither is clearly wrong, because the table is used to say that something has ended.
AGREED_DIFFERENCES: dict[tuple[str, str], str] = {("ubuntu", "22.04"): "2027-06-01"}

#: Official images whose tags are kept: what people build on or run, whether or not it is still published.
OFFICIAL = frozenset(
    [
        "adminer",
        "adoptopenjdk",
        "almalinux",
        "alpine",
        "alt",
        "amazoncorretto",
        "amazonlinux",
        "arangodb",
        "archlinux",
        "azul-zulu",
        "bash",
        "buildpack-deps",
        "busybox",
        "caddy",
        "cassandra",
        "celery",
        "centos",
        "chronograf",
        "clearlinux",
        "clickhouse",
        "composer",
        "consul",
        "couchbase",
        "couchdb",
        "crate",
        "dart",
        "debian",
        "django",
        "docker",
        "eclipse-mosquitto",
        "eclipse-temurin",
        "elasticsearch",
        "elixir",
        "emqx",
        "erlang",
        "fedora",
        "flink",
        "fluentd",
        "gcc",
        "gradle",
        "groovy",
        "golang",
        "haproxy",
        "haskell",
        "httpd",
        "ibm-semeru-runtimes",
        "ibmjava",
        "influxdb",
        "iojs",
        "java",
        "jenkins",
        "jetty",
        "joomla",
        "jruby",
        "julia",
        "kibana",
        "kong",
        "liquibase",
        "logstash",
        "mageia",
        "mariadb",
        "matomo",
        "maven",
        "mediawiki",
        "memcached",
        "mongo",
        "mongo-express",
        "mono",
        "mysql",
        "nats",
        "neo4j",
        "nextcloud",
        "nginx",
        "node",
        "odoo",
        "openjdk",
        "opensuse",
        "oraclelinux",
        "percona",
        "perl",
        "photon",
        "php",
        "phpmyadmin",
        "postgres",
        "pypy",
        "python",
        "r-base",
        "rabbitmq",
        "rails",
        "redis",
        "redmine",
        "registry",
        "rethinkdb",
        "rockylinux",
        "ros",
        "ruby",
        "rust",
        "sapmachine",
        "sentry",
        "sl",
        "solr",
        "sonarqube",
        "spark",
        "storm",
        "swarm",
        "swift",
        "telegraf",
        "tomcat",
        "traefik",
        "ubuntu",
        "ubuntu-debootstrap",
        "ubuntu-upstart",
        "unit",
        "valkey",
        "varnish",
        "vault",
        "wordpress",
        "znc",
        "zookeeper",
    ]
)
