"""The include floors hold, and the check notices when they do not."""

from pathlib import Path

import pytest

from floors import check_file, check_tree

TOP = Path(__file__).resolve().parents[2]


def test_tree_keeps_its_floors():
    assert check_tree(TOP) == []


@pytest.mark.parametrize(
    "path, include",
    [
        ("core/base/buf.c", '"core/wire/frame.h"'),
        ("core/wire/frame.c", '"core/runtime/loop.h"'),
        ("core/session/room.c", '"core/api/rpc.h"'),
        ("core/ui/view.c", '"core/script/host.h"'),
        ("core/script/host.c", '"core/plugin/load.h"'),
        ("core/plugin/load.c", '"core/ui/view.h"'),
        ("core/api/rpc.c", '"core/app/app.h"'),
        ("core/lua/main.c", '"core/wire/hash.h"'),
        ("core/lua/main.c", '"core/api/rpc.h"'),
        ("core/base/buf.c", '"core/lua/wall.h"'),
        ("plugins/roomhost/server.c", '"core/session/room.h"'),
        ("plugins/roomhost/server.c", '"plugins/miner/miner.h"'),
        ("core/app/app.c", '"plugins/roomhost/server.h"'),
        ("include/moonroom/plugin.h", '"core/base/buf.h"'),
        ("core/runtime/net.c", "<openssl/evp.h>"),
        ("plugins/roomhost/auth.c", "<openssl/evp.h>"),
        ("core/session/session.c", "<uv.h>"),
        ("core/ui/view.c", "<readline/readline.h>"),
        ("plugins/roomhost/server.c", "<sqlite3.h>"),
        ("core/script/host.c", "<lua.h>"),
        ("core/script/host.c", "<seccomp.h>"),
        ("core/base/log.c", "<cjson/cJSON.h>"),
        ("core/wire/line.c", "<cjson/cJSON.h>"),
        ("core/base/buf.c", "<cmocka.h>"),
        ("core/base/buf.c", "<curl/curl.h>"),
        ("core/runtime/paths.c", "<dlfcn.h>"),
        ("core/base/buf.c", '"buf.h"'),
        ("core/base/buf.c", '"tests/support/x.h"'),
        ("tests/unit/base/test_buf.c", '"core/wire/frame.h"'),
        ("tests/unit/ui/test_view.c", '"core/plugin/load.h"'),
    ],
)
def test_violation_is_found(path, include):
    assert check_file(path, f"#include <stdio.h>\n#  include {include}\n") != []


@pytest.mark.parametrize(
    "path, include",
    [
        ("core/wire/rsa.c", '"core/base/buf.h"'),
        ("core/wire/rsa.c", "<openssl/bn.h>"),
        ("core/runtime/loop.c", "<uv.h>"),
        ("core/runtime/fetch_curl.c", "<dlfcn.h>"),
        ("core/ui/prompt_keys.c", "<readline/history.h>"),
        ("core/ui/view.c", '"core/session/room.h"'),
        ("core/app/main.c", '"core/plugin/load.h"'),
        ("core/lua/wall.c", "<seccomp.h>"),
        ("core/lua/api_chat.c", "<cjson/cJSON.h>"),
        ("core/lua/api_chat.c", '"core/base/buf.h"'),
        ("plugins/roomhost/store_ledger.c", "<sqlite3.h>"),
        ("plugins/roomhost/server.c", "<uv.h>"),
        ("plugins/roomhost/server.c", '"core/wire/frame.h"'),
        ("plugins/roomhost/server.c", "<moonroom/plugin.h>"),
        ("core/runtime/settings.c", "<cjson/cJSON.h>"),
        ("tests/unit/wire/test_rsa.c", "<openssl/bn.h>"),
        ("tests/unit/wire/test_rsa.c", "<cmocka.h>"),
    ],
)
def test_allowed_include_passes(path, include):
    assert check_file(path, f"#include {include}\n") == []


def test_tree_walk_names_the_file(tmp_path):
    (tmp_path / "core/base").mkdir(parents=True)
    (tmp_path / "core/base/err.h").write_text('#include "core/ui/view.h"\n')
    (found,) = check_tree(tmp_path)
    assert found.startswith("core/base/err.h: core/ui/view.h")
