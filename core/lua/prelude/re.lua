-- Regular expressions: re.match, re.find, re.gmatch, re.gsub.
local host, env, P = ...

local concat, pack, unpack = table.concat, table.pack, table.unpack
local byte, format, sub = string.byte, string.format, string.sub
local tostring, type = tostring, type

local KEPT = 100 -- programs

local programs, count = {}, 0

local function program_of(pattern, name)
  P.check(pattern, "string", name)
  local program = programs[pattern]
  if not program then
    local why, at
    program, why, at = host.re_new(pattern)
    if not program then
      P.raise(format("%s: at byte %d of the pattern: %s", name, at, why))
    end
    if count == KEPT then
      programs, count = {}, 0
    end
    programs[pattern], count = program, count + 1
  end
  return program
end

local function search(name, pattern, text, init)
  local program = program_of(pattern, name)
  P.check(text, "string", name)
  init = init or 1
  P.check(init, "number", name)
  if init < 0 then
    init = #text + init + 1
  end
  return host.re_search(program, text, init < 1 and 1 or init)
end

-- What string.match returns of a match: its groups, or all of it.
local function captures(text, first, last, ...)
  if not first then
    return nil
  elseif ... == nil then
    return sub(text, first, last)
  end
  return ...
end

env.re = {}

--- Finds the first place where a regular expression matches and returns its groups, or all that matched when it has
--- none. However wild the pattern, the time grows only with the length of the text, so patterns of strangers are safe.
--- Syntax: `. [a-z] [^a-z] \d \w \s \D \W \S \b \B ^ $ ( ) (?: ) a|b * + ? {2,5}`, lazy forms such as `*?`, and `(?i)`
--- at the beginning. A group that took no part is `false`. There are no back references.
---@param pattern string of at most 1,024 bytes; in [[ ]] no \ need be doubled
---@param text string
---@param init? integer where to begin, as in string.match
---@return string|false|nil ... nil when nothing matches
---@raise a pattern that makes no sense, and says where
function env.re.match(pattern, text, init)
  return captures(text, search("re.match", pattern, text, init))
end

--- The same with the places: first and last byte, then the groups.
---@param pattern string
---@param text string
---@param init? integer
---@return integer? first nil when nothing matches
---@return integer last
---@return string|false ...
---@raise as re.match
function env.re.find(pattern, text, init)
  return search("re.find", pattern, text, init)
end

-- Where to look next: behind a match, and a character on where it was empty.
local function behind(text, first, last)
  if last >= first then
    return last + 1
  end
  local at = first + 1
  while (byte(text, at) or 0) // 64 == 2 do -- the rest of a character
    at = at + 1
  end
  return at
end

--- Goes through all matches, from left to right, each behind the one before.
---@param pattern string
---@param text string
---@return fun(): string|false|nil
---@raise as re.match
function env.re.gmatch(pattern, text)
  local at = 1
  return function()
    local found = pack(search("re.gmatch", pattern, text, at))
    if not found[1] then
      return nil
    end
    at = behind(text, found[1], found[2])
    return captures(text, unpack(found, 1, found.n))
  end
end

--- Replaces all matches. `with` is a text, put in as it is, or a function of the groups that returns one, or nil to
--- leave the match alone.
---@param pattern string
---@param text string
---@param with string|fun(...: string|false): string?
---@return string text
---@return integer count how many were replaced
---@raise as re.match
function env.re.gsub(pattern, text, with)
  if type(with) ~= "string" and type(with) ~= "function" then
    P.raise("re.gsub: a text or a function expected, got " .. type(with))
  end
  local parts, at, copied, replaced = {}, 1, 1, 0
  while at <= #text + 1 do
    local found = pack(search("re.gsub", pattern, text, at))
    local first, last = found[1], found[2]
    if not first then
      break
    end
    local new = with
    if type(with) == "function" then
      new = with(captures(text, unpack(found, 1, found.n)))
    end
    if new ~= nil then
      parts[#parts + 1] = sub(text, copied, first - 1) .. tostring(new)
      copied, replaced = last + 1, replaced + 1
    end
    at = behind(text, first, last)
  end
  return concat(parts) .. sub(text, copied), replaced
end
