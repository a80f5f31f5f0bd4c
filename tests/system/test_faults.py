"""Faults of the back end and of the machine on QEMU's own controller: what the user sees, and that no other data suffers.

Each row of FAULTS is (back end, kernel command line, script, what must be printed, which bytes of the image may differ).
"""

import hashlib
import os
import random
import re
import signal
import subprocess
import time

import pexpect
import pytest

from guest import Guest
from machine import ROOT, RUN_QEMU, TIMEOUT, make_disk, mount_namespace, nvme_on, run_script

MIB = 1 << 20
SIZE = 16 * MIB
CONTENT = random.Random(3).randbytes(SIZE)

READ_ERROR = r"my_nvme0: Read LBA {}\+\d+: Unrecovered Read Error \(sct 2 sc 81\)"
WRITE_ERROR = r"my_nvme0: Write LBA {}\+\d+: Write Fault \(sct 2 sc 80\)"
FLUSH_ERROR = r"my_nvme0: Flush of namespace 1: Write Fault \(sct 2 sc 80\)"


def blkdebug(directory, image, *rules):
    """-drive options of an image on which these rules inject errors."""
    path = os.path.join(str(directory), "blkdebug.conf")
    with open(path, "w", encoding="ascii") as file:
        for rule in rules:
            rule = {"event": "none", "errno": 5, "once": "off", **rule}
            file.write("[inject-error]\n" + "".join(f'{key} = "{value}"\n' for key, value in rule.items()))
    return f"file=blkdebug:{path}:{image}"


def read(sector, **more):
    return {"iotype": "read", "sector": sector, **more}


def write(sector, **more):
    return {"iotype": "write", "sector": sector, **more}


def flush(**more):
    return {"iotype": "flush", **more}


# name: (rules, script, patterns that must be printed, sectors that may have changed)
ERRORS = {
    "a bad sector ends dd": (
        [read(100)], "dd if=$d of=/dev/null bs=512 iflag=direct; echo status $?",
        [READ_ERROR.format(100), r"dd: error reading '/dev/my_nvme0n1': Input/output error\n100\+0 records in\n100\+0 records out\n", "status 1\n"], []),
    "a bad sector behind good ones in one large read": (
        [read(1000)], "dd if=$d of=/dev/null bs=1M iflag=direct; echo status $?",
        [READ_ERROR.format(1000), r"dd: error reading '/dev/my_nvme0n1': Input/output error\n0\+1 records in\n0\+1 records out\n512000 bytes", "status 1\n"], []),
    "noerror goes on": (
        [read(100)], "dd if=$d of=/copy bs=512 iflag=direct conv=noerror,sync; echo status $?; cmp $d /copy; wc -c < /copy",
        [READ_ERROR.format(100), r"\n100\+0 records in\n100\+0 records out\n", r"\n32767\+1 records in\n32768\+0 records out\n", "status 1\n",
         r"cmp: /dev/my_nvme0n1: Input/output error\n", f"\n{SIZE}\n"], []),
    "noerror through the buffer": (
        [read(100), read(20000)], "dd if=$d of=/copy conv=noerror,sync bs=512; echo status $?; wc -c < /copy",
        [READ_ERROR.format(100), READ_ERROR.format(20000), r"\n32766\+2 records in\n32768\+0 records out\n", "status 1\n", f"\n{SIZE}\n"], []),
    "other commands say so": (
        [read(9000)], "cat $d > /dev/null; echo status $?; sha256sum $d; echo status $?; cmp $d $d; dd if=$d of=/dev/null bs=1M count=4 status=none && echo alive",
        [READ_ERROR.format(9000), r"cat: /dev/my_nvme0n1: Input/output error\nstatus 1\n", r"sha256sum: /dev/my_nvme0n1: Input/output error\nstatus 1\n", "alive\n"], []),
    "a sector that cannot be written": (
        [write(300)], "dd if=/dev/zero of=$d bs=512 seek=298 count=5 oflag=direct; echo status $?",
        [WRITE_ERROR.format(300), r"dd: error writing '/dev/my_nvme0n1': Input/output error\n3\+0 records in\n2\+0 records out\n", "status 1\n"], [298, 299]),
    "through the buffer the close tells": (
        [write(300)], "dd if=/dev/zero of=$d bs=512 seek=298 count=5; echo status $?",
        [WRITE_ERROR.format(300), r"my_nvme0n1: write-back of LBA 300\+1 failed, data is lost", r"dd: closing output file '/dev/my_nvme0n1': Input/output error\n", "status 1\n"],
        [298, 299, 301, 302]),
    "with fsync the fsync tells": (
        [write(300)], "dd if=/dev/zero of=$d bs=512 seek=298 count=5 conv=fsync; echo status $?",
        [WRITE_ERROR.format(300), r"dd: fsync failed for '/dev/my_nvme0n1': Input/output error\n", "status 1\n"], [298, 299, 301, 302]),
    "a full back end": (
        [write(300, errno=28)], "dd if=/dev/zero of=$d bs=512 seek=299 count=5 oflag=direct; echo status $?; dd if=/dev/zero of=$d seek=400 count=1 conv=fsync status=none && echo alive",
        [WRITE_ERROR.format(300), r"dd: error writing '/dev/my_nvme0n1': Input/output error\n2\+0 records in\n1\+0 records out\n", "status 1\n", "alive\n"], [299, 400]),
    "a flush that fails": (
        [flush()], "dd if=/dev/zero of=$d count=2 conv=fsync; echo status $?; sync; echo status $?; sync $d; echo status $?",
        [FLUSH_ERROR, r"dd: fsync failed for '/dev/my_nvme0n1': Input/output error\n", r"status 1\n(?s:.*)status 1\n(?s:.*)status 1\n"], [0, 1]),
    "errors that pass are repeated": (
        [read(50, once="on"), write(60, once="on"), flush(once="on")],
        "dd if=$d of=/dev/null bs=512 count=100 iflag=direct && dd if=/dev/zero of=$d seek=60 count=1 oflag=direct conv=fsync && echo all well",
        ["all well\n"], [60]),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_of_the_back_end(tmp_path, name):
    rules, script, patterns, changed = ERRORS[name]
    disk = make_disk(tmp_path / "disk.img", SIZE, CONTENT)
    result = run_script(tmp_path, "d=/dev/my_nvme0n1\n" + script + "\n", "--disk", "none", "--",
                        "-drive", blkdebug(tmp_path, disk, *rules) + ",if=none,id=d,format=raw", "-device", "nvme,drive=d,serial=d")
    for pattern in patterns:
        assert re.search(pattern, result.stdout), (pattern, result.stdout)
    expected = bytearray(CONTENT)
    for sector in changed:
        expected[sector * 512:sector * 512 + 512] = bytes(512)
    with open(disk, "rb") as image:
        assert image.read() == expected, "data that was not meant was touched"


def test_what_noerror_copies(tmp_path):
    """Everything but the bad sector, which is zeros: compared on the host."""
    disk = make_disk(tmp_path / "disk.img", SIZE, CONTENT)
    copy = make_disk(tmp_path / "copy.img", SIZE)
    result = run_script(tmp_path, "dd if=/dev/my_nvme0n1 of=/dev/my_nvme1n1 bs=512 conv=noerror,sync,fsync status=none; echo status $?\n",
                        "--disk", "none", "--",
                        "-drive", blkdebug(tmp_path, disk, read(777), read(778)) + ",if=none,id=d,format=raw", "-device", "nvme,drive=d,serial=d",
                        *nvme_on(copy, "c"))
    assert result.stdout.endswith("status 1\n"), result.stdout
    expected = bytearray(CONTENT)
    expected[777 * 512:779 * 512] = bytes(1024)
    with open(copy, "rb") as image:
        assert image.read() == expected


def test_a_back_end_that_runs_full(tmp_path):
    """A sparse image on a file system of 8 MiB: what was acknowledged before stays, the shell lives on."""
    where, kept = tmp_path / "small", tmp_path / "kept.img"
    where.mkdir()
    script = tmp_path / "script.sh"
    script.write_text("d=/dev/my_nvme0n1\ndd if=/dev/urandom of=/first bs=1M count=2 status=none\nsha256sum /first\n"
                      "dd if=/first of=$d bs=1M oflag=direct conv=fsync status=none && echo acknowledged\n"
                      "dd if=/dev/urandom of=$d bs=1M seek=2 oflag=direct; echo status $?\n"
                      "cmp -n 2M /first $d && echo intact\n")
    command = (f"mount -t tmpfs -o size=8m none '{where}' && truncate -s 64M '{where}/disk.img' &&"
               f" '{RUN_QEMU}' --timeout {TIMEOUT} --disk '{where}/disk.img' --script '{script}'; s=$?; cp --sparse=always '{where}/disk.img' '{kept}'; exit $s")
    result = subprocess.run([*mount_namespace(), "sh", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, encoding="latin-1")
    assert kept.exists(), result.stderr
    output = result.stdout
    assert "acknowledged\n" in output and re.search(WRITE_ERROR.format(r"\d+"), output), output
    assert re.search(r"dd: error writing '/dev/my_nvme0n1': Input/output error\n", output) and "status 1\n" in output, output
    assert output.endswith("intact\n") and result.returncode == 0, output
    with open(kept, "rb") as image:
        assert hashlib.sha256(image.read(2 * MIB)).hexdigest() == output.split()[0]


class Faulty(Guest):
    def __init__(self, directory, append=""):
        disk = make_disk(directory / "disk.img", 64 * MIB)
        super().__init__(directory, disk, ["--append", append], nvme_on(disk, "d", ",id=nvme0"))

    def check(self):
        """For the guest, and for the host."""
        assert self.console.checksum("dd if=/dev/my_nvme0n1 bs=1M count=1 iflag=direct status=none | sha256sum") == self.sum
        super().check()


def throttle(guest, **limits):
    limits = {"bps": 0, "bps_rd": 0, "bps_wr": 0, "iops": 0, "iops_rd": 0, "iops_wr": 0, **limits}
    guest.qmp.monitor("block_set_io_throttle d " + " ".join(str(limits[key]) for key in ("bps", "bps_rd", "bps_wr", "iops", "iops_rd", "iops_wr")))


def test_a_slow_but_steady_back_end(tmp_path):
    """Each part of the request waits for longer than its deadline, but the controller works: it is left alone, and the data are right."""
    with Faulty(tmp_path, append="nvme.timeout_ms=1500") as guest:
        throttle(guest, bps=MIB)
        whole = guest.console.checksum("dd if=/dev/my_nvme0n1 bs=4M count=1 iflag=direct status=none | sha256sum")
        throttle(guest)
        with open(guest.disk, "rb") as image:
            assert hashlib.sha256(image.read(4 * MIB)).hexdigest() == whole
        assert "reset" not in guest.console.run("dmesg | tail -n 20")
        guest.check()


def test_interrupted_while_the_back_end_is_slow(tmp_path):
    """Ctrl-C ends every wait for the device within a second, nothing is reset, and afterwards it is as good as before: what was
    promised to be written is there, and memory that was still in use is nobody else's."""
    with Faulty(tmp_path) as guest:
        content = random.Random(7).randbytes(4 * MIB)
        with open(guest.disk, "r+b") as image:
            image.seek(32 * MIB)
            image.write(content)
        used = int(guest.console.run("free | head -n 2 | tail -n 1").split()[2])
        times = []
        throttle(guest, bps=MIB)
        for command in ("dd if=/dev/my_nvme0n1 of=/dev/null bs=16M count=1 iflag=direct status=none",
                        "cat /dev/my_nvme0n1 > /dev/null",
                        "cmp /dev/my_nvme0n1 /dev/zero",
                        "sha256sum /dev/my_nvme0n1",
                        "dd if=/dev/zero of=/dev/my_nvme0n1 bs=2M seek=2 count=1 oflag=direct status=none",
                        "dd if=/dev/zero of=/dev/my_nvme0n1 bs=4000 seek=2000 count=1000 status=none",
                        "sync /dev/my_nvme0n1",
                        "fio --name=a --filename=/dev/my_nvme0n1 --rw=randread --bs=1m --iodepth=32 --offset=48m --size=16m",
                        "fio --name=a --filename=/dev/my_nvme0n1 --rw=read --bs=4m --iodepth=8 --verify=md5 --offset=48m --size=16m",
                        "nvme io-passthru /dev/my_nvme0n1 -o 2 -n 1 --cdw10=100 --cdw12=1023 -l 524288 -r -b > /dev/null"):
            guest.console.child.sendline(command)
            guest.console.child.expect_exact("\n")
            time.sleep(0.4)
            start = time.monotonic()
            guest.console.type("\x03")
            guest.console.wait_prompt()
            times.append(round(time.monotonic() - start, 2))
            assert times[-1] < 8, command  # less than one on an idle machine; the first one would take 15
        throttle(guest)
        assert guest.console.run("dd if=/dev/my_nvme0n1 bs=1M skip=32 count=4 iflag=direct status=none | sha256sum").split()[0] == hashlib.sha256(content).hexdigest()
        assert guest.console.run("sync; echo $?") == "0\n"
        assert "reset" not in guest.console.run("dmesg | tail -n 20")
        assert int(guest.console.run("free | head -n 2 | tail -n 1").split()[2]) <= used + 64
        guest.check()


def test_interrupted_end_of_a_script(tmp_path):
    """Ctrl-C ends a script, the machine ends with it, and what was written until then is on the image."""
    disk = make_disk(tmp_path / "disk.img", SIZE)
    script = tmp_path / "script.sh"
    script.write_text("dd if=/dev/urandom of=/x bs=1000 count=1000 status=none; sha256sum < /x\n"
                      "exec 7> /dev/my_nvme0n1; cat /x >&7; echo written; sleep 100\n")
    # Ctrl-C is for the guest, not a signal for QEMU.
    child = pexpect.spawn("sh", ["-c", 'stty raw -echo; exec "$@"', "sh", RUN_QEMU, "--disk", "none", "--script", str(script), "--", "-drive", f"file={disk},if=none,id=d,format=raw,throttling.bps-write=500000",
                                     "-device", "nvme,drive=d,serial=d"], encoding="latin-1", timeout=TIMEOUT)
    child.expect_exact("written")
    digest = re.search(r"([0-9a-f]{64})  -", child.before).group(1)
    child.send("\x03")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    with open(disk, "rb") as image:
        assert hashlib.sha256(image.read(1000000)).hexdigest() == digest


def test_a_slow_back_end_times_out_and_recovers(tmp_path):
    """The command runs into its deadline, the controller is reset, the command repeated; then the back end gets well."""
    with Faulty(tmp_path, append="nvme.timeout_ms=150 nvme.admin_timeout_ms=5000") as guest:
        throttle(guest, bps=MIB)
        guest.console.child.sendline("dd if=/dev/urandom of=/second bs=1M count=8 status=none; dd if=/second of=/dev/my_nvme0n1 bs=4M seek=2 conv=fsync; echo status $?")
        guest.console.child.expect(r"my_nvme0: Write \(queue 1, CID [0-9a-f]{4}\): no completion in time")
        guest.console.child.expect(r"my_nvme0: controller reset: a command could not be aborted")
        throttle(guest)
        guest.console.child.expect(r"my_nvme0: back after \d+ ms")
        text = guest.console.wait_prompt()
        assert "8388608 bytes (8.4 MB, 8.0 MiB) copied" in text and "status 0\n" in text, text
        second = guest.console.checksum("sha256sum < /second")
        guest.check()
        with open(guest.disk, "rb") as image:
            image.seek(8 * MIB)
            assert hashlib.sha256(image.read(8 * MIB)).hexdigest() == second


def test_a_back_end_that_stands_still(tmp_path):
    """Repeated three times, then failed with a clear error; the shell lives, and once the back end moves the device works."""
    with Faulty(tmp_path, append="nvme.timeout_ms=100 nvme.admin_timeout_ms=5000") as guest:
        throttle(guest, iops=1)
        guest.console.run("dd if=/dev/my_nvme0n1 of=/dev/null iflag=direct count=1 status=none")
        text = guest.console.run("dd if=/dev/my_nvme0n1 of=/dev/null iflag=direct bs=512 count=20; echo status $?")
        throttle(guest)
        assert "status 1\n" in text and "dd: error reading '/dev/my_nvme0n1': Connection timed out\n" in text, text
        assert text.count("controller reset: ") >= 1
        assert "status 0\n" in guest.console.run("dd if=/dev/my_nvme0n1 of=/dev/null iflag=direct bs=512 count=20; echo status $?")
        guest.check()


@pytest.mark.parametrize("how", ["stop", "SIGSTOP"])
@pytest.mark.parametrize("irq", ["msix", "intx", "poll"])
def test_stopped_for_longer_than_the_deadline(tmp_path, how, irq):
    """Nothing is lost. By stop and cont the guest's clock stands still as well; when the process is stopped the clock runs on,
    and what is in flight is past its deadline before anybody can look."""
    with Faulty(tmp_path, append="nvme.timeout_ms=300 nvme.irq=" + irq) as guest:
        qemu = guest.qmp.qemu()
        guest.console.child.sendline("dd if=/dev/urandom of=/second bs=1M count=16 status=none; for i in 1 2 3 4; do dd if=/second of=/dev/my_nvme0n1 bs=1M seek=16 conv=fsync status=none || break; done; echo status $?")
        for _ in range(3):
            time.sleep(0.2)
            if how == "stop":
                guest.qmp.command("stop")
            else:
                os.kill(qemu, signal.SIGSTOP)
            time.sleep(1)
            if how == "stop":
                guest.qmp.command("cont")
            else:
                os.kill(qemu, signal.SIGCONT)
        assert "status 0\n" in guest.console.wait_prompt()
        second = guest.console.checksum("sha256sum < /second")
        guest.check()
        with open(guest.disk, "rb") as image:
            image.seek(16 * MIB)
            assert hashlib.sha256(image.read(16 * MIB)).hexdigest() == second


def test_system_reset_during_writes(tmp_path):
    with Faulty(tmp_path) as guest:
        for _ in range(3):
            guest.console.child.sendline("while :; do dd if=/dev/urandom of=/dev/my_nvme0n1 bs=64K seek=64 count=64 conv=fsync status=none; done")
            guest.console.child.expect_exact("done")
            time.sleep(0.3)
            guest.qmp.command("system_reset")
            guest.console.wait_prompt()
            assert guest.console.run("test -e /first || echo new") == "new\n"
        guest.check()


def test_resets_under_load(tmp_path):
    """nvme reset is tried with up to 132 requests in flight: selftest --stress verifies every byte."""
    disk = make_disk(tmp_path / "disk.img", 64 * MIB)
    result = run_script(tmp_path, "selftest --stress 5 --seed 1 -d /dev/my_nvme0n1\n", "--disk", disk, "--append", "nvme.queues=4")
    assert result.returncode == 0, result.stdout
    resets = re.search(r"PASS: stress: seed 1: \d+ reads, \d+ writes, \d+ flushes, (\d+) resets", result.stdout)
    assert resets and int(resets.group(1)) >= 5, result.stdout


@pytest.mark.parametrize("irq", ["msix", "intx", "poll"])
def test_events_are_told_at_the_prompt(tmp_path, irq):
    """Nobody uses the controller: its asynchronous event is logged and its log page read, so that the next one comes."""
    with Faulty(tmp_path, append="nvme.irq=" + irq) as guest:
        for warning, text in [(4, "reliability degraded"), (1, "spare space low")]:
            guest.qmp.command("qom-set", path="/machine/peripheral/nvme0", property="smart_critical_warning", value=warning)
            guest.console.child.expect(r"my_nvme0: event: .* \(type 1, information [0-9a-f]{2}, log page 02\)")
            guest.console.child.expect(f"my_nvme0: critical warning {warning:02x}: {text}")
            guest.qmp.command("qom-set", path="/machine/peripheral/nvme0", property="smart_critical_warning", value=0)
        guest.console.run("")
        guest.check()


def test_a_namespace_that_goes_and_comes(tmp_path):
    """Namespace Attachment: the controller says that its namespaces changed, and files that are open on the lost one fail clearly."""
    disks = [make_disk(tmp_path / f"disk{i}.img", 16 * MIB, CONTENT) for i in range(2)]
    extra = ["-device", "nvme-subsys,id=s", "-device", "nvme,subsys=s,serial=x,id=c"]
    for i, disk in enumerate(disks):
        extra += ["-drive", f"file={disk},if=none,id=d{i},format=raw", "-device", f"nvme-ns,drive=d{i},bus=c,nsid={i + 1}"]
    result = run_script(tmp_path, "printf '\\001\\000\\000\\000' > /list\n"
                        "attach() { nvme admin-passthru /dev/my_nvme0 -o 0x15 --cdw10=$1 -n 1 -w -l 4096 -p 0 -i /list; }\n"
                        "exec 9< /dev/my_nvme0n1\nexec 8> /dev/my_nvme0n1\necho lost >&8\n"
                        "attach 1\ndd bs=512 count=1 <&9; echo status $?\nls /dev/my_nvme0n1; echo status $?\n"
                        "exec 8>&-\nexec 9<&-\nattach 0\nsleep 0.5\ncmp /dev/my_nvme0n1 /dev/my_nvme0n2 && echo intact\n",
                        "--disk", "none", "--", *extra)
    output = result.stdout
    assert "my_nvme0: event: namespace attribute changed" in output and "my_nvme0: namespace 1 is gone\n" in output, output
    assert "my_nvme0n1: removed before all was written, data is lost\n" in output, output
    assert re.search(r"dd: error reading 'standard input': No such device\n(?s:.*)status 1\n", output), output
    assert "ls: cannot access '/dev/my_nvme0n1': No such file or directory\nstatus 2\n" in output, output
    assert output.endswith("intact\n"), output


def test_a_namespace_that_another_controller_formats(tmp_path):
    """Two controllers share it, and the one that formats it is the only one that QEMU tells anything: the other would go on with
    blocks of the old size."""
    disk = make_disk(tmp_path / "disk.img", 16 * MIB, CONTENT)
    result = run_script(tmp_path, "nvme admin-passthru /dev/my_nvme0 -o 0x80 -n 1 --cdw10=4\n"
                        "blockdev --getss /dev/my_nvme0n1\nblockdev --getss /dev/my_nvme1n1\n"
                        "seq 9999 | dd of=/dev/my_nvme0n1 bs=64K iflag=fullblock conv=fsync status=none\n"
                        "cmp /dev/my_nvme0n1 /dev/my_nvme1n1 && echo same\n",
                        "--disk", "none", "--", "-device", "nvme-subsys,id=s", "-device", "nvme,subsys=s,serial=x,id=c0",
                        "-device", "nvme,subsys=s,serial=x,id=c1", "-drive", f"file={disk},if=none,id=d,format=raw",
                        "-device", "nvme-ns,drive=d,bus=c0,nsid=1,shared=on")
    assert result.stdout.endswith("4096\n4096\nsame\n"), result.stdout


def test_a_namespace_that_another_controller_takes_away(tmp_path):
    """Two controllers share it; one of them detaches it from the other, which gets an event."""
    disk = make_disk(tmp_path / "disk.img", 16 * MIB, CONTENT)
    result = run_script(tmp_path, "printf '\\001\\000\\000\\000' > /list\n"
                        "attach() { nvme admin-passthru /dev/my_nvme1 -o 0x15 --cdw10=$1 -n 1 -w -l 4096 -p 0 -i /list; sleep 0.5; }\n"
                        "attach 1\nls /dev/my_nvme0n1 /dev/my_nvme1n1\nattach 0\ncmp /dev/my_nvme0n1 /dev/my_nvme1n1 && echo intact\n",
                        "--disk", "none", "--", "-device", "nvme-subsys,id=s", "-device", "nvme,subsys=s,serial=x,id=c0",
                        "-device", "nvme,subsys=s,serial=x,id=c1", "-drive", f"file={disk},if=none,id=d,format=raw",
                        "-device", "nvme-ns,drive=d,bus=c0,nsid=1,shared=on")
    output = result.stdout
    assert output.count("my_nvme0: event: namespace attribute changed") == 2 and "my_nvme0: namespace 1 is gone\n" in output, output
    assert "ls: cannot access '/dev/my_nvme0n1': No such file or directory\n/dev/my_nvme1n1\n" in output, output
    assert output.endswith("intact\n"), output


def test_reset_commands(tmp_path):
    with Faulty(tmp_path) as guest:
        for _ in range(5):
            assert guest.console.run("nvme reset /dev/my_nvme0; echo status $?") == "status 0\n"
            text = guest.console.run("dmesg | tail -n 2")
            assert re.search(r"my_nvme0: controller reset: requested\n.*my_nvme0: back after \d+ ms\n", text), text
            assert guest.console.run("cmp -n 1M /first /dev/my_nvme0n1; echo $?") == "0\n"
        # QEMU 7.2 has no NVM subsystem reset (CAP.NSSRS); where there is one it works like the other.
        supported = re.search(r"NSSRS\): *Yes", guest.console.run("nvme show-regs /dev/my_nvme0 -H"))
        text = guest.console.run("nvme subsystem-reset /dev/my_nvme0; echo status $?")
        assert text.endswith("status 0\n") if supported else text == "Subsystem-reset: NVM Subsystem Reset not supported.\nstatus 1\n", text
        guest.check()
