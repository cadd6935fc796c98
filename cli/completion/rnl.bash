# SPDX-License-Identifier: MIT OR Apache-2.0
# Completion of rnl(1) for bash: rnl itself knows what may follow.

_rnl() {
	local line=${COMP_LINE:0:COMP_POINT} word cut=''
	mapfile -t COMPREPLY < <("$1" complete "$line" 2> /dev/null)
	word=${line##*[[:space:]]}
	# Where bash takes = and : for ends of words, it wants what follows them alone.
	case $word in
	*[=:]*) [[ $COMP_WORDBREAKS != *=* ]] || cut=${word%"${word##*[=:]}"} ;;
	esac
	COMPREPLY=("${COMPREPLY[@]#"$cut"}")
	# More is to be typed behind these.
	[[ ${COMPREPLY[0]-} != *[.=] ]] || compopt -o nospace
}

complete -o default -F _rnl rnl
