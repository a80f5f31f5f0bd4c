"""QEMU's gdb stub, as far as it takes to stop a guest at a function of the kernel, before it has done anything there."""

import os
import socket
import subprocess
import threading
import time

from machine import ROOT

KERNEL = os.path.join(ROOT, "build", "my_nvme.elf")


class Stopper(threading.Thread):
    """Waits for the guest that arguments() start, lets it run to the function, calls action, and lets it go on."""

    def __init__(self, path, function, action):
        super().__init__(daemon=True)
        self.path, self.action, self.error = str(path), action, None
        symbols = subprocess.run(["nm", KERNEL], check=True, capture_output=True, encoding="ascii").stdout
        self.address = next(int(line.split()[0], 16) for line in symbols.splitlines() if line.split()[-1] == function)
        self.start()

    @staticmethod
    def arguments(path):
        return ["-S", "-gdb", f"unix:{path},server=on,wait=off"]

    def run(self):
        try:
            self.connect()
            self.send(f"Z1,{self.address:x},1")
            self.send("c")
            self.action()
            self.send(f"z1,{self.address:x},1")
            self.send("D")
        except Exception as error:  # join() tells it
            self.error = error

    def connect(self):
        deadline = time.monotonic() + 60
        while True:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(300)
            try:
                return self.socket.connect(self.path)
            except OSError:
                self.socket.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def send(self, packet):
        """Sends a packet and takes the answer, which comes when a guest that runs has stopped."""
        self.socket.sendall(f"${packet}#{sum(packet.encode()) & 0xff:02x}".encode())
        answer = b""
        while not (len(answer) > 3 and answer[-3:-2] == b"#"):
            part = self.socket.recv(4096)
            if not part:
                raise EOFError("QEMU closed the connection")
            answer += part.lstrip(b"+") if not answer else part
        self.socket.sendall(b"+")
        if answer[1:2] not in (b"O", b"T", b"S"):
            raise RuntimeError(f"{packet}: {answer!r}")

    def join(self, timeout=None):
        super().join(timeout)
        if self.error:
            raise self.error
