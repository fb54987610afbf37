-- timeout: one C function that joins nothing for ever
chat.on("block", function()
  local nothing = setmetatable({}, {
    __index = function()
      return ""
    end,
  })
  table.concat(nothing, "", 1, 1 << 50)
end)
