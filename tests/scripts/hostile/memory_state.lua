-- no_memory: in the table that is kept over a reload
chat.on("block", function()
  local n = 0
  while true do
    n = n + 1
    script.state[n] = ("x"):rep(n)
  end
end)
