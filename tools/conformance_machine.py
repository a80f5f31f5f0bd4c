"""The conformance suite on one device configuration of the matrix: in a QEMU of its own, and in another where the model dies."""

import collections
import configparser
import importlib.machinery
import importlib.util
import os
import re
import select
import shlex
import shutil
import subprocess
import tempfile
import threading
import time

import backtrace
import results

TOOLS = os.path.dirname(os.path.abspath(__file__))

# What the guest prints before the list of its cases, and before it runs them.
LISTING, RUNNING = "conformance-list", "conformance-run"
# QEMU's start, and a case that makes words and comes to no end, may take so many times what silence may.
PATIENCE = 3
PANIC_STATUS = 120  # kernel/x86/power.h
START = "(start)"  # what stands for a case where none had begun
REST = "(rest)"  # those that could not be run
END = "(end)"  # the machine's, behind the last case


class Failure(Exception):
    """A message for the user; the status is 2."""


def load_run_qemu():
    """tools/run-qemu as a module: the only place where a QEMU command line is built."""
    loader = importlib.machinery.SourceFileLoader("run_qemu", os.path.join(TOOLS, "run-qemu"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("run_qemu", loader))
    loader.exec_module(module)
    return module


run_qemu = load_run_qemu()


# ---- The matrix ----

class Configuration:
    """A row: devices for QEMU, and what else the machine has."""

    KEYS = {"about": "", "device": "", "object": "", "machine": "pc", "size": "64M", "append": "", "before": "", "controller": "my_nvme0"}

    def __init__(self, name, row):
        unknown = sorted(set(row) - set(self.KEYS))
        if unknown:
            raise ValueError(f"[{name}]: {unknown[0]}: no such key (there are {', '.join(self.KEYS)})")
        value = {**self.KEYS, **row}
        self.name = name
        self.about, self.machine, self.append, self.controller = (
            value[key] for key in ("about", "machine", "append", "controller"))
        self.devices, self.objects, self.before = (
            [line for line in value[key].split("\n") if line] for key in ("device", "object", "before"))
        if not self.devices:
            raise ValueError(f"[{name}]: no device")
        if not re.fullmatch(r"[\w.+-]+", name):
            raise ValueError(f"[{name}]: a name has letters, digits, and . _ + -")
        match = re.fullmatch(r"(\d+)([KMG])", value["size"])
        if not match:
            raise ValueError(f"[{name}]: size = {value['size']}: not a number with K, M or G behind it")
        self.size = int(match.group(1)) << {"K": 10, "M": 20, "G": 30}[match.group(2)]
        if self.machine not in ("pc", "q35"):
            raise ValueError(f"[{name}]: machine = {self.machine}: neither pc nor q35")

    def drives(self):
        return list(dict.fromkeys(value for device in self.devices for key, value in properties(device)[1] if key == "drive"))


def properties(device):
    """(driver, [(key, value)]) of what follows -device; a comma in a value is doubled."""
    driver, *words = re.split(r"(?<!,),(?!,)", device)
    return driver, [(key, value) for key, _, value in (word.partition("=") for word in words)]


def read_matrix(path):
    """Its rows, in their order."""
    parser = configparser.ConfigParser(delimiters=("=",), comment_prefixes=("#",), interpolation=None, default_section="")
    try:
        with open(path, encoding="utf-8") as file:
            parser.read_file(file, path)
        rows = [Configuration(name, dict(parser[name])) for name in parser.sections()]
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Failure(f"{path}: not UTF-8") from error
    except configparser.Error as error:
        raise Failure(" ".join(str(error).split())) from error
    except ValueError as error:
        raise Failure(f"{path}: {error}") from error
    if not rows:
        raise Failure(f"{path}: no configurations")
    return rows


# ---- QEMU ----

class Qemu:
    """A QEMU: where it is, its version, and what its devices can be given."""

    def __init__(self, path):
        self.path = shutil.which(path)
        if not self.path:
            raise Failure(f"{path}: {'not a program' if os.path.exists(path) else 'not found'}")
        self.path = os.path.abspath(self.path)
        match = re.search(r"version (\d+\.\d+)\S*", self.ask("--version"))
        if not match:
            raise Failure(f"{path}: no QEMU: --version says nothing of a version")
        self.version = match.group(1)
        self.title = match.group(0).partition(" ")[2]
        self.known = {}
        self.lock = threading.Lock()

    def ask(self, *arguments):
        try:
            return subprocess.run([self.path, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  timeout=60, check=False).stdout.decode("utf-8", "replace")
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Failure(f"{self.path}: {getattr(error, 'strerror', None) or 'does not answer'}") from error

    def properties(self, driver):
        """The names that `-device DRIVER,help` has; none where there is no such device."""
        with self.lock:
            if driver not in self.known:
                self.known[driver] = set(re.findall(r"^ +([\w.-]+)=", self.ask("-device", driver + ",help"), re.MULTILINE))
            return self.known[driver]

    def lacks(self, configuration):
        """What the configuration needs and this QEMU does not have, in words; or None."""
        for device in configuration.devices:
            driver, given = properties(device)
            known = self.properties(driver)
            if not known:
                return f"QEMU {self.version} has no device {driver}"
            missing = [key for key, _ in given if key not in known and key not in ("id", "bus")]
            if missing:
                return f"{driver} of QEMU {self.version} has no property {missing[0]}"
        return None


class Stopped(Exception):
    """Somebody has had enough."""


class Processes:
    """Those that run, to be ended all at once."""

    def __init__(self):
        self.lock = threading.RLock()  # a signal may come while its own thread has it
        self.running = set()
        self.stopped = False

    def start(self, *arguments, **options):
        with self.lock:
            if self.stopped:
                raise Stopped
            process = subprocess.Popen(*arguments, **options)
            self.running.add(process)
            return process

    def ended(self, process):
        with self.lock:
            self.running.discard(process)
            if self.stopped:
                raise Stopped

    def stop(self):
        with self.lock:
            self.stopped = True
            for process in self.running:
                process.kill()


# hangs: cases of which it is known that nothing comes behind them.
Options = collections.namedtuple("Options", "kernel filters repeat seed silence log hangs", defaults=(frozenset(),))
KNOWN_SILENCE = 3  # seconds are enough for these
KNOWN_BUSY = 0.25  # and so are so many of the model's own computing, which nothing else on this machine makes more
ANNOUNCEMENT_MAX = 4096  # bytes in which the end of the debug console has at least one whole line
GATHERING = 0.01  # seconds: the console's bytes come one by one


def computing(pid):
    """Seconds that a process has computed, by all of its threads."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Boot:
    """One QEMU from its start to its end."""

    def __init__(self, qemu, configuration, options, processes, after):
        self.output, self.half = [], ""  # lines of the console
        self.announced = []  # cases that began, by the debug console
        self.status = None  # the guest's
        self.hung = None  # why, in words
        with tempfile.TemporaryDirectory(prefix="conformance-") as directory:
            self.debug = os.path.join(directory, "status")
            self.run(qemu, configuration, options, processes, after, directory)

    def script(self, configuration, options, after):
        patterns = [shlex.quote(pattern) for pattern in options.filters]
        words = ["conformance", "--time", "-d", shlex.quote(configuration.controller)]
        words += ["--repeat", str(options.repeat)] if options.repeat else []
        words += ["--seed", str(options.seed)] if options.seed is not None else []
        words += ["--after", shlex.quote(after)] if after else []
        before = "".join(f"{line} || exit 1\n" for line in configuration.before)
        # The first QEMU's list is everybody's.
        listing = "" if after else f"echo {LISTING}\n{' '.join(['conformance', '-l', *patterns])}\n"
        return before + f"{listing}echo {RUNNING}\n{' '.join(words + patterns)}\n"

    def command_line(self, qemu, configuration, options, after, directory):
        script = os.path.join(directory, "script")
        with open(script, "w", encoding="utf-8") as file:
            file.write(self.script(configuration, options, after))
        extra = []
        for number, drive in enumerate(configuration.drives()):
            image = os.path.join(directory, f"disk{number}")
            with open(image, "wb") as file:
                file.truncate(configuration.size)
            # Nobody needs the image behind the run, so nobody waits for the host's disk.
            extra += ["-drive", f"if=none,id={drive},format=raw,cache=unsafe,file={run_qemu.escape(image)}"]
        for value in configuration.objects:
            extra += ["-object", value]
        for value in configuration.devices:
            extra += ["-device", value]
        try:
            return run_qemu.qemu_arguments(run_qemu.parse_arguments(
                ["--qemu", qemu.path, "--kernel", options.kernel, "--machine", configuration.machine, "--disk", "none", "--script", script,
                 "--append=" + configuration.append, "--", "-machine", "dump-guest-core=off", *extra]), directory)
        except run_qemu.Failure as failure:
            raise Failure(str(failure)) from failure

    def announcements(self):
        """What the debug console has, in whole lines: names of cases, and at the end the status."""
        try:
            with open(self.debug, encoding="utf-8", errors="replace") as file:
                return file.read().split("\n")[:-1]
        except OSError:
            return []

    def last_announced(self):
        """The last of them, or None."""
        try:
            with open(self.debug, "rb") as file:
                file.seek(max(0, os.path.getsize(self.debug) - ANNOUNCEMENT_MAX))
                lines = file.read().split(b"\n")[:-1]
        except OSError:
            return None
        return lines[-1].decode("utf-8", "replace") if lines else None

    def run(self, qemu, configuration, options, processes, after, directory):
        arguments = self.command_line(qemu, configuration, options, after, directory)
        errors = os.path.join(directory, "errors")
        raw = []
        with open(errors, "wb") as file:
            # Where it dumps core, that goes with the directory, and is without the guest's memory.
            process = processes.start(arguments, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=file)
        try:
            self.begun(process)
            self.follow(process, options, raw)
        finally:
            process.kill()
            self.code = process.wait()
            process.stdout.close()
            processes.ended(process)
        self.ended(directory)
        lines = results.Lines(self.output.append)
        lines.feed(b"".join(raw))
        self.half = results.clean(lines.rest.decode("utf-8", "replace"))  # a line without an end: where QEMU died
        self.announced = self.announcements()
        self.status = run_qemu.guest_status(directory)
        if self.status is not None:
            self.announced.pop()
        with open(errors, encoding="utf-8", errors="replace") as file:
            self.errors = file.read().splitlines()
        if options.log:
            with open(os.path.join(options.log, configuration.name + ".log"), "ab") as log:
                log.write(b"".join(raw))
            with open(os.path.join(options.log, configuration.name + ".qemu"), "a", encoding="utf-8") as log:
                log.write(shlex.join(arguments) + "\n" + "".join(line + "\n" for line in self.errors))

    def begun(self, process):
        """It runs; for who wants to do something to it."""

    def ended(self, directory):
        """It does not any more; what it left is in the directory, which goes."""

    def follow(self, process, options, raw):
        """Takes the output until it ends, or until nothing has come for too long, here and on the debug console."""
        heard = began = time.monotonic()
        silence, size, known_since = options.silence, 0, None
        while True:
            if select.select([process.stdout], [], [], min(silence / 4, 1) if known_since is None else 0.02)[0]:
                data = os.read(process.stdout.fileno(), 65536)
                if not data:
                    break
                raw.append(data)
                heard = time.monotonic()
                time.sleep(GATHERING)
            now = time.monotonic()
            try:
                written = os.path.getsize(self.debug)
            except OSError:
                written = 0
            if written != size:
                size, heard, began = written, now, now
                is_known = self.last_announced() in options.hangs
                silence = min(options.silence, KNOWN_SILENCE) if is_known else options.silence
                known_since = computing(process.pid) if is_known else None
            if raw and now - heard > silence:
                self.hung = f"nothing came for {silence} s"
            elif known_since is not None and computing(process.pid) - known_since > KNOWN_BUSY:
                self.hung = f"nothing came, and it has computed for {KNOWN_BUSY} s"
            elif now - began > silence * PATIENCE:
                self.hung = f"it came to no end in {silence * PATIENCE} s"
            if self.hung:
                return
        try:
            process.wait(silence)
        except subprocess.TimeoutExpired:
            self.hung = "it does not exit"

    def parts(self):
        """The lines of the list, and those of the run."""
        lines = self.output
        run = lines.index(RUNNING) if RUNNING in lines else len(lines)
        first = lines.index(LISTING) + 1 if LISTING in lines[:run] else run
        return lines[first:run], lines[run + 1:]

    def summary(self):
        """Whether the suite came to its end."""
        return any(line.startswith("SUMMARY: ") for line in self.output)

    def ending(self):
        """(outcome, why) where it did not end as it should, else None."""
        if self.hung:
            return "HANG", self.hung
        if self.code < 0:
            return "CRASH", backtrace.signal_name(-self.code) + (": " + self.errors[-1] if self.errors else "")
        if self.status is None:
            return "CRASH", f"QEMU ended with status {self.code}" + (": " + self.errors[-1] if self.errors else "")
        if self.status == PANIC_STATUS:
            return "CRASH", "the test kernel panicked"
        if not self.summary() or self.status not in (0, 1, 77):
            return "CRASH", f"the suite ended with status {self.status}" + (f": {self.output[-1]}" if self.output else "")
        return None


class Run:
    """The results of a configuration."""

    def __init__(self, configuration, reason=None):
        self.configuration = configuration
        self.skipped = reason  # why it was not run, or None
        self.results = []
        self.seconds = 0.0
        self.boots = 0

    def whole(self):
        """Whether every case that is there had its turn."""
        return not self.skipped and not any(result.name in (START, REST) for result in self.results)

    def worst(self):
        return [result for result in self.results if result.outcome in results.BAD]


LISTED = re.compile(r"(.+?: .+?) \(([^()]*(?:\([^()]*\)[^()]*)*)\)")
RANK = ("SKIP", "XFAIL", "PASS", "FAIL", "HANG", "CRASH")


def merge(found, result):
    """Keeps the worse one of two results of a case (--repeat)."""
    old = found.get(result.name)
    if old:
        seconds = (old.seconds or 0) + (result.seconds or 0)
        if RANK.index(old.outcome) >= RANK.index(result.outcome):
            result = old
        result.seconds = seconds or None
    found[result.name] = result


def run_configuration(qemu, configuration, options, processes):
    """All cases on it, in as many QEMUs as it takes."""
    run = Run(configuration, qemu.lacks(configuration))
    if run.skipped:
        return run
    start = time.monotonic()
    sections, order, place, found = {}, [], {}, {}
    after = None
    while True:
        boot = Boot(qemu, configuration, options, processes, after)
        run.boots += 1
        listed, lines = boot.parts()
        if not order:
            for line in listed:
                match = LISTED.fullmatch(line)
                if match:
                    sections[match.group(1)] = match.group(2)
            order = list(sections)
            place = {name: number for number, name in enumerate(order)}
        if options.filters and boot.status is not None and not order and not boot.announced:
            raise Failure(boot.output[-1].partition("conformance: ")[2] if boot.output else "no such case")

        collector = results.Collector(order + boot.announced)
        behind = []  # what was said behind the last result
        for line in lines:
            if collector.line(line):
                behind = []
            else:
                behind.append(line)
        behind += [boot.half] if boot.half else []
        # One that nobody knows was torn by other output: then it is missed below.
        told = {result.name for result in collector.results if result.name in place or result.outcome in results.BAD}
        for result in collector.results:
            if result.name in told:
                merge(found, result)

        ending = boot.ending()
        last = boot.announced[-1] if boot.announced else None
        if ending:
            name = END if boot.summary() and last in told else last or START
            result = results.Result(ending[0], name, ending[1], sections.get(name, ""))
            result.journal = [line.strip() for line in (behind if boot.announced else boot.output)[-20:]] + boot.errors[-20:]
            merge(found, result)
        for name in boot.announced:
            if name not in told and name not in found:
                merge(found, results.Result("CRASH", name, "it began, and no result came", sections.get(name, "")))

        # On behind what ran last, where cases are left and that leads further.
        left = [name for name in order if name not in found]
        if not left or place.get(last, -1) <= place.get(after, -1) or last == order[-1]:
            break
        after = last
    if left:
        found[REST] = results.Result("CRASH", REST, f"{len(left)} of {len(order)} cases did not run")
    if not found:
        found[START] = results.Result("CRASH", START, "no case ran")
    for result in found.values():
        result.section = result.section or sections.get(result.name, "")
    run.results = sorted(found.values(), key=lambda result: place.get(result.name, len(place)))
    run.seconds = time.monotonic() - start
    return run
