# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the Makefile's targets do. Standard library only, Python 3.11 or newer."""
