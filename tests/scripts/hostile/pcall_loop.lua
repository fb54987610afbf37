-- timeout: pcall swallows whatever would be thrown into it
chat.on("block", function()
  while true do
    pcall(function()
      while true do
        error("again")
      end
    end)
  end
end)
