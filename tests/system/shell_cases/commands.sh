# Commands: lists, pipelines, compound commands, functions, scripts.
#--- simple commands
echo hello   world "a  b" 'c  d' e\ f
#--- prefix assignments
x=1; x=2 echo $x; x=3 :; echo $x
f() { echo "in $x"; x=9; }
x=4 f; echo $x
y=5 eval 'echo $y'; echo "[$y]"
z=6 true; echo "[$z]"
#--- prefix assignment reaches scripts
echo 'echo "[$v]"' >s; v=7 sh ./s; echo "[$v]"; export v=8; sh ./s; unset v; sh ./s; w=1; sh -c 'echo "[$w]"'
#--- substitution status
x=$(exit 3); echo $?; x=$(true); echo $?; $(exit 4); echo $?; echo $(exit 5) $?; x=$(false) y=$(true); echo $?
: $(exit 6); echo $?; x=`exit 7`; echo $?; if x=$(false); then echo t; else echo e; fi
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
#--- function redirections
f() { echo out; echo err >&2; } 2>errors; f; cat errors; f >out; cat out; g() { cat; } <out; g
#--- function redefines itself
f() { f() { echo second; }; echo first; }; f; f; g() { unset -f g; echo still; }; g; (g); echo $?
#--- not found
nosuch; echo $?; ./nosuch; echo $?; /nosuch/x; echo $?; /; echo $?; ./; echo $?; ""; echo $?; nosuch a | cat; echo $?; $(echo nosuch); "a b"; /dev/null; echo $?; mkdir d; ./d; echo $?
#--- scripts
echo 'echo $0 $# "$@"; exit 3' >s; chmod +x s 2>/dev/null; sh s; echo $?; sh s a "b c"; sh ./s x; cat s | sh; echo 'echo stdin $1' | sh -s arg; sh -c 'echo $0 $1' name arg; sh -c 'echo $#'; sh -c 'exit 4'; echo $?; sh nofile; echo $?; sh -c; echo $?; sh -c 'nosuch'; sh -c 'nosuch' name; sh -ec 'false; echo no'; echo $?; sh -q; echo $?; sh -c ''; echo $?; echo 'echo a; nosuch; cd /nosuch' >s; sh s
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
#--- status of compound commands
false; if true; then :; fi; echo $?; false; for i in; do :; done; echo $?; false; while false; do :; done; echo $?; false; case a in b) ;; esac; echo $?; f() { :; }; false; f() { :; }; echo $?; false; x=1; echo $?; for i in 1; do false; done; echo $?; while :; do false; break; done; echo $?; while false; do :; done; echo $?; if false; then true; fi; echo $?; ! false | false; echo $?
#--- dollar question in substitutions
false; x=$?; echo $x; false; echo $(echo $?); false || echo $?; (exit 5) || echo $?; if (exit 6); then :; else echo $?; fi; while (exit 7); do :; done; echo $?; until (exit 0); do :; done; echo $?; false; (echo $?); true | echo $?; false; { echo $?; }
#--- while read with a here-document and variables
n=0; while read a b; do n=$((n+1)); echo "$n:$a:$b"; done <<E
one 1
two 2 2
  three
E
echo $n
#--- nested functions and loops
outer() { for i in 1 2 3; do inner $i || return $?; done; }; inner() { [ $1 -lt 2 ] && return 0; return 9; }; outer; echo $?
#--- function body kinds
a() { echo brace; }
b() ( echo paren )
c() for i in 1 2; do echo $i; done
d() while read x; do echo $x; done
e() case $1 in x) echo case; esac
f() if true; then echo if; fi
a; b; c; echo l | d; e x; f
#--- break in a condition
while break; do echo no; done; echo $?; for i in 1 2; do while continue 2; do echo no; done; echo no; done; echo $i
i=0; while i=$((i+1)); [ $i -gt 3 ] || continue; do echo body $i; break; done; echo $i
i=0; until i=$((i+1)); [ $i -lt 3 ] && continue; do echo body $i; break; done
if break; then echo no; fi; for i in 1 2; do if break; then echo no; fi; echo no; done; echo $i
for i in 1 2; do break && echo no; echo no; done; for i in 1 2; do ! continue; echo no; done; echo $i
#--- negation of lists and skipping
! { false; }; echo $?; f() { ! return 1; echo no; }; f; echo $?; ! (exit 3); echo $?; ! ! true; echo $?
#--- empty commands
$x; echo $?; x= $y; echo $?; >f; echo $?; $(false); echo $?; {
:
}; (:); if $x; then echo a; fi; while $z; do echo b; break; done
#--- functions named like built-ins
command() { echo "f $@"; }; command -v cd; command echo x; command command a; y=~; command export y=~ z=~:~; unset -f command; command echo y
command() { echo "f $@"; }; x=1 command q; (unset -f command; command echo sub); unset -f command
cd() { echo "cd $@"; }; cd /x; command cd /; pwd; unset -f cd; pwd
for n in read getopts type umask wait unalias alias true false test printf pwd jobs kill hash fg bg ulimit local source history; do eval "$n() { echo fn $n \$1; }"; $n 1; unset -f $n; done
#--- functions that cannot be named like special built-ins
for n in . : break continue eval exec exit export readonly return set shift unset command local; do (eval "$n() { echo fn; }"; echo ok); echo $n $?; done
#--- programs and PATH
/bin/echo a; /bin/ls /dev/null; /bin/sh -c 'echo $0 $1' x y; /usr/bin/printf '%s\n' b; /bin/../bin/echo c; cd /; bin/echo d; ./bin/echo e; cd - >/dev/null; /bin/nosuch; echo $?; [ -x /bin/ls ]; echo $?; [ -x /bin/sh ]; echo $?; [ -f /bin/cat ]; echo $?; [ -x /bin ]; echo $?
command -v echo; (PATH=/nonexistent; ls; echo $?; echo x; test -d /; echo $?); (PATH=/nonexistent:/bin; ls -d /; (exec ls -d /)); (PATH=/usr/bin; ls -d /)
mkdir d e; printf '#!/bin/sh\necho in d $0 "$@"\n' >d/prog; chmod +x d/prog 2>/dev/null; echo 'echo in e' >e/prog; PATH=e:d:$PATH; prog a b; echo $?; command prog c; (exec prog d); command -v prog; echo; type nosuch; command -v nosuch; echo $?
printf '#!/bin/sh\necho script $1\n' >s; chmod +x s 2>/dev/null; [ -x s ]; echo $?; PATH=.:$PATH; s x; ./s y; echo a >plain; [ -x plain ]; echo $?; echo x >f; exec 3<f; cat /dev/fd/3; exec 3<&-; cat /dev/fd/3; echo $?; [ -e /dev/fd/0 ]; echo $?; [ -e /dev/fd/7 ]; echo $?; echo y | cat /dev/fd/0; { echo z >/dev/fd/1; } | cat; { echo w >/dev/fd/2; } 2>g; cat g
cat <<X | cat /dev/fd/0 -
doc
X
ls -d /dev/fd; exec 5>h; echo five >/dev/fd/5; cat h; (cat </dev/fd/9); echo $?
unset PATH; ls; echo $?; PATH=; ls; echo $?; PATH=: nosuch; echo $?
