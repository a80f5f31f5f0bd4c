#!/usr/bin/python3
"""Generated dd and cmp invocations, run here and with GNU's: same bytes, counts, status and messages.

A batch of cases is one shell script, which dash runs with the host's coreutils and diffutils and
which the kernel's shell runs, either built for the host (build/host/shell, fast) or in QEMU. Only
times and rates are left out of the comparison, and typographic quotes.

    tests/system/differential.py --seed 1 --count 2000 --kind dd --backend host
    tests/system/differential.py --seed 1 --only 17 --show
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "system"))

import filter_cases  # noqa: E402
import pattern_cases  # noqa: E402
import tool_cases  # noqa: E402

DEVICE_SIZE = 1 << 20  # of the device that device cases use; a regular file takes its place with GNU's
BATCH = 250
# What GNU's needs: nothing else may come through. "byte" instead of "char" in cmp's first line asks
# for a locale that is not C.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_MESSAGES": "C.UTF-8", "LC_CTYPE": "C"}


class Case:
    def __init__(self, number, command, output="o", before="", text=False):
        self.text = text  # standard output is short text, shown rather than hashed
        self.number = number
        self.command = command  # one shell command; its own redirections included
        self.output = output  # what it may have written
        self.before = before  # shell commands that prepare for it

    def script(self):
        show = f'if [ -f {self.output} ] || [ -b {self.output} ]; then wc -c <{self.output}; sha256sum <{self.output}; fi\n'
        printed = "head -c 700 <out | hexdump -c; sha256sum <out" if self.text else "wc -c <out; sha256sum <out"
        return (f"echo '@@ {self.number}'\nrm -f o out err\n{self.before}"
                f"{self.command} 2>err\necho \"status $?\"\n"
                f"cat err\nif [ -s out ]; then {printed}; fi\n{show}")


def octal(data):
    return "".join(f"\\{byte:03o}" for byte in data)


def prelude(rng):
    """Shell commands that make the input files: the same bytes wherever they run."""
    lines = []

    def write(name, data):
        lines.append(f": >{name}")
        for at in range(0, len(data), 800):
            lines.append(f"printf '{octal(data[at:at + 800])}' >>{name}")

    words = b"alpha Beta  gamma\tDELTA epsilon-zeta \x00 eta".split(b" ")
    text = b"".join(b" ".join(rng.choices(words, k=rng.randrange(0, 7))) + b" " * rng.choice([0, 0, 0, 3]) + b"\n"
                    for _ in range(60)) + b"no newline"
    binary = rng.randbytes(3000)
    zeros = binary[:700] + bytes(2600) + binary[700:900] + bytes(1500)
    changed = bytearray(binary)
    for _ in range(9):
        changed[rng.randrange(len(changed))] ^= rng.randrange(1, 256)
    changed_text = text.replace(b"gamma", b"gamna", 1)
    write("empty", b"")
    write("tiny", b"abcdefg")
    write("text", text)
    write("text2", changed_text)
    write("binary", binary)
    write("binary2", bytes(changed))
    write("short", binary[:1234])
    write("textshort", text[:len(text) // 2])
    write("lines", text[:text.index(b"\n", 200) + 1])
    write("zeros", zeros)
    lines += ["cat binary text zeros text2 binary >x", "cat x x x x x x x x >big", "cat big tiny >big2",
              "mkdir dir", "cp text 'two words'"]
    return "".join(line + "\n" for line in lines)


INPUTS = {"empty": 0, "tiny": 7, "text": 1500, "binary": 3000, "zeros": 5000, "big": 100000, "lines": 250,
          "'two words'": 1500}
SIZES = ["1", "2", "3", "7", "10", "16", "64", "100", "512", "1000", "1024", "4096", "1c", "3w", "1b", "1k", "1K", "4k",
         "1kB", "1KB", "1KiB", "2x5", "64x4", "1kx3", "5B", "65536", "64K", "1M", "0x5", "3xk", "+9", "1MB"]
BAD_NUMBERS = ["0", "x", "", "-1", "1y", "1BB", "99999999999999999999", "1kBB", "1x", "x1", "0x", "1 ", "1.5", "9E",
               "9223372036854775807", "9223372036854775808", "1Ex8", "1_0", "1kib", "1D", "1e3"]
CONVERSIONS = ["notrunc", "noerror", "sync", "sparse", "swab", "ucase", "lcase", "fsync", "fdatasync", "excl", "nocreat",
               "block", "unblock", "ascii", "ebcdic", "ibm"]
INPUT_FLAGS = ["fullblock", "count_bytes", "skip_bytes", "nonblock", "dsync", "sync", "noatime", "nocache", "append"]
OUTPUT_FLAGS = ["append", "seek_bytes", "dsync", "sync", "nonblock", "noctty", "nocache"]
try:
    os.close(os.open("/dev/null", os.O_RDONLY | os.O_NOATIME))
except PermissionError:
    INPUT_FLAGS.remove("noatime")  # only for a file's owner, and the kernel's shell is everything's
BAD_OPERANDS = ["conv=foo", "conv=", "conv=sync,", "iflag=foo", "oflag=fullblock", "oflag=bar,append", "status=loud",
                "foo", "foo=1", "=", "if", "of=", "if=", "-x", "--foo", "bs", "count", "--", "iflag=directory",
                "conv=ucase,lcase", "conv=block,unblock", "conv=ascii,ibm", "conv=excl,nocreat", "status=none,noxfer",
                "if=dir", "if=nowhere", "of=nowhere/o", "of=dir", "cbs=0", "bs=0", "ibs=0", "obs=0",
                "iflag=direct,nocache", "foo=0x1"]


def number_of(text):
    """What a size operand comes to, roughly; enough to keep outputs small."""
    value = 1
    for factor in text.lstrip("+ ").split("x"):
        digits = re.match(r"\d*", factor).group()
        unit = {"c": 1, "w": 2, "b": 512, "k": 1024, "K": 1024, "M": 1 << 20}.get(factor[len(digits):][:1], 1)
        value *= int(digits or 1) * unit
    return value


def pick_sizes(rng, operands):
    """bs=, or ibs= and obs=, or none; returns the sizes of input and output blocks."""
    size = rng.choice
    kind = rng.randrange(6)
    if kind < 3:
        operands.append(f"bs={size(SIZES)}")
        return (max(1, number_of(operands[-1][3:])),) * 2
    blocks = [512, 512]
    for index, name in enumerate(("ibs", "obs")):
        if kind == 5 or rng.randrange(2):
            operands.append(f"{name}={size(SIZES)}")
            blocks[index] = max(1, number_of(operands[-1][4:]))
    return tuple(blocks)


def pick_count(rng, limit):
    """A number with or without suffix, mostly below limit."""
    value = rng.choice([0, 1, 2, 3, 5, 10, rng.randrange(0, limit + 2)])
    value = min(value, limit)
    return rng.choice([str(value)] * 6 + [f"{value}B", f"+{value}", f"{value}x1", f"{value}c", f"00x{value}"])


def dd_case(rng, number):
    if rng.randrange(12) == 0:
        return dd_bad_case(rng, number)
    operands = []
    before = ""
    source = rng.choice(list(INPUTS) + ["/dev/zero", "/dev/null"])
    ibs, obs = pick_sizes(rng, operands)
    size = INPUTS.get(source, 0)
    if source == "/dev/zero":
        operands.append(f"count={rng.randrange(0, min(40, 300000 // ibs + 1) + 1)}")
    elif rng.randrange(3) == 0:
        operands.append(f"count={pick_count(rng, size // ibs + 2)}")
    if rng.randrange(3) == 0 and source != "/dev/zero":
        operands.append(f"{rng.choice(['skip', 'iseek'])}={pick_count(rng, size // ibs + 2)}")
    if rng.randrange(3) == 0:
        operands.append(f"{rng.choice(['seek', 'oseek'])}={pick_count(rng, min(20, 1000000 // obs))}")
    if rng.randrange(2) == 0:
        chosen = rng.sample(CONVERSIONS, rng.choice([1, 1, 2, 3]))
        operands.append("conv=" + ",".join(chosen))
        if any(name in chosen for name in ("block", "unblock", "ascii", "ebcdic", "ibm")) and rng.randrange(4):
            operands.append(f"cbs={rng.choice(['1', '2', '5', '8', '16', '80', '1k'])}")
    if rng.randrange(4) == 0:
        operands.append("iflag=" + ",".join(rng.sample(INPUT_FLAGS, rng.choice([1, 1, 2]))))
    if rng.randrange(4) == 0:
        operands.append("oflag=" + ",".join(rng.sample(OUTPUT_FLAGS, rng.choice([1, 1, 2]))))
    if rng.randrange(3) == 0:
        operands.append(f"status={rng.choice(['none', 'noxfer', 'noxfer', 'progress'])}")

    redirections, command = "", "dd"
    # iflag=append on a file that is read, or a pipe: what it does belongs to the system
    small = source in ("empty", "tiny", "text", "binary", "lines")
    kind = rng.randrange(6)
    if kind == 0 and small:
        command = f"cat {source} | dd"
        # a pipe that does not wait depends on who comes first
        operands = [operand for operand in operands if "nonblock" not in operand]
    elif kind == 1:
        redirections += f" <{source}"
    else:
        operands.append(f"if={source}")
    kind = rng.randrange(12)
    if kind == 0:
        operands.append("of=/dev/null")
    elif kind == 1:
        operands.append("of=/dev/full")
    elif kind < 4:
        redirections += rng.choice([" >out", " >>out", " >out"])
    else:
        if rng.randrange(2):
            before = f"cat {rng.choice(['binary', 'tiny', 'text', 'zeros'])} >o\n"
        operands.append("of=o")
    rng.shuffle(operands)
    # the sizes and counts that nothing is safe without come last where a name is repeated
    return Case(number, " ".join([command, *operands]) + redirections, before=before)


def dd_bad_case(rng, number):
    operands = ["if=tiny", "of=o"]
    for _ in range(rng.choice([1, 1, 2])):
        if rng.randrange(2):
            operands.append(rng.choice(BAD_OPERANDS))
        else:
            name = rng.choice(["bs", "ibs", "obs", "cbs", "count", "skip", "seek", "iseek"])
            operands.append(f"'{name}={rng.choice(BAD_NUMBERS)}'")
    first = operands[2:]
    rng.shuffle(operands)
    if "--" in first or "-x" in first or "--foo" in first:
        operands = first + ["if=tiny", "of=o"]
    return Case(number, "dd " + " ".join(operands))


FILES = ["empty", "tiny", "text", "text2", "binary", "binary2", "short", "textshort", "lines", "zeros", "big", "big2",
         "'two words'", "/dev/null", "/dev/zero", "dir", "nowhere"]
PAIRS = [("binary", "binary2"), ("text", "text2"), ("binary", "short"), ("text", "textshort"), ("text", "lines"),
         ("big", "big2"), ("text", "'two words'"), ("empty", "tiny"), ("zeros", "/dev/zero")]
SKIPS = ["0", "1", "5", "100", "1k", "1K", "1kB", "1000000", "0x10", "010", "x", "", "1:2", "0:7", "3:", ":3", "1:x", "-1",
         "2b", "1KiB", "99999999999999999999", "1Y"]


def cmp_case(rng, number):
    a, b = rng.choice(PAIRS) if rng.randrange(4) else (rng.choice(FILES), rng.choice(FILES))
    if rng.randrange(2):
        a, b = b, a
    if (a, b) == ("/dev/zero", "/dev/zero"):
        a = "empty"
    words, command, redirections = [], "cmp", ""
    if rng.randrange(2) == 0:
        words.append(rng.choice(["-l", "-s", "-b", "-lb", "-bl", "--verbose", "--quiet", "--silent", "--print-bytes", "-c",
                                 "-sb"]))
    if rng.randrange(4) == 0:
        words.append(rng.choice(["-i ", "-i", "--ignore-initial="]) + (rng.choice(SKIPS) or "''"))
    if rng.randrange(4) == 0:
        words.append(rng.choice(["-n ", "-n", "--bytes="]) + rng.choice(["0", "1", "7", "1000", "1K", "5k", "x", "0x20"]))
    if rng.randrange(25) == 0:
        words.append(rng.choice(["-x", "--foo", "-l -s", "-n", "--", "--bytes"]))
    files = [a, b]
    kind = rng.randrange(10)
    if kind == 0 and a not in ("dir", "nowhere"):
        redirections = f" <{a}"
        files = rng.choice([["-", b], [b, "-"], [b]])
    elif kind == 1 and a in ("tiny", "text", "binary", "lines", "short"):
        command = f"cat {a} | cmp"
        files = rng.choice([["-", b], [b, "-"], [b]])
    elif kind == 2:
        files += rng.choices(SKIPS[:-4], k=rng.choice([1, 1, 2, 2, 3]))
        files = [name or "''" for name in files]
    elif kind == 3:
        files = rng.choice([[a], [], [a, a]])
        redirections = " </dev/null"
    words = rng.choice([words + files, files + words])
    return Case(number, " ".join([command, *words]) + redirections + rng.choice([" >out", " >out", " >out", " >/dev/null"]))


def device_case(rng, number):
    """dd to and from $D inside its capacity, where a device and a file that is not truncated are alike."""
    block = rng.choice([1, 7, 512, 1000, 4096, 5000, 65536])
    blocks = DEVICE_SIZE // block
    at = rng.randrange(0, blocks)
    count = rng.randrange(1, max(2, min(blocks - at, 200000 // block) + 1))
    count = min(count, blocks - at)
    if rng.randrange(2):
        extra = rng.choice(["", " conv=swab", " obs=3000", " iflag=fullblock", " iflag=skip_bytes,count_bytes"])
        unit = block if extra == " iflag=skip_bytes,count_bytes" else 1
        size = f"ibs={block}" if "obs" in extra else f"bs={block}"
        return Case(number, f'dd if="$D" of=o {size} skip={at * unit} count={count * unit}{extra}')
    source = rng.choice(["big", "/dev/zero", "binary"])
    extra = rng.choice(["", " conv=notrunc,fsync", " oflag=dsync", " conv=notrunc,sync", " oflag=seek_bytes"])
    unit = block if "seek_bytes" in extra else 1
    extra = extra if "conv=" in extra else " conv=notrunc" + extra
    return Case(number, f'dd if={source} of="$D" bs={block} seek={at * unit} count={count}{extra}', output='"$D"')


def pattern_case(make):
    def case(rng, number):
        before, command = make(rng)
        return Case(number, command, before=before, text=True)
    return case


KINDS = {"dd": dd_case, "cmp": cmp_case, "device": device_case, "tools": pattern_case(tool_cases.case),
         **{kind: pattern_case(make) for kind, make in pattern_cases.KINDS.items()}, "filters": pattern_case(filter_cases.case)}


def generate(kind, seed, count):
    """[(prelude, cases)]: batches that are a script each."""
    batches = []
    for first in range(0, count, BATCH):
        rng = random.Random(f"{kind} {seed} {first}")
        opening = prelude(rng)
        batches.append((opening, [KINDS[kind](rng, number) for number in range(first, min(first + BATCH, count))]))
    return batches


def script_of(batch, directory, device=None):
    opening, cases = batch
    # messages that a case does not catch itself are left out: on the serial line they would mix
    head = f"exec 2>/dev/null\nmkdir -p {directory}\ncd {directory}\n"
    if device:
        head += f"D={device}\n"
    return head + opening + "".join(case.script() for case in cases) + "echo '@@ end'\n"


def coreutils_version():
    words = subprocess.run(["dd", "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[0].split()
    return tuple(int(number) for number in re.findall(r"\d+", words[-1]))


# Ours do as coreutils 9.1. What later ones do differently says nothing: messages that they have given up, and commands
# that count other things as words or cut a number that is too large.
REFERENCE = (9, 1)
COREUTILS = coreutils_version()
LATER_MESSAGES = r"(?m)^dd: (?:.*: cannot skip to specified offset|you probably want conv=notrunc with oflag=append)\n"
LATER_COMMANDS = r"\bwc\b|9{20}"


def normalise(text):
    text = text.replace("\u2018", "'").replace("\u2019", "'").replace("\r", "\n" if "\r\n" not in text else "")
    text = re.sub(r"copied, [0-9.e+-]+ s, (?:[0-9.]+ .?B|Infinity B)/s *", "copied, T s, R", text)
    text = re.sub(r"(?m)^/\S*/script: \d+: ", "", text)
    if COREUTILS > REFERENCE:
        text = re.sub(LATER_MESSAGES, "", text)
    # dd status=progress may or may not come to print a line
    return re.sub(r"(?m)^\n?\d+ bytes? (?:\(.*\) )?copied, T s, R(?=\d)", "", text)


def results(text):
    """Output by case number."""
    parts = re.split(r"(?m)^@@ (\w+)\n", normalise(text))
    found = dict(zip(parts[1::2], parts[2::2]))
    if "end" not in found:
        raise RuntimeError(f"the script did not come to its end, case {parts[-2]}:\n{parts[-1][-1000:]}")
    return found


def run_reference(batch, device=False):
    # in memory: the cases with fsync take long enough
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as directory:
        name = None
        if device:
            name = os.path.join(directory, "device")
            with open(name, "wb") as file:
                file.truncate(DEVICE_SIZE)
        script = script_of(batch, os.path.join(directory, "w"), name)
        path = os.path.join(directory, "script")
        with open(path, "w", encoding="latin-1") as file:
            file.write(script)
        result = subprocess.run(["dash", path], stdin=subprocess.DEVNULL, capture_output=True, env=ENVIRONMENT,
                                timeout=600)
        text = result.stdout.decode("utf-8", "replace")
        return results(text.replace(name, "$D") if name else text)


def run_host(batch, device=False, shell=None):
    shell = shell or os.environ.get("HOST_SHELL_PROGRAM") or os.path.join(ROOT, "build", "host", "shell")
    with tempfile.TemporaryDirectory() as directory:
        script = os.path.join(directory, "script")
        disk = os.path.join(directory, "disk")
        with open(script, "w", encoding="latin-1") as file:
            file.write(script_of(batch, "/tmp/w", "/dev/my_nvme0n1" if device else None))
        with open(disk, "wb") as file:
            file.truncate(DEVICE_SIZE)
        result = subprocess.run([shell, "--disk", disk, script], stdin=subprocess.DEVNULL, capture_output=True,
                                timeout=900)
        output = result.stdout + result.stderr
        if result.returncode not in (0, 1) or b"ERROR: AddressSanitizer" in output or b"runtime error" in output:
            raise RuntimeError(f"{shell} ended with {result.returncode}:\n" + output[-6000:].decode("latin-1"))
        text = result.stdout.decode("utf-8", "replace")
        return results(text.replace("/dev/my_nvme0n1", "$D") if device else text)


def run_guest(batch, device=False):
    import machine

    with tempfile.TemporaryDirectory() as directory:
        disk = machine.make_disk(os.path.join(directory, "disk"), DEVICE_SIZE)
        script = script_of(batch, "/tmp/w", "/dev/my_nvme0n1" if device else None)
        result = machine.run_script(directory, script, "--disk", disk, timeout=900)
        if result.returncode:
            raise RuntimeError(f"run-qemu ended with {result.returncode}:\n{result.stdout[-3000:]}{result.stderr}")
        text = result.stdout.replace("\r\n", "\n").encode("latin-1").decode("utf-8", "replace")
        return results(text.replace("/dev/my_nvme0n1", "$D") if device else text)


BACKENDS = {"host": run_host, "guest": run_guest}


def differences(kind, seed, count, backend, only=None, show=False):
    """Texts that describe what differs."""
    found = []
    device = kind == "device"
    later = COREUTILS > REFERENCE
    for batch in generate(kind, seed, count):
        if only is not None:
            batch = (batch[0], [case for case in batch[1] if case.number == only])
            if not batch[1]:
                continue
        expected = run_reference(batch, device)
        got = BACKENDS[backend](batch, device)
        for case in batch[1]:
            key = str(case.number)
            if not show and later and re.search(LATER_COMMANDS, case.command):
                continue
            if show or expected.get(key) != got.get(key):
                found.append(f"{kind} case {key} (seed {seed}): {case.before.strip()} {case.command}\n"
                             f"--- GNU\n{expected.get(key)}--- ours\n{got.get(key)}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--kind", choices=[*KINDS, "all"], default="all")
    parser.add_argument("--backend", choices=BACKENDS, default="host")
    parser.add_argument("--only", type=int, metavar="N", help="just this case")
    parser.add_argument("--show", action="store_true", help="print every case, equal or not")
    parser.add_argument("--script", action="store_true", help="print the scripts instead of running them")
    options = parser.parse_args()
    if not shutil.which("dash"):
        sys.exit("dash is needed as the reference shell")
    bad = 0
    for kind in KINDS if options.kind == "all" else [options.kind]:
        if options.script:
            for batch in generate(kind, options.seed, options.count):
                print(script_of(batch, "/tmp/w", "device" if kind == "device" else None), end="")
            continue
        found = differences(kind, options.seed, options.count, options.backend, options.only, options.show)
        print("\n".join(found))
        print(f"{kind}: {options.count} cases, {len(found)} {'shown' if options.show else 'differ'}")
        bad += len(found)
    sys.exit(1 if bad and not options.show else 0)


if __name__ == "__main__":
    main()
