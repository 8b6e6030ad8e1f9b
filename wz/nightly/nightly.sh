#!/bin/sh
# 问政每日检查：取回最新内容，写出 ci/check.html；有达到级别的事项或读不出的文件时打印全表，cron 会寄给 MAILTO。
# 退出码同 wz check：0 无事，1 有事项达到级别，4 有文件读不出。
set -eu
cd "$(dirname "$0")/.."
PATH="${HOME:-}/.local/bin:/usr/local/bin:$PATH"
WZ_LANG="${WZ_LANG:-zh_CN}"
WZ_REGISTRY=.
export PATH WZ_LANG WZ_REGISTRY

if git rev-parse --quiet --verify '@{upstream}' >/dev/null 2>&1; then
    git pull --quiet --ff-only || echo '取不回最新内容，以下按本机已有内容检查。' >&2
fi

code=0
wz check --format html --output ci/check.html || code=$?
wz check --fail-on @FAIL_ON@ --output ci/check.txt || code=$?
[ "$code" -eq 0 ] || [ ! -f ci/check.txt ] || cat ci/check.txt
exit "$code"
