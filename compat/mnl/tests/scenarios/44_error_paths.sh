#!/bin/bash
# SPDX-License-Identifier: MIT OR Apache-2.0
# needs: gcc
# live kernel error paths: EINTR (dump interrupted), EPROTO, ESRCH, ENOSPC, ENOBUFS, errno of NLMSG_ERROR
. "$(dirname "$0")/lib.sh"
stock gcc -O1 -o $T/errs $(dirname "$0")/clients/errs.c -lmnl || exit 1
step $T/errs
