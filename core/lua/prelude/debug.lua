-- For authors: values as readable text, /lua, and warnings about globals that nobody declared.
local host, env, P = ...

local getinfo = debug.getinfo
local getmetatable, load, next, rawget, rawset = getmetatable, load, next, rawget, rawset
local select, setmetatable, tostring, type = select, setmetatable, tostring, type
local concat, sort = table.concat, table.sort
local byte, find, format, gsub, rep, sub = string.byte, string.find, string.format, string.gsub, string.rep, string.sub
local math_type = math.type

-- Values as text -------------------------------------------------------------------------------------

-- At most so many values, levels, bytes of a string inside a table, and columns of a line.
local VALUES, LEVELS, STRING, WIDTH = 400, 8, 300, 76

local escapes = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\\"] = "\\\\", ['"'] = '\\"' }

local function quote(text)
  local cut = #text > STRING
  if cut then
    local last = STRING
    while last > 0 and byte(text, last + 1) >= 0x80 and byte(text, last + 1) < 0xc0 do
      last = last - 1
    end
    text = sub(text, 1, last)
  end
  text = gsub(text, '[%c\\"]', function(c)
    return escapes[c] or format("\\%03d", byte(c))
  end)
  return '"' .. text .. '"' .. (cut and "…" or "")
end

local function place_of(fn)
  local info = getinfo(fn, "S")
  return info.what == "C" and "builtin" or format("%s:%d", info.short_src, info.linedefined)
end

local function scalar(value)
  local kind = type(value)
  if kind == "string" then
    return quote(value)
  elseif kind == "function" then
    return "<function " .. place_of(value) .. ">"
  elseif kind == "userdata" and value == env.json.null then
    return "json.null"
  elseif kind == "number" or kind == "boolean" or kind == "nil" then
    return tostring(value)
  end
  return "<" .. kind .. ">"
end

-- Numbers first, then strings, then the rest.
local ranks = { number = 1, string = 2, boolean = 3 }

local function before(a, b)
  local first, second = ranks[type(a)] or 4, ranks[type(b)] or 4
  if first ~= second then
    return first < second
  elseif first <= 2 then
    return a < b
  end
  return first == 3 and a and not b
end

local function is_word(key)
  return type(key) == "string" and find(key, "^[%a_][%w_]*$") ~= nil
end

local show

-- The parts of a table, each as text; the first 1 to n without their keys.
local function parts_of(state, value, level)
  local keys, parts, count = {}, {}, 0
  while rawget(value, count + 1) ~= nil do
    count = count + 1
    if state.left > 0 then
      parts[count] = show(state, rawget(value, count), level + 1)
    end
  end
  for key in next, value do
    if not (math_type(key) == "integer" and key >= 1 and key <= count) then
      keys[#keys + 1] = key
    end
  end
  sort(keys, before)
  for i = 1, #keys do
    if state.left <= 0 then
      break
    end
    local key = keys[i]
    local name = is_word(key) and key or "[" .. scalar(key) .. "]"
    parts[#parts + 1] = name .. " = " .. show(state, rawget(value, key), level + 1)
  end
  if #parts < count + #keys then
    parts[#parts + 1] = format("… %d more", count + #keys - #parts)
  end
  return parts
end

local function table_text(state, value, level)
  if next(value) == nil then
    return "{}"
  elseif state.open[value] then
    return "<cycle>"
  elseif level >= LEVELS then
    return "{…}"
  end
  state.open[value] = true
  local parts = parts_of(state, value, level)
  state.open[value] = nil
  local line = "{ " .. concat(parts, ", ") .. " }"
  if state.one_line or (#line + 2 * level <= WIDTH and not find(line, "\n", 1, true)) then
    return line
  end
  local indent = rep("  ", level + 1)
  return "{\n" .. indent .. concat(parts, ",\n" .. indent) .. "\n" .. rep("  ", level) .. "}"
end

show = function(state, value, level)
  state.left = state.left - 1
  if type(value) == "table" then
    return table_text(state, value, level)
  end
  return scalar(value)
end

-- A value as text: nested, keys in order, cycles marked, cut where it is too much. Calls no metamethod.
function P.inspect(value, one_line)
  return show({ left = VALUES, open = {}, one_line = one_line }, value, 0)
end

-- What a handler was called with, in a line of a message.
function P.about(data)
  if type(data) ~= "table" then
    return ""
  end
  local text = P.inspect(data, true)
  if #text > STRING then
    text = sub(text, 1, (utf8.offset(text, 0, STRING) or STRING) - 1) .. "…"
  end
  return "\n  with " .. text
end

-- /lua -----------------------------------------------------------------------------------------------

local CHUNK = "=lua"

local function ends_early(why)
  return find(why, "<eof>'?$") ~= nil
end

-- The function of an expression or of statements; or nil, what is wrong, and whether more could mend it.
local function compile(code)
  local chunk, first = load("return " .. gsub(code, "^%s*=", ""), CHUNK, "t", env)
  if chunk then
    return chunk
  end
  local why
  chunk, why = load(code, CHUNK, "t", env)
  if chunk then
    return chunk
  end
  return nil, why, ends_early(why) or ends_early(first)
end

local function results(...)
  local lines = {}
  for i = 1, select("#", ...) do
    lines[i] = P.inspect((select(i, ...)))
  end
  return concat(lines, "\n")
end

-- Answered when it has come to its end, however long it waits.
function P.requests.eval(id, params)
  local chunk, why, more = compile(params.code)
  if not chunk then
    host.answer(id, { failed = not more, more = more, text = P.printable(why) })
    return
  end
  P.spawn("/lua", {
    quiet = true,
    ended = function(ok, ...)
      host.answer(id, { failed = not ok, text = P.printable(ok and results(...) or (...)) })
    end,
  }, chunk)
end

-- Globals that nobody declared -----------------------------------------------------------------------

local WARNINGS = 20
local warned, warnings = {}, 0

-- The place in the script that called what is called now; nil for the prelude's own lines and /lua.
local function script_place()
  local info = getinfo(3, "Sl")
  if info and info.currentline > 0 and sub(info.source, 1, 10) ~= "=[moonroom" and info.source ~= CHUNK then
    return format("%s:%d", info.short_src, info.currentline)
  end
end

local function warn(place, name, message)
  if place and type(name) == "string" and not warned[name] and warnings < WARNINGS then
    warned[name] = true
    warnings = warnings + 1
    host.tell("script.warning", { text = P.printable(format(message, place, name, name)) })
  end
end

-- Whoever has set a metatable for the globals before (a strategy's `mine`) keeps what it does. What
-- rawset(_G, name, value) declares is never warned of.
function P.watch_globals()
  local ours = getmetatable(env) or {}
  local index, newindex = ours.__index, ours.__newindex
  setmetatable(env, {
    __index = function(globals, name)
      local value = index and index(globals, name)
      if value == nil then
        warn(script_place(), name, "%s: there is no global '%s', so it is nil; is it misspelled? "
          .. "rawget(_G, \"%s\") asks without this warning.")
      end
      return value
    end,
    __newindex = function(globals, name, value)
      if newindex then
        newindex(globals, name, value)
      else
        rawset(globals, name, value)
      end
      if rawget(globals, name) ~= nil then
        warn(script_place(), name, "%s: '%s' was never declared and is now a global of the whole script; "
          .. "write 'local %s' where it begins.")
      end
    end,
  })
end
