---@meta
-- Made by docs/make_tables.py: what lua-language-server knows of moonroom.

---What others say and the room tells, before anybody hears of it. kind is message, whisper or server_message.
---@class filter.incoming
---@field kind string
---@field chat? string
---@field from? string
---@field to? string
---@field text string
---@field self? boolean
---@field time integer
---@field raw string

---What is said or whispered, before it is sent. kind is message or whisper.
---@class filter.outgoing
---@field kind string
---@field to? string
---@field text string
---@field time integer

---A line that was typed, commands included except /script and /quit, before anything is done with it.
---@class filter.input
---@field text string
---@field chat string
---@field time integer

---A line about to be shown. kind is message, whisper, note, server_message or error; highlight makes it stand out. The chat log keeps what was said.
---@class filter.display
---@field kind string
---@field chat? string
---@field from? string
---@field to? string
---@field text string
---@field self? boolean
---@field time integer
---@field raw? string
---@field highlight boolean

---The bell is about to ring for this line.
---@class filter.notify
---@field kind string
---@field chat string
---@field from string
---@field text string
---@field time integer
