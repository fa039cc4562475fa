-- By what numbers of normaliser and maps facts of controllers were worked out last, and the last reading that was; null when
-- all were. Without a row nobody knows, and all are looked at once.
create table plc_derivation (
  one integer primary key check (one = 1),
  rules text not null,
  reached integer
) strict;
