#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Runs the collection's playbooks, as a user does, and looks at what they print.

set -eu

files="${ANSIBLE_COLLECTIONS_PATH%%:*}/ansible_collections/community/kaleyra/playbooks/files"
work=$(mktemp -d)
trap 'kill "${mock_api}"; rm -r "${work}"' EXIT
python="${ANSIBLE_TEST_PYTHON_INTERPRETER}"

# A reason that Ansible would take for a template, if it took it for its own.
cat > "${work}/config.json" <<'JSON'
{"behavior": {"reject": {"EVIL": "not {{ 6 * 7 }}"}}}
JSON
"${python}" -B "${files}/mock_api_server.py" --open --config "${work}/config.json" --ready-file "${work}/url" &
mock_api=$!
"${python}" -c "print('sender', *('B%05d' % number for number in range(5000)), sep='\n')" > "${work}/senders.csv"
cp inventory/accounts.yml "${work}"
for _ in {1..100}; do [ -e "${work}/url" ] || sleep 0.1; done
MOCK_API_URL=$(cat "${work}/url")
export MOCK_API_URL no_proxy=127.0.0.1 NO_PROXY=127.0.0.1 ANSIBLE_SHOW_CUSTOM_STATS=true ANSIBLE_NOCOLOR=true

# play STATUS ARGUMENTS... runs the main playbook, which has to end with this status.
play() {
    local expected=$1 status=0
    shift
    echo "=== senders $*"
    ansible-playbook community.kaleyra.senders "$@" > "${work}/out" 2>&1 || status=$?
    if [ "${status}" != "${expected}" ]; then
        cat "${work}/out"
        echo "FAILED: exit status ${status}, not ${expected}"
        exit 1
    fi
}

# shows TEXT... looks for each text in the output.
shows() {
    for text in "$@"; do
        grep -qF -- "${text}" "${work}/out" && continue
        cat "${work}/out"
        echo "FAILED: the output lacks ${text}"
        exit 1
    done
}

# hides TEXT... looks for none of them.
hides() {
    for text in "$@"; do
        grep -qF -- "${text}" "${work}/out" || continue
        cat "${work}/out"
        echo "FAILED: the output holds ${text}"
        exit 1
    done
}

# The summary waits for all accounts, whatever the configuration says.
ANSIBLE_STRATEGY=free play 2 -i "${work}/accounts.yml" --check
shows "Preview: nothing was sent." "Accounts: 6, of which 2 failed" "Senders: 5004, of which 5004 created" "TO BE CHANGED (5004)" '"awaiting": {}'

play 2 -i "${work}/accounts.yml"
shows "Accounts: 6, of which 3 failed" "Senders: 5004, of which 5003 created, 1 rejected" "FAILED (3)" \
    "keyless                   failed    api_key: missing" "broken                    failed    see above" \
    "refused  EVIL    IN       rejected  MSG134 not {{ 6 * 7 }}" "CHANGED (5003)" "bulk     B00000  IN       created  MSG106" "and 4983 more" \
    '"awaiting": {' '"NO"' '"created": 5003' "1 of 2 senders failed" "a_variable_that_nobody_defined"
hides "key-of-" "not 42" "B00100 " "Traceback"

play 2 -i "${work}/accounts.yml" -e kaleyra_lines=1
shows "Senders: 5004, of which 5003 present, 1 rejected" "and 2 more" '"awaiting": {}'
hides "CHANGED"

play 0 -i "${work}/accounts.yml" -e kaleyra_hosts=pasted:empty -e kaleyra_state=absent
shows "Accounts: 2, of which 0 failed" "Senders: 2, of which 2 deleted" "pasted   ADPAI            deleted  MSG108"

# One account, without an inventory.
export KALEYRA_API_URL="${MOCK_API_URL}" KALEYRA_API_KEY=key-of-one KALEYRA_SID=HX7
play 0 -e '{"kaleyra_senders": "ADPAI", "kaleyra_iso_code": "us", "kaleyra_description": "testing"}'
shows "Accounts: 1, of which 0 failed" "localhost  ADPAI   US       created  MSG106"
play 0 -e '{"kaleyra_senders": "ADPAI", "kaleyra_iso_code": "us", "kaleyra_description": "testing"}'
shows "Senders: 1, of which 1 present"
play 2 -e '{"kaleyra_senders": "ADPAI", "kaleyra_iso_code": false, "kaleyra_description": "testing"}'
shows "quote it"
play 2 -e '{"kaleyra_senders": "ADPAI", "kaleyra_iso_code": "us", "kaleyra_timeout": 0, "kaleyra_connections": 0, "kaleyra_batch_size": 0, "kaleyra_entity_id": 0}'
shows "timeout: not a positive" "connections: not 1" "batch_size: not 1" "option entity_id '0'"

# A module that cannot even start is a failure, too.
play 2 -e kaleyra_senders=ADPAI -e ansible_python_interpreter=/bin/false
shows "FAILED (1)" "localhost                   failed"

echo "=== demo"
ansible-playbook community.kaleyra.demo --check > "${work}/out" 2>&1 || { cat "${work}/out"; exit 1; }
shows "The demo worked" "Sender ID has to be registered and it can only be 6 character"
