"""What is measured, by subject. Each group is a function (bench) that measures one round and adds to bench.rows; where
several peers are compared they take turns at each load, so that what disturbs the machine disturbs all of them."""

import contextlib
import os
import re
import statistics
import subprocess
import sys

from machines import KERNEL, LIMIT, Job, Limit, Linux, Ours, UBoot

import linux_guest
import measure

DEPTHS = [1, 4, 16, 32, 64, 128]
JOBS = [*(Job("randread", "4k", depth) for depth in DEPTHS), *(Job("randwrite", "4k", depth) for depth in (1, 32, 128)),
        Job("randrw", "4k", 32), Job("read", "128k", 16), Job("write", "128k", 16)]
FIGURES = {"iops": "1/s", "bytes_s": "B/s", "p50_us": "us", "p99_us": "us", "cpu_us": "us"}
BESIDE_DEPTHS = [1, 32, 128]
BESIDE_TURNS = 12
START_TURNS = 9
QUEUES = [1, 2, 4, 8, 16, 32, 64]
NAMESPACES = [1, 4, 16, 64, 256]
CPUS = [1, 2, 3, 4]
IMAGE_SIZE = 256 << 20
ICOUNT = ["-icount", "shift=0"]  # a TSC tick is an instruction


class Bench:
    """The run that groups add to."""

    def __init__(self, settings, rows, peers, directory):
        self.settings, self.rows, self.peers, self.directory = settings, rows, peers, directory
        self.round = 0

    def wants(self, peer):
        return peer in self.peers

    def say(self, text):
        print(f"bench: round {self.round + 1}: {text}", file=sys.stderr, flush=True)

    def add_load(self, group, peer, pinned, result, **axes):
        for figure, unit in FIGURES.items():
            if figure in result:
                self.rows.add(group, figure, unit, peer, result[figure], pinned, **axes)


def found(pattern, text):
    """The match of a pattern that has to be in what a guest printed."""
    match = re.search(pattern, text)
    if not match:
        raise measure.Unusable(f"not what was expected: {text.strip()[-300:]!r}")
    return match


def pins():
    """Pinned to a core and not; one of them where there is but one core."""
    return (True, False) if len(os.sched_getaffinity(0)) > 1 else (True,)


def load_peers(bench, pinned, stack):
    """(name, function of a job) of each peer at its prompt. The limit's begins with the loop: it is asked anew for each load,
    since it waits for its next line without a halt."""
    settings = bench.settings

    def limit(job):
        with contextlib.closing(Limit(settings, pinned)) as machine:
            return machine.fio(job)

    ours = stack.enter_context(contextlib.closing(Ours(settings, pinned)))
    second = stack.enter_context(contextlib.closing(Ours(settings, pinned, ["--smp", "2"])))
    peers = [("ours, second CPU", second.fio)]
    if bench.wants("linux"):
        linux = stack.enter_context(contextlib.closing(Linux(settings, pinned)))
        peers += [(f"Linux, {engine}", lambda job, engine=engine: linux.fio(job, engine)) for engine in Linux.ENGINES]
    peers.append(("ours", ours.fio))  # side by side with the limit
    if bench.wants("limit"):
        peers.append(("limit", limit))
    return peers


def load(bench):
    for pinned in pins():
        with contextlib.ExitStack() as stack:
            peers = load_peers(bench, pinned, stack)
            for job in JOBS:
                bench.say(f"{job.rw} {job.bs} at depth {job.iodepth}{', pinned' if pinned else ''}")
                for peer, fio in peers[bench.round % len(peers):] + peers[:bench.round % len(peers)]:
                    bench.add_load("load", peer, pinned, fio(job), **job.axes())


def beside(bench):
    """Ours beside the limit, in short runs that take turns: where the speed of the machine changes by the second, what ran at once
    can be compared. Both stay at their prompts, where the limit does not halt: who does not run is stopped."""
    if not bench.wants("limit"):
        return
    ms = round(bench.settings.seconds * 250)
    for pinned in pins():
        with contextlib.closing(Ours(bench.settings, pinned)) as ours, contextlib.closing(Limit(bench.settings, pinned)) as limit:
            limit.pause()
            for depth in BESIDE_DEPTHS:
                bench.say(f"beside the limit, depth {depth}{', pinned' if pinned else ''}")
                job, runs, waits = Job("randread", "4k", depth), [], {wait: [] for wait in Limit.WAITS}
                for _ in range(BESIDE_TURNS):
                    runs.append(ours.iops(job, ms))
                    limit.resume()
                    for wait, rates in waits.items():
                        rates.append(limit.iops(job, ms, wait))
                    limit.pause()
                axes = {"rw": job.rw, "bs": job.bs, "iodepth": depth}
                bench.rows.add("beside", "iops", "1/s", "ours", statistics.median(runs), pinned, **axes)
                bench.rows.add("beside", "iops", "1/s", "limit", max(map(statistics.median, waits.values())), pinned, **axes)
            limit.resume()


def seconds_to_prompt(machine):
    machine.close()
    return machine.seconds_to_prompt


def add_start(bench, peer, boot, pinned, seconds):
    bench.rows.add("start", "seconds", "s", peer, seconds, pinned, boot=boot)


def start(bench):
    """From starting QEMU to the prompt."""
    settings = bench.settings
    for pinned in pins():
        bench.say(f"start{', pinned' if pinned else ''}")
        peers = {"ours": Ours, **({"limit": Limit} if bench.wants("limit") else {})}
        seconds = {peer: [] for peer in peers}
        for _ in range(START_TURNS):
            for peer, machine in peers.items():
                seconds[peer].append(seconds_to_prompt(machine(settings, pinned)))
        for peer in peers:
            add_start(bench, peer, "direct", pinned, statistics.median(seconds[peer]))
    for boot in ("bios", "uefi"):
        add_start(bench, "ours", boot, False, seconds_to_prompt(Ours(settings, arguments=["--boot", boot])))
    if bench.wants("linux"):
        add_start(bench, "Linux", "direct", False, seconds_to_prompt(Linux(settings)))
    if bench.wants("u-boot"):
        add_start(bench, "U-Boot", "rom", False, seconds_to_prompt(UBoot(settings, image(bench))))


def image_bytes(path):
    """Bytes of text, read-only data and data, as size(1) counts them (.bss is not in the file)."""
    fields = subprocess.run(["size", path], capture_output=True, text=True, check=True).stdout.splitlines()[1].split()
    return int(fields[0]) + int(fields[1])


def used_bytes(machine):
    """RAM in use in the kernel at its prompt."""
    return int(found(r"Mem: +\d+ +(\d+)", machine.run("free -b"))[1])


def memory(bench):
    """What is in use at the prompt, how large the image is, and the guest's own time from kmain() on."""
    bench.say("memory")
    with contextlib.closing(Ours(bench.settings)) as machine:
        ready = found(r"\[ *(\d+\.\d+)\] [^\n]*ready", machine.run("dmesg"))
        bench.rows.add("memory", "used", "B", "ours", used_bytes(machine))
    bench.rows.add("memory", "seconds", "s", "ours", float(ready[1]))
    bench.rows.add("memory", "image", "B", "ours", image_bytes(KERNEL))
    if bench.wants("limit"):
        bench.rows.add("memory", "image", "B", "limit", image_bytes(LIMIT))
    if bench.wants("linux"):
        with contextlib.closing(Linux(bench.settings)) as machine:
            total, free, cached = (int(found(rf"{name}: +(\d+) kB", machine.run("cat /proc/meminfo"))[1]) << 10
                                   for name in ("MemTotal", "MemFree", "Cached"))
        bench.rows.add("memory", "used", "B", "Linux", total - free - cached)
        bench.rows.add("memory", "image", "B", "Linux",
                       os.path.getsize(os.path.join(linux_guest.linux_guest(linux_guest.FIO), "vmlinuz")))


COUNTED = {"ours": "selftest speed", "ours, load loop": "selftest load"}  # the block layer's read, and one of a loop with a queue of its own


def add_instructions(bench, group, devices, append="", **axes):
    """Of a 4 KiB read at depth 32, exact, as the kernel's own self-tests count them. Once is enough."""
    if bench.round:
        return
    for peer, line in COUNTED.items():
        with contextlib.closing(Ours(bench.settings, True, devices=[*devices, *ICOUNT], append=append)) as machine:
            ticks = found(r"INFO: \w+: \d+ reads .* (\d+) TSC ticks each", machine.run(line))[1]
        bench.rows.add(group, "instructions", "1", peer, int(ticks), True, **axes)


def instructions(bench):
    """Guest instructions for a 4 KiB read, by -icount."""
    bench.say("instructions")
    add_instructions(bench, "instructions", measure.drive_arguments(), iodepth=32)
    if bench.wants("limit") and not bench.round:
        with contextlib.closing(Limit(bench.settings, True, ICOUNT)) as machine:
            for depth in (1, 32, 128):
                answer = Limit.parse(machine.run(f"iodepth={depth} number_ios=20000 wait=halt"))
                bench.rows.add("instructions", "instructions", "1", "limit", answer["busy"], True, iodepth=depth)


def queues(bench):
    """What a read costs where the block layer has so many queue pairs: instructions, QEMU's time, and reads a second."""
    for count in QUEUES:
        bench.say(f"{count} queues")
        word, vectors = f"nvme.queues={count}", f"msix_qsize={count + 1}"
        add_instructions(bench, "queues", measure.drive_arguments(properties=f"max_ioqpairs={count + 64},{vectors}"), word, queues=count)
        devices = measure.drive_arguments(properties=f"max_ioqpairs={count},{vectors}")  # none for a load loop
        with contextlib.closing(Ours(bench.settings, True, devices=devices, append=word)) as machine:
            bench.rows.add("queues", "used", "B", "ours", used_bytes(machine), True, queues=count)
            bench.add_load("queues", "ours", True, machine.fio(Job("randread", "4k", 32)), queues=count)


def namespaces(bench):
    """The same for so many namespaces, and the start with them. One of them is read."""
    for count in NAMESPACES:
        bench.say(f"{count} namespaces")
        devices = ["-device", "nvme,id=nvme0,serial=measured"]
        for number in range(1, count + 1):
            devices += ["-drive", f"if=none,id=drive{number},{measure.NULL_DRIVE}",
                        "-device", f"nvme-ns,bus=nvme0,drive=drive{number},nsid={number}"]
        add_instructions(bench, "namespaces", devices, namespaces=count)
        with contextlib.closing(Ours(bench.settings, True, devices=devices)) as machine:
            bench.rows.add("namespaces", "seconds", "s", "ours", machine.seconds_to_prompt, True, namespaces=count)
            bench.add_load("namespaces", "ours", True, machine.fio(Job("randread", "4k", 32)), namespaces=count)


def cpus(bench):
    """N jobs on a machine of N CPUs, each at depth 32, not pinned: where the host has fewer cores, QEMU's threads share them."""
    for count in CPUS:
        bench.say(f"{count} CPUs")
        job = Job("randread", "4k", 32, count)
        with contextlib.closing(Ours(bench.settings, arguments=["--smp", str(count)])) as machine:
            bench.add_load("cpus", "ours", False, machine.fio(job), cpus=count)
        if bench.wants("linux"):
            with contextlib.closing(Linux(bench.settings, cpus=count)) as machine:
                for engine in Linux.ENGINES:
                    bench.add_load("cpus", f"Linux, {engine}", False, machine.fio(job, engine), cpus=count)


def image(bench):
    """A file of random bytes, and so without holes, read once so that the host caches it."""
    path = os.path.join(bench.directory, "disk.img")
    if not os.path.exists(path):
        with open(path, "wb") as file:
            for _ in range(IMAGE_SIZE >> 20):
                file.write(os.urandom(1 << 20))
        with open(path, "rb") as file:
            while file.read(1 << 20):
                pass
    return path


def whole(bench):
    """The whole of a cached image, read by dd here and by U-Boot: the first time after the boot, which is what a user sees, and
    the best of three more, where U-Boot's buffer is memory that the host has given the guest already."""
    bench.say("an image as a whole")

    def add(peer, seconds):
        rates = [IMAGE_SIZE / value for value in seconds]
        bench.rows.add("whole", "bytes_s", "B/s", peer, rates[0], when="first after boot")
        bench.rows.add("whole", "bytes_s", "B/s", peer, max(rates[1:]), when="best of three more")

    with contextlib.closing(Ours(bench.settings, arguments=["--mem", "512M"], devices=measure.drive_arguments(
            f"format=raw,file={image(bench)}"))) as machine:
        add("ours", [float(found(r"copied, ([0-9.e-]+) s", machine.run("dd if=/dev/my_nvme0n1 of=/dev/null bs=1M"))[1])
                     for _ in range(4)])
    if bench.wants("u-boot"):
        with contextlib.closing(UBoot(bench.settings, image(bench))) as machine:
            times = (found(r"time: (?:(\d+) minutes, )?([0-9.]+) seconds",
                               machine.run(f"time nvme read 0x2000000 0 {IMAGE_SIZE // 512:#x}")) for _ in range(4))
            add("U-Boot", [60 * int(time[1] or 0) + float(time[2]) for time in times])


GROUPS = {group.__name__: group for group in (start, memory, instructions, whole, load, beside, queues, namespaces, cpus)}
PEERS = ("linux", "u-boot", "limit")  # that a run can do without
