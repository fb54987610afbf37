-- timeout: a task that starts another, for ever, so that nothing else has its turn
chat.on("block", function()
  local function again()
    task.spawn(again)
  end
  while true do
    pcall(again)
  end
end)
