"""Faults of QEMU's controller itself: its registers are changed from outside, behind the driver's back, in the middle of I/O.

Bus mastering taken away is what QEMU answers with CSTS.CFS, as a controller does that cannot reach its queues. Memory of all
ones laid over BAR0 is what the CPU reads when a device was pulled out.
"""

import hashlib
import os
import re

import pexpect
import pytest

from machine import Console, make_disk
from qtest import BAR0, MASTER, MEMORY, Qtest

MIB = 1 << 20
NVME, COVER = 4, 6  # slots
WRITE = "dd if=/second of=/dev/my_nvme0n1 bs=64K seek=16 conv=fsync status=none"
KINDS = ["nvme.irq=msix nvme.queues=4", "nvme.irq=intx", "nvme.irq=poll"]


class Guest:
    """A console, qtest, and a first MiB whose checksum is known; /second has 8 MiB for the MiB behind it."""

    def __init__(self, directory, append="", *arguments):
        self.disk = make_disk(directory / "disk.img", 64 * MIB)
        path = directory / "qtest"
        self.console = Console("--disk", self.disk, "--append", append, "--", *Qtest.arguments(os.path.relpath(path)), *arguments)
        self.qtest = Qtest(os.path.relpath(path))
        self.bar = self.qtest.config(NVME, BAR0) & ~0xf
        self.console.run("dd if=/dev/urandom of=/first bs=1M count=1 status=none; dd if=/dev/urandom of=/second bs=1M count=8 status=none")
        self.console.run("dd if=/first of=/dev/my_nvme0n1 bs=64K conv=fsync status=none")
        self.first, self.second = (self.console.checksum(f"sha256sum < /{name}") for name in ("first", "second"))

    def start(self):
        self.console.child.sendline(ROUNDS)
        self.rounds()

    def rounds(self):
        """Two more rounds have begun: one was good from its start to its end."""
        for _ in range(2):
            self.console.child.expect(r"round \d+\r+\n")

    def stop(self):
        """Ends the rounds by Ctrl-C; that none had failed."""
        self.console.type("\x03")
        assert "failed\n" not in self.console.wait_prompt()
        assert self.console.status() == 130

    def check(self):
        """The image has what was written, and the device works."""
        # Behind lines of the log, perhaps: QEMU's pin stays active where completions were left in their queues.
        assert self.console.run(f"{WRITE} && cmp -n 1M /first /dev/my_nvme0n1 && echo works").endswith("works\n")
        assert self.console.poweroff() == 0
        with open(self.disk, "rb") as image:
            assert hashlib.sha256(image.read(MIB)).hexdigest() == self.first
            assert hashlib.sha256(image.read(8 * MIB)).hexdigest() == self.second

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.qtest.close()
        self.console.close()


# Without end, each verified, until dd or cmp fails or Ctrl-C comes.
ROUNDS = f"i=0; while {WRITE} && cmp -n 1M /first /dev/my_nvme0n1; do i=$((i+1)); echo round $i; done; echo failed"
BACK = r"my_nvme0: back after \d+ ms\r+\n"


@pytest.mark.parametrize("append", KINDS)
def test_fatal_status(tmp_path, append):
    """CSTS.CFS: reset at once, everything sent again, the command goes on as if nothing had been."""
    with Guest(tmp_path, append) as guest:
        guest.start()
        for _ in range(3):
            guest.qtest.switch(NVME, MASTER, False)
            guest.console.child.expect(r"my_nvme0: controller reset: fatal status \(CSTS\.CFS\)")
            guest.console.child.expect(BACK)
            guest.rounds()
        guest.stop()
        guest.check()


def test_disabled_behind_the_drivers_back(tmp_path):
    """Somebody clears CC.EN: no command is answered any more. Reset at once, and all goes on."""
    with Guest(tmp_path, "nvme.timeout_ms=600000") as guest:
        guest.start()
        guest.qtest.write(guest.bar + 0x14, 0)
        guest.console.child.expect(r"my_nvme0: controller reset: not ready any more \(CSTS\.RDY\)")
        guest.console.child.expect(BACK)
        guest.rounds()
        guest.stop()
        guest.check()


def test_decoding_turned_off(tmp_path):
    """Somebody turns off BAR0: it is turned on again, and all goes on as if nothing had been."""
    with Guest(tmp_path, "nvme.timeout_ms=600000") as guest:
        guest.start()
        guest.qtest.switch(NVME, MEMORY, False)
        guest.console.child.expect(r"my_nvme0: controller reset: (not ready any more|its PCI function was off)")
        guest.console.child.expect(BACK)
        guest.rounds()
        guest.stop()
        guest.check()


class Covered(Guest):
    """A guest whose controller can be covered by memory that is full of one byte."""

    def __init__(self, directory, byte, append, *arguments):
        file = directory / "cover"
        file.write_bytes(byte * 65536)
        super().__init__(directory, append + " nvme.timeout_ms=600000", "-object", f"memory-backend-file,id=cover,mem-path={file},size=64K,share=off",
                         "-device", f"ivshmem-plain,memdev=cover,addr={COVER}.0", *arguments)

    def cover(self):
        self.qtest.switch(COVER, MEMORY, False)
        self.qtest.config(COVER, 0x18, self.bar & ~0xffff)
        self.qtest.config(COVER, 0x1c, 0)
        self.qtest.switch(COVER, MEMORY, True)  # what is mapped last lies on top

    def uncover(self):
        self.qtest.switch(COVER, MEMORY, False)


def test_registers_that_read_zero(tmp_path):
    """CC.EN does nothing: the reset of the PCI function is what brings it back, and all goes on as if nothing had been."""
    with Covered(tmp_path, b"\0", "") as guest:
        guest.start()
        guest.cover()
        guest.console.child.expect(r"my_nvme0: controller reset: not ready any more \(CSTS\.RDY\)")
        guest.console.child.expect(r"my_nvme0: reset of its PCI function\r+\n")
        guest.console.child.expect(BACK)
        guest.rounds()
        guest.stop()
        guest.check()


@pytest.mark.parametrize("append", KINDS)
def test_pulled_out_and_put_back(tmp_path, append):
    """Registers of all ones: gone, at once and not after a deadline; nvme rescan brings it back."""
    with Covered(tmp_path, b"\xff", append) as guest:
        guest.start()
        guest.cover()
        text = guest.console.wait_prompt()
        assert "my_nvme0: gone: its registers read all ones\n" in text and "No such device\n" in text and "failed\n" in text, text
        assert "controller reset" not in text, text
        assert "No such device\n" in guest.console.run("dd if=/dev/my_nvme0n1 of=/dev/null count=1")
        guest.uncover()
        assert guest.console.run("nvme rescan; echo status $?").endswith("1 controller added\nstatus 0\n")
        guest.check()


def until_told(guest, doorbell, value, event):
    """Rings until the event comes: QEMU may leave one out while the log page of the one before is not read yet."""
    for _ in range(60):
        guest.qtest.write(guest.bar + 0x1000 + doorbell, value)
        if guest.console.child.expect([rf"my_nvme0: event: {event}, log page 01\)", pexpect.TIMEOUT], timeout=2) == 0:
            return
    raise AssertionError(f"no event: {event}")


def test_doorbells_that_do_not_exist(tmp_path):
    """Each is an error event; its log page is read, so that the next one comes."""
    with Guest(tmp_path) as guest:
        for _ in range(3):
            until_told(guest, 8 * 200, 5, r"write to an invalid doorbell \(type 0, information 00")
            until_told(guest, 8 * 1, 0xfff, r"invalid doorbell value \(type 0, information 01")
        guest.console.run("")
        guest.check()
