"""The documents and the program's own help tell the same."""

import fnmatch
import os
import re
import shutil
import subprocess

from machine import ROOT, run_script
from nvme_cases import CASES

SHELL = os.environ.get("HOST_SHELL_PROGRAM") or os.path.join(ROOT, "build", "host", "shell")


def printed(command):
    return subprocess.run([SHELL, "-c", command], capture_output=True, check=True, encoding="utf-8").stdout


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def section(document, title):
    """What stands below a heading of second order."""
    return read(document).split(f"## {title}\n")[1].split("\n## ")[0]


def documented_words():
    """docs/boot.md's table: word -> values, default, and what it does, without markup."""
    words = {}
    for row in re.findall(r"^\| (`.*) \|$", section("docs/boot.md", "The kernel command line"), re.M):
        row = re.sub(r"; see \[.*?\]\(.*?\)", "", row.replace("`", "").replace("\u00b5", "u"))
        name, values, default, text = (cell.strip() for cell in row.split("|"))
        words[name] = values, default, text
    return words


def test_words_of_the_kernel_command_line():
    """`help boot` and docs/boot.md: the same words in the same order, with the same ranges and defaults."""
    words = {}
    for line, text in re.findall(r"^  (\S.*)\n      (\S.*)$", printed("help boot"), re.M):
        name, values, default = re.fullmatch(r"([\w.]+=?)(.*?)(?: \(default: (.*)\))?", line).groups()
        words[name] = values, default or "", text
    assert len(words) > 15
    assert list(words) == list(documented_words())
    assert words == documented_words()


def test_the_program_without_the_driver():
    """docs/driver.md shows the program that tests/unit runs, word for word."""
    shown = re.search(r"^```c\n(.*?)^```$", section("docs/driver.md", "Without the driver"), re.M | re.S).group(1)
    assert shown == read("tests/unit/nvme_transport_test.c")


def helped_subcommands(directory):
    """The subcommands that `nvme help` prints, and `nvme PLUGIN help` for each plugin there."""
    script = "nvme help > h; cat h; for p in $(sed -n 's/.* nvme \\([a-z-]*\\) help lists.*/\\1/p' h); do nvme $p help; done\n"
    text = run_script(directory, script, "--disk", "none", check=True).stdout
    plugins = re.findall(r"nvme (\S+) help lists", text)
    names = re.findall(rf"^  ((?:(?:{'|'.join(plugins) or '-'}) )?\S+) +\S", text, re.M)
    return sorted(name for name in names if name not in plugins)


def test_subcommands_of_nvme(tmp_path):
    """docs/nvme.md has a row for each, in alphabetical order, and no other."""
    names = re.findall(r"^\| `(.*?)` \|", section("docs/nvme.md", "Subcommands"), re.M)
    assert names == helped_subcommands(tmp_path), "docs/nvme.md: a row for each subcommand"


def test_differences_from_nvme_cli():
    """docs/nvme.md gives each reason that nvme_cases.py has for a difference."""
    page = " ".join(read("docs/nvme.md").split())
    missing = {rule.why for case in CASES for rule in case.rules if rule.why not in page}
    assert not missing, "docs/nvme.md: say where the differences are that these are the reasons for"


def strings(text):
    """What strings of C that stand behind each other are in all."""
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))


def test_faults_of_models():
    """docs/conformance-faults.md has the rows of the unit test, in their order and below the same headings."""
    string = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
    body = read("tests/unit/conformance_models.c").split("model_faults[] = {")[1]
    rows = [heading or tuple(map(strings, row)) for heading, *row in
            re.findall(r"^\t/\* (.*?) \*/$|^\t\{" + rf"{string},\s*{string},\s*{string},", body, re.M)]
    assert len(rows) > 60
    assert rows.count(()) == 0 and body.count("\n\t{\"") == sum(isinstance(row, tuple) for row in rows)
    shown = [heading or tuple(row) for heading, *row in
             re.findall(r"^## (.*)$|^\| (?!fault|---)(.*?) \| (.*?) \| `(.*?)` \|$", read("docs/conformance-faults.md"), re.M)]
    assert rows == shown[:-1], "docs/conformance-faults.md: the rows of tests/unit/conformance_models.c"


def test_lines_of_the_driver():
    """README says how many lines the driver and the specification have: right to a fifth, so that it need not change each day."""
    said = re.search(r"([\d,]+) lines of C, and ([\d,]+) of\s+what the specification", read("README.md")).groups()
    lines = [0, 0]
    for directory, _, names in os.walk(os.path.join(ROOT, "drivers/nvme")):
        for name in names:
            lines[directory.endswith("/spec")] += read(directory, name).count("\n")
    for claimed, counted in zip(said, lines):
        assert abs(int(claimed.replace(",", "")) - counted) < counted / 5, f"README.md: {claimed} lines, counted {counted}"


def shown_code(document):
    """(path, text) of each block of C: the file that is named last in the paragraph before it."""
    for match in re.finditer(r"^```c\n(.*?)^```$", read(document), re.M | re.S):
        before = match.string[:match.start()].rstrip().rsplit("\n\n", 1)[1]
        yield re.findall(r"`((?:drivers|kernel|tests)/[\w/]+\.[ch])`", before)[-1], match.group(1)


def named_files(text):
    """Words in backquotes that look like files or folders of the tree; `x.[ch]` is two."""
    for word in re.findall(r"`(\w[\w./\[\]-]*)`", text):
        if re.search(r"(/|\.(c|h|S|py|mk|svg|awk|\[ch\]))$|^(boot|kernel|drivers|lib|tests|tools|docs)/", word):
            yield from (word.replace("[ch]", c) for c in ("c", "h")) if word.endswith("[ch]") else (word,)


def test_files_that_documents_name():
    """Each is there: from the root, or below a folder that the document is about; NAME stands for any, and what is shown is to be made."""
    folders = ["", "docs", "boot", "drivers/nvme", "drivers/nvme/spec", "drivers/nvme/transport", "kernel", "kernel/commands/nvme",
               "tests", "tests/system", "tests/unit"]
    missing = []
    documents = ["README.md", *(os.path.join("docs", name) for name in os.listdir(os.path.join(ROOT, "docs")) if name.endswith(".md"))]
    for document in documents:
        text = read(document)
        linked = (os.path.join(os.path.dirname(document), link.split("#")[0]) for link in re.findall(r"\]\(([^)#]+[^)]*)\)", text))
        shown = [path for path, _ in shown_code(document)] if document == "docs/extending.md" else []
        named = (name for name in named_files(text) if "NAME" not in name and name not in shown)
        missing += [(document, name) for name in linked if not os.path.exists(os.path.join(ROOT, name))]
        missing += [(document, name) for name in named if not any(os.path.exists(os.path.join(ROOT, f, name)) for f in folders)]
    assert not missing


def test_tables_of_files():
    """Each source of the driver, each system test and each fuzz target is in its document; `spec/*.h` stands for all of them."""
    patterns = re.findall(r"`([\w./*\[\]]+)`", section("docs/driver.md", "The files"))
    top = os.path.join(ROOT, "drivers/nvme")
    sources = [os.path.relpath(os.path.join(top, folder, name), top) for folder in ("", "spec", "transport")
               for name in os.listdir(os.path.join(top, folder)) if name.endswith((".c", ".h"))]
    assert len(sources) > 50
    assert not [name for name in sources if not any(fnmatch.fnmatchcase(name, p) for p in patterns)], "docs/driver.md: The files"
    tests = [name for name in os.listdir(os.path.join(ROOT, "tests/system")) if name.startswith("test_")]
    assert not [name for name in tests if f"| `{name}` |" not in read("docs/testing.md")], "docs/testing.md: System"
    fuzz = [name[:-7] for name in os.listdir(os.path.join(ROOT, "tests/fuzz")) if name.endswith("_fuzz.c")]
    assert not [name for name in fuzz if f"| `{name}` |" not in read("docs/testing.md")], "docs/testing.md: Fuzzing"


def test_rooms():
    """README's tree has every folder of the first two floors, and those of the driver."""
    tree = section("README.md", "How it is built")
    folders = [entry.name for top in (".", "kernel", "drivers", "drivers/nvme", "tests") for entry in os.scandir(os.path.join(ROOT, top))
               if entry.is_dir() and not re.match(r"\.|__pycache__$|build$", entry.name)]
    assert len(folders) > 20
    assert not [name for name in folders if not re.search(rf"(^|\s){name}/", tree)], "README.md: How it is built"


def words_below(*tops):
    """Every word of the sources and scripts there."""
    return {word for top in tops for directory, _, names in os.walk(os.path.join(ROOT, top)) for name in names
            if name.endswith((".c", ".h", ".S", ".py", ".mk")) or name == "run-qemu" for word in re.findall(r"\w+", read(directory, name))}


def test_functions_that_documents_name():
    """`name()` and the tests that stand for a row are there."""
    known = words_below("boot", "kernel", "drivers", "lib", "tests", "tools")
    missing = []
    for document in ("README.md", *(f"docs/{name}" for name in os.listdir(os.path.join(ROOT, "docs")) if name.endswith(".md"))):
        text = read(document)
        names = {*re.findall(r"`(\w+)\(\)`", text), *re.findall(r"`(test_\w+)`", text)} - {"test_x"}
        missing += [(document, name) for name in names - known]
    assert not missing


def test_names_in_pictures():
    """Functions and folders in the pictures are those of the tree."""
    known = words_below("boot", "kernel", "drivers")
    missing = []
    for picture in ("boot", "io-path", "structure", "recovery-states"):
        text = re.sub(r"<style>.*?</style>", "", read("docs", picture + ".svg"), flags=re.S)
        for word in re.findall(r">([a-z0-9_/, -]+?)(?:\(\w*\))?<", text):
            for name in word.split(", "):
                if re.fullmatch(r"\w+_\w+", name) and name not in known:
                    missing.append((picture, name))
                if re.match(r"(kernel|drivers|tests|tools)/\S+$", name) and not os.path.exists(os.path.join(ROOT, name)):
                    missing.append((picture, name))
    assert not missing


def test_examples_compile(tmp_path):
    """What docs/extending.md adds to the tree, put there in its order: behind what a file has, or as a new file."""
    for name in ("boot", "drivers", "kernel", "lib", "tests", "tools"):
        shutil.copytree(os.path.join(ROOT, name), tmp_path / name)
    shutil.copy(os.path.join(ROOT, "Makefile"), tmp_path)
    objects = []
    for path, text in shown_code("docs/extending.md"):
        with open(tmp_path / path, "a", encoding="utf-8") as file:
            file.write(("\n" if file.tell() else "") + text)
        if path.endswith(".c"):
            objects.append(f"build/unit/objects/{path[:-2]}.o" if path.startswith("tests/unit/") else f"build/kernel/{path}.o")
    assert len(objects) > 5
    make = subprocess.run(["make", "-s", "-C", str(tmp_path), *objects], capture_output=True, text=True)
    assert make.returncode == 0, make.stdout + make.stderr
