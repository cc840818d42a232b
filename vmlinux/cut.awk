# SPDX-License-Identifier: GPL-2.0-only
# awk -f cut.awk types - : of a C header on standard input, keeps the types that the file lists.

BEGIN {
	print "/* SPDX-License-Identifier: GPL-2.0-only */"
	print "/* Kernel types that the program uses, cut from a kernel's BTF: written by `make vmlinux`. */"
	print "#ifndef PORTCULLIS_VMLINUX_H"
	print "#define PORTCULLIS_VMLINUX_H"
}

FNR == NR {
	wanted[$0] = 1
	next
}

# A definition starts and ends in the first column, with whatever stands between.
!depth && /^(struct|union|enum|typedef) / {
	text = ""
	name = $1 " " $2
	keep = 0
}

{ text = text "\n" $0 }

/^[a-z].*\{$/ { depth = 1 }

depth && /^\t[A-Za-z_]+ = / && ($1 in wanted) {
	keep = 1
	found[$1] = 1
}

depth && /^\}/ { depth = 0 }

!depth && /;$/ {
	if (name ~ /^typedef/) {
		name = $NF
		sub(/;$/, "", name)
	}
	if (keep || name in wanted) {
		print text
		found[name] = 1
	}
	text = name = ""
	keep = 0
}

END {
	print "\n#endif"
	for (name in wanted) {
		if (!(name in found)) {
			print "this kernel's BTF has no " name >"/dev/stderr"
			missing = 1
		}
	}
	exit missing
}
