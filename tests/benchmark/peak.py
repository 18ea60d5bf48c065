# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in for the Python that runs a module, and writes the most memory that it had resident, in kB, into `$BENCH_PEAK`."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

status = subprocess.call([sys.executable, *sys.argv[1:]])
Path(os.environ["BENCH_PEAK"]).write_text(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss), encoding="utf-8")
sys.exit(status)
