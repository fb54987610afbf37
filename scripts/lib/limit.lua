-- So much and no more: limit.new(n, seconds) gives a function that answers true at most n times in
-- that many seconds. Whatever answers other people needs one: the other may be a bot as well.
local limit = {}

function limit.new(n, seconds)
  local times = {} -- of the last n that were allowed, oldest first
  return function()
    local now = os.time()
    if #times >= n and now - times[1] < seconds then
      return false
    end
    times[#times + 1] = now
    if #times > n then
      table.remove(times, 1)
    end
    return true
  end
end

-- The same for each key (a name, say) by itself.
function limit.each(n, seconds)
  local limits = {}
  return function(key)
    limits[key] = limits[key] or limit.new(n, seconds)
    return limits[key]()
  end
end

return limit
