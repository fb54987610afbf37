-- timeout: starts tasks for ever, more than there may be timers
chat.on("block", function()
  while true do
    task.spawn(task.sleep, 3600)
  end
end)
