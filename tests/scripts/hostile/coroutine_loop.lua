-- timeout: two coroutines that hand each other the turn
chat.on("block", function()
  local step = coroutine.wrap(function()
    while true do
      coroutine.yield()
    end
  end)
  while true do
    step()
  end
end)
