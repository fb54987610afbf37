-- What a script finds besides Lua itself. Made by docs/make_tables.py.
std = "lua54"
max_line_length = 120
codes = true
unused_args = true
exclude_files = { "scripts/types" }
read_globals = {
  script = { fields = { state = { read_only = false, other_fields = true } }, other_fields = true },
}
for _, name in ipairs {
  "account", "admin", "chat", "client", "command", "complete", "crypto", "fs", "http", "json", "log",
  "plugin", "process", "re", "record", "settings", "shop", "store", "task", "timer", "ui", "wallet",
} do
  read_globals[name] = { other_fields = true }
end
-- The tests of scripts: docs/testing.md.
files["**/*_test.lua"] = {
  read_globals = { "describe", "it", "before_each", "after_each", "expect", "room", "test" },
}
-- What makes the globals of scripts has none of them itself.
files["core/lua/prelude"] = { new_globals = {}, new_read_globals = {} }
-- A strategy defines mine(client) and still calls mine.verify: the host keeps the two apart.
globals = { "mine" }
