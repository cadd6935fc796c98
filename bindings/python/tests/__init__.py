# SPDX-License-Identifier: MIT OR Apache-2.0
"""The tests, found from this folder or from the one above."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
