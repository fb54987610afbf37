-- Filters: chat.filter(kind, [{ priority =, required = },] fn).
local host, env, P = ...

local next, type = next, type
local format = string.format

local filters = {} -- number -> handle
local options = { priority = "number", required = "boolean" }

-- A filter that is done answers with others; one that waits says so, for then its time is counted.
local function waits(task)
  host.tell("filter.waits", { item = task.item })
end

-- What fn makes of an item: nil or true keeps it, false drops it, a table changes it.
local function ended(task, ok, result)
  local why
  if not ok then
    host.fail(task.id, "internal", "the filter failed")
    return
  elseif result == nil or result == true or result == false or type(result) == "table" then
    local sent
    sent, why = host.answer(task.id, result ~= nil and result or result == nil, true)
    if sent then
      return
    end
  else
    why = "a filter returns nil, true, false or a table, not a " .. type(result)
  end
  P.report(task.what, why)
  host.fail(task.id, "invalid", why)
end

function P.requests.filter(id, params)
  local handle = filters[params.id]
  if not handle or handle.disabled then
    host.answer(id, true, true)
    return
  end
  P.start({ what = handle.what, handle = handle, id = id, item = params.item, waits = waits, done = ended },
    handle.fn, params.data)
end

--- Sees what is on its way before anybody else. `fn` returns nil or true to keep it, false to drop it, or a table
--- with the fields that are to be others. Lower priorities come first; what a `required` filter does not answer is
--- held back.
---@param kind "incoming"|"outgoing"|"input"|"display"|"notify"
---@param opts? { priority?: integer, required?: boolean }
---@param fn fun(item: table): boolean|table|nil
---@return handle
---@raise a kind or an option that does not exist, or a kind whose permission is not in the manifest
function env.chat.filter(kind, opts, fn)
  if fn == nil then
    opts, fn = {}, opts
  end
  P.check(kind, "string", "chat.filter")
  P.check(opts, "table", "chat.filter")
  P.check(fn, "function", "chat.filter")
  local params = { kind = kind }
  for name, value in next, opts do
    if not options[name] then
      P.raise(format("chat.filter: there is no option called %s", tostring(name)))
    end
    P.check(value, options[name], "chat.filter: " .. name)
    params[name] = value
  end
  local id, err = P.register("filter.register", params)
  if not id then
    return nil, err
  end
  return P.handle(filters, "filter.remove", id, fn, "filter " .. kind)
end
