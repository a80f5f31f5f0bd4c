# Signals: trap and kill.
#--- traps listed
trap 'echo x $?' EXIT; trap; trap -- 'echo t' TERM INT; trap; x=$(trap); echo "[$x]"; (trap); (trap - INT; trap); trap - INT; trap; trap '' HUP; trap; (trap); trap 2 ; trap "" 2 15; trap; trap 0
trap -p; echo $?; trap foo BAR; echo $?; trap foo 99; echo $?; trap foo; echo $?; trap TERM; trap; trap a b 1; echo $?; trap; trap -; echo $?; trap -l; echo $?
trap 'echo q' QUIT PIPE USR1 ALRM CHLD SIGTERM; echo $?; trap; trap - SIGTERM; trap 'echo k' KILL; echo $?; trap 'x' int; trap 'y' sigint; trap; trap 'it'"'"'s' USR2; trap
#--- traps set
trap foo BAR; echo $?; trap foo 99; echo $?; trap foo; echo $?; trap TERM; trap; trap a b 1; echo $?; trap; trap -; echo $?
trap 'echo q' QUIT PIPE USR1 ALRM CHLD SIGTERM; echo $?; trap; trap - SIGTERM; trap 'echo k' KILL; echo $?; trap 'x' int; trap 'y' sigint; trap; trap 'it'"'"'s' USR2; trap; trap - 0 1 2 3; trap; trap 'a' 64 65; echo $?; trap x 01 002; trap; trap -- - HUP; trap 0; trap ''; echo $?; trap '' ; trap - BAD INT; echo $?; trap INT BAD; echo $?; trap; trap 'echo e' EXIT; exit 3
#--- actions and what they see
sh -c 'trap "echo x \$?; exit" EXIT; (exit 4)'; echo $?
sh -c 'trap "echo x; exit 5" EXIT; exit 3'; echo $?
sh -c 'trap "false" EXIT; exit 3'; echo $?
sh -c 'trap "echo t \$?" TERM; false; kill $$; echo $?'; echo $?
sh -c 'trap "echo t; false" TERM; kill $$; echo $?; kill $$ ; true; echo $?'; echo $?
sh -c 'trap "echo t; exit" TERM; (exit 7); kill $$; echo no'; echo $?
sh -c 'trap "echo t; exit 9" TERM; kill $$; echo no'; echo $?
sh -c 'kill $$; echo no'; echo $?
sh -c 'trap "echo e" EXIT; kill $$; echo no'; echo $?
sh -c 'trap "echo e" EXIT; kill -INT $$; echo no'; echo $?
sh -c 'trap "" TERM; kill $$; echo yes; sh -c "trap \"echo bad\" TERM; trap; kill \$\$; echo yes2"'; echo $?
sh -c 'trap "echo t" TERM; for i in 1 2 3; do [ $i = 2 ] && kill -TERM $$; echo $i; done'; echo $?
sh -c 'f() { trap "echo in; return 5" TERM; kill $$; echo no; }; f; echo $?'; echo $?
sh -c 'trap "break" TERM; for i in 1 2; do kill $$; echo $i; done; echo $?'; echo $?
sh -c 'trap "echo a" EXIT; trap "echo b" EXIT; trap - EXIT'; echo $?
sh -c 'trap "echo a" EXIT; (echo sub); (trap "echo subexit" EXIT; echo sub2); x=$(trap "echo cs" EXIT; echo in); echo $x; echo p | { trap "echo pipe" EXIT; cat; }'; echo $?
#--- actions in functions, loops and subshells
sh -c 'trap "echo a" EXIT; exec echo x'; echo $?
sh -c 'trap "trap \"echo second\" EXIT; echo first" EXIT'; echo $?
sh -c 'trap "echo \$?; kill \$\$" TERM; kill $$; echo after' 2>&1 | head -n 3; echo $?
sh -c 'trap "echo u1" USR1; trap "echo u2" USR2; trap "kill -USR2 \$\$; echo mid" USR1; kill -USR1 $$; echo end'; echo $?
sh -c 'set -e; trap "echo e \$?" EXIT; false; echo no'; echo $?
sh -c 'trap "echo e \$?" EXIT; echo ${x?bad}; echo no'; echo $?
sh -c 'trap "echo e \$?" EXIT; fi'; echo $?
sh -c 'trap "echo e \$?; nosuch" EXIT; nosuch2'; echo $?
sh -c 'trap "fi" EXIT; echo a'; echo $?
sh -c 'trap "fi" TERM; kill $$; echo a'; echo $?
sh -c 'trap "echo \${x?bad}" EXIT; exit 4'; echo $?
sh -c 'trap "return 3" EXIT; exit 4'; echo $?
sh -c 'trap "echo t" TERM; (kill $$; echo sub); echo main'; echo $?
sh -c 'trap "echo t" TERM; eval "kill $$; echo one"; . ./s 2>/dev/null; echo two'; echo $?
sh -c 'kill -l 15; kill -l 143; kill -l TERM; kill -0 $$; echo $?; kill -s TERM; echo $?; kill; echo $?; kill -FOO $$; echo $?; kill 99999999; echo $?; kill -s foo 1; echo $?; kill abc; echo $?; kill -l 999; echo $?; kill -15 99999999; echo $?; kill -s 0 $$; echo $?; kill %1; echo $?; kill -9; echo $?;kill -TERM -- 99999999; kill -- ; echo $?'; echo $?
sh -c 'trap "echo one" TERM; trap "echo two" USR1; (kill -USR1 $$; kill -TERM $$); echo end'
sh -c 'trap "echo \$? e" EXIT; f() { return 5; }; f'; echo $?
sh -c 'trap "x=1; false" TERM; if kill $$; then echo ok $x $?; fi'; echo $?
sh -c 'trap "echo e" EXIT; sh -c "kill -9 $$"; echo no'; echo $?
sh -c 'kill -PIPE $$; echo no'; echo $?
sh -c 'kill -HUP $$; echo no'; echo $?
sh -c 'trap - TERM; trap "" EXIT; echo ok'; echo $?
#--- actions at the end, and where they return to
f() { trap 'echo "$1"' EXIT; exit 3; }; (f a); echo $?
sh -c 'set -e; trap "false; echo x" EXIT; true'; echo $?
sh -c 'set -e; trap "false; echo x" TERM; kill $$; echo no'; echo $?
sh -c 'trap "echo x >&3" EXIT; exec 3>f; exit'; cat f
sh -c 'trap "echo out" EXIT; { echo in; exit 2; } >g'; echo $?; cat g
sh -c 'trap "set -- q; echo \$#" TERM; set -- a b; kill $$; echo $#'
sh -c 'x=1; trap "x=2" TERM; kill $$; echo $x; f() { local x=5; kill $$; echo $x; }; f; echo $x'
sh -c 'trap "exit" EXIT; exit 6'; echo $?; sh -c 'trap "(exit 5); exit" EXIT; exit 6'; echo $?; sh -c 'trap "f() { exit; }; false; f" EXIT; exit 6'; echo $?
sh -c 'trap "exit" TERM; trap "echo e \$?" EXIT; (exit 8); kill $$; echo no'; echo $?
sh -c 'trap "trap - TERM; kill \$\$" TERM; kill $$; echo no'; echo $?
sh -c 'trap "" PIPE; { seq 1 3 2>/dev/null; echo w $? >&2; } | :; echo end' 2>/dev/null
sh -c 'trap "echo p" TERM; (trap; kill -TERM $$); echo q'
sh -c 'trap "echo t" USR1; while read x; do [ $x = 2 ] && kill -USR1 $$; echo $x; done <<E
1
2
3
E'
sh -c 'trap "echo t" TERM; ! kill $$; echo $?; kill $$ && echo and; kill $$ || echo or; { kill $$; } ; if kill $$; then :; fi; until kill $$; do :; done'
sh -c 'trap "echo t; trap \"echo u\" TERM" TERM; kill $$; kill $$'
sh -c 'trap "echo 1" TERM; trap "echo 2" HUP; trap "echo 3" USR1; kill -TERM $$; kill -HUP $$; (kill -TERM $$; kill -USR1 $$; kill -HUP $$)'
sh -c 'trap "return 9" TERM; f() { kill $$; echo no; }; f; echo $?; . ./lib; echo $?'; echo 'kill $$; echo no' >lib;  sh -c 'trap "return 9" TERM; . ./lib; echo $?'
sh -c 'trap "continue" TERM; for i in 1 2 3; do [ $i = 2 ] && kill $$; echo $i; done'
sh -c 'trap "echo e" EXIT; return 3; echo no'; echo $?
sh -c 'trap "echo e" EXIT
readonly r=1; r=2; echo no'; echo $?
printf 'trap "echo e" EXIT\necho a\n' | sh; printf 'trap "echo e" EXIT\necho a\nexit 3' >s; sh s; echo $?; sh ./s | cat; x=$(sh s); echo "$x"
#--- signals by name and number
kill -l 1 2; for i in 1 2 3 9 13 15 17 32 33 34 35 49 50 51 63 64 129 143; do kill -l $i; done; kill -l | head -n 20; kill -l | wc -l
