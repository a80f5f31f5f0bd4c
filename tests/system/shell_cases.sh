# Scripts for shell_differential.py: each is run by dash and by the project's shell. They get the
# arguments "one" and "two words" and an empty working directory.
#--- simple commands
echo hello   world "a  b" 'c  d' e\ f
#--- comments
echo a # comment
# echo no
echo b#c '#d' "#e" \#f
#--- quotes
echo 'a"b' "a'b" "a\"b" "a\\b" "a\$b" "a\`b" 'a\b' "a\b" a\"b a\'b
printf '%s|' "" '' a""b "a"'b'c
echo
#--- line continuation
echo a\
b "c\
d" 'e\
f'
ec\
ho g; x=1; echo $\
x ${\
x}
#--- variables
x=1 y='a b' z="c  d"
echo $x $y $z "$z" ${x}2 $x2 "${y}"
unset x; echo "[$x]"; x=; echo "[$x]"
#--- assignment values
a=1 b=$a c="$b$a" d=$c$c
echo $a $b $c $d
e=a\ b f='x'"y"z g=$(echo sub) h=`echo back` i=$((2+3))
echo "$e" $f $g $h $i
#--- prefix assignments
x=1; x=2 echo $x; x=3 :; echo $x
f() { echo "in $x"; x=9; }
x=4 f; echo $x
y=5 eval 'echo $y'; echo "[$y]"
z=6 true; echo "[$z]"
#--- prefix assignment reaches scripts
echo 'echo "[$v]"' >s; v=7 sh ./s; echo "[$v]"; export v=8; sh ./s; unset v; sh ./s; w=1; sh -c 'echo "[$w]"'
#--- special parameters
echo $# "$1" "$2" "$3"; case $0 in *case) echo 1;; esac; false; echo $?; true; echo $?
set -- a b c d e f g h i j k; echo $10 ${10} ${11} $#
echo "$*"; echo "$@"; for i; do echo "<$i>"; done
#--- default values
unset a; b=; c=x
echo ${a-A} ${b-B} ${c-C} ${a:-A} ${b:-B} ${c:-C} ${a+A} ${b+B} ${c+C} ${a:+A} ${b:+B} ${c:+C}
echo ${a=1} $a ${b=2} "[$b]" ${b:=3} $b ${c:=4} $c
#--- default words
echo ${x-a b  c} "${x-a b  c}" ${x-"a b  c"} ${x-'a b  c'} "${x-'a b'}" "${x-"a  b"}" ${x-$(echo a b)} ${x-${y-z}}
for i in ${x-a b} "${x-a b}" ${x-"a b"} ${x-a "b c"}; do echo "<$i>"; done
#--- braces inside braces
echo ${x-{a} ${x-\}} "${x-\}}" ${x-"}"} "${x-"}"}" ${x-'}'} ${x-a}b}
#--- alternative with quotes
set -- "a b" c
for i in ${1+"$@"} "${1+$@}" "x${1+"$@"}y" ${2+$2 $1}; do echo "<$i>"; done
#--- error word
(echo ${x?}); echo $?
(echo ${x?my message}); echo $?
(x=; echo ${x:?}); echo $?
(x=; echo ${x?}; echo ok); echo $?
(echo ${1:?}; echo "${9:?no nine}"); echo $?
#--- error word ends the script
echo a; echo ${x?gone}; echo b
#--- length
x=hello; echo ${#x} ${#y} ${#} ${#1} ${#2} ${##} ${#?}
set -- a b c; echo ${#@} ${#*} $#
#--- trim
x=/usr/lib/file.tar.gz
echo ${x%.*} ${x%%.*} ${x#*/} ${x##*/} ${x%/*} ${x%%/*}. ${x#/usr} ${x%gz} ${x%xx} ${x#xx}
echo ${x%"*"} "${x%.*}" "${x##*/}" ${x%'.gz'} "${x%".gz"}" ${x%$y} ${x%}
y='*.'; echo ${x#$y} ${x#"$y"} ${x##$y} ${x##*[.]}
#--- trim with classes
x=abc123def; echo ${x%%[0-9]*} ${x##*[0-9]} ${x#[!b]} ${x%[[:alpha:]]} ${x##[a-c]*[1-2]} ${x#?} ${x%???}
#--- trim lists
set -- abc bcd cde; IFS=-
x=${@#a}; echo "$x" "${*%e}" "${*#abc}" "${*%d*}"
#--- bad substitution
echo a; (echo ${x!y}); echo $?; (echo ${}); echo $?; (echo ${x:1}); echo $?; (echo ${1x}); echo $?; (echo ${-x-}); echo b
#--- assignment error
(echo ${1=x}; echo ok); echo $?; (set --; echo ${1=x}); echo $?; (set --; echo ${1:=x}); echo $?
#--- command substitution
echo $(echo a; echo b) "$(echo a; echo b)" `echo c` "`echo 'd  e'`"
x=$(printf 'a\n\n\n'); echo "[$x]"; x=$(printf '\n\na'); echo "[$x]"
echo $(echo $(echo $(echo deep))) `echo \`echo \\\`echo deeper\\\`\``
echo "$(echo "a  $(echo "b  c")")" $(echo ')') $(case x in x) echo y;; esac) $(echo a # )
)
#--- substitution status
x=$(exit 3); echo $?; x=$(true); echo $?; $(exit 4); echo $?; echo $(exit 5) $?; x=$(false) y=$(true); echo $?
: $(exit 6); echo $?; x=`exit 7`; echo $?; if x=$(false); then echo t; else echo e; fi
#--- substitution splitting
for i in $(echo a b; echo c) "$(echo d e)" x$(echo f g)y; do echo "<$i>"; done
#--- empty substitutions
x=$(); echo "[$x]" $? "$( )" `` "``"; $(true) echo hi; $(:); echo $?
#--- subshell environments
x=1; (x=2; echo $x); echo $x; y=$(x=3; echo $x); echo $x $y; echo z | { read x; echo $x; }; echo $x
(cd /; pwd); f() { echo outer; }; (f() { echo inner; }; f); f; (unset x; echo "[$x]"); echo $x
(exit 7); echo $?; (false); echo $?; (set -- q; echo $1); echo $1
#--- pipelines
echo a b c | wc -w | cat; seq 10 | tail -n 3 | head -n 1; true | false; echo $?; false | true; echo $?
! true; echo $?; ! false; echo $?; ! echo a | cat; echo $?
seq 5 | while read x; do echo "got $x"; done | cat -n | tail -n 1
seq 3 | tail -n 18446744073709551615; seq 3 | head -n -2; seq 300000 | tail -c 20; seq 300000 | head -c -1688880
#--- pipeline over lines
echo a |
cat |

cat
true &&
echo b ||
echo c
#--- broken pipe
seq 100000 | head -n 2; echo $?; (seq 100000; echo no $? >&2) | head -n 1
#--- lists
true && echo a; false && echo b; true || echo c; false || echo d; false || false || echo e; true && false || echo f
false && true; echo $?; false || true; echo $?; true && false; echo $?; ! false && echo g
{ echo a; echo b; } | cat; { false; }; echo $?
#--- if
if true; then echo a; fi; if false; then echo b; else echo c; fi
if false; then echo d; elif true; then echo e; else echo f; fi
if false; then echo g; elif false; then echo h; else echo i; fi; if false; then :; fi; echo $?
if false
then
echo j
elif ! true
then echo k
else
echo l
fi
if true; false; then echo m; else echo n; fi
#--- while
i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done; echo $?
until [ $i -eq 0 ]; do i=$((i-1)); done; echo $i; while false; do :; done; echo $?
while true; do echo once; break; done; while
true
do break
done
#--- for
for i in a b c; do echo $i; done; for i in; do echo no; done; echo "[$i]"
for i in "a b" c\ d $x; do echo "<$i>"; done
for i do echo "$i"; done
for i
do echo "$i"; done
for i in 1 2 3
do
echo $i
done; for x in $(seq 3); do echo -$x; done; for i in * ; do echo $i; done
#--- break and continue
for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done
for i in 1 2; do for j in a b c; do [ $j = b ] && continue 2; echo $i$j; done; done
for i in 1 2; do for j in a b c; do [ $j = b ] && break 2; echo $i$j; done; done
for i in 1 2; do while true; do break; done; echo $i; done; break; continue; echo $?
for i in 1 2; do break 5; done; echo $i; while :; do (break); echo sub; break; done
#--- break in condition
while break; do :; done; echo $?; i=0; while i=$((i+1)); [ $i -lt 5 ] || break; do continue; done; echo $i
until break; do :; done; for i in 1 2; do while continue 2; do :; done; echo no; done; echo $i
#--- case
case abc in a*) echo 1;; abc) echo 2;; esac; case x in a|x) echo 3;; esac; case x in (y) ;; (x) echo 4 ;; esac
case x in a) ;; *) echo 5; esac; case "" in "") echo 6;; esac; case x in esac; echo $?; case x in y) false;; esac; echo $?
case a in a) false;; esac; echo $?; case "*" in \*) echo 7;; esac; case a in "*") echo 8;; [a]) echo 9;; esac
x='a*'; case abc in $x) echo 10;; esac; case abc in "$x") echo 11;; *) echo 12;; esac
case word in
	a|b) echo no ;;
	w?rd|c)
		echo 13
		;;
	*) echo no
esac
case $(echo a) in a) echo 14; esac; case if in if) echo 15;; esac; case in in in) echo 16;; esac
#--- case patterns
for s in a b z 5 - ] '[' '\' '!' '^' A ab ''; do
for p in '[a-m]' '[!a-m]' '[]]' '[[]' '[\]]' '[a\-z]' '[!]a]' '[-a]' '[a-]' '[[:digit:]]' '[![:alpha:]]' '[a' 'a]' '\a' '?' '*' '??' '[^a]' '[[:foo:]]' '[z-a]'; do
case $s in $p) printf '%s~%s ' "$s" "$p";; esac
done; done; echo
#--- functions
f() { echo "f $# $1"; return 3; }; f; echo $?; f a b; echo $?
g() { return; }; false; g; echo $?; h() { false; }; h; echo $?; k() ( echo sub; x=1; exit 4 ); x=0; k; echo $? $x
m() if true; then echo if; fi; m; n() { local a=1 b; a=$((a+1)); echo "$a[$b]"; }; a=5; n; echo $a
o ()
{
echo o "$@"
}
o 1 "2 3"; unset -f o; (o); echo $?
#--- recursion
fact() { if [ $1 -le 1 ]; then echo 1; else echo $(($1 * $(fact $(($1-1))))); fi; }; fact 10
fib() { if [ $1 -lt 2 ]; then r=$1; else fib $(($1-1)); local a=$r; fib $(($1-2)); r=$((a+r)); fi; }; fib 10; echo $r
#--- local
x=1; f() { local x; echo "[$x]"; x=2; g; }; g() { echo "g $x"; x=3; }; f; echo $x
f() { local x=5 y=6; unset x; echo "[$x]"; }; y=7; f; echo $x $y
h() { local IFS=:; set -- a:b; echo $1; }; h; set -- "a b"; echo $1; local z; echo no
#--- function redirections
f() { echo out; echo err >&2; } 2>errors; f; cat errors; f >out; cat out; g() { cat; } <out; g
#--- function redefines itself
f() { f() { echo second; }; echo first; }; f; f; g() { unset -f g; echo still; }; g; (g); echo $?
#--- arithmetic
echo $((1+2*3)) $(((1+2)*3)) $((7/2)) $((-7/2)) $((7%3)) $((-7%3)) $((1<<10)) $((-8>>1)) $((5&3)) $((5|3)) $((5^3)) $((~5)) $((!5)) $((!0))
echo $((1<2)) $((2<=2)) $((3>4)) $((3>=4)) $((3==3)) $((3!=3)) $((1&&0)) $((1||0)) $((0?1:2)) $((1?2?3:4:5))
echo $((010)) $((0x1F)) $((0XaB)) $(( - - 5)) $((+5)) $((- 3 - - 3)) $((2-1-1)) $((100/10/2)) $((1+1==2&&3))
#--- arithmetic variables
x=5; y=x; echo $((x)) $((x+1)) $(($x+1)) $((x*x)) $((unset_one)) $((${x}0))
echo $((z=3)) $z $((z+=4)) $z $((z-=1)) $((z*=2)) $((z/=5)) $((z%=2)) $((z<<=3)) $((z>>=1)) $((z|=3)) $((z&=5)) $((z^=1)) $z
echo $((a=b=4)) $a $b $((a==b?x:y=1)); echo $(( x
+
1 )); x=' 7 '; echo $((x)); x=-3; echo $((x-1)); x=+3; echo $((x)); x=0x10; echo $((x)); x=010; echo $((x)); x=; echo $((x))
#--- arithmetic short circuit
x=1; echo $((0 && (x=5))) $x $((1 || (x=6))) $x $((1 ? 2 : (x=7))) $x $((0 ? (x=8) : 3)) $x $((1 && (x=9))) $x
echo $((0 && 1/0)) $((1 || 1/0)) $((1?2:1/0)); (echo $((1 && 1/0))); echo $?
#--- arithmetic wraps
echo $((9223372036854775807)) $((9223372036854775807+1)) $((-9223372036854775807-1)) $((9223372036854775808)) $((99999999999999999999999))
echo $((9223372036854775807*2)) $((4294967296*4294967296)) $((0x7fffffffffffffff)) $((0xffffffffffffffff)) $((1<<63)) $((1<<62<<1))
#--- arithmetic errors
for e in '1/0' '1%0' '1 2' '1+' '+' '(1' '1)' '1?2' '08' '1=2' '2**3' 'x++' '++x' '1,2' '@' '1 & & 2' '"1"' ''; do (eval "echo \$(($e))"); echo $?; done
x=abc; (echo $((x))); echo $?; x=1+1; (echo $((x))); x=5x; (echo $((x))); x='1 2'; (echo $((x)));
#--- arithmetic nested
echo $(($(echo 1)+`echo 2`+$((3+4)))) "$((1+1))" $((${x:-5}+1)) x$((1))y
echo $(( (1) + (2 * (3 + (4)))))
#--- arithmetic splitting
IFS=0; echo $((101)) "$((101))"; x=$((101)); echo "$x" $x
#--- field splitting
x='  a  b	c
d  '; for i in $x; do echo "<$i>"; done; for i in "$x"; do echo "<$i>"; done; set -- $x; echo $#; set -- a${x}b; echo $# "$1" "$5"
#--- field splitting with IFS
IFS=:; x='a:b::c:'; for i in $x; do echo "<$i>"; done; x=':a'; for i in $x; do echo "<$i>"; done
IFS=' :'; x=' a : b c :: d : '; for i in $x; do echo "<$i>"; done; IFS=; x='a b:c'; for i in $x; do echo "<$i>"; done
unset IFS; for i in $x; do echo "<$i>"; done; IFS=': '; x='a :b'; for i in $x; do echo "<$i>"; done; x='a: :b'; for i in $x; do echo "<$i>"; done
#--- splitting joins
IFS=:; x=a: y=:b z=b; for i in $x$y $x$z ${x}c c$y "$x"$z $x"$z" $x""; do echo "<$i>"; done
#--- splitting literals
IFS=:; echo a:b; for i in a:b $(echo c:d) "$(echo e:f)" ${u-g:h} "${u-i:j}" ${u-"k:l"}; do echo "<$i>"; done
#--- empty fields
e=; for i in $e "$e" ''$e "" $e"" a$e; do echo "<$i>"; done; set -- $e $e; echo $#; set -- "$e"$e; echo $#
#--- at and star
set -- "a b" "" c; for i in "$@"; do echo "<$i>"; done; for i in $@; do echo "<$i>"; done; for i in "$*" $*; do echo "<$i>"; done
for i in "x$@y" x$@y "x$*y" "$@$@" "$@"; do echo "<$i>"; done; IFS=-; echo "$*" "$@" $*; x=$*; y=$@; z="$*"; echo "$x|$y|$z"
set --; for i in "$@" $@ $*; do echo no; done; for i in "$*" "x$@" "$@"""; do echo "<$i>"; done
#--- at and star with IFS
set -- a:b c; IFS=:; for i in $@ "$@" $* "$*"; do echo "<$i>"; done; IFS=; for i in $@ $* "$*"; do echo "<$i>"; done; x=$*; echo "$x"
#--- at in assignments and case
set -- a b; x="$@"; echo "$x"; x=$@; echo "$x"; case "$@" in "a b") echo yes;; esac; case $* in "a b") echo yes;; esac; x="p$@q"; echo "$x"
#--- globs
touch a b ab abc .hidden 'sp ace' '*star'; mkdir d; touch d/x d/y
echo *; echo ?; echo a*; echo [ab]; echo [!a]*; echo [a-c]b*; echo .*; echo */; echo */*; echo d/*; echo ./a*; echo z*; echo "a"*; echo \**; echo '*'*; echo *\ *; echo "*" '?'
x='a*'; echo $x "$x"; y=*; echo $y; for i in *b*; do echo "<$i>"; done; echo [; echo []; echo [a; echo a[; echo "[a]" \[a]; echo [[:alpha:]]; echo ?/?; echo *b[c]
#--- glob order
touch b a C B c A 1 _ +; echo *; echo [A-Z]; echo [a-z]; echo ./*
#--- glob off
touch a b; set -f; echo *; set +f; echo *; x='*'; set -f; echo $x; set +f
#--- glob with slashes
mkdir -p d/e f; touch d/e/g f/g; echo */g; echo */*/g; echo d//e/*; echo ./*/; echo */.; echo /dev/nul[l]; echo /*/null; echo d/e/g*; echo nonexistent/*; echo */nothing*
#--- glob in words
touch x1 x2; a=x; echo $a* "$a"* $a"*" ${a}[12] x$(echo '*') ${u-x*} "${u-x*}"; for i in $(echo 'x*'); do echo $i; done
echo a >x*; ls; cat 'x*' 2>/dev/null; case x1 in x*) echo m; esac; y=x*; echo "$y"; export z=x*; echo "$z"
#--- tilde
echo ~ ~/a ~root ~root/b "~" '~' \~ a~ ~a~ x=~ ; x=~; echo $x; x=~/a:~/b:c~; echo $x; x="~"; echo $x; echo ${u-~} "${u-~}" ${u-a~}; y=a=~; echo $y
HOME=/h; echo ~ ~/x; HOME=; echo "[" ~ "]"; case ~ in "$HOME") echo y;; esac; echo a:~ ; export v=~root:~root; echo $v
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
#--- set options
set -e; true; echo a; false; echo b
#--- errexit exceptions
set -e; false || true; if false; then :; fi; while false; do :; done; ! true; false && true; echo a; f() { false; echo in; }; f || echo no; if f; then echo c; fi; ! f; (false; echo d) || echo e; { false; echo g; } && echo h; until f; do :; done; x=$(false) || echo i; echo end
#--- errexit function
set -e; f() { false; echo no; }; echo a; f; echo b
#--- errexit subshell
set -e; (false; echo no); echo b
#--- errexit substitution
set -e; echo $(false; echo yes); x=$(false; echo no); echo b
#--- errexit pipeline
set -e; false | true; echo a; true | false; echo b
#--- errexit and-or
set -e; true && { false; echo no; }; echo b
#--- errexit case and group
set -e; { false && true; }; echo a; case a in a) false;; esac; echo b
#--- errexit redirected group
set -e; { false && true; } >f; echo a; { false; } >f; echo b
#--- errexit negated group
set -e; ! { false; echo a; }; echo b; if ! false; then echo c; fi; eval 'false' || echo d; eval 'false'; echo e
#--- errexit dot
echo 'false; echo in' >s; set -e; . ./s || echo no; . ./s; echo b
#--- nounset
set -u; echo ${x-a} ${x:-b} ${x+c} "$@" $* $#; (echo $x); echo $?; (echo ${#x}); echo $?; (echo ${x%a}); (echo $3); echo $?; (echo $((x))); echo $?; x=1; echo $x; echo $y; echo no
#--- xtrace
set -x; echo a "b c"; x=1 y="2 3"; x=2 echo b; for i in 1 2; do :; done; f() { echo in; }; f 1; [ a = a ] && true; case a in a) echo c;; esac; (echo d); echo e; y=$(echo g); set +x; echo h
#--- xtrace prompt
x=1; PS4='$x> '; set -x; echo a; x=2; echo b; PS4=; echo c
#--- xtrace prompt with an error
PS4='${z?bad}'; set -x; echo a; false; echo $?; PS4='$('; echo b; PS4='$(echo c)> '; echo d; set +x; echo $-
#--- noexec
set -n; echo no; exit 3
#--- dollar dash
set -eu; case $- in *e*u*|*u*e*) echo ok;; esac; set +eu; set -f; case $- in *f*) echo f;; esac; echo "[$-]"
#--- set parameters
set -- a b; echo $1 $2 $#; set c; echo $1 $#; set -- -x; echo $1; set --; echo $#; set - q; echo $1; set -e -- z; echo $1 $-; set +e; shift; echo $#
set a b c d; shift; echo $*; shift 2; echo $*; shift 0; echo $*; set -- "$@" e; echo $*
#--- shift too much
set a; shift 2; echo no
#--- set -o
set -o errexit; echo $-; set +o errexit; echo "[$-]"; set -o noglob; echo *; set +o noglob; (set -o nothing); echo $?; (set -q); echo $?
#--- read
echo 'a b  c' | { read x y z; echo "$x|$y|$z"; }; echo ' a b c ' | { read x; echo "[$x]"; }; echo 'a b c d' | { read x y; echo "[$x][$y]"; }; echo a | { read x y; echo "[$x][$y]"; }
echo 'a\b\\c' | { read x; echo "$x"; }; echo 'a\b\\c' | { read -r x; printf '%s\n' "$x"; }; printf 'a\\\nb\n' | { read x; echo "$x"; }; printf 'a\\\nb\n' | { read -r x; printf '%s\n' "$x"; }
printf 'no newline' | { read x; echo "$x $?"; }; read x </dev/null; echo "[$x] $?"; printf '\n' | { read x; echo "[$x] $?"; }
#--- read with IFS
echo a:b:c | { IFS=: read x y; echo "$x|$y"; }; echo a:b: | { IFS=: read x y; echo "$x|$y"; }; echo a:b | { IFS=: read x y; echo "$x|$y"; }; echo a:b:: | { IFS=: read x y; echo "$x|$y"; }; echo a: | { IFS=: read x; echo "$x"; }; echo a:: | { IFS=: read x; echo "$x"; }
echo ' a : b ' | { IFS=' :' read x y; echo "[$x][$y]"; }; echo ' a b ' | { IFS= read x; echo "[$x]"; }; echo ':a' | { IFS=: read x y; echo "[$x][$y]"; }; echo 'a\:b:c' | { IFS=: read x y; echo "[$x][$y]"; }; echo 'a\ b c' | { read x y; echo "[$x][$y]"; }; echo 'a  ' | { read x y; echo "[$x][$y]"; }; echo 'a b\ ' | { read x y; echo "[$x][$y]"; }
#--- read lines
printf '1\n2\n3' >f; while read x; do echo "<$x>"; done <f; while read x || [ "$x" ]; do echo "<$x>"; done <f; { read a; read b; cat; } <f; echo; echo $a $b
#--- read errors
read; echo $?; read 1x; echo $?; read -q x; echo $?; readonly r=1; echo a | read r; echo $?; echo b
#--- export and readonly
export a=1 b; b=2; sh -c 'echo $a $b'; readonly c=3; echo $c; (c=4; echo no); echo $?; (unset c); echo $?; (readonly c=5); echo $?; (export c=6); echo $?; (for c in 1; do echo no; done); echo $?; (read c </dev/null); echo $?; export -p | while read x; do case $x in *' a='*) echo $x;; esac; done; readonly -p | while read x; do case $x in *' c='*) echo $x;; esac; done
(export 1=2); echo $?; (readonly 'a b'); echo $?; (unset 1x); echo $?; export d="x y" e=$a$b; echo $d $e; x='p q'; export f=$x; echo "$f"; readonly g=$x; echo "$g"
#--- readonly prefix
readonly a=1; a=2 echo no; echo b
#--- readonly assignment
readonly a=1; a=2; echo no
#--- unset
x=1; unset x; echo "[$x]"; f() { echo f; }; unset f; (f); unset -f f; (f); echo $?; unset nothing; echo $?; unset -f nothing; echo $?; x=1; unset -v x; echo "[$x]"; unset; echo $?
#--- cd
mkdir d; cd d; case $PWD in */w/d) echo in d;; esac; cd ..; cd - >o; case $PWD in */w/d) read x <../o; [ $x = $PWD ] && echo back;; esac; cd ..; cd nodir; echo $?; cd /; pwd; cd /dev; echo $PWD $OLDPWD; cd ..; pwd; cd; echo $?; cd /tmp/../dev/./; pwd; cd -- /; pwd; cd ""; echo $?
(cd /dev); pwd; cd /dev/null; echo $?; HOME=/dev; cd; pwd; cd ~; pwd; cd -P /; pwd
#--- eval
eval echo a '"b  c"'; x='echo $y'; y=1; eval $x; eval 'x=5; y=6'; echo $x $y; eval; echo $?; eval ''; echo $?; eval false; echo $?; eval 'echo a
echo b'; eval "eval 'echo c'"; for i in 1 2; do eval 'continue'; echo no; done; f() { eval 'return 4'; echo no; }; f; echo $?; eval 'if true; then echo d; fi'; eval 'echo e' >f; cat f
#--- eval errors
eval 'echo )'; echo no
#--- eval messages
eval nosuch; eval '
nosuch'; echo $?; eval 'cd /nosuch'; eval 'eval nosuch'
#--- dot
echo 'echo in $1; x=5; return 3; echo no' >s; . ./s; echo $? $x; echo 'echo "$@"' >s; . ./s; set -- q; . ./s; (. ./nofile; echo no); echo $?; (. nofile; echo no); echo $?; echo 'nosuch
cd /nosuch' >s; . ./s; nosuch; echo 'break; echo no' >s; for i in 1 2; do . ./s; echo no; done; echo $i; :>s; false; . ./s; echo $?
#--- dot syntax error
echo 'echo a
if' >s; . ./s; echo no
#--- exec redirections
exec >f; echo a; exec >&2; cat f; exec 2>e; nosuch; exec 3<f; read x <&3; echo $x >&2; cat e
#--- exec command
(exec echo a b); echo $?; (exec nosuch); echo $?; (exec false); echo $?; exec echo last; echo no
#--- exit
(exit); echo $?; (exit 0); echo $?; (exit 255); echo $?; (exit 256); echo $?; (exit 300); echo $?; (false; exit); echo $?; (exit x); echo $?; (exit -1); echo $?; f() { exit 9; }; (f); echo $?; exit 5; echo no
#--- return
f() { return 5; }; f; echo $?; f() { return 300; }; f; echo $?; f() { (return 3); echo $?; }; f; f() { for i in 1 2; do return 6; done; }; f; echo $?; f() { while :; do return; done; }; f; echo $?; (f() { return x; }; f); echo $?; return 7; echo no
#--- not found
nosuch; echo $?; ./nosuch; echo $?; /nosuch/x; echo $?; /; echo $?; ./; echo $?; ""; echo $?; nosuch a | cat; echo $?; $(echo nosuch); "a b"; /dev/null; echo $?; mkdir d; ./d; echo $?
#--- scripts
echo 'echo $0 $# "$@"; exit 3' >s; chmod +x s 2>/dev/null; sh s; echo $?; sh s a "b c"; sh ./s x; cat s | sh; echo 'echo stdin $1' | sh -s arg; sh -c 'echo $0 $1' name arg; sh -c 'echo $#'; sh -c 'exit 4'; echo $?; sh nofile; echo $?; sh -c; echo $?; sh -c 'nosuch'; sh -c 'nosuch' name; sh -ec 'false; echo no'; echo $?; sh -q; echo $?; sh -c ''; echo $?; echo 'echo a; nosuch; cd /nosuch' >s; sh s
#--- type and command
type cd : if nosuch; echo $?; f() { :; }; type f export; command -v cd : if f echo; command -v nosuch; echo $?; command echo a; f() { echo function; }; command f; echo $?; echo() { :; }; command echo b; unset -f echo; command -V cd; command cd /; pwd; command; echo $?; command -v; echo $?; command . /nosuch; echo $?; command : </nosuch; echo $?; command -p echo p; command -- echo q; command nosuch; echo $?; command command echo r; command -z; echo $?
#--- command takes the special out
command export 1x=2; echo $?; command shift 9; echo $?; command eval 'echo $((1/0))'; echo $?; command readonly z=1; command set -q; echo end
#--- special built-in errors end
export 1x=2; echo no
#--- syntax: if
if true; fi; echo no
#--- syntax: fi
echo a
fi
#--- syntax: done
for i in 1; do echo; fi
#--- syntax: parenthesis
echo a; echo )
#--- syntax: operators
echo a && && echo b
#--- syntax: semicolons
echo a ;; echo b
#--- syntax: semicolon first
; echo a
#--- syntax: pipe at start
| cat
#--- syntax: newline in for
for i in a b c do echo; done
#--- syntax: for variable
for 1x in a; do :; done
#--- syntax: for quoted variable
for "x" in a; do :; done
#--- syntax: for without do
for i in a; echo b; done
#--- syntax: case
case x y in esac
#--- syntax: case pattern
case x in x echo a;; esac
#--- syntax: case without in
case x
esac
#--- syntax: case end
case x in x) echo a;;
#--- syntax: case item without end
case x in x) echo a; y) echo b;; esac
#--- syntax: single quote
echo 'abc
#--- syntax: double quote
echo a
echo "abc
def
#--- syntax: backquote
echo `abc
#--- syntax: substitution
echo $(abc
#--- syntax: substitution in quotes
echo "$(abc"
#--- syntax: brace
echo ${abc-

#--- syntax: brace in quotes
echo "${abc"
#--- syntax: arithmetic
echo $((1+1)
#--- syntax: arithmetic end
echo $((1+1
#--- syntax: group
{ echo a; 
#--- syntax: group without end
{ echo a }
#--- syntax: subshell
(echo a
#--- syntax: empty subshell
echo a; ( )
#--- syntax: empty group
{ }
#--- syntax: empty then
if true; then fi
#--- syntax: empty condition
if then echo; fi
#--- syntax: empty do
while true; do done
#--- syntax: double not
! ! true
#--- syntax: not in pipeline
echo a | ! cat
#--- syntax: function name
1f() { :; }
#--- syntax: function name quoted
"f"() { :; }
#--- syntax: function name special
export() { :; }
#--- syntax: function without body
f()
#--- syntax: function with arguments
f(a) { :; }
#--- syntax: word before parenthesis
echo a (b)
#--- syntax: redirection without word
echo >
#--- syntax: redirection operator
echo > ; echo
#--- syntax: redirection to pipe
echo < | cat
#--- syntax: redirection descriptor
echo >&x
#--- syntax: here-document without delimiter
cat << 
#--- syntax: else twice
if true; then :; else :; else :; fi
#--- syntax: elif after else
if false; then :; else :; elif :; then :; fi
#--- syntax: then alone
then
#--- syntax: do alone
do echo; done
#--- syntax: in alone is a word
in; echo $?
#--- syntax: closing brace alone
}
#--- syntax: and at the end
echo a &&
#--- syntax: pipe at the end
echo a |
#--- syntax: esac alone
echo a
esac
#--- syntax: while end
while true; do echo a; 
#--- syntax: words after compound
if true; then echo a; fi echo b
#--- syntax: words after subshell
(echo a) b
#--- syntax: words after group
{ echo a; } b
#--- syntax: fi as argument
echo fi done esac then if { } ! in; echo a; fi
#--- syntax: errors in substitutions
echo $(if true; fi); echo no
#--- syntax: errors in backquotes
echo `if true; fi`; echo no
#--- syntax error in -c
sh -c 'echo "'; echo $?; sh -c 'if'; echo $?; sh -c 'echo a; fi'; echo $?; sh -c '
echo )'; echo $?
#--- reserved words as arguments
echo if then else fi for do done case esac while until { } ! in; if=1; echo $if; for if in a; do echo $if; done; case if in if) echo y;; esac
x=if; $x 2>/dev/null; echo $?; \if 2>/dev/null; echo $?; 'if' 2>/dev/null; echo $?; echo }; echo {; {echo a; } 2>/dev/null; echo $?
#--- operators without blanks
echo a;echo b;true&&echo c||echo d;(echo e);(echo f)|cat;{ echo g;};echo h>f;cat<f;if true;then echo i;fi;x=1;echo $x;case x in x)echo j;;esac;f(){ echo k;};f
#--- blanks and tabs
	echo	a  	 b	;	echo c   ;echo   d
   
	
echo e
#--- semicolon and newline
echo a;
echo b;

echo c
;
#--- line numbers
nosuch

nosuch2
x=1; nosuch3; f() {
nosuch4
}
f
if true; then
nosuch5
fi
echo "a
b" $(nosuch6) `nosuch7`
nosuch8 \
a
cat <<E
a
b
E
nosuch9
for i in 1; do
nosuch10
done
case x in
x) nosuch11
esac
(
nosuch12
)
nosuch13 | cat
echo $((1/0))
#--- line numbers of errors
x=1

echo a; echo ${y?}
#--- line numbers in case
case a in
a) echo ${x?}
esac
#--- true and false
true; echo $?; false; echo $?; : a b; echo $?; true a; false b; echo $?
#--- test
[ a ]; echo $?; [ ]; echo $?; [ "" ]; echo $?; [ a = a ]; echo $?; [ a != a ]; echo $?; [ 1 -lt 2 ]; echo $?; [ -n a -a -z "" ]; echo $?; [ ! a ]; echo $?; [ -d / ]; echo $?; [ -f /nosuch -o -e / ]; echo $?; test 3 -ge 3; echo $?
#--- echo and printf
echo -n a; echo b; echo; echo 'a\tb\nc'; printf '%s %d %x\n' a 10 255; printf '%s\n' a b c; printf '%5s|%-5s|%05d\n' a b 7; echo a\\b; printf '%%\n'; printf '%b' 'a\n'; printf '\101\n'; echo 'a\c'; echo; echo --; echo -
#--- colon and variables
: ${x:=5}; echo $x; : ${x:=6}; echo $x; : "${y=a b}"; echo $y; : $((z=7)); echo $z
#--- nested quoting
echo "a $(echo "b $(echo 'c "d"')")" "$(echo "x'y")" '$(echo z)' "`echo \"in back\"`" "${x-"a 'b'"}" "${x-$(echo "q")}"
#--- dollar signs
echo $ $% a$ "$" '$' \$ "a$" $: $= "$/" "$'" $"a"; echo $'a'
#--- backslashes
echo \a \\ \\\\ "\a" "\\" '\a' '\\' a\
 b; echo "\
"; printf '%s\n' \n "\n" '\n' \$ "\$" "\"" \" \' "\'"
#--- assignments that are not
a-b=1 2>/dev/null; echo $?; 1a=2 2>/dev/null; echo $?; =x 2>/dev/null; echo $?; "a"=b 2>/dev/null; echo $?; a\b=c 2>/dev/null; echo $?; echo a=b; x=1 y; echo $?; $(echo a=b) 2>/dev/null; echo $?
#--- expansion of the command name
c=echo; $c a; "$c" b; c='echo c d'; $c; $nothing echo e; $nothing; echo $?; "" 2>/dev/null; echo $?; e=; $e $e echo f; x=1 $e; echo $x $?
#--- subshell nesting
( ( ( echo deep ) ) ); (echo a; (echo b; (echo c; exit 3); echo $?); exit 4); echo $?; { { { echo g; }; }; }; ((echo two parens) 2>/dev/null)
#--- subshell in pipelines
(echo a; echo b) | (read x; echo $x; cat); echo a | (cat; exit 3); echo $?; x=0; echo a | while read y; do x=1; done; echo $x
#--- loops in pipelines
seq 3 | while read i; do seq $i | while read j; do echo $i$j; done; done; for i in 1 2 3; do echo $i; done | tail -n 1; while read x; do echo $x; done <<E | cat
1
2
E
#--- long pipeline
echo a | cat | cat | cat | cat | cat | cat | cat | cat | cat | cat | cat
#--- large substitution
x=$(seq 20000); echo ${#x}; set -- $x; echo $#; y="$x$x$x"; echo ${#y}; echo $x | wc -w; case $x in 1*20000) echo m;; esac; echo ${x%%2*}
#--- many variables
i=0; while [ $i -lt 300 ]; do eval "v$i=$i"; i=$((i+1)); done; echo $v0 $v150 $v299; s=0; i=0; while [ $i -lt 300 ]; do eval "s=\$((s+v$i))"; i=$((i+1)); done; echo $s
#--- growing string
x=; i=0; while [ $i -lt 500 ]; do x=$x.$i; i=$((i+1)); done; echo ${#x} ${x##*.}; while [ ${#x} -gt 10 ]; do x=${x%?????}; done; echo $x
#--- status of compound commands
false; if true; then :; fi; echo $?; false; for i in; do :; done; echo $?; false; while false; do :; done; echo $?; false; case a in b) ;; esac; echo $?; f() { :; }; false; f() { :; }; echo $?; false; x=1; echo $?; for i in 1; do false; done; echo $?; while :; do false; break; done; echo $?; while false; do :; done; echo $?; if false; then true; fi; echo $?; ! false | false; echo $?
#--- dollar question in substitutions
false; x=$?; echo $x; false; echo $(echo $?); false || echo $?; (exit 5) || echo $?; if (exit 6); then :; else echo $?; fi; while (exit 7); do :; done; echo $?; until (exit 0); do :; done; echo $?; false; (echo $?); true | echo $?; false; { echo $?; }
#--- variables in functions
f() { x=1; y() { x=2; }; y; echo $x; }; f; echo $x; g() { set -- p q; echo $1 $#; }; set -- a b c; g; echo $1 $#; h() { shift; echo $1; shift; echo $#; }; h 1 2 3; echo $#; k() { case $0 in *case) echo 1;; esac; }; k
#--- IFS whitespace in quotes
IFS='
'; x='a b
c d'; for i in $x; do echo "<$i>"; done; IFS='	'; x='a	b c'; set -- $x; echo $# "$2"; IFS=abc; x=1a2b3c4; echo $x; IFS=' '; echo $x
#--- set lists variables
x="a b" y="it's" z=; set | while read -r l; do case $l in [xyz]=*) echo "$l";; esac; done
#--- binary bytes
printf 'echo \200\377 "\201" $((1))\n' >s; sh ./s; x=$(printf '\377\200'); echo ${#x}; case $x in ??) echo two;; esac; echo "$x"; printf 'a\000b' >f; x=$(cat f); echo "$x" ${#x}
#--- unusual names of files
: >'a b'; : >'c"d'; : >"e'f"; : >'g$h'; for i in *; do echo "<$i>"; done; rm -f -- *; echo *; : > -; ls; rm ./-
#--- colon in patterns
case a:b in *:*) echo y;; esac; x=a:b:c; echo ${x%%:*} ${x##*:} ${x#*:}; IFS=:; set -- $x; echo $#; case "$x" in a?b*) echo z;; esac
#--- getopts style loop
set -- -a -b val x y; while [ $# -gt 0 ]; do case $1 in -a) echo a;; -b) shift; echo "b=$1";; --) shift; break;; -*) echo bad;; *) break;; esac; shift; done; echo "$@"
#--- while read with a here-document and variables
n=0; while read a b; do n=$((n+1)); echo "$n:$a:$b"; done <<E
one 1
two 2 2
  three
E
echo $n
#--- nested functions and loops
outer() { for i in 1 2 3; do inner $i || return $?; done; }; inner() { [ $1 -lt 2 ] && return 0; return 9; }; outer; echo $?
#--- assignment keeps quotes
x='"a b"'; echo $x; eval echo $x; y="'"; echo $y; z='$x'; echo $z; eval echo "$z"; w='\'; echo "$w" $w
#--- backquote quoting
echo `echo '\$x'` `echo "\\$x"` `echo \\\\` "`echo \\\\`" `echo "a  b"` "`echo 'a  b'`" `printf '%s' '\n'`
#--- deep nesting of words
echo ${a-${b-${c-${d-${e-deep}}}}} $(echo $(echo $(echo $(echo in)))) $((1+(2+(3+(4+(5))))))
#--- and-or with newlines and comments
true && # comment
echo a
false || # other

echo b
#--- case with comments and blank lines
case b in # comment

a) echo no
;; # end

b) # here
echo yes # there
;;

esac
#--- if with comments
if # c
true # d
then # e
echo a # f
fi # g
#--- function body kinds
a() { echo brace; }
b() ( echo paren )
c() for i in 1 2; do echo $i; done
d() while read x; do echo $x; done
e() case $1 in x) echo case; esac
f() if true; then echo if; fi
a; b; c; echo l | d; e x; f
#--- redirect in the middle
echo >f a b; cat f; >g echo c; cat g; echo d >h e <f; cat h; x=1 >i echo f; cat i; 2>&1 echo g
#--- exec closes standard output
(exec >&-; echo a) 2>/dev/null; echo $?; (exec 1>&2; echo b) 2>f; cat f; (echo c) 2>&- >g; cat g
#--- dup keeps offset
exec 3>f; echo a >&3; { echo b >&3; echo c; } >&3; exec 3>&-; cat f; exec 3<f; read x <&3; (read y <&3; echo $y); read z <&3; echo $x $z
#--- options of cd and pwd that there are not
cd -x; echo $?; pwd -P >p; echo $?; cd -- /; pwd; cd -P -L /tmp; pwd; (cd /nosuch); echo $?; cd ''; echo $?
#--- files found by PATH
mkdir d e; echo 'echo lib "$#" "$1"; return 3' >d/lib; mkdir e/lib
PATH=e:$PWD/d; . lib; echo $?; (. nolib; echo no); echo $?; command . nolib; echo $?
#--- read and the last field
for l in 'a:b' 'a:b:' 'a:b::' 'a:b : ' 'a: b :' ':' ' : ' 'a :' 'a' ' a b ' 'a:b:c' 'a:b:c:' 'a::' 'a: :'; do
echo "$l" | { IFS=': ' read x y; echo "[$x][$y]"; }
echo "$l" | { IFS=': ' read x; echo "[$x]"; }
echo "$l" | { IFS=: read x y z; echo "[$x][$y][$z]"; }
done
#--- read options
echo 'a b\c d' | { read -- x y; echo "[$x][$y]"; }; echo 'a\b' | { read -r -p 'prompt ' x; echo "[$x]"; }
echo a | { read -p; echo $?; }; echo a | { read -pprompt x; echo "$x"; }; echo a | { read; echo $?; }
echo a | { read -z x; echo $?; }; echo a | { read 1x; echo $?; }; read x </dev/null; echo $? "[$x]"
printf 'a\0b\n' | { read x; echo "[$x]" $?; }; printf 'no newline' | { read x; echo "[$x]" $?; }
#--- read into a read-only variable
readonly r=1; echo a | { read r; echo no; }; echo $?; echo "$r"
#--- declarations with options
export -- a=1; readonly -- b=2; sh -c 'echo "$a[$b]"'; (export -x; echo no); echo $?; (readonly -q a; echo no); echo $?
export -p | while read x y; do case $y in a=*) echo "$x $y";; esac; done
readonly -p | while read x y; do case $y in b=*) echo "$x $y";; esac; done
(export 1a; echo no); echo $?; (readonly a-b=1; echo no); echo $?; export u; sh -c 'echo ${u-unset}'
#--- local in an eval with an assignment before it
f() { v=1 eval 'local y=2; echo $y $v'; echo "[$y]"; }; y=0; f; echo $y
g() { x=3 command eval 'local x=4; echo $x'; echo "[$x]"; }; x=0; g; echo $x
#--- local and read-only
readonly r=1; f() { local r=2; echo no; }; (f; echo no); echo $?; f() { local r; echo "$r"; }; f
f() { local 1x; echo no; }; (f; echo no); echo $?
#--- unset options
a=1; unset -- a; echo "[$a]"; f() { echo f; }; unset -v f; f; unset -f f; (f); echo $?
(unset -x a; echo no); echo $?; (unset 1a; echo no); echo $?; readonly r=1; (unset r; echo no); echo $?
a=1; a() { echo fn; }; unset -fv a; echo "[$a]"; a
#--- unset of what the environment gave
export a=1; sh -c 'unset a; echo "[$a]"; sh -c "echo [\$a]"; a=2; sh -c "echo [\$a]"; export a; sh -c "echo [\$a]"'; echo $a
export b=1; sh -c 'readonly b; echo $b; f() { local b; echo "[$b]"; }; f; export b=2; echo no'; echo $?
export c=1; sh -c 'export c; echo $c; c=5; sh -c "echo \$c"'
#--- shift
set -- a b c; shift 2; echo $*; (shift 2; echo no); echo $?; (shift x; echo no); echo $?; (shift 99999999999; echo no); echo $?
shift 0; echo $#; (shift -1; echo no); echo $?
sh -c 'shift; echo $*; shift 2; echo [$*]' zero a b c
#--- options by letter
set -a; a=1; sh -c 'echo $a'; echo $-; set +a; b=2; sh -c 'echo "[$b]"'; set -aC; echo $-; set +aC; echo $-
set -fu; echo $- *; set +fu; set -x; echo $- 2>/dev/null; set +x; set -e; echo $-; set +e
(set -q; echo no); echo $?; (set -o nosuch; echo no); echo $?; set -o noglob; echo *; set +o noglob; echo $-
#--- options listed
set -fC; set -o | while read n v; do case $n in errexit|noglob|xtrace|verbose|noclobber|allexport|nounset) echo "$n $v";; esac; done
set -o | head -n 1
x=$(set +o); set +f; set -u; eval "$x"; echo $-; set +o | while read a b c; do case $c in noglob|nounset) echo "$a $b $c";; esac; done
#--- verbose
set -v
echo a
if true
then echo b; fi; cat <<E
text $-
E
f() {
echo c
}
f; eval 'echo d
echo e'
set +v
echo f
#--- verbose in a script
printf 'echo one\n# comment\n\necho two; \\\necho three\necho no newline' >s; sh -v ./s; echo $?; sh -v <s; sh -vc 'echo x'; sh -o verbose ./s 2>&1 | wc -l
#--- verbose and a sourced file
echo 'echo in
' >l; set -v; . ./l; set +v; . ./l
#--- set - ends tracing
set -x; echo a; set -; echo b; set -- -x y; echo $# $1 $-; set - q r; echo $#
#--- break with bad numbers
for i in 1 2; do (break x; echo no); echo $?; (break 0; echo no); echo $?; done; for i in 1 2; do break 99; echo no; done; echo $i
for i in 1 2; do for j in 1 2; do continue 2; echo no; done; echo no; done; echo $i$j; break; echo $?
#--- break in a condition
while break; do echo no; done; echo $?; for i in 1 2; do while continue 2; do echo no; done; echo no; done; echo $i
i=0; while i=$((i+1)); [ $i -gt 3 ] || continue; do echo body $i; break; done; echo $i
i=0; until i=$((i+1)); [ $i -lt 3 ] && continue; do echo body $i; break; done
if break; then echo no; fi; for i in 1 2; do if break; then echo no; fi; echo no; done; echo $i
for i in 1 2; do break && echo no; echo no; done; for i in 1 2; do ! continue; echo no; done; echo $i
#--- return in conditions
f() { if return 3; then echo no; fi; echo no; }; f; echo $?; f() { while return 4; do :; done; echo no; }; f; echo $?
f() { return 5 && echo no; echo no; }; f; echo $?; f() { (return 6); echo $?; return; }; f; echo $?
f() { case x in x) return 7;; esac; echo no; }; f; echo $?; f() { for i in 1; do return; done; echo no; }; false; f; echo $?
#--- exit on error and redirections
set -e; { echo a; } </nosuch || echo b; if cat </nosuch; then :; fi; echo c; { echo no; } </nosuch; echo no
#--- exit on error in a loop
set -e; for i in 1 2; do [ $i = 1 ] || false; echo $i; done; echo no
#--- exit on error and a compound's redirection
set -e; while true; do break; done </nosuch; echo no
#--- command and its options
command -- echo a; command -p echo b; command -p -- echo c; command -v echo; command -V nosuch; echo $?; (command -x echo); echo $?; command; echo $?; command -p; echo $?; command --; echo $?
command -v; echo $?; command -pv cd; f() { :; }; command -v f; command -V f; command -v if; command -V if; command -v nosuch; echo $?
#--- command with everything expanded
c=command; $c -- echo a; $c -p echo b; $c -v cd; x=--; command $x echo d
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

#--- a delimiter that does not end
cat <<'E
text
#--- a delimiter with a double quote that does not end
cat <<"E
#--- a here-document without an end
cat <<E
text
#--- a delimiter at the end of the file
cat <<\
#--- no delimiter
cat <<
echo no
#--- no delimiter in a list
cat << ; echo no
#--- case without a word
case in x) ;; esac
echo a
case
#--- case without in
case x y
#--- an ampersand where there is none
echo a && echo b &&
echo c
& echo no
#--- the largest and the smallest number
echo $((-9223372036854775807-1)) $((9223372036854775807)) $((9223372036854775808)) $((-9223372036854775808)) $((0x7fffffffffffffff+0)) $((0xffffffffffffffffff))
x=-9223372036854775808; echo $((x)) $((x+1)); x=9223372036854775807; echo $((x)) $((-x)) $((x+1)); x=+0x7fffffffffffffff; echo $((x)); x=-01000000000000000000000; echo $((x))
for x in 9223372036854775808 -9223372036854775809 0xffffffffffffffffff 99999999999999999999 01000000000000000000000; do (echo $((x))); echo $?; done
#--- parentheses in arithmetic that do not close
(echo $((1+(2))); echo $?; (echo $(( (1+2 )); echo no); echo $?
#--- parentheses in arithmetic from a variable
x='(1+2'; (echo $((x)); echo no); echo $?; (echo $(($x)); echo no); echo $?
#--- numbers in arithmetic
echo $((010)) $((0x1F)) $((1 ? 2 : 3)) $((0 || 0)) $((2 && 3)) $((~5)) $((!5)) $((-5 % 3)) $((5 << 2 >> 1)) $((7 & 3 | 8 ^ 1))
(echo $((08))); echo $?; (echo $((1 +))); echo $?; (echo $((1 2))); echo $?; (echo $((1 ? 2))); echo $?; (echo $((5 / 0))); echo $?; (echo $((5 % 0))); echo $?; (x=1; echo $((x = 5 / 0))); echo $?
x=1; echo $((x += 2)) $((x -= 1)) $((x *= 5)) $((x /= 2)) $((x %= 3)) $((x <<= 3)) $((x >>= 1)) $((x |= 3)) $((x &= 6)) $((x ^= 5)) $x
(echo $((1 = 2))); echo $?; (x=abc; echo $((x))); echo $?; echo $((0 && 1/0)) $((1 || 1/0)) $((1 ? 5 : 1/0))
#--- quoted nothing in a default
set --; for i in "${x-}" ${x-} ${x-""} "${x+}" ${x:-} "a${x-}b"; do echo "<$i>"; done
x=; for i in "${x-y}" ${x-y} "${x+}" ${x+""} "${x:+}"; do echo "<$i>"; done
#--- errors of redirections with long names
n=$(printf '%0250d' 0); echo a >$n$n; echo $?; . ./$n$n$n; echo no
#--- messages that are long
n=$(printf '%0500d' 0); (export $n=1; echo no); echo $?; (cd ./$n); echo $?; unset "$n"; echo $?; readonly $n; (echo ${v?$n}); echo $?
#--- copied descriptors
x=-; echo a 4>&1 >&4 4>&$x; { echo b >&3; } 3>&1; (echo c >&7); echo $?; echo d >&1; exec 5>f; echo e >&5; exec 5>&-; cat f; (echo g >&5); echo $?
sh -c 'x=q; echo no >&$x'; echo $?; sh -c 'echo no >&12'; echo $?
#--- brackets
case 'a]b' in *[]]*) echo a;; esac; case '-' in [a-]) echo b;; esac; case ']' in []a]) echo c;; esac; case b in [\a-c]) echo d;; esac; case b in [a-\c]) echo e;; esac; case '\' in [\\]) echo f;; esac
x='[\b]'; case b in $x) echo g;; esac; case '\' in $x) echo h;; esac; case '[' in [) echo i;; esac; case '[a' in [a) echo j;; esac; case a in [!b-]) echo k;; esac;
case 1 in [[:digit:]-z]) echo m;; esac; case z in [[:alpha:][:digit:]]) echo n;; esac; case '*' in \*) echo o;; esac; x='\*'; case '*' in $x) echo p;; esac; case 'a' in $x) echo q;; esac
#--- names with backslashes
>'a\b'; >ab; x='a\b'; echo $x a\\b* 'a\b'* $x*; y='a\*'; echo $y; >'a*'; echo $y 'a*'*
#--- directories in patterns
mkdir -p d/e d/f .h; >d/e/x; >d/f/x; >.h/x; echo d/*/x */*/x d/*/ .*/x d//e/* ./d/[ef]/x /dev/nul[l] d/\e/* "d"/*/x
#--- negation of lists and skipping
! { false; }; echo $?; f() { ! return 1; echo no; }; f; echo $?; ! (exit 3); echo $?; ! ! true; echo $?
#--- empty commands
$x; echo $?; x= $y; echo $?; >f; echo $?; $(false); echo $?; {
:
}; (:); if $x; then echo a; fi; while $z; do echo b; break; done
#--- type
f() { :; }; type f cd if nosuch export; echo $?; type; echo $?; type :; type /nosuch; echo $?
#--- printf with wide zeros
printf '%0100d|%+0100d|% 0100d|%#0100x|%#0100o|%0100.3d|%-0100d|%0*d\n' 5 5 5 5 5 5 5 90 -5
printf '%064d|%065d|%0100u|%0100X|%0200d\n' -1 -1 0 255 0; printf '%.100d|%+.100d|%120.100d\n' 5 5 -5
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
