-- running: keeps a new key for ever; its store is bounded, and it is told so
script { needs = { "store" } }
chat.on("block", function()
  local n = 0
  while true do
    n = n + 1
    local kept = store.set("key" .. n, ("x"):rep(10000))
    if not kept then
      print("full after " .. n)
      return
    end
  end
end)
