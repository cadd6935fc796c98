# SPDX-License-Identifier: MIT OR Apache-2.0
"""The benchmarks: who competes in what, and how it is measured and shown."""
