# Built-in commands and options.
#--- local
x=1; f() { local x; echo "[$x]"; x=2; g; }; g() { echo "g $x"; x=3; }; f; echo $x
f() { local x=5 y=6; unset x; echo "[$x]"; }; y=7; f; echo $x $y
h() { local IFS=:; set -- a:b; echo $1; }; h; set -- "a b"; echo $1; local z; echo no
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
#--- exec command
(exec echo a b); echo $?; (exec nosuch); echo $?; (exec false); echo $?; exec echo last; echo no
#--- exit
(exit); echo $?; (exit 0); echo $?; (exit 255); echo $?; (exit 256); echo $?; (exit 300); echo $?; (false; exit); echo $?; (exit x); echo $?; (exit -1); echo $?; f() { exit 9; }; (f); echo $?; exit 5; echo no
#--- return
f() { return 5; }; f; echo $?; f() { return 300; }; f; echo $?; f() { (return 3); echo $?; }; f; f() { for i in 1 2; do return 6; done; }; f; echo $?; f() { while :; do return; done; }; f; echo $?; (f() { return x; }; f); echo $?; return 7; echo no
#--- type and command
type cd : if nosuch; echo $?; f() { :; }; type f export; command -v cd : if f echo; command -v nosuch; echo $?; command echo a; f() { echo function; }; command f; echo $?; echo() { :; }; command echo b; unset -f echo; command -V cd; command cd /; pwd; command; echo $?; command -v; echo $?; command . /nosuch; echo $?; command : </nosuch; echo $?; command -p echo p; command -- echo q; command nosuch; echo $?; command command echo r; command -z; echo $?
#--- command takes the special out
command export 1x=2; echo $?; command shift 9; echo $?; command eval 'echo $((1/0))'; echo $?; command readonly z=1; command set -q; echo end
#--- special built-in errors end
export 1x=2; echo no
#--- true and false
true; echo $?; false; echo $?; : a b; echo $?; true a; false b; echo $?
#--- test
[ a ]; echo $?; [ ]; echo $?; [ "" ]; echo $?; [ a = a ]; echo $?; [ a != a ]; echo $?; [ 1 -lt 2 ]; echo $?; [ -n a -a -z "" ]; echo $?; [ ! a ]; echo $?; [ -d / ]; echo $?; [ -f /nosuch -o -e / ]; echo $?; test 3 -ge 3; echo $?
#--- echo and printf
echo -n a; echo b; echo; echo 'a\tb\nc'; printf '%s %d %x\n' a 10 255; printf '%s\n' a b c; printf '%5s|%-5s|%05d\n' a b 7; echo a\\b; printf '%%\n'; printf '%b' 'a\n'; printf '\101\n'; echo 'a\c'; echo; echo --; echo -
#--- set lists variables
x="a b" y="it's" z=; set | while read -r l; do case $l in [xyz]=*) echo "$l";; esac; done
#--- getopts style loop
set -- -a -b val x y; while [ $# -gt 0 ]; do case $1 in -a) echo a;; -b) shift; echo "b=$1";; --) shift; break;; -*) echo bad;; *) break;; esac; shift; done; echo "$@"
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
#--- set - ends tracing
set -x; echo a; set -; echo b; set -- -x y; echo $# $1 $-; set - q r; echo $#
#--- break with bad numbers
for i in 1 2; do (break x; echo no); echo $?; (break 0; echo no); echo $?; done; for i in 1 2; do break 99; echo no; done; echo $i
for i in 1 2; do for j in 1 2; do continue 2; echo no; done; echo no; done; echo $i$j; break; echo $?
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
#--- messages that are long
n=$(printf '%0500d' 0); (export $n=1; echo no); echo $?; (cd ./$n); echo $?; unset "$n"; echo $?; readonly $n; (echo ${v?$n}); echo $?
#--- type
f() { :; }; type f cd if nosuch export; echo $?; type; echo $?; type :; type /nosuch; echo $?
#--- printf with wide zeros
printf '%0100d|%+0100d|% 0100d|%#0100x|%#0100o|%0100.3d|%-0100d|%0*d\n' 5 5 5 5 5 5 5 90 -5
printf '%064d|%065d|%0100u|%0100X|%0200d\n' -1 -1 0 255 0; printf '%.100d|%+.100d|%120.100d\n' 5 5 -5
#--- test with words that look like operators
a='('; b=')'; [ ! "$a" = "$b" ]; echo $?; a='!'; [ ! "$a" = b ]; echo $?; test ! '(' -f ')'; echo $?; test ! ! != !; echo $?; [ ! ! x ]; echo $?; [ ! '(' x ')' ]; echo $?; [ ! '(' '' ')' ]; echo $?; [ '(' ! x ')' ]; echo $?; [ '(' -f ')' ]; echo $?
ops="! ( ) -a -o -n -z -f -e = != < > -eq -t x -"
set -f; e=
one() { [ "$1" ]; r=$r$?; }; r=; for a in $ops; do one $a; done; echo $r
r=; for a in $ops; do for b in $ops; do [ "$a" "$b" ] 2>/dev/null; r=$r$?; done; done; echo $r
r=; for a in $ops; do for b in $ops; do for c in ! '(' ')' -f = -n x; do [ "$a" "$b" "$c" ] 2>/dev/null; r=$r$?; done; done; r="$r "; done; echo $r
# dash takes two negations for one there
r=; for a in ! '(' -n x; do for b in ! '(' -f = x ')'; do for c in $ops; do for d in ')' ! x -n =; do
case $a$b in !!) [ "$c" = = ] || [ "$c" = != ] || [ "$c" = "<" ] || [ "$c" = ">" ] || continue;; esac
[ "$a" "$b" "$c" "$d" ] 2>/dev/null; r=$r$?; done; done; r="$r "; done; done; echo $r
#--- CDPATH
mkdir -p a/x b/x b/y c; W=$PWD
CDPATH=a:b; cd x >o; read p <o; echo "${p#$W}"; cd $W; cd y >o; read p <$W/o; echo "${p#$W}"; cd $W; cd c >o; s=$?; cat o; echo $s "${PWD#$W}"; cd $W
cd ./c >o; cat $W/o; cd $W; cd nosuch; echo $?; cd ../w/c >$W/o; cat $W/o; cd $W; CDPATH=:a; cd x >o; read p<o; echo ${p#$W}; cd $W; CDPATH=a:; cd c >o; cat $W/o; cd $W; CDPATH=; cd c; echo ${PWD#$W}; cd $W; CDPATH=a; cd - >o; read p<o; cat $W/o >/dev/null; echo ${PWD#$W}; cd $W; CDPATH=$W/a; cd x >$W/o; read p < $W/o; echo ${p#$W}; cd $W;  CDPATH=.; cd c > o; read p <$W/o; echo ${p#$W};cd $W; CDPATH=/nosuch::$W/b; cd y >$W/o; read p < $W/o; echo ${p#$W}; cd $W
CDPATH=a; HOME=x; cd >$W/o; read p < $W/o; echo ${p#$W}; cd $W; cd '' >$W/o; echo $? ${PWD#$W}; CDPATH=b; cd .y; echo $?; cd ...; echo $?; cd x/ >o; read p <$W/o; echo ${p#$W}; cd $W; : >a/file; CDPATH=a:b; cd file; echo $?; export CDPATH; sh -c 'cd x' >o; read p <o;  echo ${p#$W}
#--- exec and assignments
X=1 exec 3>&1; echo "[$X]"; sh -c 'echo "[$X]"'
(X=2 exec sh -c 'echo "[$X]"'); (Y=2 exec nosuch); (X=3 command exec sh -c 'echo "[$X]"'); (X=3 exec -- sh -c 'echo "[$X]"')
(X=4 exec 3>f sh -c 'echo "[$X]"'); (x=1 y=2 exec sh -c 'echo "$x$y"'); readonly R=1; (R=2 exec sh -c 'echo $R'); echo $?
(exec ''); echo $?; (exec '' a); echo $?; ''; echo $?; '' a; echo $?; command ''; echo $?; (command exec ''; echo no); echo $?; (exec -a foo sh -c 'echo $0'); echo $?; (exec -x); echo $?; (exec --; echo y); mkdir dd; (exec ./dd); echo $?; (exec ./nosuch); echo $?; (exec /); echo $?
#--- getopts
go() { while getopts "$@"; do echo "$o ${OPTARG-unset} $OPTIND"; done; echo "end $? $o ${OPTARG-unset} $OPTIND"; }
set -- -a -b val -cx file -a; while getopts ab:c: o; do echo "$o ${OPTARG-unset} $OPTIND"; done; echo $? $o $OPTIND ${OPTARG-unset}; shift $((OPTIND-1)); echo $*
OPTIND=1; go ab:c: o -a -bval -c; OPTIND=1; go :ab:c: o -a -x -c; OPTIND=1; go abc o -abc -- -a; OPTIND=1; go abc o -ab - -c; OPTIND=1; go abc o -ab -z; OPTIND=1; go : o -a; OPTIND=1; go a: o -a ''; OPTIND=1; go a: o -a; OPTIND=1; go '' o -a; OPTIND=1; go a: o -a -- b; OPTIND=1; go ab o --; OPTIND=1; go a:b o -ba x -b
getopts; echo $?; getopts a; echo $?; (getopts a 1x -a; echo $?); echo $?
set -- -a -b; getopts ab o; echo $o $OPTIND; set -- -b -a; getopts ab o; echo $o $OPTIND; set -- -ab; getopts ab o; echo $o $OPTIND; getopts ab o; echo $o $OPTIND; OPTIND=1; getopts ab o; echo $o $OPTIND
set -- -ab -c; f() { while getopts xyz o "$@"; do echo f $o; done; echo $OPTIND; }; getopts abc o; echo $o; f -x -yz; getopts abc o; echo $o; getopts abc o; echo $o; getopts abc o; echo $? $o
f() { getopts ab o; echo $o $OPTIND; }; set -- -a; OPTIND=1; f -b; f -b; getopts ab o; echo $o $OPTIND; g() { local OPTIND; OPTIND=1; getopts ab o; echo $o; }; g -a; echo $OPTIND; h() { local OPTIND=1 o; while getopts abc: o; do echo h$o $OPTARG; done; shift $((OPTIND-1)); echo "$@"; }; h -ab -c x y z; h -b q; echo $OPTIND $o
(readonly o; getopts a o -a; echo no); echo $?; (readonly OPTARG; OPTIND=1; getopts a: o -a x; echo no); echo $?
(OPTIND=abc; echo no); echo $?; (OPTIND=; echo ok); echo $?; (OPTIND=0; getopts a o -a; echo $o $OPTIND); (OPTIND=5; getopts a o -a; echo $o $OPTIND); (unset OPTIND; echo ok; getopts a o -a; echo $o $OPTIND); (OPTIND=2; getopts ab o -a -b; echo $o $OPTIND); (export OPTIND=2; echo $OPTIND; getopts ab o -a -b; echo $o)
sh -c 'echo $OPTIND; getopts a: o; echo $? $o $OPTARG $OPTIND; getopts a: o; echo $? $o' x -a arg
set -- -abc; getopts abc o; shift; getopts abc o; echo $? $o $OPTIND; set -- -a -b; OPTIND=1; getopts ab o; getopts ab o; set -- -x; getopts ab o 2>/dev/null; echo $? $o
OPTIND=1; set -- -a b -c; while getopts ac o; do echo $o; done; echo $OPTIND; OPTIND=1; getopts a-b o -- -a; echo $? $o $OPTIND; OPTIND=1; getopts a-b o ---; echo $? $o $OPTIND
#--- every option
set -o | head -n 18; set -b; echo $-; set +b; set +m; set -o vi; echo $-; set -o emacs; echo $-; set +o emacs; set -o nolog; set -o ignoreeof; echo $-; set -I; set +I; echo $-; set +o vi; set -V; echo $-; set +V; set -E; echo $-; set +VE; set -o debug; set -o notify; echo $-; set +o nolog; set +o debug +o notify; set +o | head -n 18; sh -l -c 'echo login'; sh -lc 'echo l2'; (set -l; echo $?); echo $?; (set -c; echo no); echo $?; sh -bac 'echo $-'; sh -o nolog -c 'echo ok'; sh +m -c 'echo m'; sh -I -c 'echo $-'; set -s; echo $-; set -aCefnu; 
#--- options of sh
set -aCbIuvxf 2>/dev/null; echo $-; set +aCbIuvxf; set -o errexit -o nounset; echo $-; set +eu; sh -a -o noclobber +o allexport -c 'echo $-'; sh -x +x -c 'echo $-'; sh -eo nounset -c 'echo $-'; sh -o nosuch -c ''; echo $?; sh +o nosuch; echo $?; sh -Z; echo $?; sh -c; echo $?; sh -ec; echo $?; sh -s x y <<X
echo \$1 \$-
X
sh -n -c 'echo no'; sh -vc 'echo v'; sh -- -c 2>&1; echo $?; sh - -x 2>&1; echo $?; sh -c -- 'echo dd'; sh -c -e 'echo $-'; sh -c - 'echo dash'; (set -o a; echo no); echo $?; (set +q); echo $?; (set -ex -o q; echo no) 2>&1; set -o xtrace 2>/dev/null; set - ; echo $-
#--- umask
umask; umask -S; umask 077; umask; umask -S; umask 0; umask; umask 22; umask u=rwx,go=rx; umask; umask g-w,o+r; umask; umask a=; umask; umask +x; umask -S; umask =rw; umask; (umask 9; echo $?); (umask 88; echo $?); (umask xyz; echo $?); (umask u=q; echo $?); umask 0027; (umask 0; umask); umask; sh -c umask; umask 777; umask; umask 1000; umask; (umask -x; echo $?); umask u+; umask; (umask u; echo $?); (umask ''; echo $?)
umask 022; : >f; umask 077; : >g; mkdir d; umask 0; : >h; touch i; mkdir e; ls -ld f g h i d e | cut -c1-10
