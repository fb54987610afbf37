-- Timers and sleep. The clock is the core's.
local _, env, P = ...

local match, tonumber, type = string.match, tonumber, type

local timers = {} -- number -> handle

local units = { ms = 0.001, s = 1, m = 60, h = 3600, d = 86400 }

-- Seconds from a number, or from a text such as "500ms", "5s", "10m", "1h", "2d".
function P.seconds(value, name)
  local seconds = value
  if type(value) == "string" then
    local number, unit = match(value, "^([%d.]+)(%a*)$")
    local factor = units[unit ~= "" and unit or "s"]
    number = tonumber(number)
    seconds = number and factor and number * factor
  end
  if type(seconds) ~= "number" or seconds ~= seconds or seconds < 0 or seconds > 1e9 then
    P.raise(name .. ': seconds expected, or a text such as "500ms", "5s", "10m", "1h"')
  end
  return seconds
end

local function start(params, fn)
  local id, err = P.register("timer.start", params)
  if not id then
    return nil, err
  end
  return P.handle(timers, "timer.stop", id, fn)
end

local function name_of(opts)
  return type(opts) == "table" and opts.name or nil
end

env.timer = {}

--- Calls `fn` once, after so long.
---@param delay time
---@param fn fun()
---@param opts? { name?: string }
---@return handle
---@raise no time, or too many timers
function env.timer.after(delay, fn, opts)
  P.check(fn, "function", "timer.after")
  local handle, err
  handle, err = start({ after = P.seconds(delay, "timer.after"), name = name_of(opts) }, function()
    timers[handle.id] = nil
    fn()
  end)
  return handle, err
end

--- Calls `fn` again and again.
---@param period time 10 ms or more
---@param fn fun()
---@param opts? { name?: string }
---@return handle
---@raise no time, one that is too short, or too many timers
function env.timer.every(period, fn, opts)
  P.check(fn, "function", "timer.every")
  local params = { every = P.seconds(period, "timer.every"), name = name_of(opts) }
  if params.every < 0.001 then
    P.raise("timer.every: the shortest time is a millisecond")
  end
  return start(params, fn)
end

-- Seconds until it is next hh:mm by the clock on the wall.
local function until_time(hour, minute)
  local os_date, os_time = env.os.date, env.os.time
  local now = os_time()
  local date = os_date("*t", now)
  date.hour, date.min, date.sec, date.isdst = hour, minute, 0, nil
  local due = os_time(date)
  if due <= now then
    date.day = date.day + 1
    due = os_time(date)
  end
  return due - now
end

--- Calls `fn` every day at this time of the clock on the wall.
---@param clock string "09:00", from "00:00" to "23:59"
---@param fn fun()
---@return handle
---@raise what is no such time
function env.timer.at(clock, fn)
  P.check(fn, "function", "timer.at")
  local hour, minute = match(type(clock) == "string" and clock or "", "^(%d%d?):(%d%d)$")
  hour, minute = tonumber(hour), tonumber(minute)
  if not hour or hour > 23 or minute > 59 then
    P.raise('timer.at: a time such as "09:00" expected')
  end
  local daily = { clock = clock }
  local function arm()
    daily.inner = env.timer.after(until_time(hour, minute), function()
      if not daily.disabled then
        P.spawn("timer", {}, fn)
      end
      if not daily.removed then
        arm()
      end
    end)
  end
  function daily.remove()
    daily.removed = true
    daily.inner:remove()
  end
  function daily.disable()
    daily.disabled = true
  end
  function daily.enable()
    daily.disabled = nil
  end
  arm()
  return daily
end

function P.requests.timer(id, params)
  P.serve(id, "timer", timers[params.id])
end

--- Lets so much time pass; everything else of the script goes on meanwhile.
---@param time time
---@return true? nil and an error when the script ends meanwhile
---@error reloaded canceled
---@raise outside of a handler, where nothing can wait
function env.task.sleep(time)
  local co = coroutine.running()
  if not P.can_wait() then
    P.raise("task.sleep cannot wait here; use timer.after")
  end
  env.timer.after(P.seconds(time, "task.sleep"), function()
    P.wake(co, true)
  end)
  return P.park()
end
