-- timeout: an iterator over a pattern that tries for ever
chat.on("block", function()
  for _ in (("a"):rep(30000)):gmatch(("a*"):rep(40) .. "b") do -- luacheck: ignore
    break
  end
end)
