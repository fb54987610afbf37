-- Words for Tab: complete.provider(kind, fn).
local host, env, P = ...

local find, type, utf8_len = string.find, type, utf8.len

local providers = {} -- number -> handle

env.complete = {}

-- What fn returned goes back; an error, or what is no list, offers nothing.
local function offer(ask, words)
  local list = env.json.array {}
  for i = 1, type(words) == "table" and #words or 0 do
    local word = words[i]
    if type(word) == "string" and utf8_len(word) and not find(word, "\0", 1, true) then
      list[#list + 1] = word
    end
  end
  P.ask("complete.answer", { ask = ask, words = list }, true)
end

function P.requests.complete(id, params)
  local handle = providers[params.id]
  if not handle or handle.disabled then
    host.answer(id, nil)
    offer(params.ask)
    return
  end
  P.spawn(handle.what, {
    handle = handle,
    begun = function()
      host.answer(id, nil)
    end,
    ended = function(ok, words)
      offer(params.ask, ok and words)
    end,
  }, handle.fn, params.word, params.previous)
end

--- Offers words for Tab where a command has an argument of this kind, `<card:card>`, or of one of the usual kinds
--- such as `user`. `fn` returns a list of words; those that fit are picked by moonroom. What comes later than 100 ms
--- is not looked at. `word` is what was typed so far and `previous` the argument before it; both are "" unless the
--- command is the script's own, or it may filter the input.
---@param kind string letters, digits, - and _
---@param fn fun(word: string, previous: string): string[]?
---@return handle
---@raise a kind that cannot be one
function env.complete.provider(kind, fn)
  P.check(kind, "string", "complete.provider")
  P.check(fn, "function", "complete.provider")
  local id, err = P.register("complete.register", { kind = kind })
  if not id then
    return nil, err
  end
  return P.handle(providers, "complete.remove", id, fn, "complete " .. kind)
end
