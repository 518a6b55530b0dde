-- StoreTarget.bring: a whole conversation of another store. One that was
-- brought is left alone, so a repeat changes nothing.
-- KEYS  the conversation's part
-- ARGV  id, revision, the log's length, standing and the rest ('' four times
--       where it has not begun),
--       then lists with their length in front: log (entry), cases (number,
--       body), evidence that is named, timers (id, due at, what it is), unsent
--       (channel, entry, message's id, tries or ''), lanes (channel, ready at),
--       deliveries (field, text), troubled, held (key, stored), followings
--       (desk, stored, due at or '')
-- Gives 1, or 0 where it was brought before.
local id, revision, length, standing, rest = take(), take(), take(), take(), take()
if call('SADD', shard .. ':brought', id) == 0 then return 0 end
if revision ~= '' then
  call('SET', shard .. ':c:' .. id, revision .. ' ' .. length .. '\n' .. standing .. '\n' .. rest)
  call('HINCRBY', shard .. ':standings', standing, 1)
end
for _ = 1, takeNumber() do call('RPUSH', shard .. ':l:' .. id, take()) end

local cases = takeNumber()
for _ = 1, cases do
  local number = take()
  call('HSET', shard .. ':k:' .. id, number, take())
end
-- As after a commit: the index is told later.
if cases > 0 then call('HSET', shard .. ':pending', id, revision) end

for _ = 1, takeNumber() do call('SADD', shard .. ':evidence', take()) end
for _ = 1, takeNumber() do
  local timer, due, what = id .. ' ' .. take(), take(), take()
  call('ZADD', shard .. ':timers', due, timer)
  call('HSET', shard .. ':timer', timer, what)
end
for _ = 1, takeNumber() do
  local channel, entry, message, tries = take(), take(), take(), take()
  call('RPUSH', shard .. ':o:' .. channel .. ':' .. id, entry)
  if tries ~= '' then call('HSET', shard .. ':tries', message, tries) end
end
for _ = 1, takeNumber() do
  local channel = take()
  call('ZADD', shard .. ':ready:' .. channel, take(), id)
end
for _ = 1, takeNumber() do
  local field = take()
  call('HSET', shard .. ':d:' .. id, field, take())
end
for _ = 1, takeNumber() do call('ZADD', shard .. ':troubled', 0, take()) end

local held = takeNumber()
for _ = 1, held do
  local key, stored = take(), take()
  call('HSET', shard .. ':hk', key, id)
  call('HSET', shard .. ':hb:' .. id, key, stored)
  call('RPUSH', shard .. ':hl:' .. id, key)
end
if held > 0 then readyHeld(id) end
for _ = 1, takeNumber() do
  local desk, stored, due = take(), take(), take()
  call('HSET', shard .. ':f:' .. id, desk, stored)
  if due ~= '' then call('ZADD', shard .. ':following:' .. desk, due, id) end
end
return 1
