#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes a capture of the packets that standard input lists, a line for each:

    SECOND in|out SOURCE DESTINATION tcp|udp SOURCE-PORT PORT syn|ack|- BYTES-OF-PAYLOAD

usage: captures.py pcap|pcapng ethernet|vlan|cooked|cooked2|ip [SNAP [REPEAT]] <ROWS >FILE
"""
import ipaddress
import struct
import sys

MACS = bytes.fromhex("020000000001020000000002")
BEGIN = 1700000000


def network(source, destination, protocol, payload):
    a, b = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    if a.version == 6:
        head = struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64)
        return 0x86DD, head + a.packed + b.packed + payload
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0)
    return 0x0800, head + a.packed + b.packed + payload


def transport(name, source, port, flags, size):
    if name == "udp":
        return 17, struct.pack("!HHHH", source, port, 8 + size, 0) + bytes(size)
    bits = 2 if flags == "syn" else 16
    return 6, struct.pack("!HHIIBBHHH", source, port, 1, 1, 0x50, bits, 1000, 0, 0) + bytes(size)


def frame(link, way, ethertype, packet):
    if link == "ethernet":
        return MACS + struct.pack("!H", ethertype) + packet
    if link == "vlan":
        return MACS + struct.pack("!HHH", 0x8100, 100, ethertype) + packet
    kind = 4 if way == "out" else 0
    if link == "cooked":
        return struct.pack("!HHH6sHH", kind, 1, 6, MACS[6:], 0, ethertype) + packet
    if link == "cooked2":
        return struct.pack("!HHIHBB6sH", ethertype, 0, 3, 1, kind, 6, MACS[6:], 0) + packet
    return packet


def rows(link):
    for line in sys.stdin:
        second, way, source, destination, name, sport, port, flags, size = line.split()
        protocol, payload = transport(name, int(sport), int(port), flags, int(size))
        ethertype, packet = network(source, destination, protocol, payload)
        yield float(second), frame(link, way, ethertype, packet)


def pcap(out, link_type, packets, snap):
    out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snap, link_type))
    for second, data in packets:
        whole, part = divmod(round(second * 1000000), 1000000)
        out.write(struct.pack("<IIII", BEGIN + whole, part, min(snap, len(data)), len(data)))
        out.write(data[:snap])


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def pcapng(out, link_type, packets, snap):
    """Two interfaces, which take turns; libpcap takes no two of raw IP."""
    interfaces = 1 if link_type == 101 else 2
    out.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
    for _ in range(interfaces):
        out.write(block(1, struct.pack("<HHI", link_type, 0, snap)))
    for number, (second, data) in enumerate(packets):
        time = round((BEGIN + second) * 1000000)
        head = struct.pack("<IIIII", number % interfaces, time >> 32, time & 0xFFFFFFFF,
                           min(snap, len(data)), len(data))
        out.write(block(6, head + data[:snap]))


def main():
    form, link = sys.argv[1:3]
    snap = int(sys.argv[3]) if len(sys.argv) > 3 else 65535
    repeat = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    types = {"ethernet": 1, "vlan": 1, "cooked": 113, "cooked2": 276, "ip": 101}
    packets = list(rows(link)) * repeat
    (pcap if form == "pcap" else pcapng)(sys.stdout.buffer, types[link], packets, snap)


main()
