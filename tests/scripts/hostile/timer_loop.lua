-- timeout: a timer that does not come back
chat.on("block", function()
  timer.after(0, function()
    while true do
    end
  end)
end)
