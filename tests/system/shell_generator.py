"""Random shell scripts for shell_differential.py: the same seed and count give the same scripts.

They only use what both shells have, always end, and print what they do: words with every kind of
expansion, all compound commands, redirections to files of their own directory, functions, options,
and, once in a while, a mistake.
"""
import random
import re

NAMES = ["a", "b", "c", "d", "e", "x", "y", "z"]
VALUES = ["", "1", "-7", "010", "0x1f", "abc", "a b", "  a  b ", "a:b::c", ":", "*", "f*", "[fg]1",
          "a*b", "\\*", "x=y", "~", "/usr/lib/x.tar.gz", "aXbXc", "'q'", '"dq"', "$a", "`", "a\\b",
          "tab\there", "one two three", "-n", "--", "\\", "a\\", "[", "]", "[a", "!", "{a,b}", "#h"]
PATTERNS = ["*", "?", "a*", "*b", "[a-c]*", "[!a]*", "*:*", "*.*", "*/", "/*", "??", "[[:digit:]]*",
            "[[:alpha:]]*", "*[!0-9]", "\\*", "'*'", '"a"*', "a?c", "[]]*", "[*]", "*X", "X*", "*X*",
            "[a-]*", "[\\]a]*", "*[[:space:]]*", "$a", '"$b"', "${c}*"]
IFS_VALUES = ["' '", "':'", "': '", "''", "'X'", "' :'", "'ab'", "'/.'", '"$a"']
OPERATORS = ["+", "-", "*", "/", "%", "<<", ">>", "<", ">", "<=", ">=", "==", "!=", "&", "|", "^",
             "&&", "||"]
TEST_WORDS = ["!", "'('", "')'", "-a", "-o", "-n", "-z", "-f", "=", "!=", "-eq", "x", "''", "1", "f1",
              '"$a"', '"$b"']
ASSIGNMENTS = ["=", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "|=", "^="]


class Generator:
    def __init__(self, source):
        self.random = source
        self.functions = []
        self.loops = 0
        self.in_function = False
        self.budget = 60

    def pick(self, items):
        return self.random.choice(items)

    def chance(self, percent):
        return self.random.randrange(100) < percent

    # --- words ---

    def parameter(self):
        return self.pick(NAMES * 3 + ["1", "2", "3", "@", "*", "#", "?"])

    def arithmetic(self, depth):
        kind = self.random.randrange(14 if depth else 4)
        if kind == 0:
            return self.pick(["0", "1", "2", "3", "7", "10", "63", "64", "100", "0x10", "017",
                              "9223372036854775807", "4294967296"])
        if kind in (1, 2):
            return self.pick(["n", "m", "k"])
        if kind == 3:
            return self.pick(["$n", "${m}", "$#", "${#a}", "$((n))", "$(echo 3)", "`echo 4`"])
        if kind == 4:
            return "(" + self.arithmetic(depth - 1) + ")"
        if kind == 5:
            return self.pick(["-", "+", "!", "~", "- "]) + self.arithmetic(0)
        if kind == 6:
            return (self.arithmetic(depth - 1) + self.pick(["?", " ? "])
                    + self.arithmetic(depth - 1) + self.pick([":", " : "])
                    + self.arithmetic(depth - 1))
        if kind == 7:
            name, operator = self.pick(["n", "m", "k"]), self.pick(ASSIGNMENTS)
            # by constants only: a division by zero or a shift of it is fine, a hang is not
            return "(" + name + operator + self.arithmetic(0) + ")"
        blank = self.pick(["", " "])
        return (self.arithmetic(depth - 1) + blank + self.pick(OPERATORS) + blank
                + self.arithmetic(depth - 1))

    def substitution(self, depth):
        command = self.pick([
            "echo sub", "echo 'a  b'", "printf 'x\\ny\\n\\n'", "echo \"$a\"", "printf %s \"$b\"",
            "echo $#", "echo \"$@\"", "false", "exit 3", ":", "echo *", "echo $((n+1))",
            "(echo nested; echo more)", "echo one; echo two", "echo a:b",
            "if true; then echo yes; fi", "for i in 1 2; do echo $i; done"])
        if depth and self.chance(30):
            command = "echo " + self.word(depth - 1)
        if self.chance(25) and "`" not in command and "\\" not in command and "$(" not in command:
            return "`" + command + "`"
        return "$(" + command + ")"

    def expansion(self, depth):
        kind = self.random.randrange(12)
        name = self.parameter()
        if kind < 3:
            return "$" + name
        if kind == 3:
            return "${" + name + "}"
        if kind == 4:
            return "${#" + self.pick(NAMES + ["1", ""]) + "}"
        if kind in (5, 6):
            colon = self.pick(["", ":"])
            operator = self.pick(["-", "+", "-", "+", "="])
            if operator == "=":
                name = self.pick(NAMES)
            word = self.word(depth - 1, braces=True) if depth else self.pick(["w", "a b", "'w x'"])
            return "${" + name + colon + operator + word + "}"
        if kind in (7, 8):
            if name in "@*":  # what a pattern does to a list is nowhere specified
                name = "2"
            return "${" + name + self.pick(["#", "##", "%", "%%"]) + self.pick(PATTERNS) + "}"
        if kind == 9:
            return "$((" + self.arithmetic(2) + "))"
        if kind == 10:
            return self.substitution(depth)
        return "$" + self.pick(NAMES)

    def double_quoted(self, depth):
        parts = []
        for _ in range(self.random.randrange(4)):
            kind = self.random.randrange(6)
            if kind == 0:
                parts.append(self.pick(["text", "two  words", "'", "it's", "~", "*", "a;b", "#"]))
            elif kind == 1:
                parts.append(self.pick(["\\$x", "\\\\", "\\\"", "\\`", "\\a", "\\\n", "$"]))
            else:
                parts.append(self.expansion(depth))
        return '"' + "".join(parts) + '"'

    def word(self, depth=2, braces=False):
        parts = []
        for _ in range(self.pick([1, 1, 1, 2, 2, 3])):
            kind = self.random.randrange(10)
            if kind < 3:
                parts.append(self.pick(["w", "word", "a", "12", "-x", "a.b", "A_1", "%d", "x:y",
                                        "d/", "f", "=", ",", "@"]))
            elif kind == 3:
                parts.append(self.pick(["'q'", "'a  b'", "'$x'", "'\\'", "''", "'*'", "'\n'"]))
            elif kind == 4 and not braces:
                parts.append(self.pick(["*", "f*", "?1", "[fg]*", "[!f]*", "~", "*z", "./*"]))
            elif kind == 5:
                parts.append(self.pick(["\\ ", "\\a", "\\$", "\\*", "\\\\", "\\'", "\\\"", "\\#"]))
            elif kind < 8:
                parts.append(self.double_quoted(depth))
            else:
                parts.append(self.expansion(depth))
        text = "".join(parts)
        return text if braces or not text.startswith("#") else "\\" + text

    # --- commands ---

    def assignment(self):
        name = self.pick(NAMES)
        if self.chance(50):
            value = self.pick(VALUES)
            return name + "='" + value.replace("'", "'\\''") + "'"
        return name + "=" + self.word()

    def redirections(self):
        if self.chance(80):
            return ""
        return " " + self.pick([">o1", ">>o1", ">o2", "2>&1", ">&2", "<f1", "<g1", "2>o3", ">o1 2>&1",
                                "2>&1 >o2", "</dev/null", ">/dev/null", "3>o2", "3>&1 >o1", "<>h",
                                "<&-", ">nodir/f", "<nofile", ">&3", "3>&1 >&3", "0<g1"])

    def simple(self):
        kind = self.random.randrange(48)
        words = " ".join(self.word() for _ in range(self.pick([0, 1, 1, 2, 3])))
        if kind < 10:
            return "echo " + words + self.redirections()
        if kind < 15:
            return "printf '<%s>' " + words + "; echo"
        if kind < 19:
            return " ".join(self.assignment() for _ in range(self.pick([1, 1, 2])))
        if kind == 19:
            return self.assignment() + " " + self.pick(["echo ", ": ", "eval echo "]) + words
        if kind == 20:
            return "set -- " + words
        if kind == 21:
            return self.pick(["shift", "shift 2", "shift $#", "[ $# -gt 0 ] && shift"])
        if kind == 22:
            return "unset " + self.pick(NAMES)
        if kind == 23:
            return "IFS=" + self.pick(IFS_VALUES)
        if kind == 24:
            return "unset IFS"
        if kind == 25:
            return "cat " + self.pick(["f1", "<f1", "<g1 -", "f1 g1"]) + " 2>/dev/null"
        if kind == 26:
            return self.pick(["true", "false", ":", "(exit 3)", "! true", "! false", "nosuch",
                              "./nosuch", "f1", "/", "."])
        if kind == 27:
            return ("cat <<" + self.pick(["E", "E", "-E", "'E'", "\\E"]) + "\n"
                    + self.pick(["plain", "$a ${b} $(echo sub) $((n+1))", "\t\ttabs \\$x \\\\",
                                 "\"quoted\" 'single' `echo back`", "line \\\ncontinued",
                                 "${a:-word} ${x#?}"]) + "\nE\n:")
        if kind == 28:
            return "eval " + self.pick(["'echo $a'", "echo '\"$b\"'", "'x=1; y=2'", "'false'",
                                        "\"echo $#\"", "'set -- p q'", "' '", "'return 3'",
                                        "'if true; then echo t; fi'"])
        if kind == 29:
            return ("echo " + self.pick(["'p q r'", "'a:b:c'", "' lead'", "'x\\:y'", "\"$a\"", "''"])
                    + " | { " + self.pick(["", "IFS=: ", "IFS= "]) + "read "
                    + self.pick(["", "-r "]) + self.pick(["x", "x y", "x y z"])
                    + "; echo \"$?[$x][$y][$z]\"; }")
        if kind == 30:
            return "n=$((" + self.arithmetic(3) + ")); echo $n"
        if kind == 31:
            return self.pick(["n=1", "m=-5", "k=12", "n=", "m=0x10", "k=077"])
        if kind == 32:
            return "for i in " + words + "; do echo \"[$i]\"; done"
        if kind == 33 and self.functions:
            return self.pick(self.functions) + " " + words
        if kind == 34 and self.loops:
            return self.pick(["break", "continue", "break 2", "continue 2"])
        if kind == 35 and self.in_function:
            return self.pick(["return", "return 0", "return 5", "local a", "local b=l c", "shift"])
        if kind == 36:
            return self.pick(["set -f", "set +f", "set -u", "set +u", "set -e", "set +e", "set +eu",
                              "readonly r=1", "export a", "cd .", "cd nodir", "type nosuch"])
        if kind == 37 and self.chance(20):
            return self.pick(["exit", "exit 4", "return", "x=$((1/0))", "echo ${y?}", "echo ${q!}",
                              "eval 'fi'", ". ./nofile", "shift 99", "readonly a; a=1",
                              "export 1=2", "echo ${z?message}", ": <nofile"])
        if kind == 38:
            return "echo $? $#"
        if kind in (39, 40):
            return self.pick(["trap 'echo bye $?' EXIT", "trap - EXIT", "trap", "(trap)", "trap '' HUP",
                              "trap 'echo \"$a\"' TERM USR1", "trap - HUP TERM", "trap x nosuch",
                              "(trap 'echo sub $?' EXIT; exit 4)", "trap 'exit' EXIT"])
        if kind in (41, 42):
            return ("OPTIND=1; while getopts " + self.pick(["ab:c", ":ab:c", "a:", "x"]) + " o "
                    + self.pick(["-a -b v -c w", "-abv -- -a", "-b", "-cab", '"$a" "$b"', "-x -a -",
                                 "-c -b '' -a"]) + "; do echo \"$o $OPTARG $OPTIND\"; done")
        if kind in (43, 44):
            return ("{ " + self.simple() + "\n} & wait " + self.pick(["", "$!", "%%", "%+"])
                    + "; echo $?")
        if kind in (45, 46):
            return ("[ " + " ".join(self.pick(TEST_WORDS) for _ in range(self.random.randrange(4)))
                    + " ] 2>/dev/null; echo $?")
        return "printf '%s|' \"$a\" \"$b\" \"$c\" \"$x\"; echo"

    def condition(self):
        return self.pick(["true", "false", "[ \"$a\" = \"$b\" ]", "[ -n \"$x\" ]", "[ $# -gt 1 ]",
                          "! true", "[ -f f1 ]", "(exit 2)", "x=$(false)", "case $a in a*) ;; *) "
                          "false;; esac", self.simple(), "true && false", "false || true"])

    def loop_body(self, depth):
        self.loops += 1
        body = self.list(depth - 1)
        self.loops -= 1
        return body

    def command(self, depth):
        self.budget -= 1
        kind = self.random.randrange(24)
        if not depth or self.budget < 0 or kind < 11:
            return self.simple()
        if kind == 11:
            text = "if " + self.condition() + "\nthen " + self.list(depth - 1)
            if self.chance(30):
                text += "\nelif " + self.condition() + "; then " + self.list(depth - 1)
            if self.chance(50):
                text += "\nelse " + self.list(depth - 1)
            return text + "\nfi" + self.redirections()
        if kind == 12:
            return ("for " + self.pick(["i", "j", "a"]) + self.pick(
                [" in " + " ".join(self.word() for _ in range(self.random.randrange(4))), "",
                 " in 1 2 3", ' in "$@"', " in $b", " in *"]) + "\ndo " + self.loop_body(depth)
                + "\ndone" + self.redirections())
        if kind == 13:
            name = self.pick(["v1", "v2"]) + str(depth)
            return (name + "=0\n" + self.pick(["while [ $" + name + " -lt 3 ]",
                                               "until [ $" + name + " -ge 2 ]"])
                    + "\ndo " + name + "=$((" + name + "+1))\n" + self.loop_body(depth) + "\ndone"
                    + self.redirections())
        if kind == 14:
            items = "".join(
                "\n" + self.pick(["", "("]) + "|".join(
                    self.pick(PATTERNS + ["w", "''", "a|b", "1"])
                    for _ in range(self.pick([1, 1, 2]))) + ") " + self.pick(
                    [self.list(depth - 1), ""]) + "\n;;" for _ in range(self.random.randrange(4)))
            return "case " + self.word() + " in" + items + "\nesac" + self.redirections()
        if kind == 15:
            return "{ " + self.list(depth - 1) + "\n}" + self.redirections()
        if kind == 16:
            # dash drops the redirections of a subshell that is the last thing a forked list does
            return "{ (" + self.list(depth - 1) + "\n)" + self.redirections() + "\n(exit $?)\n}"
        if kind == 17 and not self.in_function:  # a function within one could call itself
            name = self.pick(["fn1", "fn2", "fn3"])
            before, self.in_function, loops, self.loops = self.in_function, True, self.loops, 0
            # no function calls another one: recursion would not end
            functions, self.functions = self.functions, []
            body = self.list(depth - 1)
            self.in_function, self.loops, self.functions = before, loops, functions
            if name not in self.functions:
                self.functions = self.functions + [name]
            return name + "() {\n" + body + "\n}\n" + name + " " + self.word()
        if kind == 18:
            return self.simple() + self.pick([" | cat", " | cat | cat", " 2>/dev/null | wc -l"])
        if kind == 19:
            return ("{ " + self.list(depth - 1) + "\n} 2>/dev/null | while read -r l; do "
                    "echo \"<$l>\"; done")
        if kind in (20, 21):
            return (self.command(depth - 1) + self.pick([" && ", " || "])
                    + self.command(depth - 1))
        if kind == 22:
            return "! { " + self.command(depth - 1) + "\n}"
        return "x=$(" + self.list(depth - 1) + "\n); echo \"$? $x\""

    def list(self, depth):
        return "\n".join(self.command(depth) for _ in range(self.pick([1, 1, 2, 2, 3])))

    def script(self):
        lines = ["echo data >f1; echo 'x y:z' >g1; n=3 m=4 k=5"]
        for _ in range(self.random.randrange(1, 7)):
            lines.append(self.command(3))
        if self.chance(4):  # a mistake somewhere
            text = "\n".join(lines)
            at = self.random.randrange(len(text))
            mistake = self.pick(["'", '"', ")", "(", "fi", "done", ";;", "|", "&&", "`", "${", "}",
                                 "{", " do ", "<", "then"])
            return text[:at] + mistake + text[at:] + "\n"
        # what redirections wrote is only read here: a file must not be its own input
        return "\n".join(lines) + "\necho end $?\ncat o1 o2 2>/dev/null\n"


def generate(seed, count):
    """count named scripts."""
    cases = []
    for i in range(count):
        generator = Generator(random.Random(f"{seed}/{i}"))
        text = generator.script()
        # the process's number differs
        text = re.sub(r"\$(?=(\\\n)*\$)", "$%", text)
        cases.append((f"generated {seed}/{i}", text))
    return cases
