# Wraps every job: claims it, runs it, and leaves a record of how it ended.        sh job.sh FOLDER RECORD
#
# The claim is a file that only one wrapper can create, so a job that is started twice runs once. The command runs in the
# background and is waited for: a shell that runs it in the foreground, or records `$?` in an EXIT trap, tells lies about
# jobs that are killed. A record counts only with its last line, so half a record (a full disk, a kill) is none. Processes
# are dear when jobs are short: nothing here starts one that a builtin can do without.

record=$2
now() { if [ "$TUI_BATCH_BOOT" ]; then read -r clock _ </proc/uptime; else clock=$(date +%s); fi; }

cd "$1" || exit 125
now
set -C
if { true >"$record.start"; } 2>/dev/null; then # not `:`, at whose failure a shell must exit, with a code of its own
    set +C
else # somebody has it, unless a scheduler runs this very job of its own once more
    set +C
    [ "$TUI_BATCH_NATIVE" ] && [ ! -e "$record.cause" ] || exit 125
    { read -r _ owner <"$record.start" && [ "$owner" = "$TUI_BATCH_NATIVE" ]; } 2>/dev/null || exit 125
    rm -f "$record.end" && { true >"$record.start"; } 2>/dev/null || exit 125
fi
[ ! -e "$record.cause" ] || exit 125 # cancelled before it could begin
{ printf 'job %s\nindex %s\nhost %s\npid %s\nboot %s\nclock %s\nok\n' "$TUI_BATCH_JOB_ID" "$TUI_BATCH_INDEX" \
    "${TUI_BATCH_HOST:=$(hostname)}" $$ "$TUI_BATCH_BOOT" "$clock" >>"$record.start"; } 2>/dev/null ||
    { rm -f "$record.start"; exit 125; }

# Whoever left a cause has told the whole group, but for schedulers that tell this shell alone; so does the job itself
# with `kill $$`. It may be told again later.
told() {
    got=$1
    [ ! -e "$record.cause" ] || [ "$TUI_BATCH_ALONE" ] || return
    trap '' "$1"
    kill -s "$1" 0
    # shellcheck disable=SC2064
    trap "told $1" "$1"
}
for signal in TERM INT HUP USR1 USR2 XCPU; do
    # shellcheck disable=SC2064
    trap "told $signal" "$signal"
done

read -r first <command
case $first in
'#!'*) ./command & ;;
*) (set -- && . ./command) & ;;
esac
child=$!
got=
wait "$child"
code=$?
while [ "$got" ]; do # the wait was cut short by a signal: the job may still run
    got=
    wait "$child"
    again=$?
    case $again in
    127 | -1) ;; # it had been collected the first time; -1 is what bash says then
    *) code=$again ;;
    esac
done

now
tries=0
until { printf 'job %s\ncode %s\nclock %s\nok\n' "$TUI_BATCH_JOB_ID" $code "$clock" >"$record.end"; } 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 360 ] || break
    sleep 10 # a full disk is often freed by somebody within the hour
done
exit $code
