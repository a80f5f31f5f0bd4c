"""QEMU's machine protocol: what happens to the machine from outside."""

import json
import os
import socket
import time


class Qmp:
    """A connection to the socket that arguments() makes QEMU listen on."""

    def __init__(self, path, timeout=20):
        deadline = time.monotonic() + timeout
        while True:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                self.socket.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
        self.file = self.socket.makefile("rw", encoding="utf-8")
        self.events = []
        self.receive()  # the greeting
        self.command("qmp_capabilities")

    @staticmethod
    def arguments(path):
        return ["-qmp", f"unix:{path},server=on,wait=off"]

    def receive(self):
        line = self.file.readline()
        if not line:
            raise EOFError("QEMU closed the connection")
        return json.loads(line)

    def command(self, name, **arguments):
        arguments = {key.replace("_", "-"): value for key, value in arguments.items()}
        self.file.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.file.flush()
        while True:
            answer = self.receive()
            if "event" in answer:
                self.events.append(answer)
            elif "error" in answer:
                raise RuntimeError(answer["error"]["desc"])
            else:
                return answer.get("return")

    def monitor(self, line):
        """A line for the human monitor."""
        return self.command("human-monitor-command", command_line=line)

    def wait_event(self, name, timeout=20, **data):
        """The event, come already or still to come; events before it are forgotten."""
        deadline = time.monotonic() + timeout
        while True:
            while self.events:
                event = self.events.pop(0)
                if event["event"] == name and all(event["data"].get(key) == value for key, value in data.items()):
                    return event
            self.socket.settimeout(max(0.01, deadline - time.monotonic()))
            answer = self.receive()
            if "event" in answer:
                self.events.append(answer)

    def add(self, driver, **properties):
        properties = {key.replace("_", "-"): value for key, value in properties.items()}
        self.command("device_add", driver=driver, **properties)

    def remove(self, name):
        self.command("device_del", id=name)

    def qemu(self):
        """The process ID of QEMU."""
        credentials = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        return int.from_bytes(credentials[:4], "little")

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def path_for(directory):
    """A socket path short enough whatever the test's directory is called."""
    path = os.path.join(str(directory), "qmp")
    return path if len(path) < 100 else f"/tmp/qmp-{os.getpid()}-{time.monotonic_ns()}"
