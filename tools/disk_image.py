"""Whether a file may be the image behind the namespace, which the guest overwrites: anything that shows an owner may not."""

import os
import stat
import subprocess

BLOCK = 512  # what a whole number of is an image's size, whatever the namespace's blocks
PIECE = 4096

# At an offset: what stands there in images of other kinds and in file systems.
SIGNATURES = [
    (0, b"QFI\xfb", "a qcow2 image"), (0, b"QED\0", "a QED image"), (0, b"KDMV", "a VMDK image"),
    (0, b"COWD", "a VMDK image"), (0, b"# Disk DescriptorFile", "a VMDK image"), (0, b"vhdxfile", "a VHDX image"),
    (0, b"conectix", "a VHD image"), (0x40, b"\x7f\x10\xda\xbe", "a VDI image"), (0, b"WithoutFreeSpace", "a Parallels image"),
    (0x8001, b"CD001", "an ISO 9660 image"), (0x8001, b"BEA01", "a UDF image"), (0x8001, b"NSR0", "a UDF image"),
    (512, b"EFI PART", "a partitioned disk (GPT)"), (4096, b"EFI PART", "a partitioned disk (GPT)"),
    (0, b"LUKS\xba\xbe", "an encrypted volume (LUKS)"), (512, b"LABELONE", "a physical volume of LVM"),
    (0, b"XFSB", "an XFS file system"), (0x10040, b"_BHRfS_M", "a Btrfs file system"), (0x400, b"\x10\x20\xf5\xf2", "an F2FS file system"),
    (0, b"hsqs", "a SquashFS file system"), (3, b"NTFS    ", "an NTFS file system"), (3, b"EXFAT   ", "an exFAT file system"),
    (54, b"FAT1", "a FAT file system"), (82, b"FAT32", "a FAT file system"), (4086, b"SWAPSPACE2", "swap space"),
    (0, b"\x7fELF", "an ELF file"), (0, b"\x1f\x8b\x08", "a gzip file"), (0, b"\xfd7zXZ\0", "an xz file"), (0, b"PK\x03\x04", "a zip file"),
    (0, b"\x28\xb5\x2f\xfd", "a zstd file"), (257, b"ustar", "a tar archive"), (0, b"SQLite format 3\0", "an SQLite database"),
]


def read_at(file, offset, size):
    file.seek(offset)
    return file.read(size)


def is_ext(file):
    """The superblock of ext2, 3 and 4: magic number, block size, state and revision fit."""
    block = read_at(file, 1024, 96)
    if len(block) < 96 or block[56:58] != b"\x53\xef":
        return False
    log_size, state, revision = (int.from_bytes(block[at:at + size], "little") for at, size in ((24, 4), (58, 2), (76, 4)))
    return log_size <= 6 and state <= 7 and revision <= 1


def is_partitioned(file):
    """A master boot record: four entries that are empty or have a type and blocks, one at least."""
    record = read_at(file, 0, BLOCK)
    if record[510:512] != b"\x55\xaa":
        return False
    entries = [record[at:at + 16] for at in range(446, 510, 16)]
    used = [entry for entry in entries if any(entry)]
    return bool(used) and all(entry[0] in (0, 0x80) and entry[4] and any(entry[12:16]) for entry in used)


def is_text(file, size):
    """UTF-8 without control characters at its beginning and at its end."""
    for offset in (0, max(size - PIECE, 0)):
        piece = read_at(file, offset, PIECE)
        if any(byte < 32 and byte not in b"\t\n\f\r\x1b" for byte in piece):
            return False
        if piece.decode("utf-8", "replace").count("\ufffd") > 6:  # those that are cut in two
            return False
    return True


def is_tracked(path):
    """By the git repository that it lies in."""
    directory = os.path.dirname(path)
    above = directory
    while not os.path.exists(os.path.join(above, ".git")):
        if above == os.path.dirname(above):
            return False
        above = os.path.dirname(above)
    try:
        return subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "--error-unmatch", "--", os.path.basename(path)], cwd=directory,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False  # no git


def loop_device(path):
    """The loop device that stands on the file, or None."""
    root = "/sys/block"
    for name in os.listdir(root) if os.path.isdir(root) else []:
        try:
            with open(os.path.join(root, name, "loop", "backing_file"), encoding="utf-8", errors="surrogateescape") as file:
                if file.read().rstrip("\n") == path:
                    return "/dev/" + name
        except OSError:
            pass  # no loop device, or not in use
    return None


def is_mounted(device):
    """A block device by its number, here or through a partition of it."""
    path = f"/sys/dev/block/{os.major(device)}:{os.minor(device)}"
    numbers = {f"{os.major(device)}:{os.minor(device)}"}
    for name in os.listdir(path) if os.path.isdir(path) else []:
        try:
            with open(os.path.join(path, name, "dev"), encoding="ascii") as file:
                numbers.add(file.read().strip())
        except OSError:
            pass
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
            return any(line.split()[2] in numbers for line in file)
    except OSError:
        return False


def unusable(path):
    """Why it can never be an image, or None."""
    status = os.stat(path)
    if stat.S_ISBLK(status.st_mode):
        return "a block device that is mounted" if is_mounted(status.st_rdev) else None
    if not stat.S_ISREG(status.st_mode):
        return "not a file"
    if status.st_size == 0:
        return "an empty file"
    if status.st_size % BLOCK:
        return f"{status.st_size} bytes, which is not a whole number of blocks"
    loop = loop_device(os.path.realpath(path))
    return f"in use as {loop}" if loop else None


def owner(path):
    """What the file, which is not unusable(), seems to be instead of an image that may be overwritten; or None."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        return "a block device of this machine"
    if is_tracked(os.path.realpath(path)):
        return "a file of a git repository"
    with open(path, "rb") as file:
        for offset, signature, kind in SIGNATURES:
            if read_at(file, offset, len(signature)) == signature:
                return kind
        if is_ext(file):
            return "an ext file system"
        if is_partitioned(file):
            return "a partitioned disk"
        if is_text(file, os.path.getsize(path)):
            return "a text file"
    return None
