-- Tasks: every handler runs in a coroutine of its own, so that any call may wait.
--
-- The main loop gives each message of the core to on_request or on_answer, and calls on_turn once a
-- turn. A task that waits is parked until somebody wakes it; one that only gave way goes on next turn.
local host, env, P = ...

local coroutine_create, coroutine_resume = coroutine.create, coroutine.resume
local coroutine_running, coroutine_status = coroutine.running, coroutine.status
local coroutine_yield, isyieldable = coroutine.yield, coroutine.isyieldable
local getinfo, traceback = debug.getinfo, debug.traceback
local error, next, pcall, select, setmetatable = error, next, pcall, select, setmetatable
local tostring, type = tostring, type
local find, format, gsub, sub = string.find, string.format, string.gsub, string.sub
local concat, pack, unpack = table.concat, table.pack, table.unpack

local NOTHING = { n = 0 }

-- Errors -------------------------------------------------------------------------------------------

local Error = { __name = "error" }
Error.__index = Error

function Error.__tostring(err)
  return err.message
end

function Error.__concat(a, b)
  return tostring(a) .. tostring(b)
end

-- What stands beside nil when something expected went wrong.
function P.error(code, message)
  return setmetatable({ code = code, message = message }, Error)
end

-- The file and the line in the author's own texts that the running function was called from; nil without one.
function P.author_place()
  for level = 2, 100 do
    local info = getinfo(level, "Sl")
    if not info then
      return nil
    end
    if info.currentline > 0 and sub(info.source, 1, 10) ~= "=[moonroom" then
      return info.short_src, info.currentline
    end
  end
end

-- Raises a mistake of the script's author, at the line of the script that made it.
function P.raise(message)
  local file, line = P.author_place()
  error(file and format("%s:%d: %s", file, line, message) or message, 0)
end

-- Checks an argument of a function written in Lua.
function P.check(value, kind, name)
  if type(value) ~= kind then
    P.raise(format("%s: %s expected, got %s", name, kind, type(value)))
  end
end

-- The stack of a failed coroutine without what the prelude adds to it.
local function trace_of(co, err)
  local ok, text = pcall(tostring, err)
  text = ok and type(text) == "string" and text or "(an error that cannot be shown)"
  local lines = {}
  for line in string.gmatch(traceback(co) or "", "[^\n]+") do
    if not find(line, "[moonroom ", 1, true)
      and not find(line, "stack traceback:", 1, true)
      and not find(line, "in function 'error'", 1, true)
    then
      lines[#lines + 1] = (gsub(line, "^%s+", "  "))
    end
  end
  local stack = #lines > 0 and "\n" .. concat(lines, "\n") or ""
  return text .. stack
end

-- Text that JSON can carry, whatever bytes it has.
function P.printable(text)
  text = gsub(text, "%z", "\\0")
  if not utf8.len(text) then
    text = gsub(text, "[\128-\255]", "?")
  end
  return sub(text, 1, 8000)
end

-- Tells the core of an error in a handler; the script goes on.
function P.report(what, message)
  host.tell("script.error", { what = what, text = P.printable(message) })
end

-- Tasks --------------------------------------------------------------------------------------------

local tasks = setmetatable({}, { __mode = "k" }) -- coroutine -> task
local ready = {} -- coroutines that gave way
local answers = {} -- number of a request -> the coroutine that waits for its answer

-- After a task ran: it waits, gave way, or ended.
local function settle(co, task, ok, ...)
  local begun = task.begun
  local waits = coroutine_status(co) ~= "dead"
  if waits and task.waits then
    task.waits(task)
    task.waits = nil
  end
  if waits and task.preempted and not task.parked then
    ready[#ready + 1] = co
  elseif waits and not task.parked then
    -- A bare coroutine.yield() in a handler waits for nothing: there is nobody to resume it.
    tasks[co] = nil
    P.report(task.what, trace_of(co, "coroutine.yield outside of a coroutine of your own; use task.sleep"))
  end
  if waits then
    if begun then
      task.begun = nil
      begun()
    end
    if not tasks[co] and task.ended then
      task.ended(false, "it yielded to nobody")
    elseif not tasks[co] and task.done then
      task.done(task, false)
    end
    return
  end
  tasks[co] = nil
  local trace = not ok and trace_of(co, (...)) .. P.about(task.data)
  if trace and not task.quiet then
    P.report(task.what, trace)
  end
  if trace and task.handle then
    task.handle.errors = task.handle.errors + 1
  end
  if begun then
    begun()
  end
  if task.ended and trace then
    task.ended(false, trace)
  elseif task.ended then
    task.ended(true, ...)
  elseif task.done then
    task.done(task, not trace, ...)
  end
end

-- Adds the time since `began` to what the task's handler has taken.
local function count(task, began, ...)
  local handle = task.handle
  local spent = host.now() - began
  task.spent = (task.spent or 0) + spent
  handle.seconds = handle.seconds + spent
  handle.slowest = task.spent > handle.slowest and task.spent or handle.slowest
  return ...
end

local function run(co, task, ...)
  task.parked, task.undo = false, nil
  if task.preempted and host.mine_paused() then
    task.given = pack(...) -- what it waited for, once mining goes on
    ready[#ready + 1] = co
    return
  end
  if task.handle then
    settle(co, task, count(task, host.now(), coroutine_resume(co, ...)))
  else
    settle(co, task, coroutine_resume(co, ...))
  end
end

-- Runs fn(...) as a task: a table that says how it is called in messages (`what`), and what is called
-- when it waits for the first time (`waits`) and at its end (`done`), both with the task itself. One
-- that is `still` must not wait; the text there says why.
function P.start(task, fn, ...)
  local co = coroutine_create(fn)
  tasks[co] = task
  if task.handle then
    task.handle.calls = task.handle.calls + 1
  end
  if task.preempted then
    host.preempt(co)
  end
  run(co, task, ...)
  return task
end

-- The same with options.begun, called when it ended or waits for the first time, and with
-- options.ended(true, results...) or options.ended(false, trace), called at its end. Unless it is
-- `quiet`, an error is reported to the core, and options.data (a table: what it was called with) with it.
function P.spawn(what, options, fn, ...)
  local task = { what = what, begun = options.begun, ended = options.ended, quiet = options.quiet }
  task.data = options.data
  task.preempted, task.handle = options.preempted, options.handle
  task.still = options.still
  return P.start(task, fn, ...)
end

-- Whether the running function is a task that can wait. In a coroutine that a script made itself it
-- cannot: there a call of the core holds the whole script for as long as it takes.
function P.can_wait()
  local task = tasks[coroutine_running()]
  return task ~= nil and not task.still and isyieldable()
end

-- Waits until P.wake(co, ...) and returns what that was given. undo() takes back what was registered for
-- the wait, and is called when the task is removed while it waits; it may be nil.
function P.park(undo)
  local co = coroutine_running()
  local task = tasks[co]
  if not task or not isyieldable() then
    P.raise("this cannot wait inside a coroutine of your own, a metamethod or a sort; use task.spawn")
  end
  if task.still then
    P.raise("this cannot wait: " .. task.still)
  end
  -- Who was told that the script ends and waits again gets no second answer: it would ask for ever.
  if P.closing and not task.woken then
    return nil, P.closing
  end
  task.parked, task.undo = true, undo
  return coroutine_yield()
end

-- The same, but not for longer than `timeout`, a time (nil: for ever); then nil and an error that says
-- `message`.
function P.park_for(timeout, name, message, undo)
  if not timeout then
    return P.park(undo)
  end
  local co = coroutine_running()
  local timer = env.timer.after(P.seconds(timeout, name), function()
    P.wake(co, nil, P.error("timeout", message))
  end)
  local function woken(...)
    timer:remove()
    return ...
  end
  return woken(P.park(function()
    timer:remove()
    if undo then
      undo()
    end
  end))
end

function P.wake(co, ...)
  local task = tasks[co]
  if task and task.parked and not task.removed then
    run(co, task, ...)
  end
end

-- Ends every wait, once: what was waited for will not come. Who waits again begins to wait anew.
function P.wake_all(err)
  local parked = {}
  answers = {}
  for co, task in next, tasks do
    if task.parked then
      parked[#parked + 1] = co
      task.woken = true
    end
  end
  P.ending = err -- also for those who wait for others that end before them
  for i = 1, #parked do
    P.wake(parked[i], nil, err)
  end
  P.ending = nil
end

-- Calls a method of the core. `quick` ones are answered at once, so nothing else need run meanwhile.
-- Returns the result, or nil, code and message.
function P.ask(method, params, quick)
  local task = tasks[coroutine_running()]
  if task and task.still and not quick then
    return nil, "state", method .. " cannot wait: " .. task.still
  end
  if quick or not P.can_wait() then
    return host.call(method, params)
  end
  local id, why = host.send(method, params)
  if not id then
    return nil, "unsendable", why
  end
  answers[id] = coroutine_running()
  local result, code, message = P.park()
  if type(code) == "table" then
    return nil, code.code, code.message
  end
  return result, code, message
end

-- The main loop's --------------------------------------------------------------------------------

P.requests = {} -- method -> function(id, params)

function P.on_request(id, method, params)
  local fn = P.requests[method]
  if fn then
    fn(id, params or {})
  elseif id ~= 0 then
    host.fail(id, "not_found", "a script host has no " .. method)
  end
end

-- Between `save` and what the core decides then, nothing happens any more: it would not be saved.
local postponed = {}

function P.fall_asleep()
  P.asleep = true
end

function P.requests.resume()
  local missed = postponed
  P.asleep, postponed = false, {}
  for i = 1, #missed do
    P.on_answer(table.unpack(missed[i], 1, missed[i].n))
  end
end

function P.on_answer(id, ...)
  if P.asleep then
    postponed[#postponed + 1] = table.pack(id, ...)
    return
  end
  local co = answers[id]
  answers[id] = nil
  if co then
    P.wake(co, ...)
  end
end

function P.on_turn()
  if P.each_turn then
    P.each_turn()
  end
  local batch = ready
  if #batch == 0 then
    return false
  elseif host.mine_paused(true) then
    return true
  end
  ready = {}
  for i = 1, #batch do
    local co = batch[i]
    local task = tasks[co]
    if task and not task.removed then
      local given = task.given or NOTHING
      task.given = nil
      run(co, task, unpack(given, 1, given.n))
    end
  end
  return #ready > 0
end

-- task ---------------------------------------------------------------------------------------------

local Task = {}
Task.__index = Task

function Task.remove(handle)
  local task = handle.task
  task.removed = true
  if task.undo then
    task.undo()
    task.undo = nil
  end
end

--- Runs `fn(...)` beside what goes on. The handle has only `remove`, which ends it where it waits.
---@lua task.spawn
---@param fn fun(...)
---@param ... any
---@return handle
local function spawn(fn, ...)
  P.check(fn, "function", "task.spawn")
  return setmetatable({ task = P.spawn("task", {}, fn, ...) }, Task)
end

-- Runs all functions of a list at the same time; on(i, ok, ...) is called at the end of each.
local function spawn_each(list, name, on)
  P.check(list, "table", name)
  for i = 1, #list do
    P.check(list[i], "function", name)
  end
  for i = 1, #list do
    P.spawn("task", {
      ended = function(...)
        on(i, ...)
      end,
    }, list[i])
  end
end

local late = "not all of it was done in time"

--- Runs all functions at the same time and waits for all. Returns the first result of each in a list.
---@lua task.all
---@param list (fun(): any)[]
---@param opts? { timeout?: time } for ever, when nothing is said
---@return any[]? results nil and an error when one of them raised one, or when the time is over; they go on then
---@error timeout internal reloaded canceled
local function all(list, opts)
  local co, open, results, failed = coroutine_running(), #list, {}, nil
  local waits = false
  spawn_each(list, "task.all", function(i, ok, result)
    open = open - 1
    if ok then
      results[i] = result
    else
      failed = failed or P.error("internal", tostring(result))
    end
    if open == 0 and waits then
      P.wake(co, true)
    end
  end)
  if open > 0 then
    waits = true
    local done, err = P.park_for(opts and opts.timeout, "task.all", late)
    waits = false
    if not done or P.ending then
      return nil, err or P.ending
    end
  end
  if failed then
    return nil, failed
  end
  return results
end

--- Runs all functions at the same time and waits for the first to end; returns what that returned. The others go on.
---@lua task.race
---@param list (fun(): any)[]
---@param opts? { timeout?: time } for ever, when nothing is said
---@return any ... nil and an error when the first to end raised one, or when the time is over
---@error timeout internal reloaded canceled
local function race(list, opts)
  local co, first, waits = coroutine_running(), nil, false
  spawn_each(list, "task.race", function(_, ok, ...)
    if not first then
      first = { ok = ok, n = select("#", ...), ... }
      if waits then
        P.wake(co, true)
      end
    end
  end)
  if not first and #list > 0 then
    waits = true
    local done, err = P.park_for(opts and opts.timeout, "task.race", late)
    waits = false
    if not done or P.ending then
      return nil, err or P.ending
    end
  end
  if first and not first.ok then
    return nil, P.error("internal", tostring(first[1]))
  end
  if first then
    return table.unpack(first, 1, first.n)
  end
end

env.task = { spawn = spawn, all = all, race = race }
