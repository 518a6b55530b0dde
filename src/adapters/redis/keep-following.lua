-- Store.keepFollowing. A repeat of what ends a lease gives 0.
-- KEYS  the conversation's part
-- ARGV  desk, conversation, lease, place, next (hold, end), until or ''
-- Gives 1, or 0 where the lease is another by now or has ended.
local desk, conversation, lease, place, next, at = unpack(ARGV)
local key = shard .. ':f:' .. conversation
local stored = call('HGET', key, desk)
if not stored then return 0 end
local current, leased, changed = followingOf(stored)
if not leased or current ~= tonumber(lease) then return 0 end
local ready = shard .. ':following:' .. desk
if next == 'hold' then
  call('HSET', key, desk, current .. ' 1 ' .. changed .. ' +' .. place)
  call('ZADD', ready, at, conversation)
  return 1
end
call('HSET', key, desk, current .. ' 0 - +' .. place)
if at == '' then at = changed end
if at == '-' then call('ZREM', ready, conversation) else call('ZADD', ready, at, conversation) end
return 1
