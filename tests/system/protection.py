"""Metadata as QEMU's controller keeps it, and protection information as the NVM Command Set Specification has it."""

import struct

BLOCK = 512


def t10(data):
    """The 16-bit guard: polynomial 8BB7h."""
    crc = 0
    for byte in data:
        crc = (crc << 8 & 0xffff) ^ T10[crc >> 8 ^ byte]
    return crc


def crc64(data):
    """The 64-bit guard: polynomial AD93D23594C93659h, reflected."""
    crc = 0xffffffffffffffff
    for byte in data:
        crc = crc >> 8 ^ CRC64[crc & 0xff ^ byte]
    return crc ^ 0xffffffffffffffff


def table(step):
    rows = []
    for row in range(256):
        for _ in range(8):
            row = step(row)
        rows.append(row)
    return rows


CRC64 = table(lambda crc: crc >> 1 ^ (0x9a6c9329ac4bc9b5 if crc & 1 else 0))
T10 = []
for first in range(256):
    value = first << 8
    for _ in range(8):
        value = (value << 1 ^ (0x8bb7 if value & 0x8000 else 0)) & 0xffff
    T10.append(value)


class Format:
    """How a namespace is formatted: QEMU's properties, and where it has what in its image."""

    def __init__(self, ms, mset=0, pi=0, pil=0, pif=0):
        self.ms, self.mset, self.pi, self.pil, self.pif = ms, mset, pi, pil, pif
        self.tuple_size = 16 if pif else 8

    def __str__(self):
        return f"ms={self.ms},mset={self.mset},pi={self.pi},pil={self.pil},pif={self.pif}"

    def metadata_at(self, lba, size):
        """Where the metadata of a block is: QEMU puts them behind the data of all blocks."""
        return size // (BLOCK + self.ms) * BLOCK + lba * self.ms

    def metadata(self, data, lba):
        """What the driver gives a block of its own: the tuple, and zeroes."""
        if not self.pi:
            return bytes(self.ms)
        rest = bytes(self.ms - self.tuple_size)
        reference = 0 if self.pi == 3 else lba
        covered = data if self.pil else data + rest
        if self.pif:
            tuple_ = struct.pack(">QHHI", crc64(covered), 0, reference >> 32, reference & 0xffffffff)
        else:
            tuple_ = struct.pack(">HHI", t10(covered), 0, reference)
        return tuple_ + rest if self.pil else rest + tuple_

    def check(self, image, lba):
        """Whether a block in an image (bytes) has the metadata that belongs to its data."""
        data, at = image[lba * BLOCK:(lba + 1) * BLOCK], self.metadata_at(lba, len(image))
        return image[at:at + self.ms] == self.metadata(data, lba)
