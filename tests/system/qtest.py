"""QEMU's qtest protocol: registers of devices, read and written from outside while the guest runs."""

import socket

MEMORY, MASTER = 2, 4  # of a PCI function's command register
COMMAND, BAR0 = 0x04, 0x10


class Qtest:
    """A connection to the socket that arguments() makes QEMU listen on; QEMU is up when it is made."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("rw", encoding="ascii")

    @staticmethod
    def arguments(path):
        return ["-qtest", f"unix:{path},server=on,wait=off", "-qtest-log", "/dev/null"]

    def command(self, *words):
        self.file.write(" ".join(word if isinstance(word, str) else hex(word) for word in words) + "\n")
        self.file.flush()
        while True:
            answer = self.file.readline().split()
            if not answer:
                raise EOFError("QEMU closed the connection")
            if answer[0] == "OK":
                return int(answer[1], 16) if len(answer) > 1 else None
            if answer[0] in ("FAIL", "ERR"):
                raise RuntimeError(" ".join(answer))

    def read(self, address):
        return self.command("readl", address)

    def write(self, address, value):
        self.command("writel", address, value)

    def config(self, slot, offset, value=None):
        """A dword of the configuration space of a function on bus 0; value: written."""
        self.command("outl", 0xcf8, 1 << 31 | slot << 11 | offset)
        return self.command("inl", 0xcfc) if value is None else self.command("outl", 0xcfc, value)

    def switch(self, slot, bits, on):
        """Turns bits of the command register on or off; status bits, which ones would clear, are left alone."""
        command = self.config(slot, COMMAND) & 0xffff
        self.config(slot, COMMAND, command | bits if on else command & ~bits)

    def close(self):
        self.file.close()
        self.socket.close()
