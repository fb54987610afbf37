-- Writes what is said in the room into a file for spreadsheets, a day a file: 2026-11-30.csv.
--
-- Shows: files of one's own (fs), quoting what others wrote, and doing rarely what costs something.
script {
  name = "csvlog",
  version = "1.0.0",
  api = "1.0",
  help = "Keeps what is said in a CSV file for each day.",
  needs = { "fs:data" },
}

local WAIT = "2s" -- lines that come within this time are written together
local HEADER = "time,from,text\n"

local rows = {} -- not yet written, all of one day
local day

-- A field of RFC 4180: in quotes, with quotes doubled. A spreadsheet takes a field that begins with one of
-- = + - @ for a formula, even in quotes; an apostrophe before it keeps it a text.
local function field(text)
  if text:match("^[=+%-@\t]") then
    text = "'" .. text
  end
  return '"' .. text:gsub('"', '""') .. '"'
end

local function write()
  if #rows == 0 then
    return
  end
  local name, text = day .. ".csv", table.concat(rows)
  rows = {}
  if not fs.read(name) then
    text = HEADER .. text
  end
  local ok, err = fs.append(name, text)
  if not ok then
    ui.print("Not written: " .. err.message, { style = "error" })
  end
end

chat.on("message", function(message)
  local today = os.date("%Y-%m-%d", message.time)
  if today ~= day then
    write()
    day = today
  end
  if #rows == 0 then
    timer.after(WAIT, write)
  end
  rows[#rows + 1] = table.concat({
    os.date("!%Y-%m-%dT%H:%M:%SZ", message.time),
    field(message.from),
    field(message.text),
  }, ",") .. "\n"
end)

command {
  name = "csvlog",
  help = "Show which days are kept.",
  run = function()
    write()
    local days = {}
    for i, file in ipairs(fs.list()) do
      days[i] = { file.name, ("%d bytes"):format(file.size) }
    end
    ui.table(days)
  end,
}

-- Before the script is loaded anew, whose next edition begins with an empty list, and when it goes.
script.on_save(write)
script.on_unload(write)
