"""Dumps of random PCI buses, as lspci -xxxx prints them, whose capabilities say anything."""

import random

# Offset of the last byte of each capability, where a register behind its end would be another's.
CAPABILITIES = {0x01: 8, 0x04: 4, 0x05: 24, 0x09: 20, 0x0d: 8, 0x10: 60, 0x11: 12, 0x12: 8, 0x13: 8, 0x0a: 4, 0x0c: 4, 0x0b: 4, 0x33: 4}
EXTENDED = {0x01: 56, 0x03: 12, 0x0d: 8, 0x0e: 8, 0x0f: 8, 0x10: 64, 0x18: 8, 0x1b: 8, 0x1d: 12, 0x04: 16, 0x22: 16, 0x77: 8}


def put(space, offset, value, width):
    space[offset:offset + width] = value.to_bytes(width, "little")


def bars(rng, space, count):
    i = 0
    while i < count:
        kind = rng.randrange(4)
        if kind == 1:
            put(space, 0x10 + 4 * i, rng.randrange(16, 1 << 14) << 2 | 1, 4)
        elif kind == 2:
            put(space, 0x10 + 4 * i, rng.randrange(1, 1 << 28) << 4 | rng.choice([0, 8]), 4)
        elif kind == 3 and i + 1 < count:
            put(space, 0x10 + 4 * i, rng.randrange(1, 1 << 28) << 4 | rng.choice([4, 12]), 4)
            i += 1
        i += 1


def chain(rng, space, sizes, start, end, head):
    """A list of capabilities from start on; head(id, next) is the header of each."""
    ids = rng.sample(sorted(sizes), rng.randrange(1, 6))
    places = []
    for identifier in ids:
        if start + sizes[identifier] > end:
            break
        places.append((start, identifier))
        start += (sizes[identifier] + 3) & ~3
    for (at, identifier), (behind, _) in zip(places, places[1:] + [(0, 0)]):
        space[at:at + sizes[identifier]] = rng.randbytes(sizes[identifier])
        if sizes is EXTENDED and identifier == 0x18:  # scales that there are
            put(space, at + 4, rng.randrange(1 << 32) & 0x0fff0fff, 4)
        head(at, identifier, behind)
    return [identifier for _, identifier in places]


def function(rng, bridge, buses):
    space = bytearray(4096)
    put(space, 0, rng.choice([0x1b36, 0x8086, 0x1af4]), 2)
    put(space, 2, rng.randrange(0x1000, 0x1100), 2)
    put(space, 4, rng.randrange(0x800), 2)
    put(space, 6, rng.randrange(0x10000) | 0x10, 2)
    put(space, 8, rng.randrange(256), 1)
    put(space, 9, 0x060400 if bridge else rng.choice([0x010802, 0x020000, 0x0c0330]), 3)
    put(space, 0x0c, rng.randrange(1 << 16), 2)
    space[0x0e] = 1 if bridge else 0
    space[0x0f] = rng.choice([0, 0x85, 0xc0])
    put(space, 0x3c, rng.choice([0x0000, 0x010b, 0x0405]), 2)
    put(space, 0x3e, rng.randrange(1 << 16), 2)
    bars(rng, space, 2 if bridge else 6)
    if bridge:
        space[0x18], space[0x19], space[0x1a] = buses
        put(space, 0x1c, rng.choice([0x0000, 0xf0e0, 0xf1e1, 0x00f0, 0x1101]), 2)
        put(space, 0x1e, rng.randrange(1 << 16), 2)
        put(space, 0x20, rng.choice([0xfe10fe00, 0x0000fff0]), 4)
        put(space, 0x24, rng.choice([0xfe11fe01, 0x0001fff1, 0xfff0ff00]), 4)
        put(space, 0x28, 0x12, 4)
        put(space, 0x2c, 0x12, 4)
    else:
        put(space, 0x2c, rng.choice([0, 0x11001af4]), 4)

    def normal(at, identifier, behind):
        space[at], space[at + 1] = identifier, behind
        if identifier == 0x10:
            space[at + 2] = rng.choice([1, 2, 2, 2]) | rng.choice([0, 1, 4, 5, 6, 7, 9, 10]) << 4

    space[0x34] = 0x40
    express = 0x10 in chain(rng, space, CAPABILITIES, 0x40, 0x100, normal)
    if express and rng.randrange(4):
        chain(rng, space, EXTENDED, 0x100, 0x300, lambda at, identifier, behind: put(space, at, identifier | rng.randrange(1, 4) << 16 | behind << 20, 4))
    elif express:
        space[0x100:] = b"\xff" * 0xf00
    return space, express


def dump(seed):
    """The text, and the places of its functions."""
    rng = random.Random(seed)
    lines, places = [], []
    buses = [(0, None)]
    next_bus = 1
    while buses:
        bus, parent = buses.pop(0)
        for slot in sorted(rng.sample(range(32), rng.randrange(1, 4))):
            bridge = next_bus < 6 and rng.randrange(3) == 0
            space, express = function(rng, bridge, (bus, next_bus, next_bus))
            if bridge:
                buses.append((next_bus, slot))
                next_bus += 1
            places.append(f"{bus:02x}:{slot:02x}.0")
            lines.append(f"{places[-1]} Class 0000: 0000:0000")
            size = 4096 if express and space[0x100:0x104] != b"\xff\xff\xff\xff" else 256
            lines += [f"{at:02x}: " + space[at:at + 16].hex(" ") for at in range(0, size, 16)] + [""]
    return "\n".join(lines) + "\n", places


NAMES = ["VENDOR_ID", "command", "STATUS", "BASE_ADDRESS_0", "BASE_ADDRESS_3", "PRIMARY_BUS", "INTERRUPT_LINE", "CAP_PM", "CAP_MSI", "cap_exp", "CAP_MSIX", "ECAP_AER", "ECAP_SRIOV",
         "CAP10", "CAP", "CAP100", "ECAP1", "ecap1d", "10", "0x10", "fff", "1000", "junk", ""]


def setpci_words(seed, places):
    """Operands of setpci, some of which are wrong."""
    rng = random.Random(seed)
    for _ in range(12):
        register = "".join(rng.choice(words) for words in [NAMES, ["", "", "+8", "+1", "+zz"], ["", ".b", ".W", ".l", ".x"], ["", "", "", "@0", "@1", "@-1"],
                                                           ["", "", "", "=5", "=1:1", "=ff,1:3", "=", "=1ff", "=5:g"]])
        yield f"{rng.choice(['', '-v', '-vf'])} {rng.choice(['-s ' + rng.choice(places), '-d 1b36:', '-s 9', '-s zz', ''])} {register}"
