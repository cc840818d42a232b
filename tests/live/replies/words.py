# SPDX-License-Identifier: GPL-2.0-only
"""What hosts say to each other in the tests of replies:

    words.py answer PORT...            UDP sockets: names on 53, the time on 123, echo on others
    words.py ask ADDRESS PORT FROM     one datagram; prints what comes back, or "silence"
    words.py time ADDRESS              the same by NTP: "time" or "silence"
    words.py talk ADDRESS PORT FROM    a datagram every 20 ms, until killed; prints what it hears
    words.py connect ADDRESS PORT FROM a TCP connection: a line every 20 ms, prints the echo
    words.py craft MAC                 frames from eth0 to MAC, one for each line of input:
                                       SOURCE PORT DESTINATION PORT udp|FLAGS [TAG]...

The first and the last print "ready". FLAGS are TCP's, such as SA; a TAG is EtherType and VLAN, such as 8100.0.
"""
import select
import socket
import struct
import sys
import time

PATIENCE = 0.5


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def say(text):
    print(text, flush=True)


# --- those who answer ---


def name_answer(query):
    """RFC 1035: the first question of the query, answered with an address of ours."""
    end = query.index(0, 12) + 5
    kind = struct.unpack("!H", query[end - 4 : end - 2])[0]
    address = {1: (socket.AF_INET, "192.0.2.99"), 28: (socket.AF_INET6, "2001:db8:1::99")}[kind]
    data = socket.inet_pton(*address)
    header = query[:2] + struct.pack("!HHHHH", 0x8180, 1, 1, 0, 0)
    record = struct.pack("!HHHIH", 0xC00C, kind, 1, 60, len(data))
    return header + query[12:end] + record + data


def time_answer(query):
    """RFC 5905: a server (mode 4) of stratum 1, which gives the client's own time back."""
    return bytes([0x24, 1, 6, 0xEC]) + bytes(20) + query[40:48] * 3


def answer(*ports):
    answers = {53: name_answer, 123: time_answer}
    sockets = {}
    for port in map(int, ports):
        one = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        one.bind(("::", port))
        sockets[one] = answers.get(port, bytes)
    say("ready")
    while True:
        for one in select.select(sockets, [], [])[0]:
            words, peer = one.recvfrom(65535)
            one.sendto(sockets[one](words), peer)


# --- those who ask ---


def asker(address, port, source=0):
    one = socket.socket(family(address), socket.SOCK_DGRAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind(("", int(source)))
    one.connect((address, int(port)))
    one.settimeout(PATIENCE)
    return one


def answer_to(one, words):
    one.send(words)
    try:
        return one.recv(65535)
    except (TimeoutError, ConnectionError):
        return None


def ask(address, port, source):
    heard = answer_to(asker(address, port, source), b"question")
    say(heard.decode() if heard else "silence")


def ask_time(address):
    heard = answer_to(asker(address, 123), bytes([0x23]) + bytes(39) + b"whatever")
    say("time" if heard and heard[0] & 7 == 4 and heard[24:32] == b"whatever" else "silence")


def talk(address, port, source):
    one = asker(address, port, source)
    one.settimeout(0.02)
    while True:
        try:
            one.send(b"word")
            say(one.recv(65535).decode())
            time.sleep(0.02)
        except (TimeoutError, ConnectionError):
            pass


def connect(address, port, source):
    one = socket.socket(family(address), socket.SOCK_STREAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind(("", int(source)))
    one.settimeout(PATIENCE)
    try:
        one.connect((address, int(port)))
    except OSError:
        say("silence")
        return
    say("connected")
    one.settimeout(None)
    while True:
        one.send(b"word\n")
        heard = one.recv(65535)
        if not heard:
            break
        say(heard.decode().strip())
        time.sleep(0.02)


# --- frames by hand ---


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def transport(addresses, source_port, port, what):
    """A TCP or UDP header with two bytes of data, its protocol before it."""
    if what == "udp":
        protocol, head, tail = 17, struct.pack("!HHH", source_port, port, 10), b"hi"
    else:
        bits = sum(1 << "FSRPA".index(flag) for flag in what)
        head = struct.pack("!HHIIBBH", source_port, port, 1, 1, 5 << 4, bits, 1024)
        protocol, tail = 6, b"\0\0hi"
    pseudo = addresses + struct.pack("!HH", protocol, len(head) + 2 + len(tail))
    total = checksum(pseudo + head + b"\0\0" + tail)
    return protocol, head + struct.pack("!H", total) + tail


def packet(source, source_port, destination, port, what):
    kind = family(source)
    addresses = socket.inet_pton(kind, source) + socket.inet_pton(kind, destination)
    protocol, payload = transport(addresses, int(source_port), int(port), what)
    if kind == socket.AF_INET6:
        return 0x86DD, struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64) + addresses + payload
    head = struct.pack("!BBHHHBB", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol)
    total = checksum(head + b"\0\0" + addresses)
    return 0x0800, head + struct.pack("!H", total) + addresses + payload


def craft(mac):
    card = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    card.bind(("eth0", 0))
    say("ready")
    link = bytes.fromhex(mac.replace(":", "")) + card.getsockname()[4]
    for line in sys.stdin:
        words = line.split()
        ethertype, body = packet(*words[:5])
        tags = b""
        for tag in words[5:]:
            kind, vlan = tag.split(".")
            tags += struct.pack("!HH", int(kind, 16), int(vlan))
        card.send(link + tags + struct.pack("!H", ethertype) + body)


if __name__ == "__main__":
    what = {"answer": answer, "ask": ask, "time": ask_time, "talk": talk, "connect": connect,
            "craft": craft}
    what[sys.argv[1]](*sys.argv[2:])
