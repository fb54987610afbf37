-- One rule: a line of text that says when to do what.
--
--   on message "ping" from bob do /say pong      every 10m do /w bob hi      alias brb /me is away
--   bind F5 /active                              highlight lunch             ignore bob
local limit = require("limit")
local tell = require("tell")

local SHORTEST_S = 10 -- between two turns of `every`
local MOST, WITHIN_S = 5, 30 -- what one rule does for others; the other may be a bot as well

local rule = {}
rule.__index = rule

function rule:stop()
  if self.handle then
    self.handle:remove()
    self.handle = nil
  end
end

-- What is known of the moment takes the place of $from, $text and $*. It is one line, and stays behind
-- the name of a command: nobody else can choose what is run.
local function fill(line, values)
  local filled = line:gsub("%$(%*?)(%a*)", function(star, name)
    local value = values[star == "*" and star or name]
    return value and value:gsub("[\r\n]", " ") .. (star == "*" and name or "")
  end)
  return (filled:gsub("%s+$", ""))
end

-- Does what a rule says; a plain text goes to where the message came from.
local function act(one, values, event)
  local line = fill(one.line_to_run, values)
  local ok, err
  if one.line_to_run:sub(1, 1) == "/" then
    ok, err = command.run(line)
  elseif event and event.from and event.to then
    ok, err = chat.whisper(event.from, line)
  else
    ok, err = chat.say(line)
  end
  if not ok then
    tell.fail("%s: %s", one.text, err.message)
  end
end

-- What the first * stands for when TEXT is as WANTED says, and all of it when there is none; else nil. Piece by
-- piece, as a pattern of many * takes for ever on a long text, and others choose the texts.
local function match(text, wanted)
  local low, pieces = text:lower(), {}
  for piece in (wanted:lower() .. "*"):gmatch("([^*]*)%*") do
    pieces[#pieces + 1] = piece
  end
  if #pieces == 1 then
    return low == pieces[1] and text or nil
  end
  local first, last = pieces[1], pieces[#pieces]
  local at, stop = #first + 1, #low - #last
  if low:sub(1, #first) ~= first or low:sub(stop + 1) ~= last or stop + 1 < at then
    return nil
  end
  local star_end = stop
  for i = 2, #pieces - 1 do
    local from, to = low:find(pieces[i], at, true)
    if not from or to > stop then
      return nil
    end
    star_end = i == 2 and from - 1 or star_end
    at = to + 1
  end
  return text:sub(#first + 1, star_end)
end

local kinds = {}

function kinds.on(one, rest)
  local event, wanted = rest:match("^(%S+)%s+(.*)$")
  if not event then
    return 'on needs an event and what to do: on message "ping" do /say pong'
  end
  local quoted, behind = wanted:match('^"([^"]*)"%s*(.*)$')
  wanted = behind or wanted
  local from
  from, behind = wanted:match("^from%s+(%S+)%s*(.*)$")
  wanted = behind or wanted
  one.line_to_run = wanted:match("^do%s+(.*)$")
  if not one.line_to_run then
    return 'on needs `do` and what to do: on message "ping" do /say pong'
  end
  if one.line_to_run:find("^/%S*%$") then
    return "the name of a command stands in a rule as it is, without $: whoever speaks would choose it"
  end
  local may = limit.new(MOST, WITHIN_S)
  one.begin = function()
    return chat.on(event, function(happened)
      local text = type(happened.text) == "string" and happened.text or ""
      if happened.self or (from and (happened.from or ""):lower() ~= from:lower()) then
        return
      end
      local star = match(text, quoted or "*")
      if star and may() then
        act(one, { from = happened.from or "", text = text, ["*"] = star }, happened)
      end
    end)
  end
end

-- A timer keeps its phase by its name, which is at most 64 bytes of whole characters.
local function name_of(text)
  return #text <= 64 and text or (text:sub(1, 64):gsub("[\xC0-\xFF]?[\x80-\xBF]*$", ""))
end

function kinds.every(one, rest)
  local time, line = rest:match("^(%S+)%s+do%s+(.*)$")
  local number, unit = (time or ""):match("^(%d+)([smhd])$")
  local seconds = number and number * ({ s = 1, m = 60, h = 3600, d = 86400 })[unit]
  if not seconds or seconds < SHORTEST_S then
    return ("every needs a time of %d s or more, and `do`: every 10m do /w bob hi"):format(SHORTEST_S)
  end
  one.line_to_run = line
  one.begin = function()
    return timer.every(seconds, function()
      act(one, {})
    end, { name = name_of(one.text) })
  end
end

function kinds.alias(one, rest)
  local name, line = rest:match("^/?(%S+)%s+(.*)$")
  if not name then
    return "alias needs a name and a line: alias brb /me is away"
  end
  one.line_to_run = line:find("$*", 1, true) and line or line .. " $*"
  one.begin = function()
    for _, other in ipairs(command.list()) do
      if other.name == name then
        return nil, { message = ("The command /%s is there already, of %s."):format(name, other.owner) }
      end
    end
    return command {
      name = name,
      args = "[rest:text]",
      help = "Your alias for " .. line,
      run = function(args)
        act(one, { ["*"] = args._rest or "" })
      end,
    }
  end
end

function kinds.bind(one, rest)
  local key, line = rest:match("^(%S+)%s+(.*)$")
  if not key then
    return "bind needs a key and a line: bind F5 /active"
  end
  one.line_to_run = line
  one.begin = function()
    return ui.bind(key, function()
      act(one, {})
    end)
  end
end

function kinds.highlight(one, rest)
  one.word = rest:match("^[%w_\128-\255]+$")
  if not one.word then
    return "One word of letters and digits, please: highlight lunch"
  end
end

function kinds.ignore(one, rest)
  one.word = rest:match("^%S+$")
  if not one.word then
    return "ignore needs a name: ignore bob"
  end
end

-- A rule out of a line; nil and a sentence when it is none.
function rule.read(line)
  local text = line:gsub("^%s+", ""):gsub("%s+$", "")
  local kind, rest = text:match("^(%S+)%s*(.*)$")
  if not kinds[kind] then
    return nil, "A rule begins with on, every, alias, bind, highlight or ignore."
  end
  local one = setmetatable({ kind = kind, text = text }, rule)
  local why = kinds[kind](one, rest)
  if why then
    return nil, why
  end
  return one
end

-- Puts it in force; a sentence when that cannot be.
function rule:start()
  if not self.begin then
    return nil
  end
  local ok, handle, err = pcall(self.begin)
  if ok and handle then
    self.handle = handle
    return nil
  end
  return ok and err.message or (tostring(handle):gsub("^.-:%d+: ", ""))
end

return rule
