-- Whether the date of a value that is kept day by day is in doubt: the clock was, when it was measured, or was set back since (decision 091).
alter table daily_value add column date_in_doubt INTEGER NOT NULL DEFAULT 0;
