-- Keys and chats: ui.bind(keys, fn), ui.chat(name).
local _, env, P = ...

local setmetatable = setmetatable

local keys = {} -- number -> handle

function P.requests.key(id, params)
  local handle = keys[params.id]
  P.serve(id, handle and handle.what or "key", handle, params)
end

--- Calls `fn` when a key is pressed at the prompt: "Ctrl-T", "Alt-x", "Ctrl-Alt-X" or "F5". Enter, Tab, Escape,
--- Backspace, Ctrl-C, Ctrl-D, Ctrl-Z and the keys that switch chats stay what they are. The event has `keys` and
--- `chat`.
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
  return P.handle(keys, "ui.unbind", id, fn, "key " .. name)
end

local Chat = {}
Chat.__index = Chat

function Chat.print(chat, text, style)
  return env.ui.print(text, { chat = chat.name, style = style })
end

function Chat.open(chat)
  return env.ui.open(chat.name)
end

function Chat.close(chat)
  return env.ui.close(chat.name)
end

--- One of the open chats: `name`, `kind` ("lobby", "private" or "notes"), `unread`, `current`, and the functions
--- `chat:print(text, style?)`, whose lines are kept in that chat, `chat:open()` and `chat:close()`.
---@param name string
---@return table? chat nil and an error when no such chat is open
---@error not_found
function env.ui.chat(name)
  P.check(name, "string", "ui.chat")
  local list = env.ui.chats()
  for i = 1, #list do
    if list[i].name == name then
      return setmetatable(list[i], Chat)
    end
  end
  return nil, P.error("not_found", "there is no open chat called " .. name)
end

--- The same as script.list: every script.
---@lua client.scripts
---@return { name: string, state: string, path: string, version: string, help: string }[]
env.client.scripts = env.script.list
