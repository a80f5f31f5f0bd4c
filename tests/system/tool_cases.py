"""Random invocations of the small commands, for differential.py: (preparation, command)."""

import re

# Of those that prelude() in differential.py makes.
FILES = ["empty", "tiny", "text", "text2", "binary", "binary2", "short", "textshort", "lines", "zeros", "big", "big2",
         "'two words'"]
COUNTS = ["0", "1", "2", "3", "10", "100", "5000", "-1", "-3", "-0", "+1", "+3", "+100", "x", "", "1k", "1kB", "2b", "-1K",
          "99999999999999999999", "1x"]
PATHS = ["/", "//", "a", "a/", "/a/b", "/a/b/", "a//b", "a/b.c", ".", "..", "''", "/a", "a/b//", ".c", "b.c.c"]
FORMATS = ["%s", "%d", "%5d|", "%-5d|", "%05d", "%+d", "%x", "%#o", "%c", "%b", "%%", "z\\tb", "%.2s|", "%8.3d|", "%i %u",
           "%X", "%s %s\\n", "%5s|%-5s|", "\\101", "%q", "%", "%5%", "%*d", "%ld", "no args\\n"]
WORDS = ["1", "-7", "abc", "'a b'", "0x1f", "017", "08", "''", "\"'c\"", "'\\ta\\0101'", "'a\\cb'", "99999999999999999999",
         "1x", "+5", "' 3'", "-", "'\\\\'", "-n", "'\\e\\q'"]
TESTS = ["-n", "-z", "=", "!=", "-eq", "-lt", "-ge", "-f", "-d", "-e", "-s", "!", "(", ")", "-a", "-o", "a", "b", "''", "1",
         "2", "text", "dir", "nowhere", "<", ">", "-x", "-b", "-c", "-nt", "-ef", "1x"]


def some(rng, values, most):
    return " ".join(rng.choices(values, k=rng.randrange(0, most + 1)))


def options(rng, letters, most=2):
    return " ".join("-" + letter for letter in rng.sample(letters, rng.randrange(0, min(most, len(letters)) + 1)))


def quoted(words):
    return " ".join(word if word.startswith("'") or re.fullmatch(r"[-\w.]+", word) else f"'{word}'" for word in words)


def case(rng):
    """The small commands. Options come in front: where they may stand is getopt's own matter."""
    file = rng.choice(FILES + ["nowhere", "dir"])
    files = some(rng, FILES + ["nowhere"], 3)
    count = rng.choice(COUNTS)
    choose = rng.choice
    commands = [
        lambda: f"cat {options(rng, list('nbsAEvTet'))} {files or file}",
        lambda: f"cat {file} | cat {options(rng, list('nbsAEvTet'))}",
        lambda: f"wc {options(rng, list('clwLm'))} {files or file}",
        lambda: f"wc {options(rng, list('clwLm'))} <{file}" if file != "nowhere" else "wc nowhere text",
        lambda: f"cat {file} | wc {options(rng, list('clwLm'))}",
        lambda: f"{choose(['head', 'tail'])} {choose(['-n', '-c'])} '{count}' {options(rng, ['q', 'v'], 1)} {files or file}",
        lambda: f"cat {file} | {choose(['head', 'tail'])} {choose(['-n', '-c'])} '{count}'",
        lambda: f"{choose(['head', 'tail'])} -{choose(['1', '5', '20'])} {file}",
        lambda: f"hexdump {choose(['-C', '-C', '-v', '-x', '-d', '-o', '-b', '-c', '-C -v'])} "
                f"{choose(['', '-n 100', '-n 0', '-n 0x10'])} {files or 'text'}",
        lambda: f"hexdump {choose(['-C', '-v', ''])} {choose(['-s 7', '-s 3 -n 33', '-s 4k'])} {some(rng, FILES, 3) or 'text'}",
        lambda: f"sha256sum {options(rng, ['b', 't'], 1)} {choose(['', '--tag'])} {files or file}",
        lambda: f"sha256sum {files or file} >sums 2>/dev/null; sha256sum -c {choose(['', '--quiet', '--status'])} sums",
        lambda: f"seq {choose(['', '-w', '-s ,', '-s ab -w'])} {' '.join(choices_of_numbers(rng))}",
        lambda: f"basename {options(rng, ['z'], 1)} {choose(PATHS)} {choose(['', '.c', 'b', 'x y'])}",
        lambda: f"basename {choose(['-a', '-s .c', '-s b'])} {some(rng, PATHS, 3)}",
        lambda: f"dirname {some(rng, PATHS, 3)}",
        lambda: f"printf {quoted([choose(FORMATS)])} {some(rng, WORDS, 4)}",
        lambda: f"printf {quoted([choose(FORMATS) + choose(FORMATS)])} {some(rng, WORDS, 4)}",
        lambda: f"echo {some(rng, WORDS, 4)}",
        lambda: f"test {test_words(rng)}",
        lambda: f"[ {test_words(rng)} ]",
        lambda: f"truncate -s '{choose(['0', '5', '+10', '-3', '<4', '>9', '%8', '/8', '1k', '1KB', 'x', '%0', '-99', '+1K'])}' o",
        lambda: f"stat -c '{choose(['%s', '%n', '%F', '%s %n', '%8s|%-8s|', '%%', '%N'])}' {file}",
        lambda: f"cp {options(rng, ['v', 'n', 'r', 'f'])} {choose(['text o', 'text nowhere/x', 'nowhere o', 'dir o', 'text', '', 'text tiny dir2', 'text text', 'text tiny o', 'text tiny none'])}",
        lambda: f"mv {options(rng, ['v', 'n', 'f'])} {choose(['o p', 'o nowhere/x', 'nowhere o', 'o dir2', 'o', '', 'o o', 'dir2 o', 'dir2 dir2/x', 'o p none', 'dir2 p'])}",
        lambda: f"rm {options(rng, ['v', 'f', 'r', 'd'])} {choose(['o', 'nowhere', 'dir2', 'o nowhere dir2', '', 'dir2/file', '.', 'dir2/..', 'o/x'])}",
        lambda: f"mkdir {options(rng, ['v', 'p'])} {choose(['dir2', 'dir3', 'dir2/a/b', 'o', 'o/x', 'nowhere/x', '', 'dir2/a dir2/b'])}",
        lambda: f"rmdir {options(rng, ['v', 'p'])} {choose(['dir2', 'dir2/sub', 'nowhere', 'o', '', 'dir2/sub/', 'dir'])}",
        lambda: f"ls {options(rng, list('1aArRdFS'))} {choose(['dir2', 'o dir2', 'nowhere', 'nowhere o dir2', 'dir2/sub', 'o', 'dir dir2'])}",
        lambda: f"{choose(['touch', 'touch -c'])} {choose(['p', 'nowhere/x', '', 'o p', 'dir'])}",
        lambda: f"tee {choose(['', '-a'])} {choose(['p', 'p o', 'nowhere/x', 'dir', 'p nowhere/x'])} <{choose(['text', 'tiny', 'empty'])}",
        lambda: f"sleep {choose(['0', '0.01', '.001s', 'x', '1y 0', '', '0m 0.0'])}",
        lambda: f"yes {choose(['', 'a b', '-- x'])} | head -n {choose(['3', '10'])}",
        lambda: f"{choose(['true', 'false'])} {choose(['', 'x', '-x'])}",
        lambda: f"date -u -d @{rng.randrange(0, 1 << 33)} '+{choose(['%Y-%m-%d %H:%M:%S', '%a %A %b %B %j', '%U %W %V %G %g %u %w', '%D %T %R %r', '%e %k %l %I %p %P', '%s %C %y %q', '%c', '%F %x %X', '%-d %_m %-H %_j', '%%x%n%t%z %Z'])}'",
        lambda: f"{choose(['cat', 'wc', 'head', 'sha256sum', 'cp', 'rm', 'mkdir', 'basename', 'seq', 'sleep', 'touch', 'truncate', 'stat', 'tee', 'ls', 'mv', 'rmdir'])} {choose(['-@', '--nowhere'])}",
    ]
    before = (f"rm -rf dir2 dir3 p sums nowhere; mkdir -p dir2/sub; printf x >dir2/file; cp tiny dir2/.hidden; "
              f"cat {choose(['binary', 'text', 'empty'])} >o\n")
    command = choose(commands)()
    if re.match(r"cp|mv|rm|mkdir|rmdir|touch|tee", command):
        command = f"{command} >out 2>err; echo $?; cat out err; cp err out; (ls -AR dir2 dir3 p o; cat p)"
    elif command.startswith("sha256sum") and ";" in command:
        command = "(" + command + ")"
    return before, f"{command} >>out"


def test_words(rng):
    words = rng.choices(TESTS, k=rng.randrange(0, 5))
    # dash itself falls over an expression that ends with one of these
    if words and words[-1] in ("-a", "-o"):
        words[-1] = "b"
    return quoted(words)


def choices_of_numbers(rng):
    return rng.choices(["1", "5", "-3", "10", "0", "100", "-1", "007", "+4"], k=rng.choice([1, 1, 2, 2, 3, 3, 0, 4]))
