-- timeout: waits first, and loops when nothing is open any more
chat.on("block", function()
  task.sleep(0.05)
  while true do
  end
end)
