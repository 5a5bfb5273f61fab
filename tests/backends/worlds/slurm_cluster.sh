#!/bin/sh
# Two real Slurm clusters of this one machine, for tests.
#           slurm_cluster.sh start | stop | controller-stop CLUSTER | controller-start CLUSTER | dbd-stop | dbd-start
#
# `kept` keeps accounts, enforces limits and is the host's default; `plain` keeps none and is reached by SLURM_CONF. As
# root, with Debian's munge, slurm-client, slurmctld, slurmd, slurmdbd, mariadb-server-core and mariadb-client-core; no
# systemd. All their state lies in one folder, but for the link /etc/slurm/slurm.conf. Started twice they are left as
# they run.
set -eu

root=/var/tmp/tui-batch-slurm
stock=/etc/slurm/slurm.conf
host=$(hostname -s)
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C TZ=UTC
unset TMPDIR # the database's own user may not look into it
exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- # no daemon is to hold a lock of whoever starts it

# What a daemon's environment has, its jobs may have too; its first word tells it from others.
daemon() { env -i TUI_BATCH_SLURM=1 PATH="$PATH" HOME=/ LANG=C.UTF-8 MYSQL_UNIX_PORT=$root/db/socket "$@"; }
of() { cluster=$1; shift; SLURM_CONF=$root/$cluster/slurm.conf "$@"; }

# The clusters' daemons and jobs, which tell by their environment whose they are, whatever is left of the folder.
ours() {
    sign='TUI_BATCH_SLURM=1|SLURM_CLUSTER_NAME=(kept|plain)_by_tui_batch'
    grep -Elzx "$sign" /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3
}

within() { # SECONDS COMMAND...
    tries=$(($1 * 20)); shift
    until "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.05
    done
}

until_true() {
    within "$@" || { echo "slurm cluster: never came true: $*" >&2; tail -n 5 $root/*/log/*.log >&2; exit 1; }
}

# -- what they are made of ---------------------------------------------------------------------------------------------

munged_key() {
    mkdir -p $root/munge
    head -c 128 /dev/urandom >$root/munge/key
    chmod 400 $root/munge/key
    chown -R munge:munge $root/munge
    chmod 755 $root $root/munge
    daemon setpriv --reuid=munge --regid=munge --clear-groups munged --key-file=$root/munge/key \
        --socket=$root/munge/socket --pid-file=$root/munge/pid --log-file=$root/munge/log \
        --seed-file=$root/munge/seed --num-threads=4
}

database() {
    mkdir -m 700 -p $root/db
    chown slurm: $root/db
    cat >$root/db/my.cnf <<END
[mariadbd]
datadir=$root/db/data
socket=$root/db/socket
pid-file=$root/db/pid
log-error=$root/db/log
skip-networking
user=slurm
innodb_buffer_pool_size=64M
innodb_lock_wait_timeout=900
innodb_flush_log_at_trx_commit=0
performance_schema=OFF
END
    mariadb-install-db --no-defaults --user=slurm --auth-root-authentication-method=normal --skip-test-db \
        --skip-name-resolve --datadir=$root/db/data >/dev/null
    daemon setsid -f mariadbd --defaults-file=$root/db/my.cnf </dev/null >/dev/null 2>&1
    until_true 20 mariadb -uroot -S $root/db/socket -e "create database if not exists slurm_acct_db;
        create user if not exists slurm@localhost identified by 'slurm';
        grant all on slurm_acct_db.* to slurm@localhost"
}

# Out of memory is told from other ends only by a memory cgroup, which but one cluster of a machine can have.
with_cgroups() { [ "$1" = kept ] && [ -w /sys/fs/cgroup/memory/tasks ] && [ -w /sys/fs/cgroup/freezer/tasks ]; }

configuration() { # CLUSTER PORT
    folder=$root/$1 port=$2
    mkdir -p "$folder/log" "$folder/state" "$folder/spool"
    cat >"$folder/slurm.conf" <<END
ClusterName=$1_by_tui_batch
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/munge
AuthInfo=socket=$root/munge/socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.log
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
MessageTimeout=5
KillWait=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=64 RealMemory=64000 State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=1-00:00:00 DefaultTime=10 DefMemPerCPU=100 State=UP
PartitionName=short Nodes=$host MaxTime=2 DefMemPerCPU=100 State=UP
PartitionName=closed Nodes=$host DefMemPerCPU=100 State=DOWN
END
    if with_cgroups "$1"; then
        printf '%s\n' ProctrackType=proctrack/cgroup TaskPlugin=task/cgroup >>"$folder/slurm.conf"
        printf '%s\n' CgroupPlugin=cgroup/v1 CgroupMountpoint=/sys/fs/cgroup ConstrainRAMSpace=yes \
            ConstrainSwapSpace=no ConstrainCores=no ConstrainDevices=no >"$folder/cgroup.conf"
    else
        printf '%s\n' ProctrackType=proctrack/linuxproc TaskPlugin=task/none JobAcctGatherParams=OverMemoryKill \
            >>"$folder/slurm.conf"
    fi
}

accounting() { # PORT
    cat >>$root/kept/slurm.conf <<END
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$1
AccountingStoragePass=$root/munge/socket
AccountingStoreFlags=job_comment
AccountingStorageEnforce=limits,qos
END
    cat >$root/kept/slurmdbd.conf <<END
AuthType=auth/munge
AuthInfo=socket=$root/munge/socket
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort=$1
CommunicationParameters=NoInAddrAny
SlurmUser=root
LogFile=$root/kept/log/slurmdbd.log
PidFile=$root/kept/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=slurm
StoragePass=slurm
StorageLoc=slurm_acct_db
END
    chmod 600 $root/kept/slurmdbd.conf
}

# Whoever sends a job needs an association here. `few` and `narrow` take but five jobs of one person at a time.
people() {
    of kept sacctmgr -iQ add cluster kept_by_tui_batch
    of kept sacctmgr -iQ add qos few set MaxSubmitJobsPerUser=5
    of kept sacctmgr -iQ add account tests set QOS=normal,few
    of kept sacctmgr -iQ add account narrow set QOS=normal
    of kept sacctmgr -iQ add user root,nobody account=tests DefaultAccount=tests
    of kept sacctmgr -iQ add user root,nobody account=narrow MaxSubmitJobs=5
}

# -- what is done with them --------------------------------------------------------------------------------------------

controller() { daemon slurmctld -f "$root/$1/slurm.conf"; }
dbd() { daemon SLURM_CONF=$root/kept/slurm.conf slurmdbd; }
accounts() { of kept sacctmgr -n show cluster; }
ready() { [ "$(of "$1" sinfo -h -p main -t idle,mix,alloc,comp -o %n)" = "$host" ]; }
well() { of "$1" scontrol ping >/dev/null && within 10 ready "$1"; }
serves() { kill -0 "$(cat $root/kept/slurmdbd.pid)" 2>/dev/null; }

start() {
    if [ -e $root/started ] && serves && well kept && well plain; then return; fi
    if [ -e $stock ] && [ "$(readlink $stock)" != $root/kept/slurm.conf ]; then
        echo "slurm cluster: $stock is of another cluster" >&2
        exit 1
    fi
    stop
    munged_key
    configuration kept 27317
    configuration plain 27327
    accounting 27319
    ln -sfn $root/kept/slurm.conf $stock
    controller plain 2>/dev/null
    daemon slurmd -f $root/plain/slurm.conf
    database
    until_true 10 munged_answers
    dbd
    until_true 30 accounts
    people >/dev/null
    controller kept 2>/dev/null
    daemon slurmd -f $root/kept/slurm.conf
    until_true 30 ready kept
    until_true 30 ready plain
    touch $root/started
}

munged_answers() { munge -S $root/munge/socket -n | unmunge -S $root/munge/socket; }
gone() { [ ! -e "/proc/$1" ] || grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null; }

none_left() {
    left=$(ours)
    [ ! "$left" ] || { kill -9 $left 2>/dev/null; return 1; }
}

stop() { # nothing in its folder is wanted any more, so it need not end tidily
    until_true 10 none_left
    rm -rf $root
    [ "$(readlink $stock)" != $root/kept/slurm.conf ] || rm $stock
    find /sys/fs/cgroup/*/slurm -depth -type d -exec rmdir {} + 2>/dev/null || true
}

terminate() { # what it knows it has then written down
    process=$(cat "$1")
    kill "$process"
    until_true 20 gone "$process"
}

case ${1-} in
start) start ;;
stop) stop ;;
controller-stop) terminate "$root/$2/slurmctld.pid" ;;
controller-start)
    controller "$2" 2>/dev/null
    until_true 20 of "$2" scontrol ping
    ;;
dbd-stop) terminate $root/kept/slurmdbd.pid ;;
dbd-start)
    dbd
    until_true 20 accounts
    ;;
*)
    sed -n 's/^#  *//; 3p' "$0" >&2
    exit 2
    ;;
esac
