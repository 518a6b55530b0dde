-- Store.commit: all of it, or nothing. A repeat is a duplicate.
-- KEYS  the conversation's part; where the handled key is looked for, if that
--       is another part (never in Redis Cluster)
-- ARGV  id, revision, at, channel, digest and set of the handled key, standing,
--       the other properties and the snapshot, whether what is held comes first
--       (1 or 0), until when the first reply is leased ('' for not),
--       then lists with their length in front: releases, log (entry, message's
--       id or ''), timers (id, due at or '', what it is), cases (number, body),
--       evidence that is named, desks that follow from the first case on,
--       resumes (1 or 0), and the timer that fires (id and due at, or '' twice)
-- Gives {'duplicate'}, {'holding'}, {'stale'}, or {'committed', whether a desk
-- has something to follow (1 or 0), what became of the first reply: '' (none),
-- 'behind' another, 'ready', or its place in the log where it is leased, and
-- then the last receipt ('' for none)}.
local id, revision, at, channel = take(), takeNumber(), take(), take()
local digest, set = take(), take()
local standing, rest = take(), take()
local unlessHolding, leasedUntil = take() == '1', take()

local releases = {}
for i = 1, takeNumber() do releases[i] = take() end
local function duplicate()
  for _, key in ipairs(releases) do release(key) end
  return {'duplicate'}
end

local handled = (KEYS[2] or shard) .. ':h:' .. set
if call('ZADD', handled, 'NX', at, digest) == 0 then return duplicate() end
if unlessHolding and call('EXISTS', shard .. ':hl:' .. id) == 1 then
  call('ZREM', handled, digest)
  return {'holding'}
end
local firesId, firesAt = ARGV[#ARGV - 1], ARGV[#ARGV]
if firesId ~= '' then
  local due = call('ZSCORE', shard .. ':timers', id .. ' ' .. firesId)
  if not due or tonumber(due) ~= tonumber(firesAt) then
    call('ZREM', handled, digest)
    return duplicate()
  end
end

local stored = call('GET', shard .. ':c:' .. id)
local storedRevision, length, storedStanding = 0, 0, nil
if stored then storedRevision, length, storedStanding = headOf(stored) end
if revision ~= storedRevision + 1 then
  call('ZREM', handled, digest)
  return {'stale'}
end

-- Nothing refuses from here on.
for _, key in ipairs(releases) do release(key) end

local lane, log, waiting = shard .. ':o:' .. channel .. ':' .. id, {}, {}
for i = 1, takeNumber() do
  log[i] = take()
  local message = take()
  if message ~= '' then waiting[#waiting + 1] = (length + i) .. ' ' .. at .. ' ' .. message end
end
call('SET', shard .. ':c:' .. id, revision .. ' ' .. (length + #log) .. '\n' .. standing .. '\n' .. rest)
for first = 1, #log, 1000 do
  call('RPUSH', shard .. ':l:' .. id, unpack(log, first, math.min(first + 999, #log)))
end
if standing ~= storedStanding then
  if storedStanding and call('HINCRBY', shard .. ':standings', storedStanding, -1) == 0 then
    call('HDEL', shard .. ':standings', storedStanding)
  end
  call('HINCRBY', shard .. ':standings', standing, 1)
end

local timers = takeNumber()
for _ = 1, timers do
  local timer, due, what = id .. ' ' .. take(), take(), take()
  if due == '' then
    call('ZREM', shard .. ':timers', timer)
    call('HDEL', shard .. ':timer', timer)
  else
    call('ZADD', shard .. ':timers', due, timer)
    call('HSET', shard .. ':timer', timer, what)
  end
end

local cases = takeNumber()
for _ = 1, cases do
  local number = take()
  call('HSET', shard .. ':k:' .. id, number, take())
end
-- The index of all cases is in another part: it is brought up to date after this.
if cases > 0 then call('HSET', shard .. ':pending', id, revision) end

local evidence = takeNumber()
for _ = 1, evidence do call('SADD', shard .. ':evidence', take()) end

local isFollowed = followingsChanged(id, at)
for _ = 1, takeNumber() do
  local desk = take()
  if cases > 0 and call('HSETNX', shard .. ':f:' .. id, desk, '0 0 - -') == 1 then
    call('ZADD', shard .. ':following:' .. desk, at, id)
    isFollowed = 1
  end
end

if take() == '1' then
  local head = call('LINDEX', lane, 0)
  if head then
    local _, _, message = entryOf(head)
    local _, _, leased = triesOf(message)
    if not leased then call('ZADD', shard .. ':ready:' .. channel, 'LT', at, id) end
  end
end
if #waiting == 0 then return {'committed', isFollowed, ''} end
local now = 0
for first = 1, #waiting, 1000 do
  now = call('RPUSH', lane, unpack(waiting, first, math.min(first + 999, #waiting)))
end
if now > #waiting then return {'committed', isFollowed, 'behind'} end
if leasedUntil == '' then
  call('ZADD', shard .. ':ready:' .. channel, at, id)
  return {'committed', isFollowed, 'ready'}
end
local seq, _, message = entryOf(waiting[1])
keepTries(message, 1, false, true, channel, id)
call('ZADD', shard .. ':ready:' .. channel, leasedUntil, id)
return {'committed', isFollowed, seq, call('HGET', shard .. ':d:' .. id, 'receipt') or ''}
