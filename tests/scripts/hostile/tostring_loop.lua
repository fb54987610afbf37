-- timeout: the error itself hangs when it is shown
chat.on("block", function()
  error(setmetatable({}, {
    __tostring = function()
      while true do
      end
    end,
  }))
end)
