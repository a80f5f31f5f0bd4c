"""The chapters of the course say the same in both languages, and what the lab and the headers say."""

import os
import re
import subprocess
from collections import Counter

import pytest

from machine import ROOT

COURSE = os.path.join(ROOT, "course")
LANGUAGES = ["en", "ko"]
READMES = ["README.md", "README.ko.md"]
PAGE = 65 * 120  # characters: 65 lines of 120
ENTRY_NAMES = {"dw0": "dw0", "sqhd": "sq_head", "sqid": "sq_id"}  # of a completion in course/nvme.h
WITHOUT_ROW = {"NSQR", "NCQR"}  # of a feature, not of a command


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def chapters():
    """Their names, in the order of the steps: the grader tells a student to read them."""
    return [re.search(r'STEP\("(.*?)"', read("tests", "course", f"step{n}.c")).group(1) for n in range(1, 8)]


def chapter(language, name):
    return read("course", language, name)


def code_blocks(text):
    return re.findall(r"^```(.*?)^```", text, re.M | re.S)


def prose(text):
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


def tables(text):
    """Of each table its rows but the second, as lists of cells."""
    found = []
    for block in re.findall(r"(?:^ *\|.*\|\n)+", prose(text), re.M):
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in block.splitlines()]
        found.append([rows[0], *rows[2:]])
    return found


def rows(head, names=None):
    """(chapter, row) of each table whose heading begins with these cells, cells that are empty filled from above."""
    for name in names or chapters():
        for table in tables(chapter("en", name)):
            if table[0][:len(head)] != head:
                continue
            above = table[1]
            for row in table[1:]:
                above = [cell or (before if i < 3 else "") for i, (cell, before) in enumerate(zip(row, above))]
                yield name, above


def is_without_words(cell):
    """Numbers, and names in capitals or in code."""
    return cell.isascii() and not re.search(r"[a-z]{2}", re.sub(r"`.*?`|\b[\da-f]+h\b", "", cell))


def same_in_all(texts):
    """What does not depend on the language, each by its name."""
    for text in texts:
        words = prose(text)
        yield {
            "code blocks": code_blocks(text) + re.findall(r"^    \S.*$", words, re.M),
            "headings": [mark for mark, _ in re.findall(r"^(#+) (.*)$", words, re.M)],
            "links": [re.sub(r"^\.\./(en|ko)/|\.ko(?=\.md$)", "", link) for link in re.findall(r"\]\((.*?)\)", words)],
            "shapes of tables": [[len(row) for row in table] for table in tables(text)],
            "cells without words": [cell for table in tables(text) for row in table[1:] for cell in row if is_without_words(cell)],
            "questions": len(re.findall(r"^\*\*\d\.\*\*", words, re.M)),
            "answers": words.count("<details>"),
            "list items": len(re.findall(r"^ *(?:-|\d\.) ", words, re.M)),
            "figures": Counter(re.findall(r"(?<![\w.])[\df][\da-f]*h(?![a-z])", words, re.ASCII)),
            "numbers of several digits": Counter(re.findall(r"\d[\d,]+\d", words)),
            "code": Counter(re.findall(r"`[^`\n]+`", words)),
            "errors": Counter(re.findall(r"-E[A-Z]+", words)),
        }


@pytest.mark.parametrize("name", chapters())
def test_both_languages_say_the_same(name):
    first, second = same_in_all(chapter(language, name) for language in LANGUAGES)
    for what, there in first.items():
        assert second[what] == there, f"{name}: {what}"
    assert first["questions"] == first["answers"] == 3


def test_both_readmes_say_the_same():
    first, second = same_in_all(read("course", name) for name in READMES)
    for what, there in first.items():
        assert second[what] == there, what


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_pages(language):
    for name in chapters():
        text = chapter(language, name)
        lines = [line for line in text.splitlines() if line]
        assert len(text) <= 2 * PAGE and len(lines) <= 130, name
        assert not [line for line in lines if len(line) > 140 and not re.match(r" *[|![]", line)], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing(language):
    """No chapter that the grader does not name, and no link to nowhere; each picture is shown."""
    assert sorted(os.listdir(os.path.join(COURSE, language))) == sorted(chapters())
    shown = set()
    for name in chapters():
        for link in re.findall(r"\]\((.*?)\)", chapter(language, name)):
            path = os.path.normpath(os.path.join(COURSE, language, link))
            assert os.path.exists(path), f"{language}/{name}: {link}"
            shown.add(path)
    pictures = os.path.join(COURSE, "pictures")
    assert {os.path.join(pictures, name) for name in os.listdir(pictures)} <= shown


def test_the_readme_has_all_chapters():
    for readme in READMES:
        text = read("course", readme)
        assert [name for name in chapters() if any(f"({language}/{name})" not in text for language in LANGUAGES)] == [], readme


@pytest.mark.parametrize("name", chapters())
def test_what_the_lab_prints(name):
    """Lines of checks are those of the grader, or of the lab where it boots."""
    checks = {}
    for step in range(1, 8):
        text = re.sub(r'"\s*\n\s*"', "", read("tests", "course", f"step{step}.c"))
        checks.update(re.findall(r'CHECK\("([\d.]+)",\s*"(.*?)",', text))
    checks.update(re.findall(r'\("([\d.]+)", "(.*?)", "', read("tools", "lab")))
    assert len(checks) > 100
    shown = [line for block in code_blocks(chapter("en", name)) for line in re.findall(r"^(?:PASS|FAIL): ([\d.]+): (.*)$", block, re.M)]
    assert [(number, what) for number, what in shown if checks.get(number) != what] == []


def test_commands():
    """Targets, variables and tools are there; so are the commands of the kernel's shell."""
    makefile = read("Makefile") + read("course", "course.mk") + read("README.md") + read("tools", "run-qemu")
    missing = []
    for name in ["../README.md", *chapters()]:
        text = chapter("en", name)
        lines = re.findall(r"`([^`\n]+)`", prose(text)) + re.findall(r"^(?:\$|my_nvme#|   ) (.*)$", text, re.M)
        for line in lines:
            command = re.match(r"(make|tools/\S+|fio|dd|trace)\b(.*)", line)
            if not command:
                continue
            program, rest = command.groups()
            if program == "make":
                words = re.split(r" {2,}", rest.strip())[0].split()
                missing += [(name, w) for w in words if re.match(r"[a-z]+$", w) and not re.search(rf"^{w}:|\b{w}\b", makefile, re.M)]
                missing += [(name, w) for w in words if re.match(r"[A-Z]+=", w) and not re.search(rf"\b{w.split('=')[0]}\b", makefile)]
            elif program.startswith("tools/"):
                missing += [(name, program)] * (not os.path.exists(os.path.join(ROOT, program)))
            else:
                missing += [(name, program)] * (not os.path.exists(os.path.join(ROOT, "kernel", "commands", program + ".c"))
                                                and not os.path.isdir(os.path.join(ROOT, "kernel", "commands", program)))
    assert missing == []


def test_functions():
    """Names of functions and constants are those of the course's headers."""
    known = set(re.findall(r"\w+", read("course", "driver.h") + read("course", "platform.h") + read("course", "nvme.h")))
    for name in chapters():
        for word in re.findall(r"`(?:struct )?(\w+_\w+)\(?", prose(chapter("en", name))):
            assert word in known or word.startswith("my_nvme"), f"{name}: {word}"


def compiles(lines):
    """Whether all that the lines say of the headers is so: one _Static_assert for each."""
    source = ('#include "drivers/nvme/spec/spec.h"\n#include "course/nvme.h"\n' +
              "".join(f"_Static_assert({line}, \"\");\n" for line in lines))
    result = subprocess.run(["gcc", "-std=gnu11", "-fsyntax-only", f"-I{ROOT}", "-x", "c", "-"], input=source, text=True,
                            capture_output=True, check=False)
    assert result.returncode == 0, result.stderr


def span(text):
    """"15:8" -> (8, 8): where it begins, and how much there is."""
    high, _, low = text.partition(":")
    return int(low or high), int(high) - int(low or high) + 1


def test_offsets():
    """Registers, entries of queues and identify data lie where the headers have them."""
    said = []
    for _, row in rows(["offset", "bytes", "name"]):
        if row[2] == "doorbells":
            said += [f"0x{row[0][:-1]} == NVME_DOORBELLS"]
        else:
            member = row[2].lower()
            said += [f"offsetof(struct nvme_properties, {member}) == 0x{row[0][:-1]}",
                     f"sizeof(((struct nvme_properties *)0)->{member}) == {row[1]}", f"NVME_{row[2]} == 0x{row[0][:-1]}"]
    registers = len(said)
    for _, row in rows(["bytes", "name"]):
        offset, size = span(row[0])
        first = re.split(r",| to ", row[1])[0].lower()
        said.append(f"offsetof(struct sq_entry, {first}) == {offset}")
        if first == row[1].lower():
            said.append(f"sizeof(((struct sq_entry *)0)->{first}) == {size}")
    for _, row in rows(["bytes", "bits", "name"], ["3-admin.md"]):
        member = ENTRY_NAMES.get(row[2].lower(), "status" if row[0] == "15:14" else row[2].lower())
        said.append(f"offsetof(struct cq_entry, {member}) == {span(row[0])[0]}")
    for i, structure in enumerate(("controller", "namespace")):
        table = [t for t in tables(chapter("en", "3-admin.md")) if t[0][:3] == ["byte", "bytes", "name"]][i]
        for byte, size, name, *_ in table[1:]:
            member = name.split()[0].lower()
            element = f"{member}[0]" if member == "lbaf" else member
            said += [f"offsetof(struct nvme_identify_{structure}, {member}) == {byte}",
                     f"sizeof(((struct nvme_identify_{structure} *)0)->{element}) == {size}"]
    assert registers > 20 and len(said) > registers + 25
    compiles(said)


def register_fields():
    """"CC.EN" -> "0", out of the table that `nvme show-regs` prints by."""
    text = read("drivers", "nvme", "spec", "registers.c")
    fields = {}
    for register, body in re.findall(r"FIELD\w*\(struct nvme_properties, (\w+)(.*?)(?=\n\tFIELD|\};)", text, re.S):
        for high, low, name in re.findall(r"(?:BITS|CHOICE)\((\d+), (\d+), \"(\w+)\"", body):
            fields[f"{register.upper()}.{name}"] = high if high == low else f"{high}:{low}"
    return fields


def test_fields_of_registers():
    known = register_fields()
    said = [(row[0], row[1]) for _, row in rows(["field", "bits"])]
    said += [(row[0], row[1]) for _, row in rows(["register", "bits"]) if "." in row[0]]
    assert len(said) > 15
    assert [(field, bits) for field, bits in said if known.get(field) != bits] == []


def test_capabilities_that_are_taken_apart():
    """The rows of chapter 1 that begin with a CAP have its fields; they are the simulated controller's two."""
    known = register_fields()
    said = list(rows(["CAP", "MQES"]))
    head = next(table[0] for table in tables(chapter("en", "1-registers.md")) if table[0][0] == "CAP")
    for _, row in said:
        for field, value in list(zip(head, row))[1:-1]:
            low, width = span(known[f"CAP.{field}"])
            assert int(row[0][:-1], 16) >> low & ((1 << width) - 1) == int(value), (row[0], field)
    caps = re.findall(r"#define SIM_CAP_\w+ 0x([\da-f]+)ull", read("tests", "sim", "controller.h"))
    assert sorted(f"{cap}h" for cap in caps) == sorted(row[0] for _, row in said)


def picture(name):
    """Its texts, in their order."""
    return re.findall(r"<text[^>]*>(.*?)</text>", read("course", "pictures", name))


def test_offsets_in_the_picture():
    """Of properties, and of the doorbells of both strides, to their end."""
    texts = picture("bar0.svg")
    offsets = [(name, offset) for offset, name in zip(texts, texts[1:]) if re.fullmatch(r"[\da-f]+h", offset)]
    stride = 0
    said = []
    for name, offset in offsets:
        doorbell = re.fullmatch(r"(SQ|CQ)(\d) (?:tail|head)", name)
        if doorbell:
            number = 2 * int(doorbell.group(2)) + (doorbell.group(1) == "CQ")
            stride = int(offset[:-1], 16) - 0x1000 if number == 1 else stride
            assert int(offset[:-1], 16) == 0x1000 + number * stride * (number > 0), name
        else:
            said.append(f"NVME_{name} == 0x{offset[:-1]}")
    assert len(said) == 14 and len(offsets) == 22
    compiles(said)


def test_times_in_the_picture():
    """Those of the trace below it, from its first line on."""
    block = next(b for b in code_blocks(chapter("en", "4-io.md")) if "trace show" in b)
    times = [round(float(time) * 1e6) for time in re.findall(r"^ +(\d+\.\d{6}) my_nvme0", block, re.M)]
    shown = [int(text.split()[0]) for text in picture("read.svg") if text.endswith(" µs")]
    assert shown == [time - times[0] for time in times]
    cid = re.search(r"-> Read cid (\d+)", block).group(1)
    assert any(f"CID {cid}" in text for text in picture("read.svg"))


def command_table():
    """Name -> (opcode, {(dword, field, bits)})"""
    text = read("drivers", "nvme", "spec", "command.c")
    text = text.replace("QUEUE,", 'PART(10, 15, 0, "qid"), PART(10, 31, 16, "qsize"),')
    text = text.replace("START,", 'PART(10, 31, 0, "slba"), PART(11, 31, 0, "slba"),')
    opcodes = dict(re.findall(r"(NVME_\w+) = (0x\w\w),", read("drivers", "nvme", "spec", "command.h")))
    lists = {name: {(f"CDW{cdw}", field.upper(), bits_of(high, low)) for cdw, high, low, field
                    in re.findall(r"(?:PART|COUNT)\((\d+), (\d+), (\d+), \"(\w+)\"", body)}
             for name, body in re.findall(r"nvme_command_part (\w+)\[\] = \{(.*?)\};", text, re.S)}
    return {name: (f"{opcodes[code][2:]}h", lists.get(parts, set()))
            for code, name, parts in re.findall(r"ROW\((\w+), \"(.*?)\"(?:(?!ROW\().)*?(?:PARTS\((\w+)\))?\)[,;]\s", text, re.S) if code in opcodes}


def bits_of(high, low):
    return high if high == low else f"{high}:{low}"


def test_commands_of_the_controller():
    """Opcodes, and where the fields of a command are."""
    known = command_table()
    said = [row for _, row in rows(["opcode", "command"])]
    assert len(said) > 15
    for opcode, command, *rest in said:
        assert known[command][0] == opcode, command
        dword, bits, field = rest[-3:]
        name = re.match(r"\w*", field).group()
        if bits and name not in WITHOUT_ROW:
            assert (dword, name, bits) in known[command][1], (command, dword, bits, field)


def test_statuses():
    codes = dict(re.findall(r"(NVME_SC_\w+) = (0x\w+)", read("drivers", "nvme", "spec", "status.h")))
    names = {name: codes[code] for code, name in re.findall(r"\{(NVME_SC_\w+), \"(.*?)\"", read("drivers", "nvme", "spec", "status.c"))}
    said = [row for _, row in rows(["SCT, SC"])]
    assert len(said) > 8
    for both, number, name in said:
        sct, code = (int(part[:-1], 16) for part in both.split(", "))
        assert int(names[name], 16) == sct << 8 | code == int(number[:-1], 16), name
