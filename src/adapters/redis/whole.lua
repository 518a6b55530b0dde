-- StoreTarget.readWhole, but for the conversation itself. Reads only.
-- KEYS  the conversation's part
-- ARGV  id, then lists with their length in front: channels, desks, ids of timers
-- Gives lists: log entries; cases (number, body, …); timers (id, due at, what
-- it is, …) of those that are set; unsent (channel, entry, tries or '', the
-- lane's ready at or '', …); deliveries (field, text, …); held (key, stored,
-- …); followings (desk, stored, due at or '', …).
local id = take()
local function add(list, ...)
  for _, value in ipairs({...}) do list[#list + 1] = value end
end
local unsent, followings, timers, held = {}, {}, {}, {}
for _ = 1, takeNumber() do
  local channel = take()
  local ready = call('ZSCORE', shard .. ':ready:' .. channel, id) or ''
  for i, entry in ipairs(call('LRANGE', shard .. ':o:' .. channel .. ':' .. id, 0, -1)) do
    local _, _, message = entryOf(entry)
    add(unsent, channel, entry, call('HGET', shard .. ':tries', message) or '', i == 1 and ready or '')
  end
end
for _ = 1, takeNumber() do
  local desk = take()
  local stored = call('HGET', shard .. ':f:' .. id, desk)
  if stored then
    add(followings, desk, stored, call('ZSCORE', shard .. ':following:' .. desk, id) or '')
  end
end
for _ = 1, takeNumber() do
  local timer = take()
  local due = call('ZSCORE', shard .. ':timers', id .. ' ' .. timer)
  if due then add(timers, timer, due, call('HGET', shard .. ':timer', id .. ' ' .. timer) or '') end
end
for _, key in ipairs(call('LRANGE', shard .. ':hl:' .. id, 0, -1)) do
  add(held, key, call('HGET', shard .. ':hb:' .. id, key) or '')
end
return {
  call('LRANGE', shard .. ':l:' .. id, 0, -1),
  call('HGETALL', shard .. ':k:' .. id),
  timers,
  unsent,
  call('HGETALL', shard .. ':d:' .. id),
  held,
  followings,
}
