-- Whether the clock was set lately: nothing changes a computer until it has gone evenly for a while (decision 127).
alter table exchange_state add column wall INTEGER;                    -- the wall clock as it was read last, ms
alter table exchange_state add column stepped INTEGER;                 -- ran_ms when it was last seen to step or was in doubt

-- Where an order's irreversible step begins: with the permit, or with the handing out to an agent that asks none.
alter table task add column acting_at TEXT;
alter table task add column asks_permit INTEGER;                       -- 1, 0: of the agent that it was handed to last
-- What an agent has in hand at the upgrade it does without asking.
update task set asks_permit = 0, acting_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')
where objects is not null and state in ('queued', 'running');
