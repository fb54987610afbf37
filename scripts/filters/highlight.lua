-- Makes lines stand out that hold a word of yours: /highlight lunch, /unhighlight lunch.
script {
  name = "highlight",
  version = "1.0.0",
  api = "1.0",
  help = "Makes lines stand out that hold one of your words.",
  needs = { "filter:display", "store" },
}

-- Words in small letters; the values only say that they are there.
local words = store.get("words") or {}

-- A filter of what is shown may change `text`, and set `highlight`; a line that stands out also counts
-- as a mention, and rings the bell. Only whole words count: "an" does not light up in "banana".
chat.filter("display", function(line)
  for word in line.text:lower():gmatch("[%w_\128-\255]+") do
    if words[word] and not line.self then
      return { highlight = true }
    end
  end
end)

local function list()
  local all = {}
  for word in pairs(words) do
    all[#all + 1] = word
  end
  table.sort(all)
  ui.print(#all > 0 and "Your words: " .. table.concat(all, ", ") or "You have no words yet.")
end

command {
  name = "highlight",
  args = "[word:word]",
  help = "Make lines with a word stand out; without one, show your words.",
  run = function(args)
    local word = args.word and args.word:lower()
    if not word then
      return list()
    end
    if not word:match("^[%w_\128-\255]+$") then
      return ui.print("One word of letters and digits, please.", { style = "error" })
    end
    words[word] = true
    store.set("words", words)
    ui.print("Lines with " .. word .. " stand out from now on.")
  end,
}

command {
  name = "unhighlight",
  args = "<word:word>",
  help = "Let a word be like any other again.",
  run = function(args)
    words[args.word:lower()] = nil
    store.set("words", words)
    ui.print(args.word .. " is a word like any other.")
  end,
}
