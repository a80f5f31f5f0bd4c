"""On what a run was measured."""

import datetime
import os
import platform
import re
import subprocess

import linux_guest
from machines import ROOT


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.partition("\n")[0].strip()
    except OSError:
        return ""


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return re.search(r"model name\s*: (.*)", file.read())[1]
    except (OSError, TypeError):
        return platform.machine()


def system():
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()


def linux_version():
    """The release that is in the image of the guest's kernel."""
    try:
        with open(os.path.join(linux_guest.linux_guest(linux_guest.FIO), "vmlinuz"), "rb") as file:
            return re.search(rb"(\d+\.\d+\.\d+-\S+-amd64) \(", file.read(1 << 16))[1].decode()
    except (OSError, TypeError, linux_guest.Failure):
        return ""


def compiler():
    """What the kernel was compiled with, as make keeps it in front of the compiler's options."""
    try:
        with open(os.path.join(ROOT, "build", "kernel", "flags"), encoding="utf-8") as file:
            return file.read().partition(" -std=")[0].partition(" ")[2]
    except OSError:
        return ""


def about(settings, rounds):
    load = os.getloadavg()[0]
    return {
        "date": datetime.date.today().isoformat(), "processor": processor(), "cores": len(os.sched_getaffinity(0)),
        "system": system(), "host_kernel": platform.release(), "qemu": first_line(settings.qemu, "--version"),
        "machine": settings.machine, "append": settings.append, "linux": linux_version(),
        "compiler": compiler(), "revision": first_line("git", "-C", ROOT, "describe", "--always", "--dirty"),
        "rounds": rounds, "seconds": settings.seconds, "load_average": round(load, 2),
    }
