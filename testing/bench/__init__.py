"""`make bench`: how long an audit takes and what it costs, compared with one login, testinfra, Ansible and pyinfra."""
