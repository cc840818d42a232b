#!/bin/bash
# Plants each fault of faults.txt into a copy of the program, in turn, and runs the differential
# test against it: it must say that model and program differ. As root; FAULT=TEXT picks some.
set -u
cd "$(dirname "$0")/../.." || exit 1
root=$PWD
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

cp -R Makefile bpf include user tests policies vmlinux "$copy" && cd "$copy" || exit 1

build() {
	make -s BUILD=build build/model/test_model >build.log 2>&1
}

# Whether model and program agree.
agree() {
	timeout 120 build/model/test_model >model.log 2>&1
}

# path FILE: where it is, in bpf/ unless it says so
path() {
	case $1 in
	*/*) echo "$1" ;;
	*) echo "bpf/$1" ;;
	esac
}

# plant FILE EXPRESSION: fails if there is nothing to break any more.
plant() {
	cp "$root/$1" "$1" && sed -i "$2" "$1" && ! cmp -s "$root/$1" "$1"
}

# try NUMBER NAME FILE EXPRESSION
try() {
	local why file
	file=$(path "$3")
	if ! plant "$file" "$4"; then
		why='the expression changes nothing'
	elif ! build; then
		why='it does not build'
	elif agree; then
		why='nobody noticed'
	elif grep -q '^not ok [12] ' model.log; then
		why=
	else
		why='the program does not load'
	fi
	cp "$root/$file" "$file"
	echo "${why:+not }ok $1 - $2"
	if [ -n "$why" ]; then
		echo "#   $why"
		failed=1
	else
		sed -n 's/^\(not \)*ok 1 - /#   /p' model.log
	fi
}

failed=0 number=1
if build && agree; then
	echo 'ok 1 - without a fault, all agree'
else
	echo 'not ok 1 - without a fault, all agree'
	tail -n 20 build.log model.log | sed 's/^/# /'
	failed=1
fi
while IFS='|' read -r name file expression; do
	case $name in
	'#'*) ;;
	*"${FAULT:-}"*) try $((++number)) "$name" "$file" "$expression" ;;
	esac
done <"$root/tests/model/faults.txt"
echo "1..$number"
exit "$failed"
