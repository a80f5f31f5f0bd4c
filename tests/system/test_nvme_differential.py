"""nvme, lspci and others as in Debian's Linux with nvme-cli on the same devices (nvme_differential.py): every row of nvme_cases.py."""

import os
import re
import subprocess

import pytest

from nvme_cases import CASES, cases_of
from nvme_configurations import CONFIGURATIONS
from nvme_differential import Answer, difference, from_ours, run_both, to_ours
from nvme_rules import Blanks, Differs, Form, Masked, Order


def offers(configuration):
    """Whether this QEMU has all that the configuration needs."""
    qemu = os.environ.get("QEMU") or "qemu-system-x86_64"
    listed = subprocess.run([qemu, "-device", "nvme-subsys,help"], capture_output=True, text=True, check=True).stdout
    return all(word in listed for word in configuration.needs)


def test_rows_name_configurations():
    assert {name for case in CASES for name in case.configurations} == set(CONFIGURATIONS)
    rows = [(name, case.line) for case in CASES for name in case.configurations]
    assert len(rows) == len(set(rows)), "a line has two rows"


def test_names_are_translated():
    assert to_ours("nvme list-ns /dev/nvme0 | grep nvme; ls /dev/nvme0n1 nvme-subsys0") == \
        "nvme list-ns /dev/my_nvme0 | grep nvme; ls /dev/my_nvme0n1 my_nvme-subsys0"
    assert from_ours(b"/dev/my_nvme0n1      serial my_nvme0: in use: my_nvme\n") == b"/dev/nvme0n1         serial nvme0: in use: nvme\n"


def differ(one, other, *rules):
    return difference(Answer(one, b"", 0), Answer(other, b"", 0), rules)


def test_every_difference_is_seen():
    same = Answer(b"out\n", b"err\n", 1)
    assert not difference(same, Answer(b"out\n", b"err\n", 1))
    for other in Answer(b"out", b"err\n", 1), Answer(b"out\n", b"", 1), Answer(b"out\n", b"err\n", 2), Answer(b"", b"out\nerr\n", 1):
        assert difference(same, other)
    assert not differ(b'{"a": 1, "b": [2]}', b'{ "b":[2], "a":1 }')
    for other in b'{"a": 1, "b": [3]}', b'{"a": 1}', b'{"a": "1", "b": [2]}', b'{"a": 1, "b": [2]':
        assert differ(b'{"a": 1, "b": [2]}', other)


@pytest.mark.parametrize("rule,one,other,third", [
    (Form("^read", ""), b"read: 12\n", b"read: 7\n", b"read: none\n"),
    (Form("^read", ""), b"read: 1\nelse: 1\n", b"read: 2\nelse: 1\n", b"read: 1\nelse: 2\n"),
    (Blanks(), b"a   b\n", b"a b\n", b"ab\n"),
    (Differs("^x", ""), b"a\nx\n\t1\nb\n", b"a\nb\n", b"a\n"),
    (Order("^n", ""), b"n1\nn2\na\n", b"n2\nn1\na\n", b"n1\na\nn2\n"),
    (Masked("^is: (.*)!$", ""), b"is: one!\n", b"is: two!\n", b"is: one?\n"),
])
def test_a_rule_allows_what_it_says_and_no_more(rule, one, other, third):
    assert differ(one, other) and not differ(one, other, rule) and differ(one, third, rule)


# Options beside those of 2.3: of later nvme-cli, and those of list for the one of zns.
LATER = {("write-zeroes", "dir-type"), ("write-zeroes", "dir-spec"), ("write-uncor", "dir-type"), ("write-uncor", "dir-spec"), ("sanitize", "emvs"),
         ("show-regs", "verbose"), ("fdp set-events", "save"), ("zns list", "output-format"), ("zns list", "verbose")}
# Fabrics, management interfaces and vendors are not here; the other two are of drives that no QEMU is.
WITHOUT = {"check-dhchap-key", "check-tls-key", "config", "connect", "connect-all", "dim", "disconnect", "disconnect-all", "discover", "gen-dhchap-key",
           "gen-hostnqn", "gen-tls-key", "show-hostnqn", "rpmb", "media-unit-stat-log", "supported-cap-config-log"}
ZNS = ["changed-zone-list", "close-zone", "finish-zone", "id-ctrl", "id-ns", "list", "offline-zone", "open-zone", "report-zones", "reset-zone",
       "set-zone-desc", "zone-append", "zone-mgmt-recv", "zone-mgmt-send", "zrwa-flush-zone"]
FDP = ["configs", "events", "set-events", "stats", "status", "update", "usage"]


def options_of(answer):
    """The options that a --help lists: name, letter, and whether a value follows."""
    text = (answer.out + answer.err).decode()
    return {(name, letter, bool(value)) for name, value, letter in re.findall(r"^  \[? +--([a-z0-9-]+)(=<?\w*>?)?(?:, -(\w))?", text, re.MULTILINE)}


@pytest.mark.long
def test_every_subcommand_takes_the_same_options():
    (listed,), _ = run_both("plain", ["nvme help"])
    core = re.findall(r"^  ([a-z-]+) ", listed.out.decode() + listed.err.decode(), re.MULTILINE)
    core = [name for name in core[:core.index("help")] if name not in WITHOUT | {"version"}]
    names = [*core, *(f"zns {name}" for name in ZNS), *(f"fdp {name}" for name in FDP)]
    linux, ours = run_both("plain", [f"nvme {name} --help" for name in names])
    for name, one, other in zip(names, linux, ours, strict=True):
        more = {option for option in options_of(other) - options_of(one) if (name, option[0]) not in LATER}
        assert (name, more, options_of(one) - options_of(other)) == (name, set(), set())


def long(*values):
    return pytest.param(*values, marks=pytest.mark.long)


# Each boots a Linux, which takes its time for every line: what is left out here is for make test-long.
@pytest.mark.parametrize("name,step", [("plain", 6), ("namespaces", 4), *(long(name, 1) for name in CONFIGURATIONS)])
def test_as_on_linux(name, step):
    if not offers(CONFIGURATIONS[name]):
        pytest.skip(f"this QEMU has no {' '.join(CONFIGURATIONS[name].needs)}")
    # Others use the files that a row makes.
    cases = [case for number, case in enumerate(cases_of(name)) if number % step == 0 or " > " in case.line]
    (version, *linux), (_, *ours) = run_both(name, ["nvme version", *(case.line for case in cases)])
    assert version.out.startswith(b"nvme version 2.3 "), f"the rows are for nvme-cli 2.3, which this distribution has not: {version.out}"
    failures = [f"{case.line}\n{text}" for case, one, other in zip(cases, linux, ours) if (text := difference(one, other, case.rules))]
    assert not failures, "\n".join(failures)
