-- Store.forgetHandled in one part. A repeat changes nothing.
-- KEYS  the part
-- ARGV  before
-- Gives nothing.
local letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
for i = 1, #letters do
  for n = 0, 3 do
    call('ZREMRANGEBYSCORE', shard .. ':h:' .. string.sub(letters, i, i) .. n, '-inf', '(' .. ARGV[1])
  end
end
