-- Numbers the links that are shown, and lists them: /links, /links 3.
script {
  name = "links",
  version = "1.0.0",
  api = "1.0",
  help = "Numbers links as they are shown, and lists them.",
  needs = { "filter:display", "read:whisper" },
  settings = {
    keep = { type = "integer", default = 50, min = 1, max = 1000, help = "How many links to keep." },
  },
}

-- script.state survives a reload, so that the numbers on the screen keep their meaning.
local state = script.state
state.first, state.count, state.links = state.first or 1, state.count or 0, state.links or {}

local function remember(url, from)
  state.count = state.count + 1
  -- Keys are texts: what survives a reload travels as JSON.
  state.links[tostring(state.count)] = { url = url, from = from }
  while state.count - state.first >= settings.get("keep") do
    state.links[tostring(state.first)] = nil
    state.first = state.first + 1
  end
  return state.count
end

-- Late, behind the filters that may still change the text.
chat.filter("display", { priority = 100 }, function(line)
  local found = false
  local text = line.text:gsub("https?://[^%s<>\"]+", function(url)
    -- A full stop or bracket behind a link belongs to the sentence.
    local link, behind = url:match("^(.-)([%.,;:!%?%)%]']*)$")
    found = true
    return ("%s [%d]%s"):format(link, remember(link, line.from), behind)
  end)
  return found and { text = text } or nil
end)

command {
  name = "links",
  args = "[n:int]",
  help = "Show the last links, or the one with a number.",
  run = function(args)
    local rows = {}
    for i = args.n or math.max(state.first, state.count - 9), args.n or state.count do
      local link = state.links[tostring(i)]
      if link then
        rows[#rows + 1] = { "[" .. i .. "]", link.from or "", link.url }
      end
    end
    if #rows == 0 then
      return ui.print(args.n and "There is no link of this number." or "No links so far.")
    end
    ui.table(rows)
  end,
}
