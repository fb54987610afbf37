-- Timers and sleep. The clock is the core's.
local _, env, P = ...

local format, match = string.format, string.match
local setmetatable, tonumber, type = setmetatable, tonumber, type

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
  local time = params.every and format("every %g s", params.every) or format("after %g s", params.after)
  return P.handle(timers, "timer.stop", id, fn, "timer " .. (params.name or time))
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

local LOOK_AGAIN = 60 -- seconds: the clock may be set, and a laptop may sleep, while a timer waits

-- When the clock on the wall shows hour:minute next: later than now, and not on the day `done`, on which it
-- has been that time already (in autumn an hour comes twice). What spring skips is counted in the time that was
-- before: 02:30 becomes 03:30.
local function next_time(now, hour, minute, done)
  local os_date, os_time = env.os.date, env.os.time
  local today = os_date("*t", now)
  for ahead = 0, 2 do
    local date = { year = today.year, month = today.month, day = today.day + ahead, hour = hour, min = minute, sec = 0 }
    local due = os_time(date)
    if tonumber(os_date("%H", due)) ~= hour then
      date = { year = today.year, month = today.month, day = today.day + ahead, hour = hour, min = minute, sec = 0 }
      date.isdst = false
      due = os_time(date)
    end
    if due > now and os_date("%F", due) ~= done then
      return due
    end
  end
end

local Daily = {}
Daily.__index = Daily

local function arm(daily)
  local left = daily.due - env.os.time()
  daily.timer = env.timer.after(left < LOOK_AGAIN and left or LOOK_AGAIN, function()
    local now = env.os.time()
    if now >= daily.due then
      local done = env.os.date("%F", daily.due)
      daily.due = next_time(now, daily.hour, daily.minute, done)
      if not daily.disabled then
        P.spawn(daily.what, {}, daily.fn)
      end
    end
    if not daily.removed then
      arm(daily)
    end
  end)
  daily.timer.what = daily.what
end

function Daily.remove(daily)
  daily.removed = true
  daily.timer:remove()
end

function Daily.disable(daily)
  daily.disabled = true
end

function Daily.enable(daily)
  daily.disabled = nil
end

--- Calls `fn` every day when the clock on the wall shows this time, the next time first. It keeps to the clock: over
--- summer time, when the clock is set, and after a sleep of the machine (a minute late at most). A time that spring
--- skips comes an hour later, one that comes twice in autumn counts once. `due` of the handle says when it is next, in
--- seconds since 1970.
---@param clock string "09:00", from "00:00" to "23:59", local time
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
  local daily = setmetatable({ hour = hour, minute = minute, fn = fn, what = "timer " .. clock }, Daily)
  daily.due = next_time(env.os.time(), hour, minute)
  arm(daily)
  return daily
end

function P.requests.timer(id, params)
  local handle = timers[params.id]
  P.serve(id, handle and handle.what or "timer", handle)
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
  local timer = env.timer.after(P.seconds(time, "task.sleep"), function()
    P.wake(co, true)
  end)
  local slept, err = P.park(function()
    timer:remove()
  end)
  if not slept then
    timer:remove()
  end
  return slept, err
end
