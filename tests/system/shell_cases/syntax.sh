# Syntax: tokens, lines, comments, and what is none.
#--- comments
echo a # comment
# echo no
echo b#c '#d' "#e" \#f
#--- line continuation
echo a\
b "c\
d" 'e\
f'
ec\
ho g; x=1; echo $\
x ${\
x}
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
#--- a delimiter that does not end
cat <<'E
text
#--- a delimiter with a double quote that does not end
cat <<"E
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
