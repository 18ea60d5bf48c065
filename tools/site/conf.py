# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Sphinx builds the site in `.venv/site`."""

project = html_title = "community.kaleyra"
project_copyright = "The community.kaleyra authors"

extensions = ["sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
exclude_patterns = ["environment_variables.rst"]  # antsibull-docs makes it for plugins other than modules
default_role = "any"
nitpicky = True
# Nothing is fetched: the inventory is a file that names the few labels of Ansible's own site which antsibull-docs refers to.
intersphinx_mapping = {"ansible": ("https://docs.ansible.com/projects/ansible/latest/", "../ansible.inv")}

html_theme = "sphinx_ansible_theme"
pygments_style = "ansible"
html_show_sphinx = False
html_copy_source = False
html_use_index = False
