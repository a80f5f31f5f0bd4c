#!/usr/bin/python3
"""Command lines, run by the kernel and by Debian's Linux with nvme-cli on the same devices: the same output and statuses.

Both boot in QEMU with the same devices over images of the same bytes and run the same lines, one after the other; devices are
called /dev/my_nvme0 here and /dev/nvme0 there, and that is the name in what is given and shown. What may differ is said by the
line's row in nvme_cases.py, if it has one. The status is 1 when anything else does.

    tests/system/nvme_differential.py --config plain 'nvme id-ctrl /dev/nvme0 -H' 'nvme list -o json'
    tests/system/nvme_differential.py --config fdp --qemu /opt/qemu/bin/qemu-system-x86_64 --print-linux-only 'nvme list'
"""

import argparse
import difflib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tests", "linux"), os.path.join(ROOT, "tests", "system")]

import linux_guest  # noqa: E402
from linux_guest import Answer  # noqa: E402
from nvme_cases import rules_of  # noqa: E402
from nvme_configurations import CONFIGURATIONS  # noqa: E402

RUN_QEMU = os.path.join(ROOT, "tools", "run-qemu")
MIB = 1 << 20
HEADER = re.compile(rb"@@ (\d+) (\d+) (\d+) (\d+)\n")
PATTERN = random.Random(1).randbytes(MIB)  # what an image starts with


def to_ours(line):
    """A command line for Linux with the names that devices have here."""
    return re.sub(r"\bnvme(?=\d|-subsys\d)", "my_nvme", line)


def from_ours(data):
    """What was printed here with the names that devices have there, padded to the column that they were padded to."""
    data = re.sub(rb"\bmy_nvme(\S+)(?=  )", rb"nvme\1   ", data)
    return re.sub(rb"\bmy_nvme", b"nvme", data)


def make_images(directory, configuration):
    """QEMU's arguments for the configuration's devices, over images in directory that are made for it."""
    arguments = []
    for device in configuration.devices:
        drive = re.search(r"\bdrive=(\w+)", device)
        if drive:
            path = os.path.join(directory, drive[1] + ".img")
            with open(path, "wb") as image:
                image.write(b"" if drive[1] in configuration.empty else PATTERN)
                image.truncate(configuration.size)
            arguments += ["-drive", f"if=none,id={drive[1]},format=raw,file={path}"]
        arguments += ["-device", device]
    return arguments


def parse_answers(data):
    """The answers in a stream of "@@ NUMBER STATUS BYTES BYTES" and as many bytes of standard output and of standard error."""
    answers = []
    at = 0
    while match := HEADER.search(data, at):
        number, status, out, err = map(int, match.groups())
        at = match.end() + out + err
        if number != len(answers) or at > len(data):
            break
        answers.append(Answer(data[match.end():match.end() + out], data[match.end() + out:at], status))
    return answers


def run_ours(directory, lines, arguments, devices):
    """The kernel's answers to command lines, as linux_guest.run_commands() gives them."""
    script = ["mkdir /tmp; cd /tmp"]
    for number, line in enumerate(lines):
        script.append(f"( {to_ours(line)}\n) > /out 2> /err < /dev/null; status=$?\n"
                      f'echo "@@ {number} $status $(wc -c < /out) $(wc -c < /err)"; cat /out /err')
    path = os.path.join(directory, "script")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(script) + "\n")
    result = subprocess.run(
        [RUN_QEMU, *arguments, "--disk", "none", "--timeout", "300", "--append", "loglevel=0", "--script", path, "--", *devices],
        stdin=subprocess.DEVNULL, capture_output=True)
    answers = parse_answers(result.stdout)
    if len(answers) != len(lines):
        raise linux_guest.Failure(f"the kernel answered {len(answers)} of {len(lines)} command lines: "
                                  f"{(result.stdout[-2000:] + result.stderr).decode('latin-1')}")
    for answer in answers:
        answer.out, answer.err = from_ours(answer.out), from_ours(answer.err)
    return answers


def run_both(name, lines, qemu=None, linux_only=False):
    """The answers of Linux and of the kernel to command lines in a configuration, run side by side."""
    configuration = CONFIGURATIONS[name]
    arguments = ["--machine", configuration.machine] + (["--qemu", qemu] if qemu else [])
    answers = {}

    def run(key, function):
        try:
            with tempfile.TemporaryDirectory(prefix="nvme-differential-") as directory:
                answers[key] = function(directory, lines, arguments, make_images(directory, configuration))
        except Exception as exception:  # to be raised where somebody waits for it
            answers[key] = exception

    linux_guest.linux_guest()
    threads = [threading.Thread(target=run, args=("linux", linux_guest.run_commands))]
    if not linux_only:
        threads.append(threading.Thread(target=run, args=("ours", run_ours)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for answer in answers.values():
        if isinstance(answer, Exception):
            raise answer
    return answers["linux"], answers.get("ours")


def as_json(data):
    """The value that a JSON text tells, or None."""
    try:
        return json.loads(data) if data.lstrip()[:1] in (b"{", b"[") else None
    except ValueError:
        return None


def comparable(answer, rules):
    """An answer as a list of lines that are the same where nothing differs but what the rules allow."""
    value = as_json(answer.out)
    if value is None:
        out = answer.out.decode("utf-8", "backslashreplace").splitlines(keepends=True)
    else:
        out = json.dumps(value, indent=2, sort_keys=True).splitlines(keepends=True)
    lines = out + ["---- standard error\n"] + answer.err.decode("utf-8", "backslashreplace").splitlines(keepends=True)
    for rule in rules:
        lines = rule.apply(lines)
    return lines + [f"---- status {answer.status}\n"]


def difference(linux, ours, rules=()):
    """What differs between two answers, as a unified diff; empty where nothing does."""
    lines = difflib.unified_diff(comparable(linux, rules), comparable(ours, rules), "linux", "ours", n=1)
    return "".join(line if line.endswith("\n") else line + "\n\\ No newline at the end\n" for line in lines)


def show(name, line, answer):
    print(f"==== {name}: {line}: status {answer.status}", flush=True)
    sys.stdout.buffer.write(answer.out + (b"---- standard error\n" + answer.err if answer.err else b""))
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", choices=CONFIGURATIONS, default="plain")
    parser.add_argument("--qemu", metavar="PATH", help="default $QEMU, else qemu-system-x86_64")
    parser.add_argument("--print-linux-only", action="store_true", help="boot Linux alone, and print what it printed")
    parser.add_argument("lines", nargs="+", metavar="LINE")
    options = parser.parse_args()
    try:
        linux, ours = run_both(options.config, options.lines, options.qemu, options.print_linux_only)
    except (linux_guest.Failure, OSError) as failure:
        sys.exit(f"nvme_differential: {failure}")
    failed = False
    for number, line in enumerate(options.lines):
        show("Linux", line, linux[number])
        if options.print_linux_only:
            continue
        show("ours", line, ours[number])
        text = difference(linux[number], ours[number], rules_of(options.config, line))
        print(f"==== {'the difference' if text else 'no difference'}: {line}\n{text}", end="")
        failed |= bool(text)
    return failed


if __name__ == "__main__":
    sys.exit(main())
