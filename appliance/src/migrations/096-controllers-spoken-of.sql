-- Makers and families that a document names, as a JSON array; null: it was matched before this was kept.
alter table controller_document add column spoken_of text;
-- What the documents that are here are worth for it: 0 none names its maker, 1 its maker is named, 2 it is, or its family.
alter table controller_identity add column coverage integer not null default 0;
