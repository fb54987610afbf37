-- timeout: always comes back too late, but always comes back
chat.on("block", function()
  timer.every(0.01, function()
    local stop = os.clock() + 1.25
    while os.clock() < stop do
    end
  end)
end)
