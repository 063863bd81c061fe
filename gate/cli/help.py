"""The help texts."""

from __future__ import annotations

OVERVIEW = """\
usage: gate COMMAND [...]

Judges what a repository would ship: how well every workload is isolated, against what it declares itself to be.

commands:
  check [PATH ...]       judge files and folders, or - for standard input (default: the current folder)
  except RULE|CVE WHOM   write an exception into the declaration: with a reason, an owner and an end
  explain [NAME]         what a rule asks, why, and what to do; a requirement, a level, a fact, a way out (`escapes`)
  data show|verify       the dates the verdicts rest on
  data export|update     carry them to where there is no network, or put newer ones in their place
  policy show [NAME]     a policy pack with the source of every requirement
  policy lint FILE       what is wrong with a policy of one's own, or doubtful
  policy test FILE|DIR   whether policies say of cases what the cases expect
  policy new NAME        a policy of one's own to start from, which adds to standard
  schema NAME            the JSON Schema of policy, policy-tests, declaration, baseline, report or data

  --version              print the version
  --help                 print this, or the help of a command
"""

CHECK = """\
usage: gate check [PATH ...] [options]

Judge files, folders, or - for standard input; without a path or an image the current folder.

  --image TAR|LAYOUT|REFERENCE
                             a built image: an OCI layout, an archive of one or of `docker save`, or a configuration;
                             with --online an image of a registry, by tag or digest; repeatable; workloads that name
                             it run as its user
  --trivy-report FILE        what trivy reports of an image, as JSON; repeatable; so is
  --grype-report FILE        what grype reports; images that are no other input are judged by their reports
  --trivy-database FILE      when trivy's data was made, which its reports do not say: `db/metadata.json` of its
                             cache, or what `trivy version --format json` prints
  --sbom FILE                a bill of materials of an image: CycloneDX, SPDX or syft's, as JSON; repeatable
  --scanner trivy            start trivy, offline, on every --image and --sbom, and on
  --rootfs FOLDER            a root filesystem; repeatable
  --trivy PROGRAM            the trivy to start (default: the first in PATH outside of what is judged); with
                             @sha256:HEX behind it, it must have that digest
  --trivy-cache FOLDER       where its database is (default: its usual cache)
  --index KIND:PATH          what the distribution offers, to compare the packages of images with; repeatable:
                             apk:APKINDEX.tar.gz, deb:Packages[.gz|.xz][,Release] or rpm:repodata
  --vex FILE                 an OpenVEX or CycloneDX document that excuses vulnerabilities; repeatable
  --policy PACK|FILE         a policy pack that counts beside the declaration's own (default: that, else standard);
                             with @sha256:HEX behind it, its file must have that digest
  --declaration FILE         the declaration for everything (default: the nearest .gate.yaml above each file)
  --data FILE[@sha256:HEX]   tables that `gate data update` has written, in place of the embedded ones; never a file of
                             what is judged (default: what BOUNDARY_GATE_DATA names, if anything)
  --kubernetes-version X.Y   the version whose Pod Security Standards apply
  --trusted-ref REF          read policy, declarations and exceptions in this commit, not in the change
  --against REF              report only what is worse, or better, than where the history of HEAD left this commit
  --baseline FILE            warn only of what is new: what this file knows neither fails nor is listed
  --write-baseline           write that file: all that there is now is known (default: .gate-baseline.json at the root)
  --render                   have charts rendered, and kustomizations built, by the helm and the kustomize or kubectl in
                             PATH, offline, and judge what they make of them; the declaration says how
  --stage STAGE              commit, build or deploy: which evidence can be expected (default: from the inputs)
  --format FORMAT[=FILE]     text, json, sarif, sarif-full (what is excepted too) or github; repeatable
  --now DATE                 judge as of a day (default: today, UTC)
  --verbose, -v              list every note and everything that was skipped
  --online                   ask the registries of --image, with the logins that docker and podman keep
  --offline                  open no socket (default)

exit status:
  0 pass, warnings included   1 fail   2 usage or configuration error   3 could not judge   70 internal error
  130 interrupted   141 whoever read the output went away
"""
