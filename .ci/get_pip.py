# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Install packages into an empty virtual environment with pip from a wheel in the same folder, as get-pip.py does.

If it is ~/.ansible/test/cache/get_pip_25_2.py, ansible-test does not download it from a host that CI cannot reach.
"""

import runpy
import sys
from pathlib import Path

script = Path(__file__)
version = script.stem.removeprefix("get_pip_").replace("_", ".")
sys.path.insert(0, str(next(script.parent.glob(f"pip-{version}-*.whl"))))
sys.argv[1:] = ["install", *(option for option in sys.argv[1:] if option not in ("--no-setuptools", "--no-wheel"))]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
