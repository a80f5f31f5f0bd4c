"""A guest that things happen to from outside."""

import hashlib

from machine import Console
from qmp import Qmp, path_for

MIB = 1 << 20


class Guest:
    """A console, QMP, and an image whose first MiB the guest wrote, flushed and knows the checksum of."""

    def __init__(self, directory, disk, options, devices):
        """disk is the image behind /dev/my_nvme0n1, which devices, arguments for QEMU, make."""
        self.disk = disk
        path = path_for(directory)
        self.console = Console(*options, "--disk", "none", "--", *devices, *Qmp.arguments(path))
        self.qmp = Qmp(path)
        self.console.run("dd if=/dev/urandom of=/first bs=1M count=1 status=none; dd if=/first of=/dev/my_nvme0n1 bs=64K conv=fsync status=none")
        assert self.console.status() == 0
        self.sum = self.console.checksum("sha256sum < /first")

    def check(self):
        """Turns it off; the first MiB is still there."""
        assert self.console.poweroff() == 0
        assert self.has_first(self.disk)

    def has_first(self, disk):
        with open(disk, "rb") as image:
            return hashlib.sha256(image.read(MIB)).hexdigest() == self.sum

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.qmp.close()
        self.console.close()
