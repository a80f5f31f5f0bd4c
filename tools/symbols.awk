# Turns the output of nm -n into the assembler source of the kernel's symbol table; kernel/symbols.c
# says how it looks. Of several names for one address the first counts.

BEGIN {
	count = 0
	pairs = 96
	for (i = 1; i < 256; i++) {
		char[i] = sprintf("%c", i)
		code[char[i]] = i
	}
}

$2 ~ /^[tTwW]$/ && ($1 "") != (last "") && $3 !~ /^\./ {
	last = $1
	addresses[count++] = $1
	sub(/\.(constprop|isra|part|cold)\.[0-9]+$/, "", $3) # a variant that the compiler made
	text = text $3 "\n"
}

# The most frequent pair of neighbours in text.
function best_pair(    i, size, pair, best, seen) {
	size = length(text)
	for (i = 1; i < size; i++)
		seen[substr(text, i, 2)]++
	best = ""
	for (pair in seen)
		if (pair !~ /\n/ && (best == "" || seen[pair] > seen[best] ||
				     (seen[pair] == seen[best] && pair < best)))
			best = pair
	return best
}

function literal(c) {
	return c == "." ? "[.]" : c
}

END {
	# One character above 127 for each of the most frequent pairs, one after the other.
	for (k = 0; k < pairs; k++) {
		pair[k] = best_pair()
		if (pair[k] == "")
			pair[k] = "__"
		gsub(literal(substr(pair[k], 1, 1)) literal(substr(pair[k], 2, 1)), char[128 + k], text)
	}

	print "\t.section symbols, \"a\", @progbits"
	print "\t.balign 4"
	print "\t.long " count ", 0x" (count ? addresses[0] : 0)
	for (i = 1; i <= count; i++)
		print "\t.short " (i < count ? "0x" addresses[i] " - 0x" addresses[i - 1] : 0)
	for (k = 0; k < 128; k++)
		print "\t.byte " (k < pairs ? code[substr(pair[k], 1, 1)] ", " code[substr(pair[k], 2, 1)] : "0, 0")
	size = length(text)
	line = ""
	for (i = 1; i <= size; i++) {
		c = substr(text, i, 1)
		line = line (line == "" ? "" : ", ") (c == "\n" ? 0 : code[c])
		if (c == "\n") {
			print "\t.byte " line
			line = ""
		}
	}
	print "\t.section .note.GNU-stack, \"\", @progbits"
}
