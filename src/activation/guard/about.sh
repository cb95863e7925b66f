#!/bin/sh
# The guard: carries one activation of a host's profiles to a truthful end on the host itself, whatever becomes of the
# operator, the connection, what is activated or the guard's own process. POSIX sh, run by root, nothing installed.
#
# Verbs. The first six speak with the operator; the others are run on the host, from the copy that `start` left behind.
#   start RUN                   take the host's lock, start the supervisor, go on as `follow`
#   follow RUN [EVENTS LOG]     say what happened since that many events and log lines, until the end
#   confirm RUN [EVENTS LOG]    the new system was reached from outside; then `follow`
#   revert RUN [EVENTS LOG]     the operator wants the old system back; then `follow`
#   reconcile RUN [SYSTEM OLD]  bring an abandoned run to its end; SYSTEM and OLD say what to infer from without a record
#   supervise, settle, stop-post, deadman, step; without systemd also hold and watch
#
# What the operator reads, one line each; nothing an activation prints can pass for anything but an L line:
#   flotilla-guard 1 RUN        greeting, with the version of this protocol
#   S STATE DETAIL              a state is entered; awaiting-confirm says the seconds that are left
#   N TEXT                      a remark for the operator.            S and N count as events
#   L TEXT                      a line of the activation's output.    L counts as a log line
#   A                           still here
#   W                           reconcile: the run is under way, somebody looks after it
#   O OUTCOME CODE MESSAGE      the end; CODE is - when all is well
#   E CODE MESSAGE              this verb could not be carried out
#
# A run lives in two places. /run/flotilla/runs/RUN is written first: a full disk cannot touch it and it ends with the
# boot, as a confirmation must. /var/lib/flotilla/runs/RUN is its copy for the time after a power cut. In both:
#   guard order                 this text; the settings, quoted for a shell
#   boot-id old failed-before login-user      what was found on the host
#   profile-N                   what was found of the profile N, one thing a line: see found_profile
#   begun                       the number of the last profile whose activation was begun
#   state events log            where it is; what happened, each line with the log's length then; the output
#   cause kept committed        why it goes back; what failed yet is kept; everything was committed
#   outcome                     three lines: the word, a code or -, a message
# Only in /run: decided (a link, so that exactly one of `confirmed` and `revert-CODE` can be made), step-status; and
# /run/flotilla/holder: run, operator and since when, of the run that holds the host.
#
# Who ends a run: the supervisor; when it dies, somebody else at once (systemd: stop-post, or else the deadman; without
# systemd: the deadman); when the supervisor hangs, the deadman by its timer; when there is nobody left (a reboot), the
# next contact. One process at a time holds the host's lock, which any death frees.

# shellcheck disable=SC2317,SC2329 # functions are called by name: by the order, as a step, by how processes are run
set -u
# For all that an activation makes; what is ours alone lies in directories of mode 0700.
umask 022
