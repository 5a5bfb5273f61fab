# What a scheduler runs for a job: finds it in a list, and wraps it.        sh task.sh FOLDER LIST LINE NATIVE
#
# FOLDER is the submission's, LINE counts from 1, NATIVE is the scheduler's own word for the job.

cd "$1" || exit 125
_tab=$(printf '\t')
IFS=$_tab read -r _index _name _attempt _cpus <<end || exit 125
$(sed -n "$3{p;q;}" "lists/$2")
end
[ "$_cpus" ] || exit 125
export TUI_BATCH_JOB_ID="$4" TUI_BATCH_NATIVE="$4" TUI_BATCH_INDEX="$_index" TUI_BATCH_JOB="$_name"
export TUI_BATCH_SUBMISSION="${1##*/}" TUI_BATCH_ATTEMPT="$_attempt" TUI_BATCH_CPUS="$_cpus"
export TUI_BATCH_BOOT= TUI_BATCH_HOST=
exec /bin/sh "$1/job.sh" "$1/jobs/$_attempt/$_name" "$1/records/$_attempt/$_index" \
    >>"logs/$_attempt/$_index.out" 2>>"logs/$_attempt/$_index.err" </dev/null
