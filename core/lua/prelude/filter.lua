-- Filters: chat.filter(kind, [{ priority =, required = },] fn).
local host, env, P = ...

local next, type = next, type
local format = string.format

local filters = {} -- number -> handle
local options = { priority = "number", required = "boolean" }

-- What fn makes of an item: nil or true keeps it, false drops it, a table changes it.
local function verdict_of(ok, result)
  if ok and (result == nil or result == true) then
    return { verdict = "keep" }
  elseif ok and result == false then
    return { verdict = "drop" }
  elseif ok and type(result) == "table" then
    return { verdict = "change", value = result }
  end
  return nil, "a filter returns nil, true, false or a table, not a " .. type(result)
end

-- A filter that is done answers with others; one that waits says so, for then its time is counted.
function P.requests.filter(id, params)
  local handle = filters[params.id]
  if not handle or handle.disabled then
    host.answer(id, { verdict = "keep" }, true)
    return
  end
  P.spawn(handle.what, {
    waits = function()
      host.tell("filter.waits", { item = params.item })
    end,
    ended = function(ok, result)
      if not ok then
        host.fail(id, "internal", "the filter failed")
        return
      end
      local verdict, why = verdict_of(ok, result)
      local sent
      if verdict then
        sent, why = host.answer(id, verdict, true)
      end
      if not sent then
        P.report(handle.what, why)
        host.fail(id, "invalid", why)
      end
    end,
  }, handle.fn, params.data)
end

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
  local handle = P.handle(filters, "filter.remove", id, fn)
  handle.what = "filter " .. kind
  return handle
end
