-- Store.settle of messages of one part; a message that was never leased here,
-- or is settled, is left alone, so a repeat changes nothing.
-- KEYS  the part
-- ARGV  for each: id, outcome, attempts (for later and unknown, else ''), when
--       (settled at or retry at), the delivery to keep or '', its receipt or '',
--       whether it is trouble (1 or 0)
-- Gives 1 where something else may wait now, else 0.
local waits = 0
for _ = 1, #ARGV / 7 do
  local id, outcome, leaseOf, when, delivery, receipt, trouble =
    take(), take(), takeNumber(), take(), take(), take(), take()
  local attempts, uncertain, leased, channel, conversation = triesOf(id)
  if attempts > 0 and leaseOf then
    if leased and leaseOf == attempts then
      waits = 1
      keepTries(id, attempts, uncertain or outcome == 'unknown', false, channel, conversation)
      call('ZADD', shard .. ':ready:' .. channel, when, conversation)
    end
  elseif attempts > 0 then
    local lane = shard .. ':o:' .. channel .. ':' .. conversation
    -- What was leased is its lane's oldest.
    local seq = entryOf(call('LPOP', lane))
    call('HDEL', shard .. ':tries', id)
    local head = call('LINDEX', lane, 0)
    if head then
      waits = 1
      local _, at = entryOf(head)
      call('ZADD', shard .. ':ready:' .. channel, at, conversation)
    else
      call('ZREM', shard .. ':ready:' .. channel, conversation)
    end
    if delivery ~= '' then call('HSET', shard .. ':d:' .. conversation, seq, delivery) end
    if receipt ~= '' then call('HSET', shard .. ':d:' .. conversation, 'receipt', receipt) end
    if trouble == '1' then
      local order = string.format('%015d', when) .. ' ' .. id
      call('ZADD', shard .. ':troubled', 0, order .. '\0' .. conversation .. '\0' .. seq)
    end
    if followingsChanged(conversation, when) == 1 then waits = 1 end
  end
end
return waits
