#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Debian 12's own kernel, whose verifier and drivers are not those of this machine: a virtual
# machine runs the packet tests and, on virtio cards, the gate (tests/vm/init, its first process).
# If clang-19 is there, the program as it compiles it is loaded there and here.
cd "$(dirname "$0")/../.." || exit
# shellcheck source=/dev/null
. tests/live/lib.sh
skip_unless_root jq
alone "$@" || bail_out "cannot mount a BPF file system"
VM=$BUILD/vm
ROOT=$WORK/root

# needed: what is missing to boot
needed() {
	local tool

	for tool in qemu-system-x86_64 busybox cpio depmod ldd python3; do
		command -v $tool >/dev/null || { echo "$tool is missing" && return; }
	done
	busybox --list 2>/dev/null | grep -qx modprobe || echo "busybox has no modprobe"
}

newest() {
	apt-cache pkgnames linux-image-6.1 2>/dev/null | grep -- '-[0-9]*-cloud-amd64$' | sort -V |
		tail -n 1
}

# fetch_kernel: unpacks it below VM, where it stays for the next time, and sets KERNEL, its folder
fetch_kernel() {
	local package

	package=$(newest)
	[ "$package" ] || { timeout 60 apt-get update -qq && package=$(newest); }
	[ "$package" ] || return
	KERNEL=$VM/$package
	[ -d "$KERNEL" ] && return
	mkdir -p "$VM" "$WORK/kernel" &&
		(cd "$WORK" && apt-get download -qq -o APT::Sandbox::User=root "$package") &&
		dpkg -x "$WORK/$package"_*.deb "$WORK/kernel" && mv "$WORK/kernel" "$KERNEL"
} >/dev/null 2>&1

# install_programs PROGRAM... FOLDER: with the libraries they are linked to
install_programs() {
	local program folder=${!#}

	mkdir -p "$ROOT/$folder"
	for program in "${@:1:$#-1}"; do
		cp -L "$program" "$ROOT/$folder/" || return
		ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
			cp -L --parents -u "$library" "$ROOT" || exit
		done || return
	done
}

# install_modules NAME...: with those they depend on
install_modules() {
	local release

	release=$(basename "$KERNEL"/lib/modules/*)
	depmod -b "$KERNEL" "$release" 2>/dev/null
	for module in "$@"; do
		modprobe -C /dev/null -d "$KERNEL" -S "$release" --show-depends "$module" || return
	done | sed -n 's|^insmod \(.*\.ko\) *$|\1|p' | sort -u | while read -r file; do
		(cd "$KERNEL" && cp --parents "${file#"$KERNEL/"}" "$ROOT") || exit
	done || return
	cp "$KERNEL/lib/modules/$release/"modules.{order,builtin} "$ROOT/lib/modules/$release/" &&
		depmod -b "$ROOT" "$release"
}

make_capture() {
	tests/live/captures.py pcap ethernet >"$ROOT/tests/replay.pcap" <<-END
		0 in 192.0.2.7 10.0.1.11 tcp 40000 5061 syn 0
		0 in 192.0.2.7 10.0.1.11 tcp 40000 5061 ack 60000
		0 in 192.0.2.7 10.0.1.11 tcp 40000 23 syn 0
		1 out 10.0.1.11 192.0.2.53 udp 30000 53 - 0
		1 out 10.0.1.11 192.0.2.53 udp 30001 53 - 60000
		1 in 192.0.2.53 10.0.1.11 udp 53 30000 - 100
		1 in 192.0.2.53 10.0.1.11 udp 53 30001 - 5000
		200 in 192.0.2.53 10.0.1.11 udp 53 30001 - 5000
	END
}

make_initramfs() {
	mkdir -p "$ROOT"/{bin,dev,proc,sys,run,tmp,tests} &&
		install_modules virtio_pci virtio_net veth bridge bonding tcp_diag udp_diag sch_ingress cls_bpf &&
		cp "$(command -v busybox)" "$ROOT/bin/" &&
		install_programs "$(command -v bash)" "$(command -v ip)" "$(command -v jq)" bin &&
		install_programs "$PORTCULLIS" build &&
		install_programs "$BUILD/live/traffic" build/live &&
		install_programs "$BUILD"/packets/test_* build/packets &&
		cp -r policies "$ROOT/" &&
		cp -r tests/live tests/expected tests/documents "$ROOT/tests/" &&
		make_capture && cp tests/vm/init "$ROOT/init" || return
	if [ "$CLANG19" ]; then
		install_programs "$CLANG19" build/clang19 || return
	fi
	(cd "$ROOT" && find . | cpio --quiet -o -H newc) >"$WORK/initramfs"
}

# cards: six, wired in pairs by hubs that lead nowhere else
cards() {
	local n off=guest_tso4=off,guest_tso6=off,guest_ufo=off,guest_csum=off

	for n in 0 1 2 3 4 5; do
		echo "-netdev hubport,id=n$n,hubid=$((n / 2))"
		echo "-device virtio-net-pci,netdev=n$n,mac=52:54:00:00:00:0$n,romfile=,$off"
	done
}

# boot: the guest prints TAP to the second serial port, the kernel its messages to the first
boot() {
	# shellcheck disable=SC2046
	timeout "${VM_TIMEOUT:-560}" qemu-system-x86_64 -accel tcg,thread=multi -m 1024 -smp 2 \
		-nodefaults -display none -no-reboot -kernel "$KERNEL"/boot/vmlinuz-* \
		-initrd "$WORK/initramfs" -append "console=ttyS0 loglevel=5 oops=panic panic=-1" \
		-serial "file:$WORK/console" -serial "file:$WORK/tap" $(cards) \
		</dev/null 2>"$WORK/qemu"
}

# The guest's points are our first ones.
test_guest() {
	local code end

	make_initramfs 2>"$WORK/errors" || bail_out "no initramfs: $(tail -n 3 "$WORK/errors")"
	boot
	code=$?
	tr -d '\r' <"$WORK/tap" >"$WORK/points"
	grep -E '^(ok|not ok|#)' "$WORK/points"
	COUNT=$(grep -cE '^(not )?ok ' "$WORK/points")
	end=$(tail -n 1 "$WORK/points")
	if [ $code = 0 ] && [ "$COUNT" != 0 ] && [ "$end" = "1..$COUNT" ]; then
		pass "the guest came to its end"
	else
		fail "the guest came to its end" "exit code $code (124: too long), it said last:" \
			"$(tail -n 5 "$WORK/points")" "$(tail -n 20 "$WORK/console")" \
			"$(tail -n 5 "$WORK/qemu")"
	fi
	same "its kernel complained of nothing" "" \
		"$(grep -aE -A 20 'WARNING: |BUG: |Oops|panic|Call Trace' "$WORK/console")"
}

skip_guest() {
	local point

	for point in "$BUILD"/packets/test_* replay virtio veth MTU bond clang-19; do
		pass "guest: $(basename "$point") # SKIP $1"
	done
}

# build_clang19: sets CLANG19, the binary
build_clang19() {
	CLANG19=
	command -v clang-19 >/dev/null || return
	CLANG19=$BUILD/clang19/portcullis
	env -u MAKEFLAGS -u MAKELEVEL make -j2 BUILD="$BUILD/clang19" CLANG=clang-19 "$CLANG19" \
		>"$WORK/make" 2>&1 || bail_out "clang-19: $(tail -n 3 "$WORK/make")"
}

test_clang19() {
	if [ -z "$CLANG19" ]; then
		pass "clang-19's program on this kernel # SKIP clang-19 is missing"
		return
	fi
	PORTCULLIS=$CLANG19
	make_edge || bail_out "cannot make network namespaces"
	exits "up with clang-19's program" 0 portcullis up card front-end
	same "it is native" native "$(portcullis status --json | jq -r '.interfaces[].attach')"
	same "it lets in and keeps out" "refused silence" \
		"$(answer "$SERVER4" 8057) $(answer "$SERVER6" 22)"
	exits "swap" 0 portcullis swap director
	same "closed by the swap" silence "$(answer "$SERVER4" 8057)"
	exits "down" 0 portcullis down
}

KERNEL=
reason=$(needed)
[ "$reason" ] || fetch_kernel || reason="no linux-image-6.1*-cloud-amd64 to be had"
build_clang19
if [ "$reason" ]; then
	skip_guest "$reason"
else
	test_guest
fi
test_clang19
plan
