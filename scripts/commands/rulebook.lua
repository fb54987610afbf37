-- All rules, and the file in which they stand: a line each, as they were typed but for the slash. rule.lua says
-- how a line is read, rules.lua has the commands.
local rule = require("rule")
local tell = require("tell")

local FILE = "rules.txt"
local HEAD = "# moonroom's rules, one a line. /rules shows them; after a change by hand, type /rules reload.\n"

local rulebook = {}

local lines = {} -- every line of the file; comments keep their places
local rules = {} -- those of them that are rules, in the same order

local function save()
  local text = {}
  for i, line in ipairs(lines) do
    text[i] = line .. "\n"
  end
  local ok, err = fs.write(FILE, table.concat(text))
  if not ok then
    tell.fail("The rules could not be kept: %s", err.message)
  end
  return ok
end

-- What a filter goes by is a setting of its own; it is loaded when there is something for it. It is called as its
-- rules are.
local function hand_over(filter, setting)
  local list = rulebook.list(filter)
  local there = script.info(filter)
  if not there and #list == 0 then
    return
  end
  if not there or there.state ~= "running" then
    local ok, err = script.load(filter)
    if not ok and err.code ~= "exists" then
      return tell.fail(err)
    end
  end
  local ok, err = settings.set(filter .. "." .. setting, table.concat(list, " "))
  if not ok then
    tell.fail(err)
  end
end

-- One after the other: two lines typed at once must not both load a filter. Who comes meanwhile leaves the
-- work to the first.
local handing, again = false, false

local function hand_over_words()
  again = true
  if handing then
    return
  end
  handing = true
  while again do
    again = false
    for filter, list in pairs { ignore = "names", highlight = "words" } do
      local ok, why = pcall(hand_over, filter, list)
      if not ok then
        tell.fail("%s", why)
      end
    end
  end
  handing = false
end

local function stop_all()
  for _, one in ipairs(rules) do
    one:stop()
  end
  rules = {}
end

-- Makes rules out of the file. A line that is none is named, and does no harm.
local function read(text)
  stop_all()
  lines = {}
  for line in text:gmatch("[^\n]+") do
    lines[#lines + 1] = line
    if line:match("^%s*[^#%s]") then
      local one, why = rule.read(line)
      if one then
        why = one:start()
        one.line = #lines
        rules[#rules + 1] = one
      end
      if why then
        tell.fail("%s, line %d: %s", FILE, #lines, why)
      end
    end
  end
  hand_over_words()
end

-- Reads the file again; nil and an error when it cannot be read.
function rulebook.open()
  local file, err = fs.read(FILE)
  if not file and err.code ~= "not_found" then
    return nil, err
  end
  read(file or "")
  return true
end

-- One more rule, as it was typed; whether it is in force now.
function rulebook.add(line)
  local one, why = rule.read(line)
  for _, other in ipairs(one and rules or {}) do
    if other.text == one.text then
      return tell.fail("There is this rule already; /rules shows them.")
    end
  end
  why = one and one:start() or why
  if why then
    return tell.fail(why)
  end
  if #lines == 0 then
    lines[1] = HEAD:sub(1, -2)
  end
  lines[#lines + 1] = one.text
  one.line = #lines
  rules[#rules + 1] = one
  hand_over_words()
  return save()
end

-- Takes a rule away; its text when that is kept as well.
function rulebook.remove(number)
  local one = rules[number]
  if not one then
    return tell.fail("There is no rule %d; /rules shows them.", number)
  end
  one:stop()
  table.remove(lines, one.line)
  table.remove(rules, number)
  for _, other in ipairs(rules) do
    other.line = other.line > one.line and other.line - 1 or other.line
  end
  hand_over_words()
  return save() and one.text
end

-- The rule that ignores BOB or highlights WORD.
function rulebook.find(kind, word)
  for i, one in ipairs(rules) do
    if one.kind == kind and one.word:lower() == word:lower() then
      return i
    end
  end
end

-- Their texts, in order; those of one kind only, as the words behind it.
function rulebook.list(kind)
  local list = {}
  for _, one in ipairs(rules) do
    if not kind or one.kind == kind then
      list[#list + 1] = kind and one.word or one.text
    end
  end
  return list
end

-- While another edition of the commands still works nothing can be read yet.
if not rulebook.open() then
  timer.after(0, rulebook.open)
end

return rulebook
