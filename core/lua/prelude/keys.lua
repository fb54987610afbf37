-- Keys: ui.bind(keys, fn).
local _, env, P = ...

local keys = {} -- number -> handle

function P.requests.key(id, params)
  local handle = keys[params.id]
  P.serve(id, handle and handle.what or "key", handle, params)
end

function env.ui.bind(name, fn)
  P.check(name, "string", "ui.bind")
  P.check(fn, "function", "ui.bind")
  local id, err = P.register("ui.bind", { keys = name })
  if not id then
    return nil, err
  end
  local handle = P.handle(keys, "ui.unbind", id, fn)
  handle.what = "key " .. name
  return handle
end
