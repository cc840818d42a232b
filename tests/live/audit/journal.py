# SPDX-License-Identifier: GPL-2.0-only
"""A journal for a test: binds its socket and prints each entry as one line of JSON.

usage: journal.py SOCKET

Speaks the native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): FIELD=value lines, or FIELD, a
length of eight bytes and the value where that has several lines. A field that comes again becomes a
list.
"""

import json
import os
import socket
import struct
import sys


def fields(datagram):
    while datagram:
        line, _, rest = datagram.partition(b"\n")
        if b"=" in line:
            name, _, value = line.partition(b"=")
            datagram = rest
        else:
            (size,) = struct.unpack("<Q", rest[:8])
            name, value, datagram = line, rest[8 : 8 + size], rest[8 + size + 1 :]
        yield name.decode(), value.decode()


def main():
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listening.bind(sys.argv[1])
    print("ready", file=sys.stderr, flush=True)
    while True:
        entry = {}
        for name, value in fields(listening.recv(1 << 20)):
            if name in entry and not isinstance(entry[name], list):
                entry[name] = [entry[name]]
            if name in entry:
                entry[name].append(value)
            else:
                entry[name] = value
        print(json.dumps(entry), flush=True)


main()
