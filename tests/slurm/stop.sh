#!/usr/bin/env bash
# Ends what start.sh FOLDER started: the jobs first, because a slurmd outlives its signal while a job of its runs.
folder=$(realpath "$1")
export SLURM_CONF=$folder/slurm.conf
scancel --signal=KILL -u "$(id -un)" 2>/dev/null
scancel -u "$(id -un)" 2>/dev/null
for _ in $(seq 100); do
  [ -n "$(squeue -h 2>/dev/null)" ] || break
  sleep 0.1
done
pids=$(cat "$folder"/slurmd-*.pid "$folder"/slurmctld.pid 2>/dev/null)
kill $pids 2>/dev/null
for _ in $(seq 100); do
  kill -0 $pids 2>/dev/null || exit 0
  sleep 0.1
done
kill -9 $pids 2>/dev/null
exit 0
