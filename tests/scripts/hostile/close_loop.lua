-- timeout: a variable that never finishes closing
chat.on("block", function()
  local _ <close> = setmetatable({}, {
    __close = function()
      while true do
      end
    end,
  })
end)
