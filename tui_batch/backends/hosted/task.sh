# What a scheduler runs for a job: finds it in a list, and wraps it.        sh task.sh FOLDER LIST LINE NATIVE
#
# FOLDER is the submission's, LINE counts from 1, NATIVE is the scheduler's own word for the job.

cd "$1" || exit 125
tab=$(printf '\t')
IFS=$tab read -r index name attempt cpus <<end || exit 125
$(sed -n "$3{p;q;}" "lists/$2")
end
[ "$cpus" ] || exit 125
export TUI_BATCH_JOB_ID="$4" TUI_BATCH_NATIVE="$4" TUI_BATCH_INDEX="$index" TUI_BATCH_JOB="$name"
export TUI_BATCH_SUBMISSION="${1##*/}" TUI_BATCH_ATTEMPT="$attempt" TUI_BATCH_CPUS="$cpus"
export TUI_BATCH_BOOT= TUI_BATCH_HOST=
exec /bin/sh "$1/job.sh" "$1/jobs/$attempt/$name" "$1/records/$attempt/$index" \
    >>"logs/$attempt/$index.out" 2>>"logs/$attempt/$index.err" </dev/null
