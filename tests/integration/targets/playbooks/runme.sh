#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

set -eu

output=$(mktemp)
trap 'rm "${output}"' EXIT

# play STATUS ARGUMENTS... runs a playbook, which must end with this status.
play() {
    local expected=$1 status=0
    shift
    echo "=== ansible-playbook $*"
    ansible-playbook "$@" > "${output}" 2>&1 || status=$?
    [ "${status}" = "${expected}" ] || fail "its exit status is ${status} instead of ${expected}"
}

# prints TEXT... checks that the last play printed each text.
prints() {
    for text in "$@"; do
        grep -qF -- "${text}" "${output}" || fail "it does not print ${text}"
    done
}

fail() {
    cat "${output}"
    echo "FAILED: $1"
    exit 1
}

export ANSIBLE_NOCOLOR=true no_proxy=127.0.0.1

play 0 community.kaleyra.demo --check
prints "FAILED!" "ASSUMPTION" "The demo worked"

play 0 community.kaleyra.mock_api --check
play 0 community.kaleyra.mock_api
KALEYRA_API_URL=$(grep -oE -m 1 'http://127\.0\.0\.1:[0-9]+' "${output}")
export KALEYRA_API_URL

play 0 community.kaleyra.senders -i inventory/accounts.yml --check
prints "2 would be sent"

play 2 community.kaleyra.senders -i inventory/accounts.yml
prints "2 created" "1 of 2 senders failed (1 created, 1 rejected)"

play 2 community.kaleyra.senders -i inventory/accounts.yml
prints "2 present" "1 of 2 senders failed (1 present, 1 rejected)"

play 0 community.kaleyra.senders -i inventory/accounts.yml -e kaleyra_hosts=shop
prints "2 present"

export KALEYRA_SID=HX3 KALEYRA_API_KEY=key-of-one-account
play 0 community.kaleyra.senders -e kaleyra_senders=ADPAI -e kaleyra_iso_code=us -e kaleyra_description=testing
prints "1 created"

"${ANSIBLE_TEST_PYTHON_INTERPRETER}" - << 'PYTHON'
import os
import urllib.request

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
opener.open(os.environ["KALEYRA_API_URL"] + "/_mock/stop", data=b"")
PYTHON
