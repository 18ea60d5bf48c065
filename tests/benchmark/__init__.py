# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run costs beside a play with one empty module: whole runs against the mock API, side by side. `make bench`."""
