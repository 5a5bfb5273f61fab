#!/bin/sh
# A real Grid Engine cell of this one machine, for tests.        gridengine_cell.sh start|stop|master-stop|master-start
#
# As root, with Debian's gridengine-master, -exec, -client and netbase; no systemd. All its state lies in one folder, but
# for /etc/default/gridengine, which tells Debian's commands where that is. One cell for a machine: started twice it is
# left as it runs.
set -eu

export SGE_ROOT=/var/tmp/tui-batch-gridengine SGE_CELL=default
common=$SGE_ROOT/default/common
programs=/usr/lib/gridengine
stock=/usr/share/gridengine
host=$(hostname)
export PATH="$programs:/usr/sbin:/usr/bin:/sbin:/bin"

# What a daemon's environment has, its jobs have too.
daemon() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ LANG=C.UTF-8 SGE_ROOT=$SGE_ROOT SGE_CELL=$SGE_CELL "$programs/$1"; }
as_admin() { su -s /bin/sh sgeadmin -c "SGE_ROOT=$SGE_ROOT SGE_CELL=$SGE_CELL $programs/$*" >/dev/null; }
answers() { qconf -sh >/dev/null 2>&1; }

# The cell's daemons and its jobs, which tell by their environment whose they are, whatever is left of its folder.
ours() {
    for file in $(grep -lzx "SGE_ROOT=$SGE_ROOT" /proc/[0-9]*/environ 2>/dev/null); do
        process=${file%/environ}
        case $(cat "$process/comm" 2>/dev/null) in
        sge_qmaster | sge_execd | sge_shepherd) echo "${process#/proc/}" ;;
        *) ! grep -qz '^JOB_ID=' "$file" 2>/dev/null || echo "${process#/proc/}" ;;
        esac
    done
}

until_true() { # SECONDS COMMAND...
    tries=$(($1 * 20)); shift
    until "$@"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || { echo "gridengine cell: never came true: $*" >&2; exit 1; }
        sleep 0.05
    done
}

spool() {
    mkdir -p $SGE_ROOT/bin $common $SGE_ROOT/spool/qmaster/job_scripts $SGE_ROOT/spool/execd $SGE_ROOT/spool/db
    chmod 755 $SGE_ROOT
    ln -sfn $stock/util $SGE_ROOT/util
    ln -sfn $programs "$SGE_ROOT/bin/$($stock/util/arch)"
    echo "$host" >$common/act_qmaster
    echo "$host localhost" >$common/host_aliases # where the host's name is that of 127.0.0.1, the reverse look-up differs
    sed "s#/var/spool/gridengine/spooldb#$SGE_ROOT/spool/db#; s#/var/spool/gridengine#$SGE_ROOT/spool#" \
        $stock/default-bootstrap >$common/bootstrap
    sed "s#/var/spool/gridengine#$SGE_ROOT/spool#; s/^min_uid.*/min_uid 0/; s/^min_gid.*/min_gid 0/
         s/flush_time=00:00:15/flush_time=00:00:01 accounting_flush_time=00:00:00/" \
        $stock/default-configuration >$SGE_ROOT/conf
    chown -R sgeadmin:sgeadmin $SGE_ROOT/default $SGE_ROOT/spool
    as_admin spoolinit berkeleydb libspoolb $SGE_ROOT/spool/db init
    as_admin spooldefaults configuration $SGE_ROOT/conf
    as_admin spooldefaults complexes $stock/util/resources/centry
    as_admin spooldefaults usersets $stock/util/resources/usersets
    as_admin spooldefaults managers sgeadmin root
    printf 'SGE_ROOT=%s\nSGE_CELL=%s\n' $SGE_ROOT $SGE_CELL >/etc/default/gridengine
}

queues() {
    cd $SGE_ROOT
    none() { for key in "$@"; do echo "$key NONE"; done; }
    { echo "hostname $host"; none load_scaling complex_values user_lists xuser_lists projects xprojects usage_scaling \
        report_variables; } >host
    { echo 'group_name @allhosts'; echo "hostlist $host"; } >group
    { printf '%s\n' 'pe_name smp' 'slots 999' 'allocation_rule $pe_slots' 'control_slaves FALSE' \
        'job_is_first_task TRUE' 'urgency_slots min' 'accounting_summary FALSE'
      none user_lists xuser_lists start_proc_args stop_proc_args qsort_args; } >pe
    qconf -as "$host"
    qconf -Ae host
    qconf -Ahgrp group
    qconf -Ap $stock/util/resources/pe/make
    qconf -Ap pe
    EDITOR=/bin/cat qconf -aq main.q 2>/dev/null | sed -n '/^qname/,/^h_vmem/p' >stock.q || true
    sed 's/^hostlist .*/hostlist @allhosts/; s/^load_thresholds .*/load_thresholds NONE/
         s/^pe_list .*/pe_list make smp/; s/^slots .*/slots 100/' stock.q >main.q
    qconf -Aq main.q
    # Stock settings start a job up to 15 s after its submission.
    qconf -ssconf | sed 's/^schedule_interval .*/schedule_interval 0:0:2/; s/^flush_submit_sec .*/flush_submit_sec 1/
         s/^flush_finish_sec .*/flush_finish_sec 1/; s/^job_load_adjustments .*/job_load_adjustments NONE/
         s/^load_adjustment_decay_time .*/load_adjustment_decay_time 0:0:0/
         s/^schedd_job_info .*/schedd_job_info true/' >sched
    qconf -Msconf sched
}

ready() { qstat -f | awk '$1 ~ /^main.q@/ && NF == 5 { up = 1 } END { exit !up }'; }

start() {
    if [ -e $common/act_qmaster ] && answers && ready; then return; fi
    stop
    spool
    daemon sge_qmaster
    until_true 20 answers
    queues >/dev/null
    daemon sge_execd
    until_true 20 ready
}

none_left() {
    left=$(ours)
    [ ! "$left" ] || { kill -9 $left 2>/dev/null; return 1; }
}

gone() { [ ! -e "/proc/$1" ] || grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null; }

stop() { # nothing in its folder is wanted any more, so it need not end tidily
    until_true 10 none_left
    rm -rf $SGE_ROOT
}

case $1 in
start) start ;;
stop) stop ;;
master-stop)
    master=$(cat $SGE_ROOT/spool/qmaster/qmaster.pid)
    kill -9 "$master"
    until_true 20 gone "$master"
    ;;
master-start) # half a minute passes until the execution daemon notices
    daemon sge_qmaster
    until_true 20 answers
    ;;
*)
    echo "gridengine_cell.sh start|stop|master-stop|master-start" >&2
    exit 2
    ;;
esac
