"""fio's jobs as load loops: on other CPUs where there are any, and what becomes of them when the controller is reset, fails, is pulled out, or
somebody wants an end."""

import hashlib
import json
import re

import pytest

from machine import Console, make_disk, run_script
from test_controller_faults import MASTER, NVME, Covered
from test_faults import blkdebug, read

MIB = 1 << 20
DEVICE = "/dev/my_nvme0n1"
READS = f"fio --name=a --filename={DEVICE} --rw=randread --bs=4k --iodepth=16 --time_based --numjobs=4 --group_reporting"


def functions(text):
    """How many functions each CPU was interrupted for."""
    found = re.search(r"^ *\d+((?: +\d+)+)  function for a CPU$", text, re.MULTILINE)
    return [int(count) > 0 for count in found.group(1).split()] if found else []


@pytest.mark.parametrize("machine", ["pc", "q35"])
@pytest.mark.parametrize("cpus", [1, 2, 4])
def test_jobs_take_the_cpus(tmp_path, machine, cpus):
    """Each job has its queue pair where there are several CPUs, and the report is what it would be."""
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    script = f"trace on\nfio --name=a --filename={DEVICE} --rw=randrw --bsrange=4k-16k --iodepth=8 --size=1m --numjobs=4 --output-format=json\n" \
             "trace off\ntrace show | grep -c -e '-> Create I/O Submission'\ninterrupts\n"
    result = run_script(tmp_path, script, "--disk", disk, "--machine", machine, "--smp", cpus, check=True)
    report, rest = json.JSONDecoder().raw_decode(result.stdout[result.stdout.index("{"):])
    assert len(report["jobs"]) == 4
    for job in report["jobs"]:
        assert job["error"] == 0
        assert job["read"]["io_bytes"] + job["write"]["io_bytes"] == MIB
    text = result.stdout[result.stdout.index("{") + rest:]
    assert re.search(r"^4$" if cpus > 1 else "^0$", text, re.MULTILINE), "a queue pair for each, but where all share the block layer's"
    assert functions(text) == ([False] + [True] * (cpus - 1) if cpus > 1 else [])


def test_what_is_written_is_there(tmp_path):
    """Four jobs write a pattern that one of them, through the block layer, verifies."""
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    job = f"fio --name=a --filename={DEVICE} --bs=4k --iodepth=8 --minimal"
    script = f"{job} --rw=randwrite --size=1m --offset_increment=1m --numjobs=4 --zero_buffers --end_fsync=1 > /dev/null && " \
             f"cmp -n 4M /dev/zero {DEVICE} && ! cmp -s -i 4M -n 1M /dev/zero {DEVICE} && echo right\n"
    with open(disk, "r+b") as image:
        image.write(b"\xff" * (16 * MIB))
    result = run_script(tmp_path, script, "--disk", disk, "--smp", "4", check=True)
    assert result.stdout.endswith("right\n")
    with open(disk, "rb") as image:
        data = image.read()
    assert data == bytes(4 * MIB) + b"\xff" * (12 * MIB)


@pytest.mark.parametrize("cpus", [2, 4])
def test_more_jobs_than_queues(tmp_path, cpus):
    """One line, status 1, nothing written; as many as there are run, and without any the block layer is there."""
    disk = make_disk(tmp_path / "disk.img", 4 * MIB)
    line = f"fio --name=a --filename={DEVICE} --rw=write --bs=4k --size=64k --numjobs=%d --minimal"
    result = run_script(tmp_path, f"{line % 4}; echo status $?; cmp {DEVICE} /dev/zero; {line % 3} > /dev/null; echo status $?\n",
                        "--disk", disk, "--smp", cpus, "--nvme", "max_ioqpairs=4")
    lines = result.stdout.splitlines()
    assert lines[0] == "fio: a: more jobs than queues: my_nvme0 has 3 queue pairs for jobs that run together"
    assert lines[1:] == ["status 1", f"cmp: EOF on {DEVICE} after byte {4 * MIB}, in line 1", "status 0"] or lines[1] == "status 1" and lines[-1] == "status 0"
    for cpu_count, queues in (cpus, 1), (1, 4):
        result = run_script(tmp_path, f"{line % 4} > /dev/null; echo status $?\n", "--disk", disk, "--smp", cpu_count, "--nvme", f"max_ioqpairs={queues}")
        assert result.stdout == "status 0\n"


def test_cpus_allowed(tmp_path):
    disk = make_disk(tmp_path / "disk.img", 4 * MIB)
    line = f"fio --name=a --filename={DEVICE} --rw=read --size=64k --numjobs=2 --minimal"
    result = run_script(tmp_path, f"{line} --cpus_allowed=0 > /dev/null; interrupts; {line} --cpus_allowed=2-3 > /dev/null; interrupts\n"
                        f"{line} --cpus_allowed=3-2; {line} --cpumask=0\n", "--disk", disk, "--smp", "4")
    first, second = result.stdout.split("VECTOR")[1:]
    assert functions(first) == [False] * 4
    assert functions(second) == [False, False, True, True]
    assert "fio: failed parsing cpus_allowed=3-2" in second
    assert "fio: failed parsing cpumask=0" in second


@pytest.mark.parametrize("cpus", [1, 4])
def test_resets_under_load(tmp_path, cpus):
    """Nothing fails, whoever asked for them."""
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    script = f"{READS} --runtime=4 > /report & sleep 1\nfor i in 1 2 3 4 5; do nvme reset /dev/my_nvme0 || echo failed; sleep 0.2; done\n" \
             "wait $!; echo status $?; cat /report; dmesg | grep -c 'back after'\n"
    result = run_script(tmp_path, script, "--disk", disk, "--smp", cpus, check=True)
    assert "failed" not in result.stdout
    assert "status 0\n" in result.stdout
    assert "(groupid=0, jobs=4): err= 0" in result.stdout
    assert result.stdout.endswith("\n5\n")


@pytest.mark.parametrize("cpus", [1, 4])
def test_errors_under_load(tmp_path, cpus):
    """Each job that meets the bad sector ends, and says where; the others go on."""
    disk = make_disk(tmp_path / "disk.img", 4 * MIB)
    drive = blkdebug(tmp_path, disk, read(5000))
    script = f"fio --name=a --filename={DEVICE} --rw=read --bs=4k --iodepth=4 --size=1m --offset_increment=1m --numjobs=4 --minimal > /report; echo status $?\n" \
             "wc -l < /report\ndd if=/dev/my_nvme0n1 of=/dev/null count=8 status=none && echo alive\n"
    result = run_script(tmp_path, script, "--disk", "none", "--smp", cpus, "--", "-drive", f"{drive},if=none,id=d,format=raw", "-device", "nvme,drive=d,serial=1")
    assert f"fio: a: read error on file {DEVICE}: Input/output error: offset={5000 * 512}, length=4096\n" in result.stdout
    assert result.stdout.endswith("status 1\n4\nalive\n")


@pytest.mark.parametrize("cpus", [1, 4])
def test_pulled_out_under_load(tmp_path, cpus):
    """Registers of all ones: every job ends, the shell lives, and the controller can come back."""
    with Covered(tmp_path, b"\xff", "", "-smp", str(cpus)) as guest:
        for _ in range(2):
            guest.console.child.sendline(f"{READS} --runtime=600; echo status $?")
            guest.console.child.expect_exact("Starting 4 processes")
            guest.cover()
            text = guest.console.wait_prompt()
            assert "my_nvme0: gone: its registers read all ones\n" in text and "No such device: offset=" in text and "status 1\n" in text, text
            guest.uncover()
            assert guest.console.run("nvme rescan; echo status $?").endswith("1 controller added\nstatus 0\n")
        guest.check()


@pytest.mark.parametrize("cpus", [1, 4])
def test_fatal_status_under_load(tmp_path, cpus):
    """CSTS.CFS: the controller is reset, everything is sent again, and the jobs go on as if nothing had been."""
    with Covered(tmp_path, b"\xff", "", "-smp", str(cpus)) as guest:
        guest.console.child.sendline(f"{READS} --runtime=5; echo status $?")
        guest.console.child.expect_exact("Starting 4 processes")
        guest.qtest.switch(NVME, MASTER, False)
        guest.console.child.expect(r"my_nvme0: controller reset: fatal status \(CSTS\.CFS\)")
        guest.console.child.expect(r"my_nvme0: back after \d+ ms")
        text = guest.console.wait_prompt()
        assert "jobs=4): err= 0" in text and "status 0\n" in text, text
        guest.check()


@pytest.mark.parametrize("cpus", [1, 4])
def test_ctrl_c(tmp_path, cpus):
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    with Console("--disk", disk, "--smp", cpus) as console:
        for _ in range(3):
            console.child.sendline(f"{READS} --runtime=600")
            console.child.expect_exact("Starting 4 processes")
            console.type("\x03")
            text = console.wait_prompt()
            assert "fio: terminating on signal 2" in text and "jobs=4): err= 0" in text, text
            assert console.status() == 128
        assert "status 0\n" in console.run(f"fio --name=b --filename={DEVICE} --rw=read --size=1m --numjobs=4 --minimal > /dev/null; echo status $?")
        assert console.poweroff() == 0


def test_the_reader_of_the_report_goes_away(tmp_path):
    """The command ends in the middle, by its output: the loops end before their memory does."""
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    result = run_script(tmp_path, f"({READS} --runtime=600 & sleep 1; kill -9 $!; wait $!; echo status $?)\nsleep 1\n{READS} --runtime=1 | tail -1\nselftest smp; free\n",
                        "--disk", disk, "--smp", "4", check=True)
    assert "status 137\n" in result.stdout
    assert "READ: bw=" in result.stdout
    assert "SUMMARY: 3 tests, 0 failures, 0 skipped" in result.stdout


def test_power_off_under_load(tmp_path):
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    with Console("--disk", disk, "--smp", "4") as console:
        console.child.sendline(f"{READS} --runtime=600 > /dev/null &")
        console.wait_prompt()
        console.run("sleep 1")
        console.child.sendline("poweroff")
        assert console.wait_end() == 0


def test_panic_under_load(tmp_path):
    disk = make_disk(tmp_path / "disk.img", 16 * MIB)
    result = run_script(tmp_path, f"{READS} --runtime=600 > /dev/null & sleep 1\ncrash panic\n", "--disk", disk, "--smp", "4")
    assert result.returncode == 120
    assert "panic: asked for by the crash command" in result.stdout
    assert "on CPU" not in result.stdout


def test_the_image_is_what_was_written(tmp_path):
    """Loops that write with a flush behind, and a power off: the host finds all of it."""
    disk = make_disk(tmp_path / "disk.img", 8 * MIB)
    result = run_script(tmp_path, f"fio --name=a --filename={DEVICE} --rw=write --bs=64k --size=2m --offset_increment=2m --numjobs=4 --minimal --end_fsync=1 > /dev/null\n"
                        f"sha256sum {DEVICE}\n", "--disk", disk, "--smp", "4", check=True)
    with open(disk, "rb") as image:
        assert hashlib.sha256(image.read()).hexdigest() in result.stdout


def test_sixty_jobs(tmp_path):
    """As many as there are queue pairs: they share the open device."""
    disk = make_disk(tmp_path / "disk.img", 4 * MIB)
    line = f"fio --name=a --filename={DEVICE} --rw=read --bs=4k --size=64k --numjobs=%d --minimal > /report; echo status $?; wc -l < /report\n"
    result = run_script(tmp_path, line % 63 + line % 64, "--disk", disk, "--smp", "2")
    assert result.stdout == "status 0\n63\nfio: a: more jobs than queues: my_nvme0 has 63 queue pairs for jobs that run together\nstatus 1\n0\n"


@pytest.mark.parametrize("cpus, arguments", [(1, []), (2, []), (4, []), (1, ["--nvme", "max_ioqpairs=128", "--append", "nvme.queues=64"])])
def test_what_a_read_costs(tmp_path, cpus, arguments):
    """Instructions of the guest for 4 KiB at depth 32, by a bare loop: at most 100, on any CPU and beside any number of queues."""
    result = run_script(tmp_path, "selftest load\n", "--disk", "tmp", "--smp", cpus, *arguments, "--", "-icount", "shift=0", check=True)
    costs = re.findall(r"by a loop on CPU (\d), depth 32, (\d+) TSC ticks each", result.stdout)
    assert [int(cpu) for cpu, _ in costs] == [0, 1][:cpus]
    assert all(int(cost) <= 100 for _, cost in costs), costs
