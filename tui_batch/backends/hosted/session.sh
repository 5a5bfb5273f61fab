# What a container runs for a job, as its first process.
#
#     sh session.sh FOLDER INDEX NAME ATTEMPT CPUS SECONDS SETUP WORD
#
# FOLDER is the submission's, SECONDS the job's limit or 0, SETUP lines of sh in base64 or `-`, WORD the variable that
# holds the platform's own word for the job. What the job writes goes to the container's log and into `logs/`, which
# outlives it; the last line of the container's log tells how the job ended, for where its record cannot be read.

folder=$1 index=$2 name=$3 attempt=$4 cpus=$5 seconds=$6 began=$(date +%s)
eval "native=\$$8"
cd "$folder" || exit 125
if [ "$7" != - ]; then
    lines=$(printf %s "$7" | base64 -d) || exit 125
    eval "$lines"
fi
cd "$folder" || exit 125
export TUI_BATCH_JOB_ID="$native" TUI_BATCH_NATIVE="$native" TUI_BATCH_INDEX="$index" TUI_BATCH_JOB="$name"
export TUI_BATCH_SUBMISSION="${folder##*/}" TUI_BATCH_ATTEMPT="$attempt" TUI_BATCH_CPUS="$cpus"
export TUI_BATCH_BOOT= TUI_BATCH_HOST= TUI_BATCH_ALONE=yes

# A platform tells the first process alone, and the kernel keeps from it what it has no ear for. Told once, it says it
# once: the wrapper passes it on to all, this one among them.
job= got=
told() {
    trap '' TERM INT HUP
    got=yes
    [ ! "$job" ] || kill -s TERM "$job" 2>/dev/null
}
trap told TERM INT HUP

# A pipe that has a name, so that the job is waited for, and not whatever it leaves behind that could still write.
copy= pipe=${TMPDIR:-/tmp}/tui-batch-$native.$$ log=logs/$attempt/$index.out
if { mkfifo "$pipe" && true >>"$log"; } 2>/dev/null; then
    (trap '' TERM INT HUP && exec tee -a "$log") <"$pipe" &
    copy=$!
    exec 3>"$pipe"
    rm "$pipe"
else
    exec 3>&1
fi
# How often the kernel has ended something in this container for want of memory, where that is to be seen.
starved() { cat "${TUI_BATCH_CGROUP:-/sys/fs/cgroup}/memory.events" 2>/dev/null | grep '^oom_kill '; }
before=$(starved)

[ ! "$got" ] || exit 143
/bin/sh job.sh "$folder/jobs/$attempt/$name" "$folder/records/$attempt/$index" >&3 2>&3 3>&- </dev/null &
job=$!
exec 3>&-

watch=
if [ "$seconds" -gt 0 ]; then
    (
        trap '' TERM INT HUP
        sleep "$seconds"
        echo "timed_out" >"records/$attempt/$index.cause"
        kill -s TERM $$
        sleep 10
        kill -s KILL 0
    ) >/dev/null 2>&1 &
    watch=$!
fi

wait "$job"
code=$?
while [ "$got" ]; do # the wait was cut short: the job may still run
    got=
    wait "$job"
    again=$?
    case $again in
    127 | -1) ;; # it had been collected the first time; -1 is what bash says then
    *) code=$again ;;
    esac
done
[ ! "$watch" ] || { kill -s KILL "$watch"; wait "$watch"; } 2>/dev/null # what a shell says of it is nobody's log
if [ "$copy" ]; then
    (trap '' TERM INT HUP; sleep 2; kill -s KILL "$copy") >/dev/null 2>&1 &
    { wait "$copy"; kill -s KILL $!; wait $!; } 2>/dev/null
fi
if [ "$code" != 0 ] && [ "$(starved)" != "$before" ]; then
    (set -C && echo out_of_memory >"records/$attempt/$index.cause") 2>/dev/null # the first cause counts
fi
owner=- # who has claimed the job: another session, if it was sent twice
{ read -r _ owner <"records/$attempt/$index.start"; } 2>/dev/null
cause=- # why it was ended, in one word
{ read -r cause _ <"records/$attempt/$index.cause"; } 2>/dev/null
printf '\ntui-batch-end %s %s %s %s %s %s %s %s\n' \
    "${folder##*/}" "$index" "$attempt" "$code" "$began" "$(date +%s)" "${owner:--}" "${cause:--}"
exit "$code"
