# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the Makefile's targets do. Python 3.11 or newer and its standard library, but for what runs in an environment of its own and says so."""
