script {
  version = "1.2.0",
  api = "1.0",
  help = "What the examples of the chapter script say.",
  needs = { "client" },
  settings = { word = { type = "string", default = "hi", help = "What to answer with." } },
}

--: script
-- At the very top of a file:
--   script {
--     name = "greeter", version = "1.2.0", api = "1.0", help = "Greets.", needs = { "send", "read:whisper" },
--     settings = { word = { type = "string", default = "hi", help = "What to answer with." } },
--   }
print(settings.get("word")) --> hi

--: script.state
script.state.count = (script.state.count or 0) + 1
print(script.state.count) --> 1

--: script.on_save
local seen = { "bob" }
script.on_save(function()
  return { seen = seen }
end)

--: script.on_restore
local names = {}
script.on_restore(function(state)
  names = state.seen
end)
print(#names) --> 0

--: script.on_unload
script.on_unload(function()
  log.info("goodbye")
end)

--: script.list
for _, one in ipairs(script.list()) do
  if one.name == "commands" then
    print(one.state) --> running
  end
end

--: script.info
local info = script.info("commands")
for _, handler in ipairs(info.handlers) do
  if handler.what == "/me" then
    print(handler.what, handler.calls, handler.errors) --> /me 0 0
  end
end

--: script.load
local name, err = script.load("dice")
print(name or err.message) --> dice

--: script.reload
script.load("trivia")
print(script.reload("trivia")) --> true

--: script.unload
script.load("pong")
print(script.unload("pong")) --> true

--: script.interrupt
print(script.interrupt()) --> false
