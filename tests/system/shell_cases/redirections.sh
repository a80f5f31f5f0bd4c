# Redirections and here-documents.
#--- redirections
echo a >f; echo b >>f; cat f; cat <f; cat <f >g; cat g; echo c >|f; cat f; echo err >&2 2>e; echo x 2>e >&2; cat e
{ echo out; echo err >&2; } >o 2>&1; cat o; { echo out; echo err >&2; } 2>&1 >o | cat; cat o
>empty; cat empty; wc -c <empty; <f cat; <f >h cat; cat h; 2>e cat nofile; wc -l <e
#--- redirection descriptors
exec 3>f; echo a >&3; echo b >&3; exec 3>&-; cat f; exec 4<f; read x <&4; read y <&4; echo $x $y; exec 4<&-
exec 5<>f; read x <&5; echo c >&5; exec 5>&-; cat f; { echo a >&3; } 3>g; cat g; (echo x >&3) 2>/dev/null; echo $?
echo 1>f 2; cat f; echo a2>f; cat f; echo 2 >f; cat f; echo 10>f; cat f; cat 0<f; n=1; echo v >&$n; exec 6>&1; echo six >&6; exec 6>&-
#--- redirection order
echo a >f >g; wc -c f g | head -n 2; cat <f <g; echo b 2>&1 >f | cat; cat f; { echo c >&2; } 2>&1 | cat
#--- redirection errors
cat <nofile; echo $?; echo a >nodir/x; echo $?; echo a >/; echo $?; cat <nodir/x; echo $?; echo a >&9; echo $?; cat <&9; echo $?; { echo a; } <nofile; echo $?; (echo a) >nodir/f; echo $?
if true; then :; fi <nofile; echo $?; while :; do :; done >nodir/x; echo $?; f() { :; }; f <nofile; echo $?; cat <f/x; touch f; cat <f/x; echo x >f/y; echo $?
#--- redirection error of a special built-in
echo a; : <nofile; echo b
#--- redirection error of exec
exec <nofile; echo b
#--- redirection error without a command
<nofile; echo $?; x=1 >nodir/y; echo $? $x; >nodir/z; echo $?
#--- redirection of compound commands
for i in 1 2; do echo $i; done >f; cat f; while read x; do echo "<$x>"; done <f; if true; then echo a; fi >f; cat f; case a in a) echo b;; esac >f; cat f; { echo c; } >f; (echo d) >>f; cat f; until true; do :; done <f
#--- noclobber
set -C; echo a >f; echo b >f; echo $?; echo c >|f; cat f; echo d >>f; cat f; echo e >/dev/null; set +C; echo f >f; cat f
#--- here-documents
x=1; cat <<E
a $x ${x} $(echo b) `echo c` $((1+1)) "q" 'q' \$x \\ \a \` "\""
  $x
E
cat <<'E'
a $x $(echo b) `echo c` \$x \\
E
cat <<\E
$x
E
cat <<"E F"
$x
E F
cat <<-E
	tab $x
		two
	E
cat <<-'E'
	tab $x
	E
#--- here-documents together
cat <<A; cat <<B; echo c
a
A
b
B
cat <<A <<B
a
A
b
B
f() { cat <<E; }
in f $1
E
f 1; f 2; if true; then cat <<E; fi
if
E
while read x; do echo "<$x>"; done <<E
1
2
E
cat <<E | cat
piped
E
#--- here-document forms
cat <<E
line \
continued
E
cat <<E
${x:-a
b}
E
cat <<''
until empty

cat << E
space
E
cat <<E>f
to f
E
cat f; x=$(cat <<E
in substitution
E
); echo $x; cat 3<<E <&3
three
E
cat <<E
 E
E
cat <<E
"$@" $# '$1'
E
#--- here-document at the end of file
cat <<E
no end
#--- long here-document
{ echo 'cat <<E'; seq 2000; echo E; } >s; sh ./s | tail -n 1; sh ./s | wc -c
#--- exec redirections
exec >f; echo a; exec >&2; cat f; exec 2>e; nosuch; exec 3<f; read x <&3; echo $x >&2; cat e
#--- redirect in the middle
echo >f a b; cat f; >g echo c; cat g; echo d >h e <f; cat h; x=1 >i echo f; cat i; 2>&1 echo g
#--- exec closes standard output
(exec >&-; echo a) 2>/dev/null; echo $?; (exec 1>&2; echo b) 2>f; cat f; (echo c) 2>&- >g; cat g
#--- dup keeps offset
exec 3>f; echo a >&3; { echo b >&3; echo c; } >&3; exec 3>&-; cat f; exec 3<f; read x <&3; (read y <&3; echo $y); read z <&3; echo $x $z
#--- delimiters with quotes
cat <<"a b"
$x
a b
cat <<'a'b"c"\d
$y
abcd
cat <<"x\"y"
q
x"y
cat <<"x\y"
r
x\y
cat <<\E
$z
E
cat <<''
empty

#--- a here-document without an end
cat <<E
text
#--- errors of redirections with long names
n=$(printf '%0250d' 0); echo a >$n$n; echo $?; . ./$n$n$n; echo no
#--- copied descriptors
x=-; echo a 4>&1 >&4 4>&$x; { echo b >&3; } 3>&1; (echo c >&7); echo $?; echo d >&1; exec 5>f; echo e >&5; exec 5>&-; cat f; (echo g >&5); echo $?
sh -c 'x=q; echo no >&$x'; echo $?; sh -c 'echo no >&12'; echo $?
#--- tracing and redirections
set -x; echo a 2>err >out; x=1 y=$x cat nosuch 2>/dev/null; { echo b; } 2>grouped; f() { echo c; }; f 2>called
set +x 2>/dev/null; cat out err; echo; cat grouped; cat called
#--- a here-document that a substitution ends before its body
x=$(cat <<A); echo "[$x]"; echo "$(cat <<B) b `cat <<C` c"; (cat <<D)
d
D
x=$(cat <<A
in
A
); echo "[$x]"
