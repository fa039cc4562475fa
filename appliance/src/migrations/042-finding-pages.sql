-- Pages of findings: their counts are read from an index alone, and a search looks at each package's name once, not at each of
-- its versions.
create index match_advisory_tally on match_advisory (severity, decision, affected_fix, affected_none, review_fix, review_none);

-- Every name that a coordinate has or had. Names are few beside versions, and none is removed.
create table coord_package (
  name text primary key
) strict, without rowid;
insert into coord_package (name) select distinct name from coord;
create trigger coord_package_added after insert on coord begin
  insert or ignore into coord_package (name) values (new.name);
end;
