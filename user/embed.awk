# Turns Markdown files into a C header: one string literal a line, so that a change reads as one.
# SPDX-License-Identifier: GPL-2.0-only
BEGIN {
	print "/* Made from policies/ by user/embed.awk. */"
	print "static const struct { const char *file, *text; } shipped[] = {"
}
FNR == 1 {
	if (NR > 1)
		print "\t},"
	name = FILENAME
	sub(/.*\//, "", name)
	printf "\t{\"%s\",\n", name
}
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	printf "\t \"%s\\n\"\n", $0
}
END {
	if (NR)
		print "\t},"
	print "};"
}
