-- running: every event brings another
chat.on("block", function()
  chat.on(script.name .. ".storm", function()
    chat.emit(script.name .. ".storm")
  end)
  chat.emit(script.name .. ".storm")
end)
