# What a container runs for a job, as its first process.
#
#     sh session.sh FOLDER INDEX NAME ATTEMPT CPUS SECONDS SETUP WORD
#
# FOLDER is the submission's, SECONDS the job's limit or 0, SETUP lines of sh in base64 or `-`, WORD the variable that
# holds the platform's own word for the job. What setup and job write goes to the container's log and, byte for byte, into
# `logs/`, which outlives it; the last line of the container's log tells how the job ended, for where its record cannot be
# read. Our variables begin with `_`, since SETUP may set any other.

_folder=$1 _index=$2 _name=$3 _attempt=$4 _cpus=$5 _seconds=$6 _began=$(date +%s)
eval "_native=\$$8"
cd "$_folder" || exit 125

# A pipe that has a name, so that the job is waited for, and not whatever it leaves behind that could still write. What
# comes second, since it was sent twice, has nothing to say.
_copy= _pipe=${TMPDIR:-/tmp}/tui-batch-$_native.$$ _log=logs/$_attempt/$_index.out
if [ ! -e "records/$_attempt/$_index.start" ] && { mkfifo "$_pipe" && true >>"$_log"; } 2>/dev/null; then
    (trap '' TERM INT HUP && exec tee -a "$_log") <"$_pipe" &
    _copy=$!
    exec 3>"$_pipe"
    rm "$_pipe"
else
    exec 3>&1
fi
# All that was written has arrived: with this shell the container ends.
flush() {
    exec 3>&-
    [ "$_copy" ] || return
    (trap '' TERM INT HUP; sleep 2; kill -s KILL "$_copy") >/dev/null 2>&1 &
    { wait "$_copy"; kill -s KILL $!; wait $!; } 2>/dev/null
    _copy=
}

if [ "$7" != - ]; then
    _lines=$(printf %s "$7" | base64 -d) || exit 125
    trap 'exec >&- 2>&-; flush' EXIT
    eval "$_lines" >&3 2>&3 3>&-
    set +eu # what it wants of a shell is for its own lines
fi
cd "$_folder" || exit 125
export TUI_BATCH_JOB_ID="$_native" TUI_BATCH_NATIVE="$_native" TUI_BATCH_INDEX="$_index" TUI_BATCH_JOB="$_name"
export TUI_BATCH_SUBMISSION="${_folder##*/}" TUI_BATCH_ATTEMPT="$_attempt" TUI_BATCH_CPUS="$_cpus"
export TUI_BATCH_BOOT= TUI_BATCH_HOST= TUI_BATCH_ALONE=yes

# A platform tells the first process alone, and the kernel keeps from it what it has no ear for. Told once, it says it
# once: the wrapper passes it on to all, this one among them.
_job= _got=
told() {
    trap '' TERM INT HUP
    _got=yes
    [ ! "$_job" ] || kill -s TERM "$_job" 2>/dev/null
}
trap told TERM INT HUP

# How often the kernel has ended something in this container for want of memory, where that is to be seen.
starved() { cat "${TUI_BATCH_CGROUP:-/sys/fs/cgroup}/memory.events" 2>/dev/null | grep '^oom_kill '; }
_before=$(starved)

[ ! "$_got" ] || exit 143
/bin/sh job.sh "$_folder/jobs/$_attempt/$_name" "$_folder/records/$_attempt/$_index" >&3 2>&3 3>&- </dev/null &
_job=$!
exec 3>&-

_watch=
if [ "$_seconds" -gt 0 ]; then
    (
        trap '' TERM INT HUP
        sleep "$_seconds"
        echo "timed_out" >"records/$_attempt/$_index.cause"
        kill -s TERM $$
        sleep 10
        kill -s KILL 0
    ) >/dev/null 2>&1 &
    _watch=$!
fi

wait "$_job"
_code=$?
while [ "$_got" ]; do # the wait was cut short: the job may still run
    _got=
    wait "$_job"
    _again=$?
    case $_again in
    127 | -1) ;; # it had been collected the first time; -1 is what bash says then
    *) _code=$_again ;;
    esac
done
[ ! "$_watch" ] || { kill -s KILL "$_watch"; wait "$_watch"; } 2>/dev/null # what a shell says of it is nobody's log
flush
if [ "$_code" != 0 ] && [ "$(starved)" != "$_before" ]; then
    (set -C && echo out_of_memory >"records/$_attempt/$_index.cause") 2>/dev/null # the first cause counts
fi
_owner=- # who has claimed the job: another session, if it was sent twice
{ read -r _ _owner <"records/$_attempt/$_index.start"; } 2>/dev/null
_cause=- # why it was ended, in one word
{ read -r _cause _ <"records/$_attempt/$_index.cause"; } 2>/dev/null
printf '\ntui-batch-end %s %s %s %s %s %s %s %s\n' \
    "${_folder##*/}" "$_index" "$_attempt" "$_code" "$_began" "$(date +%s)" "${_owner:--}" "${_cause:--}"
exit "$_code"
