"""Invocations of the commands that go line by line or byte by byte from input to output, for differential.py."""

import subprocess

TR_SETS = ["a", "b", "z", "A", "-", "a-f", "A-F", "0-9", "[:lower:]", "[:upper:]", "[:digit:]", "[:space:]", "[:alpha:]",
           "[=a=]", "[x*3]", "[x*]", "[b*0]", "[y*010]", "\\n", "\\t", "\\101", "\\0", "\\-", "[", "z-a", "[:foo:]",
           "[=ab=]", "[::]", "[==]", "[:*5]", "[a*x]", "[a*08]", "\\", "\\400", "\\[:alpha:]", "c-", "-c", "[:alnum:]",
           "[:punct:]", "[:xdigit:]", "[:print:]", "[:cntrl:]", "e-ef", "[[*2]", "]", "[]*2]", "[a*", "*", "[:lower:]x"]
LINES = ["a", "b", "A", "aa", "ab", "a b", " a", "a:b:c", "::", "", "x:y", "a\\tb\\tc", "\\tq", "1", "10", "2", "b:a", "B b",
         "a  b"]
LISTS = ["1", "2", "1-2", "2-", "-2", "1,3", "3,1", "1-2,3-4", "2-3,1-2", "1 3", "4-", "5", "0", "x", "", "-", "1-", "2-1",
         "1--2", "1,", "99999999999999999999", "1-2x", "1,2-", "-1,3-", "a-b", ",", "1,,2"]
SORT_WORDS = ["a", "b", "A", "B", "10", "9", "-1", "+1", "0", "00", "1.5", "1.50", ".5", "-.5", "-0", "1K", "2M", "900", "1k",
              "3G", "-2K", "jan", "Feb x", "MAR", " 12", "  x", "a b", "a  b", "b a 3", "x:y", "x:1", "y:10", ":", "z\\tq",
              "foo1.2", "foo1.10", "foo1.02", "f.tar.gz", "f1.tar.gz", "f~", ".a", "..", ".", "a.b~", "1,000", "!a", "#b",
              "-", "", "a-b", "ab", "Ab", "aB", "12345678901234567890", "12345678901234567891", "1e3", "0x1", "\\001c",
              "\\377"]
SORT_KEYS = ["1", "2", "1,1", "2,2", "1n", "2n", "2nr", "1.2", "1.2,1.3", "2.1b", "1b,1", "2,1", "1,1n", "3", "1f", "1d", "1r",
             "1M", "1h", "1V", "2,2r", "1.2n,1.3", "1.3", "2.2,2.2", "1,1.2", "2b,2.1b", "1i"]


def lines_of(rng, words, most, end="\\n"):
    """printf's format of a text."""
    return "".join(rng.choice(words) + end for _ in range(rng.randrange(0, most))) + rng.choice(["", "", "z"])


def tr_case(rng):
    options = rng.choice(["", "", "", "-d", "-s", "-ds", "-c", "-cd", "-cs", "-t", "-cds", "-ct", "-C", "-st"])
    count = 2 if rng.randrange(10) else rng.choice([0, 1, 3])
    if "d" in options and "s" not in options and rng.randrange(5):
        count = 1
    if options in ("-s", "-cs") and rng.randrange(2):
        count = 1
    sets = " ".join("'" + "".join(rng.choices(TR_SETS, k=rng.choice([0, 1, 1, 1, 2, 2, 3]))) + "'" for _ in range(count))
    return f"printf 'aabbccXYZ--\\n\\n\\t\\00099 [[]]*=:the QUICK fox\\201\\377' | tr {options} -- {sets}"


def uniq_case(rng):
    options = rng.choices(["-c", "-d", "-u", "-D", "-i", "-f 1", "-s 1", "-w 1", "-w 0", "-z", "-1", "-f x", "-s x", "-w",
                           "--group", "--group=both", "--group=prepend", "--group=append", "--all-repeated=separate",
                           "--all-repeated=prepend", "--all-repeated=x", "--group=s", "-f 99999999999999999999", "-cd",
                           "-s 2", "-f 2", "-x"], k=rng.choice([0, 1, 1, 2]))
    files = rng.choice(["", "", "", "", "-", "- o", "nowhere", "dir", "a b c"])
    return f"printf '{lines_of(rng, LINES, 9)}' | uniq {' '.join(options)} {files}"


def cut_case(rng):
    options = rng.choices(["-d :", "-d ' '", "-d ''", "-d ab", "-s", "-z", "--complement", "--output-delimiter=X",
                           "--output-delimiter=", "--output-delimiter=ABC", "-n", "-d '\n'", "-b 1", "-x"],
                          k=rng.choice([0, 1, 1, 2]))
    files = rng.choice(["", "", "", "", "-", "nowhere", "dir", "- nowhere", "/dev/null"])
    return (f"printf '{lines_of(rng, LINES, 9)}' | cut {rng.choice(['-b', '-c', '-f', '-f', '-f'])} '{rng.choice(LISTS)}' "
            f"{' '.join(options)} {files}")


def sort_case(rng):
    end = rng.choice(["\\n"] * 9 + ["\\0"])
    options = ["-z"] if end == "\\0" else []
    keys = ["-k " + rng.choice(SORT_KEYS) for _ in range(3)]
    options += rng.choices(["-n", "-r", "-u", "-f", "-b", "-d", "-i", "-M", "-h", "-V", "-s", "-c", "-C", "-m", *keys,
                            "-t :", "-t ' '", "-o o", "-o f", "-x"], k=rng.choice([0, 1, 1, 2, 2, 3]))
    words = [" ".join(rng.choices(SORT_WORDS, k=rng.choice([1, 1, 2, 3]))) for _ in range(12)]
    text, other = lines_of(rng, words, 12, end), lines_of(rng, words, 12, end)
    files = rng.choice(["f", "f", "f g", "- f", "g f", "f f"])
    return f"{{ printf -- '{text}' >f; printf -- '{other}' >g; sort {' '.join(options)} {files} <g; }}"


DUMP_FILES = ["f", "f", "f f", "-", "nowhere f", "f nowhere", "", "f +3", "f 5", "+2", "f +1b", "f 0x5", "f +x"]
OD_OPTIONS = ["-b", "-c", "-x", "-d", "-o", "-a", "-s", "-i", "-l", "-h", "-v", "-t x1", "-t x1z", "-tx2", "-td1", "-tu4",
              "-to8", "-tcz", "-taz", "-tx4z", "-tx1x2", "-tdC", "-tuS", "-t d3", "-t q", "-An", "-Ad", "-Ax", "-Ao", "-Aq",
              "-j 3", "-j 0x10", "-j 1b", "-j 100", "-N 5", "-N 0", "-N 20", "-N x", "-j x", "-w8", "-w", "-w3", "-w0",
              "-w32", "-wx", "-w1", "--endian=big", "--endian=little", "--endian=x", "-j 5x", "-N 99999999999999999999",
              "-x -c", "-t u1u2u4u8", "-t d8z -t x1z"]
XXD_OPTIONS = ["-b", "-e", "-p", "-i", "-ps", "-plain", "-u", "-a", "-a", "-C", "-d", "-c 5", "-c5", "-c 0", "-c 256", "-c 300",
               "-cols 7", "-g 1", "-g 4", "-g 3", "-g0", "-g 20", "-s 3", "-s -3", "-s +2", "-s 100", "-s -100", "-seek 2",
               "-skip 2", "-s0x4", "-l 5", "-l 0", "-l 0x10", "-len 7", "-o 16", "-o 0x100", "-n foo", "-n 9x", "-l 40",
               "-c 1", "-c 12", "--len 3", "-g 8", "-g 2", "-c 8 -g 4 -e", "-c 6 -e", "-c -1", "-a -c 4"]
# none with an address so far away that nobody waits for the zeros before it
DUMPS = ["0: 4142 4344\\n", "00000010: 41\\n", "5: 41 42\\n3: 43\\n", "4 1 4 2\\n", "0: 41 zz 42\\n", "  0: 41\\n",
         "00000000: 3131 3232  1122\\n00000004: 3333 34    334\\n", "0:41\\n0:42\\n", "0000: 41   42\\n",
         "\\r0: 41\\r\\n", "xyz", "0: 4", "zz 41\\n",
         "00000000: 31 32 33 34 35 36 37 38 39 30 31 32 33 34 35 36 37 38\\n"]


def random_bytes(rng):
    """printf's format of bytes, many of them zero."""
    count = rng.choice([0, 1, 5, 15, 16, 17, 31, 32, 33, 48, 64, 100, 200])
    data = bytes(rng.choice([0, 1, 9, 10, 13, 27, 32, 65, 97, 127, 128, 200, 255, rng.randrange(256)]) for _ in range(count))
    data = rng.choice([data, data, bytes(count), data[:count // 2] + bytes(count) + data[count // 2:]])
    return "".join(f"\\{byte:03o}" for byte in data)


def od_case(rng):
    options = " ".join(rng.choices(OD_OPTIONS, k=rng.choice([0, 1, 1, 2, 2, 3])))
    return f"printf '{random_bytes(rng)}' >f; od {options} {rng.choice(DUMP_FILES)} <f"


def xxd_case(rng):
    options = " ".join(rng.choices(XXD_OPTIONS, k=rng.choice([0, 1, 1, 2, 2, 3])))
    files = rng.choice(["f", "f", "f", "-", "nowhere", "f o", "f nowhere/x", ""])
    return f"printf '{random_bytes(rng)}' >f; xxd {options} {files} <f; xxd f | xxd -r >g; cmp g f"


def xxd_back_case(rng):
    dump = "".join(rng.choices(DUMPS, k=rng.choice([1, 1, 2, 3])))
    options = " ".join(rng.choices(["-p", "-c 2", "-c 4", "-s 4", "-c 17", "-b", "-e", "-i", "-u"], k=rng.choice([0, 0, 1, 2])))
    return (f"printf '{dump}' >h; printf 0123456789 >o; xxd -r {options} {rng.choice(['h', '- <h', 'h o', 'h o'])}; "
            f"printf '{dump}' | xxd -r {options} >g; cat g")


COLUMN_WORDS = ["a", "b", "ab", "", "c", "a b", "x:y", "d", "e"]


def column_case(rng):
    """paste, comm, tac and rev: files that are often sorted."""
    def text():
        words = [rng.choice(COLUMN_WORDS) + "\\n" for _ in range(rng.randrange(0, 7))]
        return "".join(sorted(words) if rng.randrange(3) else words) + rng.choice(["", "", "z"])

    name, options, files = rng.choice([
        ("tac", ["", "-b", "-s :", "-s ab", "-s ''", "-x", "-s aa"], ["f", "f g", "nowhere f", "-"]),
        ("paste", ["-d :", "-d :,", "-d '\\n'", "-d '\\0'", "-d 'a\\'", "-d ''", "-s", "-z", "-x", "-d"],
         ["f", "f g", "- -", "f - g -", "nowhere f", "f f", "", "/dev/null f"]),
        ("comm", ["-1", "-2", "-3", "-12", "-13", "-23", "-123", "--total", "--check-order", "--nocheck-order",
                  "--output-delimiter=XX", "--output-delimiter=", "-z", "-x"],
         ["f g", "f g", "f g", "g f", "f f", "- f", "f", "", "f g f", "nowhere f", "f nowhere"]),
        ("rev", [""], ["f", "f g", ""])])
    chosen = " ".join(rng.choices(options, k=rng.choice([0, 1, 1, 2])))
    return f"printf '{text()}' >f; printf '{text()}' >g; {name} {chosen} {rng.choice(files)} <g"


CASES = [tr_case, uniq_case, cut_case, sort_case, od_case, column_case]
# Ours does as this one; later ones have other messages and columns.
if "xxd 2022-01-14" in subprocess.run(["xxd", "-v"], capture_output=True, text=True, check=False).stderr:
    CASES += [xxd_case, xxd_back_case]


def case(rng):
    """(what prepares, the command)"""
    return "mkdir -p dir\n", f"{{ {rng.choice(CASES)(rng)}; }} >out"
