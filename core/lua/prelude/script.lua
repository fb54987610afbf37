-- The script itself: its manifest, require, load, save, restore, unload.
local host, env, P = ...

local error, next, pairs, setmetatable, tostring, type = error, next, pairs, setmetatable, tostring, type
local format, gsub, match = string.format, string.gsub, string.match
local load, pcall = load, pcall

local script = env.script
local on_save, on_restore, on_unload = nil, nil, {}

script.name = ""

--- A table that is kept over a reload.
---@lua script.state
---@field table
script.state = {}

-- Manifest -------------------------------------------------------------------------------------------

local fields = {
  name = "string",
  version = "string",
  api = "string",
  help = "string",
  needs = "table",
  settings = "table",
}

-- The version of all that scripts see. Its second number grows when something is added.
local API = "1.0"

local function check_manifest(manifest)
  P.check(manifest, "table", "script")
  for key, value in pairs(manifest) do
    if not fields[key] then
      P.raise(format("script: there is no field called %s", tostring(key)))
    end
    P.check(value, fields[key], "script: " .. key)
  end
  local major, minor = match(manifest.api or API, "^(%d+)%.(%d+)$")
  local our_major, our_minor = match(API, "^(%d+)%.(%d+)$")
  if not major then
    P.raise(format('script: api is two numbers, such as "%s"', API))
  elseif major ~= our_major or tonumber(minor) > tonumber(our_minor) then
    P.raise(format("script: this needs api %s, and this moonroom has %s; a newer moonroom may have it",
      manifest.api, API))
  end
end

P.needs = {} -- what the manifest asks for

-- The core read the manifest before, in a process of its own: here it only is a note.

--- The manifest: what the script is called and what it needs. It is data, and read before anything else of the script
--- runs; it has to be the first statement. `name` is the file's unless said otherwise, `needs` lists permissions.
--- `settings` are `{ NAME = { type =, default =, min =, max =, choices =, help = } }`; a type is "boolean", "integer",
--- "string" or "choice".
---@lua script
---@param manifest { name?: string, version?: string, api?: string, help?: string, needs?: string[], settings?: table }
---@raise a field that does not exist, or an api that this moonroom does not have
setmetatable(script, {
  __call = function(_, manifest)
    check_manifest(manifest)
    for _, need in pairs(manifest.needs or {}) do
      P.needs[need] = true
    end
  end,
})

-- In that process nothing exists but script{...}: whatever else is touched first, there is none.
local no_manifest = {}

local function manifest_globals(found)
  local function none()
    error(no_manifest, 0)
  end
  local lead = setmetatable({}, {
    __call = function(_, manifest)
      check_manifest(manifest)
      found.manifest = manifest
      error(no_manifest, 0)
    end,
    __index = none,
    __newindex = none,
  })
  return setmetatable({}, {
    __index = function(_, name)
      if name == "script" then
        return lead
      end
      none()
    end,
    __newindex = none,
  })
end

local function read_manifest(id, params)
  local found = {}
  local chunk, why = load(params.source, "@" .. params.path, "t", manifest_globals(found))
  if not chunk then
    host.fail(id, "invalid", why)
    return
  end
  local ok, err = pcall(chunk)
  if not ok and err ~= no_manifest then
    host.fail(id, "invalid", tostring(err))
    return
  end
  local sent
  sent, why = host.answer(id, { manifest = found.manifest })
  if not sent then
    host.fail(id, "invalid", "script: " .. why)
  end
end

-- require ---------------------------------------------------------------------------------------------

local modules = {} -- name -> { value }
local loading = {}

-- Runs one source of a module: true and its value, or false and what went wrong.
local function run_module(name, found)
  local chunk, why = load(found.source, "@" .. found.path, "t", env)
  if not chunk then
    return false, why
  end
  loading[name] = true
  local ok, value = pcall(chunk, name)
  loading[name] = nil
  return ok, value
end

--- Runs a module once and returns what it returned: from the script's own folder, from scripts/lib, or from lib of the
--- user's scripts folder.
---@lua require
---@param name string "name" or "folder.name", without .lua
---@return any
---@raise no such module, a module that fails, or one that requires itself
function env.require(name)
  P.check(name, "string", "require")
  if not match(name, "^[%w_-]+[%w_./-]*$") or match(name, "%.%.") or match(name, "//") then
    P.raise(format("require: %q is no name of a module", name))
  end
  if modules[name] then
    return modules[name].value
  end
  if loading[name] then
    P.raise(format("require: %s requires itself", name))
  end
  local found, err = P.call("script.source", { module = (gsub(name, "%.", "/")) })
  if not found then
    P.raise(format("require: %s: %s", name, err and err.message or "there is no such module"))
  end
  local ok, value = run_module(name, found)
  if not ok and found.fallback then
    P.report("loading " .. found.path, tostring(value) .. "\nThe shipped file is used instead.")
    ok, value = run_module(name, found.fallback)
  end
  if not ok then
    error(value, 0)
  end
  modules[name] = { value = value == nil and true or value }
  return modules[name].value
end

-- Hooks of a script's life ---------------------------------------------------------------------------

--- What `fn` returns is kept over a reload. Without it the table `script.state` is.
---@param fn fun(): any
function script.on_save(fn)
  P.check(fn, "function", "script.on_save")
  on_save = fn
end

--- Calls `fn` after a reload with what on_save gave.
---@param fn fun(state: any)
function script.on_restore(fn)
  P.check(fn, "function", "script.on_restore")
  on_restore = fn
end

--- Calls `fn` at the end: when the script is unloaded or reloaded, and when moonroom ends. It has half a second.
---@param fn fun()
function script.on_unload(fn)
  P.check(fn, "function", "script.on_unload")
  on_unload[#on_unload + 1] = fn
end

-- Requests of the core -------------------------------------------------------------------------------

local kind

local function start_script(id, params)
  if params.methods then
    P.add_methods(params.methods)
  end
  kind = params.kind
  script.name, script.version = params.name, params.version
  if params.seed then
    P.use_clock(params)
  end
  if params.kind == "test" then
    P.add_tests()
  end
  if params.kind == "strategy" then
    P.guard_mine()
  end
  P.watch_globals()
  local chunk, why = load(params.source, "@" .. params.path, "t", env)
  if not chunk then
    host.fail(id, "invalid", why)
    return
  end
  P.spawn("load", {
    quiet = true,
    -- In the place of another edition, which works meanwhile: nothing that it could wait for comes.
    still = params.staged and "the script is loaded in the place of another edition; use task.spawn" or nil,
    ended = function(ok, trace)
      if not ok then
        host.fail(id, "invalid", trace)
      elseif kind == "strategy" and not P.has_strategy() then
        host.fail(id, "invalid", "a strategy has a function mine(client)")
      else
        host.answer(id, {})
        if not params.staged then
          P.requests.begin()
        end
      end
    end,
  }, chunk, params.name)
end

-- From now on this process is the one that works.
function P.requests.begin()
  if kind == "strategy" then
    P.start_strategy()
  end
end

function P.requests.load(id, params)
  if params.kind == "manifest" then
    read_manifest(id, params)
  else
    start_script(id, params)
  end
end

-- What is to outlive a reload: what on_save returns, else script.state. What waits ends before.
function P.requests.save(id)
  P.wake_all(P.error("reloaded", "the script is being reloaded"))
  P.spawn("save", {
    still = "on_save has to answer at once",
    ended = function(ok, state)
      if not ok then
        host.fail(id, "internal", "on_save failed")
        return
      end
      local sent, why = host.answer(id, { state = state })
      if sent then
        P.fall_asleep()
      else
        host.fail(id, "invalid", "on_save: " .. why)
      end
    end,
  }, function()
    if on_save then
      return (on_save())
    end
    return next(script.state) ~= nil and script.state or nil
  end)
end

function P.requests.restore(id, params)
  P.spawn("restore", {
    still = "on_restore has to answer at once",
    ended = function(ok)
      if ok then
        host.answer(id, {})
      else
        host.fail(id, "internal", "on_restore failed")
      end
    end,
  }, function()
    if on_restore then
      on_restore(params.state)
    elseif type(params.state) == "table" then
      -- The same table, which the script may have kept in a local.
      for key in next, script.state do
        script.state[key] = nil
      end
      for key, value in next, params.state do
        script.state[key] = value
      end
    end
  end)
end

-- Says goodbye: every wait ends (in a reload it has already), then what on_unload registered runs, then
-- the process ends.
function P.requests.unload(id, params)
  local code = params.code or "canceled"
  P.closing = P.error(code, params.text or "the script is being unloaded")
  P.asleep = false
  if code ~= "reloaded" then
    P.wake_all(P.closing)
  end
  local open = #on_unload
  local function ended()
    open = open - 1
    if open <= 0 then
      host.answer(id, {})
      host.finish()
    end
  end
  if open == 0 then
    ended()
  end
  for i = 1, #on_unload do
    P.spawn("unload", { ended = ended }, on_unload[i], code)
  end
end

-- Asked from time to time whether the script still gives way.
function P.requests.alive(id)
  host.answer(id, {})
end
