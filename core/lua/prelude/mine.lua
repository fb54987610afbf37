-- Strategies: a file with a function mine(client), which may block for as long as it likes.
local host, env, P = ...

local rawset, setmetatable, type = rawset, setmetatable, type

local REPORT = 1 -- seconds between two reports of the attempts

local api = env.mine
local strategy

-- The strategy's function is a global called mine, and so is the table of methods: the assignment is
-- taken aside, the name keeps meaning the table.
function P.guard_mine()
  env.mine = nil
  setmetatable(env, {
    __index = function(_, name)
      return name == "mine" and api or nil
    end,
    __newindex = function(globals, name, value)
      if name == "mine" and type(value) == "function" then
        strategy = value
      else
        rawset(globals, name, value)
      end
    end,
  })
  api.verify = host.mine_verify
  function api.job()
    local prev_hash, zeros, order, serial = host.mine_job()
    return prev_hash and { prev_hash = prev_hash, zeros = zeros, order = order, serial = serial }
  end
end

-- What mine() gets: prev_hash, hash_zeros, order and serial are always the newest.
local function new_client()
  local seen, prev_hash, zeros, order, serial
  local methods = {}

  function methods.submit(_, s)
    return api.submit(s)
  end

  return setmetatable({}, {
    __index = function(_, name)
      local now = host.mine_serial()
      if now ~= seen then
        seen = now
        prev_hash, zeros, order, serial = host.mine_job()
      end
      if name == "prev_hash" then
        return prev_hash
      elseif name == "hash_zeros" then
        return zeros
      elseif name == "order" then
        return order
      elseif name == "serial" then
        return serial
      end
      return methods[name] or env.client[name]
    end,
  })
end

local function report()
  host.tell("strategy.attempts", { attempts = host.mine_attempts() })
end

function P.has_strategy()
  return strategy ~= nil
end

function P.start_strategy()
  local next_report = host.now() + REPORT
  function P.each_turn()
    local now = host.now()
    if now >= next_report then
      next_report = now + REPORT
      report()
    end
  end
  P.spawn("mine", {
    preempted = true,
    ended = function()
      report()
      host.tell("strategy.ended", {})
    end,
  }, strategy, new_client())
end
