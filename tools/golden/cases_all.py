# SPDX-License-Identifier: MIT OR Apache-2.0
"""Every case: importing a module registers its own."""

# ruff: noqa: F401
import cases_diag
import cases_dump
import cases_error
import cases_events
import cases_genl
import cases_link
import cases_netfilter
import cases_route
import cases_tc
import cases_wifi
import cases_xfrm
from cases import CASES
