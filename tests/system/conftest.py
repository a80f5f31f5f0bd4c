"""What takes minutes is marked long and runs with --long only (make test-long)."""

import os
import subprocess

# lspci and others may be in /usr/sbin, which is not on the PATH of an ordinary user.
os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", "/usr/bin:/bin"), "/usr/sbin", "/sbin"])


def pytest_report_header():
    qemu = os.environ.get("QEMU") or "qemu-system-x86_64"
    try:
        version = subprocess.run([qemu, "--version"], capture_output=True, text=True).stdout.partition("\n")[0]
    except OSError as error:
        version = error.strerror
    return f"QEMU: {qemu}: {version}"


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="run the tests marked long as well")


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes minutes; runs with --long only")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--long"):
        return
    config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("long")])
    items[:] = [item for item in items if not item.get_closest_marker("long")]
