# SPDX-License-Identifier: GPL-2.0-only
"""What the figures were read on: processor, kernel, and the versions of all that took part."""

import datetime
import os
import platform
import re
import subprocess

VERSIONS = {
    "portcullis": ["portcullis", "--version"],
    "clang": ["clang", "--version"],
    "nft": ["nft", "--version"],
    "iptables": ["iptables", "--version"],
    "ipset": ["ipset", "--version"],
    "xdp-filter": ["xdp-filter", "load", "--version"],
    "bpftool": ["bpftool", "version"],
    "iproute2": ["ip", "-V"],
}


def read_file(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return ""


def processor():
    """What tells one processor from another: its name alone may be that of a family of them."""
    fields = dict(
        (part.strip() for part in line.split(":", 1))
        for line in read_file("/proc/cpuinfo").splitlines()
        if ":" in line
    )
    name = fields.get("model name", platform.machine())
    words = [f"{key} {fields[key]}" for key in ("cpu family", "model", "stepping") if key in fields]
    return ", ".join([name, *words])


def folder():
    """A name for the results of this kind of machine."""
    return re.sub(r"[^a-z0-9]+", "-", processor().lower()).strip("-")


def version(command):
    """The first number with a dot in what the command says of itself."""
    environment = dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if command[0] == "portcullis":
        command = [os.environ.get("PORTCULLIS", "portcullis"), *command[1:]]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, check=False, timeout=10
        )
    except OSError:
        return "missing"
    found = re.search(r"\d+\.[\w.~+-]+", done.stdout + done.stderr)
    return found.group(0) if found else "unknown"


def mitigations():
    """What the kernel does about the processor's faults, where it does anything."""
    folder = "/sys/devices/system/cpu/vulnerabilities"
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    states = {name: read_file(f"{folder}/{name}") for name in names}
    return {name: state for name, state in states.items() if state.startswith("Mitigation")}


def describe():
    memory = re.search(r"MemTotal:\s+(\d+)", read_file("/proc/meminfo"))
    return {
        "processor": processor(),
        "hypervisor": "hypervisor" in read_file("/proc/cpuinfo"),
        "cpus": os.cpu_count(),
        "possible_cpus": read_file("/sys/devices/system/cpu/possible"),
        "caches": caches(),
        "memory_gib": round(int(memory.group(1)) / 1048576) if memory else 0,
        "kernel": platform.release(),
        "distribution": distribution(),
        "jit": read_file("/proc/sys/net/core/bpf_jit_enable") == "1",
        "mitigations": mitigations(),
        "versions": {name: version(command) for name, command in VERSIONS.items()},
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"),
    }


def caches():
    """Of the first processor: {"L1d": "32K", …}."""
    folder = "/sys/devices/system/cpu/cpu0/cache"
    found = {}
    for index in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        level = read_file(f"{folder}/{index}/level")
        kind = {"Data": "d", "Instruction": "i"}.get(read_file(f"{folder}/{index}/type"), "")
        if level:
            found[f"L{level}{kind}"] = read_file(f"{folder}/{index}/size")
    return found


def distribution():
    found = re.search(r'PRETTY_NAME="(.*)"', read_file("/etc/os-release"))
    return found.group(1) if found else "unknown"


if __name__ == "__main__":
    print(folder())
