-- expect(value): what a test says of a value, with failures that tell file, line, expected and got.
local _, _, P = ...

local error, next, pcall, rawequal, setmetatable = error, next, pcall, rawequal, setmetatable
local tostring, type = tostring, type
local find, format, match, rep = string.find, string.format, string.match, string.rep

-- What a failed expectation raises.
local Failure = {}
P.Failure = Failure

function Failure.__tostring(failure)
  return failure.text
end

function P.fail_test(message)
  local file, line = P.author_place()
  local place = file and format("%s:%d", match(file, "[^/]+$"), line) or "?"
  error(setmetatable({ text = place .. ": " .. message }, Failure), 0)
end

local function same(a, b, depth)
  if rawequal(a, b) or a == b then
    return true
  elseif type(a) ~= "table" or type(b) ~= "table" or depth > 32 then
    return false
  end
  for key, value in next, a do
    if not same(value, b[key], depth + 1) then
      return false
    end
  end
  for key in next, b do
    if a[key] == nil then
      return false
    end
  end
  return true
end

-- A text within a text; in a list an item that is equal to it, or a text that holds it.
local function holds(whole, part)
  if type(whole) == "string" then
    return type(part) == "string" and find(whole, part, 1, true) ~= nil
  elseif type(whole) == "table" then
    for _, item in next, whole do
      if same(item, part, 0) or (type(item) == "string" and holds(item, part)) then
        return true
      end
    end
  end
  return false
end

local function fits(value, pattern)
  if type(value) == "string" then
    return find(value, pattern) ~= nil
  elseif type(value) == "table" then
    for _, item in next, value do
      if fits(item, pattern) then
        return true
      end
    end
  end
  return false
end

local function expected(what, got)
  local one = "expected " .. what
  local other = P.inspect(got)
  if #one + #other < 90 and not find(one .. other, "\n", 1, true) then
    P.fail_test(one .. ", got " .. other)
  end
  P.fail_test(one .. "\n     got " .. other:gsub("\n", "\n" .. rep(" ", 9)))
end

local Expect = {}
Expect.__index = Expect

function Expect.equals(self, other)
  if not same(self.value, other, 0) then
    expected(P.inspect(other):gsub("\n", "\n" .. rep(" ", 9)), self.value)
  end
end

function Expect.differs(self, other)
  if same(self.value, other, 0) then
    expected("anything but " .. P.inspect(other), self.value)
  end
end

function Expect.contains(self, part)
  if not holds(self.value, part) then
    expected("something with " .. P.inspect(part), self.value)
  end
end

function Expect.lacks(self, part)
  if holds(self.value, part) then
    expected("nothing with " .. P.inspect(part), self.value)
  end
end

-- By a pattern of Lua.
function Expect.matches(self, pattern)
  if not fits(self.value, pattern) then
    expected("something like " .. P.inspect(pattern), self.value)
  end
end

function Expect.is_nil(self)
  if self.value ~= nil then
    expected("nil", self.value)
  end
end

function Expect.is_true(self)
  if self.value ~= true then
    expected("true", self.value)
  end
end

function Expect.is_false(self)
  if self.value ~= false then
    expected("false", self.value)
  end
end

function Expect.is_empty(self)
  if self.value ~= "" and (type(self.value) ~= "table" or next(self.value) ~= nil) then
    expected("nothing", self.value)
  end
end

function Expect.at_least(self, least)
  if type(self.value) ~= "number" or self.value < least then
    expected("at least " .. P.inspect(least), self.value)
  end
end

function Expect.at_most(self, most)
  if type(self.value) ~= "number" or self.value > most then
    expected("at most " .. P.inspect(most), self.value)
  end
end

-- A function that raises an error, whose text fits the pattern.
function Expect.fails(self, pattern)
  P.check(self.value, "function", "expect(...):fails")
  local ok, err = pcall(self.value)
  if ok then
    P.fail_test("expected an error, but there was none")
  elseif pattern and not find(tostring(err), pattern) then
    expected("an error like " .. P.inspect(pattern), tostring(err))
  end
end

function P.expect(value)
  return setmetatable({ value = value }, Expect)
end
