"""Random invocations of grep, expr and sed for differential.py: (preparation, command)."""


ATOMS = ["a", "b", "al", "ph", "gamma", ".", "[a-m]", "[^a-z]", "[[:upper:]]", "[[:space:]]", "e", "t", "x", "-", "zeta", "\\w",
         "\\W", "no", " ", "[]x-]", "_"]
EDGES = ["\\<", "\\>", "\\b", "\\B"]
# Messages and odd places for special characters. No back references; no warnings of grep's own.
ODD = {
    False: ["[", "[a", "a\\(b", "b\\)", "\\", "a\\{1", "a\\{1,x\\}", "a\\{3,2\\}", "[b-a]", "[[:foo:]]", "*a", "\\(*a\\)", "^*",
            "a\\{99999\\}", "[[.aa.]]", "a^b", "a$b", "x\\|", "\\|e", "\\(\\)", "\\(^a\\)", "\\(a$\\)", "a\\|^b", "\\1", "[]", "[^]",
            "\\.", "\\*", "a\\{,2\\}", "[a", "[[:alpha:]", "^^", "$$", "^$"],
    True: ["[", "(", "(a", "\\", "a{3,2}", "[b-a]", "[[:foo:]]", "a|", "|e", "()", "(^a)", "(a$)", "a|^b", "\\1", "a^b", "a$b",
           "\\.", "\\(", "\\{", "^^", "$$", "^$", "(a|b)+", "(|a)b", "a{99999}"],
}


def expression(rng, extended, depth=0):
    """A regular expression without quotes. No anchors in what repeats: there GNU's has faults of its own."""
    open_, close, bar = ("(", ")", "|") if extended else ("\\(", "\\)", "\\|")
    repeats = ["*", "+", "?", "{2}", "{1,2}"] if extended else ["*", "\\+", "\\?", "\\{2\\}", "\\{1,2\\}"]
    text = ""
    for _ in range(rng.choice([1, 1, 2, 3])):
        if depth < 2 and rng.randrange(5) == 0:
            text += open_ + expression(rng, extended, depth + 1)
            if rng.randrange(3) == 0:
                text += bar + expression(rng, extended, depth + 1)
            text += close
        else:
            text += rng.choice(ATOMS)
        if rng.randrange(4) == 0:
            text += rng.choice(repeats)
    if depth == 0:
        if rng.randrange(6) == 0:
            text += bar + expression(rng, extended, 1)
        if rng.randrange(8) == 0:
            text = rng.choice(["^", "^", *EDGES]) + text
        if rng.randrange(8) == 0:
            text += rng.choice(["$", "$", *EDGES])
    return text


def pattern(rng, extended, odd=12):
    if rng.randrange(odd) == 0:
        return rng.choice(ODD[extended])
    return expression(rng, extended)


def shell_quote(text):
    return "'" + text.replace("'", "'\\''") + "'"


FILES = ["text", "text2", "lines", "tiny", "binary", "empty", "words", "words", "words", "text",
         "'two words'"]
BAD_FILES = ["nowhere", "dir"]
WORDS = ("printf 'alpha beta\\nALPHA\\n\\nphone_x no\\n zeta-zeta\\n\\talpha\\nx\\nend of it' >words; mkdir -p one/e two/e; "
         "cp words one/e/b; cp text two/a.c; cp words two/e/b.h\n")


def grep(rng):
    command = rng.choice(["grep", "grep", "grep", "grep -E", "grep -F"])
    extended = command == "grep -E"
    words = []
    flags = "ivcnoqlLhHwxsabzTU"
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        words.append("-" + rng.choice(flags))
    if rng.randrange(6) == 0:
        words.append(rng.choice(["-A 1", "-B 2", "-C 1", "-2", "-A0", "-B1 -A2", "-C x", "-A -1", "-1 -c", "-2 -o",
                                 "--no-group-separator -A1", "--group-separator=++ -B1"]))
    if rng.randrange(8) == 0:
        words.append(rng.choice(["-m 1", "-m 2", "-m 0", "-m x", "--max-count=3"]))
    if rng.randrange(25) == 0:
        words.append(rng.choice(["-I", "-Z", "--label=standard", "--binary-files=text", "--binary-files=without-match", "--color=never",
                                 "--line-buffered", "-y", "--no-ignore-case", "-@", "--nowhere", "--coun", "-d skip", "-D skip"]))
    patterns = [shell_quote(pattern(rng, extended))]
    kind = rng.randrange(10)
    if kind == 0:
        patterns = [f"-e {shell_quote(pattern(rng, extended))}" for _ in range(rng.choice([1, 2, 3]))]
    elif kind == 1:
        # a backslash before a newline is a matter of GNU's own
        patterns = [shell_quote(pattern(rng, extended).rstrip("\\") + "\n" + pattern(rng, extended))]
    elif kind == 2:
        patterns = [rng.choice(["-f tiny", "-f empty", "-f nowhere", "-e ''", "''", "-f pats", "-f pats -e x"])]
    redirection = ""
    files = [rng.choice(FILES) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
    kind = rng.randrange(12)
    if kind == 0:
        files = []
        redirection = f" <{rng.choice(['text', 'words', 'binary'])}"
    elif kind == 1:
        files.append(rng.choice(["nowhere", "dir"]))
    elif kind == 2:
        # GNU's order is that of the directory: only what one file has can be compared
        files = rng.choice([["-r", "one"], ["-R", "one/"], ["-rn", "one", "tiny"], ["-d recurse", "one/e"],
                            ["-r", "--include='*.c'", "two"], ["-r", "--exclude='*.[a-c]'", "two"], ["-r", "--exclude-dir=e", "two"],
                            ["--include='*.c'", "two/a.c", "words"], ["-r", "--include='*.h'", "--exclude='b*'", "two"]])
    elif kind == 3:
        files = ["-"]
        redirection = " <words"
    before = "printf 'no\\nzeta\\n' >pats\n" + WORDS
    line = " ".join([command, *words, *patterns, *files]) + redirection
    return before, f"{line} >out"


# Not so large that ours, with 64 bits, has to give up.
NUMBERS = ["0", "1", "-1", "2", "7", "10", "007", "-0", "100", "9", "1000003", "-5"]
TEXTS = ["a", "abc", "''", "alpha", "1x", "-", "'a b'", "--", "+", "zeta", "length"]
OPERATORS = ["'|'", "'&'", "'<'", "'<='", "=", "==", "!=", "'>='", "'>'", "+", "-", "'*'", "/", "%", ":"]


def operand(rng):
    return rng.choice(NUMBERS if rng.randrange(3) else TEXTS)


def terms(rng, depth=0):
    kind = rng.randrange(12)
    if kind == 0 and depth < 3:
        return f"'(' {terms(rng, depth + 1)} ')'"
    if kind == 1:
        return f"length {operand(rng)}"
    if kind == 2:
        return f"index {rng.choice(TEXTS)} {rng.choice(TEXTS)}"
    if kind == 3:
        return f"substr {rng.choice(TEXTS)} {operand(rng)} {operand(rng)}"
    if kind == 4:
        return f"match {rng.choice(TEXTS)} {shell_quote(pattern(rng, False))}"
    if kind == 5:
        return f"{rng.choice(TEXTS)} : {shell_quote(pattern(rng, False))}"
    if kind == 6:
        return f"+ {operand(rng)}"
    if kind == 7 and depth < 3:
        return f"{terms(rng, depth + 1)} {rng.choice(OPERATORS)} {terms(rng, depth + 1)}"
    return f"{operand(rng)} {rng.choice(OPERATORS[:-1])} {operand(rng)}"


def expr(rng):
    words = terms(rng)
    if rng.randrange(8) == 0:
        words = rng.choice(["", "--", "'('", "')'", "1 +", "1 2", "'(' 1", "'(' 1 2 ')'", "1 '|'", "a : 'a\\(b\\)*'", "length", "+ +",
                            "-- 1 + 1", "-1 + 1", "-x", "1 / 0", "1 '|' 1 / 0", "0 '&' x + 1", "'' '|' ''", "substr abc 2 1 x",
                            "1 = 1 = 1", "10 '<' 9", "99999999999999999999 '>' 99999999999999999998", "-99999999999999999999 '<' 1",
                            "substr abc 1 99999999999999999999", "substr abc 99999999999999999999 1", "99999999999999999999",
                            "9223372036854775807 + 0", "-9223372036854775808 + 0", "a '<' b", "-- --", "'' : ''", "abc : '\\(.\\)\\(.\\)'", "x : 'x\\{2'"])
    return "", f"expr {words} >out"


def sed_address(rng, extended):
    return rng.choice(["", "", "", "1", "2", "$", "3", "2,4", "1,$", "2,+1", "0~2", "1~3", "2,~3", "5,2", "$!", "2!", "1,3!",
                       "/a/", "/" + expression(rng, extended) + "/", "/a/,/e/", "/A/I", "2,/a/", "0,/a/", "/no/,+1", "/x/,$", "\\,al,",
                       "/^$/", "/zeta/!", "//", "0,/alpha/!"])


def sed_command(rng, extended, depth=0):
    """One command with its addresses."""
    address = sed_address(rng, extended)
    kind = rng.randrange(16)
    if kind < 6:
        delimiter = rng.choice("////|,#")
        source = pattern(rng, extended, 25)
        if delimiter in source or "\\" in source[-1:]:
            delimiter = "/" if "/" not in source else "%"
        target = rng.choice(["", "X", "[&]", "<\\0>", "\\&", "a\\nb", "\\t", "-&-&", "\\U&", "\\u&\\E.", "x\\/y"])
        if "(" in source and rng.randrange(2):
            target = rng.choice(["\\1", "[\\1]", "\\1\\1", "<\\2>"])
        flags = rng.choice(["", "", "g", "g", "p", "2", "gp", "I", "2g", "3", "M", "ig"])
        return f"{address}s{delimiter}{source}{delimiter}{target}{delimiter}{flags}"
    if kind == 6 and depth < 2:
        inner = [sed_command(rng, extended, depth + 1) for _ in range(rng.choice([1, 2]))]
        separator = rng.choice([";", "\n"])
        return address + "{" + separator.join(inner) + separator + "}"
    if kind == 7:
        return address + rng.choice(["y/abc/xyz/", "y/a\\/\\n/bcd/", "y/abc/ABC/", "y,a,b,"])
    if kind == 8:
        return address + rng.choice(["a hello", "i\\\ntext", "c changed", "a\\\n two\\\nlines", "i  lead", "a\\  kept", "c\\\nX",
                                     "r tiny", "r nowhere", "r empty", "w /dev/stdout", "s/a/b/w /dev/stdout"]) + "\n"
    if kind == 9:
        return address + rng.choice(["q", "Q", "q5", "Q3"])
    if kind == 10:
        return rng.choice(["$!N;P;D", "N;N;s/\\n/+/g", "$!{h;d};x;G", "1!G;h;$!d", "H;$!d;x", "n;d", "$!N;l", ":a;s/a/b/;ta", "N;D",
                           ":a;N;$!ba;s/\\n/,/g", "s/a/b/;T;s/b/c/", "/a/b;s/$/!/", "/a/be;s/^/>/;:e", "x;p;x", "G;h", "$=", "N;h;x;p"])
    return address + rng.choice(["p", "d", "=", "n", "N", "D", "P", "h", "H", "g", "G", "x", "l", "z", "l 20", "F", "p;p"])


SED_WRONG = ["s/a/b", "/a", "k", "3", "3,p", "0p", "p p", "a", ":", "1:a", "1!!p", "s/a/b/gg", "s/a/b/pp", "s/a/b/2 3", "s/a/b/0",
             "y/a/bc/", "s/\\(a\\)/\\2/", "+3p", "{p", "}", "p}", "1,2q", "1q3x", "p,", "bfoo", "s", "s/", "s/a", "1}", "1#", "s/a/b/k",
             "y/a", "s/a**/b/", "s/[/b/", "s/\\(/b/", "s/\\1/b/", "/[[:foo:]]/p", "s/a/b/w", "r", "l x", "2,1!", "//p", "~2p", "s/a\\{1/x/"]


def sed(rng):
    extended = rng.randrange(3) == 0
    words = ["sed"] + (["-E"] if extended else [])
    words += rng.choice([[], [], ["-n"], ["-n"], ["-s"], ["-z"], ["-l 12"], ["-u"]])
    scripts = [sed_command(rng, extended) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
    if rng.randrange(10) == 0:
        scripts = [rng.choice(SED_WRONG)]
    kind = rng.randrange(8)
    if kind == 0 or any(script.endswith("\n") for script in scripts):
        words += [f"-e {shell_quote(script.rstrip(chr(10)))}" for script in scripts]
    elif kind == 1 and len(scripts) == 1:
        words.append("-f script")
    else:
        words.append(shell_quote(";".join(scripts)))
    before = WORDS + f"printf '%s\\n' {shell_quote(scripts[0])} >script\ncp words o\n"
    kind = rng.randrange(10)
    if kind == 0:
        return before, " ".join(words) + " <words >out"
    if kind == 1:
        words.insert(1, rng.choice(["-i", "-i.bak", "-i"]))
        return before, "(" + " ".join(words) + " o text3; echo $?; cat o text3 o.bak) >out"
    files = [rng.choice(["words", "words", "text", "tiny", "lines", "empty", "two/a.c"]) for _ in range(rng.choice([1, 1, 1, 2]))]
    if kind == 2:
        files.append("nowhere")
    return before, " ".join([*words, *files]) + " >out"


KINDS = {"grep": grep, "expr": expr, "sed": sed}
