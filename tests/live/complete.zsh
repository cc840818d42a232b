#!/bin/zsh
# SPDX-License-Identifier: GPL-2.0-only
# What zsh completes: for each line of standard input that line, what it becomes when Tab is
# pressed at its end, and all that might stand there, parted by tabs. An interactive zsh does it, on
# a terminal that nobody sees, with the completion in the folder COMPLETIONS.
zmodload zsh/zpty
export COMPLETIONS

# asked SHELL: what the shell on the terminal is told before it has a prompt
setup='
fpath=($COMPLETIONS $fpath)
autoload -Uz compinit && compinit -D -u
unsetopt auto_list auto_menu beep

# Every match passes here. With -O, -A or -D nothing is offered yet.
compadd() {
	local -a matches
	local word

	for word; do
		[[ $word == (-|--) ]] && break
		if [[ $word == -[OAD] ]]; then
			builtin compadd "$@"
			return
		fi
	done
	builtin compadd -A matches "$@"
	offered+=($matches)
	builtin compadd "$@"
}

zle-line-init() {
	local line

	while IFS= read -r line; do
		BUFFER=$line CURSOR=$#line
		typeset -gaU offered=()
		zle complete-word
		print -r -- "$line"$'"'\\t'"'"$BUFFER"$'"'\\t'"'"${(o)offered}" >&4
	done <&3
	BUFFER=exit
	zle accept-line
}
zle -N zle-line-init
'
work=$(mktemp -d) || exit
{
	cat >$work/lines
	print -r -- $setup >$work/.zshrc
	zpty shell "ZDOTDIR=$work zsh -d -i 3<$work/lines 4>$work/completed 2>$work/errors"
	while zpty -r shell line; do :; done
	cat $work/errors >&2
	cat $work/completed
} always {
	rm -rf $work
}
