-- no_memory: functions that keep each other
chat.on("block", function()
  local last = function() end
  while true do
    local before = last
    last = function()
      return before
    end
  end
end)
