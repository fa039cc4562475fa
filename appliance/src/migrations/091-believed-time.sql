-- What is certain of the time, beside exchange_state.floor (decision 091).
alter table exchange_state add column signed_at TEXT;                          -- issued_at of the last bundle that raised the floor
alter table exchange_state add column reached INTEGER NOT NULL DEFAULT 0;      -- the latest time that counted, ms
alter table exchange_state add column boot_id TEXT NOT NULL DEFAULT '';        -- the boot in which the floor was saved last
alter table exchange_state add column boot_ms INTEGER NOT NULL DEFAULT 0;      -- its clock then
alter table exchange_state add column ran_ms INTEGER NOT NULL DEFAULT 0;       -- how long the appliance has run in all, by boot clocks
alter table exchange_state add column time_set INTEGER NOT NULL DEFAULT 0;     -- how often a person said what time it is
-- What two persons were asked: to lower the floor. JSON.
alter table exchange_state add column clock_back TEXT;

-- A session ends by the time that the appliance has run (ran_ms), not by a clock that somebody sets.
alter table session add column created_ran INTEGER NOT NULL DEFAULT 0;
alter table session add column used_ran INTEGER NOT NULL DEFAULT 0;
alter table session add column authenticated_ran INTEGER NOT NULL DEFAULT 0;
