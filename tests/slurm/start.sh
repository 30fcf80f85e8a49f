#!/usr/bin/env bash
# A real SLURM of this one machine, for the tests: start.sh FOLDER [NODES] starts its daemons, stop.sh FOLDER ends them. No systemd,
# munge or control groups. It knows no authentication, so its daemons must listen on 127.0.0.1 only (CommunicationParameters):
# whoever reaches their ports runs commands as root.
set -euo pipefail
folder=$(realpath -m "$1") nodes=${2:-2} host=$(hostname -s)
mkdir -p "$folder/state"
for i in $(seq "$nodes"); do mkdir -p "$folder/spool-n$i" "$folder/tmp-n$i"; done
cat >"$folder/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=26817
SlurmUser=root
SlurmdUser=root
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/none
CredType=cred/none
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool-%n
TmpFS=$folder/tmp-%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd-%n.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd-%n.log
ReturnToService=2
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0,defer_batch
MinJobAge=300
KillWait=2
SlurmdTimeout=5
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
NodeName=n[1-$nodes] NodeHostname=$host NodeAddr=127.0.0.1 Port=[26901-$((26900 + nodes))] CPUs=2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP PriorityTier=1
CONF
export SLURM_CONF=$folder/slurm.conf
slurmctld -c
for i in $(seq "$nodes"); do slurmd -N "n$i"; done
for _ in $(seq 400); do
  [ "$(sinfo -h -t idle -o %D 2>/dev/null)" != "$nodes" ] || exit 0
  sleep 0.05
done
echo "SLURM did not come up: see $folder/*.log" >&2
exit 1
