---@meta
-- Made by docs/make_tables.py: what lua-language-server knows of moonroom.

---The handshake with a room's server began.
---@class event.connect
---@field address string
---@field transport string
---@field secure boolean
---@field time integer

---The connection ended; code is "closed" when we ended it.
---@class event.disconnect
---@field address string
---@field code string
---@field text string
---@field time integer

---We are in the room.
---@class event.login
---@field name string
---@field registered boolean
---@field balance integer
---@field cookies integer
---@field time integer

---The room refused the login or registration.
---@class event.login_failed
---@field name string
---@field code string
---@field text string
---@field registering boolean
---@field time integer

---Somebody said something to the whole room.
---@class event.message
---@field from string
---@field text string
---@field chat string
---@field self boolean
---@field raw string
---@field time integer

---A private message, ours included; chat is the other's name.
---@class event.whisper
---@field from string
---@field to string
---@field text string
---@field chat string
---@field self boolean
---@field raw string
---@field time integer

---The user wrote a note to self; it never leaves the client.
---@class event.note
---@field text string
---@field chat string
---@field time integer

---What we said was accepted but not sent: a filter dropped it, or the connection ended first. kind is message or whisper.
---@class event.unsent
---@field kind string
---@field to string
---@field text string
---@field reason string
---@field time integer

---The room itself says something.
---@class event.server_message
---@field text string
---@field raw string
---@field time integer

---The room reports an error.
---@class event.error
---@field text string
---@field raw string
---@field time integer

---We were thrown out; by is "Server" when the room shut down.
---@class event.kicked
---@field by string
---@field time integer

---Our coins changed.
---@class event.balance
---@field change integer
---@field balance integer
---@field time integer

---Our cookies changed.
---@class event.cookies
---@field change integer
---@field cookies integer
---@field time integer

---A new block: the hash to mine on changed.
---@class event.block
---@field prev_hash string
---@field zeros integer
---@field time integer

---The leaderboard came; entries are {name, coins}.
---@class event.leaderboard
---@field entries any[]
---@field time integer

---A ping came back.
---@class event.ping
---@field data string
---@field ms integer
---@field time integer

---What is known of who is in the room changed.
---@class event.users
---@field users any[]
---@field time integer

---A verified S was handed to the outbox.
---@class event.mine.found
---@field s string
---@field digest string
---@field time integer

---The room took our block.
---@class event.mine.accepted
---@field s string
---@field digest string
---@field time integer

---The room refused an S that we had verified.
---@class event.mine.rejected
---@field s string
---@field text string
---@field time integer

---Somebody else's block came first.
---@class event.mine.stale
---@field s string
---@field time integer

---Mining was paused, or goes on.
---@class event.mine.pause
---@field paused boolean
---@field time integer

---The prompt shows another chat.
---@class event.chat_switched
---@field chat string
---@field time integer

---No key was pressed for a while.
---@class event.idle
---@field seconds integer
---@field time integer

---A key was pressed after an idle time.
---@class event.active
---@field time integer

---The terminal has another size.
---@class event.resize
---@field columns integer
---@field rows integer
---@field time integer

---A setting changed.
---@class event.setting
---@field name string
---@field time integer

---A script is up.
---@class event.script_loaded
---@field name string
---@field time integer

---A script ended: unloaded, suspended or dead.
---@class event.script_ended
---@field name string
---@field code string
---@field text string
---@field time integer

---This script's queue was full; so many events were not sent to it.
---@class event.events.lost
---@field count integer
---@field time integer

---The client is about to end.
---@class event.quit
---@field time integer
