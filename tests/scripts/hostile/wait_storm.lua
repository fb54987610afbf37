-- running: a thousand waits that all end at once, again and again
chat.on("block", function()
  local function wait()
    while true do
      task.sleep(0.05)
    end
  end
  for _ = 1, 1000 do
    task.spawn(wait)
  end
end)
