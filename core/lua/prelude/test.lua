-- Tests of scripts: describe, it, expect, and the room and the user around the script.
--
-- A test file is a script with more in its hands. Each `it` runs in a client of its own: the core
-- loads the file anew, asks for the names of its tests, and asks for one of them.
local host, env, P = ...

local getmetatable, ipairs, pairs, tostring, type, xpcall =
  getmetatable, ipairs, pairs, tostring, type, xpcall
local floor = math.floor
local find, format, gsub, match = string.find, string.format, string.gsub, string.match
local concat = table.concat

-- The clock of a test, in every script: it stands still until the test lets time pass.
function P.use_clock(params)
  local now = params.time
  local real_time, real_date = env.os.time, env.os.date
  host.seed(params.seed)
  math.randomseed(params.seed)
  function env.os.time(table)
    return table == nil and now or real_time(table)
  end
  function env.os.date(form, time)
    return real_date(form, time or now)
  end
  function P.requests.clock(_, message)
    now = message.time
  end
end

-- The tree of tests ----------------------------------------------------------------------------------

local tests = {} -- { name =, fn =, groups = }
local groups = {} -- those around what is being described

local function names(group, name)
  local list = {}
  for _, each in ipairs(group) do
    list[#list + 1] = each.name
  end
  list[#list + 1] = name
  return concat(list, ": ")
end

local function describe(name, fn)
  P.check(name, "string", "describe")
  P.check(fn, "function", "describe")
  groups[#groups + 1] = { name = name, before = {}, after = {} }
  fn()
  groups[#groups] = nil
end

local function it(name, fn)
  P.check(name, "string", "it")
  P.check(fn, "function", "it")
  tests[#tests + 1] = { name = names(groups, name), fn = fn, groups = { table.unpack(groups) } }
end

local outside = { before = {}, after = {} } -- of every describe

local function before_each(fn)
  P.check(fn, "function", "before_each")
  local group = groups[#groups] or outside
  group.before[#group.before + 1] = fn
end

local function after_each(fn)
  P.check(fn, "function", "after_each")
  local group = groups[#groups] or outside
  group.after[#group.after + 1] = fn
end

local function call_all(list)
  for _, fn in ipairs(list) do
    fn()
  end
end

local function run(test)
  call_all(outside.before)
  for _, group in ipairs(test.groups) do
    call_all(group.before)
  end
  test.fn()
  for i = #test.groups, 1, -1 do
    call_all(test.groups[i].after)
  end
  call_all(outside.after)
end

-- The room -------------------------------------------------------------------------------------------

-- Calls a method of the core. What goes wrong there is a mistake in the test.
local function ask(method, params)
  local result, err = P.call("test." .. method, params or {})
  if err then
    P.fail_test(err.message)
  end
  return result
end

local room = {}
local kept = { sent = {}, shown = {}, errors = {}, bells = 0 }

local function gather()
  local news = ask("take")
  for _, what in ipairs { "sent", "shown", "errors" } do
    for _, line in ipairs(news[what]) do
      kept[what][#kept[what] + 1] = line
    end
  end
  kept.bells = kept.bells + news.bells
end

local function taker(what, empty)
  return function()
    gather()
    local result = kept[what]
    kept[what] = empty()
    return result
  end
end

local function new_list()
  return {}
end

-- What happened since it was last asked for: what went to the room, what the user saw, what errors
-- handlers raised, how often the bell rang.
room.sent = taker("sent", new_list)
room.shown = taker("shown", new_list)
room.errors = taker("errors", new_list)
room.bells = taker("bells", function()
  return 0
end)

-- Named arguments, each of them text.
local function fields(what, values, ...)
  P.check(values, "table", what)
  local list = { ... }
  for _, name in ipairs(list) do
    if type(values[name]) ~= "string" then
      P.raise(format("%s: %s is missing", what, name))
    end
  end
  for name in pairs(values) do
    local known = false
    for _, other in ipairs(list) do
      known = known or name == other
    end
    if not known then
      P.raise(format("%s: there is no field called %s", what, tostring(name)))
    end
  end
  return values
end

-- Lines of the room, as the protocol has them.
function room.recv_line(_, line)
  P.check(line, "string", "room:recv_line")
  ask("recv", { line = line })
end

function room.recv(self, message)
  fields("room:recv", message, "from", "text")
  self:recv_line(message.from .. "> " .. message.text)
end

function room.recv_whisper(self, message)
  fields("room:recv_whisper", message, "from", "text")
  self:recv_line(message.from .. "> /w " .. message.text)
end

function room.recv_server(self, text)
  self:recv_line("Server> " .. text)
end

function room.recv_error(self, text)
  self:recv_line("Server> /e " .. text)
end

function room.join(self, name)
  self:recv_line("Server> " .. name .. " is in. ")
end

function room.leave(self, name)
  self:recv_line("Server> " .. name .. " has left. ")
end

function room.kick(self, by)
  self:recv_line("Server> You have been kicked by " .. by .. ". ")
end

-- Changes of what we have.
function room.coins(self, change)
  self:recv_line(format("/balance %d", change))
end

function room.cookies(self, change)
  self:recv_line(format("/cookies %d", change))
end

function room.block(self, prev_hash)
  self:recv_line("/newHash " .. prev_hash)
end

function room.drop()
  ask("drop")
end

function room.enter(_, info)
  ask("enter", { info = info or {} })
end

-- The user.
function room.type(_, line)
  P.check(line, "string", "room:type")
  ask("keys", { keys = line .. "\r" })
end

local keys = {
  enter = "\r",
  tab = "\t",
  escape = "\27",
  space = " ",
  backspace = "\127",
  up = "\27[A",
  down = "\27[B",
  right = "\27[C",
  left = "\27[D",
  home = "\27[H",
  ["end"] = "\27[F",
  delete = "\27[3~",
  f1 = "\27OP",
  f2 = "\27OQ",
  f3 = "\27OR",
  f4 = "\27OS",
  f5 = "\27[15~",
  f6 = "\27[17~",
  f7 = "\27[18~",
  f8 = "\27[19~",
  f9 = "\27[20~",
  f10 = "\27[21~",
  f11 = "\27[23~",
  f12 = "\27[24~",
}

-- "Tab", "Ctrl-A", "Alt-1", "F2", "x".
local function key(name)
  local lower = name:lower()
  local letter = match(lower, "^ctrl%-(%l)$")
  if letter then
    return string.char(letter:byte() - 96)
  end
  local rest = match(name, "^[Aa][Ll][Tt]%-(.+)$")
  if rest then
    return "\27" .. key(rest)
  end
  if keys[lower] then
    return keys[lower]
  elseif utf8.len(name) == 1 then
    return name
  end
  P.raise(format("room:press: there is no key called %s", name))
end

function room.press(_, ...)
  for _, name in ipairs { ... } do
    P.check(name, "string", "room:press")
    ask("keys", { keys = key(name) })
  end
end

function room.question()
  return ask("look").question
end

function room.typed()
  return ask("look").typed
end

function room.answer(self, text)
  P.check(text, "string", "room:answer")
  if not self:question() then
    P.fail_test("expected a question to the user, but there is none")
  end
  self:type(text)
end

-- Time.
function room.advance(_, time)
  ask("advance", { seconds = P.seconds(time, "room:advance") })
end

function room.time()
  return ask("look").time
end

function room.state()
  return ask("look").state
end

-- For what does not go by the virtual clock, mining and programs of the system: looks again and
-- again until fn returns something, for at most so many real seconds.
function room.wait(_, fn, time)
  P.check(fn, "function", "room:wait")
  local tries = floor(P.seconds(time or 10, "room:wait") / 0.02) + 1
  for _ = 1, tries do
    local result = fn()
    if result then
      return result
    end
    ask("pause", { seconds = 0.02 })
  end
  P.fail_test("what was waited for did not come")
end

-- Enters as whoever made the recording did, to a room that says nothing by itself.
local function enter_as(self, head)
  if head.recording ~= 1 then
    P.fail_test("this is no recording that is known here")
  end
  if head.me then
    self:enter {
      name = head.me,
      coins = head.coins,
      cookies = head.cookies,
      zeros = head.zeros,
      prev_hash = head.prev_hash,
      silent = true,
    }
    gather()
    kept.sent, kept.shown = {}, {}
  end
end

-- Plays a recording: what came in and what was typed, at its times. Returns what was sent then.
function room.replay(self, file)
  P.check(file, "string", "room:replay")
  local passed, sent, list = 0, {}, ask("recording", { file = file })
  enter_as(self, list[1] or {})
  for i = 2, #list do
    local entry = list[i]
    if type(entry.t) == "number" and entry.t > passed then
      self:advance(entry.t - passed)
      passed = entry.t
    end
    if entry.recv then
      self:recv_line(entry.recv)
    elseif entry.typed then
      self:type(entry.typed)
    elseif entry.secret then
      self:type("a secret")
    elseif entry.sent then
      sent[#sent + 1] = entry.sent
    end
  end
  return sent
end

-- The script -----------------------------------------------------------------------------------------

local test = {}
local chose = false

-- Loads a script by name or path: at the top of the file for all tests in place of the one beside
-- the file, or within one test. false: none is loaded.
function test.load(name)
  chose = true
  if name == false then
    return
  end
  P.check(name, "string", "test.load")
  return ask("load", { name = name })
end

function test.reload(name)
  local ok, err = env.script.reload(name)
  if not ok then
    P.fail_test(err.message)
  end
  ask("look")
end

function test.unload(name)
  local ok, err = env.script.unload(name)
  if not ok then
    P.fail_test(err.message)
  end
  ask("look")
end

-- What the core asks ---------------------------------------------------------------------------------

function P.add_tests()
  env.describe, env.it, env.expect = describe, it, P.expect
  env.before_each, env.after_each = before_each, after_each
  env.room, env.test = room, test
end

P.requests["test.list"] = function(id)
  local list = {}
  for i, each in ipairs(tests) do
    list[i] = each.name
  end
  host.answer(id, { names = env.json.array(list), loads = not chose })
end

-- What an expectation says; of any other error the way to it as well.
local function explain(err)
  if getmetatable(err) == P.Failure then
    return err.text
  end
  local lines = { tostring(err) }
  for line in string.gmatch(debug.traceback("", 2), "[^\n]+") do
    if not find(line, "[moonroom ", 1, true) and not find(line, "[C]", 1, true) and find(line, ":%d+:") then
      lines[#lines + 1] = "  " .. gsub(line, "^%s+", "")
    end
  end
  return concat(lines, "\n")
end

P.requests["test.run"] = function(id, params)
  P.spawn("test", {}, function()
    local ok, why = xpcall(run, explain, tests[params.index])
    local errors = room.errors()
    if ok and #errors > 0 then
      ok, why = false, errors[1]
    end
    host.answer(id, { ok = ok, text = ok and "" or P.printable(why) })
  end)
end
