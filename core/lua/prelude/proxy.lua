-- Proxies: a function for each row of moonroom/methods.def, and for each that a plugin has added.
--
-- Arguments go by place in the order of the row, or by name in one table: chat.whisper("bob", "hi"),
-- chat.whisper{ user = "bob", text = "hi" }. A table in the place of an optional argument gives the
-- rest by name: ui.print("done", { style = "title" }). Wrong arguments are raised at the caller's line;
-- whatever else goes wrong is nil and an error.
local host, env, P = ...

local error, ipairs, next, select, type = error, ipairs, next, select, type
local format, gmatch, match = string.format, string.gmatch, string.match
local math_type = math.type

-- Answered at once by the core: the script waits for these as for any function.
local quick = {}
for name in
  gmatch(
    [[chat.say chat.whisper chat.raw chat.me chat.users chat.room chat.quit event.subscribe
    event.unsubscribe event.emit filter.register filter.remove command.register command.remove
    command.list complete.register complete.remove complete.answer
    timer.start timer.stop
    settings.get settings.set settings.list client.remember client.terms
    client.version wallet.balance mine.job mine.verify mine.submit mine.stats
    mine.strategies mine.pause mine.resume store.get store.set store.keys script.source script.list log.write
    ui.print ui.table ui.bars ui.sparkline ui.notify ui.bind ui.unbind
    ui.chats ui.current ui.open ui.close ui.note ui.clear ui.history
    record.start record.stop fs.read fs.write fs.append fs.list fs.remove ui.same]],
    "%S+"
  )
do
  quick[name] = true
end

-- Where a value that the core refuses is a mistake in the script, not in what somebody typed or said.
local strict = {}
for name in
  gmatch(
    "event.subscribe event.unsubscribe event.emit filter.register filter.remove command.register "
      .. "complete.register complete.remove complete.answer ui.bind ui.unbind "
      .. "command.remove timer.start "
      .. "timer.stop store.get store.set script.source",
    "%S+"
  )
do
  strict[name] = true
end

local function is_integer(value)
  return math_type(value) == "integer" or (math_type(value) == "float" and value % 1 == 0)
end

local accepts = {
  string = function(value)
    return type(value) == "string" or type(value) == "number"
  end,
  integer = is_integer,
  number = function(value)
    return type(value) == "number"
  end,
  boolean = function(value)
    return type(value) == "boolean"
  end,
  array = function(value)
    return type(value) == "table"
  end,
  table = function(value)
    return type(value) == "table"
  end,
  secret = function(value)
    return type(value) == "string"
  end,
  any = function(value)
    return type(value) ~= "function" and type(value) ~= "thread" and type(value) ~= "userdata"
  end,
}

-- "user:string text?:string" as a list of {name =, kind =, optional =}.
local function parse(spec)
  local list, by_name = {}, {}
  for name, mark, kind in gmatch(spec, "([%w_]+)(%??):([%w_]+)") do
    local param = { name = name, kind = kind, optional = mark == "?" }
    list[#list + 1] = param
    by_name[name] = param
  end
  return list, by_name
end

-- One value into params, in the form in which it travels.
local function put(method, params, param, value)
  if param.name == "timeout" then
    value = P.seconds(value, method)
  end
  if not accepts[param.kind](value) then
    local message = "%s: %s should be %s %s, not %s"
    local article = match(param.kind, "^[aeiou]") and "an" or "a"
    P.raise(format(message, method, param.name, article, param.kind, type(value)))
  end
  if param.kind == "string" and type(value) == "number" then
    value = value .. ""
  elseif param.kind == "array" then
    value = env.json.array(value)
  end
  params[param.name] = value
end

local function put_named(method, params, by_name, values)
  for name, value in next, values do
    local param = by_name[name]
    if not param then
      P.raise(format("%s: there is no argument called %s", method, tostring(name)))
    end
    put(method, params, param, value)
  end
end

-- Whether a table in this place stands for named arguments.
local function gives_names(param, value)
  return type(value) == "table"
    and (not param or param.optional and not accepts[param.kind](value))
end

local function gather(method, list, by_name, count, ...)
  local params = {}
  local first = ...
  if count == 1 and list[1] and type(first) == "table" and not accepts[list[1].kind](first) then
    put_named(method, params, by_name, first)
  else
    for i = 1, count do
      local value = (select(i, ...))
      if i == count and gives_names(list[i], value) then
        put_named(method, params, by_name, value)
      elseif not list[i] and value ~= nil then
        P.raise(format("%s takes %d argument%s", method, #list, #list == 1 and "" or "s"))
      elseif value ~= nil then
        put(method, params, list[i], value)
      end
    end
  end
  for i = 1, #list do
    if params[list[i].name] == nil and not list[i].optional then
      P.raise(format("%s: %s is missing", method, list[i].name))
    end
  end
  return params
end

-- Turns an answer into what the script sees.
function P.outcome(method, result, code, message)
  if code == nil then
    return result
  end
  if code == "unsendable" or (code == "invalid" and strict[method]) then
    P.raise(method .. ": " .. message)
  end
  return nil, P.error(code, message)
end

function P.call(method, params)
  return P.outcome(method, P.ask(method, params, quick[method]))
end

local function proxy(method, spec)
  local list, by_name = parse(spec)
  return function(...)
    return P.call(method, gather(method, list, by_name, select("#", ...), ...))
  end
end

-- What authors call by friendlier names; the other parts of the prelude build those.
local hidden = { event = true, filter = true, complete = true, ["command.register"] = true, ["command.remove"] = true }
hidden["timer.start"], hidden["timer.stop"], hidden["script.source"] = true, true, true
hidden["log.write"], hidden["ui.bind"], hidden["ui.unbind"] = true, true, true

P.methods = {}

-- Takes no name away that is there already: a plugin may be called like a part of Lua.
function P.add_methods(methods)
  for method, spec in next, methods do
    local space, name = match(method, "^(.-)%.(.+)$")
    P.methods[method] = proxy(method, spec)
    if not hidden[space] and not hidden[method] then
      env[space] = env[space] or {}
      if type(env[space]) == "table" and env[space][name] == nil then
        env[space][name] = P.methods[method]
      end
    end
  end
end

P.add_methods(host.methods)

env.json = host.json
env.crypto = host.crypto

-- chat: what a whole room hears is one line.
local function one_line(method, place)
  local call = env.chat[method]
  env.chat[method] = function(...)
    local first, text = ..., (select(place, ...))
    if type(first) == "table" then
      text = first.text
    end
    if type(text) == "string" and string.find(text, "[\r\n]") then
      P.raise("chat." .. method .. ": the text has a line break; send one message a line")
    end
    return call(...)
  end
end

one_line("say", 1)
one_line("whisper", 2)

local request = env.chat.request

--- Asks the room and waits for the answer: "active" (names), "leaderboard" (a list of {name, coins}), "hash" (what
--- to mine on), "ping" (milliseconds), "cost" of an item (coins).
---@param what "active"|"leaderboard"|"hash"|"ping"|"cost"
---@param arg? string the item, for "cost"
---@param opts? { timeout?: time } 10 seconds when nothing is said
---@return any answer nil and an error when there is none
---@error offline timeout refused invalid busy
function env.chat.request(what, arg, opts)
  if opts == nil and type(arg) == "table" and arg.timeout and not arg.item then
    arg, opts = nil, arg
  end
  local timeout = type(opts) == "table" and opts.timeout or opts
  return request(what, arg, timeout and P.seconds(timeout, "chat.request") or nil)
end

--- Tells every listener of an event of the script's own.
---@lua chat.emit
---@param name string begins with the script's name and a dot
---@param data? table
---@return true
---@raise a name that is not the script's own
env.chat.emit = P.methods["event.emit"]

local write = P.methods["log.write"]

local function joined(...)
  local parts = {}
  for i = 1, select("#", ...) do
    parts[i] = tostring((select(i, ...)))
  end
  return parts
end

--- Writes a line to moonroom's log, with blanks between the values. The log keeps what the option --log-level asks for.
---@lua log.debug log.info log.warn log.error
---@param ... any
env.log = {}
for _, level in ipairs { "debug", "info", "warn", "error" } do
  env.log[level] = function(...)
    write(level, table.concat(joined(...), " "))
  end
end

--- Shows values under the script's name, with tabs between them.
---@lua print
---@param ... any
function env.print(...)
  env.ui.print(table.concat(joined(...), "\t"))
end

-- Only text is loaded, and only into the script's own globals.
local load = load

function env.load(chunk, name, mode, ...)
  if mode ~= nil and mode ~= "t" and mode ~= "bt" then
    error("only text can be loaded", 2)
  end
  local globals = env
  if select("#", ...) > 0 then
    globals = (...)
  end
  return load(chunk, name or "=(load)", "t", globals)
end
