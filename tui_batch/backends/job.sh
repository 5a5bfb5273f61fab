# Wraps every job: claims it, runs it, and leaves a record of how it ended.        sh job.sh FOLDER RECORD
#
# The claim is a file that only one wrapper can create, so a job that is started twice runs once. The command runs in the
# background and is waited for: a shell that runs it in the foreground, or records `$?` in an EXIT trap, tells lies about
# jobs that are killed. A record counts only with its last line, so half a record (a full disk, a kill) is none. Processes
# are dear when jobs are short: nothing here starts one that a builtin can do without. Its variables begin with `_`, since
# any other may be the job's.

_record=$2
now() { if [ "$TUI_BATCH_BOOT" ]; then read -r _clock _ </proc/uptime; else _clock=$(date +%s); fi; }

cd "$1" || exit 125
now
set -C
if { true >"$_record.start"; } 2>/dev/null; then # not `:`, at whose failure a shell must exit, with a code of its own
    set +C
else # somebody has it, unless a scheduler runs this very job of its own once more
    set +C
    [ "$TUI_BATCH_NATIVE" ] && [ ! -e "$_record.cause" ] || exit 125
    { read -r _ _owner <"$_record.start" && [ "$_owner" = "$TUI_BATCH_NATIVE" ]; } 2>/dev/null || exit 125
    rm -f "$_record.end" && { true >"$_record.start"; } 2>/dev/null || exit 125
fi
[ ! -e "$_record.cause" ] || exit 125 # cancelled before it could begin
{ printf 'job %s\nindex %s\nhost %s\npid %s\nboot %s\nclock %s\nok\n' "$TUI_BATCH_JOB_ID" "$TUI_BATCH_INDEX" \
    "${TUI_BATCH_HOST:=$(hostname)}" $$ "$TUI_BATCH_BOOT" "$_clock" >>"$_record.start"; } 2>/dev/null ||
    { rm -f "$_record.start"; exit 125; }

# Whoever left a cause has told the whole group, but for schedulers that tell this shell alone; so does the job itself
# with `kill $$`. It may be told again later.
told() {
    _got=$1
    [ ! -e "$_record.cause" ] || [ "$TUI_BATCH_ALONE" ] || return
    trap '' "$1"
    kill -s "$1" 0
    # shellcheck disable=SC2064
    trap "told $1" "$1"
}
for _signal in TERM INT HUP USR1 USR2 XCPU; do
    # shellcheck disable=SC2064
    trap "told $_signal" "$_signal"
done

read -r _first <command
case $_first in
'#!'*) ./command & ;;
*) (set -- && . ./command) & ;;
esac
_child=$!
_got=
wait "$_child"
_code=$?
while [ "$_got" ]; do # the wait was cut short by a signal: the job may still run
    _got=
    wait "$_child"
    _again=$?
    case $_again in
    127 | -1) ;; # it had been collected the first time; -1 is what bash says then
    *) _code=$_again ;;
    esac
done

now
_tries=0
until { printf 'job %s\ncode %s\nclock %s\nok\n' "$TUI_BATCH_JOB_ID" $_code "$_clock" >"$_record.end"; } 2>/dev/null; do
    _tries=$((_tries + 1))
    [ $_tries -lt 360 ] || break
    sleep 10 # a full disk is often freed by somebody within the hour
done
exit $_code
