-- Keys: ui.bind(keys, fn).
local _, env, P = ...

local keys = {} -- number -> handle

function P.requests.key(id, params)
  local handle = keys[params.id]
  P.serve(id, handle and handle.what or "key", handle, params)
end

--- Calls `fn` when a key is pressed at the prompt: "Ctrl-T", "Alt-x", "Ctrl-Alt-X" or "F5". Enter, Tab, Escape,
--- Backspace, Ctrl-C, Ctrl-D, Ctrl-Z and the keys that switch chats stay what they are. The event has `keys` and `chat`.
---@param keys string
---@param fn fun(event: { keys: string, chat: string })
---@return handle
---@needs bind
---@error exists somebody else has taken it
---@raise what is no key, or one that stays what it is
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
