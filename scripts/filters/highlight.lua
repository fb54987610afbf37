-- Makes lines stand out that hold a word of yours. /highlight lunch makes a rule of it, /unhighlight lunch takes
-- that back; /rules shows them.
script {
  name = "highlight",
  version = "1.0.0",
  api = "1.0",
  help = "Makes lines stand out that hold one of your words.",
  needs = { "filter:display" },
  settings = {
    words = { type = "string", default = "", max = 4096, help = "Words that stand out; blanks between them." },
  },
}

local words = {} -- in small letters; the values only say that they are there

local function read(list)
  words = {}
  for word in list:lower():gmatch("%S+") do
    words[word] = true
  end
end

read(settings.get("words"))
settings.on_change("words", read)

-- A filter of what is shown may change `text`, and set `highlight`; a line that stands out also counts
-- as a mention, and rings the bell. Only whole words count: "an" does not light up in "banana".
chat.filter("display", function(line)
  for word in line.text:lower():gmatch("[%w_\128-\255]+") do
    if words[word] and not line.self then
      return { highlight = true }
    end
  end
end)
