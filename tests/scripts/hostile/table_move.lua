-- timeout: one C function that moves for ever
chat.on("block", function()
  local nothing = setmetatable({}, {
    __index = function()
      return 1
    end,
    __newindex = function() end,
  })
  table.move(nothing, 1, 1 << 50, 2)
end)
