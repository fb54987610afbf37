-- Events and commands: chat.on, chat.once, chat.wait, command, settings.on_change.
local host, env, P = ...

local pairs, setmetatable, type = pairs, setmetatable, type
local format, match, sort = string.format, string.match, table.sort

local subscriptions = {} -- number -> handle
local commands = {} -- number -> handle

--- What every registration returns: it can be taken back, or made to rest.
---@class handle
local Handle = {}
Handle.__index = Handle

--- Ends what was registered, for good.
---@lua handle:remove
function Handle.remove(handle)
  if handle.id and handle.table[handle.id] == handle then
    handle.table[handle.id] = nil
    P.call(handle.undo, { id = handle.id })
  end
end

--- Lets it rest: the handler is not called until `enable`.
---@lua handle:disable
function Handle.disable(handle)
  handle.disabled = true
end

--- Wakes what was disabled.
---@lua handle:enable
function Handle.enable(handle)
  handle.disabled = nil
end

-- The tables of handles, for what is told of a script.
local tables, known = {}, {}

-- what: how the handler is called in messages.
function P.handle(of, undo, id, fn, what)
  local handle = setmetatable({ table = of, undo = undo, id = id, fn = fn, what = what }, Handle)
  handle.calls, handle.seconds, handle.slowest, handle.errors = 0, 0, 0, 0
  of[id] = handle
  if not known[of] then
    known[of] = true
    tables[#tables + 1] = of
  end
  return handle
end

-- What is registered, in the order of registration within each kind: how often it was called, for how long.
function P.requests.handlers(id)
  local list = env.json.array {}
  for i = 1, #tables do
    local ids = {}
    for number in pairs(tables[i]) do
      ids[#ids + 1] = number
    end
    sort(ids)
    for j = 1, #ids do
      local handle = tables[i][ids[j]]
      list[#list + 1] = {
        what = handle.what,
        calls = handle.calls,
        ms = handle.seconds * 1000,
        slowest_ms = handle.slowest * 1000,
        errors = handle.errors,
        disabled = handle.disabled,
      }
    end
  end
  host.answer(id, list)
end

-- A registration that fails is a mistake in the script (an unknown name, a permission that its
-- manifest does not ask for), except where somebody else was first, or where the user did not grant what
-- it asks for: the script goes on without.
function P.register(method, params)
  local id, err = P.call(method, params)
  local withheld = err and err.code == "denied" and P.needs[match(err.message, "permission '([^']+)'")]
  if err and err.code ~= "exists" and not withheld then
    P.raise(err.message)
  elseif err then
    P.report("registration", err.message)
    return nil, err
  end
  return id
end

local function subscribe(name, fn, method)
  P.check(name, "string", method)
  P.check(fn, "function", method)
  if not host.events[name] and not string.find(name, ".", 1, true) then
    P.raise(format("%s: there is no event called %s", method, name))
  end
  local id, err = P.register("event.subscribe", { name = name })
  if not id then
    return nil, err
  end
  return P.handle(subscriptions, "event.unsubscribe", id, fn, "event " .. name)
end

--- Calls `fn` with the event's table whenever the event happens. The handler may wait; what it returns does not
--- matter.
---@param event string one of the events, or another script's, "NAME.event"
---@param opts? table nothing so far; may be left out
---@param fn fun(event: table)
---@return handle
---@raise an event that does not exist, or whose permission is not in the manifest
function env.chat.on(name, opts, fn)
  fn = fn == nil and opts or fn
  return subscribe(name, fn, "chat.on")
end

--- The same for the next time only.
---@param event string
---@param opts? table
---@param fn fun(event: table)
---@return handle
---@raise as chat.on
function env.chat.once(name, opts, fn)
  fn = fn == nil and opts or fn
  P.check(fn, "function", "chat.once")
  local handle, err
  handle, err = subscribe(name, function(event)
    handle:remove()
    fn(event)
  end, "chat.once")
  return handle, err
end

-- wanted: a function of the event, or a table of fields that must be equal.
local function matches(wanted, event)
  if type(wanted) == "function" then
    return wanted(event)
  end
  for key, value in pairs(wanted or {}) do
    if event[key] ~= value then
      return false
    end
  end
  return true
end

--- Waits for an event and returns its table. `match` is a table of fields that must be equal, or a function of the
--- event that returns whether it is the one. `ask` is called once the wait has begun: what answers to what is said
--- there cannot come too early.
---@param event string
---@param opts? { match?: table|fun(event: table): boolean?, timeout?: time, ask?: fun() }
---@return table? event nil and an error when it did not come
---@error timeout reloaded canceled denied
---@raise outside of a handler, where nothing can wait
function env.chat.wait(name, opts)
  opts = opts or {}
  if not P.can_wait() then
    P.raise("chat.wait cannot wait here; use chat.once")
  end
  local co = coroutine.running()
  local parked, came, err = false, nil, nil -- what ended the wait while `ask` was still at it
  local function done(event, why)
    if parked then
      P.wake(co, event, why)
    elseif not came then
      came, err = event, why
    end
  end
  local handle, why = subscribe(name, function(event)
    if matches(opts.match, event) then
      done(event)
    end
  end, "chat.wait")
  if not handle then
    return nil, why
  end
  function handle.ended(message)
    done(nil, P.error("denied", message))
  end
  local function undo()
    handle:remove()
  end
  local asked, trace = true, nil
  if opts.ask then
    asked, trace = pcall(opts.ask)
  end
  if asked and not came and not err then
    parked = true
    came, err = P.park_for(opts.timeout, "chat.wait", "the event did not come in time", undo)
  end
  undo()
  if not asked then
    error(trace, 0)
  end
  return came, err
end

-- Runs a handler for a request of the core, which is answered when the handler ended or waits.
local function serve(id, what, handle, ...)
  if not handle or handle.disabled then
    host.answer(id, nil)
    return
  end
  P.spawn(what, {
    data = (...),
    handle = handle,
    begun = function()
      host.answer(id, nil)
    end,
  }, handle.fn, ...)
end

P.serve = serve

function P.requests.event(id, params)
  serve(id, "event " .. tostring(params.name), subscriptions[params.id], params.data)
end

-- The permission for it was taken: whoever waits, waits in vain.
function P.requests.unsubscribed(id, params)
  local handle = subscriptions[params.id]
  subscriptions[params.id] = nil
  host.answer(id, nil)
  if handle and handle.ended then
    handle.ended(params.message)
  end
end

function P.requests.command(id, params)
  local handle = commands[params.id]
  serve(id, handle and handle.what or "command", handle, params.args or {}, params.chat)
end

local allowed = {
  name = "string",
  args = "string",
  help = "string",
  usage = "string",
  long = "string",
  aliases = "table",
  asks = "boolean",
  run = "function",
}

--- Adds a /command. `args` is a specification such as "<user:user> [n:int=1]": usage, parsing and Tab follow from it.
--- `run` gets the arguments by name, and the chat in which the line was typed.
---@lua command
---@param spec { name: string, args?: string, help?: string, long?: string, aliases?: string[],
--- run: fun(args: table, chat: string) }
---@return handle
---@error exists the name is taken: nil and an error, which is told as well
---@raise a field that does not exist, or a specification that makes no sense
local function add_command(_, spec)
  P.check(spec, "table", "command")
  P.check(spec.name, "string", "command: name")
  P.check(spec.run, "function", "command: run")
  local params = {}
  for key, value in pairs(spec) do
    if not allowed[key] then
      P.raise(format("command: there is no field called %s", tostring(key)))
    end
    P.check(value, allowed[key], "command: " .. key)
    if key == "aliases" then
      params.aliases = env.json.array(value)
    elseif key ~= "run" then
      params[key] = value
    end
  end
  local id, err = P.register("command.register", params)
  if not id then
    return nil, err
  end
  return P.handle(commands, "command.remove", id, spec.run, "/" .. spec.name)
end

env.command = setmetatable(env.command or {}, { __call = add_command })

--- Calls `fn` with the new value whenever a setting was changed: one of the script's own, or any by its full name.
---@param name string
---@param fn fun(value: any)
---@return handle
function env.settings.on_change(name, fn)
  P.check(name, "string", "settings.on_change")
  P.check(fn, "function", "settings.on_change")
  return subscribe("setting", function(event)
    if event.name == name or event.name == env.script.name .. "." .. name then
      fn((env.settings.get(name)))
    end
  end, "settings.on_change")
end
