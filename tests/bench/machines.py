"""The machines that are compared: the kernel, Linux, the limit and U-Boot, each at its prompt in a QEMU of its own."""

import os
import re
import shutil
import signal
import sys
import time

import pexpect

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tools"), os.path.join(ROOT, "tests", "linux")]

import linux_guest  # noqa: E402
import measure  # noqa: E402

RUN_QEMU = os.path.join(ROOT, "tools", "run-qemu")
KERNEL = os.path.join(ROOT, "build", "my_nvme.elf")
LIMIT = os.path.join(ROOT, "build", "limit", "limit.elf")
U_BOOT = "/usr/lib/u-boot/qemu-x86_64/u-boot.rom"
PATIENCE = 600  # seconds for anything, in a machine that does not answer


class Failure(Exception):
    """A message for the user."""


class Settings:
    """What holds for a whole run of the bench."""

    def __init__(self, seconds):
        self.seconds = seconds  # of each run of a load
        self.qemu = os.environ.get("QEMU") or "qemu-system-x86_64"
        self.machine = os.environ.get("MACHINE") or "pc"
        self.append = os.environ.get("APPEND") or ""
        self.core = max(os.sched_getaffinity(0))


class Job:
    """A load, with the names that fio has for it."""

    def __init__(self, rw, bs, iodepth, numjobs=1):
        self.rw, self.bs, self.iodepth, self.numjobs = rw, bs, iodepth, numjobs

    def axes(self):
        return {"rw": self.rw, "bs": self.bs, "iodepth": self.iodepth, "numjobs": self.numjobs}

    def options(self, settings):
        """For fio here and there."""
        options = {**self.axes(), "runtime": f"{settings.seconds * 1000:.0f}ms", "time_based": 1, "norandommap": 1}
        if self.rw == "randrw":
            options["rwmixread"] = 70
        return options


class Machine:
    """A program at its prompt on a serial line that is this program's."""

    def __init__(self, command, prompt, pinned, settings):
        self.prompt, self.settings = prompt, settings
        command = [*(["taskset", "-c", str(settings.core)] if pinned else []), *command]
        start = time.monotonic()
        self.console = pexpect.spawn(command[0], command[1:], encoding="latin-1", timeout=PATIENCE, echo=False)
        self.console.delaybeforesend = None
        self.wait(prompt)
        self.seconds_to_prompt = time.monotonic() - start
        self.pid = measure.qemu_pid(self.console.pid) or self.console.pid

    def wait(self, text):
        try:
            # Not the prompt that a line editor writes anew, behind an erase sequence, when it changes the line.
            self.console.expect(r"(?<!\x1b\[J)" + re.escape(text))
        except (pexpect.EOF, pexpect.TIMEOUT) as error:
            raise Failure(f"{type(self).__name__}: no {text!r}, but {(self.console.before or '')[-1000:]!r}") from error

    def run(self, line):
        """What a line prints."""
        self.console.sendline(line)
        self.wait(self.prompt)
        return self.console.before.replace("\r", "")

    def measured(self, line, parse, begin=None):
        """What parse makes of what a line prints, with the CPU time of QEMU for each I/O: by the rate at which it uses that in
        the middle of the run, which begins with the line, or where the guest prints begin. So it does not count what a program
        takes to start."""
        self.console.sendline(line)
        if begin:
            self.wait(begin)
        used = measure.cpu_rate(self.pid, self.settings.seconds)
        self.wait(self.prompt)
        try:
            result = parse(self.console.before.replace("\r", ""))
        except measure.Unusable as error:
            raise Failure(f"{type(self).__name__}: {line}: {error}") from error
        result["cpu_us"] = used * 1e6 / result["iops"]
        return result

    def pause(self):
        """It takes no CPU time until resume()."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self):
        os.kill(self.pid, signal.SIGCONT)

    def close(self):
        self.console.close(force=True)


class Ours(Machine):
    """The test kernel. disk is run-qemu's --disk; devices are QEMU's arguments."""

    def __init__(self, settings, pinned=False, arguments=(), devices=None, append=""):
        devices = measure.drive_arguments() if devices is None else devices
        super().__init__([RUN_QEMU, "--machine", settings.machine, "--append", f"{settings.append} {append}".strip(),
                          "--disk", "none", *arguments, "--", *devices], "my_nvme# ", pinned, settings)

    def fio(self, job):
        return self.measured(measure.fio_line("/dev/my_nvme0n1", job.options(self.settings)), measure.parse_report)

    def iops(self, job, ms):
        line = measure.fio_line("/dev/my_nvme0n1", {**job.options(self.settings), "runtime": f"{ms}ms"})
        return measure.parse_report(self.run(line))["iops"]

    def close(self):
        self.console.sendline("poweroff")
        try:
            self.console.expect(pexpect.EOF)
        finally:
            self.console.close(force=True)


class Linux(Machine):
    """Debian's kernel with fio, polled or by interrupts as a run asks. maxcpus: QEMU leaves memory barriers out of the code
    for a machine that can have but one CPU, and Linux with shadow doorbells then waits for what it has overlooked."""

    BEGIN = "@@begin"
    ENGINES = {"polled": {"ioengine": "io_uring", "hipri": 1}, "interrupts": {"ioengine": "io_uring"}}

    def __init__(self, settings, pinned=False, cpus=1):
        guest = linux_guest.linux_guest(linux_guest.FIO)
        super().__init__([RUN_QEMU, "--machine", settings.machine, "--disk", "none", "--mem", "512M",
                          "--smp", str(cpus) if cpus > 1 else "1,maxcpus=2", "--kernel", os.path.join(guest, "vmlinuz"),
                          "--append", f"{linux_guest.COMMAND_LINE} nvme.poll_queues={cpus}", "--",
                          "-initrd", os.path.join(guest, "initramfs"), "-no-reboot", *measure.drive_arguments()],
                         "linux# ", pinned, settings)

    def fio(self, job, engine):
        options = {**job.options(self.settings), "direct": 1, **self.ENGINES[engine], "exec_prerun": f"'echo {self.BEGIN} | tee /dev/ttyS0'"}
        if job.iodepth > 1:  # without batches it sends one at a time, and is half as fast
            options.update(iodepth_batch_submit=job.iodepth // 4, iodepth_batch_complete_min=1, iodepth_batch_complete_max=job.iodepth)
        return self.measured(measure.fio_line("/dev/nvme0n1", options), measure.parse_report, self.BEGIN)


class Limit(Machine):
    """The bare loop of tests/bench/limit."""

    ANSWER = re.compile(r"ops (\d+) ns (\d+) busy (\d+) p50 (\d+) p99 (\d+)")

    def __init__(self, settings, pinned=False, devices=()):
        super().__init__([RUN_QEMU, "--machine", settings.machine, "--disk", "none", "--kernel", LIMIT, "--",
                          *measure.drive_arguments(), *devices], "limit# ", pinned, settings)

    @classmethod
    def parse(cls, text):
        answer = cls.ANSWER.search(text)
        if not answer:
            raise measure.Unusable(f"not an answer: {text.strip()!r}")
        ops, ns, busy, p50, p99 = map(int, answer.groups())
        return {"iops": ops * 1e9 / ns, "ios": ops, "busy": busy / ops, "p50_us": p50 / 1000, "p99_us": p99 / 1000}

    WAITS = ("spin", "halt")

    @staticmethod
    def line(job, ms, wait):
        return f"rw={job.rw} bs={int(job.bs[:-1]) << 10} iodepth={job.iodepth} runtime_ms={ms} wait={wait}"

    def iops(self, job, ms, wait):
        return self.parse(self.run(self.line(job, ms, wait)))["iops"]

    def fio(self, job):
        """By the better of both ways to wait, run anew: the larger of two figures has more luck than one has. Latencies by one
        more run, since the loop is slower where it takes them."""
        lines = [self.line(job, round(self.settings.seconds * 1000), wait) for wait in self.WAITS]
        line = max(lines, key=lambda line: self.measured(line, self.parse)["iops"])
        best = self.measured(line, self.parse)
        timed = self.measured(f"{line} latency=1", self.parse)
        return {**best, "bytes_s": best["iops"] * (int(job.bs[:-1]) << 10), "p50_us": timed["p50_us"], "p99_us": timed["p99_us"]}


class UBoot(Machine):
    """U-Boot behind its countdown, on an image."""

    def __init__(self, settings, image):
        super().__init__(
            [settings.qemu, "-machine", settings.machine, "-accel", "tcg", "-m", "512M", "-display", "none", "-serial", "stdio",
             "-net", "none", "-bios", U_BOOT, "-drive", f"file={image},if=none,id=disk,format=raw",
             "-device", "nvme,drive=disk,serial=bench,addr=4"], "autoboot", False, settings)
        self.prompt = "=> "
        self.console.send("\r")
        self.wait(self.prompt)
        self.run("nvme scan")


def check(settings):
    """That everything is there which every group needs."""
    for path, how in ((KERNEL, "make"), (LIMIT, "make bench")):
        if not os.path.exists(path):
            raise Failure(f"{os.path.relpath(path, ROOT)}: not built yet: {how}")
    if not shutil.which(settings.qemu):
        raise Failure(f"{settings.qemu}: no QEMU")
