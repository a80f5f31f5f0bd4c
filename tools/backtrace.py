"""Of what a program died, and where: the latter out of its core and by gdb, where both are there."""

import contextlib
import glob
import os
import re
import resource
import shutil
import signal
import subprocess

GDB_S = 60
# What stands above the place in every backtrace of one that aborts.
ABORTING = re.compile(r"(__)?(GI_)?_*(pthread_kill\w*|raise|gsignal|abort|assert\w*|libc_\w+|fortify_fail|chk_fail|asan\w*|ubsan\w*|g_assertion\w*)$")
FRAME = re.compile(r"#\d+\s+(?:0x([0-9a-f]+) in )?(\S*) \(.*?\)(?: at (\S+))?", re.S)
MAPPING = re.compile(r"\s*0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+)\s+(?:[rwxp-]+\s+)?(/\S+)")


def signal_name(number):
    try:
        return signal.Signals(number).name
    except ValueError:  # most of the real-time ones have none
        return f"signal {number}"


def allow(process):
    """The process may leave a core in its directory, if it may here and somebody can read it."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if shutil.which("gdb") and hard:
        with contextlib.suppress(OSError, ValueError):  # it has ended already, or has less
            resource.prlimit(process.pid, resource.RLIMIT_CORE, (hard, hard))


def frames(said):
    """From the first frame that is not of the library's way to die: functions, with their file where that is known, or an offset in a module."""
    mappings = [(int(start, 16), int(end, 16), int(offset, 16), path) for start, end, offset, path in MAPPING.findall(said)]
    pc = re.search(r"^PC 0x([0-9a-f]+)", said, re.M)
    names = []
    # What stands before that is the innermost frame once more: gdb shows it when it has read a core.
    for address, function, where in FRAME.findall(said, pc.end() if pc else 0):
        if function == "__start_context":  # of a coroutine: there is nothing behind it
            break
        if function not in ("??", ""):
            if names or not ABORTING.match(function):
                names.append(f"{function} ({os.path.basename(where)})" if where else function)
            continue
        value = int(address, 16) if address else int(pc.group(1), 16) if pc else 0
        for start, end, offset, path in mappings:
            if start <= value < end and (names or not re.search(r"/(libc|libpthread|libasan)\b[^/]*$", path)):
                names.append(f"{os.path.basename(path)}+{value - start + offset:x}h")
    return names


def of(directory, program):
    """The frames of the core in the directory, the innermost first; none where there is no core, or it says nothing."""
    cores = glob.glob(os.path.join(glob.escape(directory), "core*"))
    gdb = shutil.which("gdb")
    if not cores or not gdb:
        return []
    with open(program, "rb") as file:
        programs = [program] if file.read(4) == b"\x7fELF" else []  # a script that starts it: gdb finds it by itself
    try:
        done = subprocess.run([gdb, "-batch", "-nx", "-iex", "set debuginfod enabled off", "-ex", "printf \"PC 0x%lx\\n\", $pc", "-ex", "bt 16",
                               "-ex", "info proc mappings", *programs, "-c", cores[0]], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=GDB_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return frames(done.stdout.decode("utf-8", "replace"))
