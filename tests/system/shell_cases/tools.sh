# Tools: operands, messages and statuses of the commands, against GNU's.
#--- head's and tail's old forms
for a in -2c -2l -2b +2l +2c -2lq -2x -2k -c2l +2 +2b +2k -b -l -c +c +l +2x -2q -2z; do echo "tail $a"; seq 2000 | tail $a | sha256sum; done
for a in -2c -2l -2b -1k -2q -2v -2m -2z -2qv -2cq -2lc -2bk -2x -2B -2vqz -2K -2M -2k5 -99999999999999999999 -2cl '-2 -1' '-n1 -2' '-1 -2' '-2q -n5' -2qx; do echo "head $a"; seq 2000 | head $a | sha256sum; done
echo a >s; tail -2x s; tail -n1 -2 s; tail -2 s s; tail -2c s; tail -2 -- s; tail -2 -- s s; tail +2x s; tail -99999999999999999999 s; tail +2 -- s
#--- head's and tail's numbers
echo a >s; head -c-0fb s; head -n -x s; head -n +x s; head -n ' -3' s; head -c '' s; tail -c-0fb s; tail -n+x s; tail -c -99999999999999999999 s; tail -n +99999999999999999999 s; tail -c +99999999999999999999 s
#--- lines that end with NUL
printf 'a\0b\0c' >z; head -z -n 2 z | hexdump -c; tail -z -n 2 z | hexdump -c; tail -z -n +2 z | hexdump -c; head -z -n -1 z | hexdump -c; cat z | tail -z -n 1; printf 'a\0b\0' | tail --zero-terminated -n1 | hexdump -c
#--- slashes behind what cp and mv work on
mkdir a; echo x >f; cp f nosuch/; echo $?; cp f nosuch/x; cp a nosuch/; cp f f/; cp f a/; cp f f/x; cp -T f nosuch/; cp f nosuch/ 2>&1; cp f f nosuch/; cp nosuch a/; cp f/ a; cp -r a b/; ls; cp -r f c/; mv f nosuch/; mv a nosuch/; ls; mv nosuch f2/; mv f/ g; mv f f/
mkdir a; echo x >f; mv f a/x/; mv f/ f; mv f f/x; mv nosuch nosuch/x; mv nosuch/ f; cp f/ g; cp -n f f/; cp -r a f/; cp -r a g/; cp -T -r a h/; cp -r a f; cp -T f a; ls
#--- slashes behind what touch makes
touch nosuch/; touch f; touch f/; touch nosuch/x; touch nosuch/x/; mkdir d; touch d/; touch -c nosuch/; touch -c f/; touch '' ; touch -c ''; touch f/x; touch -c f/x; echo $?; ls
#--- slashes behind what is read or made
rmdir nosuch/; touch f; rmdir f/; mkdir d; rmdir d/; mkdir d/; mkdir -p d/e/; rmdir -p d/e/; mkdir f/; mkdir nosuch/x/; mkdir ''; mkdir f/x; rmdir ''; ls
cat nosuch/; touch f; cat f/; head f/; wc f/; ls f/; ls nosuch/; stat f/; sha256sum f/; truncate -s 0 f/; truncate -s 0 nosuch/; dd if=f/; dd of=nosuch/ </dev/null; dd of=f/ </dev/null; tee nosuch/ </dev/null; tee f/ </dev/null; cmp f/ f; cat <f/
#--- what rm refuses
mkdir d; rm -rf .; rm -rf ..; rm -rf d/.; rm -r d/..; rm -rf ./; rm -rf d/./; rm nosuch/; touch f; rm f/; rm -f nosuch/; rm -f f/; rm d/; rm -d d/; rm -f ''; rm ''; rm -f f/x; rm f/x; rm -rf d f; ls
#--- files opened through /dev/stdout
printf abcdef >f; printf ab | dd of=/dev/stdout bs=3 1<>f 2>/dev/null; cat f; echo; printf abcdef >f; printf ab | dd bs=3 1<>f 2>/dev/null; cat f; printf abcdef >f; printf ab | dd of=/dev/stdout bs=3 >>f 2>/dev/null; cat f; printf abcdef >f; printf ab | tee /dev/stdout 1<>f; cat f
{ echo one; echo two >/dev/stdout; echo three; } >f; cat f; echo; { echo one; echo two >>/dev/stdout; echo three; } >f; cat f; { echo a; echo b >/dev/stdout; } | cat; { read x; cat /dev/stdin; } <f; cat f | { read x; cat /dev/stdin; }
#--- suffixes on their own
truncate -s K f; wc -c f; truncate -s M f; wc -c f; truncate -s b f; truncate -s +K f; truncate -s -K f; truncate -s kB f; wc -c f; truncate -s 'KiB' f; wc -c f; truncate -s '%K' f;  truncate -s '' f; truncate -s + f; truncate -s '<K' f; truncate -s ' K' f; truncate -s K1 f; truncate -s R f; truncate -s Y f; truncate -s 1Z f;wc -c f
#--- touch and standard output
touch -; ls; touch -c -; ls; touch ./-; ls; touch - f; ls; touch -- -; ls; touch - >&-; echo $?
#--- sync's options
sync -d; echo $?; sync -d nosuch; echo $?; touch f; sync -d f; echo $?; sync -f f; echo $?; sync -df f; echo $?; sync -df; sync nosuch/; sync f/; sync --data; sync --file-system f; sync -x
#--- messages that nobody gets
dd if=/dev/zero of=f count=1 2>&-; echo $?; dd if=/dev/zero of=f count=1 2>/dev/full; echo $?; dd if=/dev/zero of=f count=1 status=none 2>&-; echo $?; dd if=/dev/zero of=f count=1 status=none 2>/dev/full; echo $?; wc -c f; cat nosuch 2>/dev/full; echo $?; cat f 2>&- >/dev/null; echo $?; seq 1 2>/dev/full; echo $?
cp f g 2>/dev/full; echo $?; rm nosuch 2>/dev/full; echo $?; cmp /dev/null nosuch 2>/dev/full; echo $?; rm -f nosuch 2>&-; echo $?; ls nosuch 2>&-; echo $?; tee nosuch/x </dev/null 2>&-; echo $?; head -n x 2>&-; echo $?; dd if=nosuch 2>&-; echo $?; dd of=f count=x 2>&-; echo $?
#--- escapes of stat --printf
touch f; stat --printf '\101\x41\0\1012\x4\x\q\"\\%s\n' f | hexdump -c; stat --printf 'a\' f; stat --printf '\x4142\n' f; stat --printf '\777\08\18' f | hexdump -c; stat -c '\101' f; stat --printf '%n\t%s\v\e\f' f | hexdump -c; stat --printf '\%s\n' f; stat --printf '\xg\n' f; stat --printf '\c' f
#--- printf with great widths
printf '%1000001d' 1 | wc -c; printf '%-2000000s|' a | wc -c; printf '%*d' 1500000 1 | wc -c; printf '%.2000000d' 1 | wc -c; printf '%-1500000.1400000d|' -1 | sha256sum; printf '%01200000x|%#.1200000x|%#-1300000.1200000x|' 1 2 3 | sha256sum; printf '%2147483646s' a | head -c 3
#--- ls fills the width that COLUMNS gives
mkdir d; cd d; for i in a bb ccc dddd eeeee ffffff ggggggg hhhhhhhh iiiiiiiii jjjjjjjjjj; do : > $i; done; for c in 1 2 3 7 10 20 33 40 60 79 80 81 100 200 4000; do echo "columns $c"; COLUMNS=$c ls -C; done; ls -C
#--- names with odd characters in lists of digests
printf x >'c\d'; printf y >"$(printf 'a\nb')"; printf z >"$(printf 'r\rs')"; printf z >"$(printf 'n\nb\\')"; for c in md5sum sha256sum; do $c *; $c * | $c -c | hexdump -c; $c --tag *; $c --tag * | $c -c | hexdump -c; $c -z * | hexdump -c; $c -b *; done; cksum * | hexdump -c; cksum -a md5 *
#--- cksum
printf x >s; printf y >t; cksum *; cksum -a md5 *; cksum -a md5 --untagged *; cksum -a sha256 s t >l; cksum -a md5 s t >>l; cksum -c l; cksum -a md5 -c l; cksum --untagged s; cksum -c /dev/null; cksum s >m; cksum -c m; cksum -a md5 -c m; cksum -wc m; cksum -a md5 -wc l; cksum -a crc --tag s; cksum -a crc -c s; cksum nosuch; cksum --status s; cksum -z s | hexdump -c; cksum -a md5 -z s t | hexdump -c; cksum --tag -c l; cksum -x; cksum <s; cksum -a md5 <s; cksum - <s; cksum --strict s; cksum --quiet -c l; cksum --status -c l; echo $?; cksum --untagged -c l
seq 100000 | cksum; head -c 70000 /dev/zero | cksum; : | cksum; printf abc | cksum
#--- md5sum
md5sum --tag -t s; md5sum --tag -c s; md5sum -l 3; md5sum -c s; md5sum nosuch .; md5sum --quiet s; echo x >s; md5sum -- s >l; echo bad >>l; md5sum -wc l; md5sum --strict -c l; echo $?; rm s; md5sum -c l; md5sum --ignore-missing -c l; md5sum </dev/null; printf 'D41D8CD98F00B204E9800998ECF8427E  /dev/null\n' | md5sum -c; printf 'd41d8cd98f00b204e9800998ecf8427e */dev/null\r\n' | md5sum -c; printf 'd41d8cd98f00b204e9800998ecf8427e  -\n' >e; md5sum -c e </dev/null; sha256sum -c e; printf '  \td41d8cd98f00b204e9800998ecf8427e /dev/null\n' | md5sum -c
#--- delimiters of paste that end with a backslash
for d in 'a\' 'a b\' "a'\\" 'a"\' "$(printf '\n\\')" "$(printf '\t x\\')" 'a:\' '\x\' '\'; do paste -d "$d" /dev/null; done
#--- head and tail of no name
echo a >f; head '' f; tail '' f; tail ''; head ''; tail - <f; tail + <f; head - <f
#--- texts of sed's a, i and c
for x in 'a foo\nbar' 'i foo\nbar' 'c foo\nbar' 'a\foo\nbar' 'a\  foo\nbar' 'a \nfoo' 'a\nfoo' 'i\nx' 'c\nx' 'a foo\tbar' 'a \tfoo' 'a\tfoo' 'a\\tfoo' 'a\\nfoo' 'a f\\nb' 'a foo\x41b' 'a \x41b' 'a foo\' 'a foo\qx' 'a f\d065g' 'a f\o101g' 'a f\x5cnb' 'a \  foo\nb' 'a f\.b' 'a\ \nfoo' 'a\  \tfoo' 'a f\fb\vb\ab\rb' 'a\nn\n' 'a x\n' 'a x\x0ay' 'a\q' 'a \\q' 'a q\x' 'a q\xg' '$!N;a\nx'; do printf 'a\n' | sed "$x" | hexdump -c; done
n=$(printf '\nx'); n=${n%x}; for x in "a\\${n}foo\\nbar" "a\\${n}\\nbar" "a\\${n}\\tbar" "a\\${n}foo\\${n}b\\nar" "a foo\\${n}b\\nar" "a\\${n}f\\\\nb" "a \\${n}  foo\\nb" "1{a f\\nb${n}}"; do printf 'a\n' | sed "$x" | hexdump -c; done; printf 'a f\\nb\n' >s; echo a | sed -f s; echo a | sed -e 'a\' -e 'f\nb'
#--- classes without the brackets around them
for p in '[:alpha:]' '[^:alpha:]' '[:a:]' '[::]' '[:]' '[:a]' '[:a:b]' '[:a b:]' '[:a-z:]' '[:-z:]' '[:b-c:a:]' '[:a:]]' '[a:b:]' '[:a:b:]' '[:[:alpha:]:]' '[:a[:]' '[:[x:]' '[:\:]' '[:a-:]' '[:a:-z]' 'x[:alpha:]y' '\[:alpha:]' '[[:alpha:]]' '[:::]' '[: :]' '[:a:::]' '[:a[=b=]:]' '[:a[.b.]:]' '[^^:a:]' '[:]a:]' 'b*[:a:]\{2\}'; do echo "$p"; for o in -G -E -F -w -io -x; do echo 'x:a' | grep $o "$p"; echo $?; done; echo 'x:a' | sed "s/$p/X/"; echo $?; echo 'x:a' | sed -n "/$p/p"; expr x:a : "$p"; done
grep -e a -e '[:a:]' s; grep -e '[:a:]' -e b s; echo '[:a:]' >p; grep -f p p; echo $?; grep -Ff p p; echo a | sed -E 's,[:alpha:],,'; echo a | sed '1,/[:a:]/d'; echo a | sed -e p -e '/[:a:]/d'; echo a | sed 's/[:a:]\(//'; echo a | sed 'y/[:a:]/12345/'; grep --include='[:a:]' a . -r; grep '[:a:]' nosuch; sed '/[:a:]/p' nosuch
