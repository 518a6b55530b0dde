-- Store.claim and Store.unclaim. A repeat changes nothing but the time.
-- KEYS  the desk's part
-- ARGV  role, owner, now, until ('' gives the role back)
-- Gives 1 where the owner has the role now or has given it back, else 0.
local role, owner, now, leasedUntil = unpack(ARGV)
local stored = call('HGET', shard .. ':roles', role)
local current, holder
if stored then current, holder = string.match(stored, '^(%d+) (.*)$') end
if leasedUntil == '' then
  if holder ~= owner then return 0 end
  call('HDEL', shard .. ':roles', role)
  return 1
end
if holder and holder ~= owner and tonumber(current) > tonumber(now) then return 0 end
call('HSET', shard .. ':roles', role, leasedUntil .. ' ' .. owner)
return 1
