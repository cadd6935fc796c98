# SPDX-License-Identifier: MIT OR Apache-2.0
"""What tools print for people, taken apart into objects."""

PARSERS = {}
