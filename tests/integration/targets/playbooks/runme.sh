#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

# The playbooks, and the role in plays of one's own: what one account does must not depend on another, on the play's
# keywords, or on an earlier call.

set -eu

output=$(mktemp)
trap 'rm "${output}" inventory/senders.csv' EXIT
printf 'sender\nADPAI\n' > inventory/senders.csv
run=0

# play STATUS ARGUMENTS... runs a playbook, which must end with this status.
play() {
    local expected=$1 status=0
    shift
    run=$((run + 1))
    echo "=== ansible-playbook $*"
    ansible-playbook -e "run=${run}" "$@" > "${output}" 2>&1 || status=$?
    # A result in one line.
    sed -i -e ':a' -e 'N;$!ba' -e 's/\n[ }] */ /g' "${output}"
    [ "${status}" = "${expected}" ] || fail "its exit status is ${status} instead of ${expected}"
    ! grep -F NEVERPRINTED "${output}" || fail "it prints a key"
}

# prints COUNT PATTERN checks in how many lines of the last play a pattern is.
prints() {
    [ "$(grep -cE -- "$2" "${output}")" = "$1" ] || fail "it does not print $1 times $2"
}

# accounts checks the results of all accounts.
accounts() {
    prints "${1:-1}" '^ok: \[first\] => \{ "changed": false, "msg\": "2 created'
    prints 1 '^fatal: \[zero\].* "msg": "batch_size is 0'
    prints 1 '^fatal: \[rejected\].* "msg": "1 of 2 senders failed .*TOO-LONG-FOR-IT.* kaleyra_sate'
    prints 1 '^ok: \[file\] => \{ "changed": false, "msg\": "1 created'
    prints 1 '^fatal: \[undefined\].*"assertion".* "msg": ".*missing_entity_id'
    prints 1 '^fatal: \[undefinedkey\].*"assertion".* "msg": ".*missing_key'
    prints 1 '^fatal: \[number\].* "msg": "senders.*3667'
    prints 1 '^fatal: \[nosenders\].* "msg": ".*senders and src'
    prints 1 '^fatal: \[nokey\].* "msg": "api_key is required'
    prints 1 '^fatal: \[nourl\].* "msg": ".*api\.kaleyra\.io'
    prints 1 '^ok: \[empty\] => \{ "changed": false, "msg\": "nothing to do'
    prints 1 '^ok: \[last\] => \{ "changed": false, "msg\": "2 created'
    prints 8 '^[a-z]+ .* failed=1 '
}

fail() {
    cat "${output}"
    echo "FAILED: $1"
    exit 1
}

export ANSIBLE_NOCOLOR=true no_proxy=127.0.0.1 https_proxy=http://127.0.0.1:9
play 0 community.kaleyra.demo --check
prints 1 'The demo worked'

play 0 community.kaleyra.mock_api --check
play 0 community.kaleyra.mock_api
MOCK_API_URL=$(grep -oE 'http://127\.0\.0\.1:[0-9]+' "${output}" | head -n 1)
export MOCK_API_URL ANSIBLE_INVENTORY=inventory/accounts.yml
# Another account, of which the accounts of the inventory get nothing.
export KALEYRA_API_URL=${MOCK_API_URL} KALEYRA_SID=HX0 KALEYRA_API_KEY=A0NEVERPRINTED

play 2 community.kaleyra.senders && accounts
play 2 plays.yml --tags listed -vvvv && accounts
play 2 plays.yml --tags listed -e batch=4 && accounts
play 2 plays.yml --tags fatal && accounts
ANSIBLE_STRATEGY=free play 2 plays.yml --tags listed && accounts
play 2 plays.yml --tags listed -e skipped=first && accounts 0

play 0 plays.yml --tags listed -e batch=1 --limit first,file,empty,last
prints 3 '^ok: .* "msg": "[12] created'

play 2 plays.yml --tags listed --limit last -e ansible_shell_executable=/nowhere
prints 1 '^fatal: \[last\].*"assertion".* "msg": ".*Failed to create temporary directory'

play 0 plays.yml --tags listed --check --diff --limit first,last
prints 2 '^ok: .* "msg": "2 would be sent'

play 0 plays.yml --tags calls -e '{"second": ["NEW1"]}'
prints 2 '^ok: .* "msg": "2 created'
prints 1 '^ok: \[last\] => \{ "changed": false, "msg\": "1 created'

ANSIBLE_SHOW_CUSTOM_STATS=true play 2 plays.yml --tags calls -e '{"second": ["TOO-LONG-FOR-IT"]}'
prints 2 '^ok: .* "msg": "2 created'
prints 1 '^fatal: \[last\].* "msg": "1 of 1 senders failed .*TOO-LONG-FOR-IT'
prints 0 '^fatal: \[first\]'
prints 1 '"first": \{ +"failed": false, .*"last": \{ +"failed": true, +"message": "1 of 1 senders failed'

play 0 community.kaleyra.senders -e kaleyra_hosts=first
prints 1 '^ok: \[first\] => \{ "changed": false, "msg\": "2 created'

ANSIBLE_INVENTORY=/dev/null play 0 community.kaleyra.senders -e kaleyra_senders=NEW1 -e kaleyra_iso_code=us \
    -e kaleyra_description=testing
prints 1 '^ok: \[localhost\].* "msg": "1 created'

play 0 community.kaleyra.senders --limit last -e '{"kaleyra_sid": "", "kaleyra_api_key": null, "kaleyra_api_url": ""}'
prints 1 '^ok: .* "msg": "2 created'

"${ANSIBLE_TEST_PYTHON_INTERPRETER}" - << 'PYTHON'
import os
import urllib.request

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
opener.open(os.environ["MOCK_API_URL"] + "/_mock/stop", data=b"")
PYTHON
