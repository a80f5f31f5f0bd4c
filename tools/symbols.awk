# Turns the output of nm -n into the assembler source of the kernel's symbol table; kernel/x86/symbols.c
# says how it looks. Of several names for one address the first counts.

BEGIN {
	count = 0
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
		if (best == "" || seen[pair] > seen[best] ||
		    (seen[pair] == seen[best] && pair < best))
			best = pair
	return best
}

function literal(c) {
	return c == "." ? "[.]" : c
}

# Characters that mean something to gsub() are never made to stand for a pair.
function is_free(c) {
	return (code[c] < 32 || code[c] > 126 || c ~ /[0-9A-Za-z]/) && !index(text, c)
}

END {
	# A free character for each of the most frequent pairs, one after the other.
	for (k = 255; k > 0 && length(text) > 1; k--)
		if (is_free(char[k])) {
			pair[k] = best_pair()
			gsub(literal(substr(pair[k], 1, 1)) literal(substr(pair[k], 2, 1)), char[k], text)
		}

	print "\t.section symbols, \"a\", @progbits"
	print "\t.balign 4"
	print "\t.long " count ", 0x" (count ? addresses[0] : 0)
	for (k = 0; k < 256; k++)
		if (k in pair)
			print "\t.byte " code[substr(pair[k], 1, 1)] ", " code[substr(pair[k], 2, 1)]
		else
			print "\t.byte 0, " (k == code["\n"] ? 0 : k)
	for (i = 1; i < count; i++)
		print "\t.uleb128 0x" addresses[i] " - 0x" addresses[i - 1]
	size = length(text)
	for (i = 1; i <= size; i++)
		print "\t.byte " code[substr(text, i, 1)]
	print "\t.section .note.GNU-stack, \"\", @progbits"
}
