# SPDX-License-Identifier: MIT OR Apache-2.0
# programs: bmon
# others: /usr/lib/x86_64-linux-gnu/mandos/plugin-helpers/mandos-client-iprouteadddel
# modules: dummy
