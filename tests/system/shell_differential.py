#!/usr/bin/env python3
"""Runs shell scripts with dash and with the project's shell and compares what they do.

    shell_differential.py [--shell build/host/shell] [--seed N] [--count N] [--cases FILE|DIRECTORY]
                          [--only TEXT] [--list]

A case is a script. A batch of cases becomes one master script that runs each in a directory of its
own and frames its output, error output and status with markers; the same master script runs under
dash on the host, under the project's shell on the host, or in the guest. Compared are standard
output, exit status and standard error, after the script's own name in messages is made the same.
"""
import argparse
import os
import pathlib
import re
import signal
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import shell_generator  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CASES = HERE / "shell_cases"
DASH = "/bin/dash"
MARK = "@=@=@"


def read_cases(path=CASES):
    """The cases of a file, or of all files of a directory, separated by lines that begin with
    "#---"; text behind it is the name. Each case is run by both shells with the arguments "one"
    and "two words" in an empty working directory."""
    path = pathlib.Path(path)
    if path.is_dir():
        return [case for file in sorted(path.glob("*.sh")) for case in read_cases(file)]
    cases, name, lines = [], None, []
    for line in path.read_bytes().decode("latin-1").splitlines(keepends=True):
        if line.startswith("#---"):
            if name is not None:
                cases.append((name, "".join(lines)))
            name, lines = line[4:].strip(), []
        elif name is not None:
            lines.append(line)
    if name is not None:
        cases.append((name, "".join(lines)))
    return [(name or f"case {i + 1}", text) for i, (name, text) in enumerate(cases)]


def needs_root(case):
    """Whether dash can be the reference for root only: the kernel's shell may enter and read whatever its mode is."""
    return case[0].endswith("(as root)")


def master_script(cases, directory="/tmp/diff"):
    """One script that runs every case and frames what it does."""
    # Not everybody may enter /root.
    out = [f"HOME=/tmp; export HOME; D={directory}\nrm -rf $D; mkdir $D || exit 99\n"]
    for i, (_, text) in enumerate(cases):
        if not text.endswith("\n"):
            text += "\n"
        out.append(
            f"cat >$D/case <<'{MARK}'\n{text}{MARK}\n"
            f"mkdir $D/w; cd $D/w\n"
            f"sh ../case one 'two words' >$D/out 2>$D/err </dev/null; s=$?\n"
            f"cd /; echo '{MARK} out {i}'; cat $D/out; echo; echo '{MARK} err {i}'; cat $D/err\n"
            f"echo; echo '{MARK} status {i}' $s; rm -rf $D/w\n")
    out.append("rm -rf $D\n")
    return "".join(out)


# Commands that are built-ins of dash speak for themselves here.
BUILTIN_PREFIX = re.compile(r"^\S+: \d+: (?=(\[|test|printf|echo): )", re.M)

FRAME = re.compile(
    re.escape(MARK) + r" out (\d+)\n(.*?)\n" + re.escape(MARK) + r" err \1\n(.*?)\n"
    + re.escape(MARK) + r" status \1 (\d+)\n", re.S)


def parse_output(text):
    """Case number -> (output, error output, status)."""
    text = BUILTIN_PREFIX.sub("", text)
    return {int(m[1]): (m[2], m[3], int(m[4])) for m in FRAME.finditer(text)}


def run_with(argv, cases, timeout, environment=None, directory=None):
    directory = directory or "/tmp/diff"
    with tempfile.TemporaryDirectory() as temporary:
        script = os.path.join(temporary, "master")
        with open(script, "wb") as file:
            file.write(master_script(cases, directory).encode("latin-1"))
        # A session of its own: what the script started ends with it, even what loops for ever.
        child = subprocess.Popen(argv + [script], stdin=subprocess.DEVNULL, env=environment,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 start_new_session=True)
        try:
            output, errors = child.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            output, errors = child.communicate()
            errors += b"\ntimeout"
    return parse_output(output.decode("latin-1")), errors.decode("latin-1")


def run_all(run_part, cases):
    """Every case; one that ends the whole shell, or does not end, is found and reported as such."""
    results, offset = {}, 0
    while offset < len(cases):
        part, errors = run_part(cases[offset:])
        for i, result in part.items():
            results[offset + i] = result
        done = len(part)
        if offset + done < len(cases):
            results[offset + done] = ("", "the shell died: " + errors[-3000:], -1)
            done += 1
        offset += done
    return results


def run_dash(cases, timeout=20):
    """The reference, in a directory of the host that is removed afterwards."""
    with tempfile.TemporaryDirectory() as temporary:
        tools = os.path.join(temporary, "bin")
        os.mkdir(tools)
        os.symlink(DASH, os.path.join(tools, "sh"))
        environment = {"PATH": tools + ":/usr/bin:/bin", "LC_ALL": "C"}
        directory = os.path.join(temporary, "diff")
        return run_all(lambda part: run_with([DASH], part, timeout, environment, directory), cases)


def run_ours(shell, cases, timeout=120):
    """Ours on the host."""
    return run_all(lambda part: run_with([shell], part, timeout), cases)


def compare(cases, expected, got):
    """Names of the cases that differ, with both answers."""
    failures = []
    for i, (name, text) in enumerate(cases):
        endless = expected.get(i) and expected[i][2] == -1  # generated by mistake
        if not endless and expected.get(i) != got.get(i):
            failures.append((name, text, expected.get(i), got.get(i)))
    return failures


def first_difference(failure):
    """The first line that differs, for a summary."""
    name, _, expected, got = failure
    if not expected or not got:
        return f"{name}: expected {expected}, got {got}"
    for what, a, b in (("output", expected[0], got[0]), ("error", expected[1], got[1])):
        a, b = a.splitlines(), b.splitlines()
        for i in range(max(len(a), len(b))):
            if a[i:i + 1] != b[i:i + 1]:
                return f"{name}: {what} line {i + 1}: expected {a[i:i + 1]}, got {b[i:i + 1]}"
    return f"{name}: expected status {expected[2]}, got {got[2]}"


def describe(failure):
    name, text, expected, got = failure
    lines = [f"=== {name}", text.rstrip("\n")]
    for who, answer in (("dash", expected), ("ours", got)):
        if answer is None:
            lines.append(f"--- {who}: nothing")
            continue
        lines.append(f"--- {who}: status {answer[2]}")
        lines.extend("  | " + line for line in answer[0].splitlines())
        lines.extend("  ! " + line for line in answer[1].splitlines())
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shell", default=str(ROOT / "build/host/shell"))
    parser.add_argument("--cases", default=str(CASES))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=0, help="generated cases in addition")
    parser.add_argument("--only", help="only cases with this text in their name or script")
    parser.add_argument("--summary", action="store_true", help="one line per difference")
    parser.add_argument("--list", action="store_true", help="print the scripts and stop")
    options = parser.parse_args()
    cases = read_cases(options.cases) if options.cases else []
    cases += shell_generator.generate(options.seed, options.count)
    if options.only:
        cases = [case for case in cases if options.only in case[0] or options.only in case[1]]
    if options.list:
        for name, text in cases:
            print(f"#--- {name}\n{text}")
        return 0
    left_out = [case for case in cases if needs_root(case) and os.geteuid() != 0]
    cases = [case for case in cases if case not in left_out]
    if left_out:
        print(f"{len(left_out)} scripts left out: the reference shell has to be root's", file=sys.stderr)
    failures = []
    for start in range(0, len(cases), 100):
        batch = cases[start:start + 100]
        failures += compare(batch, run_dash(batch), run_ours(options.shell, batch))
    for failure in failures:
        print(first_difference(failure) if options.summary else describe(failure))
    print(f"{len(cases)} scripts, {len(failures)} differ")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
