# Turns the output of nm -n into the assembler source of the kernel's symbol table; kernel/x86/symbols.c
# says how it looks. Of several names for one address the first counts.

BEGIN {
	count = 0
}

$2 ~ /^[tTwW]$/ && ($1 "") != (last "") && $3 !~ /^\./ {
	last = $1
	sub(/\.(constprop|isra|part|cold)\.[0-9]+$/, "", $3) # a variant that the compiler made
	addresses[count] = "0x" $1
	names[count++] = $3
}

END {
	print "\t.macro size start, end"
	print "\t.if \\end - \\start > 0xffff"
	print "\t.error \"a function is larger than the symbol table can say\""
	print "\t.endif"
	print "\t.short \\end - \\start"
	print "\t.endm"
	print "\t.section symbols, \"a\", @progbits"
	print "\t.balign 4"
	print "\t.long " count ", " addresses[0]
	for (i = 1; i < count; i++)
		print "\tsize " addresses[i - 1] ", " addresses[i]
	for (i = 0; i < count; i++)
		print "\t.asciz \"" names[i] "\""
	print "\t.section .note.GNU-stack, \"\", @progbits"
}
