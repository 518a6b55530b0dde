-- Lets go of what a conversation holds. A repeat changes nothing.
-- KEYS  the conversation's part
-- ARGV  conversation, then keys
-- Gives nothing.
for i = 2, #ARGV do release(ARGV[i]) end
