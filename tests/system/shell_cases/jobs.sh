# Jobs: lists in the background, wait, jobs, kill.
#--- waiting for jobs
(exit 3) & wait $!; echo $?; wait $!; echo $?; wait 99999; echo $?; wait; echo $?; (exit 4) & p=$!; (exit 5) & q=$!; wait $p $q; echo $?; sleep 5 & kill $!; wait $!; echo $?; wait %1; echo $?; sleep 0.01 & wait %1; echo $?; wait %; echo $?; wait abc; echo $?; false & wait %%; echo $?; false & wait %+; echo $?; case $! in *[!0-9]*) echo no;; esac; (wait $q; echo $?); (exit 6) & (wait $!; echo $?); wait $!; echo $?
#--- what jobs see
cat & wait; echo cat $?; echo in | { cat & wait; }; { cat; } <<X &
from doc
X
wait; x=1; { x=2; echo bg $x; } & wait; echo $x; f() { echo f $1; return 7; }; f arg & wait $!; echo $?; set -- a b; { echo $#; shift; echo $1; } & wait; echo $#; trap 'echo e' EXIT; { echo t; exit 2; } & wait $!; echo $?; false & echo $?; set -e; false & wait; echo here; wait $!; echo no
#--- jobs and signals
sh -c 'trap "echo got" TERM; sleep 0.2 & kill $$; wait $!; echo $?'
sh -c 'trap "echo got" TERM; { sleep 0.1; kill $$; } & sleep 0.3; echo $?'
sh -c '{ trap "echo job; exit 4" TERM; while :; do sleep 0.05; done; } & sleep 0.1; kill $!; wait $!; echo $?'
sh -c '{ trap "" TERM; sleep 0.2; echo survived; } & sleep 0.1; kill $!; wait $!; echo $?'
sh -c 'sleep 5 & kill -9 $!; wait $!; echo $?; kill $!; echo $?; kill -0 $!; echo $?'
sh -c 'sleep 5 & kill -INT $!; kill -QUIT $!; kill -HUP $!; wait $!; echo $?'
sh -c 'while :; do :; done & kill $!; wait $!; echo $?'
sh -c 'echo a & wait; echo b & wait; (echo c & wait); { echo d; } & wait; echo $(echo e & wait)'
#--- where jobs may stand
sh -c 'x=$(sleep 0.1 & echo now); echo $x'
sh -c 'set -m 2>/dev/null; jobs; echo $?; jobs -l; jobs -p; jobs %1; echo $?; jobs -x; echo $?'
sh -c 'a=1 & b=2 & wait; echo $a$b; true & false; echo $?; ! true & echo $?; exit 5 & wait $!; echo $?'
sh -c 'yes & p=$!; kill $p; wait $p' | head -n 1 >/dev/null; echo ok
sh -c 'fg; echo $?; bg; echo $?; fg %1; echo $?'
sh -c 'sleep 0.1 & sleep 0.1 & sleep 0.1 & wait %2 %3 %1; echo $?; wait %-; echo $?; sleep 0.1 & wait %sl; echo $?; sleep 0.1 & wait %?ee; echo $?'
sh -c '& echo no'; sh -c 'echo a & & echo b'; sh -c 'echo a &; echo b'; sh -c 'echo a && &'; sh -c 'if true & then wait; echo y; fi; { echo a & }; wait; (echo b &) ; sleep 0.05; for i in 1 2; do echo $i & wait; done; case x in x) echo c & esac; wait'
sh -c 'echo a &
wait
echo b&wait; echo c & # comment
wait; f() { echo f & wait; }; f; true & wait && echo d'
#--- jobs listed
sleep 0.3 & jobs; wait; jobs; jobs; sleep 0.3 & sleep 0.3 | cat & (exit 3) & sleep 0.1; jobs; jobs; wait; jobs; jobs; true & wait; jobs
#--- no job
jobs; echo $?; jobs %1; echo $?; wait %1; echo $?; wait 99999; echo $?; kill %1; echo $?; fg; echo $?; bg %3; echo $?; echo "[$!]"; (set -u; echo $!; echo no); wait -x; echo no
#--- a job that goes on
(until [ -e go ]; do sleep 0.01; done; echo late >f) & sh -c '(until [ -e go ]; do sleep 0.01; done; echo later >g) &'; cat f g 2>/dev/null; : >go; wait; until [ -s g ]; do sleep 0.01; done; cat f g; (sleep 0.1 & echo first); x=$(echo a; (sleep 0.1; echo b) &); echo $x
#--- jobs have copies
x=1; f() { echo f $x $1; }; set -- p q; { sleep 0.1; f a; echo $# $x; for i in 1 2; do case $i in 1) cat <<E;; 2) echo ${y:=z} $((x+1)) `echo b`;; esac; done
doc $x
E
while read l; do echo "<$l>"; done <<E | cat
$*
E
} & x=2; f() { echo other; }; set --; unset y; wait; echo "[$y]" $x; f
#--- jobs in jobs
{ { echo a; { echo b; } & wait; } & wait; echo c; } & wait; f() { [ $1 = 0 ] || { f $(($1-1)) & wait; echo $1; }; }; f 5
#--- traps of the subshell or shell that is a job
# dash 0.5.12 tells of the signal in some runs and not in others; why has not been found out.
sh -c '(trap "echo T" TERM; sleep 0.3; echo end) & sleep 0.1; kill $!; wait $!; echo $?'
sh -c '(trap "" TERM; sleep 0.3; echo end) & sleep 0.1; kill $!; wait $!; echo $?'
sh -c '(trap "echo T; exit 4" TERM; while :; do sleep 0.05; done) >f & sleep 0.1; kill $!; wait $!; echo $?; cat f'
sh -c 'sh -c "trap \"\" TERM; sleep 0.3; echo x" & sleep 0.1; kill $!; wait $!; echo $?'
sh -c '{ :; (x=1; sh -c "trap \"echo T; exit 5\" TERM; while :; do sleep 0.05; done"); } & sleep 0.1; kill $!; wait $!; echo $?'
sh -c 'true && env A=b sh -c "trap \"echo T\" TERM; echo \$A; sleep 0.3; echo end" & sleep 0.1; kill $!; wait $!; echo $?'
sh -c '{ trap "" TERM; exec sh -c "sleep 0.3; echo x"; } & sleep 0.1; kill $!; wait $!; echo $?'
sh -c '(trap "echo e" EXIT; sleep 0.3; (sleep 0.1; echo s); sh -c "echo t") & sleep 0.1; kill $!; wait $!; echo $?' 2>/dev/null
sh -c '(trap "echo e" EXIT; (echo s); sh -c "echo t") & wait $!; echo $?'
sh -c '(sleep 5) & sleep 0.1; kill $!; wait $!; echo $?; (exit 3) & wait $!; echo $?; { (sleep 5); } & sleep 0.1; kill -9 $!; wait $!; echo $?' 2>/dev/null
sh -c 'sh -c "echo \$\$ >f" & wait $!; echo $! | cmp - f; (sh -c "echo \$\$ >f") & wait $!; echo $! | cmp - f; kill -0 $! 2>&1; echo $?'
sh -c 'true || (echo no) & wait; (echo a); (nosuch) & wait $!; echo $?; nosuch & wait $!; echo $?; (set -e; (exit 4); echo no) & wait $!; echo $?'
#--- traps of what env and timeout run
# dash tells of the signal that GNU's timeout sends to the whole group.
exec 2>/dev/null; timeout 0.1 sh -c 'trap "" TERM; sleep 0.3; echo x'; echo $?; timeout 0.1 sh -c 'trap "echo T; exit 5" TERM; while :; do sleep 0.05; done'; echo $?
timeout --preserve-status 0.1 sh -c 'trap "echo T; exit 5" TERM; while :; do sleep 0.05; done'; echo $?; timeout 0.1 sleep 5; echo $?; timeout 0.1 env sh -c 'trap "" TERM; sleep 0.3; echo y'; echo $?
timeout -k 0.1 0.1 sh -c 'trap "" TERM; sleep 5; echo no'; echo $?; timeout 5 sh -c 'exit 3'; echo $?; timeout 5 nosuch; echo $?
#--- a signal that ends what env runs
env sh -c 'kill $$'; echo $?; sh -c 'exec env sh -c "kill -HUP \$\$"'; echo $?; env env false; echo $?
