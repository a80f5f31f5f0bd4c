"""Invocations of the commands that go line by line or byte by byte from input to output, for differential.py."""

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


def case(rng):
    """(what prepares, the command)"""
    return "mkdir -p dir\n", f"{rng.choice([tr_case, uniq_case, cut_case, sort_case])(rng)} >out"
