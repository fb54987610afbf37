-- timeout: called back by a C function
chat.on("block", function()
  ("x"):gsub(".", function()
    while true do
    end
  end)
end)
