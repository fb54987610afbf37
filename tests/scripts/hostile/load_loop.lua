-- timeout: compiles for ever
chat.on("block", function()
  while true do
    load("local a = 1 " .. ("a = a + 1 "):rep(1000))()
  end
end)
