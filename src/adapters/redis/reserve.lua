-- Reserves case numbers for a conversation: all, or none. A repeat changes nothing.
-- KEYS  the desk's part
-- ARGV  conversation, then numbers
-- Gives the first number that is another conversation's, or ''.
for i = 2, #ARGV do
  local owner = call('HGET', shard .. ':numbers', ARGV[i])
  if owner and owner ~= ARGV[1] then return ARGV[i] end
end
for i = 2, #ARGV do call('HSET', shard .. ':numbers', ARGV[i], ARGV[1]) end
return ''
