# Words: quotes, parameters, expansions, splitting, patterns and arithmetic.
#--- quotes
echo 'a"b' "a'b" "a\"b" "a\\b" "a\$b" "a\`b" 'a\b' "a\b" a\"b a\'b
printf '%s|' "" '' a""b "a"'b'c
echo
#--- variables
x=1 y='a b' z="c  d"
echo $x $y $z "$z" ${x}2 $x2 "${y}"
unset x; echo "[$x]"; x=; echo "[$x]"
#--- assignment values
a=1 b=$a c="$b$a" d=$c$c
echo $a $b $c $d
e=a\ b f='x'"y"z g=$(echo sub) h=`echo back` i=$((2+3))
echo "$e" $f $g $h $i
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
#--- substitution splitting
for i in $(echo a b; echo c) "$(echo d e)" x$(echo f g)y; do echo "<$i>"; done
#--- empty substitutions
x=$(); echo "[$x]" $? "$( )" `` "``"; $(true) echo hi; $(:); echo $?
#--- case patterns
for s in a b z 5 - ] '[' '\' '!' '^' A ab ''; do
for p in '[a-m]' '[!a-m]' '[]]' '[[]' '[\]]' '[a\-z]' '[!]a]' '[-a]' '[a-]' '[[:digit:]]' '[![:alpha:]]' '[a' 'a]' '\a' '?' '*' '??' '[^a]' '[[:foo:]]' '[z-a]'; do
case $s in $p) printf '%s~%s ' "$s" "$p";; esac
done; done; echo
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
#--- large substitution
x=$(seq 20000); echo ${#x}; set -- $x; echo $#; y="$x$x$x"; echo ${#y}; echo $x | wc -w; case $x in 1*20000) echo m;; esac; echo ${x%%2*}
#--- many variables
i=0; while [ $i -lt 300 ]; do eval "v$i=$i"; i=$((i+1)); done; echo $v0 $v150 $v299; s=0; i=0; while [ $i -lt 300 ]; do eval "s=\$((s+v$i))"; i=$((i+1)); done; echo $s
#--- growing string
x=; i=0; while [ $i -lt 500 ]; do x=$x.$i; i=$((i+1)); done; echo ${#x} ${x##*.}; while [ ${#x} -gt 10 ]; do x=${x%?????}; done; echo $x
#--- variables in functions
f() { x=1; y() { x=2; }; y; echo $x; }; f; echo $x; g() { set -- p q; echo $1 $#; }; set -- a b c; g; echo $1 $#; h() { shift; echo $1; shift; echo $#; }; h 1 2 3; echo $#; k() { case $0 in *case) echo 1;; esac; }; k
#--- IFS whitespace in quotes
IFS='
'; x='a b
c d'; for i in $x; do echo "<$i>"; done; IFS='	'; x='a	b c'; set -- $x; echo $# "$2"; IFS=abc; x=1a2b3c4; echo $x; IFS=' '; echo $x
#--- binary bytes
printf 'echo \200\377 "\201" $((1))\n' >s; sh ./s; x=$(printf '\377\200'); echo ${#x}; case $x in ??) echo two;; esac; echo "$x"; printf 'a\000b' >f; x=$(cat f); echo "$x" ${#x}
#--- unusual names of files
: >'a b'; : >'c"d'; : >"e'f"; : >'g$h'; for i in *; do echo "<$i>"; done; rm -f -- *; echo *; : > -; ls; rm ./-
#--- colon in patterns
case a:b in *:*) echo y;; esac; x=a:b:c; echo ${x%%:*} ${x##*:} ${x#*:}; IFS=:; set -- $x; echo $#; case "$x" in a?b*) echo z;; esac
#--- assignment keeps quotes
x='"a b"'; echo $x; eval echo $x; y="'"; echo $y; z='$x'; echo $z; eval echo "$z"; w='\'; echo "$w" $w
#--- backquote quoting
echo `echo '\$x'` `echo "\\$x"` `echo \\\\` "`echo \\\\`" `echo "a  b"` "`echo 'a  b'`" `printf '%s' '\n'`
#--- deep nesting of words
echo ${a-${b-${c-${d-${e-deep}}}}} $(echo $(echo $(echo $(echo in)))) $((1+(2+(3+(4+(5))))))
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
#--- brackets
case 'a]b' in *[]]*) echo a;; esac; case '-' in [a-]) echo b;; esac; case ']' in []a]) echo c;; esac; case b in [\a-c]) echo d;; esac; case b in [a-\c]) echo e;; esac; case '\' in [\\]) echo f;; esac
x='[\b]'; case b in $x) echo g;; esac; case '\' in $x) echo h;; esac; case '[' in [) echo i;; esac; case '[a' in [a) echo j;; esac; case a in [!b-]) echo k;; esac;
case 1 in [[:digit:]-z]) echo m;; esac; case z in [[:alpha:][:digit:]]) echo n;; esac; case '*' in \*) echo o;; esac; x='\*'; case '*' in $x) echo p;; esac; case 'a' in $x) echo q;; esac
#--- names with backslashes
>'a\b'; >ab; x='a\b'; echo $x a\\b* 'a\b'* $x*; y='a\*'; echo $y; >'a*'; echo $y 'a*'*
#--- directories in patterns
mkdir -p d/e d/f .h; >d/e/x; >d/f/x; >.h/x; echo d/*/x */*/x d/*/ .*/x d//e/* ./d/[ef]/x /dev/nul[l] d/\e/* "d"/*/x
#--- tildes in the words of expansions
HOME=/h
x=${u-~:~}; echo "$x"; x=${u-a:~}; echo $x; x=${u-~/a:~/b}; echo $x; export y=${u-~:~}; echo $y; x=${u-'~':~}; echo $x; x=${u-\~:~}; echo $x; x=$y=~; echo $x; x=${u=~:~}; echo $x; unset u; x=${u-a=~}; echo $x; x=${u-~root:~}:~; echo $x; x="${u-~:~}"; echo $x;  x=${u+~}; echo $x; v=1; x=${v+~:~}; echo $x; x=${u-${w-~:~}:~}; echo $x; x=${u-~"a":~}; echo $x; x=a:${u-~}; echo $x; x=$u:~; echo $x; echo ${u-~:~} x=${u-~:~}; x=${u-$(echo ~:~)}; echo $x; x=${u:-~:~$HOME}; echo $x; x=a:$y=~; echo $x;x=${v%~}; echo $x; v=~/a; echo ${v#~}; x=${v#~}; echo $x; v=/h:/h:/h; x=${v#~:~}; echo $x
#--- no parameters in quoted words
p() { echo "$((n+=1)):" $# "$@"; for i; do echo "<$i>"; done; }; n=0
e=; unset foo
t() { n=0; echo "T $*";
p "${foo-$@}"; p "${foo-$*}"; p "${foo-"$@"}"; p "${foo-"$*"}"; p ${foo-$@}; p ${foo-"$@"}; p ${foo-$*}; p ${foo-"$*"}
p "${foo:-$@}"; p "${e:-$@}"; p "${e+$@}"; p "${e:+$@}"; p "${1+$@}"; p "${1:+$@}"; p ${1+"$@"}; p "${1-$@}"; p "x${foo-$@}"; p "${foo-$@}x"
p "$@$@"; p "$@"; p "${@}"; p "${@-}"; p "${@-x}"; p "${@:-x}"; p "${@+x}"; p "${@:+x}"; p "${*-x}"; p "${*:-x}"; p "${*+x}"; p "${*:+x}"
p "$@$e"; p "$e$@"; p "$e"; p "$@"""; p """$@"; p ''"$@"; p "$@"''; p "$@""$@"; p $e"$@"; p "$e"$@; p $@"$e"
p ${@-x}; p ${@:+x}; p ${*:+x}; p ${*+x}; p ${@:-x}; p ${@+x}; p ${*+x}; p ${*:-x}; p "a$@b"; p a"$@"b; p a$@b; p "a$*b"; p "${foo-a$@b}"; p "${foo-$@$@}"; p "${foo-${bar-$@}}"; p "${foo-$e$@}"; p "${foo-}${bar-$@}"; p "${foo=$@}"; unset foo; p "${foo=$*}"; unset foo; p ${foo=$@}; unset foo
p "${#@}" ${#*} "$#"; x="${foo-$@}"; p "$x"; x=${foo-$@}; p "$x"; x="$@"; p "$x"; x="${foo-$*}"; p "$x"; x=${foo-"$@"}; p "$x"; x=${foo-$*}; p "$x"
case "${foo-$@}" in '') echo empty;; *) echo "$*";; esac
p $(echo "${foo-$@}"); cat <<X
${foo-$@} ${foo-$*} $@ $* "${foo-"$@"}"
X
}
t; t a; t a 'b c' d; t ''; t '' ''; t a '' b; IFS=:; t a 'b c' d; t; t '' x:y; IFS=; t a 'b c' d; t; t '' ''; IFS=' :'; t 'a:b' '' ' c '; unset IFS; t a 'b c'
