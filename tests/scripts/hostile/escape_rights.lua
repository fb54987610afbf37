-- refused: methods that it was not granted
script { needs = {} }
chat.on("block", function()
  local calls = {
    ["chat.say"] = { "hi" },
    ["chat.whisper"] = { "bob", "hi" },
    ["chat.raw"] = { "/mine x" },
    ["chat.quit"] = {},
    ["client.logout"] = {},
    ["client.connect"] = { "legacy://127.0.0.1:1" },
    ["command.run"] = { "/quit" },
    ["settings.set"] = { "log", false },
    ["store.set"] = { "x", 1 },
    ["wallet.pay"] = { "bob", 1 },
    ["shop.buy"] = { "cookie" },
    ["admin.kick"] = { "bob" },
    ["account.delete"] = { "x" },
    ["mine.submit"] = { ("x"):rep(86) },
    ["script.load"] = { "good" },
    ["script.unload"] = { "good" },
    ["ui.history"] = {},
    ["ui.search"] = { "x" },
  }
  for name, args in pairs(calls) do
    local space, method = name:match("^(.-)%.(.+)$")
    local f = (_G[space] or {})[method]
    local ok, result = pcall(f or error, table.unpack(args))
    if ok and result then
      print("ESCAPED by " .. name)
    end
  end
  print("tried everything")
end)
