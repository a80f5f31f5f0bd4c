#!/usr/bin/python3
"""A Linux guest made of Debian's packages, for what is compared with Linux and its NVMe tools.

Run by itself it makes the guest and prints its directory, which has vmlinuz, Debian's kernel for cloud machines with the NVMe
driver built in, and initramfs: PROGRAMS, what they need, and tests/linux/init. Packages are downloaded and unpacked below
build/, none is installed; a guest that was made before is used again. run_commands() boots it.
"""

import argparse
import fcntl
import glob
import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RUN_QEMU = os.path.join(ROOT, "tools", "run-qemu")
BUILD = os.path.join(ROOT, "build", "linux")
INIT = os.path.join(ROOT, "tests", "linux", "init")
KERNEL = "linux-image-cloud-amd64"  # depends on the kernel that is current
PACKAGES = [
    "busybox-static", "coreutils", "dash", "diffutils", "nvme-cli", "pci.ids", "pciutils", "smartmontools", "util-linux",
    # The libraries of these.
    "libblkid1", "libc6", "libcap-ng0", "libdbus-1-3", "libgcc-s1", "libgcrypt20", "libgpg-error0", "libjson-c5", "libkmod2",
    "liblz4-1", "liblzma5", "libmount1", "libnvme1", "libpci3", "libpcre2-8-0", "libselinux1", "libsmartcols1", "libssl3",
    "libstdc++6", "libsystemd0", "libtinfo6", "libudev1", "libuuid1", "libcap2", "libzstd1", "zlib1g",
]
PROGRAMS = [
    "busybox", "cmp", "dash", "dd", "head", "od", "sha256sum", "nvme", "lsblk", "blockdev", "blkdiscard", "blkzone", "lspci",
    "setpci", "smartctl",
]
DATA = ["usr/share/misc/pci.ids"]
FOLDERS = ["bin", "sbin", "usr/bin", "usr/sbin"]
LIBRARIES = ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu"]
LOADER = "lib64/ld-linux-x86-64.so.2"  # where programs look for it; in the package it is a link
# no_timer_check: the check fails where others have the CPU. edd: the firmware has no room for metadata of the blocks that it reads.
# multipath: namespaces are called by their controllers. iomem: show-regs reads the registers.
COMMAND_LINE = "console=ttyS0 quiet panic=-1 no_timer_check edd=off nvme_core.multipath=N iomem=relaxed"


class Failure(Exception):
    """A message for the user."""


def run(*command, directory=None):
    result = subprocess.run(command, cwd=directory, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace")
    if result.returncode != 0:
        raise Failure(f"{' '.join(command[:4])}: {(result.stderr + result.stdout).strip()[-1000:]}")
    return result.stdout


def download(directory):
    """The packages into directory, by the package lists of this machine, or of lists fetched for this alone where it has none."""
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise Failure("a Linux guest is made of Debian's packages, which takes its apt-get and dpkg")
    lists = os.path.join(BUILD, "lists")
    private = ["-o", f"Dir::State={lists}", "-o", f"Dir::Cache={lists}/cache", "-o", "Dir::State::status=/var/lib/dpkg/status"]
    try:
        download_by([], directory)
    except Failure:
        os.makedirs(os.path.join(lists, "lists", "partial"), exist_ok=True)
        os.makedirs(os.path.join(lists, "cache", "archives", "partial"), exist_ok=True)
        try:
            run("apt-get", *private, "-o", "Acquire::Retries=3", "-o", "APT::Update::Error-Mode=any", "update")
            download_by(private, directory)
        except Failure as failure:
            raise Failure(f"Debian's packages for the Linux guest cannot be had: {failure}") from failure


def download_by(options, directory):
    depends = run("apt-cache", *options, "depends", KERNEL)
    kernel = re.search(r"Depends: (linux-image-\S+)", depends)
    if not kernel:
        raise Failure(f"{KERNEL}: no such package")
    run("apt-get", *options, "-o", "Acquire::Retries=3", "download", kernel[1], *PACKAGES, directory=directory)


def unpack(packages, root):
    for package in sorted(glob.glob(os.path.join(packages, "*.deb"))):
        if not os.path.basename(package).startswith("linux-image"):
            run("dpkg", "-x", package, root)
            continue
        # Its modules are large, and nothing needs one.
        run("sh", "-c", 'dpkg --fsys-tarfile "$1" | tar -x -C "$2" --wildcards "./boot/vmlinuz-*"', "sh", package, root)


def find(root, name, folders):
    for folder in folders:
        path = os.path.join(folder, name)
        if os.path.exists(os.path.join(root, path)):
            return path
    raise Failure(f"{name}: in none of the packages")


def with_libraries(root, paths):
    """paths and the shared libraries that they need."""
    done, left = [], list(paths)
    while left:
        path = left.pop()
        if path in done:
            continue
        done.append(path)
        text = run("readelf", "-d", os.path.join(root, path))
        left += [find(root, name, LIBRARIES) for name in re.findall(r"\(NEEDED\).*\[(.*)\]", text)]
    return done


def cpio(files):
    """An archive as the kernel unpacks it, in the form "newc": files are (path, mode, content)."""
    out = bytearray()
    for number, (path, mode, content) in enumerate([*files, ("TRAILER!!!", 0, b"")], 1):
        name = path.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0)
        out += b"070701" + b"".join(b"%08X" % field for field in fields) + name
        out += bytes(-len(out) % 4) + content
        out += bytes(-len(out) % 4)
    return bytes(out)


def archive(paths):
    """The cpio archive of what paths say, a dictionary of names in it to files: with the folders above them."""
    folders = set()
    for path in paths:
        while os.path.dirname(path):
            path = os.path.dirname(path)
            folders.add(path)
    files = [(folder, stat.S_IFDIR | 0o755, b"") for folder in sorted(folders)]
    for path, source in sorted(paths.items()):
        with open(source, "rb") as file:
            files.append((path, stat.S_IFREG | 0o755, file.read()))
    return cpio(files)


def make(target):
    """vmlinuz and initramfs in target, by way of packages that are gone when it ends."""
    with tempfile.TemporaryDirectory(prefix="packages-", dir=BUILD) as packages:
        root = os.path.join(packages, "root")
        os.mkdir(root)
        download(packages)
        unpack(packages, root)
        programs = [find(root, name, FOLDERS) for name in PROGRAMS]
        files = {path: os.path.join(root, path) for path in [*with_libraries(root, programs), *DATA]}
        files[LOADER] = os.path.join(root, find(root, os.path.basename(LOADER), LIBRARIES))
        files["init"] = INIT
        kernel, = glob.glob(os.path.join(root, "boot", "vmlinuz-*"))
        made = os.path.join(packages, "made")
        os.mkdir(made)
        shutil.copyfile(kernel, os.path.join(made, "vmlinuz"))
        with open(os.path.join(made, "initramfs"), "wb") as file:
            file.write(archive(files))
        os.rename(made, target)


def linux_guest():
    """The directory of a guest that was made of this file and of init as they are; made now if need be."""
    digest = hashlib.sha256()
    for path in (os.path.abspath(__file__), INIT):
        with open(path, "rb") as file:
            digest.update(file.read())
    target = os.path.join(BUILD, digest.hexdigest()[:16])
    os.makedirs(BUILD, exist_ok=True)
    with open(os.path.join(BUILD, "lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(target):
            for old in glob.glob(os.path.join(BUILD, "*" + os.sep)):
                if os.path.basename(os.path.dirname(old)) != "lists":
                    shutil.rmtree(old)
            make(target)
    return target


class Answer:
    """What a command line printed, as bytes, and its exit status."""

    def __init__(self, out, err, status):
        self.out, self.err, self.status = out, err, status


def run_commands(directory, lines, arguments, devices):
    """The answers of a Linux guest to command lines. arguments are tools/run-qemu's, devices QEMU's; directory is for files."""
    guest = linux_guest()
    commands, initramfs, answers = (os.path.join(directory, name) for name in ("commands", "initramfs", "answers"))
    with open(commands, "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)
    with open(initramfs, "wb") as file:  # archives may stand behind one another
        with open(os.path.join(guest, "initramfs"), "rb") as first:
            shutil.copyfileobj(first, file)
        file.write(archive({"commands": commands}))
    result = subprocess.run(
        [RUN_QEMU, *arguments, "--disk", "none", "--timeout", "300", "--kernel", os.path.join(guest, "vmlinuz"),
         "--append", COMMAND_LINE, "--", "-initrd", initramfs, "-chardev", f"file,id=answers,path={answers}",
         "-serial", "chardev:answers", "-no-reboot", *devices],
        stdin=subprocess.DEVNULL, capture_output=True, encoding="latin-1")
    try:
        with tarfile.open(answers) as archived:
            def content(name):
                return archived.extractfile(f"./{name}").read()

            statuses = content("statuses").split()
            return [Answer(content(f"{number}.out"), content(f"{number}.err"), int(statuses[number])) for number in range(len(lines))]
    except (OSError, tarfile.TarError, KeyError, IndexError, EOFError) as error:
        raise Failure(f"no answers of Linux ({error}): {result.stdout[-2000:]}{result.stderr}") from error


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    try:
        print(linux_guest())
    except (Failure, OSError) as failure:
        sys.exit(f"linux_guest: {failure}")


if __name__ == "__main__":
    main()
