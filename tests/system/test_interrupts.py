"""Interrupts: by message and by pin on every machine, shared, lost, masked, spurious; and none."""

import re
import resource
import time

import pytest

from machine import Console, clean, make_disk, nvme_on, run_script
from qmp import Qmp
from qtest import Qtest

MIB = 1 << 20
NVME = 4  # its slot
MSIX = 0x40  # its MSI-X capability
FUNCTION_MASK = 1 << 30

KINDS = {"poll": "polling", "intx": "INTx", "msix": "MSI-X"}


# Which cases of selftest have something to look at: they must not be skipped there.
GUEST_CASES = {
    "waits end by interrupts": ["msix", "intx"],
    "each queue by its own vector": ["msix"],
    "spurious vectors": ["msix", "intx", "poll"],
    "the controller's vectors without a reason": ["msix", "intx"],
    "masked while completions arrive": ["msix"],
    "after a reset": ["msix", "intx", "poll"],
}


def controllers(text):
    """The lines of the interrupts command: {name: (kind, vectors, queues, lost)}."""
    found = {}
    for name, kind, rest in re.findall(r"^(my_nvme\d+): (polling|INTx|MSI-X)(.*)$", text, re.MULTILINE):
        numbers = [int(number) for number in re.findall(r"\d+", rest)]
        found[name] = (kind, *numbers)
    return found


def counts(text):
    """{device: count} of the interrupts command."""
    return {name: int(count) for count, name in re.findall(r"^ +\d+ +(\d+)  (.+)$", text, re.MULTILINE)}


def assert_selftest(result):
    assert result.returncode == 0, result.stdout
    assert re.search(r"^SUMMARY: [1-9]\d* tests, 0 failures", result.stdout, re.MULTILINE), result.stdout


@pytest.mark.parametrize("queues", [1, 3, 64])
@pytest.mark.parametrize("machine", ["pc", "q35"])
@pytest.mark.parametrize("irq", KINDS)
def test_selftest(tmp_path, irq, machine, queues):
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    result = run_script(tmp_path, "selftest || exit\ninterrupts\n", "--disk", disk, "--machine", machine,
                        "--nvme", "max_ioqpairs=64,msix_qsize=65", "--append", f"nvme.irq={irq} nvme.queues={queues}")
    assert_selftest(result)
    kind, *numbers = controllers(result.stdout)["my_nvme0"]
    assert kind == KINDS[irq]
    for case, kinds in GUEST_CASES.items():
        assert (f"PASS: interrupt: {case}\n" in result.stdout) == (irq in kinds), result.stdout
    if irq == "poll":
        assert not any("my_nvme0" in name for name in counts(result.stdout))
        return
    vectors, io_queues = numbers[:2]
    assert io_queues == queues
    assert vectors == (1 if irq == "intx" else 1 + queues)
    taken = {name: count for name, count in counts(result.stdout).items() if "my_nvme0" in name}
    assert len(taken) == vectors
    assert all(taken.values()), taken


@pytest.mark.parametrize("irq,boot,machine", [
    *(("intx", boot, machine) for boot, machine in (("bios", "pc"), ("bios", "q35"), ("uefi", "pc"))),
    *(("msix", boot, machine) for boot, machine in (("bios", "pc"), ("bios", "q35"), ("uefi", "q35"))),
    pytest.param("intx", "uefi", "q35", marks=pytest.mark.long), pytest.param("msix", "uefi", "pc", marks=pytest.mark.long)])
def test_the_firmware_set_the_lines(tmp_path, irq, boot, machine):
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    result = run_script(tmp_path, "selftest interrupt || exit\ninterrupts\n", "--disk", disk, "--machine", machine,
                        "--boot", boot, "--append", f"nvme.irq={irq}")
    assert_selftest(result)
    assert controllers(result.stdout)["my_nvme0"][0] == KINDS[irq]


@pytest.mark.parametrize("table,queues", [(1, 4), (2, 4), (3, 64), (9, 64)])
def test_fewer_vectors_than_queues(tmp_path, table, queues):
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    result = run_script(tmp_path, "selftest || exit\ninterrupts\n", "--disk", disk,
                        "--nvme", f"max_ioqpairs=64,msix_qsize={table}",
                        "--append", f"nvme.irq=msix nvme.queues={queues}")
    assert_selftest(result)
    assert controllers(result.stdout)["my_nvme0"][:3] == ("MSI-X", table, queues)


def test_the_vectors_of_the_cpu_run_out(tmp_path):
    """Four controllers with 64 queues each want 260 vectors; the CPU has 190 for devices."""
    arguments = []
    for number in range(4):
        disk = make_disk(tmp_path / f"{number}.img", 4 * MIB)
        arguments += nvme_on(disk, f"d{number}", f",addr={4 + number:02x}.0")
    script = "for d in 0 1 2 3; do\n" \
             "dd if=/dev/urandom of=file bs=64k count=8 status=none && dd if=file of=/dev/my_nvme${d}n1 status=none " \
             "oflag=direct bs=4k && dd if=/dev/my_nvme${d}n1 bs=4k count=128 iflag=direct status=none | cmp - file || exit 1\n" \
             "done\ninterrupts\n"
    result = run_script(tmp_path, script, "--disk", "none", "--append", "nvme.irq=msix nvme.queues=64 nvme.depth=16",
                        "--", *arguments)
    assert result.returncode == 0, result.stdout
    found = controllers(result.stdout)
    assert len(found) == 4
    assert found["my_nvme0"][:3] == found["my_nvme1"][:3] == ("MSI-X", 65, 64)
    # The last one takes the pin, which needs no vector of its own where the line is shared, or one that is left.
    assert all(kind in KINDS.values() for kind, *_ in found.values())
    # Nobody waits for a vector that there is not.
    assert not any(numbers[-1] for kind, *numbers in found.values() if kind != "polling"), result.stdout


@pytest.mark.parametrize("irq", ["intx", "msix", None])
@pytest.mark.parametrize("machine,addresses", [("pc", ["04.0", "08.0"]), ("q35", ["04.0", "08.0"])])
def test_two_controllers(tmp_path, machine, addresses, irq):
    """Slots 4 and 8 have the same interrupt line on both machines."""
    arguments = []
    for number, address in enumerate(addresses):
        disk = make_disk(tmp_path / f"{number}.img", 32 * MIB)
        arguments += nvme_on(disk, f"d{number}", f",addr={address}")
    script = "dd if=/dev/urandom of=/dev/my_nvme0n1 bs=1M status=none; sync\n" \
             "dd if=/dev/my_nvme0n1 bs=4k count=2000 iflag=direct status=none | " \
             "dd of=/dev/my_nvme1n1 bs=4k oflag=direct status=none || exit 1\n" \
             "cmp -n 8192000 /dev/my_nvme0n1 /dev/my_nvme1n1 || exit 1\ninterrupts\n"
    result = run_script(tmp_path, script, "--disk", "none", "--machine", machine,
                        "--append", f"nvme.irq={irq}" if irq else "", "--", *arguments)
    assert result.returncode == 0, result.stdout
    found = controllers(result.stdout)
    for name in ("my_nvme0", "my_nvme1"):
        assert found[name][0] == KINDS[irq or "msix"]
        assert found[name][3] == 0, "lost interrupts: " + result.stdout
    if irq == "intx":
        (line,) = [name for name in counts(result.stdout) if name.startswith("irq ")]
        assert "my_nvme0" in line and "my_nvme1" in line
        assert counts(result.stdout)[line] > 0


@pytest.mark.parametrize("irq", ["intx", "msix", None])
@pytest.mark.parametrize("machine", ["pc", "q35"])
def test_waiting_halts_and_ends_by_interrupt(tmp_path, machine, irq):
    """A back end of 50 operations a second: every read waits, and the host's CPU has nothing to do."""
    disk = make_disk(tmp_path / "disk.img", 4 * MIB)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    result = run_script(tmp_path, "dd if=/dev/my_nvme0n1 of=/dev/null bs=4k count=200 iflag=direct status=none\ninterrupts\n",
                        "--disk", "none", "--machine", machine, "--append", f"nvme.irq={irq}" if irq else "", "--",
                        "-drive", f"file={disk},if=none,id=slow,format=raw,throttling.iops-total=50",
                        "-device", "nvme,drive=slow,serial=slow,addr=04.0", check=True)
    elapsed = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    kind, _vectors, _queues, lost = controllers(result.stdout)["my_nvme0"]
    assert kind == KINDS[irq or "msix"]
    assert lost == 0
    taken = sum(count for name, count in counts(result.stdout).items() if "my_nvme0" in name)
    # Throttling lets the first ones pass at once.
    assert taken >= 140
    # Each wait is longer than the longest halt, which the timer ends.
    assert counts(result.stdout)["timer"] >= 140
    assert elapsed > 2.5
    assert busy < elapsed * 0.6, f"{busy:.2f} s of CPU time in {elapsed:.2f} s"


@pytest.mark.parametrize("irq", ["intx", "msix", "intx nvme.shadow=1"])
def test_resets_under_load_leave_no_interrupt_behind(tmp_path, irq):
    """A pin that stays active would end every halt at once, many times for each read."""
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    result = run_script(tmp_path, "selftest --stress 3 -d /dev/my_nvme0n1 || exit\ninterrupts\n"
                        "dd if=/dev/my_nvme0n1 of=/dev/null bs=4k count=1000 iflag=direct status=none\necho then\ninterrupts\n",
                        "--disk", disk, "--append", f"loglevel=3 nvme.irq={irq}", check=True)
    before, after = (sum(count for name, count in counts(text).items() if "my_nvme0" in name) for text in result.stdout.split("then\n"))
    assert 0 < after - before <= 1500, result.stdout
    assert int(re.search(r"(\d+) resets", result.stdout).group(1)) > 0


def test_vectors_masked_behind_the_drivers_back(tmp_path, monkeypatch):
    """On a back end so slow that every read halts: found by looking, said once, and counted."""
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    disk = make_disk(tmp_path / "disk.img", 4 * MIB)
    read = "dd if=/dev/my_nvme0n1 of=/dev/null bs=4k count={} iflag=direct status=none"
    with Console("--disk", "none", "--append", "nvme.irq=msix", "--", *Qtest.arguments("qtest"),
                 "-drive", f"file={disk},if=none,id=slow,format=raw,throttling.iops-total=50",
                 "-device", "nvme,drive=slow,serial=slow,addr=04.0") as console:
        qtest = Qtest("qtest")
        console.run(read.format(60))
        assert controllers(console.run("interrupts"))["my_nvme0"][3] == 0
        control = qtest.config(NVME, MSIX)
        qtest.config(NVME, MSIX, control | FUNCTION_MASK)
        console.run(read.format(14))
        qtest.config(NVME, MSIX, control)
        console.run(read.format(20))
        # After a rest the throttle lets some through at once, which no wait is needed for.
        assert 3 <= controllers(console.run("interrupts"))["my_nvme0"][3] <= 14
        assert console.run("dmesg").count("my_nvme0: lost interrupt: vector 1 was silent about a completion in queue 1") == 1
        qtest.close()
        assert console.poweroff() == 0


@pytest.mark.parametrize("irq", ["", "nvme.irq=msix", "nvme.irq=intx", "nvme.irq=poll"])
def test_a_healthy_controller_loses_none(tmp_path, irq):
    """The self-test masks vectors and raises them without a reason, and the log has nothing to warn of."""
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    result = run_script(tmp_path, "selftest || exit\ninterrupts\n", "--disk", disk, "--append", irq)
    assert_selftest(result)
    assert "lost interrupt" not in result.stdout
    assert not any(numbers[2:] and numbers[2] for _, *numbers in controllers(result.stdout).values()), result.stdout


@pytest.mark.parametrize("irq", ["intx", "msix", None])
def test_events_arrive_at_the_prompt(tmp_path, irq):
    disk = make_disk(tmp_path / "disk.img", 4 * MIB)
    path = tmp_path / "qmp"
    append = ["--append", f"nvme.irq={irq}"] if irq else []
    with Console("--disk", "none", *append, "--", *Qmp.arguments(path),
                 *nvme_on(disk, "d", ",addr=04.0,id=nvme0")) as console:
        qmp = Qmp(path)
        before = counts(console.run("interrupts"))
        admin = "irq 11: my_nvme0" if irq == "intx" else "my_nvme0 admin"
        qmp.command("qom-set", path="/machine/peripheral/nvme0", property="smart_critical_warning", value=1)
        console.child.expect_exact("event: ")
        console.child.expect_exact("critical warning 01")
        console.child.sendline("interrupts")
        console.child.expect_exact("taken by nobody")
        assert counts(clean(console.child.before))[admin] > before[admin]


@pytest.mark.parametrize("words", ["", " nvme.spin_us=1000000"])
def test_a_line_that_another_device_holds(tmp_path, words):
    """On pc the network card shares the controller's line; nobody drives it, and it interrupts. Said also where no read
    waits for an interrupt."""
    disk = make_disk(tmp_path / "disk.img", 4 * MIB)
    result = run_script(tmp_path, "selftest 'a line that another device holds'\nstatus=$?\ninterrupts\nexit $status\n",
                        "--disk", disk, "--append", "nvme.irq=intx" + words, check=True)
    assert "PASS: interrupt: a line that another device holds" in result.stdout
    assert "interrupts that no driver knows of; it is switched off" in result.stdout


def test_a_held_line_on_a_slow_back_end(tmp_path):
    """Every read waits, so that the driver notices as well: it polls until the next reset."""
    disk = make_disk(tmp_path / "disk.img", 4 * MIB)
    script = "dd if=/dev/my_nvme0n1 of=/dev/null bs=4k count=60 iflag=direct status=none\n" \
             "selftest 'a line that another device holds'\n"
    result = run_script(tmp_path, script, "--disk", "none", "--append", "nvme.irq=intx", "--",
                        "-drive", f"file={disk},if=none,id=slow,format=raw,throttling.iops-total=50",
                        "-device", "nvme,drive=slow,serial=slow,addr=04.0", check=True)
    assert "PASS: interrupt: a line that another device holds" in result.stdout
    assert "my_nvme0: interrupts were switched off: polling until the next reset" in result.stdout


def test_spurious_vectors(tmp_path):
    disk = make_disk(tmp_path / "disk.img", 4 * MIB)
    result = run_script(tmp_path, "interrupts -r 33 -r 77 -r 200 --raise=255\ninterrupts\nselftest shell\n",
                        "--disk", disk, "--append", "nvme.irq=msix", check=True)
    assert re.search(r"^ +4  taken by nobody$", result.stdout, re.MULTILINE)


@pytest.mark.parametrize("command,message", [
    ("interrupts -r 31", "interrupts: invalid vector '31'"),
    ("interrupts -r 256", "interrupts: invalid vector '256'"),
    ("interrupts -r x", "interrupts: invalid vector 'x'"),
    ("interrupts x", "interrupts: extra operand 'x'"),
])
def test_bad_operands(tmp_path, command, message):
    result = run_script(tmp_path, f"{command}\n", "--disk", "none")
    assert result.returncode == 1
    assert message in result.stdout


@pytest.mark.parametrize("words,message", [
    ("nvme.irq=maybe", "nvme.irq=maybe: expected poll, intx, msix"),
    ("nvme.coalesce=1", "nvme.coalesce=1: expected COMPLETIONS,TIME"),
    ("nvme.coalesce=1,256", "expected COMPLETIONS,TIME"),
    ("nvme.coalesce=1,2,3", "expected COMPLETIONS,TIME"),
    ("nvme.coalesce=,", "expected COMPLETIONS,TIME"),
    ("nvme.coalesce=8,1", "no interrupt coalescing: Feature Not Changeable"),  # QEMU 7.2's controller
    ("nvme.coalesce=0,0", None),
])
def test_options(tmp_path, words, message):
    disk = make_disk(tmp_path / "disk.img", 4 * MIB)
    result = run_script(tmp_path, "dmesg\nselftest shell\n", "--disk", disk, "--append", words, check=True)
    assert (message or "interrupts by MSI-X") in result.stdout
    assert ("expected" in result.stdout) == (message is not None and "expected" in message)
