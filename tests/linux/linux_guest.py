#!/usr/bin/python3
"""Linux guests made of Debian's packages, for what is compared with Linux and its NVMe tools.

Run by itself it makes a guest and prints its directory, which has vmlinuz, Debian's kernel for cloud machines with the NVMe
driver built in, and initramfs: the programs of the guest, what they need, and what is the first process. Packages are downloaded
and unpacked below build/, none is installed; a guest that was made before is used again. run_commands() boots the one for
nvme-cli and its neighbours; the one for fio has a prompt, and tests/bench boots it.
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
KERNEL = "linux-image-cloud-amd64"  # depends on the kernel that is current


class Kind:
    """What a guest is made of: Debian's packages, programs out of them, other files of theirs, and the first process."""

    def __init__(self, name, init, packages, programs, data=()):
        self.name, self.packages, self.programs, self.data = name, packages, programs, data
        self.init = os.path.join(ROOT, "tests", "linux", init)


TOOLS = Kind(
    "tools", "init", [
        "busybox-static", "coreutils", "dash", "diffutils", "nvme-cli", "pci.ids", "pciutils", "smartmontools", "util-linux",
        # The libraries of these.
        "libblkid1", "libc6", "libcap-ng0", "libdbus-1-3", "libgcc-s1", "libgcrypt20", "libgpg-error0", "libjson-c5", "libkmod2",
        "liblz4-1", "liblzma5", "libmount1", "libnvme1", "libpci3", "libpcre2-8-0", "libselinux1", "libsmartcols1", "libssl3",
        "libstdc++6", "libsystemd0", "libtinfo6", "libudev1", "libuuid1", "libcap2", "libzstd1", "zlib1g",
    ], [
        "busybox", "cmp", "dash", "dd", "head", "od", "sha256sum", "nvme", "lsblk", "blockdev", "blkdiscard", "blkzone", "lspci",
        "setpci", "smartctl",
    ], ["usr/share/misc/pci.ids"])
FIO = Kind(
    "fio", "init-prompt", [
        "busybox-static", "fio",
        "libacl1", "libaio1", "libargon2-1", "libblkid1", "libboost-iostreams1.74.0", "libboost-thread1.74.0", "libbz2-1.0", "libc6",
        "libcom-err2", "libcryptsetup12", "libdaxctl1", "libdevmapper1.02.1", "libffi8", "libfmt9", "libgcc-s1", "libgfapi0", "libgfrpc0",
        "libgfxdr0", "libglusterfs0", "libgmp10", "libgnutls30", "libgssapi-krb5-2", "libhogweed6", "libibverbs1", "libicu72",
        "libidn2-0", "libjson-c5", "libk5crypto3", "libkeyutils1", "libkmod2", "libkrb5-3", "libkrb5support0", "liblzma5", "libnbd0",
        "libndctl6", "libnettle8", "libnl-3-200", "libnl-route-3-200", "libnuma1", "libp11-kit0", "libpcre2-8-0", "libpmem1",
        "libpmemblk1", "librados2", "librbd1", "librdmacm1", "libselinux1", "libssl3", "libstdc++6", "libtasn1-6", "libtirpc3",
        "libudev1", "libunistring2", "libuuid1", "libxml2", "libzstd1", "zlib1g",
    ], ["busybox", "fio"])
KINDS = {kind.name: kind for kind in (TOOLS, FIO)}
FOLDERS = ["bin", "sbin", "usr/bin", "usr/sbin"]
LIBRARIES = ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu/ceph"]
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


def download(names, directory):
    """The packages and the kernel into directory, by the package lists of this machine, or of lists fetched for this alone where it has none."""
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise Failure("a Linux guest is made of Debian's packages, which takes its apt-get and dpkg")
    lists = os.path.join(BUILD, "lists")
    private = ["-o", f"Dir::State={lists}", "-o", f"Dir::Cache={lists}/cache", "-o", "Dir::State::status=/var/lib/dpkg/status"]
    try:
        download_by([], names, directory)
    except Failure:
        os.makedirs(os.path.join(lists, "lists", "partial"), exist_ok=True)
        os.makedirs(os.path.join(lists, "cache", "archives", "partial"), exist_ok=True)
        try:
            run("apt-get", *private, "-o", "Acquire::Retries=3", "-o", "APT::Update::Error-Mode=any", "update")
            download_by(private, names, directory)
        except Failure as failure:
            raise Failure(f"Debian's packages for the Linux guest cannot be had: {failure}") from failure


def download_by(options, names, directory):
    depends = run("apt-cache", *options, "depends", KERNEL)
    kernel = re.search(r"Depends: (linux-image-\S+)", depends)
    if not kernel:
        raise Failure(f"{KERNEL}: no such package")
    run("apt-get", *options, "-o", "Acquire::Retries=3", "download", kernel[1], *names, directory=directory)


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


def make(kind, target):
    """vmlinuz and initramfs in target, by way of packages that are gone when it ends."""
    with tempfile.TemporaryDirectory(prefix="packages-", dir=BUILD) as packages:
        root = os.path.join(packages, "root")
        os.mkdir(root)
        download(kind.packages, packages)
        unpack(packages, root)
        programs = [find(root, name, FOLDERS) for name in kind.programs]
        files = {path: os.path.join(root, path) for path in [*with_libraries(root, programs), *kind.data]}
        files[LOADER] = os.path.join(root, find(root, os.path.basename(LOADER), LIBRARIES))
        files["init"] = kind.init
        kernel, = glob.glob(os.path.join(root, "boot", "vmlinuz-*"))
        made = os.path.join(packages, "made")
        os.mkdir(made)
        shutil.copyfile(kernel, os.path.join(made, "vmlinuz"))
        with open(os.path.join(made, "initramfs"), "wb") as file:
            file.write(archive(files))
        os.rename(made, target)


def linux_guest(kind=TOOLS):
    """The directory of a guest that was made of this file and of its first process as they are; made now if need be."""
    digest = hashlib.sha256()
    for path in (os.path.abspath(__file__), kind.init):
        with open(path, "rb") as file:
            digest.update(file.read())
    target = os.path.join(BUILD, f"{kind.name}-{digest.hexdigest()[:16]}")
    os.makedirs(BUILD, exist_ok=True)
    with open(os.path.join(BUILD, "lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(target):
            for old in glob.glob(os.path.join(BUILD, kind.name + "-*" + os.sep)):
                shutil.rmtree(old)
            make(kind, target)
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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS, nargs="?", default="tools")
    options = parser.parse_args()
    try:
        print(linux_guest(KINDS[options.kind]))
    except (Failure, OSError) as failure:
        sys.exit(f"linux_guest: {failure}")


if __name__ == "__main__":
    main()
