-- timeout: errors in closing, in a loop that swallows them
chat.on("block", function()
  local meta = {
    __close = function()
      error("no")
    end,
  }
  while true do
    pcall(function()
      local _ <close> = setmetatable({}, meta)
      error("again")
    end)
  end
end)
