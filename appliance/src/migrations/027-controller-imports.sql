-- Files about controllers on their way through the import page; the file itself lies in staging.
create table plc_import_draft (
  id text primary key,
  path text not null,
  name text not null,
  form text not null,
  size_bytes integer not null,
  -- How a table is read, as JSON; null: told from the table.
  csv text,
  mapping text,
  made_by text not null,
  created_at integer not null,
  check_run integer,
  apply_run integer,
  stopped integer not null default 0
) strict;

create index plc_import_draft_by_time on plc_import_draft (created_at);
